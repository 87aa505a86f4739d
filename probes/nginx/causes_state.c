#include <string.h>

#include "probes/nginx/causes.h"
#include "probes/site.h"

struct sign sign_find(const struct site_view *v, sign_test *test)
{
	const struct nginx_facts *n = &v->chain->nginx;
	struct sign sign = { NULL, NULL, 0 };
	size_t i;

	for (i = 0; i < n->error_count; i++) {
		if (!view_recent(v, &n->errors[i].line) || !test(v, &n->errors[i]))
			continue;
		if (!sign.first)
			sign.first = &n->errors[i];
		sign.last = &n->errors[i];
		sign.fresh += view_fresh(v, &n->errors[i].line);
	}
	return sign;
}

void sign_quote(struct finding *f, const struct site_view *v, struct sign sign)
{
	if (sign.last)
		finding_log(f, v, &sign.last->line);
	if (sign.first && sign.first != sign.last)
		finding_log(f, v, &sign.first->line);
}

bool sign_judge(struct finding *f, const struct site_view *v, struct sign sign, enum health health)
{
	if (!sign.last)
		return false;
	sign_quote(f, v, sign);
	if (!sign.fresh) {
		f->state = FINDING_HINT;
		return false;
	}
	finding_prove(f, health);
	return true;
}

int64_t state_at(const struct site_view *v)
{
	return num_or(v->chain->host.now, v->now);
}

const struct host_proc *nginx_master(const struct site_view *v)
{
	const struct host_facts *h = &v->chain->host;
	size_t i;

	for (i = 0; i < h->proc_count; i++)
		if (h->procs[i].role == PROC_NGINX_MASTER && h->procs[i].state != 'Z')
			return &h->procs[i];
	return NULL;
}

struct num nginx_oldest_worker(const struct site_view *v)
{
	const struct host_facts *h = &v->chain->host;
	struct num start = { 0, false };
	size_t i;

	for (i = 0; i < h->proc_count; i++)
		if (h->procs[i].role == PROC_NGINX_WORKER && h->procs[i].start.known &&
		    (!start.known || h->procs[i].start.v < start.v))
			start = h->procs[i].start;
	return start;
}

struct num nginx_cert_unread(const struct site_view *v)
{
	const struct nginx_facts *n = &v->chain->nginx;
	struct num none = { 0, false }, start = nginx_oldest_worker(v);
	size_t i;

	if (!v->server || !v->server->cert || !start.known)
		return none;
	for (i = 0; i < n->cert_count; i++)
		if (n->certs[i].path && !strcmp(n->certs[i].path, v->server->cert) &&
		    n->certs[i].mtime.known && n->certs[i].mtime.v > start.v)
			return num_of(n->certs[i].mtime.v - start.v);
	return none;
}

static bool word_is(const char *word, const char *text)
{
	return word && !strcmp(word, text);
}

bool unit_active(const struct host_unit *unit)
{
	return word_is(unit->active, "active") || word_is(unit->active, "reloading");
}

bool unit_enabled(const struct host_unit *unit)
{
	return unit->enabled && !strncmp(unit->enabled, "enabled", 7);
}

const struct host_unit *nginx_unit(const struct site_view *v)
{
	const struct host_facts *h = &v->chain->host;
	const struct host_unit *best = NULL, *u;
	int rank, best_rank = -1;
	size_t i;

	for (i = 0; i < h->unit_count; i++) {
		u = &h->units[i];
		if (u->kind != UNIT_NGINX)
			continue;
		rank = unit_active(u) * 4 + unit_enabled(u) * 2 + word_is(u->active, "failed");
		if (rank > best_rank) {
			best = u;
			best_rank = rank;
		}
	}
	return best;
}

bool is_nginx_name(const char *comm)
{
	return comm && (strstr(comm, "nginx") || !strcmp(comm, "openresty") ||
		!strcmp(comm, "angie") || !strcmp(comm, "tengine"));
}

const struct host_listener *listener_of(const struct site_view *v, const struct endpoint *at)
{
	const struct host_facts *h = &v->chain->host;
	size_t i;

	if (!site_local(v->chain, at))
		return NULL;
	for (i = 0; i < h->listener_count; i++)
		if (site_same(v->chain, &h->listeners[i].at, at))
			return &h->listeners[i];
	return NULL;
}

static const struct host_listener *server_holder(const struct site_view *v,
	const struct nginx_server *s, int *ret_port)
{
	const struct host_listener *l;
	size_t i;

	for (i = 0; i < s->listen_count; i++) {
		l = s->listens[i].at.port ? listener_of(v, &s->listens[i].at) : NULL;
		if (l) {
			*ret_port = s->listens[i].at.port;
			return l;
		}
	}
	return NULL;
}

const struct host_listener *nginx_port_holder(const struct site_view *v, int *ret_port)
{
	const struct nginx_facts *n = &v->chain->nginx;
	const struct host_listener *l;
	size_t i;

	for (i = 0; i < n->server_count; i++) {
		l = server_holder(v, &n->servers[i], ret_port);
		if (l)
			return l;
	}
	return NULL;
}

bool nginx_wanted(const struct site_view *v)
{
	const struct host_unit *unit = nginx_unit(v);

	if (unit && (word_is(unit->enabled, "masked") || word_is(unit->enabled, "disabled")) &&
	    word_is(unit->active, "inactive")) {
		/* Put aside on purpose, unless nothing took its place. */
		int port;

		return v->chain->nginx.server_count && v->chain->host.net_known == TRI_YES &&
			!nginx_port_holder(v, &port) && !word_is(unit->enabled, "masked");
	}
	return unit || v->chain->nginx.server_count;
}

const char *unit_command(struct finding *f, const struct site_view *v, const char *verb,
	const struct host_unit *unit)
{
	const char *name = unit && unit->name ? unit->name : "nginx";
	const char *init = unit && unit->manager ? unit->manager : v->chain->host.init;
	size_t len = strlen(name);

	if (len > 8 && !strcmp(name + len - 8, ".service"))
		len -= 8;
	if (word_is(init, "openrc"))
		return finding_text(f, "rc-service %.*s %s", (int)len, name, verb);
	if (word_is(init, "sysv"))
		return finding_text(f, "service %.*s %s", (int)len, name, verb);
	return finding_text(f, "systemctl %s %.*s", verb, (int)len, name);
}

const char *endpoint_text(struct finding *f, const struct endpoint *at)
{
	if (at->path)
		return finding_text(f, "unix:%s", at->path);
	if (at->host && strchr(at->host, ':'))
		return finding_text(f, "[%s]:%d", at->host, at->port);
	return finding_text(f, "%s:%d", at->host ? at->host : "*", at->port);
}

const char *pass_place(struct finding *f, const struct nginx_pass *pass)
{
	if (!pass || !pass->file)
		return "the nginx configuration";
	return finding_text(f, "%s:%lld", pass->file, (long long)num_or(pass->line, 0));
}

const struct page *failing_page(const struct site_view *v)
{
	static const enum page_way ways[] = { WAY_LOOPBACK, WAY_ORIGIN, WAY_VISITOR, WAY_STATIC };
	size_t i;

	for (i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		if (v->pages[ways[i]] && page_failed(v->pages[ways[i]]))
			return v->pages[ways[i]];
	return NULL;
}

bool page_status(const struct page *page, int status)
{
	return page && page->failure == PAGE_ANSWERED && page->status.known &&
		page->status.v == status;
}

enum tri pool_idle(const struct site_view *v)
{
	struct num busy = view_pool_busy(v), workers = view_pool_workers(v);

	if (!v->listener)
		return v->chain->host.net_known == TRI_YES && v->peer ? TRI_NO : TRI_UNKNOWN;
	if (v->listener->queued.known && v->listener->queued.v > 0)
		return TRI_NO;
	if (busy.known && workers.known && workers.v > 0)
		return busy.v < workers.v ? TRI_YES : TRI_NO;
	return v->listener->queued.known ? TRI_YES : TRI_UNKNOWN;
}

const struct fpm_pool *pool_at(const struct site_view *v, const struct endpoint *at)
{
	const struct fpm_facts *fpm = &v->chain->fpm;
	size_t i;

	if (!site_local(v->chain, at))
		return NULL;
	for (i = 0; i < fpm->pool_count; i++)
		if (site_same(v->chain, &fpm->pools[i].listen, at))
			return &fpm->pools[i];
	return NULL;
}
