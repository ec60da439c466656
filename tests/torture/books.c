/* SPDX-License-Identifier: GPL-3.0-or-later */
/* books: the production records and alarms under kill -9 (row C1), and damaged files (row C7): records, site file, analytics.json.
 *
 *   books kill KILLS SEED      a program that enters meals (each with its form's key, sent again when there was no answer) and raises and
 *                              tells alarms is killed at random moments; what was confirmed is there, once, and no told alarm is forgotten
 *   books damage ROUNDS SEED   a records file with bytes overwritten, cut short, empty, or all noise: it is opened and read, or refused in
 *                              words and kept as it is, within 10 s, and never ends the program
 *   books config ROUNDS SEED   the example files with bytes changed, lost or added: they are taken, or refused in words that name
 *                              file:line:column, and never end the program */
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "analytics/config.h"
#include "analytics/records/alarms.h"
#include "collector/common/clock.h"
#include "collector/common/log.h"
#include "collector/common/site.h"
#include "meals.h"
#include "tests/support/support.h"
#include "torture.h"

#define MOST     100000
#define LIMIT_MS 10000

static char root[256], path[300];
static struct torture_tally t;

/* --- kill -9 ---------------------------------------------------------------------------------------------------------- */

enum event {
    MEAL, /* the k-th meal is on record */
    RAISED,
    TOLD
};
struct news {
    int32_t event, k;
};

static void say(int out, enum event event, int k)
{
    const struct news n = {event, k};

    if (write(out, &n, sizeof n) != (ssize_t)sizeof n)
        _exit(5);
}

/* The alarm is stored with its message, write-ahead; then the message is sent, and what became of it is stored. */
static void raise_alarm(struct records *r, int out, int k)
{
    const int64_t now = clock_wall_ms();
    struct rec_alarm a = {.severity = ALARM_DANGER,
                          .worst = ALARM_DANGER,
                          .rank = 1,
                          .first_ms = now,
                          .seen_ms = now,
                          .raised_ms = now,
                          .told_ms = now,
                          .danger_told_ms = now,
                          .value = 1,
                          .threshold = 2};
    struct rec_attempt m = {
        .severity = ALARM_DANGER, .made_ms = now, .due_ms = now, .until_ms = now + 3600000};
    const bool changed = true, gone = false;
    const long index = 0;
    struct alarm_commit c = {.alarm = &a,
                             .changed = &changed,
                             .gone = &gone,
                             .alarms = 1,
                             .attempt = &m,
                             .alarm_index = &index,
                             .attempts = 1,
                             .now_ms = now};

    (void)snprintf(a.subject, sizeof a.subject, "p-%d", k);
    (void)snprintf(a.group, sizeof a.group, "oxygen");
    (void)snprintf(a.cause, sizeof a.cause, "do_critical");
    (void)snprintf(m.kind, sizeof m.kind, "raise");
    (void)snprintf(m.subject, sizeof m.subject, "%s", a.subject);
    (void)snprintf(m.channel, sizeof m.channel, "sms");
    (void)snprintf(m.address, sizeof m.address, "%d", k);
    if (records_alarms_commit(r, &c) != 0)
        _exit(6);
    say(out, RAISED, k);
    m.id = c.attempt[0].id;
    m.tries = 1;
    m.begun_ms = m.done_ms = now;
    (void)snprintf(m.fate, sizeof m.fate, "sent");
    if (records_attempt_store(r, &m) != 0)
        _exit(7);
    say(out, TOLD, k);
}

/* next_meal: the first without an answer, which is entered again. Never returns. */
static void child(int out, int next_meal, int next_alarm, uint64_t rng)
{
    struct records *r = meals_open(path);

    for (;;) {
        if (torture_below(&rng, 3) != 0) {
            if (meals_enter(r, next_meal) != 0)
                _exit(4);
            say(out, MEAL, next_meal++);
        } else {
            raise_alarm(r, out, next_alarm++);
        }
    }
}

/* Which alarms are there, and of which the message is done. */
static void check_alarms(const unsigned char *raised, const unsigned char *told)
{
    static unsigned char there[MOST], waits[MOST];
    struct records *r = meals_open(path);
    struct rec_alarm *a = NULL;
    struct rec_attempt *m = NULL;
    size_t n = 0;

    if (records_alarms_open(r, &a, &n) != 0)
        fatal("the alarms cannot be read");
    for (size_t i = 0; i < n; i++) {
        int k = (int)strtol(a[i].subject + 2, NULL, 10);
        if (k >= 0 && k < MOST && there[k]++ > 0)
            TORTURE_FAULT(t.extra, "alarm %d is there twice", k);
    }
    if (records_attempts_waiting(r, &m, &n) != 0)
        fatal("the messages cannot be read");
    for (size_t i = 0; i < n; i++)
        waits[strtol(m[i].address, NULL, 10) % MOST] = 1;
    for (int k = 0; k < MOST; k++) {
        t.acknowledged += raised[k];
        if (raised[k] != 0 && there[k] == 0)
            TORTURE_FAULT(t.lost, "alarm %d was raised and is forgotten", k);
        if (told[k] != 0 && waits[k] != 0)
            TORTURE_FAULT(t.wrong, "the message of alarm %d was sent, and that is forgotten", k);
        if (raised[k] != 0 && told[k] == 0 && waits[k] == 0 && there[k] == 0)
            TORTURE_FAULT(t.lost, "alarm %d would never be told", k);
    }
    free(a);
    free(m);
    records_close(r);
}

static void kill_rounds(uint64_t *rng, int kills)
{
    static unsigned char raised[MOST], told[MOST], times[MEALS_MOST];
    int meals = 0, next_alarm = 0;

    meals_begin(path, root);
    for (int round = 0; round < kills; round++) {
        const struct timespec wait = {.tv_nsec = 1000000 + (long)torture_below(rng, 60000000)};
        struct news n;
        int fd[2], status;
        pid_t pid;

        if (pipe(fd) != 0 || (pid = fork()) < 0)
            fatal("no child");
        if (pid == 0) {
            (void)close(fd[0]);
            child(fd[1], meals, next_alarm, torture_random(rng));
        }
        (void)close(fd[1]);
        if (round % 3 != 0) {
            struct pollfd p = {.fd = fd[0], .events = POLLIN};
            (void)poll(&p, 1, 20000);
        }
        (void)nanosleep(&wait, NULL);
        (void)kill(pid, SIGKILL);
        if (waitpid(pid, &status, 0) != pid || !WIFSIGNALED(status))
            TORTURE_FAULT(t.wrong, "the program ended by itself: %d", WEXITSTATUS(status));
        while (read(fd[0], &n, sizeof n) == (ssize_t)sizeof n) {
            if (n.event == MEAL)
                meals = n.k + 1;
            else if (n.k < MOST)
                (n.event == RAISED ? raised : told)[n.k] = 1;
            if (n.event != MEAL && n.k >= next_alarm)
                next_alarm = n.k + 1;
        }
        next_alarm++; /* one may be there without its answer */
        (void)close(fd[0]);
        t.runs++;
    }
    t.acknowledged += (uint64_t)meals;
    if (meals_count(path, times) != 0)
        TORTURE_FAULT(t.wrong, "the file is damaged, or holds what nobody has entered");
    for (int k = 0; k < MEALS_MOST; k++) {
        if (k < meals && times[k] == 0)
            TORTURE_FAULT(t.lost, "meal %d was confirmed and is not on record", k);
        if (times[k] > 1 || (k > meals && times[k] > 0))
            TORTURE_FAULT(t.extra, "meal %d is on record %d times", k, times[k]);
    }
    check_alarms(raised, told);
}

/* --- damage ------------------------------------------------------------------------------------------------------------ */

/* Runs look in a child of its own; what it says comes back. False: it crashed or took too long. */
static bool survives(int (*look)(char *why, size_t size), char *why, size_t size, int *rc)
{
    int fd[2], status;
    ssize_t n;
    pid_t pid;

    if (pipe(fd) != 0 || (pid = fork()) < 0)
        fatal("no child");
    if (pid == 0) {
        char words[1024] = "";
        (void)close(fd[0]);
        (void)alarm(LIMIT_MS / 1000);
        status = look(words, sizeof words);
        (void)!write(fd[1], words, strlen(words));
        _exit(status == 0 ? 0 : 1);
    }
    (void)close(fd[1]);
    n = read(fd[0], why, size - 1);
    why[n > 0 ? n : 0] = '\0';
    (void)close(fd[0]);
    if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
        return false;
    *rc = WEXITSTATUS(status);
    return true;
}

static int look_at_records(char *why, size_t size)
{
    struct records *r = NULL;
    struct records_snapshot *s = NULL;
    struct rec_alarm *a = NULL;
    size_t n;
    int rc = records_open(&r, path, why, size);

    if (rc != 0)
        return rc;
    if ((rc = records_snapshot(r, clock_wall_ms(), &s)) != 0 ||
        (rc = records_alarms_open(r, &a, &n)) != 0)
        (void)snprintf(why, size, "read: %s", nila_err_text(rc));
    records_snapshot_free(s);
    free(a);
    records_close(r);
    return rc;
}

/* Damages n bytes (in *size) in one of several ways. */
static void damage(unsigned char *bytes, size_t *size, uint64_t *rng)
{
    const unsigned way = torture_below(rng, 10);
    const size_t n = *size;

    if (way == 0)
        *size = 0;
    else if (way == 1)
        for (size_t i = 0; i < n; i++)
            bytes[i] = (unsigned char)torture_random(rng);
    else if (way < 4)
        *size = torture_random(rng) % n;
    else if (way < 6) /* a page of noise */
        for (size_t at = torture_random(rng) % n / 4096 * 4096, i = at; i < at + 4096 && i < n; i++)
            bytes[i] = (unsigned char)torture_random(rng);
    else
        for (unsigned i = 1 + torture_below(rng, 30); i > 0; i--)
            bytes[torture_random(rng) % n] = (unsigned char)torture_random(rng);
}

static void write_bytes(const char *to, const unsigned char *bytes, size_t n)
{
    int fd = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);

    if (fd < 0 || write(fd, bytes, n) != (ssize_t)n || close(fd) != 0)
        fatal("cannot write %s", to);
}

static void remove_beside(const char *suffix)
{
    char name[330];
    (void)snprintf(name, sizeof name, "%s%s", path, suffix);
    (void)unlink(name);
}

static void damage_rounds(uint64_t *rng, int rounds)
{
    unsigned refused = 0;
    char *good, *after;
    size_t n, size, left;
    struct records *r;

    meals_begin(path, root);
    r = meals_open(path);
    for (int k = 0; k < 300; k++)
        if (meals_enter(r, k) != 0)
            fatal("a meal is not taken");
    records_close(r);
    good = support_read(path, &n);
    for (int round = 0; round < rounds; round++) {
        unsigned char *bytes = xcalloc(1, n);
        char why[1024];
        int rc = 0;

        memcpy(bytes, good, n);
        size = n;
        damage(bytes, &size, rng);
        write_bytes(path, bytes, size);
        remove_beside("-wal");
        remove_beside("-shm");
        t.runs++;
        if (!survives(look_at_records, why, sizeof why, &rc))
            TORTURE_FAULT(t.wrong,
                          "round %d: damaged records ended the program, or took more than 10 s",
                          round);
        else if (rc != 0 && why[0] == '\0')
            TORTURE_FAULT(t.wrong, "round %d: damaged records are refused without a word", round);
        after = support_read(path, &left);
        refused += rc != 0 ? 1 : 0;
        if (rc != 0 && (left != size || (size > 0 && memcmp(after, bytes, size) != 0)))
            TORTURE_FAULT(t.lost,
                          "round %d: the damaged file was changed (%zu bytes, %zu before): %s",
                          round, left, size, why);
        free(after);
        free(bytes);
    }
    printf("# of %d damaged files %u were refused in words, the others opened\n", rounds, refused);
    free(good);
}

/* --- configuration -------------------------------------------------------------------------------------------------------- */

static int look_at_site(char *why, size_t size)
{
    struct site *s = NULL;
    int rc = site_load(&s, path, why, size);

    if (rc == 0)
        site_free(s);
    return rc;
}

static int look_at_analytics(char *why, size_t size)
{
    static struct analytics_config c;
    return analytics_config_load(&c, path, why, size);
}

/* Bytes changed, lost, doubled. */
static size_t edit(unsigned char *bytes, size_t n, uint64_t *rng)
{
    static const char TELLING[] = "{}[]\",:0-9eE.\\\n\0u\x80\xff";

    for (unsigned i = 1 + torture_below(rng, 4); i > 0 && n > 8; i--) {
        size_t at = torture_random(rng) % n, len = 1 + torture_random(rng) % 40;

        len = len < n - at ? len : n - at;
        switch (torture_below(rng, 4)) {
        case 0:
            bytes[at] = (unsigned char)TELLING[torture_below(rng, sizeof TELLING)];
            break;
        case 1:
            bytes[at] = (unsigned char)torture_random(rng);
            break;
        case 2:
            memmove(bytes + at, bytes + at + len, n - at - len);
            n -= len;
            break;
        default: /* there is room for the file twice */
            memmove(bytes + at + len, bytes + at, n - at);
            n += len;
        }
    }
    return n;
}

static bool names_a_place(const char *why)
{
    const char *at = strstr(why, ".json:");
    return at != NULL && at[6] >= '0' && at[6] <= '9';
}

static void config_rounds(uint64_t *rng, int rounds)
{
    static const struct {
        const char *file;
        int (*look)(char *, size_t);
    } OF[] = {{"deploy/config/collector.example.json", look_at_site},
              {"deploy/config/rehearsal.json", look_at_site},
              {"deploy/config/analytics.example.json", look_at_analytics}};
    unsigned refused = 0;

    (void)snprintf(path, sizeof path, "%s/c.json", root);
    for (int round = 0; round < rounds; round++) {
        const size_t of = torture_below(rng, sizeof OF / sizeof OF[0]);
        unsigned char *bytes;
        char why[1024], *good;
        size_t n;
        int rc = 0;

        good = support_read(OF[of].file, &n);
        bytes = xcalloc(2, n + 400);
        memcpy(bytes, good, n);
        n = torture_below(rng, 40) == 0 ? 0 : edit(bytes, n, rng);
        write_bytes(path, bytes, n);
        t.runs++;
        if (!survives(OF[of].look, why, sizeof why, &rc))
            TORTURE_FAULT(t.wrong, "round %d: %s, damaged, ended the program", round, OF[of].file);
        else if (rc != 0 && !names_a_place(why))
            TORTURE_FAULT(t.wrong, "round %d: %s, damaged, is refused without its place: %s", round,
                          OF[of].file, why);
        refused += rc != 0 ? 1 : 0;
        free(bytes);
        free(good);
    }
    printf("# of %d damaged configurations %u were refused with their place, the others taken\n",
           rounds, refused);
}

int main(int argc, char **argv)
{
    uint64_t rng;
    int rounds;

    if (argc < 4)
        fatal("usage: books kill|damage|config ROUNDS SEED");
    rounds = (int)strtol(argv[2], NULL, 10);
    rng = strtoull(argv[3], NULL, 10);
    log_set_level(LOG_LEVEL_ERROR);
    (void)snprintf(root, sizeof root, "%s", support_tmpdir());
    (void)snprintf(path, sizeof path, "%s/r.db", root);
    if (strcmp(argv[1], "kill") == 0)
        kill_rounds(&rng, rounds);
    else if (strcmp(argv[1], "damage") == 0)
        damage_rounds(&rng, rounds);
    else if (strcmp(argv[1], "config") == 0)
        config_rounds(&rng, rounds);
    else
        fatal("%s: not known", argv[1]);
    support_rmdir(root);
    return torture_end(&t);
}
