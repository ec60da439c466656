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

void progress_tell(void *arg, size_t done, size_t of)
{
    struct progress *p = arg;
    int64_t now;

    if (!p->show)
        return;
    now = clock_mono_ms();
    if (p->asked ? done < of && p->told_ms != 0 && now - p->told_ms < EVERY_MS
                 : now - p->start_ms < AFTER_MS || now - p->told_ms < EVERY_MS)
        return;
    p->told_ms = now;
    (void)fprintf(stderr, "%s%zu %s %zu %s%s", p->asked ? "" : "\r", done,
                  p->english ? "of" : "dari", of, p->what, p->asked ? "\n" : "");
}

void progress_end(struct progress *p)
{
    if (p->told_ms != 0 && !p->asked)
        (void)fputs("\r\033[K", stderr);
    p->show = false;
}
