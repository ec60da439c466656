/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gpio.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/gpio.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static int failed(int e, const char *chip, int line, char *why, size_t why_size)
{
    static const struct {
        int e, rc;
        const char *words;
    } CASE[] = {
        {ENOENT, NILA_ERR_NOT_FOUND, "there is no such chip"},
        {EACCES, NILA_ERR_DENIED, "not permitted; is the user in group gpio?"},
        {EPERM, NILA_ERR_DENIED, "not permitted; is the user in group gpio?"},
        {EBUSY, NILA_ERR_BUSY, "another program has this line"},
        {ENOTTY, NILA_ERR_UNSUPPORTED, "not a GPIO chip, or an old kernel"},
        {EINVAL, NILA_ERR_UNSUPPORTED, "the chip has no such line, or cannot pull it"},
    };

    for (size_t i = 0; i < sizeof CASE / sizeof CASE[0]; i++) {
        if (CASE[i].e != e)
            continue;
        (void)snprintf(why, why_size, "%.40s line %d: %s", chip, line, CASE[i].words);
        return CASE[i].rc;
    }
    (void)snprintf(why, why_size, "%.40s line %d: %s", chip, line, strerror(e));
    return NILA_ERR_IO;
}

int gpio_open(const char *chip, int line, char pull, char *why, size_t why_size)
{
    struct gpio_v2_line_request request = {.num_lines = 1, .consumer = "nila-collector"};
    int fd = open(chip, O_RDONLY | O_CLOEXEC | O_NONBLOCK), rc, e;

    if (fd < 0)
        return failed(errno, chip, line, why, why_size);
    request.offsets[0] = (unsigned)line;
    request.config.flags =
        GPIO_V2_LINE_FLAG_INPUT | (pull == 'u'   ? GPIO_V2_LINE_FLAG_BIAS_PULL_UP
                                   : pull == 'd' ? GPIO_V2_LINE_FLAG_BIAS_PULL_DOWN
                                                 : GPIO_V2_LINE_FLAG_BIAS_DISABLED);
    rc = ioctl(fd, GPIO_V2_GET_LINE_IOCTL, &request);
    e = errno;
    (void)close(fd);
    if (rc != 0)
        return failed(e, chip, line, why, why_size);
    (void)fcntl(request.fd, F_SETFD, FD_CLOEXEC);
    return request.fd;
}

int gpio_read(int handle, char *why, size_t why_size)
{
    struct gpio_v2_line_values values = {.mask = 1};

    if (ioctl(handle, GPIO_V2_LINE_GET_VALUES_IOCTL, &values) == 0)
        return (int)(values.bits & 1);
    (void)snprintf(why, why_size, "cannot be read: %s", strerror(errno));
    return NILA_ERR_IO;
}
