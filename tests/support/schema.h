/* SPDX-License-Identifier: GPL-3.0-or-later */
/* schema: a small validator of JSON Schema (draft 7), for the tests of our schema files. It knows the keywords those use, and
 * fails the test at one it doesn't know: nothing a schema says passes unread. */
#ifndef TESTS_SCHEMA_H
#define TESTS_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>

#include <cjson/cJSON.h>

/* Parses n bytes of JSON with comments, or returns NULL. Free with cJSON_Delete. */
cJSON *schema_parse(const char *text, size_t n);

/* Reads and parses a file, or fails the test. */
cJSON *schema_read(const char *path);

/* Does value keep to the schema root? Otherwise why (size >= 200) says where and which keyword. */
bool schema_valid(const cJSON *root, const cJSON *value, char *why, size_t why_size);

#endif
