/* SPDX-License-Identifier: GPL-3.0-or-later */
/* secret: a token, password or PIN, from the first line of a file of its own. It never gets into messages: secret_scrub takes it
 * out of what others said. */
#ifndef ANALYTICS_ALERT_SECRET_H
#define ANALYTICS_ALERT_SECRET_H

#include <stddef.h>

#include "collector/common/err.h"

#define SECRET_SIZE 513 /* 512 bytes and the closing 0 */

enum secret_form {
    SECRET_TOKEN, /* letters, digits and -._~+/=: */
    SECRET_LOGIN, /* user:password */
    SECRET_KEY,   /* at least 16 bytes, any but line ends */
    SECRET_PIN    /* 4 to 8 digits */
};

/* Reads path into out. NILA_ERR_CONFIG: there is none, it is no plain file, somebody beside its owner and group may read it,
 * or somebody beside its owner may write it; or its first line has not the form. why (size >= 400) names the file and the cure,
 * never the content. */
NILA_MUST_CHECK int secret_read(const char *path, enum secret_form form,
                                char out[static SECRET_SIZE], char *why, size_t why_size);

/* Overwrites every occurrence of secret in text with asterisks; "" changes nothing. */
void secret_scrub(char *text, const char *secret);

/* Forgets it in a way the compiler does not leave out. */
void secret_wipe(char *secret, size_t size);

#endif
