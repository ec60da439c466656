/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The machine itself: clock, disk, power; and the collector on it. */
#include <errno.h>
#include <inttypes.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/common/clock.h"
#include "collector/common/log.h"
#include "control_client.h"
#include "doctor.h"
#include "machine.h"

#define SPOOL_WARN_MS (INT64_C(3600) * 1000)

/* --- clock -------------------------------------------------------------------------------------------------------- */

static void look_at_clock(struct doctor *d)
{
    bool rtc = access("/dev/rtc", F_OK) == 0 || access("/sys/class/rtc/rtc0", F_OK) == 0;

    if (clock_trusted())
        doctor_add(d, DOCTOR_OK, TEXT_DOCTOR_CLOCK, TEXT_COUNT, NULL, NULL, NULL);
    else
        doctor_add(d, DOCTOR_WARN, TEXT_DOCTOR_CLOCK_UNSURE, TEXT_DOCTOR_CLOCK_CURE, NULL, NULL,
                   NULL);
    if (!rtc)
        doctor_add(d, DOCTOR_WARN, TEXT_DOCTOR_NO_RTC, TEXT_DOCTOR_RTC_CURE, NULL, NULL, NULL);
}

/* --- disk --------------------------------------------------------------------------------------------------------- */

static void look_at_disk(struct doctor *d)
{
    const struct site *s = d->s->site;
    char *path = xstrdup(s->journal_path), *dir = dirname(path), mb[TEXT_NUMBER_SIZE];
    struct machine_disk disk;

    if (machine_disk(s->journal_path, &disk) != 0) {
        doctor_add(d, DOCTOR_FAIL, TEXT_DOCTOR_NO_FOLDER, TEXT_DOCTOR_NO_FOLDER_CURE, dir,
                   strerror(errno), NULL);
        d->config = true;
        free(path);
        return;
    }
    (void)text_number(mb, d->o->l, (double)disk.free_bytes / 1048576, 0);
    if (disk.free_bytes < MACHINE_DISK_LOW_BYTES)
        doctor_add(d, disk.free_bytes < MACHINE_DISK_FULL_BYTES ? DOCTOR_FAIL : DOCTOR_WARN,
                   TEXT_DOCTOR_DISK, TEXT_DOCTOR_DISK_CURE, dir, mb, NULL);
    else
        doctor_add(d, DOCTOR_OK, TEXT_DOCTOR_DISK, TEXT_COUNT, dir, mb, NULL);
    if (disk.read_only)
        doctor_add(d, DOCTOR_FAIL, TEXT_DOCTOR_READ_ONLY, TEXT_DOCTOR_READ_ONLY_CURE, dir, NULL,
                   NULL);
    else if (access(dir, W_OK) != 0 ||
             (access(s->journal_path, F_OK) == 0 && access(s->journal_path, R_OK | W_OK) != 0))
        /* the collector, which has another user, is well when it runs */
        doctor_add(d, d->running ? DOCTOR_WARN : DOCTOR_FAIL, TEXT_DOCTOR_JOURNAL_DENIED,
                   TEXT_DOCTOR_JOURNAL_DENIED_CURE, s->journal_path, NULL, NULL);
    else
        doctor_add(d, DOCTOR_OK, TEXT_DOCTOR_JOURNAL, TEXT_COUNT, s->journal_path, NULL, NULL);
    free(path);
}

/* --- power -------------------------------------------------------------------------------------------------------- */

static void look_at_power(struct doctor *d)
{
    switch (machine_power()) {
    case MACHINE_POWER_WEAK:
        doctor_add(d, DOCTOR_WARN, TEXT_DOCTOR_POWER, TEXT_DOCTOR_POWER_CURE, NULL, NULL, NULL);
        break;
    case MACHINE_POWER_GOOD:
        doctor_add(d, DOCTOR_OK, TEXT_DOCTOR_POWER_GOOD, TEXT_COUNT, NULL, NULL, NULL);
        break;
    case MACHINE_POWER_UNKNOWN:
        break;
    }
}

void doctor_machine(struct doctor *d)
{
    look_at_clock(d);
    look_at_disk(d);
    look_at_power(d);
}

/* --- the collector ------------------------------------------------------------------------------------------------ */

static void look_at_spool(struct doctor *d, const struct control_spool *s)
{
    char n[TEXT_NUMBER_SIZE], hours[TEXT_NUMBER_SIZE];
    int64_t age_ms = s->oldest_unsent_ms != 0 ? clock_wall_ms() - s->oldest_unsent_ms : 0;

    (void)text_number(n, d->o->l, (double)s->pending, 0);
    (void)text_number(hours, d->o->l, (double)age_ms / 3600000, 1);
    if (age_ms > SPOOL_WARN_MS)
        doctor_add(d, DOCTOR_WARN, TEXT_DOCTOR_SPOOL, TEXT_DOCTOR_SPOOL_CURE, n, hours, NULL);
    else
        doctor_add(d, DOCTOR_OK, TEXT_DOCTOR_SPOOL, TEXT_COUNT, n, hours, NULL);
    if (s->dropped > 0)
        doctor_add(d, DOCTOR_FAIL, TEXT_DOCTOR_DROPPED, TEXT_DOCTOR_DROPPED_CURE,
                   text_number(n, d->o->l, (double)s->dropped, 0), NULL, NULL);
    if (s->quarantined > 0)
        doctor_add(d, DOCTOR_WARN, TEXT_DOCTOR_QUARANTINE, TEXT_DOCTOR_QUARANTINE_CURE,
                   text_number(n, d->o->l, (double)s->quarantined, 0), NULL, NULL);
}

void doctor_collector(struct doctor *d)
{
    struct control_spool spool;
    char why[256] = "";
    int rc = control_client_spool(d->s->site->control_socket, &spool, why, sizeof why);

    if (rc == 0) {
        d->running = true;
        doctor_add(d, DOCTOR_OK, TEXT_DOCTOR_RUNS, TEXT_COUNT, d->s->site->control_socket, NULL,
                   NULL);
        look_at_spool(d, &spool);
    } else if (rc == NILA_ERR_NOT_FOUND) {
        doctor_add(d, DOCTOR_WARN, TEXT_DOCTOR_NOT_RUNNING, TEXT_DOCTOR_NOT_RUNNING_CURE, NULL,
                   NULL, NULL);
    } else {
        doctor_add(d, DOCTOR_FAIL, TEXT_DOCTOR_SOCKET, TEXT_DOCTOR_SOCKET_CURE, why, NULL, NULL);
    }
}
