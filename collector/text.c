/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* clang-format off */
static const char *const TEXT[TEXT_COUNT][TEXT_LANGUAGES] = {
    [TEXT_STATUS_TITLE] = {"{} ({}), {}\n", "{} ({}), {}\n"},
    [TEXT_CLOCK_TRUSTED] = {"jam sudah cocok\n", "the clock is synchronised\n"},
    [TEXT_CLOCK_UNSURE] = {"jam BELUM cocok: data masuk ke water_uncertain sampai jam tersambung\n",
                           "the clock is NOT synchronised: readings go to water_uncertain until it is\n"},
    [TEXT_DEVICES_HEAD] = {"alat\tkolam\tdata terakhir\tkeadaan\n", "device\tpond\tlast reading\tstate\n"},
    [TEXT_SITE_POND] = {"(lokasi)", "(site)"},
    [TEXT_NEVER] = {"belum pernah", "never"},
    [TEXT_SECONDS_AGO] = {"{} detik lalu", "{} s ago"},
    [TEXT_MINUTES_AGO] = {"{} menit lalu", "{} min ago"},
    [TEXT_HOURS_AGO] = {"{} jam lalu", "{} h ago"},
    [TEXT_DAYS_AGO] = {"{} hari lalu", "{} days ago"},
    [TEXT_DEVICE_GOOD] = {"baik, menjawab dalam {} ms", "good, answers in {} ms"},
    [TEXT_DEVICE_NEW] = {"belum ditanya", "not asked yet"},
    [TEXT_DEVICE_BAD] = {"{}", "{}"},
    [TEXT_DEVICE_SILENT] = {"diam: {}; dicoba lagi paling lama {} detik", "silent: {}; next try within {} s"},
    [TEXT_JOURNAL] = {"jurnal: {} baris, {} dari {} MB\n", "journal: {} rows, {} of {} MB\n"},
    [TEXT_JOURNAL_OLDEST] = {"  yang tertua menunggu sejak {}\n", "  the oldest that waits is from {}\n"},
    [TEXT_JOURNAL_DROPPED] = {"  PENUH: {} baris terpaksa dibuang sebelum terkirim\n",
                              "  FULL: {} rows had to be dropped before they were sent\n"},
    [TEXT_JOURNAL_DAMAGED] = {"  {} baris rusak dilewati\n", "  {} damaged rows were passed over\n"},
    [TEXT_LOST_VALUES] = {"  {} nilai tidak dapat disimpan: periksa kartu memori\n",
                          "  {} values could not be stored: check the memory card\n"},
    [TEXT_SINK_IDLE] = {"kirim ke {}: semua sudah terkirim ({} baris)\n", "sink {}: all is sent ({} lines)\n"},
    [TEXT_SINK_SENDING] = {"kirim ke {}: sedang mengirim, {} menunggu ({} baris terkirim)\n",
                           "sink {}: sending, {} waiting ({} lines sent)\n"},
    [TEXT_SINK_WAITING] = {"kirim ke {}: server tidak menjawab, {} menunggu dengan aman ({}); dicoba lagi dalam {} detik\n",
                           "sink {}: the server does not answer or is busy, {} waiting safely ({}); next try in {} s\n"},
    [TEXT_SINK_PERSON] = {"kirim ke {}: DITOLAK server, {} menunggu dengan aman ({})\n  {}; dicoba lagi dalam {} detik\n",
                          "sink {}: REFUSED by the server, {} waiting safely ({})\n  {}; next try in {} s\n"},
    [TEXT_SINK_REFUSED] = {"  {} baris ditolak dan dikarantina, {} terlalu lama untuk server\n",
                           "  {} lines refused and quarantined, {} older than the server keeps\n"},
    [TEXT_SINK_NONE] = {"tidak ada tujuan kirim: data hanya disimpan di sini\n", "no sink: readings are kept here only\n"},
    [TEXT_ADVICE_LOGIN] = {"periksa nama dan sandi (v1, vm) atau token (v2, v3) di token_file",
                           "check user and password (v1, vm) or the token (v2, v3) in token_file"},
    [TEXT_ADVICE_RIGHTS] = {"beri pengguna atau token ini hak tulis pada database atau bucket itu",
                            "give this user or token the right to write to the database or bucket"},
    [TEXT_ADVICE_DATABASE] = {"buat database, bucket, org atau retention policy itu di server, atau perbaiki namanya di berkas situs",
                              "create the database, bucket, org or retention policy on the server, or correct its name in the site file"},
    [TEXT_ADVICE_URL] = {"periksa url dan api di berkas situs", "check url and api in the site file"},
    [TEXT_ADVICE_SIZE] = {"ada proxy yang menolak bahkan satu baris: longgarkan batas ukuran badannya",
                          "something on the way refuses even one line as too big: raise its limit of the body"},
    [TEXT_ADVICE_CERTIFICATE] = {"sertifikat server tidak dipercaya: periksa url, ca_file, dan jam komputer ini",
                                 "the server's certificate is not trusted: check url, ca_file and this machine's clock"},
    [TEXT_ADVICE_LINES] = {"server menolak semua baris: mungkin program lain menulis kolom yang sama dengan tipe lain; lihat tabel quarantine",
                           "the server refuses every line: perhaps another program writes the same fields with another type; see the table quarantine"},
    [TEXT_ADVICE_KEPT] = {"server menerima tetapi tidak menyimpan: periksa -retentionPeriod, sisa disk dan jam server itu",
                          "the server takes readings and does not keep them: check its -retentionPeriod, disk and clock"},
    [TEXT_NOT_RUNNING] = {"kolektor tidak menjawab: {}\njalankan: nila-collector run --config {}\n",
                          "the collector does not answer: {}\nstart it: nila-collector run --config {}\n"},
    [TEXT_IMPORT_STORED] = {"{} set, {} nilai dari {} masuk jurnal\n", "{} sets, {} values of {} are in the journal\n"},
    [TEXT_IMPORT_REPEATED] = {"{} baris sama persis dengan baris lain dan dilewati\n",
                              "{} rows repeat another row exactly and were left out\n"},
    [TEXT_IMPORT_WIB] = {"{} baris tanpa zona waktu dianggap WIB (UTC+7)\n",
                         "{} rows without a time zone were taken as WIB (UTC+7)\n"},
    [TEXT_IMPORT_REFUSED] = {"{} kesalahan di {}; tidak ada yang disimpan\n", "{} mistakes in {}; nothing was stored\n"},
    [TEXT_IMPORT_MORE] = {"... dan {} kesalahan lagi\n", "... and {} more mistakes\n"},
    [TEXT_CHECK_GOOD] = {"{} baik: {} kolam, {} jalur, {} alat, {} tujuan kirim\n",
                         "{} is good: {} ponds, {} buses, {} devices, {} sinks\n"},
    [TEXT_CHECK_DEVICE] = {"{}: {}, {} unit {}, tiap {} detik:", "{}: {}, {} unit {}, every {} s:"},
    [TEXT_CHECK_BLOCK] = {" fungsi {}, alamat {} ({})", " function {}, address {} ({})"},
    [TEXT_CHECK_SWITCHED] = {"{}: {}, {} unit {}: hanya disakelar, kanal 1-{}\n",
                             "{}: {}, {} unit {}: switched only, channels 1-{}\n"},
    [TEXT_CHECK_BUSY] = {"{}: terpakai sekitar {} % dari waktu\n", "{}: in use about {} % of the time\n"},
    [TEXT_CHECK_TOO_BUSY] = {"{}: terpakai sekitar {} % dari waktu: TERLALU PADAT, naikkan every_s atau baud\n",
                             "{}: in use about {} % of the time: TOO MUCH, raise every_s or the baud rate\n"},
    [TEXT_CHECK_INPUT] = {"{} ({}): {} kontak {}\n", "{} ({}): {} contact {}\n"},
    [TEXT_CHECK_GPIO] = {"{} ({}): {} garis {}\n", "{} ({}): {} line {}\n"},
    [TEXT_CHECK_SWITCH] = {"{} ({}): {} kanal {}", "{} ({}): {} channel {}"},
    [TEXT_CHECK_BELOW] = {"; menyala bila {} {} turun sampai {}, padam bila naik sampai {}",
                          "; on when {} of {} falls to {}, off when it is back at {}"},
    [TEXT_CHECK_ABOVE] = {"; menyala bila {} {} naik sampai {}, padam bila turun sampai {}",
                          "; on when {} of {} rises to {}, off when it is back at {}"},
    [TEXT_CHECK_BY_HAND] = {"; hanya dengan tangan", "; by hand only"},
    [TEXT_CHECK_LOST_KEEP] = {"; tanpa nilai baru selama {} detik: tetap", "; without a new value for {} s: stays as it is"},
    [TEXT_CHECK_LOST_ON] = {"; tanpa nilai baru selama {} detik: menyala", "; without a new value for {} s: on"},
    [TEXT_CHECK_LOST_OFF] = {"; tanpa nilai baru selama {} detik: padam", "; without a new value for {} s: off"},
    [TEXT_CHECK_NOTES] = {"perlu dilihat ({}):\n", "please look at these ({}):\n"},
    [TEXT_CHECK_SERIAL] = {"alat {}: {} keluar pabrik dengan {}, sedangkan jalur {} memakai {}: samakan salah satunya",
                           "device {}: {} leaves the factory with {}, but line {} has {}: make one like the other"},
    [TEXT_CHECK_START] = {"alat {}: {} harus disuruh mengukur; kolektor melakukannya, nilai pertama datang setelah {} detik",
                          "device {}: {} must be told to measure; the collector does so, the first value comes after {} s"},
    [TEXT_CHECK_START_EACH] = {"alat {}: {} disuruh mengukur oleh kolektor sebelum setiap pembacaan",
                               "device {}: {} is told to measure by the collector before each reading"},
    [TEXT_CHECK_UNVERIFIED] = {"periksa pada alat ({}): {}: {}", "verify on the device ({}): {}: {}"},
    [TEXT_USAGE_OPTION] = {"nila-collector: pilihan {} tidak dikenal, atau nilainya kurang atau berlebih\n",
                           "nila-collector: unknown option {}, or a value is missing or too many\n"},
    [TEXT_USAGE_LANG] = {"nila-collector: --lang {}: harus id | en\n", "nila-collector: --lang {}: must be id | en\n"},
    [TEXT_USAGE_COMMAND] = {"nila-collector: perintah {} tidak dikenal\n", "nila-collector: unknown command {}\n"},
    [TEXT_USAGE_MANY] = {"nila-collector: {}: terlalu banyak argumen\n", "nila-collector: {}: too many arguments\n"},
    [TEXT_USAGE_WHICH] = {"nila-collector: perintah belum disebut\n", "nila-collector: no command given\n"},
    [TEXT_USAGE_FILE] = {"nila-collector: {}: berkas CSV belum disebut\n", "nila-collector: {}: no CSV file given\n"},
    [TEXT_TRY_HELP] = {"nila-collector: lihat: nila-collector --help\n", "nila-collector: see: nila-collector --help\n"},
    [TEXT_NO_CONFIG] = {"nila-collector: berkas situs {} tidak ada; sebut yang benar dengan --config BERKAS\n"
                        "(contoh: collector.example.json dan rehearsal.json di deploy/config)\n",
                        "nila-collector: there is no site file {}; name the right one with --config FILE\n"
                        "(examples: collector.example.json and rehearsal.json in deploy/config)\n"},
    [TEXT_HELP] = {
        "cara pakai:\n"
        "  nila-collector run    [--config SITUS.json] [--devices FOLDER] [--trust-clock]\n"
        "  nila-collector check  [--config SITUS.json] [--devices FOLDER] [--json]\n"
        "  nila-collector status [--config SITUS.json] [--json]\n"
        "  nila-collector import BERKAS.csv [--config SITUS.json] [--json]\n"
        "\n"
        "run     membaca alat, menyimpan setiap data, mengirimnya; sampai SIGTERM\n"
        "check   memeriksa berkas situs dan profil alat; tidak membuka apa pun\n"
        "status  bertanya kepada kolektor yang sedang berjalan\n"
        "import  memasukkan data (time,pond,device,metric,value,flag) ke jurnal\n"
        "\n"
        "  --config BERKAS   berkas situs; bawaan {}\n"
        "  --devices FOLDER  profil alat; bawaan $NILA_DEVICES atau\n"
        "                    {}\n"
        "  --trust-clock     jam komputer ini benar walau tanpa server waktu\n"
        "  --lang id|en      bahasa kata-kata ini; bawaan $NILA_LANG atau id\n"
        "  --json            untuk program   --quiet  peringatan   --verbose  rinci\n"
        "  --help, --version\n"
        "Kode keluar (sysexits.h): 64 cara pakai, 65 data salah, 66 berkas tidak ada,\n"
        "69 kolektor tidak menjawab, 74 disk, 75 sedang dipakai, 77 tidak diizinkan,\n"
        "78 konfigurasi.\n",
        "usage:\n"
        "  nila-collector run    [--config SITE.json] [--devices DIR] [--trust-clock]\n"
        "  nila-collector check  [--config SITE.json] [--devices DIR] [--json]\n"
        "  nila-collector status [--config SITE.json] [--json]\n"
        "  nila-collector import FILE.csv [--config SITE.json] [--json]\n"
        "\n"
        "run     polls the devices, keeps every reading, sends it; ends on SIGTERM\n"
        "check   reads the site file and the profiles, shows the requests; opens nothing\n"
        "status  asks the running collector\n"
        "import  takes readings (time,pond,device,metric,value,flag) into the journal\n"
        "\n"
        "  --config FILE   site file; default {}\n"
        "  --devices DIR   device profiles; default $NILA_DEVICES or\n"
        "                  {}\n"
        "  --trust-clock   the wall clock is good although no time server says so\n"
        "  --lang id|en    language of what people read; default $NILA_LANG or id\n"
        "  --json          for programs   --quiet  warnings only   --verbose  repeats too\n"
        "  --help, --version\n"
        "Exit codes (sysexits.h): 64 usage, 65 mistakes in the data, 66 no such file,\n"
        "69 the collector does not answer, 74 disk, 75 busy, 77 not permitted,\n"
        "78 configuration.\n"},
};
/* clang-format on */

enum text_language text_language(const char *option)
{
    const char *wanted = option != NULL ? option : getenv("NILA_LANG");
    return wanted != NULL && strncmp(wanted, "en", 2) == 0 ? TEXT_EN : TEXT_ID;
}

void text_add(struct buf *b, enum text_language l, enum text t, ...)
{
    const char *p = TEXT[t][l], *gap, *word;
    va_list ap;

    va_start(ap, t);
    word = va_arg(ap, const char *);
    while ((gap = strstr(p, "{}")) != NULL) {
        buf_add(b, p, (size_t)(gap - p));
        if (word != NULL) {
            buf_str(b, word);
            word = va_arg(ap, const char *);
        }
        p = gap + 2;
    }
    va_end(ap);
    buf_str(b, p);
}

const char *text_number(char buf[static TEXT_NUMBER_SIZE], enum text_language l, double value,
                        int decimals)
{
    char *point;

    (void)snprintf(buf, TEXT_NUMBER_SIZE, "%.*f", decimals, value);
    if (l == TEXT_ID && (point = strchr(buf, '.')) != NULL)
        *point = ',';
    return buf;
}
