/* SPDX-License-Identifier: GPL-3.0-or-later */
/* password: PINs and passwords as yescrypt hashes ("$y$", libcrypt), never otherwise; the only file with <crypt.h>.
 *
 * A hash takes about 0.2 s and 16 MB of a small computer, so they are made one at a time, whoever asks. Threads: any. */
#ifndef ANALYTICS_RECORDS_PASSWORD_H
#define ANALYTICS_RECORDS_PASSWORD_H

#include <stdbool.h>

#include "collector/common/err.h"

#define PASSWORD_SIZE      129 /* 128 bytes and the closing 0 */
#define PASSWORD_HASH_SIZE 128
#define PASSWORD_PIN_LEAST 6  /* digits */
#define PASSWORD_LEAST     10 /* characters, of what is not all digits */

enum password_fault {
    PASSWORD_GOOD,
    PASSWORD_SHORT,  /* fewer than 6 digits, or than 10 characters */
    PASSWORD_LONG,   /* over 128 bytes */
    PASSWORD_SIMPLE, /* one character repeated, 123456, 654321, or the end of the telephone number */
    PASSWORD_NO_PIN  /* all digits where a password is wanted */
};
/* May it be chosen? pin: digits alone are enough (a farmer's telephone). phone: as of the user, "" none. */
enum password_fault password_judge(const char *secret, bool pin, const char *phone);

/* NILA_ERR_RANGE: empty or over 128 bytes; NILA_ERR_IO: libcrypt or the random source failed, logged. */
NILA_MUST_CHECK int password_hash(const char *secret, char out[static PASSWORD_HASH_SIZE]);
/* Is it the secret of the hash? hash NULL: of nobody: takes the same time and is never true. */
bool password_fits(const char *secret, const char *hash);

#endif
