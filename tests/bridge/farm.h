/* SPDX-License-Identifier: GPL-3.0-or-later */
/* farm: a small site for the tests of simulator and history: two ponds, two TCP buses and a serial one. */
#ifndef TESTS_BRIDGE_FARM_H
#define TESTS_BRIDGE_FARM_H

/* Ports 0: any free one. node-1 measures kolam-1, langit the weather, node-2 (serial) and node-3 keramba-1. */
static const char FARM[] =
    "{\"site\":{\"slug\":\"farm\",\"name\":\"Farm\",\"regency\":\"kotim\",\"kecamatan\":\"62.02."
    "06\"},"
    "\"ponds\":[{\"slug\":\"kolam-1\",\"name\":\"Kolam 1\",\"area_m2\":200,\"depth_m\":1.2},"
    "{\"slug\":\"keramba-1\",\"name\":\"Keramba\",\"area_m2\":16,\"depth_m\":2,\"system\":\"cage\"}"
    "],"
    "\"buses\":[{\"slug\":\"a\",\"tcp\":{\"host\":\"127.0.0.1\",\"port\":0},\"devices\":["
    "{\"slug\":\"node-1\",\"profile\":\"nila-node\",\"unit\":1,\"pond\":\"kolam-1\"},"
    "{\"slug\":\"langit\",\"profile\":\"nila-weather\",\"unit\":3,\"pond\":null}]},"
    "{\"slug\":\"b\",\"serial\":{\"port\":\"/dev/ttyS9\"},\"devices\":["
    "{\"slug\":\"node-2\",\"profile\":\"nila-node\",\"unit\":2,\"pond\":\"keramba-1\"}]},"
    "{\"slug\":\"c\",\"tcp\":{\"host\":\"127.0.0.2\",\"port\":0},\"devices\":["
    "{\"slug\":\"node-3\",\"profile\":\"nila-node\",\"unit\":1,\"pond\":\"keramba-1\"}]}],"
    "\"sinks\":[],\"journal\":{\"path\":\"/tmp/j.db\"},\"control\":{\"socket\":\"/tmp/c.sock\"}}";

#endif
