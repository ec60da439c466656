/* SPDX-License-Identifier: GPL-3.0-or-later */
/* err: the one error convention of the Linux programs.
 *
 * A function that can fail returns int: 0, or one of these (all negative); results come through out-parameters, which
 * stay untouched on failure. Foreign codes (errno, CURLE_*, SQLITE_*, Modbus) are turned into these in the adapter
 * that called them, and logged there, once. */
#ifndef NILA_COMMON_ERR_H
#define NILA_COMMON_ERR_H

#if defined(__GNUC__)
#define NILA_MUST_CHECK        __attribute__((warn_unused_result))
#define NILA_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define NILA_NOT_NULL          __attribute__((returns_nonnull))
#else
#define NILA_MUST_CHECK
#define NILA_PRINTF(fmt, args)
#define NILA_NOT_NULL
#endif

enum nila_err {
    NILA_ERR_IO = -1,          /* the disk, line or socket failed */
    NILA_ERR_BUSY = -2,        /* somebody else holds it */
    NILA_ERR_CORRUPT = -3,     /* stored bytes are not what was written */
    NILA_ERR_RANGE = -4,       /* a value is outside what is allowed */
    NILA_ERR_PARSE = -5,       /* foreign text or bytes do not have the expected form */
    NILA_ERR_CONFIG = -6,      /* the configuration is wrong; a person must change it */
    NILA_ERR_TIMEOUT = -7,     /* no answer in time */
    NILA_ERR_CLOSED = -8,      /* the other side, or we ourselves, ended it */
    NILA_ERR_NOT_FOUND = -9,   /* no such pond, file, table, key */
    NILA_ERR_FULL = -10,       /* a bound was reached (disk, size, count) */
    NILA_ERR_DENIED = -11,     /* not permitted (file rights, login, token) */
    NILA_ERR_PROTO = -12,      /* the answer breaks its protocol (CRC, id, function, HTTP) */
    NILA_ERR_REFUSED = -13,    /* the other side understood and said no */
    NILA_ERR_EXCEPTION = -14,  /* a Modbus exception answer */
    NILA_ERR_UNSUPPORTED = -15 /* asked for something this build or peer cannot do */
};

/* A short English phrase for rc ("no answer in time"); never NULL, static storage. */
const char *nila_err_text(int rc);

#endif
