/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mailer: one e-mail over SMTP with libcurl; the only file of this room with <curl/curl.h> (http.c does not speak SMTP).
 * Certificates are verified; without STARTTLS nothing is said where tls is asked for. Threads: any; nothing is kept between calls. */
#ifndef ANALYTICS_ALERT_MAILER_H
#define ANALYTICS_ALERT_MAILER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/common/err.h"

struct mail {
    const char *url;       /* "smtp://host:587" or "smtps://host:465" */
    const char *user_pass; /* "user:password", NULL: none; never shown */
    const char *ca_file;   /* NULL: the system's certificates */
    bool tls;              /* smtp://: STARTTLS or nothing */
    const char *from, *to; /* addresses alone; without line ends, < and > */
    const char *data;      /* header and body with CRLF; dots are stuffed here */
    size_t n;
    int64_t timeout_ms;
    const atomic_bool *stop; /* becomes true: give up */
};

struct mail_answer {
    long code;       /* last reply code of the server, 0: none */
    char words[160]; /* its last reply, or libcurl's words */
    bool begun;      /* some of data has left */
    bool sender;     /* it was the sender that was refused: nobody's mail would go */
};

/* 0: the server took it over (250 after the data). NILA_ERR_IO: no connection or it broke; NILA_ERR_TIMEOUT; NILA_ERR_DENIED: the
 * secure connection could not be had; NILA_ERR_REFUSED: the login (code 5xx) or another command was refused, code says which;
 * NILA_ERR_PROTO: no SMTP; NILA_ERR_CLOSED: stop; NILA_ERR_CONFIG: url. *out is filled in every case. */
NILA_MUST_CHECK int mailer_send(const struct mail *m, struct mail_answer *out);

#endif
