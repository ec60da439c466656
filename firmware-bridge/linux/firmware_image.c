/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "firmware_image.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/common/log.h"
#include "collector/common/tongue.h"
#include "firmware-bridge/core/nila_crc32.h"
#include "firmware-bridge/core/nila_update.h"

#include "lms_key.h"

#define TRAILER (NILA_IMAGE_INFO + NILA_LMS_SIG_BYTES)

static int io_error(char *why, size_t why_size, const char *path, int e)
{
    (void)snprintf(why, why_size, "%s: %s", path, tongue_errno(e));
    return NILA_ERR_IO;
}

static uint16_t get16(const uint8_t *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

static uint32_t get32(const uint8_t *p)
{
    return (uint32_t)get16(p) << 16 | get16(p + 2);
}

static void put32(uint8_t *p, uint32_t v)
{
    for (int i = 0; i < 4; i++)
        p[i] = (uint8_t)(v >> (24 - 8 * i));
}

/* A whole file with room for more behind it; caller frees. */
static int load(uint8_t **out, uint32_t *n, const char *path, size_t room, char *why,
                size_t why_size)
{
    uint8_t *bytes = xcalloc(1, FIRMWARE_IMAGE_MAX + room + 1);
    FILE *f = fopen(path, "rbe");
    size_t got = f == NULL ? 0 : fread(bytes, 1, FIRMWARE_IMAGE_MAX + 1, f);
    int rc = 0;

    if (f == NULL || ferror(f) != 0)
        rc = io_error(why, why_size, path, errno);
    else if (got == 0 || got > FIRMWARE_IMAGE_MAX)
        rc = NILA_ERR_PARSE;
    if (rc == NILA_ERR_PARSE)
        (void)snprintf(why, why_size,
                       tongue("%s kosong atau lebih dari 1 MB", "%s is empty or larger than 1 MB"),
                       path);
    if (f != NULL)
        (void)fclose(f);
    if (rc != 0) {
        free(bytes);
        return rc;
    }
    *out = bytes;
    *n = (uint32_t)got;
    return 0;
}

int firmware_image_load(struct firmware_image *out, const char *path, char *why, size_t why_size)
{
    struct firmware_image image = {0};
    const uint8_t *info;
    int rc = load(&image.bytes, &image.n, path, 0, why, why_size);

    if (rc != 0)
        return rc;
    info = image.n > TRAILER ? image.bytes + image.n - TRAILER : NULL;
    if (info == NULL || image.n % 2 != 0 || get32(info + NILA_IMAGE_AT_MAGIC) != NILA_IMAGE_MAGIC ||
        get16(info + NILA_IMAGE_AT_FORM) != 1 ||
        get32(info + NILA_IMAGE_AT_BYTES) != image.n - TRAILER) {
        (void)snprintf(why, why_size,
                       tongue("%s bukan firmware yang ditandatangani", "%s is no signed firmware"),
                       path);
        free(image.bytes);
        return NILA_ERR_PARSE;
    }
    image.crc = nila_crc32(0, image.bytes, image.n);
    image.product = get16(info + NILA_IMAGE_AT_PRODUCT);
    image.firmware = get16(info + NILA_IMAGE_AT_FIRMWARE);
    image.base = get32(info + NILA_IMAGE_AT_BASE);
    image.build = get32(info + NILA_IMAGE_AT_BUILD);
    *out = image;
    return 0;
}

static int keep(const uint8_t *bytes, uint32_t n, const char *path, char *why, size_t why_size)
{
    FILE *f = fopen(path, "wbxe");
    int rc = 0;

    if (f == NULL)
        return io_error(why, why_size, path, errno);
    if (fwrite(bytes, 1, n, f) != n || fflush(f) != 0 || fsync(fileno(f)) != 0)
        rc = io_error(why, why_size, path, errno);
    if (fclose(f) != 0 && rc == 0)
        rc = io_error(why, why_size, path, errno);
    if (rc != 0)
        (void)unlink(path);
    return rc;
}

int firmware_image_sign(const char *body_path, const char *key_path, const char *out_path,
                        struct firmware_image *about, uint32_t *left, char *why, size_t why_size)
{
    uint8_t *bytes, *info;
    uint32_t n;
    int rc;

    if (access(out_path, F_OK) == 0) /* before a one-time key is spent on it */
        return io_error(why, why_size, out_path, EEXIST);
    rc = load(&bytes, &n, body_path, TRAILER + 4, why, why_size);
    if (rc != 0)
        return rc;
    about->build = nila_crc32(0, bytes, n);
    while (n % 4 != 0)
        bytes[n++] = 0xFF;
    info = bytes + n;
    memset(info, 0, NILA_IMAGE_INFO);
    put32(info + NILA_IMAGE_AT_MAGIC, NILA_IMAGE_MAGIC);
    put32(info + NILA_IMAGE_AT_FORM, UINT32_C(1) << 16 | about->product);
    put32(info + NILA_IMAGE_AT_FIRMWARE, (uint32_t)about->firmware << 16);
    put32(info + NILA_IMAGE_AT_BASE, about->base);
    put32(info + NILA_IMAGE_AT_BYTES, n);
    put32(info + NILA_IMAGE_AT_BUILD, about->build);
    n += NILA_IMAGE_INFO;
    rc = lms_key_file_sign(key_path, bytes, n, bytes + n, left, why, why_size);
    if (rc == 0)
        rc = keep(bytes, n + NILA_LMS_SIG_BYTES, out_path, why, why_size);
    free(bytes);
    return rc;
}
