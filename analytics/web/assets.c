/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "assets.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>

/* Relative to the repository's root, where make runs. */
__asm__(".section .rodata\n"
        ".balign 16\n"
        "nila_style_begin:\n"
        ".incbin \"analytics/web/style.css\"\n"
        "nila_style_end:\n"
        ".byte 0\n"
        "nila_openapi_begin:\n"
        ".incbin \"analytics/web/openapi.json\"\n"
        "nila_openapi_end:\n"
        ".byte 0\n"
        "nila_technician_begin:\n"
        ".incbin \"analytics/web/technician.js\"\n"
        "nila_technician_end:\n"
        ".byte 0\n"
        "nila_script_begin:\n"
        ".incbin \"analytics/web/script.js\"\n"
        "nila_script_end:\n"
        ".byte 0\n"
        "nila_photo_begin:\n"
        ".incbin \"analytics/web/photo.js\"\n"
        "nila_photo_end:\n"
        ".byte 0\n"
        ".previous\n");

extern const char nila_style_begin[], nila_style_end[];
extern const char nila_openapi_begin[], nila_openapi_end[];
extern const char nila_technician_begin[], nila_technician_end[];
extern const char nila_script_begin[], nila_script_end[];
extern const char nila_photo_begin[], nila_photo_end[];

const char ASSETS_ICON[] =
    "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 32 32\"><rect width=\"32\" "
    "height=\"32\" rx=\"6\" fill=\"#0b57a4\"/><path fill=\"#fff\" d=\"M4 15c5-8 13-8 "
    "18-1l6-4v10l-6-4c-5 "
    "7-13 7-18-1z\"/><path stroke=\"#9fd0ff\" stroke-width=\"2\" fill=\"none\" d=\"M3 27c4-3 6 3 "
    "10 0s6 3 "
    "10 0 4 1 6 0\"/></svg>";

const char *assets_style(size_t *n)
{
    *n = (size_t)(nila_style_end - nila_style_begin);
    return nila_style_begin;
}

const char *assets_openapi(size_t *n)
{
    *n = (size_t)(nila_openapi_end - nila_openapi_begin);
    return nila_openapi_begin;
}

const char *assets_technician(size_t *n)
{
    *n = (size_t)(nila_technician_end - nila_technician_begin);
    return nila_technician_begin;
}

const char *assets_script(size_t *n)
{
    *n = (size_t)(nila_script_end - nila_script_begin);
    return nila_script_begin;
}

const char *assets_photo(size_t *n)
{
    *n = (size_t)(nila_photo_end - nila_photo_begin);
    return nila_photo_begin;
}

static uint32_t style_version, script_version;
static pthread_once_t versions = PTHREAD_ONCE_INIT;

static void take_versions(void)
{
    size_t n;
    const char *text = assets_style(&n);

    style_version = (uint32_t)assets_hash(text, n);
    text = assets_technician(&n);
    style_version ^= (uint32_t)assets_hash(text, n);
    text = assets_photo(&n);
    style_version ^= (uint32_t)assets_hash(text, n);
    text = assets_script(&n);
    script_version = (uint32_t)assets_hash(text, n);
}

uint32_t assets_style_version(void)
{
    (void)pthread_once(&versions, take_versions);
    return style_version;
}

uint32_t assets_script_version(void)
{
    (void)pthread_once(&versions, take_versions);
    return script_version;
}

void assets_version(char out[static ASSETS_VERSION_SIZE])
{
    (void)snprintf(out, ASSETS_VERSION_SIZE, "%08" PRIx32 "%08" PRIx32, assets_style_version(),
                   assets_script_version());
}

uint64_t assets_hash(const void *bytes, size_t n)
{
    const unsigned char *p = bytes;
    uint64_t h = UINT64_C(0xcbf29ce484222325);

    for (size_t i = 0; i < n; i++)
        h = (h ^ p[i]) * UINT64_C(0x100000001b3);
    return h;
}
