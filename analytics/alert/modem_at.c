/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands and their answers (3GPP TS 27.007, 4.1; ITU-T V.250). What comes unasked in between is kept. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/clock.h"
#include "collector/common/log.h"
#include "modem_own.h"

enum {
    STEP_MS = 500 /* between two looks whether it shall stop */
};

static bool begins(const char *line, const char *with)
{
    return strncmp(line, with, strlen(with)) == 0;
}

bool at_keep_unasked(struct modem *m, const char *line)
{
    static const char *const WORD[] = {"+CMTI:", "+CDSI:", "+CDS:", "+CLIP:", "RING", "+CRING"};
    static const char *const CALL[] = {"NO CARRIER", "BUSY", "NO ANSWER"};
    /* makers' own, about signal and the like: true of a moment that has gone when somebody listens */
    static const char *const IGNORED[] = {"^", "+CUSD:", "*"};

    for (size_t i = 0; i < sizeof WORD / sizeof WORD[0]; i++) {
        if (!begins(line, WORD[i]))
            continue;
        if (m->urcs == URCS)
            m->scan = true; /* nothing is lost: messages lie in the memory, a call rings again */
        else
            (void)snprintf(m->urc[m->urcs++], URC_SIZE, "%s", line);
        return true;
    }
    for (size_t i = 0; i < sizeof CALL / sizeof CALL[0]; i++)
        if (strcmp(line, CALL[i]) == 0) {
            (void)snprintf(m->call_end, sizeof m->call_end, "%s", line);
            return true;
        }
    for (size_t i = 0; i < sizeof IGNORED / sizeof IGNORED[0]; i++)
        if (begins(line, IGNORED[i]))
            return true;
    return false;
}

bool at_is_final(const char *line, bool dial, struct at_answer *a)
{
    static const char *const WORD[] = {"OK",        "ERROR",       "NO CARRIER",  "BUSY",
                                       "NO ANSWER", "NO DIALTONE", "NO DIAL TONE"};
    const char *colon = strchr(line, ':');
    bool is = begins(line, "+CME ERROR:") || begins(line, "+CMS ERROR:");

    for (size_t i = 0; i < (dial ? sizeof WORD / sizeof WORD[0] : 2); i++)
        is = is || strcmp(line, WORD[i]) == 0;
    if (!is)
        return false;
    (void)snprintf(a->final, sizeof a->final, "%.63s", line);
    a->error = colon != NULL ? (int)strtol(colon + 1, NULL, 10) : -1;
    return true;
}

int at_line(struct modem *m, char *out, size_t size, bool prompt, int64_t ms)
{
    int64_t end = clock_mono_ms() + ms;

    if (end > m->deadline)
        end = m->deadline;
    for (;;) {
        int64_t step = clock_mono_ms() + STEP_MS;
        int rc;
        if (atomic_load(&m->stopped))
            return NILA_ERR_BUSY;
        rc = line_read(&m->line, out, size, prompt, step < end ? step : end);
        if (rc == NILA_ERR_CLOSED)
            line_close(&m->line);
        if (rc != NILA_ERR_TIMEOUT || step >= end)
            return rc;
    }
}

int at_send(struct modem *m, const char *command)
{
    char text[160];
    int n = snprintf(text, sizeof text, "AT%s\r", command), rc;

    if (n < 0 || (size_t)n >= sizeof text)
        return NILA_ERR_RANGE;
    rc = line_write(&m->line, text, (size_t)n, m->deadline);
    if (rc == NILA_ERR_CLOSED)
        line_close(&m->line);
    return rc;
}

/* Until the answer's end, or the prompt: then 0 with final "". */
static int wait_end(struct modem *m, bool prompt, bool dial, int64_t ms, struct at_answer *a)
{
    const int64_t end = clock_mono_ms() + ms;
    char line[MODEM_LINE_SIZE];

    *a = (struct at_answer){.error = -1};
    for (;;) {
        int64_t left = end - clock_mono_ms();
        int rc = at_line(m, line, sizeof line, prompt, left > 0 ? left : 0);
        if (rc != 0)
            return rc;
        if (prompt && strcmp(line, ">") == 0)
            return 0;
        if (at_is_final(line, dial, a))
            return strcmp(a->final, "OK") == 0 ? 0 : NILA_ERR_REFUSED;
        if (line[0] == '\0' || begins(line, "AT") || at_keep_unasked(m, line))
            continue; /* blank, an echo, or for later */
        if (a->lines < AT_LINES)
            (void)snprintf(a->line[a->lines++], sizeof a->line[0], "%s", line);
    }
}

int at_prompt(struct modem *m, int64_t ms, struct at_answer *a)
{
    int rc = wait_end(m, true, false, ms, a);

    return rc == 0 && a->final[0] != '\0' ? NILA_ERR_PROTO : rc; /* "OK" is no prompt */
}

int at_final(struct modem *m, bool dial, int64_t ms, struct at_answer *a)
{
    return wait_end(m, false, dial, ms, a);
}

static int ask(struct modem *m, const char *command, bool dial, int64_t ms, struct at_answer *a)
{
    struct at_answer *own = a == NULL ? xcalloc(1, sizeof *own) : NULL;
    int rc = at_send(m, command);

    if (rc == 0)
        rc = at_final(m, dial, ms, a != NULL ? a : own);
    free(own);
    return rc;
}

int at_command(struct modem *m, const char *command, int64_t ms, struct at_answer *a)
{
    return ask(m, command, false, ms, a);
}

int at_dial(struct modem *m, const char *command, int64_t ms, struct at_answer *a)
{
    return ask(m, command, true, ms, a);
}

const char *at_find(const struct at_answer *a, const char *prefix)
{
    for (size_t i = 0; i < a->lines; i++)
        if (begins(a->line[i], prefix)) {
            const char *p = a->line[i] + strlen(prefix);
            return p + strspn(p, " ");
        }
    return NULL;
}

size_t at_fields(const char *text, char out[static FIELDS][FIELD_SIZE])
{
    size_t n = 0;

    for (const char *p = text; n < FIELDS; p++) {
        size_t k = 0;
        bool quoted = false;
        p += strspn(p, " ");
        for (; *p != '\0' && (quoted || *p != ','); p++) {
            if (*p == '"')
                quoted = !quoted;
            else if (k < FIELD_SIZE - 1)
                out[n][k++] = *p;
        }
        out[n++][k] = '\0';
        if (*p == '\0')
            break;
    }
    for (size_t i = n; i < FIELDS; i++)
        out[i][0] = '\0';
    return n;
}
