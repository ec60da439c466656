/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "collector/common/buf.h"
#include "collector/common/jsonconf.h"
#include "collector/common/site.h"
#include "site_text.h"
#include "tests/support/nobody.h"

static void reads_everything_a_site_file_says(void **state)
{
    struct site *s = NULL;
    char why[512] = "";

    (void)state;
    if (site_load_memory(&s, "/etc/nila/collector.json", SITE, strlen(SITE), why, sizeof why) != 0)
        fail_msg("%s", why);
    assert_string_equal(s->slug, "bina");
    assert_string_equal(s->name, "Bina Karya");
    assert_int_equal(s->regency, REGENCY_KOTIM);
    assert_string_equal(s->kecamatan, "62.02.06");

    assert_int_equal(s->ponds, 2);
    assert_string_equal(s->pond[0].name, "Kolam 1");
    assert_true(s->pond[0].area_m2 == 200 && s->pond[0].depth_m == 1.2);
    assert_int_equal(s->pond[0].system, POND_SYSTEM_BIOFLOC);
    assert_string_equal(s->pond[1].name, "k2"); /* default: the slug */
    assert_int_equal(s->pond[1].system, POND_SYSTEM_POND);
    assert_int_equal(site_find_pond(s, "k2"), 1);
    assert_int_equal(site_find_pond(s, "k3"), -1);

    assert_int_equal(s->buses, 2);
    assert_int_equal(s->bus[0].kind, SITE_BUS_SERIAL);
    assert_string_equal(s->bus[0].port, "/dev/ttyUSB0");
    assert_int_equal(s->bus[0].baud, 19200);
    assert_int_equal(s->bus[0].parity, 'E');
    assert_int_equal(s->bus[0].stop_bits, 2);
    assert_int_equal(s->bus[0].timeout_ms, 500);
    assert_int_equal(s->bus[0].gap_ms, 20);
    assert_int_equal(s->bus[1].kind, SITE_BUS_TCP);
    assert_string_equal(s->bus[1].host, "192.168.10.20");
    assert_int_equal(s->bus[1].tcp_port, 1502);
    assert_int_equal(s->bus[1].timeout_ms, 1000);
    assert_int_equal(s->bus[1].gap_ms, 0);

    assert_int_equal(s->devices, 3);
    assert_string_equal(s->device[0].profile, "nila-node");
    assert_int_equal(s->device[0].every_s, 30);
    assert_int_equal(s->device[0].pond, 0);
    assert_int_equal(s->device[0].metrics, 2);
    assert_int_equal(s->device[0].metric[0].metric, METRIC_TEMP_C);
    assert_true(s->device[0].metric[0].primary && s->device[0].metric[0].has_limits);
    assert_true(s->device[0].metric[0].min == 20 && s->device[0].metric[0].max == 38);
    assert_false(s->device[0].metric[1].has_limits);
    assert_int_equal(s->device[1].pond, -1);
    assert_int_equal(s->device[1].every_s, 60);
    assert_int_equal(s->device[1].metric[0].metric, METRIC_TEMP_C);
    assert_int_equal(s->device[1].metric[0].as, METRIC_AIR_TEMP_C);
    assert_int_equal(s->device[2].bus, 1);
    assert_int_equal(s->device[2].unit, 0);
    assert_int_equal(s->device[2].pond, 1);

    assert_int_equal(s->sinks, 1);
    assert_string_equal(s->sink[0].url, "http://127.0.0.1:8086"); /* without the slash */
    assert_int_equal(s->sink[0].api, INFLUX_V1);
    assert_string_equal(s->sink[0].database, "lumbung");
    assert_string_equal(s->sink[0].token_file, "/etc/nila/office.token");
    assert_false(s->sink[0].insecure_http);
    assert_string_equal(s->journal_path, "/etc/nila/state/journal.db");
    assert_int_equal(s->journal_max_bytes, 2097152);
    assert_int_equal(s->journal_keep_days, 0);
    assert_int_equal(s->journal_clock_wait_min, 5);
    assert_int_equal(s->journal_ballast_bytes, 77);
    assert_string_equal(s->control_socket, "/tmp/x.sock");
    site_free(s);
    site_free(NULL);
}

static void fills_in_what_a_short_file_leaves_out(void **state)
{
    static const char SHORT[] =
        "{\"site\": {\"slug\": \"s\", \"name\": \"S\", \"regency\": \"seruyan\", \"kecamatan\": "
        "\"62.07.10\"},\n"
        " \"ponds\": [], \"buses\": [{\"slug\": \"b\", \"serial\": {\"port\": \"/dev/ttyS0\"}},\n"
        " {\"slug\": \"c\", \"tcp\": {\"host\": \"localhost\"}}]}";
    struct site *s = NULL;
    char why[512] = "";

    (void)state;
    if (site_load_memory(&s, "c.json", SHORT, strlen(SHORT), why, sizeof why) != 0)
        fail_msg("%s", why);
    assert_int_equal(s->bus[0].baud, 9600);
    assert_int_equal(s->bus[0].parity, 'N');
    assert_int_equal(s->bus[0].stop_bits, 1);
    assert_int_equal(s->bus[1].tcp_port, 502);
    assert_int_equal(s->ponds + s->devices + s->sinks, 0);
    assert_string_equal(s->journal_path, "/var/lib/lumbung-nila/collector/journal.db");
    assert_int_equal(s->journal_max_bytes, 268435456);
    assert_int_equal(s->journal_keep_days, 35);
    assert_int_equal(s->journal_clock_wait_min, 15);
    assert_int_equal(s->journal_ballast_bytes, 8 << 20);
    assert_string_equal(s->control_socket, "/run/lumbung-nila/collector.sock");
    site_free(s);
}

static void names_place_key_and_what_is_allowed_of_every_fault(void **state)
{
    static const struct site_fault T[] = {
        {"section misspelt", "\"ponds\"", "@\"pond\"",
         "unknown key \"pond\"; did you mean \"ponds\"?"},
        {"section unknown", "\"reflexes\"", "@\"alarms\"",
         "unknown key \"alarms\"; allowed: site, ponds, buses"},
        {"section missing", "\"buses\": [", "\"x-unknown-x\": [",
         "c.json:1:1: \"buses\" is missing"},
        {"site is a list",
         "{\"slug\": \"bina\", \"name\": \"Bina Karya\", \"regency\": \"kotim\", \"kecamatan\": "
         "\"62.02.06\"}",
         "@[]", "site: a list [] is not allowed; an object {}"},
        {"slug with a capital", "\"bina\"", "@\"Bina\"",
         "site.slug: \"Bina\" is not allowed; 1 to 32 of a-z, 0-9 and -"},
        {"empty name", "\"Bina Karya\"", "@\"\"",
         "site.name: empty text is not allowed; 1 to 64 bytes"},
        {"regency in full", "\"kotim\"", "@\"Kotawaringin Timur\"",
         "site.regency: \"Kotawaringin Timur\" is not allowed; \"kotim\", \"seruyan\""},
        {"kecamatan of the other regency", "\"62.02.06\"", "@\"62.07.01\"",
         "site.kecamatan: \"62.07.01\" is not a kecamatan of Kotawaringin Timur; 62.02.01 to "
         "62.02.17"},
        {"kecamatan by name", "\"62.02.06\"", "@\"Baamang\"",
         "not a kecamatan of Kotawaringin Timur"},
        {"pond slug twice", "\"slug\": \"k2\"", "\"slug\": @\"k1\"",
         "ponds[1].slug: \"k1\" is used twice"},
        {"area in hectares", "\"area_m2\": 200", "\"area_m2\": @0.02",
         "ponds[0].area_m2: 0.02 is not allowed; 1 to 100000"},
        {"area missing", "\"area_m2\": 200, ", "", "c.json:4:3: ponds[0]: \"area_m2\" is missing"},
        {"depth in centimetres", "\"depth_m\": 1.2", "\"depth_m\": @120",
         "ponds[0].depth_m: 120 is not allowed; 0.3 to 10"},
        {"system unknown", "\"biofloc\"", "@\"kolam\"",
         "ponds[0].system: \"kolam\" is not allowed; \"pond\", \"biofloc\", \"tarpaulin\", "
         "\"cage\""},
        {"bus slug twice", "\"slug\": \"gate\"", "\"slug\": @\"rs485\"",
         "buses[1].slug: \"rs485\" is used twice"},
        {"no line", "\"tcp\": {\"host\": \"192.168.10.20\", \"port\": 1502},", "",
         "c.json:17:3: buses[1]: no line; exactly one of \"serial\" {} and \"tcp\" {} is needed"},
        {"two lines", "\"timeout_ms\": 500", "\"tcp\": @{\"host\": \"a\"}",
         "buses[0].tcp: both kinds of line"},
        {"key misspelt", "\"baud\"", "@\"baudd\"",
         "buses[0].serial: unknown key \"baudd\"; did you mean \"baud\"?"},
        {"needed key misspelt", "\"port\"", "@\"prot\"",
         "buses[0].serial: unknown key \"prot\"; did you mean \"port\"?"},
        {"empty port", "\"/dev/ttyUSB0\"", "@\"\"",
         "buses[0].serial.port: an empty path is not allowed"},
        {"baud too low", "19200", "@960",
         "buses[0].serial.baud: 960 is not allowed; 1200 to 115200"},
        {"baud nobody has", "19200", "@9601",
         "buses[0].serial.baud: 9601 is not allowed; 1200, 2400, 4800, 9600,"},
        {"baud as text", "19200", "@\"9600\"",
         "buses[0].serial.baud: text is not allowed; whole number from 1200 to 115200"},
        {"parity as a word", "\"E\"", "@\"even\"",
         "buses[0].serial.parity: \"even\" is not allowed; \"N\", \"E\", \"O\""},
        {"stop bits", "\"stop_bits\": 2", "\"stop_bits\": @3",
         "buses[0].serial.stop_bits: 3 is not allowed; 1 to 2"},
        {"timeout too short", "500", "@10", "buses[0].timeout_ms: 10 is not allowed; 50 to 10000"},
        {"gap negative", "\"gap_ms\": 20", "\"gap_ms\": @-1",
         "buses[0].gap_ms: -1 is not allowed; 0 to 5000"},
        {"host with its port", "\"192.168.10.20\"", "@\"192.168.10.20/502\"",
         "buses[1].tcp.host: \"192.168.10.20/502\""},
        {"host empty", "\"192.168.10.20\"", "@\"\"",
         "buses[1].tcp.host: \"\" is not allowed; a host name or an address"},
        {"tcp port too high", "1502", "@70000",
         "buses[1].tcp.port: 70000 is not allowed; 0 to 65535"},
        {"rules are an object", "\"reflexes\": []", "\"reflexes\": @{}",
         "reflexes: an object {} is not allowed; a list [] is expected"},
        {"device slug twice on two buses", "\"slug\": \"node-2\"", "\"slug\": @\"node-1\"",
         "buses[1].devices[0].slug: \"node-1\" is used twice"},
        {"profile with a path", "\"nila-node\"", "@\"../nila-node\"",
         "buses[0].devices[0].profile: \"../nila-node\" is not allowed; 1 to 32 of a-z"},
        {"unit of a neighbour", "\"unit\": 2", "\"unit\": @1",
         "buses[0].devices[1].unit: 1 is the unit of \"node-1\""},
        {"unit 0 on a serial line", "\"unit\": 1", "\"unit\": @0",
         "buses[0].devices[0].unit: 0 is not allowed; 1 to 255"},
        {"unit 256", "\"unit\": 0", "\"unit\": @256",
         "buses[1].devices[0].unit: 256 is not allowed; 0 to 255"},
        {"unit missing", "\"unit\": 1, ", "",
         "c.json:12:5: buses[0].devices[0]: \"unit\" is missing"},
        {"every 0 s", "\"every_s\": 30", "\"every_s\": @0",
         "buses[0].devices[0].every_s: 0 is not allowed; 1 to 86400"},
        {"every half second", "\"every_s\": 30", "\"every_s\": @0.5",
         "0.5 is not allowed; whole number from 1 to 86400"},
        {"pond unknown", "\"pond\": \"k1\"", "\"pond\": @\"k9\"",
         "buses[0].devices[0].pond: there is no pond \"k9\"; a slug of \"ponds\", or null"},
        {"pond missing", ", \"pond\": \"k1\"", "",
         "c.json:12:5: buses[0].devices[0]: \"pond\" is missing"},
        {"pond is a number", "\"pond\": \"k1\"", "\"pond\": @1",
         "buses[0].devices[0].pond: a number is not allowed"},
        {"metric misspelt", "\"do_mg_l\"", "@\"do_mgl\"",
         "buses[0].devices[0].metrics: unknown key \"do_mgl\"; did you mean \"do_mg_l\"?"},
        {"renamed to another unit", "\"air_temp_c\"", "@\"ph\"",
         "metrics.temp_c.as: not a metric of the unit of temp_c; temp_c, air_temp_c"},
        {"renamed to nothing known", "\"air_temp_c\"", "@\"air\"",
         "not a metric of the unit of temp_c; temp_c, air_temp_c"},
        {"two metrics under one name", "{\"as\": \"air_temp_c\"}",
         "{\"as\": \"air_temp_c\"}, \"air_temp_c\": @{}",
         "metrics.air_temp_c: air_temp_c is reported twice by this device"},
        {"limit nobody can reach", "\"max\": 38", "\"max\": @380",
         "metrics.temp_c.max: 380 is not allowed; 10 to 45"},
        {"limits the wrong way round", "{\"primary\": true, \"min\": 20, \"max\": 38}",
         "@{\"primary\": true, \"min\": 38, \"max\": 20}",
         "metrics.temp_c: min 38 is not below max 20; 10 to 45"},
        {"primary twice",
         "\"unit\": 0, \"pond\": \"k2\",\n     \"metrics\": {\"temp_c\": {\"primary\": true}}",
         "\"unit\": 0, \"pond\": \"k1\",\n     \"metrics\": {\"temp_c\": {\"primary\": @true}}",
         "buses[1].devices[0].metrics.temp_c.primary: \"node-1\" is primary for temp_c here "
         "already"},
        {"a reflex without its switch", "\"reflexes\": []",
         "\"reflexes\": [@{\"slug\": \"k\", \"pond\": null}]",
         "reflexes[0]: \"switch\" is missing"},
        {"journal too small", "2097152", "@1024",
         "journal.max_bytes: 1024 is not allowed; 1048576 to 68719476736"},
        {"journal kept for ever", "\"keep_days\": 0", "\"keep_days\": @100000",
         "journal.keep_days: 100000 is not allowed; 0 to 3650"},
        {"socket path too long", "\"/tmp/x.sock\"",
         "@\"/tmp/"
         "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
         "xxxxxxxxxxxxxx.sock\"",
         "control.socket: with its folder a path of 113 bytes is not allowed; "
         "at most 107"},
        {"a key twice", "\"gap_ms\": 20", "\"gap_ms\": 20, @\"gap_ms\": 0",
         "buses[0].gap_ms: the key stands twice; first at line 10"},
        {"comma missing", "\"gap_ms\": 20,", "\"gap_ms\": 20",
         "c.json:11:4: expected \",\" or \"}\", found \""},
    };

    (void)state;
    assert_faults(T, sizeof T / sizeof T[0]);
}

static void accepts_what_is_only_unusual(void **state)
{
    static const struct site_change T[] = {
        {"any free port, for the simulator", "1502", "0"},
        {"one unit on two buses", "\"unit\": 0", "\"unit\": 1"},
        {"primary of another pond", "\"primary\": true, \"min\"", "\"primary\": false, \"min\""},
        {"only one limit", "\"min\": 20, ", ""},
        {"where an editor finds the schema", "\"reflexes\": []",
         "\"$schema\": \"site.schema.json\", \"reflexes\": []"},
        {"comment", "\"reflexes\": []", "/* no rules \n yet */ // \" {\n\"reflexes\": []"},
    };

    (void)state;
    assert_accepted(T, sizeof T / sizeof T[0]);
}

static void two_buses_never_share_a_line(void **state)
{
    static const struct {
        const char *says, *first, *second;
        bool good;
    } T[] = {
        {"the same port", "\"serial\":{\"port\":\"/dev/a\"}",
         "\"serial\":{\"port\":\"/dev/a\",\"baud\":1200}", false},
        {"two ports", "\"serial\":{\"port\":\"/dev/a\"}", "\"serial\":{\"port\":\"/dev/b\"}", true},
        {"the same endpoint", "\"tcp\":{\"host\":\"gw\"}", "\"tcp\":{\"host\":\"GW\",\"port\":502}",
         false},
        {"two ports of one host", "\"tcp\":{\"host\":\"gw\"}",
         "\"tcp\":{\"host\":\"gw\",\"port\":503}", true},
        {"two free ports", "\"tcp\":{\"host\":\"gw\",\"port\":0}",
         "\"tcp\":{\"host\":\"gw\",\"port\":0}", true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        struct site *s = NULL;
        char why[512] = "";
        struct buf b = {0};
        int rc;
        buf_printf(&b,
                   "{\"site\":{\"slug\":\"s\",\"name\":\"S\",\"regency\":\"kotim\",\"kecamatan\":"
                   "\"62.02.01\"},"
                   "\"ponds\":[],\"buses\":[{\"slug\":\"a\",%s},{\"slug\":\"b\",%s}]}",
                   T[i].first, T[i].second);
        rc = site_load_memory(&s, "c.json", b.p, b.n, why, sizeof why);
        if (rc != (T[i].good ? 0 : NILA_ERR_CONFIG) ||
            (!T[i].good && strstr(why, "bus \"a\" is the same line") == NULL))
            fail_msg("%s: %s", T[i].says, why);
        site_free(s);
        buf_free(&b);
    }
}

static void keeps_its_bounds(void **state)
{
    struct buf b = {0};
    char why[512] = "";

    (void)state;
    for (int ponds = 256; ponds <= 257; ponds++) {
        struct site *s = NULL;
        buf_clear(&b);
        buf_str(&b, "{\"site\":{\"slug\":\"s\",\"name\":\"S\",\"regency\":\"kotim\",\"kecamatan\":"
                    "\"62.02.01\"},"
                    "\"buses\":[],\"ponds\":[");
        for (int i = 0; i < ponds; i++)
            buf_printf(&b, "%s{\"slug\":\"k%d\",\"area_m2\":1,\"depth_m\":1}", i > 0 ? "," : "", i);
        buf_str(&b, "]}");
        assert_int_equal(site_load_memory(&s, "c.json", b.p, b.n, why, sizeof why),
                         ponds == 256 ? 0 : NILA_ERR_CONFIG);
        site_free(s);
    }
    assert_non_null(strstr(why, "ponds: too many entries; at most 256"));
    buf_free(&b);
}

static void seventeen_metrics_of_one_device_are_too_many(void **state)
{
    struct buf b = {0};
    struct site *s = NULL;
    char place[64], why[512] = "";

    (void)state;
    buf_str(&b, "\"metrics\": {");
    for (int m = 0; m < SITE_DEVICE_METRICS; m++)
        buf_printf(&b, "\"%s\": {},", metric_info((enum metric)m)->name);
    buf_printf(&b, "\"%s\": @{}}", metric_info((enum metric)SITE_DEVICE_METRICS)->name);
    assert_int_equal(load_changed(&s, "c.json",
                                  "\"metrics\": {\"temp_c\": {\"as\": \"air_temp_c\"}}", b.p, place,
                                  sizeof place, why, sizeof why),
                     NILA_ERR_CONFIG);
    if (strncmp(why, place, strlen(place)) != 0 ||
        strstr(why, "too many metrics; at most 16 a device") == NULL)
        fail_msg("%s", why);
    buf_free(&b);
}

static int open_it(void *path)
{
    struct site *s = NULL;
    char why[512];

    return site_load(&s, path, why, sizeof why);
}

static void paths_begin_at_the_folder_of_the_file(void **state)
{
    char dir[256], path[300], want[400], why[512] = "";
    struct site *s = NULL;

    (void)state;
    (void)snprintf(dir, sizeof dir, "%s", support_tmpdir());
    (void)snprintf(path, sizeof path, "%s/collector.json", dir);
    assert_int_equal(site_load(&s, path, why, sizeof why), NILA_ERR_NOT_FOUND);
    assert_int_equal(site_load(&s, dir, why, sizeof why), NILA_ERR_IO);
    support_write(path, SITE);
    if (site_load(&s, path, why, sizeof why) != 0)
        fail_msg("%s", why);
    (void)snprintf(want, sizeof want, "%s/state/journal.db", dir);
    assert_string_equal(s->journal_path, want);
    site_free(s);
    s = NULL;
    support_write(path, "{\"site\": }");
    assert_int_equal(site_load(&s, path, why, sizeof why), NILA_ERR_CONFIG);
    (void)snprintf(want, sizeof want, "%s:1:10: expected a value", path);
    assert_int_equal(strncmp(why, want, strlen(want)), 0);
    assert_int_equal(chmod(path, 0), 0);
    assert_int_equal(chmod(dir, 0755), 0);
    assert_int_equal(support_as_nobody(open_it, path), NILA_ERR_DENIED);
    assert_null(s);
    support_rmdir(dir);
}

static void the_example_file_is_a_good_one(void **state)
{
    struct site *s = NULL;
    char why[512] = "";

    (void)state;
    if (site_load(&s, "deploy/config/collector.example.json", why, sizeof why) != 0)
        fail_msg("%s", why);
    assert_int_equal(s->ponds, 2);
    assert_int_equal(s->buses, 2);
    assert_int_equal(s->devices, 5);
    assert_int_equal(s->inputs, 1);
    assert_int_equal(s->reflexes, 1);
    assert_int_equal(s->sinks, 1);
    assert_string_equal(s->sink[0].token_file, "deploy/config/secrets/office.token");
    site_free(s);
}

static const struct jsonconf_node *walk(struct jsonconf *c, const char *path)
{
    const struct jsonconf_node *n = jsonconf_root(c);
    char key[64];
    int used;

    for (; sscanf(path, " %63[^/]%n", key, &used) == 1; path += used + (path[used] == '/'))
        n = jsonconf_member(c, n, key, true);
    return n;
}

/* The schema for editors allows what the reader allows: both ends of each range, and nothing beyond. */
static void the_schema_has_the_ranges_of_the_reader(void **state)
{
    static const struct {
        const char *path, *find, *key;
        double step;
    } T[] = {
        {"properties/ponds/items/properties/area_m2", "\"area_m2\": 200", "area_m2", 0.5},
        {"properties/ponds/items/properties/depth_m", "\"depth_m\": 1.2", "depth_m", 0.1},
        {"properties/buses/items/properties/timeout_ms", "\"timeout_ms\": 500", "timeout_ms", 1},
        {"properties/buses/items/properties/gap_ms", "\"gap_ms\": 20", "gap_ms", 1},
        {"properties/buses/items/properties/tcp/properties/port", "\"port\": 1502", "port", 1},
        {"definitions/device/properties/unit", "\"unit\": 0", "unit", 1},
        {"definitions/device/properties/every_s", "\"every_s\": 30", "every_s", 1},
        {"properties/journal/properties/max_bytes", "\"max_bytes\": 2097152", "max_bytes", 1},
        {"properties/journal/properties/keep_days", "\"keep_days\": 0", "keep_days", 1},
        {"properties/journal/properties/ballast_bytes", "\"ballast_bytes\": 77", "ballast_bytes",
         1},
        {"properties/journal/properties/clock_wait_min", "\"clock_wait_min\": 5", "clock_wait_min",
         1},
    };
    struct jsonconf *c = NULL;
    char why[512] = "";

    (void)state;
    if (jsonconf_open(&c, "collector/common/site.schema.json", why, sizeof why) != 0)
        fail_msg("%s", why);
    for (size_t i = 0; i < sizeof T / sizeof T[0]; i++) {
        const struct jsonconf_node *n = walk(c, T[i].path);
        const double min = jsonconf_number(c, n, "minimum", -1e12, 1e12);
        const double max = jsonconf_number(c, n, "maximum", -1e12, 1e12);
        const double value[] = {min, max, min - T[i].step, max + T[i].step};
        assert_non_null(n);
        for (size_t k = 0; k < 4; k++) {
            struct site *s = NULL;
            char put[64], place[64];
            int rc;
            (void)snprintf(put, sizeof put, "\"%s\": %.15g", T[i].key, value[k]);
            rc = load_changed(&s, "c.json", T[i].find, put, place, sizeof place, why, sizeof why);
            if (rc != (k < 2 ? 0 : NILA_ERR_CONFIG))
                fail_msg("%s: rc %d, %s", put, rc, rc != 0 ? why : "");
            site_free(s);
        }
    }
    jsonconf_close(c);
}

static void the_schema_has_the_metrics_of_metric_c(void **state)
{
    static const char *const BESIDE[] = {"$schema",     "$id",       "title",
                                         "description", "type",      "additionalProperties",
                                         "required",    "properties"};
    static const char *const DEVICE[] = {"type", "additionalProperties", "required"};
    static const char *const METRICS[] = {"type", "additionalProperties", "maxProperties"};
    static const char *const OTHER[] = {"slug", "profile", "unit", "every_s", "pond"};
    struct jsonconf *c = NULL;
    const struct jsonconf_node *device, *properties, *metrics, *each;
    char why[512] = "";

    (void)state;
    if (jsonconf_open(&c, "collector/common/site.schema.json", why, sizeof why) != 0)
        fail_msg("%s", why);
    for (size_t i = 0; i < sizeof BESIDE / sizeof BESIDE[0]; i++)
        jsonconf_ignore(c, jsonconf_root(c), BESIDE[i]);
    device = walk(c, "definitions/device");
    jsonconf_ignore(c, walk(c, "definitions"), "slug");
    jsonconf_ignore(c, walk(c, "definitions"), "metric");
    jsonconf_ignore(c, walk(c, "definitions"), "reflex");
    jsonconf_ignore(c, walk(c, "definitions"), "input");
    for (size_t i = 0; i < sizeof DEVICE / sizeof DEVICE[0]; i++)
        jsonconf_ignore(c, device, DEVICE[i]);
    properties = jsonconf_member(c, device, "properties", true);
    for (size_t i = 0; i < sizeof OTHER / sizeof OTHER[0]; i++)
        jsonconf_ignore(c, properties, OTHER[i]);
    metrics = jsonconf_member(c, properties, "metrics", true);
    for (size_t i = 0; i < sizeof METRICS / sizeof METRICS[0]; i++)
        jsonconf_ignore(c, metrics, METRICS[i]);
    each = jsonconf_member(c, metrics, "properties", true);
    for (int m = 0; m < METRIC_COUNT; m++) {
        assert_non_null(jsonconf_member(c, each, metric_info((enum metric)m)->name, true));
        jsonconf_ignore(c, each, metric_info((enum metric)m)->name);
    }
    if (jsonconf_done(c, why, sizeof why) != 0) /* a metric too many would be an unknown key */
        fail_msg("%s", why);
    jsonconf_close(c);
}

static void pond_systems_have_one_name_each(void **state)
{
    enum pond_system back = POND_SYSTEM_COUNT;

    (void)state;
    for (int i = 0; i < POND_SYSTEM_COUNT; i++) {
        assert_int_equal(pond_system_find(pond_system_name((enum pond_system)i), &back), 0);
        assert_int_equal(back, i);
    }
    assert_int_equal(pond_system_find("kolam", &back), NILA_ERR_NOT_FOUND);
    assert_int_equal(pond_system_find("", &back), NILA_ERR_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_everything_a_site_file_says),
        cmocka_unit_test(fills_in_what_a_short_file_leaves_out),
        cmocka_unit_test(names_place_key_and_what_is_allowed_of_every_fault),
        cmocka_unit_test(accepts_what_is_only_unusual),
        cmocka_unit_test(two_buses_never_share_a_line),
        cmocka_unit_test(keeps_its_bounds),
        cmocka_unit_test(seventeen_metrics_of_one_device_are_too_many),
        cmocka_unit_test(paths_begin_at_the_folder_of_the_file),
        cmocka_unit_test(the_example_file_is_a_good_one),
        cmocka_unit_test(the_schema_has_the_ranges_of_the_reader),
        cmocka_unit_test(the_schema_has_the_metrics_of_metric_c),
        cmocka_unit_test(pond_systems_have_one_name_each),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
