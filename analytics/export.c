/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "export.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analytics/records/dump.h"
#include "analytics/records/keys.h"
#include "collector/common/civil.h"
#include "collector/common/log.h"

/* --- what the first row says --- */

static void say_about(struct buf *b, const char *what, const struct export_about *a)
{
    char at[40], day[16];

    (void)civil_format_iso(at, sizeof at, a->at_ms);
    buf_printf(b, "Lumbung Nila: %s. ", what);
    if (a->notice[0] != '\0')
        buf_printf(b, "%s. ", a->notice);
    buf_printf(b,
               a->english ? "Source: production records %s, exported %s by nila-analytics %s. "
                            "Times: WIB (UTC+07:00)."
                          : "Sumber: catatan produksi %s, diekspor %s oleh nila-analytics %s. "
                            "Waktu: WIB (UTC+07:00).",
               a->source, at, NILA_VERSION);
    if (a->least_day != INT32_MIN) {
        (void)civil_format_day(day, sizeof day, a->least_day);
        buf_printf(b, a->english ? " Rows from %s on." : " Baris sejak %s.", day);
    }
    if (a->no_money)
        buf_str(b, a->english ? " Without prices, buyers and registration numbers."
                              : " Tanpa harga, pembeli, dan nomor pendaftaran.");
}

/* --- tables of the records --- */

static const char *const TITLE[RECORDS_TABLES][2] = {
    [RECORDS_FARMS] = {"pembudidaya", "farms"},
    [RECORDS_PONDS] = {"kolam", "ponds"},
    [RECORDS_CYCLES] = {"siklus (tebar)", "cycles (stocking)"},
    [RECORDS_FEED] = {"pakan", "feed"},
    [RECORDS_SAMPLES] = {"sampling", "samples"},
    [RECORDS_DEATHS] = {"kematian", "deaths"},
    [RECORDS_HARVESTS] = {"panen", "harvests"},
    [RECORDS_FINGERLINGS] = {"buku benih", "the hatcheries' ledger"},
    [RECORDS_OFFICIAL] = {"angka resmi", "official figures"},
    [RECORDS_REGISTRY] = {"register", "the register"},
    [RECORDS_ASSUMPTIONS] = {"asumsi kebutuhan dan neraca", "assumptions of demand and balance"},
    [RECORDS_CLASSES] = {"kelas resmi", "official classes"},
    [RECORDS_SURVEY] = {"survei", "the survey"},
    [RECORDS_CONTACTS] = {"kontak alarm", "contacts of the alarm"},
    [RECORDS_LIMITS] = {"batas tiap kolam", "limits of a pond"},
    [RECORDS_GROUPS] = {"kelompok pembudidaya", "groups of farmers"},
    [RECORDS_SENSORS] = {"sensor di kolam", "sensors in ponds"},
    [RECORDS_NOTES] = {"catatan kolam", "notes of a pond"},
    [RECORDS_PRESTOCK] = {"pemeriksaan sebelum tebar", "checks before stocking"},
    [RECORDS_RIVER] = {"keadaan sungai", "state of a river"},
};

/* Units of the columns that have one, by name; what is not here has none. */
static const struct {
    const char *name, *unit;
} UNIT[] = {
    {"area_m2", "m2"},
    {"depth_m", "m"},
    {"count", "ekor"},
    {"mass_g", "g"},
    {"price_idr_each", "IDR/ekor"},
    {"feed_kg", "kg"},
    {"protein_pct", "%"},
    {"fish", "ekor"},
    {"total_g", "g"},
    {"kg", "kg"},
    {"fish_per_kg", "ekor/kg"},
    {"price_idr_kg", "IDR/kg"},
    {"size_cm", "cm"},
    {"kg_quarter", "kg"},
    {"temp_pond_c", "C"},
    {"temp_bag_c", "C"},
    {"do_pond_mg_l", "mg/L"},
    {"acclimatised_min", "min"},
    {"sample_count", "ekor"},
    {"dead_on_arrival", "ekor"},
};

bool export_is_private(const char *column)
{
    static const char *const NAME[] = {
        "price_idr_each", "price_idr_kg", "debt_idr", "buyer",
        "photo",          "kusuka",       NULL}; /* a photo is of a note of sale */

    for (size_t i = 0; NAME[i] != NULL; i++)
        if (strcmp(NAME[i], column) == 0)
            return true;
    return false;
}

static const char *unit_of(const struct column *c)
{
    if (c->kind == COLUMN_DAY)
        return "YYYY-MM-DD";
    for (size_t i = 0; i < sizeof UNIT / sizeof UNIT[0]; i++)
        if (strcmp(UNIT[i].name, c->name) == 0)
            return UNIT[i].unit;
    return "";
}

struct table {
    const struct export_about *a;
    enum records_table t;
    struct sheet *s;
    const struct columns *c;
    bool skip[COLUMNS_MAX];
};

static void put_cell(struct sheet *s, enum column_kind kind, const struct cell *c)
{
    if (c->empty) {
        sheet_empty(s);
        return;
    }
    switch (kind) {
    case COLUMN_WHOLE:
        sheet_whole(s, c->whole);
        break;
    case COLUMN_DAY:
        sheet_day(s, (int32_t)c->whole);
        break;
    case COLUMN_MOMENT:
        sheet_moment(s, c->whole);
        break;
    case COLUMN_NUMBER:
        sheet_number(s, c->number);
        break;
    case COLUMN_KEY:
    case COLUMN_FARM:
    case COLUMN_POND:
    case COLUMN_SLUG:
    case COLUMN_NAME:
    case COLUMN_WORD:
    case COLUMN_PERIOD:
    case COLUMN_QUARTER:
    case COLUMN_MONTHS:
        sheet_text(s, c->text);
        break;
    }
}

static int put_row(void *arg, const struct cell *cell, int64_t entered_ms, int64_t id)
{
    const struct table *t = arg;

    (void)id;
    if (t->a->keep != NULL && !t->a->keep(t->a->keep_arg, t->t, cell))
        return 0;
    if (t->a->left != NULL && (*t->a->left)-- == 0)
        return NILA_ERR_FULL;
    for (size_t i = 0; i < t->c->n; i++)
        if (!t->skip[i])
            put_cell(t->s, t->c->column[i].kind, &cell[i]);
    sheet_moment(t->s, entered_ms);
    sheet_end_row(t->s);
    return 0;
}

/* A few ponds are found by their index, however long the table is. */
static int put_rows(struct table *t, struct records *r)
{
    const bool some = t->a->pond != NULL && dump_pond(t->t) != NULL;
    struct dump_which which = {.least_day = t->a->least_day};
    int rc = some ? 0 : records_dump(r, t->t, &which, put_row, t);

    for (size_t i = 0; some && rc == 0 && i < t->a->ponds; i++) {
        which.pond = t->a->pond[i];
        rc = records_dump(r, t->t, &which, put_row, t);
    }
    return rc;
}

int export_table(struct sheet *s, struct records *r, enum records_table t,
                 const struct export_about *a)
{
    struct table table = {.a = a, .t = t, .s = s, .c = columns_of(t)};
    struct sheet_column column[COLUMNS_MAX + 1];
    struct buf about = {0};
    size_t n = 0;
    int rc;

    for (size_t i = 0; i < table.c->n; i++) {
        const struct column *c = &table.c->column[i];
        table.skip[i] = a->no_money && export_is_private(c->name);
        if (!table.skip[i])
            column[n++] = (struct sheet_column){c->name, unit_of(c)};
    }
    column[n++] = (struct sheet_column){"entered_on", "ISO 8601 +07:00"};
    say_about(&about, TITLE[t][a->english], a);
    sheet_table(s, records_table_name(t), about.p, a->english ? "unit" : "satuan", column, n);
    rc = put_rows(&table, r);
    buf_free(&about);
    return rc;
}

/* --- views --- */

const char *export_view_name(enum export_view v)
{
    static const char *const NAME[EXPORT_VIEWS] = {"forecast", "balance"};

    return NAME[v];
}

static const char *node_name(size_t node, bool english)
{
    if (node == SUPPLY_JOINT)
        return english ? "Joint" : "Gabungan";
    return node < supply_node_kecamatan(0)
               ? regency_name((enum regency)(node - 1))
               : region_kecamatan(node - supply_node_kecamatan(0))->name;
}

/* The cells that say of where and when; false: the node has no row. */
static bool place(struct sheet *s, const struct export_forecast *f, size_t node, size_t period,
                  bool english)
{
    const struct neraca *n = f->neraca;
    struct buf code = {0}, name = {0};

    if (f->place == NULL) {
        buf_str(&code, supply_node_code(node));
        buf_str(&name, node_name(node, english));
    } else if (!f->place(f->place_arg, node, &code, &name)) {
        return false;
    }
    sheet_text(s, code.p);
    sheet_text(s, name.p);
    sheet_text(s, period < n->months ? "month" : period + 1 < n->periods ? "quarter" : "total");
    sheet_text(s, n->period[period].name);
    buf_free(&code);
    buf_free(&name);
    return true;
}

static void range(struct sheet *s, const struct supply_summary *kg, bool known)
{
    sheet_fixed(s, known ? kg->mean : NAN, 3);
    sheet_fixed(s, known ? kg->p10 : NAN, 3);
    sheet_fixed(s, known ? kg->p50 : NAN, 3);
    sheet_fixed(s, known ? kg->p90 : NAN, 3);
}

#define PLACE                                           \
    {"node", ""}, {"name", ""}, {"kind_of_period", ""}, \
    {                                                   \
        "period", ""                                    \
    }
#define RANGE(what)                                                          \
    {what "_mean_kg", "kg"}, {what "_p10_kg", "kg"}, {what "_p50_kg", "kg"}, \
    {                                                                        \
        what "_p90_kg", "kg"                                                 \
    }

static const struct sheet_column FORECAST[] = {
    PLACE,
    {"ponds", ""},
    RANGE("supply"),
    RANGE("tracked"),
    RANGE("untracked"),
    {"as_of", "YYYY-MM-DD"},
};

static void forecast_row(struct sheet *s, const struct export_forecast *f, size_t node,
                         size_t period)
{
    const struct neraca *n = f->neraca;

    sheet_fixed(s, f->tracked[node], 0);
    range(s, &n->supply[node][period], true);
    range(s, &n->tracked[node][period], true);
    range(s, &n->untracked[node][period], true);
}

static const struct sheet_column BALANCE[] = {
    PLACE,
    RANGE("supply"),
    {"inflow_mean_kg", "kg"},
    {"outflow_mean_kg", "kg"},
    {"loss_mean_kg", "kg"},
    RANGE("demand"),
    RANGE("balance"),
    {"p_deficit", "0..1"},
    {"shortfall_mean_kg", "kg"},
    {"outlook", ""},
    {"p_both_short", "0..1"},
    {"p_one_covers", "0..1"},
    {"transfer_kg", "kg"},
    {"transfer_from", ""},
    {"note", ""},
    {"as_of", "YYYY-MM-DD"},
};

/* What both regencies together know. */
static void both(struct sheet *s, const struct neraca *n, size_t node, size_t period)
{
    const bool told = node == SUPPLY_JOINT && n->gap[1] == NERACA_TOLD && n->gap[2] == NERACA_TOLD;
    const double moved = told ? n->transfer_kg[period] : NAN;

    sheet_fixed(s, told ? n->pair[period].p_both : NAN, 4);
    sheet_fixed(s, told ? n->pair[period].p_covered : NAN, 4);
    sheet_fixed(s, fabs(moved), 3);
    sheet_text(s, moved > 0   ? regency_slug(REGENCY_KOTIM)
                  : moved < 0 ? regency_slug(REGENCY_SERUYAN)
                              : "");
}

static void balance_row(struct sheet *s, const struct export_forecast *f, size_t node,
                        size_t period, bool english)
{
    const struct neraca *n = f->neraca;
    const struct neraca_cell *c = &n->cell[node][period];
    const bool told = n->gap[node] == NERACA_TOLD;

    range(s, &c->part[NERACA_SUPPLY], true);
    sheet_fixed(s, c->part[NERACA_INFLOW].mean, 3);
    sheet_fixed(s, c->part[NERACA_OUTFLOW].mean, 3);
    sheet_fixed(s, c->part[NERACA_LOSS].mean, 3);
    range(s, &c->part[NERACA_DEMAND], n->known[node]);
    range(s, &c->balance, n->known[node]);
    sheet_fixed(s, told ? c->risk.p_deficit : NAN, 4);
    sheet_fixed(s, told ? c->risk.shortfall_kg : NAN, 3);
    sheet_text(s, told ? balance_words(balance_class(c->risk.p_deficit), english) : "");
    both(s, n, node, period);
    if (n->gap[node] == NERACA_NO_DEMAND) {
        char note[160];
        (void)snprintf(note, sizeof note, "%s (%s)", neraca_words(n->gap[node], english),
                       keys_info(n->missing[node])->name);
        sheet_text(s, note);
    } else {
        sheet_text(s, neraca_words(n->gap[node], english));
    }
}

void export_view(struct sheet *s, enum export_view v, const struct export_forecast *f,
                 const struct export_about *a)
{
    static const char *const WHAT[EXPORT_VIEWS][2] = {
        [EXPORT_FORECAST] = {"prakiraan pasokan", "forecast of the supply"},
        [EXPORT_BALANCE] = {"neraca pasokan", "supply balance"}};
    const size_t nodes = v == EXPORT_FORECAST ? SUPPLY_NODES : DEMAND_NODES;
    struct buf what = {0}, about = {0};

    buf_printf(&what,
               a->english
                   ? "%s, %u possible futures; means of kg, not rounded; ranges P10 to P90 "
                     "are not to be summed"
                   : "%s, %u kemungkinan; rata-rata kg, tidak dibulatkan; rentang P10 sampai "
                     "P90 tidak boleh dijumlahkan",
               WHAT[v][a->english], f->draws);
    say_about(&about, what.p, a);
    sheet_table(s, export_view_name(v), about.p, a->english ? "unit" : "satuan",
                v == EXPORT_FORECAST ? FORECAST : BALANCE,
                v == EXPORT_FORECAST ? sizeof FORECAST / sizeof FORECAST[0]
                                     : sizeof BALANCE / sizeof BALANCE[0]);
    for (size_t node = 0; node < nodes; node++)
        for (size_t period = 0; period < f->neraca->periods; period++) {
            if (!place(s, f, node, period, a->english))
                continue;
            if (v == EXPORT_FORECAST)
                forecast_row(s, f, node, period);
            else
                balance_row(s, f, node, period, a->english);
            sheet_day(s, f->as_of_day);
            sheet_end_row(s);
        }
    buf_free(&what);
    buf_free(&about);
}
