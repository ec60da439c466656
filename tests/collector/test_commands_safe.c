/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The program's output as it reaches a terminal, another program and the disk. */
#include "tests/support/support.h"

#include <cjson/cJSON.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "collector/common/buf.h"
#include "collector/journal.h"
#include "collector/json_out.h"
#include "collector/options.h"
#include "tests/support/modbus_peer.h"

static char dir[80];
static struct peer *peer;

/* Unit 5 is a pH probe with a calibration register, 9 a relay board. */
static struct peer_reply decide(void *arg, const struct peer_request *rq, uint16_t *regs)
{
    (void)arg;
    if (rq->unit == 5 && rq->function == 43) {
        static const char NAME[] = "\"\\|\x1b[31m|1";
        for (size_t i = 0; i < sizeof NAME; i++)
            regs[i] = (uint8_t)NAME[i];
        return (struct peer_reply){PEER_GOOD, 0, 0};
    }
    if (rq->unit != 5 && rq->unit != 9)
        return (struct peer_reply){PEER_EXCEPTION, 0, 11};
    for (unsigned i = 0; i < rq->count; i++)
        regs[i] = rq->function < 3 ? 0 : 712;
    return (struct peer_reply){PEER_GOOD, 0, 0};
}

static const char *at(const char *name)
{
    static char path[4][160];
    static unsigned turn;

    turn = (turn + 1) % 4;
    (void)snprintf(path[turn], sizeof path[turn], "%s/%s", dir, name);
    return path[turn];
}

static void write_site(int port, const char *sinks)
{
    char text[1800];

    (void)snprintf(
        text, sizeof text,
        "{\"site\":{\"slug\":\"uji\",\"name\":\"Uji \\\"1\\\"\",\"regency\":\"kotim\","
        "\"kecamatan\":\"62.02.06\"},\"ponds\":[{\"slug\":\"k1\",\"area_m2\":400,"
        "\"depth_m\":1.2}],\"buses\":[{\"slug\":\"utara\",\"tcp\":{\"host\":\"127.0.0.1\","
        "\"port\":%d},\"timeout_ms\":300,\"devices\":[{\"slug\":\"ph\",\"profile\":"
        "\"seeed-s-ph-01\",\"unit\":5,\"every_s\":1,\"pond\":\"k1\"},{\"slug\":\"papan\","
        "\"profile\":\"waveshare-relay-8\",\"unit\":9,\"every_s\":60,\"pond\":null}]}],"
        "\"reflexes\":[{\"slug\":\"kincir\",\"name\":\"Kincir 1\",\"pond\":\"k1\",\"switch\":"
        "{\"device\":\"papan\",\"channel\":3},\"when\":[{\"pond\":\"k1\",\"metric\":\"ph\","
        "\"below\":3,\"until\":4}],\"when_lost\":\"keep\",\"manual_max_s\":600}],\"sinks\":[%s],"
        "\"journal\":{\"path\":\"j.db\",\"max_bytes\":16777216},"
        "\"control\":{\"socket\":\"c.sock\"}}",
        port, sinks);
    support_write(at("site.json"), text);
}

static int set_up(void **state)
{
    int port;

    (void)state;
    (void)snprintf(dir, sizeof dir, "%s", support_tmpdir());
    peer = peer_start_tcp(decide, NULL, &port);
    assert_int_equal(setenv("NILA_DEVICES", "collector/devices", 1), 0);
    assert_int_equal(setenv("NILA_LANG", "en", 1), 0);
    write_site(port, "");
    support_write(at("good.csv"), "time,pond,device,metric,value,flag\n"
                                  "2026-01-01T05:00:00+07:00,k1,ph,ph,7.1,1\n");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    peer_stop(peer);
    support_rmdir(dir);
    return 0;
}

static pid_t spawn(const char *words, const char *out, const char *err)
{
    const char *build = getenv("BUILD");
    char line[600];
    pid_t pid;

    (void)snprintf(line, sizeof line, "exec %s/bin/nila-collector %s --config %s >%s 2>%s",
                   build != NULL ? build : "build", words, at("site.json"), at(out), at(err));
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        (void)execl("/bin/sh", "sh", "-c", line, (char *)NULL);
        _exit(127);
    }
    return pid;
}

/* The exit code; stdout and stderr are in the files out and err. */
static int run(const char *words)
{
    int status;
    pid_t pid = spawn(words, "out", "err");

    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static char *output(const char *name)
{
    return support_read(at(name), NULL);
}

/* --- numbers ------------------------------------------------------------------------------------------------------ */

static void takes_a_leading_zero_for_nothing(void **state)
{
    static const struct {
        const char *text;
        int unit;
    } T[] = {{"010", 10}, {"0x10", 16}, {"0X1f", 31}, {"08", 8}, {"247", 247}};

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        char text[8], name[] = "nila-collector", probe[] = "probe", unit[] = "--unit";
        char *argv[] = {name, probe, unit, text, NULL};
        struct options o = {0};
        (void)snprintf(text, sizeof text, "%s", T[i].text);
        optind = 0;
        assert_int_equal(options_read(&o, 4, argv), 0);
        assert_int_equal(o.unit, T[i].unit);
    }
}

/* --- programs ----------------------------------------------------------------------------------------------------- */

static void writes_json_of_any_text(void **state)
{
    static const struct {
        const char *text, *json;
    } T[] = {
        {"25 \xC2\xB0\x43", "\"25 \xC2\xB0\x43\""},
        {"\x1b[2J\x7f\n", "\"\\u001b[2J\\u007f\\u000a\""},
        {"\xC2\x9b"
         "31m",
         "\"\\u009b31m\""},
        {"\xED\xA0\x80|\xE0\x80\xAF|\xF4\x90\x80\x80|\xC2", "\"???|???|????|?\""},
        {"\"\\", "\"\\\"\\\\\""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct buf b = {0};
        json_text(&b, T[i].text);
        assert_string_equal(b.p, T[i].json);
        buf_free(&b);
    }
}

static void await_socket(void)
{
    for (int tries = 0; tries < 2000; tries++)
        if (run("status --json") == EX_OK)
            return;
    fail_msg("the collector did not start");
}

static void says_json_and_nothing_else(void **state)
{
    static const struct {
        const char *words;
        int code;
    } T[] = {
        {"check --json", EX_OK},
        {"status --json", EX_OK},
        {"spool --json", EX_OK},
        {"metrics --json", EX_OK},
        {"scan --bus utara --units 5,9,20 --timeout 200 --json", EX_OK},
        {"probe --bus utara --unit 5 --first 0 --count 3 --json", EX_OK},
        {"probe --bus utara --unit 9 --function 1 --first 0 --count 8 --json", EX_OK},
        {"probe --bus utara --unit 5 --function 6 --first 49 --write 0xFFFF --allow-write --json",
         EX_OK},
        {"read ph --json", EX_OK},
        {"relay kincir on --for 0300 --json", EX_OK},
        {"import good.csv --json", EX_OK},
        {"export --out all.csv --json", EX_OK},
        {"doctor --json", EX_OK},
    };
    char here[400];
    pid_t pid = spawn("run --trust-clock --quiet --json", "run.out", "run.err");
    int status;

    (void)state;
    await_socket();
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        const char *file = strstr(T[i].words, ".csv");
        const char *end = NULL;
        cJSON *o;
        char *text;
        int code;
        (void)snprintf(here, sizeof here, "%s", T[i].words);
        if (file != NULL) { /* one of the test's folder */
            while (file[-1] != ' ')
                file--;
            (void)snprintf(here, sizeof here, "%.*s%s/%s", (int)(file - T[i].words), T[i].words,
                           dir, file);
        }
        code = run(here);
        text = output("out");
        o = cJSON_ParseWithOpts(text, &end, false);
        if (code != T[i].code || o == NULL || !cJSON_IsObject(o) || strcmp(end, "\n") != 0)
            fail_msg("%s: %d\n%s", here, code, text);
        cJSON_Delete(o);
        free(text);
    }
    assert_int_equal(kill(pid, SIGTERM), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* --- terminals ---------------------------------------------------------------------------------------------------- */

static void expect_plain(const char *name)
{
    char *text = output(name);

    for (const unsigned char *p = (const unsigned char *)text; *p != '\0'; p++)
        if ((*p < 0x20 && *p != '\n') || *p == 0x7F || (p[0] == 0xC2 && p[1] < 0xA0))
            fail_msg("byte %02x%02x at %td of\n%s", p[0], p[1], (const char *)p - text, text);
    free(text);
}

static void lets_no_cell_steer_the_terminal(void **state)
{
    char words[200], *text;

    (void)state;
    support_write(at("bad.csv"), "time,pond,device,metric,value,flag\n"
                                 "\x1b]0;x\x07,k1,ph,ph,\xC2\x9b"
                                 "2J,1\n");
    (void)snprintf(words, sizeof words, "import %s", at("bad.csv"));
    assert_int_equal(run(words), EX_DATAERR);
    text = output("err");
    assert_non_null(strstr(text, "bad.csv:2:1"));
    free(text);
    expect_plain("err");
}

static void lets_no_server_steer_the_terminal(void **state)
{
    static const char *const SINK[] = {"pusat"};
    struct journal_config jc = {
        .path = at("j.db"), .max_bytes = 16777216, .sink = SINK, .sinks = 1};
    struct journal *j = NULL;
    char *text;
    pid_t pid;
    int status;

    (void)state;
    write_site(1, "{\"slug\":\"pusat\",\"url\":\"http://127.0.0.1:1\",\"api\":\"v1\","
                  "\"database\":\"nila\"}");
    assert_int_equal(journal_open(&j, &jc), 0);
    assert_int_equal(journal_quarantine(j, 0, 1, "a b=1 2", 7,
                                        "field \xC2\x9b"
                                        "2J\x7f\x1b]0;x\x07"),
                     0);
    journal_close(j);
    pid = spawn("run --trust-clock --quiet --json", "run.out", "run.err");
    await_socket();
    assert_int_equal(run("spool"), EX_OK);
    text = output("out");
    assert_non_null(strstr(text, "field ??2J??]0;x?"));
    free(text);
    expect_plain("out");
    assert_int_equal(kill(pid, SIGTERM), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
}

/* --- files -------------------------------------------------------------------------------------------------------- */

static void exports_through_a_link_and_never_replaces_a_pipe(void **state)
{
    char words[300], *text;
    struct stat st;
    int pipe_end;

    (void)state;
    (void)snprintf(words, sizeof words, "import %s", at("good.csv"));
    assert_int_equal(run(words), EX_OK);
    support_write(at("target"), "old");
    assert_int_equal(chmod(at("target"), 0600), 0);
    assert_int_equal(symlink("target", at("link.csv")), 0);
    support_write(at("link.csv.part"), "somebody's own");
    (void)snprintf(words, sizeof words, "export --out %s", at("link.csv"));
    assert_int_equal(run(words), EX_OK);
    assert_int_equal(lstat(at("link.csv"), &st), 0);
    assert_true(S_ISLNK(st.st_mode));
    assert_int_equal(stat(at("target"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    text = output("target");
    assert_non_null(strstr(text, ",k1,ph,ph,7.1,1\n"));
    free(text);
    text = output("link.csv.part");
    assert_string_equal(text, "somebody's own");
    free(text);
    assert_int_equal(mkfifo(at("pipe"), 0600), 0);
    pipe_end = open(at("pipe"), O_RDWR | O_CLOEXEC); /* so that nobody waits for the other */
    assert_true(pipe_end >= 0);
    (void)snprintf(words, sizeof words, "export --out %s", at("pipe"));
    assert_int_equal(run(words), EX_OK);
    assert_int_equal(lstat(at("pipe"), &st), 0);
    assert_true(S_ISFIFO(st.st_mode));
    (void)close(pipe_end);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_a_leading_zero_for_nothing),
        cmocka_unit_test(writes_json_of_any_text),
        cmocka_unit_test_setup_teardown(says_json_and_nothing_else, set_up, tear_down),
        cmocka_unit_test_setup_teardown(lets_no_cell_steer_the_terminal, set_up, tear_down),
        cmocka_unit_test_setup_teardown(lets_no_server_steer_the_terminal, set_up, tear_down),
        cmocka_unit_test_setup_teardown(exports_through_a_link_and_never_replaces_a_pipe, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
