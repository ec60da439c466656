/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The workbook by libxlsxwriter. It writes to a file: a temporary one of our own, read back and removed. Rows go to the disk as they
 * come (constant_memory), so that a long table costs no memory; text is written into the cell itself, as a string. */
#include "sheet_own.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <xlsxwriter.h>

#include "collector/common/log.h"
#include "collector/common/tongue.h"

struct xlsx {
    char path[256];
    lxw_workbook *book;
    lxw_worksheet *page;
    lxw_format *format[XLSX_STYLES];
    int failed; /* the first error of libxlsxwriter; 0 none */
};

static const char *folder(void)
{
    const char *tmp = getenv("TMPDIR");

    return tmp != NULL && tmp[0] != '\0' ? tmp : "/tmp";
}

static int add_formats(struct xlsx *x)
{
    for (int i = 0; i < XLSX_STYLES; i++) {
        x->format[i] = workbook_add_format(x->book);
        if (x->format[i] == NULL)
            return NILA_ERR_IO;
    }
    format_set_italic(x->format[XLSX_REMARK]);
    format_set_font_color(x->format[XLSX_REMARK], LXW_COLOR_GRAY);
    format_set_bold(x->format[XLSX_HEAD]);
    format_set_num_format(x->format[XLSX_DAY], "yyyy-mm-dd");
    format_set_num_format(x->format[XLSX_MOMENT], "yyyy-mm-dd hh:mm:ss");
    return 0;
}

int xlsx_new(struct xlsx **out, char *why, size_t why_size)
{
    struct xlsx *x = xcalloc(1, sizeof *x);
    lxw_workbook_options options = {.constant_memory = LXW_TRUE};
    char tmp[200];
    int fd;

    (void)snprintf(tmp, sizeof tmp, "%s", folder());
    options.tmpdir = tmp; /* copied by the library */
    (void)snprintf(x->path, sizeof x->path, "%.200s/nila-xlsx-XXXXXX", tmp);
    fd = mkstemp(x->path); /* 0600 */
    if (fd < 0) {
        (void)snprintf(why, why_size, "%.100s: %s", x->path, tongue_errno(errno));
        free(x);
        return NILA_ERR_IO;
    }
    (void)close(fd);
    x->book = workbook_new_opt(x->path, &options);
    if (x->book == NULL || add_formats(x) != 0)
        fatal("out of memory: a workbook");
    *out = x;
    return 0;
}

static void keep(struct xlsx *x, lxw_error e)
{
    if (e != LXW_NO_ERROR && x->failed == 0)
        x->failed = (int)e;
}

void xlsx_page(struct xlsx *x, const char *name, unsigned freeze, size_t columns)
{
    x->page = workbook_add_worksheet(x->book, name);
    if (x->page == NULL) { /* a name twice is our own mistake; anything else is the disk */
        keep(x, LXW_ERROR_CREATING_TMPFILE);
        return;
    }
    worksheet_freeze_panes(x->page, freeze, 0);
    keep(x, worksheet_set_column(x->page, 0, (lxw_col_t)(columns - 1), 16, NULL));
}

void xlsx_text(struct xlsx *x, unsigned row, unsigned at, const char *text, enum xlsx_style style)
{
    if (x->page != NULL)
        keep(x, worksheet_write_string(x->page, row, (lxw_col_t)at, text, x->format[style]));
}

void xlsx_number(struct xlsx *x, unsigned row, unsigned at, double v, enum xlsx_style style)
{
    if (x->page != NULL)
        keep(x, worksheet_write_number(x->page, row, (lxw_col_t)at, v, x->format[style]));
}

static int read_back(const char *path, struct buf *out)
{
    FILE *f = fopen(path, "rbe");
    char chunk[16384];
    size_t n;
    int e = f == NULL ? errno : 0;

    while (f != NULL && (n = fread(chunk, 1, sizeof chunk, f)) > 0)
        buf_add(out, chunk, n);
    if (f != NULL && ferror(f))
        e = errno != 0 ? errno : EIO;
    if (f != NULL)
        (void)fclose(f);
    return e;
}

int xlsx_done(struct xlsx *x, struct buf *out, char *why, size_t why_size)
{
    const lxw_error closed = workbook_close(x->book); /* frees the book whatever it says */
    struct buf read = {0};
    int e, rc = 0;

    keep(x, closed);
    e = x->failed == 0 ? read_back(x->path, &read) : 0;
    if (x->failed != 0) {
        (void)snprintf(why, why_size, "xlsx: %.100s", lxw_strerror((lxw_error)x->failed));
        rc = NILA_ERR_IO;
    } else if (e != 0) {
        (void)snprintf(why, why_size, "%.100s: %s", x->path, tongue_errno(e));
        rc = e == ENOSPC ? NILA_ERR_FULL : NILA_ERR_IO;
    } else if (out != NULL) {
        buf_add(out, read.p, read.n);
    }
    (void)unlink(x->path);
    buf_free(&read);
    free(x);
    return rc;
}
