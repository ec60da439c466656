/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support.h"

#include "smtpd.h"

#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

/* One conversation: where bytes come from and go to, and what has been read beyond a line. */
struct talk {
    struct smtpd *s;
    int in, out;
    struct buf b;
    bool over;
};

static void note(struct smtpd *s, const char *side, const char *line)
{
    (void)pthread_mutex_lock(&s->lock);
    buf_printf(&s->transcript, "%s%s\n", side, line);
    (void)pthread_mutex_unlock(&s->lock);
}

static bool wait_readable(struct smtpd *s, int fd)
{
    struct pollfd p[2] = {{.fd = fd, .events = POLLIN}, {.fd = s->quit[0], .events = POLLIN}};

    return poll(p, 2, -1) > 0 && p[1].revents == 0;
}

static void put(int fd, const char *p)
{
    size_t n = strlen(p);

    while (n > 0) {
        ssize_t k = write(fd, p, n);
        if (k <= 0)
            return;
        p += k;
        n -= (size_t)k;
    }
}

/* Line by line of reply. */
static void say(struct talk *t, const char *reply)
{
    note(t->s, "< ", reply);
    put(t->out, reply);
    put(t->out, "\r\n");
}

/* The next line without its end; false: the client has gone. */
static bool read_line(struct talk *t, char *line, size_t size)
{
    for (;;) {
        char *end = t->b.p != NULL ? memchr(t->b.p, '\n', t->b.n) : NULL;
        char piece[4096];
        ssize_t k;
        if (end != NULL) {
            size_t n = (size_t)(end - t->b.p);
            (void)snprintf(line, size, "%.*s", (int)(n > 0 && end[-1] == '\r' ? n - 1 : n), t->b.p);
            memmove(t->b.p, end + 1, t->b.n - n - 1);
            t->b.n -= n + 1;
            return true;
        }
        if (!wait_readable(t->s, t->in))
            return false;
        k = read(t->in, piece, sizeof piece);
        if (k <= 0)
            return false;
        buf_add(&t->b, piece, (size_t)k);
    }
}

/* Does the server fail at this stage? */
static bool fails(struct talk *t, enum smtpd_stage stage)
{
    struct smtpd *s = t->s;

    if (s->refuse == stage) {
        say(t, s->refusal);
        return true;
    }
    if (s->hang == stage)
        (void)wait_readable(s, s->quit[0]);
    if (s->hang == stage || s->drop == stage) {
        note(s, "! ", s->hang == stage ? "silence" : "hangs up");
        t->over = true;
        return true;
    }
    return false;
}

static void take_text(struct talk *t)
{
    char line[2048];

    if (fails(t, STAGE_DATA))
        return;
    say(t, "354 go ahead");
    (void)pthread_mutex_lock(&t->s->lock);
    buf_clear(&t->s->mail);
    (void)pthread_mutex_unlock(&t->s->lock);
    while (read_line(t, line, sizeof line)) {
        note(t->s, "> ", line);
        if (strcmp(line, ".") == 0) {
            if (!fails(t, STAGE_END)) {
                (void)pthread_mutex_lock(&t->s->lock);
                t->s->mails++;
                (void)pthread_mutex_unlock(&t->s->lock);
                say(t, "250 2.0.0 queued as 4711");
            }
            return;
        }
        (void)pthread_mutex_lock(&t->s->lock);
        buf_printf(&t->s->mail, "%s\r\n", line + (line[0] == '.' ? 1 : 0));
        (void)pthread_mutex_unlock(&t->s->lock);
    }
    t->over = true;
}

static void say_hello(struct talk *t, bool secure)
{
    if (fails(t, STAGE_EHLO))
        return;
    say(t, "250-nila.test");
    if ((t->s->starttls || t->s->broken_tls) && !secure)
        say(t, "250-STARTTLS");
    if (t->s->auth && (secure || !t->s->starttls))
        say(t, "250-AUTH PLAIN");
    say(t, "250 8BITMIME");
}

/* True: the client wants TLS now. */
static bool command(struct talk *t, const char *line, bool secure)
{
    static const struct {
        const char *word;
        enum smtpd_stage stage;
        const char *reply;
    } ROW[] = {
        {"MAIL FROM:", STAGE_FROM, "250 2.1.0 ok"},
        {"RCPT TO:", STAGE_TO, "250 2.1.5 ok"},
    };

    if (strncasecmp(line, "EHLO", 4) == 0 || strncasecmp(line, "HELO", 4) == 0) {
        say_hello(t, secure);
    } else if (strcasecmp(line, "STARTTLS") == 0) {
        if (!fails(t, STAGE_STARTTLS))
            say(t, "220 2.0.0 ready");
        return !t->over && t->s->refuse != STAGE_STARTTLS;
    } else if (strcasecmp(line, "AUTH PLAIN") == 0) {
        char login[1024];
        say(t, "334 ");
        if (!read_line(t, login, sizeof login))
            t->over = true;
        note(t->s, "> ", login);
        if (!t->over && !fails(t, STAGE_AUTH))
            say(t, "235 2.7.0 accepted");
    } else if (strcasecmp(line, "DATA") == 0) {
        take_text(t);
    } else if (strcasecmp(line, "QUIT") == 0) {
        say(t, "221 2.0.0 bye");
        t->over = true;
    } else {
        for (size_t i = 0; i < sizeof ROW / sizeof ROW[0]; i++)
            if (strncasecmp(line, ROW[i].word, strlen(ROW[i].word)) == 0) {
                if (!fails(t, ROW[i].stage))
                    say(t, ROW[i].reply);
                return false;
            }
        say(t, "502 5.5.2 not known");
    }
    return false;
}

/* The dialogue; true: go on in TLS. */
static bool dialogue(struct talk *t, bool secure)
{
    char line[2048];

    while (!t->over && read_line(t, line, sizeof line)) {
        note(t->s, "> ", line);
        if (command(t, line, secure))
            return true;
    }
    return false;
}

struct inside {
    struct smtpd *s;
    pthread_t thread;
};

static void *run_inside(void *arg)
{
    struct inside *i = arg;
    struct talk t = {.s = i->s, .in = i->s->tls.out, .out = i->s->tls.in};

    (void)dialogue(&t, true);
    buf_free(&t.b);
    return NULL;
}

/* Carries the bytes of the client to openssl and back, while the dialogue goes on at openssl's other side. */
static void carry(struct smtpd *s, int client)
{
    struct sockaddr_in a = {.sin_family = AF_INET,
                            .sin_port = htons((in_port_t)s->tls.port),
                            .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct inside inside = {.s = s};
    char piece[4096];
    ssize_t k = 1;

    assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof a), 0);
    assert_int_equal(pthread_create(&inside.thread, NULL, run_inside, &inside), 0);
    while (k > 0) {
        struct pollfd p[3] = {{.fd = client, .events = POLLIN},
                              {.fd = fd, .events = POLLIN},
                              {.fd = s->quit[0], .events = POLLIN}};
        if (poll(p, 3, -1) <= 0 || p[2].revents != 0)
            break;
        k = read(p[0].revents != 0 ? client : fd, piece, sizeof piece);
        if (k > 0 && write(p[0].revents != 0 ? fd : client, piece, (size_t)k) != k)
            break;
    }
    (void)close(fd);
    loopback_tls_stop(&s->tls); /* ends the inside's reading too */
    (void)pthread_join(inside.thread, NULL);
    s->starttls = false;
}

/* Once the client has begun: what comes before would be refused as more than the answer to STARTTLS. */
static void answer_noise(struct smtpd *s, int fd, const char *noise)
{
    if (wait_readable(s, fd))
        put(fd, noise);
}

static void serve(struct smtpd *s, int fd)
{
    struct talk t = {.s = s, .in = fd, .out = fd};

    if (!fails(&t, STAGE_GREET))
        say(&t, "220 nila.test ESMTP");
    if (!t.over && dialogue(&t, false)) {
        note(s, "", "TLS");
        if (s->broken_tls)
            answer_noise(s, fd, "this is no TLS, this is no TLS, this is no TLS\r\n");
        else
            carry(s, fd);
    }
    buf_free(&t.b);
}

static void *run(void *arg)
{
    struct smtpd *s = arg;

    while (wait_readable(s, s->listener)) {
        int fd = accept(s->listener, NULL, NULL);
        if (fd < 0)
            continue;
        serve(s, fd);
        (void)close(fd);
    }
    return NULL;
}

void smtpd_start(struct smtpd *s)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof a;

    (void)signal(SIGPIPE, SIG_IGN); /* a client that has left is its business */
    (void)pthread_mutex_init(&s->lock, NULL);
    buf_str(&s->mail, "");
    if (s->starttls)
        loopback_tls_start(&s->tls);
    assert_int_equal(pipe(s->quit), 0);
    s->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(s->listener >= 0);
    assert_int_equal(bind(s->listener, (struct sockaddr *)&a, sizeof a), 0);
    assert_int_equal(listen(s->listener, 8), 0);
    assert_int_equal(getsockname(s->listener, (struct sockaddr *)&a, &n), 0);
    s->port = ntohs(a.sin_port);
    assert_int_equal(pthread_create(&s->thread, NULL, run, s), 0);
}

void smtpd_stop(struct smtpd *s)
{
    assert_int_equal(write(s->quit[1], "q", 1), 1);
    (void)pthread_join(s->thread, NULL);
    if (s->starttls)
        loopback_tls_stop(&s->tls);
    (void)close(s->listener);
    (void)close(s->quit[0]);
    (void)close(s->quit[1]);
    (void)pthread_mutex_destroy(&s->lock);
}

void smtpd_free(struct smtpd *s)
{
    buf_free(&s->transcript);
    buf_free(&s->mail);
}
