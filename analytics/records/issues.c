/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "issues.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/log.h"
#include "collector/common/tongue.h"
#include "db.h"
#include "snapshot.h"

const double RECORDS_QUANTILE[RECORDS_QUANTILES] = {0.025, 0.05, 0.1,  0.25, 0.5,
                                                    0.75,  0.9,  0.95, 0.975};

/* clang-format off */
static const char ADD[] =
    "INSERT INTO issues(issued_ms, as_of_day, scope, revision, seed, draws, months, ponds, sensors, program, digest, basis) "
    "VALUES(?1, ?2, ?3, (SELECT ifnull(max(revision), 0) + 1 FROM issues WHERE as_of_day = ?2 AND scope = ?3), "
    "?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
static const char ADDED[] = "SELECT id, revision FROM issues WHERE id = last_insert_rowid()";
static const char ADD_VALUE[] =
    "INSERT INTO issued_values(issue, node, lead, month, ponds, mean, q025, q05, q10, q25, q50, q75, q90, q95, q975, factor) "
    "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)";
static const char LIST[] =
    "SELECT id, issued_ms, as_of_day, scope, revision, seed, draws, months, ponds, sensors, program, digest "
    "FROM issues WHERE issued_ms <= ?1 ORDER BY as_of_day, scope, revision";
static const char LIST_VALUES[] =
    "SELECT node, lead, month, ponds, mean, factor, q025, q05, q10, q25, q50, q75, q90, q95, q975 "
    "FROM issued_values WHERE issue = ?1 ORDER BY node, lead";
static const char ANY[] =
    "SELECT EXISTS(SELECT 1 FROM issues WHERE scope = ?1 AND as_of_day BETWEEN ?2 AND ?3)";
/* a harvest as it stands at ?1, known since it was first entered */
static const char YIELDS[] =
    "SELECT f.kecamatan, h.\"on\", h.kg, (SELECT min(entered_on) FROM harvests_all v WHERE v.uid = h.uid), "
    "min(w.first, ifnull(k.first, w.first)) FROM harvests_all h JOIN ponds p ON p.pond = h.pond "
    "JOIN farms f ON f.farm = p.farm JOIN (SELECT pond, min(entered_on) AS first FROM ponds_all GROUP BY pond) w "
    "ON w.pond = h.pond LEFT JOIN (SELECT pond, min(entered_on) AS first FROM cycles_all GROUP BY pond) k "
    "ON k.pond = h.pond WHERE h.entered_on <= ?1 AND h.until_ms > ?1 ORDER BY h.\"on\", h.id";
/* clang-format on */

static bool sound(const struct rec_issue *issue)
{
    for (size_t i = 0; i < issue->values; i++) {
        const struct rec_issued_value *v = &issue->value[i];

        if (!isfinite(v->mean) || !(v->factor > 0) || !isfinite(v->factor))
            return false;
        for (int k = 0; k < RECORDS_QUANTILES; k++)
            if (!isfinite(v->q[k]) || (k > 0 && v->q[k] < v->q[k - 1]))
                return false;
    }
    return issue->values > 0;
}

static int add_head(struct db *d, const struct rec_issue *issue, int64_t *id, unsigned *revision)
{
    struct db_stmt *s = NULL;
    int rc = db_prepare(d, ADD, &s);

    if (rc == 0) {
        db_bind_integer(s, 1, issue->issued_ms);
        db_bind_integer(s, 2, issue->as_of_day);
        db_bind_text(s, 3, issue->scope);
        db_bind_integer(s, 4, (int64_t)issue->seed);
        db_bind_integer(s, 5, issue->draws);
        db_bind_integer(s, 6, issue->months);
        db_bind_integer(s, 7, issue->ponds);
        db_bind_integer(s, 8, issue->sensors);
        db_bind_text(s, 9, issue->program);
        db_bind_text(s, 10, issue->digest);
        db_bind_text(s, 11, issue->basis != NULL ? issue->basis : "");
        rc = db_step(d, s);
    }
    db_finalize(s);
    s = NULL;
    if (rc == 0)
        rc = db_prepare(d, ADDED, &s);
    if (rc == 0)
        rc = db_step(d, s);
    if (rc == 1) {
        *id = db_integer(s, 0);
        *revision = (unsigned)db_integer(s, 1);
        rc = 0;
    }
    db_finalize(s);
    return rc;
}

static int add_values(struct db *d, const struct rec_issue *issue, int64_t id)
{
    struct db_stmt *s = NULL;
    int rc = db_prepare(d, ADD_VALUE, &s);

    for (size_t i = 0; i < issue->values && rc == 0; i++) {
        const struct rec_issued_value *v = &issue->value[i];

        db_bind_integer(s, 1, id);
        db_bind_text(s, 2, v->node);
        db_bind_integer(s, 3, v->lead);
        db_bind_integer(s, 4, v->month);
        db_bind_integer(s, 5, v->ponds);
        db_bind_number(s, 6, v->mean);
        for (int k = 0; k < RECORDS_QUANTILES; k++)
            db_bind_number(s, 7 + k, v->q[k]);
        db_bind_number(s, 7 + RECORDS_QUANTILES, v->factor);
        rc = db_step(d, s);
    }
    db_finalize(s);
    return rc;
}

int records_issue_add(struct records *r, const struct rec_issue *issue, unsigned *revision)
{
    int64_t id = 0;
    unsigned became = 0;
    int rc;

    if (!sound(issue)) {
        log_warnx(tongue(
            "catatan: ramalan yang bukan angka, atau kuantilnya menurun, tidak disimpan",
            "records: a forecast that is not finite, or whose quantiles fall, is not stored"));
        return NILA_ERR_RANGE;
    }
    (void)pthread_mutex_lock(&r->lock);
    rc = db_exec(r->db, "BEGIN IMMEDIATE");
    if (rc == 0)
        rc = add_head(r->db, issue, &id, &became);
    if (rc == 0)
        rc = add_values(r->db, issue, id);
    if (rc == 0)
        rc = db_exec(r->db, "COMMIT");
    if (rc != 0)
        db_rollback(r->db);
    (void)pthread_mutex_unlock(&r->lock);
    if (rc == 0)
        *revision = became;
    return rc;
}

static void take_head(struct db_stmt *s, struct rec_issue *o)
{
    *o = (struct rec_issue){.issued_ms = db_integer(s, 1),
                            .as_of_day = (int32_t)db_integer(s, 2),
                            .revision = (unsigned)db_integer(s, 4),
                            .seed = (uint64_t)db_integer(s, 5),
                            .draws = (unsigned)db_integer(s, 6),
                            .months = (unsigned)db_integer(s, 7),
                            .ponds = (unsigned)db_integer(s, 8),
                            .sensors = db_integer(s, 9) != 0};
    db_text(s, 3, o->scope, sizeof o->scope);
    db_text(s, 10, o->program, sizeof o->program);
    db_text(s, 11, o->digest, sizeof o->digest);
}

static int load_values(struct db *d, struct db_stmt *s, int64_t id, struct rec_issue *o)
{
    size_t cap = 0;
    int rc;

    db_bind_integer(s, 1, id);
    while ((rc = db_step(d, s)) == 1) {
        struct rec_issued_value *v;

        if (o->values == cap) {
            cap = cap == 0 ? 64 : cap * 2;
            o->value = xrealloc(o->value, cap, sizeof *o->value);
        }
        v = &o->value[o->values++];
        db_text(s, 0, v->node, sizeof v->node);
        v->lead = (unsigned)db_integer(s, 1);
        v->month = (int32_t)db_integer(s, 2);
        v->ponds = (unsigned)db_integer(s, 3);
        v->mean = db_number(s, 4);
        v->factor = db_number(s, 5);
        for (int k = 0; k < RECORDS_QUANTILES; k++)
            v->q[k] = db_number(s, 6 + k);
    }
    return rc;
}

static int load_issues(struct db *d, int64_t until_ms, struct rec_issue **list, size_t *n)
{
    struct db_stmt *head = NULL, *values = NULL;
    size_t cap = 0;
    int rc = db_prepare(d, LIST, &head);

    if (rc == 0)
        rc = db_prepare(d, LIST_VALUES, &values);
    if (rc == 0)
        db_bind_integer(head, 1, until_ms);
    while (rc == 0 && (rc = db_step(d, head)) == 1) {
        if (*n == cap) {
            cap = cap == 0 ? 32 : cap * 2;
            *list = xrealloc(*list, cap, sizeof **list);
        }
        take_head(head, &(*list)[*n]);
        rc = load_values(d, values, db_integer(head, 0), &(*list)[(*n)++]);
    }
    db_finalize(head);
    db_finalize(values);
    return rc;
}

int records_issues(struct records *r, int64_t until_ms, struct rec_issue **out, size_t *n)
{
    struct rec_issue *list = NULL;
    size_t got = 0;
    int rc;

    (void)pthread_mutex_lock(&r->lock);
    rc = db_exec(r->db, "BEGIN"); /* heads and values as they were at one moment */
    if (rc == 0)
        rc = load_issues(r->db, until_ms, &list, &got);
    db_rollback(r->db);
    (void)pthread_mutex_unlock(&r->lock);
    if (rc != 0) {
        records_issues_free(list, got);
        return rc;
    }
    *out = list;
    *n = got;
    return 0;
}

void records_issues_free(struct rec_issue *issue, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        free(issue[i].basis);
        free(issue[i].value);
    }
    free(issue);
}

int records_issued_within(struct records *r, const char *scope, int32_t first, int32_t last,
                          bool *out)
{
    struct db_stmt *s = NULL;
    int rc;

    (void)pthread_mutex_lock(&r->lock);
    rc = db_prepare(r->db, ANY, &s);
    if (rc == 0) {
        db_bind_text(s, 1, scope);
        db_bind_integer(s, 2, first);
        db_bind_integer(s, 3, last);
        rc = db_step(r->db, s);
    }
    if (rc == 1) {
        *out = db_integer(s, 0) != 0;
        rc = 0;
    }
    db_finalize(s);
    (void)pthread_mutex_unlock(&r->lock);
    return rc;
}

static int take_yield(struct db_stmt *s, struct rec_yield *y)
{
    char kecamatan[SITE_NAME_SIZE];

    db_text(s, 0, kecamatan, sizeof kecamatan);
    y->day = (int32_t)db_integer(s, 1);
    y->kg = db_number(s, 2);
    y->entered_ms = db_integer(s, 3);
    y->pond_known_ms = db_integer(s, 4);
    return region_find_kecamatan(kecamatan, &y->kecamatan) == 0
               ? 0
               : snapshot_corrupt("kecamatan", kecamatan);
}

int records_yields(struct records *r, int64_t until_ms, struct rec_yield **out, size_t *n)
{
    struct db_stmt *s = NULL;
    struct rec_yield *list = NULL;
    size_t got = 0, cap = 0;
    int rc;

    (void)pthread_mutex_lock(&r->lock);
    rc = db_prepare(r->db, YIELDS, &s);
    if (rc == 0)
        db_bind_integer(s, 1, until_ms);
    while (rc == 0 && (rc = db_step(r->db, s)) == 1) {
        if (got == cap) {
            cap = cap == 0 ? 256 : cap * 2;
            list = xrealloc(list, cap, sizeof *list);
        }
        rc = take_yield(s, &list[got++]);
    }
    db_finalize(s);
    (void)pthread_mutex_unlock(&r->lock);
    if (rc != 0) {
        free(list);
        return rc;
    }
    *out = list;
    *n = got;
    return 0;
}
