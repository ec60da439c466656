/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The conversation of setup: the server and its login, what it keeps, the collectors, the pages, the first admin. */
#include "office.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analytics/alert/phone.h"
#include "collector/common/slug.h"
#include "collector/common/tongue.h"
#include "collector/common/wizard_talk.h"

struct asking {
    struct office *o;
    const struct wizard_io *io;
    bool silent; /* see wizard_row */
    bool has_user;
};

static enum wizard_end install_now(struct asking *a, bool *done)
{
    bool yes = false;
    enum wizard_end end;

    *done = false;
    if (geteuid() != 0 || strcmp(a->o->plan.url, "http://127.0.0.1:8086") != 0)
        return WIZARD_ON;
    end = wizard_yes(
        a->io,
        tongue("Pasang InfluxDB 1.6 dari Debian sekarang", "Install Debian's InfluxDB 1.6 now"),
        tongue("Menjalankan apt-get install influxdb, lalu menyuruhnya meminta login.",
               "Runs apt-get install influxdb, then makes it ask for a login."),
        &yes);
    if (end == WIZARD_ON && yes && office_install(a->o) == 0) {
        *done = true;
        for (int i = 0; i < 50; i++) { /* it listens some seconds after systemd calls it started */
            char why[OFFICE_WHY];
            if (office_find(a->o, why) == 0)
                break;
            (void)usleep(200000);
        }
    }
    return end;
}

static enum wizard_end ask_url(void *arg)
{
    struct asking *a = arg;
    struct office *o = a->o;
    char why[OFFICE_WHY];

    for (;;) {
        bool again = false;
        int rc;
        enum wizard_end end = wizard_ask(
            a->io, tongue("Alamat InfluxDB", "InfluxDB's address"),
            tongue(
                "Server basis data, seperti dilihat dari komputer ini; biasanya komputer ini juga: "
                "http://127.0.0.1:8086",
                "The database's server as seen from this computer; usually it is this computer: "
                "http://127.0.0.1:8086"),
            true, o->plan.url, sizeof o->plan.url);
        if (end != WIZARD_ON)
            return end;
        rc = office_find(o, why);
        if (rc == 0)
            break;
        wizard_say(a->io, "  %s", why);
        wizard_say(a->io, "  %s", office_find_cure(rc));
        end = install_now(a, &again);
        if (end == WIZARD_STOP || end == WIZARD_OVER)
            return end;
        if (again && office_find(o, why) == 0)
            break;
    }
    wizard_say(a->io, tongue("  InfluxDB %s, %s", "  InfluxDB %s, %s"),
               o->found.version[0] != '\0' ? o->found.version : influx_api_name(o->found.api),
               o->found.fresh         ? tongue("belum disiapkan: itu dilakukan di sini",
                                               "not set up yet: that is done here")
               : o->found.wants_login ? tongue("meminta login", "asks for a login")
                                      : tongue("tidak meminta login", "asks for no login"));
    if (office_plain_http(o->plan.url))
        wizard_say(
            a->io, "  %s",
            tongue("Perhatian: http tanpa s, semua yang lewat dapat dibaca orang di jaringan itu.",
                   "Mind: http without s, whatever passes can be read by others on that network."));
    return WIZARD_ON;
}

static enum wizard_end ask_admin(void *arg)
{
    struct asking *a = arg;
    struct office *o = a->o;
    char path[OFFICE_PATH], known[OFFICE_LOGIN];
    bool v1 = o->found.api == INFLUX_V1;

    office_beside(o, "office", "influx-admin.token", path, sizeof path);
    a->silent = o->found.fresh || (v1 && !o->found.wants_login) ||
                office_first_line(path, known, sizeof known);
    if (a->silent)
        return WIZARD_ON;
    return wizard_ask_hidden(
        a->io,
        v1 ? tongue("Admin InfluxDB nama:sandi (kosong: belum ada)",
                    "InfluxDB's admin name:password (empty: none yet)")
           : tongue("Token admin InfluxDB", "InfluxDB's admin token"),
        v1 ? tongue("Kosong bila InfluxDB baru dipasang: admin pertamanya dibuat di sini dan "
                    "disimpan.",
                    "Empty when InfluxDB is new: its first admin is made here and kept.")
           : tongue("Token yang boleh membuat bucket dan token lain.",
                    "A token that may make buckets and other tokens."),
        o->plan.admin, sizeof o->plan.admin);
}

static enum wizard_end ask_org(void *arg)
{
    struct asking *a = arg;

    a->silent = a->o->found.api != INFLUX_V2;
    if (a->silent)
        return WIZARD_ON;
    return wizard_ask(a->io, tongue("Organisasi InfluxDB", "InfluxDB's organisation"),
                      tongue("Nama organisasi di InfluxDB 2; dibuat bila belum ada.",
                             "The organisation in InfluxDB 2; made when it is not there."),
                      true, a->o->plan.org, sizeof a->o->plan.org);
}

static enum wizard_end ask_database(void *arg)
{
    struct asking *a = arg;

    return wizard_ask(a->io, tongue("Nama database", "Name of the database"),
                      tongue("Dipakai semua kolektor; dibuat bila belum ada.",
                             "Of all collectors; made when it is not there."),
                      true, a->o->plan.database, sizeof a->o->plan.database);
}

static enum wizard_end ask_keep(void *arg)
{
    struct asking *a = arg;
    double days = a->o->plan.keep_raw_days;
    enum wizard_end end;

    for (;;) {
        end = wizard_ask_number(
            a->io,
            tongue("Simpan bacaan asli berapa hari (0: selamanya)",
                   "Keep readings as they came for days (0: for ever)"),
            tongue("Nilai tiap jam dan tiap hari tetap ada. Sepuluh kolam tiap menit: kira-kira 1 "
                   "GB setahun.",
                   "Hourly and daily values stay. Ten ponds every minute: about 1 GB a year."),
            0, 36500, true, &days);
        if (end != WIZARD_ON || days == 0 || days >= 30)
            break;
        wizard_say(a->io, "  %s", tongue("0 atau mulai 30.", "0 or from 30."));
    }
    a->o->plan.keep_raw_days = (int)days;
    return end;
}

/* "kebun-1 kebun-2" into the plan; false after the first that is no short name was said. */
static bool take_collectors(struct asking *a, char *list)
{
    struct office_plan *p = &a->o->plan;
    char *save = NULL;

    p->collectors = 0;
    for (char *s = strtok_r(list, " ,", &save); s != NULL; s = strtok_r(NULL, " ,", &save)) {
        bool twice = false;
        for (size_t i = 0; i < p->collectors; i++)
            twice = twice || strcmp(p->collector[i], s) == 0;
        if (!slug_valid(s) || twice || p->collectors == OFFICE_COLLECTORS) {
            wizard_say(
                a->io,
                tongue("  \"%.40s\": harus huruf kecil, angka dan -, sekali saja, paling banyak %d "
                       "nama",
                       "  \"%.40s\": small letters, digits and -, once each, at most %d names"),
                s, OFFICE_COLLECTORS);
            return false;
        }
        (void)snprintf(p->collector[p->collectors++], SLUG_SIZE, "%s", s);
    }
    return true;
}

static enum wizard_end ask_collectors(void *arg)
{
    struct asking *a = arg;
    char list[500] = "";
    enum wizard_end end;

    do {
        list[0] = '\0';
        end = wizard_ask(
            a->io,
            tongue("Kolektor yang boleh menulis (nama pendek, pisahkan spasi; kosong: nanti)",
                   "Collectors that may write (short names, blanks between; empty: later)"),
            tongue("Tiap kolektor mendapat login sendiri yang hanya boleh menulis, sehingga yang "
                   "hilang dapat "
                   "dimatikan sendiri. Pakai nama pendek tambaknya.",
                   "Each gets a login of its own that may only write, so that a lost one can be "
                   "shut out alone. Use "
                   "the farm's short name."),
            false, list, sizeof list);
    } while (end == WIZARD_ON && !take_collectors(a, list));
    return end;
}

static enum wizard_end ask_outside(void *arg)
{
    struct asking *a = arg;

    a->silent = a->o->plan.collectors == 0;
    if (a->silent)
        return WIZARD_ON;
    return wizard_ask(
        a->io, tongue("Alamat InfluxDB bagi kolektor", "InfluxDB's address for the collectors"),
        tongue("Seperti dilihat dari tambak; lewat internet hanya https://.",
               "As seen from the farms; over the internet https:// only."),
        true, a->o->plan.outside, sizeof a->o->plan.outside);
}

static const char *tls_words(const void *arg, size_t i)
{
    const char *const WORDS[OFFICE_TLS_COUNT] = {
        tongue("hanya komputer ini", "this computer alone"),
        tongue("reverse proxy (nginx, caddy) di komputer ini memegang https",
               "a reverse proxy (nginx, caddy) of this computer speaks https"),
        tongue("https dengan sertifikat sendiri", "https with a certificate of its own"),
        tongue("http biasa di jaringan tertutup (siapa pun di sana dapat membaca kata sandi)",
               "plain http on a closed network (anybody there can read passwords)")};

    (void)arg;
    return WORDS[i];
}

static enum wizard_end ask_tls(void *arg)
{
    struct asking *a = arg;
    size_t at = (size_t)a->o->plan.tls;
    enum wizard_end end;

    wizard_say(a->io, "%s", tongue("Siapa yang melihat halamannya?", "Who looks at the pages?"));
    for (size_t i = 0; i < OFFICE_TLS_COUNT; i++)
        wizard_say(a->io, "  %zu  %s", i + 1, tls_words(NULL, i));
    end = wizard_choose(
        a->io, tongue("Nomornya", "Its number"),
        tongue("Di internet hanya 2 atau 3. Contoh nginx ada di README deploy.",
               "On the internet only 2 or 3. An nginx example is in deploy's README."),
        OFFICE_TLS_COUNT, tls_words, NULL, &at);
    if (end == WIZARD_ON)
        a->o->plan.tls = (enum office_tls)at;
    return end;
}

static enum wizard_end ask_certificate(struct asking *a, const char *question,
                                       char path[static OFFICE_PATH])
{
    for (;;) {
        enum wizard_end end = wizard_ask(
            a->io, question,
            tongue("Berkas PEM; kuncinya 0640 atau kurang dan dapat dibaca layanan nila-analytics.",
                   "A PEM file; the key 0640 or less, readable by the service nila-analytics."),
            true, path, OFFICE_PATH);
        if (end != WIZARD_ON || access(path, R_OK) == 0)
            return end;
        wizard_say(a->io, tongue("  %s tidak dapat dibaca", "  %s cannot be read"), path);
    }
}

static enum wizard_end ask_cert(void *arg)
{
    struct asking *a = arg;

    a->silent = a->o->plan.tls != OFFICE_TLS_OWN;
    return a->silent ? WIZARD_ON
                     : ask_certificate(a, tongue("Sertifikat", "Certificate"), a->o->plan.cert);
}

static enum wizard_end ask_key(void *arg)
{
    struct asking *a = arg;

    a->silent = a->o->plan.tls != OFFICE_TLS_OWN;
    return a->silent ? WIZARD_ON
                     : ask_certificate(a, tongue("Kuncinya", "Its key"), a->o->plan.key);
}

static enum wizard_end ask_names(void *arg)
{
    struct asking *a = arg;

    a->silent = a->o->plan.tls == OFFICE_TLS_LOCAL;
    if (a->silent)
        return WIZARD_ON;
    return wizard_ask(
        a->io,
        tongue("Nama di alamat halaman (kolam.dinas.example; kosong: angka IP saja)",
               "Name in the pages' address (kolam.dinas.example; empty: numbers only)"),
        tongue("Peramban yang datang dengan nama lain ditolak.",
               "Browsers that come with another name are refused."),
        false, a->o->plan.names, sizeof a->o->plan.names);
}

static enum wizard_end ask_port(void *arg)
{
    struct asking *a = arg;
    double port = a->o->plan.port;
    enum wizard_end end =
        wizard_ask_number(a->io, tongue("Port halaman", "Port of the pages"),
                          tongue("1 sampai 65535; biasanya 8080.", "1 to 65535; usually 8080."), 1,
                          65535, true, &port);

    a->o->plan.port = (int)port;
    return end;
}

/* --- the first admin ---------------------------------------------------------------------------------------------- */

static enum wizard_end ask_user(void *arg)
{
    struct asking *a = arg;
    struct rec_user *u = &a->o->plan.user;

    a->silent = a->has_user;
    if (a->silent)
        return WIZARD_ON;
    for (;;) {
        enum wizard_end end = wizard_ask(
            a->io,
            tongue("Nama pengguna admin pertama (kosong: nanti)",
                   "User name of the first admin (empty: later)"),
            tongue(
                "Huruf kecil, angka dan -. Ia menambahkan petugas, teknisi dan petani.",
                "Small letters, digits and -. He or she adds officers, technicians and farmers."),
            false, u->slug, sizeof u->slug);
        if (end != WIZARD_ON || u->slug[0] == '\0' || slug_valid(u->slug))
            return end;
        wizard_say(a->io, "  %s",
                   tongue("Huruf kecil, angka dan - saja.", "Small letters, digits and - only."));
        u->slug[0] = '\0';
    }
}

static bool no_user(struct asking *a)
{
    a->silent = a->has_user || a->o->plan.user.slug[0] == '\0';
    return a->silent;
}

static enum wizard_end ask_name(void *arg)
{
    struct asking *a = arg;
    struct rec_user *u = &a->o->plan.user;

    while (!no_user(a)) {
        enum wizard_end end = wizard_ask(a->io, tongue("Nama lengkap", "Full name"),
                                         tongue("NIK tidak disimpan.", "No NIK is stored."), true,
                                         u->name, sizeof u->name);
        if (end != WIZARD_ON || user_fault(u) == NULL)
            return end;
        wizard_say(a->io, tongue("  %s tidak dapat dipakai.", "  %s cannot be used."),
                   user_fault(u));
        u->name[0] = '\0';
    }
    return WIZARD_ON;
}

static enum wizard_end ask_phone(void *arg)
{
    struct asking *a = arg;
    struct rec_user *u = &a->o->plan.user;
    char phone[33];

    (void)snprintf(phone, sizeof phone, "%s", u->phone);
    while (!no_user(a)) {
        enum wizard_end end =
            wizard_ask(a->io, tongue("Nomor HP (kosong: tidak ada)", "Telephone (empty: none)"),
                       tongue("Boleh dipakai untuk masuk.", "May be used to log in."), false, phone,
                       sizeof phone);
        if (end != WIZARD_ON)
            return end;
        u->phone[0] = '\0';
        if (phone[0] == '\0' ||
            (!user_looks_like_nik(phone) && phone_normalise(phone, u->phone) == 0))
            return WIZARD_ON;
        wizard_say(a->io, "  %s", tongue("Bukan nomor HP.", "That is no telephone number."));
        phone[0] = '\0';
    }
    return WIZARD_ON;
}

static enum wizard_end ask_secret(void *arg)
{
    struct asking *a = arg;
    char again[PASSWORD_SIZE];
    char *secret = a->o->plan.secret;

    while (!no_user(a)) {
        enum wizard_end end = wizard_ask_hidden(
            a->io, tongue("Kata sandi", "Password"),
            tongue("Paling sedikit 10 huruf dan angka.", "At least 10 characters."), secret,
            PASSWORD_SIZE);
        if (end != WIZARD_ON)
            return end;
        if (password_judge(secret, false, a->o->plan.user.phone) != PASSWORD_GOOD) {
            wizard_say(
                a->io, "  %s",
                tongue("Terlalu pendek (paling sedikit 10), hanya angka, atau mudah ditebak.",
                       "Too short (at least 10), digits alone, or too easy to guess."));
            continue;
        }
        again[0] = '\0';
        end = wizard_ask_hidden(a->io, tongue("Sekali lagi", "Again"),
                                tongue("Yang sama.", "The same."), again, sizeof again);
        if (end != WIZARD_ON)
            return end;
        if (strcmp(again, secret) == 0)
            return WIZARD_ON;
        wizard_say(a->io, "  %s", tongue("Keduanya tidak sama.", "They are not the same."));
    }
    return WIZARD_ON;
}

static bool users_there(const struct office *o)
{
    struct records *r = NULL;
    char why[OFFICE_WHY];
    bool any = false;

    if (access(o->plan.records, F_OK) == 0 &&
        records_open(&r, o->plan.records, why, sizeof why) == 0 && records_users_any(r, &any) != 0)
        any = false;
    records_close(r);
    return any;
}

int office_ask(struct office *o, const struct wizard_io *io, bool *go)
{
    static enum wizard_end (*const STEP[])(void *) = {
        ask_url,     ask_admin, ask_org,   ask_database, ask_keep,  ask_collectors,
        ask_outside, ask_tls,   ask_cert,  ask_key,      ask_names, ask_port,
        ask_user,    ask_name,  ask_phone, ask_secret};
    struct asking a = {.o = o, .io = io, .has_user = users_there(o)};
    const struct wizard_row row = {
        .step = STEP, .steps = sizeof STEP / sizeof STEP[0], .silent = &a.silent};
    enum wizard_end end;

    *go = true;
    wizard_say(io, "%s",
               tongue("Menyiapkan server kantor: basis data, login kolektor, halaman. Enter: "
                      "tetap; <: kembali; ?: penjelasan; "
                      "Ctrl-C: berhenti.",
                      "Setting up the office's server: database, the collectors' logins, the "
                      "pages. Enter: keeps; <: back; ?: "
                      "explains; Ctrl-C: ends."));
    do
        end = wizard_row(&row, &a);
    while (end == WIZARD_BACK);
    if (end != WIZARD_ON)
        return (int)end;
    end = wizard_yes(io,
                     o->dry ? tongue("Perlihatkan apa yang akan dibuat", "Show what would be made")
                            : tongue("Kerjakan sekarang", "Do it now"),
                     tongue("Yang sudah ada dibiarkan; tidak ada data yang dihapus.",
                            "What stands is left alone; no data are deleted."),
                     go);
    return (int)end;
}
