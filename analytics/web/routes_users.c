/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Users: adding them, their farms, a new PIN by two people. An admin has the users whose regencies and farms all lie in their own;
 * an officer may start and confirm new PINs of the farmers there; a farmer may confirm for those of the same farm. */
#include "routes_account.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "analytics/alert/phone.h"
#include "analytics/web/login.h"
#include "collector/common/log.h"

#define EVENTS_SHOWN 20

/* Do all the farms lie in the viewer's regencies? A farm that is not on record any more lies anywhere. */
static bool farms_here(const struct request *q, const struct rec_user *u)
{
    for (size_t i = 0; i < u->farms; i++) {
        enum regency g;
        int rc = records_farm_regency(q->w->accounts, u->farm[i], &g);

        if ((rc == 0 && !q->viewer->regency[g]) || (rc != 0 && rc != NILA_ERR_NOT_FOUND))
            return false;
    }
    return true;
}

static bool manages(const struct request *q, const struct rec_user *u)
{
    if (q->viewer->role != ROLE_ADMIN)
        return false;
    for (int g = 0; g < REGENCY_COUNT; g++)
        if (u->regency[g] && !q->viewer->regency[g])
            return false;
    return farms_here(q, u);
}

/* May start, or confirm, a new PIN. */
static bool cares(const struct request *q, const struct rec_user *u)
{
    const struct viewer *v = q->viewer;

    if (strcmp(v->user, u->slug) == 0)
        return false;
    if (manages(q, u))
        return true;
    return v->role == ROLE_OFFICER && u->role == ROLE_FARMER && u->farms > 0 && farms_here(q, u);
}

static bool of_same_farm(const struct viewer *v, const struct rec_user *u)
{
    if (v->role != ROLE_FARMER || u->role != ROLE_FARMER || strcmp(v->user, u->slug) == 0)
        return false;
    for (size_t i = 0; i < u->farms; i++)
        for (size_t k = 0; k < v->farms; k++)
            if (strcmp(u->farm[i], v->farm[k]) == 0)
                return true;
    return false;
}

/* --- the list --- */

static void show_users(const struct request *q, struct reply *r, enum text said, int status,
                       const char *code, const char *of)
{
    struct page_frame p = frame_of(q, said, status != 200);
    struct page_users list = {.adds = q->viewer->role == ROLE_ADMIN, .code = code, .of = of};
    struct rec_user *user = NULL, u;
    struct rec_reset *reset = NULL;
    size_t users = 0, resets = 0;

    if (records_users(q->w->accounts, &user, &users) != 0 ||
        records_resets(q->w->accounts, q->now_ms, &reset, &resets) != 0) {
        free(user);
        reply_error(q, r, 503);
        return;
    }
    for (size_t i = 0; i < users; i++)
        if (manages(q, &user[i]) || cares(q, &user[i]))
            user[list.users++] = user[i];
    for (size_t i = 0; i < resets; i++)
        if (strcmp(reset[i].started_by, q->viewer->user) != 0 &&
            records_user(q->w->accounts, reset[i].user, &u, NULL) == 0 &&
            (cares(q, &u) || of_same_farm(q->viewer, &u)))
            reset[list.resets++] = reset[i];
    list.user = user;
    list.reset = reset;
    r->status = status;
    page_users(&r->body, &p, &list, q->lang);
    free(user);
    free(reset);
}

/* Eight random digits and their digest. */
static int new_code(char code[static RESET_CODE_SIZE], char digest[static SHA256_HEX_SIZE])
{
    uint64_t bytes;

    if (getrandom(&bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes) {
        log_warn("web: the system gives no random bytes; no code can be made");
        return NILA_ERR_IO;
    }
    (void)snprintf(code, RESET_CODE_SIZE, "%08u", (unsigned)(bytes % 100000000U));
    login_code_digest(code, digest);
    return 0;
}

/* Role, regencies, farms and contact of a form, within what the viewer may give; else what is wrong. */
static enum text read_scope(const struct request *q, struct rec_user *u)
{
    const char *at = request_field(q, "tambak"), *contact = request_field(q, "kontak");

    if (role_find(request_field(q, "peran"), &u->role) != 0)
        return TEXT_USER_BAD;
    for (int g = 0; g < REGENCY_COUNT; g++)
        u->regency[g] =
            u->role != ROLE_FARMER && form_value(q->form, regency_slug((enum regency)g)) != NULL;
    u->farms = 0;
    while (*at != '\0' && u->role == ROLE_FARMER) {
        size_t n = strcspn(at, " ,\n");
        enum regency g;

        if (n >= SLUG_SIZE || (n > 0 && u->farms == USER_FARMS_MOST))
            return TEXT_USER_BAD_FARM;
        if (n > 0) {
            (void)snprintf(u->farm[u->farms], SLUG_SIZE, "%.*s", (int)n, at);
            if (records_farm_regency(q->w->accounts, u->farm[u->farms], &g) != 0)
                return TEXT_USER_BAD_FARM;
            u->farms++;
        }
        at += n;
        at += strspn(at, " ,\n");
    }
    if (contact[0] != '\0' && !slug_valid(contact))
        return TEXT_USER_BAD;
    (void)snprintf(u->contact, sizeof u->contact, "%s", contact);
    return manages(q, u) ? TEXT_COUNT : TEXT_USER_BAD_FARM;
}

static enum text read_new(const struct request *q, struct rec_user *u)
{
    const char *slug = request_field(q, "pengguna"), *name = request_field(q, "nama"),
               *phone = request_field(q, "nomor");
    char normal[PHONE_SIZE] = "";

    if (!slug_valid(slug) || strlen(name) >= sizeof u->name || user_looks_like_nik(phone) ||
        (phone[0] != '\0' && phone_normalise(phone, normal) != 0))
        return TEXT_USER_BAD;
    (void)snprintf(u->slug, sizeof u->slug, "%s", slug);
    (void)snprintf(u->name, sizeof u->name, "%s", name);
    (void)snprintf(u->phone, sizeof u->phone, "%s", normal);
    if (user_fault(u) != NULL)
        return TEXT_USER_BAD;
    return read_scope(q, u);
}

static void take_add(const struct request *q, struct reply *r)
{
    char code[RESET_CODE_SIZE], digest[SHA256_HEX_SIZE];
    struct rec_user u = {.slug = ""};
    enum text fault;
    int rc;

    if (q->viewer->role != ROLE_ADMIN) {
        reply_error(q, r, 403);
        return;
    }
    fault = read_new(q, &u);
    if (fault != TEXT_COUNT) {
        show_users(q, r, fault, 400, "", "");
        return;
    }
    rc = new_code(code, digest);
    if (rc == 0)
        rc = records_user_add(q->w->accounts, &u, "", q->viewer->user, q->now_ms);
    if (rc == 0)
        rc = records_reset_issue(q->w->accounts, u.slug, q->viewer->user, digest, q->now_ms,
                                 q->now_ms + RESET_FIRST_MS);
    if (rc == 0)
        show_users(q, r, TEXT_USER_ADDED, 200, code, u.slug);
    else if (rc == NILA_ERR_REFUSED)
        show_users(q, r, TEXT_USER_TAKEN, 409, "", "");
    else
        reply_error(q, r, 503);
}

static void take_confirm(const struct request *q, struct reply *r)
{
    char code[RESET_CODE_SIZE], digest[SHA256_HEX_SIZE], *end = NULL;
    const char *id = request_field(q, "nomor");
    int64_t number = strtoll(id, &end, 10);
    struct rec_reset *reset = NULL;
    struct rec_user u;
    size_t n = 0;
    int rc = records_resets(q->w->accounts, q->now_ms, &reset, &n);

    if (rc == 0)
        rc = NILA_ERR_NOT_FOUND;
    for (size_t i = 0; i < n && id[0] != '\0' && *end == '\0'; i++) {
        if (reset[i].id != number || records_user(q->w->accounts, reset[i].user, &u, NULL) != 0)
            continue;
        rc = cares(q, &u) || of_same_farm(q->viewer, &u) ? new_code(code, digest) : NILA_ERR_DENIED;
        if (rc == 0)
            rc = records_reset_confirm(q->w->accounts, number, q->viewer->user, digest, q->now_ms);
        break;
    }
    free(reset);
    if (rc == 0)
        show_users(q, r, TEXT_COUNT, 200, code, u.slug);
    else if (rc == NILA_ERR_NOT_FOUND || rc == NILA_ERR_DENIED)
        show_users(q, r, TEXT_RESET_DENIED, 409, "", "");
    else
        reply_error(q, r, 503);
}

/* Those ticked; all of them must be the viewer's to verify, or nothing is done. */
static void take_verified(const struct request *q, struct reply *r)
{
    size_t ticked = 0;
    int rc = 0;

    for (int pass = 0; pass < 2 && rc == 0; pass++)
        for (size_t i = 0; i < q->form->n && rc == 0; i++) {
            const char *slug = q->form->field[i].value;
            struct rec_user u;

            if (strcmp(q->form->field[i].name, "siapa") != 0)
                continue;
            if (pass == 0) {
                rc = slug_valid(slug) ? records_user(q->w->accounts, slug, &u, NULL)
                                      : NILA_ERR_NOT_FOUND;
                if (rc == 0 && !manages(q, &u) && !cares(q, &u))
                    rc = NILA_ERR_NOT_FOUND;
                ticked++;
            } else {
                rc = records_account_verified(q->w->accounts, slug, q->viewer->user, q->now_ms);
            }
        }
    if (rc == 0)
        show_users(q, r, ticked > 0 ? TEXT_VERIFIED : TEXT_COUNT, 200, "", "");
    else
        reply_error(q, r, rc == NILA_ERR_NOT_FOUND ? 404 : 503);
}

void make_users(const struct request *q, struct reply *r)
{
    const char *what = request_field(q, "apa");

    if (!q->post)
        show_users(q, r, TEXT_COUNT, 200, "", "");
    else if (strcmp(what, "tambah") == 0)
        take_add(q, r);
    else if (strcmp(what, "pin-setuju") == 0)
        take_confirm(q, r);
    else if (strcmp(what, "masih") == 0)
        take_verified(q, r);
    else
        reply_error(q, r, 400);
}

/* --- one of them --- */

int may_user(const struct request *q)
{
    struct rec_user u;
    int rc =
        slug_valid(q->rest) ? records_user(q->w->accounts, q->rest, &u, NULL) : NILA_ERR_NOT_FOUND;

    if (rc == NILA_ERR_NOT_FOUND || (rc == 0 && !manages(q, &u) && !cares(q, &u)))
        return 404;
    return rc == 0 ? 0 : 503;
}

static void show_user(const struct request *q, struct reply *r, enum text said, int status)
{
    struct page_frame p = frame_of(q, said, status != 200);
    struct rec_user_event *event = NULL;
    struct rec_farm_name *farm = NULL;
    struct rec_user u;
    size_t n = 0;

    if (records_user(q->w->accounts, q->rest, &u, NULL) != 0 ||
        records_farm_names(q->w->accounts, &farm, &p.farms) != 0 ||
        records_user_events(q->w->accounts, q->rest, 0, EVENTS_SHOWN, &event, &n) != 0) {
        free(farm);
        reply_error(q, r, 503);
        return;
    }
    p.farm = farm;
    r->status = status;
    page_user(&r->body, &p, &u, manages(q, &u), event, n, q->lang);
    free(farm);
    free(event);
}

static void shown(const struct request *q, struct reply *r, int rc, enum text said)
{
    switch (rc) {
    case 0:
        show_user(q, r, said, 200);
        return;
    case NILA_ERR_RANGE:
        show_user(q, r, TEXT_PHONE_BAD, 400);
        return;
    case NILA_ERR_NOT_FOUND:
        show_user(q, r, TEXT_USER_BAD_FARM, 400);
        return;
    case NILA_ERR_REFUSED:
        show_user(q, r, TEXT_PHONE_TAKEN, 409);
        return;
    default:
        reply_error(q, r, 503);
    }
}

static void take_scope(const struct request *q, struct reply *r, const struct rec_user *was)
{
    struct rec_user u = *was;
    enum text fault = read_scope(q, &u);

    if (fault != TEXT_COUNT)
        show_user(q, r, fault, 400);
    else
        shown(q, r, records_account_scope(q->w->accounts, &u, q->viewer->user, q->now_ms),
              TEXT_USER_SAVED);
}

static void take_number(const struct request *q, struct reply *r)
{
    const char *typed = request_field(q, "nomor");
    char phone[PHONE_SIZE] = "";

    if (user_looks_like_nik(typed) || (typed[0] != '\0' && phone_normalise(typed, phone) != 0))
        show_user(q, r, TEXT_PHONE_BAD, 400);
    else
        shown(q, r,
              records_account_phone(q->w->accounts, q->rest, phone, q->viewer->user, q->now_ms),
              TEXT_PHONE_CHANGED);
}

void make_user(const struct request *q, struct reply *r)
{
    const char *what = request_field(q, "apa"), *by = q->viewer->user;
    struct records *a = q->w->accounts;
    struct rec_user u;

    if (!q->post) {
        show_user(q, r, TEXT_COUNT, 200);
        return;
    }
    if (records_user(a, q->rest, &u, NULL) != 0) {
        reply_error(q, r, 503);
        return;
    }
    if (strcmp(what, "pin-mulai") == 0)
        shown(q, r,
              cares(q, &u) ? records_reset_start(a, q->rest, by, q->now_ms) : NILA_ERR_REFUSED,
              TEXT_RESET_STARTED);
    else if (strcmp(what, "masih") == 0)
        shown(q, r, records_account_verified(a, q->rest, by, q->now_ms), TEXT_VERIFIED);
    else if (!manages(q, &u))
        reply_error(q, r, 403);
    else if (strcmp(what, "ubah") == 0 && strcmp(by, u.slug) != 0)
        take_scope(q, r, &u);
    else if (strcmp(what, "nomor") == 0)
        take_number(q, r);
    else if (strcmp(what, "matikan") == 0 && strcmp(by, u.slug) != 0)
        shown(q, r, records_account_active(a, q->rest, false, by, q->now_ms), TEXT_USER_SAVED);
    else if (strcmp(what, "hidupkan") == 0)
        shown(q, r, records_account_active(a, q->rest, true, by, q->now_ms), TEXT_USER_SAVED);
    else
        reply_error(q, r, 400);
}
