/* SPDX-License-Identifier: GPL-3.0-or-later */
/* policy: the content policy of every answer. A page loads nothing but its own style, icon and scripts; within the page only the style and
 * the script of assets.h may stand, known by their SHA-256. */
#ifndef ANALYTICS_WEB_POLICY_H
#define ANALYTICS_WEB_POLICY_H

#include <stddef.h>

#define POLICY_SIZE 400

/* The value of Content-Security-Policy. */
void policy_make(char out[static POLICY_SIZE]);

/* "sha256-" and the digest in base64, as a policy names what may stand within a page. */
#define POLICY_HASH_SIZE 52
void policy_hash(const char *text, size_t n, char out[static POLICY_HASH_SIZE]);

#endif
