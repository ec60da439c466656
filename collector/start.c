/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "start.h"

enum start_step start_next(const struct start *s, const struct profile *p, unsigned failures,
                           int64_t mono_ms)
{
    if (p->start.function == 0)
        return START_READ;
    if (s->told && s->waiting && mono_ms < s->next_ms)
        return START_WAIT;
    if (s->told)
        return s->waiting && s->ask ? START_ASK : START_READ;
    if (s->unheard || mono_ms < s->deaf_ms)
        return START_READ;
    if (!p->start_each && failures > 0 && !s->alive)
        return START_READ;
    return START_TELL;
}

void start_told(struct start *s, const struct profile *p, int64_t mono_ms)
{
    s->told = true;
    s->same = 0;
    s->ask = p->wait.function != 0;
    /* A register that holds a time is read at once, one that turns ready after the settling time, if there is one. */
    s->next_ms = mono_ms + (s->ask && !p->wait.ready ? 0 : p->settle_ms);
    s->last_ms = s->next_ms + START_WAIT_MS;
    s->waiting = s->ask || p->settle_ms > 0;
}

bool start_waited(struct start *s, const struct profile *p, uint16_t value, int64_t mono_ms)
{
    if (!p->wait.ready) {
        s->ask = false;
        s->next_ms = mono_ms + (value < START_WAIT_MS ? value : START_WAIT_MS);
    } else if (value == p->wait.ready_value) {
        s->ask = false;
        s->next_ms = mono_ms;
    } else if (mono_ms >= s->last_ms) {
        s->told = s->waiting = s->ask = false;
        return false;
    } else {
        s->next_ms = mono_ms + START_POLL_MS;
    }
    return true;
}

void start_refused(struct start *s, int64_t mono_ms)
{
    s->unheard = false;
    s->deaf_ms = mono_ms + START_DEAF_MS;
}

void start_unheard(struct start *s)
{
    s->unheard = true;
}

void start_alive(struct start *s)
{
    s->alive = true;
}

/* A sum of all that was given; *zero tells whether all of it is 0. */
static uint32_t sum_up(const struct reg_block *block, size_t blocks, bool *zero)
{
    uint32_t sum = 2166136261U; /* FNV-1a */

    *zero = true;
    for (size_t i = 0; i < blocks; i++)
        for (unsigned k = 0; block[i].exception == 0 && k < block[i].count; k++) {
            sum = (sum ^ block[i].regs[k]) * 16777619U;
            *zero = *zero && block[i].regs[k] == 0;
        }
    return sum;
}

void start_round(struct start *s, const struct profile *p, const struct reg_block *block,
                 size_t blocks, bool good, bool nothing_good, int64_t mono_ms)
{
    bool zero;
    const uint32_t sum = sum_up(block, blocks, &zero);

    if (good && blocks == 0) /* told, and read later */
        return;
    s->unheard = s->alive = false;
    s->waiting = s->ask = false;
    if (!good || p->start_each) {
        s->told = false;
        s->same = 0;
        return;
    }
    s->same = sum == s->sum ? s->same + 1 : 1;
    s->sum = sum;
    if (mono_ms < s->doubt_ms)
        return;
    if (nothing_good || zero) {
        s->told = false;
        s->doubt_ms = mono_ms + START_NOTHING_MS;
    } else if (s->same >= START_SAME) {
        s->told = false;
        s->doubt_ms = mono_ms + START_SAME_MS;
    }
}
