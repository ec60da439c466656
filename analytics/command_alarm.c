/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nila-analytics alert: what is open and what was told; a person's word on it; a button; a month's report. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "analytics/alert/report.h"
#include "analytics/commands_own.h"
#include "collector/common/civil.h"
#include "collector/common/clock.h"
#include "collector/common/log.h"
#include "collector/common/tongue.h"

#define LIST_BACK_MS (7 * CIVIL_DAY_MS)

struct doing {
    const struct command_options *o;
    struct analytics_config *c;
    struct records *records;
    char why[COMMAND_WHY];
};

static int refuse(struct doing *d, const char *words, const char *what)
{
    (void)snprintf(d->why, sizeof d->why, "%.60s: %s", what, words);
    return NILA_ERR_RANGE;
}

/* --- list --- */

static void moment(char *buf, size_t size, int64_t ts_ms)
{
    struct civil c = civil_from_ts(ts_ms);

    if (ts_ms == 0)
        (void)snprintf(buf, size, "-");
    else
        (void)snprintf(buf, size, "%04d-%02d-%02d %02d:%02d", c.year, c.month, c.day, c.hour,
                       c.minute);
}

static const char *fate_word(const char *fate)
{
    static const struct {
        const char *fate, *indonesian, *english;
    } WORD[] = {
        {"", "menunggu", "waiting"},
        {"sent", "terkirim", "sent"},
        {"delivered", "sampai", "delivered"},
        {"retry", "belum terkirim", "not sent yet"},
        {"refused", "tidak terkirim", "not sent"},
        {"unknown", "mungkin terkirim", "perhaps sent"},
        {"expired", "kedaluwarsa", "too late"},
        {"dropped", "dibatalkan", "no longer needed"},
    };

    for (size_t i = 0; i < sizeof WORD / sizeof WORD[0]; i++)
        if (strcmp(WORD[i].fate, fate) == 0)
            return tongue(WORD[i].indonesian, WORD[i].english);
    return fate;
}

static void list_attempts(struct doing *d, int64_t alarm, bool json)
{
    struct rec_attempt *t = NULL;
    size_t n = 0;

    if (records_attempts(d->records, alarm, 0, &t, &n) != 0)
        return; /* told by records */
    for (size_t i = 0; i < n; i++) {
        char when[24], with[48] = "";

        if (t[i].told_with > 0)
            (void)snprintf(with, sizeof with, tongue(" (dalam pesan %lld)", " (in message %lld)"),
                           (long long)t[i].told_with);
        else if (t[i].told_with < 0)
            (void)snprintf(with, sizeof with, tongue(" (pesan %lld)", " (message %lld)"),
                           (long long)t[i].id);
        moment(when, sizeof when, t[i].done_ms != 0 ? t[i].done_ms : t[i].due_ms);
        if (json)
            (void)printf(
                "%s{\"id\":%lld,\"kind\":\"%s\",\"channel\":\"%s\",\"contact\":\"%s\","
                "\"due_ms\":%lld,\"done_ms\":%lld,\"tries\":%d,\"fate\":\"%s\",\"code\":\"%s\","
                "\"told_with\":%lld}",
                i > 0 ? "," : "", (long long)t[i].id, t[i].kind, t[i].channel, t[i].contact,
                (long long)t[i].due_ms, (long long)t[i].done_ms, t[i].tries, t[i].fate, t[i].code,
                (long long)t[i].told_with);
        else
            (void)printf("        %s  %-8s %-12s %-20s %s%s%s%s\n", when, t[i].kind, t[i].channel,
                         t[i].contact[0] != '\0' ? t[i].contact : "-", fate_word(t[i].fate), with,
                         t[i].why[0] != '\0' ? ": " : "", t[i].why);
    }
    free(t);
}

static int list(struct doing *d)
{
    struct rec_alarm *a = NULL;
    size_t n = 0;
    int64_t now = clock_wall_ms();
    int rc = records_alarms(d->records, now - LIST_BACK_MS, now + 1, &a, &n);

    if (rc != 0)
        return rc;
    for (size_t i = 0; i < n; i++) {
        char raised[24], ended[24];

        moment(raised, sizeof raised, a[i].raised_ms);
        moment(ended, sizeof ended, a[i].cleared_ms);
        if (d->o->json) {
            (void)printf(
                "{\"id\":%lld,\"subject\":\"%s\",\"cause\":\"%s\",\"severity\":\"%s\","
                "\"raised_ms\":%lld,\"told_ms\":%lld,\"acked_ms\":%lld,\"acked_how\":\"%s\","
                "\"snooze_ms\":%lld,\"cleared_ms\":%lld,\"attempts\":[",
                (long long)a[i].id, a[i].subject, a[i].cause, alarm_severity_name(a[i].worst),
                (long long)a[i].raised_ms, (long long)a[i].told_ms, (long long)a[i].acked_ms,
                a[i].acked_how, (long long)a[i].snooze_ms, (long long)a[i].cleared_ms);
            list_attempts(d, a[i].id, true);
            (void)printf("]}\n");
            continue;
        }
        (void)printf(tongue("%6lld  %s  %-16s %-18s %-7s %s%s%s  selesai %s\n",
                            "%6lld  %s  %-16s %-18s %-7s %s%s%s  ended %s\n"),
                     (long long)a[i].id, raised,
                     a[i].subject[0] != '\0' ? a[i].subject : tongue("(lokasi)", "(site)"),
                     a[i].cause, alarm_severity_name(a[i].worst),
                     a[i].acked_how[0] != '\0' ? tongue("ditangani ", "acknowledged ") : "",
                     a[i].acked_by, a[i].acked_how[0] != '\0' ? "" : "-", ended);
        list_attempts(d, a[i].id, false);
    }
    free(a);
    if (n == 0 && !d->o->quiet && !d->o->json)
        (void)fprintf(stderr, "%s",
                      tongue("tidak ada alarm terbuka, juga tidak dalam 7 hari ini\n",
                             "no alarm is open, nor was there one in the last 7 days\n"));
    return 0;
}

/* --- ack, snooze, press --- */

static int number(struct doing *d, const char *text, long long most, long long *out)
{
    char words[96];

    char *end = NULL;

    *out = text != NULL ? strtoll(text, &end, 10) : 0;
    if (text == NULL || end == text || *end != '\0' || *out < 1 || *out > most)
        (void)snprintf(words, sizeof words,
                       most <= ALARM_SNOOZE_MAX_MIN
                           ? tongue("menit: 1 sampai %lld", "minutes: 1 to %lld")
                           : tongue("nomor alarm, lihat alert list (1 sampai %lld)",
                                    "the number of an alarm, see alert list (1 to %lld)"),
                       most);
    else
        return 0;
    return refuse(d, words, text != NULL ? text : "alert");
}

static const char *who(const struct doing *d)
{
    return d->o->alert.by != NULL ? d->o->alert.by : "cli";
}

static int ask(struct doing *d, enum ask_kind kind)
{
    struct rec_ask a = {.kind = kind, .how = "cli", .at_ms = clock_wall_ms()};
    long long id = 0, minutes = 0;
    int rc = number(d, d->o->alert.word[1], INT64_MAX, &id);

    if (rc == 0 && kind == ASK_SNOOZE)
        rc = number(d, d->o->alert.word[2], ALARM_SNOOZE_MAX_MIN, &minutes);
    if (rc != 0)
        return rc;
    a.alarm = id;
    a.minutes = (int)minutes;
    (void)snprintf(a.by, sizeof a.by, "%.64s", who(d));
    rc = records_alarm_ask(d->records, &a);
    if (rc == NILA_ERR_NOT_FOUND)
        (void)snprintf(d->why, sizeof d->why,
                       tongue("%lld: tidak ada alarm terbuka dengan nomor itu; lihat alert list",
                              "%lld: no open alarm has that number; see alert list"),
                       id);
    else if (rc == NILA_ERR_RANGE)
        (void)snprintf(d->why, sizeof d->why,
                       tongue("alarm %lld adalah bahaya: paling lama %d menit",
                              "alarm %lld is a danger: at most %d minutes"),
                       id, ALARM_SNOOZE_DANGER_MIN);
    else if (rc == NILA_ERR_FULL)
        (void)snprintf(
            d->why, sizeof d->why,
            tongue("alarm %lld adalah bahaya dan sudah %d kali ditunda: tidak bisa ditunda "
                   "lagi; tangani, lalu alert ack %lld",
                   "alarm %lld is a danger and was snoozed %d times: it cannot be "
                   "snoozed again; deal with it, then alert ack %lld"),
            id, ALARM_SNOOZES_DANGER, id);
    else if (rc == 0 && !d->o->quiet)
        (void)fprintf(stderr,
                      kind == ASK_ACK ? tongue("alarm %lld dicatat: sudah ditangani\n",
                                               "alarm %lld: noted as taken in hand\n")
                                      : tongue("alarm %lld dicatat: ditunda\n",
                                               "alarm %lld: noted as snoozed\n"),
                      id);
    return rc;
}

static int press(struct doing *d)
{
    struct rec_press p = {.at_ms = clock_wall_ms()};
    const char *pond = d->o->alert.word[1], *kind = d->o->alert.word[2];
    int rc;

    if (pond == NULL || kind == NULL || !slug_valid(pond) || press_kind_find(kind, &p.kind) != 0 ||
        p.kind == PRESS_OXYGEN) /* it has a value: oxygen reading */
        return refuse(d,
                      tongue("yang dikenal: press KOLAM gasping | aerator_on | aerator_off | "
                             "river_acid",
                             "what there is: press POND gasping | aerator_on | aerator_off | "
                             "river_acid"),
                      kind != NULL ? kind : "press");
    (void)snprintf(p.pond, sizeof p.pond, "%s", pond);
    (void)snprintf(p.by, sizeof p.by, "%.64s", who(d));
    rc = records_press(d->records, &p);
    if (rc == NILA_ERR_NOT_FOUND)
        (void)snprintf(d->why, sizeof d->why,
                       tongue("%s: tidak ada kolam itu di catatan", "%s: no such pond on record"),
                       pond);
    return rc;
}

/* --- report --- */

static size_t print_pond(const struct doing *d, const struct report_pond *p)
{
    char words[200];

    if (p->sirens + p->warned + p->right + p->missed + p->unknown == 0)
        return 0;
    report_sentence(words, sizeof words, p, d->o->english);
    if (d->o->json)
        (void)printf(
            "{\"pond\":\"%s\",\"sirens\":%d,\"acknowledged\":%d,\"deaths\":%d,\"warned\":%d,"
            "\"right\":%d,\"missed\":%d,\"unknown\":%d}\n",
            p->pond, p->sirens, p->acknowledged, p->deaths, p->warned, p->right, p->missed,
            p->unknown);
    else
        (void)printf(tongue("%s (%s): %d sirene, %d ditangani, %d diikuti kematian. %s.\n",
                            "%s (%s): %d sirens, %d acknowledged, %d followed by deaths. %s.\n"),
                     p->name, p->pond, p->sirens, p->acknowledged, p->deaths, words);
    return 1;
}

static int report(struct doing *d)
{
    struct records_snapshot *s = NULL;
    struct rec_alarm *a = NULL;
    struct rec_night *g = NULL;
    struct report_pond *p = NULL;
    size_t alarms = 0, nights = 0, told = 0;
    int32_t month = civil_month(clock_wall_ms()), first;
    char day[16];
    int rc;

    if (d->o->alert.month != NULL) {
        (void)snprintf(day, sizeof day, "%.7s-01", d->o->alert.month);
        if (strlen(d->o->alert.month) != 7 || civil_parse_day(day, &first) != 0)
            return refuse(d, tongue("bukan bulan; seperti 2026-11", "is no month; as in 2026-11"),
                          d->o->alert.month);
        month = civil_month_of_day(first);
    }
    rc = records_snapshot(d->records, clock_wall_ms(), &s);
    if (rc == 0)
        rc = records_alarms(d->records, civil_month_start(month), civil_month_start(month + 1), &a,
                            &alarms);
    if (rc == 0)
        rc = records_nights(d->records, civil_month_first_day(month),
                            civil_month_first_day(month + 1) - 1, &g, &nights);
    if (rc == 0) {
        report_month(s, month, a, alarms, g, nights, &p);
        for (size_t i = 0; i < s->ponds; i++)
            told += print_pond(d, &p[i]);
        if (told == 0 && !d->o->quiet && !d->o->json)
            (void)fprintf(stderr, "%s",
                          tongue("tidak ada alarm dan tidak ada malam yang tercatat di bulan itu\n",
                                 "no alarm and no night is on record in that month\n"));
    }
    free(p);
    free(g);
    free(a);
    records_snapshot_free(s);
    return rc;
}

static int do_it(struct doing *d)
{
    static const struct {
        const char *word;
        int (*run)(struct doing *d);
    } WHAT[] = {{"list", list}, {"press", press}, {"report", report}};
    const char *word = d->o->alert.word[0] != NULL ? d->o->alert.word[0] : "";

    if (strcmp(word, "ack") == 0)
        return ask(d, ASK_ACK);
    if (strcmp(word, "snooze") == 0)
        return ask(d, ASK_SNOOZE);
    for (size_t i = 0; i < sizeof WHAT / sizeof WHAT[0]; i++)
        if (strcmp(WHAT[i].word, word) == 0)
            return WHAT[i].run(d);
    return refuse(d,
                  tongue("yang dikenal: list, ack ID, snooze ID MENIT, test SALURAN, press KOLAM "
                         "HAL, report",
                         "what there is: list, ack ID, snooze ID MINUTES, test CHANNEL, press POND "
                         "KIND, report"),
                  word[0] != '\0' ? word : "alert");
}

int command_alert(const struct command_options *o)
{
    struct doing d = {.o = o, .c = xcalloc(1, sizeof *d.c)};
    int rc = command_load_config(o, d.c, d.why);

    if (rc == 0)
        rc = command_open_records(o, d.c, &d.records, d.why);
    if (rc == 0)
        rc = do_it(&d);
    if (rc != 0)
        log_warnx("%s", d.why[0] != '\0' ? d.why : nila_err_text(rc));
    records_close(d.records);
    free(d.c);
    if (fflush(stdout) != 0 && rc == 0)
        rc = NILA_ERR_IO;
    return command_exit_code(rc);
}
