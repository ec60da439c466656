/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "tests/support/unzip.h"

enum {
    END_SIZE = 22,
    ENTRY_SIZE = 46,
    LOCAL_SIZE = 30
};

static unsigned long number(const unsigned char *p, int bytes)
{
    unsigned long v = 0;

    while (bytes-- > 0)
        v = v << 8 | p[bytes];
    return v;
}

static char *inflate_it(const unsigned char *from, size_t n, size_t whole, unsigned long method)
{
    char *out = calloc(whole + 1, 1);

    assert_non_null(out);
    if (method == 0) {
        assert_int_equal(n, whole);
        memcpy(out, from, n);
        return out;
    }
    assert_int_equal(method, Z_DEFLATED);
    z_stream z = {.next_in = (unsigned char *)(size_t)from,
                  .avail_in = (unsigned)n,
                  .next_out = (unsigned char *)out,
                  .avail_out = (unsigned)whole};
    assert_int_equal(inflateInit2(&z, -MAX_WBITS), Z_OK);
    assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
    assert_int_equal(z.total_out, whole);
    (void)inflateEnd(&z);
    return out;
}

char *unzip_member(const void *zip, size_t n, const char *name)
{
    const unsigned char *const b = zip;
    size_t entries, at, end = n - END_SIZE;

    assert_true(n > END_SIZE);
    while (end > 0 && number(b + end, 4) != 0x06054b50UL)
        end--;
    entries = number(b + end + 10, 2);
    at = number(b + end + 16, 4);
    assert_true(end > 0 && at < end);
    for (size_t i = 0; i < entries; i++) {
        const unsigned char *e = b + at;
        const size_t packed = number(e + 20, 4), whole = number(e + 24, 4),
                     name_n = number(e + 28, 2), local = number(e + 42, 4);
        size_t data;
        char *out;

        assert_int_equal(number(e, 4), 0x02014b50UL);
        at += ENTRY_SIZE + name_n + number(e + 30, 2) + number(e + 32, 2);
        if (name_n != strlen(name) || memcmp(e + ENTRY_SIZE, name, name_n) != 0)
            continue;
        assert_int_equal(number(b + local, 4), 0x04034b50UL);
        data = local + LOCAL_SIZE + number(b + local + 26, 2) + number(b + local + 28, 2);
        assert_true(data + packed <= n);
        out = inflate_it(b + data, packed, whole, number(e + 10, 2));
        assert_int_equal(crc32(0, (const unsigned char *)out, (unsigned)whole), number(e + 16, 4));
        return out;
    }
    return NULL;
}
