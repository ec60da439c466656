/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Vectors: FIPS 180-4 examples (csrc.nist.gov, SHA256.pdf) and SHAVS short messages;
 * RFC 4231 (HMAC), whose case 5 is a truncation that is not used here. */
#include "tests/support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/sha256.h"

static void hash_hex(char hex[static SHA256_HEX_SIZE], const void *bytes, size_t n, size_t step)
{
    struct sha256 s;
    uint8_t digest[SHA256_BYTES];

    sha256_init(&s);
    for (size_t at = 0; at < n; at += step)
        sha256_add(&s, (const uint8_t *)bytes + at, n - at < step ? n - at : step);
    sha256_done(&s, digest);
    sha256_hex(hex, digest);
}

static void gives_the_digests_of_the_standard(void **state)
{
    static const struct {
        const char *says, *text, *hex;
    } ROW[] = {
        {"no bytes", "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"448 bits: the length needs a second block",
         "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
        {"896 bits",
         "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
         "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
         "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"},
        {"SHAVS, one byte d3", "\xd3",
         "28969cdfa74a12c82f3bad960b0b000aca2ac329deea5c2328ebc6f2ba9802c1"},
    };
    char hex[SHA256_HEX_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof ROW / sizeof ROW[0]; i++) {
        print_message("%s\n", ROW[i].says);
        for (size_t step = 1; step < 130; step += 21) {
            hash_hex(hex, ROW[i].text, strlen(ROW[i].text), step);
            assert_string_equal(hex, ROW[i].hex);
        }
    }
}

static void a_million_letters(void **state)
{
    char *a = malloc(1000000), hex[SHA256_HEX_SIZE];

    (void)state;
    assert_non_null(a);
    memset(a, 'a', 1000000);
    hash_hex(hex, a, 1000000, 977);
    free(a);
    assert_string_equal(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

/* Padding at each place is met. */
static void every_length_over_two_blocks_in_any_pieces(void **state)
{
    uint8_t bytes[130];
    char whole[SHA256_HEX_SIZE], pieces[SHA256_HEX_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * 7 + 1);
    for (size_t n = 0; n <= sizeof bytes; n++) {
        hash_hex(whole, bytes, n, 1000);
        for (size_t step = 1; step < 70; step += 3) {
            hash_hex(pieces, bytes, n, step);
            assert_string_equal(pieces, whole);
        }
    }
}

static void gives_the_codes_of_rfc_4231(void **state)
{
    uint8_t seq[25], aa[131], dd[50], cd[50], key1[20], got[SHA256_BYTES];
    struct hmac_sha256 m;
    char hex[SHA256_HEX_SIZE];

    (void)state;
    memset(key1, 0x0b, sizeof key1);
    memset(aa, 0xaa, sizeof aa);
    memset(dd, 0xdd, sizeof dd);
    memset(cd, 0xcd, sizeof cd);
    for (size_t i = 0; i < sizeof seq; i++)
        seq[i] = (uint8_t)(i + 1);
    const struct {
        const char *says;
        const void *key;
        size_t key_n;
        const void *data;
        size_t n;
        const char *hex;
    } row[] = {
        {"case 1", key1, 20, "Hi There", 8,
         "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
        {"case 2", "Jefe", 4, "what do ya want for nothing?", 28,
         "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
        {"case 3", aa, 20, dd, 50,
         "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
        {"case 4", seq, 25, cd, 50,
         "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"},
        {"case 6: key longer than a block", aa, 131,
         "Test Using Larger Than Block-Size Key - Hash Key First", 54,
         "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
        {"case 7: key and data longer than a block", aa, 131,
         "This is a test using a larger than block-size key and a larger than block-size data. "
         "The key needs to be hashed before being used by the HMAC algorithm.",
         152, "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"},
    };
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        print_message("%s\n", row[i].says);
        hmac_sha256_init(&m, row[i].key, row[i].key_n);
        hmac_sha256_add(&m, row[i].data, row[i].n / 2);
        hmac_sha256_add(&m, (const uint8_t *)row[i].data + row[i].n / 2, row[i].n - row[i].n / 2);
        hmac_sha256_done(&m, got);
        sha256_hex(hex, got);
        assert_string_equal(hex, row[i].hex);
    }
}

static void equal_digests_are_told_from_others(void **state)
{
    uint8_t a[SHA256_BYTES] = {0}, b[SHA256_BYTES] = {0};

    (void)state;
    assert_true(sha256_equal(a, b));
    for (size_t i = 0; i < SHA256_BYTES; i++) {
        b[i] = 1;
        assert_false(sha256_equal(a, b));
        b[i] = 0;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_the_digests_of_the_standard),
        cmocka_unit_test(a_million_letters),
        cmocka_unit_test(every_length_over_two_blocks_in_any_pieces),
        cmocka_unit_test(gives_the_codes_of_rfc_4231),
        cmocka_unit_test(equal_digests_are_told_from_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
