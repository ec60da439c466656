/* SPDX-License-Identifier: GPL-3.0-or-later */
/* channel: one way to reach people: siren, voice call, SMS, Telegram, webhook, e-mail, ntfy, WhatsApp. One interface, one
 * file a kind (channel_<kind>.c; SMS and call: channel_modem.c); a new kind is one line of the table in channel.c and one file.
 *
 * A channel says honestly what became of a message (enum channel_fate) and why (enum channel_code, and words for people in
 * both languages); it never retries by itself, keeps no queue and stores nothing but what channels_config.h says of modems.
 * Secrets (tokens, passwords, the SIM's PIN) come from files and never reach a log line, a result or an event.
 *
 * Threads: one at a time per struct channel (its worker); different channels at the same time, also those that share a
 * modem. channel_wake may be called from any thread. The program ignores SIGPIPE and has
 * called http_global_init. */
#ifndef ANALYTICS_ALERT_CHANNEL_H
#define ANALYTICS_ALERT_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/common/buf.h"
#include "collector/common/err.h"
#include "collector/common/slug.h"

enum channel_kind {
    CHANNEL_SIREN,
    CHANNEL_CALL,
    CHANNEL_SMS,
    CHANNEL_TELEGRAM,
    CHANNEL_WEBHOOK,
    CHANNEL_SMTP,
    CHANNEL_NTFY,
    CHANNEL_WHATSAPP,
    CHANNEL_KINDS
};

/* Which of a contact's addresses a channel needs as its "to". */
enum channel_address {
    ADDRESS_NONE,  /* one message reaches all: siren, ntfy, a webhook without "per_contact" */
    ADDRESS_PHONE, /* "+6281234567890" or "081234567890" (phone.h) */
    ADDRESS_CHAT,  /* Telegram chat id */
    ADDRESS_MAIL
};

enum message_kind {
    MESSAGE_RAISE,
    MESSAGE_REPEAT,
    MESSAGE_CLEAR, /* a siren is given back to its own rules */
    MESSAGE_ACKED, /* somebody has taken it in hand: a siren falls silent */
    MESSAGE_NOTICE,
    MESSAGE_HEARTBEAT,
    MESSAGE_TEST,
    MESSAGE_KINDS
};

/* What is to be said; all pointers are the caller's and not NULL ("" where there is nothing), UTF-8. */
struct channel_message {
    int64_t alarm_id,
        attempt_id; /* of the records; attempt_id is the same when an attempt is made again */
    int64_t ts_ms;
    enum message_kind kind;
    bool english; /* words of the result, and templates; the texts below come in their language */
    const char *severity;                   /* "danger" "watch" "nodata" "ok" "info" */
    const char *cause;                      /* key of advice.csv: "do_critical" */
    const char *regency, *pond, *pond_name; /* slugs and the name for people */
    const char *title, *text;               /* for channels with room */
    const char *sms;                        /* for 160 characters; "": text is used */
};

enum channel_fate {
    FATE_SENT,      /* the modem, server or collector took it over */
    FATE_DELIVERED, /* it arrived: a telephone rang, a siren's relay closed, a report said so */
    FATE_RETRY,     /* not sent; may succeed later */
    FATE_REFUSED,   /* not sent, and will not be until somebody mends what why says */
    FATE_UNKNOWN    /* may or may not have been sent */
};

/* Why; the words are in channel_words.c. */
enum channel_code {
    CODE_NONE,
    CODE_ADDRESS,    /* to is missing or has no such form */
    CODE_KIND,       /* this channel has nothing to say for this kind of message */
    CODE_CLOSED,     /* woken by channel_close or the end of the program */
    CODE_EMPTY,      /* there is no text */
    CODE_TOO_LONG,   /* cannot be shortened at a word */
    CODE_MODEM_AWAY, /* no such device: unplugged */
    CODE_MODEM_BUSY, /* it is calling or sending for another channel */
    CODE_MODEM_HELD, /* another program holds the port */
    CODE_MODEM_MUTE, /* no answer in time */
    CODE_MODEM_LOST, /* unplugged in the middle */
    CODE_MODEM_SAYS, /* it refused a command */
    CODE_NO_SIM,
    CODE_PIN_WANTED, /* and none is configured */
    CODE_PIN_WRONG,  /* refused once; not tried again before pin_file changes */
    CODE_PUK,        /* the SIM is locked */
    CODE_NO_SIGNAL,
    CODE_UNREGISTERED,
    CODE_NO_PROMPT,   /* the modem never asked for the text */
    CODE_SMS_REFUSED, /* +CMS ERROR */
    CODE_UNDELIVERED, /* the report says that it did not arrive */
    CODE_LINE_BUSY,
    CODE_NO_CARRIER, /* off, out of reach, or no credit */
    CODE_CONNECT,    /* no connection or it broke */
    CODE_TIMEOUT,
    CODE_TLS,       /* certificate or handshake */
    CODE_LOGIN,     /* token or password not accepted (401, 403, 535) */
    CODE_NOT_FOUND, /* 404: address wrong */
    CODE_LIMIT,     /* 429: too many */
    CODE_SERVER,    /* 5xx */
    CODE_REDIRECT,  /* 3xx: never followed */
    CODE_MALFORMED, /* the answer is not what this service says */
    CODE_REJECTED,  /* the server understood and refused this message */
    CODE_RECIPIENT, /* the recipient blocked it, does not exist or never agreed */
    CODE_NO_COLLECTOR,
    CODE_NOT_ALLOWED, /* the collector does not let this user switch */
    CODE_NO_SWITCH,   /* no such switch in the site */
    CODE_RELAY,     /* the relay did not close: its board is silent, refuses, or reads back open */
    CODE_SIM_ENDS,  /* the SIM's validity ends soon */
    CODE_SELF_TEST, /* the weekly SMS to itself did not come back */
    CODE_CONFIG,    /* the configuration, a secret's file */
    CHANNEL_CODES
};

#define CHANNEL_TO_SIZE     128
#define CHANNEL_DETAIL_SIZE 200
#define CHANNEL_WHY_SIZE    400

struct channel_result {
    enum channel_fate fate;
    enum channel_code code; /* CODE_NONE when all went well */
    char reference[64];     /* of the server or modem, for delivery reports; "" none */
    /* what the other side said, or how the text had to be changed ("shortened from 190 to 152"); "" none; no secrets */
    char detail[CHANNEL_DETAIL_SIZE];
    char why
        [CHANNEL_WHY_SIZE]; /* code and detail in words with the cure, in the message's language; "" when all went well */
    int64_t retry_after_ms; /* not before that; 0: nothing was said */
};

/* What a channel heard. */
enum heard_kind {
    HEARD_OK, /* an SMS whose first word is OK or OKE: an acknowledgement, if from is a registered number */
    HEARD_CALL, /* a call from from (it is hung up, nobody pays): an acknowledgement, if from is registered */
    HEARD_SMS,    /* any other SMS: for the records and people to read; nothing obeys it */
    HEARD_REPORT, /* delivery report: reference and result.fate (FATE_DELIVERED, FATE_REFUSED, FATE_RETRY: still on its way) */
    HEARD_STATE /* the channel's health changed: code, CODE_NONE: it is well again; CODE_SIM_ENDS is said daily */
};

struct channel_event {
    enum heard_kind kind;
    int64_t ts_ms; /* heard at */
    /* SMS: when it was sent, as the operator says; 0: unknown, or our own clock is not to be trusted. An OK that waited while
     * there was no signal is about an older alarm. */
    int64_t sent_ms;
    char from[32];      /* normalised telephone number; "" withheld */
    char text[320];     /* UTF-8; what an SMS says */
    char reference[64]; /* HEARD_REPORT: that of the channel_result */
    enum channel_fate fate;
    enum channel_code code;
    char detail[CHANNEL_DETAIL_SIZE];
    /* An SMS: whoever hears it sets it to true when it could not be stored; then it stays in the modem and is told again. Else NULL. */
    bool *unstored;
};
typedef void channel_heard(void *arg, const struct channel_event *e);

struct channel; /* opaque */

/* Sends m to to ("" : the configured one, or nobody in particular) and fills *out, whatever comes. Blocks at most the
 * channel's own time-out (default 20 s; a call: its ring time more). Returns 0 when the fate is FATE_SENT or FATE_DELIVERED;
 * NILA_ERR_REFUSED, NILA_ERR_BUSY (FATE_RETRY) or NILA_ERR_TIMEOUT (FATE_UNKNOWN) otherwise. */
int channel_send(struct channel *c, const char *to, const struct channel_message *m,
                 struct channel_result *out);

/* Waits up to wait_ms for what comes in and hands it to fn, from this thread; also does what a modem needs to stay well
 * (looks at signal and registration, tries to find it again, weekly self-test), so call it whenever there is nothing to send.
 * 0 also when nothing came; NILA_ERR_UNSUPPORTED, at once: this kind never hears anything; NILA_ERR_CLOSED: channel_wake.
 * Two channels that share a modem share its events: each event is told once, by whichever listens. */
int channel_listen(struct channel *c, int64_t wait_ms, channel_heard *fn, void *arg);

/* Makes a channel_listen on c that is under way return soon, from any thread: there is something to send. */
void channel_wake(struct channel *c);

/* Ends a channel_send that is under way on c as soon as the other side allows (a web request at once; an SMS or a call after
 * at most a second), and every later one: for the end of the program, from any thread. */
void channel_stop(struct channel *c);

/* How the channel's modem is, in words, as it was looked at last ("registered with the operator; signal 77 %"); "" for kinds
 * without, and before the first look. Any thread. Returns the length. */
size_t channel_state(struct channel *c, char *buf, size_t size, bool english);

const char *channel_slug(const struct channel *c);
enum channel_kind channel_kind_of(const struct channel *c);
enum channel_address channel_address_of(const struct channel *c);
/* The longest channel_send may take, ms. */
int64_t channel_timeout_ms(const struct channel *c);

/* "siren" "call" "sms" "telegram" "webhook" "smtp" "ntfy" "whatsapp"; never NULL. */
const char *channel_kind_name(enum channel_kind kind);
const char *
channel_fate_name(enum channel_fate fate); /* "sent" "delivered" "retry" "refused" "unknown" */
const char *
channel_code_name(enum channel_code code); /* "none" "no_signal" ... : what records keep */
/* NILA_ERR_NOT_FOUND: no such name; then *out is untouched. */
NILA_MUST_CHECK int channel_code_find(const char *name, enum channel_code *out);
const char *message_kind_name(enum message_kind kind); /* "raise" "repeat" ... */
/* Code and detail in words, with what to do; "" for CODE_NONE with an empty detail. Returns the length. */
size_t channel_say(char *buf, size_t size, enum channel_code code, const char *detail,
                   bool english);

/* Appends "text" as a JSON string with its quotes; bytes that are not UTF-8 become U+FFFD. */
void channel_json(struct buf *b, const char *text);

/* The channels of a configuration (channels_config.h). */
struct channels;
struct channels_config;

/* Reads the secrets' files and makes the channels; modems are looked for when first used, so that a missing one is no error
 * here. NILA_ERR_CONFIG: a secret's file is missing, readable by everybody, or has not the expected form; why (size >= 400)
 * has the words (tongue.h). c is borrowed and must outlive *out. */
NILA_MUST_CHECK int channels_open(struct channels **out, const struct channels_config *c, char *why,
                                  size_t why_size);
size_t channels_count(const struct channels *s);
struct channel *channels_at(struct channels *s, size_t i);
struct channel *channels_find(struct channels *s, const char *slug); /* NULL: none */
void channels_close(struct channels *s);                             /* NULL is fine */

#endif
