/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support.h"

#include "nobody.h"

#include <sys/wait.h>
#include <unistd.h>

#define NOBODY 65534

int support_as_nobody(int (*f)(void *arg), void *arg)
{
    int result[2], rc = 0, status;
    pid_t pid;

    assert_int_equal(pipe(result), 0);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        if (geteuid() == 0 && (setgid(NOBODY) != 0 || setuid(NOBODY) != 0))
            _exit(1);
        rc = f(arg);
        _exit(write(result[1], &rc, sizeof rc) == (ssize_t)sizeof rc ? 0 : 1);
    }
    (void)close(result[1]);
    assert_int_equal(read(result[0], &rc, sizeof rc), sizeof rc);
    (void)close(result[0]);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    return rc;
}
