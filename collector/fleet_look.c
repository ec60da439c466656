/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Does the collector poll? Asked of the collector itself. */
#include "fleet.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "collector/common/control.h"
#include "collector/common/jsonconf.h"
#include "collector/common/log.h"

#define CALL_MS 5000
/* A device that answered within so many of its slots before is one that answers. */
#define SLOTS   3
#define LATE_MS 10000

static int take_line(void *arg, const char *json)
{
    struct fleet_look *l = arg;
    struct jsonconf *c = NULL;
    const struct jsonconf_node *root;
    char kind[20] = "", why[256];

    if (jsonconf_open_memory(&c, "status", json, strlen(json), why, sizeof why) != 0)
        return NILA_ERR_PROTO;
    root = jsonconf_root(c);
    jsonconf_string_or(c, root, "kind", kind, sizeof kind, "");
    if (strcmp(kind, "collector") == 0) {
        l->now_ms = (int64_t)jsonconf_number_or(c, root, "now_ms", 0, 1e15, 0);
        l->loaded_ms = (int64_t)jsonconf_number_or(c, root, "loaded_ms", 0, 1e15, 0);
    } else if (strcmp(kind, "device") == 0 && l->n < FLEET_DEVICES) {
        jsonconf_string_or(c, root, "slug", l->device[l->n].slug, SLUG_SIZE, "");
        l->device[l->n].read = jsonconf_bool_or(c, root, "read", true);
        l->device[l->n].every_s = (int)jsonconf_number_or(c, root, "every_s", 0, 1e6, 60);
        l->device[l->n].last_good_ms =
            (int64_t)jsonconf_number_or(c, root, "last_good_ms", 0, 1e15, 0);
        l->n++;
    }
    jsonconf_close(c);
    return 0;
}

int fleet_look(const char *socket_path, struct fleet_look *out, char *why, size_t why_size)
{
    memset(out, 0, sizeof *out);
    return control_call(socket_path, "{\"v\":1,\"op\":\"status\"}", take_line, out, CALL_MS, why,
                        why_size);
}

int fleet_reload(const char *socket_path)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    struct { /* struct ucred of the kernel, which glibc shows to _GNU_SOURCE only */
        pid_t pid;
        uid_t uid;
        gid_t gid;
    } peer = {.pid = 0};
    socklen_t n = sizeof peer;
    int fd, rc = NILA_ERR_NOT_FOUND;

    if (strlen(socket_path) >= sizeof a.sun_path)
        return NILA_ERR_RANGE;
    (void)snprintf(a.sun_path, sizeof a.sun_path, "%s", socket_path);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return NILA_ERR_IO;
    if (connect(fd, (struct sockaddr *)&a, sizeof a) == 0 &&
        getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &n) == 0 && peer.pid > 1) {
        rc = kill(peer.pid, SIGHUP) == 0 ? 0 : NILA_ERR_DENIED;
        if (rc != 0)
            log_warn("process %ld", (long)peer.pid);
    }
    (void)close(fd);
    return rc;
}

static bool answers(const struct fleet_look *l, size_t i)
{
    int64_t within = (int64_t)l->device[i].every_s * 1000 * SLOTS + LATE_MS;

    return l->device[i].last_good_ms > 0 && l->now_ms - l->device[i].last_good_ms <= within;
}

size_t fleet_silent(const struct fleet_look *before, const struct fleet_look *now,
                    char slug[static SLUG_SIZE])
{
    size_t answered = 0, silent = 0, any = 0, with_values = 0;

    slug[0] = '\0';
    for (size_t k = 0; k < now->n; k++) {
        with_values += now->device[k].read;
        any += now->device[k].last_good_ms >= now->loaded_ms && now->device[k].last_good_ms > 0;
    }
    for (size_t i = 0; i < before->n; i++) {
        if (!answers(before, i))
            continue;
        for (size_t k = 0; k < now->n; k++) {
            if (strcmp(before->device[i].slug, now->device[k].slug) != 0)
                continue;
            answered++;
            if (now->device[k].last_good_ms >= now->loaded_ms)
                continue;
            if (silent++ == 0)
                memcpy(slug, now->device[k].slug, SLUG_SIZE);
        }
    }
    if (answered == 0 && any == 0 && with_values > 0) {
        memcpy(slug, now->device[0].slug, SLUG_SIZE);
        return 1;
    }
    return silent;
}
