/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "progress.h"

#include <stdio.h>
#include <unistd.h>

#include "collector/common/clock.h"

#define FIRST_MS 2000
#define AGAIN_MS 200

void progress_begin(struct progress *p, enum text_language l, bool quiet)
{
    *p = (struct progress){
        .l = l, .wanted = !quiet && isatty(STDERR_FILENO) != 0, .started_ms = clock_mono_ms()};
}

void progress_at(struct progress *p, size_t done, size_t all)
{
    int64_t now = clock_mono_ms(), spent = now - p->started_ms;
    char n[2][TEXT_NUMBER_SIZE], left[TEXT_NUMBER_SIZE];
    struct buf b = {0};

    if (!p->wanted || spent < FIRST_MS || now - p->shown_ms < AGAIN_MS || done == 0)
        return;
    p->shown_ms = now;
    p->shown = true;
    buf_str(&b, "\r\033[K");
    text_add(
        &b, p->l, TEXT_PROGRESS, text_number(n[0], p->l, (double)done, 0),
        text_number(n[1], p->l, (double)all, 0),
        text_number(left, p->l,
                    (double)spent / 1000 * (double)(all - (done < all ? done : all)) / (double)done,
                    0),
        NULL);
    (void)fputs(b.p, stderr);
    (void)fflush(stderr);
    buf_free(&b);
}

void progress_end(struct progress *p)
{
    if (p->shown)
        (void)fputs("\r\033[K", stderr);
    p->shown = false;
}
