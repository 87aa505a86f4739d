/* The edge reaches the origin; what comes back, or what the edge makes of it, is the matter. */
#include <string.h>

#include "probes/cdn/causes.h"
#include "probes/cdn/cdn.h"
#include "probes/visitor/visitor.h"

int64_t cdn_edge_status(const struct site_view *v)
{
	const struct page *page = v->pages[WAY_VISITOR];

	if (!page || page->failure != PAGE_ANSWERED || cdn_present(v) == TRI_NO)
		return 0;
	return num_or(page->status, 0);
}

bool cdn_edge_fails(const struct site_view *v)
{
	return cdn_edge_status(v) >= 500;
}

const struct page *cdn_server_well(const struct site_view *v)
{
	const struct page *origin = v->pages[WAY_ORIGIN], *self = v->pages[WAY_LOOPBACK];

	if (origin && page_well(origin))
		return origin;
	return self && page_well(self) ? self : NULL;
}

const struct page *cdn_server_fails(const struct site_view *v)
{
	const struct page *origin = v->pages[WAY_ORIGIN], *self = v->pages[WAY_LOOPBACK];

	if (self && page_failed(self))
		return self;
	return origin && page_failed(origin) ? origin : NULL;
}

void cdn_decisive_page(struct finding *f, const struct page *page)
{
	finding_page(f, page);
	f->decisive++;
}

/* Marks that no plan of the site explains, in an answer that should be the page. */
#define FAULT_MARKS \
	(MARK_DB_ERROR | MARK_REDIS_ERROR | MARK_CRITICAL | MARK_MAINTENANCE | MARK_INSTALL | \
	 MARK_FILE_NOT_FOUND | MARK_MISSING_EXTENSION)

/* An uncached answer that shows an outage. An origin that just closes the connection may
 * do so with all who are not its CDN: then only its own answer to itself counts. */
static const struct page *hidden_failure(const struct site_view *v)
{
	static const enum page_way ways[] = { WAY_LOOPBACK, WAY_ORIGIN };
	const struct page *page;
	size_t i;

	for (i = 0; i < 2; i++) {
		page = v->pages[ways[i]];
		if (!page || !page_failed(page))
			continue;
		if (page->failure == PAGE_TIMEOUT || ways[i] == WAY_LOOPBACK)
			return page;
		if (num_or(page->status, 0) >= 500 || page->marks & FAULT_MARKS)
			return page;
	}
	return NULL;
}

/* Newest fresh line of nginx about this site: what lies beneath, in its own words. */
static const struct nginx_error *beneath(const struct site_view *v)
{
	const struct nginx_facts *nginx = &v->chain->nginx;
	size_t i;

	for (i = nginx->error_count; i > 0; i--) {
		const struct nginx_error *e = &nginx->errors[i - 1];

		if (e->kind != NGX_OTHER && e->kind != NGX_CLIENT_ABORT && e->kind != NGX_PHP_STDERR &&
		    view_fresh(v, &e->line) && view_error_mine(v, e))
			return e;
	}
	return NULL;
}

static const struct host_unit *stopped_unit(const struct site_view *v)
{
	const struct host_unit *unit = v->fpm_unit;
	const struct host_facts *host = &v->chain->host;
	size_t i;

	for (i = 0; !unit && v->master && v->master->unit && i < host->unit_count; i++)
		if (host->units[i].name && !strcmp(host->units[i].name, v->master->unit))
			unit = &host->units[i];
	return unit && unit->active && strcmp(unit->active, "active") != 0 ? unit : NULL;
}

static const char *beneath_words(const struct site_view *v, struct finding *f)
{
	const struct host_unit *unit = stopped_unit(v);
	const struct mysql_login *db = v->db;

	if (unit)
		return finding_text(f, "%s is %s: systemctl start %s", unit->name, unit->active,
			unit->name);
	if (db && db->ok == TRI_NO)
		return finding_text(f, "the database refuses the site: %s",
			db->error ? db->error : "login failed");
	if (beneath(v))
		return "nginx's line above says where it breaks";
	return "the rivals of this verdict name it";
}

/* Does the good page come from a cache? Its own word, or both uncached ways failing. */
static bool is_copy(const struct site_view *v)
{
	const struct page *page = v->pages[WAY_VISITOR];
	const struct page *origin = v->pages[WAY_ORIGIN], *self = v->pages[WAY_LOOPBACK];

	if (page->cache_hit)
		return true;
	return !page->cache && origin && self && page_failed(origin) && page_failed(self);
}

void cdn_look_cached(const struct site_view *v, struct finding *f)
{
	const struct page *page = v->pages[WAY_VISITOR], *failure = hidden_failure(v);
	const struct nginx_error *error;
	const char *by;

	if (!page || page->failure != PAGE_ANSWERED || page_failed(page) ||
	    num_or(page->status, 0) >= 400)
		return;
	if (!failure) {
		if (cdn_server_well(v))
			finding_rule_out(f, "past all caches the page answers %lld",
				(long long)num_or(cdn_server_well(v)->status, 0));
		return;
	}
	if (!is_copy(v)) {
		finding_page(f, page);
		finding_page(f, failure);
		f->state = FINDING_HINT;
		return;
	}
	by = page->cache ? finding_text(f, "%s: %s", page->cache_header, page->cache)
			 : "a cache that does not name itself";
	finding_state(f, page->url, page->server_at.known ? page->server_at.v : page->at.v,
		"visitors get a copy, %lld (%s)", (long long)num_or(page->status, 0), by);
	cdn_decisive_page(f, failure);
	error = beneath(v);
	if (error)
		finding_log(f, v, &error->line);
	f->title = finding_text(f, "A cached page hides a dead origin: uncached it answers %s",
		page_says(failure, f->mem));
	f->fix = finding_text(f, "treat the site as down (logins, carts and checkout fail now) and "
		"repair what lies beneath: %s", beneath_words(v, f));
	f->arrow = cdn_present(v) == TRI_YES ? "cdn>nginx" : "nginx>fpm";
	f->changes_mind = "an uncached answer that is well";
	finding_prove(f, HEALTH_WARN);
}

static int64_t aborted_requests(const struct site_view *v)
{
	const struct nginx_facts *nginx = &v->chain->nginx;
	int64_t sum = 0;
	size_t i;

	for (i = 0; i < nginx->access_count; i++)
		sum += num_or(nginx->access[i].s499, 0);
	return sum;
}

void cdn_look_slow(const struct site_view *v, struct finding *f)
{
	const struct page *origin = v->pages[WAY_ORIGIN];
	int64_t aborted = aborted_requests(v);

	if (cdn_edge_status(v) != 524)
		return;
	cdn_decisive_page(f, v->pages[WAY_VISITOR]);
	if (origin && origin->failure == PAGE_TIMEOUT)
		cdn_decisive_page(f, origin);
	if (aborted)
		finding_state(f, "access log", v->now, "%lld requests ended with 499: the edge hung up",
			(long long)aborted);
	finding_prove(f, HEALTH_BROKEN);
}

void cdn_look_malformed(const struct site_view *v, struct finding *f)
{
	const struct page *origin = v->pages[WAY_ORIGIN];

	if (cdn_edge_status(v) != 520)
		return;
	cdn_decisive_page(f, v->pages[WAY_VISITOR]);
	if (origin && (origin->failure == PAGE_EMPTY || origin->failure == PAGE_RESET ||
		       origin->failure == PAGE_BROKEN_BODY || origin->failure == PAGE_OTHER))
		cdn_decisive_page(f, origin);
	finding_prove(f, HEALTH_BROKEN);
}

/* Statuses that have rows of their own. */
static bool has_own_row(int64_t status)
{
	return (status >= 520 && status <= 527) || status == 530;
}

/* Edges whose patience with an origin is short and documented. */
static bool is_impatient(const struct page *page)
{
	static const char *const edges[] = { "fastly", "bunny", "cloudfront", "sucuri", NULL };
	size_t i;

	for (i = 0; page->edge && edges[i]; i++)
		if (!strcmp(page->edge, edges[i]))
			return true;
	return false;
}

/* The edge answers 5xx while the same page, asked straight, is well. NULL: not so. */
static const struct page *innocent_origin(const struct site_view *v, struct finding *f)
{
	const struct page *well = cdn_server_well(v), *page = v->pages[WAY_VISITOR];
	int64_t status = cdn_edge_status(v);

	if (status < 500 || has_own_row(status))
		return NULL;
	if (cdn_server_fails(v)) {
		finding_rule_out(f, "asked straight, the server fails as well");
		return NULL;
	}
	if (!well)
		return NULL;
	if (cdn_find_ban(&v->chain->host, page->address,
		    page->edge && !strcmp(page->edge, "cloudflare"))) {
		finding_rule_out(f, "a rule on the server keeps the edge out");
		return NULL;
	}
	return well;
}

static void tell_edge(const struct site_view *v, struct finding *f, const struct page *well)
{
	const struct page *page = v->pages[WAY_VISITOR];

	cdn_decisive_page(f, page);
	cdn_decisive_page(f, well);
	f->changes_mind = "the same status straight from the origin";
	if (page->edge_made) {
		finding_prove(f, HEALTH_BROKEN);
		return;
	}
	f->state = FINDING_HINT; /* the origin may have said it once: not told who made it */
	f->by_elimination = true;
	f->decisive = 0;
}

void cdn_look_edge_fault(const struct site_view *v, struct finding *f)
{
	const struct page *well = innocent_origin(v, f);

	if (well && !(is_impatient(v->pages[WAY_VISITOR]) && v->pages[WAY_VISITOR]->edge_made))
		tell_edge(v, f, well);
}

void cdn_look_edge_limit(const struct site_view *v, struct finding *f)
{
	const struct page *well = innocent_origin(v, f);

	if (well && is_impatient(v->pages[WAY_VISITOR]) && v->pages[WAY_VISITOR]->edge_made)
		tell_edge(v, f, well);
}
