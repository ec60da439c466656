/* SPDX-License-Identifier: GPL-3.0-or-later */
/* flatjson: walks an object of texts, {"column":"text",...}, as records write the versions of a row (change.h). Pure. */
#ifndef ANALYTICS_WEB_FLATJSON_H
#define ANALYTICS_WEB_FLATJSON_H

#include <stddef.h>

#include "collector/common/err.h"

struct flatjson {
    const char *at;
    char *name, *value; /* of the member it stands on; the walk's own */
};

/* text must outlive the walk. "" holds nothing. */
void flatjson_begin(struct flatjson *w, const char *text);
/* 1: the next member; 0: there is none; NILA_ERR_PARSE: it is no such object. */
NILA_MUST_CHECK int flatjson_next(struct flatjson *w);
void flatjson_end(struct flatjson *w);
/* The value of a name, the caller's, free(); NULL: there is none. */
char *flatjson_value(const char *text, const char *name);

#endif
