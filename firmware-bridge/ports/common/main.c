/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "port.h"
#include "window.h"

int main(void);

struct nila_app app;

int main(void)
{
    static struct nila_identity identity = {.vendor = "Lumbung Nila",
                                            .product = "nila-node",
                                            .revision = NILA_VERSION,
                                            .product_name = "Lumbung Nila sensor node",
                                            .firmware = NILA_FIRMWARE,
                                            .build = NILA_BUILD};
    struct port_start start;

    port_start(&start);
    identity.product_id = start.product_id;
    identity.reset_cause = start.reset_cause;
    identity.boots = start.boots;
    identity.serial = start.serial;
    identity.model = start.model;
    identity.application = window_application();
    /* A line that cannot be opened leaves the watchdog hungry: the board starts again. */
    while (!nila_app_init(&app, &PORT, &BOARD, &identity) || !window_open(&app))
        port_sleep();
    for (;;) {
        nila_app_step(&app);
        window_step(&app);
        port_sleep();
    }
}
