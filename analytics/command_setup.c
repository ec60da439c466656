/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nila-analytics setup: the office's server, asked for or from a file of answers. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "analytics/commands.h"
#include "analytics/commands_own.h"
#include "analytics/office.h"
#include "analytics/ownopts.h"
#include "collector/common/http.h"
#include "collector/common/log.h"
#include "collector/common/tongue.h"
#include "collector/common/wizard_file.h"
#include "collector/common/wizard_terminal.h"

#define EX_INTERRUPTED 130 /* as a shell says of Ctrl-C */

static const char *const HELP[2] = {
    "nila-analytics setup [--config BERKAS] [--answers BERKAS] [--dry-run]\n"
    "                     [--renew] [--shorten] [--again HARI] [--install-influxdb]\n"
    "                     [--lang id|en]\n"
    "\n"
    "Menyiapkan server kantor, atau Pi yang menyajikan halamannya sendiri: mencari\n"
    "InfluxDB 1, 2 atau 3; membuat database, lama simpan, ringkasan tiap jam dan tiap\n"
    "hari, login halaman, dan satu login yang hanya boleh menulis bagi tiap kolektor;\n"
    "mencoba menulis dan membaca; membuat admin pertama; menulis analytics.json.\n"
    "Dapat diulang: yang sudah ada hanya diperlihatkan.\n"
    "\n"
    "  --answers BERKAS    jawaban dari JSON, tanpa bertanya (lihat deploy/README.md)\n"
    "  --dry-run           hanya memperlihatkan apa yang akan dibuat\n"
    "  --renew             login baru bagi kolektor yang disebut; yang lama mati\n"
    "  --shorten           lama simpan boleh dipendekkan: data lama terhapus\n"
    "  --again HARI        ringkasan HARI terakhir dibuat lagi (data yang terlambat)\n"
    "  --install-influxdb  memasang InfluxDB 1.6 Debian dulu (sebagai root)\n"
    "\n"
    "Login admin InfluxDB dan login kolektor disimpan di folder office/ di sebelah\n"
    "analytics.json, hanya untuk root.\n"
    "Kode keluar: 0 selesai, 65 jawaban salah, 69 server menolak, 75 dihentikan,\n"
    "77 ditolak, 78 analytics.json yang ada salah, 130 Ctrl-C.\n",
    "nila-analytics setup [--config FILE] [--answers FILE] [--dry-run] [--renew]\n"
    "                     [--shorten] [--again DAYS] [--install-influxdb]\n"
    "                     [--lang id|en]\n"
    "\n"
    "Sets up the office's server, or a Pi that serves its own pages: finds InfluxDB\n"
    "1, 2 or 3; makes database, retention, hourly and daily values, the pages' login\n"
    "and for each collector one that may only write; tries to write and read; makes\n"
    "the first admin; writes analytics.json. May be run again: what stands is only\n"
    "shown.\n"
    "\n"
    "  --answers FILE      answers from JSON, nothing is asked (see deploy/README.md)\n"
    "  --dry-run           only shows what would be made\n"
    "  --renew             new logins for the collectors named; the old ones die\n"
    "  --shorten           retention may become shorter: old readings are deleted\n"
    "  --again DAYS        values of the last DAYS made again (readings that came late)\n"
    "  --install-influxdb  installs Debian's InfluxDB 1.6 first (as root)\n"
    "\n"
    "InfluxDB's admin login and the collectors' are kept in the folder office/ beside\n"
    "analytics.json, for root alone.\n"
    "Exit codes: 0 done, 65 wrong answers, 69 the server refuses, 75 ended, 77 not\n"
    "permitted, 78 the analytics.json that is there is wrong, 130 Ctrl-C.\n"};

static void say(void *arg, const char *text)
{
    (void)arg;
    wizard_terminal_say(text);
    wizard_terminal_say("\n");
}

static int unchanged(const struct office *o, int code)
{
    (void)fprintf(stderr,
                  tongue("\nBerhenti. %s tetap seperti semula.\n", "\nEnded. %s is as it was.\n"),
                  o->plan.config);
    return code;
}

/* Before anything is made: could the configuration be written? */
static int may_write(const struct office *o)
{
    char folder[OFFICE_PATH];

    wizard_file_folder(o->plan.config, folder, sizeof folder);
    if (o->dry || access(folder, W_OK | X_OK) == 0)
        return EX_OK;
    (void)fprintf(stderr,
                  tongue("%s: %s; jalankan dengan sudo: sudo nila-analytics setup\n",
                         "%s: %s; run it with sudo: sudo nila-analytics setup\n"),
                  folder, tongue_errno(errno));
    return errno == ENOENT ? EX_CANTCREAT : EX_NOPERM;
}

/* All of it; the words were told. */
static int carry_out(struct office *o)
{
    static int (*const SERVER[INFLUX_APIS])(struct office *) = {
        [INFLUX_V1] = office_v1, [INFLUX_V2] = office_v2, [INFLUX_V3] = office_v3};
    int rc = SERVER[o->found.api] != NULL ? SERVER[o->found.api](o) : NILA_ERR_UNSUPPORTED;

    if (rc == 0)
        rc = office_records(o);
    if (rc == 0)
        rc = office_configure(o);
    /* logins that were made are of use, whatever came after them */
    if (office_hand_out(o) != 0 && rc == 0)
        rc = NILA_ERR_IO;
    if (rc != 0) {
        (void)fprintf(
            stderr, "%s",
            tongue("\nTidak selesai: perbaiki yang GAGAL, lalu jalankan setup sekali lagi.\n",
                   "\nNot finished: mend what FAILED, then run setup once more.\n"));
        return rc == NILA_ERR_DENIED ? EX_NOPERM : EX_UNAVAILABLE;
    }
    if (!o->dry)
        wizard_terminal_say(tongue("\nSelanjutnya:\n  sudo systemctl restart nila-analytics\n",
                                   "\nWhat is next:\n  sudo systemctl restart nila-analytics\n"));
    return EX_OK;
}

static int converse(struct office *o)
{
    struct wizard_io io;
    bool go = false;
    enum wizard_end end;

    wizard_terminal(&io);
    end = (enum wizard_end)office_ask(o, &io, &go);
    if (end == WIZARD_STOP)
        return unchanged(o, EX_INTERRUPTED);
    if (end != WIZARD_ON || !go)
        return unchanged(o, EX_TEMPFAIL);
    return carry_out(o);
}

static int from_answers(struct office *o, const char *path)
{
    char why[OFFICE_WHY] = "";
    int rc = office_answers(&o->plan, path, why, sizeof why);

    if (rc != 0) {
        log_warnx("%s", why);
        return unchanged(o, rc == NILA_ERR_CONFIG ? EX_DATAERR : command_exit_code(rc));
    }
    rc = office_find(o, why);
    if (rc != 0) {
        log_warnx("%s: %s", o->plan.url, why);
        (void)fprintf(stderr, "%s\n", office_find_cure(rc));
        return unchanged(o, EX_UNAVAILABLE);
    }
    (void)printf("InfluxDB %s (%s)\n", o->found.version, influx_api_name(o->found.api));
    return carry_out(o);
}

int command_setup(int argc, char **argv, int at)
{
    const char *config = COMMAND_CONFIG, *answers = NULL, *again = NULL;
    struct office *o = xcalloc(1, sizeof *o);
    bool install = false;
    const struct ownopts_option option[] = {{"config", &config, NULL},
                                            {"answers", &answers, NULL},
                                            {"again", &again, NULL},
                                            {"dry-run", NULL, &o->dry},
                                            {"renew", NULL, &o->plan.renew},
                                            {"shorten", NULL, &o->plan.shorten},
                                            {"install-influxdb", NULL, &install}};
    struct ownopts opts = {.option = option, .n = sizeof option / sizeof option[0], .help = HELP};
    char why[OFFICE_WHY] = "";
    char *end = NULL;
    int rc = ownopts_read(&opts, argc, argv, at);

    if (rc >= 0)
        goto out;
    o->say = say;
    if (strlen(config) >= sizeof o->plan.config - 64) {
        (void)fprintf(stderr, tongue("--config: alamat berkas terlalu panjang\n",
                                     "--config: the path is too long\n"));
        rc = EX_USAGE;
        goto out;
    }
    (void)snprintf(o->plan.config, sizeof o->plan.config, "%s", config);
    if (again != NULL) {
        long days = strtol(again, &end, 10);
        if (*end != '\0' || days < 1 || days > 3650) {
            (void)fprintf(stderr,
                          tongue("--again: harus 1 sampai 3650\n", "--again: must be 1 to 3650\n"));
            rc = EX_USAGE;
            goto out;
        }
        o->plan.again_days = (int)days;
    }
    rc = may_write(o);
    if (rc == EX_OK && office_defaults(&o->plan, why, sizeof why) != 0) {
        log_warnx("%s", why);
        rc = unchanged(o, EX_CONFIG);
    }
    if (rc != EX_OK)
        goto out;
    http_global_init();
    if (http_open(&o->http) != 0)
        fatal("out of memory: http");
    if (install && office_install(o) != 0)
        rc = EX_UNAVAILABLE;
    if (rc == EX_OK)
        rc = answers != NULL ? from_answers(o, answers) : converse(o);
    http_close(o->http);
    http_global_cleanup();
out:
    explicit_bzero(o, sizeof *o);
    free(o);
    return fflush(stdout) == 0 ? rc : EX_IOERR;
}
