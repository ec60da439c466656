/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Serial ports and their adapters, hosts, and whether a device answers. */
#include <errno.h>
#include <grp.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "asker.h"
#include "doctor.h"
#include "plan.h"
#include "port_holder.h"

#define DEVICES_MAX 8 /* asked on a line before it is taken as silent */
#define LATENCY_MS  1 /* what udev's rule sets; 16 as delivered costs each answer that much */

/* --- the adapter -------------------------------------------------------------------------------------------------- */

/* Reads the first word of a file of /sys; false: there is none. */
static bool read_word(const char *path, char *out, size_t size)
{
    FILE *f = fopen(path, "r");
    bool got = f != NULL && fgets(out, (int)size, f) != NULL;

    if (f != NULL)
        (void)fclose(f);
    if (got)
        out[strcspn(out, " \n")] = '\0';
    return got;
}

static void look_at_adapter(struct doctor *d, const struct site_bus *c, const char *real)
{
    const char *name = strrchr(real, '/') != NULL ? strrchr(real, '/') + 1 : real;
    char path[300], to[300], word[32];
    ssize_t n;

    (void)snprintf(path, sizeof path, "/sys/class/tty/%.100s/device/driver", name);
    n = readlink(path, to, sizeof to - 1);
    if (n <= 0)
        return; /* a pty, or a machine without /sys */
    to[n] = '\0';
    doctor_add(d, DOCTOR_OK, TEXT_DOCTOR_ADAPTER, TEXT_COUNT, c->slug, basename(to), NULL);
    (void)snprintf(path, sizeof path, "/sys/class/tty/%.100s/device/latency_timer", name);
    if (read_word(path, word, sizeof word) && strtol(word, NULL, 10) > LATENCY_MS)
        doctor_add(d, DOCTOR_WARN, TEXT_DOCTOR_LATENCY, TEXT_DOCTOR_LATENCY_CURE, word, path, NULL);
    if (strncmp(c->port, "/dev/ttyUSB", 11) == 0 || strncmp(c->port, "/dev/ttyACM", 11) == 0)
        doctor_add(d, DOCTOR_WARN, TEXT_DOCTOR_NAME, TEXT_DOCTOR_NAME_CURE, c->port, NULL, NULL);
}

/* --- the port ----------------------------------------------------------------------------------------------------- */

static void denied(struct doctor *d, const char *port)
{
    const struct group *g;
    struct stat st;

    g = stat(port, &st) == 0 ? getgrgid(st.st_gid) : NULL;
    doctor_add(d, DOCTOR_FAIL, TEXT_DOCTOR_PORT_DENIED, TEXT_DOCTOR_PORT_DENIED_CURE, port,
               g != NULL ? g->gr_name : "dialout", NULL);
}

/* True when the port can be looked at further. */
static bool look_at_port(struct doctor *d, const struct site_bus *c)
{
    char *real = realpath(c->port, NULL);
    struct port_holder h;
    char pid[24];
    bool good = false;

    if (real == NULL) {
        doctor_add(d, DOCTOR_FAIL, TEXT_DOCTOR_PORT_ABSENT, TEXT_DOCTOR_PORT_ABSENT_CURE, c->port,
                   strerror(errno), NULL);
        return false;
    }
    if (access(c->port, R_OK | W_OK) != 0) {
        denied(d, c->port);
    } else if (!d->running && port_holder_find(c->port, &h)) {
        (void)snprintf(pid, sizeof pid, "%ld", (long)h.pid);
        doctor_add(d, DOCTOR_FAIL, TEXT_DOCTOR_PORT_HELD, TEXT_DOCTOR_PORT_HELD_CURE, c->port, pid,
                   h.name);
    } else {
        doctor_add(d, DOCTOR_OK, TEXT_DOCTOR_PORT, TEXT_COUNT, c->slug, c->port, NULL);
        good = true;
    }
    look_at_adapter(d, c, real);
    free(real);
    return good;
}

/* --- a device ----------------------------------------------------------------------------------------------------- */

/* One question of the device's plan. 0 or an exception: it is there. */
static int ask_device(const struct doctor *d, struct asker *a, unsigned i,
                      struct bus_answer *answer)
{
    const struct site_device *dev = &d->s->site->device[i];
    const struct profile *p = d->s->profile[i];
    uint16_t regs[2000];
    struct plan plan;
    struct bus_question q = {.unit = dev->unit,
                             .timeout_ms = p->timeout_ms > 0 ? p->timeout_ms
                                                             : d->s->site->bus[dev->bus].timeout_ms,
                             .gap_ms = p->gap_ms};
    int rc = plan_make(&plan, p, answer->text, sizeof answer->text);

    if (rc != 0)
        return rc;
    q.function = plan.n > 0 ? plan.b[0].function : p->relay.read_function;
    q.first = plan.n > 0 ? plan.b[0].first : p->relay.address;
    q.count = plan.n > 0 ? plan.b[0].count : (uint16_t)p->relay.count;
    if (q.function == 0 || q.count == 0)
        return NILA_ERR_UNSUPPORTED; /* it cannot be read at all */
    rc = asker_ask(a, &q, regs, answer);
    return rc == NILA_ERR_EXCEPTION && answer->exception != 10 && answer->exception != 11 ? 0 : rc;
}

static void look_for_device(struct doctor *d, int bus, struct asker *a)
{
    const struct site *s = d->s->site;
    char text[96] = "", ms[16];
    unsigned asked = 0;

    for (unsigned i = 0; i < s->devices && asked < DEVICES_MAX; i++) {
        struct bus_answer answer = {0};
        int rc;
        if (s->device[i].bus != bus)
            continue;
        rc = ask_device(d, a, i, &answer);
        if (rc == NILA_ERR_UNSUPPORTED)
            continue;
        if (rc == 0) {
            (void)snprintf(ms, sizeof ms, "%d", answer.answer_ms);
            doctor_add(d, DOCTOR_OK, TEXT_DOCTOR_ANSWERS, TEXT_COUNT, s->bus[bus].slug,
                       s->device[i].slug, ms);
            return;
        }
        asked++;
        memcpy(text, answer.text, sizeof text);
    }
    if (asked > 0)
        doctor_add(d, DOCTOR_FAIL, TEXT_DOCTOR_SILENT, TEXT_DOCTOR_SILENT_CURE, s->bus[bus].slug,
                   text, NULL);
}

static void look_at_bus(struct doctor *d, int bus)
{
    const struct site *s = d->s->site;
    struct asker *a = NULL;
    char why[256] = "";
    int rc;

    if (s->bus[bus].kind == SITE_BUS_SERIAL && !look_at_port(d, &s->bus[bus]))
        return;
    rc = asker_open(&a, &s->bus[bus], d->running ? s->control_socket : NULL, why, sizeof why);
    if (rc != 0) {
        doctor_add(d, DOCTOR_FAIL, TEXT_DOCTOR_LINE, TEXT_DOCTOR_LINE_CURE, s->bus[bus].slug, why,
                   NULL);
        return;
    }
    look_for_device(d, bus, a);
    asker_close(a);
}

void doctor_buses(struct doctor *d)
{
    for (unsigned i = 0; i < d->s->site->buses; i++)
        look_at_bus(d, (int)i);
}
