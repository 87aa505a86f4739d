/* Hand-made views of a site behind a CDN, for the tests of the cdn and visitor rooms. */
#ifndef TESTS_CDN_HELP_H
#define TESTS_CDN_HELP_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "probes/cdn/cdn.h"
#include "probes/visitor/visitor.h"

#define NOW 1795170000
#define EDGE "104.16.1.1"
#define SELF "10.0.0.5"

static struct chain_facts chain;
static struct page pages[WAYS];
static struct site_view view;
static struct arena *mem;

static inline int fresh(void **state)
{
	(void)state;
	memset(&chain, 0, sizeof(chain));
	memset(pages, 0, sizeof(pages));
	memset(&view, 0, sizeof(view));
	mem = arena_new();
	chain.host.addresses = "127.0.0.1 " SELF;
	chain.host.ssh_address = SELF;
	chain.host.now = num_of(NOW);
	chain.host.bans_known = chain.host.proc_known = TRI_YES;
	view.chain = &chain;
	view.url = "https://shop.example.com/";
	view.host_name = "shop.example.com";
	view.tls = view.given = true;
	view.now = NOW;
	view.window = 300;
	view.fresh = 60;
	return 0;
}

static inline int done(void **state)
{
	(void)state;
	arena_free(mem);
	return 0;
}

static inline struct page *page(enum page_way way, int status)
{
	struct page *p = &pages[way];

	memset(p, 0, sizeof(*p));
	p->site = p->url = view.url;
	p->way = way;
	p->at = num_of(NOW);
	p->total_ms = num_of(20);
	p->tries = 1;
	if (status)
		p->status = num_of(status);
	p->address = way == WAY_VISITOR ? EDGE : SELF;
	if (way == WAY_VISITOR)
		p->edge = "cloudflare";
	view.pages[way] = p;
	return p;
}

static inline struct page *failing(enum page_way way, enum page_failure failure)
{
	struct page *p = page(way, 0);

	p->failure = failure;
	p->error = "says curl";
	return p;
}

static inline void good_cert(struct page *p)
{
	p->has_cert = true;
	p->cert = (struct page_cert){ .not_before = num_of(NOW - 100), .not_after = num_of(NOW + 100),
		.subject = "CN = shop.example.com", .names = "shop.example.com", .name_ok = TRI_YES,
		.dates_ok = TRI_YES, .chain_ok = TRI_YES, .sha256 = "aa" };
	p->connect_ms = num_of(1);
	p->tls_ms = num_of(5);
}

static inline struct finding look(const struct probe *probe, const char *id)
{
	struct finding f = { .mem = mem };
	const struct cause *c;

	for (c = probe->causes; c->id; c++)
		if (!strcmp(c->id, id)) {
			c->look(&view, &f);
			return f;
		}
	fail_msg("no row %s", id);
	return f;
}

static inline void one_ban(const char *address, const char *via, const char *text)
{
	static struct host_ban ban;

	ban = (struct host_ban){ address, via, text };
	chain.host.bans = &ban;
	chain.host.ban_count = 1;
}

/* No row of either link is proven. */
static inline void assert_nobody_blamed(void)
{
	const struct probe *const both[] = { &visitor_probe, &cdn_probe };
	const struct cause *c;
	size_t i;

	for (i = 0; i < 2; i++)
		for (c = both[i]->causes; c->id; c++) {
			struct finding f = { .mem = mem };

			c->look(&view, &f);
			if (f.state == FINDING_PROVEN)
				fail_msg("%s is blamed", c->id);
		}
}

#endif
