/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tiles.h"

#include "collector/common/region.h"

/* clang-format off */
static const struct tile TILE[REGION_KECAMATAN_COUNT] = {
    {2, 3}, /* Kota Besi */
    {3, 3}, /* Cempaga */
    {2, 1}, /* Mentaya Hulu */
    {3, 2}, /* Parenggean */
    {2, 4}, /* Baamang */
    {2, 5}, /* Mentawa Baru Ketapang */
    {2, 6}, /* Mentaya Hilir Utara */
    {2, 7}, /* Mentaya Hilir Selatan */
    {3, 6}, /* Pulau Hanaut */
    {3, 0}, /* Antang Kalang */
    {2, 8}, /* Teluk Sampit */
    {3, 4}, /* Seranau */
    {4, 2}, /* Cempaga Hulu */
    {2, 2}, /* Telawang */
    {2, 0}, /* Bukit Santuai */
    {4, 1}, /* Tualan Hulu */
    {3, 1}, /* Telaga Antang */
    {0, 7}, /* Seruyan Hilir */
    {0, 2}, /* Seruyan Tengah */
    {1, 5}, /* Danau Sembuluh */
    {0, 4}, /* Hanau */
    {0, 1}, /* Seruyan Hulu */
    {1, 6}, /* Seruyan Hilir Timur */
    {1, 4}, /* Seruyan Raya */
    {0, 3}, /* Danau Seluluk */
    {1, 3}, /* Batu Ampar */
    {0, 0}, /* Suling Tambun */
};
/* clang-format on */

struct tile tile_of(size_t kecamatan)
{
    return TILE[kecamatan];
}

static unsigned apart(unsigned a, unsigned b)
{
    return a > b ? a - b : b - a;
}

unsigned tile_distance(size_t a, size_t b)
{
    unsigned columns = apart(TILE[a].column, TILE[b].column),
             rows = apart(TILE[a].row, TILE[b].row);

    return columns * columns + rows * rows;
}
