/* SPDX-License-Identifier: GPL-3.0-or-later */
/* site_read: what site.c, site_bus.c, site_input.c, site_reflex.c and site_sink.c share while a site file is read. Nobody else includes this. */
#ifndef NILA_COMMON_SITE_READ_H
#define NILA_COMMON_SITE_READ_H

#include "jsonconf.h"
#include "site.h"

/* Bounds of one site file: the largest farms have a TCP endpoint a pond. */
#define SITE_MAX_PONDS       256
#define SITE_MAX_BUSES       1024
#define SITE_MAX_BUS_DEVICES 256 /* every unit 0..255 */
#define SITE_MAX_INPUTS      64
#define SITE_MAX_REFLEXES    64
#define SITE_MAX_SINKS       8
#define SITE_PATH_MAX        256 /* bytes of a path as written, with its closing 0 */

struct site_reader {
    struct jsonconf *c;
    struct site *s;
    const char *name; /* of the site file: relative paths start at its folder */
};

/* Each reads one member of the root and refuses what is wrong through r->c. Arrays of r->s are allocated here. */
void site_read_buses(struct site_reader *r, const struct jsonconf_node *root);
void site_read_inputs(struct site_reader *r, const struct jsonconf_node *root);
void site_read_reflexes(struct site_reader *r, const struct jsonconf_node *root);
void site_read_sinks(struct site_reader *r, const struct jsonconf_node *root);

/* Text that may not be empty. */
void site_read_text(struct site_reader *r, const struct jsonconf_node *object, const char *key,
                    char *buf, size_t size);

/* A path; a relative one is made to start at the site file's folder. fallback NULL: the key must be there; "" and absent:
 * stays "". */
void site_read_path(struct site_reader *r, const struct jsonconf_node *object, const char *key,
                    char *buf, size_t size, const char *fallback);

/* The member "pond": the index of a pond, -1 for null (the whole site). */
int site_read_pond(struct site_reader *r, const struct jsonconf_node *object);

/* The member "device": the index of a device of any bus, 0 after an error. */
int site_read_device(struct site_reader *r, const struct jsonconf_node *object);

/* Is slug the name of a device or an input? */
bool site_find_tag(const struct site *s, const char *slug);

/* The slug of entry i of an array of structs (first: that of entry 0, stride bytes apart), refused when an entry before
 * it has the same. */
void site_read_slug(struct site_reader *r, const struct jsonconf_node *object, char *first,
                    size_t stride, size_t i);

/* What is wrong with an InfluxDB address, NULL when nothing: http or https, a host, perhaps a port, no path beyond "/".
 * *plain: http. *loopback: the host is this machine. Pure; both out-parameters are only set when nothing is wrong. */
const char *site_url_fault(const char *url, bool *plain, bool *loopback);

#endif
