/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A whole conversation of setup with a machine that is made up: what is asked, what is kept, where "<" leads. */
#include "tests/support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/tongue.h"
#include "collector/wizard.h"

struct desk { /* technician and machine */
    const char *const *answer;
    size_t next;
    struct buf heard, written;
    char login[WIZARD_LOGIN_SIZE];
    int scans, reads, tries, writes;
    int unit; /* the one that answers, at 9600 N; 0 nobody */
    bool server;
};

static enum wizard_end line(void *arg, char *buf, size_t size, bool hidden)
{
    struct desk *k = arg;

    (void)hidden;
    if (k->answer[k->next] == NULL)
        return WIZARD_OVER;
    (void)snprintf(buf, size, "%s", k->answer[k->next++]);
    return WIZARD_ON;
}

static void say(void *arg, const char *text)
{
    buf_str(&((struct desk *)arg)->heard, text);
}

static size_t adapters(void *arg, struct wizard_adapter *list, size_t max)
{
    (void)arg;
    assert_true(max >= 1);
    (void)snprintf(list[0].path, sizeof list[0].path, "/dev/nila/rs485-A1");
    list[0].moves = false;
    return 1;
}

static int scan(void *arg, const struct site_bus *bus, const bool unit[256],
                const struct scan_speed *speed, unsigned speeds,
                void (*found)(void *found_arg, const struct scan_found *f), void *found_arg,
                bool *stopped)
{
    struct desk *k = arg;
    struct scan_found *f = calloc(1, sizeof *f);

    (void)bus;
    assert_non_null(f);
    k->scans++;
    *stopped = false;
    for (unsigned i = 0; i < speeds; i++) {
        if (k->unit == 0 || !unit[k->unit] || speed[i].baud != 9600 || speed[i].parity != 'N')
            continue;
        f->unit = k->unit;
        f->speed = speed[i];
        found(found_arg, f);
    }
    free(f);
    return 0;
}

static int read_device(void *arg, const struct site_bus *line_of, const struct wizard_device *d,
                       struct reading_set *set)
{
    (void)line_of;
    (void)d;
    ((struct desk *)arg)->reads++;
    set->n = 1;
    set->v[0] =
        (struct reading_value){.metric = METRIC_DO_MG_L, .flag = READING_PASS, .value = 5.5};
    return 0;
}

static bool try_server(void *arg, const struct wizard_sink *sink, const char *login,
                       struct buf *words)
{
    (void)sink;
    (void)login;
    ((struct desk *)arg)->tries++;
    buf_str(words, "tried\n");
    return ((struct desk *)arg)->server || ((struct desk *)arg)->tries > 1;
}

static bool look_at_clock(void *arg, struct buf *words)
{
    (void)arg;
    buf_str(words, "clock\n");
    return true;
}

static int write_all(void *arg, const char *text, const struct wizard_sink *sink, const char *login)
{
    struct desk *k = arg;

    (void)sink;
    k->writes++;
    buf_str(&k->written, text);
    (void)snprintf(k->login, sizeof k->login, "%s", login);
    return 0;
}

static struct identify *profiles;

/* The conversation; the draft is the caller's. */
static enum wizard_end talk(struct desk *k, struct wizard_draft *d, bool existed)
{
    const struct wizard_world world = {.arg = k,
                                       .id = profiles,
                                       .adapters = adapters,
                                       .scan = scan,
                                       .read = read_device,
                                       .try_server = try_server,
                                       .clock = look_at_clock,
                                       .write = write_all};
    struct wizard w = {.io = {line, say, k},
                       .world = &world,
                       .draft = d,
                       .l = TEXT_EN,
                       .config = "c.json",
                       .existed = existed};
    enum wizard_end end = wizard_run(&w);

    wizard_done(&w);
    return end;
}

static void done(struct desk *k, struct wizard_draft *d)
{
    wizard_draft_free(d);
    buf_free(&k->heard);
    buf_free(&k->written);
}

static const char *const WHOLE[] = {"2",
                                    "Tambak \"Satu\"",
                                    "",
                                    "Seruyan Hilir",
                                    "",
                                    "",
                                    "120",
                                    "1,5",
                                    "",
                                    "", /* farm, pond */
                                    "",
                                    "",
                                    "1-4",
                                    "nila-node",
                                    "r",
                                    "",
                                    "",
                                    "",
                                    "", /* line, device */
                                    "https://data.example",
                                    "",
                                    "",
                                    "pi:x",
                                    "", /* server */
                                    NULL};

static void a_whole_conversation_makes_a_site_file(void **state)
{
    struct desk k = {.answer = WHOLE, .unit = 3, .server = true};
    struct wizard_draft *d = wizard_draft_new();
    struct site *site = NULL;
    char why[400] = "";

    (void)state;
    assert_int_equal(talk(&k, d, false), WIZARD_ON);
    assert_int_equal(k.writes, 1);
    assert_int_equal(k.reads, 2);
    assert_string_equal(k.login, "pi:x");
    if (site_load_memory(&site, "c.json", k.written.p, k.written.n, why, sizeof why) != 0)
        fail_msg("%s", why);
    assert_string_equal(site->name, "Tambak \"Satu\"");
    assert_string_equal(site->slug, "tambak-satu");
    assert_int_equal(site->regency, REGENCY_SERUYAN);
    assert_true(site->pond[0].area_m2 == 120 && site->pond[0].depth_m == 1.5);
    assert_string_equal(site->bus[0].port, "/dev/nila/rs485-A1");
    assert_int_equal(site->device[0].unit, 3);
    assert_int_equal(site->device[0].pond, 0);
    assert_string_equal(site->sink[0].url, "https://data.example");
    assert_null(strstr(k.heard.p, "pi:x"));
    site_free(site);
    done(&k, d);
}

/* At every place of the conversation. */
static void an_end_anywhere_writes_nothing(void **state)
{
    size_t n = sizeof WHOLE / sizeof WHOLE[0] - 1;

    (void)state;
    for (size_t cut = 0; cut < n; cut++) {
        const char *part[sizeof WHOLE / sizeof WHOLE[0]] = {NULL};
        struct desk k = {.answer = part, .unit = 3, .server = true};
        struct wizard_draft *d = wizard_draft_new();
        memcpy(part, WHOLE, cut * sizeof part[0]);
        assert_int_equal(talk(&k, d, false), WIZARD_OVER);
        assert_int_equal(k.writes, 0);
        done(&k, d);
    }
}

static void enter_keeps_all_of_an_existing_file(void **state)
{
    static const char *const ENTERS[] = {"", "", "", "", "", "", "", "", "", "", "", "", "", NULL};
    size_t n;
    char *text = support_read("deploy/config/collector.example.json", &n);
    struct desk k = {.answer = ENTERS, .server = true};
    struct wizard_draft *d = NULL, *same = NULL;
    struct buf want = {0};

    (void)state;
    assert_int_equal(wizard_draft_read(&d, text, n), 0);
    assert_int_equal(wizard_draft_read(&same, text, n), 0);
    wizard_draft_text(same, &want);
    assert_int_equal(talk(&k, d, true), WIZARD_ON);
    assert_string_equal(k.written.p, want.p);
    assert_int_equal(k.scans, 0);
    assert_non_null(strstr(k.heard.p, "c.json.bak"));
    wizard_draft_free(same);
    buf_free(&want);
    free(text);
    done(&k, d);
}

static void back_leads_to_the_question_before(void **state)
{
    static const char *const T[] = {"1", "A", "<", "<", "2", "B", "",  "1", "",  "", "9", "<",
                                    "8", "1", "",  "",  "",  "",  "-", "",  "-", "", NULL};
    struct desk k = {.answer = T};
    struct wizard_draft *d = wizard_draft_new();

    (void)state;
    assert_int_equal(talk(&k, d, false), WIZARD_ON);
    assert_int_equal(k.writes, 1);
    assert_string_equal(wizard_draft_head(d, "regency"), "seruyan");
    assert_string_equal(wizard_draft_head(d, "name"), "B");
    assert_non_null(strstr(k.written.p, "\"area_m2\": 8"));
    assert_null(strstr(k.written.p, "\"url\""));
    done(&k, d);
}

static void silence_is_told_with_its_cure_in_both_languages(void **state)
{
    static const char *const T[] = {"1", "A", "", "1", "",  "",  "9", "1",
                                    "",  "",  "", "",  "5", "5", NULL};

    (void)state;
    for (int id = 0; id < 2; id++) {
        struct desk k = {.answer = T};
        struct wizard_draft *d = wizard_draft_new();
        tongue_set(id != 0);
        assert_int_equal(talk(&k, d, false), WIZARD_OVER);
        assert_non_null(
            strstr(k.heard.p, id != 0 ? "kabel A dan B tertukar" : "wires A and B are swapped"));
        assert_int_equal(k.scans, 1);
        done(&k, d);
    }
    tongue_set(false);
}

static void a_server_that_is_away_can_be_tried_again(void **state)
{
    static const char *const T[] = {
        "1", "A", "",     "1", "", "",  "9", "1", "", "", "", "", "-", "", "https://d.example",
        "",  "",  "pi:x", "r", "", NULL};
    struct desk k = {.answer = T};
    struct wizard_draft *d = wizard_draft_new();

    (void)state;
    assert_int_equal(talk(&k, d, false), WIZARD_ON);
    assert_int_equal(k.tries, 2);
    assert_int_equal(k.writes, 1);
    assert_non_null(strstr(k.heard.p, "It can go on without the network"));
    assert_non_null(strstr(k.written.p, "credential:office.token"));
    assert_null(strstr(k.written.p, "pi:x"));
    done(&k, d);
}

static int open_profiles(void **state)
{
    char why[256];

    (void)state;
    return identify_open(&profiles, "collector/devices", why, sizeof why);
}

static int close_profiles(void **state)
{
    (void)state;
    identify_close(profiles);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_conversation_makes_a_site_file),
        cmocka_unit_test(an_end_anywhere_writes_nothing),
        cmocka_unit_test(enter_keeps_all_of_an_existing_file),
        cmocka_unit_test(back_leads_to_the_question_before),
        cmocka_unit_test(a_server_that_is_away_can_be_tried_again),
        cmocka_unit_test(silence_is_told_with_its_cure_in_both_languages),
    };
    return cmocka_run_group_tests(tests, open_profiles, close_profiles);
}
