/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pen.h"

#include <math.h>

#define FARTHEST 10000000L /* tenths */

struct pen pen_at(struct buf *b)
{
    return (struct pen){.b = b};
}

static long tenths(double v)
{
    if (isnan(v))
        return 0;
    return v > 1e6 ? FARTHEST : v < -1e6 ? -FARTHEST : lround(v * 10);
}

/* A number after a command or another number: "-" and a second "." part them as well as a blank does. */
static void put(struct pen *p, long v, bool first)
{
    char text[24];
    unsigned long left = v < 0 ? 0UL - (unsigned long)v : (unsigned long)v;
    const unsigned long whole = left / 10, tenth = left % 10;
    size_t at = sizeof text;

    if (tenth > 0) {
        text[--at] = (char)('0' + tenth);
        text[--at] = '.';
    }
    for (left = whole; left > 0 || (whole == 0 && tenth == 0); left /= 10) {
        text[--at] = (char)('0' + left % 10);
        if (left == 0)
            break;
    }
    if (v < 0)
        text[--at] = '-';
    else if (!first && !(text[at] == '.' && p->fraction))
        text[--at] = ' ';
    buf_add(p->b, text + at, sizeof text - at);
    p->fraction = tenth > 0;
}

static void go(struct pen *p, char command, long x, long y)
{
    const bool first = p->command != command;

    if (first)
        buf_add(p->b, &command, 1);
    p->command = command;
    put(p, x, first);
    put(p, y, false);
}

void pen_move(struct pen *p, double x, double y)
{
    p->command = 0; /* numbers after those of a move would be lines */
    p->x = tenths(x);
    p->y = tenths(y);
    go(p, 'M', p->x, p->y);
}

void pen_line(struct pen *p, double x, double y)
{
    const long to_x = tenths(x), to_y = tenths(y);

    go(p, 'l', to_x - p->x, to_y - p->y);
    p->x = to_x;
    p->y = to_y;
}

void pen_dot(struct pen *p)
{
    buf_str(p->b, "h.1");
    p->x++;
    p->command = 0;
}

void pen_close(struct pen *p)
{
    buf_str(p->b, "z");
    p->command = 0;
}
