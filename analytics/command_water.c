/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nila-analytics water: the water's equilibria and gas exchange for a value or a CSV, by the table of waterfn. Its options are the
 * inputs' names, so that it reads them itself. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "analytics/command_water_own.h"
#include "analytics/commands.h"
#include "analytics/savefile.h"
#include "analytics/water/waterfn.h"
#include "collector/common/log.h"
#include "collector/common/tongue.h"

/* --- options --- */

static bool same_letter(char given, char name)
{
    return given == name || (given == '-' && name == '_');
}

/* Is it the whole name, or what stands before its unit? */
static bool names(const struct water_given *g, const char *name)
{
    static const char *const UNIT[] = {"",     "_c", "_mg_l", "_n_mg_l", "_psu",  "_hpa", "_us_cm",
                                       "_m_s", "_m", "_m2",   "_m_d",    "_w_m2", "_pct"};
    size_t n = strlen(name);

    if (g->name_length > n || g->name_length == 0)
        return false;
    for (size_t i = 0; i < g->name_length; i++)
        if (!same_letter(g->name[i], name[i]))
            return false;
    for (size_t k = 0; k < sizeof UNIT / sizeof UNIT[0]; k++)
        if (strcmp(name + g->name_length, UNIT[k]) == 0)
            return true;
    return false;
}

const char *water_given(struct water_args *a, const char *name)
{
    for (size_t i = 0; i < a->n; i++)
        if (!a->given[i].used && names(&a->given[i], name)) {
            a->given[i].used = true;
            return a->given[i].value;
        }
    return NULL;
}

bool water_number(const char *text, double *out)
{
    char copy[40], *end;
    double v;

    if (strlen(text) >= sizeof copy || text[0] == '\0')
        return false;
    (void)snprintf(copy, sizeof copy, "%s", text);
    if (strchr(copy, ',') != NULL && strchr(copy, '.') == NULL)
        *strchr(copy, ',') = '.';
    v = strtod(copy, &end);
    if (*end != '\0' || !isfinite(v))
        return false;
    *out = v;
    return true;
}

bool water_left_over(const struct water_args *a, const char *there_is)
{
    for (size_t i = 0; i < a->n; i++)
        if (!a->given[i].used) {
            log_warnx(tongue("--%.*s: pilihan tidak dikenal atau disebut dua kali; %s memakai %s",
                             "--%.*s: unknown option or given twice; %s takes %s"),
                      (int)(a->given[i].name_length < 40 ? a->given[i].name_length : 40),
                      a->given[i].name, a->what, there_is);
            return true;
        }
    return false;
}

void water_say(const struct water_args *a, const char *fmt, ...)
{
    va_list ap;

    if (a->quiet)
        return;
    (void)fflush(stdout);
    va_start(ap, fmt);
    (void)vfprintf(stderr, fmt, ap);
    va_end(ap);
    (void)fputc('\n', stderr);
}

int water_write(const struct water_args *a, struct buf *b)
{
    char why[WATER_WHY];
    int rc = savefile(b, a->out, why, sizeof why);

    if (rc != 0)
        log_warnx("%s", why);
    return command_exit_code(rc);
}

void water_sheet_begin(struct water_sheet *s)
{
    for (int k = 0; !s->json && k < s->columns; k++)
        buf_printf(s->b, "%s%s", s->name[k], k + 1 < s->columns ? "," : "\n");
}

/* text is JSON's or the CSV's cell. */
static void sheet_cell(struct water_sheet *s, const char *text)
{
    if (s->json) {
        buf_printf(s->b, "%s\"%s\":%s", s->at == 0 ? "{" : ",", s->name[s->at], text);
        s->at = (s->at + 1) % s->columns;
        if (s->at == 0)
            buf_str(s->b, "}\n");
        return;
    }
    s->at = (s->at + 1) % s->columns;
    buf_printf(s->b, "%s%s", text, s->at == 0 ? "\n" : ",");
}

void water_sheet_text(struct water_sheet *s, const char *text)
{
    struct buf quoted = {0};

    if (s->json)
        watertable_json_text(&quoted, text);
    sheet_cell(s, s->json ? quoted.p : text);
    buf_free(&quoted);
}

void water_sheet_number(struct water_sheet *s, double v)
{
    char text[40];

    (void)snprintf(text, sizeof text, "%s", s->json ? "null" : "");
    if (isfinite(v))
        (void)snprintf(text, sizeof text, "%.*g", WATER_DIGITS, v);
    sheet_cell(s, text);
}

/* --- inputs --- */

/* A number given for an input; RANGE and CONFIG told. */
static int given_number(const char *name, const char *text, double least, double most, double *out,
                        char *why)
{
    if (!water_number(text, out) || !(*out >= least && *out <= most)) {
        (void)snprintf(why, WATER_WHY,
                       tongue("--%s %.40s: harus angka %g sampai %g",
                              "--%s %.40s: must be a number from %g to %g"),
                       name, text, least, most);
        return NILA_ERR_CONFIG;
    }
    return 0;
}

int water_column(struct water_args *a, const struct watertable *t, const char *name, double usual,
                 double least, double most, double *value, char *why)
{
    const char *text = water_given(a, name);
    int column = watertable_find(t, name), rc = 0;
    double v = usual;

    if (text != NULL && column >= 0) {
        (void)snprintf(why, WATER_WHY,
                       tongue("--%s: kolom %.40s juga ada di berkas; pakai satu saja",
                              "--%s: the file has the column %.40s too; use one"),
                       name, watertable_name(t, (size_t)column));
        return NILA_ERR_CONFIG;
    }
    if (column < 0) {
        if (text != NULL)
            rc = given_number(name, text, least, most, &v, why);
        else if (isnan(usual))
            rc = NILA_ERR_NOT_FOUND;
        for (size_t i = 0; rc == 0 && i < watertable_rows(t); i++)
            value[i] = v;
        return rc;
    }
    rc = watertable_numbers(t, column, value, why, WATER_WHY);
    for (size_t i = 0; rc == 0 && i < watertable_rows(t); i++)
        if (!(value[i] >= least && value[i] <= most))
            value[i] = NAN;
    return rc;
}

static void input_names(const struct waterfn *f, char *text, size_t size)
{
    size_t n = 0;

    text[0] = '\0';
    for (int i = 0; f->in[i].name != NULL && n < size; i++)
        n += (size_t)snprintf(text + n, size - n, "%s--%s", i > 0 ? ", " : "", f->in[i].name);
}

/* --- one value --- */

/* Words of what the source does not cover, and of what always has to be told. */
static void warn(const struct water_args *a, const struct waterfn *f, const double *x)
{
    for (int i = -1; (i = waterfn_doubtful(f, x, i + 1)) >= 0;)
        water_say(a,
                  tongue("peringatan: %s %g di luar %g sampai %g, jangkauan %s: perkiraan saja",
                         "warning: %s %g is outside %g to %g, what %s covers: an estimate only"),
                  f->in[i].name, x[i], f->in[i].valid_min, f->in[i].valid_max, f->source);
    if (f->careful_id != NULL)
        water_say(a, tongue("perhatian: %s", "careful: %s"), tongue(f->careful_id, f->careful_en));
}

static void one_json(const struct waterfn *f, const double *x, const bool *usual, double out,
                     struct buf *b)
{
    bool any = false;

    buf_printf(b, "{\"%s\":%.*g,\"unit\":\"%s\",\"source\":", f->column, WATER_DIGITS, out,
               f->unit);
    watertable_json_text(b, f->source);
    buf_str(b, ",\"inputs\":{");
    for (int i = 0; f->in[i].name != NULL; i++)
        buf_printf(b, "%s\"%s\":%.15g", i > 0 ? "," : "", f->in[i].name, x[i]);
    buf_str(b, "},\"assumed\":[");
    for (int i = 0; f->in[i].name != NULL; i++)
        if (usual[i]) {
            buf_printf(b, "%s\"%s\"", any ? "," : "", f->in[i].name);
            any = true;
        }
    buf_str(b, "],\"outside_source\":[");
    any = false;
    for (int i = -1; (i = waterfn_doubtful(f, x, i + 1)) >= 0; any = true)
        buf_printf(b, "%s\"%s\"", any ? "," : "", f->in[i].name);
    buf_str(b, "],\"careful\":");
    if (f->careful_id != NULL)
        watertable_json_text(b, tongue(f->careful_id, f->careful_en));
    else
        buf_str(b, "null");
    buf_str(b, "}\n");
}

/* The number alone to stdout, what it is and rests on to stderr. */
static int one_value(struct water_args *a, const struct waterfn *f)
{
    double x[WATERFN_INPUTS] = {0}, out = NAN;
    bool usual[WATERFN_INPUTS] = {false};
    char list[200], why[WATER_WHY] = "";
    struct buf b = {0};
    int code;

    input_names(f, list, sizeof list);
    for (int i = 0; f->in[i].name != NULL; i++) {
        const struct waterfn_input *in = &f->in[i];
        const char *text = water_given(a, in->name);

        usual[i] = text == NULL;
        x[i] = in->usual;
        if (text == NULL && isnan(in->usual)) {
            log_warnx(tongue("water %s: --%s belum diberi (atau --csv BERKAS); dipakai %s",
                             "water %s: --%s is missing (or --csv FILE); it takes %s"),
                      f->name, in->name, list);
            return EX_USAGE;
        }
        if (text != NULL && given_number(in->name, text, in->min, in->max, &x[i], why) != 0) {
            log_warnx("%s", why);
            return EX_USAGE;
        }
    }
    if (water_left_over(a, list))
        return EX_USAGE;
    if (waterfn_run(f, x, &out) != 0) {
        log_warnx(tongue("water %s: di luar yang dapat dihitung", "water %s: cannot be told there"),
                  f->name);
        return EX_USAGE;
    }
    if (a->json)
        one_json(f, x, usual, out, &b);
    else
        buf_printf(&b, "%.*g\n", WATER_DIGITS, out);
    code = water_write(a, &b);
    buf_free(&b);
    water_say(a, "%s (%s), %s; %s", f->column, f->unit, tongue(f->indonesian, f->english),
              f->source);
    for (int i = 0; f->in[i].name != NULL; i++)
        if (usual[i])
            water_say(a, tongue("%s tidak diberi: dipakai %g", "%s not given: %g is used"),
                      f->in[i].name, x[i]);
    warn(a, f, x);
    return code;
}

/* --- a file --- */

struct told {
    size_t n;
    size_t first; /* row */
};

/* One message for all rows with the same trouble. */
static void tell(const struct water_args *a, const struct watertable *t, const struct told *what,
                 const struct waterfn *f, int input, bool refused)
{
    const struct waterfn_input *in = &f->in[input];
    char place[200];

    if (what->n == 0)
        return;
    watertable_place(t, what->first, watertable_find(t, in->name), place, sizeof place);
    water_say(a,
              refused ? tongue("%s: %s di luar %g sampai %g: hasil dikosongkan (%zu baris)",
                               "%s: %s outside %g to %g: the result is left empty (%zu rows)")
                      : tongue("%s: %s di luar %g sampai %g, jangkauan sumber: perkiraan saja (%zu "
                               "baris)",
                               "%s: %s outside %g to %g, what the source covers: an estimate only "
                               "(%zu rows)"),
              place, in->name, refused ? in->min : in->valid_min, refused ? in->max : in->valid_max,
              what->n);
}

static void count(struct told *what, size_t row)
{
    if (what->n++ == 0)
        what->first = row;
}

/* Every row, input k's value of row i at x[k * rows + i]; what is missing or refused stays empty, and is told once an input. */
static void run_rows(const struct water_args *a, const struct watertable *t,
                     const struct waterfn *f, const double *x, double *out)
{
    struct told refused[WATERFN_INPUTS] = {{0, 0}}, doubtful[WATERFN_INPUTS] = {{0, 0}};
    const size_t inputs = waterfn_inputs(f);
    size_t empty = 0;

    for (size_t i = 0; i < watertable_rows(t); i++) {
        double v[WATERFN_INPUTS] = {0};
        bool missing = false;
        int bad;

        out[i] = NAN;
        for (size_t k = 0; k < inputs; k++) {
            v[k] = x[k * watertable_rows(t) + i];
            missing |= isnan(v[k]);
        }
        bad = missing ? -1 : waterfn_refused(f, v);
        empty += missing;
        if (bad >= 0)
            count(&refused[bad], i);
        if (missing || bad >= 0 || waterfn_run(f, v, &out[i]) != 0)
            continue;
        for (int k = -1; (k = waterfn_doubtful(f, v, k + 1)) >= 0;)
            count(&doubtful[k], i);
    }
    for (size_t k = 0; k < inputs; k++) {
        tell(a, t, &refused[k], f, (int)k, true);
        tell(a, t, &doubtful[k], f, (int)k, false);
    }
    water_say(a,
              tongue("%s: %zu baris, %zu tanpa masukan lengkap; kolom %s (%s) ditambahkan; %s",
                     "%s: %zu rows, %zu without all inputs; column %s (%s) added; %s"),
              a->csv, watertable_rows(t), empty, f->column, f->unit, f->source);
    if (f->careful_id != NULL)
        water_say(a, tongue("perhatian: %s", "careful: %s"), tongue(f->careful_id, f->careful_en));
}

/* Fills x[k * rows + i] for every input; the exit code. */
static int take_inputs(struct water_args *a, const struct watertable *t, const struct waterfn *f,
                       double *x)
{
    char why[WATER_WHY] = "", list[200];

    input_names(f, list, sizeof list);
    for (size_t k = 0; k < waterfn_inputs(f); k++) {
        const struct waterfn_input *in = &f->in[k];
        /* cells out of range are told with their place by run_rows */
        int rc = water_column(a, t, in->name, in->usual, -INFINITY, INFINITY,
                              x + k * watertable_rows(t), why);

        if (rc == NILA_ERR_NOT_FOUND) {
            log_warnx(tongue("%.200s:1:1: kolom %s tidak ada: tambahkan, atau beri --%s NILAI",
                             "%.200s:1:1: there is no column %s: add it, or give --%s VALUE"),
                      a->csv, in->name, in->name);
            return EX_DATAERR;
        }
        if (rc != 0) {
            log_warnx("%s", why);
            return rc == NILA_ERR_CONFIG ? EX_USAGE : EX_DATAERR;
        }
    }
    return water_left_over(a, list) ? EX_USAGE : EX_OK;
}

static int whole_file(struct water_args *a, const struct waterfn *f)
{
    struct watertable *t = NULL;
    double *x, *out;
    char why[WATER_WHY] = "";
    int code, rc = watertable_read(&t, a->csv, why, sizeof why);

    if (rc != 0) {
        log_warnx("%s", why);
        return command_exit_code(rc);
    }
    x = xcalloc(WATERFN_INPUTS * watertable_rows(t) + 1, sizeof *x);
    out = xcalloc(watertable_rows(t) + 1, sizeof *out);
    code = take_inputs(a, t, f, x);
    if (code == EX_OK) {
        const struct watertable_added added = {f->column, out, WATER_DIGITS};
        struct buf b = {0};

        run_rows(a, t, f, x, out);
        watertable_write(t, &added, 1, a->json, &b);
        code = water_write(a, &b);
        buf_free(&b);
    }
    free(x);
    free(out);
    watertable_free(t);
    return code;
}

/* --- help --- */

static void help_inputs(const struct waterfn *f)
{
    (void)printf("%s (%s): %s; %s\n", f->column, f->unit, tongue(f->indonesian, f->english),
                 f->source);
    for (int i = 0; f->in[i].name != NULL; i++) {
        const struct waterfn_input *in = &f->in[i];

        (void)printf(tongue("  --%-12s %g sampai %g, sumber berlaku %g sampai %g",
                            "  --%-12s %g to %g, source valid %g to %g"),
                     in->name, in->min, in->max, in->valid_min, in->valid_max);
        if (!isnan(in->usual))
            (void)printf(tongue("; bawaan %g", "; default %g"), in->usual);
        (void)putchar('\n');
    }
    if (f->careful_id != NULL)
        (void)printf(tongue("  perhatian: %s\n", "  careful: %s\n"),
                     tongue(f->careful_id, f->careful_en));
}

static const struct series_command {
    const char *name;
    int (*run)(struct water_args *a);
    const char *indonesian, *english;
} SERIES[] = {
    {"metabolism", water_metabolism,
     "produksi dan respirasi per hari: time, do_mg_l, temp_c [, par_w_m2, wind_m_s ...]\n"
     "               --depth_m Z [--method bookkeeping|ols|mle_oe|mle_pe|kalman|"
     "kalman_simplex]\n"
     "               [--exchange cole|crusius|vachon | --k600_m_d K | kolom k_o2_m_d]",
     "production and respiration a day: time, do_mg_l, temp_c [, par_w_m2, wind_m_s ...]\n"
     "               --depth_m Z [--method bookkeeping|ols|mle_oe|mle_pe|kalman|"
     "kalman_simplex]\n"
     "               [--exchange cole|crusius|vachon | --k600_m_d K | a column k_o2_m_d]"},
    {"night", water_night, "respirasi dan pertukaran gas tiap malam: time, do_mg_l, temp_c",
     "respiration and gas exchange of each night: time, do_mg_l, temp_c"},
    {"qc", water_qc,
     "tanda mutu QARTOD tiap nilai: kolom ..._q ditambahkan (1 baik 3 ragu 4 salah)",
     "QARTOD quality flag of each value: columns ..._q added (1 pass 3 suspect 4 fail)"},
    {"drift", water_drift,
     "probe kotor? ayunan oksigen harian: time, do_mg_l [--cleaned WAKTU [--resumed WAKTU]]\n"
     "               [--at WAKTU --hand MG_L]",
     "fouled probe? the daily swing of oxygen: time, do_mg_l [--cleaned TIME [--resumed TIME]]\n"
     "               [--at TIME --hand MG_L]"},
};

static int help(const struct waterfn *f)
{
    size_t n;
    const struct waterfn *t = waterfn_table(&n);

    if (f != NULL) {
        help_inputs(f);
        return fflush(stdout) == 0 ? EX_OK : EX_IOERR;
    }
    (void)fputs(
        tongue("cara pakai: nila-analytics water APA --MASUKAN NILAI ... [--json]\n"
               "            nila-analytics water APA --csv BERKAS [--MASUKAN NILAI ...] [--out "
               "BERKAS] [--json]\n"
               "Kolom CSV bernama masukannya; hasilnya CSV yang sama dengan kolom tambahan.\n"
               "nila-analytics water APA --help menyebut masukan, jangkauan dan sumber.\n\n",
               "usage: nila-analytics water WHAT --INPUT VALUE ... [--json]\n"
               "       nila-analytics water WHAT --csv FILE [--INPUT VALUE ...] [--out FILE] "
               "[--json]\n"
               "The CSV's columns have the inputs' names; out comes the same CSV with a column "
               "more.\n"
               "nila-analytics water WHAT --help tells inputs, ranges and source.\n\n"),
        stdout);
    for (size_t i = 0; i < n; i++) {
        (void)printf("  %-12s %s (%s):", t[i].name, tongue(t[i].indonesian, t[i].english),
                     t[i].source);
        for (int k = 0; t[i].in[k].name != NULL; k++)
            (void)printf(isnan(t[i].in[k].usual) ? " %s" : " [%s]", t[i].in[k].name);
        (void)putchar('\n');
    }
    for (size_t i = 0; i < sizeof SERIES / sizeof SERIES[0]; i++)
        (void)printf("  %-12s %s\n", SERIES[i].name,
                     tongue(SERIES[i].indonesian, SERIES[i].english));
    return fflush(stdout) == 0 ? EX_OK : EX_IOERR;
}

/* --- the command line --- */

static int usage(const char *indonesian, const char *english, const char *word)
{
    log_warnx("water: %.60s: %s; nila-analytics water --help", word, tongue(indonesian, english));
    return EX_USAGE;
}

/* Takes the option at argv[*i] with its value, which may be the next word; the exit code. */
static int take_option(struct water_args *a, int argc, char **argv, int *i)
{
    const struct {
        const char *name;
        const char **text;
        bool *on;
    } OPTION[] = {{"csv", &a->csv, NULL},     {"out", &a->out, NULL},   {"json", NULL, &a->json},
                  {"quiet", NULL, &a->quiet}, {"help", NULL, &a->help}, {"verbose", NULL, NULL}};
    const char *name = argv[*i] + 2, *equals = strchr(name, '=');
    size_t length = equals != NULL ? (size_t)(equals - name) : strlen(name);
    const char *value = equals != NULL ? equals + 1 : NULL;

    for (size_t k = 0; k < sizeof OPTION / sizeof OPTION[0]; k++)
        if (strlen(OPTION[k].name) == length && strncmp(name, OPTION[k].name, length) == 0 &&
            OPTION[k].text == NULL) {
            if (OPTION[k].on != NULL)
                *OPTION[k].on = true;
            return EX_OK;
        }
    if (value == NULL && *i + 1 >= argc)
        return usage("nilainya belum disebut", "its value is missing", argv[*i]);
    if (value == NULL)
        value = argv[++*i];
    for (size_t k = 0; k < sizeof OPTION / sizeof OPTION[0]; k++)
        if (strlen(OPTION[k].name) == length && strncmp(name, OPTION[k].name, length) == 0) {
            *OPTION[k].text = value;
            return EX_OK;
        }
    if (length == 4 && strncmp(name, "lang", 4) == 0) {
        if (strcmp(value, "id") != 0 && strcmp(value, "en") != 0)
            return usage("harus id | en", "must be id | en", "--lang");
        tongue_set(strcmp(value, "id") == 0);
        return EX_OK;
    }
    if (a->n == WATER_GIVEN_MAX)
        return usage("terlalu banyak pilihan", "too many options", name);
    a->given[a->n++] = (struct water_given){name, length, value, false};
    return EX_OK;
}

int command_water(int argc, char **argv, int at)
{
    const char *lang = getenv("NILA_LANG");
    struct water_args a = {.what = NULL};
    const struct waterfn *f;
    int code = EX_OK;

    tongue_set(lang == NULL || strcmp(lang, "en") != 0);
    for (int i = 1; i < argc && code == EX_OK; i++) {
        if (i == at)
            continue;
        if (strcmp(argv[i], "-h") == 0)
            a.help = true;
        else if (strncmp(argv[i], "--", 2) == 0)
            code = take_option(&a, argc, argv, &i);
        else if (a.what == NULL)
            a.what = argv[i];
        else
            code = usage("terlalu banyak argumen", "too many arguments", argv[i]);
    }
    if (code != EX_OK)
        return code;
    f = a.what != NULL ? waterfn_find(a.what) : NULL;
    if (a.help)
        return help(f);
    if (a.what == NULL)
        return usage("belum disebut apa yang dihitung", "what to reckon is missing", "?");
    for (size_t k = 0; k < sizeof SERIES / sizeof SERIES[0]; k++)
        if (strcmp(SERIES[k].name, a.what) == 0) {
            if (a.csv == NULL)
                return usage("perlu --csv BERKAS", "needs --csv FILE", a.what);
            return SERIES[k].run(&a);
        }
    if (f == NULL)
        return usage("tidak dikenal", "unknown", a.what);
    return a.csv != NULL ? whole_file(&a, f) : one_value(&a, f);
}
