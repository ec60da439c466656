/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The program itself, as a technician uses it: alone on a line, beside another program, and through a running collector. */
#include "tests/support/support.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <termios.h>
#include <unistd.h>

#include "collector/common/buf.h"
#include "tests/support/modbus_peer.h"
#include "tests/support/stubhttp.h"

#define WORDS 24

static char dir[80], config[100], line_path[64];
static struct peer *peer;
static atomic_bool coil[8];
static atomic_uint calibrated;

/* --- the line ----------------------------------------------------------------------------------------------------- */

static speed_t line_speed(void)
{
    struct termios t;
    int fd = open(line_path, O_RDWR | O_NOCTTY | O_NONBLOCK);
    speed_t speed = B0;

    if (fd >= 0 && tcgetattr(fd, &t) == 0)
        speed = cfgetospeed(&t);
    if (fd >= 0)
        (void)close(fd);
    return speed;
}

/* Registers values[0..n-1] of one function from first on; exception 2 beside them. */
static struct peer_reply serve(const struct peer_request *rq, uint16_t *regs, int function,
                               unsigned first, const uint16_t *values, unsigned n)
{
    if (rq->function != function)
        return (struct peer_reply){PEER_EXCEPTION, 0, 1};
    if (rq->first < first || rq->first + rq->count > first + n)
        return (struct peer_reply){PEER_EXCEPTION, 0, 2};
    for (unsigned i = 0; i < rq->count; i++)
        regs[i] = values[rq->first - first + i];
    return (struct peer_reply){PEER_GOOD, 0, 0};
}

static struct peer_reply serve_board(const struct peer_request *rq, uint16_t *regs)
{
    if (rq->first + rq->count > 8 || (rq->function != 1 && rq->function != 5))
        return (struct peer_reply){PEER_EXCEPTION, 0, rq->function == 1 ? 2 : 1};
    if (rq->function == 5)
        atomic_store(&coil[rq->first], rq->written[0] != 0);
    for (unsigned i = 0; rq->function == 1 && i < rq->count; i++)
        regs[i] = atomic_load(&coil[rq->first + i]);
    return (struct peer_reply){PEER_GOOD, 0, 0};
}

/* Unit 5: a pH probe, which the site file of one test has at 3. 7: an air probe, at 19200 baud only. 9: a relay board. 12: two
 * devices of one number. 20: something nobody knows. */
static struct peer_reply decide(void *arg, const struct peer_request *rq, uint16_t *regs)
{
    static const uint16_t PH[] = {2855, 712}, AIR[] = {296, 724};
    static const char NAME[] = "Seeed|S-pH-01|1.0";

    (void)arg;
    if (rq->unit == 7 && line_speed() == B19200)
        return serve(rq, regs, 4, 1, AIR, 2);
    if (line_speed() != B9600)
        return (struct peer_reply){PEER_SILENT, 0, 0};
    if (rq->unit == 5 && rq->function == 43) {
        for (size_t i = 0; i < sizeof NAME; i++)
            regs[i] = (uint8_t)NAME[i];
        return (struct peer_reply){PEER_GOOD, 0, 0};
    }
    if (rq->unit == 5 && rq->function == 6 && rq->first >= 48 && rq->first <= 50) {
        atomic_fetch_add(&calibrated, 1);
        return (struct peer_reply){PEER_GOOD, 0, 0};
    }
    if (rq->unit == 5)
        return serve(rq, regs, 3, 0, PH, 2);
    if (rq->unit == 9)
        return serve_board(rq, regs);
    if (rq->unit == 12)
        return (struct peer_reply){PEER_BAD_CRC, 0, 0};
    return (struct peer_reply){rq->unit == 20 ? PEER_EXCEPTION : PEER_SILENT, 0, 1};
}

/* --- the program -------------------------------------------------------------------------------------------------- */

struct outcome {
    int code;
    char *out, *err;
};

static void forget(struct outcome *r)
{
    free(r->out);
    free(r->err);
}

static const char *program(void)
{
    static char path[200];
    const char *build = getenv("BUILD");
    (void)snprintf(path, sizeof path, "%s/bin/nila-collector", build != NULL ? build : "build");
    return path;
}

/* Splits words at blanks; @ stands for the folder of the test. */
static void split(char *words, char *argv[WORDS + 2])
{
    char *rest = NULL;
    int n = 0;

    for (char *w = strtok_r(words, " ", &rest); w != NULL && n < WORDS;
         w = strtok_r(NULL, " ", &rest))
        argv[n++] = w;
    argv[n] = NULL;
}

static pid_t spawn(const char *words, int out, int err)
{
    char text[600], *argv[WORDS + 2];
    pid_t pid;
    size_t at = 0;

    at += (size_t)snprintf(text, sizeof text, "%s ", program());
    for (const char *p = words; *p != '\0' && at + sizeof dir < sizeof text; p++)
        at += (size_t)snprintf(text + at, sizeof text - at, *p == '@' ? "%s" : "%.1s",
                               *p == '@' ? dir : p);
    split(text, argv);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        (void)dup2(out, STDOUT_FILENO);
        (void)dup2(err, STDERR_FILENO);
        (void)execv(argv[0], argv);
        _exit(127);
    }
    return pid;
}

static struct outcome run(const char *words)
{
    char out[120], err[120];
    struct outcome r;
    int fd[2], status;
    pid_t pid;

    (void)snprintf(out, sizeof out, "%s/out", dir);
    (void)snprintf(err, sizeof err, "%s/err", dir);
    fd[0] = open(out, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    fd[1] = open(err, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd[0] >= 0 && fd[1] >= 0);
    pid = spawn(words, fd[0], fd[1]);
    (void)close(fd[0]);
    (void)close(fd[1]);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (!WIFEXITED(status))
        fail_msg("%s ended by signal %d", words, WTERMSIG(status));
    r.code = WEXITSTATUS(status);
    r.out = support_read(out, NULL);
    r.err = support_read(err, NULL);
    return r;
}

/* Runs words; checks the code, and that stdout or stderr has each of the parts (NULL at the end). */
static void expect(const char *words, int code, ...)
{
    struct outcome r = run(words);
    const char *part;
    va_list ap;

    if (r.code != code)
        fail_msg("%s: %d, not %d\n%s%s", words, r.code, code, r.out, r.err);
    va_start(ap, code);
    while ((part = va_arg(ap, const char *)) != NULL)
        if (strstr(r.out, part) == NULL && strstr(r.err, part) == NULL)
            fail_msg("%s: no \"%s\" in\n%s%s", words, part, r.out, r.err);
    va_end(ap);
    forget(&r);
}

static void write_site(int unit, const char *sinks)
{
    char text[2600];

    (void)snprintf(
        text, sizeof text,
        "{\"site\":{\"slug\":\"uji\",\"name\":\"Uji\",\"regency\":\"kotim\",\"kecamatan\":"
        "\"62.02.06\"},\n"
        "\"ponds\":[{\"slug\":\"k1\",\"area_m2\":400,\"depth_m\":1.2}],\n"
        "\"buses\":[{\"slug\":\"utara\",\"serial\":{\"port\":\"%s\",\"baud\":9600},"
        "\"timeout_ms\":300,\"devices\":[\n"
        "{\"slug\":\"ph\",\"profile\":\"seeed-s-ph-01\",\"unit\":%d,\"every_s\":1,\"pond\":\"k1\"},"
        "\n"
        "{\"slug\":\"papan\",\"profile\":\"waveshare-relay-8\",\"unit\":9,\"every_s\":60,"
        "\"pond\":null},\n"
        "{\"slug\":\"mati\",\"profile\":\"xy-md02\",\"unit\":40,\"every_s\":1,\"pond\":null}]}],\n"
        "\"reflexes\":[{\"slug\":\"kincir\",\"name\":\"Kincir 1\",\"pond\":\"k1\",\"switch\":"
        "{\"device\":\"papan\",\"channel\":3},\"when\":[{\"pond\":\"k1\",\"metric\":\"ph\","
        "\"below\":3,\"until\":4}],\"when_lost\":\"keep\",\"manual_max_s\":600}],\n"
        "\"sinks\":[%s],\n"
        "\"journal\":{\"path\":\"%s/j.db\",\"max_bytes\":16777216},\"control\":{\"socket\":"
        "\"%s/c.sock\"}}\n",
        line_path, unit, sinks, dir, dir);
    support_write(config, text);
}

static int set_up(void **state)
{
    (void)state;
    (void)snprintf(dir, sizeof dir, "%s", support_tmpdir());
    (void)snprintf(config, sizeof config, "%s/site.json", dir);
    peer = peer_start_pty(decide, NULL, line_path, sizeof line_path);
    for (int i = 0; i < 8; i++)
        atomic_store(&coil[i], false);
    atomic_store(&calibrated, 0);
    assert_int_equal(setenv("NILA_DEVICES", "collector/devices", 1), 0);
    assert_int_equal(setenv("NILA_LANG", "en", 1), 0);
    write_site(5, "");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    peer_stop(peer);
    support_rmdir(dir);
    return 0;
}

/* --- usage -------------------------------------------------------------------------------------------------------- */

static void refuses_what_it_does_not_understand(void **state)
{
    static const struct {
        const char *words, *part;
    } T[] = {
        {"", "no command given"},
        {"frob", "unknown command frob"},
        {"status --frob", "unknown option --frob"},
        {"status --lang de", "must be id | en"},
        {"run --unit 3", "--unit is no option of run"},
        {"check --allow-write", "--allow-write is no option of check"},
        {"status more", "too many arguments"},
        {"read --config @/site.json", "no device given"},
        {"relay kincir --config @/site.json", "no switch and on | off | auto given"},
        {"read besi --config @/site.json", "no device besi"},
        {"relay besi on --config @/site.json", "no switch besi"},
        {"relay kincir ON --config @/site.json", "must be on | off | auto"},
        {"relay kincir on --for 0 --config @/site.json", "--for 0: must be 1..604800"},
        {"spool --newest 1001", "must be 0..1000"},
        {"scan", "name one of --bus"},
        {"scan --bus utara --port /dev/x --config @/site.json", "name one of --bus"},
        {"scan --bus selatan --config @/site.json", "no such bus"},
        {"scan --host :99999", "must be HOST"},
        {"scan --bus utara --units 1-300 --config @/site.json", "--units 1-300: must be"},
        {"scan --bus utara --units 5-1 --config @/site.json", "--units 5-1"},
        {"scan --bus utara --units x --config @/site.json", "--units x"},
        {"scan --bus utara --baud 300 --config @/site.json", "--baud 300"},
        {"scan --bus utara --baud 9600, --config @/site.json", "--baud 9600,"},
        {"scan --bus utara --parity X --config @/site.json", "--parity X"},
        {"probe --bus utara --config @/site.json", "needs --unit"},
        {"probe --bus utara --unit 256 --first 0", "must be 0..255"},
        {"probe --bus utara --unit 1 --first 65536", "must be 0..65535"},
        {"probe --bus utara --unit 1 --first 0 --count 126", "must be 1..125"},
        {"probe --bus utara --unit 1 --register 20001", "--register 20001"},
        {"probe --bus utara --unit 1 --register 40000", "--register 40000"},
        {"probe --bus utara --unit 1 --register 40001 --first 0", "--register 40001"},
        {"probe --bus utara --unit 1 --first 0 --function 6", "writing needs"},
        {"probe --bus utara --unit 1 --first 0 --function 6 --write 1", "writing needs"},
        {"probe --bus utara --unit 1 --first 0 --write 1 --allow-write", "writing needs"},
        {"probe --bus utara --unit 1 --first 0 --function 6 --write 65536 --allow-write",
         "--write 65536"},
        {"probe --bus utara --unit 1 --first 0 --timeout 5", "must be 50..10000"},
        {"export --config @/site.json", "--out FILE.csv"},
        {"export --out - --from kemarin --config @/site.json", "--from kemarin"},
        {"export --out - --to 2026-13-01 --config @/site.json", "--to 2026-13-01"},
        {"export --out - --from 2026-11-24 --to 2026-11-23 --config @/site.json",
         "the end must come after"},
        {"export --out - --metric besi --config @/site.json", "--metric besi"},
        {"export --out - --pond k9 --config @/site.json", "no such pond"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++)
        expect(T[i].words, EX_USAGE, T[i].part, "--help", NULL);
    expect("probe --bus utara --unit 300 --lang id", EX_USAGE, "harus 0..255", "lihat:", NULL);
}

static void helps_with_every_command_in_two_languages(void **state)
{
    static const char *const COMMAND[] = {"run",    "check",  "scan",   "probe",
                                          "read",   "status", "doctor", "export",
                                          "import", "spool",  "relay",  "metrics"};
    char words[80], usage[80];

    (void)state;
    for (size_t i = 0; i < sizeof COMMAND / sizeof COMMAND[0]; i++) {
        (void)snprintf(words, sizeof words, "%s --help --lang en", COMMAND[i]);
        (void)snprintf(usage, sizeof usage, "usage: nila-collector %s", COMMAND[i]);
        expect(words, EX_OK, usage, NULL);
        (void)snprintf(words, sizeof words, "--lang=id %s -h", COMMAND[i]);
        (void)snprintf(usage, sizeof usage, "cara pakai: nila-collector %s", COMMAND[i]);
        expect(words, EX_OK, usage, NULL);
        (void)snprintf(usage, sizeof usage, "\n%s", COMMAND[i]);
        expect("--help", EX_OK, usage, NULL);
    }
}

static void says_that_a_site_file_or_a_collector_is_missing(void **state)
{
    static const char *const NEED[] = {"status", "spool", "relay kincir on", "metrics"};
    char words[120];

    (void)state;
    for (size_t i = 0; i < sizeof NEED / sizeof NEED[0]; i++) {
        (void)snprintf(words, sizeof words, "%s --config @/none.json", NEED[i]);
        expect(words, EX_NOINPUT, "there is no site file", NULL);
        (void)snprintf(words, sizeof words, "%s --config @/site.json", NEED[i]);
        expect(words, EX_UNAVAILABLE, "does not answer", "nila-collector run", NULL);
    }
    support_write(config, "{\"site\":7}");
    expect("doctor --config @/site.json", EX_CONFIG, "site.json:1:", NULL);
    expect("scan --bus utara --config @/site.json", EX_CONFIG, "site.json:1:", NULL);
}

/* --- alone on a line ---------------------------------------------------------------------------------------------- */

#define SCAN "scan --bus utara --units 3,5,9,12,20,40 --timeout 60 --config @/site.json"

static void finds_the_miswired_the_dead_and_the_unknown(void **state)
{
    (void)state;
    write_site(3, "");
    expect(SCAN, EX_OK, "4 units answer", "ph: not at unit 3; perhaps the one at unit 5",
           "mati: unit 40 is silent", "not known", "garbled", "waveshare-relay-8?",
           "Seeed S-pH-01 1.0", NULL);
    expect(SCAN " --lang id", EX_OK, "4 unit menjawab", "ph: tidak ada di unit 3",
           "mati: unit 40 diam", "tidak dikenal", "jawaban rusak", NULL);
    expect(SCAN " --json", EX_OK, "{\"unit\":5,\"baud\":9600",
           "\"profiles\":[{\"id\":\"seeed-s-ph-01\"", "\"unit\":12,", "\"garbled\":true",
           "\"missing\":[{\"device\":\"ph\",\"unit\":3,\"perhaps_unit\":5",
           "{\"device\":\"mati\",\"unit\":40,\"perhaps_unit\":null}", NULL);
    expect("scan --bus utara --units 41-42 --timeout 60 --config @/site.json", EX_UNAVAILABLE,
           "0 units answer", "nobody answers", NULL);
}

static void finds_a_device_at_another_speed(void **state)
{
    char words[200];

    (void)state;
    (void)snprintf(words, sizeof words,
                   "scan --port %s --units 5,7 --baud 9600,19200 --timeout 60 --json", line_path);
    expect(words, EX_OK, "{\"unit\":5,\"baud\":9600", "{\"unit\":7,\"baud\":19200",
           "\"id\":\"xy-md02\"", NULL);
}

static void says_who_holds_the_port(void **state)
{
    char words[200];
    int fd = open(line_path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    char pid[32];

    (void)state;
    assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), 0);
    (void)snprintf(pid, sizeof pid, "(process %ld)", (long)getpid());
    (void)snprintf(words, sizeof words, "scan --port %s --units 5", line_path);
    expect(words, EX_TEMPFAIL, "is held by", pid, "systemctl stop", NULL);
    (void)snprintf(words, sizeof words, "probe --port %s --unit 5 --first 0", line_path);
    expect(words, EX_TEMPFAIL, "is held by", pid, NULL);
    expect("read ph --config @/site.json", EX_TEMPFAIL, "is held by", pid, NULL);
    expect("doctor --config @/site.json", EX_UNAVAILABLE, "FAIL  port", "is held by process", NULL);
    (void)close(fd);
    expect("scan --port /no/such/port --units 5", EX_UNAVAILABLE, "/dev/serial/by-id", NULL);
    support_write(config, "no port");
    (void)snprintf(words, sizeof words, "probe --port %s --unit 5 --first 0", config);
    expect(words, EX_CONFIG, "not a serial port", NULL);
}

static void shows_raw_registers_in_every_form(void **state)
{
    (void)state;
    expect("probe --bus utara --unit 5 --first 0 --count 2 --config @/site.json", EX_OK,
           "address 0-1 (number 40001-40002)", "0B27", "02C8", "2855", "temp_c 28.55 (x0.01)",
           "ph 7.12 (x0.01)", "f32", "u32", "s32", "perhaps seeed-s-ph-01", NULL);
    expect("probe --bus utara --unit 5 --register 40002 --count 1 --config @/site.json --lang id",
           EX_OK, "alamat 1-1 (nomor 40002-40002)", "ph 7,12 (x0,01)", NULL);
    expect("probe --bus utara --unit 5 --first 0 --count 2 --json --config @/site.json", EX_OK,
           "{\"address\":0,\"number\":\"40001\",\"hex\":\"0B27\",\"u16\":2855,\"s16\":2855}",
           "\"u32\":{\"ABCD\":187105992", "\"id\":\"seeed-s-ph-01\"", "\"temp_c\":28.55", NULL);
    expect("probe --bus utara --unit 9 --function 1 --first 0 --count 8 --config @/site.json",
           EX_OK, "(number 00001-00008)", NULL);
    expect("probe --bus utara --unit 5 --first 2 --count 1 --config @/site.json", EX_UNAVAILABLE,
           "exception 2", NULL);
    expect("probe --bus utara --unit 41 --first 0 --config @/site.json", EX_UNAVAILABLE,
           "no answer in 300 ms", NULL);
    expect("probe --bus utara --unit 5 --function 6 --first 49 --write 1 --allow-write --config "
           "@/site.json",
           EX_UNAVAILABLE, "through the collector", NULL);
    assert_int_equal(atomic_load(&calibrated), 0);
}

static void reads_one_device(void **state)
{
    (void)state;
    expect("read ph --config @/site.json", EX_OK, "ph (seeed-s-ph-01), bus utara unit 5",
           "28.55 °C", "7.12", "good", NULL);
    expect("read ph --config @/site.json --json", EX_OK,
           "{\"metric\":\"temp_c\",\"value\":28.55,\"flag\":1,\"bits\":0}", NULL);
    expect("read papan --config @/site.json", EX_OK, "switches only", NULL);
    expect("read mati --config @/site.json", EX_UNAVAILABLE, "no answer", NULL);
}

/* --- through a collector ------------------------------------------------------------------------------------------ */

struct daemon {
    pid_t pid;
    int out;
};

/* Starts the collector and waits until it says that it is ready. */
static struct daemon start_daemon(void)
{
    struct daemon d;
    int fd[2], null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    char text[400] = "";
    size_t n = 0;

    assert_int_equal(pipe(fd), 0);
    assert_int_equal(fcntl(fd[0], F_SETFD, FD_CLOEXEC), 0);
    d.pid = spawn("run --json --trust-clock --quiet --config @/site.json", fd[1], null);
    d.out = fd[0];
    (void)close(fd[1]);
    (void)close(null);
    while (strstr(text, "\"ready\":true") == NULL) {
        struct pollfd p = {.fd = d.out, .events = POLLIN};
        ssize_t k;
        assert_int_equal(poll(&p, 1, 20000), 1);
        k = read(d.out, text + n, sizeof text - 1 - n);
        if (k <= 0)
            fail_msg("the collector did not start: %s", text);
        n += (size_t)k;
        text[n] = '\0';
    }
    return d;
}

static void stop_daemon(struct daemon *d)
{
    int status;

    assert_int_equal(kill(d->pid, SIGTERM), 0);
    assert_int_equal(waitpid(d->pid, &status, 0), d->pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    (void)close(d->out);
}

/* Runs words until its output has part. */
static void await(const char *words, const char *part)
{
    for (int tries = 0; tries < 2000; tries++) {
        struct outcome r = run(words);
        bool there = strstr(r.out, part) != NULL;
        forget(&r);
        if (there)
            return;
    }
    fail_msg("%s never said %s", words, part);
}

static void asks_through_the_collector_that_has_the_line(void **state)
{
    struct daemon d = start_daemon();
    char words[200];

    (void)state;
    expect("scan --bus utara --units 5,12,20 --timeout 60 --config @/site.json", EX_OK,
           "the questions go through it", "3 units answer", "seeed-s-ph-01?", NULL);
    expect("scan --bus utara --units 5 --baud all --config @/site.json", EX_TEMPFAIL,
           "keeps bus utara at one speed", NULL);
    (void)snprintf(words, sizeof words, "scan --port %s --units 5", line_path);
    expect(words, EX_TEMPFAIL, "is held by nila-collector", "--bus NAME", NULL);
    expect("read ph --config @/site.json", EX_OK, "28.55 °C", NULL);
    expect("read mati --config @/site.json", EX_UNAVAILABLE, "no answer", NULL);
    expect("probe --bus utara --unit 5 --first 0 --count 2 --config @/site.json", EX_OK,
           "perhaps seeed-s-ph-01", NULL);
    expect("probe --bus utara --unit 41 --first 0 --config @/site.json", EX_UNAVAILABLE,
           "no answer", NULL);
    expect("probe --bus utara --unit 5 --function 6 --first 7 --write 1 --allow-write --config "
           "@/site.json",
           EX_NOPERM, "names no such register", NULL);
    expect("probe --bus utara --unit 9 --function 5 --first 2 --write 1 --allow-write --config "
           "@/site.json",
           EX_NOPERM, "belongs to the switch kincir", NULL);
    expect("probe --bus utara --unit 5 --function 6 --first 49 --write 0xFFFF --allow-write "
           "--config @/site.json",
           EX_OK, "written", NULL);
    assert_int_equal(atomic_load(&calibrated), 1);
    stop_daemon(&d);
}

static void switches_and_shows_what_the_collector_knows(void **state)
{
    struct daemon d = start_daemon();

    (void)state;
    expect("relay kincir on --for 300 --config @/site.json", EX_OK, "switch kincir (Kincir 1)",
           "ends in", NULL);
    await("status --config @/site.json", "switch kincir (Kincir 1): ON, a person's word");
    assert_true(atomic_load(&coil[2]));
    expect("relay kincir off --json --config @/site.json", EX_OK, "\"wanted\":false", NULL);
    expect("relay kincir on --for 601 --config @/site.json", EX_USAGE, "1..600", NULL);
    await("status --config @/site.json", "): off, a person's word");
    await("status --config @/site.json", "mati    (site)  never");
    await("status --config @/site.json", "1 silent");
    await("status --config @/site.json", " ms  "); /* the probe has answered */
    expect("status --config @/site.json", EX_OK, "utara:5", "in use", "answer p50/p95",
           "switches only", NULL);
    expect("status --lang id --config @/site.json", EX_OK, "terpakai", "sakelar kincir", NULL);
    expect("status --json --config @/site.json", EX_OK, "\"buses\":[{\"kind\":\"bus\"",
           "\"switches\":[{\"kind\":\"switch\"", "\"answer_p50_ms\":", NULL);
    expect("spool --config @/site.json", EX_OK, "no server has refused a line", NULL);
    expect("spool --json --newest 0 --config @/site.json", EX_OK, "\"refused\":[]", NULL);
    expect("metrics --config @/site.json", EX_OK,
           "# TYPE nila_collector_devices gauge\nnila_collector_devices{collector=", NULL);
    stop_daemon(&d);
}

static void exports_what_import_takes(void **state)
{
    struct daemon d = start_daemon();
    char path[3][120], *text[3];

    (void)state;
    for (int i = 0; i < 3; i++)
        (void)snprintf(path[i], sizeof path[i], "%s/%d.csv", dir, i);
    await("export --metric ph --out - --config @/site.json", ",k1,ph,ph,7.12,1\n");
    stop_daemon(&d);
    expect("export --out @/0.csv --config @/site.json", EX_OK, "values written to", NULL);
    /* a device's values, in another journal and out again, are the same but for who judged them */
    (void)snprintf(path[2], sizeof path[2], "%s/j.db", dir);
    assert_int_equal(unlink(path[2]), 0);
    expect("import @/0.csv --config @/site.json", EX_OK, "are in the journal", NULL);
    d = start_daemon();
    stop_daemon(&d);
    d = start_daemon();
    expect("export --out @/1.csv --to 2020-01-01 --config @/site.json", EX_OK, "0 values", NULL);
    text[1] = support_read(path[1], NULL);
    assert_string_equal(text[1], "time,pond,device,metric,value,flag\n");
    free(text[1]);
    expect("export --out @/1.csv --config @/site.json", EX_OK, "values written to", NULL);
    stop_daemon(&d);
    text[0] = support_read(path[0], NULL);
    text[1] = support_read(path[1], NULL);
    assert_true(strlen(text[0]) > 60);
    for (char *rest = NULL, *l = strtok_r(text[0], "\n", &rest); l != NULL;
         l = strtok_r(NULL, "\n", &rest))
        if (strstr(text[1], l) == NULL)
            fail_msg("%s is absent after export, import and export", l);
    free(text[0]);
    free(text[1]);
    expect("export --out @/no/such/folder.csv --config @/site.json", EX_CANTCREAT, "folder.csv",
           NULL);
}

static void has_nothing_to_export_without_a_journal(void **state)
{
    (void)state;
    expect("export --out @/x.csv --config @/site.json", EX_NOINPUT, "there is no journal", NULL);
}

/* --- doctor ------------------------------------------------------------------------------------------------------- */

static void finds_nothing_wrong_while_all_is_well(void **state)
{
    static const struct stub_reply GOOD = {
        .bytes = "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n"};
    struct stubhttp *server = stubhttp_start(&GOOD, 1);
    char sink[200];

    (void)state;
    (void)snprintf(sink, sizeof sink,
                   "{\"slug\":\"pusat\",\"url\":\"http://127.0.0.1:%d\",\"api\":\"v1\","
                   "\"database\":\"nila\"}",
                   stubhttp_port(server));
    write_site(5, sink);
    expect("doctor --config @/site.json", EX_OK, "ok    bus utara: ph answers in",
           "ok    sink pusat:", "ok    the journal", "0 failures", NULL);
    expect("doctor --lang id --config @/site.json", EX_OK, "ok    jalur utara: ph menjawab",
           "0 gagal", NULL);
    expect("doctor --json --config @/site.json", EX_OK, "{\"checks\":[{\"level\":\"", "\"exit\":0}",
           NULL);
    stubhttp_stop(server);
}

static void names_each_trouble_with_its_cure(void **state)
{
    static const struct stub_reply DENIED = {
        .bytes = "HTTP/1.1 401 Unauthorized\r\nContent-Type: application/json\r\nContent-Length: "
                 "33\r\n\r\n{\"error\":\"authorization failed\"}  "};
    struct stubhttp *server = stubhttp_start(&DENIED, 1);
    char sink[300];

    (void)state;
    /* nobody listens on port 1 */
    write_site(41, "{\"slug\":\"pusat\",\"url\":\"http://127.0.0.1:1\",\"api\":\"v1\",\"database\":"
                   "\"nila\"}");
    peer_stop(peer);
    peer = NULL;
    expect("doctor --config @/site.json", EX_UNAVAILABLE, "FAIL  there is no port",
           "/dev/serial/by-id", "FAIL  sink pusat: does not answer", NULL);
    peer = peer_start_pty(decide, NULL, line_path, sizeof line_path);
    (void)snprintf(sink, sizeof sink,
                   "{\"slug\":\"pusat\",\"url\":\"http://127.0.0.1:%d\",\"api\":\"v1\","
                   "\"database\":\"nila\"}",
                   stubhttp_port(server));
    write_site(41, sink);
    expect("doctor --config @/site.json", EX_CONFIG, "FAIL  sink pusat: refused: HTTP 401",
           "check user and password", NULL);
    expect("doctor --lang id --config @/site.json", EX_CONFIG, "GAGAL tujuan pusat: ditolak",
           "periksa nama dan sandi", NULL);
    stubhttp_stop(server);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(refuses_what_it_does_not_understand),
        TEST(helps_with_every_command_in_two_languages),
        TEST(says_that_a_site_file_or_a_collector_is_missing),
        TEST(finds_the_miswired_the_dead_and_the_unknown),
        TEST(finds_a_device_at_another_speed),
        TEST(says_who_holds_the_port),
        TEST(shows_raw_registers_in_every_form),
        TEST(reads_one_device),
        TEST(asks_through_the_collector_that_has_the_line),
        TEST(switches_and_shows_what_the_collector_knows),
        TEST(exports_what_import_takes),
        TEST(has_nothing_to_export_without_a_journal),
        TEST(finds_nothing_wrong_while_all_is_well),
        TEST(names_each_trouble_with_its_cure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
