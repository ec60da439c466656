/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "filesign.h"

#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

struct file_sign file_sign_of(const char *path)
{
    struct file_sign s = {0};
    char name[FILE_SIGN_FILES][PATH_MAX];

    (void)snprintf(name[0], sizeof name[0], "%s", path);
    (void)snprintf(name[1], sizeof name[1], "%s-wal", path);
    (void)snprintf(name[2], sizeof name[2], "%s.presses", path);
    for (int i = 0; i < FILE_SIGN_FILES; i++) {
        struct stat st;
        if (stat(name[i], &st) != 0)
            continue;
        s.size[i] = st.st_size;
        s.sec[i] = st.st_mtim.tv_sec;
        s.nsec[i] = st.st_mtim.tv_nsec;
    }
    return s;
}
