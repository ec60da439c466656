/* SPDX-License-Identifier: GPL-3.0-or-later */
/* html: writes HTML and XML into a growing buffer, escaping by default.
 *
 * A template is trusted text of ours; every '$' in it stands for one argument, which is escaped, whatever it holds.
 * Only html_raw takes text as it is; it is for markup that was itself made by these functions. */
#ifndef ANALYTICS_WEB_HTML_H
#define ANALYTICS_WEB_HTML_H

#include <stddef.h>

#include "collector/common/buf.h"

/* Appends s with & < > " ' as entities. Control characters (but tab and newline) and bytes that are not UTF-8 become
 * U+FFFD, so that the page is valid whatever a name holds. NULL is written as "". */
void html_text(struct buf *b, const char *s);

/* Appends markup unescaped. */
void html_raw(struct buf *b, const char *markup);

/* args: as many as there are '$' in the template, then NULL. A count that differs is our own bug and ends the program. */
void html_fill(struct buf *b, const char *tmpl, const char *const *args);
#define html_put(b, tmpl, ...) html_fill((b), (tmpl), (const char *const[]){__VA_ARGS__, NULL})

/* Appends s as a JSON string with its quotes; bytes that are not UTF-8 become U+FFFD. */
void html_json_string(struct buf *b, const char *s);

/* Appends a JSON number, null when v is not finite. decimals 0..9. */
void html_json_number(struct buf *b, double v, int decimals);

#endif
