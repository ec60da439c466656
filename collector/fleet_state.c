/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The two small files of the fleet: what a person pinned, and what stands. */
#include "fleet.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/common/influx.h"
#include "collector/common/jsonconf.h"
#include "collector/common/tongue.h"
#include "collector/common/wizard_file.h"
#include "json_out.h"
#include "wizard.h"

#define TRIAL_S 600

bool fleet_key_read(const char *hex, uint8_t out[static NILA_LMS_PUBLIC_BYTES])
{
    if (strlen(hex) != FLEET_KEY_HEX - 1 || strspn(hex, "0123456789abcdef") != FLEET_KEY_HEX - 1)
        return false;
    for (size_t i = 0; i < NILA_LMS_PUBLIC_BYTES; i++) {
        const char two[3] = {hex[2 * i], hex[2 * i + 1], '\0'};
        out[i] = (uint8_t)strtoul(two, NULL, 16); /* of digits that were looked at */
    }
    /* of the one kind that nila-bridge keygen makes */
    return out[3] == NILA_LMS_TYPE_H10 && out[7] == NILA_LMS_OTS_W4;
}

int fleet_config_load(struct fleet_config *out, const char *path, char *why, size_t why_size)
{
    struct jsonconf *c = NULL;
    const struct jsonconf_node *root;
    int rc = jsonconf_open(&c, path, why, why_size);

    memset(out, 0, sizeof *out);
    if (rc != 0)
        return rc;
    root = jsonconf_root(c);
    jsonconf_string(c, root, "url", out->url, sizeof out->url);
    jsonconf_string(c, root, "key", out->key_hex, sizeof out->key_hex);
    jsonconf_path(c, root, "ca_file", path, "", out->ca_file, sizeof out->ca_file);
    out->trial_s = (int)jsonconf_integer_or(c, root, "trial_s", 3, 3600, TRIAL_S);
    if (strncmp(out->url, "https://", 8) != 0 &&
        (strncmp(out->url, "http://", 7) != 0 || wizard_plain_http(out->url)))
        jsonconf_refuse(c, jsonconf_member(c, root, "url", true), "%s",
                        tongue("harus https://", "must be https://"));
    if (!fleet_key_read(out->key_hex, out->key))
        jsonconf_refuse(
            c, jsonconf_member(c, root, "key", true), "%s",
            tongue("harus kunci umum dari nila-bridge keygen, 112 angka heksadesimal kecil",
                   "must be a public key of nila-bridge keygen, 112 small hexadecimal digits"));
    rc = jsonconf_done(c, why, why_size);
    jsonconf_close(c);
    return rc;
}

static int check_new(void *arg, const char *path, char *why, size_t why_size)
{
    struct fleet_config c;

    (void)arg;
    return fleet_config_load(&c, path, why, why_size);
}

int fleet_config_save(const struct fleet_config *c, const char *path, char *why, size_t why_size)
{
    struct buf b = {0};
    int rc;

    buf_printf(&b, "{\"trial_s\":%d", c->trial_s > 0 ? c->trial_s : TRIAL_S);
    json_member(&b, "url", c->url);
    json_member(&b, "key", c->key_hex);
    if (c->ca_file[0] != '\0')
        json_member(&b, "ca_file", c->ca_file);
    buf_str(&b, "}\n");
    rc = wizard_file_replace(path, b.p, b.n, 0644, true, check_new, NULL, why, why_size);
    buf_free(&b);
    return rc;
}

/* --- what stands -------------------------------------------------------------------------------------------------- */

const char *fleet_phase_name(enum fleet_phase p)
{
    static const char *const NAME[FLEET_PHASES] = {"steady", "applying", "trial"};

    return NAME[p];
}

void fleet_state_path(const struct site *site, char *out, size_t size)
{
    char folder[FLEET_PATH];

    wizard_file_folder(site->journal_path, folder, sizeof folder);
    (void)snprintf(out, size, "%.500s/fleet.state", folder);
}

int fleet_state_load(struct fleet_state *out, const char *path, char *why, size_t why_size)
{
    static const char *const PHASE[] = {"steady", "applying", "trial", NULL};
    struct jsonconf *c = NULL;
    const struct jsonconf_node *root;
    int rc = jsonconf_open(&c, path, why, why_size);

    memset(out, 0, sizeof *out);
    if (rc == NILA_ERR_NOT_FOUND)
        return 0;
    if (rc != 0)
        return rc == NILA_ERR_CONFIG ? NILA_ERR_CORRUPT : rc;
    root = jsonconf_root(c);
    out->phase = (enum fleet_phase)jsonconf_word(c, root, "phase", PHASE, true, 0);
    out->number = (int64_t)jsonconf_number(c, root, "number", 0, 1e15);
    out->trying = (int64_t)jsonconf_number(c, root, "trying", 0, 1e15);
    out->failed = (int64_t)jsonconf_number(c, root, "failed", 0, 1e15);
    out->since_ms = (int64_t)jsonconf_number(c, root, "since_ms", 0, 1e15);
    jsonconf_string_or(c, root, "etag", out->etag, sizeof out->etag, "");
    jsonconf_string_or(c, root, "text", out->text, sizeof out->text, "");
    rc = jsonconf_done(c, why, why_size);
    jsonconf_close(c);
    return rc != 0 ? NILA_ERR_CORRUPT : 0;
}

int fleet_state_save(const struct fleet_state *s, const char *path, char *why, size_t why_size)
{
    struct buf b = {0};
    int rc;

    buf_printf(&b, "{\"phase\":\"%s\"", fleet_phase_name(s->phase));
    json_whole(&b, "number", s->number);
    json_whole(&b, "trying", s->trying);
    json_whole(&b, "failed", s->failed);
    json_whole(&b, "since_ms", s->since_ms);
    json_member(&b, "etag", s->etag);
    json_member(&b, "text", s->text);
    buf_str(&b, "}\n");
    rc = wizard_file_replace(path, b.p, b.n, 0644, false, NULL, NULL, why, why_size);
    buf_free(&b);
    return rc;
}
