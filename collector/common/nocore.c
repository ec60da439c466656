/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nocore.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "log.h"

void nocore(void)
{
    const char *keep = getenv("NILA_CORE");
    const struct rlimit none = {0, 0};

    if (keep != NULL && strcmp(keep, "1") == 0)
        return;
    if (setrlimit(RLIMIT_CORE, &none) != 0)
        log_warn("core files cannot be switched off");
}
