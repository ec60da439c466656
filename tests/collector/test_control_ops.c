/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The operations of the socket that ask a line, switch, and show what waits. */
#include "tests/support/support.h"

#include <cjson/cJSON.h>
#include <grp.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "collector/common/clock.h"
#include "collector/common/control.h"
#include "collector/common/log.h"
#include "collector/control.h"
#include "collector/health.h"
#include "collector/setup.h"
#include "journal_help.h"
#include "tests/support/modbus_peer.h"
#include "tests/support/nobody.h"

/* Unit 1: a board of 8 coils; unit 2: a pH probe with calibration registers; unit 9: nobody. One request for register 777 waits
 * for the test. */
static atomic_uint coil_writes, cal_writes;
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t gate_moved = PTHREAD_COND_INITIALIZER;
static bool gate_reached, gate_open;

static void wait_at_gate(void)
{
    (void)pthread_mutex_lock(&gate);
    gate_reached = true;
    (void)pthread_cond_broadcast(&gate_moved);
    while (!gate_open)
        (void)pthread_cond_wait(&gate_moved, &gate);
    (void)pthread_mutex_unlock(&gate);
}

static struct peer_reply decide(void *arg, const struct peer_request *rq, uint16_t *regs)
{
    static const char IDENTITY[] = "Pabrik|Uji-1|2.0";

    (void)arg;
    if (rq->function == 5)
        atomic_fetch_add(&coil_writes, 1);
    if (rq->function == 6)
        atomic_fetch_add(&cal_writes, 1);
    if (rq->unit > 2)
        return (struct peer_reply){PEER_SILENT, 0, 0};
    if (rq->function == 43)
        for (size_t i = 0; i < sizeof IDENTITY; i++)
            regs[i] = (uint8_t)IDENTITY[i];
    if (rq->function == 3 && rq->first == 777)
        wait_at_gate();
    if (rq->function == 3 && rq->first >= 5000)
        return (struct peer_reply){PEER_EXCEPTION, 0, 2};
    for (unsigned i = 0; (rq->function == 3 || rq->function == 4) && i < rq->count; i++)
        regs[i] = (uint16_t)(700 + rq->first + i);
    return (struct peer_reply){PEER_GOOD, 0, 0};
}

static const char SITE[] =
    "{\"site\":{\"slug\":\"uji\",\"name\":\"Uji\",\"regency\":\"kotim\",\"kecamatan\":\"62.02.06\"}"
    ","
    "\"ponds\":[{\"slug\":\"kolam-1\",\"name\":\"Kolam 1\",\"area_m2\":400,\"depth_m\":1.2,"
    "\"system\":\"pond\"}],"
    "\"buses\":[{\"slug\":\"b\",\"tcp\":{\"host\":\"127.0.0.1\",\"port\":%d},\"timeout_ms\":300,"
    "\"devices\":["
    "{\"slug\":\"papan\",\"profile\":\"waveshare-relay-8\",\"unit\":1,\"every_s\":3600,\"pond\":"
    "null},"
    "{\"slug\":\"ph\",\"profile\":\"seeed-s-ph-01\",\"unit\":2,\"every_s\":3600,\"pond\":\"kolam-"
    "1\"}]}],"
    "\"reflexes\":[{\"slug\":\"kincir-1\",\"name\":\"Kincir\",\"pond\":\"kolam-1\",\"switch\":{"
    "\"device\":\"papan\",\"channel\":3},\"when\":[{\"pond\":\"kolam-1\",\"metric\":\"do_mg_l\","
    "\"below\":3,\"until\":4}],\"manual_max_s\":600,"
    "\"when_lost\":\"keep\"}],"
    "\"sinks\":[{\"slug\":\"pusat\",\"url\":\"http://127.0.0.1:8086\",\"api\":\"v1\",\"database\":"
    "\"nila\"}],"
    "\"journal\":{\"path\":\"%s/j.db\",\"max_bytes\":16777216,\"keep_days\":35},"
    "\"control\":{\"socket\":\"%s/c.sock\"}}";

static char dir[80], sock[100];
static struct peer *peer;
static struct setup setup;
static struct journal *journal;
static struct poller *poller;
static struct switcher *switcher;
static struct control *control;
static struct uplink *uplinks[1];

static int deliver(void *arg, const struct reading_set *sets, size_t n)
{
    (void)arg;
    return journal_append(journal, sets, n);
}

static int ask_line(void *arg, unsigned bus, const struct bus_question *q, uint16_t *regs,
                    struct bus_answer *a)
{
    (void)arg;
    return poller_ask(poller, bus, q, regs, a, 5000);
}

static int set_up(void **state)
{
    char text[3000], config[100], journal_path[100], why[400];
    int port;

    (void)state;
    log_set_level(LOG_LEVEL_ERROR);
    atomic_store(&coil_writes, 0);
    atomic_store(&cal_writes, 0);
    gate_reached = gate_open = false;
    peer = peer_start_tcp(decide, NULL, &port);
    (void)snprintf(dir, sizeof dir, "%s", support_tmpdir());
    (void)snprintf(sock, sizeof sock, "%s/c.sock", dir);
    (void)snprintf(config, sizeof config, "%s/site.json", dir);
    (void)snprintf(journal_path, sizeof journal_path, "%s/j.db", dir);
    (void)snprintf(text, sizeof text, SITE, port, dir, dir);
    support_write(config, text);
    if (setup_load(&setup, config, "collector/devices", why, sizeof why) != 0)
        fail_msg("%s", why);
    journal = help_open(journal_path);
    const struct profile *const *profile = (const struct profile *const *)setup.profile;
    const struct poll_receiver to = {.deliver = deliver};
    if (poller_start(&poller, setup.site, profile, &to, why, sizeof why) != 0)
        fail_msg("%s", why);
    const struct switcher_config sc = {
        .site = setup.site, .profile = profile, .ask = ask_line, .deliver = deliver};
    switcher = switcher_new(&sc);
    assert_int_equal(switcher_start(switcher), 0);
    const struct control_sources src = {.site = setup.site,
                                        .journal = journal,
                                        .poller = poller,
                                        .uplink = uplinks,
                                        .profile = profile,
                                        .switcher = switcher,
                                        .started_ms = 5};
    assert_int_equal(control_start(&control, sock, &src), 0);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    control_stop(control);
    switcher_stop(switcher);
    poller_stop(poller);
    switcher_free(switcher);
    journal_close(journal);
    setup_free(&setup);
    peer_stop(peer);
    log_set_level(LOG_LEVEL_INFO);
    support_rmdir(dir);
    return 0;
}

static int append_line(void *arg, const char *json)
{
    buf_str(arg, json);
    buf_str(arg, "\n");
    return 0;
}

/* The whole answer, an error's code and words first; the caller frees it. */
static char *call(const char *request)
{
    struct buf b = {0};
    char why[400];
    int rc = control_call(sock, request, append_line, &b, 20000, why, sizeof why);

    if (rc != 0)
        buf_printf(&b, "%s", why);
    buf_str(&b, "");
    return b.p;
}

static void expect(const char *request, const char *part)
{
    char *text = call(request);
    if (strstr(text, part) == NULL)
        fail_msg("%s\n gave %s\n not %s", request, text, part);
    free(text);
}

/* --- ask ---------------------------------------------------------------------------------------------------------- */

static void asks_a_line_and_says_what_came_of_it(void **state)
{
    static const struct {
        const char *request, *part;
    } T[] = {
        {"{\"v\":1,\"op\":\"ask\",\"bus\":\"b\",\"unit\":2,\"function\":3,\"first\":10,\"count\":"
         "3}",
         "\"outcome\":\"good\",\"exception\":0"},
        {"{\"v\":1,\"op\":\"ask\",\"bus\":\"b\",\"unit\":2,\"function\":3,\"first\":10,\"count\":"
         "3}",
         "\"regs\":[710,711,712]}"},
        {"{\"v\":1,\"op\":\"ask\",\"bus\":\"b\",\"unit\":2,\"function\":3,\"first\":5000,\"count\":"
         "1}",
         "\"outcome\":\"exception\",\"exception\":2"},
        {"{\"v\":1,\"op\":\"ask\",\"bus\":\"b\",\"unit\":9,\"function\":3,\"first\":0,\"count\":1,"
         "\"timeout_ms\":60}",
         "\"outcome\":\"silent\""},
        {"{\"v\":1,\"op\":\"ask\",\"bus\":\"b\",\"unit\":1,\"function\":43,\"first\":0,\"count\":"
         "125}",
         /* 21 bytes: 3 objects, object 0 of 6 bytes, "P" */
         "\"regs\":[21,768,1616"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++)
        expect(T[i].request, T[i].part);
}

static void refuses_questions_that_cannot_be(void **state)
{
    static const struct {
        const char *says, *members, *part;
    } T[] = {
        {"no bus", "\"unit\":1,\"function\":3,\"first\":0,\"count\":1", "bus: no such bus"},
        {"another bus", "\"bus\":\"x\",\"unit\":1,\"function\":3,\"first\":0,\"count\":1",
         "bus: no such bus"},
        {"unit 256", "\"bus\":\"b\",\"unit\":256,\"function\":3,\"first\":0,\"count\":1", "unit: "},
        {"half a unit", "\"bus\":\"b\",\"unit\":1.5,\"function\":3,\"first\":0,\"count\":1",
         "unit: "},
        {"no function", "\"bus\":\"b\",\"unit\":1,\"first\":0,\"count\":1", "function: "},
        {"function 8", "\"bus\":\"b\",\"unit\":1,\"function\":8,\"first\":0,\"count\":1",
         "function 8 cannot be asked"},
        {"first 65536", "\"bus\":\"b\",\"unit\":1,\"function\":3,\"first\":65536,\"count\":1",
         "first: "},
        {"first as text", "\"bus\":\"b\",\"unit\":1,\"function\":3,\"first\":\"0\",\"count\":1",
         "first: "},
        {"count 126", "\"bus\":\"b\",\"unit\":1,\"function\":3,\"first\":0,\"count\":126",
         "takes 1..125"},
        {"count 0", "\"bus\":\"b\",\"unit\":1,\"function\":3,\"first\":0,\"count\":0", "count: "},
        {"beyond the last register",
         "\"bus\":\"b\",\"unit\":1,\"function\":3,\"first\":65535,\"count\":2", "takes 1..125"},
        {"a time-out of a minute",
         "\"bus\":\"b\",\"unit\":1,\"function\":3,\"first\":0,\"count\":1,\"timeout_ms\":60000",
         "timeout_ms: "},
        {"a read that writes",
         "\"bus\":\"b\",\"unit\":1,\"function\":3,\"first\":0,\"count\":1,\"write\":[1]",
         "a read with values to write"},
        {"a write of nothing", "\"bus\":\"b\",\"unit\":2,\"function\":6,\"first\":48,\"count\":1",
         "nothing to write"},
        {"fewer words than counted",
         "\"bus\":\"b\",\"unit\":2,\"function\":16,\"first\":48,\"count\":2,\"write\":[1]",
         "write: "},
        {"a word of 17 bits",
         "\"bus\":\"b\",\"unit\":2,\"function\":6,\"first\":48,\"count\":1,\"write\":[65536]",
         "write: "},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        char request[300], *text;
        (void)snprintf(request, sizeof request, "{\"v\":1,\"op\":\"ask\",%s}", T[i].members);
        text = call(request);
        if (strstr(text, T[i].part) == NULL || strchr(text, '{') != NULL)
            fail_msg("%s: %s", T[i].says, text);
        free(text);
    }
}

static void writes_only_what_a_profile_names(void **state)
{
    (void)state;
    expect(
        "{\"v\":1,\"op\":\"ask\",\"bus\":\"b\",\"unit\":2,\"function\":6,\"first\":47,\"count\":1,"
        "\"write\":[65535]}",
        "names no such register");
    expect(
        "{\"v\":1,\"op\":\"ask\",\"bus\":\"b\",\"unit\":2,\"function\":6,\"first\":7,\"count\":1,"
        "\"write\":[65535]}",
        "names no such register");
    expect(
        "{\"v\":1,\"op\":\"ask\",\"bus\":\"b\",\"unit\":9,\"function\":6,\"first\":48,\"count\":1,"
        "\"write\":[65535]}",
        "no device of the site file");
    expect(
        "{\"v\":1,\"op\":\"ask\",\"bus\":\"b\",\"unit\":1,\"function\":5,\"first\":2,\"count\":1,"
        "\"write\":[1]}",
        "belongs to the switch kincir-1");
    /* "all" and a pulse reach that channel by another address */
    expect(
        "{\"v\":1,\"op\":\"ask\",\"bus\":\"b\",\"unit\":1,\"function\":5,\"first\":255,\"count\":1,"
        "\"write\":[0]}",
        "belongs to the switch kincir-1");
    expect("{\"v\":1,\"op\":\"ask\",\"bus\":\"b\",\"unit\":1,\"function\":5,\"first\":1026,"
           "\"count\":1,"
           "\"write\":[1]}",
           "belongs to the switch kincir-1");
    expect(
        "{\"v\":1,\"op\":\"ask\",\"bus\":\"b\",\"unit\":1,\"function\":15,\"first\":0,\"count\":8,"
        "\"write\":[1,1,1,1,1,1,1,1]}",
        "names no such register");
    assert_int_equal(atomic_load(&cal_writes), 0);
    expect(
        "{\"v\":1,\"op\":\"ask\",\"bus\":\"b\",\"unit\":2,\"function\":6,\"first\":49,\"count\":1,"
        "\"write\":[65535]}",
        "\"outcome\":\"good\"");
    assert_int_equal(atomic_load(&cal_writes), 1);
    expect(
        "{\"v\":1,\"op\":\"ask\",\"bus\":\"b\",\"unit\":1,\"function\":5,\"first\":7,\"count\":1,"
        "\"write\":[1]}",
        "\"outcome\":\"good\"");
}

static int ask_as_nobody(void *arg)
{
    char why[400] = "";
    int rc = control_call(sock, arg, NULL, NULL, 5000, why, sizeof why);

    /* 0 good, 1 denied, 2 anything else */
    return rc == 0 ? 0 : strstr(why, "root and the group nila-admin") != NULL ? 1 : 2;
}

static void lets_others_read_but_not_write(void **state)
{
    char read[] = "{\"v\":1,\"op\":\"ask\",\"bus\":\"b\",\"unit\":2,\"function\":3,\"first\":0,"
                  "\"count\":1}";
    char write[] = "{\"v\":1,\"op\":\"ask\",\"bus\":\"b\",\"unit\":2,\"function\":6,\"first\":49,"
                   "\"count\":1,\"write\":[65535]}";
    char import[] = "{\"v\":1,\"op\":\"import\",\"rows\":[[1795471950250,\"\",\"palsu\","
                    "\"do_mg_l\",9.9,1]]}";
    char relay[] = "{\"v\":1,\"op\":\"relay\",\"slug\":\"kincir-1\",\"state\":\"on\"}";

    (void)state;
    if (geteuid() != 0) {
        print_message("skip - only root can become somebody else\n");
        skip();
    }
    assert_int_equal(chmod(dir, 0755), 0);
    assert_int_equal(chmod(sock, 0666), 0);
    assert_int_equal(support_as_nobody(ask_as_nobody, read), 0);
    assert_int_equal(support_as_nobody(ask_as_nobody, write), 1);
    assert_int_equal(support_as_nobody(ask_as_nobody, relay), 1);
    assert_int_equal(support_as_nobody(ask_as_nobody, import), 1);
    assert_int_equal(atomic_load(&cal_writes), 0);
}

static int dial(void)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    (void)snprintf(a.sun_path, sizeof a.sun_path, "%s", sock);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)&a, sizeof a), 0);
    return fd;
}

static const char SLOW[] = "{\"v\":1,\"op\":\"ask\",\"bus\":\"b\",\"unit\":2,\"function\":3,"
                           "\"first\":777,\"count\":1,\"timeout_ms\":10000}\n";

static void reach_gate(void)
{
    (void)pthread_mutex_lock(&gate);
    while (!gate_reached)
        (void)pthread_cond_wait(&gate_moved, &gate);
    (void)pthread_mutex_unlock(&gate);
}

static void open_gate(void)
{
    (void)pthread_mutex_lock(&gate);
    gate_open = true;
    (void)pthread_cond_broadcast(&gate_moved);
    (void)pthread_mutex_unlock(&gate);
}

static void answers_others_while_a_line_is_slow(void **state)
{
    int fd = dial();
    char text[400] = "";
    size_t n = 0;

    (void)state;
    assert_int_equal(send(fd, SLOW, sizeof SLOW - 1, 0), sizeof SLOW - 1);
    reach_gate();
    expect("{\"v\":1,\"op\":\"status\"}", "\"kind\":\"collector\"");
    open_gate();
    while (strstr(text, "\"end\"") == NULL) {
        ssize_t k = recv(fd, text + n, sizeof text - 1 - n, 0);
        assert_true(k > 0);
        n += (size_t)k;
        text[n] = '\0';
    }
    assert_non_null(strstr(text, "\"regs\":[1477]"));
    (void)close(fd);
}

static void forgets_a_question_whose_client_has_gone(void **state)
{
    int fd = dial();

    (void)state;
    assert_int_equal(send(fd, SLOW, sizeof SLOW - 1, 0), sizeof SLOW - 1);
    reach_gate();
    (void)close(fd);
    expect("{\"v\":1,\"op\":\"status\"}", "\"kind\":\"collector\"");
    open_gate();
    expect(
        "{\"v\":1,\"op\":\"ask\",\"bus\":\"b\",\"unit\":2,\"function\":3,\"first\":0,\"count\":1}",
        "\"regs\":[700]");
}

/* --- registers ---------------------------------------------------------------------------------------------------- */

static void tells_what_is_read_of_a_device(void **state)
{
    char *text = call("{\"v\":1,\"op\":\"registers\"}");

    (void)state;
    assert_non_null(strstr(text, "{\"kind\":\"device\",\"device\":\"papan\""));
    assert_non_null(strstr(text, "{\"kind\":\"register\",\"device\":\"ph\",\"name\":\"ph\","
                                 "\"metric\":\"ph\",\"unit\":\"\",\"function\":3,\"first\":1,"
                                 "\"count\":1,\"type\":\"u16\",\"order\":\"AB\",\"scale\":0.01"));
    assert_non_null(strstr(text, "\"regs\":[],\"value\":null,\"flag\":0"));
    assert_null(strstr(text, "\"kind\":\"question\""));
    free(text);
    text = call("{\"v\":1,\"op\":\"registers\",\"device\":\"ph\"}");
    assert_null(strstr(text, "papan"));
    free(text);
}

static void reads_a_device_once_and_shows_raw_and_decoded(void **state)
{
    char *text = call("{\"v\":1,\"op\":\"registers\",\"device\":\"ph\",\"ask\":true}");

    (void)state;
    assert_non_null(strstr(text, "{\"kind\":\"question\",\"device\":\"ph\",\"function\":3,"
                                 "\"first\":0,\"count\":2,\"outcome\":\"good\""));
    assert_non_null(strstr(text, "\"regs\":[700],\"value\":7,"));
    assert_non_null(strstr(text, "\"regs\":[701],\"value\":7.01,"));
    assert_null(strstr(text, "\"asked_ms\":0"));
    free(text);
}

/* The bus speaks Modbus TCP here: what was asked and what came, byte for byte. */
static void tells_the_last_frames_of_a_bus(void **state)
{
    char *text;

    (void)state;
    expect(
        "{\"v\":1,\"op\":\"ask\",\"bus\":\"b\",\"unit\":2,\"function\":3,\"first\":0,\"count\":1}",
        "\"regs\":[700]");
    text = call("{\"v\":1,\"op\":\"frames\",\"bus\":\"b\"}");
    assert_non_null(strstr(text, "{\"kind\":\"frame\",\"bus\":\"b\",\"at_ms\":"));
    assert_non_null(strstr(text, " 00 00 00 06 02 03 00 00 00 01\"}")); /* behind its number */
    assert_non_null(strstr(text, " 00 00 00 05 02 03 02 02 BC\"}"));    /* 700 */
    assert_true(strstr(text, "\"way\":\"tx\"") != NULL && strstr(text, "\"way\":\"rx\"") != NULL);
    free(text);
    expect("{\"v\":1,\"op\":\"frames\",\"bus\":\"x\"}", "bus: no such bus");
    expect("{\"v\":1,\"op\":\"frames\"}", "bus: no such bus");
}

static void refuses_registers_of_nothing(void **state)
{
    (void)state;
    expect("{\"v\":1,\"op\":\"registers\",\"device\":\"x\"}", "device: no such device");
    expect("{\"v\":1,\"op\":\"registers\",\"device\":\"x\",\"ask\":true}",
           "device: no such device");
    expect("{\"v\":1,\"op\":\"registers\",\"ask\":true}", "device: which device");
    expect("{\"v\":1,\"op\":\"registers\",\"device\":7}", "device: which device");
    expect("{\"v\":1,\"op\":\"registers\",\"device\":\"papan\",\"ask\":true}",
           "no values to be read");
}

/* The line is held by a slow question; the reader goes away before it has its turn. */
static void a_reading_that_nobody_waits_for_is_given_back(void **state)
{
    static const char READ[] = "{\"v\":1,\"op\":\"registers\",\"device\":\"ph\",\"ask\":true}\n";
    int slow = dial(), fd = dial();

    (void)state;
    assert_int_equal(send(slow, SLOW, sizeof SLOW - 1, 0), sizeof SLOW - 1);
    reach_gate();
    assert_int_equal(send(fd, READ, sizeof READ - 1, 0), sizeof READ - 1);
    (void)close(fd);
    expect("{\"v\":1,\"op\":\"status\"}", "\"kind\":\"collector\"");
    open_gate();
    expect("{\"v\":1,\"op\":\"registers\",\"device\":\"ph\",\"ask\":true}", "\"regs\":[701]");
    (void)close(slow);
}

/* --- relay -------------------------------------------------------------------------------------------------------- */

static void switches_for_a_person(void **state)
{
    (void)state;
    expect("{\"v\":1,\"op\":\"relay\",\"slug\":\"kincir-9\",\"state\":\"on\"}",
           "slug: no such switch");
    expect("{\"v\":1,\"op\":\"relay\",\"slug\":\"kincir-1\",\"state\":\"ON\"}", "state: ");
    expect("{\"v\":1,\"op\":\"relay\",\"slug\":\"kincir-1\",\"state\":1}", "state: ");
    expect("{\"v\":1,\"op\":\"relay\",\"slug\":\"kincir-1\",\"state\":\"on\",\"for_s\":601}",
           "1..600 (manual_max_s");
    expect("{\"v\":1,\"op\":\"relay\",\"slug\":\"kincir-1\",\"state\":\"on\",\"for_s\":0}",
           "for_s: ");
    expect("{\"v\":1,\"op\":\"relay\",\"slug\":\"kincir-1\",\"state\":\"on\",\"for_s\":60}",
           "\"cause\":\"manual\"");
    for (char *text = NULL;; free(text)) { /* until the board has it */
        text = call("{\"v\":1,\"op\":\"status\"}");
        if (strstr(text, "\"known\":true,\"on\":true") != NULL) {
            free(text);
            break;
        }
    }
    expect("{\"v\":1,\"op\":\"relay\",\"slug\":\"kincir-1\",\"state\":\"auto\"}",
           "\"manual_until_ms\":0");
}

/* --- spool, rows, metrics ----------------------------------------------------------------------------------------- */

static void shows_refused_lines_newest_first(void **state)
{
    char line[40], *text;

    (void)state;
    help_append(journal, 0, 3);
    for (int i = 0; i < 40; i++) {
        (void)snprintf(line, sizeof line, "water,a=%d \"x\\y\"", i);
        assert_int_equal(
            journal_quarantine(journal, 0, 1, line, strlen(line), "type \xFF conflict"), 0);
    }
    text = call("{\"v\":1,\"op\":\"spool\",\"newest\":33}");
    assert_non_null(strstr(text, "\"kind\":\"sink\",\"slug\":\"pusat\""));
    assert_non_null(
        strstr(text, "\"line\":\"water,a=39 \\\"x\\\\y\\\"\",\"reason\":\"type ? conflict\""));
    assert_non_null(strstr(text, "water,a=7 "));
    assert_null(strstr(text, "water,a=6 "));
    assert_true(strstr(text, "a=39 ") < strstr(text, "a=38 "));
    free(text);
    text = call("{\"v\":1,\"op\":\"spool\"}");
    assert_non_null(strstr(text, "water,a=20 "));
    assert_null(strstr(text, "water,a=19 "));
    free(text);
    expect("{\"v\":1,\"op\":\"spool\",\"newest\":1001}", "newest: ");
    expect("{\"v\":1,\"op\":\"spool\",\"newest\":\"all\"}", "newest: ");
}

static unsigned lines_of(const char *request)
{
    char *text = call(request);
    unsigned n = 0;

    for (const char *p = text; (p = strchr(p, '\n')) != NULL; p++)
        n++;
    free(text);
    return n;
}

static void sends_all_rows_in_one_pass(void **state)
{
    unsigned all, one;

    (void)state;
    help_append(journal, 0, 500);
    all = lines_of("{\"v\":1,\"op\":\"rows\",\"from_ms\":0,\"to_ms\":1e15}");
    one = lines_of("{\"v\":1,\"op\":\"rows\",\"from_ms\":0,\"to_ms\":1e15,\"metric\":\"do_mg_l\","
                   "\"pond\":\"kolam-1\"}");
    assert_int_equal(one, 500);
    assert_true(all >= one);
    expect("{\"v\":1,\"op\":\"rows\",\"from_ms\":0}", "from_ms: ");
    expect("{\"v\":1,\"op\":\"rows\",\"from_ms\":5,\"to_ms\":4}", "from_ms: ");
    expect("{\"v\":1,\"op\":\"rows\",\"from_ms\":0,\"to_ms\":4,\"metric\":\"x\"}", "metric: ");
    expect("{\"v\":1,\"op\":\"rows\",\"from_ms\":0,\"to_ms\":4,\"pond\":4}", "pond: ");
}

/* Every field of the line of health.h is there, and nothing else. */
static void tells_prometheus_what_it_tells_influxdb(void **state)
{
    const struct health_sources h = {
        .site = setup.site, .journal = journal, .poller = poller, .uplink = uplinks};
    struct buf line = {0};
    char *text;
    unsigned fields = 0, shown = 0;

    (void)state;
    text = call("{\"v\":1,\"op\":\"metrics\"}");
    health_line(&line, &h, clock_wall_ms(), clock_mono_ms());
    for (char *p = strchr(line.p, ' ') + 1; *p != '\0' && *p != ' ';) {
        size_t n = strcspn(p, "=");
        char name[100];
        (void)snprintf(name, sizeof name, "\"nila_collector_%.*s", (int)n, p);
        if (strstr(text, name) == NULL)
            fail_msg("%s is absent", name);
        fields++;
        p += strcspn(p, ", ");
        p += *p == ',';
    }
    for (const char *p = text; (p = strstr(p, "\"nila_collector_")) != NULL; p++)
        shown++;
    assert_int_equal(shown, fields);
    assert_non_null(
        strstr(text, "regency=\\\"kotim\\\",site=\\\"uji\\\",version=\\\"" NILA_VERSION "\\\"} "));
    assert_non_null(strstr(text, "# TYPE nila_collector_requests_total counter"));
    assert_non_null(strstr(text, "# TYPE nila_collector_journal_rows gauge"));
    free(text);
    buf_free(&line);
}

static void tells_lines_switches_and_the_room_that_is_left(void **state)
{
    char *text;

    (void)state;
    text = call("{\"v\":1,\"op\":\"status\"}");
    assert_non_null(strstr(text, "{\"kind\":\"bus\",\"slug\":\"b\",\"where\":\"127.0.0.1:"));
    assert_non_null(strstr(text, "\"busy_permille\":"));
    assert_non_null(strstr(text, "{\"kind\":\"switch\",\"slug\":\"kincir-1\""));
    assert_non_null(strstr(text, "\"answer_p95_ms\":"));
    assert_non_null(strstr(text, "\"host\":\"127.0.0.1\",\"tcp_port\":"));
    assert_non_null(strstr(text, "\"disk_free\":"));
    assert_non_null(strstr(text, "\"last\":\""));
    /* 2 rows an hour of 2 devices and 4 of the switch, 100 bytes each, in 16 MiB */
    assert_non_null(strstr(text, "\"hours_left\":2796"));
    free(text);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(asks_a_line_and_says_what_came_of_it),
        TEST(refuses_questions_that_cannot_be),
        TEST(writes_only_what_a_profile_names),
        TEST(lets_others_read_but_not_write),
        TEST(answers_others_while_a_line_is_slow),
        TEST(forgets_a_question_whose_client_has_gone),
        TEST(tells_what_is_read_of_a_device),
        TEST(reads_a_device_once_and_shows_raw_and_decoded),
        TEST(tells_the_last_frames_of_a_bus),
        TEST(refuses_registers_of_nothing),
        TEST(a_reading_that_nobody_waits_for_is_given_back),
        TEST(switches_for_a_person),
        TEST(shows_refused_lines_newest_first),
        TEST(sends_all_rows_in_one_pass),
        TEST(tells_prometheus_what_it_tells_influxdb),
        TEST(tells_lines_switches_and_the_room_that_is_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
