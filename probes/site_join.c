/*
 * One site's way: server -> pass -> peer -> pool -> master -> unit -> listener, and beside
 * it WordPress by its document root, its database login and its Redis.
 *
 * The pass is chosen as nginx would for /index.php: an exact location, then a regex that
 * fits, then a prefix. A proxy_pass to another server block of this nginx (a cache or a
 * panel between) is followed, at most three times.
 */
#include "probes/site_join.h"

#include <stdio.h>
#include <string.h>

#include "base/span.h"
#include "probes/site.h"

#define HOPS_MAX 3

/* --- the pass ------------------------------------------------------------------------- */

/* What stands before \.php in a location's regex is only "any path": no word of its own. */
static bool regex_general(const char *regex)
{
	const char *php = strstr(regex, "php"), *p;

	for (p = regex; p < php; p++) {
		if (!strncmp(p, "index", 5))
			return true;
		/* (?i) and (?<name> ...) are syntax, not text */
		if (*p == '?' && p > regex && p[-1] == '(') {
			while (p < php && *p != '>' && *p != ')' && *p != ':')
				p++;
			continue;
		}
		if (*p == '\\' && p + 1 < php) {
			p++;
			continue;
		}
		if (*p == '[') {
			while (p < php && *p != ']')
				p++;
			continue;
		}
		if ((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z'))
			return false;
	}
	return true;
}

/* How well a location fits /index.php: 0 not at all. */
static int location_rank(const char *location)
{
	if (!location)
		return 2; /* the server itself, or an if in it */
	if (!strncmp(location, "= ", 2))
		return !strcmp(location + 2, "/index.php") ? 9 : 0;
	if (*location == '~') {
		if (!strstr(location, "php"))
			return !strcmp(location, "~ /") || !strcmp(location, "~ .*") ||
				!strcmp(location, "~ ^/") ? 5 : 0;
		return regex_general(location) ? 8 : 1;
	}
	if (*location == '@')
		return 4; /* try_files falls back to it */
	if (!strncmp(location, "^~ ", 3))
		location += 3;
	if (!strcmp(location, "/index.php"))
		return 7;
	return !strcmp(location, "/") ? 6 : 0;
}

static int pass_rank(const struct nginx_pass *pass)
{
	int rank = location_rank(pass->location);

	if (!rank)
		return 0;
	/* A prefix handed to an upstream beats a fallback, but FastCGI is what runs PHP. */
	return rank * 2 + (pass->kind == PASS_FASTCGI ? 5 : pass->kind == PASS_PROXY ? 1 : 0);
}

static const struct nginx_pass *best_pass(const struct nginx_server *server)
{
	const struct nginx_pass *best = NULL;
	int rank, best_rank = 0;
	size_t i;

	for (i = 0; i < server->pass_count; i++) {
		rank = pass_rank(&server->passes[i]);
		if (rank > best_rank) {
			best = &server->passes[i];
			best_rank = rank;
		}
	}
	return best;
}

/* --- endpoints ------------------------------------------------------------------------ */

/* A path and what it links to are one. */
static const char *link_target(const struct nginx_facts *nginx, const char *path)
{
	size_t i;

	for (i = 0; path && i < nginx->link_count; i++)
		if (nginx->links[i].path && !strcmp(nginx->links[i].path, path))
			return nginx->links[i].target;
	return path;
}

static bool word_in(const char *words, const char *word)
{
	size_t n = strlen(word);
	const char *p = words;

	while (p && (p = strstr(p, word)) != NULL) {
		if ((p == words || p[-1] == ' ') && (p[n] == ' ' || !p[n]))
			return true;
		p += n;
	}
	return false;
}

static const char *resolved(const struct nginx_facts *nginx, const char *name)
{
	size_t i;

	for (i = 0; i < nginx->name_count; i++)
		if (nginx->names[i].name && !strcmp(nginx->names[i].name, name))
			return nginx->names[i].addresses;
	return NULL;
}

/* A name is any of the addresses it has now. */
static bool same_host(const struct chain_facts *chain, const struct endpoint *named,
	const struct endpoint *at)
{
	const char *addresses = named->host ? resolved(&chain->nginx, named->host) : NULL;
	struct span rest = span_of(addresses ? addresses : ""), word;
	struct endpoint x = *named;
	char host[64];

	for (word = span_word(&rest); word.n; word = span_word(&rest)) {
		if (word.n >= sizeof(host))
			continue;
		memcpy(host, word.p, word.n);
		host[word.n] = '\0';
		x.host = host;
		if (endpoint_same(&x, at))
			return true;
	}
	return false;
}

bool site_same(const struct chain_facts *chain, const struct endpoint *a, const struct endpoint *b)
{
	struct endpoint x = *a, y = *b;

	if (endpoint_same(a, b))
		return true;
	if (!a->path && !b->path)
		return same_host(chain, a, b) || same_host(chain, b, a);
	x.path = link_target(&chain->nginx, a->path);
	y.path = link_target(&chain->nginx, b->path);
	return endpoint_same(&x, &y);
}

static bool own_address(const struct chain_facts *chain, const char *host)
{
	return !strcmp(host, "localhost") || !strncmp(host, "127.", 4) || !strcmp(host, "::1") ||
		!strcmp(host, "0.0.0.0") || !strcmp(host, "::") ||
		word_in(chain->host.addresses, host) ||
		(chain->host.ssh_address && !strcmp(chain->host.ssh_address, host));
}

bool site_local(const struct chain_facts *chain, const struct endpoint *at)
{
	const char *addresses;
	char first[64];
	size_t n;

	if (at->path || !at->host || own_address(chain, at->host))
		return true;
	addresses = resolved(&chain->nginx, at->host);
	n = addresses ? strcspn(addresses, " ") : 0;
	if (!n || n >= sizeof(first))
		return false;
	memcpy(first, addresses, n);
	first[n] = '\0';
	return own_address(chain, first);
}

static const struct host_listener *listener_at(const struct chain_facts *chain,
	const struct endpoint *at)
{
	size_t i;

	if (!site_local(chain, at))
		return NULL;
	for (i = 0; i < chain->host.listener_count; i++)
		if (site_same(chain, &chain->host.listeners[i].at, at))
			return &chain->host.listeners[i];
	return NULL;
}

/* Of several peers the one that nobody serves is the one to look at. */
static const struct endpoint *pick_peer(const struct site_view *v)
{
	const struct nginx_facts *f = &v->chain->nginx;
	const struct nginx_error *e;
	size_t i;

	for (i = 0; v->chain->host.net_known == TRI_YES && i < v->pass->peer_count; i++)
		if (site_local(v->chain, &v->pass->peers[i]) &&
		    !listener_at(v->chain, &v->pass->peers[i]) && v->pass->computed == false)
			return &v->pass->peers[i];
	/* A variable decides: what the error log saw last is what it was. */
	for (i = f->error_count; v->pass->computed && i > 0; i--) {
		e = &f->errors[i - 1];
		if (endpoint_set(&e->peer) && e->peer_kind == v->pass->kind && view_error_mine(v, e))
			return &e->peer;
	}
	return v->pass->peer_count ? &v->pass->peers[0] : NULL;
}

/* --- following a proxy through this nginx ---------------------------------------------- */

static const struct nginx_server *own_server(const struct site_view *v,
	const struct endpoint *peer)
{
	const struct nginx_facts *f = &v->chain->nginx;
	size_t i, j;

	if (!site_local(v->chain, peer))
		return NULL;
	for (i = 0; i < f->server_count; i++)
		for (j = 0; j < f->servers[i].listen_count; j++)
			if (&f->servers[i] != v->server &&
			    endpoint_same(&f->servers[i].listens[j].at, peer))
				return peer->path ? &f->servers[i] :
					site_server(f, v->host_name, peer->port,
						f->servers[i].listens[j].tls);
	return NULL;
}

/* Varnish and its like stand between two servers of one name: the inner one runs PHP. */
static const struct nginx_pass *inner_pass(const struct site_view *v)
{
	const struct nginx_facts *f = &v->chain->nginx;
	const struct nginx_pass *pass;
	size_t i, j;

	if (!v->peer || !listener_at(v->chain, v->peer))
		return NULL;
	for (i = 0; i < f->server_count; i++)
		for (j = 0; &f->servers[i] != v->server && j < f->servers[i].name_count; j++) {
			if (strcmp(f->servers[i].names[j], v->host_name) != 0)
				continue;
			pass = best_pass(&f->servers[i]);
			if (pass && pass->kind == PASS_FASTCGI)
				return pass;
		}
	return NULL;
}

static void find_pass(struct site_view *v)
{
	const struct nginx_server *server = v->server, *next;
	const struct nginx_pass *inner;
	int hops;

	for (hops = 0; server && hops <= HOPS_MAX; hops++) {
		const struct nginx_pass *pass = best_pass(server);

		if (!pass)
			return;
		v->pass = pass;
		v->peer = pick_peer(v);
		if (pass->kind != PASS_PROXY || !v->peer)
			return;
		next = own_server(v, v->peer);
		if (!next || next == server)
			break;
		server = next;
	}
	inner = inner_pass(v);
	if (inner) {
		v->pass = inner;
		v->peer = pick_peer(v);
	}
}

/* --- PHP-FPM -------------------------------------------------------------------------- */

static const struct fpm_master *master_of(const struct fpm_facts *fpm, const struct fpm_pool *pool)
{
	size_t i;

	for (i = 0; pool->conf && i < fpm->master_count; i++)
		if (fpm->masters[i].conf && !strcmp(fpm->masters[i].conf, pool->conf))
			return &fpm->masters[i];
	return NULL;
}

/* A pool of a version that is gone may name the same socket: the running one counts. */
static void find_pool(struct site_view *v)
{
	const struct fpm_facts *fpm = &v->chain->fpm;
	const struct fpm_master *master;
	size_t i;

	if (!v->peer || !site_local(v->chain, v->peer))
		return;
	for (i = 0; i < fpm->pool_count; i++) {
		if (!site_same(v->chain, &fpm->pools[i].listen, v->peer))
			continue;
		master = master_of(fpm, &fpm->pools[i]);
		if (v->pool && !(master && master->pid.known))
			continue;
		if (v->pool && v->master && v->master->pid.known)
			continue;
		v->pool = &fpm->pools[i];
		v->master = master;
	}
}

static void find_unit(struct site_view *v)
{
	const struct host_facts *h = &v->chain->host;
	const struct host_unit *u;
	size_t i;

	if (!v->master)
		return;
	for (i = 0; i < h->unit_count; i++) {
		u = &h->units[i];
		if (v->master->unit && u->name && !strcmp(u->name, v->master->unit)) {
			v->fpm_unit = u;
			return;
		}
	}
	for (i = 0; i < h->unit_count && !v->fpm_unit; i++) {
		u = &h->units[i];
		if (u->kind != UNIT_FPM)
			continue;
		if ((v->master->pid.known && u->main_pid.known && u->main_pid.v == v->master->pid.v) ||
		    (u->conf && v->master->conf && !strcmp(u->conf, v->master->conf)))
			v->fpm_unit = u;
	}
}

/* --- WordPress ------------------------------------------------------------------------ */

static size_t trimmed(const char *path)
{
	size_t n = strlen(path);

	while (n > 1 && path[n - 1] == '/')
		n--;
	return n;
}

/* Paths equal: 3; `inner` below `outer`: 1; else 0. */
static int path_fits(const char *outer, const char *inner)
{
	size_t n, m;

	if (!outer || !inner)
		return 0;
	n = trimmed(outer);
	m = trimmed(inner);
	if (n == m && !memcmp(outer, inner, n))
		return 3;
	return m > n && n > 1 && inner[n] == '/' && !memcmp(outer, inner, n) ? 1 : 0;
}

static int wp_fits(const struct nginx_facts *nginx, const struct wp_site *wp, const char *root,
	const char *path)
{
	const char *real = link_target(nginx, root);
	char below[1024];
	int fits;

	if (path && strlen(path) > 1) { /* a WordPress in a folder of the site */
		snprintf(below, sizeof(below), "%.*s%s", (int)trimmed(root), root, path);
		if (path_fits(below, wp->root) == 3 || path_fits(below, wp->docroot) == 3)
			return 9;
	}
	fits = path_fits(root, wp->docroot);
	if (fits < 3 && path_fits(real, wp->docroot) > fits)
		fits = path_fits(real, wp->docroot);
	if (fits == 3)
		return path_fits(root, wp->root) == 3 || path_fits(real, wp->root) == 3 ? 8 : 7;
	if (path_fits(root, wp->root) == 3 || path_fits(real, wp->root) == 3)
		return 6;
	if (path_fits(root, wp->root) || path_fits(real, wp->root))
		return 3;
	return fits;
}

static void find_wordpress(struct site_view *v, const char *path)
{
	const struct wordpress_facts *w = &v->chain->wordpress;
	const char *roots[2] = { NULL, NULL };
	int fits, best = 0;
	size_t i, r;

	roots[0] = v->pass && v->pass->root ? v->pass->root : NULL;
	roots[1] = v->server ? v->server->root : NULL;
	for (i = 0; i < w->site_count; i++)
		for (r = 0; r < 2; r++) {
			fits = roots[r] ? wp_fits(&v->chain->nginx, &w->sites[i], roots[r], path) : 0;
			if (fits > best) {
				best = fits;
				v->wp = &w->sites[i];
			}
		}
}

static void find_stores(struct site_view *v)
{
	const struct mysql_facts *m = &v->chain->mysql;
	const struct redis_facts *r = &v->chain->redis;
	size_t i;

	if (!v->wp || !v->wp->root)
		return;
	for (i = 0; i < m->login_count && !v->db; i++)
		if (m->logins[i].site_root && path_fits(v->wp->root, m->logins[i].site_root) == 3)
			v->db = &m->logins[i];
	for (i = 0; i < r->server_count && !v->redis; i++)
		if (r->servers[i].site_root && path_fits(v->wp->root, r->servers[i].site_root) == 3)
			v->redis = &r->servers[i];
}

static void find_pages(struct site_view *v)
{
	const struct visitor_facts *f = &v->chain->visitor;
	size_t i;

	for (i = 0; i < f->page_count; i++)
		if (f->pages[i].way < WAYS && f->pages[i].site && !strcmp(f->pages[i].site, v->url))
			v->pages[f->pages[i].way] = &f->pages[i];
}

void site_join(struct site_view *v, const char *path)
{
	find_pass(v);
	find_pool(v);
	find_unit(v);
	if (v->peer)
		v->listener = listener_at(v->chain, v->peer);
	find_wordpress(v, path);
	find_stores(v);
	find_pages(v);
}
