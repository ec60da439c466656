/* SPDX-License-Identifier: GPL-3.0-or-later */
/* card_own: what card.c (the files, as the program sees them) and card_cut.c (as the card holds them) share. */
#ifndef TORTURE_CARD_OWN_H
#define TORTURE_CARD_OWN_H

#include "card.h"

#define CARD_NAMES 64
#define CARD_FILES 4096

enum card_what {
    DO_WRITE,
    DO_TRUNCATE,
    DO_SYNC,
    DO_NAME, /* path -> file */
    DO_RENAME,
    DO_UNLINK
};

struct card_done {
    enum card_what what;
    int file;   /* -1: the folder */
    int64_t at; /* or the new size */
    size_t n;
    unsigned char *bytes;
    char *name, *to;
    bool doomed; /* written before a sync that failed: no later one makes it good */
};

struct card_image {
    unsigned char *p;
    size_t n, cap;
};

struct card_name {
    char *name;
    int file;
};

struct card {
    char dir[400];
    struct card_done *op;
    size_t ops, cap;
    struct card_image base[CARD_FILES]; /* what each file held at the beginning */
    int files;
    struct card_name at_start[CARD_NAMES], now[CARD_NAMES];
    int names_at_start, names;
    bool paused;
    card_fault fault;
    void *fault_arg;
};
extern struct card card;

/* Lists of names, each with its file. */
void card_set_name(struct card_name *list, int *n, const char *name, int file);
void card_drop_name(struct card_name *list, int *n, const char *name);
void card_rename_name(struct card_name *list, int *n, const char *from, const char *to);
void card_free_names(struct card_name *list, int *n);
int card_find_name(const struct card_name *list, int n, const char *name); /* -1: none */

/* unlink, past the card. */
int __real_unlink(const char *path);

#endif
