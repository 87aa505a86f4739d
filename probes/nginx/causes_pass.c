/* nginx asks at the wrong door, in the wrong language, or cannot take the answer. */
#include <string.h>

#include "probes/nginx/causes.h"
#include "probes/site.h"

/* --- addresses and names --------------------------------------------------------------- */

static bool is_number(const char *host)
{
	return host && (strchr(host, ':') || strspn(host, "0123456789.") == strlen(host));
}

static const struct nginx_name *name_of(const struct nginx_facts *n, const char *host)
{
	size_t i;

	for (i = 0; host && i < n->name_count; i++)
		if (n->names[i].name && !strcmp(n->names[i].name, host))
			return &n->names[i];
	return NULL;
}

static bool has_word(const char *words, const char *word)
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

/* The looked-up name a peer of this site is written with, on that port. */
static const struct nginx_name *dialled_name(const struct site_view *v, int port)
{
	const struct nginx_name *name;
	size_t i;

	for (i = 0; v->pass && i < v->pass->peer_count; i++) {
		if (v->pass->peers[i].port != port)
			continue;
		name = name_of(&v->chain->nginx, v->pass->peers[i].host);
		if (name)
			return name;
	}
	return NULL;
}

static bool stale_line(const struct site_view *v, const struct nginx_error *e)
{
	const struct nginx_name *name;

	if ((e->kind != NGX_CONNECT && e->kind != NGX_TIMEOUT_CONNECT) || !is_number(e->peer.host))
		return false;
	name = dialled_name(v, e->peer.port);
	return name && name->addresses && !has_word(name->addresses, e->peer.host);
}

void look_stale_address(const struct site_view *v, struct finding *f)
{
	struct sign sign = sign_find(v, stale_line);
	const struct nginx_name *name;

	if (!sign.last)
		return;
	name = dialled_name(v, sign.last->peer.port);
	if (!sign_judge(f, v, sign, HEALTH_BROKEN))
		return;
	finding_state(f, "name look-up on the server", state_at(v), "%s is %s now", name->name,
		name->addresses);
	f->title = finding_text(f, "nginx dials %s; %s is %s now", sign.last->peer.host, name->name,
		name->addresses);
	f->fix = finding_text(f, "nginx -t && %s", unit_command(f, v, "reload", nginx_unit(v)));
}

static bool resolve_line(const struct site_view *v, const struct nginx_error *e)
{
	return e->kind == NGX_RESOLVE && strcmp(e->level ? e->level : "", "emerg") != 0 &&
		view_error_mine(v, e);
}

/* nginx does not start because of a name in its files. */
static bool start_stopped_by_name(const struct site_view *v)
{
	const struct nginx_facts *n = &v->chain->nginx;

	return n->config_ok == TRI_NO && n->config_error &&
		strstr(n->config_error, "host not found in ") && !nginx_master(v) &&
		v->chain->host.proc_known == TRI_YES && nginx_wanted(v) && !view_page_well(v);
}

void look_name_resolution(const struct site_view *v, struct finding *f)
{
	const struct nginx_facts *n = &v->chain->nginx;
	struct sign sign = sign_find(v, resolve_line);
	size_t i;

	if (start_stopped_by_name(v)) {
		finding_state(f, "nginx -t", state_at(v), "%s", n->config_error);
		finding_state(f, "process table", state_at(v), "no nginx master process");
		f->title = "nginx cannot start: a name in its configuration does not resolve";
		f->arrow = "visitor>nginx";
		f->fix = finding_text(f, "make the name resolve (DNS, /etc/hosts), then: nginx -t && %s",
			unit_command(f, v, "start", nginx_unit(v)));
		finding_prove(f, HEALTH_BROKEN);
		return;
	}
	if (!sign.last || !sign_judge(f, v, sign, HEALTH_BROKEN))
		return;
	if (strstr(sign.last->line.text, "no resolver defined") && !n->resolver && v->pass &&
	    n->config_readable == TRI_YES) {
		finding_state(f, pass_place(f, v->pass), state_at(v),
			"%s is computed and no resolver is configured", v->pass->target);
		f->fix = finding_text(f, "a resolver directive beside %s, or a fixed address there; "
			"then: nginx -t && %s", pass_place(f, v->pass),
			unit_command(f, v, "reload", nginx_unit(v)));
	}
	for (i = 0; i < n->name_count; i++)
		if (!n->names[i].addresses && n->names[i].name &&
		    strstr(sign.last->line.text, n->names[i].name))
			finding_state(f, "name look-up on the server", state_at(v),
				"%s does not resolve", n->names[i].name);
}

/* --- the answer ----------------------------------------------------------------------- */

static bool header_line(const struct site_view *v, const struct nginx_error *e)
{
	return e->kind == NGX_BIG_HEADER && view_error_mine(v, e);
}

void look_header_too_big(const struct site_view *v, struct finding *f)
{
	struct sign sign = sign_find(v, header_line);
	const char *prefix = v->pass && v->pass->kind == PASS_PROXY ? "proxy" : "fastcgi";
	struct num size = { 0, false };

	if (!sign.last) {
		if (v->chain->nginx.log_known == TRI_YES)
			finding_rule_out(f, "no such line in the error log of the last minutes");
		return;
	}
	if (!sign_judge(f, v, sign, HEALTH_BROKEN))
		return;
	if (v->pass)
		size = v->pass->buffer_size;
	if (failing_page(v))
		finding_page(f, failing_page(v));
	if (pool_idle(v) == TRI_YES)
		finding_state(f, "PHP-FPM", state_at(v), "answers: the pool has idle workers and no queue");
	finding_note(f, pass_place(f, v->pass), state_at(v), "%s_buffer_size %s", prefix,
		size.known ? finding_text(f, "%lld", (long long)size.v) : "is not set: one memory page");
	f->fix = finding_text(f, "%s_buffer_size 16k; %s_buffers 8 16k; %s_busy_buffers_size 32k; at "
		"%s, then: nginx -t && %s; and find what sends so many headers or cookies", prefix,
		prefix, prefix, pass_place(f, v->pass), unit_command(f, v, "reload", nginx_unit(v)));
}

/* --- the language --------------------------------------------------------------------- */

/* TLS spoken to somebody who does not: he answers in plain text, or hangs up. */
static bool no_tls_there(const char *text)
{
	return strstr(text, "wrong version number") || strstr(text, "packet length too long") ||
		strstr(text, "http request") || strstr(text, "peer closed connection in SSL handshake");
}

static bool garbled_line(const struct site_view *v, const struct nginx_error *e)
{
	if (e->kind == NGX_INVALID_HEADER)
		return strstr(e->line.text, "unsupported FastCGI protocol version") &&
			view_error_mine(v, e);
	return e->kind == NGX_TLS_UPSTREAM && no_tls_there(e->line.text) &&
		view_error_mine(v, e);
}

/* HTTP spoken to a socket where an FPM pool is configured. */
static bool http_to_fpm_line(const struct site_view *v, const struct nginx_error *e)
{
	return (e->kind == NGX_CLOSED_HEADER || e->kind == NGX_INVALID_HEADER) &&
		e->peer_kind == PASS_PROXY && endpoint_set(&e->peer) && pool_at(v, &e->peer) &&
		view_error_mine(v, e);
}

static void say_http_to_fpm(const struct site_view *v, struct finding *f,
	const struct endpoint *at)
{
	const struct fpm_pool *pool = pool_at(v, at);

	finding_state(f, pool->file ? pool->file : pool->conf, state_at(v),
		"the pool %s of PHP-FPM listens on %s", pool->name ? pool->name : "?",
		endpoint_text(f, at));
	f->title = finding_text(f, "nginx speaks HTTP to PHP-FPM at %s", endpoint_text(f, at));
	f->fix = finding_text(f, "fastcgi_pass %s; in place of %s at %s, with include fastcgi_params; "
		"then: nginx -t && %s", endpoint_text(f, at),
		v->pass && v->pass->kind == PASS_PROXY ? "proxy_pass" : "what stands",
		pass_place(f, v->pass), unit_command(f, v, "reload", nginx_unit(v)));
}

void look_protocol_mismatch(const struct site_view *v, struct finding *f)
{
	struct sign http = sign_find(v, http_to_fpm_line), garbled = sign_find(v, garbled_line);
	const struct host_listener *l;

	if (http.last) {
		if (sign_judge(f, v, http, HEALTH_BROKEN))
			say_http_to_fpm(v, f, &http.last->peer);
		return;
	}
	if (!garbled.last) {
		/* Nothing in a log: the two configurations alone may say it. */
		if (v->pass && v->pass->kind == PASS_PROXY && v->peer && pool_at(v, v->peer) &&
		    failing_page(v) && !view_page_well(v)) {
			say_http_to_fpm(v, f, v->peer);
			finding_page(f, failing_page(v));
			finding_prove(f, HEALTH_BROKEN);
		}
		return;
	}
	if (!sign_judge(f, v, garbled, HEALTH_BROKEN))
		return;
	l = listener_of(v, &garbled.last->peer);
	/* Who hangs up may speak TLS and dislike us: then the line alone counts. */
	if (endpoint_set(&garbled.last->peer) && l && !pool_at(v, &garbled.last->peer) &&
	    !strstr(garbled.last->line.text, "peer closed"))
		finding_state(f, "listening sockets", state_at(v), "%s listens on %s, no pool of PHP-FPM",
			l->comm ? l->comm : "another program", endpoint_text(f, &garbled.last->peer));
	if (garbled.last->kind == NGX_TLS_UPSTREAM) {
		f->title = "nginx speaks TLS to a port that does not";
		f->fix = finding_text(f, "http:// in place of https:// at %s, then: nginx -t && %s",
			pass_place(f, v->pass), unit_command(f, v, "reload", nginx_unit(v)));
		return;
	}
	f->title = finding_text(f, "nginx speaks FastCGI to an HTTP server%s%s",
		endpoint_set(&garbled.last->peer) ? " at " : "",
		endpoint_set(&garbled.last->peer) ? endpoint_text(f, &garbled.last->peer) : "");
}

/* --- a backend that speaks HTTP --------------------------------------------------------- */

static bool backend_line(const struct site_view *v, const struct nginx_error *e)
{
	return (e->kind == NGX_CONNECT || e->kind == NGX_TIMEOUT_CONNECT ||
			e->kind == NGX_NO_LIVE_UPSTREAMS) && e->peer_kind == PASS_PROXY &&
		view_error_mine(v, e) && !stale_line(v, e) && !pool_at(v, &e->peer);
}

static const struct host_unit *backend_unit(const struct site_view *v)
{
	const struct host_facts *h = &v->chain->host;
	size_t i;

	for (i = 0; i < h->unit_count; i++)
		if (h->units[i].kind == UNIT_BACKEND && h->units[i].active &&
		    !unit_active(&h->units[i]) &&
		    (unit_enabled(&h->units[i]) || !strcmp(h->units[i].active, "failed")))
			return &h->units[i];
	return NULL;
}

/* The peer of this site that is proxied to, is on this machine, and nobody serves. */
static const struct endpoint *dead_backend(const struct site_view *v)
{
	size_t i, j;
	const struct nginx_pass *p;

	if (v->chain->host.net_known != TRI_YES || !v->server)
		return NULL;
	for (i = 0; i < v->server->pass_count; i++) {
		p = &v->server->passes[i];
		if (p->kind != PASS_PROXY || p->computed || (p != v->pass && v->pass &&
				v->pass->kind == PASS_FASTCGI))
			continue;
		for (j = 0; j < p->peer_count; j++)
			if (site_local(v->chain, &p->peers[j]) && !listener_of(v, &p->peers[j]))
				return &p->peers[j];
	}
	return NULL;
}

void look_backend_down(const struct site_view *v, struct finding *f)
{
	struct sign sign = sign_find(v, backend_line);
	const struct endpoint *dead = dead_backend(v);
	const struct endpoint *at = sign.last && endpoint_set(&sign.last->peer) ? &sign.last->peer : dead;
	const struct host_unit *unit = backend_unit(v);

	if (!nginx_master(v) && v->chain->host.proc_known == TRI_YES)
		return;
	if (!sign.last && !(dead && failing_page(v) && !view_page_well(v)))
		return;
	if (at && site_local(v->chain, at) && listener_of(v, at) &&
	    v->chain->host.net_known == TRI_YES) {
		if (sign.last && sign.fresh) {
			/* It listens, and yet connecting fails now: full, or forbidden. */
			sign_quote(f, v, sign);
			finding_prove(f, HEALTH_BROKEN);
			return;
		}
		finding_rule_out(f, "%s is served", endpoint_text(f, at));
		if (sign.last && !sign.fresh) {
			f->state = FINDING_HINT;
			sign_quote(f, v, sign);
		}
		return;
	}
	sign_quote(f, v, sign);
	if (sign.last && !sign.fresh && !dead) {
		f->state = FINDING_HINT;
		return;
	}
	if (dead)
		finding_state(f, "listening sockets", state_at(v), "nobody listens on %s",
			endpoint_text(f, dead));
	if (unit) {
		finding_state(f, unit->name, state_at(v), "%s", unit->active);
		f->subject = unit->name;
		f->fix = unit_command(f, v, "start", unit);
	}
	if (failing_page(v))
		finding_page(f, failing_page(v));
	if (at)
		f->title = finding_text(f, "the backend at %s, which nginx passes to, does not answer",
			endpoint_text(f, at));
	finding_prove(f, HEALTH_BROKEN);
}

/* --- the wrong socket ------------------------------------------------------------------- */

static bool is_fpm(const struct host_listener *l)
{
	return l->comm && strstr(l->comm, "fpm") != NULL;
}

static bool passed_to(const struct site_view *v, const struct endpoint *at)
{
	const struct nginx_facts *n = &v->chain->nginx;
	size_t i, j, k;

	for (i = 0; i < n->server_count; i++)
		for (j = 0; j < n->servers[i].pass_count; j++)
			for (k = 0; k < n->servers[i].passes[j].peer_count; k++)
				if (endpoint_same(&n->servers[i].passes[j].peers[k], at))
					return true;
	return false;
}

/*
 * A socket where FPM is alive; one that no server passes to before any other. Who listens
 * is known by the listener's name (needs root), or by a pool that is configured there
 * while a master runs.
 */
static const struct endpoint *fpm_elsewhere(const struct site_view *v)
{
	const struct host_facts *h = &v->chain->host;
	const struct endpoint *any = NULL, *at;
	size_t i;

	for (i = 0; i < h->listener_count; i++) {
		at = &h->listeners[i].at;
		if (endpoint_same(at, v->peer) ||
		    !(is_fpm(&h->listeners[i]) || (!h->listeners[i].comm && pool_at(v, at))))
			continue;
		if (!passed_to(v, at))
			return at;
		any = any ? any : at;
	}
	return any;
}

static bool fpm_runs(const struct site_view *v)
{
	const struct host_facts *h = &v->chain->host;
	size_t i;

	for (i = 0; i < h->proc_count; i++)
		if (h->procs[i].role == PROC_FPM_MASTER && h->procs[i].state != 'Z')
			return true;
	return false;
}

/*
 * A pool is configured at that very place: then it is FPM that is missing there, unless
 * its version was taken out of service (no unit, or one that is put aside) or it runs and
 * has not taken the new place yet.
 */
static bool pool_should_serve(const struct site_view *v)
{
	const struct host_unit *u = v->fpm_unit;

	if (!v->pool)
		return false;
	if (v->master && v->master->pid.known)
		return false;
	if (u)
		return !(u->enabled && (!strcmp(u->enabled, "masked") || !strcmp(u->enabled, "disabled")));
	/* No service manager that we know of: the pool's file is all there is to say it. */
	return v->chain->host.units_known != TRI_YES || (v->master && v->master->unit);
}

static bool connect_line(const struct site_view *v, const struct nginx_error *e)
{
	return e->kind == NGX_CONNECT && e->peer_kind == PASS_FASTCGI &&
		(!e->code.known || e->code.v == 2 || e->code.v == 111) &&
		endpoint_set(&e->peer) && endpoint_same(&e->peer, v->peer);
}

static const struct host_path *path_fact(const struct site_view *v)
{
	const struct host_facts *h = &v->chain->host;
	size_t i;

	for (i = 0; v->peer->path && i < h->path_count; i++)
		if (h->paths[i].path && !strcmp(h->paths[i].path, v->peer->path))
			return &h->paths[i];
	return NULL;
}

static void tell_mismatch(const struct site_view *v, struct finding *f, struct sign sign,
	const struct endpoint *other)
{
	const struct host_path *path = path_fact(v);

	if (v->peer->path && path && path->exists == TRI_NO)
		finding_state(f, v->peer->path, state_at(v), "no such socket");
	else
		finding_state(f, "listening sockets", state_at(v), "nobody listens on %s",
			endpoint_text(f, v->peer));
	finding_state(f, "listening sockets", state_at(v), "PHP-FPM listens on %s",
		endpoint_text(f, other));
	sign_quote(f, v, sign);
	if (failing_page(v))
		finding_page(f, failing_page(v));
	f->title = finding_text(f, "nginx dials %s; PHP-FPM listens on %s", endpoint_text(f, v->peer),
		endpoint_text(f, other));
	f->fix = v->pool && v->master && v->master->pid.known ?
		finding_text(f, "the pool %s names %s, but the running PHP-FPM has not taken it: %s",
			v->pool->name ? v->pool->name : "?", endpoint_text(f, v->peer),
			unit_command(f, v, "restart", v->fpm_unit)) :
		finding_text(f, "fastcgi_pass %s; at %s (check first that this PHP has the extensions "
			"the site needs), then: nginx -t && %s", endpoint_text(f, other),
			pass_place(f, v->pass), unit_command(f, v, "reload", nginx_unit(v)));
	f->changes_mind = "a listener at the address that nginx dials";
}

void look_socket_mismatch(const struct site_view *v, struct finding *f)
{
	const struct endpoint *other;
	struct sign sign = { NULL, NULL, 0 };

	if (!v->pass || v->pass->kind != PASS_FASTCGI || !v->peer || !site_local(v->chain, v->peer) ||
	    v->chain->host.net_known != TRI_YES)
		return;
	if (v->listener || listener_of(v, v->peer)) {
		finding_rule_out(f, "%s, which nginx dials, is served", endpoint_text(f, v->peer));
		return;
	}
	if (!nginx_master(v) && v->chain->host.proc_known == TRI_YES)
		return;
	if (pool_should_serve(v)) {
		finding_rule_out(f, "a pool is configured at %s, it is only not there",
			endpoint_text(f, v->peer));
		return;
	}
	other = fpm_elsewhere(v);
	if (!other || !fpm_runs(v)) {
		if (v->chain->host.proc_known == TRI_YES && !fpm_runs(v))
			finding_rule_out(f, "no PHP-FPM runs at all");
		return;
	}
	if (view_page_well(v)) {
		finding_rule_out(f, "the site answers");
		return;
	}
	sign = sign_find(v, connect_line);
	if (!sign.fresh && !failing_page(v)) {
		f->state = FINDING_HINT;
		return;
	}
	tell_mismatch(v, f, sign, other);
	finding_prove(f, HEALTH_BROKEN);
}
