/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "progress.h"

#include <stdio.h>
#include <unistd.h>

#include "collector/common/clock.h"

enum {
    AFTER_MS = 2000,
    EVERY_MS = 250
};

void progress_init(struct progress *p, const char *what, bool english, bool quiet, bool asked)
{
    *p = (struct progress){.what = what,
                           .english = english,
                           .asked = asked && !quiet,
                           .show = !quiet && (asked || isatty(STDERR_FILENO)),
                           .start_ms = clock_mono_ms()};
}

/* At the pace so far. */
static void tell_left(char *out, size_t size, int64_t left_ms, bool english)
{
    long s = (long)((left_ms + 999) / 1000);

    (void)snprintf(out, size, english ? ", about %ld:%02ld left" : ", sisa sekitar %ld.%02ld",
                   s / 60, s % 60);
}

void progress_tell(void *arg, size_t done, size_t of)
{
    struct progress *p = arg;
    char left[40] = "";
    int64_t now;

    if (!p->show)
        return;
    now = clock_mono_ms();
    if (p->asked ? done < of && p->told_ms != 0 && now - p->told_ms < EVERY_MS
                 : now - p->start_ms < AFTER_MS || now - p->told_ms < EVERY_MS)
        return;
    p->told_ms = now;
    if (done > 0 && now - p->start_ms >= AFTER_MS)
        tell_left(left, sizeof left, (now - p->start_ms) / (int64_t)done * (int64_t)(of - done),
                  p->english);
    (void)fprintf(stderr, "%s%zu %s %zu %s%s%s", p->asked ? "" : "\r", done,
                  p->english ? "of" : "dari", of, p->what, left, p->asked ? "\n" : "\033[K");
}

void progress_end(struct progress *p)
{
    if (p->told_ms != 0 && !p->asked)
        (void)fputs("\r\033[K", stderr);
    p->show = false;
}
