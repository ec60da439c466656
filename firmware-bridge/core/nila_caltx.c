/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nila_caltx.h"

#include "nila_fix.h"

void nila_caltx_init(struct nila_caltx *tx, struct nila_settings *settings,
                     struct nila_store *store)
{
    *tx = (struct nila_caltx){.settings = settings, .store = store, .live_x1000 = NILA_MISSING};
}

bool nila_caltx_active(const struct nila_caltx *tx)
{
    return tx->state == NILA_CALTX_OPEN || tx->state == NILA_CALTX_COMPLETE;
}

bool nila_caltx_holds(const struct nila_caltx *tx, unsigned channel)
{
    return tx->cal.channel == channel && (nila_caltx_active(tx) || tx->settle_s > 0);
}

static enum nila_cal_result say(struct nila_caltx *tx, enum nila_cal_result result)
{
    tx->result = result;
    return result;
}

static void restless(struct nila_caltx *tx)
{
    tx->readings = 0;
    tx->steady_s = 0;
}

static void end(struct nila_caltx *tx, enum nila_caltx_state state)
{
    tx->state = state;
    tx->settle_s = NILA_CALTX_SETTLE_S;
    tx->live_x1000 = NILA_MISSING;
    restless(tx);
}

enum nila_cal_result nila_caltx_begin(struct nila_caltx *tx, uint16_t channel, uint16_t method,
                                      const struct nila_caltx_who *who)
{
    const struct nila_source_info *info;

    if (nila_caltx_active(tx))
        return say(tx, NILA_CAL_BUSY);
    if (channel >= NILA_REG_CHANNELS)
        return say(tx, NILA_CAL_NO_CHANNEL);
    info = nila_source_info(tx->settings->config[channel].source);
    if (info == NULL)
        return say(tx, NILA_CAL_NO_CHANNEL);
    if (method >= NILA_CAL_METHODS || (info->methods >> method & 1) == 0)
        return say(tx, NILA_CAL_NO_METHOD);
    tx->cal = nila_cal_factory((uint8_t)channel, tx->settings->config[channel].source);
    tx->cal.method = (uint8_t)method;
    tx->cal.operator_id = who->operator_id;
    tx->cal.date = who->date;
    tx->cal.due = who->due;
    tx->state = nila_cal_points(method) == 0 ? NILA_CALTX_COMPLETE : NILA_CALTX_OPEN;
    tx->idle_s = 0;
    tx->settle_s = 0;
    tx->live_x1000 = NILA_MISSING;
    restless(tx);
    return say(tx, NILA_CAL_FINE);
}

/* How far a reading may move and still be steady. */
static int64_t band(const struct nila_caltx *tx)
{
    const struct nila_source_info *info = nila_source_info(tx->cal.source);
    int64_t share = nila_div((int64_t)tx->live_x1000 * info->still_ppm, NILA_PPM);

    if (share < 0)
        share = -share;
    return share > info->still ? share : info->still;
}

void nila_caltx_reading(struct nila_caltx *tx, unsigned channel, int32_t raw_x1000)
{
    if (!nila_caltx_active(tx) || tx->cal.channel != channel)
        return;
    tx->live_x1000 = raw_x1000;
    if (raw_x1000 == NILA_MISSING) {
        restless(tx);
        return;
    }
    if (tx->readings > 0) {
        tx->low = raw_x1000 < tx->low ? raw_x1000 : tx->low;
        tx->high = raw_x1000 > tx->high ? raw_x1000 : tx->high;
        if ((int64_t)tx->high - tx->low > band(tx))
            restless(tx);
    }
    if (tx->readings == 0)
        tx->low = tx->high = raw_x1000;
    if (tx->readings < UINT16_MAX)
        tx->readings++;
}

bool nila_caltx_steady(const struct nila_caltx *tx)
{
    return nila_caltx_active(tx) && tx->readings >= NILA_CALTX_READINGS &&
           tx->steady_s >= NILA_CALTX_STEADY_S;
}

void nila_caltx_tick(struct nila_caltx *tx, uint32_t seconds)
{
    tx->settle_s = seconds < tx->settle_s ? (uint16_t)(tx->settle_s - seconds) : 0;
    if (!nila_caltx_active(tx))
        return;
    if (tx->readings > 0 && tx->steady_s < UINT16_MAX)
        tx->steady_s += seconds;
    tx->idle_s += seconds;
    if (tx->idle_s >= NILA_CALTX_MINUTES * 60) {
        end(tx, NILA_CALTX_ABORTED);
        say(tx, NILA_CAL_TIMED_OUT);
    }
}

enum nila_cal_result nila_caltx_point(struct nila_caltx *tx, int32_t ref_x1000,
                                      const struct nila_water *w)
{
    struct nila_cal next = tx->cal;
    enum nila_cal_result rc;

    if (!nila_caltx_active(tx))
        return say(tx, NILA_CAL_NONE_OPEN);
    tx->idle_s = 0;
    if (tx->state == NILA_CALTX_COMPLETE)
        return say(tx, NILA_CAL_TOO_MANY);
    if (tx->live_x1000 == NILA_MISSING)
        return say(tx, NILA_CAL_NO_VALUE);
    rc = nila_cal_check_point(&tx->cal, tx->cal.points, ref_x1000,
                              w->default_temp ? NILA_MISSING : w->temp_x1000);
    if (rc != NILA_CAL_FINE)
        return say(tx, rc);
    if (!nila_caltx_steady(tx))
        return say(tx, NILA_CAL_UNSTABLE);
    next.point[next.points++] = (struct nila_cal_point){
        .ref_x1000 = ref_x1000, .raw_x1000 = tx->live_x1000, .temp_x1000 = w->temp_x1000};
    if (next.points == nila_cal_points(next.method)) {
        /* Not plausible: the last point is not kept and may be taken again, in fresh buffer say. */
        rc = nila_cal_solve(&next, &tx->settings->cal[next.channel], w);
        if (rc != NILA_CAL_FINE)
            return say(tx, rc);
        tx->state = NILA_CALTX_COMPLETE;
    }
    tx->cal = next;
    restless(tx);
    return say(tx, NILA_CAL_FINE);
}

enum nila_cal_result nila_caltx_commit(struct nila_caltx *tx)
{
    struct nila_settings *s = tx->settings;
    struct nila_cal was;
    uint16_t number = s->last_number;

    if (!nila_caltx_active(tx))
        return say(tx, NILA_CAL_NONE_OPEN);
    tx->idle_s = 0;
    if (tx->state != NILA_CALTX_COMPLETE)
        return say(tx, NILA_CAL_TOO_FEW);
    was = s->cal[tx->cal.channel];
    s->last_number = number == UINT16_MAX ? 1 : (uint16_t)(number + 1); /* 0 is "factory" */
    tx->cal.number = tx->cal.method == NILA_CAL_FACTORY ? 0 : s->last_number;
    s->cal[tx->cal.channel] = tx->cal;
    if (!nila_settings_save(s, tx->store, &was, NILA_HISTORY_FRONT)) {
        s->cal[tx->cal.channel] = was;
        s->last_number = number;
        tx->cal.number = 0;
        return say(tx, NILA_CAL_NOT_SAVED);
    }
    end(tx, NILA_CALTX_DONE);
    return say(tx, NILA_CAL_FINE);
}

enum nila_cal_result nila_caltx_abort(struct nila_caltx *tx)
{
    if (!nila_caltx_active(tx))
        return say(tx, NILA_CAL_NONE_OPEN);
    end(tx, NILA_CALTX_ABORTED);
    return say(tx, NILA_CAL_FINE);
}

enum nila_cal_result nila_caltx_revert(struct nila_caltx *tx, uint16_t channel)
{
    struct nila_settings *s = tx->settings;
    struct nila_cal was, *cal;
    uint8_t i = 0;

    if (nila_caltx_active(tx))
        return say(tx, NILA_CAL_BUSY);
    if (channel >= NILA_REG_CHANNELS || nila_source_info(s->config[channel].source) == NULL)
        return say(tx, NILA_CAL_NO_CHANNEL);
    cal = &s->cal[channel];
    was = *cal;
    /* Only one of the same kind of probe means anything. */
    while (i < s->histories && (!nila_settings_history(s, tx->store, i, cal) ||
                                cal->channel != channel || cal->source != was.source))
        i++;
    if (i < s->histories && nila_settings_save(s, tx->store, &was, i))
        return say(tx, NILA_CAL_FINE);
    *cal = was;
    return say(tx, i == s->histories ? NILA_CAL_NOTHING_BEFORE : NILA_CAL_NOT_SAVED);
}
