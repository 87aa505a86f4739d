/* The probe of what stands in front: is there a CDN, and how does it show itself. */
#include "probes/cdn/cdn.h"

#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "probes/cdn/causes.h"
#include "probes/visitor/visitor.h"

static const struct collector collectors[] = { { NULL, 0, NULL } };

static bool is_own_address(const struct site_view *v, const char *address)
{
	const struct host_facts *host = &v->chain->host;
	const struct page *origin = v->pages[WAY_ORIGIN];
	struct span rest = span_of(host->addresses ? host->addresses : ""), word;

	if (origin && origin->address && !strcmp(origin->address, address))
		return true;
	if (host->ssh_address && !strcmp(host->ssh_address, address))
		return true;
	for (word = span_word(&rest); word.n; word = span_word(&rest))
		if (span_eq(word, address))
			return true;
	return false;
}

enum tri cdn_present(const struct site_view *v)
{
	const struct page *page = v->pages[WAY_VISITOR], *origin = v->pages[WAY_ORIGIN];
	const struct host_facts *host = &v->chain->host;

	if (!page || !page->address)
		return TRI_UNKNOWN;
	if (is_own_address(v, page->address))
		return TRI_NO;
	if (page->edge && strcmp(page->edge, "unknown proxy") != 0)
		return TRI_YES;
	/* Without a name: another address may be this server's too (NAT, IPv6), another
	 * certificate is not. */
	if (origin && origin->cert.sha256 && page->cert.sha256)
		return strcmp(origin->cert.sha256, page->cert.sha256) ? TRI_YES : TRI_UNKNOWN;
	if (page->edge && (host->addresses || host->ssh_address))
		return TRI_YES;
	return TRI_UNKNOWN;
}

const char *cdn_brand(const struct site_view *v)
{
	const struct page *page = v->pages[WAY_VISITOR];

	if (cdn_present(v) != TRI_YES)
		return NULL;
	if (!page->edge || !strcmp(page->edge, "unknown proxy"))
		return "a proxy in front";
	return page->edge;
}

static void add_edge(const struct site_view *v, struct face *face)
{
	const struct page *page = v->pages[WAY_VISITOR];

	face_add(face, "edge", HEALTH_OK, "%s at %s", cdn_brand(v), page->address);
	if (page->edge_pop)
		face_add(face, "place", HEALTH_OK, "%s", page->edge_pop);
	if (page->edge_id)
		face_add(face, "request id", HEALTH_OK, "%s", page->edge_id);
	if (page->cache)
		face_add(face, "cache", HEALTH_OK, "%s: %s", page->cache_header, page->cache);
	if (page->age_s.known)
		face_add(face, "age of the copy", HEALTH_OK, "%lld s", (long long)page->age_s.v);
	if (num_or(page->status, 0) >= 400)
		face_add(face, "answer made by", page->edge_made ? HEALTH_WARN : HEALTH_OK, "%s",
			page->edge_made ? "the edge itself" : "the origin, as far as it tells");
}

static void add_origin(const struct site_view *v, struct face *face)
{
	const struct page *origin = v->pages[WAY_ORIGIN];
	const struct page_cert *c;
	bool bad;

	if (!origin)
		return;
	face_add(face, "origin, asked straight", page_failed(origin) ? HEALTH_WARN : HEALTH_OK, "%s",
		page_says(origin, face->mem));
	if (!origin->has_cert)
		return;
	c = &origin->cert;
	bad = c->dates_ok == TRI_NO || c->name_ok == TRI_NO || c->chain_ok == TRI_NO;
	face_add(face, "origin's certificate", bad ? HEALTH_WARN : HEALTH_OK, "%s%s%s",
		c->origin_ca ? "Cloudflare Origin CA" : c->issuer ? c->issuer : "issuer not told",
		c->dates_ok == TRI_NO ? ", dates not valid" : "",
		c->name_ok == TRI_NO ? ", for another name" : "");
}

static void face(const struct site_view *v, struct face *face)
{
	if (cdn_present(v) == TRI_YES)
		add_edge(v, face);
	add_origin(v, face);
}

static const char *says(const struct site_view *v, struct arena *mem)
{
	const struct page *page = v->pages[WAY_VISITOR];

	switch (cdn_present(v)) {
	case TRI_NO:
		return "none: visitors reach the server itself";
	case TRI_YES:
		if (page->cache)
			return arena_printf(mem, "%s, %s", cdn_brand(v), page->cache);
		return cdn_brand(v);
	default:
		return "not known";
	}
}

static enum health own_health(const struct site_view *v)
{
	switch (cdn_present(v)) {
	case TRI_NO:
		return HEALTH_ABSENT;
	case TRI_YES:
		return v->pages[WAY_VISITOR]->edge_made ? HEALTH_WARN : HEALTH_OK;
	default:
		return HEALTH_UNKNOWN;
	}
}

const struct probe cdn_probe = {
	.link = LINK_CDN,
	.title = "CDN",
	.collectors = collectors,
	.causes = cdn_causes,
	.face = face,
	.says = says,
	.own_health = own_health,
};
