/* SPDX-License-Identifier: GPL-3.0-or-later */
/* setup: leads through the installation (wizard*.c), or takes the answers from a file. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "collector/common/http.h"
#include "collector/common/jsontext.h"
#include "collector/common/log.h"
#include "collector/common/tongue.h"
#include "collector/common/wizard_file.h"
#include "command.h"
#include "run.h"
#include "wizard_answers.h"
#include "wizard_world.h"

#define EX_INTERRUPTED 130 /* as a shell says of Ctrl-C */

/* A whole file; EX_OK, or another code after the words. */
static int slurp(const char *path, struct buf *out)
{
    char part[4096];
    FILE *f = fopen(path, "re");
    size_t n;
    int code = EX_OK;

    if (f == NULL) {
        log_warnx("%s: %s", path, tongue_errno(errno));
        return errno == ENOENT ? EX_NOINPUT : EX_NOPERM;
    }
    while ((n = fread(part, 1, sizeof part, f)) > 0 && out->n <= JSONTEXT_MAX_BYTES)
        buf_add(out, part, n);
    if (ferror(f) != 0) {
        log_warnx("%s: %s", path, tongue_errno(errno));
        code = EX_IOERR;
    }
    (void)fclose(f);
    buf_str(out, "");
    return code;
}

/* The site file that is there, as a site and as a draft. */
static int take_old(const struct options *o, struct wizard *w, struct site **site)
{
    struct buf text = {0};
    char why[400];
    int rc;

    if (access(o->config, F_OK) != 0 && errno == ENOENT) {
        w->draft = wizard_draft_new();
        return EX_OK;
    }
    rc = site_load(site, o->config, why, sizeof why);
    if (rc != 0) {
        log_warnx("%s", why);
        (void)fputs(
            tongue("setup tidak menimpa berkas yang tidak dimengertinya: perbaiki itu, atau "
                   "pindahkan berkasnya\n",
                   "setup does not write over a file it does not understand: mend that, or "
                   "move the file away\n"),
            stderr);
        return run_exit_code(rc);
    }
    rc = slurp(o->config, &text);
    if (rc == EX_OK && wizard_draft_read(&w->draft, text.p, text.n) != 0)
        rc = EX_CONFIG;
    buf_free(&text);
    w->existed = true;
    return rc;
}

/* Before anything is asked: could it be written? */
static int may_write(const struct options *o)
{
    char folder[PATH_MAX];

    wizard_file_folder(o->config, folder, sizeof folder);
    if (access(folder, W_OK | X_OK) == 0)
        return EX_OK;
    (void)fprintf(stderr,
                  tongue("%s: %s; jalankan dengan sudo: sudo nila-collector setup\n",
                         "%s: %s; run it with sudo: sudo nila-collector setup\n"),
                  folder, tongue_errno(errno));
    return errno == ENOENT ? EX_CANTCREAT : EX_NOPERM;
}

static void say_next(const struct options *o, const struct wizard *w)
{
    struct buf label = {0};

    (void)printf(tongue("\n%s sudah ditulis%s. Label untuk kotaknya:\n\n",
                        "\n%s is written%s. The label for the box:\n\n"),
                 o->config, w->existed ? tongue(" (yang lama: .bak)", " (the old one: .bak)") : "");
    wizard_label(w->draft, o->l, &label);
    (void)command_finish(&label);
    (void)fputs(tongue("\nSelanjutnya:\n  sudo systemctl restart nila-collector\n"
                       "  sudo nila-collector doctor\n",
                       "\nWhat is next:\n  sudo systemctl restart nila-collector\n"
                       "  sudo nila-collector doctor\n"),
                stdout);
}

static int unchanged(const struct options *o, int code)
{
    (void)fprintf(stderr,
                  tongue("\nBerhenti. %s tetap seperti semula, tidak ada yang diubah.\n",
                         "\nEnded. %s is as it was, nothing was changed.\n"),
                  o->config);
    return code;
}

static int converse(const struct options *o, struct wizard *w)
{
    enum wizard_end end;

    wizard_terminal(&w->io);
    end = wizard_run(w);
    if (end == WIZARD_STOP)
        return unchanged(o, EX_INTERRUPTED);
    if (end != WIZARD_ON || w->declined)
        return unchanged(o, EX_TEMPFAIL);
    if (w->code != 0)
        return unchanged(o, w->code);
    say_next(o, w);
    return EX_OK;
}

/* --- without a person --------------------------------------------------------------------------------------------- */

/* Asks each device and the server; says who does not answer. How many did not. */
static unsigned try_all(const struct wizard *w, bool has_sink)
{
    unsigned failed = 0;
    struct buf words = {0};

    for (size_t b = 0; b < wizard_draft_buses(w->draft); b++) {
        struct site_bus bus;
        wizard_draft_bus(w->draft, b, &bus);
        for (size_t i = 0; i < wizard_draft_devices(w->draft, b); i++) {
            struct reading_set set = {0};
            struct wizard_device d;
            const struct profile *p;
            wizard_draft_device(w->draft, b, i, &d);
            p = wizard_profile(w->world->id, d.profile);
            if (p == NULL || p->n == 0)
                continue;
            if (w->world->read(w->world->arg, &bus, &d, &set) == 0 && set.n > 0)
                continue;
            failed++;
            (void)fprintf(stderr,
                          tongue("%s (unit %d): tidak menjawab; periksa listrik, kabel A dan B, "
                                 "kecepatan, nomor unit\n",
                                 "%s (unit %d): no answer; check its supply, wires A and B, the "
                                 "speed, the unit number\n"),
                          d.slug, d.unit);
        }
    }
    if (has_sink && !w->world->try_server(w->world->arg, &w->sink, w->login, &words)) {
        failed++;
        (void)fputs(words.p, stderr);
    }
    buf_clear(&words);
    if (!w->world->clock(w->world->arg, &words))
        (void)fputs(words.p, stderr);
    buf_free(&words);
    return failed;
}

static int take_answers(const struct options *o, struct wizard *w)
{
    struct buf text = {0}, mistakes = {0};
    bool has_sink = false;
    unsigned failed;
    int rc = slurp(o->answers, &text);

    if (rc == EX_OK &&
        wizard_answers_read(w, o->answers, text.p, text.n, &mistakes, &has_sink) != 0) {
        command_plain(&mistakes);
        (void)fputs(mistakes.p, stderr);
        rc = unchanged(o, EX_DATAERR);
    }
    buf_free(&mistakes);
    buf_clear(&text);
    if (rc == EX_OK && wizard_draft_comments(w->draft))
        (void)fprintf(
            stderr,
            tongue("komentar di %s tidak ikut ditulis; berkas lama menjadi %s.bak\n",
                   "the comments in %s will not be written; the old file becomes %s.bak\n"),
            o->config, o->config);
    if (rc == EX_OK) {
        failed = try_all(w, has_sink);
        wizard_draft_text(w->draft, &text);
        rc = w->world->write(w->world->arg, text.p, has_sink ? &w->sink : NULL, w->login);
        if (rc != 0)
            rc = unchanged(o, rc);
        else
            say_next(o, w);
        if (rc == EX_OK && failed > 0)
            rc = EX_UNAVAILABLE;
    }
    buf_free(&text);
    return rc;
}

int command_setup(const struct options *o)
{
    struct wizard_machine machine = {.o = o};
    struct wizard_world world;
    struct wizard w = {.world = &world, .l = o->l, .config = o->config};
    struct site *site = NULL;
    char why[256];
    int rc;

    tongue_set(o->l == TEXT_ID);
    rc = may_write(o);
    if (rc == EX_OK)
        rc = take_old(o, &w, &site);
    if (rc == EX_OK && identify_open(&machine.id, command_devices(o), why, sizeof why) != 0) {
        log_warnx("%s", why);
        rc = EX_NOINPUT;
    }
    if (rc == EX_OK) {
        http_global_init();
        machine.site = site;
        wizard_world_open(&world, &machine);
        rc = o->answers != NULL ? take_answers(o, &w) : converse(o, &w);
        http_global_cleanup();
    }
    wizard_done(&w);
    wizard_draft_free(w.draft);
    identify_close(machine.id);
    site_free(site);
    return rc;
}
