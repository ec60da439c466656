/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pages of what is read while they are asked for: the database, there, hanging or away, and records that change. */
#include "tests/analytics/webroom.h"

static void without_a_database_pages_say_no_data(void **state)
{
    struct house h;
    struct answer a;

    (void)state;
    house_open(&h, "http://127.0.0.1:9"); /* discard: nobody listens */
    house_start(&h);
    await_page(&h, "/", "Basis data tidak terhubung sejak");
    ask(&h, "GET", "/", "", &a);
    assert_int_equal(a.status, 200);
    assert_true(has(&a.body, "TIDAK ADA DATA"));
    assert_true(has(&a.body, "Karamba &lt;b&gt;"));
    answer_free(&a);
    ask(&h, "GET", "/kolam/kotim-1", "", &a);
    assert_int_equal(a.status, 200);
    assert_true(has(&a.body, "Hari ke-"));
    answer_free(&a);
    assert_int_equal(status_of(&h, "GET", "/api/v1/health"), 503);
    await_page(&h, "/wilayah", "tanpa data sensor"); /* the records alone give a forecast */
    await_page(&h, "/wilayah/cetak", "<h1>Prognosa Neraca Pangan: Ikan Nila</h1>");
    await_page(&h, "/wilayah/cetak?bulan=1999-12", "Masa \u201c1999-12\u201d tidak ada");
    await_page(&h, "/wilayah/cetak?bulan=all&lang=en", "Provisional, ");
    await_page(&h, "/wilayah/ketepatan", "Belum ada ramalan yang dapat dinilai");
    await_page(&h, "/wilayah/prakiraan.csv?lang=en", "\r\n\"joint\",\"Joint\",\"month\",");
    await_page(&h, "/wilayah/prakiraan.csv?lang=id", "\r\n\"joint\";\"Gabungan\";\"bulan\";");
    house_close(&h);
}

static void what_is_entered_of_other_fish_is_printed(void **state)
{
    struct house h;

    (void)state;
    house_open(&h, NULL);
    import(&h, RECORDS_ASSUMPTIONS,
           "key,node,value,unit,months,source,on\n"
           "other_fish_supply,kotim,1234500,kg/month,,Dinas <A>,2026-09-01\n"
           "other_fish_supply,seruyan,800000,kg/month,,Dinas B,2026-09-01\n"
           "other_fish_demand,kotim,2000100,kg/month,,Dinas C,2026-09-01\n");
    house_start(&h);
    await_page(&h, "/wilayah/cetak",
               "<td><b>1.234,5</b></td><td><b>2.000,1</b></td><td><b>\u2212765,6</b></td>");
    await_page(&h, "/wilayah/cetak", "<td><b>2.034,5</b></td><td class=\"isi\"></td>"); /* joint */
    await_page(&h, "/wilayah/cetak?bulan=all", "<td><b>2.469,0</b></td><td><b>4.000,2</b></td>");
    await_page(&h, "/wilayah/cetak", "Dinas &lt;A&gt;");
    house_close(&h);
}

static void a_database_that_hangs_does_not_hang_the_pages(void **state)
{
    const struct stub_reply silence = {.bytes = NULL, .hang = 1};
    struct stubhttp *stub = stubhttp_start(&silence, 1);
    struct house h;
    char url[64];
    int64_t began, took;

    (void)state;
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%d", stubhttp_port(stub));
    house_open(&h, url);
    house_start(&h);
    stubhttp_wait(stub, 1); /* the reading thread is stuck now */
    began = clock_mono_ms();
    assert_int_equal(status_of(&h, "GET", "/"), 200);
    took = clock_mono_ms() - began;
    if (took > 1000)
        fail_msg("/ took %lld ms", (long long)took);
    began = clock_mono_ms();
    assert_int_equal(status_of(&h, "GET", "/kolam/kotim-1"), 200);
    took = clock_mono_ms() - began;
    if (took > WEB_CHART_WAIT_MS + 1000)
        fail_msg("/kolam took %lld ms", (long long)took);
    stubhttp_stop(stub);
    house_close(&h);
}

/* The wall clock of the machine, hours later. */
static atomic_llong later_ms;

static int64_t moved_wall_ms(void *arg)
{
    struct timespec t;

    (void)arg;
    assert_int_equal(clock_gettime(CLOCK_REALTIME, &t), 0);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000 + atomic_load(&later_ms);
}

static int64_t machine_mono_ms(void *arg)
{
    struct timespec t;

    (void)arg;
    assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &t), 0);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void live_values_and_the_day_come_from_the_database(void **state)
{
    struct influxd d = {0};
    struct house h;
    struct influx *db;
    struct influx_config c = {.database = "nila"};
    struct influx_answer written;
    struct buf lines = {0};
    long long now = clock_wall_ms();
    char why[256];
    const struct clock_source moved = {.wall_ms = moved_wall_ms, .mono_ms = machine_mono_ms};

    (void)state;
    if (influxd_start(&d, "") != 0)
        skip();
    clock_set(&moved);
    c.url = d.url;
    assert_int_equal(influx_open(&db, &c), 0);
    assert_int_equal(influx_create_database(db, why, sizeof why), 0);
    for (int i = 0; i < 200; i++)
        buf_printf(&lines,
                   "water,device=d1,pond=kotim-1 do_mg_l=1.4,do_mg_l_q=1,temp_c=28.6,temp_c_q=1 "
                   "%lld\nwater,device=d2,pond=kotim-2 do_mg_l=6.1,do_mg_l_q=1 %lld\n",
                   now - i * 60000LL, now - 3600000LL - i * 60000LL);
    assert_int_equal(influx_write(db, lines.p, lines.n, &written), 0);
    assert_int_equal(written.verdict, INFLUX_STORED);
    house_open(&h, d.url);
    house_start(&h);
    await_page(&h, "/", "Diperbarui");
    await_page(&h, "/kolam/kotim-1", "Oksigen belum naik");
    await_page(&h, "/kolam/kotim-1", "<svg class=\"chart\"");
    await_page(&h, "/kolam/kotim-1", "1,4\u00a0mg/L");
    await_page(&h, "/kolam/kotim-2", "TIDAK ADA DATA"); /* silent for an hour */
    await_page(&h, "/", "Tanpa kabar alat");            /* seruyan-1 has no device */
    await_page(&h, "/wilayah", "1 kolam dengan siklus berjalan dari 3 kolam tercatat");
    assert_int_equal(status_of(&h, "GET", "/api/v1/health"), 200);
    /* what was taken by hand this morning and is imported now */
    buf_clear(&lines);
    buf_printf(&lines, "water,device=tangan,pond=kotim-2 tan_n_mg_l=1.3,tan_n_mg_l_q=1 %lld\n",
               now - 5 * 3600000LL);
    assert_int_equal(influx_write(db, lines.p, lines.n, &written), 0);
    await_page(&h, "/api/v1/ponds", "tan_n_mg_l");
    influxd_stop(&d); /* the database goes away under way */
    await_page(&h, "/", "Basis data tidak terhubung sejak");
    await_page(&h, "/kolam/kotim-1", "Oksigen belum naik"); /* still young enough */
    assert_int_equal(status_of(&h, "GET", "/api/v1/health"), 503);
    /* what was read a day ago is not the last 24 hours */
    atomic_store(&later_ms, 25LL * 3600 * 1000);
    await_page(&h, "/kolam/kotim-1", "Tidak ada data dalam 24 jam terakhir");
    house_close(&h);
    atomic_store(&later_ms, 0);
    clock_set(NULL);
    influx_close(db);
    buf_free(&lines);
}

static void new_records_appear_without_a_restart(void **state)
{
    struct house h;
    const struct model_config c = {.config = &h.config,
                                   .limits = &STATUS_DEFAULTS,
                                   .refresh_ms = 1000,
                                   .forecast_ms = 3600000};
    struct model_config mine;
    struct model *m;
    struct page_model *p;

    (void)state;
    house_open(&h, NULL);
    mine = c;
    mine.records = h.records;
    assert_int_equal(model_start(&m, &mine), 0);
    p = model_picture(m);
    assert_non_null(p);
    assert_int_equal(p->ponds, 3);
    model_picture_free(p);
    import(&h, RECORDS_PONDS,
           "pond,farm,name,system,area_m2,depth_m\nseruyan-2,pembuang,Karamba 2,cage,20,2\n");
    model_look(m); /* what happens each minute */
    for (int64_t until = clock_mono_ms() + 20000;;) {
        size_t n;
        p = model_picture(m);
        n = p->ponds;
        model_picture_free(p);
        if (n == 4)
            break;
        if (clock_mono_ms() > until)
            fail_msg("%zu ponds", n);
        (void)poll(NULL, 0, 20);
    }
    model_stop(m);
    house_close(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_database_pages_say_no_data),
        cmocka_unit_test(what_is_entered_of_other_fish_is_printed),
        cmocka_unit_test(a_database_that_hangs_does_not_hang_the_pages),
        cmocka_unit_test(live_values_and_the_day_come_from_the_database),
        cmocka_unit_test(new_records_appear_without_a_restart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
