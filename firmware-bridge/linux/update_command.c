/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "update.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "collector/common/log.h"
#include "collector/common/tongue.h"

#include "commands.h"
#include "lms_key.h"
#include "tool_options.h"

static volatile sig_atomic_t stop;

static void on_signal(int sig)
{
    (void)sig;
    stop = 1;
}

static int put(const char *text)
{
    return fputs(text, stdout) >= 0 && fflush(stdout) == 0 ? EX_OK : EX_IOERR;
}

static int missing(const char *name)
{
    (void)fprintf(stderr, "--%s: %s\n", name, tongue("wajib", "required"));
    return EX_USAGE;
}

/* --- update ------------------------------------------------------------------------------------------------------- */

static int update_help(void)
{
    return put(tongue(
        "nila-bridge update - kirim firmware baru ke sebuah alat lewat salurannya\n"
        "\n"
        "CARA PAKAI\n"
        "  nila-bridge update --serial PORTA --unit N --image BERKAS [--image-b BERKAS]\n"
        "  nila-bridge update --tcp HOST[:PORTA] --unit N --image BERKAS [--image-b BERKAS]\n"
        "\n"
        "PILIHAN\n"
        "  --image BERKAS       firmware yang ditandatangani untuk satu slot\n"
        "  --image-b BERKAS     yang untuk slot lain; alat memilih\n" TOOL_PLACE_HELP_ID "\n"
        "Alat tetap bekerja selama pengiriman. Yang terputus dilanjutkan dengan perintah yang "
        "sama. Firmware baru dicoba dulu;\n"
        "bila tidak dikonfirmasi, alat kembali ke yang lama.\n",
        "nila-bridge update - send new firmware to a node over its bus\n"
        "\n"
        "USAGE\n"
        "  nila-bridge update --serial PORT --unit N --image FILE [--image-b FILE]\n"
        "  nila-bridge update --tcp HOST[:PORT] --unit N --image FILE [--image-b FILE]\n"
        "\n"
        "OPTIONS\n"
        "  --image FILE         signed firmware for one slot\n"
        "  --image-b FILE       that for the other slot; the node chooses\n" TOOL_PLACE_HELP_EN "\n"
        "The node goes on working meanwhile. What was cut goes on with the same command. New "
        "firmware is on trial first;\n"
        "without confirmation the node goes back to the old one.\n"));
}

static int run_update(const struct master_place *place, const char *const path[2])
{
    struct firmware_image image[2] = {{0}};
    struct update_job job = {.image = image,
                             .poll_ms = 500,
                             .restart_s = 60,
                             .block_bytes = 200,
                             .out = stdout,
                             .stop = &stop};
    struct sigaction act = {.sa_handler = on_signal};
    char why[4300] = "";
    struct master m;
    int rc = 0;

    for (int i = 0; rc == 0 && i < 2 && path[i] != NULL; i++) {
        rc = firmware_image_load(&image[i], path[i], why, sizeof why);
        job.images += rc == 0;
    }
    if (rc == 0) {
        (void)sigaction(SIGINT, &act, NULL);
        (void)sigaction(SIGTERM, &act, NULL);
        rc = master_open(&m, place);
        if (rc != 0)
            (void)snprintf(why, sizeof why, "%s", m.why);
    }
    if (rc != 0) {
        log_warnx("%s", why);
        rc = exit_code(rc);
    } else {
        rc = tool_exit(update_run(&job, &m));
        master_close(&m);
    }
    free(image[0].bytes);
    free(image[1].bytes);
    return rc;
}

int update_command(int argc, char **argv)
{
    struct tool_option option[] = {TOOL_PLACE_OPTIONS, {.name = "image"}, {.name = "image-b"}};
    struct tool_place where = TOOL_PLACE_DEFAULT;
    struct master_place place;
    const char *path[2] = {NULL, NULL};
    bool wants_help = false;
    int rc;

    tool_place_bind(option, &where);
    option[5].text = &path[0];
    option[6].text = &path[1];
    rc = tool_options(option, sizeof option / sizeof option[0], argc, argv, &wants_help);
    if (rc != 0)
        return rc;
    if (wants_help)
        return update_help();
    rc = tool_place(&where, &place);
    if (rc != 0)
        return rc;
    return path[0] == NULL ? missing("image") : run_update(&place, path);
}

/* --- the office's side -------------------------------------------------------------------------------------------- */

int keygen_command(int argc, char **argv)
{
    const char *key = NULL;
    const struct tool_option option[] = {{.name = "key", .text = &key}};
    uint8_t public_key[NILA_LMS_PUBLIC_BYTES];
    char why[4300] = "";
    bool wants_help = false;
    int rc = tool_options(option, 1, argc, argv, &wants_help);

    if (rc != 0)
        return rc;
    if (wants_help)
        return put(tongue("nila-bridge keygen --key BERKAS - buat kunci kantor untuk "
                          "menandatangani firmware (1024 tanda tangan)\n"
                          "\n"
                          "Kunci umum ditulis ke keluaran, untuk dibangun ke dalam firmware. "
                          "Berkas kunci menghitung tanda tangannya: jangan\n"
                          "pernah disalin ke mesin lain atau dipulihkan dari cadangan.\n",
                          "nila-bridge keygen --key FILE - make the office's key that signs "
                          "firmware (1024 signatures)\n"
                          "\n"
                          "The public key goes to the output, to be built into the firmware. The "
                          "key file counts its signatures: never copy it to\n"
                          "another machine nor restore it from a backup.\n"));
    if (key == NULL)
        return missing("key");
    rc = lms_key_file_new(key, public_key, why, sizeof why);
    if (rc != 0) {
        log_warnx("%s", why);
        return exit_code(rc);
    }
    for (size_t i = 0; i < sizeof public_key; i++)
        (void)printf("%02x", public_key[i]);
    return puts("") >= 0 && fflush(stdout) == 0 ? EX_OK : EX_IOERR;
}

/* "1.4" -> 0x0104. */
static bool version(const char *text, uint16_t *out)
{
    char *end;
    unsigned long major = strtoul(text, &end, 10), minor;

    if (end == text || *end != '.' || text[0] == '-')
        return false;
    text = end + 1;
    minor = strtoul(text, &end, 10);
    *out = (uint16_t)(major << 8 | minor);
    return end != text && *end == '\0' && text[0] != '-' && major <= 255 && minor <= 255;
}

static int sign_help(void)
{
    return put(tongue("nila-bridge sign - tandatangani firmware untuk satu slot\n"
                      "\n"
                      "CARA PAKAI\n"
                      "  nila-bridge sign --key BERKAS --body FIRMWARE.bin --product N --firmware "
                      "A.B --base ALAMAT --out BERKAS\n"
                      "\n"
                      "  --product N          jenis papan (register 114 alat)\n"
                      "  --firmware A.B       versi\n"
                      "  --base ALAMAT        alamat slot tempat ia ditautkan, misalnya 0x08010000 "
                      "(register 112)\n"
                      "\n"
                      "Satu tanda tangan terpakai, juga bila penulisan kemudian gagal; penghitung "
                      "kunci disimpan lebih dulu.\n",
                      "nila-bridge sign - sign firmware for one slot\n"
                      "\n"
                      "USAGE\n"
                      "  nila-bridge sign --key FILE --body FIRMWARE.bin --product N --firmware "
                      "A.B --base ADDRESS --out FILE\n"
                      "\n"
                      "  --product N          kind of board (register 114 of the node)\n"
                      "  --firmware A.B       version\n"
                      "  --base ADDRESS       address of the slot it is linked for, such as "
                      "0x08010000 (register 112)\n"
                      "\n"
                      "One signature is spent, also when writing fails afterwards; the key's "
                      "counter is kept first.\n"));
}

int sign_command(int argc, char **argv)
{
    const char *key = NULL, *body = NULL, *out = NULL, *number = NULL, *base = NULL;
    int product = -1;
    const struct tool_option option[] = {
        {.name = "key", .text = &key},
        {.name = "body", .text = &body},
        {.name = "out", .text = &out},
        {.name = "firmware", .text = &number},
        {.name = "base", .text = &base},
        {.name = "product", .low = 0, .high = 65535, .number = &product}};
    struct firmware_image about = {0};
    char why[4300] = "", *end;
    bool wants_help = false;
    uint32_t left = 0;
    unsigned long address;
    int rc = tool_options(option, sizeof option / sizeof option[0], argc, argv, &wants_help);

    if (rc != 0)
        return rc;
    if (wants_help)
        return sign_help();
    for (size_t i = 0; i < 5; i++)
        if (*option[i].text == NULL)
            return missing(option[i].name);
    if (product < 0)
        return missing("product");
    address = strtoul(base, &end, 0);
    if (end == base || *end != '\0' || address > UINT32_MAX || base[0] == '-')
        return tool_bad_value("base", base);
    if (!version(number, &about.firmware))
        return tool_bad_value("firmware", number);
    about.product = (uint16_t)product;
    about.base = (uint32_t)address;
    rc = firmware_image_sign(body, key, out, &about, &left, why, sizeof why);
    if (rc != 0) {
        log_warnx("%s", why);
        return exit_code(rc);
    }
    (void)fprintf(stderr,
                  tongue("%s ditandatangani; kunci ini masih dapat %u kali lagi\n",
                         "%s is signed; the key can sign %u more\n"),
                  out, left);
    return EX_OK;
}
