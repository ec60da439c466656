/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the parts of setup share: telling, secrets, paths; and the server installed. */
#include "office.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "collector/common/tongue.h"
#include "collector/common/wizard_file.h"

const char *office_tls_name(enum office_tls t)
{
    static const char *const NAME[OFFICE_TLS_COUNT] = {"local", "proxy", "own", "lan"};

    return NAME[t];
}

void office_tell(struct office *o, enum office_state state, const char *fmt, ...)
{
    const char *word = state == OFFICE_THERE    ? tongue("sudah ada", "there")
                       : state == OFFICE_NOTE   ? tongue("perhatian", "mind")
                       : state == OFFICE_FAILED ? tongue("GAGAL", "FAILED")
                       : o->dry                 ? tongue("akan dibuat", "would be made")
                                                : tongue("dibuat", "made");
    struct buf b = {0};
    char text[1200];
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    o->made += state == OFFICE_MADE;
    o->failed += state == OFFICE_FAILED;
    buf_printf(&b, "  %s: %s", word, text);
    o->say(o->arg, b.p);
    buf_free(&b);
}

void office_beside(const struct office *o, const char *sub, const char *name, char *out,
                   size_t size)
{
    char folder[OFFICE_PATH];

    wizard_file_folder(o->plan.config, folder, sizeof folder);
    (void)snprintf(out, size, "%.120s/%s%s%s", folder, sub, name[0] != '\0' ? "/" : "", name);
}

bool office_first_line(const char *path, char *out, size_t size)
{
    FILE *f = fopen(path, "re");
    bool good;

    if (f == NULL)
        return false;
    good = fgets(out, (int)size, f) != NULL;
    (void)fclose(f);
    if (good)
        out[strcspn(out, "\r\n")] = '\0';
    return good && out[0] != '\0';
}

int office_keep_secret(struct office *o, const char *path, const char *line)
{
    char folder[OFFICE_PATH], text[OFFICE_LOGIN + 1], why[OFFICE_WHY];
    int n = snprintf(text, sizeof text, "%s\n", line), rc = 0;

    wizard_file_folder(path, folder, sizeof folder);
    if (mkdir(folder, 0700) != 0 && errno != EEXIST) {
        (void)snprintf(why, sizeof why, "%.200s: %s", folder, tongue_errno(errno));
        rc = NILA_ERR_DENIED;
    }
    if (rc == 0)
        rc = wizard_file_replace(path, text, (size_t)n, 0600, false, NULL, NULL, why, sizeof why);
    explicit_bzero(text, sizeof text);
    if (rc != 0)
        office_tell(o, OFFICE_FAILED, "%s", why);
    return rc;
}

int office_password(char out[static 33])
{
    static const char LETTER[] =
        "abcdefghijkmnpqrstuvwxyz23456789"; /* 32 of them, none like another */
    unsigned char raw[32];

    if (getrandom(raw, sizeof raw, 0) != (ssize_t)sizeof raw)
        return NILA_ERR_IO;
    for (int i = 0; i < 32; i++)
        out[i] = LETTER[raw[i] & 31];
    out[32] = '\0';
    explicit_bzero(raw, sizeof raw);
    return 0;
}

bool office_plain_http(const char *url)
{
    static const char *const HERE[] = {"127.0.0.1", "localhost", "[::1]"};

    if (strncmp(url, "http://", 7) != 0)
        return false;
    for (size_t i = 0; i < sizeof HERE / sizeof HERE[0]; i++) {
        size_t n = strlen(HERE[i]);
        if (strncmp(url + 7, HERE[i], n) == 0 && (url[7 + n] == '\0' || url[7 + n] == ':'))
            return false;
    }
    return true;
}

/* --- the server installed ----------------------------------------------------------------------------------------- */

/* At most five words, a NULL ends them. */
static int run(struct office *o, const char *const argv[static 6])
{
    pid_t pid = fork();
    int status = -1;

    if (pid == 0) {
        (void)setenv("DEBIAN_FRONTEND", "noninteractive", 1);
        (void)execlp(argv[0], argv[0], argv[1], argv[2], argv[3], argv[4], (char *)NULL);
        _exit(127);
    }
    if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0) {
        office_tell(o, OFFICE_FAILED, "%s %s", argv[0], argv[1]);
        return NILA_ERR_IO;
    }
    return 0;
}

int office_install(struct office *o)
{
    static const char DROP_IN[] = "/etc/systemd/system/influxdb.service.d";
    static const char SETTINGS[] = "# written by nila-analytics setup\n[Service]\n"
                                   "Environment=INFLUXDB_HTTP_AUTH_ENABLED=true\n"
                                   "Environment=INFLUXDB_REPORTING_DISABLED=true\n";
    static const char *const UPDATE[6] = {"apt-get", "-q", "update", NULL};
    static const char *const INSTALL[6] = {"apt-get", "-q", "install", "-y", "influxdb", NULL};
    static const char *const RELOAD[6] = {"systemctl", "daemon-reload", NULL};
    static const char *const RESTART[6] = {"systemctl", "restart", "influxdb", NULL};
    char path[OFFICE_PATH], why[OFFICE_WHY] = "";
    int rc;

    if (o->dry) {
        office_tell(o, OFFICE_MADE, "apt-get install influxdb; %s/nila.conf (auth-enabled)",
                    DROP_IN);
        return 0;
    }
    if (geteuid() != 0) {
        office_tell(o, OFFICE_FAILED,
                    tongue("memasang butuh root: sudo nila-analytics setup --install-influxdb",
                           "installing needs root: sudo nila-analytics setup --install-influxdb"));
        return NILA_ERR_DENIED;
    }
    rc = run(o, UPDATE);
    if (rc == 0)
        rc = run(o, INSTALL);
    if (rc == 0 && mkdir(DROP_IN, 0755) != 0 && errno != EEXIST)
        rc = NILA_ERR_IO;
    (void)snprintf(path, sizeof path, "%s/nila.conf", DROP_IN);
    if (rc == 0)
        rc = wizard_file_replace(path, SETTINGS, sizeof SETTINGS - 1, 0644, false, NULL, NULL, why,
                                 sizeof why);
    if (rc == 0)
        rc = run(o, RELOAD);
    if (rc == 0)
        rc = run(o, RESTART);
    if (rc == 0)
        office_tell(
            o, OFFICE_MADE,
            tongue("influxdb dipasang, meminta login", "influxdb installed, asks for a login"));
    else if (why[0] != '\0')
        office_tell(o, OFFICE_FAILED, "%s", why);
    return rc;
}
