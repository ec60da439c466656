/* SPDX-License-Identifier: GPL-3.0-or-later */
/* channels_config: the parts "modems" and "channels" of analytics.json's "alert". Errors name file:line:column and the cure.
 *
 * "modems": [{"slug", "port", "baud": 115200, "number": its own (for the self-test), "pin_file", "valid_until": "2027-03-31",
 *   "self_test": true}]
 * "channels": [{"slug", "kind", "timeout_s": 20, ...}], and by kind
 *   siren     "socket" (default: the source's collector), "switch", "for_s": 600
 *   call      "modem", "ring_s": 25, "to"
 *   sms       "modem", "to"
 *   telegram  "token_file", "url": "https://api.telegram.org", "to"
 *   webhook   "url", "secret_file", "per_contact": false
 *   smtp      "url": "smtp://host:587" or "smtps://host:465", "from", "login_file" ("user:password"), "to"
 *   ntfy      "url": "https://ntfy.sh", "topic", "token_file"
 *   whatsapp  "token_file", "phone_id", "template", "parameters": ["pond","title","text"], "url": "https://graph.facebook.com/v21.0"
 * "to" is used where a contact is not named; "ca_file" trusts other certificates; "insecure_http": true is needed for http://
 * (smtp:// without STARTTLS: "insecure_smtp") to another machine. Paths are relative to the configuration file's folder.
 * A modem's state (which PIN was refused, last self-test) is <state_dir>/modem-<slug>.state. */
#ifndef ANALYTICS_ALERT_CHANNELS_CONFIG_H
#define ANALYTICS_ALERT_CHANNELS_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "channel.h"
#include "collector/common/jsonconf.h"

#define CHANNELS_MAX            16
#define MODEMS_MAX              4
#define CHANNEL_PATH_SIZE       256
#define WHATSAPP_PARAMETERS_MAX 8

struct modem_config {
    char slug[SLUG_SIZE];
    char port[CHANNEL_PATH_SIZE];       /* "/dev/serial/by-id/..." */
    int baud;                           /* 9600 19200 38400 57600 115200 (default) 230400 */
    char number[32];                    /* its own, normalised; "" unknown: no self-test */
    char pin_file[CHANNEL_PATH_SIZE];   /* "" none */
    char state_file[CHANNEL_PATH_SIZE]; /* made when missing, mode 0600 */
    int32_t valid_until_day;            /* civil day number (civil.h); 0: not given */
    bool self_test;                     /* default true where number is known */
};

enum whatsapp_parameter {
    PARAMETER_POND,
    PARAMETER_TITLE,
    PARAMETER_TEXT,
    PARAMETER_SEVERITY
};

struct channel_config {
    char slug[SLUG_SIZE];
    enum channel_kind kind;
    int64_t timeout_ms; /* 1000..120000, default 20000 */
    char to[CHANNEL_TO_SIZE];
    char url[256];
    bool insecure; /* no TLS to another machine is allowed */
    char ca_file[CHANNEL_PATH_SIZE];
    char secret_file[CHANNEL_PATH_SIZE]; /* token_file, secret_file or login_file; "" none */
    /* siren */
    char socket[108], switch_slug[SLUG_SIZE];
    int for_s; /* 1..86400, default 600: it ends by itself when nobody says more */
    /* call, sms */
    int modem;         /* index of modems */
    int ring_s;        /* 5..60, default 25 */
    bool per_contact;  /* webhook */
    char from[128];    /* smtp */
    char topic[65];    /* ntfy */
    char phone_id[33]; /* whatsapp: digits */
    char whatsapp_template[65];
    enum whatsapp_parameter parameter[WHATSAPP_PARAMETERS_MAX];
    size_t parameters;
};

struct channels_config {
    struct modem_config modem[MODEMS_MAX];
    size_t modems;
    struct channel_config channel[CHANNELS_MAX];
    size_t channels;
};

/* Where relative paths begin and what is taken when a key is absent. */
struct channels_defaults {
    const char *config_path; /* of the file being read */
    const char *state_dir;   /* for modems */
    const char *socket;      /* of the collector; "" when the source is another */
};

/* Takes "modems" and "channels" of the object alert (NULL: there is none; then nothing is configured). Errors are kept in c, as
 * jsonconf does: the caller's jsonconf_done says them. */
void channels_config_read(struct jsonconf *c, const struct jsonconf_node *alert,
                          const struct channels_defaults *d, struct channels_config *out);

#endif
