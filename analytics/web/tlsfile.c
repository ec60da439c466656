/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tlsfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/common/log.h"

#define MOST ((off_t)64 * 1024)

static int refuse(int rc, const char *path, const char *words, char *why, size_t why_size)
{
    (void)snprintf(why, why_size, "%.90s: %s", path, words);
    return rc;
}

static int take(int fd, const char *path, bool key, char **out, char *why, size_t why_size)
{
    struct stat st;
    char *text;
    ssize_t n;

    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size <= 0 || st.st_size > MOST)
        return refuse(NILA_ERR_CONFIG, path, "no plain file of 1 B to 64 kB", why, why_size);
    if (key && (st.st_mode & 027) != 0)
        return refuse(NILA_ERR_DENIED, path,
                      "others may read the key, or its group write it (chmod 640)", why, why_size);
    text = xcalloc(1, (size_t)st.st_size + 1);
    n = read(fd, text, (size_t)st.st_size);
    if (n == (ssize_t)st.st_size && strstr(text, "-----BEGIN ") != NULL) {
        *out = text;
        return 0;
    }
    tlsfile_free(text);
    return refuse(NILA_ERR_CONFIG, path, "holds no PEM", why, why_size);
}

int tlsfile_read(const char *path, bool key, char **out, char *why, size_t why_size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), rc;

    if (fd < 0)
        return refuse(errno == ENOENT ? NILA_ERR_NOT_FOUND : NILA_ERR_DENIED, path, strerror(errno),
                      why, why_size);
    rc = take(fd, path, key, out, why, why_size);
    (void)close(fd);
    return rc;
}

void tlsfile_free(char *text)
{
    if (text == NULL)
        return;
    explicit_bzero(text, strlen(text));
    free(text);
}
