/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "/catat": what a farmer writes down. Only ponds of the viewer's picture whose farm they may edit. */
#include "routes_farmer.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analytics/records/contacts.h"
#include "analytics/web/assets.h"
#include "analytics/web/page_account.h"
#include "collector/common/civil.h"
#include "collector/common/log.h"

#define LAST_EACH 3                    /* rows of each kind under the buttons */
#define AGAIN_MS  ((int64_t)60 * 1000) /* the same oxygen again within so long is a double tap */

const char *farmer_given(const struct request *q, const char *name)
{
    const char *value = q->post ? request_field(q, name) : request_query(q, name);

    return value != NULL ? value : "";
}

static bool edits(const struct request *q, const struct page_pond *p)
{
    return viewer_edits_farm(q->viewer, p->farm_slug, region_kecamatan(p->kecamatan)->regency);
}

/* The pond asked for, else the first that the viewer may edit; NULL: there is none. */
static const struct page_pond *pond_asked(const struct request *q)
{
    const char *slug = farmer_given(q, "kolam");
    const struct page_pond *p = slug_valid(slug) ? page_find(q->m, slug) : NULL;

    if (p != NULL && edits(q, p))
        return p;
    for (size_t i = 0; *slug == '\0' && i < q->m->ponds; i++)
        if (edits(q, &q->m->pond[i]))
            return &q->m->pond[i];
    return NULL;
}

/* The row that "jenis" and "id" name, with its pond; 0, or a status. *row is the caller's. */
int farmer_row(const struct request *q, enum note_kind k, const char *uid, struct rec_row **row,
               const struct page_pond **pond)
{
    struct rec_row *found = NULL;
    const struct page_pond *p;
    int rc;

    if (note_table(k) == RECORDS_TABLES || strlen(uid) != CHANGE_UID_SIZE - 1)
        return 404;
    rc = records_row(q->w->c.records, note_table(k), uid, &found);
    if (rc != 0)
        return rc == NILA_ERR_NOT_FOUND ? 404 : 503;
    p = page_find(q->m, note_cell(k, found, "pond"));
    if (p == NULL || !edits(q, p)) { /* another's row is no different from none */
        records_rows_free(found, 1);
        return 404;
    }
    *row = found;
    *pond = p;
    return 0;
}

bool farmer_money(const struct request *q, const struct page_pond *p)
{
    return viewer_sees_money(q->viewer, p->farm_slug);
}

/* --- "/catat" --- */

static int newest_entry(const void *a, const void *b)
{
    const struct rec_row *x = ((const struct note_row *)a)->row,
                         *y = ((const struct note_row *)b)->row;

    return (x->entered_ms < y->entered_ms) - (x->entered_ms > y->entered_ms);
}

static void make_notes(const struct request *q, struct reply *r)
{
    struct note_row row[NOTE_KINDS * LAST_EACH];
    struct note_standing standing;
    struct rec_row *of[NOTE_KINDS] = {NULL};
    const struct page_pond *p;
    size_t n[NOTE_KINDS] = {0}, rows = 0;

    if (q->viewer->unmanaged) { /* says how the first user is made */
        const struct page_frame frame = {.viewer = q->viewer,
                                         .notice = q->w->c.config->notice,
                                         .now_ms = q->now_ms,
                                         .said = TEXT_COUNT};
        page_login(&r->body, &frame, "/catat", "", q->lang);
        return;
    }
    p = pond_asked(q);
    for (int k = 0; p != NULL && k < NOTE_KINDS; k++) {
        enum records_table t = note_table((enum note_kind)k);
        if (t == RECORDS_TABLES ||
            records_rows_of_pond(q->w->c.records, t, p->pond.slug, LAST_EACH, &of[k], &n[k]) != 0)
            continue; /* told by records; the page shows what can be read */
        for (size_t i = 0; i < n[k]; i++)
            row[rows++] = (struct note_row){(enum note_kind)k, &of[k][i]};
    }
    if (rows > 0)
        qsort(row, rows, sizeof row[0], newest_entry);
    farmer_standing(q, &standing);
    page_notes(&r->body, q->m, p, row, rows, &standing, p != NULL && farmer_money(q, p), q->lang);
    for (int k = 0; k < NOTE_KINDS; k++)
        records_rows_free(of[k], n[k]);
}

/* --- forms --- */

static const struct rec_row *last_of(const struct request *q, enum note_kind k,
                                     const struct page_pond *p, struct rec_row **row, size_t *n)
{
    *row = NULL;
    *n = 0;
    if (note_table(k) == RECORDS_TABLES ||
        records_rows_of_pond(q->w->c.records, note_table(k), p->pond.slug, 1, row, n) != 0 ||
        *n == 0)
        return NULL;
    return *row;
}

/* A number of a row as it is typed: without zeros behind the point, with the tongue's comma. */
static void typed_number(const char *cell, enum lang lang, char out[NOTE_TEXT_SIZE])
{
    char *at;

    (void)snprintf(out, NOTE_TEXT_SIZE, "%s", cell);
    at = strchr(out, '.');
    if (at == NULL)
        return;
    for (size_t n = strlen(out); out[n - 1] == '0' || out + n - 1 == at; n--) {
        bool point = out + n - 1 == at;
        out[n - 1] = '\0';
        if (point)
            return;
    }
    if (lang == LANG_ID)
        *at = ',';
}

/* What stands in a form that nobody has touched: of a correction the row, else today, and what was usual. */
static void fill(const struct request *q, struct note *n, const struct rec_row *row, bool whole)
{
    size_t fields;
    const struct note_field *f = note_fields(n->kind, &fields);

    (void)civil_format_day(n->day, sizeof n->day, civil_day(q->now_ms));
    if (whole)
        (void)snprintf(n->day, sizeof n->day, "%s",
                       note_cell(n->kind, row, n->kind == NOTE_STOCK ? "stocked_on" : "on"));
    for (size_t i = 0; i < fields; i++) {
        const char *cell = row != NULL ? note_cell(n->kind, row, f[i].column) : "";
        /* sorts of feed and numbers of fish weighed are as last time; amounts are not */
        bool again = whole || (f[i].words == NULL && (!f[i].number || f[i].usual[0] != '\0'));

        if (!whole && !f[i].number && n->kind != NOTE_FEED)
            again = false; /* causes and notes are of their day */
        if (!again || *cell == '\0')
            cell = f[i].usual;
        if (f[i].number)
            typed_number(cell, q->lang, n->text[i]);
        else
            (void)snprintf(n->text[i], sizeof n->text[i], "%s", cell);
    }
}

static void show_form(const struct request *q, struct reply *r, const struct note *n,
                      const struct page_pond *p, const char *uid, const char *based_on,
                      const struct rec_row *was, bool typed, enum text problem)
{
    char key[NOTE_KEY_SIZE];
    struct note_check_row check;
    struct rec_row *row = NULL, *measured;
    size_t rows = 0, measures;
    const char *sent = request_field(q, "kunci");
    struct note_form f = {.note = n,
                          .pond = p,
                          .key = key,
                          .uid = uid,
                          .based_on = based_on,
                          .typed = typed,
                          .money = farmer_money(q, p),
                          .problem = problem};

    /* what was refused is sent again with its key, but a key that was used is not */
    if (q->post && problem != TEXT_NOTE_AGAIN && *sent != '\0' && strlen(sent) < sizeof key) {
        (void)snprintf(key, sizeof key, "%s", sent);
    } else if (press_token_new(key) != 0) {
        log_warnx("web: the system gives no random bytes; no form can be drawn");
        reply_error(q, r, 503);
        return;
    }
    f.last = was != NULL ? was : last_of(q, n->kind, p, &row, &rows);
    check.row = last_of(q, NOTE_PRESTOCK, p, &measured, &measures);
    if (n->kind == NOTE_STOCK && *uid == '\0')
        f.check = &check;
    page_note_form(&r->body, q->m, &f, q->lang);
    records_rows_free(measured, measures);
    records_rows_free(row, rows);
}

static void make_form(const struct request *q, struct reply *r)
{
    struct note n = {.words = ""};
    const struct page_pond *p = pond_asked(q);
    struct rec_row *row;
    size_t rows;

    if (note_find(q->rest, &n.kind) != 0 || p == NULL) {
        reply_error(q, r, 404);
        return;
    }
    fill(q, &n, last_of(q, n.kind, p, &row, &rows), false);
    show_form(q, r, &n, p, "", "", NULL, false, TEXT_COUNT);
    records_rows_free(row, rows);
}

static void make_correction(const struct request *q, struct reply *r)
{
    struct note n = {.words = ""};
    const struct page_pond *p;
    struct rec_row *row;
    int status = note_find(farmer_given(q, "jenis"), &n.kind) != 0
                     ? 404
                     : farmer_row(q, n.kind, farmer_given(q, "id"), &row, &p);

    if (status != 0) {
        reply_error(q, r, status);
        return;
    }
    fill(q, &n, row, true);
    show_form(q, r, &n, p, row->uid, row->change, row, false, TEXT_COUNT);
    records_rows_free(row, 1);
}

/* --- storing --- */

static void refused(void *arg, const char *column, const char *reason)
{
    struct note *n = arg;
    size_t fields;
    const struct note_field *f = note_fields(n->kind, &fields);
    bool first = n->words[0] == '\0';

    if (!first)
        return; /* one thing at a time */
    (void)snprintf(n->words, sizeof n->words, "%s", reason);
    if (strcmp(column, "on") == 0 || strcmp(column, "stocked_on") == 0)
        n->day_fault = NOTE_REFUSED;
    for (size_t i = 0; i < fields; i++)
        if (f[i].column != NULL && strcmp(f[i].column, column) == 0)
            n->fault[i] = NOTE_REFUSED;
}

static bool beside_a_field(const struct note *n)
{
    bool any = n->day_fault == NOTE_REFUSED;

    for (size_t i = 0; i < NOTE_FIELDS_MAX; i++)
        any = any || n->fault[i] == NOTE_REFUSED;
    return any;
}

#define CELLS_MAX (NOTE_FIELDS_MAX + 3)

/* The note as cells of its table. slug: room for the name of a new cycle. */
static size_t cells_of(const struct request *q, const struct note *n, bool money, bool fresh,
                       char slug[SLUG_SIZE], struct change_cell out[CELLS_MAX])
{
    size_t fields, k = 0;
    const struct note_field *f = note_fields(n->kind, &fields);

    if (fresh && n->kind == NOTE_STOCK) {
        (void)snprintf(slug, SLUG_SIZE, "%.20s-%u", n->pond, (unsigned)(q->now_ms / 1000));
        out[k++] = (struct change_cell){"cycle", slug};
    }
    if (fresh)
        out[k++] = (struct change_cell){"pond", n->pond};
    out[k++] = (struct change_cell){n->kind == NOTE_STOCK ? "stocked_on" : "on", n->day};
    for (size_t i = 0; i < fields; i++)
        if (!f[i].money || money)
            out[k++] = (struct change_cell){f[i].column, n->cell[i]};
    return k;
}

/* Does the row on record say the same? */
static bool same_row(const struct request *q, const struct note *n, const char *uid,
                     const struct change_cell *cell, size_t cells)
{
    struct rec_row *row;
    bool same = true;

    if (records_row(q->w->c.records, note_table(n->kind), uid, &row) != 0)
        return false;
    for (size_t i = 0; i < cells; i++) {
        const char *had = note_cell(n->kind, row, cell[i].column);
        char *a_end, *b_end;
        double a = strtod(had, &a_end), b = strtod(cell[i].text, &b_end);

        if (strcmp(cell[i].column, "cycle") == 0 || strcmp(had, cell[i].text) == 0)
            continue;
        same = same && *had != '\0' && *a_end == '\0' && *b_end == '\0' &&
               cell[i].text[0] != '\0' && fabs(a - b) < 1e-6;
    }
    records_rows_free(row, 1);
    return same;
}

static void saved(const struct request *q, struct reply *r, const struct note *n, const char *uid,
                  bool corrected)
{
    char path[160];

    model_look(q->w->model);
    if (uid == NULL)
        (void)snprintf(path, sizeof path, "/catat/tersimpan?jenis=%s&kolam=%s", note_name(n->kind),
                       n->pond);
    else
        (void)snprintf(path, sizeof path, "/catat/tersimpan?jenis=%s&id=%s%s", note_name(n->kind),
                       uid, corrected ? "&ubah=1" : "");
    reply_see_other(r, path);
}

static const struct rec_press *oxygen_of(const struct page_model *m, const char *pond)
{
    const struct rec_press *newest = NULL;

    for (size_t i = 0; i < m->board.presses; i++)
        if (m->board.press[i].kind == PRESS_OXYGEN && strcmp(m->board.press[i].pond, pond) == 0)
            newest = &m->board.press[i];
    return newest;
}

static void take_water(const struct request *q, struct reply *r, const struct note *n)
{
    const struct rec_press *before = oxygen_of(q->m, n->pond);
    struct rec_press press = {
        .kind = PRESS_OXYGEN, .at_ms = q->now_ms, .value = strtod(n->cell[0], NULL)};
    int rc = 0;

    (void)snprintf(press.pond, sizeof press.pond, "%s", n->pond);
    (void)snprintf(press.by, sizeof press.by, "%s", q->by);
    if (before == NULL || q->now_ms - before->at_ms > AGAIN_MS ||
        fabs(before->value - press.value) > 1e-9)
        rc = records_press(q->w->c.records, &press);
    if (rc == 0)
        saved(q, r, n, NULL, false);
    else
        reply_error(q, r, rc == NILA_ERR_NOT_FOUND ? 409 : 503);
}

static void read_note(const struct request *q, struct note *n)
{
    size_t fields;
    const struct note_field *f = note_fields(n->kind, &fields);

    (void)snprintf(n->pond, sizeof n->pond, "%s", request_field(q, "kolam"));
    (void)snprintf(n->day, sizeof n->day, "%.*s", (int)sizeof n->day - 1,
                   request_field(q, "tanggal"));
    for (size_t i = 0; i < fields; i++) {
        const char *text = request_field(q, f[i].name);

        if (strlen(text) >= sizeof n->text[i]) {
            n->fault[i] = NOTE_TOO_LONG; /* and what is shown again is its beginning */
            continue;
        }
        (void)snprintf(n->text[i], sizeof n->text[i], "%s", text);
    }
}

static int store(const struct request *q, struct note *n, const struct change_cell *cell,
                 size_t cells, const char *uid, char out[CHANGE_UID_SIZE], bool *repeated)
{
    struct change_who who = {.how = "page", .at_ms = q->now_ms};

    (void)snprintf(who.user, sizeof who.user, "%s", q->viewer->user);
    if (*uid == '\0')
        return records_add(q->w->c.records, note_table(n->kind), cell, cells,
                           request_field(q, "kunci"), &who, refused, n, out, repeated);
    (void)snprintf(out, CHANGE_UID_SIZE, "%s", uid);
    return records_correct(q->w->c.records, note_table(n->kind), uid, cell, cells,
                           request_field(q, "dasar"), "", request_field(q, "kunci"), &who, refused,
                           n, repeated);
}

/* The form was used before, for something else: nothing may be lost silently. What it is based on is then what it stored. */
static void show_again(const struct request *q, struct reply *r, const struct note *n,
                       const struct page_pond *p, const char *uid, const char *base)
{
    struct rec_row *row = NULL;

    r->status = 409;
    if (*uid != '\0' && records_row(q->w->c.records, note_table(n->kind), uid, &row) == 0 &&
        strcmp(row->by, q->viewer->user) == 0)
        base = row->change;
    show_form(q, r, n, p, uid, base, row, true, TEXT_NOTE_AGAIN);
    records_rows_free(row, 1);
}

static void take_note(const struct request *q, struct reply *r)
{
    struct note n = {.words = ""};
    struct change_cell cell[CELLS_MAX];
    char slug[SLUG_SIZE], stored[CHANGE_UID_SIZE] = "";
    const char *uid = request_field(q, "id"), *base = request_field(q, "dasar");
    const struct page_pond *p = page_find(q->m, request_field(q, "kolam"));
    bool money = farmer_money(q, p), repeated = false;
    size_t cells;
    int rc;

    if (note_find(q->rest, &n.kind) != 0) {
        reply_error(q, r, 404);
        return;
    }
    read_note(q, &n);
    if (note_check(&n, civil_day(q->now_ms), money, q->lang) > 0) {
        r->status = 422;
        show_form(q, r, &n, p, uid, base, NULL, true, TEXT_COUNT);
        return;
    }
    if (n.kind == NOTE_WATER) {
        take_water(q, r, &n);
        return;
    }
    cells = cells_of(q, &n, money, *uid == '\0', slug, cell);
    rc = store(q, &n, cell, cells, uid, stored, &repeated);
    if (rc == 0 && repeated && !same_row(q, &n, stored, cell, cells)) {
        show_again(q, r, &n, p, uid, base);
    } else if (rc == 0) {
        saved(q, r, &n, stored, *uid != '\0');
    } else if (rc == NILA_ERR_PARSE || rc == NILA_ERR_REFUSED) {
        r->status = 422;
        show_form(q, r, &n, p, uid, base, NULL, true,
                  beside_a_field(&n) ? TEXT_COUNT : TEXT_FAULT_REFUSED);
    } else {
        reply_error(q, r, rc == NILA_ERR_NOT_FOUND ? 409 : 503);
    }
}

/* --- what became of it, taking back --- */

static void make_saved(const struct request *q, struct reply *r)
{
    struct note_standing standing;
    enum note_kind k;
    const struct page_pond *p = NULL;
    const struct rec_press *press;
    struct rec_row *row = NULL;
    int status = note_find(farmer_given(q, "jenis"), &k) != 0 ? 404 : 0;

    if (status == 0 && k == NOTE_WATER) {
        p = pond_asked(q);
        press = p != NULL ? oxygen_of(q->m, p->pond.slug) : NULL;
        if (press != NULL) {
            page_note_saved(&r->body, q->m, p, k, NULL, press->value, false, NULL, false, q->lang);
            return;
        }
        status = 404;
    }
    if (status == 0)
        status = farmer_row(q, k, farmer_given(q, "id"), &row, &p);
    if (status != 0) {
        reply_error(q, r, status);
        return;
    }
    farmer_standing(q, &standing);
    page_note_saved(&r->body, q->m, p, k, row, NAN, farmer_given(q, "ubah")[0] != '\0', &standing,
                    farmer_money(q, p), q->lang);
    records_rows_free(row, 1);
}

/* GET asks, POST does. */
static void make_withdrawal(const struct request *q, struct reply *r)
{
    struct note said = {.words = ""};
    struct change_who who = {.how = "page", .at_ms = q->now_ms};
    char key[NOTE_KEY_SIZE];
    const struct page_pond *p;
    struct rec_row *row;
    bool repeated;
    int rc = 0, status = note_find(farmer_given(q, "jenis"), &said.kind) != 0
                             ? 404
                             : farmer_row(q, said.kind, farmer_given(q, "id"), &row, &p);

    if (status == 0 && press_token_new(key) != 0)
        status = 503;
    if (status != 0) {
        reply_error(q, r, status);
        return;
    }
    (void)snprintf(who.user, sizeof who.user, "%s", q->viewer->user);
    if (q->post)
        rc = records_withdraw(q->w->c.records, note_table(said.kind), row->uid,
                              farmer_given(q, "dasar"), "", farmer_given(q, "kunci"), &who, refused,
                              &said, &repeated);
    if (q->post && rc == 0) {
        model_look(q->w->model);
        page_note_withdrawn(&r->body, q->m, p, q->lang);
    } else if (rc == 0 || rc == NILA_ERR_REFUSED || rc == NILA_ERR_PARSE) {
        const struct note_row shown = {said.kind, row};
        r->status = rc == 0 ? 200 : 409;
        page_note_withdraw(&r->body, q->m, p, &shown, key, said.words, q->lang);
    } else {
        reply_error(q, r, 503);
    }
    records_rows_free(row, 1);
}

static void make_script(const struct request *q, struct reply *r)
{
    size_t n;
    const char *script = assets_script(&n);

    r->type = "text/javascript; charset=utf-8";
    r->cache = asset_cache(q, assets_script_version());
    r->everybodys = true;
    buf_add(&r->body, script, n);
}

/* A post must be of a pond that the viewer may edit; a correction, of a row of it. */
static int may_note(const struct request *q)
{
    enum note_kind k;
    const struct page_pond *p;
    struct rec_row *row;
    int status;

    if (note_find(q->rest, &k) != 0)
        return 404;
    if (!q->post)
        return pond_asked(q) != NULL ? 0 : 404;
    p = slug_valid(request_field(q, "kolam")) ? page_find(q->m, request_field(q, "kolam")) : NULL;
    if (p == NULL || !edits(q, p))
        return 404;
    if (request_field(q, "id")[0] == '\0')
        return 0;
    status = farmer_row(q, k, request_field(q, "id"), &row, &p);
    if (status == 0)
        records_rows_free(row, 1);
    return status;
}

static void make_note(const struct request *q, struct reply *r)
{
    if (q->post)
        take_note(q, r);
    else
        make_form(q, r);
}

#define EDITORS (ROUTE_FARMER | ROUTE_STAFF)

/* clang-format off */
const struct route ROUTES_FARMER[] = {
    {.path = "/catat", .methods = ROUTE_GET, .roles = EDITORS, .open = ROUTE_READ, .needs_model = true, .forms = true, .make = make_notes},
    {.path = "/catat/", .methods = ROUTE_GET | ROUTE_POST, .roles = EDITORS, .open = ROUTE_LOGIN, .needs_model = true, .forms = true,
     .may = may_note, .make = make_note},
    {.path = "/catat/koreksi", .methods = ROUTE_GET, .roles = EDITORS, .open = ROUTE_LOGIN, .needs_model = true, .forms = true,
     .make = make_correction},
    {.path = "/catat/tersimpan", .methods = ROUTE_GET, .roles = EDITORS, .open = ROUTE_LOGIN, .needs_model = true, .make = make_saved},
    {.path = "/catat/tarik", .methods = ROUTE_GET | ROUTE_POST, .roles = EDITORS, .open = ROUTE_LOGIN, .needs_model = true, .forms = true,
     .make = make_withdrawal},
    {.path = "/catat/foto", .methods = ROUTE_GET | ROUTE_POST, .roles = EDITORS, .open = ROUTE_LOGIN, .needs_model = true, .forms = true,
     .file = "foto", .may = may_photos, .make = make_photos},
    {.path = "/catat/foto/", .methods = ROUTE_GET, .roles = EDITORS, .open = ROUTE_LOGIN, .needs_model = true, .may = may_photo,
     .make = make_photo},
    {.path = "/catat/bentrok", .methods = ROUTE_GET, .roles = EDITORS, .open = ROUTE_LOGIN, .needs_model = true, .make = make_conflicts},
    {.path = "/foto.js", .methods = ROUTE_GET, .roles = ROUTE_USERS, .open = ROUTE_ANYBODY, .keep = true, .make = make_photo_script},
    {.path = "/nila.js", .methods = ROUTE_GET, .roles = ROUTE_USERS, .open = ROUTE_ANYBODY, .keep = true, .make = make_script},
    {.path = NULL},
};
/* clang-format on */
