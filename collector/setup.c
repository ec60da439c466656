/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "setup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/common/log.h"
#include "collector/common/site_fit.h"

/* NULL when text is what the api wants, else what that is. */
static const char *token_fault(const char *text, enum influx_api api)
{
    static const char TOKEN[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~+/=";

    if (api == INFLUX_V1 || api == INFLUX_VM)
        return strchr(text, ':') != NULL && text[0] != ':' ? NULL
                                                           : "its first line is user:password";
    return text[0] != '\0' && text[strspn(text, TOKEN)] == '\0'
               ? NULL
               : "its first line is the token alone, without user, \"Token\" or \"Bearer\"";
}

/* Why a token file could not be read; errno is of the call that failed. */
static const char *open_fault(bool opened, bool regular)
{
    if (!opened && errno == ENOENT)
        return "there is none; write the login (v1, vm: user:password; v2, v3: the token) into it, "
               "mode 0640, or leave token_file out when the server asks for no login";
    return opened && !regular ? "not a file" : strerror(errno);
}

int setup_token(const char *path, enum influx_api api, char out[static SETUP_TOKEN_SIZE], char *why,
                size_t why_size)
{
    const char *fault;
    char text[SETUP_TOKEN_SIZE];
    struct stat st = {0};
    ssize_t n = -1;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), rc = NILA_ERR_CONFIG;

    if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) ||
        (n = read(fd, text, sizeof text - 1)) < 0) {
        (void)snprintf(why, why_size, "token file %.160s: %s", path,
                       open_fault(fd >= 0, S_ISREG(st.st_mode)));
        goto out;
    }
    if ((st.st_mode & S_IROTH) != 0)
        log_warnx("token file %s: everybody on this machine can read it; chmod 0640", path);
    text[n] = '\0';
    if ((size_t)n == sizeof text - 1 && strpbrk(text, "\r\n") == NULL) {
        (void)snprintf(why, why_size, "token file %.160s: longer than %d bytes", path,
                       SETUP_TOKEN_SIZE - 2);
        goto out;
    }
    text[strcspn(text, "\r\n")] = '\0';
    fault = token_fault(text, api);
    if (fault != NULL) {
        (void)snprintf(why, why_size, "token file %.160s: %s", path, fault);
        goto out;
    }
    (void)snprintf(out, SETUP_TOKEN_SIZE, "%s", text);
    rc = 0;
out:
    if (fd >= 0)
        (void)close(fd);
    return rc;
}

static int load_profiles(struct setup *s, const char *dir, char *why, size_t why_size)
{
    s->profile = xcalloc(s->site->devices, sizeof(struct profile *));
    for (unsigned i = 0; i < s->site->devices; i++) {
        const char *id = s->site->device[i].profile;
        int rc;
        for (unsigned k = 0; k < i && s->profile[i] == NULL; k++)
            if (strcmp(s->site->device[k].profile, id) == 0)
                s->profile[i] = s->profile[k];
        if (s->profile[i] == NULL &&
            (rc = profile_load(&s->profile[i], dir, id, why, why_size)) != 0) {
            if (rc == NILA_ERR_NOT_FOUND)
                (void)snprintf(
                    why, why_size,
                    "device %s: no profile %.40s in %.160s; correct its name, or name the "
                    "folder of the profiles with --devices or NILA_DEVICES",
                    s->site->device[i].slug, id, dir);
            return rc;
        }
    }
    return 0;
}

/* What the site file says of a device against what its profile can do. */
static int fit_devices(const struct setup *s, const char *config, char *why, size_t why_size)
{
    for (unsigned i = 0; i < s->site->devices; i++) {
        const struct site_device *d = &s->site->device[i];
        const int rc = site_fit(config, d, s->profile[i], why, why_size);
        if (rc != 0)
            return rc;
    }
    return 0;
}

/* A certificate file that cannot be read is said now, and not when the first reading is to be sent. */
static int check_ca_file(const struct site_sink *k, char *why, size_t why_size)
{
    if (k->ca_file[0] == '\0' || access(k->ca_file, R_OK) == 0)
        return 0;
    (void)snprintf(why, why_size, "sink %s: ca_file %.160s: %s", k->slug, k->ca_file,
                   strerror(errno));
    return NILA_ERR_CONFIG;
}

static int load_tokens(struct setup *s, char *why, size_t why_size)
{
    int rc = 0;

    s->token = xcalloc(s->site->sinks, sizeof *s->token);
    for (unsigned i = 0; rc == 0 && i < s->site->sinks; i++) {
        const struct site_sink *k = &s->site->sink[i];
        if (k->token_file[0] != '\0')
            rc = setup_token(k->token_file, k->api, s->token[i], why, why_size);
        if (rc == 0)
            rc = check_ca_file(k, why, why_size);
    }
    return rc;
}

int setup_load(struct setup *out, const char *config, const char *devices_dir, char *why,
               size_t why_size)
{
    struct setup s = {0};
    const char *dir = devices_dir != NULL ? devices_dir : getenv("NILA_DEVICES");
    int rc = site_load(&s.site, config, why, why_size);

    if (rc != 0)
        return rc;
    rc = load_profiles(&s, dir != NULL ? dir : SETUP_DEVICES_DIR, why, why_size);
    if (rc == 0)
        rc = fit_devices(&s, config, why, why_size);
    if (rc == 0)
        rc = load_tokens(&s, why, why_size);
    if (rc != 0)
        setup_free(&s);
    else
        *out = s;
    return rc;
}

void setup_free(struct setup *s)
{
    for (unsigned i = 0; s->profile != NULL && i < s->site->devices; i++) {
        unsigned k = 0;
        while (k < i &&
               s->profile[k] != s->profile[i]) /* freed already when a former one shares it */
            k++;
        if (k == i)
            profile_free(s->profile[i]);
    }
    free(s->profile);
    free(s->token);
    site_free(s->site);
    *s = (struct setup){0};
}
