/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "carbonate.h"

#include <math.h>

static const double PH_MIN = 3, PH_MAX = 11.5;
static const double MEQ_PER_MG_DOC = 0.010;

struct carbonate_constants carbonate_constants_at(double temp_c)
{
    double t = temp_c + 273.15;
    double log_t = log10(t);
    struct carbonate_constants k;

    k.k1 =
        pow(10, -356.3094 - 0.06091964 * t + 21834.37 / t + 126.8339 * log_t - 1684915 / (t * t));
    k.k2 =
        pow(10, -107.8871 - 0.03252849 * t + 5151.79 / t + 38.92561 * log_t - 563713.9 / (t * t));
    k.kh = pow(10, 108.3865 + 0.01985076 * t - 6919.53 / t - 40.45154 * log_t + 669365 / (t * t));
    k.kw = pow(10, -(4471 / t + 0.01706 * t - 6.0875));
    return k;
}

struct carbonate_parts carbonate_parts_at(const struct carbonate_constants *k, double dic_mmol_l,
                                          double ph)
{
    double h = pow(10, -ph);
    double d = h * h + k->k1 * h + k->k1 * k->k2;
    struct carbonate_parts p = {dic_mmol_l * h * h / d, dic_mmol_l * k->k1 * h / d,
                                dic_mmol_l * k->k1 * k->k2 / d};
    return p;
}

double carbonate_alk_meq_l(const struct carbonate_constants *k, double dic_mmol_l, double doc_mg_l,
                           double ph)
{
    double h = pow(10, -ph);
    double d = h * h + k->k1 * h + k->k1 * k->k2;
    double carbonic = dic_mmol_l * k->k1 * (h + 2 * k->k2) / d;
    double humic = 0;

    if (doc_mg_l > 0) {
        double pk = 0.96 + 0.90 * ph - 0.039 * ph * ph;
        humic = MEQ_PER_MG_DOC * doc_mg_l / (1 + pow(10, pk - ph));
    }
    return carbonic + 1e3 * (k->kw / h - h) + humic;
}

/* The balance rises with pH (up to pH 11.5 also its humic part: pK - pH falls), so the root is one. Newton's steps from
 * the guess, held inside a bracket that only shrinks; where a step leaves it, the bracket is halved. */
double carbonate_ph(const struct carbonate_constants *k, double dic_mmol_l, double alk_meq_l,
                    double doc_mg_l, double guess)
{
    double low = PH_MIN, high = PH_MAX;
    double ph = guess > low && guess < high ? guess : 7;

    for (int i = 0; i < 100; i++) {
        double f = carbonate_alk_meq_l(k, dic_mmol_l, doc_mg_l, ph) - alk_meq_l;
        double slope =
            (carbonate_alk_meq_l(k, dic_mmol_l, doc_mg_l, ph + 1e-5) - alk_meq_l - f) / 1e-5;
        double to = ph - f / slope;

        if (f > 0)
            high = ph;
        else
            low = ph;
        if (!(to > low && to < high))
            to = (low + high) / 2;
        if (fabs(to - ph) < 1e-6) /* the last step leaves about 1e-5 of itself */
            return to;
        ph = to;
    }
    return ph;
}
