/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the officers' pages say. */
#include "text.h"

#define AT(key) [TEXT_##key - TEXT_OFFICER_FIRST]

/* clang-format off */
const char *const TEXT_OFFICER[TEXT_OFFICER_SIZE][LANG_COUNT] = {
    AT(MERGED) = {"Kecamatan dengan kurang dari tiga pembudidaya digabung dengan tetangganya (nama dengan tanda +). Tanda \u2013: angka yang membuka data satu atau dua pembudidaya, juga lewat selisih, tidak ditampilkan (UU 27/2022).",
        "Kecamatan (districts) with fewer than three farms are told together with a neighbour (names with a +). A \u2013 stands for a figure that would tell of one or two farms, also by subtraction; it is not shown (law UU 27/2022)."},
    AT(UNTOLD) = {"{wilayah}: angkanya tidak ditampilkan sendiri, karena berasal dari kurang dari tiga pembudidaya atau dapat membuka angka kabupaten yang lain.",
        "{wilayah}: its figures are not shown on their own, as they come from fewer than three farms or would tell those of the other regency."},
};
/* clang-format on */
