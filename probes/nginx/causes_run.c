/*
 * nginx does not run, or runs something else than what stands on disk. The three ways not
 * to run exclude each other, by what the test says and who holds the port, so that one of
 * them stands alone.
 */
#include <string.h>

#include "probes/nginx/causes.h"
#include "probes/site.h"

/* A line and the unit's last change this far apart belong together. */
#define SAME_MOMENT_S 5
/* A process's start is told in ticks since boot, a file's time in seconds. */
#define ROUNDING_S 2

static bool bind_line(const struct site_view *v, const struct nginx_error *e)
{
	(void)v;
	return e->kind == NGX_BIND && (!e->code.known || e->code.v == 98);
}

/* What stopped the last start, in the log: an emerg line at the unit's last change. */
static const struct nginx_error *start_line(const struct site_view *v, enum nginx_error_kind kind)
{
	const struct nginx_facts *n = &v->chain->nginx;
	const struct host_unit *unit = nginx_unit(v);
	const struct nginx_error *e;
	int64_t apart;
	size_t i;

	for (i = n->error_count; unit && unit->changed_at.known && i > 0; i--) {
		e = &n->errors[i - 1];
		if (e->kind != kind || !e->line.at.known || !e->level || strcmp(e->level, "emerg"))
			continue;
		apart = e->line.at.v - unit->changed_at.v;
		if (apart >= -SAME_MOMENT_S && apart <= SAME_MOMENT_S)
			return e;
	}
	return NULL;
}

static bool unit_failed(const struct site_view *v)
{
	const struct host_unit *unit = nginx_unit(v);

	return unit && unit->active && (!strcmp(unit->active, "failed") ||
		(unit->sub && !strcmp(unit->sub, "auto-restart")));
}

/* True when it is certain that nginx does not run and should. */
static bool not_running(const struct site_view *v, struct finding *f)
{
	const struct host_proc *master = nginx_master(v);
	const struct host_unit *unit = nginx_unit(v);

	if (master) {
		finding_rule_out(f, "nginx runs (master process %d)", master->pid);
		return false;
	}
	if (v->chain->host.proc_known != TRI_YES || !nginx_wanted(v))
		return false;
	if (unit && unit_active(unit)) /* it is just starting, or we saw two moments */
		return false;
	if (view_page_well(v)) {
		finding_rule_out(f, "the site answers");
		return false;
	}
	return true;
}

static void tell_unit(struct finding *f, const struct site_view *v)
{
	const struct host_unit *unit = nginx_unit(v);

	if (!unit || !unit->active)
		return;
	finding_state(f, unit->name, state_at(v), "%s (%s)%s%s", unit->active,
		unit->sub ? unit->sub : "?", unit->result && strcmp(unit->result, "success") ?
		", result " : "", unit->result && strcmp(unit->result, "success") ?
		unit->result : "");
	f->subject = unit->name;
	if (!f->since.known)
		f->since = unit->changed_at;
}

static void tell_absent(struct finding *f, const struct site_view *v)
{
	finding_state(f, "process table", state_at(v), "no nginx master process");
}

static const char *arrow_to_nginx(const struct site_view *v)
{
	const struct page *page = view_page(v, WAY_VISITOR);

	return page && page->edge ? "cdn>nginx" : NULL;
}

/* The configuration cannot be loaded: by the test now, or by what the last start said. */
static const char *invalid_by(const struct site_view *v, const struct nginx_error **ret_line)
{
	const struct nginx_facts *n = &v->chain->nginx;
	const struct nginx_error *line = start_line(v, NGX_EMERG);

	*ret_line = line;
	if (n->config_ok == TRI_NO)
		return n->config_error ? n->config_error : "nginx -t failed";
	if (n->config_ok == TRI_UNKNOWN && unit_failed(v) && line)
		return line->line.text;
	return NULL;
}

static bool is_resolution(const char *text)
{
	return text && strstr(text, "host not found in ") != NULL;
}

static const struct host_listener *intruder(const struct site_view *v, int *ret_port)
{
	const struct host_listener *l = nginx_port_holder(v, ret_port);

	return l && !is_nginx_name(l->comm) ? l : NULL;
}

static bool port_is_why(const struct site_view *v)
{
	const struct host_unit *unit = nginx_unit(v);
	int port;

	if (start_line(v, NGX_BIND))
		return true;
	return intruder(v, &port) && (unit_failed(v) || (unit && unit_enabled(unit)) ||
		sign_find(v, bind_line).fresh);
}

/* Every worker was sent SIGSTOP: the kernel still takes connections, and nobody answers. */
static bool look_frozen(const struct site_view *v, struct finding *f)
{
	const struct host_facts *h = &v->chain->host;
	int workers = 0, stopped = 0;
	size_t i;

	for (i = 0; i < h->proc_count; i++)
		if (h->procs[i].role == PROC_NGINX_WORKER) {
			workers++;
			stopped += h->procs[i].state == 'T' || h->procs[i].state == 't';
		}
	if (!workers || stopped < workers || view_page_well(v))
		return false;
	finding_state(f, "process table", state_at(v), "all %d nginx workers are stopped (state T)",
		workers);
	if (failing_page(v)) {
		finding_page(f, failing_page(v));
		f->decisive++;
	}
	f->title = "nginx is frozen: its processes are stopped and answer nobody";
	f->arrow = arrow_to_nginx(v);
	f->fix = "pkill -CONT -x nginx; then learn who sent SIGSTOP (a debugger, a backup, an admin)";
	f->changes_mind = "a worker that runs";
	finding_prove(f, HEALTH_BROKEN);
	return true;
}

void look_down(const struct site_view *v, struct finding *f)
{
	const struct host_unit *unit = nginx_unit(v);
	const struct nginx_error *line;
	const struct host_listener *holder;
	int port;

	if (look_frozen(v, f) || !not_running(v, f))
		return;
	if (invalid_by(v, &line)) {
		finding_rule_out(f, "it cannot start: its configuration does not load");
		return;
	}
	if (port_is_why(v)) {
		finding_rule_out(f, "it cannot start: its port is taken");
		return;
	}
	holder = nginx_port_holder(v, &port);
	if (holder) {
		finding_rule_out(f, "port %d is served by %s", port,
			holder->comm ? holder->comm : "another process");
		return;
	}
	tell_unit(f, v);
	tell_absent(f, v);
	if (failing_page(v))
		finding_page(f, failing_page(v));
	/* A start that failed has a reason: not having read it, we may name the wrong one. */
	if (!unit)
		f->refuter_missing = v->chain->host.units_known != TRI_YES;
	else
		f->refuter_missing = unit_failed(v) && v->chain->nginx.config_ok == TRI_UNKNOWN;
	f->arrow = arrow_to_nginx(v);
	f->fix = finding_text(f, "nginx -t && %s", unit_command(f, v, "start", unit));
	f->changes_mind = "a running nginx master, or another program meant to serve these ports";
	finding_prove(f, HEALTH_BROKEN);
}

void look_config_invalid(const struct site_view *v, struct finding *f)
{
	const struct nginx_error *line = NULL;
	const char *why = invalid_by(v, &line);

	if (!why) {
		if (v->chain->nginx.config_ok == TRI_YES)
			finding_rule_out(f, "nginx -t passes");
		return;
	}
	if (nginx_master(v)) {
		/* The old configuration lives on in memory; only the next restart would fail. */
		finding_note(f, "nginx -t", state_at(v), "%s", why);
		f->state = FINDING_HINT;
		return;
	}
	if (!not_running(v, f))
		return;
	if (is_resolution(why)) {
		finding_rule_out(f, "the files are in order, a name in them does not resolve");
		return;
	}
	if (v->chain->nginx.config_ok == TRI_NO)
		finding_state(f, "nginx -t", state_at(v), "%s", why);
	else
		f->refuter_missing = true;
	tell_unit(f, v);
	tell_absent(f, v);
	if (line)
		finding_log(f, v, &line->line);
	f->arrow = arrow_to_nginx(v);
	f->fix = finding_text(f, "correct what nginx -t names, then: nginx -t && %s",
		unit_command(f, v, "start", nginx_unit(v)));
	f->changes_mind = "nginx -t passes";
	finding_prove(f, HEALTH_BROKEN);
}

void look_port_taken(const struct site_view *v, struct finding *f)
{
	const struct nginx_error *line, *bind;
	const struct host_listener *l;
	struct sign sign = sign_find(v, bind_line);
	int port = 0;

	if (!not_running(v, f))
		return;
	if (v->chain->nginx.config_ok == TRI_NO && invalid_by(v, &line)) {
		finding_rule_out(f, "its configuration does not load");
		return;
	}
	bind = start_line(v, NGX_BIND);
	l = nginx_port_holder(v, &port);
	if (!port_is_why(v) || (!l && v->chain->host.net_known == TRI_YES)) {
		if (v->chain->host.net_known == TRI_YES && !l)
			finding_rule_out(f, "nobody listens on nginx's ports");
		return;
	}
	tell_unit(f, v);
	if (l)
		finding_state(f, "listening sockets", state_at(v), "%s%s%s listens on port %d",
			l->comm ? l->comm : "another process", l->pid.known ? ", pid " : "",
			l->pid.known ? finding_text(f, "%lld", (long long)l->pid.v) : "", port);
	if (bind)
		finding_log(f, v, &bind->line);
	else
		sign_quote(f, v, sign);
	if (l && l->comm)
		f->title = finding_text(f, "%s holds port %d, so nginx cannot start", l->comm, port);
	f->arrow = arrow_to_nginx(v);
	f->fix = finding_text(f, "ss -ltnp 'sport = :%d'; stop that program, then: %s", port,
		unit_command(f, v, "start", nginx_unit(v)));
	f->changes_mind = "the port is free";
	finding_prove(f, HEALTH_BROKEN);
}

/* --- running, but not what stands on disk ---------------------------------------------- */

static bool on_disk(const struct site_view *v, const struct endpoint *peer)
{
	const struct nginx_server *s = v->server;
	size_t i, j;

	for (i = 0; i < s->pass_count; i++) {
		if (s->passes[i].computed)
			return true; /* whatever it is, the files may say it */
		for (j = 0; j < s->passes[i].peer_count; j++)
			if (endpoint_same(&s->passes[i].peers[j], peer))
				return true;
	}
	return false;
}

/* A name in the files is an address in the log; that is another cause. */
static bool dialled_by_name(const struct nginx_server *s)
{
	size_t i, j;

	for (i = 0; i < s->pass_count; i++)
		for (j = 0; j < s->passes[i].peer_count; j++) {
			const char *host = s->passes[i].peers[j].host;

			if (host && strcmp(host, "localhost") && strspn(host, "0123456789.:abcdefABCDEF") !=
					strlen(host))
				return true;
		}
	return false;
}

/* Before the edit it was right to dial there. */
static bool elsewhere_line(const struct site_view *v, const struct nginx_error *e)
{
	return e->line.at.known && e->line.at.v >= v->chain->nginx.config_mtime.v && e->peer_kind != PASS_NONE && endpoint_set(&e->peer) && view_error_mine(v, e) &&
		(e->kind == NGX_CONNECT || e->kind == NGX_TIMEOUT_CONNECT ||
		 e->kind == NGX_TIMEOUT_READ || e->kind == NGX_CLOSED_HEADER ||
		 e->kind == NGX_INVALID_HEADER) && !on_disk(v, &e->peer);
}

/* Nobody may read the log here: nginx makes a 502, what the files name is served and idle,
 * and the files are younger than the workers. That leaves this. */
static void unread_log(const struct site_view *v, struct finding *f, int64_t younger)
{
	const struct page *page = failing_page(v);

	if (v->chain->nginx.log_known == TRI_YES || !page_status(page, 502) ||
	    !(page->marks & MARK_NGINX) || pool_idle(v) != TRI_YES)
		return;
	finding_note(f, v->chain->nginx.config_newest, state_at(v),
		"changed %lld s after the running workers were started", (long long)younger);
	finding_page(f, page);
	f->by_elimination = true;
	f->changes_mind = "the error log, which this login may not read: it names what nginx dials";
	f->state = FINDING_HINT;
}

void look_not_reloaded(const struct site_view *v, struct finding *f)
{
	const struct nginx_facts *n = &v->chain->nginx;
	struct num start = nginx_oldest_worker(v);
	const struct host_listener *l;
	struct sign sign;

	if (!nginx_master(v) || !v->server || !v->server->pass_count || dialled_by_name(v->server))
		return;
	if (!start.known || !n->config_mtime.known)
		return;
	if (n->config_mtime.v - start.v < ROUNDING_S) {
		finding_rule_out(f, "the workers are younger than the newest file of the configuration");
		return;
	}
	sign = sign_find(v, elsewhere_line);
	if (!sign.last) {
		unread_log(v, f, n->config_mtime.v - start.v);
		return;
	}
	if (!sign.fresh) {
		f->state = FINDING_HINT;
		return;
	}
	finding_state(f, n->config_newest, state_at(v),
		"changed %lld s after the running workers were started",
		(long long)(n->config_mtime.v - start.v));
	l = v->peer ? listener_of(v, v->peer) : NULL;
	if (l)
		finding_state(f, "listening sockets", state_at(v),
			"%s, which the files name, is served", endpoint_text(f, v->peer));
	sign_quote(f, v, sign);
	f->title = finding_text(f, "nginx still dials %s; the files say something else",
		endpoint_text(f, &sign.last->peer));
	f->since = n->config_mtime;
	f->fix = n->config_ok == TRI_NO ?
		finding_text(f, "correct what nginx -t names, then: nginx -t && %s",
			unit_command(f, v, "reload", nginx_unit(v))) :
		finding_text(f, "nginx -t && %s", unit_command(f, v, "reload", nginx_unit(v)));
	f->changes_mind = "workers younger than the configuration";
	finding_prove(f, HEALTH_BROKEN);
}

/* --- told to ---------------------------------------------------------------------------- */

/* Where the page that was asked for passes, as far as the location's words tell. */
static bool on_the_way(const struct nginx_return *r)
{
	const char *l = r->location;

	return !l || !strcmp(l, "/") || !strcmp(l, "= /") || !strcmp(l, "^~ /") ||
		!strcmp(l, "~ .*") || !strcmp(l, "~ /") || strstr(l, "\\.php");
}

static bool answers_so(const struct page *page, int status)
{
	if (status == 444)
		return page->failure == PAGE_EMPTY || page->failure == PAGE_RESET;
	return page_status(page, status) && !page->from_php;
}

void look_told_to(const struct site_view *v, struct finding *f)
{
	const struct page *page = view_page(v, WAY_VISITOR);
	const struct nginx_return *r;
	size_t i;

	if (!page || !v->server || page->edge_made)
		return;
	for (i = 0; i < v->server->return_count; i++) {
		r = &v->server->returns[i];
		if (on_the_way(r) && answers_so(page, r->status))
			break;
	}
	if (i == v->server->return_count)
		return;
	finding_page(f, page);
	finding_note(f, r->file, state_at(v), "line %lld: return %d", (long long)num_or(r->line, 0),
		r->status);
	f->title = finding_text(f, "nginx is told to answer %d: %s, line %lld", r->status, r->file,
		(long long)num_or(r->line, 0));
	f->fix = finding_text(f, "look at line %lld of %s; take it out, or what switches it on, then: "
		"nginx -t && %s", (long long)num_or(r->line, 0), r->file,
		unit_command(f, v, "reload", nginx_unit(v)));
	f->by_elimination = true;
	f->changes_mind = "the same page without that line";
	f->state = FINDING_HINT;
}
