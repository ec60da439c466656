/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "login.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analytics/alert/phone.h"
#include "analytics/records/account.h"
#include "collector/common/log.h"

#define ADDRESSES 512U
#define NAMES     512U
#define AT_ONCE   2
#define MINUTE_MS ((int64_t)60 * 1000)
#define FORGET_MS \
    ((int64_t)24 * 3600 * 1000) /* a name without a wrong try for so long begins anew */
#define FREE_TRIES   2          /* wrong ones that cost no wait */
#define FIRST_WAIT_S 5L

struct from {
    char address[INET6_ADDRSTRLEN];
    int64_t at_ms[LOGIN_TRIES_A_MINUTE]; /* of the last tries; 0 none */
};

struct tried {
    char name[SLUG_SIZE];
    unsigned wrong; /* in a row */
    int64_t last_ms, next_ms;
};

struct logins {
    pthread_mutex_t lock;
    int now; /* being tried */
    struct from from[ADDRESSES];
    struct tried tried[NAMES];
};

struct logins *logins_new(void)
{
    struct logins *l = xcalloc(1, sizeof *l);

    pthread_mutex_init(&l->lock, NULL);
    return l;
}

void logins_free(struct logins *l)
{
    if (l == NULL)
        return;
    pthread_mutex_destroy(&l->lock);
    free(l);
}

void login_name(const char *who, char out[static SLUG_SIZE])
{
    char phone[PHONE_SIZE];
    size_t n = 0;

    if (phone_normalise(who, phone) == 0) {
        (void)snprintf(out, SLUG_SIZE, "%s", phone);
        return;
    }
    for (; who[n] != '\0' && n + 1 < SLUG_SIZE; n++)
        out[n] = (char)(who[n] >= 'A' && who[n] <= 'Z' ? who[n] - 'A' + 'a' : who[n]);
    out[n] = '\0';
}

/* Who has one IPv6 address mostly has 2^64 of them. */
static void network_of(const char *address, char out[static INET6_ADDRSTRLEN])
{
    unsigned char v6[16];
    static const unsigned char MAPPED[12] = {[10] = 0xff, [11] = 0xff};

    (void)snprintf(out, INET6_ADDRSTRLEN, "%s", address);
    if (inet_pton(AF_INET6, address, v6) != 1 || memcmp(v6, MAPPED, sizeof MAPPED) == 0)
        return;
    memset(v6 + 8, 0, 8);
    (void)inet_ntop(AF_INET6, v6, out, INET6_ADDRSTRLEN);
}

static int64_t newest(const struct from *f)
{
    int64_t ms = 0;

    for (size_t i = 0; i < LOGIN_TRIES_A_MINUTE; i++)
        ms = f->at_ms[i] > ms ? f->at_ms[i] : ms;
    return ms;
}

/* The address's place, else the one that was quiet the longest, made its own. */
static struct from *place_of(struct logins *l, const char *network)
{
    struct from *oldest = &l->from[0];

    for (size_t i = 0; i < ADDRESSES; i++) {
        if (strcmp(l->from[i].address, network) == 0)
            return &l->from[i];
        if (newest(&l->from[i]) < newest(oldest))
            oldest = &l->from[i];
    }
    *oldest = (struct from){.at_ms = {0}};
    (void)snprintf(oldest->address, sizeof oldest->address, "%s", network);
    return oldest;
}

/* NULL: no wrong try of it is remembered. Only a try that was made gets a name its place: names that are sent and not tried cost
 * nothing, and would push out those that wait. */
static struct tried *name_of(struct logins *l, const char *name, int64_t now_ms)
{
    for (size_t i = 0; i < NAMES; i++) {
        struct tried *t = &l->tried[i];
        if (strcmp(t->name, name) != 0)
            continue;
        if (now_ms - t->last_ms > FORGET_MS)
            t->wrong = 0;
        return t;
    }
    return NULL;
}

/* A place for it: that of the fewest wrong tries, of equals the one that is quiet the longest. */
static struct tried *name_new(struct logins *l, const char *name)
{
    struct tried *least = &l->tried[0];

    for (size_t i = 1; i < NAMES; i++) {
        const struct tried *t = &l->tried[i];
        if (t->wrong < least->wrong || (t->wrong == least->wrong && t->last_ms < least->last_ms))
            least = &l->tried[i];
    }
    *least = (struct tried){.wrong = 0};
    (void)snprintf(least->name, sizeof least->name, "%s", name);
    return least;
}

/* The place of the oldest try, which the next one takes; *wait_ms: until it may. */
static int64_t *free_try(struct from *f, int64_t now_ms, int64_t *wait_ms)
{
    int64_t *first = &f->at_ms[0];

    for (size_t i = 1; i < LOGIN_TRIES_A_MINUTE; i++)
        if (f->at_ms[i] < *first)
            first = &f->at_ms[i];
    *wait_ms = *first == 0 || now_ms - *first >= MINUTE_MS ? 0 : *first + MINUTE_MS - now_ms;
    return first;
}

static long seconds(int64_t ms)
{
    return (long)((ms + 999) / 1000);
}

static enum login_result begin(struct logins *l, const char *name, const char *network,
                               int64_t now_ms, long *wait_s)
{
    const struct tried *t = name_of(l, name, now_ms);
    int64_t wait_ms, *at = free_try(place_of(l, network), now_ms, &wait_ms);

    if (t != NULL && t->next_ms > now_ms && t->next_ms - now_ms > wait_ms)
        wait_ms = t->next_ms - now_ms;
    if (wait_ms > 0) {
        *wait_s = seconds(wait_ms);
        return LOGIN_WAIT;
    }
    if (l->now >= AT_ONCE)
        return LOGIN_BUSY;
    *at = now_ms;
    l->now++;
    return LOGIN_OK;
}

static void end(struct logins *l, const char *name, const char *network, int64_t now_ms,
                enum login_result result, long *wait_s)
{
    struct tried *t = name_of(l, name, now_ms);
    struct from *f = place_of(l, network);
    long wait = FIRST_WAIT_S;

    l->now--;
    if (result != LOGIN_WRONG) { /* a try that was right, or never made, counts for nothing */
        for (size_t i = 0; i < LOGIN_TRIES_A_MINUTE; i++)
            if (f->at_ms[i] == now_ms) {
                f->at_ms[i] = 0;
                break;
            }
        if (result == LOGIN_OK && t != NULL)
            t->wrong = 0;
        return;
    }
    if (t == NULL)
        t = name_new(l, name);
    t->wrong++;
    t->last_ms = now_ms;
    for (unsigned k = FREE_TRIES + 1; k < t->wrong && wait < LOGIN_WAIT_MOST_S; k++)
        wait *= 2;
    if (t->wrong > FREE_TRIES) {
        *wait_s = wait < LOGIN_WAIT_MOST_S ? wait : LOGIN_WAIT_MOST_S;
        t->next_ms = now_ms + *wait_s * 1000;
    }
}

/* What is tried, while nobody else's try of that name or address is. */
struct trial {
    struct records *records;
    const char *name, *secret, *code;
    int64_t now_ms;
    struct rec_user *out;
};

static enum login_result look(const struct trial *t)
{
    char hash[PASSWORD_HASH_SIZE] = "";
    struct rec_user u;
    int rc = records_user(t->records, t->name, &u, hash);
    bool fits;

    if (rc != 0 && rc != NILA_ERR_NOT_FOUND)
        return LOGIN_FAILED;
    fits = password_fits(t->secret, rc == 0 && u.active ? hash : NULL);
    explicit_bzero(hash, sizeof hash);
    if (!fits)
        return LOGIN_WRONG;
    if (t->out != NULL)
        *t->out = u;
    return LOGIN_OK;
}

/* The PIN is hashed before the code is looked at: a right code takes no longer than a wrong one, or a name that nobody has. */
static enum login_result use_code(const struct trial *t)
{
    char hash[PASSWORD_HASH_SIZE], digest[SHA256_HEX_SIZE];
    struct rec_user u = {.role = ROLE_FARMER};
    int rc = records_user(t->records, t->name, &u, NULL);

    if (rc != 0 && rc != NILA_ERR_NOT_FOUND)
        return LOGIN_FAILED;
    /* of a name that nobody has it is judged as a farmer's */
    if (password_judge(t->secret, rc != 0 || u.role == ROLE_FARMER, rc == 0 ? u.phone : "") !=
        PASSWORD_GOOD)
        return LOGIN_POOR;
    if (password_hash(t->secret, hash) != 0)
        return LOGIN_FAILED;
    login_code_digest(t->code, digest);
    rc = rc == 0 ? records_reset_use(t->records, u.slug, digest, hash, t->now_ms) : NILA_ERR_DENIED;
    return rc == 0 ? LOGIN_OK : rc == NILA_ERR_DENIED ? LOGIN_WRONG : LOGIN_FAILED;
}

static enum login_result held_up(struct logins *l, const struct trial *t, const char *address,
                                 int64_t mono_ms, long *wait_s)
{
    char network[INET6_ADDRSTRLEN];
    enum login_result result;

    *wait_s = 0;
    network_of(address, network);
    if (t->name[0] == '\0' || t->secret[0] == '\0')
        return LOGIN_WRONG;
    pthread_mutex_lock(&l->lock);
    result = begin(l, t->name, network, mono_ms, wait_s);
    pthread_mutex_unlock(&l->lock);
    if (result != LOGIN_OK)
        return result;
    result = t->code != NULL ? use_code(t) : look(t);
    pthread_mutex_lock(&l->lock);
    end(l, t->name, network, mono_ms, result, wait_s);
    pthread_mutex_unlock(&l->lock);
    return result;
}

enum login_result login_try(struct logins *l, struct records *r, const char *who,
                            const char *secret, const char *address, int64_t now_ms,
                            struct rec_user *out, long *wait_s)
{
    char name[SLUG_SIZE];
    const struct trial t = {.records = r, .name = name, .secret = secret, .out = out};

    login_name(who, name);
    return held_up(l, &t, address, now_ms, wait_s);
}

enum login_result login_code(struct logins *l, struct records *r, const char *who, const char *code,
                             const char *secret, const char *address, int64_t mono_ms,
                             int64_t now_ms, long *wait_s)
{
    char name[SLUG_SIZE];
    const struct trial t = {
        .records = r, .name = name, .secret = secret, .code = code, .now_ms = now_ms};

    login_name(who, name);
    return held_up(l, &t, address, mono_ms, wait_s);
}

void login_code_digest(const char *code, char out[static SHA256_HEX_SIZE])
{
    uint8_t digest[SHA256_BYTES];
    struct sha256 s;

    sha256_init(&s);
    for (; *code != '\0'; code++)
        if (*code != ' ' && *code != '-')
            sha256_add(&s, code, 1);
    sha256_done(&s, digest);
    sha256_hex(out, digest);
}
