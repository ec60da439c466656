/* SPDX-License-Identifier: GPL-3.0-or-later */
/* deliver: makes the attempts that are on record: a thread and a bounded queue a channel, so that a mail server that hangs never
 * delays the siren. The records are the queue that counts; what does not fit in memory waits there.
 *
 * An attempt is marked as begun before it is sent and its fate is stored after: after a crash it is made again (at least
 * once). FATE_RETRY is tried again after what the other side said, else after 10 s, doubling to 5 min, until its time is
 * over; FATE_UNKNOWN once more. Dangers go first, and take the place of something less bad in a full queue. A fate that cannot be
 * stored is kept in memory and stored later, so that nothing is sent again with every second of a full disk. An OK by SMS
 * is stored (deliver_word_key) before its modem deletes it, a call before it is told. What a channel hears is kept for the caller. */
#ifndef ANALYTICS_ALERT_DELIVER_H
#define ANALYTICS_ALERT_DELIVER_H

#include "analytics/records/alarms.h"
#include "channel.h"

#define DELIVER_QUEUE 64 /* attempts in memory a channel */
/* The operator's clock, which stamps an SMS, and ours may differ by this. */
#define DELIVER_CLOCKS_MS ((int64_t)2 * 60 * 1000)

struct deliver;

/* What makes an attempt: the channels themselves, or a test's. As channel_send and channel_listen. */
struct deliver_ops {
    int (*send)(void *channel, const char *to, const struct channel_message *m,
                struct channel_result *out);
    int (*listen)(void *channel, int64_t wait_ms, channel_heard *fn, void *arg);
    void (*wake)(void *channel);
    void (*stop)(void *channel);
};
struct deliver_channel {
    const char *slug;
    void *channel;
};

/* Starts the threads; r and the channels are borrowed and must outlive *out. ops NULL: struct channel. */
struct deliver *deliver_start(struct records *r, const struct deliver_channel *channel, size_t n,
                              const struct deliver_ops *ops);
/* Stops what is under way and waits for the threads. NULL is fine. */
void deliver_stop(struct deliver *d);

/* Is this attempt still to be made? Called from the thread of deliver_feed; must not call deliver. */
typedef bool deliver_holds(void *arg, const struct rec_attempt *a);
/* Hands over what is due by now; call it after every commit and regularly. All that waits, due or not, is asked of first (holds NULL:
 * all is to be made): what is not to be made any more is dropped, and one that is being made just now is not tried again. Errors of
 * the records, logged; then later. */
void deliver_feed(struct deliver *d, int64_t now_ms, deliver_holds *holds, void *arg);
/* Makes an attempt that could not be stored; tried again like others while its time lasts, but nothing is kept of it. False: the
 * channel's queue is full of what is as bad, and it is not made. */
bool deliver_direct(struct deliver *d, const struct rec_attempt *a);
/* The records can be written again: attempts of deliver_direct that were not made yet are left to those on record. */
void deliver_forget_direct(struct deliver *d);
/* Takes an attempt out of memory; false: it is being made just now, and is not tried again. */
bool deliver_take_back(struct deliver *d, int64_t id);
/* Attempts in memory, being made included. */
size_t deliver_busy(struct deliver *d);

/* What was heard since the last call; *out is the caller's, free(). The channel's slug lies in slug. */
struct deliver_heard {
    char slug[SLUG_SIZE];
    struct channel_event event;
};
size_t deliver_heard(struct deliver *d, struct deliver_heard **out);
/* The mark (alarms.h) that keeps an OK by SMS (HEARD_OK) or a call (HEARD_CALL) from this number until it was taken up; its time is when it
 * was heard by our clock, or, when that is earlier, DELIVER_CLOCKS_MS after the operator's stamp. */
void deliver_word_key(enum heard_kind kind, const char *from, char key[static ALARM_MARK_SIZE]);

#endif
