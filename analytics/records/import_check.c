/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "import.h"

#include <stdio.h>
#include <string.h>

#include "collector/common/civil.h"
#include "collector/common/log.h"
#include "collector/common/tongue.h"
#include "contacts.h"
#include "keys.h"
#include "places.h"

size_t import_column(const struct import *m, const char *name)
{
    size_t i = 0;

    while (strcmp(m->columns->column[i].name, name) != 0)
        i++;
    return i;
}

static bool check_kecamatan(struct import *m, size_t *k)
{
    size_t at = import_column(m, "kecamatan");

    if (region_find_kecamatan(m->cell[at].text, k) == 0)
        return true;
    import_bad(
        m, m->index[at], "kecamatan",
        tongue("\"%.40s\" bukan kode Kotawaringin Timur (62.02.01 sampai 62.02.17) atau Seruyan "
               "(62.07.01 sampai 62.07.10)",
               "\"%.40s\" is not a code of Kotawaringin Timur (62.02.01 to 62.02.17) or Seruyan "
               "(62.07.01 to 62.07.10)"),
        m->cell[at].text);
    return false;
}

/* The card of the ministry: digits, in groups or not. How many there are is not checked, for want of a source; a telephone
 * number in its place is the slip that is seen. */
static void check_kusuka(struct import *m)
{
    size_t at = import_column(m, "kusuka");
    const char *text = m->cell[at].text;
    size_t digits = 0;

    if (m->cell[at].empty)
        return;
    for (const char *p = text; *p != '\0'; p++)
        digits += *p >= '0' && *p <= '9';
    if (text[strspn(text, "0123456789.- ")] == '\0' && digits >= 8 && digits <= 24 &&
        strncmp(text, "08", 2) != 0)
        return;
    import_bad(m, m->index[at], "kusuka",
               tongue("\"%.40s\" bukan nomor KUSUKA: 8 sampai 24 angka, boleh dengan titik, tanpa "
                      "nomor telepon",
                      "\"%.40s\" is no KUSUKA number: 8 to 24 digits, with points or without, and "
                      "no telephone number"),
               text);
}

static void check_farm(struct import *m)
{
    size_t at = import_column(m, "kecamatan"), of = import_column(m, "regency"), k;
    enum regency r;

    if (check_kecamatan(m, &k) && regency_find(m->cell[of].text, &r) == 0 &&
        region_kecamatan(k)->regency != r)
        import_bad(m, m->index[at], "kecamatan",
                   tongue("%s (%s) tidak terletak di %s", "%s (%s) does not lie in %s"),
                   m->cell[at].text, region_kecamatan(k)->name, regency_name(r));
    check_kusuka(m);
}

static void check_sensor(struct import *m)
{
    size_t on = import_column(m, "on"), until = import_column(m, "until");

    if (!m->cell[until].empty && m->cell[until].whole < m->cell[on].whole)
        import_bad(m, m->index[until], "until", tongue("lebih awal daripada on", "lies before on"));
}

static void check_note(struct import *m)
{
    size_t amount = import_column(m, "amount"), unit = import_column(m, "unit");

    if (m->cell[amount].empty == m->cell[unit].empty)
        return;
    if (m->cell[unit].empty)
        import_bad(m, m->index[unit], "unit",
                   tongue("tidak boleh kosong bila ada amount; seperti kg",
                          "may not be empty beside an amount; as in kg"));
    else
        import_bad(m, m->index[amount], "amount",
                   tongue("tidak boleh kosong bila ada unit", "may not be empty beside a unit"));
}

static void check_prestock(struct import *m)
{
    size_t n = import_column(m, "sample_count"), dead = import_column(m, "dead_on_arrival"),
           first = import_column(m, "ph_pond");
    bool measured = false;

    for (size_t i = first; i <= dead; i++)
        measured = measured || !m->cell[i].empty;
    if (!measured)
        import_bad(m, m->index[first], "ph_pond",
                   tongue("tidak ada yang diukur: isi paling sedikit satu nilai",
                          "nothing was measured: fill in one value at least"));
    if (!m->cell[dead].empty && !m->cell[n].empty && m->cell[dead].whole > m->cell[n].whole)
        import_bad(m, m->index[dead], "dead_on_arrival",
                   tongue("lebih banyak daripada yang dihitung (sample_count)",
                          "more than were counted (sample_count)"));
}

static void check_sample(struct import *m)
{
    size_t fish = import_column(m, "fish"), total = import_column(m, "total_g"),
           one = import_column(m, "mass_g");

    if (!m->cell[one].empty) {
        if (!m->cell[total].empty)
            import_bad(
                m, m->index[total], "total_g",
                tongue("terisi bersama mass_g; isi fish dan total_g, atau mass_g seekor ikan",
                       "stands beside mass_g; either fish and total_g, or mass_g of one fish"));
        else if (!m->cell[fish].empty && m->cell[fish].whole != 1)
            import_bad(m, m->index[fish], "fish",
                       tongue("mass_g adalah bobot seekor ikan; kosongkan fish",
                              "mass_g is the mass of one fish; leave fish empty"));
    } else if (m->cell[fish].empty || m->cell[total].empty) {
        size_t missing = m->cell[fish].empty ? fish : total;
        import_bad(m, m->index[missing], m->columns->column[missing].name,
                   tongue("tidak boleh kosong; isi fish dan total_g, atau mass_g seekor ikan",
                          "may not be empty; either fish and total_g, or mass_g of one fish"));
    } else if (m->cell[total].number / (double)m->cell[fish].whole > 5000) {
        import_bad(m, m->index[total], "total_g",
                   tongue("%.10g g per ekor tidak boleh; paling berat 5000 (gram, bukan kilogram?)",
                          "%.10g g a fish is not allowed; up to 5000 (grams, not kilograms?)"),
                   m->cell[total].number / (double)m->cell[fish].whole);
    }
}

/* What was produced has not gone anywhere yet; what was sold or moved has. */
static void check_fingerlings(struct import *m)
{
    size_t kind = import_column(m, "kind"), to = import_column(m, "to");
    bool produced = strcmp(m->cell[kind].text, "production") == 0;

    if (produced && !m->cell[to].empty)
        import_bad(
            m, m->index[to], "to",
            tongue("harus kosong untuk production; hanya sale atau transfer yang punya tujuan",
                   "must be empty for a production; only a sale or transfer goes somewhere"));
    if (!produced && m->cell[to].empty)
        import_bad(m, m->index[to], "to",
                   tongue("tidak boleh kosong untuk %s; kotim atau seruyan",
                          "may not be empty for a %s; kotim or seruyan"),
                   m->cell[kind].text);
}

static void check_official(struct import *m)
{
    char node[RECORDS_NODE_SIZE], reason[COLUMN_REASON];
    const char *name;
    size_t at = import_column(m, "code");

    if (places_find(m->cell[import_column(m, "code_system")].text, m->cell[at].text,
                    m->cell[import_column(m, "name")].text, node, &name, reason,
                    sizeof reason) == 0)
        return;
    import_bad(m, m->index[import_column(m, name)], name, "%s", reason);
}

static void check_bounds(struct import *m, const char *name, const struct key_info *k)
{
    size_t at = import_column(m, name);

    if (!m->cell[at].empty && !(m->cell[at].number >= k->min && m->cell[at].number <= k->max))
        import_bad(m, m->index[at], name,
                   tongue("%.10g tidak boleh untuk %s; %.10g sampai %.10g %s",
                          "%.10g is not allowed for %s; %.10g to %.10g %s"),
                   m->cell[at].number, k->name, k->min, k->max, k->unit);
}

static void check_assumption(struct import *m)
{
    size_t key = import_column(m, "key"), node = import_column(m, "node"),
           value = import_column(m, "value"), low = import_column(m, "low"),
           high = import_column(m, "high"), unit = import_column(m, "unit"),
           months = import_column(m, "months");
    enum records_key found;
    const struct key_info *k;

    if (keys_find(m->cell[key].text, &found) != 0)
        fatal("assumption %s has no place in the table of keys", m->cell[key].text);
    k = keys_info(found);
    if (strcmp(m->cell[unit].text, k->unit) != 0)
        import_bad(
            m, m->index[unit], "unit",
            tongue("\"%.40s\" tidak boleh untuk %s; %s", "\"%.40s\" is not allowed for %s; %s"),
            m->cell[unit].text, k->name, k->unit);
    if (!k->joint && strcmp(m->cell[node].text, "joint") == 0)
        import_bad(m, m->index[node], "node",
                   tongue("%s berlaku untuk satu kabupaten; kotim atau seruyan",
                          "%s is of one regency; kotim or seruyan"),
                   k->name);
    check_bounds(m, "value", k);
    check_bounds(m, "low", k);
    check_bounds(m, "high", k);
    if (m->cell[low].empty != m->cell[high].empty)
        import_bad(m, m->index[m->cell[low].empty ? low : high],
                   m->cell[low].empty ? "low" : "high",
                   tongue("tidak boleh kosong bila ujung rentang yang lain diisi",
                          "may not be empty when the other end of the range is given"));
    else if (!m->cell[low].empty && !(m->cell[low].number <= m->cell[value].number &&
                                      m->cell[value].number <= m->cell[high].number))
        import_bad(m, m->index[value], "value",
                   tongue("%.10g di luar low dan high", "%.10g lies outside low and high"),
                   m->cell[value].number);
    if (k->months == KEYS_NO_MONTHS && !m->cell[months].empty)
        import_bad(m, m->index[months], "months",
                   tongue("harus kosong untuk %s, yang berlaku selalu",
                          "must be empty for %s, which holds always"),
                   k->name);
    if (k->months == KEYS_MUST_MONTHS && m->cell[months].empty)
        import_bad(m, m->index[months], "months",
                   tongue("tidak boleh kosong untuk %s; seperti 2027-01..2027-03",
                          "may not be empty for %s; as in 2027-01..2027-03"),
                   k->name);
}

/* A harvest is of a farm that was found; the visit comes after the quarter, or in it. */
static void check_survey(struct import *m)
{
    size_t found = import_column(m, "found"), kg = import_column(m, "kg_quarter"),
           quarter = import_column(m, "quarter"), on = import_column(m, "on"), k;
    bool yes = strcmp(m->cell[found].text, "yes") == 0;
    int32_t first;
    unsigned months;

    (void)check_kecamatan(m, &k); /* tells it itself */
    if (yes && m->cell[kg].empty)
        import_bad(
            m, m->index[kg], "kg_quarter",
            tongue("tidak boleh kosong bila usahanya ditemukan; 0 bila tidak panen",
                   "may not be empty for a farm that was found; 0 when it harvested nothing"));
    if (!yes && !m->cell[kg].empty && m->cell[kg].number > 0)
        import_bad(m, m->index[kg], "kg_quarter",
                   tongue("harus kosong bila usahanya tidak ditemukan",
                          "must be empty for a farm that was not found"));
    if (places_period(m->cell[quarter].text, &first, &months) == 0 &&
        civil_month_of_day((int32_t)m->cell[on].whole) < first)
        import_bad(m, m->index[on], "on",
                   tongue("sebelum triwulan %s", "lies before the quarter %s"),
                   m->cell[quarter].text);
}

/* Whether a word of answers_for means something; places are not looked up: a pond may be entered later than who keeps it. */
static bool place_word(const char *word)
{
    enum regency r;

    if (strcmp(word, "all") == 0)
        return true;
    if (strncmp(word, "regency:", 8) == 0)
        return regency_find(word + 8, &r) == 0;
    return slug_valid(strncmp(word, "farm:", 5) == 0 ? word + 5 : word);
}

static bool kind_word(const char *word)
{
    for (size_t k = 0; CONTACTS_KINDS[k] != NULL; k++)
        if (strcmp(CONTACTS_KINDS[k], word) == 0)
            return true;
    return false;
}

/* Words between blanks, each of which must be known. */
static void check_words(struct import *m, const char *name, bool (*known)(const char *),
                        const char *cure)
{
    size_t at = import_column(m, name);
    char text[COLUMN_TEXT], *rest = NULL;

    memcpy(text, m->cell[at].text, sizeof text);
    for (char *w = strtok_r(text, " ", &rest); w != NULL; w = strtok_r(NULL, " ", &rest))
        if (!known(w)) {
            import_bad(m, m->index[at], name,
                       tongue("\"%.40s\" tidak boleh; %s", "\"%.40s\" is not allowed; %s"), w,
                       cure);
            return;
        }
}

static void check_signs(struct import *m, const char *name, const char *signs, const char *must,
                        const char *cure)
{
    size_t at = import_column(m, name);
    const char *text = m->cell[at].text;

    if (text[0] != '\0' && (text[strspn(text, signs)] != '\0' || strpbrk(text, must) == NULL))
        import_bad(m, m->index[at], name,
                   tongue("\"%.40s\" tidak boleh; %s", "\"%.40s\" is not allowed; %s"), text, cure);
}

static void check_contact(struct import *m)
{
    static const char LETTERS[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    size_t phone = import_column(m, "phone"), telegram = import_column(m, "telegram"),
           mail = import_column(m, "mail"), quiet = import_column(m, "quiet"),
           active = import_column(m, "active");
    char signs[128];
    int from, to;

    check_signs(m, "phone", "+0123456789 -()", "0123456789",
                tongue("seperti +62 812 3456 7890", "as in +62 812 3456 7890"));
    (void)snprintf(signs, sizeof signs, "%s0123456789_-@", LETTERS);
    check_signs(m, "telegram", signs, "0123456789@",
                tongue("nomor chat, atau @nama saluran", "a chat's number, or @name of a channel"));
    (void)snprintf(signs, sizeof signs, "%s0123456789._%%+-@", LETTERS);
    check_signs(m, "mail", signs, "@",
                tongue("seperti penyuluh@example.org", "as in penyuluh@example.org"));
    check_words(m, "answers_for", place_word,
                tongue("kolam, farm:NAMA, regency:kotim, regency:seruyan atau all",
                       "ponds, farm:NAME, regency:kotim, regency:seruyan or all"));
    check_words(m, "channels", kind_word,
                tongue("siren call sms telegram webhook smtp ntfy whatsapp, dipisah spasi",
                       "siren call sms telegram webhook smtp ntfy whatsapp, blanks between"));
    if (!m->cell[quiet].empty && !contacts_quiet(m->cell[quiet].text, &from, &to))
        import_bad(m, m->index[quiet], "quiet",
                   tongue("\"%.40s\" tidak boleh; seperti 21-05 atau 21.30-05",
                          "\"%.40s\" is not allowed; as in 21-05 or 21.30-05"),
                   m->cell[quiet].text);
    if (m->cell[phone].empty && m->cell[telegram].empty && m->cell[mail].empty &&
        strcmp(m->cell[active].text, "no") != 0)
        import_bad(m, m->index[phone], "phone",
                   tongue("tidak boleh kosong bila telegram dan mail juga kosong: tidak ada yang "
                          "dapat diberi tahu",
                          "may not be empty where telegram and mail are: nobody could be told"));
}

static void check_limit(struct import *m)
{
    static const struct {
        const char *key;
        double min, max;
        const char *unit;
    } BOUND[] = {
        {"do_watch_mg_l", CONTACTS_DANGER_LEAST, 8, "mg/L"},
        {"do_danger_mg_l", CONTACTS_DANGER_LEAST, 5, "mg/L"},
        {"ph_watch_low", 4.5, 8, ""},
        {"ph_watch_high", 7, 10, ""},
        {"temp_watch_low", 15, 30, "C"},
        {"temp_watch_high", 28, 40, "C"},
        {"turb_watch_ntu", 1, 500, "NTU"},
    };
    size_t key = import_column(m, "key"), value = import_column(m, "value");

    for (size_t i = 0; i < sizeof BOUND / sizeof BOUND[0] && !m->cell[value].empty; i++)
        if (strcmp(BOUND[i].key, m->cell[key].text) == 0 &&
            !(m->cell[value].number >= BOUND[i].min && m->cell[value].number <= BOUND[i].max))
            import_bad(
                m, m->index[value], "value",
                tongue("%.10g tidak boleh untuk %s; %.10g sampai %.10g %s (kosong: batas biasa)",
                       "%.10g is not allowed for %s; %.10g to %.10g %s (empty: the usual limit)"),
                m->cell[value].number, BOUND[i].key, BOUND[i].min, BOUND[i].max, BOUND[i].unit);
}

void import_check(struct import *m)
{
    size_t k;

    if (m->table == RECORDS_FARMS)
        check_farm(m);
    else if (m->table == RECORDS_SAMPLES)
        check_sample(m);
    else if (m->table == RECORDS_FINGERLINGS)
        check_fingerlings(m);
    else if (m->table == RECORDS_OFFICIAL)
        check_official(m);
    else if (m->table == RECORDS_REGISTRY || m->table == RECORDS_GROUPS)
        (void)check_kecamatan(m, &k); /* tells it itself */
    else if (m->table == RECORDS_ASSUMPTIONS)
        check_assumption(m);
    else if (m->table == RECORDS_SURVEY)
        check_survey(m);
    else if (m->table == RECORDS_CONTACTS)
        check_contact(m);
    else if (m->table == RECORDS_LIMITS)
        check_limit(m);
    else if (m->table == RECORDS_SENSORS)
        check_sensor(m);
    else if (m->table == RECORDS_NOTES)
        check_note(m);
    else if (m->table == RECORDS_PRESTOCK)
        check_prestock(m);
}
