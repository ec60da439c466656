/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nila-analytics: subcommands and their options; the work is in commands.c. */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "analytics/fish/ensemble.h"
#include "analytics/supply/calibrate.h"
#include "collector/common/log.h"
#include "collector/common/tongue.h"
#include "commands.h"

#define DEFAULT_CONFIG "/etc/lumbung-nila/analytics.json"

static const char USAGE_EN[] =
    "usage:\n"
    "  nila-analytics serve    [--config FILE] [--port N] [--ready FILE]\n"
    "  nila-analytics import   TABLE FILE.csv [--config FILE | --records DB]\n"
    "                          [--dry-run]\n"
    "  nila-analytics forecast [--config FILE | --records DB] [--as-of DATE]\n"
    "                          [--months N] [--scope auto|tracked|all] [--draws K]\n"
    "                          [--seed S] [--parts FILE.csv] [--classes FILE.csv]\n"
    "                          [--out FILE.csv] [--balance FILE.csv] [--without-official]\n"
    "                          [--issue]\n"
    "                          [--threads N] [--progress]\n"
    "  nila-analytics survey   --quarter 2027-Q1 [--n N] [--config FILE | --records DB]\n"
    "                          [--as-of DATE] [--seed S] [--out FILE.csv]\n"
    "  nila-analytics growth   [--from-g G] [--days N] [--temp C] [--do MG_L] [--nh3 MG_L]\n"
    "                          [--ration PCT | --feeding-level F] [--rate R] [--table]\n"
    "                          [--law ration|conversion|level|sgr|tgc|power] [--amp FILE.csv]\n"
    "  nila-analytics growth   fcr\n"
    "  nila-analytics reconcile --hierarchy FILE --base FILE [--residuals FILE]\n"
    "                          [--method NAME] [--keep NODE] [--backtest FILE]\n"
    "                          [--periods FILE] [--draws K] [--seed S] [--out FILE.csv]\n"
    "  nila-analytics series   forecast --frequency 1|4|12 --input FILE [--out FILE.csv]\n"
    "                          [--method ets|theta|mean] [--threads N]\n"
    "  nila-analytics scenario [as forecast] --scenario ACT ... [--scenario-file FILE]\n"
    "                          [--from YYYY-MM] [--out FILE] [--table]\n"
    "  nila-analytics calibrate [--worlds N] [--ponds N] [--months N] [--draws K] [--seed S]\n"
    "                          [--misfit NAME,..] [--threads N] [--json]\n"
    "  nila-analytics accuracy [--config FILE | --records DB] [--json] [--out FILE] [--table]\n"
    "  nila-analytics backtest --from MONTH --to MONTH [--months N] [--config FILE | --records "
    "DB]\n"
    "                          [--scope auto|tracked|all] [--draws K] [--seed S] [--json]\n"
    "                          [--out FILE] [--table]\n"
    "  nila-analytics water    WHAT --INPUT VALUE ... | --csv FILE  (water --help)\n"
    "  nila-analytics oxygen   tonight [--pond POND] [--do MG_L] [--write] [--json]\n"
    "  nila-analytics oxygen   reading POND MG_L [--at 18:40] [--by NAME]\n"
    "  nila-analytics oxygen   backtest [--issue 20:00] [--until 07:00] [--below 3]\n"
    "                          [--out PRED.csv] [--json] [--apart] FILE.csv ...\n"
    "  nila-analytics alert    test CHANNEL [--to WHOM] [--config FILE] [--json]\n"
    "  nila-analytics watch    [--config FILE] [--once] [--ready FILE]\n"
    "                          [--rehearse TIME [--speed N]]\n"
    "  nila-analytics alert    list | ack ID | snooze ID MINUTES | report [--month YYYY-MM] |\n"
    "                          press POND gasping|aerator_on|aerator_off|river_acid\n"
    "                          [--config FILE | --records DB] [--by NAME] [--json]\n"
    "  nila-analytics check    [--config FILE]\n";
static const char HELP_EN[] =
    "\n"
    "serve     the pages, until SIGTERM\n"
    "import    takes farms, ponds, cycles, feed, samples, deaths, harvests, fingerlings,\n"
    "          official, registry, assumptions, classes, survey, contacts or limits\n"
    "forecast  monthly supply: node,lead,month,mean,p10,p50,p90,d1..dK in kg; --balance: the\n"
    "          supply balance of months, quarters and all, with the chance of a deficit;\n"
    "          --without-official leaves official figures aside; --issue puts it on record,\n"
    "          unchangeable, so that its accuracy can be judged;\n"
    "          --scope all adds ponds not on record, by register and official figures (the\n"
    "          default where there are any); --parts: tracked and untracked apart; --classes: by "
    "the\n"
    "          offices' classes (kolam, karamba ...); --json: as JSON, with what was learned\n"
    "survey    draws N units of the register (20) that are not on record, to be visited; filled\n"
    "          in, the list is imported as survey and corrects the estimate of those outside\n"
    "growth    the curve of one fish; the feed conversion the prior expects (fcr); the\n"
    "          laws fitted to weighed fish (--amp: feeding_pct_bw_day,temp_c,day,wet_weight_g)\n"
    "reconcile makes forecasts of a hierarchy's nodes add up; method: bu, ols,\n"
    "          wls_struct, wls_var, mint_shrink (default), or choose by the backtest\n"
    "series    forecasts series of numbers, a row each (id,type,start_year,start_sub,n,h,v1..):\n"
    "          id,method,step,mean,lo80,hi80,lo95,hi95; --json: with how it was made\n"
    "scenario  the forecast beside itself under what is supposed, on the same draws; acts:\n"
    "          fingerlings=-30% feed_price=+20% acid=2027-01 smoke=2027-08..2027-10\n"
    "          aerators=40% transfer=50000,to=seruyan; also ,from=2027-02,until=2027-05,in=kotim\n"
    "calibrate how often the truth of simulated worlds lies in the forecast's ranges; misfit:\n"
    "          none (default), cv, deaths, events, silence, together, or all of them in turn\n"
    "accuracy  how good issued forecasts were, by months ahead: hits, error, bias, CRPS, skill\n"
    "backtest  the same of forecasts made again for the ends of past months, with what was\n"
    "          known then; --months ahead, default 3; --scope tracked (default), or all: with the\n"
    "          official figures that speak of all ponds; judged are the ponds on record\n"
    "water     oxygen saturation, ammonia, conductivity, salinity, CO2, gas exchange, metabolism;\n"
    "          quality flags of a series, fouled probes\n"
    "oxygen    tonight's oxygen: lowest value, its time, chance below 3, 2 and 1.5 mg/L;\n"
    "          --do: from one handheld reading (18 to 21 h); --write: to InfluxDB; backtest: made\n"
    "          again for recorded ponds (time,do_mgl, a file each), with scores; --apart: of\n"
    "          different sites. NOT YET TRIED on ponds of Kalimantan's peat\n"
    "watch     the alarm, until SIGTERM; beside the ponds it needs no internet; --rehearse: a "
    "drill\n"
    "alert     list: what is open and what was told to whom; ack, snooze: a person's word;\n"
    "          press: a button pressed for a farmer; report: how good the month's alarms were;\n"
    "          test: sends a test message by a channel of the configuration (alert.channels) and\n"
    "          says what became of it; WHOM: a telephone number, chat or mail address\n"
    "check     reads the configuration; opens nothing\n"
    "\n"
    "  --config FILE   configuration; default " DEFAULT_CONFIG "\n"
    "  --records DB    the records' SQLite file; then no configuration, no sensors\n"
    "  --as-of DATE    only what had been entered by the end of DATE; default today\n"
    "  --keep NODE     this node (the top) keeps its own forecast and spread\n"
    "  --threads N     default: the processors, forecast at most 16, others at most 64\n"
    "  --progress      tells how far it is on stderr, also when that is no terminal\n"
    "  --ready FILE    gets {\"port\":N,\"pid\":N} once the pages answer\n"
    "  --lang id|en    language of these words; default $NILA_LANG or id\n"
    "  --json          for programs   --quiet  warnings only   --verbose  more\n"
    "  --help, --version\n"
    "Exit codes (sysexits.h): 64 usage, 65 mistakes in the data, 66 no such file,\n"
    "69 not available, 74 disk, 75 busy, 77 not permitted, 78 configuration.\n";

static const char USAGE_ID[] =
    "cara pakai:\n"
    "  nila-analytics serve    [--config BERKAS] [--port N] [--ready BERKAS]\n"
    "  nila-analytics import   TABEL BERKAS.csv [--config BERKAS | --records DB]\n"
    "                          [--dry-run]\n"
    "  nila-analytics forecast [--config BERKAS | --records DB] [--as-of TANGGAL]\n"
    "                          [--months N] [--scope auto|tracked|all] [--draws K]\n"
    "                          [--seed S] [--parts BERKAS.csv] [--classes BERKAS.csv]\n"
    "                          [--out BERKAS.csv] [--balance BERKAS.csv]\n"
    "                          [--without-official] [--issue] [--threads N] [--progress]\n"
    "  nila-analytics survey   --quarter 2027-Q1 [--n N] [--config BERKAS | --records DB]\n"
    "                          [--as-of TANGGAL] [--seed S] [--out BERKAS.csv]\n"
    "  nila-analytics growth   [--from-g G] [--days N] [--temp C] [--do MG_L] [--nh3 MG_L]\n"
    "                          [--ration PCT | --feeding-level F] [--rate R] [--table]\n"
    "                          [--law ration|conversion|level|sgr|tgc|power] [--amp BERKAS.csv]\n"
    "  nila-analytics growth   fcr\n"
    "  nila-analytics reconcile --hierarchy BERKAS --base BERKAS [--residuals BERKAS]\n"
    "                          [--method NAMA] [--keep SIMPUL] [--backtest BERKAS]\n"
    "                          [--periods BERKAS] [--draws K] [--seed S]\n"
    "                          [--out BERKAS.csv]\n"
    "  nila-analytics series   forecast --frequency 1|4|12 --input BERKAS\n"
    "                          [--out BERKAS.csv] [--method ets|theta|mean] [--threads N]\n"
    "  nila-analytics scenario [seperti forecast] --scenario HAL ... [--scenario-file BERKAS]\n"
    "                          [--from YYYY-MM] [--out BERKAS] [--table]\n"
    "  nila-analytics calibrate [--worlds N] [--ponds N] [--months N] [--draws K] [--seed S]\n"
    "                          [--misfit NAMA,..] [--threads N] [--json]\n"
    "  nila-analytics accuracy [--config BERKAS | --records DB] [--json] [--out BERKAS] [--table]\n"
    "  nila-analytics backtest --from BULAN --to BULAN [--months N] [--scope auto|tracked|all]\n"
    "                          [--config BERKAS | --records DB] [--draws K] [--seed S]\n"
    "                          [--json] [--out BERKAS] [--table]\n"
    "  nila-analytics water    APA --MASUKAN NILAI ... | --csv BERKAS  (water --help)\n"
    "  nila-analytics oxygen   tonight [--pond KOLAM] [--do MG_L] [--write] [--json]\n"
    "  nila-analytics oxygen   reading KOLAM MG_L [--at 18:40] [--by NAMA]\n"
    "  nila-analytics oxygen   backtest [--issue 20:00] [--until 07:00] [--below 3]\n"
    "                          [--out PRED.csv] [--json] [--apart] BERKAS.csv ...\n"
    "  nila-analytics alert    test SALURAN [--to TUJUAN] [--config BERKAS] [--json]\n"
    "  nila-analytics watch    [--config BERKAS] [--once] [--ready BERKAS]\n"
    "                          [--rehearse WAKTU [--speed N]]\n"
    "  nila-analytics alert    list | ack NOMOR | snooze NOMOR MENIT |\n"
    "                          report [--month YYYY-MM] |\n"
    "                          press KOLAM gasping|aerator_on|aerator_off|river_acid\n"
    "                          [--config BERKAS | --records DB] [--by NAMA] [--json]\n"
    "  nila-analytics check    [--config BERKAS]\n";
static const char HELP_ID[] =
    "\n"
    "serve     halaman web, sampai SIGTERM\n"
    "import    memasukkan farms, ponds, cycles, feed, samples, deaths, harvests,\n"
    "          fingerlings, official, registry, assumptions, classes,\n"
    "          survey, contacts, limits\n"
    "forecast  pasokan bulanan: node,lead,month,mean,p10,p50,p90,d1..dK dalam kg;\n"
    "          --balance: neraca pasokan bulan, triwulan dan seluruhnya, dengan peluang\n"
    "          defisit; --without-official: tanpa angka resmi;\n"
    "          --issue: dicatat sebagai ramalan terbit, tak dapat diubah, agar dapat dinilai\n"
    "          --scope all: dengan taksiran kolam\n"
    "          di luar pantauan menurut register dan angka resmi (bawaan bila ada);\n"
    "          --parts: bagian terpantau dan luar pantauan; --classes: menurut\n"
    "          kelas resmi (kolam, karamba ...); --json: JSON, dengan yang dipelajari\n"
    "survey    mengundi N (20) kolam atau pembudidaya register yang belum tercatat untuk\n"
    "          dikunjungi; setelah diisi, daftarnya diimpor sebagai survey dan memperbaiki\n"
    "          taksiran luar pantauan\n"
    "growth    kurva tumbuh seekor ikan; FCR menurut perkiraan awal (fcr); hukum tumbuh\n"
    "          dicocokkan ke ikan yang ditimbang (--amp: feeding_pct_bw_day,temp_c,day,\n"
    "          wet_weight_g)\n"
    "reconcile membuat ramalan bagian dan jumlahnya cocok; cara: bu, ols,\n"
    "          wls_struct, wls_var, mint_shrink (bawaan), atau choose menurut backtest\n"
    "series    meramal deret angka, satu baris satu deret (id,type,start_year,start_sub,\n"
    "          n,h,v1..): id,method,step,mean,lo80,hi80,lo95,hi95; --json: dengan caranya\n"
    "scenario  prognosa berdampingan dengan yang diandaikan, pada simulasi yang sama; hal:\n"
    "          fingerlings=-30% feed_price=+20% acid=2027-01 smoke=2027-08..2027-10\n"
    "          aerators=40% transfer=50000,to=seruyan; boleh ,from=2027-02,until=2027-05,in=kotim\n"
    "calibrate seberapa sering kenyataan di dunia simulasi ada dalam rentang ramalan; misfit:\n"
    "          none (bawaan), cv, deaths, events, silence, together, atau all: semuanya\n"
    "accuracy  ketepatan ramalan terbit menurut jarak bulan: kena, galat, bias, CRPS, unggul\n"
    "backtest  sama, untuk ramalan yang dibuat ulang bagi akhir bulan-bulan lalu dengan yang\n"
    "          diketahui saat itu; --months ke depan, bawaan 3; --scope tracked (bawaan),\n"
    "          atau all: dengan angka resmi tentang semua kolam; dinilai kolam tercatat\n"
    "water     oksigen jenuh, amonia, daya hantar, salinitas, CO2, pertukaran gas, metabolisme;\n"
    "          tanda mutu deret, probe kotor\n"
    "oxygen    oksigen malam ini: terendah, jamnya, peluang di bawah 3, 2 dan 1,5 mg/L;\n"
    "          --do: dari satu pengukuran (pukul 18-21); --write: ke InfluxDB; backtest: dibuat\n"
    "          ulang bagi kolam yang terekam (time,do_mgl, satu berkas satu kolam), dengan\n"
    "          nilainya; --apart: tidak selokasi. BELUM DICOBA di kolam gambut Kalimantan\n"
    "watch     alarm, sampai SIGTERM; di dekat kolam tanpa internet; --rehearse: latihan\n"
    "alert     list: alarm terbuka dan siapa sudah diberi tahu; ack, snooze: sudah ditangani,\n"
    "          ditunda; press: tombol petani; report: ketepatan alarm sebulan;\n"
    "          test: mengirim pesan uji lewat satu saluran di konfigurasi (alert.channels) dan\n"
    "          menyebut nasibnya; TUJUAN: nomor telepon, chat, atau alamat surel\n"
    "check     memeriksa konfigurasi; tidak membuka apa pun\n"
    "\n"
    "  --config BERKAS  konfigurasi; bawaan " DEFAULT_CONFIG "\n"
    "  --records DB     berkas SQLite catatan; tanpa konfigurasi dan tanpa sensor\n"
    "  --as-of TANGGAL  hanya yang dimasukkan sampai akhir TANGGAL; bawaan hari ini\n"
    "  --keep SIMPUL    simpul ini (puncak) tetap pada ramalan dan sebarannya sendiri\n"
    "  --threads N      bawaan: jumlah prosesor; forecast paling banyak 16, lain 64\n"
    "  --progress       menulis kemajuan ke stderr, juga bila bukan terminal\n"
    "  --ready BERKAS   diisi {\"port\":N,\"pid\":N} setelah halaman menjawab\n"
    "  --lang id|en     bahasa kata-kata ini; bawaan $NILA_LANG atau id\n"
    "  --json           untuk program   --quiet  peringatan   --verbose  lebih banyak\n"
    "  --help, --version\n"
    "Kode keluar (sysexits.h): 64 cara pakai, 65 data salah, 66 berkas tidak ada,\n"
    "69 tidak tersedia, 74 disk, 75 sedang dipakai, 77 tidak diizinkan,\n"
    "78 konfigurasi.\n";

struct arguments {
    struct command_options o;
    const char *lang, *port, *months, *draws, *seed; /* as written */
    const char *frequency, *threads, *scenario, *worlds, *ponds, *visits, *speed;
    const char *from_g, *days, *temp, *oxygen, *nh3, *ration, *level, *rate;
    bool help, version, verbose;
};

static const struct command {
    const char *name;
    int (*run)(const struct command_options *o);
    int least, most; /* words after it */
} COMMAND[] = {
    {"serve", command_serve, 0, 0},         {"import", command_import, 2, 2},
    {"forecast", command_forecast, 0, 0},   {"growth", command_growth, 0, 1},
    {"check", command_check, 0, 0},         {"reconcile", command_reconcile, 0, 0},
    {"series", command_series, 1, 1},       {"scenario", command_scenario, 0, 0},
    {"calibrate", command_calibrate, 0, 0}, {"accuracy", command_accuracy, 0, 0},
    {"backtest", command_backtest, 0, 0},   {"survey", command_survey, 0, 0},
    {"watch", command_watch, 0, 0},         {"oxygen", command_oxygen, 0, 10000},
    {"alert", command_alert, 0, 3},
};

/* What is wrong with word, in both languages, and where help is. */
static int usage(const struct arguments *a, const char *indonesian, const char *english,
                 const char *word)
{
    (void)fprintf(stderr, "nila-analytics: %s%s%s\nnila-analytics: %s: nila-analytics --help\n",
                  word, word[0] != '\0' ? ": " : "", a->o.english ? english : indonesian,
                  a->o.english ? "see" : "lihat");
    return EX_USAGE;
}

#define OPTIONS_MAX 64
#define OPT_FIRST   256 /* getopt's value of the first option of the table */

static void add_act(struct scenario_options *s, const char *act)
{
    if (s->acts < SCENARIO_OPTIONS_MAX)
        s->act[s->acts] = act;
    s->acts++;
}

/* --issue stands alone for forecast; of oxygen it has a clock time, after = or as the next word. */
static void take_issue(struct arguments *a, char **argv)
{
    if (optarg != NULL)
        a->o.oxygen.issue = optarg;
    else if (argv[optind] != NULL && argv[optind][0] >= '0' && argv[optind][0] <= '9')
        a->o.oxygen.issue = argv[optind++];
}

/* Every option, wherever it stands; the first that is not understood, NULL when all are. optind: the first word. */
static const char *take_options(struct arguments *a, int argc, char **argv)
{
    const struct {
        const char *name;
        const char **text; /* takes a value ... */
        bool *on;          /* ... or is a switch */
    } TABLE[] = {
        {"config", &a->o.config, NULL},
        {"records", &a->o.records, NULL},
        {"port", &a->port, NULL},
        {"ready", &a->o.ready, NULL},
        {"as-of", &a->o.as_of, NULL},
        {"months", &a->months, NULL},
        {"scope", &a->o.scope, NULL},
        {"parts", &a->o.parts, NULL},
        {"classes", &a->o.classes, NULL},
        {"quarter", &a->o.survey.quarter, NULL},
        {"n", &a->visits, NULL},
        {"draws", &a->draws, NULL},
        {"seed", &a->seed, NULL},
        {"out", &a->o.out, NULL},
        {"balance", &a->o.balance, NULL},
        {"without-official", NULL, &a->o.without_official},
        {"issue", NULL, &a->o.issue},
        {"once", NULL, &a->o.once},
        {"rehearse", &a->o.rehearse, NULL},
        {"speed", &a->speed, NULL},
        {"month", &a->o.alert.month, NULL},
        {"by", &a->o.alert.by, NULL},
        {"to", &a->o.to, NULL},
        {"lang", &a->lang, NULL},
        {"dry-run", NULL, &a->o.dry_run},
        {"json", NULL, &a->o.json},
        {"quiet", NULL, &a->o.quiet},
        {"verbose", NULL, &a->verbose},
        {"version", NULL, &a->version},
        {"help", NULL, &a->help},
        {"table", NULL, &a->o.growth.table},
        {"from-g", &a->from_g, NULL},
        {"days", &a->days, NULL},
        {"temp", &a->temp, NULL},
        {"do", &a->oxygen, NULL},
        {"nh3", &a->nh3, NULL},
        {"ration", &a->ration, NULL},
        {"feeding-level", &a->level, NULL},
        {"rate", &a->rate, NULL},
        {"law", &a->o.growth.law, NULL},
        {"amp", &a->o.growth.amp, NULL},
        {"hierarchy", &a->o.reconcile.hierarchy, NULL},
        {"periods", &a->o.reconcile.periods, NULL},
        {"base", &a->o.reconcile.base, NULL},
        {"residuals", &a->o.reconcile.residuals, NULL},
        {"backtest", &a->o.reconcile.backtest, NULL},
        {"method", &a->o.reconcile.method, NULL},
        {"keep", &a->o.reconcile.keep, NULL},
        {"input", &a->o.series.input, NULL},
        {"frequency", &a->frequency, NULL},
        {"threads", &a->threads, NULL},
        {"scenario", &a->scenario, NULL}, /* may be given more than once */
        {"scenario-file", &a->o.scenario.file, NULL},
        {"from", &a->o.scenario.from, NULL},
        {"progress", NULL, &a->o.progress},
        {"worlds", &a->worlds, NULL},
        {"ponds", &a->ponds, NULL},
        {"misfit", &a->o.calibrate.misfit, NULL},
        {"until", &a->o.oxygen.until, NULL},
        {"below", &a->o.oxygen.below, NULL},
        {"apart", NULL, &a->o.oxygen.apart},
        {"pond", &a->o.oxygen.pond, NULL},
        {"write", NULL, &a->o.oxygen.write},
        {"at", &a->o.oxygen.at, NULL},
    };
    const int n = (int)(sizeof TABLE / sizeof TABLE[0]);
    struct option option[OPTIONS_MAX + 1] = {{0}};
    const char *wrong = NULL;

    _Static_assert(sizeof TABLE / sizeof TABLE[0] <= OPTIONS_MAX, "room for every option");
    for (int k = 0; k < n; k++)
        option[k] = (struct option){.name = TABLE[k].name,
                                    .has_arg = TABLE[k].text != NULL        ? required_argument
                                               : TABLE[k].on == &a->o.issue ? optional_argument
                                                                            : no_argument,
                                    .val = OPT_FIRST + k};
    opterr = 0;
    for (int id; (id = getopt_long(argc, argv, ":h", option, NULL)) != -1;) {
        const int k = id - OPT_FIRST;

        if (id == 'h')
            a->help = true;
        else if (k < 0 || k >= n)
            wrong = wrong != NULL ? wrong : argv[optind - 1];
        else if (TABLE[k].text == &a->scenario)
            add_act(&a->o.scenario, optarg);
        else if (TABLE[k].text != NULL)
            *TABLE[k].text = optarg;
        else
            *TABLE[k].on = true;
        if (k >= 0 && k < n && TABLE[k].on == &a->o.issue)
            take_issue(a, argv);
    }
    return wrong;
}

/* A whole number in min..max; NULL leaves *out alone. */
static bool take_number(const char *text, long long min, long long max, long long *out)
{
    char *end;
    long long v;

    if (text == NULL)
        return true;
    errno = 0;
    v = strtoll(text, &end, 10);
    if (end == text || *end != '\0' || errno != 0 || v < min || v > max)
        return false;
    *out = v;
    return true;
}

/* The range the first bad number had to be in, NULL when all are good. */
static const char *bad_number(struct arguments *a, const char **name)
{
    long long visits = 20, port = -1, months = 0, draws = 0, seed = -1, frequency = 0, threads = 0,
              worlds = 0, ponds = 0, speed = 60;
    const struct {
        const char *text, *name, *range;
        long long min, max, *out;
    } N[] = {
        {a->port, "--port", "0..65535", 0, 65535, &port},
        {a->visits, "--n", "1..1000", 1, 1000, &visits},
        {a->months, "--months", "1..12", 1, 12, &months},
        {a->draws, "--draws", "50..2000", 50, 2000, &draws},
        {a->seed, "--seed", "0..9223372036854775807", 0, LLONG_MAX, &seed},
        {a->frequency, "--frequency", "1, 4, 12", 1, 12, &frequency},
        {a->threads, "--threads", "1..64", 1, SERIES_THREADS_MAX, &threads},
        {a->worlds, "--worlds", "1..100000", 1, CALIBRATE_WORLDS_MAX, &worlds},
        {a->ponds, "--ponds", "1..9999", 1, SIMWORLD_PONDS_MAX, &ponds},
        {a->speed, "--speed", "1..3600", 1, 3600, &speed},
    };

    for (size_t i = 0; i < sizeof N / sizeof N[0]; i++)
        if (!take_number(N[i].text, N[i].min, N[i].max, N[i].out))
            return *name = N[i].name, N[i].range;
    a->o.speed = (int)speed;
    a->o.calibrate.worlds = (long)worlds;
    a->o.calibrate.ponds = (long)ponds;
    a->o.series.frequency = (long)frequency;
    a->o.series.threads = (long)threads;
    a->o.scenario.table = a->o.as_table = a->o.growth.table; /* one option, --table */
    a->o.from = a->o.scenario.from;                          /* and one --from */
    a->o.threads = (long)threads;
    a->o.series.method = a->o.reconcile.method; /* one option, --method */
    a->o.survey.n = (long)visits;
    a->o.port = (int)port;
    a->o.months = (long)months;
    a->o.draws = (long)draws;
    a->o.seed = seed;
    return NULL;
}

/* A number in min..max; NULL gives what is usual. */
static bool take_decimal(const char *text, double usual, double min, double max, double *out)
{
    char *end;
    double v = usual;

    if (text != NULL) {
        v = strtod(text, &end);
        if (end == text || *end != '\0' || !(v >= min && v <= max)) /* NaN is in no range */
            return false;
    }
    *out = v;
    return true;
}

/* As bad_number, for what growth takes. */
static const char *bad_growth(struct arguments *a, const char **name)
{
    const struct {
        const char *name, *text, *range;
        double usual, min, max, *out;
    } D[] = {
        {"--from-g", a->from_g, "0.5..800", 10, 0.5, 800, &a->o.growth.from_g},
        {"--temp", a->temp, "5..45", ENSEMBLE_USUAL_TEMP_C, 5, 45, &a->o.growth.temp_c},
        {"--do", a->oxygen, "0..30", 7, 0, 30, &a->o.growth.do_mg_l},
        {"--nh3", a->nh3, "0..10", 0, 0, 10, &a->o.growth.nh3_n_mg_l},
        {"--ration", a->ration, "0.01..30", NAN, 0.01, 30, &a->o.growth.ration_pct},
        {"--feeding-level", a->level, "0..1", NAN, 0, 1, &a->o.growth.level},
        {"--rate", a->rate, "0.001..100", NAN, 0.001, 100, &a->o.growth.rate},
    };
    long long days = 120;

    for (size_t k = 0; k < sizeof D / sizeof D[0]; k++)
        if (!take_decimal(D[k].text, D[k].usual, D[k].min, D[k].max, D[k].out))
            return *name = D[k].name, D[k].range;
    if (!take_number(a->days, 1, 1000, &days))
        return *name = "--days", "1..1000";
    a->o.growth.days = (long)days;
    return NULL;
}

static int run_oxygen(struct arguments *a, char **word, int n)
{
    static const char *const KNOWN[2] = {"yang dikenal: oxygen tonight | reading | backtest",
                                         "what there is: oxygen tonight | reading | backtest"};
    if (n > 1 && strcmp(word[1], "tonight") == 0) {
        if (n > 2)
            return usage(a, "terlalu banyak argumen", "too many arguments", word[2]);
        a->o.oxygen.tonight = true;
        if (!take_decimal(a->oxygen, 0, 0.01, 30, &a->o.oxygen.reading_mg_l))
            return usage(a, "harus 0.01..30", "must be 0.01..30", "--do");
        return command_oxygen(&a->o);
    }
    if (n > 1 && strcmp(word[1], "reading") == 0)
        return command_reading(&a->o, word + 2, n - 2);
    if (n < 2 || strcmp(word[1], "backtest") != 0)
        return usage(a, KNOWN[0], KNOWN[1], word[n > 1]);
    if (n < 3)
        return usage(a, "berkas CSV belum disebut", "no CSV file given", "oxygen backtest");
    if (a->o.issue && a->o.oxygen.issue == NULL)
        return usage(a, "jam belum disebut, seperti --issue 20:00",
                     "no clock time given, as in --issue 20:00", "--issue");
    a->o.oxygen.file = word + 2;
    a->o.oxygen.files = (size_t)(n - 2);
    return command_oxygen(&a->o);
}

static int run_alert(struct arguments *a, char **word, int n)
{
    for (int k = 1; k < n; k++)
        a->o.alert.word[k - 1] = word[k];
    if (n < 2 || strcmp(word[1], "test") != 0)
        return command_alert(&a->o);
    if (n < 3)
        return usage(a, "saluran belum disebut", "no channel given", "alert test");
    a->o.channel = word[2];
    return command_alert_test(&a->o);
}

static int run(struct arguments *a, char **word, int n)
{
    const struct command *c = NULL;
    const char *range, *name = "";

    for (size_t k = 0; n > 0 && k < sizeof COMMAND / sizeof COMMAND[0]; k++)
        if (strcmp(word[0], COMMAND[k].name) == 0)
            c = &COMMAND[k];
    if (n == 0)
        return usage(a, "perintah belum disebut", "no command given", "");
    if (c == NULL)
        return usage(a, "perintah tidak dikenal", "unknown command", word[0]);
    if (c->run == command_serve) /* its log stays English (tongue.h) */
        tongue_set(false);
    if (n - 1 > c->most)
        return usage(a, "terlalu banyak argumen", "too many arguments", word[n - 1]);
    if (n - 1 < c->least && c->run == command_series)
        return usage(a, "yang dikenal: series forecast", "what there is: series forecast", c->name);
    if (n - 1 < c->least)
        return usage(a, "tabel dan berkas CSV belum disebut", "no table and CSV file given",
                     c->name);
    range = bad_number(a, &name);
    if (range == NULL)
        range = bad_growth(a, &name);
    if (range != NULL) {
        (void)fprintf(stderr, "nila-analytics: %s: %s %s\n", name,
                      a->o.english ? "must be" : "harus", range);
        return EX_USAGE;
    }
    if (c->run == command_oxygen)
        return run_oxygen(a, word, n);
    if (c->run == command_alert)
        return run_alert(a, word, n);
    if (a->o.oxygen.issue != NULL)
        return usage(a, "--issue tidak bernilai di sini", "--issue takes no value here",
                     a->o.oxygen.issue);
    if (c->run == command_growth && n == 2) {
        if (strcmp(word[1], "fcr") != 0)
            return usage(a, "hanya fcr yang dikenal", "only fcr is known", word[1]);
        a->o.growth.fcr = true;
    }
    if (c->run == command_series && strcmp(word[1], "forecast") != 0)
        return usage(a, "yang dikenal: series forecast", "what there is: series forecast", word[1]);
    if (c->least == 2) {
        if (records_table_find(word[1], &a->o.table) != 0)
            return usage(a, "tabel tidak dikenal", "unknown table", word[1]);
        a->o.file = word[2];
    }
    return c->run(&a->o);
}

/* Where the word "water" stands, when it is the command; 0: another command. Its options are read by command_water. */
static int water_at(int argc, char **argv)
{
    int i = 1;

    while (i < argc && strncmp(argv[i], "--", 2) == 0)
        i += strcmp(argv[i], "--lang") == 0 ? 2 : 1;
    return i < argc && strcmp(argv[i], "water") == 0 ? i : 0;
}

int main(int argc, char **argv)
{
    const int water = water_at(argc, argv);
    struct arguments a = {.o = {.config = DEFAULT_CONFIG}};
    const char *wrong = water > 0 ? NULL : take_options(&a, argc, argv);
    const char *lang = a.lang != NULL ? a.lang : getenv("NILA_LANG");

    if (water > 0)
        return command_water(argc, argv, water);
    a.o.english = lang != NULL && strcmp(lang, "en") == 0;
    if (a.lang != NULL && !a.o.english && strcmp(a.lang, "id") != 0)
        return usage(&a, "harus id | en", "must be id | en", "--lang");
    tongue_set(!a.o.english);
    if (wrong != NULL)
        return usage(&a, "pilihan tidak dikenal, atau nilainya kurang atau berlebih",
                     "unknown option, or a value is missing or too many", wrong);
    if (a.o.quiet)
        log_set_level(LOG_LEVEL_WARN);
    else if (a.verbose)
        log_set_level(LOG_LEVEL_DEBUG);
    if (a.help || a.version) {
        if (a.version)
            (void)fputs("nila-analytics " NILA_VERSION "\n", stdout);
        else
            (void)printf("%s%s", a.o.english ? USAGE_EN : USAGE_ID,
                         a.o.english ? HELP_EN : HELP_ID);
        return fflush(stdout) == 0 ? EX_OK : EX_IOERR;
    }
    return run(&a, argv + optind, argc - optind);
}
