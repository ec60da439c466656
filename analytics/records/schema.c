/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tables of the production records. Columns are named as in the CSV files; "on" and stocked_on are WIB day numbers,
 * entered_on is ms since 1970 UTC. A released entry is never changed: what comes later is one more entry.
 *
 * A row's id rises and is never used again (AUTOINCREMENT), so that an import can tell its own rows from older ones. */
#include <stddef.h>

#include "db.h"

/* Versions of a table (change.h): the ones before the present one lie in <table>_was, from entered_on to before until_ms;
 * <table>_all has them all. Nothing in <table>_was is altered, but for the erasure of a person (records_erasing, db.h). */
/* clang-format off */
#define VIEW_OF(table, columns) \
    "CREATE VIEW " table "_all AS SELECT id, " columns ", entered_on, uid, 9223372036854775807 AS until_ms FROM " table \
    " UNION ALL SELECT id, " columns ", entered_on, uid, until_ms FROM " table "_was;"
#define WAS_OF(table, columns, by) \
    "CREATE TABLE " table "_was(version INTEGER PRIMARY KEY AUTOINCREMENT, id INTEGER NOT NULL, " columns "," \
    " entered_on INTEGER NOT NULL, uid TEXT NOT NULL, until_ms INTEGER NOT NULL);" \
    "CREATE INDEX " table "_was_by_id ON " table "_was(id);" \
    "CREATE INDEX " table "_was_by_uid ON " table "_was(uid);" \
    "CREATE INDEX " table "_was_by_row ON " table "_was(" by ");" \
    "CREATE TRIGGER " table "_was_stay BEFORE UPDATE ON " table "_was WHEN NOT records_erasing() BEGIN" \
    " SELECT RAISE(ABORT, 'a version of old is never changed'); END;" \
    "CREATE TRIGGER " table "_was_kept BEFORE DELETE ON " table "_was BEGIN" \
    " SELECT RAISE(ABORT, 'a version of old is never deleted'); END;" \
    VIEW_OF(table, columns)
/* A table from before there were versions; rows get their uid, and uid its index, in versions_adopt. */
#define VERSIONS_OF(table, columns, by) \
    "ALTER TABLE " table " ADD COLUMN uid TEXT NOT NULL DEFAULT '';" WAS_OF(table, columns, by)

const char *const RECORDS_MIGRATION[] = {
    "CREATE TABLE farms(id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " farm TEXT NOT NULL UNIQUE, name TEXT NOT NULL, regency TEXT NOT NULL, kecamatan TEXT NOT NULL,"
    " village TEXT, \"group\" TEXT, kusuka TEXT, entered_on INTEGER NOT NULL);"
    "CREATE TABLE ponds(id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " pond TEXT NOT NULL UNIQUE, farm TEXT NOT NULL REFERENCES farms(farm), name TEXT NOT NULL, system TEXT NOT NULL,"
    " area_m2 REAL NOT NULL, depth_m REAL NOT NULL, entered_on INTEGER NOT NULL);"
    "CREATE TABLE cycles(id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " cycle TEXT NOT NULL UNIQUE, pond TEXT NOT NULL REFERENCES ponds(pond), stocked_on INTEGER NOT NULL,"
    " count INTEGER NOT NULL, mass_g REAL NOT NULL, strain TEXT, sex TEXT, source TEXT, price_idr_each REAL,"
    " entered_on INTEGER NOT NULL, UNIQUE(pond, stocked_on));"
    "CREATE TABLE feed(id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " pond TEXT NOT NULL REFERENCES ponds(pond), \"on\" INTEGER NOT NULL, feed_kg REAL NOT NULL, kind TEXT, brand TEXT,"
    " protein_pct REAL, entered_on INTEGER NOT NULL);"
    "CREATE INDEX feed_by_day ON feed(pond, \"on\");"
    "CREATE TABLE samples(id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " pond TEXT NOT NULL REFERENCES ponds(pond), \"on\" INTEGER NOT NULL, fish INTEGER, total_g REAL, mass_g REAL,"
    " gear TEXT, entered_on INTEGER NOT NULL);"
    "CREATE INDEX samples_by_day ON samples(pond, \"on\");"
    "CREATE TABLE deaths(id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " pond TEXT NOT NULL REFERENCES ponds(pond), \"on\" INTEGER NOT NULL, count INTEGER NOT NULL, cause TEXT,"
    " entered_on INTEGER NOT NULL);"
    "CREATE INDEX deaths_by_day ON deaths(pond, \"on\");"
    "CREATE TABLE harvests(id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " pond TEXT NOT NULL REFERENCES ponds(pond), \"on\" INTEGER NOT NULL, kg REAL NOT NULL, fish_per_kg REAL,"
    " kind TEXT NOT NULL, buyer TEXT, price_idr_kg REAL, entered_on INTEGER NOT NULL);"
    "CREATE INDEX harvests_by_day ON harvests(pond, \"on\");",
    /* 2: what is known of the region */
    "CREATE TABLE fingerlings(id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " \"on\" INTEGER NOT NULL, hatchery TEXT NOT NULL, kind TEXT NOT NULL, count INTEGER NOT NULL, size_cm REAL,"
    " \"from\" TEXT NOT NULL, \"to\" TEXT, entered_on INTEGER NOT NULL);"
    "CREATE TABLE official(id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " code_system TEXT NOT NULL, code TEXT NOT NULL, name TEXT NOT NULL, period TEXT NOT NULL, kg REAL NOT NULL,"
    " status TEXT NOT NULL, cut_off INTEGER NOT NULL, revision INTEGER NOT NULL, source TEXT NOT NULL,"
    " entered_on INTEGER NOT NULL);"
    "CREATE TABLE registry(id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " kecamatan TEXT NOT NULL, system TEXT NOT NULL, farms INTEGER NOT NULL, ponds INTEGER, source TEXT NOT NULL,"
    " as_of INTEGER NOT NULL, entered_on INTEGER NOT NULL);"
    "CREATE TABLE assumptions(id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " key TEXT NOT NULL, node TEXT NOT NULL, value REAL NOT NULL, low REAL, high REAL, unit TEXT NOT NULL,"
    " months TEXT, source TEXT NOT NULL, \"on\" INTEGER NOT NULL, entered_on INTEGER NOT NULL);",
    /* 3: which of our systems counts as what for the offices, and what was found at farms drawn at random */
    "CREATE TABLE classes(id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " system TEXT NOT NULL, class TEXT NOT NULL, source TEXT NOT NULL, \"on\" INTEGER NOT NULL,"
    " entered_on INTEGER NOT NULL);"
    "CREATE TABLE survey(id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " quarter TEXT NOT NULL, kecamatan TEXT NOT NULL, system TEXT NOT NULL, serial INTEGER NOT NULL,"
    " \"on\" INTEGER NOT NULL, found TEXT NOT NULL, kg_quarter REAL, entered_on INTEGER NOT NULL);",
    /* 4: forecasts as they were issued; nobody changes them afterwards. REPLACE deletes without the trigger of DELETE, hence
     * the ones of INSERT */
    "CREATE TABLE issues(id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " issued_ms INTEGER NOT NULL, as_of_day INTEGER NOT NULL, scope TEXT NOT NULL, revision INTEGER NOT NULL,"
    " seed INTEGER NOT NULL, draws INTEGER NOT NULL, months INTEGER NOT NULL, ponds INTEGER NOT NULL,"
    " sensors INTEGER NOT NULL, program TEXT NOT NULL, digest TEXT NOT NULL, basis TEXT NOT NULL,"
    " UNIQUE(as_of_day, scope, revision));"
    "CREATE TABLE issued_values(issue INTEGER NOT NULL REFERENCES issues(id), node TEXT NOT NULL, lead INTEGER NOT NULL,"
    " month INTEGER NOT NULL, ponds INTEGER NOT NULL, mean REAL NOT NULL, q025 REAL NOT NULL, q05 REAL NOT NULL,"
    " q10 REAL NOT NULL, q25 REAL NOT NULL, q50 REAL NOT NULL, q75 REAL NOT NULL, q90 REAL NOT NULL, q95 REAL NOT NULL,"
    " q975 REAL NOT NULL, factor REAL NOT NULL, PRIMARY KEY(issue, node, lead)) WITHOUT ROWID;"
    "CREATE TRIGGER issues_stay BEFORE UPDATE ON issues BEGIN"
    " SELECT RAISE(ABORT, 'an issued forecast is never changed'); END;"
    "CREATE TRIGGER issues_kept BEFORE DELETE ON issues BEGIN"
    " SELECT RAISE(ABORT, 'an issued forecast is never deleted'); END;"
    "CREATE TRIGGER issues_once BEFORE INSERT ON issues"
    " WHEN EXISTS(SELECT 1 FROM issues i WHERE i.id = NEW.id OR"
    " (i.as_of_day = NEW.as_of_day AND i.scope = NEW.scope AND i.revision = NEW.revision)) BEGIN"
    " SELECT RAISE(ABORT, 'an issued forecast is never replaced'); END;"
    "CREATE TRIGGER issued_values_stay BEFORE UPDATE ON issued_values BEGIN"
    " SELECT RAISE(ABORT, 'an issued forecast is never changed'); END;"
    "CREATE TRIGGER issued_values_kept BEFORE DELETE ON issued_values BEGIN"
    " SELECT RAISE(ABORT, 'an issued forecast is never deleted'); END;"
    "CREATE TRIGGER issued_values_once BEFORE INSERT ON issued_values"
    " WHEN NEW.issue <> (SELECT max(id) FROM issues) OR EXISTS(SELECT 1 FROM issued_values v WHERE v.issue = NEW.issue"
    " AND v.node = NEW.node AND v.lead = NEW.lead) BEGIN"
    " SELECT RAISE(ABORT, 'an issued forecast is never added to'); END;",
    /* 5: whom to tell of what, what was told, and what people did about it. Contacts and limits are entered like assumptions: the
     * newest row of a contact, or of a pond and key, counts. An alarm without raised_ms waits for its confirmation; an attempt
     * without done_ms is still to be made, also after a crash */
    "CREATE TABLE contacts(id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " contact TEXT NOT NULL, name TEXT NOT NULL, phone TEXT, telegram TEXT, mail TEXT, language TEXT,"
    " answers_for TEXT NOT NULL, \"order\" TEXT NOT NULL, quiet TEXT, channels TEXT, active TEXT, \"on\" INTEGER NOT NULL,"
    " entered_on INTEGER NOT NULL);"
    "CREATE TABLE limits(id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " pond TEXT NOT NULL REFERENCES ponds(pond), key TEXT NOT NULL, value REAL, reason TEXT NOT NULL, by TEXT NOT NULL,"
    " \"on\" INTEGER NOT NULL, entered_on INTEGER NOT NULL);"
    "CREATE TABLE alarms(id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " subject TEXT NOT NULL, \"group\" TEXT NOT NULL, cause TEXT NOT NULL, severity INTEGER NOT NULL, rank INTEGER NOT NULL,"
    " first_ms INTEGER NOT NULL, seen_ms INTEGER NOT NULL, watch_ms INTEGER NOT NULL, danger_ms INTEGER NOT NULL,"
    " raised_ms INTEGER NOT NULL, told_ms INTEGER NOT NULL, worst INTEGER NOT NULL, well_ms INTEGER NOT NULL,"
    " eased_ms INTEGER NOT NULL, acked_ms INTEGER NOT NULL, acked_by TEXT NOT NULL, acked_how TEXT NOT NULL,"
    " snooze_ms INTEGER NOT NULL, second_ms INTEGER NOT NULL, danger_told_ms INTEGER NOT NULL,"
    " cleared_ms INTEGER NOT NULL, value REAL, threshold REAL);"
    "CREATE UNIQUE INDEX alarms_open ON alarms(subject, \"group\") WHERE cleared_ms = 0;"
    "CREATE INDEX alarms_by_time ON alarms(raised_ms);"
    "CREATE TABLE alarm_attempts(id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " alarm INTEGER REFERENCES alarms(id), kind TEXT NOT NULL, severity INTEGER NOT NULL, cause TEXT NOT NULL,"
    " subject TEXT NOT NULL, place TEXT NOT NULL, regency TEXT NOT NULL, contact TEXT NOT NULL, channel TEXT NOT NULL, address TEXT NOT NULL, english INTEGER NOT NULL,"
    " title TEXT NOT NULL, text TEXT NOT NULL, sms TEXT NOT NULL, made_ms INTEGER NOT NULL, due_ms INTEGER NOT NULL,"
    " until_ms INTEGER NOT NULL, tries INTEGER NOT NULL, begun_ms INTEGER NOT NULL, done_ms INTEGER NOT NULL, fate TEXT NOT NULL,"
    " code TEXT NOT NULL, reference TEXT NOT NULL, why TEXT NOT NULL);"
    "CREATE INDEX attempts_waiting ON alarm_attempts(due_ms) WHERE done_ms = 0;"
    "CREATE INDEX attempts_by_alarm ON alarm_attempts(alarm);"
    "CREATE INDEX attempts_by_reference ON alarm_attempts(reference) WHERE reference <> '';"
    "CREATE TABLE alarm_acks(id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " alarm INTEGER NOT NULL REFERENCES alarms(id), kind TEXT NOT NULL, minutes INTEGER NOT NULL, by TEXT NOT NULL,"
    " how TEXT NOT NULL, at_ms INTEGER NOT NULL, taken_ms INTEGER NOT NULL);"
    "CREATE INDEX acks_waiting ON alarm_acks(id) WHERE taken_ms = 0;"
    "CREATE TABLE presses(id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " pond TEXT NOT NULL REFERENCES ponds(pond), kind TEXT NOT NULL, by TEXT NOT NULL, at_ms INTEGER NOT NULL);"
    "CREATE INDEX presses_by_pond ON presses(pond, kind, at_ms);"
    "CREATE TABLE nights(pond TEXT NOT NULL REFERENCES ponds(pond), day INTEGER NOT NULL, threshold REAL NOT NULL,"
    " issued_ms INTEGER NOT NULL, p_below REAL, min_p10 REAL, min_p50 REAL, min_p90 REAL, low_ms INTEGER NOT NULL,"
    " basis TEXT NOT NULL, warned_ms INTEGER NOT NULL, lowest REAL, seen_share REAL, judged_ms INTEGER NOT NULL,"
    " PRIMARY KEY(pond, day)) WITHOUT ROWID;"
    "CREATE TABLE alarm_marks(key TEXT PRIMARY KEY, at_ms INTEGER NOT NULL) WITHOUT ROWID;",
    /* 6: oxygen measured by hand, mg/L, among what people say of a pond */
    "ALTER TABLE presses ADD COLUMN value REAL;",
    /* who may see and enter what. A session and a code are kept as their SHA-256; what was done to an account is only added to.
     * farm has no foreign key: a farm that is withdrawn takes nothing from its people but itself */
    "CREATE TABLE users(id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " user TEXT NOT NULL UNIQUE, name TEXT NOT NULL, phone TEXT NOT NULL, role TEXT NOT NULL, regencies TEXT NOT NULL,"
    " contact TEXT NOT NULL, hash TEXT NOT NULL, renew INTEGER NOT NULL, active INTEGER NOT NULL, english INTEGER NOT NULL,"
    " large INTEGER NOT NULL, consent_ms INTEGER NOT NULL, verified_ms INTEGER NOT NULL, made_ms INTEGER NOT NULL,"
    " erased_ms INTEGER NOT NULL DEFAULT 0);"
    "CREATE UNIQUE INDEX users_by_phone ON users(phone) WHERE phone <> '';"
    "CREATE TABLE user_farms(user TEXT NOT NULL REFERENCES users(user), farm TEXT NOT NULL, PRIMARY KEY(user, farm)) WITHOUT ROWID;"
    "CREATE TABLE sessions(id INTEGER PRIMARY KEY AUTOINCREMENT, digest TEXT NOT NULL UNIQUE,"
    " user TEXT NOT NULL REFERENCES users(user), made_ms INTEGER NOT NULL, seen_ms INTEGER NOT NULL, until_ms INTEGER NOT NULL,"
    " address TEXT NOT NULL, agent TEXT NOT NULL);"
    "CREATE INDEX sessions_by_user ON sessions(user);"
    "CREATE TABLE user_resets(id INTEGER PRIMARY KEY AUTOINCREMENT, user TEXT NOT NULL REFERENCES users(user),"
    " started_by TEXT NOT NULL, started_ms INTEGER NOT NULL, confirmed_by TEXT NOT NULL, confirmed_ms INTEGER NOT NULL,"
    " digest TEXT NOT NULL, until_ms INTEGER NOT NULL, tries INTEGER NOT NULL, ended_ms INTEGER NOT NULL);"
    "CREATE INDEX resets_open ON user_resets(user) WHERE ended_ms = 0;"
    "CREATE TABLE user_events(id INTEGER PRIMARY KEY AUTOINCREMENT, at_ms INTEGER NOT NULL, user TEXT NOT NULL,"
    " by TEXT NOT NULL, what TEXT NOT NULL, detail TEXT NOT NULL);"
    "CREATE INDEX user_events_by_user ON user_events(user, id);"
    "CREATE TRIGGER user_events_stay BEFORE UPDATE ON user_events BEGIN"
    " SELECT RAISE(ABORT, 'what was done to an account is never changed'); END;"
    "CREATE TRIGGER user_events_kept BEFORE DELETE ON user_events BEGIN"
    " SELECT RAISE(ABORT, 'what was done to an account is never deleted'); END;",
    /* since when the user has the number: alarms follow the newer of it and the contact's own row */
    "ALTER TABLE users ADD COLUMN phone_ms INTEGER NOT NULL DEFAULT 0; UPDATE users SET phone_ms = made_ms;",
    /* the list of changes and, in five pieces, the versions of every row (change.h). INSERT has a trigger, because REPLACE deletes
     * without the one of DELETE */
    "ALTER TABLE cycles ADD COLUMN size_cm REAL; ALTER TABLE cycles ADD COLUMN hatchery TEXT;"
    "ALTER TABLE feed ADD COLUMN price_idr_kg REAL;"
    "ALTER TABLE samples ADD COLUMN places INTEGER;"
    "ALTER TABLE harvests ADD COLUMN debt_idr REAL; ALTER TABLE harvests ADD COLUMN photo TEXT;"
    "CREATE TABLE records_meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"
    "INSERT INTO records_meta VALUES('origin', lower(hex(randomblob(16))));"
    "CREATE TABLE changes(id INTEGER PRIMARY KEY," /* nothing is deleted: no number comes twice */
    " uid TEXT NOT NULL UNIQUE, at_ms INTEGER NOT NULL, by TEXT NOT NULL, how TEXT NOT NULL, \"table\" TEXT NOT NULL,"
    " row_uid TEXT NOT NULL, kind TEXT NOT NULL, based_on TEXT NOT NULL, old TEXT NOT NULL, new TEXT NOT NULL,"
    " reason TEXT NOT NULL, key TEXT NOT NULL, origin TEXT NOT NULL, origin_seq INTEGER NOT NULL,"
    " UNIQUE(origin, origin_seq));"
    "CREATE INDEX changes_by_row ON changes(row_uid);"
    "CREATE UNIQUE INDEX changes_once_a_form ON changes(by, key) WHERE key <> '';"
    "CREATE TRIGGER changes_stay BEFORE UPDATE ON changes WHEN NOT records_erasing() BEGIN"
    " SELECT RAISE(ABORT, 'a change is never altered'); END;"
    "CREATE TRIGGER changes_kept BEFORE DELETE ON changes BEGIN"
    " SELECT RAISE(ABORT, 'a change is never deleted'); END;"
    "CREATE TRIGGER changes_once BEFORE INSERT ON changes"
    " WHEN EXISTS(SELECT 1 FROM changes c WHERE c.id = NEW.id) OR EXISTS(SELECT 1 FROM changes c WHERE c.uid = NEW.uid)"
    " OR EXISTS(SELECT 1 FROM changes c WHERE c.origin = NEW.origin AND c.origin_seq = NEW.origin_seq) BEGIN"
    " SELECT RAISE(ABORT, 'a change is never replaced'); END;",
    VERSIONS_OF("farms", "farm, name, regency, kecamatan, village, \"group\", kusuka", "farm")
    VERSIONS_OF("ponds", "pond, farm, name, system, area_m2, depth_m", "pond")
    VERSIONS_OF("cycles", "cycle, pond, stocked_on, count, mass_g, strain, sex, source, price_idr_each, size_cm, hatchery",
                "pond"),
    VERSIONS_OF("feed", "pond, \"on\", feed_kg, kind, brand, protein_pct, price_idr_kg", "pond, \"on\"")
    VERSIONS_OF("samples", "pond, \"on\", fish, total_g, mass_g, gear, places", "pond, \"on\"")
    VERSIONS_OF("deaths", "pond, \"on\", count, cause", "pond, \"on\""),
    VERSIONS_OF("harvests", "pond, \"on\", kg, fish_per_kg, kind, buyer, price_idr_kg, debt_idr, photo", "pond, \"on\"")
    VERSIONS_OF("fingerlings", "\"on\", hatchery, kind, count, size_cm, \"from\", \"to\"", "\"on\", hatchery")
    VERSIONS_OF("official", "code_system, code, name, period, kg, status, cut_off, revision, source", "code, period"),
    VERSIONS_OF("registry", "kecamatan, system, farms, ponds, source, as_of", "kecamatan, system")
    VERSIONS_OF("assumptions", "key, node, value, low, high, unit, months, source, \"on\"", "key, node")
    VERSIONS_OF("classes", "system, class, source, \"on\"", "system"),
    VERSIONS_OF("survey", "quarter, kecamatan, system, serial, \"on\", found, kg_quarter", "quarter, kecamatan")
    VERSIONS_OF("contacts", "contact, name, phone, telegram, mail, language, answers_for, \"order\", quiet, channels, active,"
                " \"on\"", "contact")
    VERSIONS_OF("limits", "pond, key, value, reason, by, \"on\"", "pond, key"),
    /* groups of farmers, a pond's probes, notes, the check before stocking, the river, photos */
    "CREATE TABLE farm_groups(id INTEGER PRIMARY KEY AUTOINCREMENT, \"group\" TEXT NOT NULL UNIQUE, name TEXT NOT NULL,"
    " kecamatan TEXT NOT NULL, village TEXT, entered_on INTEGER NOT NULL, uid TEXT NOT NULL UNIQUE);"
    WAS_OF("farm_groups", "\"group\", name, kecamatan, village", "\"group\"")
    "CREATE TABLE sensors(id INTEGER PRIMARY KEY AUTOINCREMENT, pond TEXT NOT NULL REFERENCES ponds(pond),"
    " device TEXT NOT NULL, \"on\" INTEGER NOT NULL, until INTEGER, model TEXT, serial TEXT, note TEXT,"
    " entered_on INTEGER NOT NULL, uid TEXT NOT NULL UNIQUE); CREATE INDEX sensors_by_pond ON sensors(pond, \"on\");"
    WAS_OF("sensors", "pond, device, \"on\", until, model, serial, note", "pond, \"on\""),
    "CREATE TABLE notes(id INTEGER PRIMARY KEY AUTOINCREMENT, pond TEXT NOT NULL REFERENCES ponds(pond),"
    " \"on\" INTEGER NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL, amount REAL, unit TEXT, photo TEXT,"
    " entered_on INTEGER NOT NULL, uid TEXT NOT NULL UNIQUE); CREATE INDEX notes_by_pond ON notes(pond, \"on\");"
    WAS_OF("notes", "pond, \"on\", kind, text, amount, unit, photo", "pond, \"on\"")
    "CREATE TABLE prestock(id INTEGER PRIMARY KEY AUTOINCREMENT, pond TEXT NOT NULL REFERENCES ponds(pond),"
    " \"on\" INTEGER NOT NULL, ph_pond REAL, ph_bag REAL, temp_pond_c REAL, temp_bag_c REAL, do_pond_mg_l REAL,"
    " acclimatised_min INTEGER, sample_count INTEGER, dead_on_arrival INTEGER, hatchery TEXT, note TEXT,"
    " entered_on INTEGER NOT NULL, uid TEXT NOT NULL UNIQUE); CREATE INDEX prestock_by_pond ON prestock(pond, \"on\");"
    WAS_OF("prestock", "pond, \"on\", ph_pond, ph_bag, temp_pond_c, temp_bag_c, do_pond_mg_l, acclimatised_min, sample_count,"
           " dead_on_arrival, hatchery, note", "pond, \"on\""),
    "CREATE TABLE river(id INTEGER PRIMARY KEY AUTOINCREMENT, river TEXT NOT NULL, \"on\" INTEGER NOT NULL,"
    " state TEXT NOT NULL, ph REAL, note TEXT, entered_on INTEGER NOT NULL, uid TEXT NOT NULL UNIQUE);"
    "CREATE INDEX river_by_day ON river(river, \"on\");"
    WAS_OF("river", "river, \"on\", state, ph, note", "river, \"on\"")
    "CREATE TABLE photos(uid TEXT PRIMARY KEY, row_uid TEXT NOT NULL, type TEXT NOT NULL,"
    " bytes BLOB NOT NULL CHECK(length(bytes) <= 49152), by TEXT NOT NULL, at_ms INTEGER NOT NULL);"
    "CREATE INDEX photos_by_row ON photos(row_uid);",
    /* a farm's computer and the office (sync.h): which changes have their place in the office's order, and when they came; which
     * undid which unseen; where a farm stands; whose key is whose */
    "CREATE TABLE sync_placed(change INTEGER PRIMARY KEY REFERENCES changes(id), place INTEGER NOT NULL, at_ms INTEGER NOT NULL);"
    "CREATE TABLE sync_conflicts(won TEXT NOT NULL, lost TEXT NOT NULL, \"table\" TEXT NOT NULL, row_uid TEXT NOT NULL,"
    " at_ms INTEGER NOT NULL, PRIMARY KEY(won, lost)) WITHOUT ROWID;"
    "CREATE TABLE sync_office(one INTEGER PRIMARY KEY CHECK(one = 1), origin TEXT NOT NULL, pulled INTEGER NOT NULL,"
    " sent INTEGER NOT NULL, ok_ms INTEGER NOT NULL, fail_ms INTEGER NOT NULL, fail TEXT NOT NULL);"
    "CREATE TABLE sync_nodes(node TEXT PRIMARY KEY, digest TEXT NOT NULL UNIQUE, made_ms INTEGER NOT NULL, seen_ms INTEGER NOT NULL)"
    " WITHOUT ROWID;"
    "CREATE TABLE sync_node_farms(node TEXT NOT NULL REFERENCES sync_nodes(node), farm TEXT NOT NULL, PRIMARY KEY(node, farm))"
    " WITHOUT ROWID;"
    "CREATE TABLE sync_origins(origin TEXT PRIMARY KEY, node TEXT NOT NULL) WITHOUT ROWID;",
    /* one message may tell of several ponds: told_with is the attempt that tells of this one too; -1: it tells of others as well */
    "ALTER TABLE alarm_attempts ADD COLUMN told_with INTEGER NOT NULL DEFAULT 0;"
    "CREATE INDEX attempts_told_with ON alarm_attempts(told_with) WHERE told_with > 0;"
    "CREATE INDEX attempts_tried ON alarm_attempts(channel, id) WHERE tries > 0;",
    /* what pages ask of a day or two must not cost a look at the nights and buttons of all years */
    "CREATE INDEX nights_by_day ON nights(day, pond); CREATE INDEX presses_by_time ON presses(at_ms);",
    /* fish that gasp again after an OK are told of again; what was said before is answered */
    "ALTER TABLE alarms ADD COLUMN said_ms INTEGER NOT NULL DEFAULT 0; UPDATE alarms SET said_ms = max(told_ms, acked_ms);",
    NULL,
};
/* clang-format on */
