/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The last frames of a bus, as they went over the line. */
#include "control_own.h"

#include <cjson/cJSON.h>
#include <string.h>

static void put_frame(struct buf *out, const char *bus, const struct frame *f)
{
    buf_str(out, "{\"kind\":\"frame\"");
    json_member(out, "bus", bus);
    json_whole(out, "at_ms", f->at_ms);
    json_member(out, "way", f->sent ? "tx" : "rx");
    buf_str(out, ",\"bytes\":\"");
    for (size_t i = 0; i < f->n; i++)
        buf_printf(out, "%s%02X", i > 0 ? " " : "", f->byte[i]);
    buf_str(out, "\"}\n");
}

struct control_state *control_frames(struct control *c, const struct lineserver_peer *peer,
                                     const struct cJSON *rq, struct buf *out)
{
    const cJSON *bus = cJSON_GetObjectItemCaseSensitive(rq, "bus");
    const struct site *s = c->src.site;
    struct frame frame[FRAMES_KEPT];
    size_t n = 0;
    unsigned i = 0;

    (void)peer;
    while (cJSON_IsString(bus) && i < s->buses && strcmp(s->bus[i].slug, bus->valuestring) != 0)
        i++;
    if (!cJSON_IsString(bus) || i == s->buses) {
        control_error(out, "not_found", "no such bus", "bus");
        return NULL;
    }
    if (c->src.poller != NULL)
        n = poller_frames(c->src.poller, i, frame);
    for (size_t k = 0; k < n; k++)
        put_frame(out, s->bus[i].slug, &frame[k]);
    control_end(out);
    return NULL;
}
