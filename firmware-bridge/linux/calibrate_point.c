/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "calibrate_own.h"

#include <time.h>
#include <unistd.h>

#include "collector/common/tongue.h"
#include "firmware-bridge/core/nila_caltx.h"
#include "firmware-bridge/core/nila_fix.h"

int32_t calibrate_buffer(int32_t name_x1000, int32_t temp_x1000)
{
    static const struct {
        int32_t name, at[8]; /* 5, 10, ... 40 C */
    } BUFFER[] = {
        {4010, {3998, 3997, 3998, 4001, 4005, 4011, 4018, 4027}},
        {6860, {6949, 6921, 6898, 6878, 6863, 6851, 6842, 6836}},
        {7000, {7090, 7060, 7040, 7020, 7000, 6990, 6980, 6970}},
        {9180, {9391, 9330, 9276, 9226, 9180, 9139, 9102, 9068}},
        {10010, {10250, 10180, 10120, 10060, 10010, 9970, 9930, 9890}},
    };

    for (size_t i = 0; i < sizeof BUFFER / sizeof BUFFER[0]; i++)
        if (BUFFER[i].name == name_x1000)
            return nila_table(BUFFER[i].at, 8, 5000, 5000, temp_x1000);
    return name_x1000;
}

static bool is_zero(const struct talk *t, unsigned index)
{
    return t->method == NILA_CAL_ZERO || (t->method == NILA_CAL_TWO && index == 0 &&
                                          nila_source_info(t->source)->kind == NILA_KIND_DO_MG_L);
}

static void tell_what_to_do(const struct talk *t, unsigned index, unsigned needed)
{
    uint16_t kind = nila_source_info(t->source)->kind;

    talk_say(t, tongue("\nTitik %u dari %u. ", "\nPoint %u of %u. "), index + 1, needed);
    if (kind == NILA_KIND_DO_MG_L && is_zero(t, index))
        talk_say(
            t, "%s\n",
            tongue("Celupkan sensor ke larutan natrium sulfit 5 % (tanpa oksigen), aduk pelan, "
                   "tunggu.",
                   "Put the probe into 5 % sodium sulfite (no oxygen), stir gently, wait."));
    else if (kind == NILA_KIND_DO_MG_L)
        talk_say(
            t, "%s\n",
            tongue("Bilas, kibaskan airnya, gantung sensor di udara teduh tepat di atas air.",
                   "Rinse, shake the drops off, hang the probe in shaded air just above water."));
    else if (kind == NILA_KIND_EC_US_CM && is_zero(t, index))
        talk_say(t, "%s\n",
                 tongue("Bilas dengan air suling, keringkan sensor, biarkan di udara.",
                        "Rinse with distilled water, dry the probe, leave it in air."));
    else
        talk_say(
            t, "%s\n",
            tongue("Bilas sensor dengan air suling, keringkan dengan tisu, celupkan ke larutan "
                   "acuan, aduk pelan.",
                   "Rinse the probe with distilled water, dab it dry, put it into the reference, "
                   "stir gently."));
}

/* Practice: what stands on the bench for this probe. The person chooses, and may choose wrongly. */
static int ask_place(const struct talk *t)
{
    static const enum practice_place BENCH[][6] = {
        [NILA_KIND_DO_MG_L] = {PRACTICE_SULFITE, PRACTICE_AIR, PRACTICE_POND, PRACTICE_PLACES},
        [NILA_KIND_PH] = {PRACTICE_PH_4, PRACTICE_PH_686, PRACTICE_PH_7, PRACTICE_PH_918,
                          PRACTICE_PH_10, PRACTICE_PLACES},
        [NILA_KIND_EC_US_CM] = {PRACTICE_AIR, PRACTICE_EC_1413, PRACTICE_EC_12880, PRACTICE_POND,
                                PRACTICE_PLACES},
        [NILA_KIND_TEMP_C] = {PRACTICE_POND, PRACTICE_PH_7, PRACTICE_PLACES},
    };
    const enum practice_place *bench = BENCH[nila_source_info(t->source)->kind];
    int n = 0, choice;

    talk_say(t, "%s\n", tongue("Di meja latihan:", "On the practice bench:"));
    for (; n < 6 && bench[n] != PRACTICE_PLACES; n++)
        talk_say(t, "  %d  %s\n", n + 1, practice_place_name(bench[n]));
    if (!talk_choose(t, tongue("Sensor dimasukkan ke mana?", "Where do you put the probe?"), 1, n,
                     &choice))
        return NILA_ERR_CLOSED;
    practice_put(t->job->practice, bench[choice - 1]);
    return 0;
}

/* Temperature of the reference: typed, or the node's thermometer standing in it. */
static int ask_temperature(const struct talk *t, int32_t *temp_x1000)
{
    char line[LINE_SIZE];
    struct state s;
    uint16_t reg = NO_TEMP;
    int rc;

    for (;;) {
        talk_say(
            t, "%s ",
            tongue("Suhu larutan dalam °C (Enter: termometer alat ini ikut dicelupkan):",
                   "Temperature of the solution in °C (Enter: the node's thermometer stands in it "
                   "too):"));
        if (!talk_hear(t, line))
            return NILA_ERR_CLOSED;
        if (line[0] != '\0' &&
            (!talk_number(line, temp_x1000) || *temp_x1000 < 5000 || *temp_x1000 > 45000)) {
            talk_say(t, "  %s\n", talk_result(NILA_CAL_BAD_TEMP));
            continue;
        }
        reg = line[0] == '\0' ? NO_TEMP : (uint16_t)nila_div(*temp_x1000, 10);
        rc = master_set(t->m, NILA_HOLD_CAL_TEMP, 1, &reg);
        if (rc == 0)
            rc = calibrate_look(t, &s);
        if (rc != 0)
            return talk_broken(t, rc);
        *temp_x1000 = s.temp_x1000;
        if (s.temp_x1000 != NILA_MISSING || nila_source_info(t->source)->kind == NILA_KIND_TEMP_C)
            return 0;
        talk_say(t, "  %s\n",
                 tongue("Alat ini tidak punya termometer yang sehat; ketik suhunya.",
                        "This node has no sound thermometer; type the temperature."));
    }
}

static int ask_reference(const struct talk *t, unsigned index, int32_t temp_x1000,
                         int32_t *ref_x1000)
{
    const struct nila_source_info *info = nila_source_info(t->source);
    char line[LINE_SIZE], shown[24];

    if (is_zero(t, index)) {
        *ref_x1000 = 0;
        return 0;
    }
    if (info->kind == NILA_KIND_DO_MG_L) {
        *ref_x1000 = NILA_MISSING; /* air */
        return 0;
    }
    for (;;) {
        if (info->kind == NILA_KIND_PH)
            talk_say(
                t, "%s ",
                tongue("Larutan pH (4,01 6,86 7,00 9,18 10,01, atau =nilai pada suhu itu):",
                       "pH buffer (4.01 6.86 7.00 9.18 10.01, or =value at that temperature):"));
        else if (info->kind == NILA_KIND_EC_US_CM)
            talk_say(t, "%s ",
                     tongue("Nilai larutan pada 25 °C, µS/cm (misalnya 1413):",
                            "Value of the solution at 25 °C, µS/cm (such as 1413):"));
        else
            talk_say(t, "%s ",
                     tongue("Suhu menurut termometer acuan, °C:",
                            "Temperature by the reference thermometer, °C:"));
        if (!talk_hear(t, line))
            return NILA_ERR_CLOSED;
        if (!talk_number(line[0] == '=' ? line + 1 : line, ref_x1000) ||
            *ref_x1000 < info->ref_low || *ref_x1000 > info->ref_high) {
            talk_say(t, "  %s\n", talk_result(NILA_CAL_BAD_REFERENCE));
            continue;
        }
        if (info->kind == NILA_KIND_PH && line[0] != '=') {
            *ref_x1000 = calibrate_buffer(*ref_x1000, temp_x1000);
            talk_say(t, tongue("  Pada suhu itu: pH %s\n", "  At that temperature: pH %s\n"),
                     certificate_number(shown, *ref_x1000, 3));
        }
        return 0;
    }
}

static void pause_ms(int ms)
{
    struct timespec d = {ms / 1000, ms % 1000 * 1000000L};

    (void)nanosleep(&d, NULL); /* a signal shortens it, which is wanted */
}

/* Until the node says that the reading is steady. */
static int wait_steady(const struct talk *t)
{
    bool terminal = fileno(t->job->out) >= 0 && isatty(fileno(t->job->out));
    unsigned said = UINT32_MAX;
    struct state s;
    char live[24];

    talk_say(t, "%s\n",
             tongue("Menunggu angka tenang selama 60 detik ...",
                    "Waiting until the reading has been steady for 60 seconds ..."));
    for (;;) {
        int rc = calibrate_look(t, &s);
        if (rc != 0)
            return talk_broken(t, rc);
        if (s.state != NILA_CALTX_OPEN) {
            talk_say(t, "%s\n", talk_result(s.result));
            return NILA_ERR_REFUSED;
        }
        if (talk_stopped(t))
            return NILA_ERR_CLOSED;
        if (s.steady_s / 10 != said || terminal)
            talk_say(t,
                     tongue("  mentah %s, tenang %u dari %d detik%s",
                            "  raw %s, steady for %u of %d seconds%s"),
                     certificate_number(live, s.live_x1000, 3), s.steady_s, NILA_CALTX_STEADY_S,
                     terminal ? "   \r" : "\n");
        said = s.steady_s / 10;
        if (s.steady_s >= NILA_CALTX_STEADY_S) {
            if (terminal)
                talk_say(t, "\n");
            return 0;
        }
        pause_ms(t->job->poll_ms);
    }
}

/* Once; *again when it failed and the person wants it taken again. */
static int try_point(struct talk *t, unsigned index, unsigned needed, bool *again)
{
    int32_t temp_x1000 = NILA_MISSING, ref_x1000 = NILA_MISSING;
    struct state s;
    int rc;

    tell_what_to_do(t, index, needed);
    rc = t->job->practice != NULL ? ask_place(t) : 0;
    if (rc == 0)
        rc = ask_temperature(t, &temp_x1000);
    if (rc == 0)
        rc = ask_reference(t, index, temp_x1000, &ref_x1000);
    if (rc == 0)
        rc = wait_steady(t);
    for (int waits = 0; rc == 0; waits++) {
        rc = calibrate_tell(t, POINT, ref_x1000, &s);
        if (rc != 0)
            return talk_broken(t, rc);
        if (s.taken > index) {
            talk_say(t, tongue("  Titik %u diambil.\n", "  Point %u is taken.\n"), index + 1);
            return 0;
        }
        if (s.result != NILA_CAL_UNSTABLE || waits >= 5)
            break; /* it moved just now: wait on */
        rc = wait_steady(t);
    }
    if (rc != 0)
        return rc;
    talk_say(t, "  %s\n", talk_result(s.result));
    *again = talk_agrees(t, tongue("Ulangi titik ini (y/t)?", "Try this point again (y/n)?"));
    return *again ? 0 : NILA_ERR_CLOSED;
}

int calibrate_point(struct talk *t, unsigned index, unsigned needed)
{
    bool again;
    int rc;

    do {
        again = false;
        rc = try_point(t, index, needed, &again);
    } while (again);
    return rc;
}
