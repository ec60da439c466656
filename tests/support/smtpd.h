/* SPDX-License-Identifier: GPL-3.0-or-later */
/* smtpd: an SMTP server on loopback for tests. It takes mail, fails as it is told, and writes down every line of both sides
 * ("> " from the client, "< " to it; after a line "TLS" what is inside the secure connection). */
#ifndef TESTS_SMTPD_H
#define TESTS_SMTPD_H

#include <pthread.h>
#include <stdbool.h>

#include "collector/common/buf.h"
#include "loopback.h"

/* Where in the dialogue; "" of at_* never. */
enum smtpd_stage {
    STAGE_NONE,
    STAGE_GREET,
    STAGE_EHLO,
    STAGE_STARTTLS,
    STAGE_AUTH,
    STAGE_FROM,
    STAGE_TO,
    STAGE_DATA,
    STAGE_END /* behind the text */
};

struct smtpd {
    /* settings, before smtpd_start */
    bool starttls;   /* offered, and done by openssl */
    bool broken_tls; /* offered, and then noise */
    bool auth;       /* offered: PLAIN */
    enum smtpd_stage refuse, hang, drop;
    const char *refusal; /* reply at refuse: "550 5.1.1 no such user" */
    /* what happened */
    struct buf transcript;
    struct buf mail; /* header and body, dots unstuffed */
    size_t mails;
    /* its own */
    int port, listener, quit[2];
    struct loopback_tls tls;
    pthread_t thread;
    pthread_mutex_t lock;
};

void smtpd_start(struct smtpd *s); /* s zeroed but for its settings; then s->port is where */
void smtpd_stop(struct smtpd *s);  /* then transcript and mail may be read; smtpd_free */
void smtpd_free(struct smtpd *s);

#endif
