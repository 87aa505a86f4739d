/*
 * source: where events come from and where wishes go. The engine holds one of
 * these and nothing else: live servers, a recording and a drill look alike to it.
 *
 * Call order: start once; then request/act at will; close last. Events arrive
 * through `sink` only, from inside the loop, never from inside a call to the
 * source. `now` is the source's own time, so ages are right in a replay.
 */
#ifndef MODEL_SOURCE_H
#define MODEL_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include "model/event.h"

struct source_time {
	int64_t mono; /* ms, never jumps */
	int64_t wall; /* ms since 1970 */
};

enum request_kind { REQUEST_REPORT, REQUEST_HTTP, REQUEST_TAIL };

/* One page, asked from here. Strings are borrowed during the call. */
struct page_request {
	const char *url;       /* absolute, http or https */
	const char *site;      /* url of the site it is asked for */
	const char *way;       /* "visitor" or "origin" */
	const char *connect;   /* host or address to dial instead of the URL's, or NULL */
	const char *resolve;   /* HOST:PORT:ADDR as in curl, several between blanks; or NULL */
	const char *ca_file;   /* or NULL */
	bool insecure;         /* do not verify the peer */
	bool bust_cache;       /* add a random query and a logged-in cookie */
	int timeout_ms;
};

struct request {
	enum request_kind kind;
	const char *host;      /* target */
	const char *name;      /* REPORT: collector; TAIL: path of the log */
	const char *const *args; /* REPORT: words for the collector, NULL-terminated, or NULL */
	int timeout_ms;        /* REPORT: after which it is reported late */
	const struct page_request *page; /* HTTP */
};

struct action_step {
	uint64_t run;          /* id of the action run */
	const char *host;
	const char *name;      /* of the step */
	const char *script;    /* POSIX sh; prints its own sentinel */
	int timeout_ms;
};

struct source;

struct source_ops {
	/* Begins to deliver: connects, or plays. */
	void (*start)(struct source *source);
	struct source_time (*now)(struct source *source);
	/* The seq that answers will carry in `re`; 0 when this source refuses (a recording). */
	uint64_t (*request)(struct source *source, const struct request *request);
	/* Seq of the step's answer; 0 with *ret_why (static text) when refused. */
	uint64_t (*act)(struct source *source, const struct action_step *step, const char **ret_why);
	/* Releases all; the source is gone afterwards. */
	void (*close)(struct source *source);
};

typedef void source_sink(void *owner, const struct event *event);

struct source {
	const struct source_ops *ops;
	source_sink *sink; /* set by the engine before start */
	void *owner;       /* handed to sink */
	bool live;         /* only for the status line and for refusals */
};

#endif
