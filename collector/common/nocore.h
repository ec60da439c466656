/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A program that dies must not leave what it knew on the disk: a dump of its memory holds tokens and passwords. */
#ifndef NILA_COMMON_NOCORE_H
#define NILA_COMMON_NOCORE_H

/* From now on this process and those it starts leave no core file: RLIMIT_CORE is 0, soft and hard, which systemd-coredump
   honours, too. With NILA_CORE=1 in the environment nothing is changed, for whoever looks for a fault. To be called first in
   main(); a failure (none is known for lowering a limit) is told on standard error. */
void nocore(void);

#endif
