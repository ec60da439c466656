/* SPDX-License-Identifier: GPL-3.0-or-later */
/* modbus_farm: many Modbus TCP endpoints in a child process, for measuring masters: each unit holds 12 float32 (ABCD) from register 0
 * on, an endpoint answers one question at a time after its turnaround, some units never answer. It writes down when
 * register 0 of each unit was asked for. */
#ifndef TESTS_MODBUS_FARM_H
#define TESTS_MODBUS_FARM_H

#include <stdbool.h>
#include <stdint.h>

#define FARM_FLOATS 12

struct farm_config {
    unsigned endpoints; /* 1..1000 */
    unsigned units;     /* of each, numbered from 1; 1..16 */
    int turnaround_ms;
    unsigned dead_every; /* the last of each so many units is dead; 0 none */
    int every_ms;        /* how often a unit should be asked */
};

/* Of the living units since farm_forget. */
struct farm_stats {
    uint64_t values;                /* answered: two registers each */
    double asked;                   /* how often a unit's register 0 was asked for, on average */
    double interval_ms;             /* mean between two questions for register 0 of a unit */
    int error_p50_ms, error_p99_ms; /* of |interval - every_ms| */
};

struct farm;

struct farm *farm_start(const struct farm_config *c);
int farm_port(const struct farm *f, unsigned endpoint);
bool farm_dead(const struct farm *f, unsigned endpoint, unsigned unit);
void farm_forget(struct farm *f);
void farm_stats(struct farm *f, struct farm_stats *out);
void farm_stop(struct farm *f); /* NULL is fine */

#endif
