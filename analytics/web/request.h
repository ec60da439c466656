/* SPDX-License-Identifier: GPL-3.0-or-later */
/* request: reads the few request headers that change an answer. Foreign text of any length; pure. */
#ifndef ANALYTICS_WEB_REQUEST_H
#define ANALYTICS_WEB_REQUEST_H

#include <stdbool.h>

#include "analytics/web/format.h"

/* Does an Accept-Encoding header take gzip (RFC 9110, 12.5.3)? "gzip;q=0" does not, "*" does. NULL: no header, no. */
bool request_takes_gzip(const char *accept_encoding);

/* Does an If-None-Match header name the tag, weak or strong, or "*"? tag is as we send it: W/"...". NULL: no. */
bool request_has_tag(const char *if_none_match, const char *tag);

/* The language: ?lang= when it is one of ours, else the cookie's, else Indonesian. NULL: absent. */
enum lang request_lang(const char *query_lang, const char *cookie_lang);

#endif
