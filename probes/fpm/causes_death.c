/*
 * Requests that end badly while the pool itself is well: too slow for nginx, ended by
 * FPM, or with their worker dead.
 */
#include "probes/fpm/causes.h"

#include <string.h>

#include "probes/fpm/crowd.h"

/* The page nginx answered with this status itself; NULL. */
static const struct page *page_with(const struct site_view *v, int status)
{
	for (int way = 0; way < WAYS; way++)
		if (v->pages[way] && way != WAY_STATIC && !v->pages[way]->edge_made &&
		    num_or(v->pages[way]->status, 0) == status)
			return v->pages[way];
	return NULL;
}

/*
 * Where nginx's log may not be read: it says 504 although workers are idle and nobody
 * waits, so the one that has this request takes too long.
 */
static bool timeout_without_log(const struct site_view *v, const struct crowd *c, struct finding *f)
{
	const struct page *page = page_with(v, 504);

	if (v->chain->nginx.log_known == TRI_YES || !page || !fpm_dialled_here(v) || !v->listener ||
	    !c->busy.known || !c->all.known || c->busy.v >= c->all.v || num_or(c->queued, 1) > 0)
		return false;
	finding_state(f, "/proc", v->now, "pool %s: %lld of %lld workers busy, nobody waits",
		fpm_pool_name(v), (long long)c->busy.v, (long long)c->all.v);
	finding_page(f, page);
	f->refuter_missing = true;
	f->fix = finding_text(f, "set request_slowlog_timeout = 5s and slowlog in %s, %s, ask for the page "
		"once more and read which function it stands in", fpm_pool_file(v),
		fpm_command(v, f, "reload"));
	f->changes_mind = "nginx's error log, which this user may not read";
	finding_prove(f, HEALTH_BROKEN);
	return true;
}

void fpm_look_script_timeout(const struct site_view *v, struct finding *f)
{
	struct crowd c = crowd_of(v);
	const struct nginx_error *e = view_error(v, NGX_TIMEOUT_READ, -1);
	const struct fpm_slow *s = crowd_slow(v);

	if (!e && timeout_without_log(v, &c, f))
		return;
	if (!e || e->peer_kind == PASS_PROXY || !fpm_dialled_here(v))
		return;
	if (c.full || (c.queued.known && c.queued.v > 0)) {
		finding_rule_out(f, "requests wait in the queue of pool %s", fpm_pool_name(v));
		return;
	}
	finding_log(f, v, &e->line);
	if (c.busy.known && c.all.known)
		finding_state(f, "/proc", v->now, "pool %s: %lld of %lld workers busy, nobody waits",
			fpm_pool_name(v), (long long)c.busy.v, (long long)c.all.v);
	else
		f->refuter_missing = true;
	if (s)
		finding_log(f, v, &s->line);
	f->title = finding_text(f, "%s takes longer than nginx waits%s", e->uri ? e->uri : "a script",
		v->pass && v->pass->read_ms.known
			? finding_text(f, " (fastcgi_read_timeout %lld s)",
				(long long)(v->pass->read_ms.v / 1000))
			: "");
	f->fix = finding_text(f, "set request_slowlog_timeout = 5s and slowlog in %s, %s, ask for %s once "
		"more and read which function it stands in; mend that query or request", fpm_pool_file(v),
		fpm_command(v, f, "reload"), e->uri ? e->uri : "the page");
	f->changes_mind = "requests that wait in the queue: then it is the pool, not the script";
	finding_prove(f, HEALTH_BROKEN);
}

void fpm_look_terminate_timeout(const struct site_view *v, struct finding *f)
{
	const struct fpm_event *e = view_fpm_event(v, FPM_TERMINATED);
	const struct nginx_error *cut = view_error(v, NGX_CLOSED_HEADER, -1);

	if (!e) {
		if (v->pool && v->pool->terminate_s.known && v->pool->terminate_s.v == 0)
			finding_rule_out(f, "request_terminate_timeout is off");
		return;
	}
	finding_log(f, v, &e->line);
	if (v->pool && v->pool->terminate_s.known && v->pool->terminate_s.v > 0)
		finding_state(f, fpm_pool_file(v), v->now, "request_terminate_timeout = %llds",
			(long long)v->pool->terminate_s.v);
	if (cut)
		finding_log(f, v, &cut->line);
	f->title = finding_text(f, "FPM ends %s after %lld s (request_terminate_timeout)",
		e->request ? e->request : "a request", (long long)num_or(e->seconds, 0));
	f->fix = finding_text(f, "find what %s waits for (request_slowlog_timeout = 2s and slowlog in %s, "
		"%s); only if it must take that long raise request_terminate_timeout and "
		"fastcgi_read_timeout together", e->script ? e->script : "the script", fpm_pool_file(v),
		fpm_command(v, f, "reload"));
	f->changes_mind = "the same page answering inside the limit";
	finding_prove(f, HEALTH_BROKEN);
}

/* Signals of a crash, not of somebody who ends a process. */
static bool is_crash(int64_t signal)
{
	return signal == 4 || signal == 6 || signal == 7 || signal == 8 || signal == 11;
}

static const struct fpm_event *crash_event(const struct site_view *v, int *ret_count)
{
	const struct fpm_facts *l = &v->chain->fpm;
	const struct fpm_event *newest = NULL;

	*ret_count = 0;
	for (size_t i = 0; i < l->event_count; i++) {
		const struct fpm_event *e = &l->events[i];

		if (e->kind != FPM_CHILD_SIGNAL || !e->signal.known || !is_crash(e->signal.v) ||
		    !view_fresh(v, &e->line) ||
		    (e->pool && v->pool && v->pool->name && strcmp(e->pool, v->pool->name) != 0))
			continue;
		newest = e;
		(*ret_count)++;
	}
	return newest;
}

static const struct kernel_line *crash_line(const struct site_view *v)
{
	const struct host_facts *h = &v->chain->host;

	for (size_t i = h->kernel_line_count; i-- > 0;)
		if (h->kernel_lines[i].kind == KERNEL_SEGFAULT && h->kernel_lines[i].comm &&
		    strstr(h->kernel_lines[i].comm, "fpm") && view_fresh(v, &h->kernel_lines[i].line))
			return &h->kernel_lines[i];
	return NULL;
}

/* Workers much younger than their master: the ones before them died. At least so many
 * parts in two of them. */
static bool young_workers(const struct site_view *v, int halves)
{
	const struct host_facts *h = &v->chain->host;
	int64_t master = 0;
	int young = 0, all = 0;

	for (size_t i = 0; i < h->proc_count; i++)
		if (h->procs[i].role == PROC_FPM_MASTER && v->master && v->master->pid.known &&
		    h->procs[i].pid == v->master->pid.v)
			master = num_or(h->procs[i].start, 0);
	for (size_t i = 0; i < h->proc_count && master; i++) {
		const struct host_proc *p = &h->procs[i];

		if (p->role != PROC_FPM_WORKER || p->ppid != v->master->pid.v || !p->start.known)
			continue;
		all++;
		young += p->start.v >= v->now - v->fresh && p->start.v > master + 1;
	}
	return all && young * 2 >= all * halves;
}

/*
 * Where FPM's log may not be read: a 502 at once, and not one of the workers that the
 * master began with is left.
 */
static void deaths_without_log(const struct site_view *v, struct finding *f)
{
	const struct page *page = page_with(v, 502);

	if (v->chain->fpm.log_known == TRI_YES || !page || !v->listener || !v->pool ||
	    !fpm_dialled_here(v) || !young_workers(v, 2) ||
	    (v->pool->pm && !strcmp(v->pool->pm, "ondemand")) ||
	    (num_or(v->pool->terminate_s, 0) > 0 &&
	     num_or(page->total_ms, 0) >= v->pool->terminate_s.v * 1000))
		return;
	finding_state(f, "/proc", v->now, "every worker of pool %s is younger than a minute, their master "
		"is not: the ones before died", fpm_pool_name(v));
	finding_page(f, page);
	f->refuter_missing = true;
	f->title = "PHP workers die in the middle of requests";
	f->changes_mind = "FPM's log, which this user may not read: it names the signal";
	finding_prove(f, HEALTH_BROKEN);
}

void fpm_look_segfault(const struct site_view *v, struct finding *f)
{
	const struct kernel_line *k = crash_line(v);
	const struct nginx_error *cut = view_error(v, NGX_CLOSED_HEADER, -1);
	const struct fpm_event *e;
	const char *library = k ? k->library : NULL;
	int count;

	e = crash_event(v, &count);
	if (!e && !k)
		deaths_without_log(v, f);
	if (!e && (!k || !cut))
		return;
	if (e)
		finding_log(f, v, &e->line);
	if (k)
		finding_log(f, v, &k->line);
	if (cut)
		finding_log(f, v, &cut->line);
	if (young_workers(v, 1))
		finding_state(f, "/proc", v->now, "the workers of pool %s are younger than a minute, their "
			"master is not", fpm_pool_name(v));
	f->title = finding_text(f, "PHP workers crash (signal %lld%s%s)",
		(long long)(e ? num_or(e->signal, 11) : 11), library ? ", in " : "",
		library ? library : "");
	if (library)
		f->fix = finding_text(f, "switch %s off (grep -rl %.*s in the conf.d of this PHP), or update it, "
			"then %s", library, (int)strcspn(library, "."), library,
			fpm_command(v, f, "restart"));
	else
		f->fix = finding_text(f, "see whether one URI or all crash (access log); newest plugin or "
			"extension first; opcache.jit=off; dmesg | grep segfault names the library; %s",
			fpm_command(v, f, "restart"));
	f->subject = fpm_unit_name(v);
	f->changes_mind = "a request answered by each worker";
	finding_prove(f, HEALTH_BROKEN);
}

/* Resets of nginx within two seconds of the reload. */
static const struct nginx_error *cut_by(const struct site_view *v, int64_t at, int *ret_count)
{
	const struct nginx_facts *n = &v->chain->nginx;
	const struct nginx_error *one = NULL;

	*ret_count = 0;
	for (size_t i = 0; i < n->error_count; i++) {
		const struct nginx_error *e = &n->errors[i];

		if (e->kind != NGX_CLOSED_HEADER || !e->line.at.known || e->line.at.v < at - 1 ||
		    e->line.at.v > at + 2 || !view_error_mine(v, e))
			continue;
		one = e;
		(*ret_count)++;
	}
	return one;
}

void fpm_look_reload_cut(const struct site_view *v, struct finding *f)
{
	const struct fpm_event *e = view_fpm_event(v, FPM_RELOADING);
	const struct nginx_error *cut;
	int count;

	if (!e)
		return;
	if (v->master && num_or(v->master->control_timeout_s, 0) > 0) {
		finding_rule_out(f, "process_control_timeout = %lld s lets requests finish",
			(long long)v->master->control_timeout_s.v);
		return;
	}
	cut = cut_by(v, e->line.at.v, &count);
	if (!cut)
		return;
	finding_log(f, v, &e->line);
	finding_log(f, v, &cut->line);
	f->title = finding_text(f, "a reload of PHP-FPM cut %d request%s", count, count == 1 ? "" : "s");
	f->fix = finding_text(f, "process_control_timeout = 10s in [global] of %s, then %s once more",
		v->master && v->master->conf ? v->master->conf : "php-fpm.conf",
		fpm_command(v, f, "reload"));
	f->changes_mind = "resets without a reload at the same second";
	finding_prove(f, HEALTH_WARN);
}

void fpm_look_opcache(const struct site_view *v, struct finding *f)
{
	const struct fpm_event *e = view_fpm_event(v, FPM_SHM);

	if (!e)
		return;
	finding_log(f, v, &e->line);
	if (fpm_runs(v) == TRI_NO)
		fpm_unit_evidence(v, f);
	f->fix = finding_text(f, "lower opcache.memory_consumption to what is free (ipcs -m, free -m), then "
		"%s", fpm_command(v, f, "restart"));
	f->subject = fpm_unit_name(v);
	finding_prove(f, fpm_runs(v) == TRI_NO || view_page_fails(v) ? HEALTH_BROKEN : HEALTH_WARN);
}
