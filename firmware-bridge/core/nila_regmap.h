/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nila_regmap: the register map of a Lumbung Nila sensor node, version 1. FROZEN: later versions may use reserved
 * registers, never move or change one.
 *
 * Input registers 0..119 (Modbus function 4) are one block, read in one request: a header (0..39) and eight channels of
 * ten registers. 32-bit values are two registers, high word first (byte order ABCD). Reserved registers read 0. */
#ifndef NILA_REGMAP_H
#define NILA_REGMAP_H

#define NILA_REG_COUNT    120 /* input registers in all */
#define NILA_REG_CHANNELS 8

/* Header */
#define NILA_REG_MAGIC       0  /* NILA_MAGIC: this is a node, and the block begins here */
#define NILA_REG_MAP_VERSION 1  /* NILA_MAP_VERSION */
#define NILA_REG_PRODUCT     2  /* 1 node on a board, 2 Linux bridge, 3 simulator */
#define NILA_REG_FIRMWARE    3  /* major << 8 | minor */
#define NILA_REG_BUILD       4  /* u32, hash of the build */
#define NILA_REG_SERIAL      6  /* u32, serial number */
#define NILA_REG_UPTIME_S    8  /* u32, seconds since boot */
#define NILA_REG_BOOTS       10 /* u32, boot counter */
#define NILA_REG_RESET_CAUSE 12 /* 0 unknown 1 power 2 watchdog 3 software 4 pin 5 brown-out */
#define NILA_REG_SUPPLY_MV   13 /* 0 when not measured */
#define NILA_REG_BOARD_TEMP  14 /* s16, 0.1 C; 0x8000 when not measured */
#define NILA_REG_UNIT        15 /* own unit id */
#define NILA_REG_SAMPLE      16 /* u32, number of the last sampling round of all channels */
#define NILA_REG_REQUEST \
    18 /* u32, answers given by this unit since boot, this one included: two answers are
                                   * never equal, so an old answer is seen to be old */
#define NILA_REG_HEALTH        20 /* bits NILA_HEALTH_* */
#define NILA_REG_BUS_MESSAGES  22 /* u16, wrapping: frames with good CRC seen on the line */
#define NILA_REG_BUS_CRC       23 /* frames with a bad CRC */
#define NILA_REG_BUS_EXCEPTION 24 /* exception answers given */
#define NILA_REG_BUS_FOREIGN   25 /* good frames for other units */
#define NILA_REG_BUS_OVERRUN   26 /* frames longer than 256 bytes */
#define NILA_REG_BUS_RESYNC    27 /* requests found behind junk */
/* 21, 28..39 reserved */

/* Channel n (0..7) */
#define NILA_REG_CHANNEL(n) (40 + 10 * (n))
#define NILA_CH_VALUE       0 /* s32, unit of the kind x 1000; NILA_MISSING when there is none */
#define NILA_CH_RAW \
    2 /* s32, before compensation and calibration; NILA_MISSING when there is none */
#define NILA_CH_QUALITY     4 /* bits NILA_Q_* */
#define NILA_CH_AGE_S       5 /* seconds since the sample was taken, 0xFFFF when older or never */
#define NILA_CH_SEQUENCE    6 /* u32, number of samples taken since boot */
#define NILA_CH_KIND        8 /* NILA_KIND_*, 0: channel not fitted */
#define NILA_CH_CALIBRATION 9 /* number of the calibration in force, 0: factory */

#define NILA_MAGIC          0x4E4C /* "NL" */
#define NILA_MAP_VERSION    1
#define NILA_MISSING        (-2147483647 - 1) /* 0x80000000: never a plausible value */

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

/* Holding registers (functions 3, 6, 16), first part; the rest of 0..99 is reserved.
 * A write to a reserved register is exception 2. */
#define NILA_HOLD_COUNT       4
#define NILA_HOLD_UNLOCK      0 /* write NILA_UNLOCK first; any other write clears it again */
#define NILA_HOLD_UNIT        1 /* 1..247, takes effect after the answer */
#define NILA_HOLD_RESPONSE_MS 2 /* 0..1000 delay before an answer */
#define NILA_HOLD_PERIOD_S    3 /* 1..3600 sampling period */
#define NILA_UNLOCK           0x5A17

#endif
