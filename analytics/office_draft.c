/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "office_draft.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/jsontext.h"
#include "collector/common/log.h"

static cJSON *must(cJSON *item)
{
    if (item == NULL)
        fatal("out of memory");
    return item;
}

static void put(cJSON *o, const char *key, cJSON *value)
{
    if (cJSON_GetObjectItemCaseSensitive(o, key) != NULL)
        (void)cJSON_ReplaceItemInObjectCaseSensitive(o, key, must(value));
    else
        (void)cJSON_AddItemToObject(o, key, must(value));
}

/* Text that is left out when empty. */
static void put_text(cJSON *o, const char *key, const char *text)
{
    if (text[0] != '\0')
        put(o, key, cJSON_CreateString(text));
    else
        cJSON_DeleteItemFromObjectCaseSensitive(o, key);
}

/* The object of that name, made when it is not there. */
static cJSON *own(cJSON *o, const char *key)
{
    if (!cJSON_IsObject(cJSON_GetObjectItemCaseSensitive(o, key)))
        put(o, key, cJSON_CreateObject());
    return cJSON_GetObjectItemCaseSensitive(o, key);
}

static cJSON *read_old(const char *old, size_t n, bool *comments)
{
    char *plain = xcalloc(n + 1, 1);
    struct jsontext_error e;
    cJSON *root = NULL;

    memcpy(plain, old, n);
    if (jsontext_blank(plain, n, &e) == 0)
        root = cJSON_ParseWithLength(plain, n);
    for (size_t i = 0; i < n; i++)
        *comments = *comments || (plain[i] != old[i] && old[i] == '/');
    free(plain);
    if (cJSON_IsObject(root))
        return root;
    cJSON_Delete(root);
    return NULL;
}

static void put_source(cJSON *root, const struct office_plan *p)
{
    cJSON *source = own(root, "source"), *influx;

    cJSON_DeleteItemFromObjectCaseSensitive(source, "collector"); /* exactly one of both */
    influx = own(source, "influx");
    put_text(influx, "url", p->url);
    put_text(influx, "database", p->database);
    put_text(influx, "token_file", "credential:influx.token");
    if (office_plain_http(p->url))
        put(influx, "insecure_http", cJSON_CreateTrue());
    else
        cJSON_DeleteItemFromObjectCaseSensitive(influx, "insecure_http");
}

static void put_web(cJSON *root, const struct office_plan *p)
{
    bool alone = p->tls == OFFICE_TLS_LOCAL || p->tls == OFFICE_TLS_PROXY;
    cJSON *web = own(root, "web");

    put_text(web, "bind", alone ? "127.0.0.1" : "0.0.0.0");
    put(web, "port", cJSON_CreateNumber(p->port));
    put_text(web, "names", p->names);
    put(web, "proxy", cJSON_CreateBool(p->tls == OFFICE_TLS_PROXY));
    put_text(web, "tls_cert", p->tls == OFFICE_TLS_OWN ? p->cert : "");
    put_text(web, "tls_key", p->tls == OFFICE_TLS_OWN ? p->key : "");
}

int office_draft(const struct office_plan *p, const char *old, size_t n, struct buf *out,
                 bool *comments)
{
    cJSON *root;
    char *text;

    *comments = false;
    root = old != NULL ? read_old(old, n, comments) : must(cJSON_CreateObject());
    if (root == NULL)
        return NILA_ERR_PARSE;
    put_text(own(root, "records"), "path", p->records);
    put_source(root, p);
    put_web(root, p);
    text = cJSON_Print(root);
    cJSON_Delete(root);
    if (text == NULL)
        fatal("out of memory");
    buf_str(out, text);
    buf_str(out, "\n");
    cJSON_free(text);
    return 0;
}
