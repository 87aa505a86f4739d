/*
 * textform: events as text, one a line. Fixtures, the demo, drills, `--record`, `export`
 * and bug reports are in this form.
 *
 *     # wp502 events 1
 *     {"seq":7,"mono":812,"wall":1763632800123,"host":"web1","kind":"report",
 *      "name":"nginx","version":1,"re":5,"exit":0,"ms":12}<TAB>first line\nsecond line
 *
 * (one physical line; wrapped here only)
 *
 *   file    = *( line LF ); a line that is empty or begins with # is skipped
 *   line    = head TAB payload
 *   head    = JSON object without a TAB. seq, mono, wall and kind must be there; host and
 *             name are "" without; version, re 0; exit, ms -1 (unknown). flags: an array
 *             of "truncated" "late" "needs-root". A host or name that is no UTF-8 stands
 *             in base64 as "host64", "name64". Unknown keys are ignored.
 *   payload = printable UTF-8, with \n \r \t \\ and \xNN for every other byte; or base64
 *             when the head says "enc":"b64" (chosen when a quarter of it would be \xNN)
 *
 * So a file can be shown on a terminal and compared with diff. A payload has no end but
 * the LF: a last line without LF is cut, however good it looks.
 */
#ifndef STORE_TEXTFORM_H
#define STORE_TEXTFORM_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/span.h"
#include "model/event.h"

#define TEXTFORM_MAGIC "# wp502 events 1\n"
#define TEXTFORM_LINE_MAX (4u << 20)
#define TEXTFORM_HEAD_MAX (64u << 10)
#define TEXTFORM_PAYLOAD_MAX ((TEXTFORM_LINE_MAX - TEXTFORM_HEAD_MAX) / 3)

/*
 * Appends one line with its LF. A payload past TEXTFORM_PAYLOAD_MAX is cut and flagged
 * truncated. False, and nothing appended, when the head is too long, a number is past
 * what the form holds (seq, re: 2^63-1) or `out` is full.
 */
bool textform_write(struct buf *out, const struct event *event);

/*
 * One line without its LF -> event; its strings and bytes live in `mem`. False
 * (*ret_event untouched) with *ret_why, static text, when it is not one. Pure.
 */
bool textform_parse(struct span line, struct arena *mem, struct event *ret_event,
		    const char **ret_why);

#endif
