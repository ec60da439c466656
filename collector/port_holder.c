/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "port_holder.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "collector/common/log.h"

static void name_of(pid_t pid, char *name, size_t size)
{
    char path[64];
    FILE *f;

    (void)snprintf(path, sizeof path, "/proc/%ld/comm", (long)pid);
    (void)snprintf(name, size, "?");
    f = fopen(path, "r");
    if (f == NULL)
        return;
    if (fgets(name, (int)size, f) != NULL)
        name[strcspn(name, "\n")] = '\0';
    (void)fclose(f);
}

/* "1: FLOCK  ADVISORY  WRITE 1234 00:05:612 0 EOF": the file is MAJOR:MINOR:INODE, the first two in hexadecimal. */
static bool find_lock(const struct stat *st, pid_t *pid)
{
    FILE *f = fopen("/proc/locks", "r");
    char line[256], file[64];
    bool found = false;

    if (f == NULL)
        return false;
    (void)snprintf(file, sizeof file, "%02x:%02x:%llu", major(st->st_dev), minor(st->st_dev),
                   (unsigned long long)st->st_ino);
    while (!found && fgets(line, sizeof line, f) != NULL) {
        char *word[8], *rest = NULL;
        size_t n = 0;
        for (char *w = strtok_r(line, " \n", &rest); w != NULL && n < 8;
             w = strtok_r(NULL, " \n", &rest))
            word[n++] = w;
        if (n >= 6 && strcmp(word[1], "FLOCK") == 0 && strcmp(word[5], file) == 0) {
            *pid = (pid_t)strtol(word[4], NULL, 10);
            found = *pid > 0 && *pid != getpid();
        }
    }
    (void)fclose(f);
    return found;
}

/* Has the process real open? false as well when we may not look. */
static bool has_open(const char *pid, const char *real)
{
    char path[300], to[300];
    const struct dirent *e;
    DIR *d;
    bool found = false;

    (void)snprintf(path, sizeof path, "/proc/%.20s/fd", pid);
    d = opendir(path);
    if (d == NULL)
        return false;
    while (!found && (e = readdir(d)) != NULL) {
        ssize_t n;
        (void)snprintf(path, sizeof path, "/proc/%.20s/fd/%.20s", pid, e->d_name);
        n = readlink(path, to, sizeof to - 1);
        to[n > 0 ? n : 0] = '\0';
        found = strcmp(to, real) == 0;
    }
    (void)closedir(d);
    return found;
}

static bool find_open(const char *real, pid_t *pid)
{
    const struct dirent *e;
    DIR *d = opendir("/proc");
    bool found = false;

    if (d == NULL)
        return false;
    while (!found && (e = readdir(d)) != NULL) {
        if (!isdigit((unsigned char)e->d_name[0]) || !has_open(e->d_name, real))
            continue;
        *pid = (pid_t)strtol(e->d_name, NULL, 10);
        found = *pid != getpid();
    }
    (void)closedir(d);
    return found;
}

bool port_holder_find(const char *port, struct port_holder *out)
{
    char *real = realpath(port, NULL);
    struct stat st;
    pid_t pid = 0;
    bool found = real != NULL && stat(real, &st) == 0 && find_lock(&st, &pid);

    /* who made a pty has its other end open as well */
    if (!found && real != NULL && strncmp(real, "/dev/pts/", 9) != 0)
        found = find_open(real, &pid);
    free(real);
    if (!found)
        return false;
    out->pid = pid;
    name_of(pid, out->name, sizeof out->name);
    return true;
}
