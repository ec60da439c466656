/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "records.h"

#include <stdlib.h>
#include <string.h>

#include "collector/common/log.h"
#include "db.h"

int records_open(struct records **out, const char *path, char *why, size_t why_size)
{
    struct db *db;
    struct records *r;
    int rc = db_open(&db, path, why, why_size);

    if (rc != 0)
        return rc;
    r = xcalloc(1, sizeof *r);
    r->db = db;
    if (pthread_mutex_init(&r->lock, NULL) != 0)
        fatal("out of memory: a mutex");
    *out = r;
    return 0;
}

void records_close(struct records *r)
{
    if (r == NULL)
        return;
    db_close(r->db);
    (void)pthread_mutex_destroy(&r->lock);
    free(r);
}

static const char *const TABLE[RECORDS_TABLES] = {
    [RECORDS_FARMS] = "farms",
    [RECORDS_PONDS] = "ponds",
    [RECORDS_CYCLES] = "cycles",
    [RECORDS_FEED] = "feed",
    [RECORDS_SAMPLES] = "samples",
    [RECORDS_DEATHS] = "deaths",
    [RECORDS_HARVESTS] = "harvests",
    [RECORDS_FINGERLINGS] = "fingerlings",
    [RECORDS_OFFICIAL] = "official",
    [RECORDS_REGISTRY] = "registry",
    [RECORDS_ASSUMPTIONS] = "assumptions",
    [RECORDS_CLASSES] = "classes",
    [RECORDS_SURVEY] = "survey",
    [RECORDS_CONTACTS] = "contacts",
    [RECORDS_LIMITS] = "limits",
    [RECORDS_GROUPS] = "farm_groups",
    [RECORDS_SENSORS] = "sensors",
    [RECORDS_NOTES] = "notes",
    [RECORDS_PRESTOCK] = "prestock",
    [RECORDS_RIVER] = "river",
};

const char *records_table_name(enum records_table t)
{
    return TABLE[t];
}

int records_table_find(const char *name, enum records_table *out)
{
    for (int i = 0; i < RECORDS_TABLES; i++) {
        if (strcmp(name, TABLE[i]) == 0) {
            *out = (enum records_table)i;
            return 0;
        }
    }
    return NILA_ERR_NOT_FOUND;
}
