/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support.h"

#include <math.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/jsontext.h"
#include "schema.h"

#define DEEPEST 64 /* $ref and nesting together */

/* One value judged by one schema. */
struct place {
    const cJSON *root;
    char *why; /* NULL: nobody wants to know */
    size_t why_size;
    int depth;
    char path[160];
};

static bool check(struct place *at, const cJSON *schema, const cJSON *v);

cJSON *schema_parse(const char *text, size_t n)
{
    struct jsontext_error e;
    char *blanked = malloc(n + 1);
    cJSON *out = NULL;

    assert_non_null(blanked);
    memcpy(blanked, text, n);
    blanked[n] = '\0';
    if (jsontext_blank(blanked, n, &e) == 0)
        out = cJSON_ParseWithLength(blanked, n);
    free(blanked);
    return out;
}

cJSON *schema_read(const char *path)
{
    size_t n;
    char *text = support_read(path, &n);
    cJSON *out = schema_parse(text, n);

    if (out == NULL)
        fail_msg("%s is no JSON", path);
    free(text);
    return out;
}

static bool refuse(struct place *at, const char *keyword)
{
    if (at->why != NULL)
        (void)snprintf(at->why, at->why_size, "%.120s: %.40s", at->path, keyword);
    return false;
}

static bool is_type(const char *type, const cJSON *v)
{
    if (strcmp(type, "integer") == 0)
        return cJSON_IsNumber(v) && v->valuedouble == floor(v->valuedouble);
    return (strcmp(type, "object") == 0 && cJSON_IsObject(v)) ||
           (strcmp(type, "array") == 0 && cJSON_IsArray(v)) ||
           (strcmp(type, "string") == 0 && cJSON_IsString(v)) ||
           (strcmp(type, "number") == 0 && cJSON_IsNumber(v)) ||
           (strcmp(type, "boolean") == 0 && cJSON_IsBool(v)) ||
           (strcmp(type, "null") == 0 && cJSON_IsNull(v));
}

static bool check_type(struct place *at, const cJSON *k, const cJSON *v)
{
    const cJSON *t;

    if (cJSON_IsString(k))
        return is_type(k->valuestring, v) || refuse(at, "type");
    cJSON_ArrayForEach(t, k) if (is_type(t->valuestring, v)) return true;
    return refuse(at, "type");
}

static bool check_enum(struct place *at, const cJSON *k, const cJSON *v)
{
    const cJSON *e;

    cJSON_ArrayForEach(e, k) if (cJSON_Compare(e, v, true)) return true;
    return refuse(at, "enum");
}

/* The schemas of a list as keyword says; quiet, for those that only try. */
static unsigned count_valid(struct place *at, const cJSON *list, const cJSON *v)
{
    struct place quiet = *at;
    const cJSON *s;
    unsigned n = 0;

    quiet.why = NULL;
    cJSON_ArrayForEach(s, list) n += check(&quiet, s, v);
    return n;
}

static bool check_all(struct place *at, const cJSON *list, const cJSON *v)
{
    const cJSON *s;

    cJSON_ArrayForEach(s, list) if (!check(at, s, v)) return false;
    return true;
}

static bool check_ref(struct place *at, const cJSON *k, const cJSON *v)
{
    static const char HEAD[] = "#/definitions/";
    const cJSON *target;

    if (strncmp(k->valuestring, HEAD, sizeof HEAD - 1) != 0)
        fail_msg("$ref %s is not understood", k->valuestring);
    target =
        cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(at->root, "definitions"),
                                         k->valuestring + sizeof HEAD - 1);
    if (target == NULL)
        fail_msg("$ref %s leads nowhere", k->valuestring);
    return check(at, target, v);
}

static bool check_pattern(struct place *at, const cJSON *k, const cJSON *v)
{
    regex_t re;
    bool ok;

    if (!cJSON_IsString(v))
        return true;
    assert_int_equal(regcomp(&re, k->valuestring, REG_EXTENDED | REG_NOSUB), 0);
    ok = regexec(&re, v->valuestring, 0, NULL, 0) == 0;
    regfree(&re);
    return ok || refuse(at, "pattern");
}

/* Characters of UTF-8. */
static double length(const char *s)
{
    double n = 0;

    for (; *s != '\0'; s++)
        n += ((unsigned char)*s & 0xc0) != 0x80;
    return n;
}

static bool check_bound(struct place *at, const cJSON *k, const cJSON *v)
{
    const char *name = k->string;
    double value;

    if (strstr(name, "Length") != NULL) {
        if (!cJSON_IsString(v))
            return true;
        value = length(v->valuestring);
    } else if (strstr(name, "Items") != NULL) {
        if (!cJSON_IsArray(v))
            return true;
        value = cJSON_GetArraySize(v);
    } else {
        if (!cJSON_IsNumber(v))
            return true;
        value = v->valuedouble;
    }
    if (name[1] == 'a' ? value <= k->valuedouble : value >= k->valuedouble)
        return true;
    return refuse(at, name);
}

static bool check_member(struct place *at, const cJSON *schema, const cJSON *member)
{
    struct place below = *at;
    const size_t used = strlen(below.path);

    (void)snprintf(below.path + used, sizeof below.path - used, "/%.40s",
                   member->string != NULL ? member->string : "[]");
    return check(&below, schema, member);
}

static bool check_properties(struct place *at, const cJSON *schema, const cJSON *v)
{
    const cJSON *known = cJSON_GetObjectItemCaseSensitive(schema, "properties"), *m;
    const cJSON *others = cJSON_GetObjectItemCaseSensitive(schema, "additionalProperties");

    if (!cJSON_IsObject(v))
        return true;
    cJSON_ArrayForEach(m, v)
    {
        const cJSON *s = cJSON_GetObjectItemCaseSensitive(known, m->string);
        if (s == NULL && cJSON_IsFalse(others))
            return refuse(at, m->string);
        if (s != NULL && !check_member(at, s, m))
            return false;
    }
    return true;
}

static bool check_required(struct place *at, const cJSON *k, const cJSON *v)
{
    const cJSON *name;

    if (!cJSON_IsObject(v))
        return true;
    cJSON_ArrayForEach(name, k)
    {
        if (cJSON_GetObjectItemCaseSensitive(v, name->valuestring) == NULL)
            return refuse(at, name->valuestring);
    }
    return true;
}

static bool check_items(struct place *at, const cJSON *k, const cJSON *v)
{
    const cJSON *m;

    if (!cJSON_IsArray(v))
        return true;
    cJSON_ArrayForEach(m, v) if (!check_member(at, k, m)) return false;
    return true;
}

static bool check_if(struct place *at, const cJSON *schema, const cJSON *k, const cJSON *v)
{
    struct place quiet = *at;
    const cJSON *next;

    quiet.why = NULL;
    next = cJSON_GetObjectItemCaseSensitive(schema, check(&quiet, k, v) ? "then" : "else");
    return next == NULL || check(at, next, v);
}

static bool check_keyword(struct place *at, const cJSON *schema, const cJSON *k, const cJSON *v)
{
    static const char *const READ_ELSEWHERE[] = {
        "$schema", "$id",  "title", "description", "default", "definitions", "additionalProperties",
        "then",    "else", NULL};
    static const char *const BOUND[] = {"minimum",  "maximum",  "minLength", "maxLength",
                                        "minItems", "maxItems", NULL};
    const char *name = k->string;

    for (size_t i = 0; READ_ELSEWHERE[i] != NULL; i++)
        if (strcmp(name, READ_ELSEWHERE[i]) == 0)
            return true;
    for (size_t i = 0; BOUND[i] != NULL; i++)
        if (strcmp(name, BOUND[i]) == 0)
            return check_bound(at, k, v);
    if (strcmp(name, "type") == 0)
        return check_type(at, k, v);
    if (strcmp(name, "enum") == 0)
        return check_enum(at, k, v);
    if (strcmp(name, "$ref") == 0)
        return check_ref(at, k, v);
    if (strcmp(name, "pattern") == 0)
        return check_pattern(at, k, v);
    if (strcmp(name, "properties") == 0)
        return check_properties(at, schema, v);
    if (strcmp(name, "required") == 0)
        return check_required(at, k, v);
    if (strcmp(name, "items") == 0)
        return check_items(at, k, v);
    if (strcmp(name, "allOf") == 0)
        return check_all(at, k, v);
    if (strcmp(name, "anyOf") == 0)
        return count_valid(at, k, v) > 0 || refuse(at, name);
    if (strcmp(name, "not") == 0)
        return !check(&(struct place){.root = at->root, .depth = at->depth}, k, v) ||
               refuse(at, name);
    if (strcmp(name, "if") == 0)
        return check_if(at, schema, k, v);
    fail_msg("the validator does not know the keyword \"%s\"", name);
    return false;
}

static bool check(struct place *at, const cJSON *schema, const cJSON *v)
{
    struct place here = *at;
    const cJSON *k;

    if (++here.depth > DEEPEST)
        fail_msg("%s: the schema leads round in a ring", at->path);
    if (cJSON_IsBool(schema))
        return cJSON_IsTrue(schema) || refuse(at, "not allowed here");
    cJSON_ArrayForEach(k, schema) if (!check_keyword(&here, schema, k, v)) return false;
    return true;
}

bool schema_valid(const cJSON *root, const cJSON *value, char *why, size_t why_size)
{
    struct place at = {.root = root, .why = why, .why_size = why_size};

    why[0] = '\0';
    return check(&at, root, value);
}
