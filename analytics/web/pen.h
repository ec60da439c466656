/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pen: the data of an SVG path in tenths of a unit, each point told by how far it lies from the one before, in as few characters as the
 * grammar of SVG takes ("l1.2-.3"): half of a pond's page is its charts. The distances are between rounded places, so that a long line ends
 * where it should. */
#ifndef ANALYTICS_WEB_PEN_H
#define ANALYTICS_WEB_PEN_H

#include <stdbool.h>

#include "collector/common/buf.h"

struct pen {
    struct buf *b;
    long x, y;     /* tenths */
    char command;  /* what a number now would belong to; 0 none */
    bool fraction; /* the number before has a point: another may begin with one */
};

struct pen pen_at(struct buf *b);
/* Coordinates in [-1e6, 1e6]; others are drawn at the edge of that. */
void pen_move(struct pen *p, double x, double y);
void pen_line(struct pen *p, double x, double y);
/* A dot where the pen is: a line of nearly no length. */
void pen_dot(struct pen *p);
void pen_close(struct pen *p);

#endif
