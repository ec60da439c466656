/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "truth.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#include "collector/common/clock.h"
#include "collector/common/log.h"

#define HEADER "served_ms,bus,unit,function,first,count,regs_hex,request_no\n"

struct truth {
    FILE *f;
    pthread_mutex_t mutex;
    bool failing; /* said once */
};

int truth_new(struct truth **out, FILE *f)
{
    struct truth *t;

    if (f != NULL && (fseeko(f, 0, SEEK_END) != 0 || ftello(f) == 0) &&
        (fputs(HEADER, f) < 0 || fflush(f) != 0)) {
        log_warn("truth log: cannot write");
        return NILA_ERR_IO;
    }
    t = xcalloc(1, sizeof *t);
    t->f = f;
    if (pthread_mutex_init(&t->mutex, NULL) != 0)
        fatal("truth log: no mutex");
    *out = t;
    return 0;
}

void truth_free(struct truth *t)
{
    if (t == NULL)
        return;
    (void)pthread_mutex_destroy(&t->mutex);
    free(t);
}

/* Registers as hexadecimal digits; size is 4 * count + 1 at least. */
static void put_hex(char *hex, const uint8_t *bytes, unsigned count)
{
    static const char DIGIT[] = "0123456789abcdef";

    for (unsigned i = 0; i < 2 * count; i++) {
        *hex++ = DIGIT[bytes[i] >> 4];
        *hex++ = DIGIT[bytes[i] & 15];
    }
    *hex = '\0';
}

static int put_line(struct truth *t, const char *bus, const struct nila_answer *a, const char *what)
{
    bool failed;

    (void)pthread_mutex_lock(&t->mutex);
    /* The time is taken inside the lock: the lines of one file are in order of time. */
    failed = fprintf(t->f, "%" PRId64 ",%s,%u,%u,%u,%u,%s,%" PRIu32 "\n", clock_wall_ms(), bus,
                     (unsigned)a->unit, (unsigned)a->function, (unsigned)a->first,
                     (unsigned)a->count, what, a->request) < 0 ||
             fflush(t->f) != 0;
    if (failed && !t->failing)
        log_warn("truth log: cannot write, answers are held back until it can");
    else if (!failed && t->failing)
        log_info("truth log: can be written again");
    t->failing = failed;
    if (failed)
        clearerr(t->f);
    (void)pthread_mutex_unlock(&t->mutex);
    return failed ? NILA_ERR_IO : 0;
}

int truth_write(struct truth *t, const char *bus, const struct nila_answer *a, const uint8_t *pdu)
{
    char hex[2 * NILA_PDU_MAX + 1];

    if (t->f == NULL || a->count == 0)
        return 0;
    put_hex(hex, pdu + 2, a->count);
    return put_line(t, bus, a, hex);
}

int truth_fault(struct truth *t, const char *bus, const struct nila_answer *a,
                enum busfault_kind kind)
{
    char what[32];

    if (t->f == NULL)
        return 0;
    (void)snprintf(what, sizeof what, "fault:%s", busfault_name(kind));
    return put_line(t, bus, a, what);
}
