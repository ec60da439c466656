/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nila_cal.h"

#include "nila_fix.h"

#define ABS_ZERO_X1000 273150
#define T25_X1000      298150
#define PH_MV_MID      1500000   /* uV at pH 7 */
#define PH_MV_PER_PH   (-177480) /* uV: three times 59.16 mV, falling */
#define EC_MV_PER_MS   164       /* mV per mS/cm: 820 ohm * 200 / 1000 */
#define DO_MV_SAT_25   1600000   /* uV in air at 25 C */
#define DO_MV_PER_K    35000
#define STRAIGHT_X1000 50  /* pH that one of three points may be off the line */
#define ZERO_DO_X1000  300 /* mg/L that a probe may show without oxygen (Renke) */
#define REF_TEMP_LOW   5000
#define REF_TEMP_HIGH  45000
#define X_PER_PH       10000 /* unit of x in the straight line */

#define M(method)      (1 << (method))
#define PH_METHODS     (M(NILA_CAL_FACTORY) | M(NILA_CAL_OFFSET) | M(NILA_CAL_TWO) | M(NILA_CAL_THREE))
#define SPAN_METHODS   (M(NILA_CAL_FACTORY) | M(NILA_CAL_SPAN) | M(NILA_CAL_ZERO) | M(NILA_CAL_TWO))

/* Windows of slope and offset: pH 85..105 % of Nernst; offset 30 mV of the electrode behind an EZO circuit, and DFRobot's 1322..1678 mV
 * at pH 7 for the amplified one; EC a cell constant 0.5..1.5 of nominal. Warm-up and stillness count samples. */
static const struct nila_source_info INFO[] = {
    [NILA_SOURCE_DS18B20] = {.kind = NILA_KIND_TEMP_C,
                             .methods = M(NILA_CAL_FACTORY) | M(NILA_CAL_OFFSET),
                             .raw_low = -10000,
                             .raw_high = 60000,
                             .low = -5000,
                             .high = 55000,
                             .slope_low = NILA_PPM,
                             .slope_high = NILA_PPM,
                             .offset_most = 2000,
                             .ref_low = 0,
                             .ref_high = 50000,
                             .still = 130,
                             .filter = {.median = 3,
                                        .smooth = 1,
                                        .warmup = 1,
                                        .spike = 2000,
                                        .noise = 500,
                                        .stuck = 0}},
    [NILA_SOURCE_EZO_DO] = {.kind = NILA_KIND_DO_MG_L,
                            .methods = SPAN_METHODS,
                            .raw_low = 0,
                            .raw_high = 60000,
                            .low = 0,
                            .high = 40000,
                            .slope_low = 500000,
                            .slope_high = 1500000,
                            .offset_most = 500,
                            .ref_low = 2000,
                            .ref_high = 20000,
                            .still = 30,
                            .still_ppm = 10000,
                            .filter = {.median = 5,
                                       .smooth = 1,
                                       .warmup = 3,
                                       .spike = 2000,
                                       .noise = 500,
                                       .still = 0,
                                       .stuck = 720}},
    [NILA_SOURCE_EZO_PH] = {.kind = NILA_KIND_PH,
                            .methods = PH_METHODS,
                            .raw_low = 500,
                            .raw_high = 13500,
                            .low = 1000,
                            .high = 13000,
                            .slope_low = 850000,
                            .slope_high = 1050000,
                            .offset_most = 507,
                            .ref_low = 1000,
                            .ref_high = 13000,
                            .ref_apart = 1500,
                            .still = 20,
                            .filter = {.median = 5,
                                       .smooth = 1,
                                       .warmup = 3,
                                       .spike = 1000,
                                       .noise = 200,
                                       .still = 0,
                                       .stuck = 720}},
    [NILA_SOURCE_EZO_EC] = {.kind = NILA_KIND_EC_US_CM,
                            .methods = SPAN_METHODS,
                            .raw_low = 0,
                            .raw_high = 200000000,
                            .low = 1000,
                            .high = 100000000,
                            .slope_low = 500000,
                            .slope_high = 1500000,
                            .offset_most = 200000,
                            .ref_low = 50000,
                            .ref_high = 100000000,
                            .ref_apart = 50000,
                            .still = 5000,
                            .still_ppm = 10000,
                            .filter = {.median = 5,
                                       .smooth = 1,
                                       .warmup = 2,
                                       .spike = 0,
                                       .noise = 0,
                                       .still = 0,
                                       .stuck = 0}},
    [NILA_SOURCE_PH_MV] = {.kind = NILA_KIND_PH,
                           .methods = PH_METHODS,
                           .raw_low = 100000,
                           .raw_high = 2950000,
                           .low = 1000,
                           .high = 13000,
                           .slope_low = 850000,
                           .slope_high = 1050000,
                           .offset_most = 178000,
                           .ref_low = 1000,
                           .ref_high = 13000,
                           .ref_apart = 1500,
                           .still = 3600,
                           .filter = {.median = 7,
                                      .smooth = 2,
                                      .warmup = 6,
                                      .spike = 177000,
                                      .noise = 60000,
                                      .still = 0,
                                      .stuck = 120}},
    [NILA_SOURCE_EC_MV] = {.kind = NILA_KIND_EC_US_CM,
                           .methods = SPAN_METHODS,
                           .raw_low = 0,
                           .raw_high = 3200000,
                           .low = 1000,
                           .high = 20000000,
                           .slope_low = 500000,
                           .slope_high = 1500000,
                           .offset_most = 200000,
                           .ref_low = 50000,
                           .ref_high = 20000000,
                           .ref_apart = 50000,
                           .still = 2000,
                           .still_ppm = 10000,
                           .filter = {.median = 7,
                                      .smooth = 2,
                                      .warmup = 3,
                                      .spike = 0,
                                      .noise = 100000,
                                      .still = 0,
                                      .stuck = 120}},
    [NILA_SOURCE_DO_MV] = {.kind = NILA_KIND_DO_MG_L,
                           .methods = SPAN_METHODS,
                           .raw_low = 0,
                           .raw_high = 3200000,
                           .low = 0,
                           .high = 40000,
                           .slope_low = 500000,
                           .slope_high = 1500000,
                           .offset_most = 120000,
                           .ref_low = 2000,
                           .ref_high = 20000,
                           .still = 3000,
                           .still_ppm = 10000,
                           .filter = {.median = 7,
                                      .smooth = 2,
                                      .warmup = 12,
                                      .spike = 400000,
                                      .noise = 100000,
                                      .still = 0,
                                      .stuck = 120}},
};

const struct nila_source_info *nila_source_info(unsigned source)
{
    return source > NILA_SOURCE_NONE && source < NILA_SOURCES ? &INFO[source] : NULL;
}

struct nila_cal nila_cal_factory(uint8_t channel, uint8_t source)
{
    return (struct nila_cal){.channel = channel, .source = source, .slope_ppm = NILA_PPM};
}

uint8_t nila_cal_points(unsigned method)
{
    static const uint8_t POINTS[NILA_CAL_METHODS] = {0, 1, 1, 1, 2, 3};

    return method < NILA_CAL_METHODS ? POINTS[method] : 0;
}

/* --- straight lines ----------------------------------------------------------------------------------------------- */

/* Raw at pH 7 and per pH as the maker promises. */
static int32_t ph_mid(uint8_t source)
{
    return source == NILA_SOURCE_PH_MV ? PH_MV_MID : 7000;
}

static int32_t ph_per(uint8_t source)
{
    return source == NILA_SOURCE_PH_MV ? PH_MV_PER_PH : 1000;
}

/* An EZO circuit has applied the temperature already. */
static int64_t ph_kelvin(uint8_t source, int32_t temp_x1000)
{
    return source == NILA_SOURCE_PH_MV ? temp_x1000 + ABS_ZERO_X1000 : T25_X1000;
}

static int64_t ph_value(const struct nila_cal *cal, int32_t raw, int32_t temp_x1000)
{
    int64_t per_ppm =
        nila_div((int64_t)ph_per(cal->source) * cal->slope_ppm * ph_kelvin(cal->source, temp_x1000),
                 NILA_PPM);

    return 7000 +
           nila_div(((int64_t)raw - ph_mid(cal->source) - cal->offset_x1000) * 1000 * T25_X1000,
                    per_ppm);
}

/* What a conductivity circuit gives, in uS/cm x 1000, before calibration. */
static int32_t ec_raw(uint8_t source, int32_t raw)
{
    return source == NILA_SOURCE_EC_MV ? nila_fit(nila_div((int64_t)raw * 1000, EC_MV_PER_MS))
                                       : raw;
}

/* Voltage of a galvanic probe in air as the maker promises. */
static int64_t do_mv_air(int32_t temp_x1000)
{
    return DO_MV_SAT_25 + nila_div((int64_t)DO_MV_PER_K * (temp_x1000 - 25000), 1000);
}

static int64_t do_mv_value(const struct nila_cal *cal, int32_t raw, const struct nila_water *w)
{
    int64_t air = nila_div(do_mv_air(w->temp_x1000) * cal->slope_ppm, NILA_PPM);

    if (air < 1)
        return -1; /* colder than any probe works */
    return nila_div(((int64_t)raw - cal->offset_x1000) *
                        nila_do_sat_x1000(w->temp_x1000, w->sal_x1000, w->baro_pa),
                    air);
}

int32_t nila_cal_value(const struct nila_cal *cal, int32_t raw_x1000, const struct nila_water *w,
                       uint16_t *used)
{
    bool defaults = false;
    int64_t v = raw_x1000;

    *used = 0;
    if (raw_x1000 == NILA_MISSING || nila_source_info(cal->source) == NULL)
        return NILA_MISSING;
    switch ((enum nila_source)cal->source) {
    case NILA_SOURCE_DS18B20:
        v -= cal->offset_x1000;
        break;
    case NILA_SOURCE_EZO_DO:
        v = nila_div((v - cal->offset_x1000) * cal->slope_ppm, NILA_PPM);
        defaults = w->default_temp || w->default_sal || w->default_baro;
        break;
    case NILA_SOURCE_DO_MV:
        v = do_mv_value(cal, raw_x1000, w);
        defaults = w->default_temp || w->default_sal || w->default_baro;
        break;
    case NILA_SOURCE_EZO_PH:
    case NILA_SOURCE_PH_MV:
        v = ph_value(cal, raw_x1000, w->temp_x1000);
        defaults = w->default_temp;
        break;
    case NILA_SOURCE_EZO_EC:
    case NILA_SOURCE_EC_MV:
        v = nila_div(((int64_t)ec_raw(cal->source, raw_x1000) - cal->offset_x1000) * cal->slope_ppm,
                     NILA_PPM);
        break;
    case NILA_SOURCE_NONE:
    case NILA_SOURCES:
        return NILA_MISSING;
    }
    *used = defaults ? NILA_Q_DEFAULT_COMP : 0;
    return nila_fit(v);
}

/* --- calibrations ------------------------------------------------------------------------------------------------- */

static bool is_zero_point(const struct nila_cal *cal, unsigned index)
{
    return cal->method == NILA_CAL_ZERO || (cal->method == NILA_CAL_TWO && index == 0 &&
                                            INFO[cal->source].kind == NILA_KIND_DO_MG_L);
}

enum nila_cal_result nila_cal_check_point(const struct nila_cal *cal, unsigned index,
                                          int32_t ref_x1000, int32_t temp_x1000)
{
    const struct nila_source_info *info = nila_source_info(cal->source);

    if (info == NULL)
        return NILA_CAL_NO_CHANNEL;
    if (temp_x1000 == NILA_MISSING || temp_x1000 < REF_TEMP_LOW || temp_x1000 > REF_TEMP_HIGH)
        return NILA_CAL_BAD_TEMP;
    if (is_zero_point(cal, index))
        return ref_x1000 == 0 ? NILA_CAL_FINE : NILA_CAL_BAD_REFERENCE;
    if (ref_x1000 == NILA_MISSING)
        return info->kind == NILA_KIND_DO_MG_L ? NILA_CAL_FINE : NILA_CAL_BAD_REFERENCE;
    if (ref_x1000 < info->ref_low || ref_x1000 > info->ref_high)
        return NILA_CAL_BAD_REFERENCE;
    for (unsigned i = 0; i < index && i < NILA_CAL_POINTS; i++) {
        int64_t apart = (int64_t)ref_x1000 - cal->point[i].ref_x1000;
        if ((apart < 0 ? -apart : apart) < info->ref_apart)
            return NILA_CAL_TOO_CLOSE;
    }
    return NILA_CAL_FINE;
}

/* pH: the line of least squares through the points; x is pH from 7, scaled by the absolute temperature. */
static enum nila_cal_result solve_ph_line(struct nila_cal *cal)
{
    int64_t n = cal->points, sx = 0, sy = 0, sxx = 0, sxy = 0, divisor;
    int64_t per = ph_per(cal->source);

    for (unsigned i = 0; i < cal->points; i++) {
        const struct nila_cal_point *p = &cal->point[i];
        int64_t x = nila_div((int64_t)(p->ref_x1000 - 7000) * (X_PER_PH / 1000) *
                                 ph_kelvin(cal->source, p->temp_x1000),
                             T25_X1000);
        int64_t y = (int64_t)p->raw_x1000 - ph_mid(cal->source);
        sx += x;
        sy += y;
        sxx += x * x;
        sxy += x * y;
    }
    divisor = n * sxx - sx * sx;
    if (divisor == 0)
        return NILA_CAL_TOO_CLOSE;
    cal->slope_ppm =
        nila_fit(nila_div(nila_div((n * sxy - sx * sy) * NILA_PPM, per) * X_PER_PH, divisor));
    if (cal->slope_ppm < INFO[cal->source].slope_low ||
        cal->slope_ppm > INFO[cal->source].slope_high)
        return NILA_CAL_BAD_SLOPE;
    cal->offset_x1000 = nila_fit(
        nila_div(sy - nila_div(nila_div(per * cal->slope_ppm, X_PER_PH) * sx, NILA_PPM), n));
    for (unsigned i = 0; i < cal->points; i++) {
        const struct nila_cal_point *p = &cal->point[i];
        int64_t off = ph_value(cal, p->raw_x1000, p->temp_x1000) - p->ref_x1000;
        if (cal->points > 2 && (off < 0 ? -off : off) > STRAIGHT_X1000)
            return NILA_CAL_NOT_STRAIGHT;
    }
    return NILA_CAL_FINE;
}

/* One point of pH or temperature: the raw value that this slope would give is known; the difference is the offset. */
static void solve_offset(struct nila_cal *cal)
{
    const struct nila_cal_point *p = &cal->point[0];
    int64_t expected = p->ref_x1000;

    if (INFO[cal->source].kind == NILA_KIND_PH) {
        int64_t per = nila_div((int64_t)ph_per(cal->source) * cal->slope_ppm *
                                   ph_kelvin(cal->source, p->temp_x1000),
                               NILA_PPM);
        expected =
            ph_mid(cal->source) + nila_div((p->ref_x1000 - 7000) * per, (int64_t)1000 * T25_X1000);
    }
    cal->offset_x1000 = nila_fit(p->raw_x1000 - expected);
}

/* Raw that a probe as promised would give at this point, x 1000 like offset; DO and EC. */
static int64_t promised(const struct nila_cal *cal, const struct nila_cal_point *p,
                        const struct nila_water *w)
{
    int64_t sat = nila_do_sat_x1000(p->temp_x1000, w->sal_x1000, w->baro_pa);

    if (INFO[cal->source].kind == NILA_KIND_EC_US_CM)
        return nila_ec_in_situ(p->ref_x1000, p->temp_x1000);
    if (cal->source == NILA_SOURCE_EZO_DO)
        return p->ref_x1000 == NILA_MISSING ? sat : p->ref_x1000;
    return p->ref_x1000 == NILA_MISSING ? do_mv_air(p->temp_x1000)
                                        : nila_div(do_mv_air(p->temp_x1000) * p->ref_x1000, sat);
}

/* DO and EC: zero, span, or both. In a galvanic probe the slope multiplies the promised voltage, elsewhere the raw value. */
static enum nila_cal_result solve_span(struct nila_cal *cal, const struct nila_water *w)
{
    const struct nila_cal_point *zero = &cal->point[0], *span = &cal->point[cal->points - 1];
    int64_t r0 = ec_raw(cal->source, zero->raw_x1000), r1 = ec_raw(cal->source, span->raw_x1000),
            p0, p1;

    if (cal->method == NILA_CAL_ZERO) {
        cal->offset_x1000 = nila_fit(r0);
        return NILA_CAL_FINE;
    }
    p1 = promised(cal, span, w);
    if (cal->method == NILA_CAL_TWO) {
        p0 = zero->ref_x1000 == 0 ? 0 : promised(cal, zero, w);
        if (p1 == p0 || r1 == r0)
            return NILA_CAL_TOO_CLOSE;
        /* where the line through both meets nothing; exactly r0 when the first point is nothing */
        cal->offset_x1000 = nila_fit(r0 - nila_div(p0 * (r1 - r0), p1 - p0));
    }
    r1 -= cal->offset_x1000;
    if (r1 < 1 || p1 < 1)
        return NILA_CAL_BAD_SLOPE;
    cal->slope_ppm = nila_fit(cal->source == NILA_SOURCE_DO_MV ? nila_div(r1 * NILA_PPM, p1)
                                                               : nila_div(p1 * NILA_PPM, r1));
    return NILA_CAL_FINE;
}

/* Without oxygen a probe shows at most ZERO_DO_X1000, measured with its new slope and no offset. */
static bool zero_is_low(const struct nila_cal *cal, const struct nila_water *w)
{
    struct nila_cal bare = *cal;
    struct nila_water at = *w;
    uint16_t used;
    int32_t shown;

    if (INFO[cal->source].kind != NILA_KIND_DO_MG_L ||
        (cal->method != NILA_CAL_ZERO && cal->method != NILA_CAL_TWO))
        return true;
    bare.offset_x1000 = 0;
    at.temp_x1000 = cal->point[0].temp_x1000;
    shown = nila_cal_value(&bare, cal->point[0].raw_x1000, &at, &used);
    return shown <= ZERO_DO_X1000 && shown >= -ZERO_DO_X1000;
}

enum nila_cal_result nila_cal_solve(struct nila_cal *cal, const struct nila_cal *before,
                                    const struct nila_water *w)
{
    const struct nila_source_info *info = nila_source_info(cal->source);
    enum nila_cal_result rc = NILA_CAL_FINE;
    struct nila_cal c = *cal;

    if (info == NULL)
        return NILA_CAL_NO_CHANNEL;
    if (c.method >= NILA_CAL_METHODS || (info->methods & M(c.method)) == 0)
        return NILA_CAL_NO_METHOD;
    if (c.points != nila_cal_points(c.method))
        return NILA_CAL_TOO_FEW;
    c.slope_ppm = c.method == NILA_CAL_FACTORY ? NILA_PPM : before->slope_ppm;
    c.offset_x1000 = c.method == NILA_CAL_FACTORY ? 0 : before->offset_x1000;
    if (c.method == NILA_CAL_OFFSET)
        solve_offset(&c);
    else if (c.method != NILA_CAL_FACTORY)
        rc = info->kind == NILA_KIND_PH ? solve_ph_line(&c) : solve_span(&c, w);
    if (rc != NILA_CAL_FINE)
        return rc;
    if (c.slope_ppm < info->slope_low || c.slope_ppm > info->slope_high)
        return NILA_CAL_BAD_SLOPE;
    if (c.offset_x1000 > info->offset_most || c.offset_x1000 < -info->offset_most ||
        !zero_is_low(&c, w))
        return NILA_CAL_BAD_OFFSET;
    *cal = c;
    return NILA_CAL_FINE;
}
