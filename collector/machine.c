/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "machine.h"

#include <dirent.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#include "collector/common/log.h"

int machine_disk(const char *path, struct machine_disk *out)
{
    char *copy = xstrdup(path);
    struct statvfs v;
    int rc = statvfs(dirname(copy), &v) == 0 ? 0 : NILA_ERR_IO;

    if (rc == 0)
        *out = (struct machine_disk){.free_bytes = (int64_t)v.f_bavail * (int64_t)v.f_frsize,
                                     .size_bytes = (int64_t)v.f_blocks * (int64_t)v.f_frsize,
                                     .read_only = (v.f_flag & ST_RDONLY) != 0};
    free(copy);
    return rc;
}

static bool says(const char *path, const char *word)
{
    char line[64] = "";
    FILE *f = fopen(path, "r");
    bool same;

    if (f == NULL)
        return false;
    same = fgets(line, sizeof line, f) != NULL;
    line[strcspn(line, "\n")] = '\0';
    same = same && strcmp(line, word) == 0;
    (void)fclose(f);
    return same;
}

enum machine_power machine_power(void)
{
    DIR *dir = opendir("/sys/class/hwmon");
    const struct dirent *e;
    enum machine_power power = MACHINE_POWER_UNKNOWN;

    while (dir != NULL && (e = readdir(dir)) != NULL) {
        char name[320], alarm[320];
        (void)snprintf(name, sizeof name, "/sys/class/hwmon/%s/name", e->d_name);
        (void)snprintf(alarm, sizeof alarm, "/sys/class/hwmon/%s/in0_lcrit_alarm", e->d_name);
        if (!says(name, "rpi_volt"))
            continue;
        if (says(alarm, "1"))
            power = MACHINE_POWER_WEAK;
        else if (power == MACHINE_POWER_UNKNOWN)
            power = MACHINE_POWER_GOOD;
    }
    if (dir != NULL)
        (void)closedir(dir);
    return power;
}
