/* SPDX-License-Identifier: GPL-3.0-or-later */
/* night_gear: what stands around the alarm in test_bad_night.sh: a SIMULATED modem on a pty, an SMTP server and a web server, each
 * with its own transcript.
 *
 *   night_gear DIR
 *
 * DIR/modem is the modem's port; DIR/ready gets "smtp=PORT web=PORT" once all listen. Transcripts are kept up to date:
 * DIR/modem.txt and DIR/smtp.txt ("> " to them, "< " from them), DIR/web-N.http (requests as they came). Standard input:
 *
 *   sms NUMBER TEXT    an SMS comes in
 *   call rings|taken|refused    what becomes of calls from now on
 *
 * Ends when standard input does.
 *
 *   night_gear DIR fates
 *
 * prints what became of every message of the records DIR: "kind cause channel contact fate tries".
 *
 *   night_gear DIR last
 *
 * prints when the newest of them was decided, ms. */
#include "tests/support/support.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#include "tests/support/modem_sim.h"
#include "tests/support/smtpd.h"
#include "tests/support/stubhttp.h"

#define EVERY_MS 30

static const struct stub_reply TAKEN = {
    .bytes = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok", .close = 1};

struct gear {
    const char *dir;
    struct modem_sim *modem;
    struct smtpd smtp;
    struct stubhttp *web;
    size_t modem_n, smtp_n, web_n; /* written so far */
};

/* name in dir gets the bytes behind its present end. */
static void write_more(const char *dir, const char *name, const char *bytes, size_t n)
{
    char path[512];
    FILE *f;

    (void)snprintf(path, sizeof path, "%s/%s", dir, name);
    f = fopen(path, "a");
    if (f == NULL || fwrite(bytes, 1, n, f) != n || fclose(f) != 0) {
        perror(path);
        exit(1);
    }
}

static void keep(struct gear *g)
{
    modem_sim_lock(g->modem);
    write_more(g->dir, "modem.txt", g->modem->transcript.p + g->modem_n,
               g->modem->transcript.n - g->modem_n);
    g->modem_n = g->modem->transcript.n;
    modem_sim_unlock(g->modem);
    (void)pthread_mutex_lock(&g->smtp.lock);
    write_more(g->dir, "smtp.txt", g->smtp.transcript.p + g->smtp_n,
               g->smtp.transcript.n - g->smtp_n);
    g->smtp_n = g->smtp.transcript.n;
    (void)pthread_mutex_unlock(&g->smtp.lock);
    while (g->web_n < stubhttp_requests(g->web)) {
        char name[32];
        size_t n = 0;
        const char *request = stubhttp_request(g->web, g->web_n, &n);

        (void)snprintf(name, sizeof name, "web-%zu.http", ++g->web_n);
        write_more(g->dir, name, request, n);
    }
}

/* false: not understood */
static bool obey(struct gear *g, char *line)
{
    static const struct {
        const char *word;
        enum sim_call call;
    } CALL[] = {{"rings", CALL_RINGS}, {"taken", CALL_TAKEN}, {"refused", CALL_REFUSED}};
    char *rest;

    line[strcspn(line, "\n")] = '\0';
    if (strncmp(line, "sms ", 4) == 0 && (rest = strchr(line + 4, ' ')) != NULL) {
        *rest = '\0';
        modem_sim_sms(g->modem, line + 4, rest + 1, false);
        return true;
    }
    for (size_t i = 0; strncmp(line, "call ", 5) == 0 && i < sizeof CALL / sizeof CALL[0]; i++)
        if (strcmp(line + 5, CALL[i].word) == 0) {
            modem_sim_lock(g->modem);
            g->modem->call = CALL[i].call;
            modem_sim_unlock(g->modem);
            return true;
        }
    return false;
}

static const char FATES[] =
    "SELECT kind || ' ' || cause || ' ' || channel || ' ' || iif(contact = '', '-', contact) || ' "
    "' || "
    "iif(fate = '', '-', fate) || ' ' || tries FROM alarm_attempts ORDER BY id";
static const char LAST[] =
    "SELECT CAST(max(made_ms) AS TEXT) FROM alarm_attempts HAVING count(*) > 0";

/* The first column of every row. */
static int print(const char *path, const char *sql)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *s = NULL;
    int rc = 1;

    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK &&
        sqlite3_prepare_v2(db, sql, -1, &s, NULL) == SQLITE_OK) {
        while ((rc = sqlite3_step(s)) == SQLITE_ROW)
            (void)puts((const char *)sqlite3_column_text(s, 0));
        rc = rc == SQLITE_DONE ? 0 : 1;
    }
    if (rc != 0)
        (void)fprintf(stderr, "%s: %s\n", path, sqlite3_errmsg(db));
    (void)sqlite3_finalize(s);
    (void)sqlite3_close(db);
    return rc;
}

int main(int argc, char **argv)
{
    static struct gear g;
    struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
    char path[512], line[256];
    int n;

    if (argc == 3 && strcmp(argv[2], "fates") == 0)
        return print(argv[1], FATES);
    if (argc == 3 && strcmp(argv[2], "last") == 0)
        return print(argv[1], LAST);
    if (argc != 2)
        return 64;
    g.dir = argv[1];
    (void)snprintf(path, sizeof path, "%s/modem", g.dir);
    g.modem = modem_sim_start(path);
    smtpd_start(&g.smtp);
    g.web = stubhttp_start(&TAKEN, 1);
    n = snprintf(line, sizeof line, "smtp=%d web=%d\n", g.smtp.port, stubhttp_port(g.web));
    write_more(g.dir, "ready", line, (size_t)n);
    for (;;) {
        if (poll(&in, 1, EVERY_MS) > 0) {
            ssize_t k = 0;
            char c;
            n = 0;
            while ((k = read(STDIN_FILENO, &c, 1)) == 1 && n < (int)sizeof line - 1) {
                line[n++] = c;
                if (c == '\n')
                    break;
            }
            if (k <= 0)
                break;
            line[n] = '\0';
            if (!obey(&g, line))
                (void)fprintf(stderr, "night_gear: not understood: %s\n", line);
        }
        keep(&g);
    }
    modem_sim_stop(g.modem);
    stubhttp_stop(g.web);
    smtpd_stop(&g.smtp);
    smtpd_free(&g.smtp);
    return 0;
}
