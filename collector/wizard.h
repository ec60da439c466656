/* SPDX-License-Identifier: GPL-3.0-or-later */
/* wizard: the conversation of `nila-collector setup`, from the name of the farm to a site file that has been tried.
 *
 * wizard_flow.c asks for the farm and its ponds, wizard_line.c for lines and devices, wizard_server.c for the server, the clock
 * and the last word; wizard_answers.c takes the same answers from a file. All of them change a wizard_draft only. What touches
 * the machine is behind struct wizard_world (wizard_world.c), so that a whole conversation can be tested. Single-threaded. */
#ifndef COLLECTOR_WIZARD_H
#define COLLECTOR_WIZARD_H

#include "collector/common/reading.h"
#include "collector/common/wizard_talk.h"
#include "scan.h"
#include "text.h"
#include "wizard_draft.h"

#define WIZARD_ADAPTERS   32
#define WIZARD_LOGIN_SIZE 254 /* one line of a token file (SETUP_TOKEN_SIZE) without its end */

struct wizard_adapter {
    char path[SITE_PATH_SIZE];
    bool moves; /* the name may be another's when adapters are plugged in another order */
};

/* Functions return 0, or a code of sysexits.h after they have said the words. */
struct wizard_world {
    void *arg;
    struct identify *id; /* the profiles */
    /* The serial adapters of this machine, the best names first; each adapter once. Returns how many, at most max. */
    size_t (*adapters)(void *arg, struct wizard_adapter *list, size_t max);
    /* Looks for units at the speeds; hands each to found. A person may end it early: *stopped. */
    int (*scan)(void *arg, const struct site_bus *line, const bool unit[256],
                const struct scan_speed *speed, unsigned speeds,
                void (*found)(void *found_arg, const struct scan_found *f), void *found_arg,
                bool *stopped);
    /* One round of one device. */
    int (*read)(void *arg, const struct site_bus *line, const struct wizard_device *d,
                struct reading_set *set);
    /* A write that stores nothing; login "": the one that is on disk already. False: words has why, and the cure. */
    bool (*try_server)(void *arg, const struct wizard_sink *sink, const char *login,
                       struct buf *words);
    /* What the clock is worth, and the cure. */
    bool (*clock)(void *arg, struct buf *words);
    /* Puts the secret (login "": none) and the site file in place, once the file's reader has taken it; nothing is changed otherwise. */
    int (*write)(void *arg, const char *text, const struct wizard_sink *sink, const char *login);
};

struct wizard {
    struct wizard_io io;
    const struct wizard_world *world;
    struct wizard_draft *draft;
    enum text_language l;
    const char *config;            /* as shown */
    bool existed;                  /* there is a site file already: its answers are the defaults */
    bool silent;                   /* see wizard_row */
    bool declined;                 /* the last question was answered with no */
    int code;                      /* of the write, when the conversation came to its end */
    char login[WIZARD_LOGIN_SIZE]; /* "" the one that is on disk, or none */
    /* what is being asked about */
    struct site_pond pond;
    size_t pond_at, bus_at;
    struct site_bus bus;
    char units[64];
    struct scan_found *found;
    size_t n_found;
    const struct scan_found *unit; /* of the device asked about; NULL: it did not answer */
    struct wizard_device device;
    size_t device_at;
    struct wizard_sink sink;
};

/* The whole conversation. WIZARD_ON: it came to its end, see declined and code. */
NILA_MUST_CHECK enum wizard_end wizard_run(struct wizard *w);
void wizard_done(struct wizard *w); /* frees what it held; not the draft */

/* Its parts; steps of the conversation. */
enum wizard_end wizard_lines(void *arg);
enum wizard_end wizard_server(void *arg);
enum wizard_end wizard_clock(void *arg);
enum wizard_end wizard_finish(void *arg);

/* "+" (0), a number from 1 (in *at from 0), "-" and a number; "" (-1: done). 2: none of these. */
enum wizard_pick {
    WIZARD_PICK_DONE,
    WIZARD_PICK_ADD,
    WIZARD_PICK_CHANGE,
    WIZARD_PICK_REMOVE,
    WIZARD_PICK_NONE
};
enum wizard_pick wizard_pick(const char *answer, size_t n, size_t *at);

/* Text for the box of the Pi: who it is, what hangs on which line. */
void wizard_label(const struct wizard_draft *d, enum text_language l, struct buf *out);

/* The profile of that name, NULL none. */
const struct profile *wizard_profile(const struct identify *id, const char *name);

/* True for http to another machine than this one, which the site file allows with a word only. */
bool wizard_plain_http(const char *url);

#endif
