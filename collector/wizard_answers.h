/* SPDX-License-Identifier: GPL-3.0-or-later */
/* wizard_answers: the answers to `setup` from a JSON file, for machines that are set up without a person. */
#ifndef COLLECTOR_WIZARD_ANSWERS_H
#define COLLECTOR_WIZARD_ANSWERS_H

#include "collector/common/buf.h"
#include "wizard.h"

/* Takes the answers of text (a file called name) into w->draft, w->sink and w->login. w->draft may hold a site file already:
 * ponds, lines and devices of the answers are added to it or change those of the same slug; what is left out stays. Without one
 * "site", "ponds", "lines" and "server" (null: none) must be there. NILA_ERR_CONFIG: mistakes has a line for each wrong or
 * missing answer, "name:line:column: ..."; the draft is then as it was. has_sink: there is a server in w->sink. */
NILA_MUST_CHECK int wizard_answers_read(struct wizard *w, const char *name, const char *text,
                                        size_t n, struct buf *mistakes, bool *has_sink);

#endif
