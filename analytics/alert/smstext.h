/* SPDX-License-Identifier: GPL-3.0-or-later */
/* smstext: any text as one SMS of the GSM 7-bit alphabet (3GPP TS 23.038, 6.2.1): at most 160 septets, of which [ ] { } ^ \ ~ | take
 * two. Letters outside ASCII are written with those inside it (é e, ≥ >=, ° " der."), so that the text is also
 * right in a modem's character sets IRA and GSM alike. Nothing is cut in silence: the result says what was done. Pure. */
#ifndef ANALYTICS_ALERT_SMSTEXT_H
#define ANALYTICS_ALERT_SMSTEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "collector/common/err.h"

#define SMSTEXT_SEPTETS 160

struct smstext {
    char text[SMSTEXT_SEPTETS + 1]; /* ASCII */
    size_t septets;                 /* of text */
    size_t before;                  /* septets of the whole text; more than 160: it was shortened */
    size_t replaced;                /* characters that had to be written otherwise */
};

/* Makes *out. A longer text is shortened: it ends at the last blank from which "..." still fits. NILA_ERR_NOT_FOUND: nothing to
 * say (only blanks); NILA_ERR_FULL: too long and without a blank where it could end; then *out has before alone. */
NILA_MUST_CHECK int smstext_fit(struct smstext *out, const char *utf8);

/* Septets of a text made by smstext_fit, or of any ASCII text. */
size_t smstext_septets(const char *ascii);

/* The text as bytes for AT+CSCS="GSM", where @ $ are other codes, and an ESC (the first half of [ ] { } and the like) would make the
 * modem give up the text: those become ( ) / - ' and _ becomes - (its code stops some lines). Returns the bytes, at most 160. */
size_t smstext_gsm(const struct smstext *s, unsigned char out[static SMSTEXT_SEPTETS]);

/* Text of an SMS that came as hexadecimal UCS2 ("004F004B") to UTF-8; false when it is no such thing. */
bool smstext_from_ucs2(const char *hex, char *out, size_t size);

/* Is the first word OK, OKE or OKAY, in any case and with any mark behind it? */
bool smstext_is_ok(const char *text);

#endif
