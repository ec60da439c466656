/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nobody: what a program without rights would see, also when the tests run as root. */
#ifndef TESTS_NOBODY_H
#define TESTS_NOBODY_H

/* Calls f(arg) in a child process that has no rights (user 65534 when we are root, else we ourselves) and returns what it
 * returned; fails the test when the child could not be made or crashed. f may not use cmocka. */
int support_as_nobody(int (*f)(void *arg), void *arg);

#endif
