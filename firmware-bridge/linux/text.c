/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "text.h"

#include <string.h>

static enum language chosen = LANGUAGE_ID;

/* clang-format off */
static const char *const TEXT[TEXT_COUNT][LANGUAGE_COUNT] = {
[TEXT_HELP] = {
"nila-bridge - sensor Pi ini di belakang Modbus; kolam nila tiruan; alat bantu teknisi\n"
"\n"
"CARA PAKAI\n"
"  nila-bridge serve [pilihan]                layani sensor yang terpasang di Pi ini\n"
"  nila-bridge simulate SITUS.json [pilihan]  layani semua alat di berkas situs\n"
"  nila-bridge history SITUS.json --days N    tulis riwayat pengukuran sebagai CSV\n"
"  nila-bridge calibrate --unit N ...         tuntun kalibrasi sensor sebuah alat\n"
"  nila-bridge update --unit N ...            kirim firmware baru ke sebuah alat\n"
"  nila-bridge keygen --key BERKAS            buat kunci kantor\n"
"  nila-bridge sign --key BERKAS ...          tandatangani firmware\n"
        "  nila-bridge bundle --key BERKAS ...        tandatangani berkas situs untuk sebuah kolektor\n"
"  nila-bridge PERINTAH --help                semua pilihan sebuah perintah\n"
"  nila-bridge --version\n"
"\n"
"PILIHAN UMUM\n"
"  --lang id|en   bahasa; juga dari variabel NILA_LANG (bawaan: id)\n"
"  --quiet        hanya peringatan dan kesalahan\n"
"  --verbose      lebih banyak rincian\n"
"\n"
"KODE KELUAR (sysexits.h)\n"
"  0 baik, 64 cara pakai, 66 berkas situs tidak ada, 69 porta terpakai, 70 salah program,\n"
"  73 berkas tidak dapat dibuat, 74 salah baca/tulis, 77 tidak diizinkan, 78 berkas situs salah\n",
"nila-bridge - this Pi's probes behind Modbus; simulated tilapia ponds; technician's tools\n"
"\n"
"USAGE\n"
"  nila-bridge serve [options]                serve the probes of this Pi\n"
"  nila-bridge simulate SITE.json [options]   serve every device of a site file\n"
"  nila-bridge history SITE.json --days N     write a history of measurements as CSV\n"
"  nila-bridge calibrate --unit N ...         lead through the calibration of a node's probe\n"
"  nila-bridge update --unit N ...            send new firmware to a node\n"
"  nila-bridge keygen --key FILE              make the office's key\n"
"  nila-bridge sign --key FILE ...            sign firmware\n"
        "  nila-bridge bundle --key FILE ...          sign a site file for a collector\n"
"  nila-bridge COMMAND --help                 all options of a command\n"
"  nila-bridge --version\n"
"\n"
"COMMON OPTIONS\n"
"  --lang id|en   language; also from the variable NILA_LANG (default: id)\n"
"  --quiet        warnings and errors only\n"
"  --verbose      more detail\n"
"\n"
"EXIT CODES (sysexits.h)\n"
"  0 good, 64 wrong usage, 66 no such site file, 69 port taken, 70 program error,\n"
"  73 file cannot be made, 74 reading or writing failed, 77 not permitted, 78 site file wrong\n",
},
[TEXT_HELP_SIMULATE] = {
"nila-bridge simulate - layani alat sebuah situs dengan kolam tiruan\n"
"\n"
"CARA PAKAI\n"
"  nila-bridge simulate SITUS.json [pilihan]\n"
"\n"
"  Setiap alat di berkas situs dilayani menurut profilnya, dengan register dan tabiatnya: jalur tcp di porta\n"
"  dari berkas itu (0: porta bebas), jalur serial di sebuah pty. nila-node dengan kolam mengukur suhu,\n"
"  oksigen, pH, EC, kekeruhan, tinggi air dan TAN; tanpa kolam suhu udara, PAR dan angin. Alat lain mengukur\n"
"  apa yang tertulis di profilnya. Berhenti dengan SIGTERM atau SIGINT.\n"
"\n"
"PILIHAN\n"
"  --seed N              benih cuaca, sifat kolam dan derau (bawaan 1)\n"
"  --noise on|off        derau sensor (bawaan on)\n"
"  --set KOLAM:fish_kg_m2=X  kepadatan ikan sebuah kolam; boleh berulang\n"
"  --fault ALAT:JENIS[:dari_s[:sampai_s]]\n"
"                        ganggu sebuah alat: silent (tidak menjawab), absent (sensor tidak ada),\n"
"                        nonsense (nilai mustahil yang mengaku benar), stuck (nilai terakhir berulang),\n"
"                        fouled (oksigen makin tumpul selama 10 hari), drift (kalibrasi bergeser tiap hari),\n"
"                        air (probe tergantung di udara);\n"
"                        detik dihitung sejak mulai; boleh berulang\n"
"  --event KOLAM:JENIS:dari_s[:sampai_s[:ukuran]]\n"
"                        crash (plankton mati; ukuran bagiannya, 0.9), aerator (ukuran per jam, 0.8),\n"
"                        power (listrik padam: tanpa kincir dan blower), acid (air asam masuk; sisa asam meq/L,\n"
"                        0.05), turnover (air dasar naik karena hujan; bagian oksigen yang hilang, 0.7),\n"
"                        smoke (asap; bagian cahaya yang hilang, 0.5); boleh berulang\n"
"  --contact ALAT:SALURAN:closed|open[:dari_s[:sampai_s]]\n"
"                        masukan modul tertutup (atau terbuka) di antara detik itu, sebaliknya di luarnya\n"
"  --aerator KOLAM:ALAT:SALURAN[:per_jam]\n"
"                        relai itu menjalankan kincir kolam (bawaan 0.8 per jam)\n"
"  --replay [KOLAM=]BERKAS.csv\n"
"                        alat kolam itu mengukur rekaman, bukan air tiruan: kolom time dan metrik (do_mg_l, temp_c,\n"
"                        ph ...), seperti oxygen backtest; celah dan metrik yang tidak ada berarti tanpa nilai\n"
"  --speed X             detik rekaman tiap detik (bawaan 1); --replay-from WAKTU mulai dari situ;\n"
"                        --loop mulai lagi di akhir (bawaan: tanpa nilai setelah baris terakhir)\n"
"  --bus-fault JENIS[:laju][,JENIS[:laju]...]\n"
"                        rusak sebagian jawaban di semua jalur, diundi dari benih; laju 0 sampai 1 (bawaan\n"
"                        0.05): late (terlambat), duplicate (dua kali), wrong-unit, wrong-function,\n"
"                        wrong-crc, short (terpotong), overlong (kepanjangan), babble (byte acak),\n"
"                        exception, silent (hilang); tercatat di --truth dan dihitung di akhir\n"
"  --baud N              jalur serial secepat kabel N baud, bukan secepat pty; BUS=N untuk satu jalur;\n"
"                        paritas dan bit henti dari berkas situs\n"
"  --devices FOLDER      profil alat (bawaan: $NILA_DEVICES, lalu folder terpasang)\n"
"  --listen HOST         alamat untuk jalur tcp (bawaan 127.0.0.1)\n"
"  --pty-link PATH       nama tetap untuk pty jalur serial; BUS=PATH bila jalurnya lebih dari satu\n"
"  --ready BERKAS        tulis JSON porta dan pty setelah semua siap\n"
"  --truth BERKAS        catat setiap nilai yang dilayani, CSV\n"
"  --for DETIK           berhenti sendiri setelah itu\n"
"  --lang id|en, --quiet, --verbose, --help, --version\n",
"nila-bridge simulate - serve the devices of a site from simulated ponds\n"
"\n"
"USAGE\n"
"  nila-bridge simulate SITE.json [options]\n"
"\n"
"  Every device of the site file is served as its profile says, with its registers and manners: a tcp bus on\n"
"  the port of that file (0: any free port), a serial bus on a pty. A nila-node with a pond measures\n"
"  temperature, oxygen, pH, EC, turbidity, level and TAN; without one air temperature, PAR and wind. Other\n"
"  devices measure what their profiles say. SIGTERM or SIGINT ends it.\n"
"\n"
"OPTIONS\n"
"  --seed N              seed of weather, pond characters and noise (default 1)\n"
"  --noise on|off        sensor noise (default on)\n"
"  --set POND:fish_kg_m2=X  standing biomass of a pond; may be repeated\n"
"  --fault DEVICE:KIND[:from_s[:to_s]]\n"
"                        disturb a device: silent (no answer), absent (sensors gone), nonsense\n"
"                        (impossible values that claim to be valid), stuck (the last values repeat),\n"
"                        fouled (oxygen answers less and less over ten days), drift (the calibration\n"
"                        wanders each day), air (the probe hangs in the air);\n"
"                        seconds count from the start; may be repeated\n"
"  --event POND:KIND:from_s[:to_s[:size]]\n"
"                        crash (algae die; size is their share, 0.9), aerator (size 1/h, 0.8),\n"
"                        power (a power cut: no aerator, no blower), acid (a flush of acid water; acid left,\n"
"                        meq/L, 0.05), turnover (rain brings bottom water up; share of the oxygen lost, 0.7),\n"
"                        smoke (haze; share of the light lost, 0.5); may be repeated\n"
"  --contact DEVICE:CHANNEL:closed|open[:from_s[:to_s]]\n"
"                        an input of a module is closed (or open) between these seconds, else not\n"
"  --aerator POND:DEVICE:CHANNEL[:per_hour]\n"
"                        that relay drives the pond's aerator (default 0.8 an hour)\n"
"  --replay [POND=]FILE.csv\n"
"                        that pond's devices measure a recording instead of simulated water: columns time and metrics\n"
"                        (do_mg_l, temp_c, ph ...), as for oxygen backtest; gaps and metrics it has not are no values\n"
"  --speed X             recorded seconds a second (default 1); --replay-from TIME begins there; --loop begins\n"
"                        anew at the end (default: no values after the last row)\n"
"  --bus-fault KIND[:rate][,KIND[:rate]...]\n"
"                        spoil a share of the answers on all buses, drawn from the seed; rate 0 to 1\n"
"                        (default 0.05): late, duplicate, wrong-unit, wrong-function, wrong-crc, short,\n"
"                        overlong, babble (random bytes), exception, silent; each is on the --truth log\n"
"                        and counted at the end\n"
"  --baud N              serial buses as fast as a wire at N baud, not as a pty; BUS=N for one bus;\n"
"                        parity and stop bits as in the site file\n"
"  --devices DIR         device profiles (default: $NILA_DEVICES, then the installed folder)\n"
"  --listen HOST         address of the tcp buses (default 127.0.0.1)\n"
"  --pty-link PATH       stable name of the serial bus's pty; BUS=PATH when there are several\n"
"  --ready FILE          write ports and ptys as JSON when all is bound\n"
"  --truth FILE          log every value served, CSV\n"
"  --for SECONDS         stop by itself after that\n"
"  --lang id|en, --quiet, --verbose, --help, --version\n",
},
[TEXT_HELP_HISTORY] = {
"nila-bridge history - tulis apa yang seharusnya telah diukur, sebagai CSV\n"
"\n"
"CARA PAKAI\n"
"  nila-bridge history SITUS.json --days N [pilihan]\n"
"\n"
"  Kolom: time,pond,device,metric,value,flag. Kolam, cuaca dan derau sama dengan simulate untuk benih yang\n"
"  sama. flag 2: belum dinilai. Tidak ada baris di masa depan.\n"
"\n"
"PILIHAN\n"
"  --days N              berapa hari, 1 sampai 3660 (wajib)\n"
"  --every DETIK         jarak antarbaris, 1 sampai 86400 (bawaan 600)\n"
"  --until WAKTU         sampai kapan, ISO 8601; tanpa zona berarti WIB (bawaan: sekarang)\n"
"  --out BERKAS          tulis ke berkas, bukan ke stdout\n"
"  --seed N              benih cuaca, sifat kolam dan derau (bawaan 1)\n"
"  --noise on|off        derau sensor (bawaan on)\n"
"  --set KOLAM:fish_kg_m2=X  kepadatan ikan sebuah kolam; boleh berulang\n"
"  --fault ALAT:JENIS[:dari_s[:sampai_s]]  alat yang terganggu, seperti pada simulate; detik sejak awal riwayat\n"
"  --event KOLAM:JENIS:dari_s[:sampai_s[:ukuran]]\n"
"                        crash (plankton mati; ukuran bagiannya, 0.9), aerator (ukuran per jam, 0.8),\n"
"                        power (listrik padam: tanpa kincir dan blower), acid (air asam masuk; sisa asam meq/L,\n"
"                        0.05), turnover (air dasar naik karena hujan; bagian oksigen yang hilang, 0.7),\n"
"                        smoke (asap; bagian cahaya yang hilang, 0.5); boleh berulang\n"
"  --lang id|en, --quiet, --verbose, --help, --version\n",
"nila-bridge history - write what would have been measured, as CSV\n"
"\n"
"USAGE\n"
"  nila-bridge history SITE.json --days N [options]\n"
"\n"
"  Columns: time,pond,device,metric,value,flag. Ponds, weather and noise are those of simulate for the same\n"
"  seed. flag 2: not evaluated. No row lies in the future.\n"
"\n"
"OPTIONS\n"
"  --days N              how many days, 1 to 3660 (required)\n"
"  --every SECONDS       between rows, 1 to 86400 (default 600)\n"
"  --until TIME          up to when, ISO 8601; without offset it is WIB (default: now)\n"
"  --out FILE            write to a file instead of stdout\n"
"  --seed N              seed of weather, pond characters and noise (default 1)\n"
"  --noise on|off        sensor noise (default on)\n"
"  --set POND:fish_kg_m2=X  standing biomass of a pond; may be repeated\n"
"  --fault DEVICE:KIND[:from_s[:to_s]]  a disturbed device, as in simulate; seconds from the begin of the history\n"
"  --event POND:KIND:from_s[:to_s[:size]]\n"
"                        crash (algae die; size is their share, 0.9), aerator (size 1/h, 0.8),\n"
"                        power (a power cut: no aerator, no blower), acid (a flush of acid water; acid left,\n"
"                        meq/L, 0.05), turnover (rain brings bottom water up; share of the oxygen lost, 0.7),\n"
"                        smoke (haze; share of the light lost, 0.5); may be repeated\n"
"  --lang id|en, --quiet, --verbose, --help, --version\n",
},
[TEXT_TRY_HELP] = {"lihat: nila-bridge{0} --help", "see: nila-bridge{0} --help"},
[TEXT_NO_SUBCOMMAND] = {"perintah belum disebut", "no command given"},
[TEXT_BAD_SUBCOMMAND] = {"perintah {0} tidak dikenal", "unknown command {0}"},
[TEXT_BAD_OPTION] = {"pilihan {0} tidak dikenal", "unknown option {0}"},
[TEXT_OPTION_ELSEWHERE] = {"pilihan --{0} bukan untuk {1}", "option --{0} is not for {1}"},
[TEXT_OPTION_WITHOUT] = {"pilihan --{0} hanya bersama --{1}", "option --{0} only goes with --{1}"},
[TEXT_OPTION_NEEDS_VALUE] = {"pilihan {0} perlu nilai", "option {0} needs a value"},
[TEXT_OPTION_NO_VALUE] = {"pilihan --{0} wajib untuk {1}", "option --{0} is required for {1}"},
[TEXT_BAD_VALUE] = {"--{0} {1}: harus {2}", "--{0} {1}: must be {2}"},
[TEXT_NO_SITE] = {"berkas situs belum disebut", "no site file given"},
[TEXT_TOO_MANY] = {"{0}: terlalu banyak argumen", "{0}: too many arguments"},
[TEXT_BAD_FAULT] = {
    "--fault {0}: {1}; bentuknya ALAT:silent|absent|nonsense|stuck|fouled|drift|air[:dari_s[:sampai_s]]",
    "--fault {0}: {1}; the form is DEVICE:silent|absent|nonsense|stuck|fouled|drift|air[:from_s[:to_s]]"},
[TEXT_BAD_EVENT] = {
    "--event {0}: {1}; bentuknya KOLAM:crash|aerator|power|acid|turnover|smoke:dari_s[:sampai_s[:ukuran]]",
    "--event {0}: {1}; the form is POND:crash|aerator|power|acid|turnover|smoke:from_s[:to_s[:size]]"},
[TEXT_BAD_CONTACT] = {
    "--contact {0}: {1}; bentuknya ALAT:SALURAN:closed|open[:dari_s[:sampai_s]]",
    "--contact {0}: {1}; the form is DEVICE:CHANNEL:closed|open[:from_s[:to_s]]"},
[TEXT_BAD_AERATOR] = {
    "--aerator {0}: {1}; bentuknya KOLAM:ALAT:SALURAN[:per_jam]",
    "--aerator {0}: {1}; the form is POND:DEVICE:CHANNEL[:per_hour]"},
[TEXT_BAD_BUS_FAULT] = {
    "--bus-fault {0}: {1}; bentuknya JENIS[:laju][,JENIS[:laju]...], laju 0 sampai 1 dan bersama paling\n"
    "banyak 1; JENIS: late duplicate wrong-unit wrong-function wrong-crc short overlong babble exception silent",
    "--bus-fault {0}: {1}; the form is KIND[:rate][,KIND[:rate]...], rates 0 to 1 and together at most 1;\n"
    "KIND: late duplicate wrong-unit wrong-function wrong-crc short overlong babble exception silent"},
[TEXT_BAD_BAUD] = {
    "--baud {0}: {1}; bentuknya N untuk semua jalur serial atau BUS=N untuk satu, N 1200 sampai 115200",
    "--baud {0}: {1}; the form is N for all serial buses or BUS=N for one, N 1200 to 115200"},
[TEXT_BAD_SET] = {
    "--set {0}: {1}; bentuknya KOLAM:fish_kg_m2=X dengan X di atas 0 sampai 100",
    "--set {0}: {1}; the form is POND:fish_kg_m2=X with X above 0 up to 100"},
[TEXT_BAD_REPLAY] = {
    "--replay {0}: {1}; bentuknya KOLAM=BERKAS.csv, atau BERKAS.csv bila kolamnya hanya satu",
    "--replay {0}: {1}; the form is POND=FILE.csv, or FILE.csv where there is one pond alone"},
[TEXT_WHY_FORM] = {"bentuknya lain", "another form"},
[TEXT_WHY_UNKNOWN] = {"nama tidak dikenal", "unknown name"},
[TEXT_WHY_RANGE] = {"di luar batas", "out of range"},
[TEXT_BAD_LINK] = {"--pty-link {0}: tidak ada jalur serial {1}", "--pty-link {0}: no serial bus {1}"},
[TEXT_LINK_WHICH_BUS] = {
    "--pty-link {0}: ada beberapa jalur serial, sebut BUS=PATH",
    "--pty-link {0}: there are several serial buses, say BUS=PATH"},
[TEXT_CANNOT_WRITE] = {"{0}: tidak dapat ditulis: {1}", "{0}: cannot be written: {1}"},
[TEXT_CANNOT_START] = {"tidak dapat mulai: {0}", "cannot start: {0}"},
[TEXT_RUNUP] = {"{0} kolam disiapkan, benih {1}", "preparing {0} ponds, seed {1}"},
[TEXT_ON_TCP] = {"jalur {0}: tcp {1} porta {2}", "bus {0}: tcp {1} port {2}"},
[TEXT_ON_PTY] = {"jalur {0}: pty {1} {2}", "bus {0}: pty {1} {2}"},
[TEXT_PACED] = {"jalur {0}: dipacu {1} baud, {2}", "bus {0}: paced at {1} baud, {2}"},
[TEXT_AS_PROFILE] = {"alat {0}: dilayani sebagai {1} {2}", "device {0}: served as {1} {2}"},
[TEXT_WAITS_FOR_START] = {
    "alat {0}: mengukur hanya bila disuruh; sampai saat itu nilainya 0",
    "device {0}: measures only when told to; until then its values are 0"},
[TEXT_REPLAYED] = {"kolam {0}: diputar dari rekaman, {1} baris: {2}", "pond {0}: replayed from a recording of {1} rows: {2}"},
[TEXT_BUS_FAULTS] = {"gangguan jalur: {0}; benih {1}", "bus faults: {0}; seed {1}"},
[TEXT_BUS_FAULTS_DONE] = {"{0} jawaban; gangguan jalur: {1}", "{0} answers; bus faults: {1}"},
[TEXT_STOPPED] = {"berhenti", "stopped"},
[TEXT_LEFT_OUT] = {
    "alat {0}: profil {1} tidak ditiru, tidak ada baris untuknya",
    "device {0}: profile {1} is not imitated, no rows for it"},
[TEXT_FUTURE_CUT] = {
    "--until {0} ada di masa depan; riwayat berakhir sekarang",
    "--until {0} lies in the future; the history ends now"},
[TEXT_WRITTEN] = {"{0} baris ditulis", "{0} rows written"},
[TEXT_PROGRESS] = {"riwayat {0} %", "history {0} %"},
};
/* clang-format on */

bool text_choose(const char *code)
{
    static const char *const CODE[LANGUAGE_COUNT] = {"id", "en"};

    for (int i = 0; i < LANGUAGE_COUNT; i++) {
        if (strcmp(code, CODE[i]) == 0) {
            chosen = (enum language)i;
            return true;
        }
    }
    return false;
}

const char *text_raw(enum text id, enum language language)
{
    return TEXT[id][language];
}

const char *text_why(int rc)
{
    return TEXT[rc == NILA_ERR_NOT_FOUND ? TEXT_WHY_UNKNOWN
                : rc == NILA_ERR_RANGE   ? TEXT_WHY_RANGE
                                         : TEXT_WHY_FORM][chosen];
}

void text_append(struct buf *b, enum text id, const char *a0, const char *a1, const char *a2)
{
    const char *const arg[] = {a0, a1, a2};

    for (const char *p = TEXT[id][chosen]; *p != '\0'; p++) {
        if (p[0] == '{' && p[1] >= '0' && p[1] <= '2' && p[2] == '}') {
            const char *a = arg[p[1] - '0'];
            buf_str(b, a != NULL ? a : "");
            p += 2;
        } else {
            buf_add(b, p, 1);
        }
    }
}

void text_say(enum text id, const char *a0, const char *a1, const char *a2)
{
    struct buf b = {0};

    buf_str(&b, "nila-bridge: ");
    text_append(&b, id, a0, a1, a2);
    buf_str(&b, "\n");
    (void)fwrite(b.p, 1, b.n, stderr);
    buf_free(&b);
}
