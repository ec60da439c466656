/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Answers to a write: whatever a server says, the verdict is one of ours, the words are one line, and lines are named only by
 * 3.x, rising. First byte: kind of server; second: status; then the body. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/influx_own.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int ok)
{
    if (!ok)
        abort();
}

static void check(const struct influx_answer *a, enum influx_api api, long status)
{
    must(memchr(a->text, '\0', sizeof a->text) != NULL);
    for (const char *p = a->text; *p != '\0'; p++)
        must((unsigned char)*p >= 0x20);
    must(a->refused_old >= -1 && a->named <= INFLUX_NAMED_MAX);
    must(a->named == 0 || (api == INFLUX_V3 && a->verdict == INFLUX_BAD_LINES));
    for (size_t i = 1; i < a->named; i++)
        must(a->line[i - 1] < a->line[i]);
    must((a->verdict == INFLUX_STORED) == (status == 204));
    must(a->verdict != INFLUX_BAD_LINES || ((status == 400 || status == 422) && api != INFLUX_VM));
    must(a->refused_old == -1 || a->verdict == INFLUX_BAD_LINES);
    must((a->verdict == INFLUX_TOO_BIG) == (status == 413));
    if (status == 401 || status == 403 || status == 404 || (status >= 300 && status < 400))
        must(a->verdict == INFLUX_MISCONFIGURED);
    if (status == 429 || status == 503 || status == 408)
        must(a->verdict == INFLUX_LATER);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const long STATUS[] = {204, 200, 302, 400, 401, 403, 404, 405, 408,
                                  413, 415, 422, 429, 500, 503, 100, 700};
    struct influx_answer a = {.retry_after_ms = -1, .refused_old = -1};
    struct http_answer got = {0};
    enum influx_api api;

    if (size < 2)
        return 0;
    api = (enum influx_api)(data[0] % INFLUX_APIS);
    got.status = STATUS[data[1] % (sizeof STATUS / sizeof STATUS[0])];
    buf_add(&got.body, data + 2, size - 2);
    influx_read_answer(&a, api, &got);
    check(&a, api, got.status);
    buf_free(&got.body);
    return 0;
}
