/* SPDX-License-Identifier: GPL-3.0-or-later */
/* night_prior: what is known of a pond's night before it was ever measured: coefficients of the ridge on log ratios and the
 * spread of its error, fitted to ponds of Andhra Pradesh (Fish Welfare Initiative, "Continuous Water Quality Monitoring
 * Data", Eluru, 2025-26; coefficients only, no data). An assumption for any other region until its own nights are there. */
#ifndef ANALYTICS_NIGHT_PRIOR_H
#define ANALYTICS_NIGHT_PRIOR_H

#include "night_own.h"

/* Coefficients for an issue at slot and step k (0: ten minutes later). */
void night_prior_beta(int slot, int k, double beta[NIGHT_FEATURES]);
/* Standard deviation of the log-ratio error at step k. */
double night_prior_sd(int k);

#endif
