/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The server and its login, the clock, and the last word. */
#include <stdio.h>
#include <string.h>

#include "collector/common/tongue.h"
#include "wizard.h"

bool wizard_plain_http(const char *url)
{
    static const char *const HERE[] = {"127.0.0.1", "localhost", "[::1]"};

    if (strncmp(url, "http://", 7) != 0)
        return false;
    for (size_t i = 0; i < sizeof HERE / sizeof HERE[0]; i++) {
        size_t n = strlen(HERE[i]);
        if (strncmp(url + 7, HERE[i], n) == 0 && (url[7 + n] == '\0' || url[7 + n] == ':'))
            return false;
    }
    return true;
}

static bool no_server(struct wizard *w)
{
    w->silent = strcmp(w->sink.url, "-") == 0;
    return w->silent;
}

static enum wizard_end ask_url(void *arg)
{
    struct wizard *w = arg;

    if (w->sink.url[0] == '\0')
        (void)snprintf(w->sink.url, sizeof w->sink.url, "-");
    for (;;) {
        struct influx *db = NULL;
        const struct influx_config c = {.url = w->sink.url, .database = "x"};
        enum wizard_end end = wizard_ask(
            &w->io,
            tongue("Alamat server (https://...; -: nanti)", "Server (https://...; -: later)"),
            tongue("Server InfluxDB dinas, tanpa alamat di belakangnya, misalnya "
                   "https://data.dinas.example. -: belum ada; data disimpan di sini dan dikirim "
                   "sesudah setup dijalankan sekali lagi.",
                   "The office's InfluxDB, without a path, such as https://data.dinas.example. -: "
                   "none yet; readings are kept here and sent once setup was run again."),
            true, w->sink.url, sizeof w->sink.url);
        if (end != WIZARD_ON || strcmp(w->sink.url, "-") == 0)
            return end;
        if (influx_open(&db, &c) == 0) {
            influx_close(db);
            return WIZARD_ON;
        }
        wizard_say(&w->io, "  %s",
                   tongue("Harus http:// atau https:// dengan nama server, tanpa / di belakangnya.",
                          "It must be http:// or https:// with the server's name, and no path."));
    }
}

static enum wizard_end ask_insecure(void *arg)
{
    struct wizard *w = arg;
    enum wizard_end end;
    bool yes = w->sink.insecure_http;

    w->silent = !wizard_plain_http(w->sink.url);
    if (w->silent) {
        w->sink.insecure_http = false;
        return WIZARD_ON;
    }
    end = wizard_yes(&w->io,
                     tongue("http tanpa s: sandi terbaca di jaringan. Tetap pakai",
                            "http without s: the login can be read on the network. Use it"),
                     tongue("Hanya di jaringan tertutup milik sendiri. Tidak: ketik alamat https.",
                            "On a closed network of your own only. No: type an https address."),
                     &yes);
    if (end != WIZARD_ON)
        return end;
    w->sink.insecure_http = yes;
    return yes ? WIZARD_ON : WIZARD_BACK;
}

static const char *api_at(const void *arg, size_t i)
{
    (void)arg;
    return influx_api_name((enum influx_api)i);
}

static enum wizard_end ask_api(void *arg)
{
    struct wizard *w = arg;
    size_t at = (size_t)w->sink.api;
    enum wizard_end end;

    if (no_server(w))
        return WIZARD_ON;
    wizard_say(
        &w->io,
        "  1 v1 (InfluxDB 1.x)  2 v2 (InfluxDB 2.x)  3 v3 (InfluxDB 3.x)  4 vm (VictoriaMetrics)");
    end = wizard_choose(&w->io, tongue("Jenis server", "Kind of server"),
                        tongue("Tanyakan kepada yang mengurus servernya; dinas memakai v1.",
                               "Ask who runs the server; the offices have v1."),
                        INFLUX_APIS, api_at, NULL, &at);
    if (end == WIZARD_ON)
        w->sink.api = (enum influx_api)at;
    return end;
}

static enum wizard_end ask_database(void *arg)
{
    struct wizard *w = arg;

    w->silent = no_server(w) || w->sink.api == INFLUX_V2 || w->sink.api == INFLUX_VM;
    if (w->silent)
        return WIZARD_ON;
    if (w->sink.database[0] == '\0')
        (void)snprintf(w->sink.database, sizeof w->sink.database, "lumbung");
    return wizard_ask(&w->io, "Database",
                      tongue("Nama database di server.", "Name of the database on the server."),
                      true, w->sink.database, sizeof w->sink.database);
}

static enum wizard_end ask_org(void *arg)
{
    struct wizard *w = arg;

    w->silent = no_server(w) || w->sink.api != INFLUX_V2;
    return w->silent
               ? WIZARD_ON
               : wizard_ask(&w->io, "Org",
                            tongue("Organisasi di InfluxDB 2.", "Organisation of InfluxDB 2."),
                            true, w->sink.org, sizeof w->sink.org);
}

static enum wizard_end ask_bucket(void *arg)
{
    struct wizard *w = arg;

    w->silent = no_server(w) || w->sink.api != INFLUX_V2;
    return w->silent ? WIZARD_ON
                     : wizard_ask(&w->io, "Bucket",
                                  tongue("Bucket di InfluxDB 2.", "Bucket of InfluxDB 2."), true,
                                  w->sink.bucket, sizeof w->sink.bucket);
}

static enum wizard_end ask_login(void *arg)
{
    struct wizard *w = arg;
    bool bare = w->sink.api == INFLUX_V2 || w->sink.api == INFLUX_V3;
    enum wizard_end end;
    char login[WIZARD_LOGIN_SIZE] = "";

    if (no_server(w))
        return WIZARD_ON;
    for (;;) {
        end = wizard_ask_hidden(
            &w->io,
            w->sink.token[0] != '\0' || w->login[0] != '\0'
                ? tongue("Sandi atau token (tidak tampak; Enter: yang lama)",
                         "Login or token (not shown; Enter: the one there is)")
            : bare ? tongue("Token (tidak tampak)", "Token (not shown)")
                   : tongue("pengguna:sandi (tidak tampak; Enter: tanpa)",
                            "user:password (not shown; Enter: none)"),
            tongue(
                "Ditulis ke secrets/, yang hanya dapat dibaca root; berkas situs hanya menyebut "
                "namanya. Satu login untuk satu Pi, yang hanya boleh menulis.",
                "It is written to secrets/, which root alone may read; the site file has its name "
                "only. One login a Pi, which may write and nothing else."),
            login, sizeof login);
        if (end != WIZARD_ON)
            return end;
        if (login[0] == '\0' &&
            (w->sink.api != INFLUX_V2 || w->sink.token[0] != '\0' || w->login[0] != '\0'))
            return WIZARD_ON;
        if (bare ? login[0] == '\0' : strchr(login, ':') == NULL || login[0] == ':') {
            wizard_say(&w->io, "  %s",
                       bare ? tongue("InfluxDB 2 selalu meminta token.",
                                     "InfluxDB 2 always wants a token.")
                            : tongue("Bentuknya pengguna:sandi.", "Its form is user:password."));
            continue;
        }
        (void)snprintf(w->login, sizeof w->login, "%s", login);
        (void)snprintf(w->sink.token, sizeof w->sink.token, "credential:%s.token", w->sink.slug);
        memset(login, 0, sizeof login);
        return WIZARD_ON;
    }
}

static enum wizard_end try_it(void *arg)
{
    struct wizard *w = arg;

    if (no_server(w))
        return WIZARD_ON;
    for (;;) {
        struct buf words = {0};
        char answer[8] = "";
        enum wizard_end end;
        bool good;

        wizard_say(&w->io, "%s",
                   tongue("Mencoba menulis ke server ...", "Trying a write to the server ..."));
        good = w->world->try_server(w->world->arg, &w->sink, w->login, &words);
        wizard_say(&w->io, "%s", words.p != NULL ? words.p : "");
        buf_free(&words);
        w->silent = good;
        if (good)
            return WIZARD_ON;
        wizard_say(&w->io, "%s",
                   tongue("Tanpa jaringan pun dapat diteruskan: data disimpan di sini dan dikirim "
                          "sendiri begitu server menjawab.",
                          "It can go on without the network: readings are kept here, and sent by "
                          "themselves as soon as the server answers."));
        end = wizard_ask(&w->io,
                         tongue("Enter: teruskan; r: coba lagi; <: ubah alamat atau login",
                                "Enter: go on; r: try again; <: change address or login"),
                         tongue("SIM atau kabel jaringan dulu, lalu r.",
                                "The SIM or network cable first, then r."),
                         false, answer, sizeof answer);
        if (end != WIZARD_ON || answer[0] == '\0')
            return end;
    }
}

static enum wizard_end store_sink(void *arg)
{
    struct wizard *w = arg;

    if (!no_server(w)) {
        wizard_draft_set_sink(w->draft, 0, &w->sink);
    } else {
        w->login[0] = '\0';
        if (wizard_draft_sinks(w->draft) > 0)
            wizard_draft_remove_sink(w->draft, 0);
        wizard_say(&w->io, "%s",
                   tongue("Tanpa server: data hanya disimpan di sini. Bila server sudah ada: "
                          "nila-collector setup sekali lagi.",
                          "No server: readings are kept here only. When there is one: run "
                          "nila-collector setup again."));
    }
    w->silent = true;
    return WIZARD_ON;
}

enum wizard_end wizard_server(void *arg)
{
    static enum wizard_end (*const STEP[])(void *) = {ask_url,      ask_insecure, ask_api,
                                                      ask_database, ask_org,      ask_bucket,
                                                      ask_login,    try_it,       store_sink};
    struct wizard *w = arg;
    const struct wizard_row row = {STEP, sizeof STEP / sizeof STEP[0], &w->silent};

    if (wizard_draft_sinks(w->draft) > 1)
        wizard_say(&w->io,
                   tongue("Ada %zu tujuan kirim; di sini ditanyakan yang pertama, yang lain tetap.",
                          "There are %zu sinks; the first is asked about here, the others stay."),
                   wizard_draft_sinks(w->draft));
    w->sink = (struct wizard_sink){.slug = "office", .api = INFLUX_V1};
    if (wizard_draft_sinks(w->draft) > 0)
        wizard_draft_sink(w->draft, 0, &w->sink);
    return wizard_row(&row, w);
}

enum wizard_end wizard_clock(void *arg)
{
    struct wizard *w = arg;
    struct buf words = {0};

    (void)w->world->clock(w->world->arg, &words);
    wizard_say(&w->io, "%s", words.p != NULL ? words.p : "");
    buf_free(&words);
    w->silent = true;
    return WIZARD_ON;
}

enum wizard_end wizard_finish(void *arg)
{
    struct wizard *w = arg;
    struct buf text = {0};
    bool yes = true;
    enum wizard_end end;
    char question[320];

    wizard_label(w->draft, w->l, &text);
    wizard_show(&w->io, text.p);
    buf_clear(&text);
    if (wizard_draft_comments(w->draft))
        wizard_say(
            &w->io,
            tongue("Perhatian: komentar (// dan /* */) di %s tidak ikut ditulis. Berkas lama "
                   "dengan komentarnya tetap ada sebagai %s.bak.",
                   "Mind: the comments (// and /* */) in %s will not be written. The old file "
                   "with its comments stays as %s.bak."),
            w->config, w->config);
    (void)snprintf(question, sizeof question, tongue("Tulis %.200s", "Write %.200s"), w->config);
    end =
        wizard_yes(&w->io, question,
                   tongue("Ya: diperiksa dulu seperti oleh check, lalu dipasang; yang lama menjadi "
                          ".bak. Tidak: tidak ada yang diubah.",
                          "Yes: it is examined as by check, then put in place; the old one becomes "
                          ".bak. No: nothing is changed."),
                   &yes);
    if (end == WIZARD_ON && !yes)
        w->declined = true;
    if (end == WIZARD_ON && yes) {
        wizard_draft_text(w->draft, &text);
        w->code = w->world->write(w->world->arg, text.p,
                                  wizard_draft_sinks(w->draft) > 0 ? &w->sink : NULL, w->login);
    }
    buf_free(&text);
    return end;
}
