/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs one fuzz target without libFuzzer: every file of its corpus, then seeded mutations of them. The corpus is
 * tests/fuzz/corpus/<x> for the program fuzz_<x>. NILA_SEED repeats a run; NILA_LONG runs fifty times as many. */
#include <dirent.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define INPUT_MAX  65536
#define CORPUS_MAX 512

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
    uint8_t *p;
    size_t n;
};

static uint64_t state;

static uint64_t rnd(void) /* splitmix64 */
{
    uint64_t z = state += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

static size_t below(size_t n)
{
    return n == 0 ? 0 : (size_t)(rnd() % n);
}

static size_t load(const char *dir, struct input *in)
{
    DIR *d = opendir(dir);
    struct dirent *e;
    size_t n = 0;

    while (d != NULL && n < CORPUS_MAX && (e = readdir(d)) != NULL) {
        char path[1024];
        FILE *f;
        if (e->d_name[0] == '.')
            continue;
        (void)snprintf(path, sizeof path, "%s/%s", dir, e->d_name);
        f = fopen(path, "rb");
        if (f == NULL)
            continue;
        in[n].p = malloc(INPUT_MAX);
        if (in[n].p == NULL)
            abort();
        in[n].n = fread(in[n].p, 1, INPUT_MAX, f);
        (void)fclose(f);
        n++;
    }
    if (d != NULL)
        (void)closedir(d);
    return n;
}

/* One to eight small changes: a bit, a byte, a run cut out, repeated, or brought in from another input. */
static size_t mutate(uint8_t *b, size_t n, const struct input *other)
{
    for (size_t k = 1 + below(8); k > 0; k--) {
        size_t at = below(n + 1), len = 1 + below(16);
        switch (below(6)) {
        case 0:
            if (at < n)
                b[at] ^= (uint8_t)(1u << below(8));
            break;
        case 1:
            if (at < n)
                b[at] = (uint8_t)rnd();
            break;
        case 2:
            if (len > n - at)
                len = n - at;
            memmove(b + at, b + at + len, n - at - len);
            n -= len;
            break;
        case 3:
            if (len > n - at)
                len = n - at;
            if (n + len <= INPUT_MAX) {
                memmove(b + at + len, b + at, n - at);
                n += len;
            }
            break;
        case 4:
            if (len > other->n)
                len = other->n;
            if (n + len <= INPUT_MAX) {
                memmove(b + at + len, b + at, n - at);
                memcpy(b + at, other->p + below(other->n - len + 1), len);
                n += len;
            }
            break;
        default:
            n = at;
            break;
        }
    }
    return n;
}

int main(int argc, char **argv)
{
    static struct input in[CORPUS_MAX];
    const char *name = strrchr(argv[0], '/'), *seed = getenv("NILA_SEED");
    long runs = getenv("NILA_LONG") != NULL ? 1000000 : 20000;
    uint8_t *b = malloc(INPUT_MAX);
    char dir[512];
    size_t n;

    (void)argc;
    name = name != NULL ? name + 1 : argv[0];
    if (b == NULL || strncmp(name, "fuzz_", 5) != 0)
        return 1;
    state = seed != NULL ? strtoull(seed, NULL, 0) : ((uint64_t)getpid() << 32) ^ 0x6E696C61u;
    printf("seed %" PRIu64 "\n", state);
    (void)fflush(stdout);
    (void)snprintf(dir, sizeof dir, "tests/fuzz/corpus/%s", name + 5);
    n = load(dir, in);
    if (n == 0) {
        printf("not ok - %s: no corpus in %s\n", name, dir);
        return 1;
    }
    for (size_t i = 0; i < n; i++)
        (void)LLVMFuzzerTestOneInput(in[i].p, in[i].n);
    for (long r = 0; r < runs; r++) {
        const struct input *from = &in[below(n)];
        memcpy(b, from->p, from->n);
        (void)LLVMFuzzerTestOneInput(b, mutate(b, from->n, &in[below(n)]));
    }
    printf("ok - %s: %zu inputs of the corpus and %ld mutations\n", name, n, runs);
    for (size_t i = 0; i < n; i++)
        free(in[i].p);
    free(b);
    return 0;
}
