/* SPDX-License-Identifier: GPL-3.0-or-later */
/* assets: the style sheet and scripts, built into the program, so that the pages need no files beside it. */
#ifndef ANALYTICS_WEB_ASSETS_H
#define ANALYTICS_WEB_ASSETS_H

#include <stddef.h>
#include <stdint.h>

/* analytics/web/style.css as it was at build time; 0-ended. */
const char *assets_style(size_t *n);
/* analytics/web/script.js, likewise. */
const char *assets_script(size_t *n);

/* analytics/web/openapi.json likewise: what the API answers. */
const char *assets_openapi(size_t *n);
/* The script of "/alat", analytics/web/technician.js; 0-ended. */
const char *assets_technician(size_t *n);
/* The script of "/catat/foto", analytics/web/photo.js, which makes a picture small; 0-ended. */
const char *assets_photo(size_t *n);

/* FNV-1a, 64 bits: tells versions of a text apart (ETag, the ?v= of a link). Not for secrets. */
uint64_t assets_hash(const void *bytes, size_t n);

/* The ?v= of the style and the technicians' script, and of the other script. Worked out once. */
uint32_t assets_style_version(void);
uint32_t assets_script_version(void);
/* Of both together. */
#define ASSETS_VERSION_SIZE 17
void assets_version(char out[static ASSETS_VERSION_SIZE]);

/* The tab's sign: a fish over water; SVG, 0-ended. */
extern const char ASSETS_ICON[];

#endif
