/* SPDX-License-Identifier: GPL-3.0-or-later */
/* server_own: what server.c (HTTP), dispatch.c (who may) and the files of routes (which page a path is) share. */
#ifndef ANALYTICS_WEB_SERVER_OWN_H
#define ANALYTICS_WEB_SERVER_OWN_H

#include "analytics/web/fleet.h"
#include "analytics/web/form.h"
#include "analytics/web/login.h"
#include "analytics/web/model.h"
#include "analytics/web/multipart.h"
#include "analytics/web/packed.h"
#include "analytics/web/page.h"
#include "analytics/web/policy.h"
#include "analytics/web/press.h"
#include "analytics/web/server.h"
#include "analytics/web/stream.h"
#include "analytics/web/viewer.h"

struct MHD_Connection;
struct MHD_Daemon;

struct web {
    struct web_config c;
    struct records *accounts; /* a connection of its own: who is logged in waits for no forecast */
    struct records *bulk;     /* and one for what reads everything: pages wait for none of it */
    struct whatif *whatif;
    struct model *model;
    struct fleet *fleet;     /* the collectors, for technicians */
    struct streams *streams; /* of their page that changes by itself */
    struct presses *presses;
    struct logins *logins;
    struct connections *connections;
    struct packed *packed;
    char policy[POLICY_SIZE]; /* of what a page may load */
    struct MHD_Daemon *daemon;
    bool tls;
    int port;
};

/* What was asked, and by whom. A handler gets it after session, role, object, Origin and the form's token were checked. */
struct request {
    struct web *w;
    const struct route *route;
    const char *path;
    const char
        *rest; /* of a prefix: what follows; of a route with an argument: its value, "" without */
    bool post;
    enum lang lang;
    const struct viewer *viewer;
    const struct page_model *m; /* the viewer's picture; NULL when the route needs none */
    const struct form *form;    /* of a post */
    struct multipart_file file; /* of a post to a route that takes one; points into body */
    const char *body;           /* as it came */
    size_t body_n;
    char by[SITE_NAME_SIZE];      /* who, for records: the user's slug, else "halaman ADDRESS" */
    char address[SITE_NAME_SIZE]; /* of the browser */
    int64_t now_ms;
    struct MHD_Connection *connection;
};

/* A member of the query; NULL: absent. */
const char *request_query(const struct request *q, const char *name);
/* A field of the posted form; "" when it did not come. */
const char *request_field(const struct request *q, const char *name);
/* A header, a cookie; NULL: absent. */
const char *request_header(const struct request *q, const char *name);
const char *request_cookie(const struct request *q, const char *name);

#define REPLY_COOKIES 6
/* What a route makes: status 200 and HTML unless it says otherwise. */
struct reply {
    int status;
    const char *type;
    const char *cache;
    bool
        everybodys; /* a file that is the same whoever asks, and whatever their cookies say by then */
    struct buf body;
    const char *allow;  /* of a 405; NULL: GET and HEAD */
    bool stream;        /* the answer is a stream of events (stream.h) */
    char location[192]; /* of a 303; "" none */
    long wait_s;        /* Retry-After; 0 none */
    char file[96];      /* the browser stores it under this name; "" shows it */
    struct reply_cookie {
        char name[16], value[80]; /* "" none */
        long max_age_s;           /* 0: takes it away */
        bool strict;              /* SameSite=Strict, else Lax */
    } cookie[REPLY_COOKIES];
    char fresh[PAGE_TOKEN_SIZE]; /* a new token of forms for somebody without a session */
};

/* Sends the browser on with a GET; the path is ours. */
void reply_see_other(struct reply *r, const char *path);
/* How long a browser keeps a file: for good when it was asked for by the version (?v=) that it has, else a day. */
const char *asset_cache(const struct request *q, uint32_t version);
/* A page (or JSON) that says what is wrong: 400, 403, 404, 405, 409, 413, 429, 503. */
void reply_error(const struct request *q, struct reply *r, int status);
void reply_cookie(struct reply *r, const char *name, const char *value, long max_age_s,
                  bool strict);

enum route_method {
    ROUTE_GET = 1, /* and HEAD */
    ROUTE_POST = 2
};
/* Bits of enum role: who may, once users are on record. */
#define ROLE_BIT(role) (1U << (role))
enum {
    ROUTE_FARMER = ROLE_BIT(ROLE_FARMER),
    ROUTE_OFFICER = ROLE_BIT(ROLE_OFFICER),
    ROUTE_TECHNICIAN = ROLE_BIT(ROLE_TECHNICIAN),
    ROUTE_ADMIN = ROLE_BIT(ROLE_ADMIN),
    ROUTE_STAFF = ROUTE_OFFICER | ROUTE_ADMIN,
    ROUTE_USERS = ROUTE_FARMER | ROUTE_OFFICER | ROUTE_TECHNICIAN | ROUTE_ADMIN
};
/* What somebody without a session may. */
enum route_open {
    ROUTE_LOGIN,  /* nothing, ever */
    ROUTE_READ,   /* GET while no user is on record */
    ROUTE_POND,   /* everything while no user is on record, or with web.open */
    ROUTE_ANYBODY /* everything */
};

struct route {
    const char *path; /* ending in '/': a prefix, the rest is a slug or such */
    unsigned methods; /* ROUTE_GET | ROUTE_POST */
    unsigned roles;   /* ROUTE_USERS ... */
    enum route_open open;
    const char *argument; /* of the query: its value is rest; NULL none */
    bool needs_model;     /* 503 while there is none */
    bool keep;            /* static: needs no picture */
    bool first;           /* also before the viewer has agreed, or has a PIN of their own */
    bool program;         /* a program posts, not a form: make checks whose it is */
    const char *file;     /* its post may bring a file, in the field of this name; NULL: none may */
    bool forms;           /* draws forms: who has no session gets a token in a cookie */
    /* Is there such an object, and may the viewer have it? 0, or 400, 403, 404, 409. NULL: there is none to check. */
    int (*may)(const struct request *q);
    void (*make)(const struct request *q, struct reply *r);
};

/* A family of pages; path NULL ends it. */
extern const struct route ROUTES_PONDS[];
extern const struct route ROUTES_REGION[];
extern const struct route ROUTES_OFFICER[];
extern const struct route ROUTES_ASSUME[];
extern const struct route ROUTES_ACCOUNT[];
extern const struct route ROUTES_EXCHANGE[];
extern const struct route ROUTES_API[];
extern const struct route ROUTES_EXPORT[];
extern const struct route ROUTES_TECHNICIAN[];
extern const struct route ROUTES_FARMER[];
extern const struct route ROUTES_SYNC[];

/* The route of a path and, for prefixes, what follows; NULL when there is none. The longest path that fits. */
const struct route *route_find(const char *path, const char **rest);
/* Every route in turn: at 0, 1, ...; NULL after the last. */
const struct route *route_at(size_t at);

/* limit and after of a query; false: no such numbers. routes_api.c */
struct api_part;
bool api_read_part(const struct request *q, struct api_part *part);

/* The log-in, with the words that the session has ended; 403. routes_account.c */
void routes_login_again(const struct request *q, struct reply *r);
/* Answers: who asks, may they, and the route's handler. q: path, post, lang, body, address, connection; method: as it came.
 * dispatch.c */
void dispatch(struct request *q, const char *method, struct reply *r);

#endif
