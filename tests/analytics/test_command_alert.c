/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nila-analytics alert test, from the configuration file to the words; and that no output holds a secret. */
#include "tests/support/support.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "analytics/commands.h"
#include "collector/common/buf.h"
#include "collector/common/log.h"
#include "collector/common/tongue.h"
#include "tests/support/loopback.h"
#include "tests/support/modem_sim.h"
#include "tests/support/smtpd.h"
#include "tests/support/stubhttp.h"

#define TOKEN    "8675309:AAF-t0ken_of_nobody"
#define KEY      "a-shared-key-of-32-bytes-or-so!!"
#define PASSWORD "kata-s4ndi"
#define PIN      "73915"

static char dir[256], config[300];
static struct buf all; /* everything that any run has said */

static void put_secret(const char *name, const char *text)
{
    char path[300];

    (void)snprintf(path, sizeof path, "%s/%s", dir, name);
    support_write(path, text);
    assert_int_equal(chmod(path, 0640), 0);
}

/* Runs it with stdout and stderr in a file; *out is the caller's. */
static int run(const struct command_options *o, char **out)
{
    char path[300];
    int code, fd, kept[2];
    size_t n;

    (void)snprintf(path, sizeof path, "%s/output", dir);
    fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    (void)fflush(NULL);
    for (int i = 0; i < 2; i++) {
        kept[i] = dup(i + 1);
        assert_true(dup2(fd, i + 1) >= 0);
    }
    log_set_level(LOG_LEVEL_DEBUG);
    tongue_set(!o->english);
    code = command_alert_test(o);
    (void)fflush(NULL);
    for (int i = 0; i < 2; i++) {
        (void)dup2(kept[i], i + 1);
        (void)close(kept[i]);
    }
    (void)close(fd);
    *out = support_read(path, &n);
    buf_str(&all, *out);
    return code;
}

static void expect(const char *channel, const char *to, bool english, bool json, int code,
                   const char *words)
{
    const struct command_options o = {
        .config = config, .channel = channel, .to = to, .english = english, .json = json};
    char *out;
    int got = run(&o, &out);

    print_message("%s: exit %d\n%s", channel, got, out);
    assert_int_equal(got, code);
    assert_non_null(strstr(out, words));
    free(out);
}

static void a_channel_of_each_kind_is_tested(void **state)
{
    static const struct stub_reply REPLY[] = {
        {.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 39\r\n\r\n{\"ok\":true,\"result\":{"
                  "\"message_id\":931}}",
         .close = 1},
        {.bytes = "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n", .close = 1},
        {.bytes = "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 9\r\nContent-Length: 0\r\n\r\n",
         .close = 1},
    };
    struct stubhttp *http = stubhttp_start(REPLY, 3);
    struct smtpd mail = {.auth = true};
    struct modem_sim *modem;
    char link[300], text[3000];

    (void)state;
    (void)snprintf(dir, sizeof dir, "%s", support_tmpdir());
    (void)snprintf(config, sizeof config, "%s/analytics.json", dir);
    (void)snprintf(link, sizeof link, "%s/modem", dir);
    put_secret("token", TOKEN "\n");
    put_secret("key", KEY "\n");
    put_secret("login", "nila@dinas.test:" PASSWORD "\n");
    put_secret("pin", PIN "\n");
    modem = modem_sim_start(link);
    modem_sim_lock(modem);
    modem->card = SIM_PIN;
    (void)snprintf(modem->pin, sizeof modem->pin, PIN);
    modem_sim_unlock(modem);
    smtpd_start(&mail);
    (void)snprintf(
        text, sizeof text,
        "{\"records\":{\"path\":\"r.db\"},\"source\":{\"collector\":{\"socket\":\"none\"}},\n"
        "\"alert\":{\"modems\":[{\"slug\":\"gsm\",\"port\":\"modem\",\"pin_file\":\"pin\"}],\n"
        "\"channels\":[{\"slug\":\"sms\",\"kind\":\"sms\",\"modem\":\"gsm\"},\n"
        "{\"slug\":\"telp\",\"kind\":\"call\",\"modem\":\"gsm\",\"ring_s\":5,\"to\":\"0812 3456 "
        "7890\"},\n"
        "{\"slug\":\"sirene\",\"kind\":\"siren\",\"switch\":\"sirene\"},\n"
        "{\"slug\":\"tg\",\"kind\":\"telegram\",\"url\":\"http://"
        "127.0.0.1:%d\",\"token_file\":\"token\","
        "\"to\":\"-100123\"},\n"
        "{\"slug\":\"dinas\",\"kind\":\"webhook\",\"url\":\"http://127.0.0.1:%d/"
        "x\",\"secret_file\":"
        "\"key\"},\n"
        "{\"slug\":\"surel\",\"kind\":\"smtp\",\"url\":\"smtp://"
        "127.0.0.1:%d\",\"insecure_smtp\":true,"
        "\"from\":\"nila@dinas.test\",\"login_file\":\"login\"}]}}\n",
        stubhttp_port(http), stubhttp_port(http), mail.port);
    support_write(config, text);

    expect("sms", "081234567890", false, false, EX_OK, "terkirim");
    expect("sms", "081234567890", true, true, EX_OK, "\"fate\":\"sent\"");
    assert_int_equal(modem->sents, 2);
    assert_non_null(strstr(modem->sent[0].text, "Bukan bahaya"));
    expect("sms", "Pak Adi", true, false, EX_UNAVAILABLE, "Correct the contact");
    expect("tg", NULL, false, false, EX_OK, "nomor acuan 931");
    expect("tg", NULL, false, false, EX_UNAVAILABLE, "token atau sandi tidak diterima");
    expect("dinas", NULL, false, false, EX_TEMPFAIL, "paling cepat 9 detik lagi");
    expect("surel", "kepala@dinas.test", true, false, EX_OK, "sent");
    expect("sirene", NULL, false, false, EX_TEMPFAIL, "nila-collector tidak menjawab");
    expect("fax", NULL, true, false, EX_CONFIG, "there are: sms telp sirene tg dinas surel");
    modem_sim_unplug(modem);
    expect("telp", NULL, false, false, EX_TEMPFAIL, "modem tidak terpasang");
    put_secret("token", "two words of " TOKEN "\n");
    expect("tg", NULL, true, false, EX_CONFIG, "channel tg: ");

    /* whatever was said, in any case above: no secret is in it */
    assert_null(strstr(all.p, "AAF-t0ken"));
    assert_null(strstr(all.p, KEY));
    assert_null(strstr(all.p, PASSWORD));
    assert_null(strstr(all.p, PIN));
    assert_null(strstr(all.p, "bmlsYUBkaW5hcy50ZXN0")); /* the login in base64 */
    smtpd_stop(&mail);
    smtpd_free(&mail);
    stubhttp_stop(http);
    modem_sim_stop(modem);
    buf_free(&all);
    support_rmdir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_channel_of_each_kind_is_tested),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
