/* SPDX-License-Identifier: GPL-3.0-or-later */
/* control_view: the collector's status, asked over its socket, for people and for programs. */
#ifndef COLLECTOR_CONTROL_VIEW_H
#define COLLECTOR_CONTROL_VIEW_H

#include <stdbool.h>

#include "collector/common/buf.h"
#include "text.h"

/* Asks the collector at socket_path and appends either a table in words, or (json) one line
 * {"collector":{...},"buses":[...],"devices":[...],"switches":[...],"journal":{...},"sinks":[...]} of the lines control.h
 * describes.
 * Errors as control_call; why (size >= 256) has the words. */
NILA_MUST_CHECK int control_view_status(const char *socket_path, enum text_language l, bool json,
                                        struct buf *out, char *why, size_t why_size);

/* The same for what waits and the newest lines servers refused: {"journal":{...},"sinks":[...],"refused":[...]}. */
NILA_MUST_CHECK int control_view_spool(const char *socket_path, int newest, enum text_language l,
                                       bool json, struct buf *out, char *why, size_t why_size);

/* Sends request, an op relay, and appends the switch as it is then. */
NILA_MUST_CHECK int control_view_relay(const char *socket_path, const char *request,
                                       enum text_language l, bool json, struct buf *out, char *why,
                                       size_t why_size);

#endif
