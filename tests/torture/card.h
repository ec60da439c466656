/* SPDX-License-Identifier: GPL-3.0-or-later */
/* card: a memory card that can lose its power at any moment, tear what was under way, lie about its syncs, and fail. It lies
 * under SQLite as a file layer of its own, and under rename, unlink and fsync of the programs linked with it (-Wl,--wrap).
 *
 * What the program writes goes to the real files of the folder, as into the kernel's cache, and is written down; card_cut makes
 * the folder as the card would hold it had the power gone before operation `at`. What was synced is there; what was not is there
 * or not, sector by sector; names are there up to the last sync, and then in the order they were given. What a failed sync has
 * left in the cache is never made good by a later one that succeeds: it stays a matter of chance until it is written again.
 *
 * One card at a time; one thread. Errors of the card itself end the program (fatal). */
#ifndef TORTURE_CARD_H
#define TORTURE_CARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CARD_SECTOR 512

/* Begins to write down what happens in the folder dir, from what it holds now, all of which is on the card. */
void card_begin(const char *dir);
/* Forgets it all; SQLite has its own layer again. No file may be open through the card. */
void card_end(void);
/* How many operations there have been. */
size_t card_ops(void);
/* From now on (false: no longer) nothing is written down, and the files are what they are. */
void card_pause(bool paused);

enum card_kind {
    CARD_HONEST, /* what was synced is there */
    CARD_LIAR,   /* syncs are ignored; the newest writes, some hundred of them, are there or not */
    CARD_RUINER  /* so, and sectors under way hold garbage */
};

/* Makes the folder `to` (which is there and gets emptied) as the card holds it when the power goes before operation at,
 * 0..card_ops(). Draws from *rng. */
void card_cut(const char *to, size_t at, enum card_kind kind, uint64_t *rng);

enum card_op {
    CARD_READ,
    CARD_WRITE,
    CARD_TRUNCATE,
    CARD_SYNC,  /* of a file or of the folder */
    CARD_OPEN,  /* of a file that is made by it */
    CARD_RENAME /* and unlink */
};
/* Asked before each operation on a file of the folder (its name without the folder). 0: as ever; else it fails with this errno:
 * EIO, ENOSPC, EROFS. NULL: nothing fails. */
typedef int (*card_fault)(void *arg, enum card_op op, const char *name);
void card_set_fault(card_fault fault, void *arg);

#endif
