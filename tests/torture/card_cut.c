/* SPDX-License-Identifier: GPL-3.0-or-later */
/* card: what is left when the power has gone. */
#include "card_own.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/common/log.h"
#include "torture.h"

#define BEHIND 200 /* operations a lying card may still hold in its cache */

/* --- names --- */

int card_find_name(const struct card_name *list, int n, const char *name)
{
    for (int i = 0; i < n; i++)
        if (strcmp(list[i].name, name) == 0)
            return i;
    return -1;
}

void card_set_name(struct card_name *list, int *n, const char *name, int file)
{
    int i = card_find_name(list, *n, name);

    if (i < 0) {
        if (*n == CARD_NAMES)
            fatal("card: more than %d names", CARD_NAMES);
        i = (*n)++;
        list[i].name = xstrdup(name);
    }
    list[i].file = file;
}

void card_drop_name(struct card_name *list, int *n, const char *name)
{
    int i = card_find_name(list, *n, name);

    if (i < 0)
        return;
    free(list[i].name);
    list[i] = list[--*n];
}

void card_rename_name(struct card_name *list, int *n, const char *from, const char *to)
{
    int i = card_find_name(list, *n, from), file;

    if (i < 0)
        return;
    file = list[i].file;
    card_drop_name(list, n, from);
    card_set_name(list, n, to, file);
}

void card_free_names(struct card_name *list, int *n)
{
    while (*n > 0)
        free(list[--*n].name);
}

/* --- files --- */

static void resize(struct card_image *m, size_t n)
{
    if (n > m->cap) {
        m->p = xrealloc(m->p, n, 2);
        m->cap = 2 * n;
    }
    if (n > m->n)
        memset(m->p + m->n, 0, n - m->n);
    m->n = n;
}

enum fate {
    FATE_LOST,
    FATE_KEPT,
    FATE_CHANCE /* sector by sector */
};

static void play_write(struct card_image *m, const struct card_done *op, enum fate fate,
                       enum card_kind kind, uint64_t *rng)
{
    for (size_t s = 0; s < op->n; s += CARD_SECTOR) {
        size_t n = op->n - s < CARD_SECTOR ? op->n - s : CARD_SECTOR;
        size_t at = (size_t)op->at + s;

        if (fate == FATE_CHANCE && torture_random(rng) % 2 == 0)
            continue;
        if (at + n > m->n)
            resize(m, at + n);
        memcpy(m->p + at, op->bytes + s, n);
        if (fate == FATE_CHANCE && kind == CARD_RUINER && torture_random(rng) % 8 == 0)
            for (size_t i = 0; i < n; i++)
                m->p[at + i] = (unsigned char)torture_random(rng);
    }
}

static void play(struct card_image *m, const struct card_done *op, enum fate fate,
                 enum card_kind kind, uint64_t *rng)
{
    if (fate == FATE_LOST)
        return;
    if (op->what == DO_WRITE)
        play_write(m, op, fate, kind, rng);
    else if (op->what == DO_TRUNCATE && (fate == FATE_KEPT || torture_random(rng) % 2 == 0))
        resize(m, (size_t)op->at);
}

/* Behind which operation the fate of what was done to file (-1: names) is open. */
static size_t safe_upto(int file, size_t at, enum card_kind kind, size_t lying)
{
    if (kind != CARD_HONEST)
        return at > lying ? at - lying : 0;
    for (size_t i = at; i-- > 0;)
        if (card.op[i].what == DO_SYNC && (file < 0 || card.op[i].file == file))
            return i;
    return 0;
}

static void play_names(struct card_name *list, int *n, size_t upto)
{
    for (int i = 0; i < card.names_at_start; i++)
        card_set_name(list, n, card.at_start[i].name, card.at_start[i].file);
    for (size_t i = 0; i < upto; i++) {
        const struct card_done *op = &card.op[i];
        if (op->what == DO_NAME)
            card_set_name(list, n, op->name, op->file);
        else if (op->what == DO_RENAME)
            card_rename_name(list, n, op->name, op->to);
        else if (op->what == DO_UNLINK)
            card_drop_name(list, n, op->name);
    }
}

static void empty_folder(const char *dir)
{
    struct dirent *e;
    DIR *d = opendir(dir);

    if (d == NULL)
        fatal("card: cannot open %s", dir);
    while ((e = readdir(d)) != NULL) {
        char path[700];
        (void)snprintf(path, sizeof path, "%s/%s", dir, e->d_name);
        if (e->d_name[0] != '.' && __real_unlink(path) != 0)
            fatal("card: cannot remove %s", path);
    }
    (void)closedir(d);
}

static void store(const struct card_image *m, const char *dir, const char *name)
{
    char path[700];
    int fd;

    (void)snprintf(path, sizeof path, "%s/%s", dir, name);
    fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
    if (fd < 0 || write(fd, m->p, m->n) != (ssize_t)m->n || close(fd) != 0)
        fatal("card: cannot write %s", path);
}

void card_cut(const char *to, size_t at, enum card_kind kind, uint64_t *rng)
{
    const size_t lying = 1 + torture_random(rng) % BEHIND;
    const enum fate open = (enum fate)(torture_random(rng) % 3);
    size_t names_upto = safe_upto(-1, at, kind, lying);
    struct card_name list[CARD_NAMES];
    int names = 0;

    empty_folder(to);
    names_upto += torture_random(rng) % (at - names_upto + 1);
    play_names(list, &names, names_upto);
    for (int k = 0; k < names; k++) {
        const int file = list[k].file;
        const size_t safe = safe_upto(file, at, kind, lying);
        struct card_image m = {0};

        resize(&m, card.base[file].n);
        if (m.n > 0)
            memcpy(m.p, card.base[file].p, m.n);
        for (size_t i = 0; i < at; i++)
            if (card.op[i].file == file)
                play(&m, &card.op[i],
                     card.op[i].doomed ? FATE_CHANCE
                     : i < safe        ? FATE_KEPT
                                       : open,
                     kind, rng);
        store(&m, to, list[k].name);
        free(m.p);
    }
    card_free_names(list, &names);
}
