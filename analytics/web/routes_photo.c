/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "/catat/foto": photos of a harvest's note. They show prices and buyers: the farmer of that farm sees them, and nobody else. */
#include "routes_farmer.h"

#include <stdio.h>
#include <string.h>

#include "analytics/records/photos.h"
#include "analytics/web/assets.h"
#include "collector/common/log.h"

/* The harvest's row, for whoever may see its money; 0, or a status. */
static int harvest_of(const struct request *q, const char *uid, struct rec_row **row,
                      const struct page_pond **pond)
{
    struct rec_row *found;
    const struct page_pond *p;
    int status = farmer_row(q, NOTE_HARVEST, uid, &found, &p);

    if (status == 0 && !farmer_money(q, p)) {
        records_rows_free(found, 1);
        return 404;
    }
    if (status != 0)
        return status;
    *row = found;
    *pond = p;
    return 0;
}

int may_photos(const struct request *q)
{
    const struct page_pond *p;
    struct rec_row *row;
    int status = harvest_of(q, farmer_given(q, "id"), &row, &p);

    if (status == 0)
        records_rows_free(row, 1);
    return status;
}

static void show(const struct request *q, struct reply *r, enum text problem)
{
    struct page_photos ph = {.problem = problem};
    struct rec_row *row;
    int status = harvest_of(q, farmer_given(q, "id"), &row, &ph.pond);

    if (status != 0) {
        reply_error(q, r, status);
        return;
    }
    ph.row = row;
    if (records_photos_of(q->w->c.records, row->uid, ph.uid, PAGE_PHOTOS_MAX, &ph.photos) == 0)
        page_photos(&r->body, q->m, &ph, q->lang);
    else
        reply_error(q, r, 503);
    records_rows_free(row, 1);
}

static void take(const struct request *q, struct reply *r)
{
    const char *uid = farmer_given(q, "id");
    struct change_who who = {.how = "page", .at_ms = q->now_ms};
    char had[PAGE_PHOTOS_MAX][CHANGE_UID_SIZE];
    size_t n = 0;
    int rc = records_photos_of(q->w->c.records, uid, had, PAGE_PHOTOS_MAX, &n);

    (void)snprintf(who.user, sizeof who.user, "%s", q->viewer->user);
    if (rc == 0 && n == PAGE_PHOTOS_MAX)
        rc = NILA_ERR_FULL;
    if (rc == 0) {
        char photo[CHANGE_UID_SIZE];
        bool repeated; /* sent twice it is one, and well */
        rc = records_photo_add(q->w->c.records, uid, q->file.bytes, q->file.n, &who, photo,
                               &repeated);
    }
    if (rc == 0) {
        char path[96];
        (void)snprintf(path, sizeof path, "/catat/foto?id=%.32s", uid);
        reply_see_other(r, path);
    } else if (rc == NILA_ERR_RANGE || rc == NILA_ERR_PARSE || rc == NILA_ERR_FULL) {
        r->status = 422;
        show(q, r,
             rc == NILA_ERR_FULL    ? TEXT_PHOTO_ENOUGH
             : q->file.n == 0       ? TEXT_PHOTO_NONE
             : rc == NILA_ERR_RANGE ? TEXT_PHOTO_LARGE
                                    : TEXT_PHOTO_NO_PICTURE);
    } else {
        reply_error(q, r, rc == NILA_ERR_NOT_FOUND ? 409 : 503);
    }
}

void make_photos(const struct request *q, struct reply *r)
{
    if (q->post)
        take(q, r);
    else
        show(q, r, TEXT_COUNT);
}

int may_photo(const struct request *q)
{
    const struct page_pond *p;
    struct rec_photo *photo;
    struct rec_row *row;
    int rc, status;

    if (strlen(q->rest) != CHANGE_UID_SIZE - 1)
        return 404;
    rc = records_photo(q->w->c.records, q->rest, &photo);
    if (rc != 0)
        return rc == NILA_ERR_NOT_FOUND ? 404 : 503;
    status = photo->bytes == NULL ? 404 : harvest_of(q, photo->row_uid, &row, &p);
    if (status == 0)
        records_rows_free(row, 1);
    records_photo_free(photo);
    return status;
}

/* The type is what the bytes said when they came; nosniff keeps browsers to it. */
void make_photo(const struct request *q, struct reply *r)
{
    struct rec_photo *photo;
    const char *type;

    if (records_photo(q->w->c.records, q->rest, &photo) != 0) {
        reply_error(q, r, 404);
        return;
    }
    type = photo->bytes != NULL ? photo_type(photo->bytes, photo->n) : NULL;
    if (type == NULL) {
        reply_error(q, r, 404);
    } else {
        r->type = type;
        buf_add(&r->body, photo->bytes, photo->n);
    }
    records_photo_free(photo);
}

void make_photo_script(const struct request *q, struct reply *r)
{
    size_t n;
    const char *script = assets_photo(&n);

    (void)q;
    r->type = "text/javascript; charset=utf-8";
    r->cache = "max-age=86400";
    r->everybodys = true;
    buf_add(&r->body, script, n);
}
