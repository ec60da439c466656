/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mailer.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <curl/curl.h>

#include "collector/common/log.h"

struct transfer {
    const struct mail *m;
    size_t at;
    char reply[160];   /* the server's last line */
    char refusal[160]; /* its last one of 4xx or 5xx */
};

static size_t give(char *to, size_t size, size_t n, void *arg)
{
    struct transfer *t = arg;
    size_t room = size * n, left = t->m->n - t->at, k = left < room ? left : room;

    memcpy(to, t->m->data + t->at, k);
    t->at += k;
    return k;
}

/* Every line of the server comes here. */
static size_t hear(char *line, size_t size, size_t n, void *arg)
{
    struct transfer *t = arg;

    (void)snprintf(t->reply, sizeof t->reply, "%.*s", (int)(size * n < 150 ? size * n : 150), line);
    t->reply[strcspn(t->reply, "\r\n")] = '\0';
    if (t->reply[0] == '4' || t->reply[0] == '5')
        memcpy(t->refusal, t->reply, sizeof t->refusal);
    return size * n;
}

static int stop_asked(void *arg, curl_off_t down_all, curl_off_t down, curl_off_t up_all,
                      curl_off_t up)
{
    const struct transfer *t = arg;

    (void)down_all;
    (void)down;
    (void)up_all;
    (void)up;
    return t->m->stop != NULL && atomic_load(t->m->stop) ? 1 : 0;
}

static CURLcode set_mail(CURL *e, struct transfer *t, const struct curl_slist *to, const char *from,
                         char *words)
{
    const struct mail *m = t->m;
    CURLcode bad = CURLE_OK;

#define SET(option, value)                            \
    do {                                              \
        if (bad == CURLE_OK)                          \
            bad = curl_easy_setopt(e, option, value); \
    } while (0)
    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_QUICK_EXIT, 1L);
    SET(CURLOPT_ERRORBUFFER, words);
    SET(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    SET(CURLOPT_URL, m->url);
    SET(CURLOPT_PROXY, ""); /* the environment's proxies are for the web */
    SET(CURLOPT_USE_SSL, m->tls ? (long)CURLUSESSL_ALL : (long)CURLUSESSL_NONE);
    SET(CURLOPT_SSL_VERIFYPEER, 1L);
    SET(CURLOPT_SSL_VERIFYHOST, 2L);
    if (m->ca_file != NULL) {
        SET(CURLOPT_CAINFO, m->ca_file);
        SET(CURLOPT_CAPATH, (char *)NULL);
    }
    if (m->user_pass != NULL)
        SET(CURLOPT_USERPWD, m->user_pass);
    SET(CURLOPT_MAIL_FROM, from);
    SET(CURLOPT_MAIL_RCPT, to);
    SET(CURLOPT_UPLOAD, 1L);
    SET(CURLOPT_INFILESIZE_LARGE, (curl_off_t)m->n);
    SET(CURLOPT_READFUNCTION, give);
    SET(CURLOPT_READDATA, t);
    SET(CURLOPT_HEADERFUNCTION, hear);
    SET(CURLOPT_HEADERDATA, t);
    SET(CURLOPT_WRITEFUNCTION, hear);
    SET(CURLOPT_WRITEDATA, t);
    SET(CURLOPT_NOPROGRESS, 0L);
    SET(CURLOPT_XFERINFOFUNCTION, stop_asked);
    SET(CURLOPT_XFERINFODATA, t);
    SET(CURLOPT_TIMEOUT_MS, (long)m->timeout_ms);
    SET(CURLOPT_CONNECTTIMEOUT_MS, (long)m->timeout_ms);
#undef SET
    return bad;
}

static int from_curl(CURLcode code, long reply)
{
    switch ((int)code) {
    case CURLE_OK:
        return 0;
    case CURLE_ABORTED_BY_CALLBACK:
        return NILA_ERR_CLOSED;
    case CURLE_OPERATION_TIMEDOUT:
        return NILA_ERR_TIMEOUT;
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
        return NILA_ERR_CONFIG;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_USE_SSL_FAILED:
        return NILA_ERR_DENIED;
    case CURLE_LOGIN_DENIED:
        return NILA_ERR_REFUSED;
    case CURLE_COULDNT_CONNECT:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_GOT_NOTHING:
        return NILA_ERR_IO;
    default:
        if (reply >= 400)
            return NILA_ERR_REFUSED;
        return code == CURLE_WEIRD_SERVER_REPLY ? NILA_ERR_PROTO : NILA_ERR_IO;
    }
}

/* libcurl says QUIT when it closes and waits up to two minutes for the answer, whatever the time-out was (7.88, smtp_disconnect):
 * with no more to be read it does not. */
static void part(CURL *e)
{
    curl_socket_t fd = CURL_SOCKET_BAD;

    if (curl_easy_getinfo(e, CURLINFO_ACTIVESOCKET, &fd) == CURLE_OK && fd != CURL_SOCKET_BAD)
        (void)shutdown(fd, SHUT_RD);
}

int mailer_send(const struct mail *m, struct mail_answer *out)
{
    static const char SENDER[] = "MAIL failed"; /* libcurl's words (smtp.c) */
    char words[CURL_ERROR_SIZE] = "", from[160];
    struct transfer t = {.m = m};
    struct curl_slist *to = NULL;
    CURL *e = curl_easy_init();
    char rcpt[160];
    CURLcode code;
    int rc;

    if (e == NULL)
        fatal("out of memory: libcurl");
    *out = (struct mail_answer){0};
    (void)snprintf(from, sizeof from, "<%.150s>", m->from);
    (void)snprintf(rcpt, sizeof rcpt, "<%.150s>", m->to);
    to = curl_slist_append(NULL, rcpt);
    if (to == NULL)
        fatal("out of memory: libcurl");
    code = set_mail(e, &t, to, from, words);
    if (code == CURLE_OK)
        code = curl_easy_perform(e);
    if (curl_easy_getinfo(e, CURLINFO_RESPONSE_CODE, &out->code) != CURLE_OK)
        out->code = 0;
    rc = from_curl(code, out->code);
    out->begun = t.at > 0;
    out->sender = strncmp(words, SENDER, sizeof SENDER - 1) == 0;
    (void)snprintf(out->words, sizeof out->words, "%.159s",
                   rc == NILA_ERR_REFUSED && t.refusal[0] != '\0' ? t.refusal
                   : rc == 0                                      ? t.reply
                   : words[0] != '\0'                             ? words
                                                                  : curl_easy_strerror(code));
    part(e);
    curl_easy_cleanup(e);
    curl_slist_free_all(to);
    return rc;
}
