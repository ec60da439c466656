/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "update.h"

#include <stdarg.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "collector/common/clock.h"
#include "collector/common/tongue.h"
#include "firmware-bridge/core/nila_crc32.h"
#include "firmware-bridge/core/nila_node.h"
#include "firmware-bridge/core/nila_update.h"

#define BLOCK_TRIES 5
#define CHECK_MS    120000 /* erasing and verifying take seconds; a busy node longer */

enum command {
    START = 1,
    FINISH,
    ACTIVATE,
    CONFIRM,
    ABORT,
    RESUME
};

struct work {
    const struct update_job *job;
    struct master *m;
    const struct firmware_image *image;
};

/* Registers 105..117. */
struct state {
    unsigned state, result, slot, product, firmware, rolled_back, key;
    uint32_t next, have_crc, base;
};

static void say(const struct work *w, const char *format, ...) NILA_PRINTF(2, 3);
static void say(const struct work *w, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    (void)vfprintf(w->job->out, format, ap);
    va_end(ap);
    (void)fflush(w->job->out);
}

static bool stopped(const struct work *w)
{
    return w->job->stop != NULL && *w->job->stop != 0;
}

static int broken(const struct work *w, int rc)
{
    if (rc != 0)
        say(w, "%s\n", w->m->why);
    return rc;
}

static const char *result_text(unsigned result)
{
    switch (result) {
    case NILA_UPDATE_NOT_NOW:
        return tongue("alat tidak dapat menerimanya sekarang", "the node cannot take it now");
    case NILA_UPDATE_BAD_SIZE:
        return tongue("ukurannya tidak cocok", "its size does not fit");
    case NILA_UPDATE_INCOMPLETE:
        return tongue("ada bagian yang belum sampai", "parts are missing");
    case NILA_UPDATE_BAD_CRC:
        return tongue("rusak di perjalanan", "damaged on its way");
    case NILA_UPDATE_BAD_SIGNATURE:
        return tongue("tanda tangannya bukan dari kantor alat ini",
                      "its signature is not of this node's office");
    case NILA_UPDATE_OTHER_PRODUCT:
        return tongue("untuk jenis alat lain", "it is for another product");
    case NILA_UPDATE_OLDER:
        return tongue("lebih lama dari yang sedang berjalan", "it is older than what runs");
    case NILA_UPDATE_OTHER_ADDRESS:
        return tongue("untuk slot yang lain", "it is for the other slot");
    case NILA_UPDATE_MEMORY:
        return tongue("memori alat menolak", "the node's memory refuses");
    case NILA_UPDATE_NOT_WELL:
        return tongue("firmware baru belum membuktikan bahwa ia bekerja",
                      "the new firmware has not shown that it works");
    default:
        return tongue("baik", "fine");
    }
}

static int refused(const struct work *w, unsigned result)
{
    say(w, tongue("Alat menolak: %s\n", "The node refuses: %s\n"), result_text(result));
    return NILA_ERR_REFUSED;
}

static int look(const struct work *w, struct state *s)
{
    uint16_t reg[13];
    int rc = master_read(w->m, 3, NILA_HOLD_UPDATE_STATE, 13, reg);

    if (rc != 0)
        return rc;
    *s = (struct state){.state = reg[0],
                        .result = reg[1],
                        .slot = reg[2],
                        .product = reg[9],
                        .firmware = reg[10],
                        .rolled_back = reg[11],
                        .key = reg[12]};
    s->next = (uint32_t)reg[3] << 16 | reg[4];
    s->have_crc = (uint32_t)reg[5] << 16 | reg[6];
    s->base = (uint32_t)reg[7] << 16 | reg[8];
    return 0;
}

/* A command; its answer may be lost, the state says what came of it. */
static int command(const struct work *w, uint16_t cmd, struct state *s)
{
    uint16_t v[5] = {cmd, (uint16_t)(w->image->n >> 16), (uint16_t)w->image->n,
                     (uint16_t)(w->image->crc >> 16), (uint16_t)w->image->crc};
    int rc =
        master_write_open(w->m, NILA_HOLD_UPDATE_COMMAND, cmd == START || cmd == RESUME ? 5 : 1, v);

    if (rc != 0 && rc != NILA_ERR_TIMEOUT && rc != NILA_ERR_PROTO)
        return broken(w, rc);
    return broken(w, look(w, s));
}

static void pause_ms(int ms)
{
    struct timespec d = {ms / 1000, ms % 1000 * 1000000L};

    (void)nanosleep(&d, NULL);
}

/* While the node is in that state. */
static int wait_while(const struct work *w, unsigned state, struct state *s)
{
    int64_t end = clock_mono_ms() + CHECK_MS;

    while (s->state == state) {
        int rc;
        if (stopped(w))
            return NILA_ERR_CLOSED;
        if (clock_mono_ms() > end) {
            say(w, "%s\n",
                tongue("Alat tidak selesai dalam dua menit.",
                       "The node has not finished in two minutes."));
            return NILA_ERR_TIMEOUT;
        }
        pause_ms(w->job->poll_ms);
        rc = look(w, s);
        if (rc != 0)
            return broken(w, rc);
    }
    return 0;
}

/* --- the steps ---------------------------------------------------------------------------------------------------- */

static int choose(struct work *w, const struct state *s)
{
    for (size_t i = 0; i < w->job->images; i++)
        if (w->job->image[i].base == s->base && w->job->image[i].product == s->product)
            w->image = &w->job->image[i];
    if (w->image == NULL) {
        say(w,
            tongue("Tidak ada berkas untuk alat jenis %u, slot %u, alamat 0x%08lX.\n",
                   "No file is for product %u, slot %u, address 0x%08lX.\n"),
            s->product, s->slot, (unsigned long)s->base);
        return NILA_ERR_NOT_FOUND;
    }
    say(w,
        tongue("Firmware %u.%u berjalan; %u.%u akan dikirim ke slot %u (%lu byte).\n",
               "Firmware %u.%u runs; %u.%u goes to slot %u (%lu bytes).\n"),
        s->firmware >> 8, s->firmware & 0xFF, w->image->firmware >> 8, w->image->firmware & 0xFF,
        s->slot, (unsigned long)w->image->n);
    if (w->image->firmware < s->firmware)
        return refused(w, NILA_UPDATE_OLDER);
    return 0;
}

/* Goes on behind what the node has of this very image, or begins anew. */
static int begin(const struct work *w, struct state *s)
{
    int rc = command(w, RESUME, s);

    if (rc != 0)
        return rc;
    if (s->state != NILA_UPDATE_RECEIVING)
        return refused(w, s->result);
    if (s->next > 0 && s->next <= w->image->n &&
        s->have_crc == nila_crc32(0, w->image->bytes, s->next)) {
        say(w, tongue("Melanjutkan dari %lu byte.\n", "Going on from %lu bytes.\n"),
            (unsigned long)s->next);
        return 0;
    }
    rc = command(w, START, s);
    if (rc == 0)
        rc = wait_while(w, NILA_UPDATE_ERASING, s);
    if (rc == 0 && s->state != NILA_UPDATE_RECEIVING)
        return refused(w, s->result);
    return rc;
}

/* One block; repeated when its answer is lost, which the node knows to take. */
static int send_block(const struct work *w, uint32_t at, uint32_t n)
{
    uint16_t v[2 + NILA_UPDATE_WORDS] = {(uint16_t)(at >> 16), (uint16_t)at};
    int rc = NILA_ERR_TIMEOUT;

    for (uint32_t i = 0; i < n / 2; i++)
        v[2 + i] = (uint16_t)(w->image->bytes[at + 2 * i] << 8 | w->image->bytes[at + 2 * i + 1]);
    for (int attempt = 0; attempt < BLOCK_TRIES && (rc == NILA_ERR_TIMEOUT || rc == NILA_ERR_PROTO);
         attempt++)
        rc = master_write(w->m, NILA_HOLD_UPDATE_OFFSET, (uint16_t)(2 + n / 2), v);
    return broken(w, rc);
}

static int send_all(const struct work *w, struct state *s)
{
    uint32_t from = s->next, block = (uint32_t)w->job->block_bytes;
    bool terminal = isatty(fileno(w->job->out)) == 1;
    int64_t begun = clock_mono_ms();
    unsigned said = 0;

    for (uint32_t at = from; at < w->image->n; at += block) {
        unsigned percent;
        int rc;
        if (stopped(w)) {
            say(w, "\n%s\n",
                tongue("Dihentikan; perintah yang sama melanjutkannya.",
                       "Stopped; the same command goes on."));
            return NILA_ERR_CLOSED;
        }
        rc = send_block(w, at, w->image->n - at < block ? w->image->n - at : block);
        if (rc != 0)
            return rc;
        percent = (unsigned)((uint64_t)(at + block) * 100 / w->image->n);
        if (percent > 100)
            percent = 100;
        if (percent / 10 != said / 10 || terminal) {
            int64_t spent = clock_mono_ms() - begun;
            long left =
                (long)(spent * (int64_t)(w->image->n - at) / (int64_t)(at + block - from) / 1000);
            say(w,
                tongue("  %u %%, kira-kira %ld detik lagi%s", "  %u %%, about %ld seconds left%s"),
                percent, percent == 100 ? 0 : left, terminal ? "   \r" : "\n");
        }
        said = percent;
    }
    if (terminal)
        say(w, "\n");
    return 0;
}

/* The node starts anew and must come back as what was sent, with a sound header. */
static int wait_restart(const struct work *w, struct state *s)
{
    int64_t end = clock_mono_ms() + (int64_t)w->job->restart_s * 1000;
    uint16_t head[NILA_REG_FIRMWARE + 1];

    say(w, "%s\n", tongue("Alat memulai ulang ...", "The node restarts ..."));
    while (clock_mono_ms() < end && !stopped(w)) {
        pause_ms(w->job->poll_ms);
        if (look(w, s) != 0 || s->state == NILA_UPDATE_PENDING)
            continue;
        if (s->state != NILA_UPDATE_TRIAL || s->firmware != w->image->firmware) {
            say(w, "%s\n",
                tongue("Alat kembali ke firmware lama.",
                       "The node went back to its old firmware."));
            return NILA_ERR_REFUSED;
        }
        if (master_read(w->m, 4, 0, NILA_REG_FIRMWARE + 1, head) == 0 &&
            head[NILA_REG_MAGIC] == NILA_MAGIC)
            return 0;
    }
    say(w, "%s\n",
        tongue("Alat tidak menjawab lagi. Tanpa konfirmasi ia kembali sendiri ke firmware lama "
               "setelah dua kali sepuluh menit.",
               "The node does not answer any more. Without confirmation it goes back to its old "
               "firmware by itself after twice ten minutes."));
    return NILA_ERR_TIMEOUT;
}

/* New firmware that has not yet shown that it works says so, and is asked again. */
static int confirm(const struct work *w, struct state *s)
{
    int64_t end = clock_mono_ms() + (int64_t)w->job->restart_s * 1000;
    int rc = command(w, CONFIRM, s);

    while (rc == 0 && s->state == NILA_UPDATE_TRIAL && s->result == NILA_UPDATE_NOT_WELL &&
           clock_mono_ms() < end && !stopped(w)) {
        pause_ms(w->job->poll_ms);
        rc = command(w, CONFIRM, s);
    }
    if (rc == 0 && s->state != NILA_UPDATE_IDLE)
        return refused(w, s->result);
    if (rc == 0)
        say(w, tongue("Selesai: firmware %u.%u berlaku.\n", "Done: firmware %u.%u is in force.\n"),
            s->firmware >> 8, s->firmware & 0xFF);
    return rc;
}

int update_run(const struct update_job *job, struct master *m)
{
    struct work w = {.job = job, .m = m};
    struct state s;
    int rc = look(&w, &s);

    if (rc == NILA_ERR_REFUSED && m->exception == NILA_EXCEPTION_ADDRESS) {
        say(&w, "%s\n",
            tongue("Alat ini tidak menerima firmware lewat saluran.",
                   "This node takes no firmware over the bus."));
        return NILA_ERR_UNSUPPORTED;
    }
    if (rc != 0)
        return broken(&w, rc);
    if (s.key == 0)
        say(&w, "%s\n",
            tongue(
                "Peringatan: alat ini memakai kunci pengembangan; siapa pun dapat menandatangani "
                "firmware untuknya. Bukan untuk kolam.",
                "Warning: this node has the development key; anybody can sign firmware for it. "
                "Not for a pond."));
    if (s.rolled_back != 0)
        say(&w, "%s\n",
            tongue("Percobaan terakhir tidak dikonfirmasi; alat kembali ke firmware lama.",
                   "The last trial was not confirmed; the node went back."));
    if (s.state == NILA_UPDATE_TRIAL) {
        /* this tool was cut off after the restart */
        for (size_t i = 0; i < job->images; i++)
            if (job->image[i].firmware == s.firmware && job->image[i].product == s.product)
                w.image = &job->image[i];
        if (w.image != NULL)
            return confirm(&w, &s);
    }
    rc = choose(&w, &s);
    if (rc == 0)
        rc = begin(&w, &s);
    if (rc == 0)
        rc = send_all(&w, &s);
    if (rc == 0)
        rc = command(&w, FINISH, &s);
    if (rc == 0)
        rc = wait_while(&w, NILA_UPDATE_CHECKING, &s);
    if (rc == 0 && s.state != NILA_UPDATE_READY)
        rc = refused(&w, s.result);
    if (rc != 0)
        return rc;
    say(&w, "%s\n",
        tongue("Lengkap dan tanda tangannya benar.", "Complete, and its signature is right."));
    if (stopped(&w))
        return NILA_ERR_CLOSED;
    rc = master_write_open(m, NILA_HOLD_UPDATE_COMMAND, 1, &(uint16_t){ACTIVATE});
    if (rc != 0 && rc != NILA_ERR_TIMEOUT && rc != NILA_ERR_PROTO)
        return broken(&w, rc);
    rc = wait_restart(&w, &s);
    return rc != 0 ? rc : confirm(&w, &s);
}
