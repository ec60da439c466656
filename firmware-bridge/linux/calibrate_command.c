/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "calibrate.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "collector/common/clock.h"
#include "collector/common/log.h"
#include "collector/common/tongue.h"

#include "commands.h"
#include "tool_options.h"

#define PRACTICE_SPEED   10
#define PRACTICE_POLL_MS 300

static volatile sig_atomic_t stop;

static void on_signal(int sig)
{
    (void)sig;
    stop = 1;
}

static int help(void)
{
    return fputs(
               tongue(
                   "nila-bridge calibrate - tuntun kalibrasi sensor sebuah alat, langkah demi "
                   "langkah\n"
                   "\n"
                   "CARA PAKAI\n"
                   "  nila-bridge calibrate --device ALAT [pilihan]                 lewat "
                   "nila-collector yang berjalan\n"
                   "  nila-bridge calibrate --practice [pilihan]                    berlatih, "
                   "tanpa "
                   "alat\n"
                   "  nila-bridge calibrate --serial PORTA --unit N [pilihan]\n"
                   "  nila-bridge calibrate --tcp HOST[:PORTA] --unit N [pilihan]\n"
                   "\n"
                   "PILIHAN\n" TOOL_PLACE_HELP_ID
                   "  --device ALAT        nama alat di berkas lokasi collector\n"
                   "  --practice           alat tiruan dengan firmware yang sama, sensornya di "
                   "larutan "
                   "tiruan; waktunya 10 kali\n"
                   "                       lebih cepat\n"
                   "  --seed N             sensor tiruan yang lain (bawaan: dari jam)\n"
                   "  --socket SOKET       milik collector (bawaan: " LENDER_SOCKET ")\n"
                   "  --channel N          kanal 0..7 (bawaan: ditanyakan)\n"
                   "  --method N           0 pabrik, 1 geser, 2 kemiringan, 3 nol, 4 dua titik, 5 "
                   "tiga titik (bawaan: ditanyakan)\n"
                   "  --operator NAMA      untuk sertifikat (bawaan: ditanyakan)\n"
                   "  --operator-id N      nomor petugas, disimpan di alat (bawaan: 0)\n"
                   "  --due-days N         kalibrasi berikutnya, hari dari sekarang; 0 tanpa "
                   "(bawaan: pH dan oksigen 30,\n"
                   "                       daya hantar 90, suhu 365)\n"
                   "  --pressure HPA       tekanan udara setempat, untuk oksigen (bawaan: 1009,5)\n"
                   "  --certificate NAMA   berkas sertifikat, tanpa akhiran (bawaan: dari nomor "
                   "seri, kanal, hari)\n"
                   "  --show               hanya perlihatkan yang berlaku dan riwayatnya\n"
                   "  --revert             kembali ke kalibrasi sebelumnya\n"
                   "\n"
                   "Selama sensor di larutan, nilainya tidak sah bagi collector. Ctrl-C "
                   "membatalkan; kalibrasi lama tetap berlaku.\n"
                   "Porta atau gerbang yang dibaca nila-collector dipakai bersama: alat dipinjam "
                   "darinya, dan sensor lain tetap\n"
                   "dibaca. Untuk itu perlu grup nila-admin atau root.\n",
                   "nila-bridge calibrate - lead through the calibration of a node's probe, step "
                   "by step\n"
                   "\n"
                   "USAGE\n"
                   "  nila-bridge calibrate --device DEVICE [options]               through the "
                   "running nila-collector\n"
                   "  nila-bridge calibrate --practice [options]                    to learn it, "
                   "without a node\n"
                   "  nila-bridge calibrate --serial PORT --unit N [options]\n"
                   "  nila-bridge calibrate --tcp HOST[:PORT] --unit N [options]\n"
                   "\n"
                   "OPTIONS\n" TOOL_PLACE_HELP_EN
                   "  --device DEVICE      its name in the collector's site file\n"
                   "  --practice           a simulated node with the same firmware, its probes in "
                   "simulated solutions; its time\n"
                   "                       runs 10 times faster\n"
                   "  --seed N             other simulated probes (default: of the clock)\n"
                   "  --socket SOCKET      the collector's (default: " LENDER_SOCKET ")\n"
                   "  --channel N          channel 0..7 (default: asked)\n"
                   "  --method N           0 factory, 1 offset, 2 span, 3 zero, 4 two points, 5 "
                   "three points (default: asked)\n"
                   "  --operator NAME      for the certificate (default: asked)\n"
                   "  --operator-id N      number of the person, kept in the node (default: 0)\n"
                   "  --due-days N         next calibration, days from now; 0 none (default: pH "
                   "and oxygen 30, conductivity 90,\n"
                   "                       temperature 365)\n"
                   "  --pressure HPA       air pressure of the place, for oxygen (default: "
                   "1009.5)\n"
                   "  --certificate NAME   the certificate's files, without ending (default: of "
                   "serial number, channel, day)\n"
                   "  --show               only show what is in force, and the history\n"
                   "  --revert             back to the calibration before\n"
                   "\n"
                   "While a probe is in a solution its value is not valid for the collector. "
                   "Ctrl-C aborts; the old calibration stays.\n"
                   "A port or gateway that nila-collector reads is shared: the device is borrowed "
                   "from it, and all others go on\n"
                   "being read. That needs the group nila-admin or root.\n"),
               stdout) >= 0 &&
                   fflush(stdout) == 0
               ? EX_OK
               : EX_IOERR;
}

/* A device that the running collector reads is borrowed from it, so that its readings are marked and the port is shared.
 * found: where it was told to be, which the collector may or may not read. */
static int find_lender(struct master_place *place, const char *socket, const char *slug,
                       struct lender_device *found)
{
    const struct lender_wish wish = {
        .slug = slug, .serial = place->serial, .tcp = place->tcp, .unit = place->unit};
    char why[400];
    int rc = lender_find(socket, &wish, found, why, sizeof why);

    if (rc != 0 && slug == NULL)
        return 0; /* then it is no device of a collector, or the port will be busy */
    if (rc != 0) {
        log_warnx("%s", why);
        return rc;
    }
    place->socket = socket;
    place->device = found->slug;
    log_info(
        tongue("%s dibaca nila-collector; alat \"%s\" dipinjam darinya, sensor lain tetap dibaca",
               "%s is read by nila-collector; the device \"%s\" is borrowed from it, all others "
               "go on being read"),
        found->where, found->slug);
    return 0;
}

/* What stands in the options about the place and the rest. */
struct wishes {
    const char *device, *socket;
    bool practice;
    int seed; /* -1: any */
};

/* 0, or EX_USAGE after saying why. */
static int read_options(struct calibrate_job *job, struct master_place *place,
                        struct wishes *wishes, bool *wants_help, int argc, char **argv)
{
    struct tool_option option[] = {
        TOOL_PLACE_OPTIONS,
        {.name = "channel", .low = 0, .high = 7, .number = &job->channel},
        {.name = "method", .low = 0, .high = NILA_CAL_METHODS - 1, .number = &job->method},
        {.name = "operator", .text = &job->operator_name},
        {.name = "operator-id", .low = 0, .high = 65535, .number = &job->operator_id},
        {.name = "due-days", .low = 0, .high = 3650, .number = &job->due_days},
        {.name = "certificate", .text = &job->certificate},
        {.name = "device", .text = &wishes->device},
        {.name = "socket", .text = &wishes->socket},
        {.name = "practice", .flag = &wishes->practice},
        {.name = "seed", .low = 0, .high = 1000000, .number = &wishes->seed},
        {.name = "pressure"},
        {.name = "show"},
        {.name = "revert"},
    };
    const char *pressure = NULL;
    bool show = false, revert = false;
    struct tool_place where = TOOL_PLACE_DEFAULT;
    size_t n = sizeof option / sizeof option[0];
    int rc;

    tool_place_bind(option, &where);
    option[n - 3].text = &pressure;
    option[n - 2].flag = &show;
    option[n - 1].flag = &revert;
    rc = tool_options(option, n, argc, argv, wants_help);
    if (rc != 0 || *wants_help)
        return rc;
    if (wishes->device == NULL && !wishes->practice)
        rc = tool_place(&where, place);
    if (rc == 0 && pressure != NULL) {
        double hpa;
        char *end;
        hpa = strtod(pressure, &end);
        if (end == pressure || *end != '\0' || !(hpa >= 500 && hpa <= 1100))
            return tool_bad_value("pressure", pressure);
        job->baro_pa = (int32_t)(hpa * 100 + 0.5);
    }
    job->action = revert ? CALIBRATE_REVERT : show ? CALIBRATE_SHOW : CALIBRATE_RUN;
    return rc;
}

/* A node for learning, and where it is. */
static int start_practice(struct calibrate_job *job, struct master_place *place, int seed)
{
    const struct practice_config c = {
        .seed = seed >= 0 ? (uint64_t)seed : (uint64_t)clock_wall_ms(), .speed = PRACTICE_SPEED};
    int rc = practice_start(&job->practice, &c);

    if (rc != 0)
        return rc;
    *place = (struct master_place){.tcp = practice_address(job->practice), .unit = PRACTICE_UNIT};
    job->poll_ms = PRACTICE_POLL_MS;
    return 0;
}

int calibrate_command(int argc, char **argv)
{
    struct calibrate_job job = {.channel = -1,
                                .method = -1,
                                .due_days = -1,
                                .baro_pa = NILA_MISSING,
                                .poll_ms = 2000,
                                .in = stdin,
                                .out = stdout,
                                .stop = &stop};
    struct sigaction act = {.sa_handler = on_signal}; /* without SA_RESTART: a question ends too */
    struct master_place place = {0};
    struct wishes wishes = {.socket = LENDER_SOCKET, .seed = -1};
    struct lender_device found;
    struct master m;
    bool wants_help = false;
    int rc = read_options(&job, &place, &wishes, &wants_help, argc, argv);

    if (rc != 0)
        return rc;
    if (wants_help)
        return help();
    (void)sigaction(SIGINT, &act, NULL);
    (void)sigaction(SIGTERM, &act, NULL);
    rc = wishes.practice ? start_practice(&job, &place, wishes.seed)
                         : find_lender(&place, wishes.socket, wishes.device, &found);
    if (rc != 0)
        return exit_code(rc);
    rc = master_open(&m, &place);
    if (rc != 0) {
        log_warnx("%s", m.why);
        rc = exit_code(rc);
    } else {
        rc = tool_exit(calibrate_node(&job, &m));
        master_close(&m);
    }
    practice_stop(job.practice);
    return rc;
}
