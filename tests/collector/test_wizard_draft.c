/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names, the site file that setup makes, the answers from a file, and files replaced as a whole. */
#include "tests/support/support.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/common/site.h"
#include "collector/common/wizard_file.h"
#include "collector/wizard_answers.h"
#include "collector/wizard_draft.h"
#include "collector/wizard_name.h"

static void makes_slugs_from_names(void **state)
{
    static const struct {
        const char *name, *slug;
    } T[] = {
        {"Pokdakan Bina Karya", "pokdakan-bina-karya"},
        {"  --Kolam  2-- ", "kolam-2"},
        {"Ma'arif", "maarif"},
        {"Caf\xC3\xA9 \xC3\x89lan", "cafe-elan"},
        {"\xE9\xAD\x9A", ""},
        {"", ""},
        {"Kelompok Pembudidaya Ikan Sumber Rejeki Makmur", "kelompok-pembudidaya-ikan-sumber"},
        {"abcdefghijklmnopqrstuvwxyz0123456789", "abcdefghijklmnopqrstuvwxyz012345"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        char slug[SLUG_SIZE];
        wizard_slug(slug, T[i].name);
        assert_string_equal(slug, T[i].slug);
    }
}

static bool taken(const void *arg, const char *slug)
{
    return strcmp(slug, arg) == 0;
}

static void finds_a_slug_that_is_free(void **state)
{
    char slug[SLUG_SIZE];

    (void)state;
    wizard_slug_free(slug, "Kolam 1", "kolam", taken, "kolam-1");
    assert_string_equal(slug, "kolam-1-2");
    wizard_slug_free(slug, "", "kolam", taken, "x");
    assert_string_equal(slug, "kolam");
    wizard_slug_free(slug, "abcdefghijklmnopqrstuvwxyz012345", "k", taken,
                     "abcdefghijklmnopqrstuvwxyz012345");
    assert_string_equal(slug, "abcdefghijklmnopqrstuvwxyz0123-2");
}

/* --- the writer --------------------------------------------------------------------------------------------------- */

static unsigned next(unsigned *seed, unsigned n)
{
    *seed = *seed * 1103515245u + 12345u;
    return (*seed >> 16) % n;
}

static void odd_name(unsigned *seed, char *name, size_t size)
{
    static const char *const PART[] = {"Kolam", "\"", "\\", "\xC3\xA9",    " ",
                                       "//",    "/*", "7",  "\xE2\x82\xAC"};
    size_t n = 1;

    (void)snprintf(name, size, "K");
    for (unsigned i = next(seed, 8); i > 0; i--)
        n += (size_t)snprintf(name + n, size - n, "%s", PART[next(seed, 9)]);
}

static void one_random_site(unsigned seed0)
{
    unsigned seed = seed0, ponds, buses;
    struct wizard_draft *d = wizard_draft_new(), *again = NULL;
    struct site_pond pond[6];
    struct buf text = {0}, second = {0};
    struct site *site = NULL;
    char why[400] = "", name[SITE_NAME_SIZE];

    odd_name(&seed, name, sizeof name);
    wizard_draft_set_head(d, "slug", "uji");
    wizard_draft_set_head(d, "name", name);
    wizard_draft_set_head(d, "regency", "seruyan");
    wizard_draft_set_head(d, "kecamatan", "62.07.03");
    ponds = 1 + next(&seed, 6);
    for (unsigned i = 0; i < ponds; i++) {
        struct site_pond *p = &pond[i];
        *p = (struct site_pond){.area_m2 = 1 + next(&seed, 99999) / 7.0,
                                .depth_m = 0.3 + next(&seed, 970) / 100.0,
                                .system = (enum pond_system)next(&seed, POND_SYSTEM_COUNT)};
        (void)snprintf(p->slug, sizeof p->slug, "kolam-%u", i);
        odd_name(&seed, p->name, sizeof p->name);
        wizard_draft_set_pond(d, i, p);
    }
    buses = next(&seed, 4);
    for (unsigned b = 0; b < buses; b++) {
        struct site_bus bus = {.kind = (enum site_bus_kind)next(&seed, 2),
                               .baud = 4800,
                               .parity = 'E',
                               .stop_bits = 1,
                               .tcp_port = 503};
        (void)snprintf(bus.slug, sizeof bus.slug, "b%u", b);
        (void)snprintf(bus.port, sizeof bus.port, "/dev/tty%u", b);
        (void)snprintf(bus.host, sizeof bus.host, "10.0.0.%u", b + 1);
        wizard_draft_set_bus(d, b, &bus);
        for (unsigned i = 0, n = next(&seed, 5); i < n; i++) {
            struct wizard_device dev = {.unit = (int)(i + 1), .profile = "nila-node"};
            (void)snprintf(dev.slug, sizeof dev.slug, "d%u-%u", b, i);
            if (next(&seed, 3) > 0)
                (void)snprintf(dev.pond, sizeof dev.pond, "%s", pond[next(&seed, ponds)].slug);
            wizard_draft_set_device(d, b, i, &dev);
            if (dev.pond[0] != '\0')
                wizard_draft_primary(d, b, i, "do_mg_l");
        }
    }
    wizard_draft_text(d, &text);
    if (site_load_memory(&site, "made.json", text.p, text.n, why, sizeof why) != 0)
        fail_msg("seed %u: %s\n%s", seed0, why, text.p);
    assert_string_equal(site->name, name);
    assert_int_equal(site->ponds, ponds);
    assert_int_equal(site->buses, buses);
    for (unsigned i = 0; i < ponds; i++) {
        assert_string_equal(site->pond[i].name, pond[i].name);
        assert_true(site->pond[i].area_m2 == pond[i].area_m2);
        assert_true(site->pond[i].depth_m == pond[i].depth_m);
        assert_int_equal(site->pond[i].system, pond[i].system);
    }
    assert_int_equal(wizard_draft_read(&again, text.p, text.n), 0);
    wizard_draft_text(again, &second);
    assert_string_equal(second.p, text.p);
    site_free(site);
    wizard_draft_free(again);
    wizard_draft_free(d);
    buf_free(&text);
    buf_free(&second);
}

static void what_it_writes_the_site_reader_takes(void **state)
{
    (void)state;
    for (unsigned seed = 1; seed <= 300; seed++)
        one_random_site(seed);
}

static void keeps_what_it_does_not_know(void **state)
{
    size_t n;
    char *text = support_read("deploy/config/collector.example.json", &n), why[400];
    struct wizard_draft *d = NULL;
    struct site *before = NULL, *after = NULL;
    struct site_pond p;
    struct buf out = {0};

    (void)state;
    assert_int_equal(site_load_memory(&before, "a.json", text, n, why, sizeof why), 0);
    assert_int_equal(wizard_draft_read(&d, text, n), 0);
    assert_true(wizard_draft_comments(d));
    assert_string_equal(wizard_draft_user(d, "device", "relay-1"), "aerator-1");
    assert_null(wizard_draft_user(d, "device", "mains"));
    wizard_draft_pond(d, 0, &p);
    (void)snprintf(p.name, sizeof p.name, "Lain");
    wizard_draft_set_pond(d, 0, &p);
    wizard_draft_text(d, &out);
    if (site_load_memory(&after, "b.json", out.p, out.n, why, sizeof why) != 0)
        fail_msg("%s", why);
    assert_string_equal(after->pond[0].name, "Lain");
    assert_int_equal(after->reflexes, before->reflexes);
    assert_memory_equal(&after->reflex[0].condition, &before->reflex[0].condition,
                        sizeof after->reflex[0].condition[0]);
    assert_int_equal(after->inputs, before->inputs);
    assert_int_equal(after->devices, before->devices);
    for (unsigned i = 0; i < after->devices; i++) {
        assert_int_equal(after->device[i].every_s, before->device[i].every_s);
        assert_int_equal(after->device[i].metrics, before->device[i].metrics);
    }
    assert_int_equal(after->journal_max_bytes, before->journal_max_bytes);
    assert_string_equal(after->sink[0].token_file, before->sink[0].token_file);
    site_free(before);
    site_free(after);
    wizard_draft_free(d);
    buf_free(&out);
    free(text);
}

static void sees_comments_only_where_there_are(void **state)
{
    static const char PLAIN[] = "\xEF\xBB\xBF{\"a\": \"http://x /* y */\"}";
    struct wizard_draft *d = NULL;

    (void)state;
    assert_int_equal(wizard_draft_read(&d, PLAIN, sizeof PLAIN - 1), 0);
    assert_false(wizard_draft_comments(d));
    wizard_draft_free(d);
    assert_int_equal(wizard_draft_read(&d, "[1]", 3), NILA_ERR_PARSE);
}

/* --- answers ------------------------------------------------------------------------------------------------------ */

static void names_every_wrong_answer(void **state)
{
    static const char TEXT[] =
        "{\"site\": {\"name\": \"\", \"regency\": \"kotim\", \"kecamatan\": \"Xx\"},\n"
        "\"ponds\": [{\"name\": \"Kolam 1\", \"area_m2\": 0}],\n"
        "\"lines\": [{\"port\": \"/dev/x\", \"devices\": [{\"unit\": 0, \"profile\": \"no\", "
        "\"pond\": \"p\"}]}]}\n";
    struct wizard_world world = {0};
    struct wizard w = {.world = &world, .draft = wizard_draft_new()};
    struct buf mistakes = {0};
    bool has_sink = false;
    char why[256];

    (void)state;
    assert_int_equal(identify_open(&world.id, "collector/devices", why, sizeof why), 0);
    assert_int_equal(wizard_answers_read(&w, "a.json", TEXT, sizeof TEXT - 1, &mistakes, &has_sink),
                     NILA_ERR_CONFIG);
    static const char *const WANT[] = {
        "a.json:1:19: site.name", "site.kecamatan",     "ponds[0].area_m2", "\"depth_m\"",
        "devices[0].unit",        "devices[0].profile", "devices[0].pond",  "\"server\""};
    for (size_t i = 0; i < sizeof WANT / sizeof WANT[0]; i++)
        if (strstr(mistakes.p, WANT[i]) == NULL)
            fail_msg("%s is not in:\n%s", WANT[i], mistakes.p);
    assert_int_equal(wizard_draft_ponds(w.draft), 0);
    buf_free(&mistakes);
    wizard_draft_free(w.draft);
    identify_close(world.id);
}

/* --- files -------------------------------------------------------------------------------------------------------- */

static int refuse(void *arg, const char *path, char *why, size_t why_size)
{
    (void)path;
    (void)snprintf(why, why_size, "%s", (const char *)arg);
    return NILA_ERR_CONFIG;
}

static void replaces_a_file_as_a_whole_or_not_at_all(void **state)
{
    char no[] = "no", dir[200], path[240], bak[250], fresh[250], why[300], *text;
    struct stat st;
    size_t n;

    (void)state;
    (void)snprintf(dir, sizeof dir, "%s", support_tmpdir());
    (void)snprintf(path, sizeof path, "%s/c.json", dir);
    (void)snprintf(bak, sizeof bak, "%s.bak", path);
    (void)snprintf(fresh, sizeof fresh, "%s.new", path);
    assert_int_equal(wizard_file_replace(path, "one", 3, 0600, true, NULL, NULL, why, sizeof why),
                     0);
    assert_int_equal(access(bak, F_OK), -1);
    assert_int_equal(chmod(path, 0640), 0);
    assert_int_equal(wizard_file_replace(path, "two", 3, 0600, true, refuse, no, why, sizeof why),
                     NILA_ERR_CONFIG);
    assert_string_equal(why, "no");
    text = support_read(path, &n);
    assert_string_equal(text, "one");
    free(text);
    assert_int_equal(access(fresh, F_OK), -1);
    assert_int_equal(wizard_file_replace(path, "two", 3, 0600, true, NULL, NULL, why, sizeof why),
                     0);
    text = support_read(bak, &n);
    assert_string_equal(text, "one");
    free(text);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0640);
    support_rmdir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(makes_slugs_from_names),
        cmocka_unit_test(finds_a_slug_that_is_free),
        cmocka_unit_test(what_it_writes_the_site_reader_takes),
        cmocka_unit_test(keeps_what_it_does_not_know),
        cmocka_unit_test(sees_comments_only_where_there_are),
        cmocka_unit_test(names_every_wrong_answer),
        cmocka_unit_test(replaces_a_file_as_a_whole_or_not_at_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
