/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _XOPEN_SOURCE 700 /* nftw */
#include "support.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *support_tmpdir(void)
{
    static char path[256];
    const char *base = getenv("TMPDIR");

    (void)snprintf(path, sizeof path, "%s/nila-test-XXXXXX", base != NULL ? base : "/tmp");
    if (mkdtemp(path) == NULL)
        fail_msg("cannot make %s: %s", path, strerror(errno));
    return path;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *where)
{
    (void)st;
    (void)kind;
    (void)where;
    return remove(path);
}

void support_rmdir(const char *path)
{
    (void)nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

void support_write(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");
    if (f == NULL)
        fail_msg("cannot write %s: %s", path, strerror(errno));
    if (fputs(text, f) < 0 || fclose(f) != 0)
        fail_msg("cannot write %s", path);
}

char *support_read(const char *path, size_t *n)
{
    FILE *f = fopen(path, "rb");
    char *text = NULL;
    size_t used = 0, got;

    if (f == NULL)
        fail_msg("cannot read %s: %s", path, strerror(errno));
    do {
        text = realloc(text, used + 65537);
        assert_non_null(text);
        got = fread(text + used, 1, 65536, f);
        used += got;
    } while (got > 0);
    (void)fclose(f);
    text[used] = '\0';
    if (n != NULL)
        *n = used;
    return text;
}

char *support_shared(const char *relative)
{
    char path[512];

    (void)snprintf(path, sizeof path, "../shared/%s", relative);
    if (access(path, R_OK) != 0) {
        printf("skip - %s is not here\n", path);
        return NULL;
    }
    return strdup(path);
}
