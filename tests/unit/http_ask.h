/*
 * What the tests of live/http share: a free port, and asking one page through a loop of
 * its own. Included once by each test program.
 */
#ifndef TESTS_HTTP_ASK_H
#define TESTS_HTTP_ASK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "live/http/http.h"
#include "loop/loop.h"
#include "probes/visitor/page.h"
#include "probes/visitor/visitor.h"

static int free_port(int *ret_fd)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
	*ret_fd = fd;
	return ntohs(at.sin_port);
}

struct seen {
	struct loop *loop;
	char *json;
	int count;
};

static void on_done(void *owner, const struct event *event)
{
	struct seen *seen = owner;

	assert_int_equal(event->kind, EVENT_HTTP);
	assert_string_equal(event->host, "web1");
	assert_int_equal(event->re, 7);
	free(seen->json);
	seen->json = xstrndup(event->bytes, event->len);
	seen->count++;
	loop_stop(seen->loop);
}

static char *ask(const struct page_request *request)
{
	struct seen seen = { .loop = loop_new() };
	struct http *http = http_new(seen.loop, on_done, &seen);

	http_get(http, 7, "web1", request);
	assert_int_equal(seen.count, 0); /* never from inside the call */
	loop_run(seen.loop);
	assert_int_equal(seen.count, 1);
	http_free(http);
	loop_free(seen.loop);
	return seen.json;
}

static struct page ask_page(struct page_request *request, struct arena *mem, char **ret_json)
{
	struct page page = { 0 };
	char *json;

	if (!request->way)
		request->way = "visitor";
	if (!request->timeout_ms)
		request->timeout_ms = 5000;
	request->site = request->url;
	json = ask(request);
	assert_true(page_read_http(&page, mem, span_of(json), time(NULL), NULL));
	if (ret_json)
		*ret_json = json;
	else
		free(json);
	return page;
}

#endif
