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
    [TEXT_DEVICES_HEAD] = {"alat\tkolam\tdata terakhir\tunit\tjawab p50/p95\tsalah\tterlewat\tkeadaan\n",
        "device\tpond\tlast reading\tunit\tanswer p50/p95\terrors\tmissed\tstate\n"},
    [TEXT_SITE_POND] = {"(lokasi)", "(site)"},
    [TEXT_NEVER] = {"belum pernah", "never"},
    [TEXT_SECONDS_AGO] = {"{} detik lalu", "{} s ago"},
    [TEXT_MINUTES_AGO] = {"{} menit lalu", "{} min ago"},
    [TEXT_HOURS_AGO] = {"{} jam lalu", "{} h ago"},
    [TEXT_DAYS_AGO] = {"{} hari lalu", "{} days ago"},
    [TEXT_DEVICE_GOOD] = {"baik", "good"},
    [TEXT_DEVICE_LENT] = {"sedang dikalibrasi sejak {}", "being calibrated since {}"},
    [TEXT_DEVICE_NEW] = {"belum ditanya", "not asked yet"},
    [TEXT_DEVICE_SWITCHES] = {"hanya sakelar", "switches only"},
    [TEXT_DEVICE_BAD] = {"{}", "{}"},
    [TEXT_DEVICE_SILENT] = {"diam: {}; dicoba lagi paling lama {} detik", "silent: {}; next try within {} s"},
    [TEXT_JOURNAL] = {"jurnal: {} baris, {} dari {} MB\n", "journal: {} rows, {} of {} MB\n"},
    [TEXT_JOURNAL_OLDEST] = {"  yang tertua menunggu sejak {}\n", "  the oldest that waits is from {}\n"},
    [TEXT_JOURNAL_HELD] = {"  {} baris menunggu sampai jam benar\n",
                           "  {} rows wait for the clock to be put right\n"},
    [TEXT_JOURNAL_THINNED] = {"  PENUH: {} baris lama dijarangkan sebelum terkirim\n",
                              "  FULL: {} older rows were thinned out before they were sent\n"},
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
    [TEXT_SINK_REFUSED] = {"  {} baris ditolak dan dikarantina, {} lebih tua daripada yang disimpan server\n",
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
    [TEXT_ADVICE_LINES] = {"server menolak semua baris: mungkin program lain menulis kolom yang sama dengan tipe lain; lihat: nila-collector spool",
                           "the server refuses every line: perhaps another program writes the same fields with another type; see: nila-collector spool"},
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
    [TEXT_TRY_HELP] = {"nila-collector: lihat: nila-collector --help\n", "nila-collector: see: nila-collector --help\n"},
    [TEXT_NO_CONFIG] = {"nila-collector: berkas situs {} tidak ada; sebut yang benar dengan --config BERKAS\n"
                        "(contoh: collector.example.json dan rehearsal.json di deploy/config)\n",
                        "nila-collector: there is no site file {}; name the right one with --config FILE\n"
                        "(examples: collector.example.json and rehearsal.json in deploy/config)\n"},
    [TEXT_PROGRESS] = {"{} / {}, sisa sekitar {} detik", "{} / {}, about {} s left"},
    [TEXT_IN_SECONDS] = {"{} detik lagi", "in {} s"},
    [TEXT_IN_MINUTES] = {"{} menit lagi", "in {} min"},
    [TEXT_IN_HOURS] = {"{} jam lagi", "in {} h"},
    [TEXT_IN_DAYS] = {"{} hari lagi", "in {} days"},
    [TEXT_BUSES_HEAD] = {"jalur\tletak\tterpakai\tsalah\tterlewat\tkeadaan\n",
        "bus\twhere\tin use\terrors\tmissed\tstate\n"},
    [TEXT_BUS_OPEN] = {"terbuka", "open"},
    [TEXT_BUS_UNUSED] = {"belum dipakai", "not used yet"},
    [TEXT_BUS_AWAY] = {"PUTUS: {}", "AWAY: {}"},
    [TEXT_ERRORS_SILENT] = {"{} diam", "{} silent"},
    [TEXT_ERRORS_BAD] = {"{} rusak", "{} garbled"},
    [TEXT_ERRORS_REFUSED] = {"{} ditolak", "{} refused"},
    [TEXT_ERRORS_STALE] = {"{} basi", "{} stale"},
    [TEXT_ERRORS_LOST] = {"{} putus", "{} cut off"},
    [TEXT_CAUSE_START] = {"keadaan awal", "as it was found"},
    [TEXT_CAUSE_CALLED] = {"aturannya meminta", "its rule calls for it"},
    [TEXT_CAUSE_RELEASED] = {"aturannya tidak meminta lagi", "its rule does not call any more"},
    [TEXT_CAUSE_LOST] = {"sensornya tidak memberi data", "its sensor gives no values"},
    [TEXT_CAUSE_MANUAL] = {"perintah orang", "a person's word"},
    [TEXT_SWITCH_ON] = {"sakelar {} ({}): NYALA, {}", "switch {} ({}): ON, {}"},
    [TEXT_SWITCH_OFF] = {"sakelar {} ({}): mati, {}", "switch {} ({}): off, {}"},
    [TEXT_SWITCH_UNKNOWN] = {"sakelar {} ({}): belum diketahui, {}", "switch {} ({}): not known yet, {}"},
    [TEXT_SWITCH_MANUAL] = {", selesai {}", ", ends {}"},
    [TEXT_SWITCH_WILL_ON] = {"; akan dinyalakan", "; will be switched on"},
    [TEXT_SWITCH_WILL_OFF] = {"; akan dimatikan", "; will be switched off"},
    [TEXT_SWITCH_LOST] = {"; sensornya tidak memberi data", "; its sensor gives no values"},
    [TEXT_SWITCH_ERROR] = {"; papan {}: {}", "; board {}: {}"},
    [TEXT_JOURNAL_HOURS] = {"  bila server putus sekarang: cukup untuk sekitar {} jam lagi sebelum data tertua dibuang\n",
        "  if the server went away now: room for about {} h before the oldest readings are dropped\n"},
    [TEXT_JOURNAL_DAYS] = {"  bila server putus sekarang: cukup untuk sekitar {} hari lagi sebelum data tertua dibuang\n",
        "  if the server went away now: room for about {} days before the oldest readings are dropped\n"},
    [TEXT_SPOOL_NONE] = {"tidak ada baris yang ditolak server\n", "no server has refused a line\n"},
    [TEXT_SPOOL_REFUSED] = {"baris yang ditolak server, {} yang terbaru:\n",
        "lines servers have refused, the newest {}:\n"},
    [TEXT_SPOOL_LINE] = {"{} {}: {}\n  {}\n", "{} {}: {}\n  {}\n"},
    [TEXT_FLAG_PASS] = {"baik", "good"},
    [TEXT_FLAG_UNJUDGED] = {"belum dinilai", "not judged"},
    [TEXT_FLAG_SUSPECT] = {"meragukan", "suspect"},
    [TEXT_FLAG_FAIL] = {"SALAH", "FAIL"},
    [TEXT_FLAG_MISSING] = {"tidak ada nilai", "no value"},
    [TEXT_BIT_0] = {"di luar rentang yang mungkin di kolam", "outside what a pond shows"},
    [TEXT_BIT_1] = {"di luar batas alat atau situs", "outside the probe's or the site's limits"},
    [TEXT_BIT_2] = {"melonjak", "spike"},
    [TEXT_BIT_3] = {"berubah terlalu cepat", "changes too fast"},
    [TEXT_BIT_4] = {"tidak bergerak", "does not move"},
    [TEXT_BIT_5] = {"kode \"tidak ada nilai\" dari alat", "the probe's code for no value"},
    [TEXT_BIT_6] = {"alat melaporkan ada yang tidak beres", "the probe says that something is wrong"},
    [TEXT_BIT_7] = {"alat belum mengukur lagi", "the probe has no fresh sample"},
    [TEXT_BIT_8] = {"belum atau perlu dikalibrasi", "not calibrated, or due"},
    [TEXT_BIT_9] = {"baru menyala", "warming up"},
    [TEXT_BIT_10] = {"semua saluran 0", "every channel is 0"},
    [TEXT_BIT_11] = {"saluran ini mengukur hal lain", "this channel measures something else"},
    [TEXT_BIT_12] = {"alat menolak register ini", "the device refuses this register"},
    [TEXT_BIT_13] = {"diimpor", "imported"},
    [TEXT_BIT_14] = {"sedang dikalibrasi", "being calibrated"},
    [TEXT_SOCKET_DENIED] = {"tidak diizinkan: {}\nmasuk grup nila (sudo usermod -aG nila $USER, lalu masuk lagi) atau pakai sudo\n",
        "not permitted: {}\njoin the group nila (sudo usermod -aG nila $USER, then log in again) or use sudo\n"},
    [TEXT_PORT_HELD] = {"port {} dipakai oleh {} (proses {})\nbila itu kolektor: tanya lewat --bus NAMA, atau hentikan dulu: sudo systemctl stop nila-collector\n",
        "port {} is held by {} (process {})\nif that is the collector: ask through it with --bus NAME, or stop it first: sudo systemctl stop nila-collector\n"},
    [TEXT_PORT_BUSY] = {"port {} dipakai program lain\ncari siapa: sudo fuser -v PORT; bila kolektor: sudo systemctl stop nila-collector\n",
        "port {} is in use by another program\nfind it: sudo fuser -v PORT; if it is the collector: sudo systemctl stop nila-collector\n"},
    [TEXT_PORT_DENIED] = {"{}\nmasuk grup dialout: sudo usermod -aG dialout $USER, lalu masuk lagi\n",
        "{}\njoin the group dialout: sudo usermod -aG dialout $USER, then log in again\n"},
    [TEXT_PORT_AWAY] = {"{}\nperiksa kabel USB; nama port yang ada: ls -l /dev/serial/by-id\n",
        "{}\ncheck the USB cable; the ports there are: ls -l /dev/serial/by-id\n"},
    [TEXT_HOST_AWAY] = {"tidak tersambung: {}\nperiksa listrik, kabel jaringan dan alamat gateway\n",
        "no connection: {}\ncheck the gateway's power, network cable and address\n"},
    [TEXT_LINE_BUSY] = {"jalur sedang sibuk: {}; coba lagi\n", "the line is busy: {}; try again\n"},
    [TEXT_ASK_FAILED] = {"tidak ada jawaban yang baik: {}\n", "no good answer: {}\n"},
    [TEXT_SCAN_BY_COLLECTOR] = {"jalur {} dipakai kolektor: pertanyaan lewat kolektor, pembacaan tetap berjalan\n",
        "bus {} is the collector's: the questions go through it, polling goes on\n"},
    [TEXT_SCAN_ONE_SPEED] = {"jalur {} dipakai kolektor pada satu kecepatan; hentikan dulu untuk mencoba yang lain: sudo systemctl stop nila-collector\n",
        "the collector keeps bus {} at one speed; to try others stop it first: sudo systemctl stop nila-collector\n"},
    [TEXT_SCAN_FOUND] = {"{} unit menjawab\n", "{} units answer\n"},
    [TEXT_SCAN_HEAD] = {"unit\tkecepatan\tjawab\tmungkin\tmengaku sebagai\tdi berkas situs\n",
        "unit\tspeed\tanswers\tprobably\tsays it is\tin the site file\n"},
    [TEXT_SCAN_GARBLED] = {"jawaban rusak: dua alat bernomor sama, atau kecepatan lain",
        "garbled: two devices of one number, or another speed"},
    [TEXT_SCAN_UNKNOWN] = {"tidak dikenal", "not known"},
    [TEXT_SCAN_CERTAIN] = {", pasti", ", for certain"},
    [TEXT_SCAN_STRANGER] = {"(tidak ada)", "(none)"},
    [TEXT_SCAN_ELSEWHERE] = {"{}: tidak ada di unit {}; mungkin yang di unit {}, kecepatan {}: betulkan berkas situs atau nomor alatnya\n",
        "{}: not at unit {}; perhaps the one at unit {}, speed {}: correct the site file or the device's number\n"},
    [TEXT_SCAN_SILENT] = {"{}: unit {} diam: periksa listrik 12/24 V, kabel A dan B (tukar bila perlu), nomor unit, kecepatan (--baud all)\n",
        "{}: unit {} is silent: check its 12/24 V supply, wires A and B (swap them), unit number, speed (--baud all)\n"},
    [TEXT_SCAN_OTHER] = {"{}: isinya tidak seperti {}; lebih mirip {}\n",
        "{}: what it holds is not like {}; rather like {}\n"},
    [TEXT_SCAN_EVERYBODY] = {"semua nomor menjawab: alat ini tidak memperhatikan nomor unit\n",
        "every number answers: this host does not look at the unit number\n"},
    [TEXT_SCAN_NOBODY] = {"tidak ada yang menjawab: periksa listrik alat, kabel A dan B, terminasi; coba --baud all\n",
        "nobody answers: check the devices' supply, wires A and B, termination; try --baud all\n"},
    [TEXT_PROBE_TITLE] = {"unit {}, fungsi {}, alamat {} (nomor {}-{}), dijawab dalam {} ms\n",
        "unit {}, function {}, address {} (number {}-{}), answered in {} ms\n"},
    [TEXT_PROBE_HEAD] = {"alamat\tnomor\theks\tu16\ts16\tmirip\n", "address\tnumber\thex\tu16\ts16\tlike\n"},
    [TEXT_PROBE_BITS_HEAD] = {"alamat\tnomor\tbit\n", "address\tnumber\tbit\n"},
    [TEXT_PROBE_UNKNOWN] = {"tidak ada profil yang cocok dengan register ini saja; scan bertanya lebih banyak\n",
        "no profile fits these registers alone; scan asks more\n"},
    [TEXT_PROBE_LIKELY] = {"mungkin {} ({} {}):\n", "perhaps {} ({} {}):\n"},
    [TEXT_PROBE_WRITTEN] = {"tertulis\n", "written\n"},
    [TEXT_PROBE_WRITE_ALONE] = {"menulis hanya lewat kolektor, yang memeriksa profilnya; jalankan: nila-collector run --config {}\n",
        "writing goes through the collector, which checks the profile; start it: nila-collector run --config {}\n"},
    [TEXT_READ_TITLE] = {"{} ({}), jalur {} unit {}\n", "{} ({}), bus {} unit {}\n"},
    [TEXT_READ_NOTHING] = {"alat menjawab, tetapi tidak ada nilai\n", "it answers, but there are no values\n"},
    [TEXT_READ_NOTE] = {"catatan: {}\n", "note: {}\n"},
    [TEXT_READ_STARTED] = {"{} disuruh mengukur; menunggu {} detik\n", "{} was told to measure; waiting {} s\n"},
    [TEXT_READ_SWITCHES] = {"{} hanya punya sakelar; keadaannya: nila-collector status\n", "{} has switches only; how they stand: nila-collector status\n"},
    [TEXT_EXPORT_DONE] = {"{} nilai ditulis ke {}\n", "{} values written to {}\n"},
    [TEXT_EXPORT_UNSURE] = {"{} nilai tidak ditulis: jam belum cocok waktu itu, jadi waktunya tidak pasti\n",
        "{} values were left out: the clock was not synchronised then, so their time is not certain\n"},
    [TEXT_EXPORT_NO_JOURNAL] = {"kolektor tidak berjalan dan belum ada jurnal {}\n",
        "no collector runs and there is no journal {} yet\n"},
    [TEXT_DOCTOR_OK] = {"ok    {}", "ok    {}"},
    [TEXT_DOCTOR_WARN] = {"awas  {}", "warn  {}"},
    [TEXT_DOCTOR_FAIL] = {"GAGAL {}", "FAIL  {}"},
    [TEXT_DOCTOR_CURE] = {"\n      -> {}", "\n      -> {}"},
    [TEXT_DOCTOR_SUM] = {"{} gagal, {} peringatan\n", "{} failures, {} warnings\n"},
    [TEXT_DOCTOR_RUNS] = {"kolektor berjalan ({})", "the collector runs ({})"},
    [TEXT_DOCTOR_NOT_RUNNING] = {"kolektor tidak berjalan", "the collector does not run"},
    [TEXT_DOCTOR_NOT_RUNNING_CURE] = {"sudo systemctl start nila-collector", "sudo systemctl start nila-collector"},
    [TEXT_DOCTOR_SOCKET] = {"kolektor tidak dapat ditanya: {}", "the collector cannot be asked: {}"},
    [TEXT_DOCTOR_SOCKET_CURE] = {"masuk grup nila (sudo usermod -aG nila $USER) atau pakai sudo; bila macet: sudo systemctl restart nila-collector",
        "join the group nila (sudo usermod -aG nila $USER) or use sudo; if it hangs: sudo systemctl restart nila-collector"},
    [TEXT_DOCTOR_SPOOL] = {"{} baris menunggu dikirim, yang tertua {} jam",
        "{} rows wait to be sent, the oldest for {} h"},
    [TEXT_DOCTOR_SPOOL_CURE] = {"periksa internet dan tujuan kirim di bawah; data aman di jurnal",
        "check the internet and the sinks below; the readings are safe in the journal"},
    [TEXT_DOCTOR_DROPPED] = {"{} baris terpaksa dibuang sebelum terkirim",
        "{} rows had to be dropped before they were sent"},
    [TEXT_DOCTOR_DROPPED_CURE] = {"besarkan journal.max_bytes di berkas situs, pulihkan pengiriman",
        "raise journal.max_bytes in the site file, get sending to work"},
    [TEXT_DOCTOR_QUARANTINE] = {"{} baris ditolak server untuk selamanya", "{} lines were refused for ever"},
    [TEXT_DOCTOR_QUARANTINE_CURE] = {"baca alasannya: nila-collector spool", "read the reasons: nila-collector spool"},
    [TEXT_DOCTOR_PORT] = {"jalur {}: port {} ada dan boleh dipakai", "bus {}: port {} is there and may be used"},
    [TEXT_DOCTOR_PORT_ABSENT] = {"port {} tidak ada: {}", "there is no port {}: {}"},
    [TEXT_DOCTOR_PORT_ABSENT_CURE] = {"tancapkan adaptor; nama yang ada: ls -l /dev/serial/by-id",
        "plug the adapter in; the names there are: ls -l /dev/serial/by-id"},
    [TEXT_DOCTOR_PORT_DENIED] = {"port {} tidak boleh dipakai (grup {})", "port {} may not be used (group {})"},
    [TEXT_DOCTOR_PORT_DENIED_CURE] = {"{}: sudo usermod -aG {} $USER, lalu masuk lagi",
        "{}: sudo usermod -aG {} $USER, then log in again"},
    [TEXT_DOCTOR_PORT_HELD] = {"port {} dipakai proses {} ({})", "port {} is held by process {} ({})"},
    [TEXT_DOCTOR_PORT_HELD_CURE] = {"{}: hentikan program itu: sudo kill {}", "{}: end that program: sudo kill {}"},
    [TEXT_DOCTOR_ADAPTER] = {"jalur {}: adaptor {}", "bus {}: adapter {}"},
    [TEXT_DOCTOR_LATENCY] = {"adaptor menahan tiap jawaban sampai {} ms ({})",
        "the adapter holds each answer back for up to {} ms ({})"},
    [TEXT_DOCTOR_LATENCY_CURE] = {"sekarang {}; kecilkan: echo 1 | sudo tee {}",
        "now {}; lower it: echo 1 | sudo tee {}"},
    [TEXT_DOCTOR_NAME] = {"nama {} dapat berpindah saat adaptor dicabut",
        "the name {} may move when adapters are unplugged"},
    [TEXT_DOCTOR_NAME_CURE] = {"ganti {} di berkas situs dengan nama di /dev/serial/by-id atau by-path",
        "replace {} in the site file by its name in /dev/serial/by-id or by-path"},
    [TEXT_DOCTOR_LINE] = {"jalur {}: {}", "bus {}: {}"},
    [TEXT_DOCTOR_LINE_CURE] = {"{}: periksa kabel, listrik dan alamatnya", "{}: check its cable, power and address"},
    [TEXT_DOCTOR_ANSWERS] = {"jalur {}: {} menjawab dalam {} ms", "bus {}: {} answers in {} ms"},
    [TEXT_DOCTOR_SILENT] = {"jalur {}: tidak ada alat yang menjawab ({})", "bus {}: no device answers ({})"},
    [TEXT_DOCTOR_SILENT_CURE] = {"listrik alat, kabel A dan B, terminasi 120 ohm; lalu: nila-collector scan --bus {}",
        "the devices' supply, wires A and B, 120 ohm termination; then: nila-collector scan --bus {}"},
    [TEXT_DOCTOR_CLOCK] = {"jam sudah cocok", "the clock is synchronised"},
    [TEXT_DOCTOR_CLOCK_UNSURE] = {"jam belum cocok: data masuk water_uncertain",
        "the clock is not synchronised: readings go to water_uncertain"},
    [TEXT_DOCTOR_CLOCK_CURE] = {"periksa internet dan timedatectl; tanpa internet: pasang RTC DS3231 dan jalankan run --trust-clock",
        "check the internet and timedatectl; without internet: fit an RTC DS3231 and start run --trust-clock"},
    [TEXT_DOCTOR_NO_RTC] = {"komputer ini tanpa jam berbaterai (RTC)",
        "this computer has no battery-backed clock (RTC)"},
    [TEXT_DOCTOR_RTC_CURE] = {"pasang DS3231 (Pi 5: baterai RTC), agar jam benar setelah listrik padam",
        "fit a DS3231 (Pi 5: its RTC battery), so that the time is right after a power cut"},
    [TEXT_DOCTOR_DISK] = {"{}: {} MB kosong", "{}: {} MB free"},
    [TEXT_DOCTOR_DISK_CURE] = {"{}: kosongkan (sudo journalctl --vacuum-size=64M), atau kecilkan journal.max_bytes",
        "{}: make room (sudo journalctl --vacuum-size=64M), or lower journal.max_bytes"},
    [TEXT_DOCTOR_NO_FOLDER] = {"folder jurnal {}: {}", "the journal's folder {}: {}"},
    [TEXT_DOCTOR_NO_FOLDER_CURE] = {"buat: sudo install -d -o nila-collector -g nila -m 750 {}",
        "make it: sudo install -d -o nila-collector -g nila -m 750 {}"},
    [TEXT_DOCTOR_READ_ONLY] = {"{} hanya dapat dibaca: kartu memori rusak?",
        "{} is read-only: is the memory card failing?"},
    [TEXT_DOCTOR_READ_ONLY_CURE] = {"lihat dmesg; ganti kartu bila ada I/O error; {}: sudo mount -o remount,rw",
        "look at dmesg; replace the card if there are I/O errors; {}: sudo mount -o remount,rw"},
    [TEXT_DOCTOR_JOURNAL] = {"jurnal {} boleh ditulis", "the journal {} may be written"},
    [TEXT_DOCTOR_JOURNAL_DENIED] = {"jurnal {} tidak boleh ditulis oleh pengguna ini",
        "the journal {} may not be written by this user"},
    [TEXT_DOCTOR_JOURNAL_DENIED_CURE] = {"{}: milik nila-collector; periksa dengan sudo",
        "{}: it belongs to nila-collector; check with sudo"},
    [TEXT_DOCTOR_POWER] = {"tegangan listrik pernah terlalu rendah", "the supply voltage has been too low"},
    [TEXT_DOCTOR_POWER_CURE] = {"pakai adaptor 5 V yang kuat dan kabel pendek",
        "use a strong 5 V supply and a short cable"},
    [TEXT_DOCTOR_POWER_GOOD] = {"tegangan listrik cukup", "the supply voltage is good"},
    [TEXT_DOCTOR_DNS] = {"tujuan {}: nama {} tidak ditemukan: {}", "sink {}: the name {} is not found: {}"},
    [TEXT_DOCTOR_DNS_CURE] = {"{}: periksa internet dan DNS: getent hosts {}",
        "{}: check the internet and DNS: getent hosts {}"},
    [TEXT_DOCTOR_SINK] = {"tujuan {}: {} menerima", "sink {}: {} accepts"},
    [TEXT_DOCTOR_SINK_REFUSED] = {"tujuan {}: ditolak: {}", "sink {}: refused: {}"},
    [TEXT_DOCTOR_SINK_AWAY] = {"tujuan {}: tidak menjawab: {}", "sink {}: does not answer: {}"},
    [TEXT_DOCTOR_SINK_AWAY_CURE] = {"{}: periksa internet, alamat dan apakah servernya menyala; data menunggu dengan aman",
        "{}: check the internet, the address and whether the server is up; readings wait safely"},
    [TEXT_DOCTOR_NO_SINK] = {"tidak ada tujuan kirim", "there is no sink"},
    [TEXT_DOCTOR_NO_SINK_CURE] = {"tambah \"sinks\" di berkas situs bila data harus sampai ke InfluxDB",
        "add \"sinks\" to the site file if readings are to reach InfluxDB"},
    [TEXT_DOCTOR_PROFILES] = {"profil alat cocok dengan berkas situs", "the device profiles suit the site file"},
    [TEXT_DOCTOR_NOTES] = {"catatan tentang profil di {}: {}", "notes on the profiles of {}: {}"},
    [TEXT_DOCTOR_NOTES_CURE] = {"baca: nila-collector check --config {}", "read them: nila-collector check --config {}"},
    [TEXT_USAGE_VALUE] = {"nila-collector: --{} {}: harus {}\n", "nila-collector: --{} {}: must be {}\n"},
    [TEXT_USAGE_NOT_HERE] = {"nila-collector: --{} bukan pilihan {}\n", "nila-collector: --{} is no option of {}\n"},
    [TEXT_USAGE_LINE] = {"nila-collector: {}: sebut satu dari --bus NAMA, --port /dev/..., --host ALAMAT[:PORT]\n",
        "nila-collector: {}: name one of --bus NAME, --port /dev/..., --host ADDRESS[:PORT]\n"},
    [TEXT_USAGE_NO_BUS] = {"nila-collector: --bus {}: tidak ada jalur itu di {}\n",
        "nila-collector: --bus {}: no such bus in {}\n"},
    [TEXT_USAGE_NO_DEVICE] = {"nila-collector: tidak ada alat {} di {}\n", "nila-collector: no device {} in {}\n"},
    [TEXT_USAGE_NO_SWITCH] = {"nila-collector: tidak ada sakelar {} di \"reflexes\" {}\n",
        "nila-collector: no switch {} in \"reflexes\" of {}\n"},
    [TEXT_USAGE_NO_POND] = {"nila-collector: --pond {}: tidak ada kolam itu di {}\n",
        "nila-collector: --pond {}: no such pond in {}\n"},
    [TEXT_USAGE_NOT_TCP] = {"nila-collector: --baud dan --parity hanya untuk jalur serial\n",
        "nila-collector: --baud and --parity are for serial lines\n"},
    [TEXT_USAGE_SPEED] = {"nila-collector: --baud {} --parity {}: harus all atau 1200..115200 (boleh beberapa, dengan koma), dan all | N | E | O\n",
        "nila-collector: --baud {} --parity {}: must be all or 1200..115200 (several with commas), and all | N | E | O\n"},
    [TEXT_USAGE_PROBE] = {"nila-collector: probe: perlu --unit U dan --first A (alamat dari 0) atau --register 4xxxx (nomor buku)\n",
        "nila-collector: probe: needs --unit U and --first A (address from 0) or --register 4xxxx (number of the manual)\n"},
    [TEXT_USAGE_REGISTER] = {"nila-collector: --register {}: harus 1..9999 (coil), 10001.., 30001.., 40001.. atau 400001..; tanpa --first dan --function\n",
        "nila-collector: --register {}: must be 1..9999 (coils), 10001.., 30001.., 40001.. or 400001..; without --first and --function\n"},
    [TEXT_USAGE_WRITE] = {"nila-collector: menulis perlu --function 5 | 6 | 15 | 16, --write NILAI[,NILAI...] dan --allow-write\n",
        "nila-collector: writing needs --function 5 | 6 | 15 | 16, --write VALUE[,VALUE...] and --allow-write\n"},
    [TEXT_USAGE_OUT] = {"nila-collector: export: sebut berkasnya dengan --out BERKAS.csv (- untuk layar)\n",
        "nila-collector: export: name the file with --out FILE.csv (- for the screen)\n"},
    [TEXT_USAGE_SPAN] = {"nila-collector: --from {} --to {}: akhir harus setelah awal\n",
        "nila-collector: --from {} --to {}: the end must come after the beginning\n"},
    [TEXT_USAGE_OPERAND] = {"nila-collector: {}: {} belum disebut\n", "nila-collector: {}: no {} given\n"},
    [TEXT_NAME_FILE] = {"berkas CSV", "CSV file"},
    [TEXT_NAME_BACKUP] = {"berkas cadangan", "a backup's file"},
    [TEXT_NAME_FLEET] = {"pull, join atau status", "pull, join or status"},
    [TEXT_NAME_DEVICE] = {"alat", "device"},
    [TEXT_NAME_SWITCH] = {"sakelar dan on | off | auto", "switch and on | off | auto"},
    [TEXT_HELP_SETUP] = {
        "cara pakai: nila-collector setup [--answers BERKAS] [--config BERKAS]\n"
        "                            [--devices FOLDER]\n"
        "\n"
        "Bertanya tentang tambak, kolam, alat dan server, mencari alat di jalurnya,\n"
        "mencoba semuanya, lalu menulis berkas situs (yang lama menjadi .bak). Dapat\n"
        "diulang: yang sudah ada menjadi jawaban dalam [ ].\n"
        "Enter: tetap. <: kembali. ?: penjelasan. Ctrl-C: tidak ada yang diubah.\n"
        "  --answers BERKAS  jawaban dari berkas JSON, tanpa bertanya; setiap jawaban\n"
        "                    yang salah atau kurang disebut: berkas:baris:kolom\n"
        "Kode keluar: 65 jawaban salah; 69 ditulis, tetapi ada alat atau server yang\n"
        "tidak menjawab; 75 dan 130 (Ctrl-C) tidak selesai, tidak ada yang diubah.\n",
        "usage: nila-collector setup [--answers FILE] [--config FILE] [--devices DIR]\n"
        "\n"
        "Asks for the farm, its ponds, devices and server, looks for the devices on\n"
        "their lines, tries everything and writes the site file (the old one becomes\n"
        ".bak). It can be run again: what is there becomes the answer in [ ].\n"
        "Enter: keeps it. <: back. ?: explains. Ctrl-C: changes nothing.\n"
        "  --answers FILE  the answers from a JSON file, nothing is asked; each that is\n"
        "                  wrong or missing is named as file:line:column\n"
        "Exit codes: 65 wrong answers; 69 written, but a device or the server does not\n"
        "answer; 75 and 130 (Ctrl-C) not gone through with, nothing was changed.\n"},
    [TEXT_HELP_RUN] = {
        "cara pakai: nila-collector run [--config SITUS.json] [--devices FOLDER] [--trust-clock]\n"
        "\n"
        "Membaca alat, menyimpan setiap data di jurnal, mengirimnya; sampai SIGTERM. SIGHUP\n"
        "membaca berkas situs lagi.\n"
        "  --trust-clock   jam komputer ini benar walau tanpa server waktu\n",
        "usage: nila-collector run [--config SITE.json] [--devices DIR] [--trust-clock]\n"
        "\n"
        "Polls the devices, keeps every reading in the journal, sends it; ends on SIGTERM.\n"
        "SIGHUP reads the site file anew.\n"
        "  --trust-clock   the wall clock is good although no time server says so\n"},
    [TEXT_HELP_CHECK] = {
        "cara pakai: nila-collector check [--config SITUS.json] [--devices FOLDER] [--json]\n"
        "\n"
        "Memeriksa berkas situs dan profil alat, menunjukkan pertanyaan yang akan diajukan.\n"
        "Tidak membuka apa pun.\n",
        "usage: nila-collector check [--config SITE.json] [--devices DIR] [--json]\n"
        "\n"
        "Reads the site file and the profiles, shows the requests. Opens nothing.\n"},
    [TEXT_HELP_SCAN] = {
        "cara pakai: nila-collector scan --bus NAMA | --port /dev/ttyUSB0 | --host ALAMAT[:502]\n"
        "                           [--units 1-247] [--baud 9600|all] [--parity N|E|O|all]\n"
        "                           [--timeout MS] [--json]\n"
        "\n"
        "Mencari unit yang menjawab dan menebak profilnya. Lewat kolektor yang berjalan\n"
        "(--bus) pada kecepatan jalur itu; tanpa kolektor juga pada kecepatan lain. Satu\n"
        "kecepatan dengan 247 unit perlu sekitar satu menit.\n"
        "Keluar 0 bila ada yang menjawab, 69 bila tidak.\n",
        "usage: nila-collector scan --bus NAME | --port /dev/ttyUSB0 | --host ADDRESS[:502]\n"
        "                           [--units 1-247] [--baud 9600|all] [--parity N|E|O|all]\n"
        "                           [--timeout MS] [--json]\n"
        "\n"
        "Looks for units that answer and guesses their profiles. Through a running collector\n"
        "(--bus) at the bus's own speed; without one at others too. One speed with 247 units\n"
        "takes about a minute.\n"
        "Exits 0 when somebody answers, 69 when nobody does.\n"},
    [TEXT_HELP_PROBE] = {
        "cara pakai: nila-collector probe --bus NAMA | --port PORT | --host ALAMAT[:502]\n"
        "              --unit U --first A | --register 4xxxx [--function 3] [--count 10]\n"
        "              [--baud 9600] [--parity N] [--timeout MS] [--json]\n"
        "\n"
        "Menunjukkan register mentah: heks, u16, s16, dan u32, s32, f32 dalam semua urutan\n"
        "byte; dengan alamat (dari 0) dan nomor buku (4xxxx). Fungsi 1 coil, 2 masukan,\n"
        "3 holding, 4 input register.\n"
        "Menulis (root atau grup nila-admin, lewat kolektor, hanya register di profil):\n"
        "  --function 5|6|15|16 --write NILAI[,NILAI...] --allow-write\n",
        "usage: nila-collector probe --bus NAME | --port PORT | --host ADDRESS[:502]\n"
        "              --unit U --first A | --register 4xxxx [--function 3] [--count 10]\n"
        "              [--baud 9600] [--parity N] [--timeout MS] [--json]\n"
        "\n"
        "Shows raw registers: hex, u16, s16, and u32, s32, f32 in all byte orders; with the\n"
        "address (from 0) and the number of manuals (4xxxx). Function 1 coils, 2 inputs,\n"
        "3 holding, 4 input registers.\n"
        "Writing (root or group nila-admin, through the collector, registers of the profile):\n"
        "  --function 5|6|15|16 --write VALUE[,VALUE...] --allow-write\n"},
    [TEXT_HELP_READ] = {
        "cara pakai: nila-collector read ALAT [--config SITUS.json] [--devices FOLDER] [--json]\n"
        "\n"
        "Membaca satu alat sekali dan menunjukkan nilainya dengan penilaian. Tidak disimpan.\n",
        "usage: nila-collector read DEVICE [--config SITE.json] [--devices DIR] [--json]\n"
        "\n"
        "Reads one device once and shows its values, judged. Nothing is kept.\n"},
    [TEXT_HELP_STATUS] = {
        "cara pakai: nila-collector status [--config SITUS.json] [--json]\n"
        "\n"
        "Bertanya kepada kolektor: jalur (terpakai, salah, slot terlewat), alat (data terakhir,\n"
        "waktu jawab p50/p95), sakelar, jurnal, tujuan kirim.\n",
        "usage: nila-collector status [--config SITE.json] [--json]\n"
        "\n"
        "Asks the collector: buses (share of time in use, errors, slots missed), devices (last\n"
        "reading, answer time p50/p95), switches, journal, sinks.\n"},
    [TEXT_HELP_DOCTOR] = {
        "cara pakai: nila-collector doctor [--config SITUS.json] [--devices FOLDER] [--json]\n"
        "\n"
        "Memeriksa jalan dari alat sampai server: port, adaptor, alat, jam, disk, tujuan kirim;\n"
        "setiap masalah beserta solusinya. Tidak mengubah apa pun.\n"
        "Keluar 0 bila tidak ada yang gagal, 69 bila ada, 78 bila berkas situs harus dibetulkan.\n",
        "usage: nila-collector doctor [--config SITE.json] [--devices DIR] [--json]\n"
        "\n"
        "Looks at the way from probe to server: port, adapter, devices, clock, disk, sinks; each\n"
        "trouble with its cure. Changes nothing.\n"
        "Exits 0 when nothing failed, 69 when something did, 78 when the site file must be mended.\n"},
    [TEXT_HELP_EXPORT] = {
        "cara pakai: nila-collector export --out BERKAS.csv [--from T] [--to T] [--pond KOLAM]\n"
        "                             [--metric METRIK] [--config SITUS.json] [--json]\n"
        "\n"
        "Menulis isi jurnal sebagai CSV yang dapat diimpor lagi. T: 2026-11-24 (sebagai --to:\n"
        "hari itu ikut) atau 2026-11-24T05:12:30+07:00. --out - untuk layar; --pond \"\" untuk alat\n"
        "milik lokasi.\n",
        "usage: nila-collector export --out FILE.csv [--from T] [--to T] [--pond POND]\n"
        "                             [--metric METRIC] [--config SITE.json] [--json]\n"
        "\n"
        "Writes the journal as a CSV file that import takes. T: 2026-11-24 (as --to: that day\n"
        "included) or 2026-11-24T05:12:30+07:00. --out - for the screen; --pond \"\" for the site's\n"
        "own devices.\n"},
    [TEXT_HELP_IMPORT] = {
        "cara pakai: nila-collector import BERKAS.csv [--config SITUS.json] [--json]\n"
        "\n"
        "Memasukkan data (time,pond,device,metric,value,flag) ke jurnal; semua atau tidak sama\n"
        "sekali. Berkas yang sama dua kali tidak merugikan. Untuk root dan grup nila-admin selama\n"
        "kolektor berjalan.\n",
        "usage: nila-collector import FILE.csv [--config SITE.json] [--json]\n"
        "\n"
        "Takes readings (time,pond,device,metric,value,flag) into the journal, all or none. The\n"
        "same file twice is harmless. While a collector runs: for root and the group nila-admin.\n"},
    [TEXT_HELP_SPOOL] = {
        "cara pakai: nila-collector spool [--newest 20] [--config SITUS.json] [--json]\n"
        "\n"
        "Menunjukkan berapa yang menunggu dikirim, dan baris yang ditolak server dengan alasannya.\n",
        "usage: nila-collector spool [--newest 20] [--config SITE.json] [--json]\n"
        "\n"
        "Shows how much waits to be sent, and the lines servers refused, with their words.\n"},
    [TEXT_HELP_RELAY] = {
        "cara pakai: nila-collector relay SAKELAR on|off|auto [--for DETIK] [--config SITUS.json]\n"
        "\n"
        "Menyalakan atau mematikan kincir atau sirene; auto: kembali menurut aturannya. Paling\n"
        "lama manual_max_s. Untuk root dan grup nila-admin.\n",
        "usage: nila-collector relay SWITCH on|off|auto [--for SECONDS] [--config SITE.json]\n"
        "\n"
        "Switches an aerator or siren; auto: by its rule again. At most manual_max_s. For root and\n"
        "the group nila-admin.\n"},
    [TEXT_HELP_METRICS] = {
        "cara pakai: nila-collector metrics [--config SITUS.json] [--json]\n"
        "\n"
        "Angka kolektor dalam bentuk teks Prometheus (--json: sebagai JSON).\n",
        "usage: nila-collector metrics [--config SITE.json] [--json]\n"
        "\n"
        "The collector's figures in Prometheus's text format (--json: as JSON).\n"},
    [TEXT_HELP_BACKUP] = {
        "cara pakai: nila-collector backup BERKAS|FOLDER [--with-secrets] [--config SITUS.json]\n"
        "            [--devices FOLDER] [--json]\n"
        "\n"
        "Menyalin jurnal, berkas situs dan profil alatnya ke satu berkas tar, juga selagi kolektor\n"
        "berjalan; salinannya diperiksa sebelum diberi nama. Ke FOLDER: bernama situs dan waktunya.\n"
        "Login server hanya ikut dengan --with-secrets; berkasnya 0600. Simpan di luar Pi ini.\n"
        "Kembali, juga ke Pi lain: nila-collector restore BERKAS.\n",
        "usage: nila-collector backup FILE|DIR [--with-secrets] [--config SITE.json]\n"
        "       [--devices DIR] [--json]\n"
        "\n"
        "Copies journal, site file and its profiles into one tar file, also while the collector\n"
        "runs; the copy is checked before it gets its name. Into DIR: named by site and moment.\n"
        "The servers' logins go with it by --with-secrets only; the file is 0600. Keep it off this\n"
        "Pi. Back, also onto another one: nila-collector restore FILE.\n"},
    [TEXT_HELP_RESTORE] = {
        "cara pakai: nila-collector restore BERKAS [--dry-run] [--config SITUS.json] [--devices FOLDER]\n"
        "\n"
        "Mengembalikan cadangan, misalnya ke pengganti Pi yang mati. Ditolak selagi kolektor berjalan\n"
        "dan bila BERKAS rusak. Jurnal dan berkas situs di sini tidak dihapus (.before-WAKTU, .bak).\n"
        "Yang belum diakui server dikirim lagi; di InfluxDB itu titik yang sama. Nomor data berlanjut\n"
        "di atas semua yang pernah diberikan. Yang dikirim mesin lama sesudah cadangan ada di server.\n"
        "  --dry-run  hanya memeriksa BERKAS\n",
        "usage: nila-collector restore FILE [--dry-run] [--config SITE.json] [--devices DIR]\n"
        "\n"
        "Brings a backup back, for example onto what replaces a dead Pi. Refused while a collector\n"
        "runs and when FILE is damaged. Journal and site file that are here are not deleted\n"
        "(.before-MOMENT, .bak). What servers had not acknowledged is sent again; in InfluxDB that is\n"
        "the same point. Numbers go on above any that were given. What the old machine sent after the\n"
        "backup is on the server.\n"
        "  --dry-run  only checks FILE\n"},
    [TEXT_HELP_FLEET] = {
        "cara pakai: nila-collector fleet pull|status [--config SITUS.json] [--devices FOLDER]\n"
        "            nila-collector fleet join --url https://... --key KUNCI [--ca BERKAS]\n"
        "                           [--trial DETIK]\n"
        "\n"
        "Berkas situs dan profil alat dari kantor. join: mencatat dari mana, dan kunci umum kantor\n"
        "(nila-bridge keygen; bundelnya dibuat nila-bridge bundle). pull: mengambil, memeriksa tanda\n"
        "tangan, situs dan nomornya, memasang, menyuruh kolektor membacanya. Alat yang tadinya\n"
        "menjawab harus menjawab lagi dalam --trial detik (bawaan 600); bila tidak, yang lama\n"
        "dipasang lagi dan nomor itu tidak dicoba lagi. nila-fleet.timer menjalankannya berkala.\n"
        "Kode keluar: 0 berlaku atau tidak ada yang baru, 65 rusak atau tidak lebih baru, 69 gagal dan\n"
        "dikembalikan, 75 kolektor tidak berjalan, 77 tanda tangan, 78 konfigurasi.\n",
        "usage: nila-collector fleet pull|status [--config SITE.json] [--devices DIR]\n"
        "       nila-collector fleet join --url https://... --key KEY [--ca FILE] [--trial SECONDS]\n"
        "\n"
        "Site file and profiles from the office. join: notes whence, and the office's public key\n"
        "(nila-bridge keygen; its bundles are made by nila-bridge bundle). pull: fetches, looks at\n"
        "signature, site and number, puts it in place, tells the collector. Devices that answered\n"
        "before must answer again within --trial seconds (default 600), else what was there\n"
        "comes back and that number is not tried again. nila-fleet.timer runs it now and then.\n"
        "Exit codes: 0 in force or nothing new, 65 damaged or not newer, 69 failed and brought back,\n"
        "75 no collector runs, 77 signature, 78 configuration.\n"},
    [TEXT_HELP] = {
        "cara pakai: nila-collector PERINTAH [pilihan]; rinci: nila-collector PERINTAH --help\n"
        "\n"
        "setup    memasang: bertanya, mencari alat, menulis berkas situs\n"
        "run      membaca alat, menyimpan setiap data, mengirimnya; sampai SIGTERM\n"
        "check    memeriksa berkas situs dan profil alat; tidak membuka apa pun\n"
        "scan     mencari alat di sebuah jalur\n"
        "probe    menunjukkan register mentah sebuah unit\n"
        "read     membaca satu alat sekali\n"
        "status   bertanya kepada kolektor yang sedang berjalan\n"
        "doctor   mencari apa yang salah, beserta solusinya\n"
        "export   menulis isi jurnal sebagai CSV\n"
        "import   memasukkan data CSV ke jurnal\n"
        "spool    yang menunggu dikirim dan yang ditolak server\n"
        "relay    menyalakan atau mematikan kincir atau sirene\n"
        "metrics  angka kolektor untuk Prometheus\n"
        "backup   jurnal, berkas situs dan profil dalam satu berkas\n"
        "restore  mengembalikannya, juga ke Pi lain\n"
        "fleet    berkas situs dan profil dari kantor, bertanda tangan\n"
        "\n"
        "  --config BERKAS   berkas situs; bawaan {}\n"
        "  --devices FOLDER  profil alat; bawaan $NILA_DEVICES atau\n"
        "                    {}\n"
        "  --lang id|en      bahasa; bawaan $NILA_LANG atau id   --json  untuk program\n"
        "  --quiet  peringatan saja   --verbose  rinci   --help, --version\n"
        "Kode keluar (sysexits.h): 64 cara pakai, 65 data salah, 66 berkas tidak ada,\n"
        "69 tidak menjawab, 73 berkas tak dapat dibuat, 74 disk, 75 sedang dipakai,\n"
        "77 tidak diizinkan, 78 konfigurasi.\n",
        "usage: nila-collector COMMAND [options]; more: nila-collector COMMAND --help\n"
        "\n"
        "setup    leads through the installation and writes the site file\n"
        "run      polls the devices, keeps every reading, sends it; ends on SIGTERM\n"
        "check    reads the site file and the profiles, shows the requests; opens nothing\n"
        "scan     looks for devices on a line\n"
        "probe    shows the raw registers of a unit\n"
        "read     reads one device once\n"
        "status   asks the running collector\n"
        "doctor   looks for what is wrong, and says the cure\n"
        "export   writes the journal as CSV\n"
        "import   takes CSV readings into the journal\n"
        "spool    what waits to be sent and what servers refused\n"
        "relay    switches an aerator or siren\n"
        "metrics  the collector's figures for Prometheus\n"
        "backup   journal, site file and profiles in one file\n"
        "restore  brings it back, also onto another Pi\n"
        "fleet    site file and profiles from the office, signed\n"
        "\n"
        "  --config FILE   site file; default {}\n"
        "  --devices DIR   device profiles; default $NILA_DEVICES or\n"
        "                  {}\n"
        "  --lang id|en    language; default $NILA_LANG or id   --json  for programs\n"
        "  --quiet  warnings only   --verbose  repeats too   --help, --version\n"
        "Exit codes (sysexits.h): 64 usage, 65 mistakes in the data, 66 no such file,\n"
        "69 no answer, 73 file cannot be made, 74 disk, 75 busy, 77 not permitted,\n"
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
