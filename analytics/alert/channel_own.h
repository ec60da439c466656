/* SPDX-License-Identifier: GPL-3.0-or-later */
/* channel_own: between channel.c and the files of its kinds; for channel*.c alone. */
#ifndef ANALYTICS_ALERT_CHANNEL_OWN_H
#define ANALYTICS_ALERT_CHANNEL_OWN_H

#include <stdatomic.h>

#include "channel.h"
#include "channels_config.h"
#include "collector/common/http.h"
#include "modem.h"
#include "secret.h"

/* What a kind can do. impl is what open made. */
struct channel_ops {
    const char *name;
    enum channel_address address;
    bool needs_secret; /* secret_file must be there */
    enum secret_form form;
    bool web;   /* speaks through struct http */
    bool modem; /* speaks through a modem */
    /* Fills r->fate, code, reference, detail, retry_after_ms; to is not "" where an address is needed. */
    void (*send)(struct channel *c, const char *to, const struct channel_message *m,
                 struct channel_result *r);
};

struct channel {
    const struct channel_config *c;
    const struct channel_ops *ops;
    struct modem *modem; /* of the set; NULL for kinds without */
    struct http *http;   /* NULL for kinds without */
    char secret[SECRET_SIZE];
    atomic_bool stopped, woken;
};

extern const struct channel_ops CHANNEL_OPS_SIREN, CHANNEL_OPS_CALL, CHANNEL_OPS_SMS,
    CHANNEL_OPS_TELEGRAM, CHANNEL_OPS_WEBHOOK, CHANNEL_OPS_SMTP, CHANNEL_OPS_NTFY,
    CHANNEL_OPS_WHATSAPP;

/* Fate, code and the words of fmt in detail. */
void channel_set(struct channel_result *r, enum channel_fate fate, enum channel_code code,
                 const char *fmt, ...) NILA_PRINTF(4, 5);

/* The first bytes of text that are not longer than max and end with a whole character; "..." is added when it was cut.
 * Returns whether it was. */
bool channel_cut(struct buf *b, const char *text, size_t max);

/* Posts JSON to url and judges what every web service has in common: no connection, time-out, TLS, 3xx, 401, 403, 404, 429, 5xx,
 * other 4xx. True: an answer with 2xx came; its body is answer's (the caller frees answer->body in any case). False: r has
 * the fate; what the service says about it may still be in the body. headers may be NULL. */
bool channel_post(struct channel *c, const char *url, const char *const *headers,
                  const struct buf *body, struct http_answer *answer, struct channel_result *r);

/* A text member of a JSON answer, by a path "error.message" or "messages.0.id"; "" when absent; whole numbers come as text.
 * False: the body is no JSON object. */
bool channel_answer(const struct buf *body, const char *path, char *buf, size_t size);

#endif
