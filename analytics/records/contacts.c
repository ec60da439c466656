/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "contacts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/log.h"
#include "pressqueue.h"
#include "rows.h"

const char *const CONTACTS_LIMITS[] = {
    "do_watch_mg_l",  "do_danger_mg_l",  "ph_watch_low",   "ph_watch_high",
    "temp_watch_low", "temp_watch_high", "turb_watch_ntu", NULL};
const char *const CONTACTS_KINDS[] = {"siren", "call", "sms",      "telegram", "webhook",
                                      "smtp",  "ntfy", "whatsapp", NULL};

/* clang-format off */
static const char CONTACTS[] =
    "SELECT contact, name, ifnull((SELECT u.phone FROM users u WHERE u.contact = c.contact AND u.active = 1 AND u.phone <> '' "
    "AND u.phone_ms > c.entered_on ORDER BY u.phone_ms DESC, u.id DESC LIMIT 1), phone), telegram, mail, language, answers_for, \"order\", quiet, channels FROM contacts c "
    "WHERE ifnull(active, 'yes') = 'yes' AND id = (SELECT id FROM contacts d WHERE d.contact = c.contact "
    "ORDER BY \"on\" DESC, entered_on DESC, id DESC LIMIT 1) ORDER BY contact";
static const char LIMITS[] =
    "SELECT pond, key, value, reason, by, \"on\" FROM limits l WHERE value IS NOT NULL AND id = (SELECT id FROM limits k "
    "WHERE k.pond = l.pond AND k.key = l.key ORDER BY \"on\" DESC, entered_on DESC, id DESC LIMIT 1) ORDER BY pond, key";
static const char PRESS[] =
    "INSERT INTO presses(pond, kind, by, at_ms, value) SELECT pond, ?2, ?3, ?4, ?5 FROM ponds WHERE pond = ?1 "
    "RETURNING id";
static const char HAS_POND[] = "SELECT 1 FROM ponds WHERE pond = ?1";
static const char PRESSES[] =
    "SELECT pond, kind, by, at_ms, ifnull(value, 0) FROM presses WHERE at_ms >= ?1 AND at_ms < ?2 ORDER BY at_ms, id";
/* clang-format on */
enum {
    PRESS_PATIENCE_MS = 1000 /* whoever presses waits at the pond */
};

static int take_contact(struct db_stmt *s, void *element)
{
    struct rec_contact *c = element;
    char word[SITE_NAME_SIZE];

    db_text(s, 0, c->slug, sizeof c->slug);
    db_text(s, 1, c->name, sizeof c->name);
    db_text(s, 2, c->phone, sizeof c->phone);
    db_text(s, 3, c->telegram, sizeof c->telegram);
    db_text(s, 4, c->mail, sizeof c->mail);
    db_text(s, 5, word, sizeof word);
    c->english = strcmp(word, "en") == 0;
    db_text(s, 6, c->answers_for, sizeof c->answers_for);
    db_text(s, 7, word, sizeof word);
    c->second = strcmp(word, "second") == 0;
    db_text(s, 8, word, sizeof word);
    if (word[0] != '\0' && !contacts_quiet(word, &c->quiet_from_min, &c->quiet_to_min))
        log_warnx("records: contact %s: quiet hours \"%s\" are not readable; it has none", c->slug,
                  word); /* better woken than that no contact can be read */
    db_text(s, 9, c->channels, sizeof c->channels);
    return 0;
}

int records_contacts(struct records *r, struct rec_contact **out, size_t *n)
{
    void *list = NULL;
    int rc = rows_load(r, CONTACTS, NULL, 0, sizeof(struct rec_contact), take_contact, &list, n);

    if (rc == 0)
        *out = list;
    return rc;
}

/* One clock time, "21" or "21.30"; the rest of the text, or NULL. */
static const char *clock_time(const char *text, int *min)
{
    char *end;
    long h, m = 0;

    if (text[0] < '0' || text[0] > '9')
        return NULL;
    h = strtol(text, &end, 10);
    if (end - text > 2 || h > 24)
        return NULL;
    if (*end == '.' || *end == ':') {
        const char *digits = end + 1;
        if (digits[0] < '0' || digits[0] > '9')
            return NULL;
        m = strtol(digits, &end, 10);
        if (end - digits != 2 || m > 59)
            return NULL;
    }
    if (h == 24 && m > 0)
        return NULL;
    *min = (int)(h * 60 + m) % (24 * 60);
    return end;
}

bool contacts_quiet(const char *text, int *from_min, int *to_min)
{
    int from, to;
    const char *at = clock_time(text, &from);

    if (at == NULL || *at != '-')
        return false;
    at = clock_time(at + 1, &to);
    if (at == NULL || *at != '\0' || from == to)
        return false;
    *from_min = from;
    *to_min = to;
    return true;
}

bool contacts_word(const char *list, const char *word)
{
    size_t n = strlen(word);

    for (const char *at = list; *at != '\0';) {
        size_t len = strcspn(at, " ");
        if (len == n && n > 0 && memcmp(at, word, n) == 0)
            return true;
        at += len;
        at += strspn(at, " ");
    }
    return false;
}

bool contacts_answers(const struct rec_contact *c, const char *pond, const char *farm,
                      const char *regency)
{
    char word[SITE_NAME_SIZE + 16];

    if (pond[0] == '\0' && farm[0] == '\0')
        return true;
    if (contacts_word(c->answers_for, "all") || contacts_word(c->answers_for, pond))
        return true;
    (void)snprintf(word, sizeof word, "farm:%s", farm);
    if (contacts_word(c->answers_for, word))
        return true;
    (void)snprintf(word, sizeof word, "regency:%s", regency);
    return contacts_word(c->answers_for, word);
}

static int take_limit(struct db_stmt *s, void *element)
{
    struct rec_limit *l = element;

    db_text(s, 0, l->pond, sizeof l->pond);
    db_text(s, 1, l->key, sizeof l->key);
    l->value = db_number(s, 2);
    db_text(s, 3, l->reason, sizeof l->reason);
    db_text(s, 4, l->by, sizeof l->by);
    l->day = (int32_t)db_integer(s, 5);
    return 0;
}

int records_limits(struct records *r, struct rec_limit **out, size_t *n)
{
    void *list = NULL;
    int rc = rows_load(r, LIMITS, NULL, 0, sizeof(struct rec_limit), take_limit, &list, n);

    if (rc == 0)
        *out = list;
    return rc;
}

static const char *const PRESS_NAME[PRESS_KINDS] = {
    [PRESS_GASPING] = "gasping",         [PRESS_AERATOR_ON] = "aerator_on",
    [PRESS_AERATOR_OFF] = "aerator_off", [PRESS_RIVER_ACID] = "river_acid",
    [PRESS_OXYGEN] = "oxygen",
};

const char *press_kind_name(enum press_kind k)
{
    return PRESS_NAME[k];
}

int press_kind_find(const char *name, enum press_kind *out)
{
    for (int k = 0; k < PRESS_KINDS; k++)
        if (strcmp(PRESS_NAME[k], name) == 0) {
            *out = (enum press_kind)k;
            return 0;
        }
    return NILA_ERR_NOT_FOUND;
}

static int press_in(struct db *d, const struct rec_press *p)
{
    struct db_stmt *s = NULL;
    int rc = db_prepare(d, PRESS, &s);

    if (rc == 0) {
        db_bind_text(s, 1, p->pond);
        db_bind_text(s, 2, press_kind_name(p->kind));
        db_bind_text(s, 3, p->by);
        db_bind_integer(s, 4, p->at_ms);
        if (p->kind == PRESS_OXYGEN)
            db_bind_number(s, 5, p->value);
        else
            db_bind_null(s, 5);
        rc = db_step(d, s);
        if (rc == 0)
            rc = NILA_ERR_NOT_FOUND;
        else if (rc == 1) /* the row is stored when the statement is done */
            rc = rows_run(d, s);
    }
    db_finalize(s);
    return rc;
}

/* The records are being written: the press waits beside them. Whoever writes does not hinder reading whether there is such a pond. */
static int press_beside(struct db *d, const struct rec_press *p)
{
    struct db_stmt *s = NULL;
    int rc = db_prepare(d, HAS_POND, &s);

    if (rc == 0) {
        db_bind_text(s, 1, p->pond);
        rc = db_step(d, s);
    }
    db_finalize(s);
    return rc == 0 ? NILA_ERR_NOT_FOUND : pressqueue_add(d, p);
}

int records_press(struct records *r, const struct rec_press *p)
{
    int rc;

    if (p->kind == PRESS_OXYGEN && !(p->value >= 0 && p->value <= PRESS_OXYGEN_MOST))
        return NILA_ERR_RANGE;
    (void)pthread_mutex_lock(&r->lock);
    pressqueue_bring(r->db);
    db_patience(r->db, PRESS_PATIENCE_MS);
    rc = press_in(r->db, p);
    db_patience(r->db, DB_PATIENCE_MS);
    if (rc == NILA_ERR_BUSY)
        rc = press_beside(r->db, p);
    (void)pthread_mutex_unlock(&r->lock);
    return rc;
}

static int take_press(struct db_stmt *s, void *element)
{
    struct rec_press *p = element;
    char word[SITE_NAME_SIZE];

    db_text(s, 0, p->pond, sizeof p->pond);
    db_text(s, 1, word, sizeof word);
    db_text(s, 2, p->by, sizeof p->by);
    p->at_ms = db_integer(s, 3);
    p->value = db_number(s, 4);
    if (press_kind_find(word, &p->kind) == 0)
        return 0;
    log_warnx("records: a press \"%s\" is not known", word);
    return NILA_ERR_CORRUPT;
}

int records_presses(struct records *r, int64_t from_ms, int64_t to_ms, struct rec_press **out,
                    size_t *n)
{
    const int64_t between[] = {from_ms, to_ms};
    void *list = NULL;
    int rc;

    (void)pthread_mutex_lock(&r->lock);
    pressqueue_bring(r->db);
    (void)pthread_mutex_unlock(&r->lock);
    rc = rows_load(r, PRESSES, between, 2, sizeof(struct rec_press), take_press, &list, n);
    if (rc != 0)
        return rc;
    *out = list;
    pressqueue_read(r->db, from_ms, to_ms, out, n);
    return 0;
}
