/*
 * FPM runs and listens, but does not let nginx in: the socket's owner and mode, a closed
 * folder above it, a security module, or the pool's own list of clients.
 */
#include "probes/fpm/causes.h"

#include <stdio.h>
#include <string.h>

#include "base/span.h"

static const struct host_path *path_of(const struct host_facts *h, const char *path)
{
	for (size_t i = 0; path && i < h->path_count; i++)
		if (h->paths[i].path && !strcmp(h->paths[i].path, path))
			return &h->paths[i];
	return NULL;
}

static const struct host_proc *nginx_worker(const struct host_facts *h)
{
	for (size_t i = 0; i < h->proc_count; i++)
		if (h->procs[i].role == PROC_NGINX_WORKER && h->procs[i].uid.known)
			return &h->procs[i];
	return NULL;
}

static bool in_group(const struct host_proc *p, int64_t gid)
{
	struct span rest = span_of(p->groups), word;
	int64_t one;

	if (p->gid.known && p->gid.v == gid)
		return true;
	for (word = span_word(&rest); word.n; word = span_word(&rest))
		if (span_int(word, &one) && one == gid)
			return true;
	return false;
}

/* bit: 2 to write, 1 to enter */
static bool may(const struct host_proc *p, const struct host_path *at, int bit)
{
	if (p->uid.v == 0)
		return true;
	if (p->uid.v == at->uid.v)
		return at->mode.v & (bit << 6);
	if (in_group(p, at->gid.v))
		return at->mode.v & (bit << 3);
	return at->mode.v & bit;
}

static bool readable(const struct host_path *p)
{
	return p && p->exists == TRI_YES && p->mode.known && p->uid.known && p->gid.known;
}

/* The outermost thing on the way to the socket that keeps nginx out; NULL: nothing does. */
static const struct host_path *barrier(const struct site_view *v, const struct host_proc *worker)
{
	const struct host_facts *h = &v->chain->host;
	const char *path = v->peer->path;
	char part[512];

	for (size_t i = 1; path[i] && i < sizeof(part); i++) {
		const struct host_path *dir;

		if (path[i] != '/')
			continue;
		snprintf(part, sizeof(part), "%.*s", (int)i, path);
		dir = path_of(h, part);
		if (readable(dir) && dir->type == 'd' && !may(worker, dir, 1))
			return dir;
	}
	if (readable(path_of(h, path)) && !may(worker, path_of(h, path), 2))
		return path_of(h, path);
	return NULL;
}

static const struct kernel_line *denial(const struct site_view *v)
{
	const struct host_facts *h = &v->chain->host;

	for (size_t i = h->kernel_line_count; i-- > 0;)
		if (h->kernel_lines[i].kind == KERNEL_DENIED &&
		    view_recent(v, &h->kernel_lines[i].line) &&
		    strstr(h->kernel_lines[i].line.text, "nginx"))
			return &h->kernel_lines[i];
	return NULL;
}

static void barrier_fix(const struct site_view *v, struct finding *f, const struct host_path *bar)
{
	const char *user = v->chain->nginx.user ? v->chain->nginx.user : "www-data";

	if (bar && bar->type == 'd')
		f->fix = finding_text(f, "chmod o+x %s (or give nginx's user %s a group that may enter it)",
			bar->path, user);
	else
		f->fix = finding_text(f, "in %s: listen.owner = %s, listen.group = %s, listen.mode = 0660; "
			"then %s", fpm_pool_file(v), user, user, fpm_command(v, f, "restart"));
}

void fpm_look_socket_permission(const struct site_view *v, struct finding *f)
{
	const struct nginx_error *e = view_error(v, NGX_CONNECT, 13);
	const struct kernel_line *k = denial(v);
	const struct host_proc *worker = nginx_worker(&v->chain->host);
	const struct host_path *bar = NULL;
	bool acl = v->pool && v->pool->listen_acl_users;

	if (!fpm_dialled_here(v) || (!v->listener && !e))
		return;
	if (v->peer->path && worker && !acl)
		bar = barrier(v, worker);
	if (!e && !bar) {
		if (worker && v->peer->path && readable(path_of(&v->chain->host, v->peer->path)))
			finding_rule_out(f, "nginx's user may write to %s", v->peer->path);
		return;
	}
	/* mended since: the way is open and the page is well */
	if (!bar && view_page_well(v))
		return;
	/* computed alone, with pages that work, it would be our arithmetic that is wrong */
	if (!e && !view_page_fails(v))
		return;
	if (e)
		finding_log(f, v, &e->line);
	if (bar)
		finding_state(f, bar->path, v->now, "mode %04llo, %s:%s; nginx runs as uid %lld",
			(unsigned long long)bar->mode.v, bar->owner ? bar->owner : "?",
			bar->group ? bar->group : "?", (long long)worker->uid.v);
	if (k)
		finding_log(f, v, &k->line);
	if (k && !bar)
		f->fix = "SELinux: setsebool -P httpd_can_network_connect 1 for TCP, or label the socket's "
			 "folder httpd_var_run_t (semanage fcontext, restorecon); see ausearch -m avc -c nginx";
	else
		barrier_fix(v, f, bar);
	f->subject = fpm_unit_name(v);
	f->title = finding_text(f, "nginx may not open %s", fpm_peer_text(v, f));
	f->changes_mind = "a connection that nginx gets through";
	finding_prove(f, HEALTH_BROKEN);
}

/* The address FPM sees: nginx comes from where it dials on the same machine. */
static bool listed(const char *clients, const char *address)
{
	struct span rest = span_of(clients), one;

	while (span_cut(&rest, ',', &one)) {
		one = span_trim(one);
		if (span_eq(one, address) || span_eq(one, "any"))
			return true;
	}
	return false;
}

static const char *source_address(const struct site_view *v)
{
	const char *host = v->peer->host;

	if (!host || !*host || !strcmp(host, "localhost") || !strcmp(host, "*") ||
	    !strcmp(host, "0.0.0.0"))
		return "127.0.0.1";
	return host;
}

void fpm_look_allowed_clients(const struct site_view *v, struct finding *f)
{
	const struct fpm_event *e = view_fpm_event(v, FPM_DISALLOWED);
	const struct nginx_error *cut = view_error(v, NGX_CLOSED_HEADER, -1);
	const char *clients = v->pool ? v->pool->allowed_clients : NULL;
	bool shut;

	if (!v->peer || v->peer->path || (!clients && !e))
		return;
	shut = clients && fpm_dialled_here(v) && !listed(clients, source_address(v));
	if (clients && !shut && !e) {
		finding_rule_out(f, "listen.allowed_clients lists %s", source_address(v));
		return;
	}
	if (!e && !(shut && (cut || view_page_fails(v))))
		return;
	if (view_page_well(v) && !e)
		return;
	if (shut)
		finding_state(f, fpm_pool_file(v), v->now,
			"listen.allowed_clients = %s: not %s, from where nginx comes", clients,
			source_address(v));
	if (e)
		finding_log(f, v, &e->line);
	if (cut)
		finding_log(f, v, &cut->line);
	f->title = finding_text(f, "pool %s does not accept nginx's address %s", fpm_pool_name(v),
		fpm_dialled_here(v) ? source_address(v) : "");
	f->fix = finding_text(f, "add %s to listen.allowed_clients in %s, then %s",
		fpm_dialled_here(v) ? source_address(v) : "nginx's address", fpm_pool_file(v),
		fpm_command(v, f, "restart"));
	f->subject = fpm_unit_name(v);
	f->changes_mind = "a request that the pool answers";
	finding_prove(f, HEALTH_BROKEN);
}
