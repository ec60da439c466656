/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "press.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>

#include "collector/common/log.h"

#define SNOOZE_MIN ALARM_SNOOZE_DANGER_MIN

/* --- the form --- */

static int hex(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* One value of a form into out, with its end; false: badly coded, not printable ASCII, or too long. */
static bool decode(const char *p, size_t n, char *out, size_t size)
{
    size_t at = 0;

    for (size_t i = 0; i < n; i++) {
        int c = (unsigned char)p[i];
        if (c == '+') {
            c = ' ';
        } else if (c == '%') {
            int high = i + 2 < n ? hex(p[i + 1]) : -1, low = i + 2 < n ? hex(p[i + 2]) : -1;
            if (high < 0 || low < 0)
                return false;
            c = high * 16 + low;
            i += 2;
        }
        if (c < 0x20 || c > 0x7e || at + 1 >= size)
            return false;
        out[at++] = (char)c;
    }
    out[at] = '\0';
    return at > 0;
}

/* A path of ours: one '/' first, then letters, digits, '-' and '/'; nothing that a browser takes for another host. */
bool press_path_valid(const char *p)
{
    return p[0] == '/' && p[1] != '/' &&
           p[strspn(p, "/abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0';
}

int press_read(const char *body, size_t n, struct press_form *out)
{
    struct press_form f = {.what = ""};
    const struct {
        const char *name;
        char *to;
        size_t size;
    } FIELD[] = {{"apa", f.what, sizeof f.what},
                 {"di", f.subject, sizeof f.subject},
                 {"kembali", f.back, sizeof f.back},
                 {"kunci", f.key, sizeof f.key},
                 {"tanda", f.token, sizeof f.token}};
    const size_t fields = sizeof FIELD / sizeof FIELD[0];
    size_t at = 0;

    while (at < n) {
        const char *p = body + at, *end = memchr(p, '&', n - at), *eq;
        size_t len = end != NULL ? (size_t)(end - p) : n - at, k = 0;

        at += len + 1;
        eq = memchr(p, '=', len);
        if (eq == NULL)
            return NILA_ERR_PARSE;
        while (k < fields && (strlen(FIELD[k].name) != (size_t)(eq - p) ||
                              memcmp(FIELD[k].name, p, (size_t)(eq - p)) != 0))
            k++;
        if (k == fields || FIELD[k].to[0] != '\0' ||
            !decode(eq + 1, len - (size_t)(eq - p) - 1, FIELD[k].to, FIELD[k].size))
            return NILA_ERR_PARSE;
    }
    for (size_t k = 0; k < fields; k++)
        if (FIELD[k].to[0] == '\0')
            return NILA_ERR_PARSE;
    if (!press_path_valid(f.back) || f.key[strspn(f.key, "0123456789")] != '\0')
        return NILA_ERR_PARSE;
    *out = f;
    return 0;
}

/* --- from our own page? --- */

/* The host without its port, in lower case; false: too long or empty. */
static bool bare_host(const char *host, char *out, size_t size)
{
    size_t n = host[0] == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":");

    if (n == 0 || n >= size || n > strlen(host))
        return false;
    for (size_t i = 0; i < n; i++)
        out[i] = (char)(host[i] >= 'A' && host[i] <= 'Z' ? host[i] - 'A' + 'a' : host[i]);
    out[n] = '\0';
    return true;
}

static bool host_is_ours(const char *host, const char *names)
{
    char bare[128];
    unsigned char address[16];
    size_t n;

    if (host == NULL || !bare_host(host, bare, sizeof bare))
        return false;
    n = strlen(bare);
    if (strcmp(bare, "localhost") == 0 || inet_pton(AF_INET, bare, address) == 1)
        return true;
    if (bare[0] == '[' && n > 2) {
        char inside[sizeof bare];

        memcpy(inside, bare + 1, n - 2);
        inside[n - 2] = '\0';
        return inet_pton(AF_INET6, inside, address) == 1;
    }
    return contacts_word(names, bare);
}

bool press_from_here(const char *origin, const char *fetch_site, const char *host,
                     const char *names)
{
    const char *at;

    if (!host_is_ours(host, names))
        return false;
    if (fetch_site != NULL && strcmp(fetch_site, "same-origin") != 0 &&
        strcmp(fetch_site, "none") != 0)
        return false;
    if (origin == NULL)
        return true; /* an old browser; the token decides */
    at = strncmp(origin, "http://", 7) == 0    ? origin + 7
         : strncmp(origin, "https://", 8) == 0 ? origin + 8
                                               : NULL;
    return at != NULL && strcasecmp(at, host) == 0;
}

bool press_token_valid(const char *token)
{
    return token != NULL && strlen(token) == 32 && strspn(token, "0123456789abcdef") == 32;
}

bool press_token_fits(const char *form, const char *cookie)
{
    unsigned differ = 0;

    if (!press_token_valid(form) || !press_token_valid(cookie))
        return false;
    for (size_t i = 0; i < 32; i++)
        differ |= (unsigned)(form[i] ^ cookie[i]);
    return differ == 0;
}

int press_token_new(char out[PAGE_TOKEN_SIZE])
{
    unsigned char bytes[16];

    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
        return NILA_ERR_IO;
    for (size_t i = 0; i < sizeof bytes; i++)
        (void)snprintf(out + 2 * i, 3, "%02x", bytes[i]);
    return 0;
}

/* --- written once --- */

#define KEPT 512U /* forms remembered; a double tap comes within seconds */

struct presses {
    pthread_mutex_t lock;
    struct press_form done[KEPT];
    size_t n; /* ever; the place is n % KEPT */
};

struct presses *presses_new(void)
{
    struct presses *p = xcalloc(1, sizeof *p);

    pthread_mutex_init(&p->lock, NULL);
    return p;
}

void presses_free(struct presses *p)
{
    if (p == NULL)
        return;
    pthread_mutex_destroy(&p->lock);
    free(p);
}

static bool was_done(const struct presses *p, const struct press_form *f)
{
    for (size_t i = 0; i < KEPT && i < p->n; i++) {
        const struct press_form *d = &p->done[i];
        if (strcmp(d->key, f->key) == 0 && strcmp(d->what, f->what) == 0 &&
            strcmp(d->subject, f->subject) == 0 && strcmp(d->token, f->token) == 0)
            return true;
    }
    return false;
}

static int ask_alarm(struct records *r, const struct press_form *f, const char *by, int64_t now_ms)
{
    struct rec_ask a = {.kind = strcmp(f->what, PRESS_ACK) == 0 ? ASK_ACK : ASK_SNOOZE,
                        .minutes = SNOOZE_MIN,
                        .at_ms = now_ms};
    char *end = NULL;

    a.alarm = strtoll(f->subject, &end, 10);
    if (*end != '\0' || a.alarm < 1)
        return NILA_ERR_PARSE;
    (void)snprintf(a.by, sizeof a.by, "%s", by);
    (void)snprintf(a.how, sizeof a.how, "page");
    return records_alarm_ask(r, &a);
}

static int press_button(struct records *r, const struct press_form *f, const char *by,
                        int64_t now_ms)
{
    struct rec_press q = {.at_ms = now_ms};

    if (press_kind_find(f->what, &q.kind) != 0 || q.kind == PRESS_OXYGEN || !slug_valid(f->subject))
        return NILA_ERR_PARSE;
    (void)snprintf(q.pond, sizeof q.pond, "%s", f->subject);
    (void)snprintf(q.by, sizeof q.by, "%s", by);
    return records_press(r, &q);
}

bool press_of_alarm(const struct press_form *f)
{
    return strcmp(f->what, PRESS_ACK) == 0 || strcmp(f->what, PRESS_SNOOZE) == 0;
}

int press_do(struct presses *p, struct records *r, const struct press_form *f, const char *by,
             int64_t now_ms)
{
    int rc = 0;

    pthread_mutex_lock(&p->lock);
    if (!was_done(p, f)) {
        rc = press_of_alarm(f) ? ask_alarm(r, f, by, now_ms) : press_button(r, f, by, now_ms);
        if (rc == 0)
            p->done[p->n++ % KEPT] = *f;
    }
    pthread_mutex_unlock(&p->lock);
    return rc;
}
