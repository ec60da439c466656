/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is said on a farmer's own pages: charts, the cycle, records. */
#include "text.h"

#define AT(key) [TEXT_##key - TEXT_FARMER_FIRST]

/* clang-format off */
const char *const TEXT_FARMER[TEXT_FARMER_SIZE][LANG_COUNT] = {
    AT(CHARTS_TITLE) = {"Grafik", "Charts"},
    AT(SPAN_DAY) = {"24 jam", "24 hours"},
    AT(SPAN_WEEK) = {"7 hari", "7 days"},
    AT(SPAN_CYCLE) = {"Satu siklus", "Whole cycle"},
    AT(WEEK_OXYGEN) = {"Oksigen 7 hari terakhir", "Oxygen, last 7 days"},
    AT(WEEK_TEMPERATURE) = {"Suhu air 7 hari terakhir", "Water temperature, last 7 days"},
    AT(CYCLE_OXYGEN) = {"Oksigen sejak tebar", "Oxygen since stocking"},
    AT(CYCLE_TEMPERATURE) = {"Suhu air sejak tebar", "Water temperature since stocking"},
    AT(CHART_EMPTY_LONG) = {"Tidak ada data dalam masa ini.", "No data in this time."},
    AT(DAYS_OPEN) = {"Lihat angka tiap hari", "Show the figures by day"},
    AT(WEEKS_OPEN) = {"Lihat angka tiap minggu", "Show the figures by week"},
    AT(DAYS_CAPTION) = {"Rata-rata, di bawahnya terendah sampai tertinggi; hari menurut WIB",
        "Mean, below it lowest to highest; days by WIB (UTC+7)"},
    AT(DAYS_DAY) = {"Hari", "Day"},
    AT(DAYS_WEEK) = {"Minggu mulai", "Week from"},
    AT(EVENTS_OPEN) = {"Catatan pada grafik ({n})", "Notes on the chart ({n})"},
    AT(EVENTS_LEFT) = {"{m} catatan yang lebih lama tidak ditampilkan di sini.", "{m} older notes are not shown here."},
    AT(MARK_STOCKED) = {"T", "St"},
    AT(MARK_SAMPLE) = {"S", "Sa"},
    AT(MARK_DEATH) = {"M", "D"},
    AT(MARK_HARVEST) = {"P", "H"},
    AT(MARK_GASPING) = {"G", "G"},
    AT(MARK_AERATOR_ON) = {"K", "A"},
    AT(MARK_AERATOR_OFF) = {"k", "a"},
    AT(MARK_RIVER) = {"B", "R"},
    AT(MARK_OXYGEN) = {"O", "O"},
    AT(EVENT_STOCKED) = {"tebar {n} ekor, {g} gram per ekor", "{n} fish stocked, {g} grams each"},
    AT(EVENT_SAMPLE) = {"sampling {n} ekor, rata-rata {g} gram", "{n} fish sampled, mean {g} grams"},
    AT(EVENT_DEATH) = {"ikan mati {n} ekor", "{n} fish dead"},
    AT(EVENT_HARVEST) = {"panen {kg} kg", "harvest of {kg} kg"},
    AT(EVENT_GASPING) = {"ikan megap-megap", "fish gasping at the surface"},
    AT(EVENT_AERATOR_ON) = {"kincir dinyalakan", "aerator switched on"},
    AT(EVENT_AERATOR_OFF) = {"kincir dimatikan", "aerator switched off"},
    AT(EVENT_RIVER) = {"air bangai datang", "acid black water is coming"},
    AT(EVENT_OXYGEN) = {"oksigen diukur dengan tangan: {do} mg/L", "oxygen measured by hand: {do} mg/L"},
};
/* clang-format on */
