/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nila_mbap.h"

#define LENGTH_FROM 6 /* the length field counts from here: the unit id and the PDU */

size_t nila_mbap_length(const uint8_t *bytes, size_t n)
{
    size_t length;

    /* Judged byte by byte, so that a stranger is recognised as early as possible. */
    if ((n > 2 && bytes[2] != 0) || (n > 3 && bytes[3] != 0) || (n > 4 && bytes[4] != 0))
        return NILA_MBAP_FOREIGN;
    if (n < LENGTH_FROM)
        return 0;
    length = LENGTH_FROM + (size_t)bytes[5];
    return length <= NILA_MBAP_HEADER || length > NILA_MBAP_MAX ? NILA_MBAP_FOREIGN : length;
}

struct nila_answer nila_mbap_serve(struct nila_units *units, const uint8_t *frame, size_t n,
                                   uint8_t out[NILA_MBAP_MAX])
{
    struct nila_answer a = {0};

    if (n <= NILA_MBAP_HEADER || nila_mbap_length(frame, n) != n)
        return a;
    a = nila_units_serve(units, frame[6], frame + NILA_MBAP_HEADER, n - NILA_MBAP_HEADER,
                         out + NILA_MBAP_HEADER);
    if (a.n == 0)
        return (struct nila_answer){0};
    for (unsigned i = 0; i < 4; i++)
        out[i] = frame[i];
    out[4] = 0;
    out[5] = (uint8_t)(a.n + 1);
    out[6] = a.unit;
    a.n += NILA_MBAP_HEADER;
    return a;
}
