/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The runs of the machine whose readings are in the file, and what their clocks are worth (the rule is in journal.h). */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/civil.h"
#include "collector/common/clock.h"
#include "collector/common/log.h"
#include "journal_parts.h"

#define NEWEST_ROWS \
    64 /* looked at for the newest time; numbers rise with time, but for imported rows */
#define YEAR_2025 INT64_C(1735689600000) /* 2025-01-01T00:00Z */
/* A clock that is further behind the newest row than this is not behind: that row's was ahead. */
#define BEHIND_MS (400 * CIVIL_DAY_MS)
/* A clock that has not been set since it was trusted differs by no more from the boot's anchor. */
#define SAME_MS 2000
/* The first round after the anchor may be stamped with a slot before it. */
#define FIRST_ROUND_MS 60000
#define META_NEWEST    "newest_ms"

static uint32_t crc_of(const struct journal_boot *b, const char *name)
{
    char text[256];
    int n = snprintf(
        text, sizeof text, "%" PRIu32 "|%.64s|%" PRId64 "|%" PRId64 "|%d|%" PRId64 "|%" PRId64,
        b->id, name, b->first_seq, b->first_ms, b->given_up ? 1 : 0, b->anchor_ms, b->unsure_ms);
    return journal_row_crc32(text, (size_t)n);
}

bool journal_boot_sound(const struct journal_boot *b, const char *name, uint32_t crc)
{
    return b->id > 0 && strlen(name) < sizeof b->name && crc == crc_of(b, name);
}

static int save(struct journal *j, const struct journal_boot *b)
{
    return journal_db_set_boot(j->db, b, crc_of(b, b->name));
}

static void add(struct journal *j, const struct journal_boot *b)
{
    j->boot = xrealloc(j->boot, j->boots + 1, sizeof *j->boot);
    j->boot[j->boots++] = *b;
}

static struct journal_boot *find(const struct journal *j, uint32_t id)
{
    for (size_t i = j->boots; i > 0; i--) /* mostly the newest is wanted */
        if (j->boot[i - 1].id == id)
            return &j->boot[i - 1];
    return NULL;
}

/* This run of the machine, NULL before its first row. */
static struct journal_boot *present(const struct journal *j)
{
    for (size_t i = j->boots; i > 0; i--)
        if (strcmp(j->boot[i - 1].name, j->boot_name) == 0)
            return &j->boot[i - 1];
    return NULL;
}

/* --- the table ------------------------------------------------------------------------------------------------------ */

static int load_boot(void *arg, const struct journal_boot *b, const char *name, uint32_t crc)
{
    struct journal *j = arg;
    struct journal_boot mine = *b;

    if (journal_boot_sound(b, name, crc)) {
        memcpy(mine.name, name, strlen(name) + 1);
    } else {
        log_warnx("journal %s: boot %" PRIu32 " is damaged, the time of what it held is unsure",
                  j->path, b->id);
        mine = (struct journal_boot){.id = b->id, .first_seq = b->first_seq, .given_up = true};
        (void)snprintf(mine.name, sizeof mine.name, "?%" PRIu32, b->id);
    }
    add(j, &mine);
    return 0;
}

/* Forgets the boots whose rows are all gone: those before the newest one that begins at or before the oldest row. */
static int forget_old(struct journal *j)
{
    size_t keep = 0;
    int rc;

    for (size_t i = 0; i < j->boots; i++)
        if (j->boot[i].first_seq <= j->first)
            keep = i;
    if (keep == 0)
        return 0;
    if ((rc = journal_db_delete_boots(j->db, j->boot[keep].id)) != 0)
        return rc;
    j->boots -= keep;
    memmove(j->boot, j->boot + keep, j->boots * sizeof *j->boot);
    return 0;
}

static int newest_row(void *arg, int64_t seq, const void *row, size_t n)
{
    struct journal *j = arg;
    struct journal_row_head h;
    int64_t ts_ms;

    (void)seq;
    if (journal_row_peek(row, n, &h) != 0)
        return 0;
    ts_ms = journal_boot_time(j, &h);
    if (clock_plausible(ts_ms) && ts_ms > j->newest_ms)
        j->newest_ms = ts_ms;
    return 0;
}

int journal_boot_load(struct journal *j)
{
    int64_t newest = 0;
    struct journal_boot *b;
    int rc;

    j->boots = 0;
    if ((rc = journal_db_boots(j->db, load_boot, j)) != 0 || (rc = forget_old(j)) != 0 ||
        (rc = journal_db_meta(j->db, META_NEWEST, &newest)) != 0)
        return rc;
    if (clock_plausible(newest) && newest > j->newest_ms)
        j->newest_ms = newest;
    rc = journal_db_newest(j->db, NEWEST_ROWS, newest_row, j);
    if (rc != 0 &&
        rc != NILA_ERR_IO) /* what the disk does not read is passed over by who needs it */
        return rc;
    b = present(j);
    j->held_seq = 0;
    if (b != NULL && !b->given_up && b->anchor_ms == 0 && j->last >= b->first_seq)
        j->held_seq =
            b->first_seq; /* perhaps a later one: an imported row before it waits as well */
    return 0;
}

int journal_boot_note_newest(struct journal *j)
{
    return j->newest_ms > 0 ? journal_db_set_meta(j->db, META_NEWEST, j->newest_ms) : 0;
}

int journal_boot_meet(struct journal *j)
{
    struct journal_boot b = {.id = 1, .first_seq = j->last + 1, .first_ms = clock_mono_ms()};
    int rc;

    if (present(j) != NULL)
        return 0;
    for (size_t i = 0; i < j->boots; i++)
        if (j->boot[i].id >= b.id)
            b.id = j->boot[i].id + 1;
    memcpy(b.name, j->boot_name, sizeof b.name);
    if (!clock_anchor(&b.anchor_ms))
        b.given_up = j->clock_wait_ms == 0;
    if ((rc = save(j, &b)) == 0)
        add(j, &b);
    return rc;
}

int journal_boot_reserve(struct journal *j, uint32_t id, int64_t seq)
{
    struct journal_boot b = {.id = id, .first_seq = seq, .given_up = true};
    int rc;

    if (id == 0 || find(j, id) != NULL)
        return 0;
    (void)snprintf(b.name, sizeof b.name, "?%" PRIu32, id);
    if ((rc = save(j, &b)) == 0)
        add(j, &b);
    return rc;
}

int journal_boot_keep(struct journal *j)
{
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < j->boots; i++)
        rc = save(j, &j->boot[i]);
    j->boots = 0; /* and those a crash in the midst of it has left in the new file */
    return rc != 0 ? rc : journal_db_boots(j->db, load_boot, j);
}

int journal_boot_salvage(struct journal *j, const struct journal_boot *b, const char *name,
                         uint32_t crc)
{
    struct journal_boot mine = *b;
    int rc;

    if (!journal_boot_sound(b, name, crc) || find(j, b->id) != NULL)
        return 0;
    memcpy(mine.name, name, strlen(name) + 1);
    if ((rc = save(j, &mine)) == 0)
        add(j, &mine);
    return rc;
}

/* --- the present one ------------------------------------------------------------------------------------------------ */

bool journal_boot_look(struct journal *j)
{
    struct journal_boot *b = present(j), next;
    int64_t now = clock_mono_ms();
    int rc;

    if (b == NULL || b->anchor_ms != 0)
        return false;
    next = *b;
    if (clock_anchor(&next.anchor_ms))
        next.unsure_ms = now;
    else if (!b->given_up && now - b->first_ms >= j->clock_wait_ms)
        next.given_up = true;
    else
        return false;
    if ((rc = journal_file_ensure(j)) != 0 || (rc = save(j, &next)) != 0) {
        (void)journal_file_mend(j, rc); /* what is held stays held until it can be written down */
        return false;
    }
    if (next.anchor_ms == 0)
        log_warnx("journal %s: the clock has not been put right for %" PRId64 " min: what was read "
                  "since the start goes out with an unsure time",
                  j->path, (now - b->first_ms) / 60000);
    else if (!b->given_up && j->held_seq != 0)
        log_info("journal %s: the clock is right, what was read since the start gets its time",
                 j->path);
    *b = next;
    j->held_seq = 0;
    return true;
}

bool journal_boot_waits(const struct journal *j)
{
    const struct journal_boot *b = present(j);

    return b != NULL && !b->given_up && b->anchor_ms == 0;
}

/* A time for a reading whose clock says nothing of use: time goes on from the newest row there was at the start. */
static void mend_time(struct journal *j, const struct journal_boot *b, struct reading_set *set)
{
    int64_t known = j->opened_newest_ms > YEAR_2025 ? j->opened_newest_ms : YEAR_2025;
    int64_t line = known + 1 + set->boot_ms - j->opened_mono_ms;

    if (clock_plausible(set->ts_ms) && (set->ts_ms >= line || line - set->ts_ms > BEHIND_MS))
        return;
    set->ts_ms =
        b->anchor_ms != 0 && !clock_plausible(set->ts_ms) ? set->boot_ms + b->anchor_ms : line;
}

static void stamp_trusted(struct journal *j, const struct journal_boot *b, struct reading_set *set)
{
    int64_t until = j->unsure_until_ms > b->unsure_ms ? j->unsure_until_ms : b->unsure_ms;

    if (b->unsure_ms == 0 || set->ts_ms > b->anchor_ms + until ||
        set->ts_ms < b->anchor_ms + b->first_ms - FIRST_ROUND_MS)
        return;
    /* a slot that lies among the held rows' times: to the very ms it could be one of them */
    set->ts_ms = set->boot_ms + b->anchor_ms;
    if (set->boot_ms > until && set->boot_ms <= b->unsure_ms + FIRST_ROUND_MS)
        j->unsure_until_ms = set->boot_ms;
}

void journal_boot_stamp(struct journal *j, struct reading_set *set, struct journal_row_head *head)
{
    const struct journal_boot *b = set->boot_ms > 0 ? present(j) : NULL;
    int64_t off;

    head->boot = 0;
    head->held = false;
    if (b == NULL)
        return;
    head->boot = b->id;
    set->clock_trusted = set->clock_trusted && clock_plausible(set->ts_ms);
    if (set->clock_trusted) {
        stamp_trusted(j, b, set);
    } else {
        off = set->ts_ms - (set->boot_ms + b->anchor_ms);
        head->held = !b->given_up && (b->anchor_ms == 0 || set->boot_ms <= b->unsure_ms);
        if (b->anchor_ms != 0 && set->boot_ms > b->unsure_ms && off >= -SAME_MS && off <= SAME_MS)
            set->clock_trusted = true;
        else
            mend_time(j, b, set);
    }
    if (set->ts_ms > j->newest_ms)
        j->newest_ms = set->ts_ms;
}

/* --- the time of a row ---------------------------------------------------------------------------------------------- */

int64_t journal_boot_time(const struct journal *j, const struct journal_row_head *head)
{
    const struct journal_boot *b = head->held ? find(j, head->boot) : NULL;

    return b != NULL && !b->given_up && b->anchor_ms != 0 ? head->boot_ms + b->anchor_ms
                                                          : head->ts_ms;
}

bool journal_boot_resolve(const struct journal *j, const struct journal_row_head *head,
                          struct reading_set *set)
{
    const struct journal_boot *b = head->held ? find(j, head->boot) : NULL;

    if (b == NULL || b->given_up)
        return true;
    if (b->anchor_ms != 0) {
        set->ts_ms = head->boot_ms + b->anchor_ms;
        set->clock_trusted = true;
        return true;
    }
    return strcmp(b->name, j->boot_name) != 0; /* an earlier one can not be put right any more */
}
