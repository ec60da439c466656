/* SPDX-License-Identifier: GPL-3.0-or-later */
/* serve_command: nila-bridge serve, from its words to an exit code of sysexits.h. Runs until SIGTERM or SIGINT; before other threads. */
#ifndef BRIDGE_SERVE_COMMAND_H
#define BRIDGE_SERVE_COMMAND_H

int serve_command(int argc, char **argv);

#endif
