/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "prestock.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/csv_number.h"

static double *member(struct prestock *p, const char *column)
{
    const struct {
        const char *name;
        double *at;
    } M[] = {{"ph_pond", &p->ph_pond},           {"ph_bag", &p->ph_bag},
             {"temp_pond_c", &p->temp_pond_c},   {"temp_bag_c", &p->temp_bag_c},
             {"do_pond_mg_l", &p->do_pond_mg_l}, {"acclimatised_min", &p->acclimatised_min},
             {"sample_count", &p->sample_count}, {"dead_on_arrival", &p->dead_on_arrival}};

    for (size_t i = 0; i < sizeof M / sizeof M[0]; i++)
        if (strcmp(M[i].name, column) == 0)
            return M[i].at;
    return NULL;
}

static void take(struct prestock *p, const char *column, const char *text)
{
    double *at = member(p, column), v;

    if (at != NULL && csv_number_read(text, true, &v) == 0)
        *at = v;
}

static const struct prestock NOTHING = {NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN};

void prestock_read(const struct change_cell *cell, size_t n, struct prestock *out)
{
    *out = NOTHING;
    for (size_t i = 0; i < n; i++)
        take(out, cell[i].column, cell[i].text);
}

void prestock_read_row(const struct rec_row *row, struct prestock *out)
{
    *out = NOTHING;
    for (size_t i = 0; i < row->cells; i++)
        take(out, records_column(RECORDS_PRESTOCK, i), row->text[i]);
}

struct list {
    struct prestock_warning *out;
    size_t n;
    bool english, dangers; /* dangers are looked for first */
};

/* "5,2": as the reader of the language writes it. */
static void number(const struct list *l, double v, char out[static 32])
{
    char *point;

    (void)snprintf(out, 32, "%.1f", v);
    point = strchr(out, '.');
    if (point != NULL && !l->english)
        *point = ',';
}

/* Puts a warning down; id and en have one %s for the value. */
static void warn(struct list *l, bool danger, const char *column, double v, const char *id,
                 const char *en)
{
    struct prestock_warning *w = &l->out[l->n];
    const char *form = l->english ? en : id, *at = strstr(form, "%s");
    char value[32];

    if (danger != l->dangers || l->n == PRESTOCK_WORDS_MAX || at == NULL)
        return;
    number(l, v, value);
    l->n++;
    w->danger = danger;
    w->column = column;
    (void)snprintf(w->words, sizeof w->words, "%.*s%s%s", (int)(at - form), form, value, at + 2);
}

static void look_at_ph(struct list *l, const struct prestock *p)
{
    double apart = fabs(p->ph_pond - p->ph_bag);

    if (p->ph_pond < 5.5)
        warn(
            l, true, "ph_pond", p->ph_pond,
            "pH kolam %s terlalu asam: benih dapat mati dalam semalam. Jangan tebar dulu; tanyakan "
            "pengapuran kepada penyuluh dan ukur lagi.",
            "Pond pH %s is too acid: fingerlings may die overnight. Do not stock yet; ask the "
            "extension worker about lime and measure again.");
    else if (p->ph_pond > 9)
        warn(l, true, "ph_pond", p->ph_pond,
             "pH kolam %s terlalu tinggi. Jangan tebar dulu; ganti sebagian air dan ukur lagi.",
             "Pond pH %s is too high. Do not stock yet; change part of the water and measure "
             "again.");
    else if (p->ph_pond < 6.5 || p->ph_pond > 8.5)
        warn(l, false, "ph_pond", p->ph_pond,
             "pH kolam %s di luar 6,5 sampai 8,5: sesuaikan benih pelan-pelan dan hitung yang mati "
             "besok pagi.",
             "Pond pH %s lies outside 6.5 to 8.5: let the fish get used to it slowly and count the "
             "dead tomorrow morning.");
    if (apart > 1)
        warn(l, apart > 2, "ph_bag", apart,
             "pH kantong dan kolam berbeda %s: campurkan air kolam ke kantong sedikit demi sedikit "
             "sebelum benih dilepas.",
             "The pH of bag and pond differ by %s: mix pond water into the bag little by little "
             "before letting the fish out.");
}

static void look_at_temperature(struct list *l, const struct prestock *p)
{
    double apart = fabs(p->temp_pond_c - p->temp_bag_c);

    if (p->temp_pond_c < 20 || p->temp_pond_c > 35)
        warn(l, true, "temp_pond_c", p->temp_pond_c,
             "Suhu kolam %s °C berbahaya bagi benih. Jangan tebar dulu.",
             "Pond temperature %s °C is dangerous for fingerlings. Do not stock yet.");
    else if (p->temp_pond_c < 25 || p->temp_pond_c > 32)
        warn(l, false, "temp_pond_c", p->temp_pond_c,
             "Suhu kolam %s °C di luar 25 sampai 32 °C: tebar pada pagi atau sore.",
             "Pond temperature %s °C lies outside 25 to 32 °C: stock in the morning or evening.");
    if (apart > 3)
        warn(
            l, true, "temp_bag_c", apart,
            "Suhu kantong dan kolam berbeda %s °C. Jangan lepas dulu: apungkan kantong tertutup di "
            "kolam sampai suhunya sama.",
            "Bag and pond differ by %s °C. Do not let the fish out yet: float the closed bag until "
            "both are the same.");
    else if (apart > 1 && p->acclimatised_min < 15)
        warn(l, false, "acclimatised_min", p->acclimatised_min,
             "Baru %s menit penyesuaian: apungkan kantong paling sedikit 15 menit.",
             "Only %s minutes to get used to it: float the bag for 15 minutes at least.");
}

static void look_at_the_rest(struct list *l, const struct prestock *p)
{
    double dead_pct = 100 * p->dead_on_arrival / p->sample_count;

    if (p->do_pond_mg_l < 3)
        warn(l, p->do_pond_mg_l < 2, "do_pond_mg_l", p->do_pond_mg_l,
             "Oksigen kolam %s mg/L terlalu rendah: nyalakan kincir dan ukur lagi sebelum tebar.",
             "Pond oxygen %s mg/L is too low: run the aerator and measure again before stocking.");
    if (dead_pct > 2)
        warn(l, dead_pct > 10, "dead_on_arrival", dead_pct,
             "%s % benih mati saat tiba: foto, hitung, dan beri tahu penjualnya sekarang.",
             "%s % of the fingerlings arrived dead: take a photo, count, and tell the seller now.");
}

size_t prestock_warnings(const struct prestock *p, bool english,
                         struct prestock_warning out[static PRESTOCK_WORDS_MAX])
{
    struct list l = {.out = out, .english = english, .dangers = true};

    for (int pass = 0; pass < 2; pass++, l.dangers = false) {
        look_at_ph(&l, p);
        look_at_temperature(&l, p);
        look_at_the_rest(&l, p);
    }
    return l.n;
}
