/* SPDX-License-Identifier: GPL-3.0-or-later */
/* wizard_draft: a site file that is being made or changed by `setup`, in memory.
 *
 * What was in the file and is not asked about (reflexes, inputs, limits of a metric, journal) stays where it was; only comments
 * are lost, and wizard_draft_comments says whether there are any. Texts that come in are kept as they are: whether the whole is
 * a good site file is for its reader to say (site_load), and nothing is written before it has. Single-threaded. */
#ifndef COLLECTOR_WIZARD_DRAFT_H
#define COLLECTOR_WIZARD_DRAFT_H

#include <stdbool.h>
#include <stddef.h>

#include "collector/common/buf.h"
#include "collector/common/site.h"

struct wizard_draft; /* opaque */

/* What setup asks about a device, a sink, a line; the rest of struct site_* is not its business. */
struct wizard_device {
    char slug[SLUG_SIZE], profile[SLUG_SIZE];
    int unit;
    char pond[SLUG_SIZE]; /* "": of the whole site */
};

struct wizard_sink {
    char slug[SLUG_SIZE], url[256];
    enum influx_api api;
    char database[65], org[65], bucket[65];
    char token[256]; /* token_file as it stands in the file; "" none */
    bool insecure_http;
};

struct wizard_draft *wizard_draft_new(void);
/* From the text of a file that site_load has taken. NILA_ERR_PARSE: it is no JSON object. */
NILA_MUST_CHECK int wizard_draft_read(struct wizard_draft **out, const char *text, size_t n);
void wizard_draft_free(struct wizard_draft *d); /* NULL is fine */

/* The text had comments, which the written file will not have. */
bool wizard_draft_comments(const struct wizard_draft *d);

/* The whole as text that site_load reads, ended by a line end. */
void wizard_draft_text(const struct wizard_draft *d, struct buf *out);

/* "slug" "name" "regency" "kecamatan" of the site; "" when there is none. */
const char *wizard_draft_head(const struct wizard_draft *d, const char *key);
void wizard_draft_set_head(struct wizard_draft *d, const char *key, const char *value);

size_t wizard_draft_ponds(const struct wizard_draft *d);
void wizard_draft_pond(const struct wizard_draft *d, size_t i, struct site_pond *out);
/* Pond i, or a new one at the end when i is their number. The slug of one that is there stays: history hangs on it. */
void wizard_draft_set_pond(struct wizard_draft *d, size_t i, const struct site_pond *pond);
void wizard_draft_remove_pond(struct wizard_draft *d, size_t i);

size_t wizard_draft_buses(const struct wizard_draft *d);
void wizard_draft_bus(const struct wizard_draft *d, size_t i, struct site_bus *out);
/* Port, speed, parity, stop bits; or host and port. Of a new one the slug, too. Its devices and time-outs stay. */
void wizard_draft_set_bus(struct wizard_draft *d, size_t i, const struct site_bus *bus);
void wizard_draft_remove_bus(struct wizard_draft *d, size_t i);

size_t wizard_draft_devices(const struct wizard_draft *d, size_t bus);
void wizard_draft_device(const struct wizard_draft *d, size_t bus, size_t i,
                         struct wizard_device *out);
void wizard_draft_set_device(struct wizard_draft *d, size_t bus, size_t i,
                             const struct wizard_device *dev);
void wizard_draft_remove_device(struct wizard_draft *d, size_t bus, size_t i);
/* This device is the one of its pond for the metric; another of the same pond is so no more. */
void wizard_draft_primary(struct wizard_draft *d, size_t bus, size_t i, const char *metric);
bool wizard_draft_is_primary(const struct wizard_draft *d, size_t bus, size_t i,
                             const char *metric);

size_t wizard_draft_sinks(const struct wizard_draft *d);
void wizard_draft_sink(const struct wizard_draft *d, size_t i, struct wizard_sink *out);
void wizard_draft_set_sink(struct wizard_draft *d, size_t i, const struct wizard_sink *sink);
void wizard_draft_remove_sink(struct wizard_draft *d, size_t i);

/* The name of what still speaks of a thing by key ("pond", "device") and slug, such as the reflex "aerator-1"; NULL nobody. */
const char *wizard_draft_user(const struct wizard_draft *d, const char *key, const char *slug);

/* Is the slug taken by a pond; by a device, input or reflex; by a bus? */
bool wizard_draft_pond_taken(const void *draft, const char *slug);
bool wizard_draft_device_taken(const void *draft, const char *slug);
bool wizard_draft_bus_taken(const void *draft, const char *slug);

#endif
