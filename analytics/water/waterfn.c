/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "waterfn.h"

#include <math.h>
#include <string.h>

#include "collector/common/watereq.h"
#include "gas.h"

static int do_sat(const double *x, double *out)
{
    *out = watereq_do_sat_mg_l(x[0], x[1], x[2]);
    return 0;
}

static int do_sat_gg(const double *x, double *out)
{
    *out = watereq_do_sat_gg_mg_l(x[0], x[1], x[2]);
    return 0;
}

static int do_sat_pct(const double *x, double *out)
{
    *out = watereq_do_sat_pct(x[0], x[1], x[2], x[3]);
    return 0;
}

static int do_of_pct(const double *x, double *out)
{
    *out = x[0] / 100 * watereq_do_sat_mg_l(x[1], x[2], x[3]);
    return 0;
}

static int nh3_fraction(const double *x, double *out)
{
    *out = watereq_nh3_fraction_salt(x[0], x[1], x[2]);
    return 0;
}

static int nh3_n(const double *x, double *out)
{
    *out = x[0] * watereq_nh3_fraction_salt(x[1], x[2], x[3]);
    return 0;
}

static int ec25(const double *x, double *out)
{
    *out = watereq_ec25_us_cm(x[0], x[1]);
    return 0;
}

static int ec(const double *x, double *out)
{
    *out = watereq_ec_us_cm(x[0], x[1]);
    return 0;
}

static int sal(const double *x, double *out)
{
    *out = watereq_sal_psu(x[0], x[1]);
    return 0;
}

static int tds(const double *x, double *out)
{
    *out = x[0] * x[1];
    return 0;
}

static int co2(const double *x, double *out)
{
    return watereq_co2_mg_l(x[0], x[1], x[2], out);
}

static int baro(const double *x, double *out)
{
    *out = watereq_baro_hpa(x[0]);
    return 0;
}

static int u10(const double *x, double *out)
{
    *out = gas_u10_m_s(x[0], x[1]);
    return 0;
}

static int k600_cole(const double *x, double *out)
{
    *out = gas_k600_cole_m_d(gas_u10_m_s(x[0], x[1]));
    return 0;
}

static int k600_crusius(const double *x, double *out)
{
    *out = gas_k600_crusius_m_d(gas_u10_m_s(x[0], x[1]));
    return 0;
}

static int k600_vachon(const double *x, double *out)
{
    *out = gas_k600_vachon_m_d(gas_u10_m_s(x[0], x[1]), x[2]);
    return 0;
}

static int schmidt(const double *x, double *out)
{
    *out = gas_schmidt_o2(x[0]);
    return 0;
}

static int k_o2(const double *x, double *out)
{
    *out = gas_k_o2_m_d(x[0], x[1]);
    return 0;
}

/* x: oxygen, temperature, k600, depth, salinity, pressure. mg/L/h that the air gives, negative: takes. */
static int air_gain(const double *x, double *out)
{
    static const double HOURS = 24;

    *out = gas_k_o2_m_d(x[2], x[1]) / x[3] / HOURS * (watereq_do_sat_mg_l(x[1], x[4], x[5]) - x[0]);
    return 0;
}

/* Inputs that many share. Their valid ranges are those of the published fits (watereq.h, gas.h). */
/* clang-format off */
#define TEMP      {"temp_c", NAN, -2, 60, 0, 40}
#define SAL       {"sal_psu", 0, 0, 45, 0, 40}
#define BARO      {"baro_hpa", WATEREQ_BARO_LOWLAND_HPA, 500, 1100, 850, 1100}
#define DO_MG_L   {"do_mg_l", NAN, 0, 60, 0, 40}
#define PH        {"ph", NAN, 0, 14, 0, 14}
#define WIND(top) {"wind_m_s", NAN, 0, 80, 0, top}
#define WIND_Z    {"wind_z_m", 10, 0.1, 100, 0.5, 20}

static const struct waterfn TABLE[] = {
    {"do_sat", "do_sat_mg_l", "mg/L", {TEMP, SAL, BARO}, do_sat,
     "oksigen jenuh", "oxygen at saturation", "Benson & Krause 1984, APHA 4500-O", NULL, NULL},
    {"do_sat_gg", "do_sat_gg_mg_l", "mg/L", {TEMP, SAL, BARO}, do_sat_gg,
     "oksigen jenuh, rumus pembanding", "oxygen at saturation, to compare", "Garcia & Gordon 1992", NULL, NULL},
    {"do_sat_pct", "do_sat_pct", "%", {DO_MG_L, TEMP, SAL, BARO}, do_sat_pct,
     "oksigen terhadap jenuh", "oxygen against saturation", "Benson & Krause 1984, APHA 4500-O", NULL, NULL},
    {"do", "do_mg_l", "mg/L", {{"do_sat_pct", NAN, 0, 600, 0, 400}, TEMP, SAL, BARO}, do_of_pct,
     "oksigen dari persen jenuh", "oxygen from per cent of saturation", "Benson & Krause 1984, APHA 4500-O", NULL, NULL},
    {"nh3_fraction", "nh3_fraction", "0..1", {TEMP, PH, SAL}, nh3_fraction,
     "bagian amonia yang beracun (NH3)", "share of ammonia that is un-ionised", "Emerson et al. 1975; EPA 1989", NULL, NULL},
    {"nh3_n", "nh3_n_mg_l", "mg/L", {{"tan_n_mg_l", NAN, 0, 1000, 0, 100}, TEMP, PH, SAL}, nh3_n,
     "amonia beracun (NH3-N) dari amonia total", "un-ionised ammonia from total ammonia", "Emerson et al. 1975; EPA 1989", NULL, NULL},
    {"ec25", "ec25_us_cm", "uS/cm", {{"ec_us_cm", NAN, 0, 200000, 0, 60000}, {"temp_c", NAN, -2, 60, 5, 40}}, ec25,
     "daya hantar pada 25 C", "conductivity at 25 C", "APHA 2510", NULL, NULL},
    {"ec", "ec_us_cm", "uS/cm", {{"ec25_us_cm", NAN, 0, 200000, 0, 60000}, {"temp_c", NAN, -2, 60, 5, 40}}, ec,
     "daya hantar pada suhu air, dari yang 25 C", "conductivity in the water, from that at 25 C", "APHA 2510", NULL, NULL},
    {"sal", "sal_psu", "PSU", {{"ec_us_cm", NAN, 0, 200000, 0, 80000}, {"temp_c", NAN, -2, 60, 0, 35}}, sal,
     "salinitas dari daya hantar pada suhu air", "salinity from conductivity in the water", "PSS-78; Hill et al. 1986",
     "air tawar: setara garam laut saja", "fresh water: an equivalent of sea salt only"},
    {"tds", "tds_mg_l", "mg/L", {{"ec25_us_cm", NAN, 0, 200000, 0, 10000}, {"tds_factor", 0.6, 0.3, 1, 0.5, 0.7}}, tds,
     "zat terlarut", "dissolved solids", "0.5-0.7 x EC25",
     "perkiraan: faktornya berbeda di tiap air", "an estimate: the factor differs from water to water"},
    {"co2", "co2_mg_l", "mg/L", {{"alk_mg_l", NAN, 0, 5000, 5, 500}, {"temp_c", NAN, 5, 40, 5, 40},
      {"ph", NAN, WATEREQ_CO2_PH_MIN, WATEREQ_CO2_PH_MAX, WATEREQ_CO2_PH_MIN, 9}}, co2,
     "CO2 dari alkalinitas (sebagai CaCO3)", "CO2 from alkalinity (as CaCO3)", "Plummer & Busenberg 1982",
     "tidak berlaku untuk air gambut (coklat)", "not valid in peat (brown) water"},
    {"baro", "baro_hpa", "hPa", {{"height_m", NAN, -100, 5000, 0, 3000}}, baro,
     "tekanan udara dari ketinggian", "air pressure from height", "isothermal, 288.15 K", NULL, NULL},
    {"u10", "u10_m_s", "m/s", {WIND(30), WIND_Z}, u10,
     "angin pada 10 m", "wind at 10 m", "power law 0.15", NULL, NULL},
    {"k600_cole", "k600_m_d", "m/d", {WIND(9), WIND_Z}, k600_cole,
     "pertukaran gas", "gas exchange", "Cole & Caraco 1998", NULL, NULL},
    {"k600_crusius", "k600_m_d", "m/d", {WIND(6), WIND_Z}, k600_crusius,
     "pertukaran gas", "gas exchange", "Crusius & Wanninkhof 2003", NULL, NULL},
    {"k600_vachon", "k600_m_d", "m/d", {WIND(9), WIND_Z, {"area_m2", NAN, 1, 1e12, 1.9e5, 6.02e8}}, k600_vachon,
     "pertukaran gas", "gas exchange", "Vachon & Prairie 2013", NULL, NULL},
    {"schmidt", "schmidt_o2", "", {{"temp_c", NAN, -2, 60, 4, 35}}, schmidt,
     "bilangan Schmidt oksigen", "Schmidt number of oxygen", "Raymond et al. 2012", NULL, NULL},
    {"k_o2", "k_o2_m_d", "m/d", {{"k600_m_d", NAN, 0, 100, 0, 20}, {"temp_c", NAN, -2, 60, 4, 35}}, k_o2,
     "pertukaran oksigen", "oxygen exchange", "k600 (Sc/600)^-1/2", NULL, NULL},
    {"air_gain", "air_gain_mg_l_h", "mg/L/h", {DO_MG_L, {"temp_c", NAN, -2, 60, 4, 35}, {"k600_m_d", NAN, 0, 100, 0, 20},
      {"depth_m", NAN, 0.05, 100, 0.3, 10}, SAL, BARO}, air_gain,
     "oksigen dari udara per jam", "oxygen from the air an hour", "k (Csat - C) / depth", NULL, NULL},
};
/* clang-format on */

const struct waterfn *waterfn_table(size_t *n)
{
    *n = sizeof TABLE / sizeof TABLE[0];
    return TABLE;
}

const struct waterfn *waterfn_find(const char *name)
{
    for (size_t i = 0; i < sizeof TABLE / sizeof TABLE[0]; i++)
        if (strcmp(TABLE[i].name, name) == 0)
            return &TABLE[i];
    return NULL;
}

size_t waterfn_inputs(const struct waterfn *f)
{
    size_t n = 0;

    while (f->in[n].name != NULL)
        n++;
    return n;
}

int waterfn_refused(const struct waterfn *f, const double *x)
{
    for (int i = 0; f->in[i].name != NULL; i++)
        if (!(x[i] >= f->in[i].min && x[i] <= f->in[i].max))
            return i;
    return -1;
}

int waterfn_doubtful(const struct waterfn *f, const double *x, int from)
{
    for (int i = from; f->in[i].name != NULL; i++)
        if (x[i] < f->in[i].valid_min || x[i] > f->in[i].valid_max)
            return i;
    return -1;
}

int waterfn_run(const struct waterfn *f, const double *x, double *out)
{
    return waterfn_refused(f, x) >= 0 ? NILA_ERR_RANGE : f->f(x, out);
}
