/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "collector/common/clock.h"
#include "collector/common/control.h"
#include "collector/common/log.h"
#include "collector/control.h"
#include "collector/control_view.h"
#include "collector/lineserver.h"
#include "journal_help.h"

static const char SITE[] =
    "{\"site\":{\"slug\":\"uji\",\"name\":\"Kolam "
    "\\\"Uji\\\"\",\"regency\":\"kotim\",\"kecamatan\":\"62.02.06\"},"
    "\"ponds\":[{\"slug\":\"kolam-1\",\"name\":\"Kolam "
    "1\",\"area_m2\":400,\"depth_m\":1.2,\"system\":\"pond\"},"
    "{\"slug\":\"kolam-2\",\"name\":\"Kolam "
    "2\",\"area_m2\":60,\"depth_m\":1,\"system\":\"tarpaulin\"}],"
    "\"buses\":[{\"slug\":\"b\",\"tcp\":{\"host\":\"127.0.0.1\",\"port\":5020},\"devices\":["
    "{\"slug\":\"node-1\",\"profile\":\"nila-node\",\"unit\":1,\"every_s\":60,\"pond\":\"kolam-1\"}"
    ","
    "{\"slug\":\"cuaca\",\"profile\":\"xy-md02\",\"unit\":2,\"every_s\":60,\"pond\":null}]}],"
    "\"sinks\":[{\"slug\":\"pusat\",\"url\":\"http://"
    "127.0.0.1:8086\",\"api\":\"v1\",\"database\":\"nila\"}],"
    "\"journal\":{\"path\":\"/nowhere/j.db\",\"max_bytes\":16777216,\"keep_days\":35},"
    "\"control\":{\"socket\":\"/nowhere/c.sock\"}}";

static char dir[80], path[100], sock[100];
static struct site *site;
static struct journal *journal;
static struct control *control;
static struct uplink *uplinks[1];
static struct control_sources src;

static int set_up(void **state)
{
    char why[256];

    (void)state;
    (void)snprintf(dir, sizeof dir, "%s", support_tmpdir());
    (void)snprintf(path, sizeof path, "%s/journal.db", dir);
    (void)snprintf(sock, sizeof sock, "%s/c.sock", dir);
    log_set_level(LOG_LEVEL_ERROR);
    if (site_load_memory(&site, "site", SITE, sizeof SITE - 1, why, sizeof why) != 0)
        fail_msg("%s", why);
    journal = help_open(path);
    src = (struct control_sources){
        .site = site, .journal = journal, .uplink = uplinks, .started_ms = 5};
    assert_int_equal(control_start(&control, sock, &src), 0);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    control_stop(control);
    journal_close(journal);
    site_free(site);
    log_set_level(LOG_LEVEL_INFO);
    support_rmdir(dir);
    return 0;
}

/* --- a client without manners ------------------------------------------------------------------------------------- */

static int dial_later(void)
{
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    assert_true(fd >= 0);
    return fd;
}

static void dial_now(int fd)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};

    (void)snprintf(a.sun_path, sizeof a.sun_path, "%s", sock);
    assert_int_equal(connect(fd, (const struct sockaddr *)&a, sizeof a), 0);
}

static int dial(void)
{
    int fd = dial_later();

    dial_now(fd);
    return fd;
}

static void say(int fd, const char *bytes, size_t n)
{
    while (n > 0) {
        ssize_t k = send(fd, bytes, n, MSG_NOSIGNAL);
        if (k < 0 && errno == EPIPE)
            return;
        assert_true(k > 0);
        bytes += k;
        n -= (size_t)k;
    }
}

/* Reads until the text has what, or the server closes; the caller frees it. */
static char *hear(int fd, const char *what)
{
    struct buf b = {0};
    char piece[4096];

    buf_str(&b, "");
    while (what == NULL || strstr(b.p, what) == NULL) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        ssize_t k;
        assert_int_equal(poll(&p, 1, 20000), 1);
        k = recv(fd, piece, sizeof piece, 0);
        if (k <= 0)
            break;
        buf_add(&b, piece, (size_t)k);
    }
    return b.p;
}

/* Sends a line on a connection of its own and returns the whole answer. */
static char *ask(const char *line)
{
    int fd = dial();
    char *text;

    say(fd, line, strlen(line));
    say(fd, "\n", 1);
    assert_int_equal(shutdown(fd, SHUT_WR), 0);
    text = hear(fd, NULL);
    (void)close(fd);
    return text;
}

/* --- requests ------------------------------------------------------------------------------------------------------ */

static void refuses_what_it_does_not_understand(void **state)
{
    static const struct {
        const char *says, *request, *code, *where;
    } T[] = {
        {"no JSON", "hello", "request", ""},
        {"an array", "[1]", "request", ""},
        {"cut JSON", "{\"v\":1,\"op\":", "request", ""},
        {"two objects", "{\"v\":1} {\"v\":1}", "request", ""},
        {"no version", "{\"op\":\"status\"}", "unsupported", "v"},
        {"another version", "{\"v\":2,\"op\":\"status\"}", "unsupported", "v"},
        {"no operation", "{\"v\":1}", "unsupported", "op"},
        {"another operation", "{\"v\":1,\"op\":\"format\"}", "unsupported", "op"},
        {"a number as operation", "{\"v\":1,\"op\":7}", "unsupported", "op"},
        {"history of nothing", "{\"v\":1,\"op\":\"history\"}", "request", "pond"},
        {"history of a strange pond",
         "{\"v\":1,\"op\":\"history\",\"pond\":\"kolam-9\",\"metric\":\"ph\",\"from_ms\":0,\"to_"
         "ms\":1}",
         "not_found", "pond"},
        {"history of a strange metric",
         "{\"v\":1,\"op\":\"history\",\"pond\":\"kolam-1\",\"metric\":\"phi\",\"from_ms\":0,\"to_"
         "ms\":1}",
         "not_found", "metric"},
        {"history that ends before it begins",
         "{\"v\":1,\"op\":\"history\",\"pond\":\"kolam-1\",\"metric\":\"ph\",\"from_ms\":9,\"to_"
         "ms\":1}",
         "range", "from_ms"},
        {"history at half a millisecond",
         "{\"v\":1,\"op\":\"history\",\"pond\":\"kolam-1\",\"metric\":\"ph\",\"from_ms\":0.5,\"to_"
         "ms\":1}",
         "range", "from_ms"},
        {"history at the end of time",
         "{\"v\":1,\"op\":\"history\",\"pond\":\"kolam-1\",\"metric\":\"ph\",\"from_ms\":0,\"to_"
         "ms\":1e300}",
         "range", "from_ms"},
        {"an import of nothing", "{\"v\":1,\"op\":\"import\"}", "range", "rows"},
        {"an import of no rows", "{\"v\":1,\"op\":\"import\",\"rows\":[]}", "range", "rows"},
        {"a row that is none", "{\"v\":1,\"op\":\"import\",\"rows\":[7]}", "range", "rows[0]"},
        {"a short row",
         "{\"v\":1,\"op\":\"import\",\"rows\":[[1795471950000,\"kolam-1\",\"a\",\"ph\",7]]}",
         "range", "rows[0]"},
        {"a time that is text",
         "{\"v\":1,\"op\":\"import\",\"rows\":[[\"now\",\"kolam-1\",\"a\",\"ph\",7,1]]}", "range",
         "rows[0]"},
        {"a pond of elsewhere",
         "{\"v\":1,\"op\":\"import\",\"rows\":[[1795471950000,\"kolam-1\",\"a\",\"ph\",7,1],"
         "[1795471950000,\"kolam-9\",\"a\",\"ph\",7,1]]}",
         "range", "rows[1]"},
        {"a strange metric",
         "{\"v\":1,\"op\":\"import\",\"rows\":[[1795471950000,\"\",\"a\",\"pH\",7,1]]}", "range",
         "rows[0]"},
        {"a device that is no slug",
         "{\"v\":1,\"op\":\"import\",\"rows\":[[1795471950000,\"\",\"A b\",\"ph\",7,1]]}", "range",
         "rows[0]"},
        {"a value that is text",
         "{\"v\":1,\"op\":\"import\",\"rows\":[[1795471950000,\"\",\"a\",\"ph\",\"7\",1]]}",
         "range", "rows[0]"},
        {"no value and no flag 9",
         "{\"v\":1,\"op\":\"import\",\"rows\":[[1795471950000,\"\",\"a\",\"ph\",null,1]]}", "range",
         "rows[0]"},
        {"a value and flag 9",
         "{\"v\":1,\"op\":\"import\",\"rows\":[[1795471950000,\"\",\"a\",\"ph\",7,9]]}", "range",
         "rows[0]"},
        {"half a flag",
         "{\"v\":1,\"op\":\"import\",\"rows\":[[1795471950000,\"\",\"a\",\"ph\",7,1.5]]}", "range",
         "rows[0]"},
        {"flag 5", "{\"v\":1,\"op\":\"import\",\"rows\":[[1795471950000,\"\",\"a\",\"ph\",7,5]]}",
         "range", "rows[0]"},
        {"a time before any logger",
         "{\"v\":1,\"op\":\"import\",\"rows\":[[0,\"\",\"a\",\"ph\",7,1]]}", "range", "rows[0]"},
        {"a value beyond doubles",
         "{\"v\":1,\"op\":\"import\",\"rows\":[[1795471950000,\"\",\"a\",\"ph\",1e999,1]]}",
         "range", "rows[0]"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        char want[80], *text = ask(T[i].request);
        (void)snprintf(want, sizeof want, "{\"error\":{\"code\":\"%s\",", T[i].code);
        if (strncmp(text, want, strlen(want)) != 0)
            fail_msg("%s: %s", T[i].says, text);
        (void)snprintf(want, sizeof want, "\"where\":\"%s\"}}\n", T[i].where);
        if (strstr(text, want) == NULL || strchr(text, '\n')[1] != '\0')
            fail_msg("%s: %s", T[i].says, text);
        free(text);
    }
    assert_int_equal(journal_last_seq(journal), 0); /* all or none */
}

static void survives_deep_nesting_and_nul_bytes(void **state)
{
    char *deep = malloc(60002), *text;
    int fd = dial();

    (void)state;
    assert_non_null(deep);
    memset(deep, '[', 60000);
    deep[60000] = '\0';
    text = ask(deep);
    assert_non_null(strstr(text, "\"request\""));
    free(text);
    free(deep);
    say(fd, "{\"v\":1}\0x\n", 10);
    text = hear(fd, "\n");
    assert_non_null(strstr(text, "\"request\""));
    free(text);
    (void)close(fd);
}

static int append_line(void *arg, const char *json)
{
    buf_str(arg, json);
    buf_str(arg, "\n");
    return 0;
}

static void tells_its_status(void **state)
{
    struct buf b = {0};
    char why[256];

    (void)state;
    help_append(journal, 0, 3);
    assert_int_equal(journal_ack(journal, 0, 1), 0);
    assert_int_equal(
        control_call(sock, "{\"v\":1,\"op\":\"status\"}", append_line, &b, 5000, why, sizeof why),
        0);
    assert_non_null(strstr(b.p, "{\"kind\":\"collector\""));
    assert_non_null(strstr(b.p, "\"name\":\"Kolam \\\"Uji\\\"\""));
    assert_non_null(strstr(
        b.p,
        "{\"kind\":\"device\",\"slug\":\"node-1\",\"pond\":\"kolam-1\",\"bus\":\"b\",\"unit\":1"));
    assert_non_null(strstr(b.p, "{\"kind\":\"device\",\"slug\":\"cuaca\",\"pond\":null"));
    assert_non_null(strstr(b.p, "{\"kind\":\"journal\",\"rows\":3,\"first_seq\":1,\"last_seq\":3"));
    assert_non_null(
        strstr(b.p, "{\"kind\":\"sink\",\"slug\":\"pusat\",\"state\":\"idle\",\"pending\":2"));
    buf_free(&b);
}

static void shows_its_status_to_people_in_two_languages_and_to_programs(void **state)
{
    struct buf b = {0};
    char why[256];

    (void)state;
    help_append(journal, 0, 3);
    assert_int_equal(control_view_status(sock, TEXT_ID, false, &b, why, sizeof why), 0);
    assert_non_null(strstr(b.p, "Kolam \"Uji\" (uji)"));
    assert_non_null(strstr(b.p, "node-1  kolam-1   belum pernah"));
    assert_non_null(strstr(b.p, "cuaca   (lokasi)  belum pernah"));
    assert_non_null(strstr(b.p, "jurnal: 3 baris, 0,0 dari 16 MB"));
    buf_clear(&b);
    assert_int_equal(control_view_status(sock, TEXT_EN, false, &b, why, sizeof why), 0);
    assert_non_null(strstr(b.p, "cuaca   (site)   never"));
    assert_non_null(strstr(b.p, "journal: 3 rows, 0.0 of 16 MB"));
    buf_clear(&b);
    assert_int_equal(control_view_status(sock, TEXT_EN, true, &b, why, sizeof why), 0);
    assert_int_equal(strncmp(b.p, "{\"collector\":{", 14), 0);
    assert_non_null(strstr(b.p, "\"pending\":3"));
    buf_free(&b);
    assert_int_equal(control_view_status("/no/such.sock", TEXT_EN, true, &b, why, sizeof why),
                     NILA_ERR_NOT_FOUND);
}

static void stores_imported_rows_and_tells_them_again(void **state)
{
    struct buf b = {0};
    struct journal_row rows[8];
    char why[256];

    (void)state;
    assert_int_equal(control_call(sock,
                                  "{\"v\":1,\"op\":\"import\",\"rows\":["
                                  "[1795471950000,\"kolam-2\",\"tangan\",\"do_mg_l\",5.13,2],"
                                  "[1795471950000,\"kolam-2\",\"tangan\",\"temp_c\",null,9],"
                                  "[1795471950000,\"kolam-2\",\"tangan\",\"do_mg_l\",5.2,1],"
                                  "[1795471960000,\"\",\"cuaca\",\"rain_mm\",0,1]]}",
                                  append_line, &b, 5000, why, sizeof why),
                     0);
    assert_string_equal(b.p, "{\"sets\":3,\"values\":4}\n");
    assert_int_equal(journal_peek(journal, 0, rows, 8), 3);
    assert_int_equal(rows[0].set.n, 2);
    assert_int_equal(rows[0].set.tags.regency, REGENCY_KOTIM);
    assert_string_equal(rows[0].set.tags.kecamatan, "62.02.06");
    assert_string_equal(rows[0].set.tags.site, "uji");
    assert_true(rows[0].set.v[0].value == 5.13);
    assert_int_equal(rows[0].set.v[0].bits, READING_BIT_IMPORTED);
    assert_int_equal(rows[0].set.v[1].flag, READING_MISSING);
    assert_true(rows[0].set.clock_trusted);
    assert_string_equal(rows[2].set.tags.pond, "");
    buf_clear(&b);
    assert_int_equal(
        control_call(
            sock,
            "{\"v\":1,\"op\":\"history\",\"pond\":\"kolam-2\",\"metric\":\"temp_c\",\"from_ms\":0,"
            "\"to_ms\":1e15}",
            append_line, &b, 5000, why, sizeof why),
        0);
    assert_string_equal(b.p, "{\"ts_ms\":1795471950000,\"device\":\"tangan\",\"value\":null,"
                             "\"flag\":9,\"bits\":8192}\n");
    buf_clear(&b);
    assert_int_equal(
        control_call(
            sock,
            "{\"v\":1,\"op\":\"history\",\"pond\":\"\",\"metric\":\"rain_mm\",\"from_ms\":0,"
            "\"to_ms\":1e15}",
            append_line, &b, 5000, why, sizeof why),
        0);
    assert_string_equal(
        b.p,
        "{\"ts_ms\":1795471960000,\"device\":\"cuaca\",\"value\":0,\"flag\":1,\"bits\":8192}\n");
    buf_free(&b);
}

static int count_line(void *arg, const char *json)
{
    (void)json;
    ++*(int *)arg;
    return 0;
}

static int stop_line(void *arg, const char *json)
{
    (void)json;
    return ++*(int *)arg == 3 ? 42 : 0;
}

static const char LONG[] =
    "{\"v\":1,\"op\":\"history\",\"pond\":\"kolam-1\",\"metric\":\"do_mg_l\",\"from_ms\":0,"
    "\"to_ms\":1e15}";

static void sends_a_long_history_in_pieces(void **state)
{
    int n = 0;
    char why[256];

    (void)state;
    help_append(journal, 0, 20000);
    assert_int_equal(control_call(sock, LONG, count_line, &n, 20000, why, sizeof why), 0);
    assert_int_equal(n, 20000);
    n = 0;
    assert_int_equal(control_call(sock, LONG, stop_line, &n, 20000, why, sizeof why),
                     42); /* and hangs up */
    n = 0;
    assert_int_equal(control_call(sock, LONG, count_line, &n, 20000, why, sizeof why), 0);
    assert_int_equal(n, 20000);
}

static void answers_others_while_one_does_not_read(void **state)
{
    int slow = dial(), n = 0;
    char why[256], *text;

    (void)state;
    help_append(journal, 0, 20000);
    say(slow, LONG, sizeof LONG - 1);
    say(slow, "\n", 1); /* and does not read */
    for (int i = 0; i < 5; i++) {
        int64_t from = clock_mono_ms();
        assert_int_equal(control_call(sock, "{\"v\":1,\"op\":\"status\"}", count_line, &n, 5000,
                                      why, sizeof why),
                         0);
        assert_true(clock_mono_ms() - from < 2000);
    }
    text = hear(slow, "{\"end\":true}"); /* it takes its time, and gets all */
    n = 0;
    for (const char *p = text; (p = strchr(p, '\n')) != NULL; p++)
        n++;
    assert_int_equal(n, 20001);
    free(text);
    (void)close(slow);
}

static void answers_several_requests_of_one_client_in_order(void **state)
{
    static const char TWO[] = "{\"v\":1,\"op\":\"nothing\"}\n\n{\"v\":1,\"op\":\"status\"}\n";
    int fd = dial();
    char *text, *first;

    (void)state;
    for (size_t i = 0; i < sizeof TWO - 1; i++) /* byte by byte */
        say(fd, TWO + i, 1);
    text = hear(fd, "{\"end\":true}");
    first = strstr(text, "\"unsupported\"");
    assert_non_null(first);
    assert_true(first < strstr(text, "\"kind\":\"collector\""));
    free(text);
    (void)close(fd);
}

/* --- the socket ---------------------------------------------------------------------------------------------------- */

static void refuses_a_request_that_is_too_long(void **state)
{
    int fd = dial();
    char *big = malloc(LINESERVER_REQUEST + 100), *text;

    (void)state;
    assert_non_null(big);
    memset(big, ' ', LINESERVER_REQUEST + 100);
    say(fd, big, LINESERVER_REQUEST + 100);
    text = hear(fd, "\n");
    /* the server may close before it has read all; then the kernel may throw its words away */
    assert_true(strstr(text, "at most 64 KiB") != NULL || text[0] == '\0');
    free(text);
    text = hear(fd, NULL); /* it has hung up */
    free(text);
    free(big);
    (void)close(fd);
}

static void takes_sixteen_clients_and_tells_the_next_one(void **state)
{
    int fd[LINESERVER_CLIENTS], more;
    char *text;

    (void)state;
    for (int i = 0; i < LINESERVER_CLIENTS; i++) {
        fd[i] = dial();
        say(fd[i], "{\"v\":1,\"op\":\"x\"}\n", 17);
        text = hear(fd[i], "\n"); /* it has been taken in */
        free(text);
    }
    more = dial();
    text = hear(more, NULL);
    assert_non_null(strstr(text, "too many clients"));
    free(text);
    (void)close(more);
    (void)close(fd[3]);
    text = NULL;
    for (int tries = 0; tries < 1000 && (text == NULL || strstr(text, "too many") != NULL);
         tries++) {
        free(text);
        text = ask("{\"v\":1,\"op\":\"x\"}"); /* as soon as the place is free */
    }
    assert_non_null(strstr(text, "unsupported"));
    free(text);
    for (int i = 0; i < LINESERVER_CLIENTS; i++)
        if (i != 3)
            (void)close(fd[i]);
}

static void turns_a_client_away_when_no_handle_is_left(void **state)
{
    enum {
        HANDLES = 64 /* poll wants the bound above the number of its handles */
    };
    int fd = dial_later(), filler[HANDLES], n = 0;
    struct rlimit was, none;
    char *text;

    (void)state;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &was), 0);
    none = was;
    none.rlim_cur = HANDLES;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    while ((filler[n] = dup(0)) >= 0)
        n++;
    assert_int_equal(errno, EMFILE);
    dial_now(fd);
    text = hear(fd, NULL);
    while (n > 0)
        (void)close(filler[--n]);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &was), 0);
    assert_non_null(strstr(text, "too many clients"));
    free(text);
    (void)close(fd);
    text = ask("{\"v\":1,\"op\":\"x\"}"); /* and it goes on */
    assert_non_null(strstr(text, "unsupported"));
    free(text);
}

static void replaces_the_socket_of_a_dead_process_but_no_living_one(void **state)
{
    struct control *second = NULL;
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    char other[100], near[130];
    struct stat st;
    int fd;

    (void)state;
    assert_int_equal(control_start(&second, sock, &src), NILA_ERR_BUSY);
    (void)snprintf(near, sizeof near, "%s.%ld", sock, (long)getpid());
    assert_int_equal(access(near, F_OK), -1); /* nothing is left beside it */

    (void)snprintf(other, sizeof other, "%s/dead.sock", dir);
    (void)snprintf(a.sun_path, sizeof a.sun_path, "%s", other);
    fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(fd, (const struct sockaddr *)&a, sizeof a), 0);
    (void)close(fd); /* the file stays, nobody listens */
    assert_int_equal(control_start(&second, other, &src), 0);
    assert_int_equal(stat(other, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0660);
    control_stop(second);
    assert_int_equal(access(other, F_OK), -1);

    support_write(other, "a file of somebody");
    assert_int_equal(control_start(&second, other, &src), NILA_ERR_BUSY);
    assert_int_equal(access(other, F_OK), 0);
    control_stop(NULL);
}

static void says_why_it_cannot_listen(void **state)
{
    struct control *second = NULL;
    char far[200];

    (void)state;
    memset(far, 'x', sizeof far - 1);
    far[sizeof far - 1] = '\0';
    far[0] = '/';
    assert_int_equal(control_start(&second, far, &src), NILA_ERR_RANGE);
    assert_int_equal(control_start(&second, "/no/such/folder/c.sock", &src), NILA_ERR_NOT_FOUND);
    assert_null(second);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(refuses_what_it_does_not_understand),
        TEST(survives_deep_nesting_and_nul_bytes),
        TEST(tells_its_status),
        TEST(shows_its_status_to_people_in_two_languages_and_to_programs),
        TEST(stores_imported_rows_and_tells_them_again),
        TEST(sends_a_long_history_in_pieces),
        TEST(answers_others_while_one_does_not_read),
        TEST(answers_several_requests_of_one_client_in_order),
        TEST(refuses_a_request_that_is_too_long),
        TEST(takes_sixteen_clients_and_tells_the_next_one),
        TEST(turns_a_client_away_when_no_handle_is_left),
        TEST(replaces_the_socket_of_a_dead_process_but_no_living_one),
        TEST(says_why_it_cannot_listen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
