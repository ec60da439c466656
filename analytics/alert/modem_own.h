/* SPDX-License-Identifier: GPL-3.0-or-later */
/* modem_own: between the files of the modem; for modem*.c alone. Everything here is called by whoever has the turn. */
#ifndef ANALYTICS_ALERT_MODEM_OWN_H
#define ANALYTICS_ALERT_MODEM_OWN_H

#include <pthread.h>
#include <stdatomic.h>

#include "modem.h"
#include "modem_line.h"
#include "phone.h"

enum {
    AT_LINES = 8, /* of an answer; none that we ask for has more */
    URCS = 16,    /* unasked lines kept until somebody listens */
    URC_SIZE = 256,
    FIELDS = 12, /* of a line: <a>,"<b>",... */
    FIELD_SIZE = 64,
    SENT = 32,         /* messages whose report may still come without its number */
    REFUSED_PINS = 8,  /* remembered */
    PIN_MARK_SIZE = 65 /* hexadecimal SHA-256 */
};

/* What outlives the program (modem_memory.c). */
struct modem_memory {
    char refused[REFUSED_PINS][PIN_MARK_SIZE]; /* marks of PINs tried without success */
    size_t refused_count;
    char salt[33];
    int64_t self_test_ms; /* last one begun */
    int32_t sim_told_day; /* the day it was last told that the SIM ends */
};

struct modem {
    const struct modem_config *c;
    struct modem_times t;
    struct modem_line line;
    int wake[2];
    pthread_mutex_t lock; /* busy, waiting */
    pthread_cond_t turn;
    bool busy;
    unsigned waiting; /* who wants to send */
    atomic_bool stopped;
    /* of the one that has the turn */
    int64_t deadline; /* mono ms; nothing waits longer */
    bool set_up;      /* since the line was opened */
    bool gsm;         /* character set GSM; else IRA */
    char urc[URCS][URC_SIZE];
    size_t urcs;
    bool scan;        /* unasked lines were lost or the modem is new: look at the whole memory */
    int64_t scan_due; /* mono ms; then too: a message was heard that could not be stored; 0 none */
    struct {
        unsigned mr;
        char to[PHONE_SIZE];
    } sent[SENT];
    size_t sent_count;
    struct modem_memory memory;
    bool remembered; /* memory was read */
    enum channel_code told;
    char detail[CHANNEL_DETAIL_SIZE];
    int64_t next_look;
    char call_end[16];     /* BUSY, NO CARRIER ... said while a call of ours went on */
    int64_t ringing_since; /* 0: no call comes in */
    unsigned self_token;   /* of the self-test on its way; 0: none */
    int64_t self_until;
    pthread_mutex_t state_lock;
    struct modem_state state;
};

/* --- modem_at.c --------------------------------------------------------------------------------------------------- */

struct at_answer {
    char line[AT_LINES][MODEM_LINE_SIZE];
    size_t lines;
    char final[64]; /* "OK" "ERROR" "+CMS ERROR: 38" "NO CARRIER" ... */
    int error;      /* number of +CME or +CMS ERROR, -1: none */
};

/* Sends "AT" command and waits for its final word, at most ms. 0: OK. NILA_ERR_REFUSED: ERROR and the like; NILA_ERR_TIMEOUT;
 * NILA_ERR_CLOSED: unplugged; NILA_ERR_BUSY: modem_stop. a may be NULL. dial: NO CARRIER, BUSY and NO ANSWER are final too. */
int at_command(struct modem *m, const char *command, int64_t ms, struct at_answer *a);
int at_dial(struct modem *m, const char *command, int64_t ms, struct at_answer *a);
/* The steps of it, for a command with a text: sends; waits for ">"; waits for the final word. */
int at_send(struct modem *m, const char *command);
int at_prompt(struct modem *m, int64_t ms, struct at_answer *a);
int at_final(struct modem *m, bool dial, int64_t ms, struct at_answer *a);
/* One raw line within ms and the deadline, in steps, so that modem_stop is seen. */
int at_line(struct modem *m, char *out, size_t size, bool prompt, int64_t ms);
/* Is line the end of an answer? Then a has it. */
bool at_is_final(const char *line, bool dial, struct at_answer *a);
/* Keeps an unasked line for modem_hear; false: it is none. */
bool at_keep_unasked(struct modem *m, const char *line);
/* What follows prefix in the answer's line that begins with it, blanks skipped; NULL: no such line. */
const char *at_find(const struct at_answer *a, const char *prefix);
/* Fields between commas, without their quotes; returns how many there are, at most FIELDS. */
size_t at_fields(const char *text, char out[static FIELDS][FIELD_SIZE]);

/* --- modem_ready.c ------------------------------------------------------------------------------------------------ */

/* The line open, the modem set up, the SIM unlocked, the network there: true. Else r says why, with FATE_RETRY or FATE_REFUSED. */
bool modem_ready(struct modem *m, struct channel_result *r);
/* The line has gone or says nothing sensible: everything begins anew. */
void modem_forget(struct modem *m);
/* What an at_* error means; sent: the message may have gone. */
void modem_fault(struct modem *m, int rc, bool sent, struct channel_result *r);

/* --- modem_pin.c -------------------------------------------------------------------------------------------------- */

/* CODE_NONE: the SIM is open. */
enum channel_code modem_unlock(struct modem *m, char *detail, size_t size);

/* --- modem_memory.c ----------------------------------------------------------------------------------------------- */

void memory_read(struct modem *m);
/* 0 once it is on the disk; NILA_ERR_IO: logged. */
int memory_write(struct modem *m);

/* --- modem_sms.c, modem_call.c ------------------------------------------------------------------------------------ */

/* As modem_sms and modem_call, by whoever has the turn, until m->deadline. */
void modem_sms_now(struct modem *m, const char *to, const struct smstext *text,
                   struct channel_result *r);
void modem_call_now(struct modem *m, const char *to, int ring_s, struct channel_result *r);

/* --- modem_hear.c, modem_read.c ----------------------------------------------------------------------------------- */

/* Hands on what has come, reading and deleting SMS; returns how many events. */
size_t modem_hear(struct modem *m, channel_heard *fn, void *arg);
/* Reads the SMS at index, hands it on, and deletes it; events so far are counted in *n. */
void modem_read(struct modem *m, unsigned index, channel_heard *fn, void *arg, size_t *n);
/* All that the memory holds. */
void modem_read_all(struct modem *m, channel_heard *fn, void *arg, size_t *n);
/* A delivery report's parts; to "" unknown. */
void modem_report(struct modem *m, unsigned mr, const char *to, unsigned st, channel_heard *fn,
                  void *arg);
/* "+62.../12" */
void modem_reference(const char *to, unsigned mr, char *out, size_t size);
/* The SMS to itself: begins one when it is due, tells when it is back or missed. */
void modem_self_test(struct modem *m, channel_heard *fn, void *arg, size_t *n);
bool modem_is_self_test(const struct modem *m, const char *from, const char *text);

#endif
