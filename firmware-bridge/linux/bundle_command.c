/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bundle: a site file with its profiles, signed by the office's key, as `nila-collector fleet pull` takes it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "collector/common/archive.h"
#include "collector/common/civil.h"
#include "collector/common/clock.h"
#include "collector/common/log.h"
#include "collector/common/site.h"
#include "collector/common/tongue.h"
#include "commands.h"
#include "lms_key.h"
#include "profiles.h"
#include "tool_options.h"
#include "update.h"

#define FILES       200
#define PATH        600
#define DEVICES_DIR NILA_DATADIR "/devices"

static int help(void)
{
    (void)fputs(
        tongue(
            "nila-bridge bundle - berkas situs dan profilnya, ditandatangani, untuk satu kolektor\n"
            "\n"
            "CARA PAKAI\n"
            "  nila-bridge bundle --key BERKAS --site SITUS.json --out BERKAS.tar\n"
            "                     [--devices FOLDER] [--number N]\n"
            "\n"
            "  --number N   harus lebih besar daripada yang sebelumnya; bawaan: detik sekarang\n"
            "\n"
            "Isinya diperiksa seperti oleh nila-collector check. Taruh BERKAS.tar di server https\n"
            "kantor; Pi-nya mengambil sendiri. Satu tanda tangan kunci terpakai.\n",
            "nila-bridge bundle - a site file and its profiles, signed, for one collector\n"
            "\n"
            "USAGE\n"
            "  nila-bridge bundle --key FILE --site SITE.json --out FILE.tar\n"
            "                     [--devices DIR] [--number N]\n"
            "\n"
            "  --number N   must be above the one before; default: the seconds of now\n"
            "\n"
            "The content is read as by nila-collector check. Put FILE.tar on the office's https\n"
            "server; the Pi fetches it by itself. One signature of the key is spent.\n"),
        stdout);
    return fflush(stdout) == 0 ? EX_OK : EX_IOERR;
}

static int missing(const char *name)
{
    (void)fprintf(
        stderr, tongue("nila-bridge: --%s harus diberikan\n", "nila-bridge: --%s must be given\n"),
        name);
    return EX_USAGE;
}

struct packing {
    const char *site_path, *devices;
    struct site *site;
    struct archive_source source[FILES];
    char path[FILES][PATH];
    size_t n;
};

static bool add(struct packing *p, const char *name, const char *path)
{
    for (size_t i = 0; i < p->n; i++)
        if (strcmp(p->source[i].name, name) == 0)
            return true;
    if (p->n == FILES)
        return false;
    (void)snprintf(p->path[p->n], PATH, "%.590s", path);
    (void)snprintf(p->source[p->n].name, ARCHIVE_NAME_SIZE, "%s", name);
    p->source[p->n].path = p->path[p->n];
    p->source[p->n].mode = 0644;
    p->n++;
    return true;
}

static int collect(struct packing *p, char *why, size_t why_size)
{
    struct profile **profile = NULL;
    char name[ARCHIVE_NAME_SIZE], path[PATH];
    int rc = site_load(&p->site, p->site_path, why, why_size);

    if (rc == 0)
        rc = profiles_load(&profile, p->site, p->devices, why, why_size);
    if (rc != 0)
        return rc;
    profiles_free(profile, p->site);
    if (!add(p, "collector.json", p->site_path))
        rc = NILA_ERR_FULL;
    for (unsigned i = 0; rc == 0 && i < p->site->devices; i++) {
        (void)snprintf(name, sizeof name, "devices/%s.json", p->site->device[i].profile);
        (void)snprintf(path, sizeof path, "%.500s/%s.json", p->devices, p->site->device[i].profile);
        if (!add(p, name, path))
            rc = NILA_ERR_FULL;
    }
    if (rc != 0)
        (void)snprintf(why, why_size, tongue("lebih dari %d berkas", "more than %d files"), FILES);
    return rc;
}

static int make(struct packing *p, const char *key, const char *out, long long number,
                uint32_t *left, char *why, size_t why_size)
{
    uint8_t signature[NILA_LMS_SIG_BYTES];
    struct buf manifest = {0};
    char head[300], when[40];
    int rc;

    (void)civil_format_iso(when, sizeof when, clock_wall_ms());
    (void)snprintf(head, sizeof head,
                   "\"kind\":\"nila-fleet\",\"site\":\"%s\",\"number\":%lld,\"made_at\":\"%s\","
                   "\"program\":\"" NILA_VERSION "\"",
                   p->site->slug, number, when);
    rc = archive_manifest(&manifest, head, p->source, p->n, why, why_size);
    if (rc == 0)
        rc = lms_key_file_sign(key, (const uint8_t *)manifest.p, manifest.n, signature, left, why,
                               why_size);
    if (rc == 0)
        rc = archive_write(out, &manifest, signature, sizeof signature, p->source, p->n, why,
                           why_size);
    buf_free(&manifest);
    return rc;
}

int bundle_command(int argc, char **argv)
{
    const char *key = NULL, *site = NULL, *out = NULL, *devices = NULL, *number = NULL;
    const struct tool_option option[] = {{.name = "key", .text = &key},
                                         {.name = "site", .text = &site},
                                         {.name = "out", .text = &out},
                                         {.name = "devices", .text = &devices},
                                         {.name = "number", .text = &number}};
    struct packing *p;
    char why[4300] = "", *end = NULL;
    bool wants_help = false;
    long long n = clock_wall_ms() / 1000;
    uint32_t left = 0;
    int rc = tool_options(option, sizeof option / sizeof option[0], argc, argv, &wants_help);

    if (rc != 0)
        return rc;
    if (wants_help)
        return help();
    for (size_t i = 0; i < 3; i++)
        if (*option[i].text == NULL)
            return missing(option[i].name);
    if (number != NULL) {
        n = strtoll(number, &end, 10);
        if (*end != '\0' || n < 1 || n > 1000000000000000)
            return tool_bad_value("number", number);
    }
    p = xcalloc(1, sizeof *p);
    p->site_path = site;
    p->devices = devices != NULL ? devices : getenv("NILA_DEVICES");
    if (p->devices == NULL)
        p->devices = DEVICES_DIR;
    rc = collect(p, why, sizeof why);
    if (rc == 0)
        rc = make(p, key, out, n, &left, why, sizeof why);
    if (rc != 0)
        log_warnx("%s", why);
    else
        (void)fprintf(stderr,
                      tongue("%s: bundel %lld untuk %s; kunci ini masih dapat %u kali lagi\n",
                             "%s: bundle %lld for %s; the key can sign %u more\n"),
                      out, n, p->site->slug, left);
    site_free(p->site);
    free(p);
    return tool_exit(rc);
}
