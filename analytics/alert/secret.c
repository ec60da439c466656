/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/common/tongue.h"

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

enum {
    KEY_MIN = 16
};

static const char *form_fault(const char *text, enum secret_form form)
{
    const size_t n = strlen(text);

    switch (form) {
    case SECRET_TOKEN:
        return n > 0 && text[strspn(text, LETTERS "-._~+/=:")] == '\0'
                   ? NULL
                   : tongue("baris pertamanya token saja, tanpa \"Bearer\" atau spasi",
                            "its first line is the token alone, without \"Bearer\" or blanks");
    case SECRET_LOGIN:
        return text[0] != ':' && strchr(text, ':') != NULL
                   ? NULL
                   : tongue("baris pertamanya nama:sandi", "its first line is user:password");
    case SECRET_KEY:
        return n >= KEY_MIN ? NULL
                            : tongue("baris pertamanya kunci, sedikitnya 16 bita",
                                     "its first line is the key, at least 16 bytes");
    case SECRET_PIN:
        return n >= 4 && n <= 8 && text[strspn(text, "0123456789")] == '\0'
                   ? NULL
                   : tongue("baris pertamanya PIN, 4 sampai 8 angka",
                            "its first line is the PIN, 4 to 8 digits");
    default:
        return "unknown form";
    }
}

/* NULL when the file may be trusted. */
static const char *mode_fault(const struct stat *st)
{
    if (!S_ISREG(st->st_mode))
        return tongue("bukan berkas biasa", "it is no plain file");
    if ((st->st_mode & (S_IROTH | S_IWOTH)) != 0)
        return tongue("semua orang di mesin ini dapat membaca atau mengubahnya; chmod 0640",
                      "everybody on this machine can read or change it; chmod 0640");
    if ((st->st_mode & S_IWGRP) != 0)
        return tongue("grupnya dapat mengubahnya; chmod 0640",
                      "its group can change it; chmod 0640");
    return NULL;
}

int secret_read(const char *path, enum secret_form form, char out[static SECRET_SIZE], char *why,
                size_t why_size)
{
    char text[SECRET_SIZE + 1] = "";
    const char *fault = NULL;
    struct stat st;
    ssize_t n = 0;
    int rc = NILA_ERR_CONFIG;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

    if (fd < 0 || fstat(fd, &st) != 0) {
        fault = errno == ENOENT ? tongue("tidak ada; tulis rahasianya di situ, mode 0640",
                                         "there is none; write the secret into it, mode 0640")
                                : tongue_errno(errno);
        goto out;
    }
    fault = mode_fault(&st);
    if (fault != NULL)
        goto out;
    n = read(fd, text, sizeof text - 1);
    if (n < 0) {
        fault = tongue_errno(errno);
        goto out;
    }
    text[n] = '\0';
    text[strcspn(text, "\r\n")] = '\0';
    fault = strlen(text) >= SECRET_SIZE ? tongue("baris pertamanya lebih dari 512 bita",
                                                 "its first line is longer than 512 bytes")
                                        : form_fault(text, form);
    if (fault != NULL)
        goto out;
    memcpy(out, text, strlen(text) + 1);
    rc = 0;
out:
    if (fault != NULL)
        (void)snprintf(why, why_size, "%.256s: %s", path, fault);
    secret_wipe(text, sizeof text);
    if (fd >= 0)
        (void)close(fd);
    return rc;
}

void secret_scrub(char *text, const char *secret)
{
    const size_t n = strlen(secret);

    if (n == 0)
        return;
    for (char *p = strstr(text, secret); p != NULL; p = strstr(p + n, secret))
        memset(p, '*', n);
}

void secret_wipe(char *secret, size_t size)
{
    volatile char *p = secret;

    while (size-- > 0)
        *p++ = '\0';
}
