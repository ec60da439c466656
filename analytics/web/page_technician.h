/* SPDX-License-Identifier: GPL-3.0-or-later */
/* page_technician: the technicians' pages, from a struct fleet_view. They show devices and what they read, and no production
 * figure. All that collectors say is foreign text and escaped. Pure. */
#ifndef ANALYTICS_WEB_PAGE_TECHNICIAN_H
#define ANALYTICS_WEB_PAGE_TECHNICIAN_H

#include "analytics/web/fleet.h"
#include "analytics/web/page.h"
#include "analytics/web/text.h"

/* "/alat": troubles first, then each collector of this machine. */
void page_devices(struct buf *b, const struct fleet_view *v, const struct page_model *m,
                  enum lang lang);
/* What changes on it by itself: the content of its element "langsung". */
void page_devices_live(struct buf *b, const struct fleet_view *v, enum lang lang);

/* What the page of a device is told beside the view. */
struct page_device_form {
    const char *token; /* of the form; NULL or "": no button */
    int wait_s;        /* > 0: a reading was asked for too soon */
};
/* "/alat/BUS/DEVICE". page_device.c */
void page_device(struct buf *b, const struct fleet_view *v, const struct fleet_box *box,
                 size_t device, const struct page_model *m, const struct page_device_form *f,
                 enum lang lang);
/* "/alat/BUS": the last frames of the bus, newest first. page_bus.c */
void page_bus(struct buf *b, const struct fleet_view *v, const struct fleet_box *box, size_t bus,
              const struct page_model *m, enum lang lang);
/* Its path; box's key only where there are several. */
void page_bus_path(char *out, size_t size, const struct fleet_view *v, const struct fleet_box *box,
                   const char *bus);
/* The line for mbpoll that asks count registers; for a shell. */
void page_device_mbpoll(struct buf *b, const struct fleet_bus *bus, int unit, int function,
                        int first, int count);

/* "/alat/armada": every collector, silent ones first. page_fleet.c */
void page_fleet(struct buf *b, const struct fleet_view *v, const struct page_model *m,
                enum lang lang);

/* The path of a device's page; box's key only where there are several. */
void page_device_path(char *out, size_t size, const struct fleet_view *v,
                      const struct fleet_box *box, const struct fleet_device *d);
#define PAGE_DEVICE_PATH_SIZE (4 * SLUG_SIZE)

/* "18.32.05", with the date when it is another day's; "belum pernah" for 0. */
void page_tech_time(char *out, size_t size, int64_t ts_ms, int64_t now_ms, enum lang lang);
/* A definition of a list: <dt>..<dd>.. */
void page_tech_item(struct buf *b, enum lang lang, enum text name, const char *value);

#endif
