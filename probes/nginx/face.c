#include <string.h>

#include "base/buf.h"
#include "probes/nginx/causes.h"
#include "probes/site.h"

static int workers(const struct site_view *v)
{
	const struct host_facts *h = &v->chain->host;
	size_t i;
	int n = 0;

	for (i = 0; i < h->proc_count; i++)
		n += h->procs[i].role == PROC_NGINX_WORKER && h->procs[i].state != 'Z';
	return n;
}

/* Lines of level error and graver in the last minute. */
static int errors_fresh(const struct site_view *v)
{
	const struct nginx_facts *n = &v->chain->nginx;
	size_t i;
	int count = 0;

	for (i = 0; i < n->error_count; i++)
		count += view_fresh(v, &n->errors[i].line) && n->errors[i].kind != NGX_OTHER &&
			n->errors[i].kind != NGX_CLIENT_ABORT;
	return count;
}

/* Every TCP port this site's server should listen on has a listener. */
static enum tri listens(const struct site_view *v)
{
	const struct nginx_listen *l;
	size_t i;

	if (v->chain->host.net_known != TRI_YES || !v->server)
		return TRI_UNKNOWN;
	for (i = 0; i < v->server->listen_count; i++) {
		l = &v->server->listens[i];
		if (l->at.port && site_local(v->chain, &l->at) && !listener_of(v, &l->at))
			return TRI_NO;
	}
	return TRI_YES;
}

enum health nginx_own_health(const struct site_view *v)
{
	const struct chain_facts *c = v->chain;

	if (c->host.proc_known != TRI_YES && c->nginx.config_readable == TRI_UNKNOWN)
		return HEALTH_UNKNOWN;
	if (nginx_master(v)) {
		if (listens(v) == TRI_NO || errors_fresh(v) > 0)
			return HEALTH_WARN;
		return HEALTH_OK;
	}
	if (c->host.proc_known != TRI_YES)
		return HEALTH_UNKNOWN;
	if (!nginx_wanted(v))
		return c->host.units_known == TRI_YES || c->nginx.config_readable != TRI_UNKNOWN ?
			HEALTH_ABSENT : HEALTH_UNKNOWN;
	return HEALTH_WARN;
}

const char *nginx_says(const struct site_view *v, struct arena *mem)
{
	enum health health = nginx_own_health(v);
	const struct host_unit *unit = nginx_unit(v);
	int errors = errors_fresh(v), n = workers(v);

	if (health == HEALTH_UNKNOWN)
		return "not known";
	if (health == HEALTH_ABSENT)
		return "not in use here";
	if (!nginx_master(v))
		return unit && unit->active ? arena_printf(mem, "not running, unit %s", unit->active) :
			"not running";
	if (errors)
		return arena_printf(mem, "%d worker%s, %d error%s in the last minute", n,
			n == 1 ? "" : "s", errors, errors == 1 ? "" : "s");
	return arena_printf(mem, "%d worker%s%s", n, n == 1 ? "" : "s",
		v->chain->nginx.config_ok == TRI_NO ? ", configuration on disk fails its test" : "");
}

static void face_process(const struct site_view *v, struct face *face)
{
	const struct host_proc *master = nginx_master(v);
	const struct nginx_facts *n = &v->chain->nginx;

	if (v->chain->host.proc_known != TRI_YES)
		face_add(face, "master", HEALTH_UNKNOWN, "not known");
	else if (master)
		face_add(face, "master", HEALTH_OK, "pid %d", master->pid);
	else
		face_add(face, "master", nginx_wanted(v) ? HEALTH_BROKEN : HEALTH_ABSENT, "none");
	if (master)
		face_add(face, "workers", workers(v) ? HEALTH_OK : HEALTH_WARN, "%d", workers(v));
	if (n->worker_connections.known)
		face_add(face, "connections", HEALTH_OK, "at most %lld a worker",
			(long long)n->worker_connections.v);
	if (n->version)
		face_add(face, "version", HEALTH_OK, "%s", n->version);
}

static void face_config(const struct site_view *v, struct face *face)
{
	const struct nginx_facts *n = &v->chain->nginx;

	if (n->config_ok == TRI_NO)
		face_add(face, "config", HEALTH_WARN, "%s", n->config_error ? n->config_error : "fails");
	else if (n->config_ok == TRI_YES)
		face_add(face, "config", HEALTH_OK, "test passes");
	else
		face_add(face, "config", HEALTH_UNKNOWN, n->config_readable == TRI_YES ?
			"read, not tested" : "not read");
	if (n->config_readable == TRI_YES)
		face_add(face, "servers", HEALTH_OK, "%zu", n->server_count);
}

static void face_site(const struct site_view *v, struct face *face)
{
	struct finding scratch = { .mem = face->mem };

	if (v->server && v->server->file)
		face_add(face, "server", HEALTH_OK, "%s:%lld", v->server->file,
			(long long)num_or(v->server->line, 0));
	if (v->server && v->server->root)
		face_add(face, "root", HEALTH_OK, "%s", v->server->root);
	if (v->pass)
		face_add(face, "pass", v->pass->computed ? HEALTH_UNKNOWN : HEALTH_OK, "%s at %s",
			v->pass->target, pass_place(&scratch, v->pass));
	if (v->pass && v->pass->read_ms.known)
		face_add(face, "read timeout", HEALTH_OK, "%lld ms", (long long)v->pass->read_ms.v);
}

static void face_traffic(const struct site_view *v, struct face *face)
{
	const struct nginx_facts *n = &v->chain->nginx;
	const struct nginx_access *a;
	size_t i;

	if (n->log_known == TRI_YES)
		face_add(face, "errors", errors_fresh(v) ? HEALTH_WARN : HEALTH_OK, "%d in the last minute",
			errors_fresh(v));
	else
		face_add(face, "errors", HEALTH_UNKNOWN, "error log not read");
	for (i = 0; i < n->access_count; i++) {
		a = &n->access[i];
		if (!v->server || !v->server->access_log || !a->path ||
		    strcmp(a->path, v->server->access_log) != 0 || !a->fresh_requests.known)
			continue;
		face_add(face, "requests", num_or(a->fresh_errors, 0) ? HEALTH_WARN : HEALTH_OK,
			"%lld in the last minute, %lld of them 5xx", (long long)a->fresh_requests.v,
			(long long)num_or(a->fresh_errors, 0));
	}
}

void nginx_face(const struct site_view *v, struct face *face)
{
	face_process(v, face);
	face_config(v, face);
	face_site(v, face);
	face_traffic(v, face);
}
