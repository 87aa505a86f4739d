/* The probe of the visitor's end: its collector, and how it shows itself. */
#include "probes/visitor/visitor.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "probes/visitor/causes.h"
#include "probes/visitor/page.h"

extern const char probes_visitor_collect_sh[];

static void parse_page(struct chain_facts *facts, struct arena *mem, struct span bytes,
	unsigned flags)
{
	struct page page = { 0 };

	(void)flags; /* a page cut at its cap is still a page */
	if (!page_read_report(&page, mem, bytes, &facts->visitor.loopback_tool))
		return;
	if (page.server_at.known && facts->clock_offset.known)
		page.at = num_of(page.server_at.v + facts->clock_offset.v);
	visitor_keep(&facts->visitor, &page);
}

static const struct collector collectors[] = {
	{ "page", 1, parse_page },
	{ NULL, 0, NULL }
};

static enum health page_health(const struct page *page)
{
	if (page_failed(page))
		return HEALTH_WARN;
	if (page_no_answer(page) || page->failure == PAGE_TLS_VERIFY)
		return HEALTH_UNKNOWN;
	return HEALTH_OK;
}

static void add_way(const struct site_view *view, struct face *face, enum page_way way)
{
	static const char *const labels[WAYS] = { "visitor's way", "straight to the server",
		"on the server itself", "static file" };
	const struct page *page = view->pages[way];
	size_t i;

	if (!page)
		return;
	face_add(face, labels[way], page_health(page), "%s", page_says(page, face->mem));
	for (i = face->count; i > 0; i--)
		if (face->lines[i - 1].label == labels[way]) {
			face->lines[i - 1].at = page->server_at.known ? page->server_at : page->at;
			break;
		}
}

static void add_times(struct face *face, const struct page *page)
{
	char text[160];
	size_t n = 0;
	const struct {
		const char *name;
		struct num ms;
	} parts[] = {
		{ "name", page->dns_ms }, { "connect", page->connect_ms }, { "TLS", page->tls_ms },
		{ "first byte", page->first_byte_ms }, { "end", page->total_ms },
	};
	size_t i;

	for (i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		if (parts[i].ms.known && n < sizeof(text))
			n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s %lld", n ? ", " : "",
				parts[i].name, (long long)parts[i].ms.v);
	if (n)
		face_add(face, "ms since the start", HEALTH_OK, "%s", text);
}

static void add_cert(struct face *face, const struct page *page)
{
	const struct page_cert *c = &page->cert;
	bool bad = c->dates_ok == TRI_NO || c->name_ok == TRI_NO || c->chain_ok == TRI_NO;

	if (!page->has_cert)
		return;
	if (c->not_after.known && page->at.known)
		face_add(face, "certificate", bad ? HEALTH_WARN : HEALTH_OK, "%lld days left%s%s",
			(long long)((c->not_after.v - page->at.v) / 86400),
			c->verify_error ? ": " : "", c->verify_error ? c->verify_error : "");
	if (c->issuer)
		face_add(face, "issued by", HEALTH_OK, "%s", c->issuer);
}

static void face(const struct site_view *view, struct face *face)
{
	const struct page *page = view->pages[WAY_VISITOR];
	enum page_way way;

	for (way = 0; way < WAYS; way++)
		add_way(view, face, way);
	if (!page)
		return;
	if (page->address)
		face_add(face, "answered from", HEALTH_OK, "%s port %lld", page->address,
			(long long)num_or(page->port, 0));
	if (page->title)
		face_add(face, "title", HEALTH_OK, "%s", page->title);
	if (page->location)
		face_add(face, "sends on to", HEALTH_OK, "%s", page->location);
	add_times(face, page);
	add_cert(face, page);
}

static const char *says(const struct site_view *view, struct arena *mem)
{
	enum page_way way;

	for (way = 0; way < WAY_STATIC; way++)
		if (view->pages[way])
			return way == WAY_VISITOR
				? page_says(view->pages[way], mem)
				: arena_printf(mem, "%s: %s", page_way_name(way),
					page_says(view->pages[way], mem));
	return "no page asked yet";
}

static enum health own_health(const struct site_view *view)
{
	return view->pages[WAY_VISITOR] ? page_health(view->pages[WAY_VISITOR]) : HEALTH_UNKNOWN;
}

const struct probe visitor_probe = {
	.link = LINK_VISITOR,
	.title = "Visitor",
	.script = probes_visitor_collect_sh,
	.collectors = collectors,
	.causes = visitor_causes,
	.face = face,
	.says = says,
	.own_health = own_health,
};
