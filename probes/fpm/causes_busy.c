/*
 * All workers are at work and visitors queue. Whether the requests are short and many
 * (saturated), long (a slow endpoint), from one visitor (a flood) or already nobody's
 * (dead work) decides what helps. A pool that is busy and quick is well.
 */
#include "probes/fpm/causes.h"

#include <string.h>

#include "probes/fpm/crowd.h"

/* The workers wait for something that causes_wait.c names. */
static bool waiting(const struct crowd *c)
{
	return crowd_most(c, c->remote) || crowd_most(c, c->own) || crowd_most(c, c->db) ||
		crowd_most(c, c->lock) || crowd_most(c, c->stopped) || crowd_most(c, c->disk);
}

static bool crowded(const struct site_view *v, const struct crowd *c, struct finding *f)
{
	if (!c->busy.known || !c->all.known)
		return false;
	if (!c->full) {
		if (c->all.v > c->busy.v)
			finding_rule_out(f, "%lld of %lld workers of pool %s are idle",
				(long long)(c->all.v - c->busy.v), (long long)c->all.v,
				fpm_pool_name(v));
		return false;
	}
	return crowd_trouble(v, c);
}

static bool overflows(const struct site_view *v, const struct crowd *c)
{
	return view_error(v, NGX_CONNECT, 11) ||
		(c->queued.known && c->room.known && c->queued.v > c->room.v);
}

static const struct fpm_event *max_children_line(const struct site_view *v)
{
	return fpm_event_within(v, FPM_MAX_CHILDREN, v->window > 60 ? v->window : 60);
}

void fpm_look_pool_saturated(const struct site_view *v, struct finding *f)
{
	struct crowd c = crowd_of(v);
	const struct fpm_event *e = max_children_line(v);

	if (!crowded(v, &c, f) || waiting(&c) || c.held == TRI_YES)
		return;
	if (c.cron * 2 > c.known) {
		finding_rule_out(f, "%d of %d requests at work are for wp-cron.php", c.cron, c.known);
		return;
	}
	if (!c.queued.known || c.queued.v < 1)
		return;
	crowd_evidence(v, &c, f);
	if (c.held == TRI_NO)
		finding_state(f, "/proc", v->now, "no worker was at the same request a second later: "
			"the requests are short, there are too many");
	if (e)
		finding_log(f, v, &e->line);
	f->title = finding_text(f, "pool %s is full: %lld workers, %lld requests wait", fpm_pool_name(v),
		(long long)c.all.v, (long long)c.queued.v);
	f->fix = finding_text(f, "cache pages (nginx fastcgi_cache or a page-cache plugin), then raise "
		"pm.max_children in %s (now %lld) as far as memory allows: free memory / Pss of a worker "
		"(grep Pss: /proc/PID/smaps_rollup); %s", fpm_pool_file(v), (long long)c.max,
		fpm_command(v, f, "reload"));
	f->subject = fpm_unit_name(v);
	f->refuter_missing = c.held == TRI_UNKNOWN;
	f->changes_mind = "idle workers, or requests that hold a worker for long";
	finding_prove(f, HEALTH_BROKEN);
}

/* The request most of the evidence names: a slow log, FPM's own log, a timeout of nginx. */
static const char *slow_uri(const struct site_view *v)
{
	const struct nginx_error *e = view_error(v, NGX_TIMEOUT_READ, -1);
	const struct fpm_event *event = fpm_event_within(v, FPM_SLOW, 300);
	const struct fpm_slow *s = crowd_slow(v);

	if (event && event->request)
		return event->request;
	if (e && e->uri)
		return e->uri;
	if (s && s->plugin)
		return s->plugin;
	return NULL;
}

void fpm_look_slow_endpoint(const struct site_view *v, struct finding *f)
{
	struct crowd c = crowd_of(v);
	const struct fpm_slow *s = crowd_slow(v);
	const char *uri;

	if (!crowded(v, &c, f) || waiting(&c))
		return;
	if (c.known && (c.pages || c.cron * 2 >= c.known)) {
		finding_rule_out(f, "%d of %d requests at work are for %s, not for one endpoint",
			c.pages ? c.pages : c.cron, c.known,
			c.pages ? "ordinary pages" : "wp-cron.php");
		return;
	}
	if (c.held != TRI_YES && !s) {
		if (c.held == TRI_NO)
			finding_rule_out(f, "the requests at work change within a second");
		return;
	}
	if (c.held == TRI_NO)
		return;
	if (c.held == TRI_YES)
		finding_state(f, "/proc", v->now, "%lld workers of pool %s are at the same request as a "
			"second before (%d run, %d sleep in the script)", (long long)c.busy.v,
			fpm_pool_name(v), c.cpu, c.sleep);
	if (c.endpoint)
		finding_state(f, "PHP-FPM's scoreboard", v->now, "%d of %d requests at work are for %s, "
			"the oldest for %lld s", c.alike, c.known, crowd_endpoint(&c, f),
			(long long)num_or(c.oldest_s, 0));
	crowd_evidence(v, &c, f);
	if (s)
		finding_log(f, v, &s->line);
	uri = c.endpoint ? crowd_endpoint(&c, f) : slow_uri(v);
	f->title = finding_text(f, "slow requests%s%s hold all %lld workers of pool %s",
		uri ? " (" : "", uri ? finding_text(f, "%s)", uri) : "", (long long)c.busy.v,
		fpm_pool_name(v));
	f->fix = finding_text(f, "set request_slowlog_timeout = 5s and slowlog in %s and %s to see the "
		"function; move that work to a CLI job or to a pool of its own; request_terminate_timeout "
		"bounds it", fpm_pool_file(v), fpm_command(v, f, "reload"));
	f->subject = fpm_unit_name(v);
	/* nobody says what they are at: it may be a plugin that hangs in every page */
	f->refuter_missing = c.held == TRI_UNKNOWN || (!c.endpoint && !s);
	f->changes_mind = "requests that change from second to second";
	finding_prove(f, HEALTH_BROKEN);
}

static bool hot_uri(const char *uri)
{
	return uri && (strstr(uri, "wp-login.php") || strstr(uri, "xmlrpc.php") || strstr(uri, "?s="));
}

/* What one visitor, or one door that robots knock at, asked for since the window began. */
static const struct nginx_top *flooder(const struct site_view *v, const char **ret_source,
	int64_t *ret_all)
{
	const struct nginx_facts *n = &v->chain->nginx;

	for (size_t i = 0; i < n->access_count; i++) {
		const struct nginx_access *a = &n->access[i];
		int64_t all = num_or(a->requests, 0);

		*ret_source = a->path;
		*ret_all = all;
		if (all < 100)
			continue;
		for (size_t j = 0; j < a->uri_count; j++)
			if (hot_uri(a->uris[j].what) && num_or(a->uris[j].count, 0) * 2 >= all)
				return &a->uris[j];
		for (size_t j = 0; j < a->client_count; j++)
			if (num_or(a->clients[j].count, 0) * 10 >= all * 7 &&
			    strncmp(a->clients[j].what ? a->clients[j].what : "", "127.", 4) != 0)
				return &a->clients[j];
	}
	return NULL;
}

void fpm_look_bot_flood(const struct site_view *v, struct finding *f)
{
	struct crowd c = crowd_of(v);
	const struct nginx_top *top;
	const char *source = NULL, *what;
	int64_t all = 0;

	if (!crowded(v, &c, f) || waiting(&c) || c.held == TRI_YES)
		return;
	top = flooder(v, &source, &all);
	what = top ? top->what : NULL;
	if (what)
		finding_state(f, source, v->now, "%lld of %lld requests: %s",
			(long long)num_or(top->count, 0), (long long)all, what);
	if (c.doors && c.doors * 2 >= c.known) {
		what = what ? what : c.endpoint ? c.endpoint : "wp-login.php";
		finding_state(f, "PHP-FPM's scoreboard", v->now,
			"%d of %d requests at work are for wp-login.php or xmlrpc.php", c.doors, c.known);
	}
	if (!what)
		return;
	crowd_evidence(v, &c, f);
	f->title = finding_text(f, "a flood on %s fills pool %s", what, fpm_pool_name(v));
	f->fix = finding_text(f, "limit it before PHP: at the CDN, or in nginx limit_req_zone "
		"$binary_remote_addr zone=wp:10m rate=1r/s and limit_req zone=wp burst=5 for %s (behind a CDN "
		"only with real_ip_header); nginx -t && systemctl reload nginx", what);
	f->changes_mind = "requests spread over many pages and visitors";
	finding_prove(f, HEALTH_BROKEN);
}

void fpm_look_backlog_full(const struct site_view *v, struct finding *f)
{
	struct crowd c = crowd_of(v);
	const struct nginx_error *e = view_error(v, NGX_CONNECT, 11);
	const struct host_facts *h = &v->chain->host;
	bool tcp_full = v->peer && !v->peer->path && num_or(h->listen_overflows, 0) > 0 &&
		view_error(v, NGX_TIMEOUT_CONNECT, -1);

	if (!v->pool)
		return;
	if (!e && !tcp_full && !overflows(v, &c)) {
		if (c.queued.known && c.room.known)
			finding_rule_out(f, "%lld wait where %lld may", (long long)c.queued.v,
				(long long)c.room.v);
		return;
	}
	if (c.queued.known && c.room.known && (c.queued.v >= c.room.v || c.full))
		finding_state(f, v->peer && v->peer->path ? "/proc/net/unix" : "/proc/net/tcp", v->now,
			"%lld connections wait on %s, its queue holds %lld", (long long)c.queued.v,
			fpm_peer_text(v, f), (long long)c.room.v + 1);
	if (tcp_full)
		finding_note(f, "/proc/net/netstat", v->now, "ListenOverflows %lld",
			(long long)num_or(h->listen_overflows, 0));
	crowd_evidence(v, &c, f);
	f->title = finding_text(f, "the queue of pool %s overflows: %s", fpm_pool_name(v),
		c.held == TRI_YES ? "its workers are held by slow requests"
				  : "more requests come than its workers can answer");
	f->fix = finding_text(f, "free the workers first (%lld of %lld busy): cache pages, end what holds "
		"them, raise pm.max_children in %s within memory; only then listen.backlog (now %lld) and "
		"net.core.somaxconn; %s", (long long)num_or(c.busy, 0), (long long)num_or(c.all, 0),
		fpm_pool_file(v), (long long)num_or(c.room, 0), fpm_command(v, f, "reload"));
	f->subject = fpm_unit_name(v);
	f->changes_mind = "a queue with room and no refused connection";
	finding_prove(f, HEALTH_BROKEN);
}

void fpm_look_dead_work_queue(const struct site_view *v, struct finding *f)
{
	struct crowd c = crowd_of(v);

	if (!c.full || !c.queued.known || c.queued.v < 1 || c.held == TRI_NO)
		return;
	if (!c.abandoned.known || c.abandoned.v < c.busy.v) {
		if (c.abandoned.known)
			finding_rule_out(f, "somebody still waits for what the workers do");
		return;
	}
	/* a few may be ourselves, asking for the page */
	if (!c.visitors.known || c.visitors.v > 4 || c.visitors.v >= c.queued.v)
		return;
	finding_state(f, "/proc/net/unix", v->now,
		"all %lld busy workers of pool %s work for visitors who have left", (long long)c.busy.v,
		fpm_pool_name(v));
	finding_state(f, "/proc/net/tcp", v->now, "%lld requests wait in the queue, %lld visitors are "
		"connected", (long long)c.queued.v, (long long)c.visitors.v);
	crowd_evidence(v, &c, f);
	f->title = finding_text(f, "pool %s still works off requests of visitors who have left",
		fpm_pool_name(v));
	f->fix = finding_text(f, "%s drops the dead queue (a reload keeps it); then set "
		"request_terminate_timeout = 60s in %s", fpm_command(v, f, "restart"), fpm_pool_file(v));
	f->subject = fpm_unit_name(v);
	f->changes_mind = "visitors who still wait";
	finding_prove(f, HEALTH_BROKEN);
}

/* Children of all pools of the site's master. */
static int64_t children(const struct site_view *v)
{
	const struct host_facts *h = &v->chain->host;
	int64_t n = 0;

	for (size_t i = 0; i < h->proc_count; i++)
		n += h->procs[i].role == PROC_FPM_WORKER && v->master && v->master->pid.known &&
			h->procs[i].ppid == v->master->pid.v;
	return n;
}

void fpm_look_process_limit(const struct site_view *v, struct finding *f)
{
	struct crowd c = crowd_of(v);
	const struct host_unit *unit = fpm_unit_of(v);
	const struct fpm_event *e = view_fpm_event(v, FPM_FORK_FAILED);
	int64_t limit = v->master ? num_or(v->master->process_max, 0) : 0;
	bool tasks = unit && unit->tasks.known && unit->tasks_max.known &&
		unit->tasks.v >= unit->tasks_max.v;

	if (!crowded(v, &c, f))
		return;
	if (!e)
		e = fpm_event_within(v, FPM_PROCESS_MAX, v->window > 60 ? v->window : 60);
	limit = limit && children(v) >= limit ? limit : 0;
	if ((!limit && !tasks && !e) || (c.max && c.all.v >= c.max))
		return;
	if (limit)
		finding_state(f, v->master->conf, v->now, "process.max = %lld and %lld workers run; pool %s "
			"may have %lld", (long long)limit, (long long)children(v), fpm_pool_name(v),
			(long long)c.max);
	if (tasks)
		finding_state(f, unit->name, v->now, "%lld of %lld tasks", (long long)unit->tasks.v,
			(long long)unit->tasks_max.v);
	crowd_evidence(v, &c, f);
	if (e)
		finding_log(f, v, &e->line);
	f->fix = limit ? finding_text(f, "raise process.max in %s (0: no limit) and %s", v->master->conf,
				 fpm_command(v, f, "reload"))
		: finding_text(f, "systemctl edit %s: [Service] TasksMax=infinity, LimitNPROC=infinity; %s",
			fpm_unit_name(v), fpm_command(v, f, "restart"));
	f->subject = fpm_unit_name(v);
	f->changes_mind = "as many workers as pm.max_children allows";
	finding_prove(f, HEALTH_BROKEN);
}
