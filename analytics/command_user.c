/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nila-analytics user: accounts from the console. A PIN or password is read from the terminal, unseen, or from the first line of a file of
 * the owner's own; never from the command line, which every user of the machine can read. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <termios.h>
#include <unistd.h>

#include "analytics/alert/channel.h"
#include "analytics/alert/phone.h"
#include "analytics/commands.h"
#include "analytics/commands_own.h"
#include "analytics/ownopts.h"
#include "analytics/records/account.h"
#include "analytics/records/erase.h"
#include "collector/common/buf.h"
#include "collector/common/civil.h"
#include "collector/common/clock.h"
#include "collector/common/log.h"
#include "collector/common/tongue.h"

#define CONSOLE "konsol"

static const char *const HELP[2] = {
    "nila-analytics user add NAMA --role petani|petugas|teknisi|admin --name \"NAMA LENGKAP\"\n"
    "                    [--phone NOMOR] [--farm SLUG,..] [--regency kotim,seruyan]\n"
    "                    [--contact SLUG] [--password-file BERKAS]\n"
    "nila-analytics user list [--json]\n"
    "nila-analytics user farms NAMA [--farm SLUG,..] [--regency kotim,seruyan]\n"
    "nila-analytics user passwd NAMA [--password-file BERKAS]\n"
    "nila-analytics user disable NAMA | enable NAMA\n"
    "nila-analytics user erase [NAMA] [--farm SLUG] [--contact SLUG] --yes\n"
    "   semuanya: [--config BERKAS | --records DB] [--quiet] [--lang id|en]\n"
    "\n"
    "Pengguna pertama adalah admin dan hanya dibuat di sini; tidak ada kata sandi bawaan. Sesudah\n"
    "itu halaman hanya terbuka bagi yang masuk (kecuali web.open). PIN atau kata sandi diketik "
    "dua\n"
    "kali tanpa terlihat, atau dibaca dari baris pertama --password-file (hak 0600), tidak pernah\n"
    "dari baris perintah. Petani: paling sedikit 6 angka; yang lain: 10 huruf dan angka. Yang "
    "dibuat\n"
    "di sini untuk orang lain harus diganti saat pertama kali masuk. NIK tidak disimpan.\n"
    "\n"
    "  farms    tambak dan kabupaten pengguna menjadi yang disebut; tanpa pilihan: tampilkan\n"
    "  disable  mengakhiri semua sesi\n"
    "  erase    menghapus seseorang untuk selamanya (UU 27/2022): nama, nomor, dan PIN; namanya "
    "dalam jejak\n"
    "           perubahan dan pesan alarm; dengan --farm nama tambak, nomor KUSUKA, pembeli, dan "
    "foto tambaknya.\n"
    "           Kilogram dan tanggal tetap. Ulangi di komputer tambak; salinan lama dan ekspor "
    "tidak terjangkau\n"
    "\n"
    "Kode keluar: 0 selesai, 64 cara pakai, 65 isian salah, 66 tidak ada, 73 sudah ada, 74 disk,\n"
    "75 sibuk, 77 ditolak.\n",
    "nila-analytics user add NAME --role petani|petugas|teknisi|admin --name \"FULL NAME\"\n"
    "                    [--phone NUMBER] [--farm SLUG,..] [--regency kotim,seruyan]\n"
    "                    [--contact SLUG] [--password-file FILE]\n"
    "nila-analytics user list [--json]\n"
    "nila-analytics user farms NAME [--farm SLUG,..] [--regency kotim,seruyan]\n"
    "nila-analytics user passwd NAME [--password-file FILE]\n"
    "nila-analytics user disable NAME | enable NAME\n"
    "nila-analytics user erase [NAME] [--farm SLUG] [--contact SLUG] --yes\n"
    "   all of them: [--config FILE | --records DB] [--quiet] [--lang id|en]\n"
    "\n"
    "petani is a farmer, petugas an officer, teknisi a technician. The first user is an admin and "
    "is\n"
    "made here only; there is no default password. From then on the pages are open to who has "
    "logged\n"
    "in alone (but for web.open). A PIN or password is typed twice, unseen, or read from the "
    "first\n"
    "line of --password-file (mode 0600), never from the command line. Farmers: at least 6 "
    "digits;\n"
    "others: 10 characters. What is made here for others must be changed at their first log-in. "
    "No\n"
    "NIK is stored.\n"
    "\n"
    "  farms    the user's farms and regencies become those given; without options: shows them\n"
    "  disable  ends every session\n"
    "  erase    forgets a person for good (UU 27/2022): name, number and PIN; the name in the list "
    "of changes and\n"
    "           in messages of alarms; with --farm the farm's name, KUSUKA number, buyers and "
    "photos. Kilograms and\n"
    "           days stay. Do it on the farm's computer too; old backups and exports are out of "
    "reach\n"
    "\n"
    "Exit codes: 0 done, 64 usage, 65 not usable, 66 not there, 73 there already, 74 disk,\n"
    "75 busy, 77 not permitted.\n"};

struct user_work {
    struct command_options o;
    const char *word[2];
    const char *role, *name, *phone, *farm, *regency, *contact, *file;
    bool yes;
    struct records *records;
    struct rec_user user;
    char hash[PASSWORD_HASH_SIZE];
    char why[COMMAND_WHY];
};

static int refuse(struct user_work *w, int rc, const char *indonesian, const char *english,
                  const char *what)
{
    (void)snprintf(w->why, sizeof w->why, "%s: %s", what, w->o.english ? english : indonesian);
    return rc;
}

/* --- the secret --- */

/* A line without its end; false: none, or longer than any secret. */
static bool take_line(FILE *in, char out[static PASSWORD_SIZE])
{
    size_t n;

    if (fgets(out, PASSWORD_SIZE, in) == NULL)
        return false;
    n = strcspn(out, "\r\n");
    if (out[n] == '\0' && n + 1 == PASSWORD_SIZE)
        return false;
    out[n] = '\0';
    return true;
}

static int from_file(struct user_work *w, char out[static PASSWORD_SIZE])
{
    struct stat st;
    FILE *in;
    int fd = open(w->file, O_RDONLY | O_CLOEXEC | O_NOCTTY), rc = 0;

    if (fd < 0)
        return refuse(w, NILA_ERR_NOT_FOUND, "tidak dapat dibuka", "cannot be opened", w->file);
    in = fdopen(fd, "r");
    if (in == NULL) {
        (void)close(fd);
        return NILA_ERR_IO;
    }
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || (st.st_mode & 077) != 0)
        rc = refuse(w, NILA_ERR_DENIED,
                    "harus berkas biasa yang hanya dibaca pemiliknya (chmod 600)",
                    "must be a plain file that its owner alone may read (chmod 600)", w->file);
    else if (!take_line(in, out))
        rc = refuse(w, NILA_ERR_PARSE, "baris pertama kosong atau terlalu panjang",
                    "the first line is empty or too long", w->file);
    (void)fclose(in);
    return rc;
}

static bool ask(FILE *terminal, const char *words, char out[static PASSWORD_SIZE])
{
    bool well;

    if (dprintf(fileno(terminal), "%s", words) < 0)
        return false;
    well = take_line(terminal, out);
    return dprintf(fileno(terminal), "\n") > 0 && well;
}

static int from_terminal(struct user_work *w, char out[static PASSWORD_SIZE])
{
    char again[PASSWORD_SIZE] = "";
    struct termios was, unseen;
    FILE *terminal = fopen("/dev/tty", "r+e");
    int rc = 0;

    if (terminal == NULL || tcgetattr(fileno(terminal), &was) != 0) {
        if (terminal != NULL)
            (void)fclose(terminal);
        return refuse(w, NILA_ERR_NOT_FOUND, "tidak ada terminal; pakai --password-file",
                      "there is no terminal; use --password-file", "user");
    }
    unseen = was;
    unseen.c_lflag &= ~(tcflag_t)ECHO;
    if (tcsetattr(fileno(terminal), TCSAFLUSH, &unseen) != 0)
        rc = NILA_ERR_IO;
    else if (!ask(terminal, tongue("PIN atau kata sandi: ", "PIN or password: "), out) ||
             !ask(terminal, tongue("sekali lagi: ", "again: "), again))
        rc = refuse(w, NILA_ERR_PARSE, "tidak ada isian", "nothing was typed", "user");
    else if (strcmp(out, again) != 0)
        rc =
            refuse(w, NILA_ERR_PARSE, "kedua isian tidak sama", "the two are not the same", "user");
    (void)tcsetattr(fileno(terminal), TCSAFLUSH, &was);
    (void)fclose(terminal);
    explicit_bzero(again, sizeof again);
    return rc;
}

static int take_secret(struct user_work *w)
{
    static const char *const FAULT[][2] = {
        [PASSWORD_SHORT] =
            {"terlalu pendek: paling sedikit 6 angka (petani) atau 10 huruf dan angka",
             "too short: at least 6 digits (farmers) or 10 characters"},
        [PASSWORD_LONG] = {"terlalu panjang: paling panjang 128", "too long: at most 128"},
        [PASSWORD_SIMPLE] = {"terlalu mudah ditebak", "too easy to guess"},
        [PASSWORD_NO_PIN] = {"angka saja hanya untuk petani", "digits alone are for farmers"}};
    char secret[PASSWORD_SIZE] = "";
    enum password_fault fault;
    int rc = w->file != NULL ? from_file(w, secret) : from_terminal(w, secret);

    if (rc == 0) {
        fault = password_judge(secret, w->user.role == ROLE_FARMER, w->user.phone);
        if (fault != PASSWORD_GOOD)
            rc = refuse(w, NILA_ERR_PARSE, FAULT[fault][0], FAULT[fault][1], "PIN");
    }
    if (rc == 0)
        rc = password_hash(secret, w->hash);
    explicit_bzero(secret, sizeof secret);
    return rc;
}

/* --- what was given --- */

static int take_farms(struct user_work *w)
{
    struct rec_user *u = &w->user;
    enum regency g;

    u->farms = 0;
    for (const char *at = w->farm; at != NULL && *at != '\0';) {
        size_t n = strcspn(at, ",");

        if (u->farms == USER_FARMS_MOST)
            return refuse(w, NILA_ERR_PARSE, "paling banyak 32 tambak", "at most 32 farms",
                          "--farm");
        if (n >= SLUG_SIZE)
            return refuse(w, NILA_ERR_PARSE, "bukan nama singkat", "is no short name", "--farm");
        (void)snprintf(u->farm[u->farms], SLUG_SIZE, "%.*s", (int)n, at);
        if (records_farm_regency(w->records, u->farm[u->farms], &g) != 0)
            return refuse(w, NILA_ERR_NOT_FOUND, "tambak ini tidak tercatat",
                          "this farm is not on record", u->farm[u->farms]);
        u->farms++;
        at += n + (at[n] == ',');
    }
    return 0;
}

static int take_regencies(struct user_work *w)
{
    memset(w->user.regency, 0, sizeof w->user.regency);
    for (const char *at = w->regency; at != NULL && *at != '\0';) {
        size_t n = strcspn(at, ",");
        char word[SLUG_SIZE];
        enum regency g;

        (void)snprintf(word, sizeof word, "%.*s", (int)(n < sizeof word ? n : 0), at);
        if (regency_find(word, &g) != 0)
            return refuse(w, NILA_ERR_PARSE, "harus kotim, seruyan, atau kotim,seruyan",
                          "must be kotim, seruyan or kotim,seruyan", "--regency");
        w->user.regency[g] = true;
        at += n + (at[n] == ',');
    }
    return 0;
}

static int take_user(struct user_work *w)
{
    struct rec_user *u = &w->user;
    const char *fault;

    if (w->role == NULL || role_find(w->role, &u->role) != 0)
        return refuse(w, NILA_ERR_PARSE, "harus petani, petugas, teknisi, atau admin",
                      "must be petani, petugas, teknisi or admin", "--role");
    if (w->name == NULL || strlen(w->name) >= sizeof u->name)
        return refuse(w, NILA_ERR_PARSE, "belum disebut, atau terlalu panjang",
                      "is not given, or too long", "--name");
    if (w->contact != NULL && !slug_valid(w->contact))
        return refuse(w, NILA_ERR_PARSE, "bukan nama singkat", "is no short name", "--contact");
    if (w->phone != NULL &&
        (user_looks_like_nik(w->phone) || phone_normalise(w->phone, u->phone) != 0))
        return refuse(w, NILA_ERR_PARSE, "bukan nomor HP; NIK tidak disimpan",
                      "is no telephone number; no NIK is stored", "--phone");
    (void)snprintf(u->name, sizeof u->name, "%s", w->name);
    (void)snprintf(u->contact, sizeof u->contact, "%s", w->contact != NULL ? w->contact : "");
    fault = user_fault(u);
    if (fault != NULL)
        return refuse(w, NILA_ERR_PARSE,
                      "tidak dapat dipakai: huruf kecil, angka, tanda - untuk nama pengguna; 16 "
                      "angka adalah NIK dan tidak disimpan",
                      "cannot be used: small letters, digits and - for a user name; 16 digits are "
                      "a NIK, which is not stored",
                      fault);
    return 0;
}

/* --- the commands --- */

static int add(struct user_work *w)
{
    bool any = false;
    int rc = records_users_any(w->records, &any);

    if (rc == 0)
        rc = take_user(w);
    if (rc == 0 && !any && w->user.role != ROLE_ADMIN)
        rc = refuse(w, NILA_ERR_PARSE, "pengguna pertama harus admin",
                    "the first user must be an admin", "--role");
    if (rc == 0)
        rc = take_farms(w);
    if (rc == 0)
        rc = take_regencies(w);
    if (rc == 0 && w->user.role == ROLE_ADMIN && w->regency == NULL)
        for (int g = 0; g < REGENCY_COUNT; g++)
            w->user.regency[g] = true;
    if (rc == 0)
        rc = take_secret(w);
    w->user.renew = any; /* the first admin types their own */
    if (rc == 0)
        rc = records_user_add(w->records, &w->user, w->hash, CONSOLE, clock_wall_ms());
    if (rc == NILA_ERR_REFUSED)
        return refuse(w, rc, "nama atau nomor ini sudah dipakai", "this name or number is taken",
                      w->user.slug);
    if (rc == 0 && !w->o.quiet)
        command_say(&w->o, "%s: %s ditambahkan\n", "%s: %s added\n", w->user.slug,
                    role_name(w->user.role));
    return rc;
}

static void put_scope(struct buf *b, const struct rec_user *u)
{
    const char *between = "";

    for (size_t i = 0; i < u->farms; i++, between = ",")
        buf_printf(b, "%s%s", between, u->farm[i]);
    for (int g = 0; g < REGENCY_COUNT; g++)
        if (u->regency[g]) {
            buf_printf(b, "%s%s", between, regency_slug((enum regency)g));
            between = ",";
        }
}

static void put_json(const char *key, const char *text)
{
    struct buf b = {0};

    channel_json(&b, text);
    (void)printf("\"%s\":%s,", key, b.p);
    buf_free(&b);
}

static int list(struct user_work *w)
{
    struct rec_user *user = NULL;
    size_t n = 0;
    int rc = records_users(w->records, &user, &n);

    for (size_t i = 0; i < n; i++) {
        const struct rec_user *u = &user[i];
        struct buf scope = {0};

        buf_str(&scope, "");
        put_scope(&scope, u);
        if (w->o.json) {
            (void)putchar('{');
            put_json("user", u->slug);
            put_json("name", u->name);
            put_json("phone", u->phone);
            put_json("role", role_name(u->role));
            put_json("sees", scope.p);
            put_json("contact", u->contact);
            (void)printf("\"active\":%s,\"consent_ms\":%lld,\"verified_ms\":%lld}\n",
                         u->active ? "true" : "false", (long long)u->consent_ms,
                         (long long)u->verified_ms);
        } else {
            (void)printf("%-16s %-8s %-15s %s%s%s\n", u->slug, role_name(u->role), u->phone,
                         scope.p, u->active ? "" : tongue(" (dimatikan)", " (shut out)"),
                         u->consent_ms == 0 ? tongue(" (belum setuju)", " (has not agreed)") : "");
        }
        buf_free(&scope);
    }
    free(user);
    return rc;
}

static int farms(struct user_work *w)
{
    struct buf scope = {0};
    int rc = 0;

    if (w->farm == NULL && w->regency == NULL) {
        buf_str(&scope, "");
        put_scope(&scope, &w->user);
        (void)printf("%s\n", scope.p);
        buf_free(&scope);
        return 0;
    }
    if (w->farm != NULL)
        rc = take_farms(w);
    if (rc == 0 && w->regency != NULL)
        rc = take_regencies(w);
    return rc == 0 ? records_account_scope(w->records, &w->user, CONSOLE, clock_wall_ms()) : rc;
}

static int passwd(struct user_work *w)
{
    int rc = take_secret(w);

    return rc == 0 ? records_account_secret(w->records, w->user.slug, w->hash, true, 0, CONSOLE,
                                            clock_wall_ms())
                   : rc;
}

static int disable(struct user_work *w)
{
    return records_account_active(w->records, w->user.slug, false, CONSOLE, clock_wall_ms());
}

static int enable(struct user_work *w)
{
    return records_account_active(w->records, w->user.slug, true, CONSOLE, clock_wall_ms());
}

/* What the records say of the person; *sum grows. A contact that an account names need not be on record. */
static int erase_from_records(struct user_work *w, const struct erase_person *p, bool must,
                              struct erase_report *sum)
{
    const struct change_who who = {.user = CONSOLE, .how = "cli", .at_ms = clock_wall_ms()};
    struct erase_report r = {.farms = 0};
    int rc = records_erase_person(w->records, p, &who, &r);

    if (rc == NILA_ERR_NOT_FOUND && must)
        return refuse(w, rc, "tidak tercatat", "is not on record",
                      p->farm != NULL ? p->farm : p->contact);
    sum->farms += r.farms;
    sum->contacts += r.contacts;
    sum->buyers += r.buyers;
    sum->photos += r.photos;
    sum->messages += r.messages;
    sum->changes += r.changes;
    return rc == NILA_ERR_NOT_FOUND ? 0 : rc;
}

static int erase(struct user_work *w)
{
    const char *user = w->word[1];
    const struct erase_person farm = {.farm = w->farm, .user = user},
                              contact = {.contact = w->contact}, own = {.contact = w->user.contact},
                              last = {.user = user};
    struct erase_report sum = {.farms = 0};
    int rc = 0;

    if (user == NULL && w->farm == NULL && w->contact == NULL)
        return refuse(w, NILA_ERR_UNSUPPORTED, "sebut NAMA, --farm, atau --contact",
                      "name NAME, --farm or --contact", "user erase");
    if (!w->yes)
        return refuse(w, NILA_ERR_PARSE, "menghapus untuk selamanya; tambahkan --yes",
                      "forgets for good; add --yes", "user erase");
    if (w->contact != NULL)
        rc = erase_from_records(w, &contact, true, &sum);
    if (rc == 0 && (user != NULL || w->farm != NULL))
        rc = erase_from_records(w, &farm, true, &sum);
    if (rc == 0 && w->user.contact[0] != '\0')
        rc = erase_from_records(w, &own, false, &sum);
    if (rc == 0 && user != NULL)
        rc = records_account_erase(w->records, user, CONSOLE, clock_wall_ms());
    if (rc == 0 && user != NULL) /* writes the account's words out of the journal too */
        rc = erase_from_records(w, &last, true, &sum);
    if (rc == 0 && !w->o.quiet)
        command_say(&w->o,
                    "dihapus: %lld baris tambak, %lld kontak, %lld pembeli, %lld foto, %lld pesan, "
                    "%lld perubahan\n",
                    "erased: %lld rows of farms, %lld contacts, %lld buyers, %lld photos, %lld "
                    "messages, %lld changes\n",
                    (long long)sum.farms, (long long)sum.contacts, (long long)sum.buyers,
                    (long long)sum.photos, (long long)sum.messages, (long long)sum.changes);
    return rc;
}

static const struct {
    const char *name;
    int (*run)(struct user_work *w);
    size_t least, most; /* words */
    bool there;         /* a user who is named must be on record */
} DO[] = {{"add", add, 2, 2, false},        {"list", list, 1, 1, false},
          {"farms", farms, 2, 2, true},     {"passwd", passwd, 2, 2, true},
          {"disable", disable, 2, 2, true}, {"enable", enable, 2, 2, true},
          {"erase", erase, 1, 2, true}};

static int run(struct user_work *w, size_t words)
{
    size_t k = 0;
    int rc;

    while (k < sizeof DO / sizeof DO[0] && strcmp(DO[k].name, w->word[0]) != 0)
        k++;
    if (k == sizeof DO / sizeof DO[0] || words < DO[k].least || words > DO[k].most)
        return refuse(w, NILA_ERR_UNSUPPORTED, "lihat nila-analytics user --help",
                      "see nila-analytics user --help", w->word[0]);
    if (words > 1 && !slug_valid(w->word[1]))
        return refuse(w, NILA_ERR_PARSE, "nama pengguna: huruf kecil, angka, tanda -",
                      "user names: small letters, digits, -", w->word[1]);
    if (words > 1)
        (void)snprintf(w->user.slug, sizeof w->user.slug, "%s", w->word[1]);
    if (DO[k].there && words > 1) {
        rc = records_user(w->records, w->word[1], &w->user, NULL);
        if (rc == NILA_ERR_NOT_FOUND)
            return refuse(w, rc, "tidak ada pengguna ini", "there is no such user", w->word[1]);
        if (rc != 0)
            return rc;
    }
    return DO[k].run(w);
}

int command_user(int argc, char **argv, int at)
{
    struct user_work w = {.o = {.config = COMMAND_CONFIG}};
    const struct ownopts_option option[] = {
        {"config", &w.o.config, NULL},    {"records", &w.o.records, NULL},
        {"role", &w.role, NULL},          {"name", &w.name, NULL},
        {"phone", &w.phone, NULL},        {"farm", &w.farm, NULL},
        {"regency", &w.regency, NULL},    {"contact", &w.contact, NULL},
        {"password-file", &w.file, NULL}, {"yes", NULL, &w.yes}};
    struct ownopts o = {.option = option,
                        .n = sizeof option / sizeof option[0],
                        .help = HELP,
                        .word = w.word,
                        .least = 1,
                        .most = 2};
    struct analytics_config config;
    int rc = ownopts_read(&o, argc, argv, at);

    if (rc >= 0)
        return rc;
    w.o.english = o.english;
    w.o.quiet = o.quiet;
    w.o.json = o.json;
    rc = command_load_config(&w.o, &config, w.why);
    if (rc == 0)
        rc = command_open_records(&w.o, &config, &w.records, w.why);
    if (rc == 0)
        rc = run(&w, o.words);
    records_close(w.records);
    explicit_bzero(w.hash, sizeof w.hash);
    if (rc == 0)
        return fflush(stdout) == 0 ? EX_OK : EX_IOERR;
    log_warnx("%s", w.why[0] != '\0' ? w.why : nila_err_text(rc));
    return rc == NILA_ERR_REFUSED       ? EX_CANTCREAT
           : rc == NILA_ERR_UNSUPPORTED ? EX_USAGE
                                        : command_exit_code(rc);
}
