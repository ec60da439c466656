/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the running collector says: what waits, its figures; and a person's word for a switch. */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "command.h"
#include "control_client.h"
#include "control_view.h"
#include "json_out.h"

#define NEWEST_DEFAULT 20

/* Asks with one of the views and shows what it gave; the code. */
static int show(const struct options *o, int rc, struct buf *out, const char *why)
{
    if (rc == 0)
        return command_finish(out);
    buf_free(out);
    return command_no_collector(o, rc, why);
}

int command_spool(const struct options *o)
{
    struct site *site = NULL;
    struct buf out = {0};
    char why[256] = "";
    int rc = command_site(o, &site);

    if (rc != EX_OK)
        return rc;
    rc = control_view_spool(site->control_socket,
                            o->newest != OPTIONS_NOT_SAID ? o->newest : NEWEST_DEFAULT, o->l,
                            o->json, &out, why, sizeof why);
    site_free(site);
    return show(o, rc, &out, why);
}

/* collector="pi",site="x" as members; slugs, so nothing is escaped. */
static void label_members(struct buf *out, const char *label, size_t n)
{
    const char *end = label + n;

    while (label < end) {
        size_t key = strcspn(label, "="), all = strcspn(label, ",}");
        buf_printf(out, "%s\"%.*s\":%.*s", out->n > 0 ? "," : "", (int)key, label,
                   (int)(all - key - 1), label + key + 1);
        label += all + 1;
    }
}

/* The lines of Prometheus as {"labels":{...},"metrics":{...}}; all of them have the same labels. */
static void metrics_json(struct buf *out, const char *text)
{
    struct buf metrics = {0}, labels = {0};

    buf_str(&metrics, "");
    buf_str(&labels, "");
    for (const char *p = text; *p != '\0';) {
        size_t line = strcspn(p, "\n"), name = strcspn(p, "{\n"), end = strcspn(p, "}\n");
        if (*p != '#' && name < end && end + 2 < line) {
            if (labels.n == 0)
                label_members(&labels, p + name + 1, end - name - 1);
            buf_printf(&metrics, "%s\"%.*s\":%.*s", metrics.n > 0 ? "," : "", (int)name, p,
                       (int)(line - end - 2), p + end + 2);
        }
        p += line + (p[line] == '\n');
    }
    buf_printf(out, "{\"labels\":{%s},\"metrics\":{", labels.p);
    buf_add(out, metrics.p, metrics.n);
    buf_str(out, "}}\n");
    buf_free(&metrics);
    buf_free(&labels);
}

int command_metrics(const struct options *o)
{
    struct site *site = NULL;
    struct buf text = {0}, out = {0};
    char why[256] = "";
    int rc = command_site(o, &site);

    if (rc != EX_OK)
        return rc;
    rc = control_client_metrics(site->control_socket, &text, why, sizeof why);
    site_free(site);
    if (rc != 0 || !o->json)
        return show(o, rc, &text, why);
    metrics_json(&out, text.p != NULL ? text.p : "");
    buf_free(&text);
    return show(o, rc, &out, why);
}

static bool has_switch(const struct site *s, const char *slug)
{
    for (unsigned i = 0; i < s->reflexes; i++)
        if (strcmp(s->reflex[i].slug, slug) == 0)
            return true;
    return false;
}

int command_relay(const struct options *o)
{
    struct site *site = NULL;
    struct buf rq = {0}, out = {0};
    char why[256] = "";
    int rc;

    if (strcmp(o->word[2], "on") != 0 && strcmp(o->word[2], "off") != 0 &&
        strcmp(o->word[2], "auto") != 0)
        return options_usage(o, TEXT_USAGE_VALUE, "STATE", o->word[2], "on | off | auto");
    rc = command_site(o, &site);
    if (rc != EX_OK)
        return rc;
    if (!has_switch(site, o->word[1])) {
        site_free(site);
        return options_usage(o, TEXT_USAGE_NO_SWITCH, o->word[1], o->config, NULL);
    }
    buf_str(&rq, "{\"v\":1,\"op\":\"relay\"");
    json_member(&rq, "slug", o->word[1]);
    json_member(&rq, "state", o->word[2]);
    if (o->for_s != OPTIONS_NOT_SAID)
        json_whole(&rq, "for_s", o->for_s);
    buf_str(&rq, "}");
    rc = control_view_relay(site->control_socket, rq.p, o->l, o->json, &out, why, sizeof why);
    buf_free(&rq);
    site_free(site);
    return show(o, rc, &out, why);
}
