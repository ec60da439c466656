/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <unistd.h>

#include "collector/common/clock.h"
#include "tests/support/support.h"

/* As systemd's ProtectClock= does: from here on the kernel answers no question about its clock's state. For good, so the last test. */
static void forbid_adjtimex(void)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clock_adjtime, 1, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_adjtimex, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {.len = sizeof code / sizeof code[0], .filter = code};

    assert_int_equal(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
    assert_int_equal(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), 0);
}

static void a_clock_whose_state_is_hidden_is_not_trusted(void **state)
{
    struct timex t = {0};
    (void)state;

    if (access("/run/systemd/timesync/synchronized", F_OK) == 0)
        skip(); /* this machine's clock is right, and says so in a file */
    forbid_adjtimex();
    assert_int_equal(adjtimex(&t), -1);
    assert_false(clock_trusted());
    clock_declare_trusted();
    assert_true(clock_trusted());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_clock_whose_state_is_hidden_is_not_trusted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
