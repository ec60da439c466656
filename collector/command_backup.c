/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nila-collector backup: journal, site file and profiles in one checked file, while the collector runs. */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "collector/common/archive.h"
#include "collector/common/civil.h"
#include "collector/common/clock.h"
#include "collector/common/control.h"
#include "collector/common/jsontext.h"
#include "collector/common/log.h"
#include "collector/common/tongue.h"
#include "collector/common/wizard_file.h"
#include "command.h"
#include "journal.h"
#include "keep.h"
#include "run.h"

#define FILES   (2 + 64 + 8)
#define CALL_MS 120000

struct packing {
    const struct options *o;
    struct site *site;
    char file[KEEP_PATH], copy[KEEP_PATH];
    bool by_collector; /* it made the copy, and takes it away */
    struct archive_source source[FILES];
    char path[FILES][KEEP_PATH];
    size_t n;
    unsigned left_out; /* secrets */
    char why[400];
};

bool keep_runs(const struct site *site)
{
    return control_call(site->control_socket, "{\"v\":1,\"op\":\"status\"}", NULL, NULL, 5000, NULL,
                        0) == 0;
}

bool keep_secret_name(const char *config, const char *path, const char **name)
{
    char folder[KEEP_PATH], mine[KEEP_PATH];
    size_t n;

    wizard_file_folder(config, folder, sizeof folder);
    n = (size_t)snprintf(mine, sizeof mine, "%.500s/" KEEP_SECRETS, folder);
    if (strncmp(folder, ".", 2) == 0 && strncmp(path, KEEP_SECRETS, strlen(KEEP_SECRETS)) == 0)
        n = strlen(KEEP_SECRETS);
    else if (strncmp(path, mine, n) != 0)
        return false;
    *name = path + n;
    return **name != '\0' && strchr(*name, '/') == NULL;
}

/* --- the journal -------------------------------------------------------------------------------------------------- */

/* {"kind":"copy","path":"..."}: ours, so that a plain search is enough; the path has no quotes. */
static int take_path(void *arg, const char *json)
{
    static const char MARK[] = "\"path\":\"";
    struct packing *p = arg;
    const char *at = strstr(json, MARK);
    size_t n;

    if (at == NULL)
        return 0;
    at += sizeof MARK - 1;
    n = strcspn(at, "\"\\");
    if (at[n] != '"' || n >= sizeof p->copy)
        return NILA_ERR_PROTO;
    (void)snprintf(p->copy, sizeof p->copy, "%.*s", (int)n, at);
    return 0;
}

/* By the running collector; when there is none, by ourselves. */
static int copy_journal(struct packing *p)
{
    int rc = control_call(p->site->control_socket, "{\"v\":1,\"op\":\"backup\"}", take_path, p,
                          CALL_MS, p->why, sizeof p->why);

    if (rc == 0) {
        p->by_collector = true;
        return p->copy[0] != '\0' ? 0 : NILA_ERR_PROTO;
    }
    if (rc != NILA_ERR_NOT_FOUND)
        return rc;
    (void)snprintf(p->copy, sizeof p->copy, "%.280s.copy", p->site->journal_path);
    rc = journal_backup_closed(p->site->journal_path, p->copy);
    if (rc != 0)
        (void)snprintf(p->why, sizeof p->why, "%.200s: %s", p->site->journal_path,
                       nila_err_text(rc));
    return rc;
}

static void drop_copy(struct packing *p)
{
    if (p->by_collector) {
        if (control_call(p->site->control_socket, "{\"v\":1,\"op\":\"backup\",\"done\":true}", NULL,
                         NULL, 5000, NULL, 0) != 0)
            log_warnx("%s: %s", p->copy,
                      tongue("salinan ini boleh dihapus", "this copy may be deleted"));
    } else if (p->copy[0] != '\0' && unlink(p->copy) != 0 && errno != ENOENT) {
        log_warn("%s", p->copy);
    }
}

/* --- what goes in ------------------------------------------------------------------------------------------------- */

static int add(struct packing *p, const char *name, const char *path, mode_t mode)
{
    struct archive_source *s = &p->source[p->n];

    for (size_t i = 0; i < p->n; i++)
        if (strcmp(p->source[i].name, name) == 0)
            return 0; /* of two devices of one kind */
    if (p->n == FILES || strlen(name) >= sizeof s->name) {
        (void)snprintf(p->why, sizeof p->why,
                       tongue("%.100s: lebih dari %d berkas", "%.100s: more than %d files"), name,
                       FILES);
        return NILA_ERR_RANGE;
    }
    (void)snprintf(p->path[p->n], sizeof p->path[p->n], "%s", path);
    (void)snprintf(s->name, sizeof s->name, "%s", name);
    s->path = p->path[p->n];
    s->mode = mode;
    p->n++;
    return 0;
}

static int add_all(struct packing *p)
{
    char name[ARCHIVE_NAME_SIZE], path[KEEP_PATH];
    const char *secret;
    int rc = add(p, KEEP_SITE, p->o->config, 0644);

    for (unsigned i = 0; rc == 0 && i < p->site->devices; i++) {
        (void)snprintf(name, sizeof name, KEEP_DEVICES "%s.json", p->site->device[i].profile);
        (void)snprintf(path, sizeof path, "%.500s/%s.json", command_devices(p->o),
                       p->site->device[i].profile);
        rc = add(p, name, path, 0644);
    }
    for (unsigned i = 0; rc == 0 && i < p->site->sinks; i++) {
        const char *token = p->site->sink[i].token_file;
        if (token[0] == '\0')
            continue;
        if (!p->o->with_secrets || !keep_secret_name(p->o->config, token, &secret)) {
            p->left_out++;
            continue;
        }
        (void)snprintf(name, sizeof name, KEEP_SECRETS "%.60s", secret);
        rc = add(p, name, token, 0600);
    }
    return rc == 0 ? add(p, KEEP_JOURNAL, p->copy, 0640) : rc;
}

/* DIR: a file in it named by site and moment. */
static void name_file(struct packing *p)
{
    const struct civil t = civil_from_ts(clock_wall_ms());
    struct stat st;

    if (stat(p->o->word[1], &st) == 0 && S_ISDIR(st.st_mode))
        (void)snprintf(p->file, sizeof p->file, "%.500s/nila-%s-%04d%02d%02dT%02d%02d%02d.tar",
                       p->o->word[1], p->site->slug, t.year, t.month, t.day, t.hour, t.minute,
                       t.second);
    else
        (void)snprintf(p->file, sizeof p->file, "%.590s", p->o->word[1]);
}

static int pack(struct packing *p)
{
    struct buf manifest = {0};
    char head[400], when[40];
    int rc;

    name_file(p);
    (void)civil_format_iso(when, sizeof when, clock_wall_ms());
    (void)snprintf(head, sizeof head,
                   "\"kind\":\"" KEEP_KIND
                   "\",\"site\":\"%s\",\"made_at\":\"%s\",\"program\":\"" NILA_VERSION "\"",
                   p->site->slug, when);
    rc = add_all(p);
    if (rc == 0)
        rc = archive_manifest(&manifest, head, p->source, p->n, p->why, sizeof p->why);
    if (rc == 0)
        rc = archive_write(p->file, &manifest, NULL, 0, p->source, p->n, p->why, sizeof p->why);
    buf_free(&manifest);
    return rc;
}

static void tell(const struct packing *p)
{
    struct stat st = {0};

    (void)stat(p->file, &st);
    if (p->o->json) {
        (void)printf("{\"bytes\":%lld,\"files\":%zu,\"secrets_left_out\":%u}\n",
                     (long long)st.st_size, p->n, p->left_out);
        return;
    }
    if (p->o->quiet)
        return;
    (void)printf(
        tongue("%s: %zu berkas, %.1f MB, diperiksa\n", "%s: %zu files, %.1f MB, checked\n"),
        p->file, p->n, (double)st.st_size / 1e6);
    if (p->left_out > 0)
        (void)printf(tongue("%u login tidak disalin (--with-secrets); catat di tempat lain\n",
                            "%u logins were not copied (--with-secrets); keep them elsewhere\n"),
                     p->left_out);
}

int command_backup(const struct options *o)
{
    struct packing *p = xcalloc(1, sizeof *p);
    int rc, code;

    tongue_set(o->l == TEXT_ID);
    p->o = o;
    code = command_site(o, &p->site);
    if (code == EX_OK) {
        rc = copy_journal(p);
        if (rc == 0)
            rc = pack(p);
        drop_copy(p);
        if (rc != 0)
            log_warnx("%s", p->why[0] != '\0' ? p->why : nila_err_text(rc));
        else
            tell(p);
        code = run_exit_code(rc);
    }
    site_free(p->site);
    free(p);
    return code;
}
