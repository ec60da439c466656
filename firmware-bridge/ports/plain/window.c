/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "firmware-bridge/ports/common/window.h"

const char *window_application(void)
{
    return "nila-app";
}

bool window_open(struct nila_app *app)
{
    (void)app;
    return true;
}

void window_step(struct nila_app *app)
{
    (void)app;
}
