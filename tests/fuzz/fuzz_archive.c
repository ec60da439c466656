/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A backup or bundle from anywhere: refused with words, or every file is one that its manifest lists, of a name that stays where it is
 * put, and is read whole. The headers' sums are put right first, so that what lies behind them is reached. */
#define _GNU_SOURCE /* memfd_create */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "collector/common/archive.h"
#include "collector/common/archive_own.h"
#include "collector/common/log.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int ok)
{
    if (!ok)
        abort();
}

static void mend_sums(uint8_t *p, size_t size)
{
    for (size_t at = 0; at + ARCHIVE_BLOCK <= size; at += ARCHIVE_BLOCK) {
        struct archive_header h;
        memcpy(&h, p + at, sizeof h);
        if (memcmp(h.magic, "ustar", 5) != 0)
            continue;
        (void)snprintf(h.sum, sizeof h.sum, "%06o", archive_sum(&h));
        memcpy(p + at, &h, sizeof h);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct archive *a = NULL;
    char path[64], why[256] = "";
    uint8_t *p = xcalloc(size + 1, 1);
    int fd = memfd_create("fuzz", MFD_CLOEXEC);

    memcpy(p, data, size);
    mend_sums(p, size);
    must(fd >= 0 && write(fd, p, size) == (ssize_t)size);
    free(p);
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (archive_open(&a, path, 65536, why, sizeof why) != 0) {
        must(why[0] != '\0' && a == NULL);
    } else {
        for (size_t i = 0; i < archive_files(a); i++) {
            struct buf text = {0};
            must(archive_name_good(archive_name(a, i)) &&
                 archive_find(a, archive_name(a, i)) == (int)i);
            must(archive_text(a, i, 65536, &text) == 0 && (int64_t)text.n == archive_bytes(a, i));
            buf_free(&text);
        }
        archive_close(a);
    }
    (void)close(fd);
    return 0;
}
