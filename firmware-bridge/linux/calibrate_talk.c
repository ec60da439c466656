/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "calibrate_own.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/tongue.h"

void talk_say(const struct talk *t, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    (void)vfprintf(t->job->out, format, ap);
    va_end(ap);
    (void)fflush(t->job->out);
}

bool talk_stopped(const struct talk *t)
{
    return t->job->stop != NULL && *t->job->stop != 0;
}

/* A line without its blanks; false: the input ended, or a signal came. */
bool talk_hear(const struct talk *t, char line[LINE_SIZE])
{
    size_t n;

    if (talk_stopped(t) || fgets(line, LINE_SIZE, t->job->in) == NULL)
        return false;
    n = strlen(line);
    if (n == LINE_SIZE - 1 &&
        line[n - 1] != '\n') /* the rest of an overlong line is no next answer */
        for (int c = fgetc(t->job->in); c != '\n' && c != EOF; c = fgetc(t->job->in))
            ;
    while (n > 0 && strchr(" \t\r\n", line[n - 1]) != NULL)
        line[--n] = '\0';
    for (n = 0; line[n] == ' ' || line[n] == '\t'; n++)
        ;
    memmove(line, line + n, strlen(line + n) + 1);
    return true;
}

/* "6,86" or "6.86" -> x 1000; at most three decimals. */
bool talk_number(const char *text, int32_t *x1000)
{
    char *end;
    char point[LINE_SIZE];
    double v;

    (void)snprintf(point, sizeof point, "%s", text);
    for (char *p = point; *p != '\0'; p++)
        if (*p == ',')
            *p = '.';
    errno = 0;
    v = strtod(point, &end);
    if (end == point || *end != '\0' || errno != 0 || !(v > -2e6 && v < 2e6))
        return false;
    *x1000 = (int32_t)(v * 1000 + (v < 0 ? -0.5 : 0.5));
    return true;
}

/* Asks until it is a number of low..high (whole numbers). false: ended. */
bool talk_choose(const struct talk *t, const char *question, int low, int high, int *out)
{
    char line[LINE_SIZE], *end;
    long v;

    for (;;) {
        talk_say(t, "%s ", question);
        if (!talk_hear(t, line))
            return false;
        v = strtol(line, &end, 10);
        if (end != line && *end == '\0' && v >= low && v <= high) {
            *out = (int)v;
            return true;
        }
        talk_say(t, tongue("  Angka %d sampai %d.\n", "  A number from %d to %d.\n"), low, high);
    }
}

/* y/n, in both languages' first letters. */
bool talk_agrees(const struct talk *t, const char *question)
{
    char line[LINE_SIZE];

    for (;;) {
        talk_say(t, "%s ", question);
        if (!talk_hear(t, line) || line[0] == 'n' || line[0] == 'N' || line[0] == 't' ||
            line[0] == 'T')
            return false;
        if (line[0] == 'y' || line[0] == 'Y')
            return true;
    }
}

const char *talk_result(unsigned result)
{
    switch (result) {
    case NILA_CAL_FINE:
        return tongue("baik", "fine");
    case NILA_CAL_BUSY:
        return tongue(
            "kalibrasi lain sedang berjalan di alat ini (berakhir sendiri setelah 15 menit)",
            "another calibration is under way on this node (it ends by itself after 15 minutes)");
    case NILA_CAL_NO_CHANNEL:
        return tongue("tidak ada sensor di kanal itu", "no probe is connected to that channel");
    case NILA_CAL_NO_METHOD:
        return tongue("cara ini bukan untuk sensor itu", "this method is not for that probe");
    case NILA_CAL_UNSTABLE:
        return tongue("angkanya belum tenang", "the reading still moves");
    case NILA_CAL_NO_VALUE:
        return tongue("sensor tidak memberi angka", "the probe gives no reading");
    case NILA_CAL_BAD_SLOPE:
        return tongue(
            "kemiringan tidak masuk akal: sensor tua atau kotor, atau larutannya salah",
            "the slope is implausible: the probe is old or dirty, or the solution is another one");
    case NILA_CAL_BAD_OFFSET:
        return tongue("geseran tidak masuk akal: sensor rusak atau kotor, atau larutannya salah",
                      "the offset is implausible: the probe is damaged or dirty, or the solution "
                      "is another one");
    case NILA_CAL_TOO_CLOSE:
        return tongue("larutan ini terlalu dekat dengan yang sebelumnya",
                      "this solution is too near to one before");
    case NILA_CAL_NOT_STRAIGHT:
        return tongue("tiga titik tidak segaris: salah satu larutan rusak",
                      "three points not on a line: one solution is spoilt");
    case NILA_CAL_BAD_REFERENCE:
        return tongue("nilai larutan di luar jangkauan sensor",
                      "the reference is outside what the probe measures");
    case NILA_CAL_BAD_TEMP:
        return tongue("suhu larutan tidak diketahui atau di luar 5 sampai 45 °C",
                      "the temperature of the solution is not known, or not 5 to 45 °C");
    case NILA_CAL_NOT_SAVED:
        return tongue("alat tidak dapat menyimpan; kalibrasi lama tetap berlaku",
                      "the node cannot save it; the old calibration stays in force");
    case NILA_CAL_NOTHING_BEFORE:
        return tongue("tidak ada kalibrasi sebelumnya", "there is no calibration before this one");
    case NILA_CAL_TIMED_OUT:
        return tongue("waktu habis (15 menit tanpa perintah)",
                      "timed out (15 minutes without a command)");
    default:
        return tongue("urutan perintah salah", "a command out of its order");
    }
}

int talk_broken(const struct talk *t, int rc)
{
    if (rc != 0)
        talk_say(t, "%s\n", t->m->why);
    return rc;
}
