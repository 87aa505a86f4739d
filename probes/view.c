/*
 * The ready-made questions of facts.h: what causes all over the chain ask of one site's
 * view. Pure; without the server's clock no line is fresh.
 */
#include <string.h>

#include "probes/facts.h"
#include "probes/visitor/visitor.h"

/* A server's clock and its log's rounding may differ by a little. */
#define FUTURE_S 5

static bool within(const struct site_view *v, const struct log_line *line, int64_t seconds)
{
	return v->now > 0 && line->at.known && line->at.v <= v->now + FUTURE_S &&
		line->at.v >= v->now - seconds;
}

bool view_fresh(const struct site_view *v, const struct log_line *line)
{
	return within(v, line, v->fresh);
}

bool view_recent(const struct site_view *v, const struct log_line *line)
{
	return within(v, line, v->window > v->fresh ? v->window : v->fresh);
}

/* Host names are equal without regard to case, port and a final dot. */
static bool same_name(const char *a, const char *b)
{
	size_t n = a ? strcspn(a, ":") : 0, m = b ? strcspn(b, ":") : 0;

	if (n && a[n - 1] == '.')
		n--;
	if (m && b[m - 1] == '.')
		m--;
	return n && n == m && !strncasecmp(a, b, n);
}

static bool names_site(const struct site_view *v, const struct nginx_error *e)
{
	size_t i;

	if (same_name(e->host, v->host_name))
		return true;
	for (i = 0; v->server && i < v->server->name_count; i++)
		if (same_name(e->host, v->server->names[i]))
			return true;
	if (!e->server || !v->server || !v->server->name_count)
		return same_name(e->server, v->host_name);
	/* The line carries the first server_name; "_" says nothing of which site it was. */
	return strcmp(e->server, "_") != 0 && same_name(e->server, v->server->names[0]);
}

static bool dials_peer(const struct site_view *v, const struct nginx_error *e)
{
	size_t i;

	if (!endpoint_set(&e->peer))
		return e->upstream && v->pass && v->pass->group &&
			strstr(e->upstream, v->pass->group) != NULL;
	if (v->peer && endpoint_same(v->peer, &e->peer))
		return true;
	for (i = 0; v->pass && i < v->pass->peer_count; i++)
		if (endpoint_same(&v->pass->peers[i], &e->peer))
			return true;
	return false;
}

/*
 * Two sites may share a pool: that nobody could connect to it concerns both, that one
 * request came to grief in it only the site it was for.
 */
bool view_error_mine(const struct site_view *v, const struct nginx_error *e)
{
	bool named = (e->server && *e->server && strcmp(e->server, "_") != 0) || e->host;

	if (names_site(v, e))
		return true;
	if (!dials_peer(v, e))
		return false;
	return !named || e->kind == NGX_CONNECT || e->kind == NGX_TIMEOUT_CONNECT ||
		e->kind == NGX_NO_LIVE_UPSTREAMS;
}

static bool wanted(const struct site_view *v, const struct nginx_error *e,
	enum nginx_error_kind kind, int code)
{
	return e->kind == kind && (code < 0 || (e->code.known && e->code.v == code)) &&
		view_fresh(v, &e->line) && view_error_mine(v, e);
}

const struct nginx_error *view_error(const struct site_view *v, enum nginx_error_kind kind, int code)
{
	const struct nginx_facts *f = &v->chain->nginx;
	size_t i;

	for (i = f->error_count; i > 0; i--)
		if (wanted(v, &f->errors[i - 1], kind, code))
			return &f->errors[i - 1];
	return NULL;
}

int view_error_count(const struct site_view *v, enum nginx_error_kind kind, int code)
{
	const struct nginx_facts *f = &v->chain->nginx;
	size_t i;
	int n = 0;

	for (i = 0; i < f->error_count; i++)
		n += wanted(v, &f->errors[i], kind, code);
	return n;
}

/* Two PHP versions both have a pool "www": the log tells which one spoke. */
static bool log_of_master(const struct site_view *v, const struct fpm_event *e)
{
	size_t i;
	const struct fpm_facts *f = &v->chain->fpm;

	if (!v->master || !v->master->error_log || !e->line.source)
		return true;
	if (!strcmp(v->master->error_log, e->line.source))
		return true;
	for (i = 0; i < f->master_count; i++)
		if (&f->masters[i] != v->master && f->masters[i].error_log &&
		    !strcmp(f->masters[i].error_log, e->line.source))
			return false;
	return true;
}

const struct fpm_event *view_fpm_event(const struct site_view *v, enum fpm_event_kind kind)
{
	const struct fpm_facts *f = &v->chain->fpm;
	const struct fpm_event *e;
	size_t i;

	for (i = f->event_count; i > 0; i--) {
		e = &f->events[i - 1];
		if (e->kind != kind || !view_fresh(v, &e->line) || !log_of_master(v, e))
			continue;
		if (!e->pool || !v->pool || !v->pool->name || !strcmp(e->pool, v->pool->name))
			return e;
	}
	return NULL;
}

static bool worker_mine(const struct site_view *v, const struct host_proc *p)
{
	return p->role == PROC_FPM_WORKER && p->state != 'Z' && p->pool &&
		!strcmp(p->pool, v->pool->name) &&
		(!v->master || !v->master->pid.known || p->ppid == v->master->pid.v);
}

struct num view_pool_workers(const struct site_view *v)
{
	const struct host_facts *h = &v->chain->host;
	struct num n = { 0, false };
	size_t i;

	if (!v->pool || !v->pool->name || h->proc_known != TRI_YES)
		return n;
	n.known = true;
	for (i = 0; i < h->proc_count; i++)
		n.v += worker_mine(v, &h->procs[i]);
	return n;
}

static struct num busy_workers(const struct site_view *v)
{
	const struct host_facts *h = &v->chain->host;
	struct num busy = { 0, true };
	size_t i;

	for (i = 0; i < h->proc_count; i++) {
		if (!worker_mine(v, &h->procs[i]))
			continue;
		busy.v += h->procs[i].busy == TRI_YES;
		busy.known = busy.known && h->procs[i].busy != TRI_UNKNOWN;
	}
	return busy;
}

struct num view_pool_busy(const struct site_view *v)
{
	struct num workers = view_pool_workers(v), busy = { 0, false };

	if (!workers.known)
		return busy;
	busy = busy_workers(v);
	if (!busy.known && v->listener && v->listener->accepted.known) {
		/* Accepted connections of a unix socket: one per busy worker. */
		busy = v->listener->accepted;
		if (busy.v > workers.v)
			busy.v = workers.v;
	}
	return busy;
}

const struct page *view_page(const struct site_view *v, enum page_way way)
{
	return way < WAYS ? v->pages[way] : NULL;
}

bool view_page_well(const struct site_view *v)
{
	static const enum page_way ways[] = { WAY_ORIGIN, WAY_LOOPBACK, WAY_VISITOR };
	size_t i;

	for (i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		if (v->pages[ways[i]] && page_well(v->pages[ways[i]]))
			return true;
	return false;
}

bool view_page_fails(const struct site_view *v)
{
	int way;

	for (way = 0; way < WAYS; way++)
		if (v->pages[way] && page_failed(v->pages[way]))
			return true;
	return false;
}
