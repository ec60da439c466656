/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The modem against a simulated one on a pty (tests/support/modem_sim.h). */
#include "tests/support/support.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analytics/alert/modem.h"
#include "collector/common/civil.h"
#include "collector/common/clock.h"
#include "tests/support/modem_sim.h"

#define FARMER "+6281234567890"

static const struct modem_times QUICK = {.answer = 400,
                                         .prompt = 300,
                                         .network = 500,
                                         .look = 100,
                                         .retry = 50,
                                         .clcc = 20,
                                         .self_test = 400};

/* A folder, a simulated modem and ours; the channel code's own words are kept from what was heard. */
struct bench {
    char dir[256];
    struct modem_config c;
    struct modem_sim *sim;
    struct modem *m;
    struct channel_event heard[32];
    size_t n;
    atomic_bool woken;
    bool full; /* what is heard cannot be stored */
};

static void start(struct bench *b)
{
    char link[300];

    *b = (struct bench){.c = {.slug = "gsm", .baud = 115200}};
    (void)snprintf(b->dir, sizeof b->dir, "%s", support_tmpdir());
    (void)snprintf(link, sizeof link, "%s/modem", b->dir);
    (void)snprintf(b->c.port, sizeof b->c.port, "%.200s/modem", b->dir);
    (void)snprintf(b->c.state_file, sizeof b->c.state_file, "%.200s/modem-gsm.state", b->dir);
    b->sim = modem_sim_start(link);
    modem_open(&b->m, &b->c, &QUICK);
}

static void stop(struct bench *b)
{
    modem_close(b->m);
    modem_sim_stop(b->sim);
    support_rmdir(b->dir);
}

/* Ours begins anew, as after a restart of the program. */
static void restart(struct bench *b)
{
    modem_close(b->m);
    modem_open(&b->m, &b->c, &QUICK);
}

static void write_pin(struct bench *b, const char *pin)
{
    (void)snprintf(b->c.pin_file, sizeof b->c.pin_file, "%.200s/pin", b->dir);
    support_write(b->c.pin_file, pin);
    assert_int_equal(chmod(b->c.pin_file, 0640), 0);
}

static struct channel_result sms(struct bench *b, const char *text)
{
    struct channel_result r = {.fate = FATE_SENT};
    struct smstext fit;
    const int64_t began = clock_mono_ms();

    assert_int_equal(smstext_fit(&fit, text), 0);
    modem_sms(b->m, FARMER, &fit, 6000, &r);
    assert_true(clock_mono_ms() - began <
                7500); /* its time-out, and some room for a busy machine */
    return r;
}

static struct channel_result call(struct bench *b, int ring_s)
{
    struct channel_result r = {.fate = FATE_SENT};

    modem_call(b->m, FARMER, ring_s, 4000, &r);
    return r;
}

static void keep(void *arg, const struct channel_event *e)
{
    struct bench *b = arg;

    assert_true(b->n < sizeof b->heard / sizeof b->heard[0]);
    if (b->full && e->unstored != NULL)
        *e->unstored = true;
    b->heard[b->n++] = *e;
}

/* Listens until an event of this kind and code has come; fails after ms. */
static const struct channel_event *hear(struct bench *b, enum heard_kind kind,
                                        enum channel_code code, int64_t ms)
{
    const int64_t end = clock_mono_ms() + ms;

    for (;;) {
        for (size_t i = 0; i < b->n; i++)
            if (b->heard[i].kind == kind && b->heard[i].code == code) {
                struct channel_event *e = &b->heard[i];
                e->kind = (enum heard_kind) - 1; /* found once */
                return e;
            }
        if (clock_mono_ms() >= end) {
            print_message("%s", b->sim->transcript.p);
            fail_msg("nothing of kind %d, code %s was heard", (int)kind, channel_code_name(code));
        }
        (void)modem_listen(b->m, 100, &b->woken, keep, b);
    }
}

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

/* --- hearing ------------------------------------------------------------------------------------------------------ */

static void an_ok_is_told_with_the_number_in_one_form(void **state)
{
    static const struct {
        const char *says, *from, *text;
        bool ucs2;
        enum heard_kind kind;
        const char *number, *shown;
    } ROW[] = {
        {"OK: also the modem's own last word", "+6281234567890", "OK", false, HEARD_OK, FARMER,
         "OK"},
        {"small letters, a mark and more", "081234567890", "ok. sudah", false, HEARD_OK, FARMER,
         "ok. sudah"},
        {"Oke!", "6281234567890", "Oke!", false, HEARD_OK, FARMER, "Oke!"},
        {"two lines, the second one OK", FARMER, "Terima kasih\r\nOK", false, HEARD_SMS, FARMER,
         "Terima kasih\nOK"},
        {"an order is only read", FARMER, "MATIKAN KINCIR", false, HEARD_SMS, FARMER,
         "MATIKAN KINCIR"},
        {"in UCS2", FARMER, "004F004B0020D83DDC4D", true, HEARD_OK, FARMER, "OK \xF0\x9F\x91\x8D"},
        {"an operator's advertisement", "TELKOMSEL", "Paket OK", false, HEARD_SMS, "TELKOMSEL",
         "Paket OK"},
        {"an empty message is no OK", FARMER, "", false, HEARD_SMS, FARMER, ""},
    };
    struct bench b;

    (void)state;
    start(&b);
    assert_int_equal(sms(&b, "uji").fate, FATE_SENT);
    for (size_t i = 0; i < sizeof ROW / sizeof ROW[0]; i++) {
        const struct channel_event *e;
        print_message("%s\n", ROW[i].says);
        b.n = 0;
        modem_sim_sms(b.sim, ROW[i].from, ROW[i].text, ROW[i].ucs2);
        e = hear(&b, ROW[i].kind, CODE_NONE, 3000);
        assert_string_equal(e->from, ROW[i].number);
        assert_string_equal(e->text, ROW[i].shown);
        modem_sim_wait(b.sim, "> AT+CMGD=", i + 1);
    }
    assert_int_equal(b.sim->sents, 1); /* nothing was answered, nothing dialled */
    assert_int_equal(b.sim->dials, 0);
    stop(&b);
}

static void an_ok_is_heard_from_a_modem_that_tells_no_lengths(void **state)
{
    struct bench b;

    (void)state;
    start(&b);
    b.sim->no_details = true;
    assert_int_equal(sms(&b, "uji").fate, FATE_SENT);
    modem_sim_sms(b.sim, FARMER, "OK", false);
    assert_string_equal(hear(&b, HEARD_OK, CODE_NONE, 3000)->text, "OK");
    b.n = 0;
    modem_sim_sms(b.sim, FARMER, "", false);
    assert_string_equal(hear(&b, HEARD_SMS, CODE_NONE, 3000)->text, "");
    stop(&b);
}

static void messages_that_came_while_nobody_looked_are_read(void **state)
{
    struct bench b;

    (void)state;
    start(&b);
    modem_sim_sms(b.sim, "081234567890", "OK", false);
    modem_sim_sms(b.sim, "+62855000111", "halo", false);
    assert_string_equal(hear(&b, HEARD_OK, CODE_NONE, 4000)->from, FARMER);
    assert_string_equal(hear(&b, HEARD_SMS, CODE_NONE, 4000)->from, "+62855000111");
    modem_sim_wait(b.sim, "> AT+CMGD=2", 1);
    assert_false(b.sim->slot[0].used);
    stop(&b);
}

static void an_sms_is_not_deleted_before_it_was_stored(void **state)
{
    struct bench b;

    (void)state;
    start(&b);
    b.full = true;
    assert_int_equal(sms(&b, "uji").fate, FATE_SENT);
    modem_sim_sms(b.sim, FARMER, "OK", false);
    (void)hear(&b, HEARD_OK, CODE_NONE, 3000);
    assert_int_equal(modem_sim_count(b.sim, "> AT+CMGD="), 0);
    b.full = false;
    b.n = 0;
    (void)hear(&b, HEARD_OK, CODE_NONE, 20000); /* once more */
    modem_sim_wait(b.sim, "> AT+CMGD=", 1);
    stop(&b);
}

static void a_returned_call_is_told_and_hung_up(void **state)
{
    struct bench b;

    (void)state;
    start(&b);
    assert_int_equal(sms(&b, "uji").fate, FATE_SENT);
    modem_sim_ring(b.sim, "081234567890");
    assert_string_equal(hear(&b, HEARD_CALL, CODE_NONE, 3000)->from, FARMER);
    modem_sim_wait(b.sim, "> AT+CHUP", 1);
    b.n = 0;
    modem_sim_ring(b.sim, NULL); /* withheld: known only by waiting */
    assert_string_equal(hear(&b, HEARD_CALL, CODE_NONE, 9000)->from, "");
    stop(&b);
}

static void it_tells_when_it_is_unplugged_and_well_again(void **state)
{
    struct bench b;

    (void)state;
    start(&b);
    assert_int_equal(modem_listen(b.m, 200, &b.woken, keep, &b), 0);
    assert_int_equal(b.n, 0); /* well from the start: nothing to tell */
    modem_sim_unplug(b.sim);
    (void)hear(&b, HEARD_STATE, CODE_MODEM_AWAY, 3000);
    modem_sim_plug(b.sim);
    (void)hear(&b, HEARD_STATE, CODE_NONE, 5000);
    modem_sim_lock(b.sim);
    b.sim->signal = 0;
    b.sim->creg = 2;
    modem_sim_unlock(b.sim);
    (void)hear(&b, HEARD_STATE, CODE_NO_SIGNAL, 3000);
    assert_int_equal(sms(&b, "uji").code, CODE_NO_SIGNAL);
    stop(&b);
}

static void listening_ends_when_it_is_woken_and_makes_room_for_sending(void **state)
{
    struct bench b;

    (void)state;
    start(&b);
    atomic_store(&b.woken, true);
    modem_wake(b.m);
    assert_int_equal(modem_listen(b.m, 60000, &b.woken, keep, &b), NILA_ERR_CLOSED);
    assert_false(atomic_load(&b.woken));
    modem_stop(b.m);
    assert_int_equal(modem_listen(b.m, 60000, &b.woken, keep, &b), NILA_ERR_CLOSED);
    assert_int_equal(sms(&b, "uji").code, CODE_CLOSED);
    stop(&b);
}

/* A worker of another channel that shares the modem: listens until it is woken. */
struct worker {
    struct modem *m;
    pthread_mutex_t *lock;
    size_t *reports;
    atomic_bool woken;
    pthread_t thread;
};

static void count_reports(void *arg, const struct channel_event *e)
{
    struct worker *w = arg;

    (void)pthread_mutex_lock(w->lock);
    *w->reports += e->kind == HEARD_REPORT;
    (void)pthread_mutex_unlock(w->lock);
}

static void *listens(void *arg)
{
    struct worker *w = arg;

    while (modem_listen(w->m, 5000, &w->woken, count_reports, w) == 0)
        ;
    return NULL;
}

static void channels_that_share_a_modem_take_turns(void **state)
{
    enum {
        TEXTS = 8
    };
    pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    size_t reports = 0;
    struct worker w[2];
    struct bench b;

    (void)state;
    start(&b);
    for (size_t i = 0; i < 2; i++) {
        w[i] = (struct worker){.m = b.m, .lock = &lock, .reports = &reports};
        assert_int_equal(pthread_create(&w[i].thread, NULL, listens, &w[i]), 0);
    }
    for (int i = 0; i < TEXTS; i++) {
        const int64_t began = clock_mono_ms();
        assert_int_equal(sms(&b, "uji").fate, FATE_SENT);
        assert_true(clock_mono_ms() - began < 3000); /* nobody who listens keeps it waiting */
    }
    assert_int_equal(call(&b, 1).fate, FATE_DELIVERED);
    modem_sim_wait(b.sim, "< +CDS:", TEXTS);
    /* each report is told once, to one of them */
    for (int64_t end = clock_mono_ms() + 3000; clock_mono_ms() < end;) {
        (void)pthread_mutex_lock(&lock);
        size_t n = reports;
        (void)pthread_mutex_unlock(&lock);
        if (n == TEXTS)
            break;
        clock_sleep_until(clock_mono_ms() + 10);
    }
    for (size_t i = 0; i < 2; i++) {
        atomic_store(&w[i].woken, true);
        modem_wake(b.m);
        assert_int_equal(pthread_join(w[i].thread, NULL), 0);
    }
    assert_int_equal(reports, TEXTS);
    assert_int_equal(b.sim->sents, TEXTS);
    stop(&b);
}

/* While one calls, another's message waits no longer than it may. */
static void *calls(void *arg)
{
    struct bench *b = arg;

    assert_int_equal(call(b, 3).fate, FATE_DELIVERED);
    return NULL;
}

static void a_message_does_not_wait_for_a_call_longer_than_it_may(void **state)
{
    struct channel_result r = {.fate = FATE_SENT};
    struct smstext text;
    pthread_t thread;
    struct bench b;

    (void)state;
    start(&b);
    assert_int_equal(smstext_fit(&text, "uji"), 0);
    assert_int_equal(pthread_create(&thread, NULL, calls, &b), 0);
    modem_sim_wait(b.sim, "> ATD", 1);
    modem_sms(b.m, FARMER, &text, 300, &r);
    assert_int_equal(r.fate, FATE_RETRY);
    assert_int_equal(r.code, CODE_MODEM_BUSY);
    assert_true(r.retry_after_ms > 0);
    r = (struct channel_result){.fate = FATE_SENT};
    modem_sms(b.m, FARMER, &text, 6000, &r);
    assert_int_equal(r.fate, FATE_SENT);
    assert_int_equal(pthread_join(thread, NULL), 0);
    stop(&b);
}

/* --- the weekly test, and the SIM's end --------------------------------------------------------------------------- */

static int64_t wall;
static int64_t fixed_wall(void *arg)
{
    (void)arg;
    return wall;
}
static int64_t real_mono(void *arg)
{
    struct timespec t;

    (void)arg;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}
static bool trusted(void *arg)
{
    (void)arg;
    return true;
}

static void at_hour(int32_t day, int hour)
{
    static const struct clock_source SOURCE = {fixed_wall, real_mono, trusted, NULL};

    wall = civil_day_start(day) + (int64_t)hour * 3600000;
    clock_set(&SOURCE);
}

static void an_sms_has_the_time_it_was_sent(void **state)
{
    static const struct {
        const char *says, *scts;
        int64_t sent_ms; /* before 2026-11-24 09:00 WIB; -1: unknown */
    } ROW[] = {
        {"in WIB", "26/11/24,03:10:00+28", (int64_t)350 * 60000},
        {"the same in UTC", "26/11/23,20:10:00+00", (int64_t)350 * 60000},
        {"the same in Newfoundland", "26/11/23,16:40:00-14", (int64_t)350 * 60000},
        {"a little ahead of our clock", "26/11/24,09:01:00+28", (int64_t)-60000},
        {"far ahead: a wrong clock", "26/11/24,10:00:00+28", -1},
        {"no date", "26/13/24,03:10:00+28", -1},
        {"no time", "hari ini", -1},
    };
    struct bench b;

    (void)state;
    start(&b);
    at_hour(civil_day_of(2026, 11, 24), 9);
    for (size_t i = 0; i < sizeof ROW / sizeof ROW[0]; i++) {
        const struct channel_event *e;
        print_message("%s\n", ROW[i].says);
        b.n = 0;
        (void)snprintf(b.sim->sent_at, sizeof b.sim->sent_at, "%s", ROW[i].scts);
        modem_sim_sms(b.sim, FARMER, "OK", false);
        e = hear(&b, HEARD_OK, CODE_NONE, 3000);
        assert_int_equal(e->sent_ms, ROW[i].sent_ms == -1 ? 0 : wall - ROW[i].sent_ms);
    }
    clock_set(NULL);
    stop(&b);
}

static void sends_itself_an_sms_every_week(void **state)
{
    const int32_t day = civil_day_of(2026, 11, 24);
    struct bench b;

    (void)state;
    start(&b);
    (void)snprintf(b.c.number, sizeof b.c.number, "+6285511112222");
    b.c.self_test = true;
    (void)snprintf(b.sim->own, sizeof b.sim->own, "+6285511112222");
    at_hour(day, 3); /* not at night */
    assert_int_equal(modem_listen(b.m, 300, &b.woken, keep, &b), 0);
    assert_int_equal(b.sim->sents, 0);
    at_hour(day, 9);
    (void)hear(&b, HEARD_STATE, CODE_NONE, 3000);
    assert_int_equal(b.sim->sents, 1);
    restart(&b); /* it is remembered */
    at_hour(day + 6, 9);
    assert_int_equal(modem_listen(b.m, 500, &b.woken, keep, &b), 0);
    assert_int_equal(b.sim->sents, 1);
    at_hour(day + 7, 10);
    modem_sim_lock(b.sim);
    b.sim->own[0] = '\0'; /* it goes out and never comes */
    modem_sim_unlock(b.sim);
    (void)hear(&b, HEARD_STATE, CODE_SELF_TEST, 5000);
    assert_int_equal(b.sim->sents, 2);
    clock_set(NULL);
    stop(&b);
}

static void warns_two_weeks_before_the_sim_ends(void **state)
{
    const int32_t end = civil_day_of(2027, 3, 31);
    struct bench b;

    (void)state;
    start(&b);
    b.c.valid_until_day = end;
    at_hour(end - 15, 9);
    assert_int_equal(modem_listen(b.m, 300, &b.woken, keep, &b), 0);
    assert_int_equal(b.n, 0);
    at_hour(end - 14, 9);
    assert_string_equal(hear(&b, HEARD_STATE, CODE_SIM_ENDS, 3000)->detail, "2027-03-31");
    restart(&b);
    b.n = 0;
    assert_int_equal(modem_listen(b.m, 300, &b.woken, keep, &b), 0);
    assert_int_equal(b.n, 0); /* once a day, also over a restart */
    at_hour(end - 13, 9);
    (void)hear(&b, HEARD_STATE, CODE_SIM_ENDS, 3000);
    clock_set(NULL);
    stop(&b);
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
        cmocka_unit_test(an_ok_is_told_with_the_number_in_one_form),
        cmocka_unit_test(an_ok_is_heard_from_a_modem_that_tells_no_lengths),
        cmocka_unit_test(messages_that_came_while_nobody_looked_are_read),
        cmocka_unit_test(an_sms_is_not_deleted_before_it_was_stored),
        cmocka_unit_test(a_returned_call_is_told_and_hung_up),
        cmocka_unit_test(it_tells_when_it_is_unplugged_and_well_again),
        cmocka_unit_test(listening_ends_when_it_is_woken_and_makes_room_for_sending),
        cmocka_unit_test(channels_that_share_a_modem_take_turns),
        cmocka_unit_test(a_message_does_not_wait_for_a_call_longer_than_it_may),
        cmocka_unit_test(an_sms_has_the_time_it_was_sent),
        cmocka_unit_test(sends_itself_an_sms_every_week),
        cmocka_unit_test(warns_two_weeks_before_the_sim_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
