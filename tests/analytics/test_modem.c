/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The modem sends and calls, and fails in each way that it can. */
#include "tests/analytics/modembench.h"

/* --- sending ------------------------------------------------------------------------------------------------------ */

static void sends_an_sms_and_hears_that_it_arrived(void **state)
{
    struct bench b;
    struct channel_result r;
    const struct channel_event *e;

    (void)state;
    start(&b);
    r = sms(&b,
            "[NILA] BAHAYA Kolam 2: oksigen 1,2 (batas 1,5) jam 03.10. NYALAKAN KINCIR SEKARANG.");
    assert_int_equal(r.fate, FATE_SENT);
    assert_int_equal(r.code, CODE_NONE);
    assert_string_equal(r.reference, FARMER "/1");
    assert_int_equal(b.sim->sents, 1);
    assert_string_equal(b.sim->sent[0].to, FARMER);
    assert_string_equal(
        b.sim->sent[0].text,
        "[NILA] BAHAYA Kolam 2: oksigen 1,2 (batas 1,5) jam 03.10. NYALAKAN KINCIR SEKARANG.");
    e = hear(&b, HEARD_REPORT, CODE_NONE, 3000);
    assert_int_equal(e->fate, FATE_DELIVERED);
    assert_string_equal(e->reference, FARMER "/1");
    print_message("%s", b.sim->transcript.p);
    stop(&b);
}

static void a_report_of_failure_is_told(void **state)
{
    static const struct {
        const char *says;
        int status;
        enum channel_fate fate;
    } ROW[] = {
        {"still trying", 0x22, FATE_RETRY},
        {"no longer valid", 0x46, FATE_REFUSED},
        {"given up for now", 0x63, FATE_REFUSED},
    };
    struct bench b;

    (void)state;
    start(&b);
    for (size_t i = 0; i < sizeof ROW / sizeof ROW[0]; i++) {
        const struct channel_event *e;
        print_message("%s\n", ROW[i].says);
        modem_sim_lock(b.sim);
        b.sim->report = ROW[i].status;
        b.sim->report_without_number = i == 1;
        modem_sim_unlock(b.sim);
        assert_int_equal(sms(&b, "uji").fate, FATE_SENT);
        e = hear(&b, HEARD_REPORT, CODE_UNDELIVERED, 3000);
        assert_int_equal(e->fate, ROW[i].fate);
        assert_string_equal(e->from, FARMER);
    }
    stop(&b);
}

static void a_modem_that_keeps_reports_in_its_memory_is_read(void **state)
{
    struct bench b;
    const struct channel_event *e;
    struct modem_state s;

    (void)state;
    start(&b);
    b.sim->report_in_memory = true;
    assert_int_equal(sms(&b, "uji").fate, FATE_SENT);
    e = hear(&b, HEARD_REPORT, CODE_NONE, 3000);
    assert_string_equal(e->reference, FARMER "/1");
    modem_sim_wait(b.sim, "> AT+CMGD=1", 1);
    modem_state(b.m, &s);
    assert_int_equal(s.reports, 1);
    assert_int_equal(s.signal_pct, 77);
    stop(&b);
}

static void a_modem_without_reports_or_ascii_sends_all_the_same(void **state)
{
    struct bench b;
    struct modem_state s;

    (void)state;
    start(&b);
    b.sim->no_reports = b.sim->no_ira = b.sim->no_details = b.sim->garbage = true;
    assert_int_equal(sms(&b, "[NILA] a_b {c}").fate, FATE_SENT);
    assert_string_equal(b.sim->sent[0].text, "(NILA) a-b (c)"); /* no ESC in a text */
    modem_state(b.m, &s);
    assert_int_equal(s.reports, 0);
    modem_sim_wait(b.sim, "> AT+CSMP=17,47,0,0", 1);
    stop(&b);
}

/* --- failing ------------------------------------------------------------------------------------------------------ */

static void set_no_sim(struct bench *b)
{
    b->sim->card = SIM_ABSENT;
}
static void set_pin_wanted(struct bench *b)
{
    b->sim->card = SIM_PIN;
}
static void set_puk(struct bench *b)
{
    b->sim->card = SIM_PUK;
}
static void set_no_signal(struct bench *b)
{
    b->sim->signal = 99;
    b->sim->creg = 2;
}
static void set_denied(struct bench *b)
{
    b->sim->creg = 3;
}
static void set_searching(struct bench *b)
{
    b->sim->creg = 2;
}
static void set_no_credit(struct bench *b)
{
    b->sim->cms = 29;
}
static void set_no_network(struct bench *b)
{
    b->sim->cms = 331;
}
static void set_congested(struct bench *b)
{
    b->sim->cms = 42;
}
static void set_early(struct bench *b)
{
    b->sim->cms_early = 304;
}
static void set_network_silent(struct bench *b)
{
    b->sim->cms = 332;
}
static void set_no_prompt(struct bench *b)
{
    b->sim->no_prompt = true;
}
static void set_silent(struct bench *b)
{
    b->sim->silent = true;
}
static void set_noise(struct bench *b)
{
    b->sim->babble = "\xff\x80~~#+\xfe\r\n\x01\x02";
}
static void set_error(struct bench *b)
{
    b->sim->babble = "\r\nERROR\r\n";
}
static void set_half(struct bench *b)
{
    b->sim->babble = "\r\nO";
}
static void set_hang(struct bench *b)
{
    b->sim->hang_after_text = true;
}
static void set_drop_early(struct bench *b)
{
    b->sim->drop_at_prompt = true;
}
static void set_drop_late(struct bench *b)
{
    b->sim->drop_after_text = true;
}
static void set_unplugged(struct bench *b)
{
    modem_sim_unlock(b->sim);
    modem_sim_unplug(b->sim);
    modem_sim_lock(b->sim);
}

static void says_what_is_wrong_and_sends_again_when_it_is_mended(void **state)
{
    static const struct {
        const char *says;
        void (*set)(struct bench *b);
        enum channel_fate fate;
        enum channel_code code;
        size_t sent; /* texts that the modem took nevertheless */
    } ROW[] = {
        {"no SIM", set_no_sim, FATE_REFUSED, CODE_NO_SIM, 0},
        {"a PIN is wanted and none is there", set_pin_wanted, FATE_REFUSED, CODE_PIN_WANTED, 0},
        {"the SIM is locked", set_puk, FATE_REFUSED, CODE_PUK, 0},
        {"no signal", set_no_signal, FATE_RETRY, CODE_NO_SIGNAL, 0},
        {"registration denied", set_denied, FATE_REFUSED, CODE_UNREGISTERED, 0},
        {"still looking for a network", set_searching, FATE_RETRY, CODE_UNREGISTERED, 0},
        {"no credit", set_no_credit, FATE_REFUSED, CODE_SMS_REFUSED, 0},
        {"no network at the last moment", set_no_network, FATE_RETRY, CODE_NO_SIGNAL, 0},
        {"congestion", set_congested, FATE_RETRY, CODE_SMS_REFUSED, 0},
        {"refused before the prompt", set_early, FATE_REFUSED, CODE_SMS_REFUSED, 0},
        {"the network says nothing", set_network_silent, FATE_UNKNOWN, CODE_SMS_REFUSED, 0},
        {"no prompt", set_no_prompt, FATE_RETRY, CODE_NO_PROMPT, 0},
        {"silence", set_silent, FATE_RETRY, CODE_MODEM_MUTE, 0},
        {"noise", set_noise, FATE_RETRY, CODE_MODEM_MUTE, 0},
        {"ERROR to everything", set_error, FATE_RETRY, CODE_MODEM_SAYS, 0},
        {"half an answer", set_half, FATE_RETRY, CODE_MODEM_MUTE, 0},
        {"silence after the text", set_hang, FATE_UNKNOWN, CODE_MODEM_MUTE, 1},
        {"unplugged before the text", set_drop_early, FATE_RETRY, CODE_MODEM_LOST, 0},
        {"unplugged after the text", set_drop_late, FATE_UNKNOWN, CODE_MODEM_LOST, 0},
        {"not there", set_unplugged, FATE_RETRY, CODE_MODEM_AWAY, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof ROW / sizeof ROW[0]; i++) {
        struct bench b;
        struct channel_result r;
        char id[CHANNEL_WHY_SIZE], en[CHANNEL_WHY_SIZE];

        start(&b);
        modem_sim_lock(b.sim);
        ROW[i].set(&b);
        modem_sim_unlock(b.sim);
        r = sms(&b, "uji");
        (void)channel_say(id, sizeof id, r.code, r.detail, false);
        (void)channel_say(en, sizeof en, r.code, r.detail, true);
        print_message("%s: %s, %s | %s | %s\n", ROW[i].says, channel_fate_name(r.fate),
                      channel_code_name(r.code), id, en);
        assert_int_equal(r.code, ROW[i].code);
        assert_int_equal(r.fate, ROW[i].fate);
        assert_int_equal(b.sim->sents, ROW[i].sent);
        /* mended: the same modem object sends */
        modem_sim_lock(b.sim);
        b.sim->silent = b.sim->no_prompt = b.sim->hang_after_text = false;
        b.sim->drop_at_prompt = b.sim->drop_after_text = false;
        b.sim->cms = b.sim->cms_early = 0;
        b.sim->babble = NULL;
        b.sim->card = SIM_READY;
        b.sim->signal = 24;
        b.sim->creg = 1;
        modem_sim_unlock(b.sim);
        if (access(b.c.port, F_OK) != 0)
            modem_sim_plug(b.sim);
        r = sms(&b, "uji lagi");
        if (r.fate != FATE_SENT)
            print_message("%s", b.sim->transcript.p);
        assert_int_equal(r.fate, FATE_SENT);
        assert_string_equal(b.sim->sent[ROW[i].sent].text, "uji lagi");
        stop(&b);
    }
}

static void a_modem_of_lte_alone_is_registered_by_cereg(void **state)
{
    struct bench b;

    (void)state;
    start(&b);
    b.sim->creg = 0;
    b.sim->cereg = 1;
    assert_int_equal(sms(&b, "uji").fate, FATE_SENT);
    stop(&b);
}

static void a_port_held_by_another_program_is_left_alone(void **state)
{
    struct bench b;
    int fd;

    (void)state;
    start(&b);
    fd = open(b.c.port, O_RDWR | O_NOCTTY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), 0);
    assert_int_equal(sms(&b, "uji").code, CODE_MODEM_HELD);
    assert_int_equal(modem_sim_count(b.sim, "> "), 0);
    (void)close(fd);
    assert_int_equal(sms(&b, "uji").fate, FATE_SENT);
    stop(&b);
}

static void a_file_is_no_modem(void **state)
{
    struct bench b;

    (void)state;
    start(&b);
    (void)snprintf(b.c.port, sizeof b.c.port, "%.200s/file", b.dir);
    support_write(b.c.port, "x");
    assert_int_equal(sms(&b, "uji").code, CODE_CONFIG);
    stop(&b);
}

/* --- the PIN ------------------------------------------------------------------------------------------------------ */

static void a_good_pin_opens_the_sim(void **state)
{
    struct bench b;

    (void)state;
    start(&b);
    b.sim->card = SIM_PIN;
    write_pin(&b, "1234\n");
    assert_int_equal(sms(&b, "uji").fate, FATE_SENT);
    assert_int_equal(b.sim->pins_tried, 1);
    stop(&b);
}

/* Over attempts, restarts of the program, and a file written anew with the same digits. */
static void a_wrong_pin_is_tried_once_and_never_again(void **state)
{
    struct bench b;
    struct stat st;
    char *text;
    size_t n;

    (void)state;
    start(&b);
    b.sim->card = SIM_PIN;
    write_pin(&b, "9999\n");
    for (int i = 0; i < 6; i++) {
        assert_int_equal(sms(&b, "uji").code, CODE_PIN_WRONG);
        if (i % 2 == 1)
            restart(&b);
        if (i == 3)
            write_pin(&b, "9999\n");
    }
    assert_int_equal(b.sim->pins_tried, 1);
    assert_int_equal(b.sim->pins_left, 2);
    /* what is kept is for its owner alone and does not say the PIN */
    assert_int_equal(stat(b.c.state_file, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    text = support_read(b.c.state_file, &n);
    assert_null(strstr(text, " 9999"));
    free(text);
    write_pin(&b, "1234\n");
    assert_int_equal(sms(&b, "uji").fate, FATE_SENT);
    assert_int_equal(b.sim->pins_tried, 2);
    stop(&b);
}

static void a_pin_is_not_tried_when_it_cannot_be_remembered(void **state)
{
    struct bench b;

    (void)state;
    start(&b);
    b.sim->card = SIM_PIN;
    write_pin(&b, "1234\n");
    (void)snprintf(b.c.state_file, sizeof b.c.state_file, "%.200s/no/such/folder", b.dir);
    assert_int_equal(sms(&b, "uji").code, CODE_CONFIG);
    assert_int_equal(b.sim->pins_tried, 0);
    stop(&b);
}

/* --- calling ------------------------------------------------------------------------------------------------------ */

static void a_call_rings_and_is_hung_up(void **state)
{
    static const struct {
        const char *says;
        enum sim_call call;
        bool no_clcc;
        enum channel_fate fate;
        enum channel_code code;
        size_t hang_ups;
    } ROW[] = {
        {"rings", CALL_RINGS, false, FATE_DELIVERED, CODE_NONE, 1},
        {"somebody takes it", CALL_TAKEN, false, FATE_DELIVERED, CODE_NONE, 1},
        {"rings, then refused", CALL_REFUSED, false, FATE_DELIVERED, CODE_NONE, 1},
        {"engaged", CALL_ENGAGED, false, FATE_RETRY, CODE_LINE_BUSY, 1},
        {"switched off", CALL_OFF, false, FATE_RETRY, CODE_NO_CARRIER, 1},
        {"rings until the network gives up", CALL_UNHEARD, false, FATE_DELIVERED, CODE_NONE, 1},
        {"a modem that cannot tell", CALL_RINGS, true, FATE_SENT, CODE_NONE, 1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof ROW / sizeof ROW[0]; i++) {
        struct bench b;
        struct channel_result r;

        start(&b);
        b.sim->call = ROW[i].call;
        b.sim->no_clcc = ROW[i].no_clcc;
        r = call(&b, 1);
        print_message("%s: %s, %s (%s)\n", ROW[i].says, channel_fate_name(r.fate),
                      channel_code_name(r.code), r.detail);
        assert_int_equal(r.fate, ROW[i].fate);
        assert_int_equal(r.code, ROW[i].code);
        assert_int_equal(b.sim->dials, 1);
        assert_int_equal(b.sim->hang_ups, ROW[i].hang_ups);
        assert_false(b.sim->in_call);
        stop(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sends_an_sms_and_hears_that_it_arrived),
        cmocka_unit_test(a_report_of_failure_is_told),
        cmocka_unit_test(a_modem_that_keeps_reports_in_its_memory_is_read),
        cmocka_unit_test(a_modem_without_reports_or_ascii_sends_all_the_same),
        cmocka_unit_test(says_what_is_wrong_and_sends_again_when_it_is_mended),
        cmocka_unit_test(a_modem_of_lte_alone_is_registered_by_cereg),
        cmocka_unit_test(a_port_held_by_another_program_is_left_alone),
        cmocka_unit_test(a_file_is_no_modem),
        cmocka_unit_test(a_good_pin_opens_the_sim),
        cmocka_unit_test(a_wrong_pin_is_tried_once_and_never_again),
        cmocka_unit_test(a_pin_is_not_tried_when_it_cannot_be_remembered),
        cmocka_unit_test(a_call_rings_and_is_hung_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
