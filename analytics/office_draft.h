/* SPDX-License-Identifier: GPL-3.0-or-later */
/* office_draft: analytics.json being made or changed: what is not asked about stays, comments are lost. */
#ifndef ANALYTICS_OFFICE_DRAFT_H
#define ANALYTICS_OFFICE_DRAFT_H

#include "collector/common/buf.h"
#include "office.h"

/* The text of the configuration of p, made of old (NULL: there was none; else a text that analytics_config_load has taken).
 * *comments: old had some. NILA_ERR_PARSE: old is no JSON object. */
NILA_MUST_CHECK int office_draft(const struct office_plan *p, const char *old, size_t n,
                                 struct buf *out, bool *comments);

#endif
