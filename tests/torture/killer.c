/* SPDX-License-Identifier: GPL-3.0-or-later */
/* killer: starts a program again and again and ends it with kill -9 after a random time. When a collector's socket is given, it is
 * asked for the number of its newest row until the moment of the kill: what it has said must be there ever after.
 *
 *   killer SEED KILLS MIN_MS MAX_MS SOCKET|- COMMAND...
 *
 * Ends, also after SIGTERM, with a line "killer kills=N started=N acknowledged=SEQ lost=N" (started: runs that answered at least once; lost: answers that
 * were behind an earlier one, by rows). Exit 1 when some were, or when the program ended by itself. */
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "collector/common/clock.h"
#include "collector/common/control.h"
#include "collector/common/log.h"
#include "torture.h"

static int64_t seq_seen;
static volatile sig_atomic_t ended;

static void end(int signal)
{
    (void)signal;
    ended = 1;
}

static int take(void *arg, const char *json)
{
    const char *at = strstr(json, "\"last_seq\":");

    (void)arg;
    if (at != NULL)
        seq_seen = strtoll(at + 11, NULL, 10);
    return 0;
}

static pid_t start(char **command)
{
    pid_t pid = fork();

    if (pid < 0)
        fatal("cannot fork");
    if (pid == 0) {
        (void)execvp(command[0], command);
        _exit(127);
    }
    return pid;
}

int main(int argc, char **argv)
{
    const struct timespec nap = {.tv_nsec = 10000000};
    int64_t acknowledged = 0, lost = 0;
    uint64_t rng;
    int kills, done = 0, started = 0, status;
    unsigned least, most;
    bool well = true;

    if (argc < 7)
        fatal("usage: killer SEED KILLS MIN_MS MAX_MS SOCKET|- COMMAND...");
    rng = strtoull(argv[1], NULL, 10);
    kills = (int)strtol(argv[2], NULL, 10);
    least = (unsigned)strtoul(argv[3], NULL, 10);
    most = (unsigned)strtoul(argv[4], NULL, 10);
    if (most <= least)
        fatal("MAX_MS is not above MIN_MS");
    (void)sigaction(SIGTERM, &(struct sigaction){.sa_handler = end}, NULL);
    for (; done < kills && ended == 0; done++) {
        const int64_t until = clock_mono_ms() + least + torture_below(&rng, most - least);
        bool answered = false;
        pid_t pid = start(argv + 6);

        while (clock_mono_ms() < until && ended == 0) {
            seq_seen = -1;
            if (argv[5][0] != '-' &&
                control_call(argv[5], "{\"v\":1,\"op\":\"status\"}", take, NULL, 200, NULL, 0) ==
                    0 &&
                seq_seen >= 0) {
                answered = true;
                lost += seq_seen < acknowledged ? acknowledged - seq_seen : 0;
                acknowledged = seq_seen > acknowledged ? seq_seen : acknowledged;
            }
            (void)nanosleep(&nap, NULL);
        }
        (void)kill(pid, SIGKILL);
        if (waitpid(pid, &status, 0) != pid || !WIFSIGNALED(status)) {
            printf("fault - it had ended by itself: status %d\n", status);
            well = false;
        }
        started += answered ? 1 : 0;
    }
    printf("killer kills=%d started=%d acknowledged=%" PRId64 " lost=%" PRId64 "\n", done, started,
           acknowledged, lost);
    return well && lost == 0 ? 0 : 1;
}
