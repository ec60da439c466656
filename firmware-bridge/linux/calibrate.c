/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "calibrate_own.h"

#include <string.h>

#include "collector/common/civil.h"
#include "collector/common/clock.h"
#include "collector/common/tongue.h"
#include "firmware-bridge/core/nila_caltx.h"
#include "firmware-bridge/core/nila_channels.h"
#include "firmware-bridge/core/nila_fix.h"
#include "firmware-bridge/core/nila_node.h"

/* --- the node ----------------------------------------------------------------------------------------------------- */

static int32_t s32(const uint16_t *reg)
{
    return (int32_t)((uint32_t)reg[0] << 16 | reg[1]);
}

static int32_t temp(uint16_t reg)
{
    return reg == NO_TEMP ? NILA_MISSING : (int16_t)reg * 10;
}

int calibrate_look(const struct talk *t, struct state *s)
{
    uint16_t reg[9];
    int rc = master_read(t->m, 3, NILA_HOLD_CAL_STATE, 9, reg);

    if (rc != 0)
        return rc;
    *s = (struct state){.state = reg[0],
                        .result = reg[1],
                        .steady_s = reg[2],
                        .left_s = reg[3],
                        .taken = reg[7],
                        .needed = reg[8]};
    s->live_x1000 = s32(reg + 4);
    s->temp_x1000 = temp(reg[6]);
    return 0;
}

static int read_record(const struct talk *t, uint16_t view, struct nila_cal *cal)
{
    uint16_t reg[27], choice[1] = {view}, channel[1] = {(uint16_t)t->channel};
    int rc = master_set(t->m, NILA_HOLD_CAL_CHANNEL, 1, channel);

    if (rc == 0)
        rc = master_set(t->m, NILA_HOLD_CAL_VIEW, 1, choice);
    if (rc == 0)
        rc = master_read(t->m, 3, NILA_HOLD_RECORD_NUMBER, 27, reg);
    if (rc != 0)
        return rc;
    *cal = (struct nila_cal){.number = reg[0],
                             .channel = (uint8_t)reg[1],
                             .source = (uint8_t)reg[2],
                             .method = (uint8_t)reg[3],
                             .date = reg[5],
                             .due = reg[6],
                             .operator_id = reg[7]};
    cal->points = (uint8_t)(reg[4] > NILA_CAL_POINTS ? NILA_CAL_POINTS : reg[4]);
    cal->slope_ppm = s32(reg + 8);
    cal->offset_x1000 = s32(reg + 10);
    for (unsigned i = 0; i < cal->points; i++) {
        const uint16_t *p = reg + 12 + (size_t)5 * i;
        cal->point[i] = (struct nila_cal_point){s32(p), s32(p + 2), temp(p[4])};
    }
    return 0;
}

int calibrate_tell(struct talk *t, uint16_t cmd, int32_t ref_x1000, struct state *after)
{
    uint16_t v[8] = {cmd,
                     (uint16_t)t->channel,
                     (uint16_t)t->method,
                     (uint16_t)((uint32_t)ref_x1000 >> 16),
                     (uint16_t)ref_x1000,
                     t->c.after.operator_id,
                     t->c.after.date,
                     t->c.after.due};
    int rc = master_write_open(t->m, NILA_HOLD_CAL_COMMAND, 8, v);

    if (rc != 0 && rc != NILA_ERR_TIMEOUT && rc != NILA_ERR_PROTO)
        return rc;
    return calibrate_look(t, after);
}

static int identify(struct talk *t)
{
    uint16_t reg[NILA_REG_CHANNEL_0];
    int rc = master_read(t->m, 4, 0, NILA_REG_CHANNEL_0, reg);

    if (rc != 0)
        return talk_broken(t, rc);
    if (reg[NILA_REG_MAGIC] != NILA_MAGIC || reg[NILA_REG_MAP_VERSION] != NILA_MAP_VERSION) {
        talk_say(
            t, tongue("unit %u bukan alat Lumbung Nila\n", "unit %u is not a Lumbung Nila node\n"),
            t->m->place.unit);
        return NILA_ERR_UNSUPPORTED;
    }
    t->c.product = reg[NILA_REG_PRODUCT];
    t->c.firmware = reg[NILA_REG_FIRMWARE];
    t->c.build = (uint32_t)s32(reg + NILA_REG_BUILD);
    t->c.serial = (uint32_t)s32(reg + NILA_REG_SERIAL);
    t->c.unit = t->m->place.unit;
    if (t->job->practice != NULL)
        (void)snprintf(t->c.place, sizeof t->c.place, "%s",
                       tongue("LATIHAN, bukan alat sungguhan", "PRACTICE, no real node"));
    else if (t->m->place.socket != NULL)
        (void)snprintf(t->c.place, sizeof t->c.place, "%s (nila-collector)", t->m->place.device);
    else
        (void)snprintf(t->c.place, sizeof t->c.place, "%s",
                       t->m->place.serial != NULL ? t->m->place.serial : t->m->place.tcp);
    talk_say(t,
             tongue("Alat Lumbung Nila, nomor seri %08lX, firmware %u.%u, unit %u.\n",
                    "Lumbung Nila node, serial number %08lX, firmware %u.%u, unit %u.\n"),
             (unsigned long)t->c.serial, t->c.firmware >> 8, t->c.firmware & 0xFF, t->c.unit);
    return 0;
}

/* --- choices ------------------------------------------------------------------------------------------------------ */

static int choose_channel(struct talk *t)
{
    uint16_t reg[2 * NILA_REG_CHANNELS];
    int rc = master_read(t->m, 3, NILA_HOLD_SOURCE_0, 2 * NILA_REG_CHANNELS, reg),
        channel = t->job->channel;

    if (rc == NILA_ERR_REFUSED)
        talk_say(t, "%s\n",
                 tongue("Alat ini tidak dapat dikalibrasi: tidak ada sensor yang dipasang padanya.",
                        "This node cannot be calibrated: it keeps no probes."));
    if (rc != 0)
        return rc == NILA_ERR_REFUSED ? NILA_ERR_UNSUPPORTED : talk_broken(t, rc);
    for (unsigned i = 0; i < NILA_REG_CHANNELS; i++)
        if (reg[(size_t)2 * i] != NILA_SOURCE_NONE)
            talk_say(t, "  %u  %s (%s)\n", i, certificate_quantity(reg[(size_t)2 * i]),
                     certificate_source(reg[(size_t)2 * i]));
    if (channel < 0 && !talk_choose(t, tongue("Kanal yang mana?", "Which channel?"), 0,
                                    NILA_REG_CHANNELS - 1, &channel))
        return NILA_ERR_CLOSED;
    t->channel = (unsigned)channel;
    t->source = reg[(size_t)2 * (unsigned)channel];
    if (nila_source_info(t->source) == NULL) {
        talk_say(t, "%s\n", talk_result(NILA_CAL_NO_CHANNEL));
        return NILA_ERR_NOT_FOUND;
    }
    return 0;
}

static int choose_method(struct talk *t)
{
    unsigned allowed = nila_source_info(t->source)->methods;
    int method = t->job->method;

    while (method < 0 || (allowed >> method & 1) == 0) {
        if (t->job->method >= 0) {
            talk_say(t, "%s\n", talk_result(NILA_CAL_NO_METHOD));
            return NILA_ERR_RANGE;
        }
        for (unsigned i = 0; i < NILA_CAL_METHODS; i++)
            if ((allowed >> i & 1) != 0)
                talk_say(t, "  %u  %s\n", i, certificate_method(i));
        if (!talk_choose(t, tongue("Cara yang mana?", "Which method?"), 0, NILA_CAL_METHODS - 1,
                         &method))
            return NILA_ERR_CLOSED;
    }
    t->method = (unsigned)method;
    return 0;
}

/* Days until the next: pH and oxygen drift by the month, cells and thermometers slowly. */
static int usual_days(unsigned source)
{
    switch (nila_source_info(source)->kind) {
    case NILA_KIND_PH:
    case NILA_KIND_DO_MG_L:
        return 30;
    case NILA_KIND_EC_US_CM:
        return 90;
    default:
        return 365;
    }
}

static int who_and_when(struct talk *t)
{
    int32_t today = civil_day(clock_wall_ms()) - CERTIFICATE_DAY_0;
    int due = t->job->due_days >= 0 ? t->job->due_days : usual_days(t->source);
    char line[LINE_SIZE] = "";

    while (t->job->operator_name == NULL && line[0] == '\0') {
        talk_say(t, "%s ",
                 tongue("Nama Anda, untuk sertifikat:", "Your name, for the certificate:"));
        if (!talk_hear(t, line))
            return NILA_ERR_CLOSED;
    }
    (void)snprintf(t->c.operator_name, sizeof t->c.operator_name, "%.*s",
                   (int)sizeof t->c.operator_name - 1,
                   t->job->operator_name != NULL ? t->job->operator_name : line);
    t->c.made_ms = clock_wall_ms();
    t->c.after.operator_id = (uint16_t)t->job->operator_id;
    t->c.after.date = 0;
    t->c.after.due = 0;
    if (!clock_plausible(t->c.made_ms) || today + due > UINT16_MAX) {
        talk_say(t, "%s\n",
                 tongue("Jam komputer ini salah; tanggal tidak dicatat.",
                        "This computer's clock is wrong; no date is recorded."));
        return 0;
    }
    t->c.after.date = (uint16_t)today;
    t->c.after.due = due > 0 ? (uint16_t)(today + due) : 0;
    return talk_broken(t, master_set(t->m, NILA_HOLD_TODAY, 1, &t->c.after.date));
}

/* What the node takes the air and the water for, for the certificate: the technician's word on the pressure, else what its master told
 * it lately, else its defaults. */
static int tell_water(struct talk *t)
{
    const uint16_t baro_x10 =
        t->job->baro_pa == NILA_MISSING ? 0 : (uint16_t)(t->job->baro_pa / 10);
    uint16_t told[NILA_HOLD_WATER_AGE_MIN - NILA_HOLD_WATER_SAL + 1];
    int rc = 0;

    t->c.water =
        (struct nila_water){.temp_x1000 = NILA_DEFAULT_TEMP_X1000, .baro_pa = NILA_DEFAULT_BARO_PA};
    if (t->job->baro_pa != NILA_MISSING)
        rc = master_set(t->m, NILA_HOLD_WATER_BARO, 1, &baro_x10);
    if (rc == 0)
        rc = master_read(t->m, 3, NILA_HOLD_WATER_SAL, sizeof told / sizeof told[0], told);
    if (rc != 0)
        return talk_broken(t, rc);
    if (told[sizeof told / sizeof told[0] - 1] >= NILA_WATER_FRESH_S / 60)
        return 0;
    if (told[0] != UINT16_MAX)
        t->c.water.sal_x1000 = told[0] * 10;
    if (told[1] != 0)
        t->c.water.baro_pa = told[1] * 10;
    return 0;
}

/* --- the whole ---------------------------------------------------------------------------------------------------- */

static void say_record(const struct talk *t, const char *what, const struct nila_cal *cal)
{
    char slope[24], offset[24], day[16];

    if (cal->number == 0)
        talk_say(t, "%s: %s\n", what, tongue("setelan pabrik", "factory"));
    else
        talk_say(t,
                 tongue("%s: nomor %u, %s, kemiringan %s %%, geser %s, %s\n",
                        "%s: number %u, %s, slope %s %%, offset %s, %s\n"),
                 what, cal->number, certificate_day(day, cal->date),
                 certificate_number(slope, (int32_t)nila_div(cal->slope_ppm, 10), 1),
                 certificate_number(offset, cal->offset_x1000, 3), certificate_method(cal->method));
}

static int write_certificate(struct talk *t)
{
    char base[80], day[16], why[4300] = "";
    int rc;

    (void)snprintf(base, sizeof base, "%skalibrasi-%08lX-%u-%s-%u",
                   t->job->practice != NULL ? "latihan-" : "", (unsigned long)t->c.serial,
                   t->channel, certificate_day(day, t->c.after.date), t->c.after.number);
    rc = certificate_write(&t->c, t->job->certificate != NULL ? t->job->certificate : base, why,
                           sizeof why);
    if (rc != 0)
        talk_say(t, "%s\n", why);
    else
        talk_say(t, tongue("Sertifikat: %s.txt dan .json\n", "Certificate: %s.txt and .json\n"),
                 t->job->certificate != NULL ? t->job->certificate : base);
    return rc;
}

/* The collector keeps it for the pages: when, slope, next due. Without that the calibration is in force all the same. */
static void tell_collector(struct talk *t)
{
    static const struct {
        uint16_t kind;
        enum metric metric;
    } METRIC[] = {{NILA_KIND_TEMP_C, METRIC_TEMP_C},
                  {NILA_KIND_DO_MG_L, METRIC_DO_MG_L},
                  {NILA_KIND_PH, METRIC_PH},
                  {NILA_KIND_EC_US_CM, METRIC_EC_US_CM}};
    const struct nila_cal *cal = &t->c.after;

    for (size_t i = 0; t->m->place.socket != NULL && i < sizeof METRIC / sizeof METRIC[0]; i++)
        if (METRIC[i].kind == nila_source_info(t->source)->kind &&
            lender_result(&t->m->lender, METRIC[i].metric, cal->slope_ppm / 1e4,
                          cal->offset_x1000 / 1e3, cal->due, t->m->why, sizeof t->m->why) != 0)
            talk_say(t,
                     tongue("nila-collector tidak mencatat kalibrasi ini: %s\n",
                            "nila-collector has not recorded this calibration: %s\n"),
                     t->m->why);
}

static int commit(struct talk *t)
{
    struct nila_cal candidate;
    char slope[24], offset[24];
    struct state s;
    int rc = read_record(t, 15, &candidate);

    if (rc != 0)
        return talk_broken(t, rc);
    talk_say(t, "\n");
    say_record(t, tongue("Sebelum", "Before"), &t->c.before);
    talk_say(t, tongue("Baru: kemiringan %s %%, geser %s\n", "New: slope %s %%, offset %s\n"),
             certificate_number(slope, (int32_t)nila_div(candidate.slope_ppm, 10), 1),
             certificate_number(offset, candidate.offset_x1000, 3));
    if (!talk_agrees(
            t, tongue("Berlakukan kalibrasi ini (y/t)?", "Put this calibration into force (y/n)?")))
        return NILA_ERR_CLOSED;
    rc = calibrate_tell(t, COMMIT, 0, &s);
    if (rc != 0)
        return talk_broken(t, rc);
    if (s.state != NILA_CALTX_DONE) {
        talk_say(t, "%s\n", talk_result(s.result));
        return NILA_ERR_REFUSED;
    }
    t->open = false;
    rc = read_record(t, 0, &t->c.after);
    if (rc != 0)
        return talk_broken(t, rc);
    say_record(t, tongue("Berlaku", "In force"), &t->c.after);
    tell_collector(t);
    talk_say(t, "%s\n",
             tongue("Kembalikan sensor ke kolam; nilainya sah lagi setelah 2 menit.",
                    "Put the probe back into the pond; its value is valid again after 2 minutes."));
    return write_certificate(t);
}

/* How well it was done: what a perfect calibration would have found. */
static void say_truth(const struct talk *t)
{
    char slope[24], offset[24];
    int32_t slope_ppm, offset_x1000;

    practice_put(t->job->practice, PRACTICE_POND);
    practice_truth(t->job->practice, t->channel, &slope_ppm, &offset_x1000);
    talk_say(t,
             tongue("Latihan: yang sebenarnya kemiringan %s %%, geser %s.\n",
                    "Practice: the truth is slope %s %%, offset %s.\n"),
             certificate_number(slope, (int32_t)nila_div(slope_ppm, 10), 1),
             certificate_number(offset, offset_x1000, 3));
}

static int calibrate(struct talk *t)
{
    struct state s;
    int rc = choose_method(t);

    if (rc == 0)
        rc = who_and_when(t);
    if (rc == 0)
        rc = tell_water(t);
    if (rc != 0)
        return rc;
    rc = calibrate_tell(t, BEGIN, 0, &s);
    if (rc != 0)
        return talk_broken(t, rc);
    if (s.result != NILA_CAL_FINE) {
        talk_say(t, "%s\n", talk_result(s.result));
        return NILA_ERR_REFUSED;
    }
    t->open = true;
    for (unsigned i = 0; rc == 0 && i < s.needed; i++)
        rc = calibrate_point(t, i, s.needed);
    if (rc == 0)
        rc = commit(t);
    if (rc == 0 && t->job->practice != NULL)
        say_truth(t);
    return rc;
}

static int show(struct talk *t)
{
    struct nila_cal cal;
    int rc;

    for (uint16_t view = 1; view <= NILA_HISTORY; view++) {
        char what[32];
        rc = read_record(t, view, &cal);
        if (rc != 0)
            return talk_broken(t, rc);
        if (cal.source == NILA_SOURCE_NONE || cal.channel != t->channel)
            continue;
        (void)snprintf(what, sizeof what, tongue("Riwayat %u", "History %u"), view);
        say_record(t, what, &cal);
    }
    return 0;
}

static int revert(struct talk *t)
{
    struct state s;
    int rc;

    if (!talk_agrees(t, tongue("Kembali ke kalibrasi sebelumnya (y/t)?",
                               "Go back to the calibration before (y/n)?")))
        return NILA_ERR_CLOSED;
    rc = calibrate_tell(t, REVERT, 0, &s);
    if (rc == 0 && s.result != NILA_CAL_FINE) {
        talk_say(t, "%s\n", talk_result(s.result));
        return NILA_ERR_REFUSED;
    }
    if (rc == 0)
        rc = read_record(t, 0, &t->c.after);
    if (rc != 0)
        return talk_broken(t, rc);
    say_record(t, tongue("Berlaku", "In force"), &t->c.after);
    tell_collector(t);
    return 0;
}

int calibrate_node(const struct calibrate_job *job, struct master *m)
{
    struct talk t = {.job = job, .m = m};
    struct state s;
    int rc = identify(&t);

    if (rc == 0)
        rc = choose_channel(&t);
    if (rc != 0)
        return rc;
    rc = read_record(&t, 0, &t.c.before);
    if (rc != 0)
        return talk_broken(&t, rc);
    say_record(&t, tongue("Berlaku sekarang", "In force now"), &t.c.before);
    rc = job->action == CALIBRATE_SHOW     ? show(&t)
         : job->action == CALIBRATE_REVERT ? revert(&t)
                                           : calibrate(&t);
    if (t.open) {
        uint16_t abort_it = ABORT;
        if (master_set(m, NILA_HOLD_CAL_COMMAND, 1, &abort_it) == 0 &&
            calibrate_look(&t, &s) == 0 && s.state == NILA_CALTX_ABORTED)
            talk_say(&t, "\n%s\n",
                     tongue("Dibatalkan; kalibrasi lama tetap berlaku.",
                            "Aborted; the old calibration stays in force."));
        else
            talk_say(&t, "\n%s\n",
                     tongue("Alat tidak dapat dihubungi; ia membatalkan sendiri setelah 15 menit.",
                            "The node cannot be reached; it aborts by itself after 15 minutes."));
    }
    return rc;
}
