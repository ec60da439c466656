/* SPDX-License-Identifier: GPL-3.0-or-later */
/* json_out: the parts of JSON that printf does not write. */
#ifndef COLLECTOR_JSON_OUT_H
#define COLLECTOR_JSON_OUT_H

#include <stdint.h>

#include "collector/common/buf.h"

/* Appends "s" with what JSON wants escaped. Bytes that are not UTF-8 become '?': server's words are cut anywhere. */
void json_text(struct buf *b, const char *s);

/* ,"key":"value" */
void json_member(struct buf *b, const char *key, const char *value);
/* ,"key":value; null when it is NaN or infinite. */
void json_number(struct buf *b, const char *key, double value);
void json_whole(struct buf *b, const char *key, int64_t value);
void json_count(struct buf *b, const char *key, uint64_t value);

#endif
