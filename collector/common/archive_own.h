/* SPDX-License-Identifier: GPL-3.0-or-later */
/* archive_own: what archive.c (reading) and archive_write.c share; nobody else includes it. */
#ifndef NILA_COMMON_ARCHIVE_OWN_H
#define NILA_COMMON_ARCHIVE_OWN_H

#include <stdbool.h>
#include <stdint.h>

#define ARCHIVE_BLOCK 512

/* POSIX ustar, 512 bytes. */
struct archive_header {
    char name[100], mode[8], uid[8], gid[8], size[12], mtime[12], sum[8], type, link[100], magic[6],
        version[2], user[32], group[32], major[8], minor[8], prefix[155], pad[12];
};

/* The sum of its bytes with the field itself as blanks. */
unsigned archive_sum(const struct archive_header *h);
/* A name of ours: relative, no "..", nothing odd. */
bool archive_name_good(const char *name);
/* Words for errno at path, and our code. */
int archive_failed(const char *path, char *why, size_t why_size);

#endif
