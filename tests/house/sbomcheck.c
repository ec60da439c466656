/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sbomcheck FILE NAME...: exit 0 when FILE is JSON, says SPDX-2.3, every id in a relationship is declared once, and each NAME
   is a package with a version. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

static const char *text(const cJSON *o, const char *name)
{
    const char *v = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(o, name));

    return v != NULL ? v : "";
}

static int count(const cJSON *packages, const char *member, const char *value)
{
    const cJSON *p;
    int n = 0;

    cJSON_ArrayForEach(p, packages) n +=
        strcmp(text(p, member), value) == 0 && text(p, "versionInfo")[0] != '\0';
    return n;
}

int main(int argc, char **argv)
{
    static char bytes[1 << 20];
    FILE *f = argc > 2 ? fopen(argv[1], "rb") : NULL;
    const size_t n = f != NULL ? fread(bytes, 1, sizeof bytes - 1, f) : 0;
    cJSON *doc = cJSON_ParseWithOpts(bytes, NULL, true);
    const cJSON *packages = cJSON_GetObjectItemCaseSensitive(doc, "packages"), *r;
    int wrong = 0;

    if (n == 0 || doc == NULL || strcmp(text(doc, "spdxVersion"), "SPDX-2.3") != 0) {
        (void)fprintf(stderr, "sbomcheck: not an SPDX-2.3 document in JSON\n");
        return 1;
    }
    cJSON_ArrayForEach(r, cJSON_GetObjectItemCaseSensitive(doc, "relationships"))
    {
        const char *const end[2] = {text(r, "spdxElementId"), text(r, "relatedSpdxElement")};

        for (int i = 0; i < 2; i++)
            if (strcmp(end[i], "SPDXRef-DOCUMENT") != 0 && count(packages, "SPDXID", end[i]) != 1)
                wrong = fprintf(stderr, "sbomcheck: %s is declared %d times\n", end[i],
                                count(packages, "SPDXID", end[i]));
    }
    for (int i = 2; i < argc; i++)
        if (count(packages, "name", argv[i]) != 1)
            wrong = fprintf(stderr, "sbomcheck: %s is not there, or has no version\n", argv[i]);
    cJSON_Delete(doc);
    (void)fclose(f);
    return wrong != 0;
}
