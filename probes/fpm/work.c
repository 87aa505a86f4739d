/*
 * What the workers are at, request by request: one endpoint that holds them all, or
 * ordinary pages. With pretty addresses every page runs /index.php, so there the query
 * decides: an argument with the same value in most of them names the endpoint.
 */
#include <string.h>

#include "base/span.h"
#include "probes/fpm/crowd.h"

static bool mine(const struct site_view *v, const struct host_work *w)
{
	return w->pool && w->uri && v->pool && v->pool->name && !strcmp(w->pool, v->pool->name);
}

static bool ends(const char *s, const char *end)
{
	return span_ends(span_of(s), end);
}

/* WordPress's own front door, and not a file below wp-admin. */
static bool is_front(const struct host_work *w)
{
	return ends(w->uri, "/index.php") && !strstr(w->uri, "/wp-admin/");
}

static int same_uri(const struct site_view *v, const struct host_work *w)
{
	const struct host_facts *h = &v->chain->host;
	int n = 0;

	for (size_t i = 0; i < h->work_count; i++)
		n += mine(v, &h->work[i]) && !strcmp(h->work[i].uri, w->uri);
	return n;
}

static bool has_pair(const char *query, struct span pair)
{
	struct span rest = span_of(query), part;

	while (span_cut(&rest, '&', &part))
		if (part.n == pair.n && !memcmp(part.p, pair.p, part.n))
			return true;
	return false;
}

static int same_pair(const struct site_view *v, struct span pair)
{
	const struct host_facts *h = &v->chain->host;
	int n = 0;

	for (size_t i = 0; i < h->work_count; i++)
		n += mine(v, &h->work[i]) && is_front(&h->work[i]) && h->work[i].query &&
			has_pair(h->work[i].query, pair);
	return n;
}

/* "q=/" is how some nginx configurations hand over the address of the front page. */
static bool says_nothing(struct span pair)
{
	ptrdiff_t at = span_find(pair, "=");

	return !pair.n || (at >= 0 && ((size_t)at + 1 == pair.n || span_ends(pair, "=/")));
}

struct most {
	struct span pair;
	int count;
};

/* The argument that most front pages share. */
static struct most shared_pair(const struct site_view *v)
{
	const struct host_facts *h = &v->chain->host;
	struct most most = { { 0 }, 0 };
	struct span rest, pair;
	int n;

	for (size_t i = 0; i < h->work_count && i < 16; i++) {
		if (!mine(v, &h->work[i]) || !is_front(&h->work[i]))
			continue;
		rest = span_of(h->work[i].query);
		while (span_cut(&rest, '&', &pair)) {
			n = says_nothing(pair) ? 0 : same_pair(v, pair);
			if (n > most.count)
				most = (struct most){ pair, n };
		}
	}
	return most;
}

static void name_endpoint(const struct site_view *v, struct crowd *c)
{
	const struct host_facts *h = &v->chain->host;
	const struct host_work *top = NULL;
	struct most most;
	int n, best = 0;

	for (size_t i = 0; i < h->work_count; i++) {
		n = mine(v, &h->work[i]) ? same_uri(v, &h->work[i]) : 0;
		if (n > best) {
			best = n;
			top = &h->work[i];
		}
	}
	if (!top || best * 2 < c->known)
		return;
	if (!is_front(top)) {
		c->alike = best;
		c->endpoint = top->uri;
		return;
	}
	/* one request with arguments alone may be anything */
	if (c->known == 1 && top->query)
		return;
	most = shared_pair(v);
	if (most.count < 2 || most.count * 2 < c->known) {
		c->pages = best;
		return;
	}
	c->alike = most.count;
	c->endpoint = top->uri;
	c->argument = most.pair;
}

static struct span path_of(const struct nginx_error *e)
{
	struct span path = { 0 }, rest = span_of(e->uri);

	span_cut(&rest, '?', &path);
	return path;
}

/*
 * With pretty addresses all that runs is /index.php; what visitors really asked for
 * stands in nginx's timeouts, once there are some.
 */
static void ask_nginx(const struct site_view *v, struct crowd *c)
{
	const struct nginx_facts *n = &v->chain->nginx;
	const struct nginx_error *first = NULL;
	int all = 0, same = 0;

	for (size_t i = n->error_count; i-- > 0;) {
		const struct nginx_error *e = &n->errors[i];
		struct span path;

		if (e->kind != NGX_TIMEOUT_READ || !e->uri || !view_fresh(v, &e->line) ||
		    !view_error_mine(v, e))
			continue;
		first = first ? first : e;
		path = path_of(e);
		all++;
		same += path.n == path_of(first).n && !memcmp(path.p, path_of(first).p, path.n);
	}
	if (all < 3)
		return;
	if (same * 2 >= all && path_of(first).n > 1 && !span_eq(path_of(first), "/index.php")) {
		c->alike = c->pages;
		c->endpoint = first->uri;
		c->pages = 0;
		return;
	}
	c->pages_sure = true;
}

void crowd_count_work(const struct site_view *v, struct crowd *c)
{
	const struct host_facts *h = &v->chain->host;

	for (size_t i = 0; i < h->work_count; i++) {
		const struct host_work *w = &h->work[i];

		if (!mine(v, w))
			continue;
		c->known++;
		c->cron += ends(w->uri, "/wp-cron.php");
		c->doors += ends(w->uri, "/wp-login.php") || ends(w->uri, "/xmlrpc.php");
		if (!w->since.known || !v->now)
			continue;
		c->long_ones += v->now - w->since.v >= CROWD_LONG_S;
		if (!c->oldest_s.known || v->now - w->since.v > c->oldest_s.v)
			c->oldest_s = num_of(v->now - w->since.v);
	}
	if (c->known)
		name_endpoint(v, c);
	if (c->pages)
		ask_nginx(v, c);
}

bool crowd_long(const struct crowd *c)
{
	return c->known > 0 && c->long_ones * 2 >= c->known;
}

const char *crowd_endpoint(const struct crowd *c, struct finding *f)
{
	if (!c->argument.n)
		return c->endpoint;
	return finding_text(f, "/?%.*s", (int)c->argument.n, c->argument.p);
}
