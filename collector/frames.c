/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "frames.h"

#include <string.h>

#include "collector/common/clock.h"
#include "collector/common/log.h"

void frames_init(struct frames *f)
{
    if (pthread_mutex_init(&f->lock, NULL) != 0)
        fatal("no mutex");
    f->next = f->n = 0;
}

void frames_free(struct frames *f)
{
    (void)pthread_mutex_destroy(&f->lock);
}

void frames_note(struct frames *f, bool sent, const void *bytes, size_t n)
{
    struct frame *x;

    if (f == NULL)
        return;
    if (n > FRAME_BYTES_MAX)
        n = FRAME_BYTES_MAX;
    (void)pthread_mutex_lock(&f->lock);
    x = &f->ring[f->next];
    f->next = (f->next + 1) % FRAMES_KEPT;
    f->n += f->n < FRAMES_KEPT;
    x->at_ms = clock_wall_ms();
    x->sent = sent;
    x->n = (uint16_t)n;
    if (n > 0)
        memcpy(x->byte, bytes, n);
    (void)pthread_mutex_unlock(&f->lock);
}

size_t frames_copy(struct frames *f, struct frame out[static FRAMES_KEPT])
{
    size_t n;

    (void)pthread_mutex_lock(&f->lock);
    n = f->n;
    for (size_t i = 0; i < n; i++)
        out[i] = f->ring[(f->next + FRAMES_KEPT - n + i) % FRAMES_KEPT];
    (void)pthread_mutex_unlock(&f->lock);
    return n;
}
