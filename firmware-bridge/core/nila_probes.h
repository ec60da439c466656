/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nila_probes: asks what is connected to a board, round by round, and hands it to nila_channels: one EZO circuit and one DS18B20,
 * each on a UART of its own, and analog inputs. What a channel's register says is connected (nila_cal.h, enum nila_source) decides;
 * a second channel with the same wire, or a source the board has no wire for, is "absent".
 * A circuit that has not answered after NILA_PROBES_PATIENCE_MS keeps the others' values up no longer: the round ends without it, and
 * what it says, or that it says nothing, belongs to the next one.
 * While a calibration is open a round begins every two seconds, whatever the period is.
 * Freestanding; one context; nothing blocks. */
#ifndef NILA_PROBES_H
#define NILA_PROBES_H

#include <stdbool.h>
#include <stdint.h>

#include "nila_channels.h"
#include "nila_ds18b20.h"
#include "nila_ezo.h"

#define NILA_PROBES_PATIENCE_MS 3000 /* a new circuit's first reading takes 2 s */

/* A UART that leads to a probe, 8N1. The port keeps what comes until it is fetched (a reading's answer has up to 40 bytes). */
struct nila_wire {
    void *arg;
    void (*open)(void *arg, uint32_t baud); /* starts it anew and forgets what it holds */
    bool (*ready)(void *arg);               /* does the transmitter take a byte now? */
    void (*put)(void *arg, uint8_t byte);   /* only when ready */
    bool (*get)(void *arg, uint8_t *byte);  /* false: nothing came */
};

/* NULL: the board has none. */
struct nila_probe_gear {
    const struct nila_wire *ezo, *thermometer;
    /* Microvolts at the input of an analog source (NILA_SOURCE_PH_MV and so on); false: none, or it could not be measured. */
    bool (*microvolts)(void *arg, unsigned source, int32_t *uv);
    void *arg;
};

struct nila_probes {
    struct nila_channels channels;
    const struct nila_probe_gear *gear;
    struct nila_ezo ezo;
    struct nila_ds18b20 thermometer;
    uint32_t since_us;  /* of the milliseconds told */
    uint32_t baud;      /* of the thermometer's wire; 0 not open */
    uint16_t part_ms;   /* of the second that the channels will be told next */
    uint16_t hurry_ms;  /* since the last round of a calibration */
    uint8_t ezo_source; /* that ezo was made for; NILA_SOURCE_NONE */
    uint16_t round_ms;  /* since it began */
    bool round;         /* one is under way */
    bool asking;        /* the circuit is busy */
    bool news;          /* it has finished a reading since the last round */
};

/* Reads the store as nila_channels_init does; gear outlives p. The registers: nila_channels_blocks of p->channels. */
enum nila_store_state nila_probes_init(struct nila_probes *p, struct nila_node *node,
                                       const struct nila_probe_gear *gear,
                                       const struct nila_flash *flash, uint32_t base,
                                       uint32_t slot_bytes, uint32_t now_us);

/* Begins a round, unless one is still under way. */
void nila_probes_begin(struct nila_probes *p);

/* Moves bytes and time, the channels' seconds too; when all have answered or are silent, the channels get their values and the round ends. Call it at
 * least every millisecond or two while a round is under way. */
void nila_probes_step(struct nila_probes *p, uint32_t now_us);

/* Is anything connected to a channel? */
bool nila_probes_any(const struct nila_probes *p);

#endif
