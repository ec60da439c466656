/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "serve_command.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sysexits.h>
#include <unistd.h>

#include "collector/common/clock.h"
#include "collector/common/log.h"
#include "collector/common/notify.h"
#include "collector/common/tongue.h"

#include "commands.h"
#include "ready.h"
#include "serve_config.h"
#include "serve_lines.h"
#include "served.h"
#include "text.h"
#include "tool_options.h"

#define DEFAULT_CONFIG "/etc/lumbung-nila/bridge.json"

struct serve {
    const char *config_path, *sysfs, *state, *ready;
    bool check, quiet, verbose;
    struct serve_config *config;
    struct served *served;
    struct serve_lines *lines;
};

static int help(void)
{
    static const char ID[] =
        "nila-bridge serve - layani sensor yang terpasang di Pi ini lewat Modbus\n"
        "\n"
        "CARA PAKAI\n"
        "  nila-bridge serve [pilihan]\n"
        "\n"
        "  Rangkaian Atlas EZO (DO, pH, EC) di porta serial, DS18B20 di 1-wire dan pengubah analog "
        "(IIO) menjadi\n"
        "  nila-node seperti yang ada di papan: register, mutu, umur, nomor urut, dan kalibrasi "
        "yang sama\n"
        "  (nila-bridge calibrate). Satu program melayani beberapa nomor alat di Modbus TCP, RTU "
        "(porta serial)\n"
        "  dan pty. Sensor boleh dicabut dan dipasang kembali; nilai yang tidak ada tidak pernah "
        "dikarang.\n"
        "  Berhenti dengan SIGTERM atau SIGINT.\n"
        "\n"
        "PILIHAN\n"
        "  --config BERKAS      (bawaan: " DEFAULT_CONFIG ")\n"
        "  --check              periksa berkas itu saja\n"
        "  --sysfs FOLDER       pengganti /sys, untuk percobaan\n"
        "  --state FOLDER       tempat pengaturan dan kalibrasi (bawaan: dari berkas itu)\n"
        "  --ready BERKAS       tulis JSON porta dan pty setelah semua siap\n"
        "  --lang id|en, --quiet, --verbose, --help\n"
        "\n"
        "KODE KELUAR (sysexits.h)\n"
        "  0 baik, 64 cara pakai, 66 berkas tidak ada, 69 porta atau folder terpakai, 74 salah "
        "baca/tulis,\n"
        "  77 tidak diizinkan, 78 berkas salah\n";
    static const char EN[] =
        "nila-bridge serve - the probes of this Pi behind Modbus\n"
        "\n"
        "USAGE\n"
        "  nila-bridge serve [options]\n"
        "\n"
        "  Atlas EZO circuits (DO, pH, EC) on serial ports, DS18B20 on 1-wire and analog "
        "converters (IIO) become\n"
        "  nila-nodes as boards are: the same registers, quality, age, sequence and calibration "
        "(nila-bridge\n"
        "  calibrate). One program serves several unit ids on Modbus TCP, RTU (a serial port) and "
        "ptys. Probes may be\n"
        "  pulled and plugged in again; a value that is missing is never made up. SIGTERM or "
        "SIGINT ends it.\n"
        "\n"
        "OPTIONS\n"
        "  --config FILE        (default: " DEFAULT_CONFIG ")\n"
        "  --check              only check that file\n"
        "  --sysfs DIR          instead of /sys, for trials\n"
        "  --state DIR          where settings and calibrations are kept (default: as the file "
        "says)\n"
        "  --ready FILE         write ports and ptys as JSON when all is bound\n"
        "  --lang id|en, --quiet, --verbose, --help\n"
        "\n"
        "EXIT CODES (sysexits.h)\n"
        "  0 good, 64 wrong usage, 66 no such file, 69 port or folder taken, 74 reading or writing "
        "failed,\n"
        "  77 not permitted, 78 file wrong\n";

    return fputs(tongue(ID, EN), stdout) >= 0 && fflush(stdout) == 0 ? EX_OK : EX_IOERR;
}

static int complain(int rc, const char *why)
{
    text_say(TEXT_CANNOT_START, why, NULL, NULL);
    return exit_code(rc);
}

static int load(struct serve *s)
{
    char why[512] = "";
    int rc = serve_config_load(&s->config, s->config_path, why, sizeof why);

    if (rc != 0)
        return complain(rc, why);
    if (s->sysfs != NULL)
        (void)snprintf(s->config->sysfs, sizeof s->config->sysfs, "%s", s->sysfs);
    if (s->state != NULL)
        (void)snprintf(s->config->state, sizeof s->config->state, "%s", s->state);
    return 0;
}

static int start(struct serve *s)
{
    char why[512] = "";
    pthread_mutex_t *lock;
    struct nila_node *node;
    int rc = served_new(&s->served, s->config, why, sizeof why);

    if (rc != 0)
        return complain(rc, why);
    node = served_nodes(s->served, &lock);
    rc = serve_lines_start(&s->lines, s->config, node, s->config->nodes, lock, why, sizeof why);
    return rc != 0 ? complain(rc, why) : 0;
}

/* Says where the lines are, in words and in the ready file. */
static int announce(const struct serve *s)
{
    struct ready_bus bus[SERVE_LINES];

    for (unsigned i = 0; i < s->config->lines; i++) {
        const struct serve_line *l = &s->config->line[i];
        char port[16];
        bus[i] = (struct ready_bus){.slug = l->bus.slug,
                                    .host = l->bus.host,
                                    .port = serve_lines_port(s->lines, i, &bus[i].pty),
                                    .link = l->pty ? l->bus.port : NULL};
        (void)serve_lines_port(s->lines, i, &bus[i].pty);
        (void)snprintf(port, sizeof port, "%d", bus[i].port);
        if (!s->quiet && bus[i].port > 0)
            text_say(TEXT_ON_TCP, bus[i].slug, bus[i].host, port);
        else if (!s->quiet)
            text_say(TEXT_ON_PTY, bus[i].slug, bus[i].pty, bus[i].link);
    }
    if (s->ready == NULL || ready_write_buses(s->ready, bus, s->config->lines) == 0)
        return 0;
    text_say(TEXT_CANNOT_WRITE, s->ready, strerror(errno), NULL);
    return EX_CANTCREAT;
}

/* Until the signal: the probes' rounds, and a sign of life after each turn. A line's thread that stands still holds the nodes' lock, or is
 * one whose master asks again; a turn that ends proves the rest. */
static void serve(const struct serve *s, int signal_fd)
{
    const int64_t every_ms = notify_watchdog_ms();
    int fd[SERVED_FDS];
    struct pollfd p[1 + SERVED_FDS];
    int64_t told_ms = INT64_MIN;

    for (;;) {
        int wait_ms = served_step(s->served);
        size_t n = served_fds(s->served, fd, SERVED_FDS);
        const int64_t now_ms = clock_mono_ms();
        if (every_ms > 0 && now_ms - every_ms >= told_ms) {
            notify_systemd("WATCHDOG=1");
            told_ms = now_ms;
        }
        p[0] = (struct pollfd){.fd = signal_fd, .events = POLLIN};
        for (size_t i = 0; i < n; i++)
            p[1 + i] = (struct pollfd){.fd = fd[i], .events = POLLIN};
        if (poll(p, 1 + n, wait_ms) > 0 && p[0].revents != 0)
            return;
    }
}

static int run(struct serve *s)
{
    sigset_t signals;
    int rc, signal_fd;

    (void)sigemptyset(&signals);
    (void)sigaddset(&signals, SIGTERM);
    (void)sigaddset(&signals, SIGINT);
    (void)sigprocmask(SIG_BLOCK, &signals, NULL);
    (void)signal(SIGPIPE, SIG_IGN); /* a client that leaves is an error of write, not our end */
    signal_fd = signalfd(-1, &signals, SFD_CLOEXEC);
    if (signal_fd < 0)
        return complain(NILA_ERR_IO, strerror(errno));
    if (s->ready != NULL)
        (void)unlink(s->ready); /* one of an earlier run must not be taken for ours */
    rc = start(s);
    if (rc == 0)
        rc = announce(s);
    if (rc == 0) {
        notify_systemd("READY=1");
        serve(s, signal_fd);
        notify_systemd("STOPPING=1");
    }
    if (s->ready != NULL)
        (void)unlink(s->ready);
    serve_lines_stop(s->lines);
    served_free(s->served);
    (void)close(signal_fd);
    if (rc == 0 && !s->quiet)
        text_say(TEXT_STOPPED, NULL, NULL, NULL);
    return rc;
}

int serve_command(int argc, char **argv)
{
    struct serve s = {.config_path = DEFAULT_CONFIG};
    const struct tool_option option[] = {
        {.name = "config", .text = &s.config_path}, {.name = "sysfs", .text = &s.sysfs},
        {.name = "state", .text = &s.state},        {.name = "ready", .text = &s.ready},
        {.name = "check", .flag = &s.check},        {.name = "quiet", .flag = &s.quiet},
        {.name = "verbose", .flag = &s.verbose},
    };
    bool wants_help = false;
    int rc = tool_options(option, sizeof option / sizeof option[0], argc, argv, &wants_help);

    if (rc != 0)
        return rc;
    if (wants_help)
        return help();
    (void)text_choose(tongue("id", "en"));
    log_set_level(s.verbose ? LOG_LEVEL_DEBUG : s.quiet ? LOG_LEVEL_WARN : LOG_LEVEL_INFO);
    if ((s.sysfs != NULL && strlen(s.sysfs) >= SITE_PATH_SIZE) ||
        (s.state != NULL && strlen(s.state) >= SITE_PATH_SIZE))
        return tool_bad_value(s.sysfs != NULL ? "sysfs" : "state",
                              s.sysfs != NULL ? s.sysfs : s.state);
    rc = load(&s);
    if (rc == 0 && s.check)
        rc = printf(tongue("%s: baik\n", "%s: good\n"), s.config_path) > 0 && fflush(stdout) == 0
                 ? EX_OK
                 : EX_IOERR;
    else if (rc == 0)
        rc = run(&s);
    free(s.config);
    return rc;
}
