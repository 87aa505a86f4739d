#include "probes/site.h"

#include <stdio.h>
#include <string.h>

#include "base/regex.h"
#include "base/span.h"
#include "probes/nginx/nginx.h"
#include "probes/site_join.h"

#define REGEX_NAMES_MAX 8     /* of one server */
#define REGEX_SERVERS_MAX 200 /* tried for one host */

/* --- names ---------------------------------------------------------------------------- */

/* How well a server_name fits a host, as nginx ranks them: exact, *.x, x.*; 0: not. */
static int name_fits(const char *name, const char *host)
{
	size_t n = strlen(name), h = strlen(host);

	if (!strcasecmp(name, host))
		return 100000;
	if (*name == '~')
		return 0;
	if (*name == '.' && n > 1)
		return !strcasecmp(name + 1, host) ? 90000 :
			h > n && !strcasecmp(host + h - n, name) ? 1000 + (int)n : 0;
	if (name[0] == '*' && name[1] == '.' && h > n - 1 &&
	    !strcasecmp(host + h - (n - 1), name + 1))
		return 1000 + (int)n;
	if (n > 2 && !strcmp(name + n - 2, ".*") && h > n - 1 && !strncasecmp(host, name, n - 1))
		return 100 + (int)n;
	return 0;
}

/* Regular expressions come after all other names, in the order of the files. */
static bool regex_fits(const struct nginx_server *s, const char *host)
{
	size_t i;

	for (i = 0; i < s->name_count && i < REGEX_NAMES_MAX; i++)
		if (s->names[i][0] == '~' && regex_matches(s->names[i] + 1, host, true))
			return true;
	return false;
}

static bool listens_at(const struct nginx_server *s, int port)
{
	size_t i;

	for (i = 0; i < s->listen_count; i++)
		if (s->listens[i].at.port == port)
			return true;
	return false;
}

static bool is_default(const struct nginx_server *s, int port)
{
	size_t i;

	for (i = 0; i < s->listen_count; i++)
		if (s->listens[i].at.port == port && s->listens[i].is_default)
			return true;
	return false;
}

static int name_rank(const struct nginx_server *s, const char *host)
{
	int fits, best = 0;
	size_t i;

	for (i = 0; i < s->name_count && i < 1000; i++) {
		fits = name_fits(s->names[i], host);
		if (fits > best)
			best = fits;
	}
	return best;
}

static bool serves_tls(const struct nginx_server *s)
{
	size_t i;

	for (i = 0; i < s->listen_count; i++)
		if (s->listens[i].tls)
			return true;
	return false;
}

/*
 * By name first, since a port may be mapped and TLS may end before this nginx; among equal
 * names the one that listens there, and one that does more than send away.
 */
const struct nginx_server *site_server(const struct nginx_facts *nginx, const char *host, int port,
	bool tls)
{
	const struct nginx_server *s, *best = NULL;
	long rank, best_rank = 0;
	size_t i;
	bool plain = false;

	for (i = 0; i < nginx->server_count && !plain; i++)
		plain = name_rank(&nginx->servers[i], host) > 0;
	for (i = 0; i < nginx->server_count; i++) {
		s = &nginx->servers[i];
		rank = name_rank(s, host) * 100L;
		if (!plain && i < REGEX_SERVERS_MAX && regex_fits(s, host))
			rank = 1000;
		if (!rank && is_default(s, port))
			rank = 50;
		else if (!rank && listens_at(s, port))
			rank = 10; /* the first at that port is its default */
		if (!rank)
			continue;
		rank += (s->returns_only ? 0 : 40) + (listens_at(s, port) ? 20 : 0) +
			(serves_tls(s) == tls ? 5 : 0);
		if (rank > best_rank) {
			best = s;
			best_rank = rank;
		}
	}
	return best;
}

/* --- URLs ----------------------------------------------------------------------------- */

struct url {
	const char *text, *host, *path;
	int port;
	bool tls;
};

static void url_read(struct url *u, struct arena *mem, const char *text)
{
	struct span rest = span_of(text), host;
	struct endpoint at = { 0 };
	ptrdiff_t cut;

	memset(u, 0, sizeof(*u));
	u->text = text;
	u->tls = span_starts(rest, "https://");
	cut = span_find(rest, "://");
	if (cut >= 0)
		rest = span_skip(rest, (size_t)cut + 3);
	for (host = rest, host.n = 0; host.n < rest.n && !strchr("/?#", rest.p[host.n]); host.n++)
		;
	u->path = arena_strndup(mem, rest.p + host.n, rest.n - host.n);
	cut = span_find(host, "@");
	if (cut >= 0)
		host = span_skip(host, (size_t)cut + 1);
	u->port = u->tls ? 443 : 80;
	if (nginx_address(mem, host, u->port, &at) && at.host) {
		u->host = at.host;
		u->port = at.port;
	} else {
		u->host = arena_strndup(mem, host.p, host.n);
	}
}

static struct site_view view_base(const struct chain_facts *chain, struct site_time time)
{
	struct site_view v = { .chain = chain, .url = "", .host_name = "", .now = time.now,
		.window = time.window, .fresh = time.fresh };

	return v;
}

struct site_view site_host_view(const struct chain_facts *chain, struct site_time time)
{
	return view_base(chain, time);
}

static void view_make(struct site_view *v, const struct chain_facts *chain, struct site_time time,
	struct arena *mem, const char *text, const struct nginx_server *server)
{
	struct url u;

	*v = view_base(chain, time);
	url_read(&u, mem, text);
	v->url = text;
	v->host_name = u.host;
	v->tls = u.tls;
	v->server = server ? server : site_server(&chain->nginx, u.host, u.port, u.tls);
	site_join(v, u.path);
}

/* --- the sites a host serves ----------------------------------------------------------- */

struct candidate {
	const struct nginx_server *server;
	const char *name;
	int64_t rank;
};

/* A name a browser can be sent to; ".x" stands for x too. */
static const char *plain_name(const char *name)
{
	if (*name == '.')
		name++;
	if (!*name || strpbrk(name, "*~_$ ") || !strcmp(name, "localhost"))
		return NULL;
	return strpbrk(name, "./:") ? (strpbrk(name, "/:") ? NULL : name) : NULL;
}

static const char *first_name(const struct nginx_server *s)
{
	const char *name;
	size_t i;

	for (i = 0; i < s->name_count; i++) {
		name = plain_name(s->names[i]);
		if (name)
			return name;
	}
	return NULL;
}

static bool only_inside(const struct nginx_server *s)
{
	const struct nginx_listen *l;
	size_t i;

	for (i = 0; i < s->listen_count; i++) {
		l = &s->listens[i];
		if (!l->at.path && !(l->at.host && (!strncmp(l->at.host, "127.", 4) ||
				!strcmp(l->at.host, "::1") || !strcmp(l->at.host, "localhost"))))
			return false;
	}
	return true;
}

/* PHP and WordPress first, what nobody outside can reach last, then the busier. */
static int64_t rank_of(const struct chain_facts *chain, const struct nginx_server *s)
{
	const struct wordpress_facts *w = &chain->wordpress;
	int64_t rank = 0;
	size_t i;

	for (i = 0; i < s->pass_count; i++)
		if (s->passes[i].kind == PASS_FASTCGI)
			rank = 4000000;
	if (!rank && s->pass_count)
		rank = 2000000;
	for (i = 0; i < w->site_count; i++)
		if (s->root && ((w->sites[i].docroot && !strcmp(w->sites[i].docroot, s->root)) ||
				(w->sites[i].root && !strcmp(w->sites[i].root, s->root)))) {
			rank += 4000000;
			break;
		}
	if (only_inside(s))
		rank -= 3000000;
	for (i = 0; s->access_log && i < chain->nginx.access_count; i++)
		if (chain->nginx.access[i].path && !strcmp(chain->nginx.access[i].path, s->access_log)) {
			int64_t n = num_or(chain->nginx.access[i].requests, 0);

			rank += n < 900000 ? n : 900000;
		}
	return rank + serves_tls(s);
}

static void candidate_add(struct arena *mem, struct candidate **list, size_t *count,
	const struct chain_facts *chain, const struct nginx_server *s)
{
	struct candidate new = { s, first_name(s), rank_of(chain, s) }, *c;
	size_t i;

	if (!new.name || s->returns_only)
		return;
	for (i = 0; i < *count; i++) {
		c = &(*list)[i];
		if (strcasecmp(c->name, new.name) != 0)
			continue;
		/* One name, two servers (80 and 443): a site once, by the better of them. */
		if (new.rank > c->rank)
			*c = new;
		return;
	}
	c = arena_push(mem, list, count, sizeof(*c));
	*c = new;
}

static const char *server_url(struct arena *mem, const struct nginx_server *s, const char *name)
{
	const struct nginx_listen *l, *best = NULL;
	size_t i;

	for (i = 0; i < s->listen_count; i++) {
		l = &s->listens[i];
		if (l->at.path)
			continue;
		if (!best || (l->tls && !best->tls) || (l->tls == best->tls &&
				l->at.port == (l->tls ? 443 : 80)))
			best = l;
	}
	if (!best || best->at.port == (best->tls ? 443 : 80) || only_inside(s))
		return arena_printf(mem, "%s://%s/", best && best->tls ? "https" : "http", name);
	return arena_printf(mem, "%s://%s:%d/", best->tls ? "https" : "http", name, best->at.port);
}

/* Nothing but nameless servers: the one that runs PHP, by the address we came in at. */
static const char *nameless(const struct chain_facts *chain, struct arena *mem,
	const struct nginx_server **ret)
{
	const struct nginx_server *s;
	const char *address = chain->host.ssh_address ? chain->host.ssh_address : "127.0.0.1";
	size_t i;

	for (i = 0; i < chain->nginx.server_count; i++) {
		s = &chain->nginx.servers[i];
		if (!s->pass_count || s->returns_only)
			continue;
		*ret = s;
		return server_url(mem, s, strchr(address, ':') ?
			arena_printf(mem, "[%s]", address) : address);
	}
	return NULL;
}

static size_t best_candidate(const struct candidate *list, size_t count)
{
	size_t i, best = 0;

	for (i = 1; i < count; i++)
		if (list[i].rank > list[best].rank)
			best = i;
	return best;
}

static struct site_view *found_views(const struct chain_facts *chain, struct site_time time,
	struct arena *mem, size_t *ret_count)
{
	struct candidate *list = NULL;
	struct site_view *views;
	const struct nginx_server *server = NULL;
	const char *text;
	size_t i, best, count = 0, n = 0;

	for (i = 0; i < chain->nginx.server_count; i++)
		candidate_add(mem, &list, &count, chain, &chain->nginx.servers[i]);
	views = arena_alloc(mem, SITES_MAX * sizeof(*views));
	while (n < SITES_MAX && n < count) {
		best = best_candidate(list, count);
		if (list[best].rank < 0 && n)
			break;
		view_make(&views[n++], chain, time, mem,
			server_url(mem, list[best].server, list[best].name), list[best].server);
		list[best].rank = INT64_MIN;
	}
	if (!n && (text = nameless(chain, mem, &server)) != NULL)
		view_make(&views[n++], chain, time, mem, text, server);
	*ret_count = n;
	return views;
}

struct site_view *site_views(const struct chain_facts *chain, const char *const *urls,
	struct site_time time, struct arena *mem, size_t *ret_count)
{
	struct site_view *views;
	size_t i, count = 0;

	while (urls && urls[count])
		count++;
	if (!count)
		return found_views(chain, time, mem, ret_count);
	views = arena_alloc(mem, count * sizeof(*views));
	for (i = 0; i < count; i++)
		view_make(&views[i], chain, time, mem, urls[i], NULL);
	*ret_count = count;
	return views;
}
