/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Endpoints among other endpoints: names that are slow to look up, hosts that hang, talk nonsense, or die between two questions. */
#include "poll_world.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "collector/poll_resolve.h"

static const int AT[] = {0};

/* -- a name server of our own -- */

static struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool blocked; /* look-ups do not end */
    int port;     /* where every name leads; 0: not known */
    unsigned asked;
} names = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

static int look_up(struct bus_tcp_addresses *out, const char *host, int port, bool numeric,
                   char *why, size_t why_size)
{
    int rc = NILA_ERR_NOT_FOUND;

    (void)port, (void)numeric;
    (void)pthread_mutex_lock(&names.lock);
    names.asked++;
    (void)pthread_cond_broadcast(&names.changed);
    while (names.blocked)
        (void)pthread_cond_wait(&names.changed, &names.lock);
    if (names.port != 0)
        rc = bus_tcp_resolve(out, "127.0.0.1", names.port, true, why, why_size);
    else
        (void)snprintf(why, why_size, "no such name as %s", host);
    (void)pthread_mutex_unlock(&names.lock);
    return rc;
}

static void set_names(bool blocked, int port)
{
    (void)pthread_mutex_lock(&names.lock);
    names.blocked = blocked;
    names.port = port;
    (void)pthread_cond_broadcast(&names.changed);
    (void)pthread_mutex_unlock(&names.lock);
}

static int add_named(struct world *w, const char *host, int timeout_ms)
{
    int bus = add_tcp(w, 502, timeout_ms);

    (void)snprintf(w->bus[bus].host, sizeof w->bus[bus].host, "%s", host);
    return bus;
}

static int with_names(void **state)
{
    resolver_set_lookup(look_up);
    return put_clock_right(state);
}

static int without_names(void **state)
{
    (void)state;
    set_names(false, 0);
    resolver_set_lookup(NULL);
    return 0;
}

/* The k-th and all later sets of device up to n are a second apart. */
static void keeps_its_seconds(struct world *w, unsigned device, unsigned k, unsigned n)
{
    wait_for(w, device, n);
    for (; k + 1 < n; k++)
        assert_int_equal(set_of(w, device, k + 1)->ts_ms - set_of(w, device, k)->ts_ms, 1000);
    assert_int_equal(stats_of(w, device).missed_slots, 0);
}

static void a_name_that_is_not_looked_up_holds_nobody_up(void **state)
{
    struct ward ward = {.dead = 0};
    struct world w;
    int port;
    struct peer *late = peer_start_tcp(by_ward, &ward, &port), *p;
    int64_t before;

    (void)state;
    set_names(true, port);
    init_world(&w);
    (void)add_device(&w, add_named(&w, "gateway.kolam", 200), 1, 1, AT, 1);
    p = peer_start_tcp(by_ward, &ward, &port);
    (void)add_device(&w, add_tcp(&w, port, 200), 1, 1, AT, 1);
    start(&w);
    keeps_its_seconds(&w, 1, 0, 4);
    assert_int_equal(stats_of(&w, 0).good, 0);
    assert_true(stats_of(&w, 0).missed_slots >= 1);
    assert_non_null(strstr(stats_of(&w, 0).error, "not looked up in time"));
    set_names(false, names.port);
    wait_for(&w, 0, 1); /* now it is known */
    set_names(true, names.port);
    before = clock_mono_ms();
    stop(&w);
    assert_true(clock_mono_ms() - before < 1500); /* and no look-up holds up the end */
    peer_stop(p);
    peer_stop(late);
}

static void a_host_that_moves_is_looked_up_again(void **state)
{
    struct ward ward = {.dead = 0};
    struct world w;
    int port;
    struct peer *p = peer_start_tcp(by_ward, &ward, &port);
    unsigned before;

    (void)state;
    set_names(false, port);
    init_world(&w);
    (void)add_device(&w, add_named(&w, "gateway.kolam", 300), 1, 1, AT, 1);
    start(&w);
    wait_for(&w, 0, 1);
    before = names.asked;
    assert_true(before >= 1);
    peer_stop(p);
    p = peer_start_tcp(by_ward, &ward, &port);
    set_names(false, port);
    (void)pthread_mutex_lock(&w.lock);
    before = w.n;
    (void)pthread_mutex_unlock(&w.lock);
    wait_for(&w, 0, before + 1);
    stop(&w);
    peer_stop(p);
}

static void a_name_that_nobody_knows_is_told(void **state)
{
    struct world w;
    struct poll_line_stats s;

    (void)state;
    set_names(false, 0);
    init_world(&w);
    (void)add_device(&w, add_named(&w, "salah.kolam", 300), 1, 1, AT, 1);
    start(&w);
    do {
        clock_sleep_until(clock_mono_ms() + 2);
        poller_line_stats(w.poller, 0, &s);
    } while (s.state != POLL_LINE_AWAY);
    assert_non_null(strstr(s.why, "no such name"));
    stop(&w);
}

/* -- bad neighbours -- */

static struct peer_reply badly(void *arg, const struct peer_request *rq, uint16_t *regs)
{
    const enum peer_act *act = arg;

    regs[0] = rq->first;
    return (struct peer_reply){*act, 0, 2};
}

/* A listener whose queue is full: to connect to it takes for ever. */
static int start_full(int *fds, unsigned n, int *port)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof a;
    int listener = socket(AF_INET, SOCK_STREAM, 0);

    assert_int_equal(bind(listener, (struct sockaddr *)&a, size), 0);
    assert_int_equal(listen(listener, 0), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&a, &size), 0);
    *port = ntohs(a.sin_port);
    for (unsigned i = 0; i < n; i++) {
        fds[i] = socket(AF_INET, SOCK_STREAM, 0);
        assert_int_equal(fcntl(fds[i], F_SETFL, O_NONBLOCK), 0);
        (void)connect(fds[i], (struct sockaddr *)&a, size);
    }
    return listener;
}

static void bad_neighbours_cost_the_good_nothing(void **state)
{
    static enum peer_act ACT[] = {PEER_SILENT, PEER_HANG_UP,    PEER_NO_FRAME,
                                  PEER_CUT,    PEER_WRONG_UNIT, PEER_WRONG_NUMBER};
    struct ward ward = {.dead = 0};
    struct peer *p[7];
    struct world w;
    int port, fds[4], listener;

    (void)state;
    init_world(&w);
    p[6] = peer_start_tcp(by_ward, &ward, &port);
    (void)add_device(&w, add_tcp(&w, port, 900), 1, 1, AT, 1);
    for (unsigned i = 0; i < 6; i++) {
        p[i] = peer_start_tcp(badly, &ACT[i], &port);
        (void)add_device(&w, add_tcp(&w, port, 900), 1, 1, AT, 1);
    }
    listener = start_full(fds, 4, &port);
    (void)add_device(&w, add_tcp(&w, port, 900), 1, 1, AT, 1);
    start(&w);
    keeps_its_seconds(&w, 0, 0, 6); /* from the first second on */
    assert_int_equal(stats_of(&w, 0).timeouts + stats_of(&w, 0).bad_frames, 0);
    for (unsigned i = 1; i < 8; i++) {
        assert_int_equal(stats_of(&w, i).good, 0);
        assert_true(stats_of(&w, i).error[0] != '\0');
    }
    stop(&w);
    for (unsigned i = 0; i < 7; i++)
        peer_stop(p[i]);
    for (unsigned i = 0; i < 4; i++)
        (void)close(fds[i]);
    (void)close(listener);
}

/* Every second question ends the connection instead of being answered: it was dead already, as far as the master can know. */
static struct peer_reply every_second(void *arg, const struct peer_request *rq, uint16_t *regs)
{
    (void)arg;
    regs[0] = 500;
    return (struct peer_reply){rq->number % 2 == 0 ? PEER_HANG_UP : PEER_GOOD, 0, 0};
}

static void a_connection_that_was_dead_already_costs_no_reading(void **state)
{
    struct world w;
    struct poll_line_stats s;
    struct bus_answer a;
    static const uint16_t ON = 1;
    const struct bus_question write = {
        .unit = 1, .function = 6, .count = 1, .timeout_ms = 300, .write = &ON};
    unsigned asked;
    int port;
    struct peer *p = peer_start_tcp(every_second, NULL, &port);

    (void)state;
    init_world(&w);
    (void)add_device(&w, add_tcp(&w, port, 300), 1, 1, AT, 1);
    start(&w);
    keeps_its_seconds(&w, 0, 0, 5);
    poller_line_stats(w.poller, 0, &s);
    assert_int_equal(s.lost, 0);
    asked = peer_requests(p);
    if (asked % 2 == 0) { /* the next one is answered: then it is the one after it */
        uint16_t value;
        const struct bus_question read = {.unit = 1, .function = 3, .count = 1, .timeout_ms = 300};
        assert_int_equal(poller_ask(w.poller, 0, &read, &value, &a, 1000), 0);
    }
    /* a write that may have been heard is not sent twice */
    assert_int_equal(poller_ask(w.poller, 0, &write, NULL, &a, 1000), NILA_ERR_IO);
    stop(&w);
    peer_stop(p);
}

static atomic_llong mono_shift_ms;

static int64_t shifted_mono(void *arg)
{
    return real_mono(arg) + atomic_load(&mono_shift_ms);
}

/* Question 2 of a connection gets no answer, those on a new one do. */
static struct peer_reply forgets_the_idle(void *arg, const struct peer_request *rq, uint16_t *regs)
{
    (void)arg;
    regs[0] = 540;
    return (struct peer_reply){rq->number == 2 || rq->number == 4 ? PEER_SILENT : PEER_GOOD, 0, 0};
}

static void a_connection_that_died_while_it_was_idle_is_found_out_at_the_first_silence(void **state)
{
    static const struct clock_source SOURCE = {shifted_wall, shifted_mono, is_trusted, NULL};
    const struct bus_question q = {.unit = 1, .function = 3, .count = 1, .timeout_ms = 200};
    struct bus_answer a;
    struct world w;
    uint16_t value = 0;
    int port;
    struct peer *p = peer_start_tcp(forgets_the_idle, NULL, &port);

    (void)state;
    clock_set(&SOURCE);
    init_world(&w);
    (void)add_tcp(&w, port, 200);
    start(&w);
    assert_int_equal(poller_ask(w.poller, 0, &q, &value, &a, 2000), 0);
    atomic_store(&mono_shift_ms, 40000);
    value = 0;
    assert_int_equal(poller_ask(w.poller, 0, &q, &value, &a, 2000), 0); /* 2 is lost, 3 answered */
    assert_int_equal(value, 540);
    assert_int_equal(peer_connections(p), 2);
    /* on a connection that was good a moment ago silence is silence */
    assert_int_equal(poller_ask(w.poller, 0, &q, &value, &a, 2000), NILA_ERR_TIMEOUT);
    assert_int_equal(peer_connections(p), 2);
    stop(&w);
    peer_stop(p);
    atomic_store(&mono_shift_ms, 0);
    (void)put_clock_right(NULL);
}

static void a_dead_unit_of_a_gateway_costs_the_living_no_slot_and_keeps_the_connection(void **state)
{
    struct ward ward = {.dead = 1U << 3};
    struct world w;
    int port, bus;
    struct peer *p = peer_start_tcp(by_ward, &ward, &port);

    (void)state;
    init_world(&w);
    bus = add_tcp(&w, port, 90);
    for (int unit = 0; unit < 8; unit++)
        (void)add_device(&w, bus, unit, 1, AT, 1);
    start(&w);
    for (unsigned d = 0; d < 8; d++)
        if (d != 3)
            keeps_its_seconds(&w, d, 0, 9);
    assert_true(atomic_load(&ward.asked[3]) >= 3 && atomic_load(&ward.asked[3]) <= 5);
    assert_int_equal(peer_connections(p), 1); /* a dead unit is no reason to connect anew */
    atomic_store(&ward.dead, 0);
    wait_for(&w, 3, 1);
    stop(&w);
    peer_stop(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_name_that_is_not_looked_up_holds_nobody_up, with_names,
                                        without_names),
        cmocka_unit_test_setup_teardown(a_host_that_moves_is_looked_up_again, with_names,
                                        without_names),
        cmocka_unit_test_setup_teardown(a_name_that_nobody_knows_is_told, with_names,
                                        without_names),
        cmocka_unit_test(bad_neighbours_cost_the_good_nothing),
        cmocka_unit_test(a_connection_that_was_dead_already_costs_no_reading),
        cmocka_unit_test(
            a_connection_that_died_while_it_was_idle_is_found_out_at_the_first_silence),
        cmocka_unit_test(
            a_dead_unit_of_a_gateway_costs_the_living_no_slot_and_keeps_the_connection),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
