/* SPDX-License-Identifier: GPL-3.0-or-later */
/* filesign: size and time of an SQLite file and its write-ahead log; tells that something changed. */
#ifndef ANALYTICS_WEB_FILESIGN_H
#define ANALYTICS_WEB_FILESIGN_H

#include <stdint.h>

struct file_sign {
    int64_t size[2], sec[2],
        nsec[2]; /* of the file and its log; 0: there is none, which is a state too */
};
struct file_sign file_sign_of(const char *path);

#endif
