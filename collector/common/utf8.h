/* SPDX-License-Identifier: GPL-3.0-or-later */
/* utf8: is it UTF-8, and may a terminal see it? Shared by the readers of text files and those who write for people. */
#ifndef NILA_COMMON_UTF8_H
#define NILA_COMMON_UTF8_H

#include <stddef.h>

/* Bytes (1..4) of the well-formed UTF-8 character at the start of s, n > 0 bytes long; 0 when there is none: a stray or
 * missing continuation byte, an overlong form, a surrogate, above U+10FFFF (Unicode 15, table 3-7). */
size_t utf8_length(const char *s, size_t n);

/* Makes control characters question marks, but for line ends and tabs: names of devices, cells of files and words of servers must
 * not steer a terminal. s may be NULL when n is 0. */
void utf8_plain(char *s, size_t n);

#endif
