/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "calibrate.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "collector/common/log.h"
#include "collector/common/tongue.h"

#include "commands.h"
#include "tool_options.h"

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
                   "  nila-bridge calibrate --serial PORTA --unit N [pilihan]\n"
                   "  nila-bridge calibrate --tcp HOST[:PORTA] --unit N [pilihan]\n"
                   "\n"
                   "PILIHAN\n" TOOL_PLACE_HELP_ID
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
                   "Porta serial yang dipegang nila-collector tidak diambil: hentikan dulu (sudo "
                   "systemctl stop nila-collector).\n",
                   "nila-bridge calibrate - lead through the calibration of a node's probe, step "
                   "by step\n"
                   "\n"
                   "USAGE\n"
                   "  nila-bridge calibrate --serial PORT --unit N [options]\n"
                   "  nila-bridge calibrate --tcp HOST[:PORT] --unit N [options]\n"
                   "\n"
                   "OPTIONS\n" TOOL_PLACE_HELP_EN
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
                   "A serial port that nila-collector holds is not taken: stop it first (sudo "
                   "systemctl stop nila-collector).\n"),
               stdout) >= 0 &&
                   fflush(stdout) == 0
               ? EX_OK
               : EX_IOERR;
}

/* 0, or EX_USAGE after saying why. */
static int read_options(struct calibrate_job *job, struct master_place *place, bool *wants_help,
                        int argc, char **argv)
{
    struct tool_option option[] = {
        TOOL_PLACE_OPTIONS,
        {.name = "channel", .low = 0, .high = 7, .number = &job->channel},
        {.name = "method", .low = 0, .high = NILA_CAL_METHODS - 1, .number = &job->method},
        {.name = "operator", .text = &job->operator_name},
        {.name = "operator-id", .low = 0, .high = 65535, .number = &job->operator_id},
        {.name = "due-days", .low = 0, .high = 3650, .number = &job->due_days},
        {.name = "certificate", .text = &job->certificate},
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
    struct master_place place;
    struct master m;
    bool wants_help = false;
    int rc = read_options(&job, &place, &wants_help, argc, argv);

    if (rc != 0)
        return rc;
    if (wants_help)
        return help();
    (void)sigaction(SIGINT, &act, NULL);
    (void)sigaction(SIGTERM, &act, NULL);
    rc = master_open(&m, &place);
    if (rc != 0) {
        log_warnx("%s", m.why);
        return exit_code(rc);
    }
    rc = calibrate_run(&job, &m);
    master_close(&m);
    return tool_exit(rc);
}
