/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "analytics/commands.h"
#include "collector/common/buf.h"

static char dir[256], in[300], out[300], words[300];

static int set_up(void **state)
{
    (void)state;
    (void)snprintf(dir, sizeof dir, "%s", support_tmpdir());
    (void)snprintf(in, sizeof in, "%s/in.csv", dir);
    (void)snprintf(out, sizeof out, "%s/out.csv", dir);
    (void)snprintf(words, sizeof words, "%s/words", dir);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    support_rmdir(dir);
    return 0;
}

static struct command_options options(void)
{
    return (struct command_options){.config = "none",
                                    .english = true,
                                    .out = out,
                                    .series = {.input = in, .frequency = 4, .threads = 2}};
}

/* Runs it with stderr kept; *said is the caller's. */
static int run(const struct command_options *o, char **said)
{
    int before = dup(STDERR_FILENO), to = open(words, O_WRONLY | O_CREAT | O_TRUNC, 0600), rc;

    assert_true(before >= 0 && to >= 0);
    (void)fflush(stderr);
    assert_true(dup2(to, STDERR_FILENO) >= 0);
    rc = command_series(o);
    (void)fflush(stderr);
    assert_true(dup2(before, STDERR_FILENO) >= 0);
    (void)close(before);
    (void)close(to);
    *said = support_read(words, NULL);
    return rc;
}

/* rows quarterly series of 30 values and 8 after them; what comes after is tail + step. */
static void write_series(int rows, double tail)
{
    struct buf b = {0};

    buf_str(&b, "id,type,start_year,start_sub,n,h,v1\n");
    for (int i = 0; i < rows; i++) {
        buf_printf(&b, "s%d,x,2000,1,30,8", i);
        for (int t = 0; t < 30; t++)
            buf_printf(&b, ",%.6g",
                       100 + i + (i % 3) * t + 9 * sin(t * M_PI / 2) + fmod(17.7 * t * (i + 1), 5));
        for (int t = 0; t < 8; t++)
            buf_printf(&b, ",%.6g", tail + t);
        buf_str(&b, "\n");
    }
    support_write(in, b.p);
    buf_free(&b);
}

static char *forecast(struct command_options *o)
{
    char *said, *text;

    assert_int_equal(run(o, &said), EX_OK);
    free(said);
    text = support_read(out, NULL);
    return text;
}

static void what_comes_after_the_history_changes_nothing(void **state)
{
    struct command_options o = options();
    char *a, *b;

    (void)state;
    write_series(7, 100);
    a = forecast(&o);
    write_series(7, -1e9);
    b = forecast(&o);
    assert_string_equal(a, b);
    free(b);
    /* not even what is no number */
    {
        char *text = support_read(in, NULL), *at = strstr(text, "-1e+09");

        assert_non_null(at);
        memcpy(at, "x1e+09", 6);
        support_write(in, text);
        free(text);
    }
    b = forecast(&o);
    assert_string_equal(a, b);
    free(a);
    free(b);
}

static void threads_change_nothing(void **state)
{
    struct command_options o = options();
    char *one, *many;

    (void)state;
    write_series(25, 0);
    for (int json = 0; json < 2; json++) {
        o.json = json == 1;
        o.series.threads = 1;
        one = forecast(&o);
        o.series.threads = 7;
        many = forecast(&o);
        assert_string_equal(one, many);
        free(one);
        free(many);
    }
}

static void writes_every_step_in_the_order_of_the_file(void **state)
{
    static const char *const METHOD[] = {"ets", "theta", "mean"};
    struct command_options o = options();

    (void)state;
    write_series(3, 0);
    for (int m = 0; m < 3; m++) {
        char *text, *line, *rest = NULL;
        int lines = 0;

        o.series.method = METHOD[m];
        text = forecast(&o);
        line = strtok_r(text, "\n", &rest);
        assert_string_equal(line, "id,method,step,mean,lo80,hi80,lo95,hi95");
        for (; (line = strtok_r(NULL, "\n", &rest)) != NULL; lines++) {
            char method[8];
            double mean, lo80, hi80, lo95, hi95;
            int id, step;

            assert_int_equal(sscanf(line, "s%d,%7[a-z],%d,%lf,%lf,%lf,%lf,%lf", &id, method, &step,
                                    &mean, &lo80, &hi80, &lo95, &hi95),
                             8);
            assert_int_equal(id, lines / 8);
            assert_int_equal(step, lines % 8 + 1);
            assert_string_equal(method, METHOD[m]);
            assert_true(lo95 <= lo80 && lo80 <= mean && mean <= hi80 && hi80 <= hi95);
        }
        assert_int_equal(lines, 24);
        free(text);
    }
}

static void says_what_was_not_forecast_as_asked(void **state)
{
    struct command_options o = options();
    char *said, *text;

    (void)state;
    support_write(in, "id,type,start_year,start_sub,n,h\n"
                      "short,x,2000,1,3,2,4,5,6\n"
                      "flat,x,2000,1,8,1,5,5,5,5,5,5,5,5\n");
    assert_int_equal(run(&o, &said), EX_OK);
    assert_non_null(strstr(said, "in.csv:2: short: too short for a model"));
    assert_non_null(strstr(said, "in.csv:3: flat: all values are the same"));
    free(said);
    o.english = false;
    assert_int_equal(run(&o, &said), EX_OK);
    assert_non_null(strstr(said, "short: terlalu pendek"));
    assert_non_null(strstr(said, "flat: semua nilai sama"));
    free(said);
    o.json = true;
    text = forecast(&o);
    assert_non_null(
        strstr(text, "{\"id\":\"short\",\"method\":\"mean\",\"fallback\":\"too_short\""));
    assert_non_null(strstr(text, "\"fallback\":\"constant\""));
    free(text);
}

static void mistakes_are_named_and_nothing_is_written(void **state)
{
    static const struct {
        const char *says, *text;
        struct series_options s;
        int code;
    } T[] = {
        {"--input FILE is missing", NULL, {.frequency = 1}, EX_USAGE},
        {"--frequency must be 1, 4 or 12", NULL, {.input = in, .frequency = 7}, EX_USAGE},
        {"--method arima: must be",
         NULL,
         {.input = in, .frequency = 1, .method = "arima"},
         EX_USAGE},
        {"in.csv:2:16: value: \"q\"",
         "id,type,start_year,start_sub,n,h\na,x,2000,1,2,1,q,2\n",
         {.input = in, .frequency = 1},
         EX_DATAERR},
        {"nowhere.csv", NULL, {.input = "/nowhere.csv", .frequency = 1}, EX_NOINPUT},
    };

    (void)state;
    (void)unlink(out);
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct command_options o = options();
        char *said;

        o.series = T[i].s;
        if (T[i].text != NULL)
            support_write(in, T[i].text);
        assert_int_equal(run(&o, &said), T[i].code);
        print_message("%s", said);
        assert_non_null(strstr(said, T[i].says));
        assert_int_not_equal(access(out, F_OK), 0);
        free(said);
    }
}

static void a_place_that_cannot_be_written_is_an_error(void **state)
{
    struct command_options o = options();
    char *said;

    (void)state;
    write_series(1, 0);
    o.out = "/nonexistent/f.csv";
    assert_int_equal(run(&o, &said), EX_IOERR);
    assert_non_null(strstr(said, "/nonexistent/f.csv"));
    free(said);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_comes_after_the_history_changes_nothing),
        cmocka_unit_test(threads_change_nothing),
        cmocka_unit_test(writes_every_step_in_the_order_of_the_file),
        cmocka_unit_test(says_what_was_not_forecast_as_asked),
        cmocka_unit_test(mistakes_are_named_and_nothing_is_written),
        cmocka_unit_test(a_place_that_cannot_be_written_is_an_error),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
