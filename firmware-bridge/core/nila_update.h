/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nila_update: new firmware over the bus, through registers (nila_regmap.h, NILA_UPDATE_MAP) that any Modbus master can write.
 *
 * An image is: body, NILA_IMAGE_INFO bytes that say for whom it is, and an LMS signature (nila_lms.h) over both. It is received into
 * the slot that is not running, checked as a whole (CRC-32, product, version, address, signature) and started on trial after
 * "activate"; "confirm" within NILA_UPDATE_TRIAL_S makes it stay, else the node goes back to the one before (nila_boot.h).
 * Power may fail anywhere: what runs is not touched, and "resume" goes on behind the last whole page.
 * Freestanding; state in the caller's struct; one context. The main loop calls nila_update_step and nila_update_tick. */
#ifndef NILA_UPDATE_H
#define NILA_UPDATE_H

#include "nila_boot.h"
#include "nila_lms.h"
#include "nila_node.h"

#define NILA_IMAGE_INFO     32
#define NILA_IMAGE_MAGIC    0x4E4C494D /* "NLIM" */
#define NILA_UPDATE_TRIAL_S 600
/* Boards: NILA_IMAGE_AT_PRODUCT and register 114 */
#define NILA_IMAGE_STM32F1 1
#define NILA_IMAGE_MPS2    2   /* emulated */
#define NILA_UPDATE_WORDS  100 /* of data in one write */

/* The 32 bytes behind the body, each number high byte first. */
#define NILA_IMAGE_AT_MAGIC    0  /* u32 */
#define NILA_IMAGE_AT_FORM     4  /* u16, 1 */
#define NILA_IMAGE_AT_PRODUCT  6  /* u16, of the board: nila_update_self.product */
#define NILA_IMAGE_AT_FIRMWARE 8  /* u16, major << 8 | minor */
#define NILA_IMAGE_AT_BASE     12 /* u32, address it is linked for */
#define NILA_IMAGE_AT_BYTES    16 /* u32, of the body */
#define NILA_IMAGE_AT_BUILD    20 /* u32 */

enum nila_update_state { /* in registers */
    NILA_UPDATE_IDLE = 0,
    NILA_UPDATE_ERASING = 1,
    NILA_UPDATE_RECEIVING = 2,
    NILA_UPDATE_CHECKING = 3,
    NILA_UPDATE_READY = 4,   /* sound and signed: activate or abort */
    NILA_UPDATE_PENDING = 5, /* activated: starts anew now */
    NILA_UPDATE_TRIAL = 6,   /* this firmware runs on trial: confirm */
    NILA_UPDATE_FAILED = 7
};

enum nila_update_result { /* in registers */
    NILA_UPDATE_FINE = 0,
    NILA_UPDATE_NOT_NOW = 1,    /* not in this state */
    NILA_UPDATE_BAD_SIZE = 2,   /* does not fit the slot, or is no image */
    NILA_UPDATE_INCOMPLETE = 3, /* blocks are missing */
    NILA_UPDATE_BAD_CRC = 4,
    NILA_UPDATE_BAD_SIGNATURE = 5,
    NILA_UPDATE_OTHER_PRODUCT = 6,
    NILA_UPDATE_OLDER = 7,         /* than what runs */
    NILA_UPDATE_OTHER_ADDRESS = 8, /* linked for the other slot */
    NILA_UPDATE_MEMORY = 9,        /* the flash refused */
    NILA_UPDATE_NOT_WELL = 10      /* confirm: what is on trial has not shown yet that it works */
};

/* What the running firmware knows of itself; the caller's, outlives the update. */
struct nila_update_self {
    struct nila_boot_layout layout;
    uint32_t base[2];   /* addresses at which the processor sees the slots */
    uint16_t product;   /* board */
    uint16_t firmware;  /* major << 8 | minor */
    uint8_t running;    /* slot that started */
    const uint8_t *key; /* NILA_LMS_PUBLIC_BYTES, whose signatures count */
    /* Has this firmware shown since its start that all of it works? Without that nobody can confirm it. NULL: it has. */
    bool (*well)(void);
};

/* The identifier I of the key that comes with the source: whoever has that can sign with it. For tests and for learning. */
#define NILA_UPDATE_DEVELOPMENT_ID "DEVELOPMENT KEY!"

struct nila_update {
    const struct nila_update_self *self;
    struct nila_store store;
    struct nila_boot boot;
    enum nila_update_state state;
    enum nila_update_result result;
    uint32_t size, crc;      /* of the image, as told */
    uint32_t next, have_crc; /* bytes received; CRC of those found by resume */
    uint32_t at;             /* page being erased, byte being checked */
    uint32_t sum;            /* CRC so far */
    uint32_t trial_s;
    bool verifying;
    struct nila_lms lms;
    uint16_t reg[20]; /* NILA_HOLD_UPDATE_COMMAND on, as written */
};

void nila_update_init(struct nila_update *u, const struct nila_update_self *self);

/* The registers, for node->block. */
void nila_update_block(struct nila_update *u, struct nila_block *block);

/* A small piece of work, when there is one: a page erased (some 20 ms), 512 bytes hashed, or a chain. */
void nila_update_step(struct nila_update *u);

void nila_update_tick(struct nila_update *u, uint32_t seconds);

/* The port restarts the processor, once the present answer has left. */
bool nila_update_wants_restart(const struct nila_update *u);

/* Register 117 for a public key: 0 the development key, else a mark by which an office knows its own. */
uint16_t nila_update_key_mark(const uint8_t key[NILA_LMS_PUBLIC_BYTES]);

#endif
