/*
 * The newest page of each site and way. Pages come one by one and from two directions
 * (http events, reports), so each is copied deep; as the arena of the past would grow
 * for ever, all that is kept moves into a fresh one with every page. It is a few kB.
 */
#include <string.h>

#include "base/mem.h"
#include "probes/visitor/visitor.h"

#define PAGES_MAX 64

static void copy_page(struct page *to, const struct page *from, struct arena *mem)
{
	struct page_cert *c = &to->cert;

	*to = *from;
	to->site = arena_strdup(mem, from->site);
	to->url = arena_strdup(mem, from->url);
	to->error = arena_strdup(mem, from->error);
	to->address = arena_strdup(mem, from->address);
	to->server = arena_strdup(mem, from->server);
	to->location = arena_strdup(mem, from->location);
	to->content_type = arena_strdup(mem, from->content_type);
	to->cache = arena_strdup(mem, from->cache);
	to->cache_header = arena_strdup(mem, from->cache_header);
	to->edge = arena_strdup(mem, from->edge);
	to->edge_id = arena_strdup(mem, from->edge_id);
	to->edge_pop = arena_strdup(mem, from->edge_pop);
	to->http = arena_strdup(mem, from->http);
	to->title = arena_strdup(mem, from->title);
	c->subject = arena_strdup(mem, c->subject);
	c->issuer = arena_strdup(mem, c->issuer);
	c->names = arena_strdup(mem, c->names);
	c->verify_error = arena_strdup(mem, c->verify_error);
	c->sha256 = arena_strdup(mem, c->sha256);
}

static bool same_place(const struct page *a, const struct page *b)
{
	return a->way == b->way && !strcmp(a->site, b->site);
}

static bool same_failure(const struct page *a, const struct page *b)
{
	return page_failed(a) && page_failed(b) && a->failure == b->failure &&
	       a->status.known == b->status.known && a->status.v == b->status.v;
}

static void add_copy(struct visitor_facts *fresh, const struct page *page)
{
	copy_page(arena_push(fresh->mem, &fresh->pages, &fresh->page_count,
		sizeof(*fresh->pages)), page, fresh->mem);
}

void visitor_keep(struct visitor_facts *facts, const struct page *page)
{
	struct visitor_facts fresh = { .mem = arena_new(), .loopback_tool = facts->loopback_tool };
	/* the oldest goes when a server has more sites than anybody looks at */
	size_t i = facts->page_count < PAGES_MAX ? 0 : 1;
	unsigned tries = page->tries ? page->tries : 1;

	for (; i < facts->page_count; i++)
		if (!same_place(&facts->pages[i], page))
			add_copy(&fresh, &facts->pages[i]);
		else if (same_failure(&facts->pages[i], page))
			tries += facts->pages[i].tries;
	add_copy(&fresh, page);
	fresh.pages[fresh.page_count - 1].tries = tries;
	arena_free(facts->mem);
	*facts = fresh;
}

void visitor_release(struct visitor_facts *facts)
{
	arena_free(facts->mem);
	*facts = (struct visitor_facts){ 0 };
}

const struct page *visitor_page(const struct visitor_facts *facts, const char *site,
	enum page_way way)
{
	size_t i;

	for (i = 0; i < facts->page_count; i++)
		if (facts->pages[i].way == way && !strcmp(facts->pages[i].site, site))
			return &facts->pages[i];
	return NULL;
}
