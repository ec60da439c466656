/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every role on every route and object, by real HTTP. A route that is not in the table below fails: whoever adds one says here who may. */
#include "tests/analytics/webhouse.h"

#include "analytics/web/server_own.h"

enum who {
    BEFORE, /* nobody is on record yet */
    NOBODY,
    OPEN, /* nobody, with web.open */
    OWN,  /* farmer of the farm */
    OTHER,
    KOTIM, /* officer of the farm's regency */
    SERUYAN,
    TECHNICIAN, /* of the farm's regency */
    ADMIN,      /* of both */
    WHO_COUNT
};
static const char *const USER[WHO_COUNT] = {
    [OWN] = "pak-own",         [OTHER] = "pak-other", [KOTIM] = "ibu-kotim",
    [SERUYAN] = "ibu-seruyan", [TECHNICIAN] = "tek",  [ADMIN] = "admin"};

#define PRESS(what, where) "apa=" what "&di=" where "&kembali=%2F&kunci=1"

/* route: as in its table; path: of an object of farm mentaya, Kotim, or of Seruyan. 303 of a GET: led to the log-in.
 * Columns: before users, nobody, nobody with web.open, farmer of the farm, another farmer, officer of Kotim, officer of Seruyan,
 * technician of Kotim, admin of both. */
/* clang-format off */
static const struct {
    const char *route, *path, *form;
    int status[WHO_COUNT];
} GOLD[] = {
    {"/", "/", NULL,                          {200, 303, 200, 200, 200, 200, 200, 200, 200}},
    {"/kolam/", "/kolam/kotim-1", NULL,       {200, 303, 200, 200, 404, 200, 404, 200, 200}},
    {"/kolam/", "/kolam/kotim-2", NULL,       {200, 303, 200, 404, 404, 200, 404, 200, 200}},
    {"/kolam/", "/kolam/seruyan-1", NULL,     {200, 303, 200, 404, 200, 404, 200, 404, 200}},
    {"/kolam/", "/kolam/nobody", NULL,        {404, 303, 404, 404, 404, 404, 404, 404, 404}},
    {"/alarm", "/alarm", NULL,                {200, 303, 200, 200, 200, 200, 200, 200, 200}},
    {"/tombol", "/tombol", PRESS("gasping", "kotim-1"),
                                              {303, 403, 303, 303, 409, 303, 409, 303, 303}},
    {"/tombol", "/tombol", PRESS("gasping", "seruyan-1"),
                                              {303, 403, 303, 409, 303, 409, 303, 409, 303}},
    {"/tombol", "/tombol", PRESS("ack", "77"),{409, 403, 409, 409, 409, 409, 409, 409, 409}},
    {"/bantuan", "/bantuan", NULL,            {200, 200, 200, 200, 200, 200, 200, 200, 200}},
    {"/api/v1/health", "/api/v1/health", NULL,{503, 503, 503, 503, 503, 503, 503, 503, 503}}, /* no database here */
    {"/api/v1/ponds", "/api/v1/ponds", NULL,  {200, 403, 200, 200, 200, 200, 200, 200, 200}},
    {"/gaya.css", "/gaya.css", NULL,          {200, 200, 200, 200, 200, 200, 200, 200, 200}},
    {"/favicon.svg", "/favicon.svg", NULL,    {200, 200, 200, 200, 200, 200, 200, 200, 200}},
    {"/favicon.ico", "/favicon.ico", NULL,    {200, 200, 200, 200, 200, 200, 200, 200, 200}},
    {"/wilayah", "/wilayah", NULL,            {200, 303, 303, 403, 403, 200, 200, 403, 200}},
    {"/wilayah/cetak", "/wilayah/cetak", NULL,{200, 303, 303, 403, 403, 200, 200, 403, 200}},
    {"/wilayah/prakiraan.csv", "/wilayah/prakiraan.csv", NULL,
                                              {200, 403, 403, 403, 403, 200, 200, 403, 200}},
    {"/wilayah/catatan", "/wilayah/catatan", NULL,
                                              {200, 303, 303, 403, 403, 200, 200, 403, 200}},
    {"/wilayah/skenario", "/wilayah/skenario", NULL,
                                              {200, 303, 303, 403, 403, 200, 200, 403, 200}},
    {"/wilayah/ketepatan", "/wilayah/ketepatan", NULL,
                                              {200, 303, 303, 403, 403, 200, 200, 403, 200}},
    {"/laporan", "/laporan", NULL,
                                              {200, 303, 303, 403, 403, 200, 200, 403, 200}},
    {"/laporan/", "/laporan/2026-01.xlsx", NULL,
                                              {200, 403, 403, 403, 403, 200, 200, 403, 200}},
    {"/laporan/", "/laporan/2026-13.csv", NULL,
                                              {404, 403, 403, 403, 403, 404, 404, 403, 404}},
    {"/kolam-wilayah", "/kolam-wilayah", NULL,
                                              {200, 303, 303, 403, 403, 200, 200, 403, 200}},
    {"/asumsi", "/asumsi", NULL,
                                              {200, 303, 303, 403, 403, 200, 200, 403, 200}},
    {"/asumsi", "/asumsi", "key=loss&node=kotim&value=x&source=uji&on=2026-01-02",
                                              {403, 403, 403, 403, 403, 400, 403, 403, 400}},
    {"/wilayah/benih", "/wilayah/benih", NULL,
                                              {200, 303, 303, 403, 403, 200, 200, 403, 200}},
    {"/wilayah/peta", "/wilayah/peta", NULL,
                                              {200, 303, 303, 403, 403, 200, 200, 403, 200}},
    {"/wilayah/telaah", "/wilayah/telaah", NULL,
                                              {200, 303, 303, 403, 403, 200, 200, 403, 200}},
    {"/api/v1/forecast", "/api/v1/forecast", NULL,
                                              {200, 403, 403, 403, 403, 200, 200, 403, 200}},
    /* nothing is exchanged here; who asks for another office has its key, not a session */
    {"/api/v1/exchange", "/api/v1/exchange", NULL,
                                              {404, 404, 404, 404, 404, 404, 404, 404, 404}},
    {"/api/v1/ponds/", "/api/v1/ponds/kotim-1", NULL,
                                              {200, 403, 200, 200, 404, 200, 404, 200, 200}},
    {"/api/v1/alarms", "/api/v1/alarms", NULL,{200, 403, 200, 200, 200, 200, 200, 200, 200}},
    {"/api/v1/records/", "/api/v1/records/feed?pond=kotim-1", NULL,
                                              {200, 403, 403, 200, 404, 200, 404, 403, 200}},
    {"/api/v1/balance", "/api/v1/balance", NULL,
                                              {200, 403, 403, 403, 403, 200, 200, 403, 200}},
    {"/api/v1/accuracy", "/api/v1/accuracy", NULL,
                                              {200, 403, 403, 403, 403, 200, 200, 403, 200}},
    {"/api/v1/assumptions", "/api/v1/assumptions", NULL,
                                              {200, 403, 403, 403, 403, 200, 200, 403, 200}},
    {"/api/v1/coverage", "/api/v1/coverage", NULL,
                                              {200, 403, 403, 403, 403, 200, 200, 403, 200}},
    {"/api/v1/ledger", "/api/v1/ledger", NULL,{200, 403, 403, 403, 403, 200, 200, 403, 200}},
    {"/api/v1/openapi.json", "/api/v1/openapi.json", NULL,
                                              {200, 200, 200, 200, 200, 200, 200, 200, 200}},
    {"/unduh/", "/unduh/feed.csv", NULL,      {200, 403, 403, 200, 200, 200, 200, 403, 200}},
    {"/unduh/", "/unduh/forecast.xlsx", NULL, {200, 403, 403, 403, 403, 200, 200, 403, 200}},
    {"/unduh/", "/unduh/contacts.csv", NULL,  {403, 403, 403, 403, 403, 403, 403, 403, 200}},
    {"/catat", "/catat", NULL,                {200, 303, 303, 200, 200, 200, 200, 403, 200}},
    {"/catat", "/catat?kolam=kotim-1", NULL,  {200, 303, 303, 200, 200, 200, 200, 403, 200}}, /* others are told there is none */
    {"/catat/", "/catat/pakan?kolam=kotim-1", NULL,
                                              {403, 303, 303, 200, 404, 200, 404, 403, 200}},
    {"/catat/", "/catat/pakan?kolam=seruyan-1", NULL,
                                              {403, 303, 303, 404, 200, 404, 200, 403, 200}},
    {"/catat/", "/catat/lain?kolam=kotim-1", NULL,
                                              {403, 303, 303, 404, 404, 404, 404, 403, 404}},
    {"/catat/", "/catat/pakan", "kolam=kotim-1&jumlah=banyak",
                                              {403, 403, 403, 422, 404, 422, 404, 403, 422}},
    {"/catat/", "/catat/air", "kolam=seruyan-1&jumlah=99",
                                              {403, 403, 403, 404, 422, 404, 422, 403, 422}},
    {"/catat/koreksi", "/catat/koreksi?jenis=pakan&id=00112233445566778899aabbccddeeff", NULL,
                                              {403, 303, 303, 404, 404, 404, 404, 403, 404}},
    {"/catat/tersimpan", "/catat/tersimpan?jenis=pakan&id=x", NULL,
                                              {403, 303, 303, 404, 404, 404, 404, 403, 404}},
    {"/catat/tarik", "/catat/tarik?jenis=pakan&id=x", NULL,
                                              {403, 303, 303, 404, 404, 404, 404, 403, 404}},
    {"/catat/tarik", "/catat/tarik", "jenis=pakan&id=00112233445566778899aabbccddeeff",
                                              {403, 403, 403, 404, 404, 404, 404, 403, 404}},
    /* photos of a harvest's note: no such harvest here; test_forms.c has one */
    {"/catat/foto", "/catat/foto?id=00112233445566778899aabbccddeeff", NULL,
                                              {403, 303, 303, 404, 404, 404, 404, 403, 404}},
    {"/catat/foto", "/catat/foto", "id=00112233445566778899aabbccddeeff",
                                              {403, 403, 403, 404, 404, 404, 404, 403, 404}},
    {"/catat/foto/", "/catat/foto/00112233445566778899aabbccddeeff", NULL,
                                              {403, 303, 303, 404, 404, 404, 404, 403, 404}},
    {"/catat/bentrok", "/catat/bentrok", NULL,{403, 303, 303, 200, 200, 200, 200, 403, 200}},
    {"/foto.js", "/foto.js", NULL,            {200, 200, 200, 200, 200, 200, 200, 200, 200}},
    {"/nila.js", "/nila.js", NULL,            {200, 200, 200, 200, 200, 200, 200, 200, 200}},
    /* farms' computers: a key of the office's, not a session */
    {"/api/v1/sync/push", "/api/v1/sync/push", "x=1",
                                              {401, 401, 401, 401, 401, 401, 401, 401, 401}},
    {"/api/v1/sync/pull", "/api/v1/sync/pull", NULL,
                                              {401, 401, 401, 401, 401, 401, 401, 401, 401}},
    {"/masuk", "/masuk", NULL,                {200, 200, 200, 200, 200, 200, 200, 200, 200}},
    {"/masuk", "/masuk", "siapa=&pin=",       {403, 403, 403, 403, 403, 403, 403, 403, 403}},
    {"/pin", "/pin", NULL,                    {200, 200, 200, 200, 200, 200, 200, 200, 200}},
    {"/pin", "/pin", "siapa=&baru=a&ulang=b", {400, 400, 400, 400, 400, 400, 400, 400, 400}},
    {"/keluar", "/keluar", "x=1",             {403, 403, 403, 303, 303, 303, 303, 303, 303}},
    {"/akun", "/akun", NULL,                  {403, 303, 303, 200, 200, 200, 200, 200, 200}},
    {"/akun", "/akun", "apa=akhiri&sesi=0",   {403, 403, 403, 200, 200, 200, 200, 200, 200}},
    {"/pengguna", "/pengguna", NULL,          {403, 303, 303, 200, 200, 200, 200, 200, 200}},
    {"/pengguna", "/pengguna", "apa=tambah",  {403, 403, 403, 403, 403, 403, 403, 403, 400}},
    {"/pengguna", "/pengguna", "apa=pin-setuju&nomor=1",
                                              {403, 403, 403, 409, 409, 409, 409, 409, 409}},
    {"/pengguna/", "/pengguna/pak-own", NULL, {403, 303, 303, 403, 403, 200, 404, 403, 200}},
    {"/pengguna/", "/pengguna/pak-other", NULL,
                                              {403, 303, 303, 403, 403, 404, 200, 403, 200}},
    {"/pengguna/", "/pengguna/admin", NULL,   {403, 303, 303, 403, 403, 404, 404, 403, 200}},
    {"/pengguna/", "/pengguna/pak-own", "apa=nomor&nomor=",
                                              {403, 403, 403, 403, 403, 403, 404, 403, 200}},
    {"/pengguna/", "/pengguna/pak-own", "apa=matikan&x=",
                                              {403, 403, 403, 403, 403, 403, 404, 403, 200}},
    {"/pengguna/", "/pengguna/pak-own", "apa=hidupkan&x=",
                                              {403, 403, 403, 403, 403, 403, 404, 403, 200}},
    {"/audit/", "/audit/mentaya", NULL,       {403, 303, 303, 200, 404, 200, 404, 403, 200}},
    {"/audit/", "/audit/pembuang", NULL,      {403, 303, 303, 404, 200, 404, 200, 403, 200}},
    {"/audit/", "/audit/nowhere", NULL,       {403, 303, 303, 404, 404, 404, 404, 403, 404}},
    {"/alat", "/alat", NULL,                  {200, 303, 303, 403, 403, 403, 403, 200, 200}},
    {"/alat/armada", "/alat/armada", NULL,    {200, 303, 303, 403, 403, 403, 403, 200, 200}},
    {"/alat/arus", "/alat/arus", NULL,        {204, 303, 303, 403, 403, 403, 403, 204, 204}}, /* no collector here */
    {"/alat/", "/alat/utara/probe", NULL,     {404, 303, 303, 403, 403, 403, 403, 404, 404}},
    {"/alat/", "/alat/utara", NULL,           {404, 303, 303, 403, 403, 403, 403, 404, 404}},
    {"/alat/uji", "/alat/uji", "di=pi&jalur=utara&alat=probe",
                                              {403, 403, 403, 403, 403, 403, 403, 404, 404}},
    {"/alat/uji", "/alat/uji", "di=../x&jalur=&alat=%00",
                                              {403, 403, 403, 403, 403, 403, 403, 400, 400}},
    {"/api/v1/buses", "/api/v1/buses", NULL,  {200, 403, 403, 403, 403, 403, 403, 200, 200}},
    {"/api/v1/devices", "/api/v1/devices?after=pi.mati", NULL,
                                              {400, 403, 403, 403, 403, 403, 403, 400, 400}},
    {"/alat.js", "/alat.js", NULL,            {200, 200, 200, 200, 200, 200, 200, 200, 200}},
    {"/audit", "/audit", NULL,                {403, 303, 303, 200, 200, 200, 200, 200, 200}},
};
/* clang-format on */
#define GOLDS     (sizeof GOLD / sizeof GOLD[0])

#define ANONYMOUS "0123456789abcdef0123456789abcdef"

static int status_of(struct webhouse *h, enum who w, size_t i)
{
    char secret[VIEWER_SECRET_SIZE] = "", csrf[PAGE_TOKEN_SIZE] = ANONYMOUS, headers[200],
         form[400];
    struct webanswer a;
    int status;

    if (USER[w] != NULL) {
        webhouse_login(h, USER[w], secret, csrf);
        (void)snprintf(headers, sizeof headers, "Cookie: " VIEWER_COOKIE "=%s\r\n", secret);
    } else {
        (void)snprintf(headers, sizeof headers, "Cookie: nila=" ANONYMOUS "\r\n");
    }
    if (GOLD[i].form != NULL)
        (void)snprintf(form, sizeof form, "%s&tanda=%s", GOLD[i].form, csrf);
    h->config.web_open = w == OPEN;
    webhouse_ask(h, GOLD[i].form != NULL ? "POST" : "GET", GOLD[i].path, headers,
                 GOLD[i].form != NULL ? form : NULL, &a);
    status = a.status;
    webanswer_free(&a);
    return status;
}

static void every_route_is_in_the_table(void **state)
{
    const struct route *t;

    (void)state;
    for (size_t at = 0; (t = route_at(at)) != NULL; at++) {
        unsigned methods = 0;

        for (size_t i = 0; i < GOLDS; i++)
            if (strcmp(GOLD[i].route, t->path) == 0)
                methods |= GOLD[i].form != NULL ? ROUTE_POST : ROUTE_GET;
        if (methods != t->methods)
            fail_msg("%s: the table of roles has not every method of it", t->path);
    }
    for (size_t i = 0; i < GOLDS; i++) {
        const char *rest;
        char path[64];

        (void)snprintf(path, sizeof path, "%s", GOLD[i].path);
        path[strcspn(path, "?")] = '\0';
        t = route_find(path, &rest);
        if (t == NULL || strcmp(t->path, GOLD[i].route) != 0)
            fail_msg("%s is not of the route %s", GOLD[i].path, GOLD[i].route);
    }
}

static void add_users(struct webhouse *h)
{
    webhouse_user(h, USER[ADMIN], ROLE_ADMIN, NULL, true, true, "x");
    webhouse_user(h, USER[OWN], ROLE_FARMER, "mentaya", false, false, "x");
    webhouse_user(h, USER[OTHER], ROLE_FARMER, "pembuang", false, false, "x");
    webhouse_user(h, USER[KOTIM], ROLE_OFFICER, NULL, true, false, "x");
    webhouse_user(h, USER[SERUYAN], ROLE_OFFICER, NULL, false, true, "x");
    webhouse_user(h, USER[TECHNICIAN], ROLE_TECHNICIAN, NULL, true, false, "x");
}

/* A page answers 503 until its forecast is there: that comes first, once. */
static void await_forecast(struct webhouse *h)
{
    for (int64_t end = clock_mono_ms() + 60000;;) {
        struct webanswer a;
        bool ready;

        webhouse_ask(h, "GET", "/wilayah/prakiraan.csv", "", NULL, &a);
        ready = a.status == 200;
        webanswer_free(&a);
        if (ready)
            return;
        if (clock_mono_ms() > end)
            fail_msg("no forecast within a minute");
        (void)usleep(50000);
    }
}

static void each_role_has_what_is_theirs_and_no_more(void **state)
{
    struct webhouse h;
    int got[GOLDS][WHO_COUNT], wrong = 0;

    (void)state;
    webhouse_open(&h);
    webhouse_start(&h);
    await_forecast(&h);
    for (int w = 0; w < WHO_COUNT; w++) {
        if (w == NOBODY)
            add_users(&h);
        for (size_t i = 0; i < GOLDS; i++)
            got[i][w] = status_of(&h, (enum who)w, i);
    }
    print_message("%-5s%-26s%-24s%s\n", "", "path", "form",
                  "before none open own other kotim seruyan tech admin");
    for (size_t i = 0; i < GOLDS; i++) {
        print_message("%-5s%-26s%-24.22s", GOLD[i].form != NULL ? "POST" : "GET", GOLD[i].path,
                      GOLD[i].form != NULL ? GOLD[i].form : "");
        for (int w = 0; w < WHO_COUNT; w++) {
            bool same = got[i][w] == GOLD[i].status[w];
            print_message(same ? " %d " : " %d!", got[i][w]);
            wrong += !same;
        }
        print_message("\n");
    }
    webhouse_close(&h);
    if (wrong > 0)
        fail_msg("%d answers marked ! differ from the table", wrong);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_route_is_in_the_table),
        cmocka_unit_test(each_role_has_what_is_theirs_and_no_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
