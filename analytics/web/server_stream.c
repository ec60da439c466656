/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stream.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <microhttpd.h>

#include "collector/common/clock.h"
#include "collector/common/log.h"

#define BLOCK ((size_t)8 * 1024)

struct stream {
    struct streams *s;
    struct stream *next;
    struct MHD_Connection *connection;
    enum lang lang;
    bool suspended;
    uint64_t seen;           /* number of the piece last sent; 0 none */
    int64_t sent_ms, end_ms; /* monotonic */
    struct buf out;          /* an event on its way, from at on */
    size_t at;
};

struct streams {
    struct streams_config c;
    pthread_mutex_t lock; /* of all that follows */
    struct stream *first;
    unsigned n;
    bool ending;
    struct {
        struct buf html;
        uint64_t number; /* counts the pieces */
    } piece[LANG_COUNT];
    pthread_mutex_t
        rendering; /* one thread at a time makes pieces, so that none is put over a newer one */
};

struct streams *streams_new(const struct streams_config *c)
{
    struct streams *s = xcalloc(1, sizeof *s);

    s->c = *c;
    if (pthread_mutex_init(&s->lock, NULL) != 0 || pthread_mutex_init(&s->rendering, NULL) != 0)
        fatal("web: no mutex");
    return s;
}

/* A piece as an event: each of its lines begins with "data: ". */
static void event(struct buf *b, const struct buf *html)
{
    const char *p = html->p, *end = html->p + html->n;

    buf_str(b, "retry: " STREAM_RETRY_MS "\n");
    while (p < end) {
        const char *line = memchr(p, '\n', (size_t)(end - p));
        size_t n = (size_t)((line != NULL ? line : end) - p);
        buf_str(b, "data: ");
        buf_add(b, p, n);
        buf_str(b, "\n");
        p += n + 1;
    }
    buf_str(b, "\n");
}

/* The next bytes of the stream; called by the daemon's threads. To return 0 without being suspended would make the daemon call
 * again at once, for ever. */
static ssize_t read_stream(void *arg, uint64_t pos, char *buf, size_t max)
{
    struct stream *t = arg;
    struct streams *s = t->s;
    const int64_t now_ms = clock_mono_ms();
    ssize_t n = 0;

    (void)pos;
    (void)pthread_mutex_lock(&s->lock);
    if (t->at == t->out.n) {
        buf_clear(&t->out);
        t->at = 0;
        if (s->ending || now_ms >= t->end_ms) {
            n = MHD_CONTENT_READER_END_OF_STREAM;
        } else if (t->seen != s->piece[t->lang].number) {
            event(&t->out, &s->piece[t->lang].html);
            t->seen = s->piece[t->lang].number;
            t->sent_ms = now_ms;
        } else if (now_ms - t->sent_ms >= STREAM_BEAT_MS) {
            buf_str(&t->out, ":\n\n");
            t->sent_ms = now_ms;
        } else {
            t->suspended = true;
            MHD_suspend_connection(t->connection);
        }
    }
    if (n == 0 && t->out.n > t->at) {
        size_t some = t->out.n - t->at < max ? t->out.n - t->at : max;
        memcpy(buf, t->out.p + t->at, some);
        t->at += some;
        n = (ssize_t)some;
    }
    (void)pthread_mutex_unlock(&s->lock);
    return n;
}

/* The connection is over. */
static void free_stream(void *arg)
{
    struct stream *t = arg;
    struct streams *s = t->s;

    (void)pthread_mutex_lock(&s->lock);
    for (struct stream **p = &s->first; *p != NULL; p = &(*p)->next)
        if (*p == t) {
            *p = t->next;
            s->n--;
            break;
        }
    if (s->n == 0 && !s->ending)
        s->c.watched(s->c.arg, false);
    (void)pthread_mutex_unlock(&s->lock);
    buf_free(&t->out);
    free(t);
}

/* Those for whom there is something. The lock is held. */
static void wake(struct streams *s)
{
    const int64_t now_ms = clock_mono_ms();

    for (struct stream *t = s->first; t != NULL; t = t->next) {
        if (!t->suspended)
            continue;
        if (s->ending || t->seen != s->piece[t->lang].number ||
            now_ms - t->sent_ms >= STREAM_BEAT_MS || now_ms >= t->end_ms) {
            t->suspended = false;
            MHD_resume_connection(t->connection);
        }
    }
}

static bool watched_in(struct streams *s, enum lang lang)
{
    bool found = false;

    (void)pthread_mutex_lock(&s->lock);
    for (const struct stream *t = s->first; t != NULL; t = t->next)
        found = found || t->lang == lang;
    (void)pthread_mutex_unlock(&s->lock);
    return found;
}

void streams_publish(struct streams *s)
{
    (void)pthread_mutex_lock(&s->rendering);
    for (int lang = 0; lang < LANG_COUNT; lang++) {
        struct buf html = {0};

        if (!watched_in(s, (enum lang)lang))
            continue;
        s->c.render(s->c.arg, &html, (enum lang)lang);
        (void)pthread_mutex_lock(&s->lock);
        struct buf *old = &s->piece[lang].html;
        if (html.n != old->n || memcmp(html.p, old->p, html.n) != 0) {
            struct buf given_up = *old;
            *old = html;
            html = given_up;
            s->piece[lang].number++;
        }
        (void)pthread_mutex_unlock(&s->lock);
        buf_free(&html);
    }
    (void)pthread_mutex_lock(&s->lock);
    wake(s);
    (void)pthread_mutex_unlock(&s->lock);
    (void)pthread_mutex_unlock(&s->rendering);
}

static bool add_headers(struct MHD_Response *response)
{
    return MHD_add_response_header(response, "Content-Type", "text/event-stream; charset=utf-8") ==
               MHD_YES &&
           MHD_add_response_header(response, "Cache-Control", "no-store") == MHD_YES &&
           MHD_add_response_header(response, "X-Content-Type-Options", "nosniff") == MHD_YES &&
           /* a proxy that gathers answers would hold the events back */
           MHD_add_response_header(response, "X-Accel-Buffering", "no") == MHD_YES;
}

/* A place among the streams; NULL: there is none. */
static struct stream *enter(struct streams *s, struct MHD_Connection *connection, enum lang lang)
{
    struct stream *t = NULL;

    (void)pthread_mutex_lock(&s->lock);
    if (!s->ending && s->n < STREAMS_MOST) {
        t = xcalloc(1, sizeof *t);
        t->s = s;
        t->connection = connection;
        t->lang = lang;
        t->sent_ms = clock_mono_ms();
        t->end_ms = t->sent_ms + STREAM_LIFE_MS;
        t->next = s->first;
        s->first = t;
        if (s->n++ == 0)
            s->c.watched(s->c.arg, true);
    }
    (void)pthread_mutex_unlock(&s->lock);
    return t;
}

bool streams_begin(struct streams *s, struct MHD_Connection *connection, enum lang lang)
{
    struct stream *t = enter(s, connection, lang);
    struct MHD_Response *response;
    bool queued;

    if (t == NULL)
        return false;
    streams_publish(s); /* what was last shown may be old */
    response =
        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK, read_stream, t, free_stream);
    if (response == NULL) {
        free_stream(t);
        return false;
    }
    queued =
        add_headers(response) && MHD_queue_response(connection, MHD_HTTP_OK, response) == MHD_YES;
    MHD_destroy_response(response); /* the stream goes with the last who holds it */
    return queued;
}

void streams_end(struct streams *s)
{
    (void)pthread_mutex_lock(&s->lock);
    s->ending = true;
    wake(s);
    (void)pthread_mutex_unlock(&s->lock);
}

void streams_free(struct streams *s)
{
    if (s == NULL)
        return;
    for (int lang = 0; lang < LANG_COUNT; lang++)
        buf_free(&s->piece[lang].html);
    (void)pthread_mutex_destroy(&s->lock);
    (void)pthread_mutex_destroy(&s->rendering);
    free(s);
}
