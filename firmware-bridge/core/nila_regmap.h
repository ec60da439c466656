/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nila_regmap: the register map of a Lumbung Nila sensor node, version 1. FROZEN: later versions may use reserved
 * registers, never move or change one.
 *
 * One table a kind of register; the names, addresses, ranges and the description in README.md (`make firmware-map`) all
 * come from it. A 32-bit value is two registers, high word first (byte order ABCD). Reserved registers read 0.
 * Input registers (function 4) 0..119 are one block, read in one request: a header (0..39) and eight channels of ten
 * registers. Holding registers (functions 3, 6, 16) 0..99 come in parts; what does not exist is exception 2. */
#ifndef NILA_REGMAP_H
#define NILA_REGMAP_H

#define NILA_REG_COUNT    120 /* input registers in all */
#define NILA_REG_CHANNELS 8
#define NILA_HOLD_END     100 /* holding registers are below */

/* clang-format off */
/* Header of the input registers: X(name, address, type, what it is). 29..39 are reserved. */
#define NILA_INPUT_MAP(X) \
    X(MAGIC, 0, U16, "0x4E4C \"NL\": this is a node, and the block begins here") \
    X(MAP_VERSION, 1, U16, "1") \
    X(PRODUCT, 2, U16, "1 node on a board, 2 Linux bridge, 3 simulator, 4 emulated board") \
    X(FIRMWARE, 3, U16, "major × 256 + minor") \
    X(BUILD, 4, U32, "hash of the build") \
    X(SERIAL, 6, U32, "serial number") \
    X(UPTIME_S, 8, U32, "seconds since boot") \
    X(BOOTS, 10, U32, "boot counter") \
    X(RESET_CAUSE, 12, U16, "0 unknown, 1 power, 2 watchdog, 3 software, 4 pin, 5 brown-out") \
    X(SUPPLY_MV, 13, U16, "supply, mV; 0 when not measured") \
    X(BOARD_TEMP, 14, S16, "board, 0.1 °C; 0x8000 when not measured") \
    X(UNIT, 15, U16, "own unit id") \
    X(SAMPLE, 16, U32, "number of the last sampling round of all channels") \
    X(REQUEST, 18, U32, "answers to function 4 since boot, this one included: no two are equal, so that a late " \
                        "answer to an earlier request is recognised") \
    X(HEALTH, 20, BITS, "1 a fitted sensor has no valid value, 2 calibration store damaged and defaults in force, " \
                        "4 supply low, 8 relay in its safe state because the master is silent") \
    X(RELAY, 21, U16, "what the relay's terminal does: 0 off, 1 on; 0 when none is fitted") \
    X(BUS_MESSAGES, 22, U16, "frames with a good CRC seen on the line; this and the next count in 16 bits and wrap") \
    X(BUS_CRC, 23, U16, "frames with a bad CRC") \
    X(BUS_EXCEPTION, 24, U16, "exception answers given") \
    X(BUS_FOREIGN, 25, U16, "good frames for other units, and answers") \
    X(BUS_OVERRUN, 26, U16, "frames longer than 256 bytes, or lost for want of room") \
    X(BUS_RESYNC, 27, U16, "requests found behind junk") \
    X(BUS_SILENT, 28, U16, "requests to us or to all that were not answered: broadcasts, and all when only listening")

/* One channel of the input registers: X(name, offset, type, what it is). */
#define NILA_CHANNEL_MAP(X) \
    X(VALUE, 0, S32, "unit of the kind × 1000; 0x80000000 when there is none") \
    X(RAW, 2, S32, "before compensation and calibration; 0x80000000 when there is none") \
    X(QUALITY, 4, BITS, "1 valid, 2 stale, 4 absent, 8 out of range, 16 uncalibrated, 32 calibration due, " \
                        "64 warming up, 128 noisy, 256 stuck, 512 compensated with defaults") \
    X(AGE_S, 5, U16, "seconds since the sample was taken, 0xFFFF when older or never") \
    X(SEQUENCE, 6, U32, "samples taken since boot") \
    X(KIND, 8, U16, "0 not fitted, 1 water °C, 2 oxygen mg/L, 3 pH, 4 conductivity µS/cm, 5 turbidity NTU, " \
                    "6 level cm, 7 ammonia mg N/L, 8 air °C, 9 PAR W/m², 10 wind m/s") \
    X(CALIBRATION, 9, U16, "number of the calibration in force, 0 factory")

/* Settings: X(name, address, least, most, lock, what it is). lock 1: a write needs the lock open. */
#define NILA_HOLDING_MAP(X) \
    X(UNLOCK, 0, 0, 0xFFFF, 0, "write 0x5A17 first, it opens the lock for one write; reads 1 while open") \
    X(UNIT, 1, 1, 247, 1, "unit id, holds from the next request on; not by broadcast") \
    X(RESPONSE_MS, 2, 0, 1000, 1, "delay before an answer, ms") \
    X(PERIOD_S, 3, 1, 3600, 1, "sampling period, s") \
    X(BAUD_100, 4, 12, 1152, 1, "boards: baud rate / 100: 12, 24, 48, 96, 192, 384, 576, 1152; once the answer has left") \
    X(PARITY, 5, 0, 2, 1, "boards: 0 none (8N1), 1 even (8E1), 2 odd (8O1); once the answer has left") \
    X(RELAY, 10, 0, 1, 0, "boards with a relay: 0 off, 1 on; reads what was asked or, after a silence, the safe state") \
    X(RELAY_SAFE, 11, 0, 2, 1, "boards with a relay: after a silence and at start 0 off, 1 on, 2 as it was (at start off)") \
    X(RELAY_SILENCE_MIN, 12, 0, 1440, 1, "boards with a relay: minutes without a request to us until then; 0 never")
/* clang-format on */

#define NILA_AS_INPUT(name, address, type, text)                NILA_REG_##name = (address),
#define NILA_AS_CHANNEL(name, offset, type, text)               NILA_CH_##name = (offset),
#define NILA_AS_HOLDING(name, address, least, most, lock, text) NILA_HOLD_##name = (address),
enum {
    NILA_INPUT_MAP(NILA_AS_INPUT) NILA_REG_CHANNEL_0 = 40
};
enum {
    NILA_CHANNEL_MAP(NILA_AS_CHANNEL) NILA_CH_COUNT = 10
};
enum {
    NILA_HOLDING_MAP(NILA_AS_HOLDING) NILA_HOLD_BASIC = 4 /* every node has these first ones */
};
#undef NILA_AS_INPUT
#undef NILA_AS_CHANNEL
#undef NILA_AS_HOLDING

/* First register of channel n (0..7) */
#define NILA_REG_CHANNEL(n)    (NILA_REG_CHANNEL_0 + NILA_CH_COUNT * (n))

#define NILA_MAGIC             0x4E4C /* "NL" */
#define NILA_MAP_VERSION       1
#define NILA_MISSING           (-2147483647 - 1) /* 0x80000000: never a plausible value */
#define NILA_UNLOCK            0x5A17

#define NILA_PRODUCT_BOARD     1
#define NILA_PRODUCT_BRIDGE    2
#define NILA_PRODUCT_SIMULATOR 3
#define NILA_PRODUCT_EMULATED  4 /* an emulator's board: its values are a test pattern */

#define NILA_RESET_UNKNOWN     0
#define NILA_RESET_POWER       1
#define NILA_RESET_WATCHDOG    2
#define NILA_RESET_SOFTWARE    3
#define NILA_RESET_PIN         4
#define NILA_RESET_BROWNOUT    5

/* Quality bits of a channel. A value may be used when NILA_Q_VALID is set. */
#define NILA_Q_VALID        0x0001
#define NILA_Q_STALE        0x0002
#define NILA_Q_ABSENT       0x0004 /* the sensor does not answer */
#define NILA_Q_RANGE        0x0008
#define NILA_Q_UNCALIBRATED 0x0010
#define NILA_Q_DUE          0x0020 /* calibration due */
#define NILA_Q_WARMUP       0x0040
#define NILA_Q_NOISY        0x0080
#define NILA_Q_STUCK        0x0100
#define NILA_Q_DEFAULT_COMP 0x0200 /* compensated with default salinity, pressure or temperature */

#define NILA_HEALTH_SENSOR  0x0001 /* at least one fitted channel has no valid value */
#define NILA_HEALTH_STORE   0x0002 /* calibration store damaged, defaults in force */
#define NILA_HEALTH_SUPPLY  0x0004 /* supply below its limit */
#define NILA_HEALTH_SAFE    0x0008 /* relay in its safe state: the master is silent */

/* Kinds. Value unit x 1000 in NILA_CH_VALUE. */
#define NILA_KIND_NONE       0
#define NILA_KIND_TEMP_C     1
#define NILA_KIND_DO_MG_L    2
#define NILA_KIND_PH         3
#define NILA_KIND_EC_US_CM   4 /* in situ; 60000 uS/cm = 60000000 fits s32 */
#define NILA_KIND_TURB_NTU   5
#define NILA_KIND_LEVEL_CM   6
#define NILA_KIND_TAN_N_MG_L 7
#define NILA_KIND_AIR_TEMP_C 8
#define NILA_KIND_PAR_W_M2   9
#define NILA_KIND_WIND_M_S   10

#endif
