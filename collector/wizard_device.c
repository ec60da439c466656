/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wizard_device.h"

#include <stdio.h>
#include <string.h>

#include "collector/common/tongue.h"
#include "columns.h"
#include "command.h"
#include "judge_words.h"
#include "wizard_name.h"

const struct profile *wizard_profile(const struct identify *id, const char *name)
{
    for (unsigned i = 0; i < identify_count(id); i++)
        if (strcmp(identify_profile(id, i)->id, name) == 0)
            return identify_profile(id, i);
    return NULL;
}

/* --- the profile -------------------------------------------------------------------------------------------------- */

static enum wizard_end ask_profile(void *arg)
{
    struct wizard *w = arg;
    const struct scan_found *f = w->unit;
    int n = f != NULL ? f->guesses : 0;
    char answer[SLUG_SIZE];

    wizard_say(&w->io, "Unit %d:", w->device.unit);
    for (int i = 0; i < n; i++)
        wizard_say(
            &w->io, "  %d %s: %s %s%s", i + 1, f->guess[i].p->id, f->guess[i].p->maker,
            f->guess[i].p->model,
            f->guess[i].certain
                ? tongue(" (pasti, alat mengatakannya)", " (certain, the device says so)")
                : tongue(" (mungkin, nilainya masuk akal)", " (perhaps, its values make sense)"));
    (void)snprintf(answer, sizeof answer, "%s",
                   w->device.profile[0] != '\0' ? w->device.profile
                   : n > 0                      ? f->guess[0].p->id
                                                : "-");
    for (;;) {
        enum wizard_end end = wizard_ask(
            &w->io,
            tongue("Profil (nomor, nama; *: daftar; -: lewati)",
                   "Profile (number, name; *: list; -: pass over)"),
            tongue(
                "Profil mengatakan register mana yang berisi apa. Merek dan tipenya ada di badan "
                "alat.",
                "The profile says which register holds what. Maker and model stand on the "
                "device."),
            true, answer, sizeof answer);
        if (end != WIZARD_ON)
            return end;
        if (strlen(answer) == 1 && answer[0] >= '1' && answer[0] - '0' <= n)
            (void)snprintf(answer, sizeof answer, "%s", f->guess[answer[0] - '1'].p->id);
        if (strcmp(answer, "-") == 0 || wizard_profile(w->world->id, answer) != NULL) {
            (void)snprintf(w->device.profile, sizeof w->device.profile, "%s", answer);
            return WIZARD_ON;
        }
        if (strcmp(answer, "*") != 0)
            wizard_say(&w->io, tongue("  Tidak ada profil %s.", "  There is no profile %s."),
                       answer);
        for (unsigned i = 0; i < identify_count(w->world->id); i++) {
            const struct profile *p = identify_profile(w->world->id, i);
            wizard_say(&w->io, "  %s: %s %s", p->id, p->maker, p->model);
        }
        answer[0] = '\0';
    }
}

static bool passed_over(struct wizard *w)
{
    w->silent = strcmp(w->device.profile, "-") == 0;
    return w->silent;
}

/* --- its values --------------------------------------------------------------------------------------------------- */

static void show_values(const struct wizard *w, const struct reading_set *set)
{
    struct buf rows = {0}, table = {0};
    char v[TEXT_NUMBER_SIZE];

    for (unsigned i = 0; i < set->n; i++) {
        const struct reading_value *x = &set->v[i];
        buf_printf(&rows, "  %s\t%s %s\t", metric_info(x->metric)->name,
                   command_number(v, w->l, x->value), metric_info(x->metric)->unit);
        judge_words(&rows, w->l, x);
        buf_str(&rows, "\n");
    }
    columns(&table, &rows);
    wizard_show(&w->io, table.p != NULL ? table.p : "");
    buf_free(&rows);
    buf_free(&table);
}

static enum wizard_end ask_values(void *arg)
{
    struct wizard *w = arg;
    const struct profile *p;
    struct reading_set set = {0};

    if (passed_over(w))
        return WIZARD_ON;
    p = wizard_profile(w->world->id, w->device.profile);
    w->silent = p == NULL || p->n == 0; /* a relay board has none */
    if (w->silent)
        return WIZARD_ON;
    for (;;) {
        char answer[8] = "";
        enum wizard_end end;
        int rc = w->world->read(w->world->arg, &w->bus, &w->device, &set);

        if (rc != 0 || set.n == 0)
            wizard_say(&w->io, "  %s",
                       tongue("Tidak ada nilai: listrik alat, kabel, atau profil yang lain.",
                              "No values: the device's supply, its wires, or another profile."));
        else
            show_values(w, &set);
        end =
            wizard_ask(&w->io,
                       tongue("Sama dengan alat genggam? Enter: ya; r: baca lagi; <: profil lain",
                              "As a handheld meter has it? Enter: yes; r: read again; <: another "
                              "profile"),
                       tongue("Celupkan keduanya di air yang sama dan tunggu 2 menit. Beda sampai "
                              "0,5 C, 0,3 mg/L, 0,2 pH wajar; lebih: kalibrasi (nila-bridge "
                              "calibrate, atau buku alat).",
                              "Put both into the same water and wait 2 minutes. Up to 0.5 C, 0.3 "
                              "mg/L, 0.2 pH is usual; more: calibrate (nila-bridge calibrate, or "
                              "the manual)."),
                       false, answer, sizeof answer);
        if (end != WIZARD_ON || answer[0] == '\0')
            return end;
    }
}

/* --- its name and place ------------------------------------------------------------------------------------------- */

static enum wizard_end ask_device_slug(void *arg)
{
    struct wizard *w = arg;
    char answer[SLUG_SIZE], wish[SLUG_SIZE + 16];

    if (passed_over(w))
        return WIZARD_ON;
    w->silent = w->device_at < wizard_draft_devices(w->draft, w->bus_at);
    if (w->silent)
        return WIZARD_ON;
    if (w->device.slug[0] == '\0') {
        (void)snprintf(wish, sizeof wish, "%.25s-%d", w->device.profile, w->device.unit);
        wizard_slug_free(w->device.slug, wish, "alat", wizard_draft_device_taken, w->draft);
    }
    for (;;) {
        enum wizard_end end;
        (void)snprintf(answer, sizeof answer, "%s", w->device.slug);
        end = wizard_ask(&w->io, tongue("Nama alat", "Name of the device"),
                         tongue("Huruf kecil, angka dan -; tulis juga di labelnya.",
                                "Small letters, digits and -; write it on its label, too."),
                         true, answer, sizeof answer);
        if (end != WIZARD_ON)
            return end;
        if (slug_valid(answer) && !wizard_draft_device_taken(w->draft, answer)) {
            (void)snprintf(w->device.slug, sizeof w->device.slug, "%s", answer);
            return WIZARD_ON;
        }
        wizard_say(&w->io, "  %s",
                   tongue("Sudah dipakai, atau bukan huruf kecil, angka dan -.",
                          "Taken already, or not small letters, digits and -."));
    }
}

static const char *pond_at(const void *arg, size_t i)
{
    static struct site_pond p; /* one question at a time */
    const struct wizard *w = arg;

    if (i >= wizard_draft_ponds(w->draft))
        return tongue("seluruh lokasi", "the whole site");
    wizard_draft_pond(w->draft, i, &p);
    return p.slug;
}

/* Where it most likely belongs: where it was; weather, mains and switches to the site; else the first pond without a device. */
static size_t likely_pond(const struct wizard *w)
{
    const struct profile *p = wizard_profile(w->world->id, w->device.profile);
    size_t n = wizard_draft_ponds(w->draft);
    bool water = false;

    for (size_t i = 0; i < n; i++)
        if (strcmp(pond_at(w, i), w->device.pond) == 0)
            return i;
    for (unsigned i = 0; p != NULL && i < p->n; i++)
        water = water || metric_info(p->m[i].metric)->group == METRIC_WATER;
    if (!water || w->device_at < wizard_draft_devices(w->draft, w->bus_at))
        return n;
    for (size_t i = 0; i < n; i++) {
        const char *user = wizard_draft_user(w->draft, "pond", pond_at(w, i));
        if (user == NULL)
            return i;
    }
    return 0;
}

static enum wizard_end ask_pond_of(void *arg)
{
    struct wizard *w = arg;
    size_t n = wizard_draft_ponds(w->draft), at;
    struct site_pond p;
    enum wizard_end end;

    if (passed_over(w))
        return WIZARD_ON;
    at = likely_pond(w);
    for (size_t i = 0; i < n; i++) {
        wizard_draft_pond(w->draft, i, &p);
        wizard_say(&w->io, "  %zu %s (%s)", i + 1, p.name, p.slug);
    }
    wizard_say(&w->io, "  %zu %s", n + 1, pond_at(w, n));
    end = wizard_choose(
        &w->io, tongue("Di kolam nomor", "In pond number"),
        tongue("Semua yang diukur alat ini menjadi data kolam itu. Cuaca, listrik dan "
               "papan relai: seluruh lokasi.",
               "All that the device measures becomes that pond's. Weather, mains and "
               "relay boards: the whole site."),
        n + 1, pond_at, w, &at);
    if (end == WIZARD_ON)
        (void)snprintf(w->device.pond, sizeof w->device.pond, "%s", at < n ? pond_at(w, at) : "");
    return end;
}

/* Another device that gives the same metric of the same pond; "" nobody. */
static bool rival(const struct wizard *w, enum metric m, char slug[static SLUG_SIZE])
{
    for (size_t b = 0; b < wizard_draft_buses(w->draft); b++) {
        for (size_t i = 0; i < wizard_draft_devices(w->draft, b); i++) {
            struct wizard_device d;
            const struct profile *p;
            wizard_draft_device(w->draft, b, i, &d);
            p = wizard_profile(w->world->id, d.profile);
            if (p == NULL || d.pond[0] == '\0' || strcmp(d.pond, w->device.pond) != 0 ||
                strcmp(d.slug, w->device.slug) == 0)
                continue;
            for (unsigned k = 0; k < p->n; k++) {
                if (p->m[k].metric == m) {
                    (void)snprintf(slug, SLUG_SIZE, "%s", d.slug);
                    return true;
                }
            }
        }
    }
    return false;
}

static enum wizard_end store_device(void *arg)
{
    struct wizard *w = arg;
    const struct profile *p = wizard_profile(w->world->id, w->device.profile);
    char other[SLUG_SIZE], question[160];

    if (passed_over(w))
        return WIZARD_ON;
    wizard_draft_set_device(w->draft, w->bus_at, w->device_at, &w->device);
    w->silent = true;
    for (unsigned i = 0; p != NULL && i < p->n; i++) {
        const char *name = metric_info(p->m[i].metric)->name;
        bool yes = wizard_draft_is_primary(w->draft, w->bus_at, w->device_at, name);
        enum wizard_end end;
        if (!rival(w, p->m[i].metric, other))
            continue;
        w->silent = false;
        (void)snprintf(question, sizeof question,
                       tongue("%s juga diukur %s. Halaman memakai %s",
                              "%s is measured by %s, too. Shall pages use %s"),
                       name, other, w->device.slug);
        end =
            wizard_yes(&w->io, question,
                       tongue("Satu alat menjadi yang utama bagi satu kolam dan satu ukuran; data "
                              "keduanya tetap disimpan.",
                              "One device is the primary one of a pond and a metric; readings of "
                              "both are kept."),
                       &yes);
        if (end != WIZARD_ON)
            return end;
        if (yes)
            wizard_draft_primary(w->draft, w->bus_at, w->device_at, name);
    }
    return WIZARD_ON;
}

/* --- all of a line ------------------------------------------------------------------------------------------------ */

static size_t device_of_unit(const struct wizard *w, int unit)
{
    size_t n = wizard_draft_devices(w->draft, w->bus_at);
    struct wizard_device d;

    for (size_t i = 0; i < n; i++) {
        wizard_draft_device(w->draft, w->bus_at, i, &d);
        if (d.unit == unit)
            return i;
    }
    return n;
}

static enum wizard_end ask_device(struct wizard *w, const struct scan_found *f)
{
    static enum wizard_end (*const STEP[])(void *) = {ask_profile, ask_values, ask_device_slug,
                                                      ask_pond_of, store_device};
    const struct wizard_row row = {STEP, sizeof STEP / sizeof STEP[0], &w->silent};

    w->unit = f;
    w->device_at = device_of_unit(w, f->unit);
    w->device = (struct wizard_device){.unit = f->unit};
    if (w->device_at < wizard_draft_devices(w->draft, w->bus_at))
        wizard_draft_device(w->draft, w->bus_at, w->device_at, &w->device);
    return wizard_row(&row, w);
}

/* Devices of the file that did not answer stay, unless the technician takes them out. */
static enum wizard_end ask_silent(struct wizard *w)
{
    for (size_t i = wizard_draft_devices(w->draft, w->bus_at); i-- > 0;) {
        struct wizard_device d;
        const char *user;
        bool heard = false, keep = true;
        enum wizard_end end;
        char question[120];

        wizard_draft_device(w->draft, w->bus_at, i, &d);
        for (size_t k = 0; k < w->n_found; k++)
            heard = heard || (w->found[k].unit == d.unit && !w->found[k].garbled);
        if (heard || strcmp(w->units, "-") == 0)
            continue;
        user = wizard_draft_user(w->draft, "device", d.slug);
        wizard_say(
            &w->io,
            tongue("%s (unit %d) ada di berkas, tetapi tidak menjawab: listrik, kabel A dan B, "
                   "nomor unit.",
                   "%s (unit %d) is in the file, but does not answer: its supply, wires A and "
                   "B, its unit number."),
            d.slug, d.unit);
        if (user != NULL)
            continue; /* a rule hangs on it */
        (void)snprintf(question, sizeof question, tongue("Tetap dipakai: %s", "Keep %s"), d.slug);
        end = wizard_yes(&w->io, question,
                         tongue("Tidak: alat ini dihapus dari berkas; datanya di server tetap ada.",
                                "No: the device leaves the file; its readings on the server stay."),
                         &keep);
        if (end != WIZARD_ON)
            return end;
        if (!keep)
            wizard_draft_remove_device(w->draft, w->bus_at, i);
    }
    return WIZARD_ON;
}

enum wizard_end wizard_devices(void *arg)
{
    struct wizard *w = arg;
    size_t i = 0;

    while (i < w->n_found) {
        const struct scan_found *f = &w->found[i];
        enum wizard_end end = WIZARD_ON;
        if (!f->garbled && (f->speed.baud == 0 ||
                            (f->speed.baud == w->bus.baud && f->speed.parity == w->bus.parity)))
            end = ask_device(w, f);
        if (end == WIZARD_BACK && i > 0)
            i--;
        else if (end != WIZARD_ON)
            return end;
        else
            i++;
    }
    return ask_silent(w);
}
