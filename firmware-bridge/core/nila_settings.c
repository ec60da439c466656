/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nila_settings.h"

#include "nila_fix.h"

#define FORM       1

#define CAL_BYTES  (20 + 10 * NILA_CAL_POINTS)
#define HISTORY_AT (6 + NILA_REG_CHANNELS * (3 + CAL_BYTES)) /* behind what is in force */

/* A place in the record. */
struct cursor {
    struct nila_store_sink *to;    /* NULL when reading */
    const struct nila_store *from; /* NULL when writing */
    uint16_t at;
};

static void byte(struct cursor *c, uint8_t *v)
{
    if (c->to != NULL)
        nila_store_put(c->to, *v);
    else
        nila_store_read(c->from, c->at, v, 1);
    c->at++;
}

static void word(struct cursor *c, uint16_t *v)
{
    uint8_t low = (uint8_t)*v, high = (uint8_t)(*v >> 8);

    byte(c, &low);
    byte(c, &high);
    *v = (uint16_t)(low | high << 8);
}

static void number(struct cursor *c, int32_t *v)
{
    uint16_t low = (uint16_t)*v, high = (uint16_t)((uint32_t)*v >> 16);

    word(c, &low);
    word(c, &high);
    *v = (int32_t)((uint32_t)high << 16 | low);
}

static void calibration(struct cursor *c, struct nila_cal *cal)
{
    word(c, &cal->number);
    byte(c, &cal->channel);
    byte(c, &cal->source);
    byte(c, &cal->method);
    byte(c, &cal->points);
    word(c, &cal->date);
    word(c, &cal->due);
    word(c, &cal->operator_id);
    number(c, &cal->slope_ppm);
    number(c, &cal->offset_x1000);
    for (unsigned i = 0; i < NILA_CAL_POINTS; i++) {
        uint16_t temp_x100 = (uint16_t)(int16_t)nila_div(cal->point[i].temp_x1000, 10);
        number(c, &cal->point[i].ref_x1000);
        number(c, &cal->point[i].raw_x1000);
        word(c, &temp_x100);
        cal->point[i].temp_x1000 = (int16_t)temp_x100 * 10;
    }
}

/* What is in force; one order for both ways. */
static void in_force(struct cursor *c, struct nila_settings *s)
{
    uint16_t form = FORM;
    uint8_t own_kept = s->own_kept;

    word(c, &form);
    word(c, &s->last_number);
    byte(c, &s->histories);
    byte(c, &own_kept);
    s->own_kept = own_kept == 1;
    for (unsigned i = 0; i < NILA_REG_CHANNELS; i++) {
        byte(c, &s->config[i].source);
        byte(c, &s->config[i].median);
        byte(c, &s->config[i].smooth);
        calibration(c, &s->cal[i]);
    }
}

/* Behind the history. */
static void own(struct cursor *c, struct nila_settings *s)
{
    for (unsigned i = 0; i < NILA_SETTINGS_OWN; i++)
        word(c, &s->own[i]);
}

void nila_settings_init(struct nila_settings *s)
{
    *s = (struct nila_settings){0};
    for (uint8_t i = 0; i < NILA_REG_CHANNELS; i++) {
        s->config[i].smooth = NILA_SMOOTH_OWN;
        s->cal[i] = nila_cal_factory(i, NILA_SOURCE_NONE);
    }
}

static bool sane(const struct nila_cal *cal)
{
    const struct nila_source_info *info = nila_source_info(cal->source);

    if (info == NULL)
        return cal->source == NILA_SOURCE_NONE && cal->points == 0;
    return cal->channel < NILA_REG_CHANNELS && cal->method < NILA_CAL_METHODS &&
           cal->points == nila_cal_points(cal->method) && cal->slope_ppm >= info->slope_low &&
           cal->slope_ppm <= info->slope_high && cal->offset_x1000 <= info->offset_most &&
           cal->offset_x1000 >= -info->offset_most;
}

static void read_history(const struct nila_store *store, unsigned i, struct nila_cal *out)
{
    struct cursor c = {.from = store, .at = (uint16_t)(HISTORY_AT + i * CAL_BYTES)};

    *out = (struct nila_cal){0};
    calibration(&c, out);
}

bool nila_settings_history(const struct nila_settings *s, const struct nila_store *store,
                           unsigned i, struct nila_cal *out)
{
    if (i >= s->histories)
        return false;
    read_history(store, i, out);
    return sane(out);
}

bool nila_settings_load(struct nila_settings *s, const struct nila_store *store, uint16_t n)
{
    struct cursor c = {.from = store};
    struct nila_cal was;
    uint8_t form[2];
    bool ok;

    nila_settings_init(s);
    nila_store_read(store, 0, form, 2);
    if (n != NILA_SETTINGS_BYTES || (form[0] | form[1] << 8) != FORM)
        return false;
    in_force(&c, s);
    c.at = (uint16_t)(c.at + NILA_HISTORY * CAL_BYTES);
    own(&c, s);
    ok = s->histories <= NILA_HISTORY;
    for (unsigned i = 0; i < NILA_REG_CHANNELS; i++)
        ok = ok && sane(&s->cal[i]) && s->config[i].source < NILA_SOURCES &&
             s->cal[i].source == s->config[i].source;
    for (unsigned i = 0; i < NILA_HISTORY && ok; i++) {
        read_history(store, i, &was);
        ok = sane(&was);
    }
    if (!ok)
        nila_settings_init(s);
    return ok;
}

/* What the next record is made of: the memory's own history is copied from the record in force, which stays until the new one is whole. */
struct saving {
    struct nila_settings *s;
    const struct nila_store *store;
    const struct nila_cal *was;
    uint8_t place, histories; /* of the record in force */
};

static void put_record(const void *arg, struct nila_store_sink *to)
{
    const struct saving *v = arg;
    const unsigned front = v->was != NULL && v->place == NILA_HISTORY_FRONT ? 1 : 0;
    struct cursor c = {.to = to};

    in_force(&c, v->s);
    for (unsigned i = 0; i < NILA_HISTORY; i++) {
        struct nila_cal cal = {0};
        if (v->was != NULL && i == (front != 0 ? 0U : v->place))
            cal = *v->was;
        else if (i - front < v->histories)
            read_history(v->store, i - front, &cal);
        calibration(&c, &cal);
    }
    own(&c, v->s);
    while (c.at < NILA_SETTINGS_BYTES)
        byte(&c, &(uint8_t){0});
}

bool nila_settings_save(struct nila_settings *s, struct nila_store *store,
                        const struct nila_cal *was, uint8_t place)
{
    const uint8_t histories = s->histories;
    const struct saving v = {s, store, was, place, histories};

    if (was != NULL && place == NILA_HISTORY_FRONT && histories < NILA_HISTORY)
        s->histories++;
    if (nila_store_write_from(store, NILA_SETTINGS_BYTES, put_record, &v))
        return true;
    s->histories = histories;
    return false;
}
