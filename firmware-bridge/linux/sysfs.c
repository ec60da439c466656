/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sysfs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "firmware-bridge/core/nila_node.h"

#define TEXT_SIZE 256 /* an attribute is a line or two */
#define PATH_SIZE 512

/* The attribute's text without the line's end; false: it cannot be read, or is longer than an attribute is. */
static bool attribute(char text[static TEXT_SIZE], const char *root, const char *folder,
                      const char *name)
{
    char path[PATH_SIZE];
    size_t n = 0;
    ssize_t got;
    int fd;

    if (snprintf(path, sizeof path, "%s/%s/%s", root, folder, name) >= (int)sizeof path)
        return false;
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe in a folder that only looks so */
    if (fd < 0)
        return false;
    do {
        got = read(fd, text + n, TEXT_SIZE - n);
        n += got > 0 ? (size_t)got : 0;
    } while (n < TEXT_SIZE && (got > 0 || (got < 0 && errno == EINTR)));
    (void)close(fd);
    if (got != 0 || n == TEXT_SIZE)
        return false;
    while (n > 0 && (text[n - 1] == '\n' || text[n - 1] == ' '))
        n--;
    text[n] = '\0';
    return true;
}

static bool decimal(const char *text, double *out)
{
    char *end;
    double v;

    errno = 0;
    v = strtod(text, &end);
    if (end == text || *end != '\0' || errno != 0 || !isfinite(v))
        return false;
    *out = v;
    return true;
}

/* --- thermometers -------------------------------------------------------------------------------------------------- */

bool sysfs_is_w1(const char *text)
{
    return strlen(text) == SYSFS_W1_ID_SIZE - 2 && strncmp(text, "28-", 3) == 0 &&
           strspn(text + 3, "0123456789abcdef") == 12;
}

/* -1: no digit */
static int hex_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int sysfs_w1_scratchpad(const char *text, uint8_t pad[static 9])
{
    uint8_t byte[9];
    const char *p = text;

    for (unsigned i = 0; i < sizeof byte; i++) {
        const int high = hex_digit(p[0]), low = high >= 0 ? hex_digit(p[1]) : -1;
        if (low < 0 || p[2] != ' ')
            return NILA_ERR_PARSE;
        byte[i] = (uint8_t)(high << 4 | low);
        p += 3;
    }
    if (strncmp(p, ": crc=", 6) != 0)
        return NILA_ERR_PARSE;
    p += 6 + strspn(p + 6, "0123456789abcdef");
    if (strncmp(p, " NO", 3) == 0)
        return NILA_ERR_PROTO;
    if (strncmp(p, " YES", 4) != 0)
        return NILA_ERR_PARSE;
    memcpy(pad, byte, sizeof byte);
    return 0;
}

/* The only thermometer on the bus; false: none, or several, of which one must be named. */
static bool only_one(char id[static SYSFS_W1_ID_SIZE], const char *root)
{
    char path[PATH_SIZE];
    const struct dirent *e;
    unsigned found = 0;
    DIR *d;

    (void)snprintf(path, sizeof path, "%s/bus/w1/devices", root);
    d = opendir(path);
    while (d != NULL && (e = readdir(d)) != NULL)
        if (sysfs_is_w1(e->d_name) && found++ == 0)
            memcpy(id, e->d_name, SYSFS_W1_ID_SIZE - 1);
    if (d != NULL)
        (void)closedir(d);
    id[SYSFS_W1_ID_SIZE - 1] = '\0';
    return found == 1;
}

/* The kernel has checked and rounded it; what is left to judge is the same. */
static void take_millidegrees(struct nila_ds18b20 *d, const char *text)
{
    uint8_t pad[9] = {0, 0, 0x4B, 0x46, 0x7F, 0xFF, 0x0C, 0x10, 0};
    double v;

    if (!decimal(text, &v) || fabs(v) > 1e6) {
        nila_ds18b20_scratchpad(d, NULL);
        return;
    }
    v = round(v * 16 / 1000);
    if (v < INT16_MIN || v > INT16_MAX)
        v = INT16_MAX; /* no temperature either */
    pad[0] = (uint8_t)(int16_t)v;
    pad[1] = (uint8_t)((uint16_t)(int16_t)v >> 8);
    pad[8] = nila_ds18b20_crc(pad, 8);
    nila_ds18b20_scratchpad(d, pad);
}

void sysfs_w1_read(struct nila_ds18b20 *d, const char *root, const char *id)
{
    char text[TEXT_SIZE], folder[64], found[SYSFS_W1_ID_SIZE], path[PATH_SIZE];
    uint8_t pad[9];

    if (id[0] == '\0' && !only_one(found, root)) {
        nila_ds18b20_scratchpad(d, NULL);
        return;
    }
    (void)snprintf(folder, sizeof folder, "bus/w1/devices/%s", id[0] != '\0' ? id : found);
    (void)snprintf(path, sizeof path, "%s/%s/w1_slave", root, folder);
    if (access(path, F_OK) != 0 && attribute(text, root, folder, "temperature")) {
        take_millidegrees(d, text);
        return;
    }
    /* Once more after a damaged reading: a long cable has them. */
    for (int i = 0; i < NILA_DS18B20_TRIES; i++) {
        if (!attribute(text, root, folder, "w1_slave") ||
            sysfs_w1_scratchpad(text, pad) == NILA_ERR_PARSE)
            break;
        if (sysfs_w1_scratchpad(text, pad) == 0) {
            nila_ds18b20_scratchpad(d, pad);
            return;
        }
    }
    nila_ds18b20_scratchpad(d, NULL);
}

/* --- voltages ------------------------------------------------------------------------------------------------------ */

/* The folder of a converter by its name, "bus/iio/devices/iio:device1". */
static bool find_iio(char folder[static 96], const char *root, const char *name)
{
    char path[PATH_SIZE], text[TEXT_SIZE];
    const struct dirent *e;
    bool found = false;
    DIR *d;

    (void)snprintf(path, sizeof path, "%s/bus/iio/devices", root);
    d = opendir(path);
    while (d != NULL && !found && (e = readdir(d)) != NULL) {
        if (strncmp(e->d_name, "iio:device", 10) != 0 || strlen(e->d_name) > 40)
            continue;
        (void)snprintf(folder, 96, "bus/iio/devices/%.40s", e->d_name);
        found = attribute(text, root, folder, "name") && strcmp(text, name) == 0;
    }
    if (d != NULL)
        (void)closedir(d);
    return found;
}

bool sysfs_iio_microvolts(const char *root, const char *device, unsigned input, double gain,
                          int32_t *uv)
{
    char folder[96], name[40], text[TEXT_SIZE];
    double raw, scale, offset = 0, v;

    if (strncmp(device, "iio:device", 10) == 0)
        (void)snprintf(folder, sizeof folder, "bus/iio/devices/%.40s", device);
    else if (!find_iio(folder, root, device))
        return false;
    (void)snprintf(name, sizeof name, "in_voltage%u_scale", input);
    if (!attribute(text, root, folder, name) && !attribute(text, root, folder, "in_voltage_scale"))
        return false;
    if (!decimal(text, &scale))
        return false;
    (void)snprintf(name, sizeof name, "in_voltage%u_offset", input);
    if ((attribute(text, root, folder, name) ||
         attribute(text, root, folder, "in_voltage_offset")) &&
        !decimal(text, &offset))
        return false;
    (void)snprintf(name, sizeof name, "in_voltage%u_raw", input);
    if (!attribute(text, root, folder, name) || !decimal(text, &raw))
        return false;
    v = (raw + offset) * scale * gain * 1000;
    if (!(fabs(v) < 1e9))
        return false;
    *uv = (int32_t)lround(v);
    return true;
}

int16_t sysfs_board_temp_x10(const char *root)
{
    char text[TEXT_SIZE];
    double v;

    if (!attribute(text, root, "class/thermal/thermal_zone0", "temp") || !decimal(text, &v) ||
        fabs(v) > 200000)
        return NILA_BOARD_TEMP_NONE;
    return (int16_t)lround(v / 100);
}
