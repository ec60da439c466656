/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pressqueue.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/common/log.h"
#include "rows.h"

static const char BRING[] = "INSERT INTO presses(pond, kind, by, at_ms, value) SELECT pond, ?2, "
                            "?3, ?4, ?5 FROM ponds WHERE "
                            "pond = ?1 AND NOT EXISTS (SELECT 1 FROM presses q WHERE q.pond = ?1 "
                            "AND q.kind = ?2 AND q.by = "
                            "?3 AND q.at_ms = ?4)";

static void path_of(const struct db *d, char *out, size_t size)
{
    (void)snprintf(out, size, "%s.presses", db_path(d));
}

static int failed(const char *path, const char *doing)
{
    int rc = errno == ENOSPC || errno == EDQUOT  ? NILA_ERR_FULL
             : errno == EACCES || errno == EPERM ? NILA_ERR_DENIED
                                                 : NILA_ERR_IO;

    log_warn("%s: %s", path, doing);
    return rc;
}

/* Locked until it is closed; -1: it is not there, or cannot be opened (errno). */
static int open_locked(const char *path, int flags)
{
    int fd = open(path, flags | O_CLOEXEC | O_NOFOLLOW, 0640), rc;

    do {
        rc = fd >= 0 ? flock(fd, LOCK_EX) : 0;
    } while (rc != 0 && errno == EINTR);
    return fd;
}

/* "1795525200000 gasping kolam-1 0 Budi\n"; the name is last and may have blanks. */
static int line_of(const struct rec_press *p, char *out, size_t size)
{
    int n = snprintf(out, size, "%" PRId64 " %s %s %.17g %s\n", p->at_ms, press_kind_name(p->kind),
                     p->pond, p->kind == PRESS_OXYGEN ? p->value : 0.0, p->by);

    for (int i = 0; i < n - 1; i++)
        if ((unsigned char)out[i] < ' ')
            out[i] = '?';
    return n;
}

static bool parse_line(const char *line, struct rec_press *out)
{
    char kind[16], pond[SLUG_SIZE], *end;
    struct rec_press p = {.at_ms = strtoll(line, &end, 10)};
    int used = 0;

    if (p.at_ms <= 0 || sscanf(end, " %15s %32s %n", kind, pond, &used) != 2 || used == 0)
        return false;
    line = end + used;
    p.value = strtod(line, &end);
    if (end == line || *end != ' ' || !(p.value >= 0 && p.value <= PRESS_OXYGEN_MOST) ||
        press_kind_find(kind, &p.kind) != 0 || !slug_valid(pond))
        return false;
    memcpy(p.pond, pond, sizeof p.pond);
    (void)snprintf(p.by, sizeof p.by, "%s", end + 1);
    *out = p;
    return true;
}

/* All whole lines of the locked file. *out: free(). */
static int read_all(int fd, const char *path, struct rec_press **out, size_t *n)
{
    FILE *f = fdopen(dup(fd), "r");
    char line[256];

    *out = NULL;
    *n = 0;
    if (f == NULL)
        return failed(path, "read");
    rewind(f);
    while (fgets(line, sizeof line, f) != NULL && *n < PRESSQUEUE_MOST) {
        struct rec_press p;
        size_t end = strlen(line);

        if (end == 0 || line[end - 1] != '\n')
            continue; /* cut by a power cut */
        line[end - 1] = '\0';
        if (!parse_line(line, &p)) {
            log_warnx("%s: a line that is no press is left out: %.60s", path, line);
            continue;
        }
        *out = xrealloc(*out, *n + 1, sizeof **out);
        (*out)[(*n)++] = p;
    }
    (void)fclose(f);
    return 0;
}

int pressqueue_add(const struct db *d, const struct rec_press *p)
{
    char path[PATH_MAX], line[256];
    int n = line_of(p, line, sizeof line), fd, rc = 0;
    struct stat st;

    path_of(d, path, sizeof path);
    fd = open_locked(path, O_RDWR | O_CREAT | O_APPEND);
    if (fd < 0)
        return failed(path, "open");
    if (fstat(fd, &st) != 0 || st.st_size > (off_t)PRESSQUEUE_MOST * 64)
        rc = NILA_ERR_FULL;
    else if (write(fd, line, (size_t)n) != n || fdatasync(fd) != 0) {
        rc = failed(path, "write");
        if (ftruncate(fd, st.st_size) != 0)
            log_warn("%s: half a line stays", path);
    }
    (void)close(fd);
    if (rc == 0)
        log_warnx("records %s: another program writes for long; the press %s at %s is kept beside "
                  "them and counts",
                  db_path(d), press_kind_name(p->kind), p->pond);
    return rc;
}

static bool is_empty(const char *path)
{
    struct stat st;

    return stat(path, &st) != 0 || st.st_size == 0;
}

void pressqueue_read(const struct db *d, int64_t from_ms, int64_t to_ms, struct rec_press **list,
                     size_t *n)
{
    struct rec_press *waits = NULL;
    char path[PATH_MAX];
    size_t some = 0;
    int fd;

    path_of(d, path, sizeof path);
    if (is_empty(path) || (fd = open_locked(path, O_RDONLY)) < 0)
        return;
    if (read_all(fd, path, &waits, &some) != 0)
        some = 0;
    (void)close(fd);
    for (size_t i = 0; i < some; i++) {
        size_t at = *n;
        bool known = waits[i].at_ms < from_ms || waits[i].at_ms >= to_ms;

        for (size_t k = 0; k < *n && !known; k++) /* brought in when the power went */
            known = (*list)[k].at_ms == waits[i].at_ms && (*list)[k].kind == waits[i].kind &&
                    strcmp((*list)[k].pond, waits[i].pond) == 0 &&
                    strcmp((*list)[k].by, waits[i].by) == 0;
        if (known)
            continue;
        *list = xrealloc(*list, *n + 1, sizeof **list);
        for (; at > 0 && (*list)[at - 1].at_ms > waits[i].at_ms; at--) /* they lie by time */
            (*list)[at] = (*list)[at - 1];
        (*list)[at] = waits[i];
        (*n)++;
    }
    free(waits);
}

static int insert(struct db *d, const struct rec_press *p, size_t n)
{
    struct db_stmt *s = NULL;
    int rc = db_exec(d, "BEGIN IMMEDIATE");

    if (rc == 0)
        rc = db_prepare(d, BRING, &s);
    for (size_t i = 0; i < n && rc == 0; i++) {
        db_bind_text(s, 1, p[i].pond);
        db_bind_text(s, 2, press_kind_name(p[i].kind));
        db_bind_text(s, 3, p[i].by);
        db_bind_integer(s, 4, p[i].at_ms);
        if (p[i].kind == PRESS_OXYGEN)
            db_bind_number(s, 5, p[i].value);
        rc = rows_run(d, s);
        if (rc == 0 && db_changed(d) == 0)
            log_warnx("records %s: the press %s at %s is on record already, or there is no such "
                      "pond any more",
                      db_path(d), press_kind_name(p[i].kind), p[i].pond);
    }
    db_finalize(s);
    if (rc == 0)
        rc = db_exec(d, "COMMIT");
    if (rc != 0)
        db_rollback(d);
    return rc;
}

void pressqueue_bring(struct db *d)
{
    struct rec_press *waits = NULL;
    char path[PATH_MAX];
    size_t n = 0;
    int fd;

    path_of(d, path, sizeof path);
    if (is_empty(path) || !db_may_write(d) || (fd = open_locked(path, O_RDWR)) < 0)
        return;
    if (read_all(fd, path, &waits, &n) == 0 && insert(d, waits, n) == 0) {
        if (ftruncate(fd, 0) != 0 || fdatasync(fd) != 0)
            (void)failed(path, "emptying"); /* they are brought in again, and are known then */
        else
            log_info("records %s: %zu presses that had waited are on record", db_path(d), n);
    }
    (void)close(fd);
    free(waits);
}
