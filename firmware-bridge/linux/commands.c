/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "commands.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "collector/common/err.h"
#include "collector/common/log.h"

#include "number.h"
#include "text.h"

int exit_code(int rc)
{
    static const struct {
        int rc, code;
    } CODE[] = {
        {NILA_ERR_IO, EX_IOERR},          {NILA_ERR_BUSY, EX_UNAVAILABLE},
        {NILA_ERR_PARSE, EX_CONFIG},      {NILA_ERR_RANGE, EX_CONFIG},
        {NILA_ERR_CONFIG, EX_CONFIG},     {NILA_ERR_UNSUPPORTED, EX_CONFIG},
        {NILA_ERR_NOT_FOUND, EX_NOINPUT}, {NILA_ERR_DENIED, EX_NOPERM},
    };

    for (size_t i = 0; i < sizeof CODE / sizeof CODE[0]; i++)
        if (CODE[i].rc == rc)
            return CODE[i].code;
    return rc == 0 ? EX_OK : EX_SOFTWARE;
}

int load_site(struct site **out, const char *path)
{
    char why[512] = "";
    int rc = site_load(out, path, why, sizeof why);

    if (rc != 0)
        text_say(TEXT_CANNOT_START, why[0] != '\0' ? why : path, NULL, NULL);
    return exit_code(rc);
}

/* POND:fish_kg_m2=X. Errors as fault_parse. */
static int read_stock(struct sensor_stock *out, const char *text, const struct site *site)
{
    static const char KEY[] = "fish_kg_m2=";
    const char *colon = strchr(text, ':');
    char slug[SLUG_SIZE];
    struct sensor_stock s;
    int rc;

    if (colon == NULL || (size_t)(colon - text) >= sizeof slug)
        return NILA_ERR_PARSE;
    memcpy(slug, text, (size_t)(colon - text));
    slug[colon - text] = '\0';
    if (strncmp(colon + 1, KEY, sizeof KEY - 1) != 0)
        return NILA_ERR_PARSE;
    s.pond = site_find_pond(site, slug);
    if (s.pond < 0)
        return NILA_ERR_NOT_FOUND;
    /* The lowest is a few grams on a large pond; 0 would mean "drawn". */
    rc = number_double(colon + sizeof KEY, 1e-6, 100, &s.fish_kg_m2);
    if (rc == 0)
        *out = s;
    return rc;
}

int read_stocks(struct sensor_stock **out, const struct options *o, const struct site *site)
{
    struct sensor_stock *s = xcalloc(o->set.n, sizeof *s);

    for (size_t i = 0; i < o->set.n; i++) {
        int rc = read_stock(&s[i], o->set.text[i], site);
        if (rc != 0) {
            text_say(TEXT_BAD_SET, o->set.text[i], text_why(rc), NULL);
            free(s);
            return EX_USAGE;
        }
    }
    *out = s;
    return 0;
}

int read_faults(struct fault **out, const struct options *o, const struct site *site)
{
    struct fault *f = xcalloc(o->fault.n, sizeof *f);

    for (size_t i = 0; i < o->fault.n; i++) {
        int rc = fault_parse(&f[i], o->fault.text[i], site);
        if (rc != 0) {
            text_say(TEXT_BAD_FAULT, o->fault.text[i], text_why(rc), NULL);
            free(f);
            return EX_USAGE;
        }
    }
    *out = f;
    return 0;
}

int read_events(struct event **out, const struct options *o, const struct site *site,
                int64_t begin_ms)
{
    struct event *e = xcalloc(o->event.n, sizeof *e);

    for (size_t i = 0; i < o->event.n; i++) {
        int rc = event_parse(&e[i], o->event.text[i], site, begin_ms);
        if (rc != 0) {
            text_say(TEXT_BAD_EVENT, o->event.text[i], text_why(rc), NULL);
            free(e);
            return EX_USAGE;
        }
    }
    *out = e;
    return 0;
}

bool built_in(const struct site_device *d)
{
    return strcmp(d->profile, "nila-node") == 0 || strcmp(d->profile, "nila-weather") == 0;
}

bool imitated(const struct site_device *d)
{
    return built_in(d) || strcmp(d->profile, "nila-node-relay") == 0;
}
