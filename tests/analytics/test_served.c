/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pages ask the alarm's plan without opening channels: what a kind needs as its address must be as the channels say. */
#include "tests/support/support.h"

#include <stdio.h>
#include <sys/stat.h>

#include "analytics/web/served.h"
#include "collector/common/http.h"

static void every_kind_needs_the_address_its_channel_says(void **state)
{
    static struct served s;
    struct channels_config c = {.channels = 1};
    struct channel_config *k = &c.channel[0];
    char dir[256], why[400] = "";

    (void)state;
    http_global_init();
    (void)snprintf(dir, sizeof dir, "%s", support_tmpdir());
    (void)snprintf(k->secret_file, sizeof k->secret_file, "%.200s/secret", dir);
    (void)snprintf(k->slug, sizeof k->slug, "uji");
    (void)snprintf(k->url, sizeof k->url, "http://127.0.0.1:1/");
    (void)snprintf(k->socket, sizeof k->socket, "/nonexistent/c.sock");
    (void)snprintf(k->switch_slug, sizeof k->switch_slug, "sirene");
    (void)snprintf(k->from, sizeof k->from, "nila@dinas.example");
    (void)snprintf(k->topic, sizeof k->topic, "nila-uji");
    (void)snprintf(k->phone_id, sizeof k->phone_id, "1055");
    (void)snprintf(k->whatsapp_template, sizeof k->whatsapp_template, "nila_alarm");
    k->parameter[0] = PARAMETER_TEXT;
    k->parameters = 1;
    k->timeout_ms = 1500;
    c.modems = 1;
    (void)snprintf(c.modem[0].slug, sizeof c.modem[0].slug, "m");
    (void)snprintf(c.modem[0].port, sizeof c.modem[0].port, "/nonexistent/tty");
    for (int kind = 0; kind <= CHANNEL_KINDS; kind++) {
        struct channels *set = NULL;
        struct plan plan = {0};
        bool per_contact = kind == CHANNEL_KINDS;

        k->kind = per_contact ? CHANNEL_WEBHOOK : (enum channel_kind)kind;
        k->per_contact = per_contact;
        support_write(k->secret_file,
                      kind == CHANNEL_SMTP ? "nama:sandi\n" : "123:abcdefghijklmnop\n");
        assert_int_equal(chmod(k->secret_file, 0640), 0);
        if (channels_open(&set, &c, why, sizeof why) != 0)
            fail_msg("%s: %s", channel_kind_name(k->kind), why);
        plan_channels(&plan, set, &c);
        served_init(&s, NULL, 0, &c);
        assert_int_equal(s.plan.channels, 1);
        assert_string_equal(s.plan.channel[0].slug, plan.channel[0].slug);
        if (s.plan.channel[0].kind != plan.channel[0].kind ||
            s.plan.channel[0].address != plan.channel[0].address ||
            s.plan.channel[0].has_to != plan.channel[0].has_to)
            fail_msg("%s%s", channel_kind_name(k->kind), per_contact ? ", per contact" : "");
        channels_close(set);
    }
    support_rmdir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_needs_the_address_its_channel_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
