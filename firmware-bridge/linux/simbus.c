/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "simbus.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "collector/common/clock.h"
#include "collector/common/log.h"

#include "persona.h"

#define PRODUCT_SIMULATOR 3
#define TIMEOUT_MS        1000      /* a site file's default */
#define PERIOD_S          1         /* until the master writes another */
#define VALUE_LIMIT       2147483.0 /* x 1000 just fits the s32 register */

/* The source's own word that a value is not to be used. */
#define QUALITY_UNUSABLE \
    (NILA_Q_STALE | NILA_Q_ABSENT | NILA_Q_RANGE | NILA_Q_WARMUP | NILA_Q_STUCK)

struct simbus_sampling {
    int device;         /* index into the site */
    bool sampled;       /* at least once */
    bool plugged;       /* the source's word in the last round */
    int64_t sampled_ms; /* monotonic, of the last round */
    int64_t ticked_ms;  /* monotonic, up to which the node's seconds were counted */
};

/* FNV-1a, 32 bits (Fowler, Noll, Vo): stable numbers out of names. */
static uint32_t fnv1a(const char *s)
{
    uint32_t h = 2166136261U;

    for (; *s != '\0'; s++)
        h = (h ^ (uint8_t)*s) * 16777619U;
    return h;
}

/* NILA_VERSION "major.minor.patch" as the register has it. */
static uint16_t firmware_version(void)
{
    char *end;
    unsigned long major = strtoul(NILA_VERSION, &end, 10);
    unsigned long minor = *end == '.' ? strtoul(end + 1, NULL, 10) : 0;

    return (uint16_t)((major & 0xFF) << 8 | (minor & 0xFF));
}

static void take(struct nila_node *node, unsigned i, const struct sim_channel *ch)
{
    bool fits = fabs(ch->value) <= VALUE_LIMIT; /* false for NaN too */
    uint16_t quality = (uint16_t)(ch->quality & 0xFFFF & ~(unsigned)NILA_Q_VALID);
    int32_t value = NILA_MISSING;

    if (fits) {
        value = (int32_t)lround(ch->value * 1000);
        if ((quality & QUALITY_UNUSABLE) == 0)
            quality |= NILA_Q_VALID;
    } else {
        quality |= isnan(ch->value) ? NILA_Q_ABSENT : NILA_Q_RANGE;
    }
    if (!nila_node_set_channel(node, i, (uint16_t)ch->kind, value, NILA_MISSING, quality))
        fatal("bus: a node has no channel %u", i);
}

/* Asks the source when a round is due (period_s after the last); *n is what it said. False: the last round still holds. */
static bool sample(struct simbus *b, struct simbus_sampling *s, int64_t period_ms,
                   struct sim_channel *ch, int *n)
{
    int64_t now = clock_mono_ms();

    if (s->sampled && now - s->sampled_ms < period_ms)
        return false;
    *n = b->source(b->arg, s->device, clock_wall_ms(), ch);
    s->sampled = true;
    s->sampled_ms = now;
    s->plugged = *n >= 0;
    return true;
}

/* What the node's registers say of its relay, and what hangs on it. */
static void show_relay(const struct simbus *b, size_t index)
{
    struct nila_node *node = &b->units.node[index];
    const struct nila_relay *relay = &b->relay[index];

    node->relay = relay->on;
    node->health =
        (uint16_t)((node->health & ~NILA_HEALTH_SAFE) | (relay->fell ? NILA_HEALTH_SAFE : 0));
    if (b->machines.relay != NULL)
        b->machines.relay(b->arg, b->sampling[index].device, 0, relay->on);
}

/* The relay of a node that was last asked seconds ago. A silence shows when it ends: between requests nothing runs here. */
static void pass_relay(const struct simbus *b, size_t index, uint32_t seconds)
{
    struct nila_node *node = &b->units.node[index];

    if (node->blocks == 0)
        return;
    nila_relay_tick(&b->relay[index], 0, node->heard);
    nila_relay_tick(&b->relay[index], seconds, false);
    node->heard = false;
    show_relay(b, index);
}

static void fit_relay(struct simbus *b, size_t index)
{
    struct nila_node *node = &b->units.node[index];

    nila_relay_init(&b->relay[index], NILA_RELAY_ON, NILA_RELAY_SILENCE_DEFAULT);
    b->relay_block[index] = nila_relay_block(&b->relay[index]);
    node->block = &b->relay_block[index];
    node->blocks = 1;
    show_relay(b, index);
}

/* Called by the core before a node is served. */
static bool awake(void *arg, size_t index)
{
    struct simbus *b = arg;
    struct simbus_sampling *s = &b->sampling[index];
    struct nila_node *node = &b->units.node[index];
    struct sim_channel ch[SIM_CHANNELS_MAX] = {{0}};
    int64_t seconds = (clock_mono_ms() - s->ticked_ms) / 1000;
    int n;

    nila_node_tick(node, (uint32_t)seconds);
    pass_relay(b, index, (uint32_t)seconds);
    s->ticked_ms += seconds * 1000;
    if (!sample(b, s, 1000 * (int64_t)node->period_s, ch, &n))
        return s->plugged;
    assert(n <= NILA_REG_CHANNELS);
    if (n < 0)
        return false;
    for (int i = n; i < NILA_REG_CHANNELS; i++)
        ch[i].kind = NILA_KIND_NONE;
    for (unsigned i = 0; i < NILA_REG_CHANNELS; i++)
        take(node, i, &ch[i]);
    nila_node_round(node);
    return true;
}

static void add_persona(struct simbus *b, const struct profile *p, const struct site_device *d,
                        int index)
{
    b->persona[b->personas] = persona_new(p, (uint8_t)d->unit, fnv1a(d->slug), clock_mono_ms());
    b->persona_sampling[b->personas++] = (struct simbus_sampling){.device = index};
}

void simbus_init(struct simbus *b, const struct simserver_config *c, int bus_index,
                 struct truth *truth)
{
    struct nila_identity id = {.vendor = "Lumbung Nila",
                               .product = "nila-node simulator",
                               .revision = NILA_VERSION,
                               .product_id = PRODUCT_SIMULATOR,
                               .firmware = firmware_version(),
                               .build = fnv1a(NILA_VERSION),
                               .boots = (uint32_t)(clock_wall_ms() / 1000)};
    size_t n = 0;

    *b = (struct simbus){.bus = &c->site->bus[bus_index],
                         .source = c->source,
                         .machines = c->machines,
                         .arg = c->arg,
                         .truth = truth,
                         .units = {.awake = awake, .arg = b}};
    busfault_init(&b->fault, c->bus_fault, b->bus->slug);
    b->units.node = xcalloc(c->site->devices, sizeof *b->units.node);
    b->sampling = xcalloc(c->site->devices, sizeof *b->sampling);
    b->relay = xcalloc(c->site->devices, sizeof *b->relay);
    b->relay_block = xcalloc(c->site->devices, sizeof *b->relay_block);
    b->persona = xcalloc(c->site->devices, sizeof(struct persona *));
    b->persona_sampling = xcalloc(c->site->devices, sizeof *b->persona_sampling);
    for (unsigned i = 0; i < c->site->devices; i++) {
        const struct site_device *d = &c->site->device[i];
        const struct profile *p = c->profile != NULL ? c->profile[i] : NULL;
        if (d->bus != bus_index)
            continue;
        if (p != NULL && !p->node_header) {
            add_persona(b, p, d, (int)i);
            continue;
        }
        id.serial = fnv1a(d->slug);
        nila_node_init(&b->units.node[n], (uint8_t)d->unit, PERIOD_S, &id);
        b->sampling[n] = (struct simbus_sampling){.device = (int)i, .ticked_ms = clock_mono_ms()};
        if (p != NULL && p->relay.count > 0)
            fit_relay(b, n);
        n++;
    }
    b->units.nodes = n;
}

void simbus_init_nodes(struct simbus *b, const struct site_bus *bus, struct nila_node *node,
                       size_t n, pthread_mutex_t *lock, struct truth *truth)
{
    *b = (struct simbus){
        .bus = bus, .units = {.node = node, .nodes = n}, .lock = lock, .truth = truth};
    busfault_init(&b->fault, NULL, bus->slug);
}

void simbus_lock(const struct simbus *b)
{
    if (b->lock != NULL)
        (void)pthread_mutex_lock(b->lock);
}

void simbus_unlock(const struct simbus *b)
{
    if (b->lock != NULL)
        (void)pthread_mutex_unlock(b->lock);
}

void simbus_clear(struct simbus *b)
{
    if (b->lock != NULL)
        b->units = (struct nila_units){0}; /* somebody else's */
    for (size_t i = 0; i < b->personas; i++)
        persona_free(b->persona[i]);
    free(b->persona);
    free(b->persona_sampling);
    free(b->units.node);
    free(b->sampling);
    free(b->relay);
    free(b->relay_block);
    *b = (struct simbus){0};
}

/* Its index, or -1. */
static int find_persona(const struct simbus *b, uint8_t unit)
{
    for (size_t i = 0; i < b->personas; i++)
        if (persona_unit(b->persona[i]) == unit)
            return (int)i;
    return -1;
}

/* Inputs as they are now; there are at most 64 (persona_coils.c). */
static void set_inputs(const struct simbus *b, int device, struct persona *d)
{
    for (unsigned i = 0; b->machines.contact != NULL && i < 64; i++)
        if (!persona_input(d, i, b->machines.contact(b->arg, device, i)))
            return;
}

static void tell_relays(const struct simbus *b, int device, const struct persona *d)
{
    for (unsigned i = 0; b->machines.relay != NULL && i < 64; i++) {
        bool found, on = persona_relay(d, i, &found);
        if (!found)
            return;
        b->machines.relay(b->arg, device, i, on);
    }
}

bool simbus_has_persona(const struct simbus *b, uint8_t unit)
{
    return find_persona(b, unit) >= 0;
}

void simbus_serve_persona(struct simbus *b, uint8_t unit, const uint8_t *pdu, size_t n,
                          struct sim_reply *out)
{
    struct sim_channel ch[SIM_CHANNELS_MAX] = {{0}};
    int i = find_persona(b, unit), channels;
    const struct profile *p;
    enum persona_need need;

    *out = (struct sim_reply){0};
    if (i < 0)
        return;
    p = persona_profile(b->persona[i]);
    need = persona_needs(b->persona[i], clock_mono_ms());
    if (need == PERSONA_NEEDS_NOW)
        b->persona_sampling[i].sampled = false;
    if (sample(b, &b->persona_sampling[i], p->measure_ms > 0 ? p->measure_ms : 1000 * PERIOD_S, ch,
               &channels) &&
        channels >= 0 && need != PERSONA_NEEDS_NOTHING)
        persona_take(b->persona[i], ch, channels);
    if (!b->persona_sampling[i].plugged)
        return;
    out->delay_ms = p->turnaround_ms;
    out->timeout_ms = p->timeout_ms;
    set_inputs(b, b->persona_sampling[i].device, b->persona[i]);
    out->a = persona_serve(b->persona[i], pdu, n, clock_mono_ms(), out->pdu);
    tell_relays(b, b->persona_sampling[i].device, b->persona[i]);
}

void simbus_serve(struct simbus *b, uint8_t unit, const uint8_t *pdu, size_t n,
                  struct sim_reply *out)
{
    const bool persona = simbus_has_persona(b, unit);

    *out = (struct sim_reply){0};
    simbus_lock(b);
    /* A device of unit 0, which a gateway may have, must not be taken for a broadcast to the nodes. */
    if (!persona || unit != 0)
        out->a = nila_units_serve(&b->units, unit, pdu, n, out->pdu);
    if (persona)
        simbus_serve_persona(b, unit, pdu, n, out);
    else if (out->a.n > 0)
        out->delay_ms = out->a.node->response_ms;
    simbus_unlock(b);
}

bool simbus_release(struct simbus *b, struct sim_reply *r, struct busfault_hit *hit)
{
    const int bus_ms = b->bus->timeout_ms > 0 ? b->bus->timeout_ms : TIMEOUT_MS;

    if (b->relay != NULL && r->a.node != NULL && r->a.node->blocks > 0)
        show_relay(b, (size_t)(r->a.node - b->units.node)); /* it may have been switched */
    *hit = busfault_draw(&b->fault);
    if (busfault_keeps_values(hit->kind) && truth_write(b->truth, b->bus->slug, &r->a, r->pdu) != 0)
        return false;
    if (hit->kind != BUSFAULT_NONE && truth_fault(b->truth, b->bus->slug, &r->a, hit->kind) != 0)
        return false;
    busfault_count(&b->fault, hit);
    r->delay_ms += busfault_late_ms(hit, r->timeout_ms > bus_ms ? r->timeout_ms : bus_ms);
    return true;
}
