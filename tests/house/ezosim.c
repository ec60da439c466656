/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ezosim: Atlas EZO circuits on ptys for a script (tests/support/ezo_sim.h).
 *
 *   ezosim KIND LINK FILE [KIND LINK FILE ...]
 *
 * KIND do, ph or ec; LINK leads to its pty; FILE says what it reads now, a line that is looked at ten times a second: "6.54"; "gone", the port
 * is pulled; "deaf", the circuit says nothing. Until SIGTERM. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/support/ezo_sim.h"

#define CIRCUITS   16
#define READING_MS 150

static int kind_of(const char *word)
{
    static const char *const WORD[] = {"do", "ph", "ec"};

    for (int i = 0; i < 3; i++)
        if (strcmp(word, WORD[i]) == 0)
            return i;
    return -1;
}

static void obey(struct ezo_sim *s, const char *path)
{
    char line[32] = "";
    FILE *f = fopen(path, "r");

    if (f == NULL || fgets(line, sizeof line, f) == NULL)
        line[0] = '\0'; /* being rewritten: as before */
    if (f != NULL)
        (void)fclose(f);
    line[strcspn(line, "\n")] = '\0';
    if (strcmp(line, "gone") == 0) {
        ezo_sim_unplug(s);
    } else if (line[0] != '\0') {
        ezo_sim_plug(s);
        ezo_sim_deaf(s, strcmp(line, "deaf") == 0);
        if (strcmp(line, "deaf") != 0)
            ezo_sim_set(s, line);
    }
}

int main(int argc, char **argv)
{
    struct ezo_sim *s[CIRCUITS] = {NULL};
    const struct timespec wait = {.tv_nsec = 100000000};
    sigset_t end;
    int n = 0;

    if (argc < 4 || (argc - 1) % 3 != 0 || (argc - 1) / 3 > CIRCUITS) {
        (void)fputs("ezosim KIND LINK FILE ...\n", stderr);
        return 64;
    }
    (void)sigemptyset(&end);
    (void)sigaddset(&end, SIGTERM);
    (void)sigaddset(&end, SIGINT);
    (void)sigprocmask(SIG_BLOCK, &end, NULL);
    for (int i = 1; i < argc; i += 3, n++) {
        const int kind = kind_of(argv[i]);
        if (kind < 0 ||
            (s[n] = ezo_sim_start((enum ezo_sim_kind)kind, argv[i + 1], "0", READING_MS)) == NULL) {
            (void)fprintf(stderr, "ezosim: %s %s cannot be made\n", argv[i], argv[i + 1]);
            return 1;
        }
        obey(s[n], argv[i + 2]);
    }
    while (sigtimedwait(&end, NULL, &wait) < 0)
        for (int i = 0; i < n; i++)
            obey(s[i], argv[3 + 3 * i]);
    for (int i = 0; i < n; i++)
        ezo_sim_stop(s[i]);
    return 0;
}
