/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <sysexits.h>

#include "collector/common/http.h"
#include "collector/common/log.h"
#include "command.h"
#include "doctor.h"
#include "json_out.h"
#include "progress.h"
#include "run.h"

static void show_words(struct buf *out, const struct doctor *d)
{
    static const enum text LEVEL[] = {TEXT_DOCTOR_OK, TEXT_DOCTOR_WARN, TEXT_DOCTOR_FAIL};
    unsigned count[DOCTOR_LEVELS] = {0};
    char n[2][TEXT_NUMBER_SIZE];

    for (size_t i = 0; i < d->n; i++) {
        const struct doctor_finding *f = &d->f[i];
        count[f->level]++;
        text_add(out, d->o->l, LEVEL[f->level], f->what, NULL);
        if (f->cure[0] != '\0')
            text_add(out, d->o->l, TEXT_DOCTOR_CURE, f->cure, NULL);
        buf_str(out, "\n");
    }
    text_add(out, d->o->l, TEXT_DOCTOR_SUM, text_number(n[0], d->o->l, count[DOCTOR_FAIL], 0),
             text_number(n[1], d->o->l, count[DOCTOR_WARN], 0), NULL);
}

static int code_of(const struct doctor *d)
{
    for (size_t i = 0; i < d->n; i++)
        if (d->f[i].level == DOCTOR_FAIL)
            return d->config ? EX_CONFIG : EX_UNAVAILABLE;
    return EX_OK;
}

static void show_json(struct buf *out, const struct doctor *d)
{
    buf_str(out, "{\"checks\":[");
    for (size_t i = 0; i < d->n; i++) {
        buf_printf(out, "%s{\"level\":\"%s\"", i > 0 ? "," : "", doctor_level_name(d->f[i].level));
        json_member(out, "text", d->f[i].what);
        json_member(out, "cure", d->f[i].cure);
        buf_str(out, "}");
    }
    buf_printf(out, "],\"exit\":%d}\n", code_of(d));
}

static void look(struct doctor *d)
{
    static void (*const PART[])(struct doctor *) = {doctor_collector, doctor_buses, doctor_machine,
                                                    doctor_sinks, doctor_notes};
    const size_t parts = sizeof PART / sizeof PART[0];
    struct progress p;

    progress_begin(&p, d->o->l, d->o->quiet);
    for (size_t i = 0; i < parts; i++) {
        PART[i](d);
        progress_at(&p, i + 1, parts);
    }
    progress_end(&p);
}

int command_doctor(const struct options *o)
{
    struct doctor d = {.o = o};
    struct setup s = {0};
    struct site *site = NULL;
    struct buf out = {0};
    char why[400];
    int rc = command_site(o, &site), code;

    site_free(site);
    if (rc != EX_OK)
        return rc;
    rc = setup_load(&s, o->config, o->devices, why, sizeof why);
    if (rc != 0) {
        log_warnx("%s", why);
        return run_exit_code(rc);
    }
    d.s = &s;
    http_global_init();
    look(&d);
    http_global_cleanup();
    code = code_of(&d);
    if (o->json)
        show_json(&out, &d);
    else
        show_words(&out, &d);
    doctor_free(&d);
    setup_free(&s);
    rc = command_finish(&out);
    return rc != EX_OK ? rc : code;
}
