/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "port.h"
#include "window.h"

int main(void);

struct nila_app app;

int main(void)
{
    static const struct nila_identity IDENTITY = {.vendor = "Lumbung Nila",
                                                  .product = "nila-node",
                                                  .revision = NILA_VERSION,
                                                  .product_name = "Lumbung Nila sensor node",
                                                  .firmware = NILA_FIRMWARE,
                                                  .build = NILA_BUILD};
    struct nila_identity *const own = &app.node.identity;
    struct port_start start;

    port_start(&start);
    /* A line that cannot be opened leaves the watchdog hungry: the board starts again. */
    while (!nila_app_init(&app, &PORT, &BOARD, &IDENTITY) || !window_open(&app))
        port_sleep();
    own->product_id = start.product_id;
    own->reset_cause = start.reset_cause;
    own->boots = start.boots;
    own->serial = start.serial;
    own->model = start.model;
    own->application = window_application();
    for (;;) {
        nila_app_step(&app);
        window_step(&app);
        port_sleep();
    }
}
