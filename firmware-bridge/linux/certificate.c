/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "certificate.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/common/buf.h"
#include "collector/common/civil.h"
#include "collector/common/tongue.h"
#include "firmware-bridge/core/nila_fix.h"

/* --- words -------------------------------------------------------------------------------------------------------- */

const char *certificate_number(char buf[static 24], int32_t x1000, int decimals)
{
    static const int DIVISOR[] = {1000, 100, 10, 1};
    static const int SCALE[] = {1, 10, 100, 1000};
    int64_t v;

    if (x1000 == NILA_MISSING) {
        (void)snprintf(buf, 24, "-");
        return buf;
    }
    v = nila_div(x1000, DIVISOR[decimals]);
    if (decimals == 0)
        (void)snprintf(buf, 24, "%lld", (long long)v);
    else
        (void)snprintf(buf, 24, "%s%lld%s%0*lld", v < 0 ? "-" : "", llabs(v) / SCALE[decimals],
                       tongue(",", "."), decimals, llabs(v) % SCALE[decimals]);
    return buf;
}

const char *certificate_day(char buf[static 16], uint16_t day)
{
    if (day == 0)
        (void)snprintf(buf, 16, "-");
    else
        (void)civil_format_day(buf, 16, CERTIFICATE_DAY_0 + (int32_t)day);
    return buf;
}

static uint16_t kind(unsigned source)
{
    const struct nila_source_info *info = nila_source_info(source);

    return info == NULL ? NILA_KIND_NONE : info->kind;
}

const char *certificate_quantity(unsigned source)
{
    switch (kind(source)) {
    case NILA_KIND_TEMP_C:
        return tongue("suhu air", "water temperature");
    case NILA_KIND_DO_MG_L:
        return tongue("oksigen terlarut", "dissolved oxygen");
    case NILA_KIND_PH:
        return "pH";
    case NILA_KIND_EC_US_CM:
        return tongue("daya hantar listrik", "conductivity");
    default:
        return "-";
    }
}

const char *certificate_unit(unsigned source)
{
    switch (kind(source)) {
    case NILA_KIND_TEMP_C:
        return "°C";
    case NILA_KIND_DO_MG_L:
        return "mg/L";
    case NILA_KIND_PH:
        return "pH";
    case NILA_KIND_EC_US_CM:
        return "µS/cm";
    default:
        return "";
    }
}

int certificate_decimals(unsigned source)
{
    return kind(source) == NILA_KIND_EC_US_CM ? 0 : 2;
}

const char *certificate_source(unsigned source)
{
    static const char *const NAME[NILA_SOURCES] = {"-",      "DS18B20",   "EZO DO",    "EZO pH",
                                                   "EZO EC", "analog pH", "analog EC", "analog DO"};

    return source < NILA_SOURCES ? NAME[source] : "?";
}

const char *certificate_method(unsigned method)
{
    switch (method) {
    case NILA_CAL_FACTORY:
        return tongue("setelan pabrik", "factory");
    case NILA_CAL_OFFSET:
        return tongue("satu titik, geser", "one point, offset");
    case NILA_CAL_SPAN:
        return tongue("satu titik, kemiringan", "one point, span");
    case NILA_CAL_ZERO:
        return tongue("titik nol", "zero point");
    case NILA_CAL_TWO:
        return tongue("dua titik", "two points");
    case NILA_CAL_THREE:
        return tongue("tiga titik", "three points");
    default:
        return "?";
    }
}

/* What a calibration makes of a point of the new one. */
static int32_t shown(const struct certificate *c, const struct nila_cal *cal,
                     const struct nila_cal_point *p)
{
    struct nila_water w = c->water;
    uint16_t used;

    w.temp_x1000 = p->temp_x1000;
    return nila_cal_value(cal, p->raw_x1000, &w, &used);
}

/* What the reference was worth where the probe stood: conductivity at the temperature, air by its saturation. */
static int32_t reference(const struct certificate *c, const struct nila_cal_point *p)
{
    if (p->ref_x1000 == NILA_MISSING)
        return nila_do_sat_x1000(p->temp_x1000, c->water.sal_x1000, c->water.baro_pa);
    return kind(c->after.source) == NILA_KIND_EC_US_CM
               ? nila_ec_in_situ(p->ref_x1000, p->temp_x1000)
               : p->ref_x1000;
}

/* --- text --------------------------------------------------------------------------------------------------------- */

static void line(struct buf *b, const char *what, const char *value)
{
    size_t columns = 0;

    for (const char *p = what; *p != '\0'; p++)
        columns += (*p & 0xC0) != 0x80;
    buf_printf(b, "%s%*s%s\n", what, columns < 24 ? (int)(24 - columns) : 1, "", value);
}

static void calibration_text(struct buf *b, const char *what, const struct nila_cal *cal)
{
    char slope[24], offset[24], made[16];

    buf_printf(b, "%s\n", what);
    if (cal->number == 0) {
        buf_printf(b, "  %s\n", tongue("setelan pabrik", "factory"));
        return;
    }
    buf_printf(b,
               tongue("  nomor %u, %s, %s, kemiringan %s %%, geser %s\n",
                      "  number %u, %s, %s, slope %s %%, offset %s\n"),
               cal->number, certificate_day(made, cal->date), certificate_method(cal->method),
               certificate_number(slope, (int32_t)nila_div(cal->slope_ppm, 10), 1),
               certificate_number(offset, cal->offset_x1000, 3));
}

static void points_text(struct buf *b, const struct certificate *c)
{
    int d = certificate_decimals(c->after.source);

    buf_printf(b, "%s (%s)\n", tongue("Titik", "Points"), certificate_unit(c->after.source));
    buf_printf(b, tongue("  %-12s%-12s%-12s%-12s%s\n", "  %-12s%-12s%-12s%-12s%s\n"),
               tongue("acuan", "reference"), tongue("suhu", "temp C"), tongue("mentah", "raw"),
               tongue("sebelum", "as found"), tongue("sesudah", "as left"));
    for (unsigned i = 0; i < c->after.points; i++) {
        const struct nila_cal_point *p = &c->after.point[i];
        char ref[24], temp[24], raw[24], found[24], left[24];
        buf_printf(b, "  %-12s%-12s%-12s%-12s%s\n", certificate_number(ref, reference(c, p), d),
                   certificate_number(temp, p->temp_x1000, 2),
                   certificate_number(raw, p->raw_x1000, 3),
                   certificate_number(found, shown(c, &c->before, p), d),
                   certificate_number(left, shown(c, &c->after, p), d));
    }
}

static void text(struct buf *b, const struct certificate *c)
{
    char word[200], day[16];

    buf_printf(b, "%s\n\n", tongue("SERTIFIKAT KALIBRASI", "CALIBRATION CERTIFICATE"));
    (void)civil_format_iso(word, sizeof word, c->made_ms);
    line(b, tongue("Dibuat", "Made"), word);
    (void)snprintf(word, sizeof word, "Lumbung Nila, %s, unit %u", c->place, c->unit);
    line(b, tongue("Alat", "Device"), word);
    (void)snprintf(word, sizeof word, "%08lX", (unsigned long)c->serial);
    line(b, tongue("Nomor seri", "Serial number"), word);
    (void)snprintf(word, sizeof word, "%d.%d (%08lX)", c->firmware >> 8, c->firmware & 0xFF,
                   (unsigned long)c->build);
    line(b, "Firmware", word);
    (void)snprintf(word, sizeof word, "%u: %s, %s", c->after.channel,
                   certificate_quantity(c->after.source), certificate_source(c->after.source));
    line(b, tongue("Kanal", "Channel"), word);
    line(b, tongue("Cara", "Method"), certificate_method(c->after.method));
    (void)snprintf(word, sizeof word, "%s (%u)", c->operator_name, c->after.operator_id);
    line(b, tongue("Oleh", "By"), word);
    line(b, tongue("Kalibrasi berikutnya", "Next due"), certificate_day(day, c->after.due));
    buf_str(b, "\n");
    points_text(b, c);
    buf_str(b, "\n");
    calibration_text(b, tongue("Sebelum", "Before"), &c->before);
    calibration_text(b, tongue("Sesudah", "After"), &c->after);
    buf_printf(b, "\n%s\n",
               tongue("Tanda tangan: ____________________", "Signature: ____________________"));
}

/* --- JSON --------------------------------------------------------------------------------------------------------- */

static void json_text(struct buf *b, const char *s)
{
    buf_str(b, "\"");
    for (; *s != '\0'; s++)
        if (*s == '"' || *s == '\\')
            buf_printf(b, "\\%c", *s);
        else if ((unsigned char)*s < 0x20)
            buf_printf(b, "\\u%04x", (unsigned)*s);
        else
            buf_add(b, s, 1);
    buf_str(b, "\"");
}

/* x 1000 as a JSON number: always with a point, whatever the tongue. */
static void json_number(struct buf *b, int32_t x1000)
{
    if (x1000 == NILA_MISSING)
        buf_str(b, "null");
    else
        buf_printf(b, "%s%ld.%03ld", x1000 < 0 ? "-" : "", labs((long)x1000) / 1000,
                   labs((long)x1000) % 1000);
}

static void json_day(struct buf *b, uint16_t day)
{
    char word[16];

    if (day == 0)
        buf_str(b, "null");
    else
        json_text(b, certificate_day(word, day));
}

static void json_calibration(struct buf *b, const struct nila_cal *cal)
{
    buf_printf(b,
               "{\"number\": %u, \"method\": %u, \"slope\": %ld.%06ld, \"offset\": ", cal->number,
               cal->method, (long)cal->slope_ppm / NILA_PPM, (long)cal->slope_ppm % NILA_PPM);
    json_number(b, cal->offset_x1000);
    buf_str(b, ", \"date\": ");
    json_day(b, cal->date);
    buf_str(b, "}");
}

static void json(struct buf *b, const struct certificate *c)
{
    char word[40];

    (void)civil_format_iso(word, sizeof word, c->made_ms);
    buf_printf(b,
               "{\n  \"certificate\": \"lumbung-nila-calibration\",\n  \"version\": 1,\n  "
               "\"made\": \"%s\",\n  \"device\": {\"place\": ",
               word);
    json_text(b, c->place);
    buf_printf(b,
               ", \"unit\": %u, \"product\": %u, \"serial\": \"%08lX\", \"firmware\": \"%u.%u\", "
               "\"build\": \"%08lX\"},\n",
               c->unit, c->product, (unsigned long)c->serial, c->firmware >> 8, c->firmware & 0xFF,
               (unsigned long)c->build);
    buf_printf(b,
               "  \"channel\": %u,\n  \"source\": \"%s\",\n  \"unit\": \"%s\",\n  \"operator\": "
               "{\"name\": ",
               c->after.channel, certificate_source(c->after.source),
               certificate_unit(c->after.source));
    json_text(b, c->operator_name);
    buf_printf(b, ", \"number\": %u},\n  \"points\": [", c->after.operator_id);
    for (unsigned i = 0; i < c->after.points; i++) {
        const struct nila_cal_point *p = &c->after.point[i];
        buf_printf(b, "%s\n    {\"reference\": ", i > 0 ? "," : "");
        json_number(b, reference(c, p));
        buf_str(b, ", \"temp_c\": ");
        json_number(b, p->temp_x1000);
        buf_str(b, ", \"raw\": ");
        json_number(b, p->raw_x1000);
        buf_str(b, ", \"as_found\": ");
        json_number(b, shown(c, &c->before, p));
        buf_str(b, ", \"as_left\": ");
        json_number(b, shown(c, &c->after, p));
        buf_str(b, "}");
    }
    buf_str(b, "\n  ],\n  \"before\": ");
    json_calibration(b, &c->before);
    buf_str(b, ",\n  \"after\": ");
    json_calibration(b, &c->after);
    buf_str(b, ",\n  \"next_due\": ");
    json_day(b, c->after.due);
    buf_str(b, "\n}\n");
}

/* --- files -------------------------------------------------------------------------------------------------------- */

static int keep(const struct buf *b, const char *base, const char *ending, char *why,
                unsigned why_size)
{
    char path[4096], part[4200];
    size_t done = 0;
    int fd, rc = -1;

    if ((size_t)snprintf(path, sizeof path, "%s%s", base, ending) >= sizeof path) {
        (void)snprintf(why, why_size, "%s: %s", base, tongue_errno(ENAMETOOLONG));
        return NILA_ERR_IO;
    }
    (void)snprintf(part, sizeof part, "%s.part", path);
    fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    while (fd >= 0 && done < b->n) {
        ssize_t n = write(fd, b->p + done, b->n - done);
        if (n < 0 && errno != EINTR)
            break;
        done += n > 0 ? (size_t)n : 0;
    }
    if (fd >= 0 && done == b->n && fsync(fd) == 0)
        rc = 0;
    if (fd >= 0 && close(fd) != 0)
        rc = -1;
    if (rc == 0)
        rc = rename(part, path);
    if (rc == 0)
        return 0;
    (void)snprintf(why, why_size, "%s: %s", path, tongue_errno(errno));
    (void)unlink(part);
    return NILA_ERR_IO;
}

int certificate_write(const struct certificate *c, const char *base, char *why, unsigned why_size)
{
    struct buf b = {0};
    int rc;

    text(&b, c);
    rc = keep(&b, base, ".txt", why, why_size);
    buf_clear(&b);
    json(&b, c);
    if (rc == 0)
        rc = keep(&b, base, ".json", why, why_size);
    buf_free(&b);
    return rc;
}
