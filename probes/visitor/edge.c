/*
 * Which CDN answered, whether it made the answer itself, and whether the answer is a
 * cached copy. reference: signals.md section 6. Headers come with names in lower case.
 */
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "probes/visitor/page.h"

struct headers {
	const struct page_header *items;
	size_t count;
};

static bool header(const struct headers *h, const char *name, struct span *ret)
{
	size_t i;

	for (i = 0; i < h->count; i++)
		if (span_eq(h->items[i].name, name)) {
			*ret = span_trim(h->items[i].value);
			return true;
		}
	return false;
}

static bool has_header(const struct headers *h, const char *name)
{
	struct span value;

	return header(h, name, &value);
}

static bool has_nocase(struct span s, const char *needle)
{
	size_t len = strlen(needle);
	size_t i;

	for (i = 0; i + len <= s.n; i++)
		if (!strncasecmp(s.p + i, needle, len))
			return true;
	return false;
}

static bool header_has(const struct headers *h, const char *name, const char *needle)
{
	struct span value;

	return header(h, name, &value) && has_nocase(value, needle);
}

static bool header_is(const struct headers *h, const char *name, const char *text)
{
	struct span value;

	return header(h, name, &value) && value.n == strlen(text) &&
	       !strncasecmp(value.p, text, value.n);
}

static const char *header_text(const struct headers *h, const char *name, struct arena *mem)
{
	struct span value;

	if (!header(h, name, &value) || !value.n)
		return NULL;
	return text_clean_dup(mem, value);
}

static struct num header_num(const struct headers *h, const char *name)
{
	struct span value;
	int64_t n;

	if (!header(h, name, &value) || !span_lead_int(value, &n) || n < 0)
		return (struct num){ 0 };
	return num_of(n);
}

/* The brands, in the order in which a chain of them names the one nearest to us. */
static const struct brand {
	const char *name;
	const char *header, *holds; /* told by this header (holding that, NULL: being there) */
	const char *id, *pop;       /* headers with the request's id and the place */
} brands[] = {
	{ "cloudflare", "cf-ray", NULL, "cf-ray", NULL },
	{ "cloudflare", "server", "cloudflare", "cf-ray", NULL },
	{ "cloudfront", "x-amz-cf-id", NULL, "x-amz-cf-id", "x-amz-cf-pop" },
	{ "cloudfront", "via", "(CloudFront)", "x-amz-cf-id", "x-amz-cf-pop" },
	{ "cloudfront", "server", "CloudFront", "x-amz-cf-id", "x-amz-cf-pop" },
	{ "bunny", "server", "BunnyCDN", "cdn-requestid", "server" },
	{ "bunny", "cdn-pullzone", NULL, "cdn-requestid", NULL },
	{ "sucuri", "x-sucuri-id", NULL, "x-sucuri-id", NULL },
	{ "sucuri", "server", "Sucuri", "x-sucuri-id", NULL },
	{ "keycdn", "server", "keycdn", NULL, "x-edge-location" },
	{ "akamai", "server", "AkamaiGHost", NULL, NULL },
	{ "akamai", "x-cache", "AkamaiGHost", NULL, NULL },
	{ "fastly", "x-served-by", "cache-", "x-served-by", NULL },
	{ "fastly", "fastly-debug-path", NULL, "x-served-by", NULL },
	{ "varnish", "x-varnish", NULL, "x-varnish", NULL },
	{ "varnish", "via", "varnish", NULL, NULL },
	{ "unknown proxy", "via", NULL, "via", NULL },
	{ NULL, NULL, NULL, NULL, NULL }
};

static void read_brand(struct page *page, struct arena *mem, const struct headers *h)
{
	const struct brand *b;
	const char *dash;

	for (b = brands; b->name; b++)
		if (b->holds ? header_has(h, b->header, b->holds) : has_header(h, b->header))
			break;
	if (!b->name)
		return;
	page->edge = b->name;
	page->edge_id = b->id ? header_text(h, b->id, mem) : NULL;
	page->edge_pop = b->pop ? header_text(h, b->pop, mem) : NULL;
	dash = page->edge_id ? strrchr(page->edge_id, '-') : NULL;
	if (!page->edge_pop && dash && dash[1] &&
	    (!strcmp(b->name, "cloudflare") || !strcmp(b->name, "fastly")))
		page->edge_pop = dash + 1;
}

/* Headers in which a cache says what it did; sites choose the names of their own. */
static const char *const cache_headers[] = {
	"cf-cache-status", "cdn-cache", "x-sucuri-cache", "x-cache", "cache-status",
	"x-fastcgi-cache", "x-cache-status", "x-proxy-cache", "x-nginx-cache",
	"x-litespeed-cache", "x-wp-cf-super-cache-active", NULL
};

static bool says_copy(struct span value)
{
	/* RFC 9211 names why it went forward: "fwd=stale" is no copy */
	if (has_nocase(value, "fwd="))
		return false;
	return has_nocase(value, "hit") || has_nocase(value, "stale") ||
	       has_nocase(value, "updating") || has_nocase(value, "revalidated");
}

static bool says_fetched(struct span value)
{
	return has_nocase(value, "miss") || has_nocase(value, "bypass") ||
	       has_nocase(value, "dynamic") || has_nocase(value, "expired") ||
	       has_nocase(value, "error");
}

/* Varnish: two ids are a hit, the second is the request that stored the copy. */
static bool varnish_hit(const struct headers *h)
{
	struct span value;

	if (!header(h, "x-varnish", &value))
		return false;
	span_word(&value);
	return span_word(&value).n > 0;
}

static void read_cache(struct page *page, struct arena *mem, const struct headers *h)
{
	bool fetched = false;
	struct span value;
	size_t i;

	page->age_s = header_num(h, "age");
	for (i = 0; cache_headers[i]; i++) {
		if (!header(h, cache_headers[i], &value) || !value.n)
			continue;
		fetched |= says_fetched(value);
		if (page->cache && !says_copy(value))
			continue;
		page->cache = text_clean_dup(mem, value);
		page->cache_header = cache_headers[i];
		page->cache_hit = says_copy(value);
		if (page->cache_hit)
			return;
	}
	if (varnish_hit(h) || (page->age_s.v > 0 && page->age_s.known && !fetched)) {
		page->cache_header = varnish_hit(h) ? "x-varnish" : "age";
		page->cache = header_text(h, page->cache_header, mem);
		page->cache_hit = true;
	}
}

static bool bunny_made(const struct page *page, const struct headers *h)
{
	struct num pulled = header_num(h, "cdn-requestpullcode");

	if (header_is(h, "cdn-requestpullsuccess", "False"))
		return true;
	return pulled.known && pulled.v != page->status.v && pulled.v < 500;
}

/* Only called for answers of 400 and above, or with a challenge. */
static bool is_edge_made(const struct page *page, const struct headers *h)
{
	int64_t status = page->status.v;
	const char *edge = page->edge;

	if (!strcmp(edge, "cloudflare")) {
		if (has_header(h, "cf-error-type") || has_header(h, "cf-error-origin"))
			return true;
		if ((status >= 520 && status <= 527) || status == 530)
			return true;
		return (page->marks & MARK_CLOUDFLARE_PLAIN) &&
		       !(page->marks & MARK_CLOUDFLARE_BRANDED);
	}
	if (!strcmp(edge, "cloudfront"))
		return header_is(h, "server", "CloudFront");
	if (!strcmp(edge, "akamai"))
		return header_has(h, "server", "AkamaiGHost");
	if (!strcmp(edge, "bunny"))
		return bunny_made(page, h);
	if (!strcmp(edge, "varnish") || !strcmp(edge, "fastly"))
		return (page->marks & MARK_GURU) != 0;
	if (!strcmp(edge, "sucuri"))
		return page->title && strstr(page->title, "Sucuri") != NULL;
	return false;
}

static void read_location(struct page *page, struct arena *mem, const struct headers *h)
{
	page->location = header_text(h, "location", mem);
	if (!page->location || page->status.v < 300 || page->status.v > 399)
		return;
	if (strstr(page->location, "/wp-admin/install.php") ||
	    strstr(page->location, "/wp-admin/setup-config.php"))
		page->marks |= MARK_INSTALL;
}

void page_read_headers(struct page *page, struct arena *mem, const struct page_header *headers,
	size_t count)
{
	struct headers h = { headers, count };

	page->server = header_text(&h, "server", mem);
	page->content_type = header_text(&h, "content-type", mem);
	page->retry_after = header_num(&h, "retry-after");
	page->from_php = header_has(&h, "x-powered-by", "php") || has_header(&h, "x-redirect-by") ||
			 header_has(&h, "link", "api.w.org") || has_header(&h, "x-pingback");
	page->challenged = has_header(&h, "cf-mitigated") ||
			   (page->title && !strcmp(page->title, "Just a moment..."));
	read_location(page, mem, &h);
	read_brand(page, mem, &h);
	read_cache(page, mem, &h);
	if (page->edge && page->status.known && page->status.v >= 400)
		page->edge_made = page->challenged || is_edge_made(page, &h);
}
