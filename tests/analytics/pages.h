/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pages: a page of the made-up region (pageworld.h) by its number, for the tests of the pages, and what every page must be. */
#ifndef TESTS_ANALYTICS_PAGES_H
#define TESTS_ANALYTICS_PAGES_H

#include "tests/support/support.h"

#include "tests/analytics/pageworld.h"

static struct world *world;

static inline int make_world(void **state)
{
    (void)state;
    world = malloc(sizeof *world);
    assert_non_null(world);
    world_make(world);
    return 0;
}

static inline int drop_world(void **state)
{
    (void)state;
    free(world);
    return 0;
}

static inline int count(const char *text, const char *what)
{
    int n = 0;
    for (const char *p = text; (p = strstr(p, what)) != NULL; p += strlen(what))
        n++;
    return n;
}

#define PAGES 10
static const char *const PAGE_NAME[PAGES] = {"home", "pond", "silent pond", "region", "help",
                                             "404",  "503",  "records",     "print",  "accuracy"};

static inline void make_page(struct buf *b, int page, enum lang lang)
{
    const struct page_model *m = &world->model;

    buf_clear(b);
    switch (page) {
    case 0:
        page_home(b, m, lang);
        break;
    case 1:
        page_pond(b, m, page_find(m, "kotim-1"), &world->day, lang);
        break;
    case 2:
        page_pond(b, m, page_find(m, "kotim-4"), &world->day, lang);
        break;
    case 3:
        page_region(b, m, lang);
        break;
    case 4:
        page_help(b, m, lang);
        break;
    case 5:
        page_error(b, 404, m->viewer, m->notice, lang);
        break;
    case 8:
        page_print(b, m, "", lang);
        break;
    case 7:
        page_records(b, m, lang);
        break;
    case 9:
        page_accuracy(b, m, lang);
        break;
    default:
        page_error(b, 503, m->viewer, m->notice, lang);
        break;
    }
}

/* Every tag closed in order; void elements of HTML and self-closed ones aside. */
static inline void assert_well_formed(const char *says, const char *p)
{
    static const char *const VOID[] = {"!DOCTYPE", "meta", "link"};
    char stack[64][24];
    int depth = 0;

    while ((p = strchr(p, '<')) != NULL) {
        const char *end = strchr(p, '>');
        size_t n = strcspn(p + 1 + (p[1] == '/'), " >/");
        char name[24];
        bool alone = end != NULL && end[-1] == '/';
        if (end == NULL || n == 0 || n >= sizeof name)
            fail_msg("%s: not a tag: %.40s", says, p);
        memcpy(name, p + 1 + (p[1] == '/'), n);
        name[n] = '\0';
        for (size_t i = 0; i < sizeof VOID / sizeof VOID[0]; i++)
            alone = alone || strcmp(name, VOID[i]) == 0;
        if (p[1] == '/') {
            if (depth == 0 || strcmp(stack[depth - 1], name) != 0)
                fail_msg("%s: </%s> closes <%s>", says, name, depth > 0 ? stack[depth - 1] : "");
            depth--;
        } else if (!alone) {
            assert_true(depth < 64);
            memcpy(stack[depth++], name, sizeof name);
        }
        p = end;
    }
    assert_int_equal(depth, 0);
}

#define with_world(test) cmocka_unit_test_setup_teardown(test, make_world, drop_world)

#endif
