/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wizard_talk.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "buf.h"
#include "tongue.h"

#define WIDTH       79
#define ANSWER_SIZE 512

/* --- saying ------------------------------------------------------------------------------------------------------- */

static size_t width_of(const char *s, size_t n)
{
    size_t w = 0;

    for (size_t i = 0; i < n; i++)
        w += ((unsigned char)s[i] & 0xC0) != 0x80;
    return w;
}

/* One line of text (n bytes) broken between words. */
static void add_line(struct buf *out, const char *s, size_t n)
{
    size_t indent = strspn(s, " "), at = 0;

    if (indent > n)
        indent = n;
    for (const char *p = s + indent; p < s + n;) {
        size_t k = strcspn(p, " \n"), w;
        if (k > (size_t)(s + n - p))
            k = (size_t)(s + n - p);
        w = width_of(p, k);
        if (at > 0 && at + 1 + w > WIDTH) {
            buf_str(out, "\n");
            at = 0;
        }
        if (at == 0) {
            buf_printf(out, "%*s", (int)indent, "");
            at = indent;
        } else {
            buf_str(out, " ");
            at++;
        }
        buf_add(out, p, k);
        at += w;
        p += k;
        while (p < s + n && *p == ' ')
            p++;
    }
    buf_str(out, "\n");
}

void wizard_say(const struct wizard_io *io, const char *fmt, ...)
{
    struct buf out = {0};
    char text[2048];
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    for (const char *p = text; *p != '\0';) {
        size_t n = strcspn(p, "\n");
        add_line(&out, p, n);
        p += n + (p[n] == '\n' ? 1 : 0);
    }
    if (out.p != NULL)
        io->say(io->arg, out.p);
    buf_free(&out);
}

void wizard_show(const struct wizard_io *io, const char *text)
{
    io->say(io->arg, text);
}

/* --- asking ------------------------------------------------------------------------------------------------------- */

static void trim(char *s)
{
    size_t n, lead = strspn(s, " \t\r");

    memmove(s, s + lead, strlen(s + lead) + 1);
    for (n = strlen(s); n > 0 && strchr(" \t\r", s[n - 1]) != NULL; n--)
        s[n - 1] = '\0';
}

/* The typed line into answer; back, help and the end are dealt with here. */
static enum wizard_end ask(const struct wizard_io *io, const char *question, const char *help,
                           const char *shown, bool hidden, char answer[static ANSWER_SIZE])
{
    struct buf prompt = {0};
    enum wizard_end end;

    for (;;) {
        buf_clear(&prompt);
        if (shown[0] == '\0')
            buf_printf(&prompt, "%s: ", question);
        else
            buf_printf(&prompt, "%s%s[%s]: ", question,
                       width_of(question, strlen(question)) + width_of(shown, strlen(shown)) + 5 >
                               WIDTH
                           ? "\n  "
                           : " ",
                       shown);
        io->say(io->arg, prompt.p);
        end = io->line(io->arg, answer, ANSWER_SIZE, hidden);
        if (end != WIZARD_ON)
            break;
        trim(answer);
        if (strcmp(answer, "?") == 0) {
            wizard_say(io, "  %s", help);
            wizard_say(io, "  %s",
                       tongue("Enter: tetap seperti dalam [ ]. <: kembali. Ctrl-C: berhenti, tidak "
                              "ada yang diubah.",
                              "Enter: keeps what is in [ ]. <: back. Ctrl-C: ends, nothing is "
                              "changed."));
            continue;
        }
        if (strcmp(answer, "<") == 0)
            end = WIZARD_BACK;
        break;
    }
    buf_free(&prompt);
    return end;
}

static bool has_control(const char *s)
{
    for (; *s != '\0'; s++)
        if ((unsigned char)*s < 0x20 || *s == 0x7F)
            return true;
    return false;
}

enum wizard_end wizard_ask(const struct wizard_io *io, const char *question, const char *help,
                           bool need, char *buf, size_t size)
{
    char answer[ANSWER_SIZE];

    for (;;) {
        enum wizard_end end = ask(io, question, help, buf, false, answer);
        if (end != WIZARD_ON)
            return end;
        if (answer[0] == '\0' && (!need || buf[0] != '\0'))
            return WIZARD_ON;
        if (answer[0] == '\0') {
            wizard_say(io, "  %s",
                       tongue("Ini harus diisi; ? menjelaskan.", "This is needed; ? explains."));
        } else if (has_control(answer)) {
            wizard_say(io, "  %s",
                       tongue("Ada tombol yang bukan huruf di dalamnya; ketik sekali lagi.",
                              "There is a key in it that is no character; type it again."));
        } else if (strlen(answer) >= size) {
            wizard_say(io,
                       tongue("  Terlalu panjang: paling banyak %zu.", "  Too long: at most %zu."),
                       size - 1);
        } else {
            (void)snprintf(buf, size, "%s", answer);
            return WIZARD_ON;
        }
    }
}

enum wizard_end wizard_ask_hidden(const struct wizard_io *io, const char *question,
                                  const char *help, char *buf, size_t size)
{
    char answer[ANSWER_SIZE];

    for (;;) {
        enum wizard_end end = ask(io, question, help, "", true, answer);
        if (end != WIZARD_ON)
            return end;
        if (strlen(answer) >= size || has_control(answer)) {
            wizard_say(io,
                       tongue("  Tidak dapat dipakai: paling banyak %zu huruf.",
                              "  Not usable: at most %zu characters."),
                       size - 1);
            continue;
        }
        (void)snprintf(buf, size, "%s", answer);
        return WIZARD_ON;
    }
}

enum wizard_end wizard_ask_number(const struct wizard_io *io, const char *question,
                                  const char *help, double min, double max, bool whole,
                                  double *value)
{
    char answer[ANSWER_SIZE], shown[32] = "", *end_of, *comma;

    if (*value >= min && *value <= max)
        (void)snprintf(shown, sizeof shown, "%.10g", *value);
    for (;;) {
        double v;
        enum wizard_end end = ask(io, question, help, shown, false, answer);
        if (end != WIZARD_ON)
            return end;
        if (answer[0] == '\0' && shown[0] != '\0')
            return WIZARD_ON;
        if ((comma = strchr(answer, ',')) != NULL)
            *comma = '.';
        v = strtod(answer, &end_of);
        if (end_of != answer && *end_of == '\0' && v >= min && v <= max &&
            (!whole || v == floor(v))) {
            *value = v;
            return WIZARD_ON;
        }
        wizard_say(io,
                   tongue("  Harus angka dari %.10g sampai %.10g.",
                          "  It must be a number from %.10g to %.10g."),
                   min, max);
    }
}

enum wizard_end wizard_choose(const struct wizard_io *io, const char *question, const char *help,
                              size_t n, const char *(*name)(const void *arg, size_t i),
                              const void *arg, size_t *at)
{
    char answer[ANSWER_SIZE], shown[24] = "";

    if (*at < n)
        (void)snprintf(shown, sizeof shown, "%zu", *at + 1);
    for (;;) {
        char *end_of;
        long k;
        enum wizard_end end = ask(io, question, help, shown, false, answer);
        if (end != WIZARD_ON)
            return end;
        if (answer[0] == '\0' && *at < n)
            return WIZARD_ON;
        k = strtol(answer, &end_of, 10);
        if (end_of != answer && *end_of == '\0' && k >= 1 && (size_t)k <= n) {
            *at = (size_t)k - 1;
            return WIZARD_ON;
        }
        for (size_t i = 0; i < n; i++) {
            if (answer[0] != '\0' && strcasecmp(answer, name(arg, i)) == 0) {
                *at = i;
                return WIZARD_ON;
            }
        }
        wizard_say(io,
                   tongue("  Pilih nomor 1 sampai %zu, atau ketik namanya.",
                          "  Choose a number from 1 to %zu, or type the name."),
                   n);
    }
}

enum wizard_end wizard_yes(const struct wizard_io *io, const char *question, const char *help,
                           bool *yes)
{
    char answer[ANSWER_SIZE];

    for (;;) {
        enum wizard_end end = ask(
            io, question, help, *yes ? tongue("Y/t", "Y/n") : tongue("y/T", "y/N"), false, answer);
        if (end != WIZARD_ON)
            return end;
        if (answer[0] == '\0')
            return WIZARD_ON;
        if (strchr("yYtTnN", answer[0]) != NULL) {
            *yes = answer[0] == 'y' || answer[0] == 'Y';
            return WIZARD_ON;
        }
        wizard_say(io, "  %s", tongue("Jawab y (ya) atau t (tidak).", "Answer y (yes) or n (no)."));
    }
}

enum wizard_end wizard_row(const struct wizard_row *row, void *arg)
{
    size_t i = 0;
    bool backwards = false;

    while (i < row->steps) {
        enum wizard_end end;
        *row->silent = false;
        end = row->step[i](arg);
        if (end == WIZARD_ON && *row->silent && backwards)
            end = WIZARD_BACK; /* nothing to be asked here: on to the one before it */
        *row->silent = false;
        if (end == WIZARD_ON) {
            backwards = false;
            i++;
        } else if (end == WIZARD_BACK) {
            if (i == 0)
                return WIZARD_BACK;
            backwards = true;
            i--;
        } else {
            return end;
        }
    }
    return WIZARD_ON;
}
