/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sink: row C9. A server that flaps: busy (429, with and without Retry-After), out of order (500, 502, 503), hanging, slow, hanging up
 * before and after it has stored, refusing the login, sending elsewhere (301, 302, 307, 308), talking no HTTP; as InfluxDB 1, 2 and 3
 * answer. In the end each reading is there once, nothing else is, whoever was redirected to has heard nothing, and no login stands in
 * what was logged. Every tenth round waits as a real collector does, and must not knock more than once a second.
 *
 *   sink ROUNDS SEED */
#include <fcntl.h>
#include <inttypes.h>
#include <unistd.h>

#include "collector/common/http.h"
#include "tests/collector/uplink_help.h"
#include "torture.h"

#define READINGS 400

static const struct {
    enum store_fault_kind kind;
    const char *head, *body;
} FAULT[] = {
    {STORE_SAYS, "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 1", "busy"},
    {STORE_SAYS, "HTTP/1.1 429 Too Many Requests", "busy"},
    {STORE_SAYS, "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 0", "away"},
    {STORE_SAYS, "HTTP/1.1 503 Service Unavailable\r\nRetry-After: Wed, 21 Oct 2015 07:28:00 GMT",
     "away"},
    {STORE_SAYS, "HTTP/1.1 500 Internal Server Error", "{\"error\":\"timeout\"}"},
    {STORE_SAYS, "HTTP/1.1 502 Bad Gateway", "<html>nginx</html>"},
    {STORE_SAYS, "HTTP/1.1 401 Unauthorized", "{\"error\":\"unauthorized\"}"},
    {STORE_SAYS, "HTTP/1.1 403 Forbidden", "no"},
    {STORE_SAYS, "NILA/9 what", "noise"},
    {STORE_CUT_BEFORE, NULL, NULL},
    {STORE_CUT_AFTER, NULL, NULL},
    {STORE_CUT_AFTER, NULL, NULL},
    {STORE_SLOW, NULL, NULL},
    {STORE_HANGS, NULL, NULL},
};
#define FAULTS (sizeof FAULT / sizeof FAULT[0])

static struct torture_tally t;
static char redirect[4][128], said[320];

/* A batch of faults, drawn; one in six sends elsewhere. */
static void arrange(struct storehttp *s, uint64_t *rng, unsigned n, bool patient)
{
    for (unsigned i = 0; i < n; i++) {
        unsigned which = torture_below(rng, (unsigned)FAULTS);
        if (torture_below(rng, 6) == 0) {
            store_fault(s, STORE_SAYS, redirect[torture_below(rng, 4)], "");
            continue;
        }
        if (patient && (FAULT[which].kind == STORE_HANGS || FAULT[which].kind == STORE_SLOW ||
                        strstr(FAULT[which].head != NULL ? FAULT[which].head : "", "40") != NULL))
            which = 4; /* these are no failure, or wait a minute for a person */
        store_fault(s, FAULT[which].kind, FAULT[which].head, FAULT[which].body);
    }
}

/* Exactly the readings 0..n-1 are there. */
static void check_held(struct storehttp *s, int n)
{
    struct buf want = {0};
    size_t found = 0;
    int missing = 0;

    (void)pthread_mutex_lock(&s->lock);
    qsort(s->line, s->lines, sizeof *s->line, compare_text);
    for (int k = 0; k < n; k++) {
        struct reading_set set = help_set(k);
        char *key;
        buf_clear(&want);
        if (lineproto_append(&want, &set) != 1)
            fatal("a reading makes no line");
        want.p[want.n - 1] = '\0';
        key = want.p;
        missing += bsearch(&key, s->line, s->lines, sizeof *s->line, compare_text) == NULL ? 1 : 0;
    }
    for (size_t i = 0; i < s->lines; i++)
        found += i == 0 || strcmp(s->line[i - 1], s->line[i]) != 0 ? 1 : 0;
    (void)pthread_mutex_unlock(&s->lock);
    buf_free(&want);
    if (missing > 0)
        TORTURE_FAULT(t.lost, "%d of %d readings did not arrive", missing, n);
    if (found + (size_t)missing != (size_t)n)
        TORTURE_FAULT(t.extra, "%zu points are there, of %d readings", found, n);
}

/* A real collector's waits: the first failing tries lie a second apart, and no two within half of it. */
static void check_pace(struct storehttp *s, size_t failures)
{
    for (size_t i = 1; i < failures && i < s->requests; i++)
        if (s->request_ms[i] - s->request_ms[i - 1] < 450)
            TORTURE_FAULT(t.wrong, "try %zu came %" PRId64 " ms after the one before", i,
                          s->request_ms[i] - s->request_ms[i - 1]);
}

static void one_round(uint64_t *rng, bool patient)
{
    static const enum influx_api API[] = {INFLUX_V1, INFLUX_V2, INFLUX_V3};
    const enum influx_api api = API[torture_below(rng, 3)];
    struct site_sink sink = {.slug = "pusat", .api = api, .database = "nila"};
    struct uplink_config c = {.sink = &sink,
                              .timeout_ms = 300,
                              .gather_ms = -1,
                              .retry_min_ms = 5,
                              .retry_max_ms = 40,
                              .person_min_ms = 10,
                              .person_max_ms = 30,
                              .ahead_every_ms = 20};
    struct storehttp *s = store_new(0), *elsewhere = store_new(0);
    struct uplink *u = NULL;
    const unsigned faults = patient ? 4 : 5 + torture_below(rng, 40);
    int n = 0;

    (void)unlink(path);
    s->kind = api;
    store_start(elsewhere);
    for (int i = 0; i < 4; i++) {
        static const int CODE[] = {301, 302, 307, 308};
        (void)snprintf(redirect[i], sizeof redirect[i],
                       "HTTP/1.1 %d There\r\nLocation: http://127.0.0.1:%d/write?db=nila", CODE[i],
                       elsewhere->port);
    }
    arrange(s, rng, faults, patient);
    store_start(s);
    if (api == INFLUX_V2) {
        (void)snprintf(sink.org, sizeof sink.org, "dinas");
        (void)snprintf(sink.bucket, sizeof sink.bucket, "nila");
    }
    (void)snprintf(sink.url, sizeof sink.url, "http://127.0.0.1:%d", s->port);
    if (patient)
        c = (struct uplink_config){.sink = &sink,
                                   .timeout_ms = 2000,
                                   .ahead_every_ms = -1,
                                   .person_min_ms = 1000,
                                   .person_max_ms = 1000};
    c.journal = help_open(path);
    c.token = api == INFLUX_V1 ? "kolektor:rahasia" : "t0k";
    if (uplink_start(&u, &c) != 0)
        fatal("no uplink");
    while (n < READINGS) { /* readings come all the while */
        const struct timespec nap = {.tv_nsec =
                                         1000000 * (long)torture_below(rng, patient ? 2 : 10)};
        int k = 1 + (int)torture_below(rng, 20);
        k = k < READINGS - n ? k : READINGS - n;
        help_append(c.journal, n, k);
        n += k;
        (void)nanosleep(&nap, NULL);
    }
    await(drained, c.journal, "the server to have it all");
    t.runs++;
    t.acknowledged += READINGS;
    if (patient)
        check_pace(s, faults);
    uplink_stop(u);
    check_held(s, READINGS);
    if (help_stats(c.journal).quarantined > 0 || help_stats(c.journal).dropped > 0)
        TORTURE_FAULT(t.lost, "%" PRIu64 " lines are in the quarantine",
                      help_stats(c.journal).quarantined);
    if (store_requests(elsewhere) > 0)
        TORTURE_FAULT(t.wrong, "a redirect was followed");
    journal_close(c.journal);
    store_stop(s);
    store_stop(elsewhere);
}

int main(int argc, char **argv)
{
    uint64_t rng;
    int rounds, out = dup(2), fd;
    char *text;

    if (argc < 3)
        fatal("usage: sink ROUNDS SEED");
    rounds = (int)strtol(argv[1], NULL, 10);
    rng = strtoull(argv[2], NULL, 10);
    (void)snprintf(dir, sizeof dir, "%s", support_tmpdir());
    (void)snprintf(path, sizeof path, "%s/journal.db", dir);
    (void)snprintf(said, sizeof said, "%s/said", dir);
    if ((fd = open(said, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)) < 0 || dup2(fd, 2) < 0)
        fatal("no file for what is logged");
    log_set_level(LOG_LEVEL_DEBUG);
    http_global_init();
    for (int i = 0; i < rounds; i++)
        one_round(&rng, i % 10 == 9);
    http_global_cleanup();
    (void)dup2(out, 2);
    text = support_read(said, NULL);
    if (strstr(text, "rahasia") != NULL || strstr(text, "a29sZWt0b3I6") != NULL ||
        strstr(text, "Token t0k") != NULL || strstr(text, "Bearer t0k") != NULL)
        TORTURE_FAULT(t.wrong, "a login stands in the log");
    printf("# %zu bytes were logged\n", strlen(text));
    free(text);
    support_rmdir(dir);
    return torture_end(&t);
}
