/*
 * event: everything the console knows arrives as one of these, and is stored
 * before it is understood. Plain data; the strings and bytes belong to whoever
 * holds the event and are only borrowed during a callback (event_copy keeps one).
 *
 * Kinds and their payload (`bytes`):
 *   link    state of the SSH way to a host. name = state word (connecting,
 *           checking-key, authenticating, live, stale, dead, failed); payload: see
 *           live/ssh/ssh.h (JSON: address, step, error, advice, transport ...)
 *   report  one collector's output. name = collector ("nginx", "fpm.log" ...)
 *   http    one page request. name = way (visitor, origin); payload: JSON of
 *           probes/visitor/page.h
 *   log     lines of a followed log. name = path
 *   action  a step of an action; name = action id
 *   intent  what the operator asked; name = intent
 *   note    free text for humans; name = topic
 *   clock   payload: offset of the server's clock and its zone
 *   verdict what was concluded then: JSON; never an input to the judge
 */
#ifndef MODEL_EVENT_H
#define MODEL_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum event_kind {
	EVENT_LINK,
	EVENT_REPORT,
	EVENT_HTTP,
	EVENT_LOG,
	EVENT_ACTION,
	EVENT_INTENT,
	EVENT_NOTE,
	EVENT_CLOCK,
	EVENT_VERDICT,
	EVENT_KINDS
};

enum event_flag {
	EVENT_TRUNCATED = 1, /* the payload was cut at a cap */
	EVENT_LATE = 2,      /* deadline passed before it was whole: partial or empty */
	EVENT_NEEDS_ROOT = 4 /* some of it could not be read for want of rights */
};

#define EVENT_EXIT_UNKNOWN (-1)

struct event {
	uint64_t seq;      /* ever growing within one source */
	int64_t mono;      /* ms on the source's monotonic clock */
	int64_t wall;      /* ms since 1970, the console's clock */
	const char *host;  /* target as the user named it; "" when about none */
	enum event_kind kind;
	const char *name;
	int version;       /* of the collector that made it; 0 where there is none */
	uint64_t re;       /* seq of the request or intent this answers; 0: none */
	unsigned flags;
	int exit;          /* status of the collector; EVENT_EXIT_UNKNOWN: no sentinel came */
	int ms;            /* how long it took on the server; -1 unknown */
	const char *bytes; /* borrowed, not NUL-terminated */
	size_t len;
};

const char *event_kind_name(enum event_kind kind);
/* False when the name is none of the kinds. */
bool event_kind_parse(const char *name, size_t len, enum event_kind *ret);

struct event *event_copy(const struct event *event); /* one block: free() it */

#endif
