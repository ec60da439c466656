/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The reflexes of a site file: what is read, what is refused and where. */
#include "tests/support/support.h"

#include <stdio.h>
#include <string.h>

#include "collector/common/buf.h"
#include "collector/common/site.h"

static const char HEAD[] =
    "{\"site\": {\"slug\": \"s\", \"name\": \"S\", \"regency\": \"kotim\", \"kecamatan\": "
    "\"62.02.06\"},\n"
    "\"ponds\": [{\"slug\": \"k1\", \"area_m2\": 200, \"depth_m\": 1}, {\"slug\": \"k2\", "
    "\"area_m2\": 200, \"depth_m\": 1}],\n"
    "\"buses\": [{\"slug\": \"b\", \"tcp\": {\"host\": \"127.0.0.1\"}, \"devices\": [\n"
    "  {\"slug\": \"node-1\", \"profile\": \"nila-node\", \"unit\": 1, \"pond\": \"k1\"},\n"
    "  {\"slug\": \"relay-1\", \"profile\": \"waveshare-relay-8\", \"unit\": 2, \"pond\": "
    "null}]}],\n"
    "\"reflexes\": [\n";
static const char FIRST[] =
    "{\"slug\": \"kincir-1\", \"name\": \"Kincir kolam 1\", \"pond\": \"k1\",\n"
    " \"switch\": {\"device\": \"relay-1\", \"channel\": 3},\n"
    " \"when\": [{\"pond\": \"k1\", \"metric\": \"do_mg_l\", \"below\": 3, \"until\": 4.5},\n"
    "          {\"pond\": null, \"metric\": \"air_temp_c\", \"above\": 40, \"until\": 38}],\n"
    " \"when_lost\": \"on\", \"max_age_s\": 600, \"min_on_s\": 900, \"min_off_s\": 120, "
    "\"repeat_s\": 30,\n"
    " \"manual_max_s\": 7200}";
static const char TAIL[] = "],\n\"sinks\": []}\n";

/* HEAD, FIRST with find replaced by put, then more and TAIL. place: of the '@' in put or more, as "line:column: ". */
static int load_changed(struct site **out, const char *find, const char *put, const char *more,
                        char *place, size_t place_size, char *why, size_t why_size)
{
    const char *at = strstr(FIRST, find);
    struct buf b = {0};
    char *mark;
    int rc;

    assert_non_null(at);
    buf_printf(&b, "%s%.*s%s%s%s%s", HEAD, (int)(at - FIRST), FIRST, put, at + strlen(find), more,
               TAIL);
    mark = strchr(b.p, '@');
    place[0] = '\0';
    if (mark != NULL) {
        long line = 1, column = 1;
        for (const char *p = b.p; p < mark; p++, column++)
            if (*p == '\n')
                line++, column = 0;
        memmove(mark, mark + 1, strlen(mark));
        b.n--;
        (void)snprintf(place, place_size, "c.json:%ld:%ld: ", line, column);
    }
    rc = site_load_memory(out, "c.json", b.p, b.n, why, why_size);
    buf_free(&b);
    return rc;
}

static void every_word_of_a_reflex_is_read(void **state)
{
    struct site *s = NULL;
    char why[512] = "", place[64];
    const struct site_reflex *x;

    (void)state;
    if (load_changed(&s, "", "",
                     ",{\"slug\": \"lampu\", \"pond\": null, \"switch\": {\"device\": \"relay-1\", "
                     "\"channel\": 8}, \"when\": []}",
                     place, sizeof place, why, sizeof why) != 0)
        fail_msg("%s", why);
    assert_int_equal(s->reflexes, 2);
    x = &s->reflex[0];
    assert_string_equal(x->slug, "kincir-1");
    assert_string_equal(x->name, "Kincir kolam 1");
    assert_int_equal(x->pond, 0);
    assert_int_equal(x->device, 1);
    assert_int_equal(x->channel, 3);
    assert_int_equal(x->conditions, 2);
    assert_int_equal(x->condition[0].pond, 0);
    assert_int_equal(x->condition[0].metric, METRIC_DO_MG_L);
    assert_false(x->condition[0].above);
    assert_true(x->condition[0].at == 3 && x->condition[0].until == 4.5);
    assert_int_equal(x->condition[1].pond, -1);
    assert_true(x->condition[1].above);
    assert_int_equal(x->when_lost, SITE_LOST_ON);
    assert_int_equal(x->max_age_s, 600);
    assert_int_equal(x->min_on_s, 900);
    assert_int_equal(x->min_off_s, 120);
    assert_int_equal(x->repeat_s, 30);
    assert_int_equal(x->manual_max_s, 7200);
    x = &s->reflex[1];
    assert_string_equal(x->name, "lampu");
    assert_int_equal(x->pond, -1);
    assert_int_equal(x->conditions, 0);
    assert_int_equal(x->when_lost, SITE_LOST_KEEP);
    assert_int_equal(x->max_age_s, 300);
    assert_int_equal(x->min_on_s, 60);
    assert_int_equal(x->min_off_s, 60);
    assert_int_equal(x->repeat_s, 60);
    assert_int_equal(x->manual_max_s, 43200);
    site_free(s);
}

static void what_is_wrong_is_named_at_its_place(void **state)
{
    static const struct {
        const char *find, *put, *more, *words;
    } T[] = {
        {"\"relay-1\", \"channel\"", "@\"relay-9\", \"channel\"", "",
         "reflexes[0].switch.device: there is no device \"relay-9\" on any bus"},
        {"\"channel\": 3", "\"channel\": @65", "",
         "reflexes[0].switch.channel: 65 is not allowed; 0 to 64"},
        {"\"kincir-1\"", "@\"node-1\"", "",
         "reflexes[0].slug: \"node-1\" is a device or an input; a switch needs"},
        {"\"until\": 4.5", "\"until\": @3", "",
         "reflexes[0].when[0].until: 3 is not above 3: a switch that releases where it calls would "
         "flutter"},
        {"\"until\": 38", "\"until\": @40", "", "reflexes[0].when[1].until: 40 is not below 40"},
        {"\"below\": 3,", "\"below\": 3, \"above\": @4,", "",
         "exactly one of \"below\" and \"above\" is needed"},
        {"\"below\": 3", "\"below\": @-1", "",
         "reflexes[0].when[0].below: -1 is not allowed; 0 to 25"},
        {"\"do_mg_l\"", "@\"oksigen\"", "", "reflexes[0].when[0].metric: \"oksigen\" is no metric"},
        {"{\"pond\": \"k1\", \"metric\"", "{\"pond\": @\"k9\", \"metric\"", "",
         "reflexes[0].when[0].pond: there is no pond \"k9\""},
        {"\"when_lost\": \"on\"", "\"when_lost\": @\"alarm\"", "",
         "\"alarm\" is not allowed; \"keep\", \"on\", \"off\""},
        {" \"when_lost\": \"on\",", "", "", "\"when_lost\" is missing"},
        {"\"when_lost\"", "@\"when_lots\"", "", "\"when_lots\""},
        {"", "",
         ",{\"slug\": \"b\", \"pond\": null, \"switch\": @{\"device\": \"relay-1\", \"channel\": "
         "3}, \"when\": []}",
         "reflexes[1].switch: channel 3 of relay-1 is switched by \"kincir-1\" already"},
        {"", "",
         ",{\"slug\": @\"kincir-1\", \"pond\": null, \"switch\": {\"device\": \"relay-1\", "
         "\"channel\": 4}, \"when\": []}",
         "reflexes[1].slug: \"kincir-1\" is used twice"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct site *s = NULL;
        char why[512] = "", place[64];
        int rc =
            load_changed(&s, T[i].find, T[i].put, T[i].more, place, sizeof place, why, sizeof why);

        if (rc != NILA_ERR_CONFIG || strstr(why, T[i].words) == NULL ||
            strncmp(why, place, strlen(place)) != 0)
            fail_msg("%s: rc %d, \"%s\" is not \"%s...%s\"", T[i].put, rc, why, place, T[i].words);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_word_of_a_reflex_is_read),
        cmocka_unit_test(what_is_wrong_is_named_at_its_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
