/* nginx runs out of something, loses a worker, or turns requests away itself. */
#include <stdlib.h>
#include <string.h>

#include "probes/nginx/causes.h"

/* These lines are about the whole server: many carry no request at all. */
static bool connections_line(const struct site_view *v, const struct nginx_error *e)
{
	(void)v;
	return e->kind == NGX_WORKER_CONNECTIONS;
}

static bool files_line(const struct site_view *v, const struct nginx_error *e)
{
	(void)v;
	return e->kind == NGX_NO_FILES;
}

static bool crash_line(const struct site_view *v, const struct nginx_error *e)
{
	(void)v;
	return e->kind == NGX_WORKER_EXIT;
}

static bool temp_line(const struct site_view *v, const struct nginx_error *e)
{
	(void)v;
	return e->kind == NGX_TEMP_FILE;
}

static bool limit_line(const struct site_view *v, const struct nginx_error *e)
{
	return e->kind == NGX_LIMIT && view_error_mine(v, e);
}

/* The pool is full and requests wait: slots are used up by waiting for it. */
static bool pool_is_full(const struct site_view *v)
{
	struct num busy = view_pool_busy(v), workers = view_pool_workers(v);

	return v->listener && v->listener->queued.known && v->listener->queued.v > 0 &&
		busy.known && workers.known && workers.v > 0 && busy.v >= workers.v;
}

void look_worker_connections(const struct site_view *v, struct finding *f)
{
	const struct nginx_facts *n = &v->chain->nginx;
	struct sign sign = sign_find(v, connections_line);

	if (!sign.last) {
		if (n->log_known == TRI_YES)
			finding_rule_out(f, "no such line in the error log of the last minutes");
		return;
	}
	if (pool_is_full(v)) {
		finding_rule_out(f, "PHP-FPM is full: the connections only wait for it");
		return;
	}
	if (!sign_judge(f, v, sign, HEALTH_BROKEN))
		return;
	if (pool_idle(v) == TRI_YES)
		finding_state(f, "PHP-FPM", state_at(v), "answers: the pool has idle workers and no queue");
	if (n->worker_connections.known)
		finding_note(f, n->config_path, state_at(v), "worker_connections %lld",
			(long long)n->worker_connections.v);
	f->refuter_missing = pool_idle(v) == TRI_UNKNOWN && v->peer != NULL;
	f->fix = finding_text(f, "raise worker_connections (now %lld) in %s, then: nginx -t && %s",
		(long long)num_or(n->worker_connections, 512),
		n->config_path ? n->config_path : "nginx.conf",
		unit_command(f, v, "reload", nginx_unit(v)));
	f->changes_mind = "a full pool behind nginx: then the connections only wait for it";
}

void look_file_descriptors(const struct site_view *v, struct finding *f)
{
	const struct host_facts *h = &v->chain->host;
	struct sign sign = sign_find(v, files_line);
	size_t i;

	if (!sign.last || !sign_judge(f, v, sign, HEALTH_BROKEN))
		return;
	for (i = 0; i < h->proc_count; i++)
		if (h->procs[i].role == PROC_NGINX_WORKER && h->procs[i].fds.known &&
		    h->procs[i].fd_limit.known && h->procs[i].fds.v * 10 >= h->procs[i].fd_limit.v * 9) {
			finding_state(f, finding_text(f, "nginx worker %d", h->procs[i].pid), state_at(v),
				"%lld of %lld file descriptors in use", (long long)h->procs[i].fds.v,
				(long long)h->procs[i].fd_limit.v);
			break;
		}
	f->fix = finding_text(f, "worker_rlimit_nofile 65535; in %s, then: nginx -t && %s",
		v->chain->nginx.config_path ? v->chain->nginx.config_path : "nginx.conf",
		unit_command(f, v, "reload", nginx_unit(v)));
}

/* What a crash does to a page: no answer, or half of one. A full pool behind it is then
 * full of requests nobody waits for any more; any other failure is not the crash's. */
static enum health crash_health(const struct site_view *v, struct sign sign)
{
	const struct page *p;
	int way;

	for (way = 0; way < WAYS; way++) {
		p = v->pages[way];
		if (p && page_failed(p) && sign.fresh > 1 && (p->failure == PAGE_EMPTY ||
				p->failure == PAGE_RESET || p->failure == PAGE_BROKEN_BODY))
			return HEALTH_BROKEN;
	}
	return HEALTH_WARN;
}

/* A worker much younger than its master, begun when the other one died. */
static void tell_successor(const struct site_view *v, struct finding *f, const struct log_line *line)
{
	const struct host_facts *h = &v->chain->host;
	const struct host_proc *p, *master = nginx_master(v);
	size_t i;

	for (i = 0; master && master->start.known && i < h->proc_count; i++) {
		p = &h->procs[i];
		if (p->role != PROC_NGINX_WORKER || !p->start.known ||
		    p->start.v < master->start.v + 5 || p->start.v < line->at.v - 2)
			continue;
		finding_state(f, finding_text(f, "nginx worker %d", p->pid), state_at(v),
			"runs for %lld s only, its master for %lld s",
			(long long)(state_at(v) - p->start.v), (long long)(state_at(v) - master->start.v));
		return;
	}
}

void look_worker_crash(const struct site_view *v, struct finding *f)
{
	const struct host_facts *h = &v->chain->host;
	const struct kernel_line *k;
	struct sign sign = sign_find(v, crash_line);
	size_t i;

	if (!sign.last)
		return;
	for (i = 0; i < h->kernel_line_count; i++) {
		k = &h->kernel_lines[i];
		if (k->kind == KERNEL_OOM && is_nginx_name(k->comm) && view_recent(v, &k->line)) {
			finding_rule_out(f, "the kernel killed it for want of memory");
			return;
		}
	}
	if (!sign_judge(f, v, sign, crash_health(v, sign)))
		return;
	tell_successor(v, f, &sign.last->line);
	for (i = h->kernel_line_count; i > 0; i--) {
		k = &h->kernel_lines[i - 1];
		if (k->kind != KERNEL_SEGFAULT || !is_nginx_name(k->comm) || !view_fresh(v, &k->line))
			continue;
		finding_log(f, v, &k->line);
		f->decisive++; /* the kernel says so as well: a second witness */
		if (k->library)
			f->title = finding_text(f, "nginx workers crash in %s", k->library);
		break;
	}
}

/* --- temporary files ------------------------------------------------------------------ */

static bool owner_wrong(const struct nginx_facts *n, const struct nginx_temp *t)
{
	return n->user && t->owner && *t->owner && strcmp(t->owner, n->user) != 0 && t->mode.known &&
		!(t->mode.v & 2);
}

static const struct nginx_temp *temp_of(const struct nginx_facts *n, const char *path)
{
	size_t i, len;

	for (i = 0; path && i < n->temp_count; i++) {
		len = n->temps[i].path ? strlen(n->temps[i].path) : 0;
		if (len && !strncmp(path, n->temps[i].path, len) && path[len] == '/')
			return &n->temps[i];
	}
	return NULL;
}

static const struct host_mount *full_mount(const struct site_view *v, const char *path)
{
	const struct host_facts *h = &v->chain->host;
	const struct host_mount *best = NULL;
	size_t i, len, best_len = 0;

	for (i = 0; path && i < h->mount_count; i++) {
		len = h->mounts[i].path ? strlen(h->mounts[i].path) : 0;
		if (len && len >= best_len && !strncmp(path, h->mounts[i].path, len) &&
		    (len == 1 || path[len] == '/')) {
			best = &h->mounts[i];
			best_len = len;
		}
	}
	if (!best || best->read_only)
		return best;
	return num_or(best->used_pct, 0) >= 99 || num_or(best->inodes_used_pct, 0) >= 99 ? best : NULL;
}

void look_temp_dir(const struct site_view *v, struct finding *f)
{
	const struct nginx_facts *n = &v->chain->nginx;
	struct sign sign = sign_find(v, temp_line);
	const struct host_mount *mount;
	const struct nginx_temp *t;

	if (!sign.last)
		return;
	mount = full_mount(v, sign.last->path);
	if (mount) {
		finding_rule_out(f, "the file system %s itself is %s", mount->path,
			mount->read_only ? "read-only" : "full");
		return;
	}
	if (!sign_judge(f, v, sign, HEALTH_BROKEN))
		return;
	t = temp_of(n, sign.last->path);
	if (t && owner_wrong(n, t))
		finding_state(f, t->path, state_at(v), "belongs to %s, mode %03llo; the workers are %s",
			t->owner, (unsigned long long)t->mode.v, n->user);
	if (t)
		f->fix = finding_text(f, "chown %s: %s && chmod 700 %s", n->user ? n->user : "www-data",
			t->path, t->path);
}

/* --- turned away ---------------------------------------------------------------------- */

static const struct page *limited_page(const struct site_view *v)
{
	int64_t status = num_or(v->chain->nginx.limit_status, 503);
	const struct page *p;
	int way;

	for (way = 0; way < WAYS; way++) {
		p = v->pages[way];
		if (!p || p->failure != PAGE_ANSWERED || !p->status.known)
			continue;
		if ((p->status.v == 503 || p->status.v == 429 || p->status.v == status) &&
		    !(p->marks & MARK_MAINTENANCE) && !p->retry_after.known && !p->from_php &&
		    !p->edge_made && ((p->marks & MARK_NGINX) || p->edge))
			return p; /* nginx's own body, as far as an edge shows it */
	}
	return NULL;
}

/* Of what visitors asked in the last minute a good part was refused. */
static bool many_refused(const struct site_view *v)
{
	const struct nginx_facts *n = &v->chain->nginx;
	const struct nginx_access *a;
	size_t i;

	for (i = 0; v->server && v->server->access_log && i < n->access_count; i++) {
		a = &n->access[i];
		if (!a->path || strcmp(a->path, v->server->access_log) != 0)
			continue;
		return num_or(a->fresh_requests, 0) >= 10 && num_or(a->s503, 0) > 0 &&
			num_or(a->fresh_errors, 0) * 2 >= a->fresh_requests.v;
	}
	return false;
}

static bool is_login(const char *uri)
{
	return uri && (strstr(uri, "wp-login") || strstr(uri, "xmlrpc"));
}

void look_rate_limited(const struct site_view *v, struct finding *f)
{
	struct sign sign = sign_find(v, limit_line);
	const struct page *page = limited_page(v);
	const char *zone;

	if (!sign.last) {
		if (v->chain->nginx.log_known == TRI_YES && page)
			finding_rule_out(f, "no request was limited in the last minutes");
		return;
	}
	sign_quote(f, v, sign);
	/* A limit that keeps a flood of logins out does its duty. */
	if (!sign.fresh || (!page && (!many_refused(v) || is_login(sign.last->uri)))) {
		f->state = sign.fresh ? FINDING_NOTHING : FINDING_HINT;
		if (sign.fresh)
			finding_rule_out(f, "requests are limited, but the page is not");
		return;
	}
	if (page)
		finding_page(f, page);
	if (pool_idle(v) == TRI_YES)
		finding_state(f, "PHP-FPM", state_at(v), "answers: the pool has idle workers and no queue");
	zone = sign.last->zone ? sign.last->zone : "?";
	f->title = finding_text(f, "nginx turns visitors away: limit zone \"%s\", %d times in a minute",
		zone, sign.fresh);
	f->fix = finding_text(f, "find zone=%s in the configuration (nginx -T | grep -n %s): raise rate "
		"or burst, or key it by the visitor's address (real_ip_header behind a CDN); then: "
		"nginx -t && %s", zone, "limit_", unit_command(f, v, "reload", nginx_unit(v)));
	f->subject = zone;
	finding_prove(f, page ? HEALTH_BROKEN : HEALTH_WARN);
}

/* --- a stored error ------------------------------------------------------------------- */

static const struct page *stored_page(const struct site_view *v)
{
	const struct page *p;
	int way;

	for (way = 0; way < WAYS; way++) {
		p = v->pages[way];
		if (way != WAY_STATIC && p && p->failure == PAGE_ANSWERED &&
		    num_or(p->status, 0) >= 500 && !p->edge_made &&
		    (p->cache_hit || !p->cache || p->edge))
			return p;
	}
	return NULL;
}

static bool upstream_line(const struct site_view *v, const struct nginx_error *e)
{
	return e->peer_kind != PASS_NONE && view_error_mine(v, e) && e->kind != NGX_OTHER &&
		e->kind != NGX_PHP_STDERR;
}

void look_cached_error(const struct site_view *v, struct finding *f)
{
	const struct page *page = stored_page(v);
	struct sign sign = sign_find(v, upstream_line);
	bool hit;

	if (!page || !v->pass || !v->pass->cache_valid)
		return;
	hit = page->cache_hit && !page->edge;
	/* Without that header only an error nginx makes itself can be told from PHP's own. */
	if (!hit && !((page->marks & MARK_NGINX) && (page_status(page, 502) || page_status(page, 504))))
		return;
	if (pool_idle(v) == TRI_NO) {
		finding_rule_out(f, "PHP-FPM is down or busy: the error is of now");
		return;
	}
	/* Without a header that says so, fresh upstream errors mean that it is asked. */
	if (!hit && sign.fresh) {
		finding_rule_out(f, "nginx asks its upstream now, and that fails");
		return;
	}
	if (!hit && v->chain->nginx.log_known != TRI_YES)
		return;
	finding_page(f, page);
	finding_state(f, pass_place(f, v->pass), state_at(v), "%s: errors are kept as well",
		v->pass->cache_valid);
	if (hit)
		finding_state(f, page->url, num_or(page->server_at, 0), "%s: %s",
			page->cache_header ? page->cache_header : "cache", page->cache);
	else if (pool_idle(v) == TRI_YES)
		finding_state(f, "PHP-FPM", state_at(v), "answers: the pool has idle workers and no queue");
	sign_quote(f, v, sign);
	finding_prove(f, HEALTH_BROKEN);
}
