/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A small file beside the records: which PINs were tried in vain, when the last self-test was. A PIN is kept as a salted digest:
 * four digits are found by trying, so the file has mode 0600 like the PIN's own. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "collector/common/buf.h"
#include "collector/common/log.h"
#include "modem_own.h"

/* Sixteen random bytes in hexadecimal. */
static void make_salt(char out[33])
{
    unsigned char bytes[16];

    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
        fatal("no randomness from the kernel");
    for (size_t i = 0; i < sizeof bytes; i++)
        (void)snprintf(out + 2 * i, 3, "%02x", (unsigned)bytes[i]);
}

static void take_line(struct modem_memory *k, const char *line)
{
    char word[16] = "", value[PIN_MARK_SIZE] = "";

    if (sscanf(line, "%15s %64s", word, value) != 2)
        return;
    if (strcmp(word, "salt") == 0 && strlen(value) == 32)
        (void)snprintf(k->salt, sizeof k->salt, "%.32s", value);
    else if (strcmp(word, "refused") == 0 && k->refused_count < REFUSED_PINS)
        (void)snprintf(k->refused[k->refused_count++], PIN_MARK_SIZE, "%s", value);
    else if (strcmp(word, "self_test") == 0)
        k->self_test_ms = strtoll(value, NULL, 10);
    else if (strcmp(word, "sim_told") == 0)
        k->sim_told_day = (int32_t)strtol(value, NULL, 10);
}

void memory_read(struct modem *m)
{
    struct modem_memory k = {0};
    char line[128];
    FILE *f;

    if (m->remembered)
        return;
    f = fopen(m->c->state_file, "re");
    if (f == NULL && errno != ENOENT) {
        log_warn("modem %s: %s cannot be read; it is tried again", m->c->slug, m->c->state_file);
        return; /* without it no PIN is tried */
    }
    while (f != NULL && fgets(line, sizeof line, f) != NULL)
        take_line(&k, line);
    if (f != NULL)
        (void)fclose(f);
    if (k.salt[0] == '\0')
        make_salt(k.salt);
    m->memory = k;
    m->remembered = true;
}

/* A new name must be on the disk too. */
static void sync_folder(const char *path)
{
    char folder[CHANNEL_PATH_SIZE];
    char *slash;
    int fd;

    (void)snprintf(folder, sizeof folder, "%s", path);
    slash = strrchr(folder, '/');
    if (slash == NULL)
        return;
    slash[slash == folder ? 1 : 0] = '\0';
    fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        (void)fsync(fd);
        (void)close(fd);
    }
}

int memory_write(struct modem *m)
{
    const struct modem_memory *k = &m->memory;
    char temporary[CHANNEL_PATH_SIZE + 8];
    struct buf b = {0};
    bool good;
    int fd;

    if (!m->remembered)
        return NILA_ERR_IO;
    buf_printf(&b, "salt %s\nself_test %" PRId64 "\nsim_told %" PRId32 "\n", k->salt,
               k->self_test_ms, k->sim_told_day);
    for (size_t i = 0; i < k->refused_count; i++)
        buf_printf(&b, "refused %s\n", k->refused[i]);
    (void)snprintf(temporary, sizeof temporary, "%s.new", m->c->state_file);
    (void)unlink(temporary);
    fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    good = fd >= 0 && write(fd, b.p, b.n) == (ssize_t)b.n && fsync(fd) == 0;
    if (fd >= 0)
        good = close(fd) == 0 && good;
    good = good && rename(temporary, m->c->state_file) == 0;
    if (good)
        sync_folder(m->c->state_file);
    else
        log_warn("modem %s: %s cannot be written", m->c->slug, m->c->state_file);
    buf_free(&b);
    return good ? 0 : NILA_ERR_IO;
}
