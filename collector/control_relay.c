/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "control_own.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

#include "collector/common/log.h"

static int find_switch(const struct site *site, const cJSON *slug)
{
    for (unsigned i = 0; cJSON_IsString(slug) && i < site->reflexes; i++)
        if (strcmp(site->reflex[i].slug, slug->valuestring) == 0)
            return (int)i;
    return -1;
}

/* 1 on, 0 off, -1 by itself, -2 none of them. */
static int state_of(const cJSON *state)
{
    static const char *const NAME[] = {"auto", "off", "on"};

    for (int i = 0; cJSON_IsString(state) && i < 3; i++)
        if (strcmp(state->valuestring, NAME[i]) == 0)
            return i - 1;
    return -2;
}

struct control_state *control_relay(struct control *c, const struct lineserver_peer *peer,
                                    const cJSON *rq, struct buf *out)
{
    const struct site *site = c->src.site;
    const cJSON *for_s = cJSON_GetObjectItemCaseSensitive(rq, "for_s");
    int index = find_switch(site, cJSON_GetObjectItemCaseSensitive(rq, "slug"));
    int state = state_of(cJSON_GetObjectItemCaseSensitive(rq, "state")), seconds, most;
    char why[100];

    if (!control_may_write(peer)) {
        control_error(out, "denied", "switching is for root and the group nila-admin", "");
        return NULL;
    }
    if (index < 0 || c->src.switcher == NULL) {
        control_error(out, "not_found", "no such switch in this site", "slug");
        return NULL;
    }
    if (state < -1) {
        control_error(out, "range", "state is on, off or auto", "state");
        return NULL;
    }
    most = seconds = site->reflex[index].manual_max_s;
    if ((for_s != NULL && !control_whole(for_s, 1, most, &seconds)) ||
        switcher_manual(c->src.switcher, (unsigned)index, state, (int64_t)seconds * 1000) != 0) {
        (void)snprintf(why, sizeof why, "whole seconds, 1..%d (manual_max_s of the site file)",
                       most);
        control_error(out, "range", why, "for_s");
        return NULL;
    }
    log_info("switch %s: user %u says %s", site->reflex[index].slug, (unsigned)peer->uid,
             state == 1   ? "on"
             : state == 0 ? "off"
                          : "auto");
    control_status_switch(out, &c->src, (unsigned)index);
    control_end(out);
    return NULL;
}
