/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "places.h"

#include "collector/common/tongue.h"
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum {
    YEAR_MIN = 2000,
    YEAR_MAX = 2100,
    BPS_REGENCY = 4, /* digits of a BPS code: 62 the province, 02 the regency, 050 the kecamatan */
    BPS_KECAMATAN = 7
};

/* BPS numbers its offices by the same codes (6202, 6207 Lamandau, 6208 Seruyan), where they were read. Its codes of kecamatan
 * are not listed here, so those go by regency and name. */
static const struct {
    const char *kemendagri, *bps;
} REGENCY[REGENCY_COUNT] = {
    [REGENCY_KOTIM] = {"62.02", "6202"},
    [REGENCY_SERUYAN] = {"62.07", "6208"},
};

/* BPS's numbers that are Kemendagri's of our regencies without the dot, and whose they are. */
static const char BPS_TRAP[] = "6207", BPS_TRAP_NAME[] = "Lamandau";

const char *places_regency_code(enum regency r, const char *code_system)
{
    return strcmp(code_system, "bps") == 0 ? REGENCY[r].bps : REGENCY[r].kemendagri;
}

static bool same_name(const char *given, const char *name)
{
    static const char *const BEFORE[] = {"kabupaten ", "kab. ", "kab ",
                                         "kecamatan ", "kec. ", "kec "};

    for (size_t i = 0; i < sizeof BEFORE / sizeof BEFORE[0]; i++) {
        size_t n = strlen(BEFORE[i]);
        if (strncasecmp(given, BEFORE[i], n) == 0 && strcasecmp(given + n, name) == 0)
            return true;
    }
    return strcasecmp(given, name) == 0;
}

static int wrong_name(const char *code, const char *is, const char *name, const char **at,
                      char *reason, size_t size)
{
    *at = "name";
    (void)snprintf(reason, size,
                   tongue("\"%.40s\" bukan nama %.20s, yaitu %.40s",
                          "\"%.40s\" is not the name of %.20s, which is %.40s"),
                   name, code, is);
    return NILA_ERR_NOT_FOUND;
}

static int found(char *node, const char *code)
{
    (void)snprintf(node, RECORDS_NODE_SIZE, "%s", code);
    return 0;
}

static int find_kemendagri(const char *code, const char *name, char *node, const char **at,
                           char *reason, size_t size)
{
    size_t k;

    for (size_t r = 0; r < REGENCY_COUNT; r++) {
        const char *is = regency_name((enum regency)r);
        if (strcmp(code, REGENCY[r].kemendagri) == 0)
            return same_name(name, is) ? found(node, regency_slug((enum regency)r))
                                       : wrong_name(code, is, name, at, reason, size);
    }
    if (region_find_kecamatan(code, &k) == 0)
        return same_name(name, region_kecamatan(k)->name)
                   ? found(node, code)
                   : wrong_name(code, region_kecamatan(k)->name, name, at, reason, size);
    (void)snprintf(
        reason, size,
        tongue("\"%.20s\" bukan kode Kemendagri Kotawaringin Timur (62.02, 62.02.01 sampai "
               "62.02.17) atau Seruyan (62.07, 62.07.01 sampai 62.07.10)",
               "\"%.20s\" is no Kemendagri code of Kotawaringin Timur (62.02, 62.02.01 to "
               "62.02.17) or Seruyan (62.07, 62.07.01 to 62.07.10)"),
        code);
    return NILA_ERR_NOT_FOUND;
}

static int find_bps(const char *code, const char *name, char *node, const char **at, char *reason,
                    size_t size)
{
    size_t n = strlen(code);

    for (size_t r = 0; r < REGENCY_COUNT && strspn(code, "0123456789") == n; r++) {
        const char *is = regency_name((enum regency)r);
        if (strncmp(code, REGENCY[r].bps, BPS_REGENCY) != 0)
            continue;
        if (n == BPS_REGENCY)
            return same_name(name, is) ? found(node, regency_slug((enum regency)r))
                                       : wrong_name(code, is, name, at, reason, size);
        for (size_t k = 0; n == BPS_KECAMATAN && k < REGION_KECAMATAN_COUNT; k++)
            if (region_kecamatan(k)->regency == (enum regency)r &&
                same_name(name, region_kecamatan(k)->name))
                return found(node, region_kecamatan(k)->code);
        if (n == BPS_KECAMATAN) {
            *at = "name";
            (void)snprintf(reason, size,
                           tongue("\"%.40s\" bukan kecamatan di %s, tempat %.20s",
                                  "\"%.40s\" is no kecamatan of %s, where %.20s lies"),
                           name, is, code);
            return NILA_ERR_NOT_FOUND;
        }
    }
    if (strncmp(code, BPS_TRAP, BPS_REGENCY) == 0)
        (void)snprintf(
            reason, size,
            tongue(
                "\"%.20s\" adalah %s menurut BPS; kode BPS Seruyan 6208 (62.07 kode Kemendagrinya)",
                "\"%.20s\" lies in %s by BPS; Seruyan's BPS code is 6208 (62.07 is its "
                "Kemendagri code)"),
            code, BPS_TRAP_NAME);
    else
        (void)snprintf(
            reason, size,
            tongue("\"%.20s\" bukan kode BPS Kotawaringin Timur (6202, 6202xxx) atau Seruyan "
                   "(6208, 6208xxx)",
                   "\"%.20s\" is no BPS code of Kotawaringin Timur (6202, 6202xxx) or Seruyan "
                   "(6208, 6208xxx)"),
            code);
    return NILA_ERR_NOT_FOUND;
}

int places_find(const char *code_system, const char *code, const char *name, char *node,
                const char **at, char *reason, size_t reason_size)
{
    *at = "code";
    if (strcmp(code, "joint") == 0)
        return same_name(name, "gabungan") || same_name(name, "joint")
                   ? found(node, "joint")
                   : wrong_name(code, "Gabungan", name, at, reason, reason_size);
    return strcmp(code_system, "bps") == 0
               ? find_bps(code, name, node, at, reason, reason_size)
               : find_kemendagri(code, name, node, at, reason, reason_size);
}

/* n digits as a number, -1 when they are none. */
static int digits(const char *text, size_t n)
{
    int v = 0;

    for (size_t i = 0; i < n; i++) {
        if (!isdigit((unsigned char)text[i]))
            return -1;
        v = v * 10 + (text[i] - '0');
    }
    return v;
}

/* "2027-01" at the beginning of text. */
static int read_month(const char *text, int32_t *month)
{
    int year, m;

    if (strlen(text) < 7 || text[4] != '-')
        return NILA_ERR_PARSE;
    year = digits(text, 4);
    m = digits(text + 5, 2);
    if (year < YEAR_MIN || year > YEAR_MAX || m < 1 || m > 12)
        return NILA_ERR_PARSE;
    *month = year * 12 + m - 1;
    return 0;
}

int places_period(const char *text, int32_t *first_month, unsigned *months)
{
    size_t n = strlen(text);
    int year = n >= 4 ? digits(text, 4) : -1;

    if (year < YEAR_MIN || year > YEAR_MAX)
        return NILA_ERR_PARSE;
    if (n == 4) {
        *first_month = year * 12;
        *months = 12;
        return 0;
    }
    if (n != 7 || text[4] != '-')
        return NILA_ERR_PARSE;
    if (text[5] == 'Q' && text[6] >= '1' && text[6] <= '4') {
        *first_month = year * 12 + 3 * (text[6] - '1');
        *months = 3;
        return 0;
    }
    *months = 1;
    return read_month(text, first_month);
}

int places_months(const char *text, int32_t *first_month, int32_t *last_month)
{
    int32_t first, last;
    int rc = read_month(text, &first);

    if (rc != 0)
        return rc;
    last = first;
    if (strlen(text) != 7) {
        if (strlen(text) != 16 || text[7] != '.' || text[8] != '.')
            return NILA_ERR_PARSE;
        rc = read_month(text + 9, &last);
        if (rc != 0)
            return rc;
        if (last < first)
            return NILA_ERR_PARSE;
    }
    *first_month = first;
    *last_month = last;
    return 0;
}
