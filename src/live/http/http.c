/*
 * How it works: libcurl tells which sockets to watch and when to wake up; we watch and
 * wake up, and after each such call look for attempts that ended. libcurl is never called
 * from its own callbacks. A name is resolved in libcurl's thread; CURLOPT_QUICK_EXIT lets
 * a request end (and the program close) while that thread still waits for a dead server.
 */
#include "live/http/http.h"

#include <stdlib.h>
#include <string.h>

#include "base/dlog.h"
#include "base/mem.h"
#include "live/http/exchange.h"
#include "loop/loop.h"

struct http {
	struct loop *loop;
	struct loop_timer *timer;
	CURLM *multi;
	http_done *done;
	void *owner;
	struct exchange *exchanges;
	struct exchange *stillborn; /* cannot even be asked: reported from the loop */
	int depth;  /* inside a callback of the loop */
	bool dead;  /* http_free was called in there */
};

/* One socket of libcurl's. */
struct watch {
	struct http *http;
	struct loop_poll *poll;
	curl_socket_t fd;
};

static void unlink_exchange(struct exchange **list, struct exchange *x)
{
	for (; *list; list = &(*list)->next)
		if (*list == x) {
			*list = x->next;
			return;
		}
}

static void report(struct http *http, struct exchange *x, CURLcode code)
{
	char *json = exchange_json(x, code);
	struct event event = {
		.mono = loop_now(http->loop), .wall = loop_wall(http->loop), .host = x->host,
		.kind = EVENT_HTTP, .name = x->way, .version = 1, .re = x->re, .exit = 0,
		.ms = -1, .bytes = json, .len = strlen(json),
	};

	if (!http->dead)
		http->done(http->owner, &event);
	free(json);
}

static void attempt_ended(struct http *http, struct exchange *x, CURLcode code)
{
	curl_multi_remove_handle(http->multi, x->easy);
	if (exchange_next(x, code, loop_now(http->loop))) {
		if (exchange_prepare(x, loop_now(http->loop)) &&
		    curl_multi_add_handle(http->multi, x->easy) == CURLM_OK)
			return;
		code = CURLE_URL_MALFORMAT;
	}
	unlink_exchange(&http->exchanges, x);
	report(http, x, code);
	exchange_free(x);
}

static void release(struct http *http)
{
	struct exchange *x;

	while ((x = http->exchanges)) {
		http->exchanges = x->next;
		curl_multi_remove_handle(http->multi, x->easy);
		exchange_free(x);
	}
	while ((x = http->stillborn)) {
		http->stillborn = x->next;
		exchange_free(x);
	}
	curl_multi_cleanup(http->multi); /* still calls our callbacks */
	loop_timer_free(http->timer);
	curl_global_cleanup();
	free(http);
}

static void report_stillborn(struct http *http)
{
	struct exchange *x;

	while (!http->dead && (x = http->stillborn)) {
		http->stillborn = x->next;
		report(http, x, CURLE_URL_MALFORMAT);
		exchange_free(x);
	}
}

/* Every way from the loop into libcurl: act, then see what ended. */
static void drive(struct http *http, curl_socket_t fd, int flags)
{
	CURLMsg *message;
	char *private;
	int count;

	http->depth++;
	curl_multi_socket_action(http->multi, fd, flags, &count);
	while (!http->dead && (message = curl_multi_info_read(http->multi, &count))) {
		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &private);
		attempt_ended(http, (struct exchange *)(void *)private, message->data.result);
	}
	report_stillborn(http);
	if (--http->depth == 0 && http->dead)
		release(http);
}

static void on_timer(void *owner)
{
	drive(owner, CURL_SOCKET_TIMEOUT, 0);
}

static void on_ready(void *owner, int ready)
{
	struct watch *watch = owner;
	int flags = 0;

	if (ready & LOOP_READ)
		flags |= CURL_CSELECT_IN;
	if (ready & LOOP_WRITE)
		flags |= CURL_CSELECT_OUT;
	drive(watch->http, watch->fd, flags);
}

static void watch_free(struct watch *watch)
{
	loop_poll_free(watch->poll);
	free(watch);
}

/* libcurl's callback: before it closes a socket it says REMOVE. */
static int on_socket(CURL *easy, curl_socket_t fd, int what, void *owner, void *known)
{
	struct http *http = owner;
	struct watch *watch = known;

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		if (watch)
			watch_free(watch);
		curl_multi_assign(http->multi, fd, NULL);
		return 0;
	}
	if (!watch) {
		watch = xcalloc(1, sizeof(*watch));
		watch->http = http;
		watch->fd = fd;
		watch->poll = loop_poll_new(http->loop, fd, on_ready, watch);
		curl_multi_assign(http->multi, fd, watch);
	}
	loop_poll_set(watch->poll, (what & CURL_POLL_IN ? LOOP_READ : 0) |
					   (what & CURL_POLL_OUT ? LOOP_WRITE : 0));
	return 0;
}

static int on_timeout(CURLM *multi, long ms, void *owner)
{
	struct http *http = owner;

	(void)multi;
	if (ms < 0)
		loop_timer_stop(http->timer);
	else
		loop_timer_start(http->timer, ms);
	return 0;
}

struct http *http_new(struct loop *loop, http_done *done, void *owner)
{
	struct http *http = xcalloc(1, sizeof(*http));

	curl_global_init(CURL_GLOBAL_DEFAULT);
	http->loop = loop;
	http->done = done;
	http->owner = owner;
	http->timer = loop_timer_new(loop, on_timer, http);
	http->multi = curl_multi_init();
	if (!http->multi)
		abort(); /* only for want of memory */
	curl_multi_setopt(http->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	curl_multi_setopt(http->multi, CURLMOPT_SOCKETDATA, http);
	curl_multi_setopt(http->multi, CURLMOPT_TIMERFUNCTION, on_timeout);
	curl_multi_setopt(http->multi, CURLMOPT_TIMERDATA, http);
	curl_multi_setopt(http->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING);
	return http;
}

void http_free(struct http *http)
{
	if (!http)
		return;
	http->dead = true;
	if (!http->depth)
		release(http);
}

void http_get(struct http *http, uint64_t re, const char *host, const struct page_request *request)
{
	struct exchange *x = exchange_new(request, loop_now(http->loop));

	x->re = re;
	x->host = xstrdup(host);
	dlog("http %s %s", x->way, x->url);
	if (exchange_prepare(x, loop_now(http->loop)) &&
	    curl_multi_add_handle(http->multi, x->easy) == CURLM_OK) {
		x->next = http->exchanges;
		http->exchanges = x;
		return;
	}
	x->next = http->stillborn;
	http->stillborn = x;
	loop_timer_start(http->timer, 0);
}
