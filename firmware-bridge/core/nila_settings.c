/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nila_settings.h"

#include "nila_fix.h"

#define FORM 1

/* A place in the record. */
struct cursor {
    uint8_t *out;      /* NULL when reading */
    const uint8_t *in; /* NULL when writing */
    uint16_t at;
};

static void byte(struct cursor *c, uint8_t *v)
{
    if (c->out != NULL)
        c->out[c->at] = *v;
    else
        *v = c->in[c->at];
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

/* One order for both ways. */
static void all(struct cursor *c, struct nila_settings *s)
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
    for (unsigned i = 0; i < NILA_HISTORY; i++)
        calibration(c, &s->history[i]);
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

void nila_settings_pack(struct nila_settings *s, uint8_t out[NILA_SETTINGS_BYTES])
{
    struct cursor c = {.out = out};

    for (unsigned i = 0; i < NILA_SETTINGS_BYTES; i++)
        out[i] = 0;
    all(&c, s);
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

bool nila_settings_unpack(struct nila_settings *s, const uint8_t *in, uint16_t n)
{
    struct cursor c = {.in = in};
    bool ok = n == NILA_SETTINGS_BYTES && (in[0] | in[1] << 8) == FORM;

    nila_settings_init(s);
    if (!ok)
        return false;
    all(&c, s);
    ok = s->histories <= NILA_HISTORY;
    for (unsigned i = 0; i < NILA_REG_CHANNELS; i++)
        ok = ok && sane(&s->cal[i]) && s->config[i].source < NILA_SOURCES &&
             s->cal[i].source == s->config[i].source;
    for (unsigned i = 0; i < NILA_HISTORY; i++)
        ok = ok && sane(&s->history[i]);
    if (!ok)
        nila_settings_init(s);
    return ok;
}
