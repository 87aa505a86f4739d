/*
 * audit: what was done, on the operator's own machine. One JSON object a line, only ever
 * added to: $XDG_STATE_HOME/wp502/audit.jsonl, 0600. Each line names the SHA-256 of the line
 * before it ("prev") and its own ("hash", over the line without that member), so a line that
 * was changed or taken out shows. The file is locked while a line is added and is on disk
 * (fsync) when audit_add returns true: an action whose line cannot be written does not run.
 *
 * Members: time (RFC 3339), at (epoch s), run, state ("running", then "done", "no-better",
 * "failed", "unknown" or "refused"), host, action, target, and what the action adds.
 */
#ifndef ACTIONS_AUDIT_H
#define ACTIONS_AUDIT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* To free. */
char *audit_default_path(void);

/*
 * Adds record (its time, prev and hash are set here) as the last line; `now`: epoch s. False
 * with *ret_error (to free) when it is not on disk. The record stays the caller's.
 */
bool audit_add(const char *path, json_t *record, int64_t now, char **ret_error);

/*
 * Every line as an array, oldest first; a file that does not exist has none. *ret_broken: the
 * first line (from 1) whose hash or predecessor is wrong, 0 when the chain holds. NULL with
 * *ret_error (to free) when it cannot be read. json_decref the array.
 */
json_t *audit_read(const char *path, size_t *ret_broken, char **ret_error);

/* A member of a record as text; "" when it has none. */
const char *audit_text(const json_t *record, const char *member);

#endif
