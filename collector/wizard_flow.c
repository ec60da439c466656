/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The farm and its ponds, and the order of the whole. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/region.h"
#include "collector/common/tongue.h"
#include "columns.h"
#include "wizard.h"
#include "wizard_name.h"

enum wizard_pick wizard_pick(const char *answer, size_t n, size_t *at)
{
    const char *digits = answer[0] == '-' ? answer + 1 : answer;
    char *end;
    long k;

    if (answer[0] == '\0')
        return WIZARD_PICK_DONE;
    if (strcmp(answer, "+") == 0)
        return WIZARD_PICK_ADD;
    k = strtol(digits, &end, 10);
    if (end == digits || *end != '\0' || k < 1 || (size_t)k > n ||
        !isdigit((unsigned char)digits[0]))
        return WIZARD_PICK_NONE;
    *at = (size_t)k - 1;
    return answer[0] == '-' ? WIZARD_PICK_REMOVE : WIZARD_PICK_CHANGE;
}

/* --- the farm ----------------------------------------------------------------------------------------------------- */

static const char *regency_at(const void *arg, size_t i)
{
    (void)arg;
    return regency_name((enum regency)i);
}

static enum wizard_end ask_regency(void *arg)
{
    struct wizard *w = arg;
    enum regency r;
    size_t at = REGENCY_COUNT;
    enum wizard_end end;

    if (regency_find(wizard_draft_head(w->draft, "regency"), &r) == 0)
        at = (size_t)r;
    wizard_say(&w->io, "%s", tongue("Kabupaten:", "Regency:"));
    for (size_t i = 0; i < REGENCY_COUNT; i++)
        wizard_say(&w->io, "  %zu %s", i + 1, regency_at(NULL, i));
    end = wizard_choose(&w->io, tongue("Nomor kabupaten", "Number of the regency"),
                        tongue("Dinas kabupaten inilah yang melihat data tambak ini.",
                               "The office of this regency sees the readings of the farm."),
                        REGENCY_COUNT, regency_at, NULL, &at);
    if (end == WIZARD_ON)
        wizard_draft_set_head(w->draft, "regency", regency_slug((enum regency)at));
    return end;
}

static enum wizard_end ask_name(void *arg)
{
    struct wizard *w = arg;
    char name[SITE_NAME_SIZE];
    enum wizard_end end;

    (void)snprintf(name, sizeof name, "%s", wizard_draft_head(w->draft, "name"));
    end = wizard_ask(&w->io, tongue("Nama tambak atau kelompok", "Name of the farm or group"),
                     tongue("Seperti yang tampil di halaman, misalnya Pokdakan Bina Karya.",
                            "As shown on pages, for example Pokdakan Bina Karya."),
                     true, name, sizeof name);
    if (end == WIZARD_ON)
        wizard_draft_set_head(w->draft, "name", name);
    return end;
}

static bool nobody(const void *arg, const char *slug)
{
    (void)arg;
    (void)slug;
    return false;
}

/* A slug: asked until it is one. */
static enum wizard_end ask_slug(struct wizard *w, const char *question, const char *help,
                                char slug[static SLUG_SIZE],
                                bool (*taken)(const void *arg, const char *slug))
{
    char answer[SLUG_SIZE], good[SLUG_SIZE];

    for (;;) {
        enum wizard_end end;
        (void)snprintf(answer, sizeof answer, "%s", slug);
        end = wizard_ask(&w->io, question, help, true, answer, sizeof answer);
        if (end != WIZARD_ON)
            return end;
        if (!slug_valid(answer)) {
            wizard_slug(good, answer);
            wizard_say(&w->io,
                       tongue("  Hanya huruf kecil a-z, angka dan -; misalnya %s.",
                              "  Only small letters a-z, digits and -; for example %s."),
                       good[0] != '\0' ? good : "kolam-1");
        } else if (taken(w->draft, answer)) {
            wizard_say(&w->io, tongue("  %s sudah dipakai.", "  %s is taken already."), answer);
        } else {
            (void)snprintf(slug, SLUG_SIZE, "%s", answer);
            return WIZARD_ON;
        }
    }
}

static enum wizard_end ask_site_slug(void *arg)
{
    struct wizard *w = arg;
    const char *had = wizard_draft_head(w->draft, "slug");
    char slug[SLUG_SIZE], old[SLUG_SIZE];
    enum wizard_end end;

    if (had[0] != '\0')
        (void)snprintf(slug, sizeof slug, "%s", had);
    else
        wizard_slug_free(slug, wizard_draft_head(w->draft, "name"), "tambak", nobody, NULL);
    (void)snprintf(old, sizeof old, "%s", slug);
    end =
        ask_slug(w, tongue("Nama pendek (untuk data)", "Short name (for the data)"),
                 tongue("Huruf kecil, angka dan -. Data di server memakai nama ini: jangan diubah "
                        "lagi sesudah ada data.",
                        "Small letters, digits and -. Readings on the server carry this name: do "
                        "not change it once there are any."),
                 slug, nobody);
    if (end != WIZARD_ON)
        return end;
    if (w->existed && strcmp(old, slug) != 0)
        wizard_say(&w->io,
                   tongue("  Perhatian: data yang sudah ada di server tetap bernama %s.",
                          "  Mind: readings that are on the server keep the name %s."),
                   old);
    wizard_draft_set_head(w->draft, "slug", slug);
    return WIZARD_ON;
}

struct kecamatan_list {
    size_t first, n;
};

static const char *kecamatan_at(const void *arg, size_t i)
{
    return region_kecamatan(((const struct kecamatan_list *)arg)->first + i)->name;
}

static enum wizard_end ask_kecamatan(void *arg)
{
    struct wizard *w = arg;
    struct kecamatan_list list = {0, 0};
    struct buf rows = {0}, table = {0};
    enum regency r = REGENCY_KOTIM;
    size_t at, k;
    enum wizard_end end;

    if (regency_find(wizard_draft_head(w->draft, "regency"), &r) != 0)
        return WIZARD_BACK;
    for (size_t i = 0; i < REGION_KECAMATAN_COUNT; i++) {
        if (region_kecamatan(i)->regency != r)
            continue;
        if (list.n++ == 0)
            list.first = i;
    }
    at = list.n;
    if (region_find_kecamatan(wizard_draft_head(w->draft, "kecamatan"), &k) == 0 &&
        k >= list.first && k < list.first + list.n)
        at = k - list.first;
    wizard_say(&w->io, tongue("Kecamatan di %s:", "Kecamatan of %s:"), regency_name(r));
    for (size_t i = 0; i < list.n; i++)
        buf_printf(&rows, "%s%2zu %s%s", i % 2 == 0 ? "  " : "", i + 1, kecamatan_at(&list, i),
                   i % 2 == 0 && i + 1 < list.n ? "\t" : "\n");
    columns(&table, &rows);
    wizard_show(&w->io, table.p);
    buf_free(&rows);
    buf_free(&table);
    end = wizard_choose(&w->io, tongue("Nomor kecamatan", "Number of the kecamatan"),
                        tongue("Kecamatan tempat kolamnya, bukan alamat pemiliknya.",
                               "Where the ponds are, not where the owner lives."),
                        list.n, kecamatan_at, &list, &at);
    if (end == WIZARD_ON)
        wizard_draft_set_head(w->draft, "kecamatan", region_kecamatan(list.first + at)->code);
    return end;
}

/* --- ponds -------------------------------------------------------------------------------------------------------- */

static enum wizard_end ask_pond_name(void *arg)
{
    struct wizard *w = arg;

    if (w->pond.name[0] == '\0')
        (void)snprintf(w->pond.name, sizeof w->pond.name, tongue("Kolam %zu", "Pond %zu"),
                       w->pond_at + 1);
    return wizard_ask(
        &w->io, tongue("Nama kolam", "Name of the pond"),
        tongue("Seperti yang ditulis di papan kolamnya.", "As written on the board at the pond."),
        true, w->pond.name, sizeof w->pond.name);
}

static enum wizard_end ask_pond_slug(void *arg)
{
    struct wizard *w = arg;
    char wish[SLUG_SIZE + SITE_NAME_SIZE];
    const char *digits = w->pond.name + strcspn(w->pond.name, "0123456789");

    w->silent = w->pond_at < wizard_draft_ponds(w->draft); /* history hangs on it */
    if (w->silent)
        return WIZARD_ON;
    if (w->pond.slug[0] == '\0') {
        (void)snprintf(wish, sizeof wish, "%s %s", wizard_draft_head(w->draft, "slug"),
                       *digits != '\0' ? digits : w->pond.name);
        if (strlen(wish) >= SLUG_SIZE)
            (void)snprintf(wish, sizeof wish, "%s", w->pond.name);
        wizard_slug_free(w->pond.slug, wish, "kolam", wizard_draft_pond_taken, w->draft);
    }
    return ask_slug(w, tongue("Nama pendek kolam", "Short name of the pond"),
                    tongue("Hanya satu kolam di kedua kabupaten boleh memakainya, dan tidak dapat "
                           "diubah lagi.",
                           "One pond of both regencies may have it, and it cannot be changed "
                           "later."),
                    w->pond.slug, wizard_draft_pond_taken);
}

static enum wizard_end ask_area(void *arg)
{
    struct wizard *w = arg;

    return wizard_ask_number(&w->io, tongue("Luas (m2)", "Area (m2)"),
                             tongue("Panjang kali lebar; bulat: 0,785 kali garis tengah kali garis "
                                    "tengah.",
                                    "Length by width; round: 0.785 by diameter by diameter."),
                             1, 100000, false, &w->pond.area_m2);
}

static enum wizard_end ask_depth(void *arg)
{
    struct wizard *w = arg;

    return wizard_ask_number(
        &w->io, tongue("Dalam air (m)", "Depth of the water (m)"),
        tongue("Rata-rata, dari dasar sampai muka air.", "On average, from bottom to surface."),
        0.3, 10, false, &w->pond.depth_m);
}

static const char *system_at(const void *arg, size_t i)
{
    (void)arg;
    return pond_system_name((enum pond_system)i);
}

static enum wizard_end ask_system(void *arg)
{
    struct wizard *w = arg;
    size_t at = (size_t)w->pond.system;
    enum wizard_end end;

    wizard_say(&w->io, "%s",
               tongue("  1 pond (kolam tanah)  2 biofloc  3 tarpaulin (terpal)  4 cage (keramba)",
                      "  1 pond (earthen)  2 biofloc  3 tarpaulin  4 cage"));
    end = wizard_choose(&w->io, tongue("Jenis", "Kind"),
                        tongue("Model oksigen dan pertumbuhan berbeda menurut jenisnya.",
                               "The models of oxygen and growth differ by it."),
                        POND_SYSTEM_COUNT, system_at, NULL, &at);
    if (end == WIZARD_ON)
        w->pond.system = (enum pond_system)at;
    return end;
}

static enum wizard_end ask_pond(struct wizard *w, size_t at)
{
    static enum wizard_end (*const STEP[])(void *) = {ask_pond_name, ask_pond_slug, ask_area,
                                                      ask_depth, ask_system};
    const struct wizard_row row = {STEP, sizeof STEP / sizeof STEP[0], &w->silent};
    enum wizard_end end;

    w->pond_at = at;
    w->pond = (struct site_pond){.area_m2 = 0, .depth_m = 0, .system = POND_SYSTEM_POND};
    if (at < wizard_draft_ponds(w->draft))
        wizard_draft_pond(w->draft, at, &w->pond);
    end = wizard_row(&row, w);
    if (end == WIZARD_ON)
        wizard_draft_set_pond(w->draft, at, &w->pond);
    return end;
}

static void show_ponds(const struct wizard *w)
{
    struct buf rows = {0}, table = {0};
    char n[2][TEXT_NUMBER_SIZE];

    for (size_t i = 0; i < wizard_draft_ponds(w->draft); i++) {
        struct site_pond p;
        wizard_draft_pond(w->draft, i, &p);
        buf_printf(&rows, "  %zu %s\t%s\t%s m2\t%s m\t%s\n", i + 1, p.name, p.slug,
                   text_number(n[0], w->l, p.area_m2, 1), text_number(n[1], w->l, p.depth_m, 2),
                   pond_system_name(p.system));
    }
    columns(&table, &rows);
    wizard_show(&w->io, table.p != NULL ? table.p : "");
    buf_free(&rows);
    buf_free(&table);
}

static void remove_pond(struct wizard *w, size_t at)
{
    struct site_pond p;
    const char *user;

    wizard_draft_pond(w->draft, at, &p);
    user = wizard_draft_user(w->draft, "pond", p.slug);
    if (user != NULL)
        wizard_say(&w->io,
                   tongue("  %s masih dipakai oleh %s; pindahkan itu dulu.",
                          "  %s is still used by %s; move that first."),
                   p.name, user);
    else
        wizard_draft_remove_pond(w->draft, at);
}

static enum wizard_end ask_ponds(void *arg)
{
    struct wizard *w = arg;

    for (;;) {
        size_t n = wizard_draft_ponds(w->draft), at = 0;
        char answer[16] = "";
        enum wizard_end end = WIZARD_ON;
        enum wizard_pick pick = WIZARD_PICK_ADD;

        wizard_say(&w->io, "%s",
                   n > 0 ? tongue("Kolam:", "Ponds:")
                         : tongue("Kolam pertama.", "The first pond."));
        if (n > 0) {
            show_ponds(w);
            end = wizard_ask(
                &w->io,
                tongue("Enter: benar; +: tambah; nomor: ubah; -nomor: hapus",
                       "Enter: right; +: another; number: change; -number: remove"),
                tongue("Semua kolam yang ada alat ukurnya. Kolam tanpa alat cukup di pembukuan.",
                       "All ponds that have a probe. A pond without one is for the records only."),
                false, answer, sizeof answer);
            if (end != WIZARD_ON)
                return end;
            pick = wizard_pick(answer, n, &at);
        }
        if (pick == WIZARD_PICK_DONE)
            return WIZARD_ON;
        if (pick == WIZARD_PICK_ADD || pick == WIZARD_PICK_CHANGE)
            end = ask_pond(w, pick == WIZARD_PICK_ADD ? n : at);
        else if (pick == WIZARD_PICK_REMOVE)
            remove_pond(w, at);
        if (end == WIZARD_OVER || end == WIZARD_STOP || (end == WIZARD_BACK && n == 0))
            return end;
    }
}

/* --- the order of the whole --------------------------------------------------------------------------------------- */

enum wizard_end wizard_run(struct wizard *w)
{
    static enum wizard_end (*const STEP[])(void *) = {ask_regency,   ask_name,     ask_site_slug,
                                                      ask_kecamatan, ask_ponds,    wizard_lines,
                                                      wizard_server, wizard_clock, wizard_finish};
    const struct wizard_row row = {STEP, sizeof STEP / sizeof STEP[0], &w->silent};
    enum wizard_end end;

    wizard_say(&w->io,
               tongue("Pemasangan nila-collector. Hasilnya ditulis ke %s, sesudah pertanyaan "
                      "terakhir; sebelum itu tidak ada yang diubah.\n"
                      "Enter: tetap seperti dalam [ ]. <: kembali. ?: penjelasan. Ctrl-C: "
                      "berhenti.\n",
                      "Setting up nila-collector. The result is written to %s after the last "
                      "question; nothing is changed before.\n"
                      "Enter: keeps what is in [ ]. <: back. ?: explains. Ctrl-C: ends.\n"),
               w->config);
    if (w->existed)
        wizard_say(&w->io, "%s",
                   tongue("Berkas itu sudah ada: isinya menjadi jawaban dalam [ ]. Yang tidak "
                          "ditanyakan di sini (reflex, input, batas) tetap.",
                          "That file is there already: what it says is in [ ]. What is not asked "
                          "here (reflexes, inputs, limits) stays."));
    do
        end = wizard_row(&row, w);
    while (end == WIZARD_BACK); /* nothing lies before the first question */
    return end;
}

void wizard_done(struct wizard *w)
{
    free(w->found);
    w->found = NULL;
    w->n_found = 0;
    memset(w->login, 0, sizeof w->login);
}
