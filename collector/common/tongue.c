/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tongue.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

static bool in_indonesian;

void tongue_set(bool indonesian)
{
    in_indonesian = indonesian;
}

const char *tongue(const char *indonesian, const char *english)
{
    return in_indonesian ? indonesian : english;
}

const char *tongue_errno(int e)
{
    static const struct {
        int e;
        const char *words;
    } WORDS[] = {
        {ENOENT, "berkas atau folder tidak ada"},
        {ENOTDIR, "sebagian alamatnya bukan folder"},
        {EISDIR, "itu folder, bukan berkas"},
        {EACCES, "tidak diizinkan"},
        {EPERM, "tidak diizinkan"},
        {EROFS, "disk hanya dapat dibaca"},
        {ENOSPC, "disk penuh"},
        {EDQUOT, "jatah disk habis"},
        {EFBIG, "berkas terlalu besar"},
        {EIO, "disk gagal membaca atau menulis"},
        {ENAMETOOLONG, "nama berkas terlalu panjang"},
        {EEXIST, "sudah ada"},
    };

    for (size_t k = 0; in_indonesian && k < sizeof WORDS / sizeof WORDS[0]; k++)
        if (WORDS[k].e == e)
            return WORDS[k].words;
    return strerror(e);
}
