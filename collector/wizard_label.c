/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What stands on the label of the box. */
#include <stdio.h>
#include <string.h>

#include "collector/common/region.h"
#include "wizard.h"

#define WIDTH 76

static void rule(struct buf *out)
{
    buf_str(out, "+");
    for (int i = 0; i < WIDTH; i++)
        buf_str(out, "-");
    buf_str(out, "+\n");
}

/* A line of the label, cut at its width (characters, not bytes). */
static void line(struct buf *out, const char *text)
{
    size_t n = 0, w = 0;

    for (; text[n] != '\0'; n++) {
        bool first = ((unsigned char)text[n] & 0xC0) != 0x80;
        if (first && w == WIDTH - 2)
            break;
        w += first;
    }
    buf_str(out, "| ");
    buf_add(out, text, n);
    buf_printf(out, "%*s |\n", (int)(WIDTH - 2 - w), "");
}

static void devices(const struct wizard_draft *d, size_t bus, const char *site_word,
                    struct buf *out)
{
    for (size_t i = 0; i < wizard_draft_devices(d, bus); i++) {
        struct wizard_device dev;
        char text[200];
        wizard_draft_device(d, bus, i, &dev);
        (void)snprintf(text, sizeof text, "  unit %d: %s (%s) -> %s", dev.unit, dev.slug,
                       dev.profile, dev.pond[0] != '\0' ? dev.pond : site_word);
        line(out, text);
    }
}

void wizard_label(const struct wizard_draft *d, enum text_language l, struct buf *out)
{
    const char *code = wizard_draft_head(d, "kecamatan");
    enum regency r = REGENCY_KOTIM;
    char text[320];
    size_t k;

    rule(out);
    (void)snprintf(text, sizeof text, "LUMBUNG NILA  %s (%s)", wizard_draft_head(d, "name"),
                   wizard_draft_head(d, "slug"));
    line(out, text);
    if (regency_find(wizard_draft_head(d, "regency"), &r) == 0 &&
        region_find_kecamatan(code, &k) == 0) {
        (void)snprintf(text, sizeof text, "%s, %s", region_kecamatan(k)->name, regency_name(r));
        line(out, text);
    }
    for (size_t i = 0; i < wizard_draft_buses(d); i++) {
        struct site_bus b;
        wizard_draft_bus(d, i, &b);
        if (b.kind == SITE_BUS_SERIAL)
            (void)snprintf(text, sizeof text, "%s: %s  %d %c", b.slug, b.port, b.baud, b.parity);
        else
            (void)snprintf(text, sizeof text, "%s: %s:%d", b.slug, b.host, b.tcp_port);
        line(out, text);
        devices(d, i, l == TEXT_ID ? "seluruh lokasi" : "the whole site", out);
    }
    for (size_t i = 0; i < wizard_draft_sinks(d); i++) {
        struct wizard_sink sink;
        wizard_draft_sink(d, i, &sink);
        (void)snprintf(text, sizeof text, "%s %s (%s)", l == TEXT_ID ? "kirim ke" : "sends to",
                       sink.url, influx_api_name(sink.api));
        line(out, text);
    }
    rule(out);
}
