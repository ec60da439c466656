/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "control.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "buf.h"
#include "clock.h"
#include "jsonconf.h"

enum {
    LINE_MAX_BYTES = 64 * 1024,
    CANCEL_MS = 200 /* so often a call that may be cancelled looks up */
};

static int fail(int rc, char *why, size_t why_size, const char *words)
{
    if (why != NULL && why_size > 0)
        (void)snprintf(why, why_size, "%s", words);
    return rc;
}

static int from_errno(int err)
{
    switch (err) {
    case ENOENT:
    case ECONNREFUSED: /* the file is there, nobody listens */
        return NILA_ERR_NOT_FOUND;
    case EACCES:
    case EPERM:
        return NILA_ERR_DENIED;
    case EPIPE:
    case ECONNRESET:
        return NILA_ERR_CLOSED;
    case EAGAIN: /* the listener's queue is full */
        return NILA_ERR_BUSY;
    default:
        return NILA_ERR_IO;
    }
}

static int dial(const char *path, int *out, char *why, size_t why_size)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    int fd, rc;

    if (strlen(path) >= sizeof a.sun_path)
        return fail(NILA_ERR_NOT_FOUND, why, why_size, "the socket's path is too long");
    memcpy(a.sun_path, path, strlen(path) + 1);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return fail(NILA_ERR_IO, why, why_size, strerror(errno));
    /* a Unix socket connects at once or not at all */
    if (connect(fd, (const struct sockaddr *)&a, sizeof a) != 0) {
        int err = errno;
        (void)close(fd);
        rc = from_errno(err);
        if (why != NULL)
            (void)snprintf(why, why_size, "%s: %s", path,
                           rc == NILA_ERR_NOT_FOUND ? "no collector listens here; is it running?"
                                                    : strerror(err));
        return rc;
    }
    *out = fd;
    return 0;
}

/* Waits for fd until deadline; 0, NILA_ERR_TIMEOUT, NILA_ERR_IO; NILA_ERR_CLOSED when *cancel (NULL: never) is true. */
static int wait_for(int fd, short events, int64_t deadline, const atomic_bool *cancel)
{
    const int64_t slice_ms = cancel != NULL ? CANCEL_MS : 60000;

    for (;;) {
        struct pollfd p = {.fd = fd, .events = events};
        int64_t left = deadline - clock_mono_ms();
        int n = poll(&p, 1, left < 0 ? 0 : left > slice_ms ? (int)slice_ms : (int)left);

        if (n > 0)
            return 0;
        if (n < 0 && errno != EINTR)
            return NILA_ERR_IO;
        if (left <= 0)
            return NILA_ERR_TIMEOUT;
        if (cancel != NULL && atomic_load(cancel))
            return NILA_ERR_CLOSED;
    }
}

static int send_all(int fd, const char *bytes, size_t n, int64_t timeout_ms,
                    const atomic_bool *cancel)
{
    int64_t deadline = clock_mono_ms() + timeout_ms;

    while (n > 0) {
        ssize_t k = send(fd, bytes, n, MSG_NOSIGNAL);
        if (k >= 0) {
            bytes += k;
            n -= (size_t)k;
            continue;
        }
        if (errno == EINTR)
            continue;
        if (errno != EAGAIN && errno != EWOULDBLOCK)
            return from_errno(errno);
        int rc = wait_for(fd, POLLOUT, deadline, cancel);
        if (rc != 0)
            return rc;
    }
    return 0;
}

/* Is key the first key of the object? *after then points behind its colon. */
static bool first_key(const char *json, const char *key, const char **after)
{
    static const char BLANK[] = " \t\r";
    size_t n = strlen(key);

    json += strspn(json, BLANK);
    if (*json++ != '{')
        return false;
    json += strspn(json, BLANK);
    if (*json++ != '"' || strncmp(json, key, n) != 0 || json[n] != '"')
        return false;
    json += n + 1;
    json += strspn(json, BLANK);
    if (*json++ != ':')
        return false;
    *after = json + strspn(json, BLANK);
    return true;
}

/* What a code of control.h means to the caller. */
static int from_code(const char *code)
{
    static const struct {
        const char *code;
        int rc;
    } CODE[] = {{"denied", NILA_ERR_DENIED}, {"busy", NILA_ERR_BUSY}, {"journal", NILA_ERR_IO}};

    for (size_t i = 0; i < sizeof CODE / sizeof CODE[0]; i++)
        if (strcmp(code, CODE[i].code) == 0)
            return CODE[i].rc;
    return NILA_ERR_REFUSED;
}

/* {"error":{"code":...,"text":...,"where":...}} -> the words. */
static int refusal(const char *json, char *why, size_t why_size)
{
    struct jsonconf *c = NULL;
    const struct jsonconf_node *e;
    char words[160], text[512] = "", where[256] = "", code[32] = "";
    int rc = jsonconf_open_memory(&c, "answer", json, strlen(json), words, sizeof words);

    if (rc != 0)
        return fail(NILA_ERR_PROTO, why, why_size, "the collector's error is not readable");
    e = jsonconf_member(c, jsonconf_root(c), "error", true);
    if (jsonconf_is_string(jsonconf_member(c, e, "code", false)))
        jsonconf_string(c, e, "code", code, sizeof code);
    jsonconf_string(c, e, "text", text, sizeof text);
    jsonconf_string_or(c, e, "where", where, sizeof where, "");
    rc = jsonconf_done(c, words, sizeof words);
    jsonconf_close(c);
    if (rc != 0)
        return fail(NILA_ERR_PROTO, why, why_size, "the collector's error is not readable");
    if (why != NULL)
        (void)snprintf(why, why_size, "%s%s%s", where, where[0] != '\0' ? ": " : "", text);
    return from_code(code);
}

/* One call's answer. */
struct answer {
    control_line line;
    void *arg;
    bool ended;
    bool once; /* the first data line is all that is waited for */
    char *why;
    size_t why_size;
};

/* One whole line, 0-ended. */
static int take_line(struct answer *a, const char *json)
{
    const char *after;

    if (first_key(json, "end", &after)) {
        a->ended = strncmp(after, "true", 4) == 0;
        return a->ended
                   ? 0
                   : fail(NILA_ERR_PROTO, a->why, a->why_size, "the answer's end is not readable");
    }
    if (first_key(json, "error", &after))
        return refusal(json, a->why, a->why_size);
    a->ended = a->once;
    return a->line != NULL ? a->line(a->arg, json) : 0;
}

/* Hands over the whole lines in b and keeps the rest. */
static int take_lines(struct answer *a, struct buf *b)
{
    size_t from = 0;
    int rc = 0;

    while (rc == 0 && !a->ended) {
        char *end = memchr(b->p + from, '\n', b->n - from);
        size_t len = (end != NULL ? (size_t)(end - b->p) : b->n) - from;
        if (len > LINE_MAX_BYTES)
            return fail(NILA_ERR_PROTO, a->why, a->why_size, "a line longer than 64 KiB");
        if (end == NULL)
            break;
        *end = '\0';
        if (memchr(b->p + from, '\0', len) != NULL)
            return fail(NILA_ERR_PROTO, a->why, a->why_size, "a NUL byte in the answer");
        if (len > 0)
            rc = take_line(a, b->p + from);
        from += len + 1;
    }
    memmove(b->p, b->p + from, b->n - from);
    b->n -= from;
    return rc;
}

static int receive(struct answer *a, int fd, int64_t timeout_ms, const atomic_bool *cancel)
{
    struct buf b = {0};
    char piece[8192];
    int rc = 0;

    while (rc == 0 && !a->ended) {
        ssize_t k;
        rc = wait_for(fd, POLLIN, clock_mono_ms() + timeout_ms, cancel);
        if (rc != 0) {
            (void)fail(rc, a->why, a->why_size, "the collector does not answer");
            break;
        }
        k = recv(fd, piece, sizeof piece, 0);
        if (k < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (k < 0) {
            rc = fail(from_errno(errno), a->why, a->why_size, strerror(errno));
        } else if (k == 0) {
            rc = fail(NILA_ERR_CLOSED, a->why, a->why_size, "the collector hung up before the end");
        } else {
            buf_add(&b, piece, (size_t)k);
            rc = take_lines(a, &b);
        }
    }
    buf_free(&b);
    return rc;
}

/* Dials, asks, and takes the answer; the connection in *fd unless it fails. */
static int converse(struct answer *a, const char *socket_path, const char *request,
                    int64_t timeout_ms, const atomic_bool *cancel, int *fd)
{
    struct buf ask = {0};
    int rc;

    if (a->why != NULL && a->why_size > 0)
        a->why[0] = '\0';
    rc = dial(socket_path, fd, a->why, a->why_size);
    if (rc != 0)
        return rc;
    buf_printf(&ask, "%s\n", request);
    rc = send_all(*fd, ask.p, ask.n, timeout_ms, cancel);
    /* a collector that hung up may still have said why */
    if (rc == 0 || rc == NILA_ERR_CLOSED)
        rc = receive(a, *fd, timeout_ms, cancel);
    else
        (void)fail(rc, a->why, a->why_size, nila_err_text(rc));
    buf_free(&ask);
    if (rc != 0)
        (void)close(*fd);
    return rc;
}

int control_call_until(const char *socket_path, const char *request, control_line line, void *arg,
                       int64_t timeout_ms, const atomic_bool *cancel, char *why, size_t why_size)
{
    struct answer a = {.line = line, .arg = arg, .why = why, .why_size = why_size};
    int fd, rc = converse(&a, socket_path, request, timeout_ms, cancel, &fd);

    if (rc == 0)
        (void)close(fd);
    return rc;
}

int control_hold(const char *socket_path, const char *request, control_line line, void *arg,
                 int64_t timeout_ms, int *fd, char *why, size_t why_size)
{
    struct answer a = {.line = line, .arg = arg, .once = true, .why = why, .why_size = why_size};

    return converse(&a, socket_path, request, timeout_ms, NULL, fd);
}

int control_call(const char *socket_path, const char *request, control_line line, void *arg,
                 int64_t timeout_ms, char *why, size_t why_size)
{
    return control_call_until(socket_path, request, line, arg, timeout_ms, NULL, why, why_size);
}
