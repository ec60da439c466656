/* SPDX-License-Identifier: GPL-3.0-or-later */
/* site_text: a whole site file, and what comes of it when one place is changed; for the tests of the site file. */
#ifndef TESTS_SITE_TEXT_H
#define TESTS_SITE_TEXT_H

#include <stdio.h>
#include <string.h>

#include "collector/common/buf.h"
#include "collector/common/site.h"
#include "tests/support/support.h"

/* A whole site file; the tests change one place of it. */
static const char SITE[] =
    "{\n"
    "\"site\": {\"slug\": \"bina\", \"name\": \"Bina Karya\", \"regency\": \"kotim\", "
    "\"kecamatan\": \"62.02.06\"},\n"
    "\"ponds\": [\n"
    "  {\"slug\": \"k1\", \"name\": \"Kolam 1\", \"area_m2\": 200, \"depth_m\": 1.2, \"system\": "
    "\"biofloc\"},\n"
    "  {\"slug\": \"k2\", \"area_m2\": 12.5, \"depth_m\": 1}\n"
    "],\n"
    "\"buses\": [\n"
    "  {\"slug\": \"rs485\",\n"
    "   \"serial\": {\"port\": \"/dev/ttyUSB0\", \"baud\": 19200, \"parity\": \"E\", "
    "\"stop_bits\": 2},\n"
    "   \"timeout_ms\": 500, \"gap_ms\": 20,\n"
    "   \"devices\": [\n"
    "    {\"slug\": \"node-1\", \"profile\": \"nila-node\", \"unit\": 1, \"every_s\": 30, "
    "\"pond\": \"k1\",\n"
    "     \"metrics\": {\"temp_c\": {\"primary\": true, \"min\": 20, \"max\": 38}, \"do_mg_l\": "
    "{\"primary\": true}}},\n"
    "    {\"slug\": \"air\", \"profile\": \"rika-do\", \"unit\": 2, \"pond\": null,\n"
    "     \"metrics\": {\"temp_c\": {\"as\": \"air_temp_c\"}}}\n"
    "   ]},\n"
    "  {\"slug\": \"gate\", \"tcp\": {\"host\": \"192.168.10.20\", \"port\": 1502},\n"
    "   \"devices\": [{\"slug\": \"node-2\", \"profile\": \"nila-node\", \"unit\": 0, \"pond\": "
    "\"k2\",\n"
    "     \"metrics\": {\"temp_c\": {\"primary\": true}}}]}\n"
    "],\n"
    "\"reflexes\": [],\n"
    "\"sinks\": [{\"slug\": \"office\", \"url\": \"http://127.0.0.1:8086/\", \"api\": \"v1\", "
    "\"database\": \"lumbung\",\n"
    "  \"token_file\": \"office.token\"}],\n"
    "\"journal\": {\"path\": \"state/journal.db\", \"max_bytes\": 2097152, \"keep_days\": 0, "
    "\"ballast_bytes\": 77, "
    "\"clock_wait_min\": 5},\n"
    "\"control\": {\"socket\": \"/tmp/x.sock\"}\n"
    "}\n";

/* SITE with the first find replaced by put, loaded under name. place: of the '@' in put, as "line:column: ". */
static inline int load_changed(struct site **out, const char *name, const char *find,
                               const char *put, char *place, size_t place_size, char *why,
                               size_t why_size)
{
    const char *at = strstr(SITE, find), *mark = strchr(put, '@');
    struct buf b = {0};
    long line = 1, column = 1;
    int rc;

    if (at == NULL)
        fail_msg("\"%s\" is not in the site file", find);
    buf_add(&b, SITE, (size_t)(at - SITE));
    buf_add(&b, put, mark != NULL ? (size_t)(mark - put) : strlen(put));
    for (size_t i = 0; i < b.n; i++) {
        column = b.p[i] == '\n' ? 1 : column + 1;
        line += b.p[i] == '\n';
    }
    if (mark != NULL)
        buf_str(&b, mark + 1);
    (void)snprintf(place, place_size, "%s:%ld:%ld: ", name, line, column);
    buf_str(&b, at + strlen(find));
    rc = site_load_memory(out, name, b.p, b.n, why, why_size);
    buf_free(&b);
    return rc;
}

struct site_fault {
    const char *says, *find, *put, *words;
};

/* Each fault is named with its place (the '@' of put; without one words have it) and its words. */
static inline void assert_faults(const struct site_fault *T, size_t rows)
{
    for (size_t i = 0; i < rows; i++) {
        struct site *s = NULL;
        char place[64], why[512] = "";
        const int rc =
            load_changed(&s, "c.json", T[i].find, T[i].put, place, sizeof place, why, sizeof why);
        const size_t n = strchr(T[i].put, '@') != NULL ? strlen(place) : strlen("c.json:");
        if (rc != NILA_ERR_CONFIG || s != NULL || strncmp(why, place, n) != 0 ||
            strstr(why, T[i].words) == NULL)
            fail_msg("%s: rc %d, \"%s\", expected %s...%s", T[i].says, rc, why, place, T[i].words);
    }
    print_message("%zu faults named\n", rows);
}

struct site_change {
    const char *says, *find, *put;
};

static inline void assert_accepted(const struct site_change *T, size_t rows)
{
    for (size_t i = 0; i < rows; i++) {
        struct site *s = NULL;
        char place[64], why[512] = "";
        if (load_changed(&s, "c.json", T[i].find, T[i].put, place, sizeof place, why, sizeof why) !=
            0)
            fail_msg("%s: %s", T[i].says, why);
        site_free(s);
    }
}

#endif
