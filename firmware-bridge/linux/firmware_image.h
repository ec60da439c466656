/* SPDX-License-Identifier: GPL-3.0-or-later */
/* firmware_image: the file of a signed image (core/nila_update.h): made by the office, read by the technician's tool. */
#ifndef BRIDGE_FIRMWARE_IMAGE_H
#define BRIDGE_FIRMWARE_IMAGE_H

#include <stddef.h>
#include <stdint.h>

#include "collector/common/err.h"

#define FIRMWARE_IMAGE_MAX ((size_t)1024 * 1024)

struct firmware_image {
    uint8_t *bytes; /* free with free() */
    uint32_t n, crc;
    uint16_t product, firmware; /* board; major << 8 | minor */
    uint32_t base, build;
};

/* Reads a signed image; its signature is the node's to judge. NILA_ERR_IO, NILA_ERR_PARSE (no image); why says which file. */
NILA_MUST_CHECK int firmware_image_load(struct firmware_image *out, const char *path, char *why,
                                        size_t why_size);

/* Appends what an image says of itself and the signature of key_path to the body in body_path, and writes all to out_path, which must
 * not exist. build is the CRC-32 of the body. *left: signatures the key has left. Errors as lms_key_file_sign. */
NILA_MUST_CHECK int firmware_image_sign(const char *body_path, const char *key_path,
                                        const char *out_path, struct firmware_image *about,
                                        uint32_t *left, char *why, size_t why_size);

#endif
