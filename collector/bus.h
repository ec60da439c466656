/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bus: one Modbus line (over libmodbus) or endpoint as master: one question at a time, and never another question's answer.
 *
 * A late answer is the danger: RTU frames carry no number, so the answer to an earlier question can be taken for the answer
 * to this one. Therefore, on a serial line, what is unread is thrown away before each question; after a time-out or a bad
 * frame the line is read until it has been silent for the unit's slowest known answer time (at least 3.5 characters and
 * 20 ms, at most 2 s in all); and the first answer of a unit after such a failure counts only when nothing more follows it
 * until the question's own deadline. On TCP an answer with another transaction number is thrown away and the wait goes on.
 *
 * Threads: one struct bus may be used by one thread at a time. Errors are described in struct bus_answer, not logged. */
#ifndef COLLECTOR_BUS_H
#define COLLECTOR_BUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/common/site.h"
#include "frames.h"

struct bus; /* opaque */

struct bus_question {
    int unit; /* serial: 1..255; tcp: 0..255 */
    /* reads: 1 coils, 2 discrete inputs, 3 holding registers, 4 input registers;
     * writes: 5 one coil, 6 one register, 15 coils, 16 registers;
     * 43: who the device says it is (function 43/14, basic objects); first 0, count BUS_IDENTITY_WORDS */
    int function;
    uint16_t first; /* zero-based PDU address */
    uint16_t
        count; /* read: 1..125 registers, 1..2000 bits; written: 1..123, 1..1968; 1 by 5 and 6 */
    int timeout_ms; /* the answer must begin by then (tcp: be whole by then); 50..10000 */
    /* the device does something, what the answer holds does not matter: function 3, 4 or 16 with
     * count 0..125 (16: 0..123, zeros are written), or 6 with value */
    bool command;
    uint16_t value; /* command by function 6 */
    int gap_ms; /* silence this device wants before a question; the longer of this and the bus's */
    /* writes that are no command: count words, of coils 0 or 1; else NULL. Lives until the answer */
    const uint16_t *write;
};

#define BUS_IDENTIFY 43
/* The answer to BUS_IDENTIFY: regs[0] counts the bytes that follow, two a word, the first one high; they are the answer from
 * its object count on: n, then n times (object, length, bytes). Objects 0 maker, 1 product, 2 version; more may follow. */
#define BUS_IDENTITY_WORDS 125

/* What came of a question; filled whatever the outcome. */
struct bus_answer {
    int answer_ms;   /* from the question to the whole answer */
    int exception;   /* 1..11 with NILA_ERR_EXCEPTION, else 0 */
    unsigned strays; /* answers (tcp) or bytes (serial) of other questions that were thrown away */
    /* with NILA_ERR_PROTO: an answer came, and another after it: the first was not for this
     * question */
    bool stale;
    char text[96]; /* on failure: the reason in words ("no answer in 500 ms") */
};

/* Prepares a bus; nothing is opened yet. c must outlive it. Can this bus ask unit at all? bus_unit_ok tells. */
struct bus *bus_new(const struct site_bus *c);
void bus_free(struct bus *b); /* closes; NULL is fine */

/* Notes what goes over the line in f, which must outlive the bus; NULL: nowhere. */
void bus_note_frames(struct bus *b, struct frames *f);

bool bus_unit_ok(const struct site_bus *c, int unit);

/* Does the function change something in the device? */
bool bus_is_write(int function);

/* Opens the port (locked for this process alone) or connects within c->timeout_ms; 0 at once when it is open already.
 * NILA_ERR_BUSY: another program holds the port; NILA_ERR_IO: not there, refused; NILA_ERR_TIMEOUT; NILA_ERR_CONFIG: speed or
 * name not usable. Words in why (size >= 96). */
NILA_MUST_CHECK int bus_open(struct bus *b, char *why, size_t why_size);
void bus_close(struct bus *b);
bool bus_is_open(const struct bus *b);

/* Can q be asked on such a bus? 0, or NILA_ERR_RANGE with words in a->text. */
NILA_MUST_CHECK int bus_check(const struct site_bus *c, const struct bus_question *q,
                              struct bus_answer *a);

/* Asks and waits. 0 and regs[0..count-1] filled, bits as 0 and 1; a write or a command leaves regs alone (NULL is fine); the
 * echo of a write has been checked. Otherwise regs is untouched: NILA_ERR_TIMEOUT; NILA_ERR_PROTO: bad CRC, other unit,
 * function, length or number, or the echo of another write; NILA_ERR_EXCEPTION; NILA_ERR_IO: the port or connection is gone
 * and now closed; NILA_ERR_CLOSED: it was not open; NILA_ERR_RANGE: the question itself is impossible. */
NILA_MUST_CHECK int bus_ask(struct bus *b, const struct bus_question *q, uint16_t *regs,
                            struct bus_answer *a);

#endif
