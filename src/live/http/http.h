/*
 * http: page requests on our loop (libcurl multi). One request becomes one EVENT_HTTP,
 * named after its way, whose bytes are the JSON object documented in
 * probes/visitor/page.h; `re` is what the caller passed.
 *
 * Call order: http_new, any number of http_get, http_free (also from within `done`).
 * `done` is called from inside the loop, never from inside a call to this module; the
 * event is borrowed for the call. Its seq is 0: the source that owns us numbers it.
 *
 * Every request ends by its timeout_ms, whatever the other side or the resolver does;
 * http_free never waits either and drops what is under way without a word.
 *
 * The visitor's way follows at most five redirects, and only those that keep the page
 * (http to https, with or without www, a trailing slash); other ways follow none. Where a
 * certificate is not accepted the page is asked once more without the check, so that the
 * answer holds the certificate, why it was refused, and what lies behind it.
 */
#ifndef LIVE_HTTP_HTTP_H
#define LIVE_HTTP_HTTP_H

#include <stdint.h>

#include "model/event.h"
#include "model/source.h"

struct loop;
struct http;

typedef void http_done(void *owner, const struct event *event);

struct http *http_new(struct loop *loop, http_done *done, void *owner);
void http_free(struct http *http); /* NULL is fine */

/* Takes copies. `host` is the target the event will name. */
void http_get(struct http *http, uint64_t re, const char *host,
	const struct page_request *request);

#endif
