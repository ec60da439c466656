/* SPDX-License-Identifier: GPL-3.0-or-later */
/* columns: tab-separated lines as a table. */
#ifndef COLLECTOR_COLUMNS_H
#define COLLECTOR_COLUMNS_H

#include "collector/common/buf.h"

/* Appends rows with their columns padded to one width; a character is taken as one column wide. */
void columns(struct buf *out, const struct buf *rows);

#endif
