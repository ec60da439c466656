/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nila_update.h"

#include "nila_crc32.h"

#define CHUNK   512
#define REG(n)  (NILA_HOLD_UPDATE_##n - NILA_HOLD_UPDATE_COMMAND)
#define WINDOW  (REG(DATA) + NILA_UPDATE_WORDS)
#define TRAILER (NILA_IMAGE_INFO + NILA_LMS_SIG_BYTES)

enum command {
    START = 1,
    FINISH,
    ACTIVATE,
    CONFIRM,
    ABORT,
    RESUME
};

static uint8_t free_slot(const struct nila_update *u)
{
    return (uint8_t)(1 - u->self->running);
}

static uint32_t address(const struct nila_update *u, uint32_t offset)
{
    return u->self->layout.slot_at[free_slot(u)] + offset;
}

static void read(const struct nila_update *u, uint32_t offset, uint8_t *out, uint32_t n)
{
    const struct nila_flash *f = u->self->layout.flash;

    f->read(f->arg, address(u, offset), out, n);
}

static bool erase(const struct nila_update *u, uint32_t offset)
{
    const struct nila_flash *f = u->self->layout.flash;

    return f->erase(f->arg, address(u, offset));
}

static void say(struct nila_update *u, enum nila_update_result result)
{
    u->result = result;
}

static void fail(struct nila_update *u, enum nila_update_result result)
{
    u->state = NILA_UPDATE_FAILED;
    u->result = result;
}

void nila_update_init(struct nila_update *u, const struct nila_update_self *self)
{
    *u = (struct nila_update){.self = self};
    nila_boot_open(&u->store, &self->layout, &u->boot);
    if (u->boot.trial && u->boot.active == self->running)
        u->state = NILA_UPDATE_TRIAL;
}

/* --- commands ----------------------------------------------------------------------------------------------------- */

static uint32_t told32(const struct nila_update *u, unsigned at)
{
    return (uint32_t)u->reg[at] << 16 | u->reg[at + 1];
}

/* Size and CRC as told, if an image can be received now. While on trial the other slot is the way back. */
static bool accept(struct nila_update *u)
{
    uint32_t size = told32(u, REG(SIZE));

    if (u->state == NILA_UPDATE_TRIAL || u->state == NILA_UPDATE_PENDING) {
        say(u, NILA_UPDATE_NOT_NOW);
        return false;
    }
    if (size <= TRAILER || size % 2 != 0 || size > u->self->layout.slot_bytes) {
        say(u, NILA_UPDATE_BAD_SIZE);
        return false;
    }
    u->size = size;
    u->crc = told32(u, REG(CRC));
    u->next = u->have_crc = u->at = 0;
    say(u, NILA_UPDATE_FINE);
    return true;
}

/* What the record says of the free slot is no longer true from the first erasure on. */
static bool disown(struct nila_update *u)
{
    struct nila_boot b = u->boot;

    b.slot[free_slot(u)] = (struct nila_boot_slot){.bytes = NILA_BOOT_NOTHING};
    b.active = u->self->running;
    b.trial = false;
    if (!nila_boot_save(&u->store, &b))
        return false;
    u->boot = b;
    return true;
}

static void start(struct nila_update *u)
{
    if (!accept(u))
        return;
    if (disown(u))
        u->state = NILA_UPDATE_ERASING;
    else
        fail(u, NILA_UPDATE_MEMORY);
}

static bool page_blank(const struct nila_update *u, uint32_t page)
{
    uint8_t part[32];

    for (uint32_t i = 0; i < u->self->layout.flash->page_bytes; i += sizeof part) {
        read(u, page + i, part, sizeof part);
        for (unsigned k = 0; k < sizeof part; k++)
            if (part[k] != 0xFF)
                return false;
    }
    return true;
}

/* Behind the last page with anything in it is nothing; that page itself may have been cut, and is erased again. */
static void resume(struct nila_update *u)
{
    uint32_t page_bytes = u->self->layout.flash->page_bytes, end = u->self->layout.slot_bytes;
    uint8_t part[64];

    if (!accept(u))
        return;
    if (!disown(u)) {
        fail(u, NILA_UPDATE_MEMORY);
        return;
    }
    while (end > 0 && page_blank(u, end - page_bytes))
        end -= page_bytes;
    if (end > 0)
        end -= page_bytes;
    if (end >= u->size)
        end = (u->size - 1) / page_bytes * page_bytes;
    for (uint32_t page = end; page < u->self->layout.slot_bytes; page += page_bytes)
        if (!page_blank(u, page) && !erase(u, page)) {
            fail(u, NILA_UPDATE_MEMORY);
            return;
        }
    u->next = end;
    for (uint32_t done = 0; done < end; done += sizeof part) {
        read(u, done, part, sizeof part); /* pages are whole multiples of it */
        u->have_crc = nila_crc32(u->have_crc, part, sizeof part);
    }
    u->state = NILA_UPDATE_RECEIVING;
}

static void finish(struct nila_update *u)
{
    if (u->state != NILA_UPDATE_RECEIVING) {
        say(u, NILA_UPDATE_NOT_NOW);
    } else if (u->next != u->size) {
        say(u, NILA_UPDATE_INCOMPLETE);
    } else {
        u->state = NILA_UPDATE_CHECKING;
        u->at = u->sum = 0;
        u->verifying = false;
        say(u, NILA_UPDATE_FINE);
    }
}

static uint32_t big32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static uint16_t big16(const uint8_t *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

static void activate(struct nila_update *u)
{
    struct nila_boot b = u->boot;
    uint8_t slot = free_slot(u), info[NILA_IMAGE_INFO];

    if (u->state != NILA_UPDATE_READY) {
        say(u, NILA_UPDATE_NOT_NOW);
        return;
    }
    read(u, u->size - TRAILER, info, sizeof info);
    b.active = slot;
    b.trial = true;
    b.tries = NILA_BOOT_TRIES;
    b.rolled_back = false;
    b.slot[slot] = (struct nila_boot_slot){u->size, u->crc, big16(info + NILA_IMAGE_AT_FIRMWARE)};
    if (!nila_boot_save(&u->store, &b)) {
        say(u, NILA_UPDATE_MEMORY);
        return;
    }
    u->boot = b;
    u->state = NILA_UPDATE_PENDING;
    say(u, NILA_UPDATE_FINE);
}

static void confirm(struct nila_update *u)
{
    struct nila_boot b = u->boot;

    if (u->state != NILA_UPDATE_TRIAL) {
        say(u, NILA_UPDATE_NOT_NOW);
        return;
    }
    if (u->self->well != NULL && !u->self->well()) {
        say(u, NILA_UPDATE_NOT_WELL);
        return;
    }
    b.trial = false;
    b.tries = 0;
    if (!nila_boot_save(&u->store, &b)) {
        say(u, NILA_UPDATE_MEMORY);
        return;
    }
    u->boot = b;
    u->state = NILA_UPDATE_IDLE;
    say(u, NILA_UPDATE_FINE);
}

static void stop(struct nila_update *u)
{
    if (u->state == NILA_UPDATE_TRIAL || u->state == NILA_UPDATE_PENDING) {
        say(u, NILA_UPDATE_NOT_NOW);
        return;
    }
    u->state = NILA_UPDATE_IDLE;
    say(u, NILA_UPDATE_FINE);
}

/* --- work --------------------------------------------------------------------------------------------------------- */

static void step_erase(struct nila_update *u)
{
    if (!page_blank(u, u->at) && !erase(u, u->at)) {
        fail(u, NILA_UPDATE_MEMORY);
        return;
    }
    u->at += u->self->layout.flash->page_bytes;
    if (u->at >= u->self->layout.slot_bytes)
        u->state = NILA_UPDATE_RECEIVING;
}

static void read_slot(void *arg, uint32_t at, uint8_t *out, uint32_t n)
{
    read(arg, at, out, n);
}

/* Is it for this board, and this place, and no step back? */
static enum nila_update_result suitable(const struct nila_update *u)
{
    uint8_t info[NILA_IMAGE_INFO];

    read(u, u->size - TRAILER, info, sizeof info);
    if (big32(info + NILA_IMAGE_AT_MAGIC) != NILA_IMAGE_MAGIC ||
        big16(info + NILA_IMAGE_AT_FORM) != 1 ||
        big32(info + NILA_IMAGE_AT_BYTES) != u->size - TRAILER)
        return NILA_UPDATE_BAD_SIZE;
    if (big16(info + NILA_IMAGE_AT_PRODUCT) != u->self->product)
        return NILA_UPDATE_OTHER_PRODUCT;
    if (big32(info + NILA_IMAGE_AT_BASE) != u->self->base[free_slot(u)])
        return NILA_UPDATE_OTHER_ADDRESS;
    return big16(info + NILA_IMAGE_AT_FIRMWARE) < u->self->firmware ? NILA_UPDATE_OLDER
                                                                    : NILA_UPDATE_FINE;
}

static void step_crc(struct nila_update *u)
{
    uint32_t end = u->size - u->at < CHUNK ? u->size : u->at + CHUNK;
    enum nila_update_result result;
    uint8_t part[64];

    while (u->at < end) {
        uint32_t n = end - u->at < sizeof part ? end - u->at : sizeof part;
        read(u, u->at, part, n);
        u->sum = nila_crc32(u->sum, part, n);
        u->at += n;
    }
    if (u->at < u->size)
        return;
    result = u->sum != u->crc ? NILA_UPDATE_BAD_CRC : suitable(u);
    if (result != NILA_UPDATE_FINE)
        fail(u, result);
    else if (nila_lms_begin(&u->lms, u->self->key, 0, u->size - NILA_LMS_SIG_BYTES,
                            u->size - NILA_LMS_SIG_BYTES, NILA_LMS_SIG_BYTES, read_slot,
                            u) == NILA_LMS_BAD)
        fail(u, NILA_UPDATE_BAD_SIGNATURE);
    u->verifying = true;
}

void nila_update_step(struct nila_update *u)
{
    enum nila_lms_result r;

    if (u->state == NILA_UPDATE_ERASING) {
        step_erase(u);
    } else if (u->state == NILA_UPDATE_CHECKING && !u->verifying) {
        step_crc(u);
    } else if (u->state == NILA_UPDATE_CHECKING) {
        r = nila_lms_step(&u->lms);
        if (r == NILA_LMS_BAD)
            fail(u, NILA_UPDATE_BAD_SIGNATURE);
        else if (r == NILA_LMS_GOOD)
            u->state = NILA_UPDATE_READY;
    }
}

void nila_update_tick(struct nila_update *u, uint32_t seconds)
{
    if (u->state == NILA_UPDATE_TRIAL && u->trial_s < NILA_UPDATE_TRIAL_S)
        u->trial_s += seconds;
}

bool nila_update_wants_restart(const struct nila_update *u)
{
    return u->state == NILA_UPDATE_PENDING ||
           (u->state == NILA_UPDATE_TRIAL && u->trial_s >= NILA_UPDATE_TRIAL_S);
}

/* --- registers ---------------------------------------------------------------------------------------------------- */

static void put32(uint16_t *reg, uint32_t v)
{
    reg[0] = (uint16_t)(v >> 16);
    reg[1] = (uint16_t)v;
}

uint16_t nila_update_key_mark(const uint8_t key[NILA_LMS_PUBLIC_BYTES])
{
    static const uint8_t ID[] = NILA_UPDATE_DEVELOPMENT_ID;
    uint32_t crc = nila_crc32(0, key, NILA_LMS_PUBLIC_BYTES);
    uint16_t mark = (uint16_t)(crc ^ crc >> 16);
    unsigned same = 0;

    while (same < NILA_LMS_ID_BYTES && key[NILA_LMS_AT_ID + same] == ID[same])
        same++;
    if (same == NILA_LMS_ID_BYTES)
        return 0;
    return mark != 0 ? mark : 1;
}

static void read_registers(const void *arg, uint16_t offset, uint16_t count, uint16_t *value)
{
    const struct nila_update *u = arg;
    uint16_t reg[REG(DATA)];

    for (unsigned i = 0; i < REG(DATA); i++)
        reg[i] = u->reg[i];
    reg[REG(STATE)] = (uint16_t)u->state;
    reg[REG(RESULT)] = (uint16_t)u->result;
    reg[REG(SLOT)] = free_slot(u);
    put32(reg + REG(NEXT), u->next);
    put32(reg + REG(HAVE_CRC), u->have_crc);
    put32(reg + REG(BASE), u->self->base[free_slot(u)]);
    reg[REG(PRODUCT)] = u->self->product;
    reg[REG(FIRMWARE)] = u->self->firmware;
    reg[REG(ROLLED_BACK)] = u->boot.rolled_back;
    reg[REG(KEY)] = nila_update_key_mark(u->self->key);
    for (unsigned i = 0; i < count; i++)
        value[i] = offset + i < REG(DATA) ? reg[offset + i] : 0;
}

/* A block of data that goes on where the last ended, or says once more what is there already. */
static uint8_t check_data(const struct nila_update *u, uint16_t count, const uint16_t *value)
{
    uint32_t at = (uint32_t)value[0] << 16 | value[1], n = 2 * (uint32_t)(count - 2);

    if (u->state != NILA_UPDATE_RECEIVING || count < 3 || at % 2 != 0 || at > u->next ||
        n > u->size - at)
        return NILA_EXCEPTION_VALUE;
    if (at == u->next)
        return NILA_EXCEPTION_NONE;
    if (n > u->next - at)
        return NILA_EXCEPTION_VALUE;
    for (uint32_t i = 0; i < n; i += 2) {
        uint8_t there[2];
        read(u, at + i, there, 2);
        if (big16(there) != value[2 + i / 2])
            return NILA_EXCEPTION_VALUE;
    }
    return NILA_EXCEPTION_NONE;
}

static uint8_t check(const void *arg, uint16_t offset, uint16_t count, const uint16_t *value,
                     bool open, bool broadcast)
{
    const struct nila_update *u = arg;

    if (offset == REG(OFFSET))
        return broadcast ? NILA_EXCEPTION_VALUE : check_data(u, count, value);
    if (offset + count > REG(STATE))
        return NILA_EXCEPTION_ADDRESS;
    if (broadcast || !open || (offset == REG(COMMAND) && (value[0] < START || value[0] > RESUME)))
        return NILA_EXCEPTION_VALUE;
    return NILA_EXCEPTION_NONE;
}

static void take_data(struct nila_update *u, uint16_t count, const uint16_t *value)
{
    const struct nila_flash *f = u->self->layout.flash;
    uint32_t at = (uint32_t)value[0] << 16 | value[1];

    if (at != u->next)
        return; /* there already */
    for (uint16_t i = 2; i < count; i++) {
        uint16_t word =
            (uint16_t)(value[i] >> 8 | value[i] << 8); /* the low byte goes to the lower address */
        if (word != 0xFFFF && !f->program(f->arg, address(u, u->next), word)) {
            fail(u, NILA_UPDATE_MEMORY);
            return;
        }
        u->next += 2;
    }
}

static void apply(void *arg, uint16_t offset, uint16_t count, const uint16_t *value)
{
    struct nila_update *u = arg;

    if (offset == REG(OFFSET)) {
        take_data(u, count, value);
        return;
    }
    for (unsigned i = 0; i < count; i++)
        u->reg[offset + i] = value[i];
    if (offset != REG(COMMAND))
        return;
    switch ((enum command)value[0]) {
    case START:
        start(u);
        break;
    case FINISH:
        finish(u);
        break;
    case ACTIVATE:
        activate(u);
        break;
    case CONFIRM:
        confirm(u);
        break;
    case ABORT:
        stop(u);
        break;
    case RESUME:
        resume(u);
        break;
    }
}

void nila_update_block(struct nila_update *u, struct nila_block *block)
{
    *block = (struct nila_block){NILA_HOLD_UPDATE_COMMAND, WINDOW, u, read_registers, check, apply};
}
