/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whatever the reader of a pond's readings accepts is in order of time and finite; whatever it refuses is refused with its place. */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "analytics/water/nightfile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int ok)
{
    if (!ok)
        abort();
}

static void check(const struct nightfile *f)
{
    must(strcmp(f->pond, "f") == 0 && f->unordered <= f->n);
    for (size_t k = 0; k < f->n; k++) {
        const struct night_sample *s = &f->sample[k];

        must(!isinf(s->do_mg_l) && !isinf(s->temp_c) && !isinf(s->par_w_m2));
        must(k == 0 || s->ts_ms >= f->sample[k - 1].ts_ms);
        must(f->has_par || isnan(s->par_w_m2));
    }
}

/* What was read is what the model takes, row by row; only a row of an earlier instant may be refused. */
static void feed(const struct nightfile *f)
{
    struct night_model *m = night_model_new();

    for (size_t k = 0; k < f->n; k++) {
        int rc = night_model_feed(m, &f->sample[k]);

        must(rc == 0 || rc == NILA_ERR_RANGE);
    }
    night_model_free(m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct nightfile f = {0};
    char why[256] = "",
         *text = malloc(size > 0 ? size : 1); /* exact size: a read too far is seen */
    int rc;

    must(text != NULL);
    if (size > 0)
        memcpy(text, data, size);
    rc = nightfile_read_memory(&f, "f.csv", text, size, why, sizeof why);
    if (rc == 0) {
        check(&f);
        feed(&f);
    } else {
        must(rc == NILA_ERR_PARSE && f.sample == NULL && strncmp(why, "f.csv:", 6) == 0);
    }
    nightfile_free(&f);
    free(text);
    return 0;
}
