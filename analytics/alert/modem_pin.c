/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A SIM allows three wrong PINs and is then locked for good without its PUK. So each PIN is tried once in its life: that it
 * is going to be tried is on the disk before it is sent. */
#include <stdio.h>
#include <string.h>

#include "collector/common/log.h"
#include "collector/common/sha256.h"
#include "modem_own.h"
#include "secret.h"

/* Error numbers of 27.007, 9.2.1. */
enum {
    CME_SIM_ABSENT = 10,
    CME_PUK = 12,
    CME_SIM_FAILURE = 13,
    CME_SIM_BUSY = 14,
    CME_SIM_WRONG = 15,
    CME_WRONG_PASSWORD = 16
};

/* What stands for this PIN in this SIM: the card's number is read when the modem tells it, so that another card with the same
 * PIN is another thing. */
static void mark_of(struct modem *m, const char *pin, char out[static PIN_MARK_SIZE])
{
    struct at_answer a;
    struct hmac_sha256 mac;
    uint8_t code[SHA256_BYTES];
    const char *card = "";

    if (at_command(m, "+CCID", m->t.answer, &a) == 0 && a.lines > 0)
        card = a.line[0];
    hmac_sha256_init(&mac, m->memory.salt, strlen(m->memory.salt));
    hmac_sha256_add(&mac, card, strlen(card));
    hmac_sha256_add(&mac, ":", 1);
    hmac_sha256_add(&mac, pin, strlen(pin));
    hmac_sha256_done(&mac, code);
    sha256_hex(out, code);
}

static bool was_refused(const struct modem_memory *k, const char *mark)
{
    for (size_t i = 0; i < k->refused_count; i++)
        if (strcmp(k->refused[i], mark) == 0)
            return true;
    return false;
}

/* Written before the PIN is sent. When the list is full the oldest falls out: it would take eight wrong PINs. */
static int remember(struct modem *m, const char *mark)
{
    struct modem_memory *k = &m->memory;

    if (k->refused_count == REFUSED_PINS) {
        memmove(k->refused[0], k->refused[1], sizeof k->refused - sizeof k->refused[0]);
        k->refused_count--;
    }
    (void)snprintf(k->refused[k->refused_count++], PIN_MARK_SIZE, "%s", mark);
    return memory_write(m);
}

static enum channel_code enter(struct modem *m, const char *pin, char *detail, size_t size)
{
    char mark[PIN_MARK_SIZE], command[40];
    struct at_answer a = {.error = -1};
    int rc;

    mark_of(m, pin, mark);
    if (was_refused(&m->memory, mark))
        return CODE_PIN_WRONG;
    if (remember(m, mark) != 0) {
        m->memory.refused_count--;
        (void)snprintf(detail, size, "%.150s", m->c->state_file);
        return CODE_CONFIG;
    }
    (void)snprintf(command, sizeof command, "+CPIN=\"%s\"", pin);
    rc = at_command(m, command, m->t.network, &a);
    secret_wipe(command, sizeof command);
    if (rc != 0 && a.error == CME_SIM_BUSY) { /* it was not looked at */
        m->memory.refused_count--;
        (void)memory_write(m);
        return CODE_MODEM_SAYS;
    }
    if (rc == 0) {
        log_info("modem %s: the SIM took its PIN", m->c->slug);
        return CODE_NONE;
    }
    log_warnx("modem %s: the SIM did not take its PIN (%s); it is not tried again", m->c->slug,
              a.final[0] != '\0' ? a.final : nila_err_text(rc));
    (void)snprintf(detail, size, "%s", a.final);
    return CODE_PIN_WRONG;
}

static enum channel_code try_pin(struct modem *m, char *detail, size_t size)
{
    char pin[SECRET_SIZE], why[CHANNEL_WHY_SIZE] = "";
    enum channel_code code;

    if (m->c->pin_file[0] == '\0')
        return CODE_PIN_WANTED;
    memory_read(m);
    if (!m->remembered) {
        (void)snprintf(detail, size, "%.150s", m->c->state_file);
        return CODE_CONFIG;
    }
    if (secret_read(m->c->pin_file, SECRET_PIN, pin, why, sizeof why) != 0) {
        (void)snprintf(detail, size, "%.190s", why);
        return CODE_CONFIG;
    }
    code = enter(m, pin, detail, size);
    secret_wipe(pin, sizeof pin);
    return code;
}

static enum channel_code refused(const struct at_answer *a)
{
    switch (a->error) {
    case CME_SIM_ABSENT:
    case CME_SIM_FAILURE:
    case CME_SIM_WRONG:
        return CODE_NO_SIM;
    case CME_PUK:
        return CODE_PUK;
    default:
        return CODE_MODEM_SAYS;
    }
}

enum channel_code modem_unlock(struct modem *m, char *detail, size_t size)
{
    struct at_answer a;
    const char *state;
    int rc = at_command(m, "+CPIN?", m->t.answer, &a);

    detail[0] = '\0';
    if (rc == NILA_ERR_CLOSED)
        return CODE_MODEM_LOST;
    if (rc == NILA_ERR_REFUSED) {
        (void)snprintf(detail, size, "%s", a.final);
        return refused(&a);
    }
    if (rc != 0)
        return CODE_MODEM_MUTE;
    state = at_find(&a, "+CPIN:");
    if (state == NULL)
        return CODE_MODEM_MUTE;
    if (strncmp(state, "READY", 5) == 0) {
        memory_read(m);
        if (m->remembered && m->memory.refused_count > 0) {
            m->memory.refused_count = 0; /* the SIM counts from three again */
            (void)memory_write(m);
        }
        return CODE_NONE;
    }
    if (strncmp(state, "SIM PIN", 7) == 0 && strncmp(state, "SIM PIN2", 8) != 0)
        return try_pin(m, detail, size);
    (void)snprintf(detail, size, "%.60s", state);
    return strncmp(state, "SIM PUK", 7) == 0 ? CODE_PUK : CODE_MODEM_SAYS;
}
