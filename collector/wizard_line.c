/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines: which adapter or gateway, which speed, who answers. What is wrong with a line is told with its cure. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/log.h"
#include "collector/common/tongue.h"
#include "columns.h"
#include "command.h"
#include "wizard.h"
#include "wizard_device.h"
#include "wizard_name.h"

#define COMMON_UNITS    "1-32"
#define LINE_TIMEOUT_MS 1000
/* About what a silent unit costs: the low numbers, by which devices are shipped, get several questions. */
#define LOW_LAST 16
#define LOW_MS   1000
#define HIGH_MS  250

/* --- where it is -------------------------------------------------------------------------------------------------- */

static void where_of(const struct site_bus *b, char *text, size_t size)
{
    if (b->kind == SITE_BUS_TCP)
        (void)snprintf(text, size, "%s:%d", b->host, b->tcp_port);
    else
        (void)snprintf(text, size, "%s", b->port);
}

/* "1": an adapter of the list; "/dev/...": a port; all else a host. False: none of these. */
static bool take_where(struct site_bus *b, const char *answer, const struct wizard_adapter *list,
                       size_t n)
{
    char *end;
    long k = strtol(answer, &end, 10);

    if (end != answer && *end == '\0') {
        if (k < 1 || (size_t)k > n)
            return false;
        answer = list[k - 1].path;
    }
    if (answer[0] != '/')
        return command_take_host(b, answer);
    if (strlen(answer) >= sizeof b->port)
        return false;
    b->kind = SITE_BUS_SERIAL;
    (void)snprintf(b->port, sizeof b->port, "%s", answer);
    return true;
}

static enum wizard_end ask_where(void *arg)
{
    struct wizard *w = arg;
    struct wizard_adapter list[WIZARD_ADAPTERS];
    const size_t n = w->world->adapters(w->world->arg, list, WIZARD_ADAPTERS);
    char answer[SITE_PATH_SIZE] = "";
    enum wizard_end end;

    if (n == 0)
        wizard_say(&w->io, "%s",
                   tongue("Tidak ada adaptor RS-485 yang ditemukan: periksa kabel USB-nya (ls "
                          "/dev/ttyUSB*), lalu ketik < dan +. Gateway Modbus TCP: ketik "
                          "alamatnya.",
                          "No RS-485 adapter is found: check its USB cable (ls /dev/ttyUSB*). A "
                          "Modbus TCP gateway: type its address."));
    else
        wizard_say(&w->io, "%s", tongue("Adaptor yang ada:", "The adapters there are:"));
    for (size_t i = 0; i < n; i++) {
        wizard_say(&w->io, "  %zu %s", i + 1, list[i].path);
        if (list[i].moves)
            wizard_say(&w->io, "    %s",
                       tongue("(nama ini dapat berpindah: tempel label pada soket USB-nya)",
                              "(this name may move to another adapter: label its USB socket)"));
    }
    where_of(&w->bus, answer, sizeof answer);
    if (w->bus.port[0] == '\0' && w->bus.host[0] == '\0')
        (void)snprintf(answer, sizeof answer, "%s", n > 0 ? "1" : "");
    for (;;) {
        end =
            wizard_ask(&w->io,
                       tongue("Nomor adaptor, /dev/..., atau alamat[:port] gateway",
                              "Number of the adapter, /dev/..., or address[:port] of a gateway"),
                       tongue("Alat ukur tersambung lewat adaptor USB-RS485 atau gateway Modbus "
                              "TCP (port 502 bila tidak disebut).",
                              "Probes are reached over a USB-RS485 adapter or a Modbus TCP gateway "
                              "(port 502 unless said)."),
                       true, answer, sizeof answer);
        if (end != WIZARD_ON)
            return end;
        if (take_where(&w->bus, answer, list, n))
            return WIZARD_ON;
        wizard_say(&w->io, "  %s",
                   tongue("Bukan nomor dari daftar, bukan /dev/..., bukan alamat.",
                          "Not a number of the list, no /dev/..., no address."));
    }
}

/* --- its speed, and which units ----------------------------------------------------------------------------------- */

static bool take_speed(struct site_bus *b, const char *answer)
{
    char *end, parity;
    long baud = strtol(answer, &end, 10);
    struct scan_speed known[SCAN_SPEEDS];
    char baud_text[16], parity_text[2];

    while (*end == ' ')
        end++;
    parity = b->parity;
    if (*end != '\0')
        parity = (char)toupper((unsigned char)*end);
    if (*end != '\0' && end[1] != '\0')
        return false;
    (void)snprintf(baud_text, sizeof baud_text, "%ld", baud);
    (void)snprintf(parity_text, sizeof parity_text, "%c", parity);
    if (scan_speeds(known, baud_text, parity_text) != 1)
        return false;
    b->baud = (int)baud;
    b->parity = parity;
    return true;
}

static enum wizard_end ask_speed(void *arg)
{
    struct wizard *w = arg;
    char answer[16];

    w->silent = w->bus.kind != SITE_BUS_SERIAL;
    if (w->silent)
        return WIZARD_ON;
    (void)snprintf(answer, sizeof answer, "%d %c", w->bus.baud, w->bus.parity);
    for (;;) {
        enum wizard_end end = wizard_ask(
            &w->io, tongue("Kecepatan dan paritas", "Speed and parity"),
            tongue("Semua alat di satu jalur harus sama; kebanyakan keluar pabrik dengan "
                   "9600 N. Bila tidak tahu: Enter, nanti dicari.",
                   "All devices of a line must have the same; most leave the factory with "
                   "9600 N. If you do not know: Enter, it is looked for."),
            true, answer, sizeof answer);
        if (end != WIZARD_ON)
            return end;
        if (take_speed(&w->bus, answer))
            return WIZARD_ON;
        wizard_say(&w->io, "  %s",
                   tongue("Misalnya 9600 N; kecepatan 1200 sampai 115200, paritas N, E atau O.",
                          "For example 9600 N; speed 1200 to 115200, parity N, E or O."));
    }
}

static enum wizard_end ask_units(void *arg)
{
    struct wizard *w = arg;

    for (;;) {
        bool unit[256];
        enum wizard_end end = wizard_ask(
            &w->io, tongue("Nomor unit yang dicari", "Units to look for"),
            tongue("Nomor Modbus alat, misalnya 1-32 atau 1,5,10-20; paling banyak "
                   "1-247. -: tidak mencari.",
                   "Modbus numbers of devices, such as 1-32 or 1,5,10-20; 1-247 at most. "
                   "-: do not look."),
            true, w->units, sizeof w->units);
        if (end != WIZARD_ON)
            return end;
        if (strcmp(w->units, "-") == 0 || scan_units(unit, w->units))
            return WIZARD_ON;
        wizard_say(&w->io, "  %s",
                   tongue("Misalnya 1-32 atau 1,5,10-20.", "For example 1-32 or 1,5,10-20."));
    }
}

/* --- looking ------------------------------------------------------------------------------------------------------ */

static void keep(void *arg, const struct scan_found *f)
{
    struct wizard *w = arg;

    w->found = xrealloc(w->found, w->n_found + 1, sizeof *w->found);
    w->found[w->n_found++] = *f;
}

static void show_found(const struct wizard *w)
{
    struct buf rows = {0}, table = {0};

    for (size_t i = 0; i < w->n_found; i++) {
        const struct scan_found *f = &w->found[i];
        buf_printf(&rows, "  unit %d\t", f->unit);
        if (f->speed.baud > 0)
            buf_printf(&rows, "%d %c\t", f->speed.baud, f->speed.parity);
        buf_printf(&rows, "%d ms\t", f->answer_ms);
        if (f->garbled)
            buf_str(&rows, tongue("rusak", "garbled"));
        else if (f->guesses == 0)
            buf_str(&rows, tongue("belum dikenal", "not known"));
        for (int k = 0; !f->garbled && k < f->guesses; k++) {
            const struct identify_guess *g = &f->guess[k];
            buf_printf(&rows, "%s%s%s", k > 0 ? ", " : "", g->p->id,
                       g->certain ? tongue(" (pasti)", " (certain)") : "?");
            if (g->certain)
                break;
        }
        buf_str(&rows, "\n");
    }
    columns(&table, &rows);
    wizard_show(&w->io, table.p != NULL ? table.p : "");
    buf_free(&rows);
    buf_free(&table);
}

static bool good_at(const struct scan_found *f, int baud, char parity)
{
    return !f->garbled &&
           (f->speed.baud == 0 || (f->speed.baud == baud && f->speed.parity == parity));
}

static size_t count_at(const struct wizard *w, int baud, char parity)
{
    size_t n = 0;

    for (size_t i = 0; i < w->n_found; i++)
        n += good_at(&w->found[i], baud, parity);
    return n;
}

/* The line takes the speed at which most answered; who is at another is told how he comes to this one. */
static void settle_speed(struct wizard *w)
{
    int baud = w->bus.baud;
    char parity = w->bus.parity;
    bool others = false;

    if (w->bus.kind != SITE_BUS_SERIAL)
        return;
    for (size_t i = 0; i < w->n_found; i++) {
        const struct scan_speed *s = &w->found[i].speed;
        if (count_at(w, s->baud, s->parity) > count_at(w, baud, parity)) {
            baud = s->baud;
            parity = s->parity;
        }
    }
    if (baud != w->bus.baud || parity != w->bus.parity)
        wizard_say(
            &w->io,
            tongue("Kecepatan yang salah: alatnya menjawab pada %d %c, bukan %d %c. Jalur ini "
                   "sekarang memakai %d %c.",
                   "The speed was wrong: devices answer at %d %c, not %d %c. The line takes %d "
                   "%c from now on."),
            baud, parity, w->bus.baud, w->bus.parity, baud, parity);
    w->bus.baud = baud;
    w->bus.parity = parity;
    for (size_t i = 0; i < w->n_found; i++)
        others = others || (!w->found[i].garbled && !good_at(&w->found[i], baud, parity));
    if (others)
        wizard_say(
            &w->io,
            tongue("Ada alat dengan kecepatan lain: setel alat itu ke %d %c (lihat bukunya), "
                   "lalu jalankan setup sekali lagi.",
                   "There are devices at another speed: set those to %d %c (see their manual), "
                   "then run setup again."),
            baud, parity);
}

static int look(struct wizard *w, const struct scan_speed *speed, unsigned speeds)
{
    bool unit[256], stopped = false;
    unsigned n = 0, ms = 0;
    int rc;

    if (!scan_units(unit, w->units))
        return 0;
    unit[0] = unit[0] && w->bus.kind == SITE_BUS_TCP; /* everybody, and nobody answers */
    for (int i = 0; i < 256; i++) {
        if (unit[i]) {
            n++;
            ms += i <= LOW_LAST ? LOW_MS : HIGH_MS;
        }
    }
    w->n_found = 0;
    wizard_say(
        &w->io,
        tongue("Mencari %u unit pada %u kecepatan, paling lama sekitar %u detik. Enter: "
               "berhenti mencari.",
               "Looking for %u units at %u speeds, about %u seconds at most. Enter: stops the "
               "search."),
        n, speeds, speeds * ms / 1000 + 1);
    rc = w->world->scan(w->world->arg, &w->bus, unit, speed, speeds, keep, w, &stopped);
    if (stopped)
        wizard_say(&w->io, "%s", tongue("Pencarian dihentikan.", "The search was stopped."));
    show_found(w);
    settle_speed(w);
    return rc;
}

/* --- nobody answers ----------------------------------------------------------------------------------------------- */

enum next {
    NEXT_SPEEDS,
    NEXT_EVERY_SPEED,
    NEXT_UNITS,
    NEXT_AGAIN,
    NEXT_ON,
    NEXTS
};

static const char *next_at(const void *arg, size_t i)
{
    (void)arg;
    switch ((enum next)i) {
    case NEXT_SPEEDS:
        return tongue("coba kecepatan yang biasa (9600 N, 4800 N, 19200 N, 9600 E)",
                      "try the common speeds (9600 N, 4800 N, 19200 N, 9600 E)");
    case NEXT_EVERY_SPEED:
        return tongue("coba semua 24 kecepatan (lama)", "try all 24 speeds (long)");
    case NEXT_UNITS:
        return tongue("cari nomor unit 1-247", "look for units 1-247");
    case NEXT_AGAIN:
        return tongue("sekali lagi, sesudah kabelnya diperiksa",
                      "once more, the wires are checked");
    case NEXT_ON:
    case NEXTS:
        break;
    }
    return tongue("teruskan tanpa alat yang menjawab", "go on without a device that answers");
}

static void say_silence(const struct wizard *w, int rc)
{
    bool garbled = false;

    for (size_t i = 0; i < w->n_found; i++)
        garbled = garbled || w->found[i].garbled;
    if (rc != 0)
        wizard_say(&w->io, "%s",
                   tongue("Jalur ini tidak dapat dipakai sekarang; sebabnya di atas.",
                          "The line cannot be used now; the reason stands above."));
    else if (garbled)
        wizard_say(
            &w->io, "%s",
            tongue("Ada yang menjawab, tetapi jawabannya rusak: kecepatan atau paritas salah, "
                   "atau dua alat bernomor sama. Coba kecepatan lain; lepas alat satu per "
                   "satu.",
                   "Something answers, but garbled: the speed or parity is wrong, or two "
                   "devices have one number. Try other speeds; unplug devices one by one."));
    else if (w->bus.kind == SITE_BUS_SERIAL)
        wizard_say(&w->io, "%s",
                   tongue("Tidak ada yang menjawab. Kemungkinannya, dari yang tersering:\n"
                          "  - kabel A dan B tertukar: tukar keduanya di satu ujung\n"
                          "  - alat tanpa listrik (12 V atau 24 V), atau GND tidak tersambung\n"
                          "  - kecepatan lain: pilih 1\n"
                          "  - nomor unit lain: pilih 3",
                          "Nobody answers. What it may be, the commonest first:\n"
                          "  - wires A and B are swapped: swap them at one end\n"
                          "  - the device has no supply (12 V or 24 V), or GND is not connected\n"
                          "  - another speed: choose 1\n"
                          "  - another unit number: choose 3"));
    else
        wizard_say(
            &w->io, "%s",
            tongue("Gateway tersambung, tetapi tidak ada alat yang menjawab: kabel A dan B di "
                   "gateway, listrik alat, kecepatan yang disetel di gateway, nomor unit.",
                   "The gateway is there, but no device answers: wires A and B at the gateway, "
                   "the device's supply, the speed set in the gateway, the unit number."));
}

static enum wizard_end ask_next(const struct wizard *w, size_t *next)
{
    for (size_t i = 0; i < NEXTS; i++)
        wizard_say(&w->io, "  %zu %s", i + 1, next_at(NULL, i));
    return wizard_choose(&w->io, tongue("Apa sekarang", "What now"),
                         tongue("Perbaiki dulu yang disebut di atas, lalu pilih.",
                                "Mend first what is said above, then choose."),
                         NEXTS, next_at, NULL, next);
}

static enum wizard_end search(void *arg)
{
    static const struct scan_speed COMMON[] = {{9600, 'N'}, {4800, 'N'}, {19200, 'N'}, {9600, 'E'}};
    struct wizard *w = arg;
    struct scan_speed every[SCAN_SPEEDS], own;
    const struct scan_speed *speed = &own;
    size_t next = w->bus.kind == SITE_BUS_SERIAL ? NEXT_SPEEDS : NEXT_AGAIN;
    unsigned speeds = 1;

    w->n_found = 0;
    if (strcmp(w->units, "-") == 0)
        return WIZARD_ON;
    for (;;) {
        int rc;
        enum wizard_end end;

        own = (struct scan_speed){w->bus.kind == SITE_BUS_SERIAL ? w->bus.baud : 0, w->bus.parity};
        rc = look(w, speed, speeds);
        if (count_at(w, w->bus.baud, w->bus.parity) > 0)
            return WIZARD_ON;
        say_silence(w, rc);
        end = ask_next(w, &next);
        if (end != WIZARD_ON)
            return end;
        speed = &own;
        speeds = 1;
        if (next == NEXT_ON)
            return WIZARD_ON;
        if (next == NEXT_UNITS)
            (void)snprintf(w->units, sizeof w->units, "1-247");
        if (w->bus.kind == SITE_BUS_SERIAL && next == NEXT_SPEEDS) {
            speed = COMMON;
            speeds = sizeof COMMON / sizeof COMMON[0];
        } else if (w->bus.kind == SITE_BUS_SERIAL && next == NEXT_EVERY_SPEED) {
            speed = every;
            speeds = (unsigned)scan_speeds(every, "all", "all");
        }
        next = NEXT_AGAIN;
    }
}

/* --- one line, and all -------------------------------------------------------------------------------------------- */

/* The line is in the draft from here on, so that its devices can be. */
static enum wizard_end store(void *arg)
{
    struct wizard *w = arg;

    w->silent = true;
    if (w->bus.slug[0] == '\0')
        wizard_slug_free(w->bus.slug, w->bus.kind == SITE_BUS_SERIAL ? "rs485" : "gateway", "rs485",
                         wizard_draft_bus_taken, w->draft);
    wizard_draft_set_bus(w->draft, w->bus_at, &w->bus);
    return WIZARD_ON;
}

static enum wizard_end ask_line(struct wizard *w, size_t at)
{
    static enum wizard_end (*const STEP[])(void *) = {ask_where, ask_speed, ask_units,
                                                      search,    store,     wizard_devices};
    const struct wizard_row row = {STEP, sizeof STEP / sizeof STEP[0], &w->silent};

    w->bus_at = at;
    w->bus = (struct site_bus){.kind = SITE_BUS_SERIAL,
                               .baud = 9600,
                               .parity = 'N',
                               .stop_bits = 1,
                               .tcp_port = 502,
                               .timeout_ms = LINE_TIMEOUT_MS};
    if (at < wizard_draft_buses(w->draft))
        wizard_draft_bus(w->draft, at, &w->bus);
    (void)snprintf(w->units, sizeof w->units, COMMON_UNITS);
    return wizard_row(&row, w);
}

static void show_lines(const struct wizard *w)
{
    struct wizard_device d;
    struct site_bus b;
    char where[SITE_PATH_SIZE];

    for (size_t i = 0; i < wizard_draft_buses(w->draft); i++) {
        wizard_draft_bus(w->draft, i, &b);
        where_of(&b, where, sizeof where);
        if (b.kind == SITE_BUS_SERIAL)
            wizard_say(&w->io, "  %zu %s: %s, %d %c", i + 1, b.slug, where, b.baud, b.parity);
        else
            wizard_say(&w->io, "  %zu %s: %s", i + 1, b.slug, where);
        for (size_t k = 0; k < wizard_draft_devices(w->draft, i); k++) {
            wizard_draft_device(w->draft, i, k, &d);
            wizard_say(&w->io, "      unit %d %s (%s), %s", d.unit, d.slug, d.profile,
                       d.pond[0] != '\0' ? d.pond : tongue("seluruh lokasi", "the whole site"));
        }
    }
}

static void remove_line(struct wizard *w, size_t at)
{
    for (size_t k = 0; k < wizard_draft_devices(w->draft, at); k++) {
        struct wizard_device d;
        const char *user;
        wizard_draft_device(w->draft, at, k, &d);
        user = wizard_draft_user(w->draft, "device", d.slug);
        if (user != NULL) {
            wizard_say(&w->io,
                       tongue("  %s masih dipakai oleh %s; ubah itu dulu di berkasnya.",
                              "  %s is still used by %s; change that in the file first."),
                       d.slug, user);
            return;
        }
    }
    wizard_draft_remove_bus(w->draft, at);
}

enum wizard_end wizard_lines(void *arg)
{
    struct wizard *w = arg;

    for (;;) {
        size_t n = wizard_draft_buses(w->draft), at = 0;
        char answer[16] = "";
        enum wizard_end end = WIZARD_ON;
        enum wizard_pick pick = WIZARD_PICK_ADD;

        wizard_say(&w->io, "%s",
                   n > 0 ? tongue("Jalur dan alat:", "Lines and devices:")
                         : tongue("Jalur pertama: lewat apa alat ukur tersambung.",
                                  "The first line: what the probes are reached by."));
        if (n > 0) {
            show_lines(w);
            end = wizard_ask(
                &w->io,
                tongue("Enter: benar; +: tambah; nomor: cari alat lagi; -nomor: hapus",
                       "Enter: right; +: another; number: look again; -number: remove"),
                tongue("Satu jalur adalah satu adaptor RS-485 atau satu gateway, dengan semua alat "
                       "padanya.",
                       "A line is one RS-485 adapter or one gateway, with all devices on it."),
                false, answer, sizeof answer);
            if (end != WIZARD_ON)
                return end;
            pick = wizard_pick(answer, n, &at);
        }
        if (pick == WIZARD_PICK_DONE)
            return WIZARD_ON;
        if (pick == WIZARD_PICK_ADD || pick == WIZARD_PICK_CHANGE)
            end = ask_line(w, pick == WIZARD_PICK_ADD ? n : at);
        else if (pick == WIZARD_PICK_REMOVE)
            remove_line(w, at);
        if (end == WIZARD_OVER || end == WIZARD_STOP || (end == WIZARD_BACK && n == 0))
            return end;
    }
}
