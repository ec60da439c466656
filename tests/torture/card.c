/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "card.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "card_own.h"
#include "collector/common/log.h"

#define ELSEWHERE (-2)

struct card card;

/* The part behind the folder, NULL when the path lies elsewhere. */
static const char *in_folder(const char *path)
{
    size_t n = strlen(card.dir);

    if (card.dir[0] == '\0' || path == NULL || strncmp(path, card.dir, n) != 0 || path[n] != '/')
        return NULL;
    return path + n + 1;
}

static struct card_done *note(enum card_what what, int file)
{
    if (card.paused || card.dir[0] == '\0' || file == ELSEWHERE)
        return NULL;
    if (card.ops == card.cap) {
        card.cap = card.cap > 0 ? 2 * card.cap : 1024;
        card.op = xrealloc(card.op, card.cap, sizeof *card.op);
    }
    card.op[card.ops] = (struct card_done){.what = what, .file = file};
    return &card.op[card.ops++];
}

static int new_file(void)
{
    if (card.files == CARD_FILES)
        fatal("card: more than %d files", CARD_FILES);
    return card.files++;
}

/* The file of that name; made when there is none. */
static int file_of(const char *name)
{
    int i = card_find_name(card.now, card.names, name), file;
    struct card_done *op;

    if (i >= 0)
        return card.now[i].file;
    file = new_file();
    card_set_name(card.now, &card.names, name, file);
    if ((op = note(DO_NAME, file)) != NULL)
        op->name = xstrdup(name);
    return file;
}

/* A sync that failed: what waited for it is lost to every later one. */
static void doom(int file)
{
    for (size_t i = card.ops; i-- > 0;) {
        struct card_done *op = &card.op[i];
        if (op->file == file && op->what == DO_SYNC)
            return;
        if (op->file == file && op->what == DO_WRITE)
            op->doomed = true;
    }
}

static int failing(enum card_op op, const char *name)
{
    return card.fault != NULL && !card.paused && name != NULL ? card.fault(card.fault_arg, op, name)
                                                              : 0;
}

/* --- the layer under SQLite --------------------------------------------------------------------------------------------- */

struct handle {
    sqlite3_file own;
    sqlite3_file *real;
    int file;
    char *name;
};

static sqlite3_vfs *under, layer;

static struct handle *handle_of(sqlite3_file *f)
{
    return (struct handle *)(void *)f;
}

/* SQLite's code for an errno. */
static int code_of(int err, int code)
{
    return err == ENOSPC ? SQLITE_FULL : code;
}

static int card_close(sqlite3_file *f)
{
    struct handle *h = handle_of(f);
    int rc = h->real->pMethods->xClose(h->real);

    free(h->real);
    free(h->name);
    return rc;
}

static int card_read(sqlite3_file *f, void *to, int n, sqlite3_int64 at)
{
    struct handle *h = handle_of(f);

    if (failing(CARD_READ, h->name) != 0)
        return SQLITE_IOERR_READ;
    return h->real->pMethods->xRead(h->real, to, n, at);
}

static int card_write(sqlite3_file *f, const void *from, int n, sqlite3_int64 at)
{
    struct handle *h = handle_of(f);
    int err = failing(CARD_WRITE, h->name);
    struct card_done *op;

    if (err != 0)
        return code_of(err, SQLITE_IOERR_WRITE);
    if ((op = note(DO_WRITE, h->file)) != NULL) {
        op->at = at;
        op->n = (size_t)n;
        op->bytes = xcalloc(1, (size_t)n);
        memcpy(op->bytes, from, (size_t)n);
    }
    return h->real->pMethods->xWrite(h->real, from, n, at);
}

static int card_truncate(sqlite3_file *f, sqlite3_int64 size)
{
    struct handle *h = handle_of(f);
    struct card_done *op;

    if (failing(CARD_TRUNCATE, h->name) != 0)
        return SQLITE_IOERR_TRUNCATE;
    if ((op = note(DO_TRUNCATE, h->file)) != NULL)
        op->at = size;
    return h->real->pMethods->xTruncate(h->real, size);
}

static int card_sync(sqlite3_file *f, int flags)
{
    struct handle *h = handle_of(f);

    (void)flags; /* nothing is gained by syncing the real file */
    if (failing(CARD_SYNC, h->name) != 0) {
        doom(h->file);
        return SQLITE_IOERR_FSYNC;
    }
    (void)note(DO_SYNC, h->file);
    return SQLITE_OK;
}

#define REAL(f) (handle_of(f)->real)

static int card_size(sqlite3_file *f, sqlite3_int64 *n)
{
    return REAL(f)->pMethods->xFileSize(REAL(f), n);
}
static int card_lock(sqlite3_file *f, int level)
{
    return REAL(f)->pMethods->xLock(REAL(f), level);
}
static int card_unlock(sqlite3_file *f, int level)
{
    return REAL(f)->pMethods->xUnlock(REAL(f), level);
}
static int card_reserved(sqlite3_file *f, int *out)
{
    return REAL(f)->pMethods->xCheckReservedLock(REAL(f), out);
}
static int card_control(sqlite3_file *f, int op, void *arg)
{
    return REAL(f)->pMethods->xFileControl(REAL(f), op, arg);
}
static int card_sector(sqlite3_file *f)
{
    return REAL(f)->pMethods->xSectorSize(REAL(f));
}
static int card_character(sqlite3_file *f)
{
    return REAL(f)->pMethods->xDeviceCharacteristics(REAL(f));
}

static int card_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **to)
{
    return REAL(f)->pMethods->xShmMap(REAL(f), page, size, extend, to);
}
static int card_shm_lock(sqlite3_file *f, int from, int n, int flags)
{
    return REAL(f)->pMethods->xShmLock(REAL(f), from, n, flags);
}
static void card_shm_barrier(sqlite3_file *f)
{
    REAL(f)->pMethods->xShmBarrier(REAL(f));
}
static int card_shm_unmap(sqlite3_file *f, int delete)
{
    return REAL(f)->pMethods->xShmUnmap(REAL(f), delete);
}

/* The shared memory of a file that several may open is the machine's, and goes with its power. */
static const sqlite3_io_methods METHODS = {.iVersion = 2,
                                           .xClose = card_close,
                                           .xRead = card_read,
                                           .xWrite = card_write,
                                           .xTruncate = card_truncate,
                                           .xSync = card_sync,
                                           .xFileSize = card_size,
                                           .xLock = card_lock,
                                           .xUnlock = card_unlock,
                                           .xCheckReservedLock = card_reserved,
                                           .xFileControl = card_control,
                                           .xSectorSize = card_sector,
                                           .xDeviceCharacteristics = card_character,
                                           .xShmMap = card_shm_map,
                                           .xShmLock = card_shm_lock,
                                           .xShmBarrier = card_shm_barrier,
                                           .xShmUnmap = card_shm_unmap};

static int card_open(sqlite3_vfs *v, const char *path, sqlite3_file *f, int flags, int *out)
{
    const char *name = in_folder(path);
    struct handle *h = handle_of(f);
    int rc, err;

    (void)v;
    *h = (struct handle){.file = ELSEWHERE};
    if (name != NULL && access(path, F_OK) != 0 && (err = failing(CARD_OPEN, name)) != 0)
        return code_of(err, SQLITE_CANTOPEN);
    if (name != NULL && failing(CARD_WRITE, name) == EROFS && (flags & SQLITE_OPEN_READWRITE) != 0)
        return SQLITE_CANTOPEN;
    h->real = xcalloc(1, (size_t)under->szOsFile);
    rc = under->xOpen(under, path, h->real, flags, out);
    if (rc != SQLITE_OK) {
        free(h->real);
        return rc;
    }
    if (name != NULL) { /* else a file of others, of which nothing is written down */
        h->file = file_of(name);
        h->name = xstrdup(name);
    }
    h->own.pMethods = &METHODS;
    return SQLITE_OK;
}

static void note_unlink(const char *name)
{
    struct card_done *op;

    if (card_find_name(card.now, card.names, name) < 0)
        return;
    card_drop_name(card.now, &card.names, name);
    if ((op = note(DO_UNLINK, -1)) != NULL)
        op->name = xstrdup(name);
}

static int card_delete(sqlite3_vfs *v, const char *path, int sync_folder)
{
    const char *name = in_folder(path);
    int rc;

    (void)v;
    if (name != NULL && failing(CARD_RENAME, name) != 0)
        return SQLITE_IOERR_DELETE;
    rc = under->xDelete(under, path, 0);
    if (rc == SQLITE_OK && name != NULL) {
        note_unlink(name);
        if (sync_folder != 0)
            (void)note(DO_SYNC, -1);
    }
    return rc;
}

/* --- and under the program's own calls ------------------------------------------------------------------------------------ */

int __real_rename(const char *from, const char *to);
int __wrap_rename(const char *from, const char *to);
int __wrap_unlink(const char *path);
int __real_fsync(int fd);
int __wrap_fsync(int fd);

int __wrap_rename(const char *from, const char *to)
{
    const char *a = in_folder(from), *b = in_folder(to);
    struct card_done *op;
    int rc, err;

    if (a == NULL || b == NULL)
        return __real_rename(from, to);
    if ((err = failing(CARD_RENAME, a)) != 0) {
        errno = err;
        return -1;
    }
    if (access(from, F_OK) == 0)
        (void)file_of(a); /* one that SQLite has not seen */
    rc = __real_rename(from, to);
    if (rc == 0 && (op = note(DO_RENAME, -1)) != NULL) {
        op->name = xstrdup(a);
        op->to = xstrdup(b);
    }
    if (rc == 0)
        card_rename_name(card.now, &card.names, a, b);
    return rc;
}

int __wrap_unlink(const char *path)
{
    const char *name = in_folder(path);
    int rc = __real_unlink(path);

    if (rc == 0 && name != NULL)
        note_unlink(name);
    return rc;
}

/* The journal's only fsync of its own is that of its folder. */
int __wrap_fsync(int fd)
{
    int err;

    if (card.dir[0] == '\0')
        return __real_fsync(fd);
    if ((err = failing(CARD_SYNC, "")) != 0) {
        errno = err;
        return -1;
    }
    (void)note(DO_SYNC, -1);
    return 0;
}

/* --- beginning and end ----------------------------------------------------------------------------------------------------- */

static void load(struct card_image *to, const char *path)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0 || fstat(fd, &st) != 0)
        fatal("card: cannot read %s", path);
    to->n = to->cap = (size_t)st.st_size;
    to->p = xcalloc(to->n + 1, 1);
    if (read(fd, to->p, to->n) != (ssize_t)to->n)
        fatal("card: cannot read %s", path);
    (void)close(fd);
}

void card_begin(const char *dir)
{
    struct dirent *e;
    DIR *d;

    card_end();
    (void)snprintf(card.dir, sizeof card.dir, "%s", dir);
    card.paused = false;
    if ((d = opendir(dir)) == NULL)
        fatal("card: cannot open %s", dir);
    while ((e = readdir(d)) != NULL) {
        char path[700];
        int file;

        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
            continue;
        (void)snprintf(path, sizeof path, "%s/%s", dir, e->d_name);
        file = new_file();
        load(&card.base[file], path);
        card_set_name(card.now, &card.names, e->d_name, file);
        card_set_name(card.at_start, &card.names_at_start, e->d_name, file);
    }
    (void)closedir(d);
    under = sqlite3_vfs_find(NULL);
    layer = *under;
    layer.zName = "card";
    layer.szOsFile = (int)sizeof(struct handle);
    layer.xOpen = card_open;
    layer.xDelete = card_delete;
    if (sqlite3_vfs_register(&layer, 1) != SQLITE_OK)
        fatal("card: SQLite does not take its file layer");
}

void card_end(void)
{
    if (card.dir[0] == '\0')
        return;
    (void)sqlite3_vfs_unregister(&layer);
    for (size_t i = 0; i < card.ops; i++) {
        free(card.op[i].bytes);
        free(card.op[i].name);
        free(card.op[i].to);
    }
    free(card.op);
    for (int i = 0; i < card.files; i++)
        free(card.base[i].p);
    card_free_names(card.now, &card.names);
    card_free_names(card.at_start, &card.names_at_start);
    memset(&card, 0, sizeof card);
}

size_t card_ops(void)
{
    return card.ops;
}

void card_pause(bool paused)
{
    card.paused = paused;
}

void card_set_fault(card_fault fault, void *arg)
{
    card.fault = fault;
    card.fault_arg = arg;
}
