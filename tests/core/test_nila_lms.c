/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SHA-256 with the examples of FIPS 180-4, LMS with test case 1 of RFC 8554 (appendix F): the root's signature over the key below it. */
#include "tests/support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/sha256.h"
#include "firmware-bridge/core/nila_lms.h"

static const char KEY[] = "000000050000000461a5d57d37f5e46bfb7520806b07a1b850650e3b31fe4a773ea29a07"
                          "f09cf2ea30e579f0df58ef8e298da0434cb2b878";

static const char MESSAGE[] = "0000000500000004d2f14ff6346af964569f7d6cb880a1b66c5004917da6eafe4d9e"
                              "f6c6407b3db0e5485b122d9ebe15cda93cfec582d7ab";

/* clang-format off */
static const char SIGNATURE[] = "00000005"
    "00000004d32b56671d7eb98833c49b433c272586bc4a1c8a8970528ffa04b966f9426eb9965a25bfd37f196b9073f3d4a232feb69128ec45146f8629"
    "2f9dff9610a7bf95a64c7f60f6261a62043f86c70324b7707f5b4a8a6e19c114c7be866d488778a0e05fd5c6509a6e61d559cf1a77a970de927d60c70d3de31a"
    "7fa0100994e162a2582e8ff1b10cd99d4e8e413ef469559f7d7ed12c838342f9b9c96b83a4943d1681d84b15357ff48ca579f19f5e71f18466f2bbef4bf660c2"
    "518eb20de2f66e3b14784269d7d876f5d35d3fbfc7039a462c716bb9f6891a7f41ad133e9e1f6d9560b960e7777c52f060492f2d7c660e1471e07e7265556203"
    "5abc9a701b473ecbc3943c6b9c4f2405a3cb8bf8a691ca51d3f6ad2f428bab6f3a30f55dd9625563f0a75ee390e385e3ae0b906961ecf41ae073a0590c2eb620"
    "4f44831c26dd768c35b167b28ce8dc988a3748255230cef99ebf14e730632f27414489808afab1d1e783ed04516de012498682212b07810579b250365941bcc9"
    "8142da13609e9768aaf65de7620dabec29eb82a17fde35af15ad238c73f81bdb8dec2fc0e7f932701099762b37f43c4a3c20010a3d72e2f606be108d310e639f"
    "09ce7286800d9ef8a1a40281cc5a7ea98d2adc7c7400c2fe5a101552df4e3cccfd0cbf2ddf5dc6779cbbc68fee0c3efe4ec22b83a2caa3e48e0809a0a750b73c"
    "cdcf3c79e6580c154f8a58f7f24335eec5c5eb5e0cf01dcf4439424095fceb077f66ded5bec73b27c5b9f64a2a9af2f07c05e99e5cf80f00252e39db32f6c196"
    "74f190c9fbc506d826857713afd2ca6bb85cd8c107347552f30575a5417816ab4db3f603f2df56fbc413e7d0acd8bdd81352b2471fc1bc4f1ef296fea1220403"
    "466b1afe78b94f7ecf7cc62fb92be14f18c2192384ebceaf8801afdf947f698ce9c6ceb696ed70e9e87b0144417e8d7baf25eb5f70f09f016fc925b4db048ab8"
    "d8cb2a661ce3b57ada67571f5dd546fc22cb1f97e0ebd1a65926b1234fd04f171cf469c76b884cf3115cce6f792cc84e36da58960c5f1d760f32c12faef477e9"
    "4c92eb75625b6a371efc72d60ca5e908b3a7dd69fef0249150e3eebdfed39cbdc3ce9704882a2072c75e13527b7a581a556168783dc1e97545e31865ddc46b3c"
    "957835da252bb7328d3ee2062445dfb85ef8c35f8e1f3371af34023cef626e0af1e0bc017351aae2ab8f5c612ead0b729a1d059d02bfe18efa971b7300e88236"
    "0a93b025ff97e9e0eec0f3f3f13039a17f88b0cf808f488431606cb13f9241f40f44e537d302c64a4f1f4ab949b9feefadcb71ab50ef27d6d6ca8510f150c85f"
    "b525bf25703df7209b6066f09c37280d59128d2f0f637c7d7d7fad4ed1c1ea04e628d221e3d8db77b7c878c9411cafc5071a34a00f4cf07738912753dfce48f0"
    "7576f0d4f94f42c6d76f7ce973e9367095ba7e9a3649b7f461d9f9ac1332a4d1044c96aefee67676401b64457c54d65fef6500c59cdfb69af7b6dddfcb0f0862"
    "78dd8ad0686078dfb0f3f79cd893d314168648499898fbc0ced5f95b74e8ff14d735cdea968bee7400000005d8b8112f9200a5e50c4a262165bd342cd800b849"
    "6810bc716277435ac376728d129ac6eda839a6f357b5a04387c5ce97382a78f2a4372917eefcbf93f63bb59112f5dbe400bd49e4501e859f885bf0736e90a509"
    "b30a26bfac8c17b5991c157eb5971115aa39efd8d564a6b90282c3168af2d30ef89d51bf14654510a12b8a144cca1848cf7da59cc2b3d9d0692dd2a20ba38634"
    "80e25b1b85ee860c62bf5136";
/* clang-format on */

struct memory {
    uint8_t byte[2000];
    size_t n;
};

static size_t unhex(uint8_t *out, const char *text)
{
    size_t n = strlen(text) / 2;

    for (size_t i = 0; i < n; i++) {
        unsigned v;
        assert_int_equal(sscanf(text + 2 * i, "%2x", &v), 1);
        out[i] = (uint8_t)v;
    }
    return n;
}

static void read(void *arg, uint32_t at, uint8_t *out, uint32_t n)
{
    const struct memory *m = arg;

    assert_true(at + n <= m->n);
    memcpy(out, m->byte + at, n);
}

static enum nila_lms_result verify(struct memory *m, const uint8_t *key, uint32_t message_n,
                                   uint32_t signature_n)
{
    struct nila_lms v;
    enum nila_lms_result r = nila_lms_begin(&v, key, 0, message_n, message_n, signature_n, read, m);
    int steps = 0;

    while (r == NILA_LMS_RUNNING) {
        r = nila_lms_step(&v);
        assert_true(++steps < 1000);
    }
    return r;
}

static void sha256_of_fips_180_4(void **state)
{
    static const struct {
        const char *text, *digest;
        unsigned times;
    } T[] = {
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", 1},
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", 1},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1", 1},
        {"a", "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0", 1000000},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct nila_sha256 s;
        uint8_t digest[32], expected[32];
        nila_sha256_init(&s);
        for (unsigned k = 0; k < T[i].times; k++)
            nila_sha256_add(&s, (const uint8_t *)T[i].text, strlen(T[i].text));
        nila_sha256_done(&s, digest);
        (void)unhex(expected, T[i].digest);
        assert_memory_equal(digest, expected, 32);
    }
}

static void sha256_agrees_with_the_house_at_every_length(void **state)
{
    uint8_t text[300], ours[32], theirs[32];

    (void)state;
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (uint8_t)(i * 7);
    for (size_t n = 0; n < sizeof text; n++) {
        struct nila_sha256 s;
        struct sha256 h;
        nila_sha256_init(&s);
        nila_sha256_add(&s, text, n / 3);
        nila_sha256_add(&s, text + n / 3, n - n / 3);
        nila_sha256_done(&s, ours);
        sha256_init(&h);
        sha256_add(&h, text, n);
        sha256_done(&h, theirs);
        assert_memory_equal(ours, theirs, 32);
    }
}

static void load(struct memory *m, uint8_t key[NILA_LMS_PUBLIC_BYTES], uint32_t *message_n,
                 uint32_t *signature_n)
{
    assert_int_equal(unhex(key, KEY), NILA_LMS_PUBLIC_BYTES);
    *message_n = (uint32_t)unhex(m->byte, MESSAGE);
    *signature_n = (uint32_t)unhex(m->byte + *message_n, SIGNATURE);
    m->n = *message_n + *signature_n;
}

static void the_signature_of_rfc_8554_is_good(void **state)
{
    struct memory m;
    uint8_t key[NILA_LMS_PUBLIC_BYTES];
    uint32_t message_n, signature_n;

    (void)state;
    load(&m, key, &message_n, &signature_n);
    assert_int_equal(verify(&m, key, message_n, signature_n), NILA_LMS_GOOD);
}

/* Any bit of message, signature or key changed: refused. */
static void nothing_may_be_changed(void **state)
{
    struct memory m;
    uint8_t key[NILA_LMS_PUBLIC_BYTES];
    uint32_t message_n, signature_n;
    size_t step = getenv("NILA_LONG") != NULL ? 1 : 37;

    (void)state;
    load(&m, key, &message_n, &signature_n);
    for (size_t bit = 0; bit < 8 * m.n; bit += step) {
        m.byte[bit / 8] ^= (uint8_t)(1 << bit % 8);
        if (verify(&m, key, message_n, signature_n) != NILA_LMS_BAD)
            fail_msg("bit %zu changed and still good", bit);
        m.byte[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    for (size_t bit = 0; bit < 8 * sizeof key; bit++) {
        key[bit / 8] ^= (uint8_t)(1 << bit % 8);
        if (verify(&m, key, message_n, signature_n) != NILA_LMS_BAD)
            fail_msg("bit %zu of the key changed and still good", bit);
        key[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    /* a one-time key beyond the tree must not lead beyond the signature either, which read would notice */
    for (unsigned bit = 5; bit < 32; bit++) {
        m.byte[message_n + 3 - bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_int_equal(verify(&m, key, message_n, signature_n), NILA_LMS_BAD);
        m.byte[message_n + 3 - bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    assert_int_equal(verify(&m, key, message_n - 1, signature_n), NILA_LMS_BAD);
    assert_int_equal(verify(&m, key, message_n, signature_n - 32), NILA_LMS_BAD);
    assert_int_equal(verify(&m, key, message_n, 0), NILA_LMS_BAD);
    assert_int_equal(verify(&m, key, message_n, signature_n), NILA_LMS_GOOD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sha256_of_fips_180_4),
        cmocka_unit_test(sha256_agrees_with_the_house_at_every_length),
        cmocka_unit_test(the_signature_of_rfc_8554_is_good),
        cmocka_unit_test(nothing_may_be_changed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
