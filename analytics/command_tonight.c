/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nila-analytics oxygen tonight: the forecast of the coming night for the ponds on record, in words, as JSON, and written to
 * InfluxDB with --write. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "analytics/command_tonight.h"
#include "analytics/commands_own.h"
#include "analytics/handheld.h"
#include "analytics/scene.h"
#include "analytics/water/night_source.h"
#include "collector/common/civil.h"
#include "collector/common/clock.h"
#include "collector/common/http.h"
#include "collector/common/log.h"
#include "collector/common/tongue.h"

#define BACK_MS ((NIGHT_WINDOW + 2) * CIVIL_DAY_MS)

/* One pond's outcome. */
struct outcome {
    bool able, both;
    struct night_forecast natural, aerated;
};

struct tonight {
    const struct command_options *o;
    const struct records_snapshot *s;
    struct series_source *source;
    struct rec_press *press; /* aerators switched, oxygen measured by hand */
    size_t presses;
    int64_t now_ms, issue_ms;
    struct buf words, json, lines;
    size_t told;
};

/* A decimal as the language writes it. */
static const char *decimal(char out[16], double v, bool english)
{
    char *point;

    (void)snprintf(out, 16, "%.1f", v);
    point = strchr(out, '.');
    if (point != NULL && !english)
        *point = ',';
    return out;
}

static void clock_of(char out[16], int64_t ts_ms)
{
    struct civil c = civil_from_ts(ts_ms);

    (void)snprintf(out, 16, "%02d:%02d", c.hour, c.minute);
}

static void say(struct tonight *t, const struct night_forecast *f, const char *what)
{
    bool en = t->o->english;
    char low[16], mid[16], high[16], when[16], basis[80];

    clock_of(when, f->min_at_ms);
    (void)night_basis_words(f, en, basis, sizeof basis);
    buf_printf(
        &t->words,
        en ? "  %s: lowest %s mg/L (%s to %s) about %s; chance below 3 mg/L %.0f%%, 2 %.0f%%, "
             "1.5 %.0f%%; %s\n"
           : "  %s: terendah %s mg/L (%s sampai %s) sekitar pukul %s; peluang di bawah 3 mg/L "
             "%.0f%%, 2 %.0f%%, 1,5 %.0f%%; %s\n",
        what, decimal(mid, f->min.p50, en), decimal(low, f->min.p10, en),
        decimal(high, f->min.p90, en), when, 100 * f->p_below[0], 100 * f->p_below[1],
        100 * f->p_below[2], basis);
}

static void json_forecast(struct buf *b, const char *key, const struct night_forecast *f)
{
    buf_printf(b,
               "\"%s\":{\"issue_ms\":%lld,\"until_ms\":%lld,\"basis\":\"%s\",\"nights\":%d,"
               "\"min_p10\":%.3f,\"min_p50\":%.3f,\"min_p90\":%.3f,\"min_at_ms\":%lld,"
               "\"p_below_3\":%.4f,\"p_below_2\":%.4f,\"p_below_1_5\":%.4f,\"path\":[",
               key, (long long)f->issue_ms, (long long)f->until_ms,
               f->basis == NIGHT_HANDHELD ? "handheld" : "probe", f->nights, f->min.p10, f->min.p50,
               f->min.p90, (long long)f->min_at_ms, f->p_below[0], f->p_below[1], f->p_below[2]);
    for (int k = 0; k < f->steps; k++)
        buf_printf(b, "%s[%.3f,%.3f,%.3f]", k > 0 ? "," : "", f->path[k].p10, f->path[k].p50,
                   f->path[k].p90);
    buf_str(b, "]}");
}

static void put(struct tonight *t, const struct rec_pond *pond, const struct outcome *x)
{
    const struct rec_farm *farm = &t->s->farm[pond->farm];
    const struct night_place where = {regency_slug(farm->regency),
                                      region_kecamatan(farm->kecamatan)->code, farm->slug,
                                      pond->slug};
    bool en = t->o->english;

    buf_printf(&t->words, "%s (%s)\n", pond->slug, pond->name);
    buf_printf(&t->json, "%s{\"pond\":\"%s\"", t->told++ > 0 ? "," : "", pond->slug);
    if (!x->able) {
        buf_str(&t->words,
                en ? "  no forecast: it takes three nights of readings, and one within the "
                     "last three hours; without a probe, one by hand between 18:00 and 21:00 "
                     "(oxygen reading)\n"
                   : "  belum dapat diramal: perlu data tiga malam, dan satu pembacaan "
                     "dalam tiga jam terakhir; tanpa alat: satu pengukuran pukul 18-21 "
                     "(oxygen reading)\n");
    } else {
        say(t, &x->natural, en ? "without aerator" : "tanpa kincir");
        buf_str(&t->json, ",");
        json_forecast(&t->json, "without_aerator", &x->natural);
        night_lines(&t->lines, &where, &x->natural);
    }
    if (x->both) {
        say(t, &x->aerated, en ? "with aerator" : "dengan kincir");
        buf_str(&t->json, ",");
        json_forecast(&t->json, "with_aerator", &x->aerated);
        night_lines(&t->lines, &where, &x->aerated);
    }
    buf_str(&t->json, "}");
}

static bool is_wanted(const struct tonight *t, size_t pond)
{
    return t->o->oxygen.pond == NULL || strcmp(t->o->oxygen.pond, t->s->pond[pond].slug) == 0;
}

static int load(const struct tonight *t, const char *pond, struct night_model **out)
{
    struct night_model *m;
    int rc = night_source_load(t->source, pond, t->issue_ms, true, &m);

    if (rc == 0 && (rc = scene_aerator(t->press, t->presses, pond, t->issue_ms, m)) != 0)
        night_model_free(m);
    if (rc == 0)
        *out = m;
    return rc;
}

/* From the pond's own nights; from one reading of this evening when there are too few, or when one is on record and the probe is
 * silent. */
static int foretell(const struct tonight *t, const char *pond, struct night_model *const *model,
                    size_t at, size_t models, struct outcome *x)
{
    struct night_ask ask = {.issue_ms = t->issue_ms, .peers = model, .n_peers = models};
    struct handheld_ask hand = {.press = t->press,
                                .presses = t->presses,
                                .pond = pond,
                                .now_ms = t->now_ms,
                                .peers = model,
                                .n_peers = models};
    int natural = 0, aerated = 0;

    if (t->o->oxygen.reading_mg_l > 0) {
        x->able =
            night_handheld(t->o->oxygen.reading_mg_l, t->issue_ms, model, models, &x->natural) == 0;
        return 0;
    }
    x->able = night_model_forecast(model[at], &ask, &x->natural) == 0;
    ask.aerated = true;
    x->both = x->able && night_model_forecast(model[at], &ask, &x->aerated) == 0;
    if (x->able)
        return 0;
    night_model_nights(model[at], t->issue_ms, &natural, &aerated);
    hand.series = natural < NIGHT_NIGHTS_MIN ? t->source : NULL;
    return handheld_night(&hand, &x->natural, &x->able);
}

/* The ponds of a farm, which learn from each other while young. */
static int one_farm(struct tonight *t, size_t farm)
{
    /* NOLINTNEXTLINE(bugprone-sizeof-expression): pointers */
    struct night_model **model = xcalloc(t->s->ponds + 1, sizeof model[0]);
    size_t *pond = xcalloc(t->s->ponds + 1, sizeof *pond), n = 0;
    bool wanted = false;
    int rc = 0;

    for (size_t p = 0; p < t->s->ponds; p++)
        wanted = wanted || (t->s->pond[p].farm == farm && is_wanted(t, p));
    for (size_t p = 0; p < t->s->ponds && wanted && rc == 0; p++)
        if (t->s->pond[p].farm == farm) {
            rc = load(t, t->s->pond[p].slug, &model[n]);
            pond[n] = p;
            n += rc == 0 ? 1 : 0;
        }
    for (size_t k = 0; k < n && rc == 0; k++) {
        struct outcome x = {.able = false};

        if (!is_wanted(t, pond[k]))
            continue;
        rc = foretell(t, t->s->pond[pond[k]].slug, model, k, n, &x);
        if (rc == 0)
            put(t, &t->s->pond[pond[k]], &x);
    }
    for (size_t k = 0; k < n; k++)
        night_model_free(model[k]);
    free(model);
    free(pond);
    return rc;
}

/* Is it the hour? From 16:00 to 06:50, with one reading from 18:00 to 21:00. */
static int check_hour(const struct tonight *t, char *why)
{
    struct civil c = civil_from_ts(t->issue_ms);
    int minute = c.hour * 60 + c.minute;

    if (t->o->oxygen.reading_mg_l > 0 && (minute < 18 * 60 || minute > 21 * 60)) {
        (void)snprintf(why, COMMAND_WHY, "%s",
                       tongue("--do (satu pengukuran) hanya antara pukul 18:00 dan 21:00",
                              "--do (one reading) is for 18:00 to 21:00"));
        return NILA_ERR_RANGE;
    }
    if (minute >= 7 * 60 && minute < 16 * 60) {
        (void)snprintf(why, COMMAND_WHY, "%s",
                       tongue("malam diramal mulai pukul 16:00 sampai 06:50 WIB",
                              "a night is forecast from 16:00 to 06:50 WIB"));
        return NILA_ERR_RANGE;
    }
    return 0;
}

static int run(struct tonight *t, char *why)
{
    int rc = check_hour(t, why);

    for (size_t farm = 0; farm < t->s->farms && rc == 0; farm++)
        rc = one_farm(t, farm);
    if (rc == 0 && t->told == 0) {
        (void)snprintf(why, COMMAND_WHY,
                       tongue("tidak ada kolam %.40s di catatan; lihat import ponds",
                              "no pond %.40s on record; see import ponds"),
                       t->o->oxygen.pond != NULL ? t->o->oxygen.pond : "");
        return NILA_ERR_NOT_FOUND;
    }
    if (rc != 0)
        return rc;
    if (t->o->json)
        (void)printf("{\"tried_on_peat\":false,\"ponds\":[%s]}\n", t->json.p);
    else
        (void)printf("%s%s\n", t->words.p,
                     t->o->english ? "Not yet tried on ponds of Kalimantan's peat."
                                   : "Belum dicoba di kolam gambut Kalimantan.");
    if (t->o->oxygen.write && t->lines.n > 0)
        rc = series_write(t->source, t->lines.p, t->lines.n, why, COMMAND_WHY);
    return rc;
}

int command_tonight(const struct command_options *o)
{
    const int64_t now_ms = clock_wall_ms();
    struct tonight t = {
        .o = o, .now_ms = now_ms, .issue_ms = now_ms / NIGHT_STEP_MS * NIGHT_STEP_MS};
    struct analytics_config c;
    struct records *records = NULL;
    struct records_snapshot *s = NULL;
    char why[COMMAND_WHY] = "";
    int rc = command_load_config(o, &c, why);

    if (rc == 0 && o->records != NULL) {
        (void)snprintf(why, COMMAND_WHY, "%s",
                       tongue("--records tidak punya pembacaan; sebut --config",
                              "--records has no readings; name --config"));
        rc = NILA_ERR_RANGE;
    }
    if (rc == 0)
        rc = command_open_records(o, &c, &records, why);
    if (rc == 0)
        rc = records_snapshot(records, now_ms, &s);
    if (rc == 0)
        rc = records_presses(records, now_ms - BACK_MS, now_ms + 1, &t.press, &t.presses);
    if (rc == 0) {
        http_global_init();
        rc = series_source_open(&t.source, &c, why, COMMAND_WHY);
    }
    if (rc == 0) {
        t.s = s;
        rc = run(&t, why);
    }
    if (rc != 0)
        log_warnx("%s", why[0] != '\0' ? why : nila_err_text(rc));
    free(t.press);
    buf_free(&t.words);
    buf_free(&t.json);
    buf_free(&t.lines);
    series_source_close(t.source);
    if (s != NULL)
        records_snapshot_free(s);
    records_close(records);
    return command_exit_code(rc);
}
