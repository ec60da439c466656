/* SPDX-License-Identifier: GPL-3.0-or-later */
/* server_own: what server.c (HTTP) and routes.c (which page a path is) share. */
#ifndef ANALYTICS_WEB_SERVER_OWN_H
#define ANALYTICS_WEB_SERVER_OWN_H

#include "analytics/web/model.h"
#include "analytics/web/page.h"
#include "analytics/web/press.h"
#include "analytics/web/server.h"

struct MHD_Connection;
struct MHD_Daemon;

struct web {
    struct web_config c;
    struct whatif *whatif;
    struct model *model;
    struct presses *presses;
    struct MHD_Daemon *daemon;
    int port;
};

/* What a route makes; type is NULL until it is known. */
struct reply {
    int status;
    const char *type;
    const char *cache;
    struct buf body;
    struct MHD_Connection *connection; /* what else was asked */
    const char *allow;                 /* of a 405; NULL: GET and HEAD */
    char location[64];                 /* of a 303; "" none */
    const char *token;                 /* a new one for the cookie; NULL none */
    char fresh[PAGE_TOKEN_SIZE];
};

struct route {
    const char *path;     /* ending in '/': a prefix, the rest is a slug */
    bool needs_model;     /* 503 while there is none */
    const char *argument; /* of the query: its value goes to make as rest, "" without; NULL none */
    bool keep, buttons;   /* static: needs no picture; forms are drawn: the browser gets a token */
    void (*make)(struct web *w, const struct page_model *m, const char *rest, enum lang lang,
                 struct reply *r);
};

/* The route of a path and, for prefixes, what follows; NULL when there is none. */
const struct route *route_find(const char *path, const char **rest);
/* A member of the query; NULL: absent. */
const char *reply_argument(const struct reply *r, const char *name);

#endif
