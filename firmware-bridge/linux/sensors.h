/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sensors: what the devices of a site would measure in the simulated ponds: truth of pond.h or weather.h, plus sensor
 * noise, for a node rounded to the thousandths a register holds.
 *
 * A node with a pond has channels 0..6: temperature, oxygen, pH, EC, turbidity, level, TAN. A node without one is a
 * weather station, channels 0..2: air temperature, PAR, wind at 10 m.
 * Noise is normal and white, drawn from (seed, device, channel, second): two devices in one pond differ, and the same
 * second gives the same reading to a live server and to a history written later.
 * Threads: any, one lock a pond. */
#ifndef BRIDGE_SENSORS_H
#define BRIDGE_SENSORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/common/metric.h"
#include "collector/common/profile.h"
#include "collector/common/site.h"

#include "event.h"
#include "simserver.h"

#define SENSOR_CHANNELS_MAX 8 /* of a node */

/* One kind of channel. */
struct sensor_kind {
    int kind; /* NILA_KIND_* */
    enum metric metric;
    double noise;     /* standard deviation, unit of the metric */
    double noise_rel; /* the same, as a share of the value; both add up */
    bool positive;    /* the sensor never reads below 0: noise is mirrored there */
};

/* The channels of a device of a pond (or, without pond, of the weather): a table of *n entries, static storage. */
const struct sensor_kind *sensor_kinds(bool with_pond, size_t *n);

/* A pond whose biomass is given instead of drawn. */
struct sensor_stock {
    int pond;          /* index into the site's ponds */
    double fish_kg_m2; /* 0 < x <= 100 */
};

struct sensors_config {
    const struct site *site; /* must outlive the sensors */
    uint64_t seed;
    bool noise;
    /* stocks entries; a later one for the same pond wins; NULL when 0. Not kept. */
    const struct sensor_stock *stock;
    size_t stocks;
    const struct event *event; /* events of them; NULL when 0. Not kept. */
    size_t events;
};

struct sensors; /* opaque */

/* Ponds that have a device are run up to start_ms (0.1 s each). Never NULL; free with sensors_free. */
struct sensors *sensors_new(const struct sensors_config *c, int64_t start_ms);
void sensors_free(struct sensors *s); /* NULL is fine */

/* An aerator of so much transfer (1/h) runs in a pond from now on. */
void sensors_aerate(struct sensors *s, int pond, int64_t ts_ms, double per_h);

/* Fills ch and returns how many. ts_ms should not lie before an earlier call's for the same pond: the water is then that
 * of the later moment. */
int sensors_read(struct sensors *s, int device, int64_t ts_ms,
                 struct sim_channel ch[SIM_CHANNELS_MAX]);

/* The same for a device of profile p: first p->m, then p->spare, each in the unit the profile says (quantities.h tells what
 * they see). NaN: there is nothing here to measure it in, such as the temperature of no pond. */
int sensors_read_profile(struct sensors *s, int device, const struct profile *p, int64_t ts_ms,
                         struct sim_channel ch[SIM_CHANNELS_MAX]);

#endif
