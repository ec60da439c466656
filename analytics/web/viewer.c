/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "collector/common/log.h"

static void digest_of(const char *before, const char *secret, char out[static SHA256_HEX_SIZE])
{
    struct sha256 s;
    uint8_t digest[SHA256_BYTES];

    sha256_init(&s);
    sha256_add(&s, before, strlen(before));
    sha256_add(&s, secret, strlen(secret));
    sha256_done(&s, digest);
    sha256_hex(out, digest);
}

static bool secret_valid(const char *cookie)
{
    return cookie != NULL && strlen(cookie) == VIEWER_SECRET_SIZE - 1 &&
           cookie[strspn(cookie, "0123456789abcdef")] == '\0';
}

int viewer_secret(char secret[static VIEWER_SECRET_SIZE], char digest[static SHA256_HEX_SIZE])
{
    uint8_t bytes[SHA256_BYTES];

    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes) {
        log_warn("web: the system gives no random bytes; nobody can log in");
        return NILA_ERR_IO;
    }
    sha256_hex(secret, bytes);
    digest_of("", secret, digest);
    return 0;
}

static void take_user(struct viewer *v, const struct rec_user *u)
{
    v->role = u->role;
    memcpy(v->user, u->slug, sizeof v->user);
    memcpy(v->name, u->name, sizeof v->name);
    memcpy(v->regency, u->regency, sizeof v->regency);
    v->farms = u->farms;
    memcpy(v->farm, u->farm, sizeof v->farm);
    memcpy(v->phone, u->phone, sizeof v->phone);
    v->english = u->english;
    v->large = u->large;
    v->renew = u->renew;
    v->consent_ms = u->consent_ms;
    v->verified_ms = u->verified_ms;
}

int viewer_find(struct records *r, const char *cookie, bool open, int64_t now_ms,
                struct viewer *out)
{
    struct viewer v = {.open = open};
    char digest[SHA256_HEX_SIZE], csrf[SHA256_HEX_SIZE];
    struct rec_session session;
    struct rec_user user;
    bool any = true;
    int rc = records_users_any(r, &any);

    *out = v;
    if (rc != 0)
        return rc;
    v.unmanaged = !any;
    if (any && secret_valid(cookie)) {
        digest_of("", cookie, digest);
        rc = records_session(r, digest, now_ms, &session, &user);
        if (rc == 0) {
            take_user(&v, &user);
            v.session = session.id;
            /* of the session's secret, which no page shows: who knows it could not make it up */
            digest_of("nila form ", cookie, csrf);
            (void)snprintf(v.csrf, sizeof v.csrf, "%.32s", csrf);
        } else if (rc != NILA_ERR_NOT_FOUND) {
            return rc;
        }
    }
    *out = v;
    return 0;
}

static bool has_farm(const struct viewer *v, const char *farm)
{
    for (size_t i = 0; i < v->farms; i++)
        if (strcmp(v->farm[i], farm) == 0)
            return true;
    return false;
}

bool viewer_sees_regency(const struct viewer *v, enum regency regency)
{
    return v->unmanaged || viewer_edits_regency(v, regency);
}

bool viewer_edits_regency(const struct viewer *v, enum regency regency)
{
    return (v->role == ROLE_OFFICER || v->role == ROLE_ADMIN) && v->regency[regency];
}

bool viewer_sees_farm(const struct viewer *v, const char *farm, enum regency regency)
{
    return v->unmanaged || viewer_edits_farm(v, farm, regency);
}

bool viewer_edits_farm(const struct viewer *v, const char *farm, enum regency regency)
{
    return viewer_edits_regency(v, regency) || (v->role == ROLE_FARMER && has_farm(v, farm));
}

bool viewer_sees_water(const struct viewer *v, const char *farm, enum regency regency)
{
    return viewer_sees_farm(v, farm, regency) || (v->role == ROLE_NONE && v->open) ||
           (v->role == ROLE_TECHNICIAN && v->regency[regency]);
}

bool viewer_sees_money(const struct viewer *v, const char *farm)
{
    return v->role == ROLE_FARMER && has_farm(v, farm);
}

/* --- the picture --- */

static bool sees_pond(const struct viewer *v, const struct page_pond *p)
{
    return viewer_sees_water(v, p->farm_slug, region_kecamatan(p->kecamatan)->regency);
}

/* A pond's slug, "farm:slug", or what concerns the whole site ("", "channel:slug"), which everybody who may see any pond is told of. */
static bool sees_subject(const struct viewer *v, const struct page_model *m, const char *subject)
{
    if (subject[0] == '\0' || page_find(m, subject) != NULL ||
        strncmp(subject, ALARM_OF_CHANNEL, sizeof ALARM_OF_CHANNEL - 1) == 0)
        return true;
    if (strncmp(subject, "farm:", 5) != 0)
        return false;
    for (size_t i = 0; i < m->ponds; i++)
        if (strcmp(m->pond[i].farm_slug, subject + 5) == 0 && sees_pond(v, &m->pond[i]))
            return true;
    return false;
}

/* Lists lie by pond, most of them: the one that was found last, or its neighbours, tell whether the subject is one. */
static bool sees_next(const struct viewer *v, const struct page_model *m, const char *subject,
                      size_t *at)
{
    if (m->by_slug == NULL || m->ponds == 0 || strchr(subject, ':') != NULL || *subject == '\0')
        return sees_subject(v, m, subject);
    for (;;) {
        const int order = strcmp(subject, m->pond[m->by_slug[*at]].pond.slug);

        if (order == 0)
            return true;
        if (order < 0)
            break;
        if (*at + 1 == m->ponds)
            return false;
        ++*at;
    }
    if (*at == 0 || strcmp(subject, m->pond[m->by_slug[*at - 1]].pond.slug) > 0)
        return false;                     /* between two that are */
    return page_find(m, subject) != NULL; /* the list goes back */
}

/* A new list of those of n elements whose subject, at the offset in each, may be seen; their number in *kept. */
static void *keep(const struct viewer *v, const struct page_model *m, const void *list, size_t n,
                  size_t size, size_t offset, size_t *kept)
{
    const char *element = list;
    char *own = xcalloc(n, size);
    size_t at = 0;

    *kept = 0;
    for (size_t i = 0; i < n; i++)
        if (sees_next(v, m, element + i * size + offset, &at))
            memcpy(own + (*kept)++ * size, element + i * size, size);
    return own;
}

/* The ponds that the viewer may see, in the order they were in; nothing is copied for who may see all. */
static void keep_ponds(const struct viewer *v, struct page_model *m)
{
    size_t kept = 0, *place;
    struct page_pond *own;

    for (size_t i = 0; i < m->ponds; i++)
        kept += sees_pond(v, &m->pond[i]);
    if (kept == m->ponds)
        return;
    own = xcalloc(kept, sizeof *own);
    place = xcalloc(m->ponds, sizeof *place); /* of each by slug, one too high; 0: not seen */
    for (size_t i = kept = 0; i < m->ponds; i++)
        if (sees_pond(v, &m->pond[i])) {
            own[kept] = m->pond[i];
            place[m->pond[i].at] = ++kept;
        }
    m->own_by_slug = xcalloc(kept, sizeof *m->own_by_slug);
    for (size_t i = 0, k = 0; i < m->ponds; i++)
        if (place[i] > 0)
            m->own_by_slug[k++] = place[i] - 1;
    free(place);
    m->own_pond = own;
    m->pond = own;
    m->by_slug = m->by_slug != NULL ? m->own_by_slug : NULL;
    m->ponds = kept;
    page_count(m);
}

void viewer_filter(const struct viewer *v, struct page_model *m)
{
    struct page_board *b = &m->board, *own = &m->own_board;

    m->viewer = v;
    if (v->unmanaged)
        return;
    keep_ponds(v, m);
    own->alarm = keep(v, m, b->alarm, b->alarms, sizeof *b->alarm,
                      offsetof(struct rec_alarm, subject), &b->alarms);
    own->limit = keep(v, m, b->limit, b->limits, sizeof *b->limit, offsetof(struct rec_limit, pond),
                      &b->limits);
    own->press = keep(v, m, b->press, b->presses, sizeof *b->press,
                      offsetof(struct rec_press, pond), &b->presses);
    own->night = keep(v, m, b->night, b->nights, sizeof *b->night, offsetof(struct rec_night, pond),
                      &b->nights);
    own->month = keep(v, m, b->month, b->months, sizeof *b->month,
                      offsetof(struct report_pond, pond), &b->months);
    b->alarm = own->alarm;
    b->limit = own->limit;
    b->press = own->press;
    b->night = own->night;
    b->month = own->month;
    m->without_fish = v->role == ROLE_TECHNICIAN || v->role == ROLE_NONE;
}
