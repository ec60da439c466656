/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "password.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include <crypt.h>

#include "collector/common/log.h"

#define PREFIX "$y$"
#define SALT   16

/* Of a random secret that nobody kept, made by crypt(5)'s usual cost: what a try for an unknown name is compared with. */
static const char NOBODY[] =
    "$y$j9T$dzMcyhsvRnS9p3iuMtl.Y/$vVzd67pfu2hI.PcmFZ8oma4sBP8Efq5luCKP2zZ.WkD";

static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;

static bool all_digits(const char *s)
{
    return s[strspn(s, "0123456789")] == '\0';
}

/* 111111, abcabc is not; 123456 and 654321. */
static bool stepwise(const char *s)
{
    size_t n = strlen(s);
    bool same = true, up = true, down = true;

    for (size_t i = 1; i < n; i++) {
        same = same && s[i] == s[0];
        up = up && s[i] == s[i - 1] + 1;
        down = down && s[i] == s[i - 1] - 1;
    }
    return same || up || down;
}

enum password_fault password_judge(const char *secret, bool pin, const char *phone)
{
    size_t n = strlen(secret), p = strlen(phone);
    bool digits = all_digits(secret);

    if (n >= PASSWORD_SIZE)
        return PASSWORD_LONG;
    if (digits && !pin)
        return PASSWORD_NO_PIN;
    if (n < (digits ? PASSWORD_PIN_LEAST : PASSWORD_LEAST))
        return PASSWORD_SHORT;
    if (stepwise(secret) || (digits && p >= n && strcmp(phone + p - n, secret) == 0))
        return PASSWORD_SIMPLE;
    return PASSWORD_GOOD;
}

/* The lock is held by this alone: yescrypt's memory is spent once, not once a caller. */
static bool run(const char *secret, const char *setting, char out[static PASSWORD_HASH_SIZE])
{
    struct crypt_data *data = xcalloc(1, sizeof *data);
    const char *hash;
    bool well;

    pthread_mutex_lock(&one_at_a_time);
    hash = crypt_rn(secret, setting, data, (int)sizeof *data);
    pthread_mutex_unlock(&one_at_a_time);
    well = hash != NULL && hash[0] == '$' && strlen(hash) < PASSWORD_HASH_SIZE;
    if (well)
        (void)snprintf(out, PASSWORD_HASH_SIZE, "%s", hash);
    explicit_bzero(data, sizeof *data);
    free(data);
    return well;
}

int password_hash(const char *secret, char out[static PASSWORD_HASH_SIZE])
{
    char salt[SALT], setting[CRYPT_GENSALT_OUTPUT_SIZE];

    if (secret[0] == '\0' || strlen(secret) >= PASSWORD_SIZE)
        return NILA_ERR_RANGE;
    if (getrandom(salt, sizeof salt, 0) != (ssize_t)sizeof salt ||
        crypt_gensalt_rn(PREFIX, 0, salt, (int)sizeof salt, setting, (int)sizeof setting) == NULL ||
        !run(secret, setting, out)) {
        log_warn("password: libcrypt makes no yescrypt hash; nothing is stored");
        return NILA_ERR_IO;
    }
    return 0;
}

bool password_fits(const char *secret, const char *hash)
{
    const char *against = hash != NULL && hash[0] != '\0' ? hash : NOBODY;
    char got[PASSWORD_HASH_SIZE] = "";
    size_t n = strlen(against);
    unsigned differ;

    if (strlen(secret) >= PASSWORD_SIZE || !run(secret, against, got) || strlen(got) != n)
        return false;
    differ = against == NOBODY;
    for (size_t i = 0; i < n; i++)
        differ |= (unsigned)(unsigned char)(got[i] ^ against[i]);
    return differ == 0;
}
