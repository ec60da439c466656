/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gzip: the only file of the shared rooms that speaks to zlib. */
#ifndef NILA_COMMON_GZIP_H
#define NILA_COMMON_GZIP_H

#include "collector/common/buf.h"

/* Replaces the contents of out by the gzip form of n bytes. level 1 (fast) .. 9 (small). NILA_ERR_RANGE for a bad level
 * or more than 4 GiB. */
NILA_MUST_CHECK int gzip_pack(struct buf *out, const void *bytes, size_t n, int level);

/* The way back; at most max bytes come out, more is NILA_ERR_FULL. NILA_ERR_CORRUPT for anything that is not one whole
 * gzip member (cut short, damaged, followed by other bytes); out is empty then. */
NILA_MUST_CHECK int gzip_unpack(struct buf *out, const void *bytes, size_t n, size_t max);

#endif
