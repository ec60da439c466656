/* SPDX-License-Identifier: GPL-3.0-or-later */
/* manyrows: a collector's journal as after a long time without a link: rows that wait for the sink.
 *
 *   manyrows JOURNAL.db SINK ROWS MAX_BYTES
 *
 * Two devices of the rehearsal (latihan), in turn, a row every half minute, the last one an hour ago; each with temperature and
 * oxygen. Prints the sum of the oxygen values, which are thousandths, so that another can add them up and compare. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "collector/common/log.h"
#include "collector/journal.h"

#define AT_ONCE  2000
#define EVERY_MS 30000

int main(int argc, char **argv)
{
    static struct reading_set set[AT_ONCE];
    struct journal *j;
    const char *sink;
    int64_t rows, first_ms, milli_sum = 0;
    struct timespec now;

    if (argc != 5)
        fatal("usage: manyrows JOURNAL.db SINK ROWS MAX_BYTES");
    sink = argv[2];
    rows = strtoll(argv[3], NULL, 10);
    if (clock_gettime(CLOCK_REALTIME, &now) != 0)
        fatal("no clock");
    first_ms = (int64_t)(now.tv_sec - 3600) * 1000 - rows * EVERY_MS;
    if (journal_open(&j, &(struct journal_config){.path = argv[1],
                                                  .max_bytes = strtoll(argv[4], NULL, 10),
                                                  .keep_days = 3650,
                                                  .sink = &sink,
                                                  .sinks = 1}) != 0)
        fatal("manyrows: %s cannot be opened", argv[1]);
    for (int64_t row = 0; row < rows;) {
        size_t n = 0;
        for (; n < AT_ONCE && row < rows; n++, row++) {
            int which = (int)(row % 2) + 1;
            int64_t do_milli = 1000 + row * 7919 % 9000;
            set[n] = (struct reading_set){
                .tags = {.regency = REGENCY_KOTIM, .kecamatan = "62.02.06", .site = "latihan"},
                .ts_ms = first_ms + row * EVERY_MS,
                .clock_trusted = true,
                .n = 2,
                .v = {{METRIC_TEMP_C, READING_PASS, 0, 28 + (double)(row % 300) / 100},
                      {METRIC_DO_MG_L, READING_PASS, 0, (double)do_milli / 1000}}};
            (void)snprintf(set[n].tags.pond, sizeof set[n].tags.pond, "latihan-%d", which);
            (void)snprintf(set[n].tags.device, sizeof set[n].tags.device, "node-%d", which);
            milli_sum += do_milli;
        }
        if (journal_append(j, set, n) != 0)
            fatal("manyrows: a row was refused");
    }
    journal_close(j);
    printf("%" PRId64 "\n", milli_sum);
    return 0;
}
