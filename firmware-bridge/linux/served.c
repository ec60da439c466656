/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "served.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/common/clock.h"
#include "collector/common/log.h"
#include "firmware-bridge/core/nila_channels.h"

#include "ezo_port.h"
#include "flashfile.h"
#include "sysfs.h"
#include "w1_reader.h"

#define HURRY_MS 2000 /* between rounds of a calibration */
#define BUSY_MS  10   /* while a circuit is asked; its shortest wait is 50 */
#define IDLE_MS  250  /* a calibration begins by a register */

/* What the port keeps in nila_settings.own beside the holding registers of these numbers. */
#define OWN_BOOT_ID    11 /* 16 bits of the machine's boot */
#define OWN_BOOTS_HIGH 12
#define OWN_BOOTS_LOW  13
#define OWN_TOLD_PERIOD \
    14 /* by the configuration, when they were last kept: who changes it there is obeyed */
#define OWN_TOLD_UNIT  15

#define PRODUCT_BRIDGE 2

struct served_probe {
    const struct serve_probe *c;
    struct ezo_port ezo;
    size_t thermometer; /* its number in the reader */
    bool asking;        /* it has not answered yet */
    bool news;          /* it has, since the last round */
    bool there;         /* it gave a value, as the log last said */
    bool told;          /* the log said so or the opposite */
};

struct served_node {
    const struct serve_node *c;
    struct nila_node *node;
    struct nila_channels channels;
    struct nila_block block[NILA_CHANNEL_BLOCKS];
    struct flashfile store;
    uint16_t own[NILA_SETTINGS_OWN]; /* as last kept */
    struct served_probe probe[NILA_REG_CHANNELS];
    bool round;
    int64_t began_ms, due_ms, second_ms;
};

struct served {
    const struct serve_config *c;
    struct nila_node node[SERVE_NODES];
    struct served_node *n;
    struct w1_reader *reader;
    size_t thermometers;
    pthread_mutex_t lock;
};

/* FNV-1a, 32 bits (Fowler, Noll, Vo): stable numbers out of names. */
static uint32_t fnv1a(uint32_t h, const char *s)
{
    for (; *s != '\0'; s++)
        h = (h ^ (uint8_t)*s) * 16777619U;
    return h;
}

#define FNV_BASIS 2166136261U

static bool is_ezo(enum nila_source s)
{
    return s == NILA_SOURCE_EZO_DO || s == NILA_SOURCE_EZO_PH || s == NILA_SOURCE_EZO_EC;
}

/* --- what is kept -------------------------------------------------------------------------------------------------- */

static void own_registers(const struct served_node *n, uint16_t own[NILA_SETTINGS_OWN])
{
    memcpy(own, n->own, sizeof n->own);
    own[NILA_HOLD_UNIT] = n->node->unit;
    own[NILA_HOLD_RESPONSE_MS] = n->node->response_ms;
    own[NILA_HOLD_PERIOD_S] = n->node->period_s;
    own[OWN_TOLD_UNIT] = n->c->unit;
    own[OWN_TOLD_PERIOD] = n->c->period_s;
}

static void keep(struct served_node *n)
{
    uint16_t own[NILA_SETTINGS_OWN];

    own_registers(n, own);
    if (memcmp(own, n->own, sizeof own) == 0)
        return;
    memcpy(n->own, own, sizeof own);
    if (!nila_channels_keep(&n->channels, own))
        n->node->health |= NILA_HEALTH_STORE; /* and tried again when they change once more */
}

/* What the master wrote before holds as long as the configuration says what it said then. */
static void recall(struct served_node *n, const char *boot_id)
{
    const struct nila_settings *s = &n->channels.settings;
    struct nila_identity *id = &n->node->identity;
    uint32_t boots = 0;
    const uint16_t boot = (uint16_t)fnv1a(FNV_BASIS, boot_id);

    if (s->own_kept) {
        memcpy(n->own, s->own, sizeof n->own);
        boots = (uint32_t)s->own[OWN_BOOTS_HIGH] << 16 | s->own[OWN_BOOTS_LOW];
        id->reset_cause = s->own[OWN_BOOT_ID] == boot ? NILA_RESET_SOFTWARE : NILA_RESET_POWER;
        if (s->own[OWN_TOLD_UNIT] == n->c->unit &&
            nila_node_permits(NILA_HOLD_UNIT, s->own[NILA_HOLD_UNIT], true))
            n->node->unit = (uint8_t)s->own[NILA_HOLD_UNIT];
        if (s->own[OWN_TOLD_PERIOD] == n->c->period_s &&
            nila_node_permits(NILA_HOLD_PERIOD_S, s->own[NILA_HOLD_PERIOD_S], true))
            n->node->period_s = s->own[NILA_HOLD_PERIOD_S];
        if (nila_node_permits(NILA_HOLD_RESPONSE_MS, s->own[NILA_HOLD_RESPONSE_MS], true))
            n->node->response_ms = s->own[NILA_HOLD_RESPONSE_MS];
    }
    id->boots = boots + 1;
    n->own[OWN_BOOTS_HIGH] = (uint16_t)(id->boots >> 16);
    n->own[OWN_BOOTS_LOW] = (uint16_t)id->boots;
    n->own[OWN_BOOT_ID] = boot;
    if (n->node->unit != n->c->unit)
        log_info("node %s: unit %u, written by a master; the configuration says %u", n->c->slug,
                 n->node->unit, n->c->unit);
}

/* --- start --------------------------------------------------------------------------------------------------------- */

/* This machine's name for itself, so that nodes of the same slug on two machines have two serial numbers. */
static uint32_t machine(void)
{
    char text[64] = "";
    int fd = open("/etc/machine-id", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, text, sizeof text - 1) : 0;

    if (fd >= 0)
        (void)close(fd);
    text[n > 0 ? n : 0] = '\0';
    return fnv1a(FNV_BASIS, text);
}

static struct nila_identity identity_of(const struct serve_node *c)
{
    char *end;
    unsigned long major = strtoul(NILA_VERSION, &end, 10);
    unsigned long minor = *end == '.' ? strtoul(end + 1, NULL, 10) : 0;

    return (struct nila_identity){.vendor = "Lumbung Nila",
                                  .product = "nila-bridge",
                                  .revision = NILA_VERSION,
                                  .product_name = "Lumbung Nila bridge",
                                  .model = "linux",
                                  .application = c->slug,
                                  .product_id = PRODUCT_BRIDGE,
                                  .firmware = (uint16_t)((major & 0xFF) << 8 | (minor & 0xFF)),
                                  .build = fnv1a(FNV_BASIS, NILA_VERSION),
                                  .serial = fnv1a(machine(), c->slug)};
}

/* Channels without a probe in the configuration are not fitted. */
static void connect_probes(struct served_node *n)
{
    enum nila_source source[NILA_REG_CHANNELS] = {NILA_SOURCE_NONE};

    for (unsigned i = 0; i < n->c->probes; i++)
        source[n->c->probe[i].channel] = n->c->probe[i].source;
    for (unsigned i = 0; i < NILA_REG_CHANNELS; i++)
        if (!nila_channels_connect(&n->channels, i, source[i]))
            n->node->health |= NILA_HEALTH_STORE;
}

static void start_probes(struct served *s, struct served_node *n, const char **id, int64_t now_ms)
{
    for (unsigned i = 0; i < n->c->probes; i++) {
        struct served_probe *p = &n->probe[i];
        p->c = &n->c->probe[i];
        if (p->c->source == NILA_SOURCE_DS18B20) {
            p->thermometer = s->thermometers;
            id[s->thermometers++] = p->c->where;
        } else if (is_ezo(p->c->source)) { /* the kinds follow one another as the sources do */
            ezo_port_init(&p->ezo, p->c->where,
                          (enum nila_ezo_kind)(p->c->source - NILA_SOURCE_EZO_DO), now_ms);
        }
    }
}

static int start_node(struct served *s, unsigned i, const char *boot_id, char *why, size_t why_size)
{
    struct served_node *n = &s->n[i];
    const struct nila_identity id = identity_of(&s->c->node[i]);
    char path[SITE_PATH_SIZE + SLUG_SIZE + 8];
    enum nila_store_state state;
    int rc;

    n->c = &s->c->node[i];
    n->node = &s->node[i];
    (void)snprintf(path, sizeof path, "%s/%s.store", s->c->state, n->c->slug);
    rc = flashfile_open(&n->store, path);
    if (rc != 0) {
        (void)snprintf(why, why_size, "%s: %s", path,
                       rc == NILA_ERR_BUSY ? "another nila-bridge has it" : strerror(errno));
        return rc;
    }
    nila_node_init(n->node, n->c->unit, n->c->period_s, &id);
    state = nila_channels_init(&n->channels, n->node, &n->store.flash, 0, FLASHFILE_PAGE);
    if (state == NILA_STORE_DAMAGED)
        flashfile_set_aside(&n->store);
    recall(n, boot_id);
    connect_probes(n);
    keep(n);
    if (state == NILA_STORE_DAMAGED)
        n->node->health |=
            NILA_HEALTH_STORE; /* the new record is whole, but it is not the old one */
    nila_channels_blocks(&n->channels, n->block);
    n->node->block = n->block;
    n->node->blocks = NILA_CHANNEL_BLOCKS;
    n->second_ms = n->due_ms = clock_mono_ms();
    return 0;
}

int served_new(struct served **out, const struct serve_config *c, char *why, size_t why_size)
{
    struct served *s = xcalloc(1, sizeof *s);
    const char *id[SERVE_NODES * NILA_REG_CHANNELS] = {NULL};
    char boot_id[CLOCK_BOOT_ID_SIZE];
    int rc = 0;

    s->c = c;
    s->n = xcalloc(c->nodes, sizeof *s->n);
    (void)pthread_mutex_init(&s->lock, NULL);
    clock_boot_id(boot_id);
    if (mkdir(c->state, 0750) != 0 && errno != EEXIST) {
        (void)snprintf(why, why_size, "%s: %s", c->state, strerror(errno));
        rc = errno == EACCES ? NILA_ERR_DENIED : NILA_ERR_NOT_FOUND;
    }
    for (unsigned i = 0; i < c->nodes && rc == 0; i++)
        rc = start_node(s, i, boot_id, why, why_size);
    for (unsigned i = 0; i < c->nodes && rc == 0; i++)
        start_probes(s, &s->n[i], id, clock_mono_ms());
    if (rc == 0) {
        rc = w1_reader_new(&s->reader, c->sysfs, id, s->thermometers);
        if (rc != 0)
            (void)snprintf(why, why_size, "no thread for the thermometers");
    }
    if (rc == 0)
        *out = s;
    else
        served_free(s);
    return rc;
}

void served_free(struct served *s)
{
    if (s == NULL)
        return;
    w1_reader_free(s->reader);
    for (unsigned i = 0; i < s->c->nodes; i++) {
        for (unsigned k = 0; s->n[i].c != NULL && k < s->n[i].c->probes; k++)
            if (s->n[i].probe[k].c != NULL && is_ezo(s->n[i].probe[k].c->source))
                ezo_port_close(&s->n[i].probe[k].ezo);
        flashfile_close(&s->n[i].store);
    }
    (void)pthread_mutex_destroy(&s->lock);
    free(s->n);
    free(s);
}

struct nila_node *served_nodes(struct served *s, pthread_mutex_t **lock)
{
    *lock = &s->lock;
    return s->node;
}

/* --- rounds -------------------------------------------------------------------------------------------------------- */

static void ask(struct served *s, struct served_node *n, struct served_probe *p, int64_t now_ms)
{
    if (p->asking)
        return; /* still at the reading of the round before */
    if (p->c->source == NILA_SOURCE_DS18B20) {
        w1_reader_ask(s->reader, p->thermometer);
        p->asking = true;
    } else if (is_ezo(p->c->source)) {
        const struct nila_water w = nila_channels_water(&n->channels);
        const struct nila_ezo_water told = {w.temp_x1000, w.sal_x1000, w.baro_pa};
        ezo_port_ask(&p->ezo, &told, now_ms);
        p->asking = true;
    }
}

static void begin_round(struct served *s, struct served_node *n, int64_t now_ms)
{
    n->round = true;
    n->began_ms = now_ms;
    n->due_ms += 1000 * (int64_t)n->node->period_s;
    if (n->due_ms <= now_ms) /* we were kept: no rounds are made up for */
        n->due_ms = now_ms + 1000 * (int64_t)n->node->period_s;
    for (unsigned i = 0; i < n->c->probes; i++)
        ask(s, n, &n->probe[i], now_ms);
}

/* Has the probe answered? */
static void look(struct served *s, struct served_probe *p, int64_t now_ms)
{
    bool busy = false;

    if (is_ezo(p->c->source)) {
        ezo_port_step(&p->ezo, now_ms);
        busy = nila_ezo_busy(&p->ezo.ezo);
    } else if (p->c->source == NILA_SOURCE_DS18B20) {
        busy = p->asking && !w1_reader_done(s->reader, p->thermometer);
    }
    if (p->asking && !busy) {
        p->asking = false;
        p->news = true;
    }
}

static void tell_log(const struct served_node *n, struct served_probe *p, int32_t raw,
                     uint16_t quality)
{
    const bool there = raw != NILA_MISSING;

    if (p->told && p->there == there)
        return;
    if (there)
        log_info("node %s channel %u: the probe answers", n->c->slug, p->c->channel);
    else
        log_info("node %s channel %u: %s, asked again each round", n->c->slug, p->c->channel,
                 (quality & NILA_Q_RANGE) != 0 ? "the probe says what cannot be"
                                               : "the probe is absent");
    p->told = true;
    p->there = there;
}

static void put_value(struct served *s, struct served_node *n, struct served_probe *p)
{
    const unsigned connected = nila_channels_source(&n->channels, p->c->channel);
    int32_t raw = NILA_MISSING;
    uint16_t quality = NILA_Q_ABSENT;

    if (connected == NILA_SOURCE_NONE)
        return;
    if (connected != (unsigned)p->c->source) {
        nila_channels_put(&n->channels, p->c->channel, NILA_MISSING, NILA_Q_ABSENT);
        return;
    }
    if (p->c->source == NILA_SOURCE_DS18B20 || is_ezo(p->c->source)) {
        if (!p->news)
            return; /* still busy: the value before grows older */
        raw = p->c->source == NILA_SOURCE_DS18B20
                  ? w1_reader_result(s->reader, p->thermometer, &quality)
                  : nila_ezo_result(&p->ezo.ezo, &quality);
    } else if (!sysfs_iio_microvolts(s->c->sysfs, p->c->where, p->c->input, p->c->gain, &raw)) {
        raw = NILA_MISSING;
    }
    p->news = false;
    tell_log(n, p, raw, quality);
    nila_channels_put(&n->channels, p->c->channel, raw, quality);
}

/* A source that the master wrote to a channel where nothing is connected. */
static void put_unfitted(struct served_node *n)
{
    bool fitted[NILA_REG_CHANNELS] = {false};

    for (unsigned i = 0; i < n->c->probes; i++)
        fitted[n->c->probe[i].channel] = true;
    for (unsigned i = 0; i < NILA_REG_CHANNELS; i++)
        if (!fitted[i] && nila_channels_source(&n->channels, i) != NILA_SOURCE_NONE)
            nila_channels_put(&n->channels, i, NILA_MISSING, NILA_Q_ABSENT);
}

static void end_round(struct served *s, struct served_node *n)
{
    for (unsigned i = 0; i < n->c->probes; i++)
        put_value(s, n, &n->probe[i]);
    put_unfitted(n);
    nila_channels_round(&n->channels);
    n->node->board_temp_x10 = sysfs_board_temp_x10(s->c->sysfs);
    n->round = false;
}

static void seconds(struct served_node *n, int64_t now_ms)
{
    const uint32_t passed = (uint32_t)((now_ms - n->second_ms) / 1000);

    if (passed == 0)
        return;
    n->second_ms += 1000 * (int64_t)passed;
    nila_node_tick(n->node, passed);
    nila_channels_tick(&n->channels, passed);
    n->node->restart = false; /* function 8, 1: there is no line of its own to start anew */
    keep(n);
}

static int step_node(struct served *s, struct served_node *n, int64_t now_ms)
{
    const int64_t most_ms = SERVED_PATIENCE_MS + 1000 * (int64_t)s->thermometers,
                  period_ms = 1000 * (int64_t)n->node->period_s,
                  patience_ms = period_ms < most_ms ? period_ms : most_ms;
    bool asking = false;
    int64_t left_ms;

    seconds(n, now_ms);
    if (nila_caltx_active(&n->channels.tx) && n->due_ms > n->began_ms + HURRY_MS)
        n->due_ms = n->began_ms + HURRY_MS;
    if (n->due_ms > now_ms + period_ms)
        n->due_ms = now_ms + period_ms; /* it was made shorter */
    if (!n->round && now_ms >= n->due_ms)
        begin_round(s, n, now_ms);
    for (unsigned i = 0; i < n->c->probes; i++) {
        look(s, &n->probe[i], now_ms);
        asking = asking || n->probe[i].asking;
    }
    if (n->round && (!asking || now_ms - n->began_ms >= patience_ms))
        end_round(s, n);
    if (asking)
        return BUSY_MS;
    left_ms = n->due_ms - now_ms;
    return left_ms < IDLE_MS ? (int)(left_ms > 0 ? left_ms : 0) : IDLE_MS;
}

int served_step(struct served *s)
{
    const int64_t now_ms = clock_mono_ms();
    int wait_ms = IDLE_MS;

    (void)pthread_mutex_lock(&s->lock);
    for (unsigned i = 0; i < s->c->nodes; i++) {
        int ms = step_node(s, &s->n[i], now_ms);
        wait_ms = ms < wait_ms ? ms : wait_ms;
    }
    (void)pthread_mutex_unlock(&s->lock);
    return wait_ms;
}

size_t served_fds(const struct served *s, int *fd, size_t max)
{
    size_t n = 0;

    for (unsigned i = 0; i < s->c->nodes; i++)
        for (unsigned k = 0; k < s->n[i].c->probes; k++) {
            const struct served_probe *p = &s->n[i].probe[k];
            if (is_ezo(p->c->source) && p->ezo.fd >= 0 && n < max)
                fd[n++] = p->ezo.fd;
        }
    return n;
}
