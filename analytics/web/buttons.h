/* SPDX-License-Identifier: GPL-3.0-or-later */
/* buttons: what people press, as plain forms that POST to /tombol (press.h reads them), and alarms as the pages list them. Drawn
 * only where the model has a token. Pure. */
#ifndef ANALYTICS_WEB_BUTTONS_H
#define ANALYTICS_WEB_BUTTONS_H

#include "analytics/web/page.h"

/* "Ikan megap-megap", "Kincir menyala" or "mati" and what was pressed last, for the pond. */
void buttons_pond(struct buf *b, const struct page_model *m, const struct page_pond *p,
                  enum lang lang);
/* "Sudah ditangani" and "Tunda 30 menit" of an open alarm. back: the page to come back to. */
void buttons_alarm(struct buf *b, const struct page_model *m, const struct rec_alarm *a,
                   const char *back, enum lang lang);

/* Its badness, as a pond's. */
enum status_level alarm_level(const struct rec_alarm *a);
/* One alarm: what, since when, acknowledged by whom, over when. */
void alarm_line(struct buf *b, const struct page_model *m, const struct rec_alarm *a,
                enum lang lang);
/* On the pond's page: its alarms of the last days, with buttons, and the month's sentence. */
void alarm_of_pond(struct buf *b, const struct page_model *m, const char *pond, enum lang lang);
/* "Bulan ini: 3 peringatan malam, ..."; nothing where the month had none. */
void alarm_month(struct buf *b, const struct page_model *m, const char *pond, bool named,
                 enum lang lang);

#endif
