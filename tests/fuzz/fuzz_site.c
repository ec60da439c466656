/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whatever stands in a site file: it is either wholly good, or refused in words that can be shown in a terminal. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/site.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int ok)
{
    if (!ok)
        abort();
}

static void check_device(const struct site *s, const struct site_device *d)
{
    must(slug_valid(d->slug) && slug_valid(d->profile));
    must(d->bus >= 0 && (unsigned)d->bus < s->buses);
    must(d->pond >= -1 && d->pond < (int)s->ponds);
    must(d->unit >= (s->bus[d->bus].kind == SITE_BUS_SERIAL ? 1 : 0) && d->unit <= 255);
    must(d->every_s >= 1 && d->every_s <= 86400);
    must(d->metrics <= SITE_DEVICE_METRICS);
    for (unsigned i = 0; i < d->metrics; i++)
        must(d->metric[i].metric < METRIC_COUNT && d->metric[i].as < METRIC_COUNT &&
             d->metric[i].min < d->metric[i].max);
    for (const struct site_device *e = s->device; e < d; e++)
        must(strcmp(e->slug, d->slug) != 0 && !(e->bus == d->bus && e->unit == d->unit));
}

static void check_site(const struct site *s)
{
    size_t k;

    must(slug_valid(s->slug) && s->name[0] != '\0');
    must(region_find_kecamatan(s->kecamatan, &k) == 0 &&
         region_kecamatan(k)->regency == s->regency);
    for (unsigned i = 0; i < s->ponds; i++) {
        must(slug_valid(s->pond[i].slug) && s->pond[i].system < POND_SYSTEM_COUNT);
        must(site_find_pond(s, s->pond[i].slug) == (int)i);
    }
    for (unsigned i = 0; i < s->buses; i++)
        must(s->bus[i].kind == SITE_BUS_SERIAL
                 ? s->bus[i].port[0] != '\0' && s->bus[i].baud >= 1200
                 : s->bus[i].host[0] != '\0' && s->bus[i].tcp_port <= 65535);
    for (unsigned i = 0; i < s->devices; i++)
        check_device(s, &s->device[i]);
    for (unsigned i = 0; i < s->sinks; i++) {
        const struct site_sink *to = &s->sink[i];
        must(to->api < INFLUX_APIS);
        if (to->api == INFLUX_V2)
            must(to->org[0] != '\0' && to->bucket[0] != '\0' && to->database[0] == '\0');
        else
            must(to->org[0] == '\0' && (to->api == INFLUX_VM || to->database[0] != '\0'));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct site *s = NULL;
    char why[256] = "";
    char *text = malloc(size > 0 ? size : 1); /* exact size: a read too far is seen */

    must(text != NULL);
    if (size > 0)
        memcpy(text, data, size);
    if (site_load_memory(&s, "f.json", text, size, why, sizeof why) == 0) {
        check_site(s);
    } else {
        must(s == NULL && strncmp(why, "f.json:", 7) == 0);
        for (const char *p = why; *p != '\0'; p++)
            must((unsigned char)*p >= 0x20 && *p != 0x7f);
    }
    site_free(s);
    free(text);
    return 0;
}
