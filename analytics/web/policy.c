/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "policy.h"

#include <stdint.h>
#include <stdio.h>

#include "analytics/web/assets.h"
#include "collector/common/log.h"
#include "collector/common/sha256.h"

/* RFC 4648; three bytes at a time, the last group padded with "=". */
static void base64(const uint8_t *bytes, size_t n, char *out)
{
    static const char LETTER[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    for (size_t i = 0; i < n; i += 3) {
        const uint32_t group = (uint32_t)bytes[i] << 16 |
                               (i + 1 < n ? (uint32_t)bytes[i + 1] << 8 : 0) |
                               (i + 2 < n ? bytes[i + 2] : 0);

        *out++ = LETTER[group >> 18];
        *out++ = LETTER[group >> 12 & 63];
        *out++ = (char)(i + 1 < n ? LETTER[group >> 6 & 63] : '=');
        *out++ = (char)(i + 2 < n ? LETTER[group & 63] : '=');
    }
    *out = '\0';
}

void policy_hash(const char *text, size_t n, char out[static POLICY_HASH_SIZE])
{
    struct sha256 s;
    uint8_t digest[SHA256_BYTES];
    char text64[POLICY_HASH_SIZE - 7];

    _Static_assert(POLICY_HASH_SIZE > 7 + (SHA256_BYTES + 2) / 3 * 4, "room for the digest");
    sha256_init(&s);
    sha256_add(&s, text, n);
    sha256_done(&s, digest);
    base64(digest, sizeof digest, text64);
    (void)snprintf(out, POLICY_HASH_SIZE, "sha256-%s", text64);
}

void policy_make(char out[static POLICY_SIZE])
{
    char style[POLICY_HASH_SIZE], script[POLICY_HASH_SIZE];
    const char *text;
    size_t n;

    text = assets_style(&n);
    policy_hash(text, n, style);
    text = assets_script(&n);
    policy_hash(text, n, script);
    if ((size_t)snprintf(out, POLICY_SIZE,
                         "default-src 'none'; style-src 'self' '%s'; script-src 'self' '%s'; "
                         "connect-src 'self'; img-src 'self' data:; base-uri 'none'; "
                         "form-action 'self'; frame-ancestors 'none'",
                         style, script) >= POLICY_SIZE)
        fatal("web: the content policy is too long");
}
