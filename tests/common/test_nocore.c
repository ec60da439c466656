/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A child that dies of a fault leaves no core, even where its parent allowed one; NILA_CORE=1 keeps what was allowed. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "collector/common/nocore.h"

enum {
    SAME = 10,
    NONE = 11,
    OTHER = 12
};

/* Exit code of a child that was allowed what the hard limit allows, then called nocore(). */
static int limit_after(const char *nila_core)
{
    int status;
    const pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0) {
        struct rlimit before, after;

        if (nila_core == NULL ? unsetenv("NILA_CORE") != 0 : setenv("NILA_CORE", nila_core, 1) != 0)
            _exit(1);
        if (getrlimit(RLIMIT_CORE, &before) != 0)
            _exit(1);
        before.rlim_cur = before.rlim_max;
        if (before.rlim_max == 0)
            _exit(2);
        if (setrlimit(RLIMIT_CORE, &before) != 0)
            _exit(1);
        nocore();
        if (getrlimit(RLIMIT_CORE, &after) != 0)
            _exit(1);
        _exit(after.rlim_cur == 0 && after.rlim_max == 0                               ? NONE
              : after.rlim_cur == before.rlim_cur && after.rlim_max == before.rlim_max ? SAME
                                                                                       : OTHER);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void no_core_is_left_and_none_can_be_allowed_again(void **state)
{
    (void)state;
    const int rc = limit_after(NULL);

    if (rc == 2) {
        print_message("skip - this machine allows no core at all\n");
        skip();
    }
    assert_int_equal(rc, NONE);
}

static void whoever_looks_for_a_fault_may_have_one(void **state)
{
    (void)state;
    const int rc = limit_after("1");

    if (rc == 2)
        skip();
    assert_int_equal(rc, SAME);
    assert_int_equal(limit_after("0"), NONE);
    assert_int_equal(limit_after(""), NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_core_is_left_and_none_can_be_allowed_again),
        cmocka_unit_test(whoever_looks_for_a_fault_may_have_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
