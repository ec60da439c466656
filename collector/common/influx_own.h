/* SPDX-License-Identifier: GPL-3.0-or-later */
/* influx_own: what influx.c (open, ask) and influx_write.c (write, judge, read back) share; nobody else includes it but
 * their tests. */
#ifndef NILA_COMMON_INFLUX_OWN_H
#define NILA_COMMON_INFLUX_OWN_H

#include "http.h"
#include "influx.h"

struct influx {
    struct http *http;
    enum influx_api api;
    char *database;      /* "" none */
    char *user_pass;     /* NULL none */
    char *authorization; /* whole header, NULL none */
    char *ca_file;       /* NULL: the system's */
    char *write_url;
    char *query_url; /* vm: of the export */
    int64_t timeout_ms;
};

/* Copies a JSON string (s: after its opening quote) as one line of plain text. */
void influx_json_string(char *to, size_t size, const char *s);

/* The server's words as one line: "error" or "message" of a JSON object with the first "error_message" behind it, "error"
 * and the words in two rows of CSV, or whatever came. */
void influx_words(char *to, size_t size, const struct buf *body);

/* Fills verdict, text, refused_old and the named lines of a from an answer to a write, which came whole or so long that its
 * end was left out. */
void influx_read_answer(struct influx_answer *a, enum influx_api api,
                        const struct http_answer *got);

#endif
