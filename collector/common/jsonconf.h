/* SPDX-License-Identifier: GPL-3.0-or-later */
/* jsonconf: configuration files in JSON, read with cJSON, whose every error names file:line:column, the key, and what
 * is allowed.
 *
 * Comments // and C-style are allowed (blanked with spaces before parsing, so that positions stay). Unknown and
 * duplicate keys are errors ("did you mean"). A file may have at most 256 KiB and 32 levels.
 * Use: open, take the keys you know with the jsonconf_* calls, then jsonconf_done refuses what was not taken. The first
 * error is kept; after it every call returns its default, so that a reader checks once, at the end. */
#ifndef NILA_COMMON_JSONCONF_H
#define NILA_COMMON_JSONCONF_H

#include <stdbool.h>
#include <stddef.h>

#include "collector/common/err.h"

struct jsonconf;      /* a parsed file */
struct jsonconf_node; /* an object, array or value in it; lives as long as the file */

/* NILA_ERR_NOT_FOUND, NILA_ERR_DENIED, NILA_ERR_IO, NILA_ERR_CONFIG; why (size >= 256) has the words. */
NILA_MUST_CHECK int jsonconf_open(struct jsonconf **out, const char *path, char *why,
                                  size_t why_size);
NILA_MUST_CHECK int jsonconf_open_memory(struct jsonconf **out, const char *name, const char *text,
                                         size_t n, char *why, size_t why_size);
void jsonconf_close(struct jsonconf *c); /* NULL is fine */

const struct jsonconf_node *jsonconf_root(struct jsonconf *c);

/* A member of an object. need: its absence is an error. NULL when absent or after an error. The key counts as taken. */
const struct jsonconf_node *jsonconf_member(struct jsonconf *c, const struct jsonconf_node *object,
                                            const char *key, bool need);
bool jsonconf_is_null(const struct jsonconf_node *n);
bool jsonconf_is_string(const struct jsonconf_node *n);
bool jsonconf_is_object(const struct jsonconf_node *n);

/* Array access: length (an error when n is not an array, or longer than max) and elements. */
size_t jsonconf_length(struct jsonconf *c, const struct jsonconf_node *array, size_t max);
const struct jsonconf_node *jsonconf_at(struct jsonconf *c, const struct jsonconf_node *array,
                                        size_t i);

/* Typed members of an object. The *_or forms have a default and may be absent; the others must be there.
 * Strings are copied to buf; longer than size - 1 bytes is an error. Numbers outside min..max are errors. */
void jsonconf_string(struct jsonconf *c, const struct jsonconf_node *object, const char *key,
                     char *buf, size_t size);
/* The text a node itself is: an entry of a list. */
void jsonconf_text(struct jsonconf *c, const struct jsonconf_node *n, char *buf, size_t size);
void jsonconf_string_or(struct jsonconf *c, const struct jsonconf_node *object, const char *key,
                        char *buf, size_t size, const char *fallback);
/* A path; a relative one is made to start at the folder of the file beside. "credential:NAME" is the file NAME of a folder of
 * secrets that only root may read: what systemd loaded of it (LoadCredential=nila:FOLDER) in a service, FOLDER = secrets/
 * beside that file elsewhere. fallback NULL: it must be there. An empty one, or one
 * that does not fit in size bytes with its folder, is an error. */
void jsonconf_path(struct jsonconf *c, const struct jsonconf_node *object, const char *key,
                   const char *beside, const char *fallback, char *buf, size_t size);
void jsonconf_slug(struct jsonconf *c, const struct jsonconf_node *object, const char *key,
                   char *buf /* SLUG_SIZE */);
double jsonconf_number(struct jsonconf *c, const struct jsonconf_node *object, const char *key,
                       double min, double max);
/* The number a node itself is: an entry of a list; min after an error. */
double jsonconf_number_at(struct jsonconf *c, const struct jsonconf_node *n, double min,
                          double max);
double jsonconf_number_or(struct jsonconf *c, const struct jsonconf_node *object, const char *key,
                          double min, double max, double fallback);
long jsonconf_integer(struct jsonconf *c, const struct jsonconf_node *object, const char *key,
                      long min, long max);
long jsonconf_integer_or(struct jsonconf *c, const struct jsonconf_node *object, const char *key,
                         long min, long max, long fallback);
bool jsonconf_bool_or(struct jsonconf *c, const struct jsonconf_node *object, const char *key,
                      bool fallback);
/* One of the NULL-ended words; returns its index. need false and absent: returns fallback. */
int jsonconf_word(struct jsonconf *c, const struct jsonconf_node *object, const char *key,
                  const char *const *words, bool need, int fallback);
/* A key that is allowed and not looked at (notes, sources). */
void jsonconf_ignore(struct jsonconf *c, const struct jsonconf_node *object, const char *key);

/* Line of the node in the file, 1-based, for messages after the file is closed; 0 for NULL. */
long jsonconf_line(const struct jsonconf *c, const struct jsonconf_node *n);

/* "file:12:5: devices[2].unit" of the node, for messages after the file is closed; buf gets what fits. */
void jsonconf_where(const struct jsonconf *c, const struct jsonconf_node *n, char *buf,
                    size_t size);

/* Refuses at the node's place, in the caller's words: "file:12:5: devices[2].unit: ...". */
void jsonconf_refuse(struct jsonconf *c, const struct jsonconf_node *n, const char *fmt, ...)
    NILA_PRINTF(3, 4);

/* Checks that every key was taken. 0, or NILA_ERR_CONFIG with the first error's words in why. */
NILA_MUST_CHECK int jsonconf_done(struct jsonconf *c, char *why, size_t why_size);

#endif
