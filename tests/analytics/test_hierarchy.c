/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_rng.h>

#include "analytics/supply/hierarchy.h"

#define near(a, b, tolerance)                                           \
    do {                                                                \
        double got_ = (a), wanted_ = (b);                               \
        if (!(fabs(got_ - wanted_) <= (tolerance)))                     \
            fail_msg("%s is %.12g, expected %.12g", #a, got_, wanted_); \
    } while (0)

static int load(struct hierarchy **h, const char *text, char *why, size_t size)
{
    char dir[256], file[300], *end;
    int rc;

    (void)snprintf(dir, sizeof dir, "%s", support_tmpdir());
    (void)snprintf(file, sizeof file, "%s/h.csv", dir);
    support_write(file, text);
    rc = hierarchy_load(h, file, why, size);
    end = strstr(why, "h.csv"); /* without the folder, whose name is new each time */
    if (end != NULL)
        memmove(why, end, strlen(end) + 1);
    support_rmdir(dir);
    return rc;
}

static void sums_what_is_under_each_node(void **state)
{
    static const unsigned char SUM[7][4] = {{1, 0, 0, 0}, {1, 1, 0, 0}, {0, 1, 0, 0}, {1, 1, 1, 1},
                                            {0, 0, 1, 0}, {0, 0, 1, 1}, {0, 0, 0, 1}};
    static const double B[8] = {1.5, 10, 2.5, 20, 4, 40, 8.25, 80};
    double all[14];
    struct hierarchy *h = NULL;
    char why[320] = "";

    (void)state;
    /* rows in any order: a child may stand before its parent */
    assert_int_equal(load(&h,
                          "parent,node\nkotim,a\njoint,kotim\nkotim,b\n,joint\n"
                          "seruyan,c\njoint,seruyan\nseruyan,d\n",
                          why, sizeof why),
                     0);
    assert_int_equal(h->nodes, 7);
    assert_int_equal(h->bottoms, 4);
    assert_true(h->tree);
    assert_memory_equal(h->sum, SUM, sizeof SUM);
    assert_string_equal(h->id[3], "joint");
    assert_int_equal(hierarchy_find(h, "seruyan"), 5);
    assert_true(hierarchy_find(h, "seruya") == HIERARCHY_NONE);
    hierarchy_sum(h, B, 2, all);
    near(all[3 * 2], 16.25, 1e-12);
    near(all[5 * 2 + 1], 120, 1e-12);
    hierarchy_free(h);
}

static void counts_a_bottom_once_however_it_is_reached(void **state)
{
    struct hierarchy *h = NULL;
    char why[320] = "";

    (void)state;
    assert_int_equal(load(&h,
                          "node,parent\nall,\nponds,all\nkotim,all\n"
                          "kotim-ponds,ponds\nkotim-ponds,kotim\nkotim-cages,kotim\n",
                          why, sizeof why),
                     0);
    assert_false(h->tree);
    assert_int_equal(h->bottoms, 2);
    assert_int_equal(h->sum[0] + h->sum[1], 2); /* all: both, once */
    assert_int_equal(h->sum[2] + h->sum[3], 1); /* ponds */
    hierarchy_free(h);
}

static void crosses_places_with_periods(void **state)
{
    struct hierarchy *places = NULL, *periods = NULL, *h = NULL;
    char why[320] = "";
    size_t joint_q;

    (void)state;
    assert_int_equal(load(&places, "node,parent\njoint,\nk,joint\ns,joint\n", why, sizeof why), 0);
    assert_int_equal(load(&periods, "node,parent\nQ1,\nm1,Q1\nm2,Q1\nm3,Q1\n", why, sizeof why), 0);
    assert_int_equal(hierarchy_cross(&h, places, periods, why, sizeof why), 0);
    assert_int_equal(h->nodes, 12);
    assert_int_equal(h->bottoms, 6);
    joint_q = hierarchy_find(h, "joint@Q1");
    for (size_t j = 0; j < 6; j++) {
        assert_true(hierarchy_has(h, joint_q, j));
        assert_int_equal(hierarchy_has(h, hierarchy_find(h, "k@Q1"), j), j < 3);
        assert_int_equal(hierarchy_has(h, hierarchy_find(h, "joint@m2"), j), j % 3 == 1);
        assert_int_equal(hierarchy_has(h, hierarchy_find(h, "s@m3"), j), j == 5);
    }
    assert_string_equal(h->id[h->bottom[4]], "s@m2");
    hierarchy_free(h);
    hierarchy_free(places);
    hierarchy_free(periods);
}

static void refuses_a_cross_that_is_too_large(void **state)
{
    struct hierarchy *h = NULL, *big = NULL;
    char why[320] = "", text[4000] = "node,parent\ntop,\n";

    (void)state;
    for (int i = 0; i < 44; i++) {
        size_t at = strlen(text);
        (void)snprintf(text + at, sizeof text - at, "n%d,top\n", i);
    }
    assert_int_equal(load(&big, text, why, sizeof why), 0);
    assert_int_equal(hierarchy_cross(&h, big, big, why, sizeof why), NILA_ERR_RANGE);
    assert_non_null(strstr(why, "45 nodes by 45 periods are more than 2000"));
    hierarchy_free(big);
}

static void names_the_place_of_what_is_wrong(void **state)
{
    static const struct {
        const char *says, *text, *why;
    } T[] = {
        {"a loop of three", "node,parent\ntop,\na,c\nb,a\nc,b\nd,top\n",
         "h.csv:3:3: node a is in a loop: it is above its own parent c"},
        {"its own parent", "node,parent\ntop,\nx,top\na,a\n",
         "h.csv:4:3: node a is in a loop: it is above its own parent a"},
        {"a loop under which others hang", "node,parent\ntop,\nx,top\nleaf,a\na,b\nb,a\n",
         "h.csv:5:3: node a is in a loop: it is above its own parent b"},
        {"a parent that is nowhere", "node,parent\njoint,\nkotim,join\n",
         "h.csv:3:7: node kotim is an orphan: its parent join is no node here"},
        {"alone among others", "node,parent\njoint,\nkotim,joint\nlost,\n",
         "h.csv:4:1: node lost is an orphan: no parent, and nothing under it"},
        {"a row twice", "node,parent\njoint,\nkotim,joint\nkotim,joint\n",
         "h.csv:4:1: node kotim: this row stands twice"},
        {"a top and not", "node,parent\njoint,\nx,joint\nkotim,joint\nkotim,\n",
         "h.csv:5:7: node kotim: a top in one row, under a parent in another"},
        {"no name", "node,parent\njoint,\n,joint\n", "h.csv:3:1: the node has no name"},
        {"ragged", "node,parent\njoint,\nkotim\n", "h.csv:3:1: 1 cells; the header has 2"},
        {"other columns", "node,mother\njoint,\n", "h.csv:1:1: the columns must be node,parent"},
        {"one too many", "node,parent,x\njoint,,\n", "h.csv:1:1: the columns must be node,parent"},
        {"only a header", "node,parent\n", "h.csv:1:1: there is no node"},
        {"nothing at all", "",
         "h.csv:1:1: the file is empty; a row with the names of the columns is needed"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct hierarchy *h = NULL;
        char why[320] = "";
        int rc = load(&h, T[i].text, why, sizeof why);

        if (rc != NILA_ERR_PARSE || strcmp(why, T[i].why) != 0)
            fail_msg("%s: %d, \"%s\"; expected \"%s\"", T[i].says, rc, why, T[i].why);
        assert_null(h);
    }
}

static void names_a_file_that_is_not_there(void **state)
{
    struct hierarchy *h = NULL;
    char why[320] = "";

    (void)state;
    assert_int_equal(hierarchy_load(&h, "/nowhere/h.csv", why, sizeof why), NILA_ERR_NOT_FOUND);
    assert_non_null(strstr(why, "/nowhere/h.csv"));
}

static void refuses_too_many_nodes_and_names_too_long(void **state)
{
    size_t size = 40000;
    char *text = calloc(size, 1), why[320] = "", name[120];
    struct hierarchy *h = NULL;

    (void)state;
    (void)snprintf(text, size, "node,parent\ntop,\n");
    for (int i = 0; i < HIERARCHY_NODES_MAX; i++) {
        size_t at = strlen(text);
        (void)snprintf(text + at, size - at, "n%d,top\n", i);
    }
    assert_int_equal(load(&h, text, why, sizeof why), NILA_ERR_PARSE);
    assert_string_equal(why, "h.csv:2002:1: more than 2000 nodes");
    memset(name, 'x', sizeof name);
    name[HIERARCHY_ID_MAX + 1] = '\0';
    (void)snprintf(text, size, "node,parent\n%s,\n", name);
    assert_int_equal(load(&h, text, why, sizeof why), NILA_ERR_PARSE);
    assert_non_null(strstr(why, "h.csv:2:1: node xxxx"));
    free(text);
}

/* Which nodes are above which, by going on until nothing new is found. */
static bool has_loop(size_t n, bool up[8][8])
{
    for (size_t turn = 0; turn < n; turn++)
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < n; j++)
                for (size_t k = 0; k < n; k++)
                    up[i][k] = up[i][k] || (up[i][j] && up[j][k]);
    for (size_t i = 0; i < n; i++)
        if (up[i][i])
            return true;
    return false;
}

/* Random rows of few names: refused with a word, or every node is what its children are together. */
static void any_rows_are_refused_or_add_up(void **state)
{
    static const char *const ID[] = {"a", "b", "c", "d", "e", "f", "g", ""};
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    size_t good = 0, loops = 0;

    (void)state;
    for (int trial = 0; trial < 20000; trial++) {
        struct hierarchy_link link[9];
        size_t n = 1 + gsl_rng_uniform_int(rng, 9);
        bool up[8][8] = {{false}};
        struct hierarchy *h = NULL;
        struct hierarchy_fault at = {99, false};
        char why[320] = "";
        int rc;

        for (size_t i = 0; i < n; i++) { /* mostly upwards in the alphabet, so that some are good */
            size_t a = gsl_rng_uniform_int(rng, 7);
            size_t b = gsl_rng_uniform_int(rng, 9) > 0 ? a + 1 + gsl_rng_uniform_int(rng, 2) : 0;

            b = b > 7 ? 7 : b;
            link[i] = (struct hierarchy_link){ID[a], ID[b]};
            up[a][b] = b < 7;
        }
        rc = hierarchy_new(&h, link, n, &at, why, sizeof why);
        if (rc != 0) {
            assert_int_equal(rc, NILA_ERR_PARSE);
            assert_true(at.link < n && why[0] != '\0' && h == NULL);
            loops += strstr(why, "loop") != NULL;
            if (strstr(why, "loop") != NULL)
                assert_true(has_loop(8, up));
            continue;
        }
        good++;
        assert_false(has_loop(8, up));
        for (size_t i = 0; i < n; i++) /* what is under a node is under its parent */
            for (size_t j = 0; j < h->bottoms && link[i].parent[0] != '\0'; j++)
                assert_true(hierarchy_has(h, hierarchy_find(h, link[i].parent), j) >=
                            hierarchy_has(h, hierarchy_find(h, link[i].node), j));
        for (size_t j = 0; j < h->bottoms; j++)
            for (size_t k = 0; k < h->bottoms; k++)
                assert_int_equal(hierarchy_has(h, h->bottom[j], k), j == k);
        hierarchy_free(h);
    }
    printf("%zu good, %zu loops\n", good, loops);
    assert_true(good > 200 && loops > 200);
    gsl_rng_free(rng);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_what_is_under_each_node),
        cmocka_unit_test(counts_a_bottom_once_however_it_is_reached),
        cmocka_unit_test(crosses_places_with_periods),
        cmocka_unit_test(refuses_a_cross_that_is_too_large),
        cmocka_unit_test(names_the_place_of_what_is_wrong),
        cmocka_unit_test(names_a_file_that_is_not_there),
        cmocka_unit_test(any_rows_are_refused_or_add_up),
        cmocka_unit_test(refuses_too_many_nodes_and_names_too_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
