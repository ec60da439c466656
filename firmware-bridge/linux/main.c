/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nila-bridge: probes of this machine behind Modbus, simulated ponds, and tools. Subcommands and exit codes: --help. */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "collector/common/buf.h"
#include "collector/common/log.h"
#include "collector/common/nocore.h"

#include "calibrate.h"
#include "commands.h"
#include "options.h"
#include "serve_command.h"
#include "text.h"
#include "update.h"

static int show(enum text id)
{
    struct buf b = {0};
    int rc;

    text_append(&b, id, NULL, NULL, NULL);
    rc = fwrite(b.p, 1, b.n, stdout) == b.n && fflush(stdout) == 0 ? EX_OK : EX_IOERR;
    buf_free(&b);
    return rc;
}

static int help(enum command about)
{
    return show(about == COMMAND_SIMULATE  ? TEXT_HELP_SIMULATE
                : about == COMMAND_HISTORY ? TEXT_HELP_HISTORY
                                           : TEXT_HELP);
}

static int run(const struct options *o)
{
    switch (o->command) {
    case COMMAND_HELP:
        return help(o->help_about);
    case COMMAND_VERSION:
        return puts("nila-bridge " NILA_VERSION) >= 0 && fflush(stdout) == 0 ? EX_OK : EX_IOERR;
    case COMMAND_SIMULATE:
        return simulate_command(o);
    case COMMAND_HISTORY:
        return history_command(o);
    }
    return EX_SOFTWARE;
}

/* What has options of its own: the daemon, and the tools of technician and office, which speak to a node or make what it is told. */
static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
} TOOL[] = {
    {"serve", serve_command},   {"calibrate", calibrate_command}, {"update", update_command},
    {"keygen", keygen_command}, {"sign", sign_command},           {"bundle", bundle_command},
};

int main(int argc, char **argv)
{
    struct options o;
    int rc;

    nocore();
    for (size_t i = 0; argc > 1 && i < sizeof TOOL / sizeof TOOL[0]; i++)
        if (strcmp(argv[1], TOOL[i].name) == 0)
            return TOOL[i].run(argc - 1, argv + 1);
    rc = options_parse(&o, argc, argv);

    if (rc == 0) {
        log_set_level(o.verbose ? LOG_LEVEL_DEBUG : o.quiet ? LOG_LEVEL_WARN : LOG_LEVEL_INFO);
        rc = run(&o);
    }
    options_free(&o);
    return rc;
}
