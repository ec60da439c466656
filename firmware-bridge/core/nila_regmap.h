/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nila_regmap: the register map of a Lumbung Nila sensor node, version 1. FROZEN: later versions may use reserved
 * registers, never move or change one.
 *
 * One table a kind of register; the names, addresses, ranges and the description in README.md (`make firmware-map`) all
 * come from it. A 32-bit value is two registers, high word first (byte order ABCD). Reserved registers read 0.
 * Input registers (function 4) 0..119 are one block, read in one request: a header (0..39) and eight channels of ten
 * registers. Holding registers (functions 3, 6, 16) 0..219 come in parts; what does not exist is exception 2. */
#ifndef NILA_REGMAP_H
#define NILA_REGMAP_H

#define NILA_REG_COUNT    120 /* input registers in all */
#define NILA_REG_CHANNELS 8
#define NILA_HOLD_END     220 /* holding registers are below */

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

/* Registers of the probes and of their calibration: X(name, address, type, access, what it is). Access R read only, W written at any
 * time, L with the lock open. Kept by nila_channels. */
#define NILA_PROBE_MAP(X) \
    X(SOURCE_0, 20, U16, L, "channel n at 20 + 2·n: what is connected: 0 nothing, 1 DS18B20, 2 EZO DO, 3 EZO pH, 4 EZO EC, " \
                            "5 analog pH, 6 analog EC, 7 analog (galvanic) DO; another source begins uncalibrated") \
    X(FILTER_0, 21, U16, L, "channel n at 21 + 2·n: median of (1, 3, 5, 7, 9; 0 the source's own) + 256 × smoothing " \
                            "(each value moves the mean by 1/2^s, 0 … 6; 255 the source's own)") \
    X(CAL_COMMAND, 40, U16, W, "1 begin, 2 point, 3 commit, 4 abort, 5 revert; 1, 3 and 5 need the lock open. " \
                               "May be written together with what follows; the result stands in 51") \
    X(CAL_CHANNEL, 41, U16, W, "channel of 1, 5 and of the record in 70") \
    X(CAL_METHOD, 42, U16, W, "0 factory, 1 offset (temperature, pH), 2 span (oxygen in air, conductivity), 3 zero (oxygen, " \
                              "conductivity), 4 two points, 5 three points (pH)") \
    X(CAL_REFERENCE, 43, S32, W, "of the next point, unit of the kind × 1000; conductivity at 25 °C; 0x80000000: air saturated with oxygen") \
    X(CAL_OPERATOR, 45, U16, W, "who calibrates, a number of the office's") \
    X(CAL_DATE, 46, U16, W, "today, days since 2000-01-01; 0 not known") \
    X(CAL_DUE, 47, U16, W, "next calibration, days since 2000-01-01; 0 not known") \
    X(CAL_VIEW, 48, U16, W, "which record 70 shows: 0 in force on the channel of 41, 1 … 8 the history, 1 the newest, 15 the open transaction's") \
    X(CAL_TEMP, 49, S16, W, "of the reference, 0.01 °C; 0x8000: the node's own thermometer stands in it") \
    X(CAL_STATE, 50, U16, R, "0 none, 1 open, 2 complete: commit or abort, 3 committed, 4 aborted") \
    X(CAL_RESULT, 51, U16, R, "of the last command: 0 done, 1 another is open, 2 none is open, 3 no such channel, 4 not for this " \
                              "source, 5 not steady yet, 6 no reading, 7 all points taken, 8 points missing, 9 slope implausible, " \
                              "10 offset implausible, 11 references too close, 12 not on a line, 13 reference impossible, " \
                              "14 temperature not known or not 5 … 45 °C, 15 not saved, 16 nothing to go back to, 17 timed out") \
    X(CAL_STEADY_S, 52, U16, R, "how long the reading has been steady; from 60 s (and 10 readings) on a point is taken") \
    X(CAL_LEFT_S, 53, U16, R, "until the transaction times out") \
    X(CAL_LIVE, 54, S32, R, "raw reading now") \
    X(CAL_LIVE_TEMP, 56, S16, R, "temperature that a point would get, 0.01 °C; 0x8000 none") \
    X(CAL_TAKEN, 57, U16, R, "points taken") \
    X(CAL_NEEDED, 58, U16, R, "points that the method needs") \
    X(WATER_TEMP, 60, S16, W, "from the master, for nodes without a thermometer: 0.01 °C; 0x8000 not known. This and the next " \
                              "two hold for two hours each") \
    X(WATER_SAL, 61, U16, W, "0.01 PSU, for nodes without conductivity; 0xFFFF not known") \
    X(WATER_BARO, 62, U16, W, "0.1 hPa, 5000 … 11000; 0 not known") \
    X(TODAY, 63, U16, W, "days since 2000-01-01, for \"calibration due\"; 0 not known; the node counts on") \
    X(WATER_AGE_MIN, 64, U16, R, "since the master last wrote one of 60 … 62, minutes; 0xFFFF never or longer") \
    X(RECORD_NUMBER, 70, U16, R, "the calibration record chosen by 48: its number, 0 factory") \
    X(RECORD_CHANNEL, 71, U16, R, "its channel") \
    X(RECORD_SOURCE, 72, U16, R, "its source, 0: there is no such record") \
    X(RECORD_METHOD, 73, U16, R, "its method") \
    X(RECORD_POINTS, 74, U16, R, "its points") \
    X(RECORD_DATE, 75, U16, R, "made") \
    X(RECORD_DUE, 76, U16, R, "due") \
    X(RECORD_OPERATOR, 77, U16, R, "by") \
    X(RECORD_SLOPE, 78, S32, R, "relative to the maker's, millionths") \
    X(RECORD_OFFSET, 80, S32, R, "raw × 1000 (conductivity: µS/cm × 1000)") \
    X(RECORD_POINT_0, 82, S32, R, "point i at 82 + 5·i: reference (2), raw (2), temperature 0.01 °C (1)")

/* Registers of an update: as NILA_PROBE_MAP; kept by nila_update. */
#define NILA_UPDATE_MAP(X) \
    X(UPDATE_COMMAND, 100, U16, L, "1 start (erases the slot that does not run), 2 finish (checks the whole), 3 activate (starts it on " \
                                   "trial), 4 confirm, 5 abort, 6 resume; with size and CRC in one write for 1 and 6") \
    X(UPDATE_SIZE, 101, U32, L, "bytes of the image with its signature") \
    X(UPDATE_CRC, 103, U32, L, "CRC-32 of all of them") \
    X(UPDATE_STATE, 105, U16, R, "0 none, 1 erasing, 2 receiving, 3 checking, 4 ready to be activated, 5 restarting, 6 on trial: " \
                                 "confirm within ten minutes, 7 failed") \
    X(UPDATE_RESULT, 106, U16, R, "0 done, 1 not now, 2 size, 3 blocks missing, 4 CRC, 5 signature, 6 for another product, 7 older than " \
                                  "what runs, 8 for the other slot, 9 the memory refused, 10 a firmware on trial has not shown yet that it " \
                                  "works: confirm again") \
    X(UPDATE_SLOT, 107, U16, R, "slot that an image would go to, 0 or 1") \
    X(UPDATE_NEXT, 108, U32, R, "next byte expected") \
    X(UPDATE_HAVE_CRC, 110, U32, R, "after resume: CRC-32 of the bytes before it") \
    X(UPDATE_BASE, 112, U32, R, "address the image must be linked for") \
    X(UPDATE_PRODUCT, 114, U16, R, "board the image must be for") \
    X(UPDATE_FIRMWARE, 115, U16, R, "running version, major × 256 + minor") \
    X(UPDATE_ROLLED_BACK, 116, U16, R, "1: the last image was not confirmed, and the one before runs again") \
    X(UPDATE_KEY, 117, U16, R, "mark of the key whose signatures count; 0: the development key, with which anybody can sign") \
    X(UPDATE_OFFSET, 118, U32, W, "of the data behind it, in the same write: 118, 119 and 1 to 100 registers from 120 on; no lock") \
    X(UPDATE_DATA, 120, U16, W, "two bytes a register, high byte first; reads 0")
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
#define NILA_AS_PROBE(name, address, type, access, text) NILA_HOLD_##name = (address),
enum {
    NILA_PROBE_MAP(NILA_AS_PROBE) NILA_HOLD_RECORD_END = 97
};
enum {
    NILA_UPDATE_MAP(NILA_AS_PROBE) NILA_HOLD_UPDATE_END = 220
};
#undef NILA_AS_PROBE
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
