/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lineserver.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "collector/common/clock.h"
#include "collector/common/log.h"

#define OUT_LOW    32768  /* more of an answer is made when less than this waits */
#define WRITE_MS   30000  /* a client must take something within this */
#define SILENCE_MS 300000 /* between requests */
#define TURN_MS \
    20 /* of one client, before the others are looked at; a piece or request that was begun is finished */
#define PATH_LENGTH sizeof(((struct sockaddr_un *)0)->sun_path)

struct client {
    int fd; /* -1: free */
    struct buf in, out;
    size_t sent;    /* bytes of out already written */
    void *state;    /* an answer that is not finished */
    bool later;     /* it goes on when lineserver_wake was called */
    bool ended;     /* it sends nothing more */
    bool closing;   /* close when out is empty */
    int64_t active; /* mono ms of the last progress */
    struct lineserver_peer peer;
};

struct lineserver {
    struct lineserver_ops ops;
    char path[PATH_LENGTH];
    int listener, quit[2];
    int wake;  /* an eventfd */
    int spare; /* a handle to give up when there is no other, -1 none */
    dev_t dev; /* of the socket's file, so that only our own is removed */
    ino_t ino;
    pthread_t thread;
    struct client client[LINESERVER_CLIENTS];
};

/* --- one client --------------------------------------------------------------------------------------------------- */

static void end_client(struct lineserver *s, struct client *c)
{
    if (c->fd < 0)
        return;
    if (c->state != NULL)
        s->ops.drop(s->ops.arg, c->state);
    (void)close(c->fd);
    buf_free(&c->in);
    buf_free(&c->out);
    *c = (struct client){.fd = -1};
}

/* Writes what waits; false when the client has gone. */
static bool flush(struct client *c)
{
    while (c->sent < c->out.n) {
        ssize_t k = send(c->fd, c->out.p + c->sent, c->out.n - c->sent, MSG_NOSIGNAL);
        if (k < 0)
            return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
        c->sent += (size_t)k;
        c->active = clock_mono_ms();
    }
    buf_free(&c->out); /* an idle client holds no memory */
    c->sent = 0;
    return true;
}

static bool answer_waits(const struct client *c)
{
    return c->sent < c->out.n;
}

/* Has a whole request come that can be taken? */
static bool request_waits(const struct client *c)
{
    return c->state == NULL && !c->closing && c->in.n > 0 && memchr(c->in.p, '\n', c->in.n) != NULL;
}

/* Takes whole lines out of what came, as long as their answers are short and it is this client's turn. */
static void take_requests(struct lineserver *s, struct client *c, int64_t until_ms)
{
    size_t at = 0;
    char *end;

    while (c->state == NULL && !c->closing && c->out.n - c->sent < OUT_LOW && at < c->in.n &&
           (end = memchr(c->in.p + at, '\n', c->in.n - at)) != NULL) {
        size_t len = (size_t)(end - c->in.p) - at;
        *end = '\0';
        if (len > 0)
            c->state = s->ops.request(s->ops.arg, &c->peer, c->in.p + at, len, &c->out);
        at += len + 1;
        if (len > 0 && clock_mono_ms() >= until_ms)
            break;
    }
    if (at > 0) {
        c->in.n -= at;
        memmove(c->in.p, c->in.p + at, c->in.n + 1);
    }
    if (c->in.n == 0)
        buf_free(&c->in);
    if (c->in.n >= LINESERVER_REQUEST && c->state == NULL && !c->closing && !request_waits(c)) {
        buf_str(&c->out, s->ops.refuse_long);
        c->closing = true;
    }
}

/* Makes more of an answer while the client keeps up and it is its turn. */
static void make_more(struct lineserver *s, struct client *c, int64_t until_ms)
{
    while (c->state != NULL && !c->later && c->out.n - c->sent < OUT_LOW) {
        int rc = s->ops.more(s->ops.arg, c->state, &c->out);
        c->later = rc == LINESERVER_LATER;
        if (rc == 0) {
            s->ops.drop(s->ops.arg, c->state);
            c->state = NULL;
        }
        if (clock_mono_ms() >= until_ms)
            break;
    }
}

/* Reads what came; false when the client has closed. */
static bool receive(struct client *c)
{
    char piece[4096];

    while (c->in.n < LINESERVER_REQUEST) {
        size_t room = LINESERVER_REQUEST - c->in.n;
        ssize_t k = recv(c->fd, piece, room < sizeof piece ? room : sizeof piece, 0);
        if (k == 0)
            return false;
        if (k < 0)
            return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
        buf_add(&c->in, piece, (size_t)k);
        c->active = clock_mono_ms();
    }
    return true;
}

static void serve_client(struct lineserver *s, struct client *c, short events)
{
    const int64_t until_ms = clock_mono_ms() + TURN_MS;

    /* nobody is left to hear what is to come */
    if ((events & (POLLERR | POLLNVAL)) != 0 || (c->state != NULL && (events & POLLHUP) != 0)) {
        end_client(s, c);
        return;
    }
    if ((events & (POLLIN | POLLHUP)) != 0 && !receive(c))
        c->ended = true;
    do {
        take_requests(s, c, until_ms);
        make_more(s, c, until_ms);
        if (!flush(c)) {
            end_client(s, c);
            return;
        }
    } while (!answer_waits(c) && ((c->state != NULL && !c->later) || request_waits(c)) &&
             clock_mono_ms() < until_ms);
    if (c->state != NULL && !c->later && !answer_waits(c))
        c->active = clock_mono_ms(); /* it has taken all there is; the search for more is ours */
    /* a client that closed its sending side still gets the answers to what it had asked */
    if ((c->ended || c->closing) && !answer_waits(c) && c->state == NULL && !request_waits(c))
        end_client(s, c);
}

/* --- the thread --------------------------------------------------------------------------------------------------- */

static void refuse(const struct lineserver *s, int fd)
{
    (void)send(fd, s->ops.refuse_busy, strlen(s->ops.refuse_busy), MSG_NOSIGNAL);
    (void)close(fd);
}

/* The process has no handle left. The client must not stay in the queue: poll would report it again at once, for ever. */
static void turn_away(struct lineserver *s)
{
    int fd;

    if (s->spare >= 0)
        (void)close(s->spare);
    fd = accept(s->listener, NULL, NULL);
    if (fd >= 0)
        refuse(s, fd);
    s->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
    log_debug("socket %s: no handle left for a client", s->path);
}

static void see_peer(int fd, struct lineserver_peer *p)
{
    struct { /* struct ucred of the kernel, which glibc shows to _GNU_SOURCE only */
        pid_t pid;
        uid_t uid;
        gid_t gid;
    } who;
    socklen_t size = sizeof who, groups = sizeof p->group;

    *p = (struct lineserver_peer){0};
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size) != 0)
        return;
    p->known = true;
    p->uid = who.uid;
    p->gid = who.gid;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, p->group, &groups) == 0)
        p->groups = (unsigned)(groups / sizeof p->group[0]);
}

static void accept_one(struct lineserver *s)
{
    int fd = accept(s->listener, NULL, NULL);

    if (fd < 0) {
        if (errno == EMFILE || errno == ENFILE)
            turn_away(s);
        return;
    }
    if (fcntl(fd, F_SETFD, FD_CLOEXEC) != 0 || fcntl(fd, F_SETFL, O_NONBLOCK) != 0) {
        (void)close(fd);
        return;
    }
    for (int i = 0; i < LINESERVER_CLIENTS; i++) {
        if (s->client[i].fd < 0) {
            s->client[i] = (struct client){.fd = fd, .active = clock_mono_ms()};
            see_peer(fd, &s->client[i].peer);
            return;
        }
    }
    refuse(s, fd);
}

static short wanted(const struct client *c)
{
    int events = 0;

    if (answer_waits(c) || (c->state != NULL && !c->later) || request_waits(c))
        events |= POLLOUT;
    if (c->state == NULL && !c->closing && !c->ended && c->in.n < LINESERVER_REQUEST)
        events |= POLLIN;
    return (short)events;
}

static void drop_slow(struct lineserver *s, int64_t now)
{
    for (int i = 0; i < LINESERVER_CLIENTS; i++) {
        struct client *c = &s->client[i];
        if (c->fd < 0 ||
            now - c->active < (answer_waits(c) || c->state != NULL ? WRITE_MS : SILENCE_MS))
            continue;
        log_debug("socket %s: a client was silent for too long and is dropped", s->path);
        end_client(s, c);
    }
}

void lineserver_wake(struct lineserver *s)
{
    const uint64_t one = 1;

    if (write(s->wake, &one, sizeof one) < 0 && errno != EAGAIN) /* EAGAIN: it is awake */
        log_warn("socket %s: cannot be woken", s->path);
}

/* Goes on with the answers that were to come later. */
static void go_on(struct lineserver *s)
{
    uint64_t calls;

    if (read(s->wake, &calls, sizeof calls) < 0)
        return;
    for (int i = 0; i < LINESERVER_CLIENTS; i++) {
        if (s->client[i].fd < 0 || !s->client[i].later)
            continue;
        s->client[i].later = false;
        serve_client(s, &s->client[i], 0);
    }
}

static void *run(void *arg)
{
    struct lineserver *s = arg;

    for (;;) {
        struct pollfd p[3 + LINESERVER_CLIENTS];
        p[0] = (struct pollfd){.fd = s->quit[0], .events = POLLIN};
        p[1] = (struct pollfd){.fd = s->listener, .events = POLLIN};
        p[2] = (struct pollfd){.fd = s->wake, .events = POLLIN};
        for (int i = 0; i < LINESERVER_CLIENTS; i++)
            p[3 + i] = (struct pollfd){.fd = s->client[i].fd, .events = wanted(&s->client[i])};
        if (poll(p, 3 + LINESERVER_CLIENTS, 5000) < 0 && errno != EINTR) {
            log_warn("socket %s: poll", s->path);
            break;
        }
        if (p[0].revents != 0)
            break;
        for (int i = 0; i < LINESERVER_CLIENTS; i++)
            if (s->client[i].fd >= 0 && p[3 + i].revents != 0)
                serve_client(s, &s->client[i], p[3 + i].revents);
        if (p[2].revents != 0)
            go_on(s);
        drop_slow(s, clock_mono_ms());
        if (p[1].revents != 0) /* last, because it fills the slots looked at above */
            accept_one(s);
    }
    return NULL;
}

/* --- start and stop ----------------------------------------------------------------------------------------------- */

/* Does somebody answer on the socket at a? */
static bool answers(const struct sockaddr_un *a)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool yes = fd >= 0 && (connect(fd, (const struct sockaddr *)a, sizeof *a) == 0 ||
                           errno == EAGAIN || errno == EACCES);

    if (fd >= 0)
        (void)close(fd);
    return yes;
}

/* Binds under another name and renames it into place with its mode set: nobody can connect before that, and two starters
 * cannot both think they have it. */
static int bind_socket(struct lineserver *s, mode_t mode)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX}, tmp = {.sun_family = AF_UNIX};
    struct stat st;
    int rc = NILA_ERR_IO;

    (void)snprintf(a.sun_path, sizeof a.sun_path, "%s", s->path);
    if (snprintf(tmp.sun_path, sizeof tmp.sun_path, "%s.%ld", s->path, (long)getpid()) >=
        (int)sizeof tmp.sun_path) {
        log_warnx("socket %s: the path is too long", s->path);
        return NILA_ERR_RANGE;
    }
    if (lstat(s->path, &st) == 0 && !S_ISSOCK(st.st_mode)) {
        log_warnx("socket %s: there is another kind of file of that name; it is left alone",
                  s->path);
        return NILA_ERR_BUSY;
    }
    if (answers(&a)) {
        log_warnx("socket %s: another collector answers there", s->path);
        return NILA_ERR_BUSY;
    }
    (void)unlink(tmp.sun_path); /* ours by pid; left by a crash at just this point */
    if (bind(s->listener, (const struct sockaddr *)&tmp, sizeof tmp) == 0 &&
        chmod(tmp.sun_path, mode) == 0 && listen(s->listener, 64) == 0 &&
        lstat(tmp.sun_path, &st) == 0 && rename(tmp.sun_path, s->path) == 0) {
        s->dev = st.st_dev;
        s->ino = st.st_ino;
        return 0;
    }
    if (errno == ENOENT || errno == ENOTDIR)
        rc = NILA_ERR_NOT_FOUND;
    else if (errno == EACCES || errno == EPERM || errno == EROFS)
        rc = NILA_ERR_DENIED;
    log_warn("socket %s: cannot listen", s->path);
    (void)unlink(tmp.sun_path);
    return rc;
}

int lineserver_start(struct lineserver **out, const char *path, mode_t mode,
                     const struct lineserver_ops *ops)
{
    struct lineserver *s;
    int rc;

    if (strlen(path) >= PATH_LENGTH) {
        log_warnx("socket %s: the path is too long", path);
        return NILA_ERR_RANGE;
    }
    s = xcalloc(1, sizeof *s);
    s->ops = *ops;
    s->quit[0] = s->quit[1] = -1;
    s->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
    (void)snprintf(s->path, sizeof s->path, "%s", path);
    for (int i = 0; i < LINESERVER_CLIENTS; i++)
        s->client[i].fd = -1;
    s->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    rc = s->listener < 0 ? NILA_ERR_IO : bind_socket(s, mode);
    s->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (rc == 0 &&
        (s->wake < 0 || pipe(s->quit) != 0 || fcntl(s->quit[0], F_SETFD, FD_CLOEXEC) != 0 ||
         fcntl(s->quit[1], F_SETFD, FD_CLOEXEC) != 0 ||
         pthread_create(&s->thread, NULL, run, s) != 0)) {
        log_warn("socket %s: cannot be served", path);
        (void)unlink(s->path);
        rc = NILA_ERR_IO;
    }
    if (rc == 0) {
        *out = s;
        return 0;
    }
    for (int i = 0; i < 2; i++)
        if (s->quit[i] >= 0)
            (void)close(s->quit[i]);
    if (s->listener >= 0)
        (void)close(s->listener);
    if (s->spare >= 0)
        (void)close(s->spare);
    if (s->wake >= 0)
        (void)close(s->wake);
    free(s);
    return rc;
}

void lineserver_stop(struct lineserver *s)
{
    struct stat st;

    if (s == NULL)
        return;
    (void)close(s->quit[1]); /* the reading end sees the end of file */
    (void)pthread_join(s->thread, NULL);
    for (int i = 0; i < LINESERVER_CLIENTS; i++)
        end_client(s, &s->client[i]);
    if (lstat(s->path, &st) == 0 && st.st_dev == s->dev && st.st_ino == s->ino)
        (void)unlink(s->path);
    (void)close(s->listener);
    (void)close(s->quit[0]);
    if (s->spare >= 0)
        (void)close(s->spare);
    if (s->wake >= 0)
        (void)close(s->wake);
    free(s);
}
