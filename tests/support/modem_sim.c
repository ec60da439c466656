/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support.h"

#include "modem_sim.h"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

/* --- saying ------------------------------------------------------------------------------------------------------- */

static void note(struct modem_sim *s, const char *side, const char *text)
{
    buf_str(&s->transcript, side);
    for (; *text != '\0'; text++)
        if (*text == '\n')
            buf_str(&s->transcript, "|");
        else if (*text != '\r')
            buf_add(&s->transcript, text, 1);
    buf_str(&s->transcript, "\n");
    (void)pthread_cond_broadcast(&s->changed);
}

static void put(struct modem_sim *s, const char *bytes)
{
    size_t n = strlen(bytes);

    while (s->fd >= 0 && n > 0) {
        ssize_t k = write(s->fd, bytes, n);
        if (k <= 0)
            return;
        bytes += k;
        n -= (size_t)k;
    }
}

static void say(struct modem_sim *s, const char *line)
{
    char framed[700];

    if (s->silent)
        return;
    if (s->garbage)
        put(s, "\xff\x80~~#+\xfe\r\n");
    (void)snprintf(framed, sizeof framed, "\r\n%s\r\n", line);
    put(s, framed);
    note(s, "< ", line);
}

static void ok(struct modem_sim *s)
{
    say(s, "OK");
}

static void cme(struct modem_sim *s, int error)
{
    char line[32];

    (void)snprintf(line, sizeof line, "+CME ERROR: %d", error);
    say(s, s->numeric_errors ? line : "ERROR");
}

/* --- messages ----------------------------------------------------------------------------------------------------- */

static void store(struct modem_sim *s, const char *header, const char *text, const char *told)
{
    char line[64];

    for (size_t i = 0; i < SIM_SLOTS; i++) {
        if (s->slot[i].used)
            continue;
        s->slot[i].used = true;
        (void)snprintf(s->slot[i].header, sizeof s->slot[i].header, "%s", header);
        (void)snprintf(s->slot[i].text, sizeof s->slot[i].text, "%s", text);
        (void)snprintf(line, sizeof line, "%s: \"SM\",%zu", told, i + 1);
        say(s, line);
        return;
    }
    fail_msg("the simulated SIM is full");
}

static void arrive(struct modem_sim *s, const char *from, const char *text, bool ucs2)
{
    const time_t wib = time(NULL) + (time_t)7 * 3600;
    char header[160], details[64] = "", now[80];
    struct tm t;

    assert_non_null(gmtime_r(&wib, &t));
    (void)snprintf(now, sizeof now, "%02d/%02d/%02d,%02d:%02d:%02d+28", t.tm_year % 100,
                   t.tm_mon + 1, t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec);

    if (s->details)
        (void)snprintf(details, sizeof details, ",145,4,0,%d,\"+6281100000\",145,%zu", ucs2 ? 8 : 0,
                       strlen(text));
    (void)snprintf(header, sizeof header, "+CMGR: \"REC UNREAD\",\"%s\",,\"%s\"%s", from,
                   s->sent_at[0] != '\0' ? s->sent_at : now, details);
    store(s, header, text, "+CMTI");
}

static void report(struct modem_sim *s, const char *to)
{
    char line[200];

    if (s->report < 0 || s->no_reports)
        return;
    (void)snprintf(line, sizeof line,
                   "%s6,%u,\"%s\",145,\"26/11/24,03:00:00+28\",\"26/11/24,03:00:05+28\",%d",
                   s->report_in_memory ? "+CMGR: \"REC UNREAD\"," : "+CDS: ", s->mr,
                   s->report_without_number ? "" : to, s->report);
    if (s->report_in_memory)
        store(s, line, "", "+CDSI");
    else
        say(s, line);
}

static void read_slot(struct modem_sim *s, const char *index)
{
    size_t i = (size_t)strtoul(index, NULL, 10) - 1;
    char line[700];

    if (i >= SIM_SLOTS) {
        say(s, "+CMS ERROR: 321");
        return;
    }
    if (!s->slot[i].used) {
        ok(s);
        return;
    }
    if (strstr(s->slot[i].header, ",145,\"26/11/24,03:00:00") != NULL)
        (void)snprintf(line, sizeof line, "%s", s->slot[i].header);
    else
        (void)snprintf(line, sizeof line, "%s\r\n%s", s->slot[i].header, s->slot[i].text);
    say(s, line);
    ok(s);
}

static void drop_line(struct modem_sim *s)
{
    (void)unlink(s->link);
    if (s->fd >= 0)
        (void)close(s->fd);
    if (s->keep >= 0)
        (void)close(s->keep);
    s->fd = s->keep = -1;
    note(s, "! ", "unplugged");
}

/* The text is whole. */
static void typed(struct modem_sim *s)
{
    char line[64], to[32];

    (void)snprintf(to, sizeof to, "%s", s->to);
    s->to[0] = '\0';
    note(s, "> text ", s->in);
    if (s->drop_after_text) {
        drop_line(s);
        return;
    }
    if (s->cms != 0) {
        (void)snprintf(line, sizeof line, "+CMS ERROR: %d", s->cms);
        say(s, line);
        return;
    }
    if (s->sents < SIM_SENT) {
        (void)snprintf(s->sent[s->sents].to, sizeof s->sent[0].to, "%s", to);
        (void)snprintf(s->sent[s->sents].text, sizeof s->sent[0].text, "%.511s", s->in);
        s->sents++;
    }
    if (s->hang_after_text)
        return;
    s->mr = (s->mr + 1) % 256;
    (void)snprintf(line, sizeof line, "+CMGS: %u", s->mr);
    say(s, line);
    ok(s);
    report(s, to);
    if (s->own[0] != '\0' && strcmp(to, s->own) == 0)
        arrive(s, to, s->in, false);
}

/* --- commands ----------------------------------------------------------------------------------------------------- */

static void cmd_cpin(struct modem_sim *s, const char *arg)
{
    static const char *const STATE[] = {"+CPIN: READY", "+CPIN: SIM PIN", "+CPIN: SIM PUK", ""};
    char pin[16] = "";

    if (s->card == SIM_ABSENT) {
        cme(s, 10);
    } else if (arg[0] == '?') {
        say(s, STATE[s->card]);
        ok(s);
    } else if (sscanf(arg, "=\"%8[0-9]\"", pin) == 1 && s->card == SIM_PIN) {
        s->pins_tried++;
        if (strcmp(pin, s->pin) == 0) {
            s->card = SIM_READY;
            ok(s);
            return;
        }
        if (--s->pins_left == 0)
            s->card = SIM_PUK;
        cme(s, 16);
    } else {
        cme(s, 3);
    }
}

static void cmd_number(struct modem_sim *s, const char *before, int value, const char *after)
{
    char line[40];

    if (value < 0) {
        cme(s, 4);
        return;
    }
    (void)snprintf(line, sizeof line, "%s%d%s", before, value, after);
    say(s, line);
    ok(s);
}

static void cmd_cmgs(struct modem_sim *s, const char *arg)
{
    char line[32];

    if (s->cms_early != 0) {
        (void)snprintf(line, sizeof line, "+CMS ERROR: %d", s->cms_early);
        say(s, line);
    } else if (sscanf(arg, "=\"%31[^\"]\"", s->to) != 1) {
        say(s, "+CMS ERROR: 305");
    } else if (s->drop_at_prompt) {
        s->to[0] = '\0';
        drop_line(s);
    } else if (!s->no_prompt) {
        put(s, "\r\n> ");
        note(s, "< ", "> ");
    }
}

static void cmd_dial(struct modem_sim *s)
{
    s->dials++;
    s->clcc_asked = 0;
    s->in_call = true;
    ok(s);
    if (s->call == CALL_ENGAGED || s->call == CALL_OFF || s->call == CALL_UNHEARD) {
        s->in_call = false;
        say(s, s->call == CALL_ENGAGED ? "BUSY" : s->call == CALL_OFF ? "NO CARRIER" : "NO ANSWER");
    }
}

static void cmd_clcc(struct modem_sim *s)
{
    int state = 3;

    if (s->no_clcc) {
        say(s, "ERROR");
        return;
    }
    s->clcc_asked++;
    if (s->call == CALL_TAKEN && s->clcc_asked > 2)
        state = 0;
    if (s->call == CALL_REFUSED && s->clcc_asked > 2 && s->in_call) {
        s->in_call = false;
        say(s, "NO CARRIER");
    }
    if (s->in_call) {
        char line[64];
        (void)snprintf(line, sizeof line, "+CLCC: 1,0,%d,0,0,\"+62811\",145", state);
        say(s, line);
    }
    ok(s);
}

static void cmd_hang_up(struct modem_sim *s)
{
    s->hang_ups++;
    s->in_call = false;
    ok(s);
}

static void cmd_cpms(struct modem_sim *s)
{
    char line[80];
    int used = 0;

    for (size_t i = 0; i < SIM_SLOTS; i++)
        used += s->slot[i].used;
    (void)snprintf(line, sizeof line, "+CPMS: \"SM\",%d,%d,\"SM\",%d,%d,\"SM\",%d,%d", used,
                   SIM_SLOTS, used, SIM_SLOTS, used, SIM_SLOTS);
    say(s, line);
    ok(s);
}

/* Commands whose answer is OK, or ERROR when is set. */
static bool plain(struct modem_sim *s, const char *c)
{
    const struct {
        const char *begins;
        bool bad;
    } row[] = {
        {"+CMGF=1", false},
        {"+CSCS=\"IRA\"", s->no_ira},
        {"+CSCS=\"GSM\"", false},
        {"+CSMP=", false},
        {"+CLIP=1", false},
        {"+CPMS=", false},
        {"+CNMI=2,1,0,1,0", s->no_reports || s->report_in_memory},
        {"+CNMI=2,1,0,2,0", s->no_reports},
        {"+CNMI=1,1,0,1,0", s->no_reports},
        {"+CNMI=", false},
    };

    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++)
        if (strncmp(c, row[i].begins, strlen(row[i].begins)) == 0) {
            say(s, row[i].bad ? "ERROR" : "OK");
            return true;
        }
    return false;
}

static void command(struct modem_sim *s, const char *c)
{
    if (strcmp(c, "") == 0) {
        ok(s);
    } else if (strcmp(c, "E0") == 0) {
        s->echo = false;
        ok(s);
    } else if (strcmp(c, "+CMEE=1") == 0) {
        s->numeric_errors = true;
        ok(s);
    } else if (strncmp(c, "+CPIN", 5) == 0) {
        cmd_cpin(s, c + 5);
    } else if (strcmp(c, "+CSQ") == 0) {
        cmd_number(s, "+CSQ: ", s->signal, ",99");
    } else if (strcmp(c, "+CREG?") == 0) {
        cmd_number(s, "+CREG: 0,", s->creg, "");
    } else if (strcmp(c, "+CEREG?") == 0) {
        cmd_number(s, "+CEREG: 0,", s->cereg, "");
    } else if (strncmp(c, "+CMGS", 5) == 0) {
        cmd_cmgs(s, c + 5);
    } else if (strncmp(c, "+CMGR=", 6) == 0) {
        read_slot(s, c + 6);
    } else if (strncmp(c, "+CMGD=", 6) == 0) {
        size_t i = (size_t)strtoul(c + 6, NULL, 10) - 1;
        if (i < SIM_SLOTS)
            s->slot[i].used = false;
        ok(s);
    } else if (strcmp(c, "+CSDH=1") == 0 && !s->no_details) {
        s->details = true;
        ok(s);
    } else if (strcmp(c, "+CPMS?") == 0) {
        cmd_cpms(s);
    } else if (c[0] == 'D') {
        cmd_dial(s);
    } else if (strcmp(c, "+CLCC") == 0) {
        cmd_clcc(s);
    } else if (strcmp(c, "+CHUP") == 0 || strcmp(c, "H") == 0) {
        cmd_hang_up(s);
    } else if (strcmp(c, "+CCID") == 0) {
        say(s, "+CCID: 8962100000000000001");
        ok(s);
    } else if (!plain(s, c)) {
        cme(s, 4);
    }
}

static void byte(struct modem_sim *s, char b)
{
    const bool text = s->to[0] != '\0';

    if (text && b == '\x1b') {
        s->to[0] = '\0';
        s->n = 0;
        note(s, "> ", "ESC");
        ok(s);
        return;
    }
    if (text ? b != '\x1a' : b != '\r') {
        if (s->n < sizeof s->in - 1 && b != '\x1b' && (text || b != '\n'))
            s->in[s->n++] = b;
        return;
    }
    s->in[s->n] = '\0';
    s->n = 0;
    if (text) {
        typed(s);
        return;
    }
    note(s, "> ", s->in);
    if (s->echo && !s->silent) {
        put(s, s->in);
        put(s, "\r");
    }
    if (s->silent)
        return;
    if (s->babble != NULL)
        put(s, s->babble);
    else if (strncmp(s->in, "AT", 2) == 0)
        command(s, s->in + 2);
    else if (s->in[0] != '\0')
        say(s, "ERROR");
}

static void *run(void *arg)
{
    struct modem_sim *s = arg;

    for (;;) {
        struct pollfd p[2];
        char bytes[256];
        ssize_t n;

        modem_sim_lock(s);
        p[0] = (struct pollfd){.fd = s->fd, .events = POLLIN};
        p[1] = (struct pollfd){.fd = s->quit[0], .events = POLLIN};
        modem_sim_unlock(s);
        (void)poll(p, 2, -1);
        modem_sim_lock(s);
        if (p[1].revents != 0) {
            char what = 0;
            if (read(s->quit[0], &what, 1) == 1 && what == 'q') {
                modem_sim_unlock(s);
                return NULL;
            }
        } else if (s->fd == p[0].fd && s->fd >= 0) {
            n = read(s->fd, bytes, sizeof bytes);
            for (ssize_t i = 0; i < n; i++)
                byte(s, bytes[i]);
        }
        modem_sim_unlock(s);
    }
}

/* --- the outside -------------------------------------------------------------------------------------------------- */

void modem_sim_lock(struct modem_sim *s)
{
    (void)pthread_mutex_lock(&s->lock);
}

void modem_sim_unlock(struct modem_sim *s)
{
    (void)pthread_mutex_unlock(&s->lock);
}

static void again(struct modem_sim *s, char what)
{
    assert_int_equal(write(s->quit[1], &what, 1), 1);
}

static void plug(struct modem_sim *s)
{
    struct termios t;
    char name[128];

    assert_int_equal(openpty(&s->fd, &s->keep, name, NULL, NULL), 0);
    assert_int_equal(tcgetattr(s->keep, &t), 0);
    cfmakeraw(&t);
    assert_int_equal(tcsetattr(s->keep, TCSANOW, &t), 0);
    (void)unlink(s->link);
    assert_int_equal(symlink(name, s->link), 0);
    s->echo = true;
    s->details = s->numeric_errors = s->in_call = false;
    s->to[0] = '\0';
    s->n = 0;
}

struct modem_sim *modem_sim_start(const char *link)
{
    struct modem_sim *s = calloc(1, sizeof *s);

    assert_non_null(s);
    (void)snprintf(s->link, sizeof s->link, "%s", link);
    (void)snprintf(s->pin, sizeof s->pin, "1234");
    s->pins_left = 3;
    s->signal = 24;
    s->creg = 1;
    s->cereg = -1;
    s->report = 0;
    (void)pthread_mutex_init(&s->lock, NULL);
    (void)pthread_cond_init(&s->changed, NULL);
    assert_int_equal(pipe(s->quit), 0);
    buf_str(&s->transcript, "# simulated modem\n");
    plug(s);
    assert_int_equal(pthread_create(&s->thread, NULL, run, s), 0);
    return s;
}

void modem_sim_stop(struct modem_sim *s)
{
    again(s, 'q');
    (void)pthread_join(s->thread, NULL);
    (void)unlink(s->link);
    if (s->fd >= 0)
        (void)close(s->fd);
    if (s->keep >= 0)
        (void)close(s->keep);
    (void)close(s->quit[0]);
    (void)close(s->quit[1]);
    (void)pthread_mutex_destroy(&s->lock);
    (void)pthread_cond_destroy(&s->changed);
    buf_free(&s->transcript);
    free(s);
}

void modem_sim_unplug(struct modem_sim *s)
{
    modem_sim_lock(s);
    if (s->fd >= 0)
        drop_line(s);
    modem_sim_unlock(s);
    again(s, 'p');
}

void modem_sim_plug(struct modem_sim *s)
{
    modem_sim_lock(s);
    plug(s);
    note(s, "! ", "plugged in");
    modem_sim_unlock(s);
    again(s, 'p');
}

void modem_sim_sms(struct modem_sim *s, const char *from, const char *text, bool ucs2)
{
    modem_sim_lock(s);
    arrive(s, from, text, ucs2);
    modem_sim_unlock(s);
}

void modem_sim_ring(struct modem_sim *s, const char *number)
{
    char line[80];

    modem_sim_lock(s);
    say(s, "RING");
    if (number != NULL) {
        (void)snprintf(line, sizeof line, "+CLIP: \"%s\",145,,,,0", number);
        say(s, line);
    }
    modem_sim_unlock(s);
}

static size_t count(const struct modem_sim *s, const char *text)
{
    size_t n = 0;

    for (const char *p = strstr(s->transcript.p, text); p != NULL; p = strstr(p + 1, text))
        n++;
    return n;
}

size_t modem_sim_count(struct modem_sim *s, const char *text)
{
    size_t n;

    modem_sim_lock(s);
    n = count(s, text);
    modem_sim_unlock(s);
    return n;
}

void modem_sim_wait(struct modem_sim *s, const char *text, size_t times)
{
    struct timespec until;
    int rc = 0;

    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 20;
    modem_sim_lock(s);
    while (rc == 0 && count(s, text) < times)
        rc = pthread_cond_timedwait(&s->changed, &s->lock, &until);
    if (rc != 0)
        print_message("%s", s->transcript.p);
    modem_sim_unlock(s);
    assert_int_equal(rc, 0);
}
