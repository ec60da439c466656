/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "err.h"

#include <stddef.h>

static const char *const TEXT[] = {
    "ok",
    "input or output failed",
    "held by somebody else",
    "stored bytes are damaged",
    "value out of range",
    "not the expected form",
    "configuration is wrong",
    "no answer in time",
    "closed",
    "not found",
    "full",
    "not permitted",
    "protocol broken by the other side",
    "refused by the other side",
    "Modbus exception",
    "not supported",
};

const char *nila_err_text(int rc)
{
    size_t i = rc <= 0 ? (size_t)-rc : 0;
    return i < sizeof TEXT / sizeof TEXT[0] ? TEXT[i] : "unknown error";
}
