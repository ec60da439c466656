/* SPDX-License-Identifier: GPL-3.0-or-later */
/* filesign: size and time of an SQLite file, its write-ahead log, and the presses that wait beside it; tells that something changed. */
#ifndef ANALYTICS_WEB_FILESIGN_H
#define ANALYTICS_WEB_FILESIGN_H

#include <stdint.h>

#define FILE_SIGN_FILES 3
struct file_sign {
    int64_t size[FILE_SIGN_FILES], sec[FILE_SIGN_FILES],
        nsec[FILE_SIGN_FILES]; /* 0: there is none, which is a state too */
};
struct file_sign file_sign_of(const char *path);

#endif
