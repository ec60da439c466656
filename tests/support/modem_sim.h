/* SPDX-License-Identifier: GPL-3.0-or-later */
/* modem_sim: a SIMULATOR of a GSM modem on a pty, for tests: no real modem, no network. It speaks the commands that
 * analytics/alert/modem.h uses, fails as it is told, and writes down every line of both sides ("> " to it, "< " from it).
 *
 * Settings may be changed at any time between modem_sim_lock and modem_sim_unlock. */
#ifndef TESTS_MODEM_SIM_H
#define TESTS_MODEM_SIM_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "collector/common/buf.h"

enum sim_card {
    SIM_READY,
    SIM_PIN,
    SIM_PUK,
    SIM_ABSENT
};

enum sim_call {
    CALL_RINGS,   /* until it is hung up */
    CALL_TAKEN,   /* rings, then somebody takes it */
    CALL_REFUSED, /* rings, then NO CARRIER */
    CALL_ENGAGED, /* BUSY */
    CALL_OFF,     /* NO CARRIER without a ring */
    CALL_UNHEARD  /* NO ANSWER */
};

#define SIM_SLOTS 10
#define SIM_SENT  64

struct modem_sim {
    /* settings */
    char link[256]; /* the port: a symbolic link that goes while it is unplugged */
    bool echo, silent, garbage;
    const char *babble; /* the answer to every command; NULL: as a modem answers */
    enum sim_card card;
    char pin[9];
    char sent_at[32]; /* the operator's time of messages that arrive; "": now */
    char own[20];     /* an SMS to this number comes back */
    int pins_tried, pins_left;
    int signal, creg, cereg; /* 0..31 or 99; -1: the command is not known */
    int cms_early, cms;      /* error instead of the prompt, and after the text; 0: none */
    bool no_prompt, hang_after_text, drop_at_prompt, drop_after_text;
    int report; /* status of the report; -1: none comes */
    bool report_in_memory, report_without_number;
    bool no_reports, no_ira, no_clcc, no_details;
    enum sim_call call;
    /* what happened */
    struct {
        char to[32];
        char text[512];
    } sent[SIM_SENT];
    size_t sents, dials, hang_ups;
    struct buf transcript;
    /* its own */
    struct {
        bool used;
        char header[160], text[512];
    } slot[SIM_SLOTS];
    pthread_mutex_t lock;
    pthread_cond_t changed;
    pthread_t thread;
    int fd, keep, quit[2];
    char to[32];   /* of the text being typed; "" none */
    char in[1024]; /* bytes of a command or text */
    size_t n;
    unsigned mr;
    bool in_call, details, numeric_errors;
    int clcc_asked;
};

/* Starts with a good SIM, full signal and reports of success; link is where its port is to be found. Fails the test when it
 * cannot. */
struct modem_sim *modem_sim_start(const char *link);
void modem_sim_stop(struct modem_sim *s);
void modem_sim_lock(struct modem_sim *s);
void modem_sim_unlock(struct modem_sim *s);

void modem_sim_unplug(struct modem_sim *s);
void modem_sim_plug(struct modem_sim *s);
/* An SMS arrives (ASCII; ucs2: text is its hexadecimal UCS2) and is told. */
void modem_sim_sms(struct modem_sim *s, const char *from, const char *text, bool ucs2);
/* A call comes in; number NULL: withheld. */
void modem_sim_ring(struct modem_sim *s, const char *number);
/* Waits until the transcript has text at least times times; fails the test after 20 s. */
void modem_sim_wait(struct modem_sim *s, const char *text, size_t times);
/* How often the transcript has text. */
size_t modem_sim_count(struct modem_sim *s, const char *text);

#endif
