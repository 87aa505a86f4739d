/*
 * host.proc: the processes of the chain, who listens with how many waiting, and what the
 * busy workers of FPM are connected to. The records stand in README.md.
 */
#include "probes/host/host.h"

#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "probes/host/net.h"

#define LIST_MAX 4096 /* of anything: a server cannot make us keep more */

struct reader {
	struct host_facts *f;
	struct arena *mem;
	struct host_clock clock;
	bool x86;
};

static bool word_in(struct span s, const char *list)
{
	struct span rest = span_of(list), word;

	for (word = span_word(&rest); word.n; word = span_word(&rest))
		if (word.n == s.n && !memcmp(word.p, s.p, s.n))
			return true;
	return false;
}

static enum proc_role nginx_role(struct span title)
{
	if (span_has(title, ": master process"))
		return PROC_NGINX_MASTER;
	if (span_has(title, ": worker process is shutting down"))
		return PROC_NGINX_OTHER;
	if (span_has(title, ": worker process"))
		return PROC_NGINX_WORKER;
	return PROC_NGINX_OTHER;
}

static enum proc_role role_of(struct span comm, struct span title)
{
	if (span_starts(title, "php-fpm: master process"))
		return PROC_FPM_MASTER;
	if (span_starts(title, "php-fpm: pool "))
		return PROC_FPM_WORKER;
	if (span_has(comm, "nginx") || word_in(comm, "openresty angie tengine"))
		return nginx_role(title);
	if ((span_starts(comm, "mysqld") || span_starts(comm, "mariadbd")) &&
	    !span_has(comm, "_safe"))
		return PROC_MYSQL;
	if (span_starts(comm, "redis-ser") || span_starts(comm, "valkey-ser") ||
	    span_starts(comm, "keydb-ser"))
		return PROC_REDIS;
	if (word_in(comm, "apache2 varnishd cache-main litespeed openlitespeed lighttpd caddy "
			  "haproxy traefik docker-proxy rootlessport") ||
	    span_starts(comm, "httpd") || span_starts(comm, "lsphp") || span_starts(comm, "node"))
		return PROC_BACKEND;
	return PROC_OTHER;
}

/* System calls by machine: the same question has another number on ARM. */
static enum proc_waits call_waits(int64_t nr, bool x86)
{
	static const struct {
		int x86, arm;
		enum proc_waits waits;
	} calls[] = {
		{ 43, 202, WAITS_ACCEPT }, { 288, 242, WAITS_ACCEPT }, { 73, 32, WAITS_LOCK },
		{ 72, 25, WAITS_LOCK },    { 0, 63, WAITS_NET },       { 7, 73, WAITS_NET },
		{ 271, 73, WAITS_NET },    { 23, 72, WAITS_NET },      { 270, 72, WAITS_NET },
		{ 45, 207, WAITS_NET },    { 47, 212, WAITS_NET },     { 42, 203, WAITS_NET },
		{ 44, 206, WAITS_NET },    { 1, 64, WAITS_NET },       { 232, 22, WAITS_NET },
		{ 281, 22, WAITS_NET },    { 35, 101, WAITS_SLEEP },   { 230, 115, WAITS_SLEEP },
	};

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (nr == (x86 ? calls[i].x86 : calls[i].arm))
			return calls[i].waits;
	return WAITS_OTHER;
}

static void read_wait(const struct reader *r, struct host_proc *p, struct span call)
{
	if (p->role != PROC_FPM_WORKER)
		return;
	p->syscall = host_num(call);
	if (p->syscall.known)
		p->waits = call_waits(p->syscall.v, r->x86);
	else if (span_eq(call, "running"))
		p->waits = WAITS_CPU;
	if (p->waits != WAITS_UNKNOWN)
		p->busy = p->waits == WAITS_ACCEPT ? TRI_NO : TRI_YES;
	if (p->state == 'T' || p->state == 't')
		p->waits = WAITS_STOPPED;
	else if (p->state == 'D')
		p->waits = WAITS_DISK;
}

/* What stands behind the title's words: a pool's name, a master's configuration. */
static void read_title(struct arena *mem, struct host_proc *p, struct span title)
{
	struct span part = title;

	p->title = host_text(mem, title);
	if (p->role == PROC_FPM_WORKER) {
		p->pool = host_text(mem, span_trim(span_skip(title, strlen("php-fpm: pool "))));
	} else if (p->role == PROC_FPM_MASTER) {
		if (span_between(title, "(", ")", &part))
			p->conf = host_text(mem, part);
	} else if (p->role == PROC_NGINX_MASTER && span_has(title, " -c ")) {
		part = span_skip(title, (size_t)span_find(title, " -c ") + 4);
		p->conf = host_text(mem, span_word(&part));
	}
}

/* The server tells the ids of the first of several equal titles only. */
static void take_ids(const struct host_facts *f, struct host_proc *p)
{
	for (size_t i = 0; i + 1 < f->proc_count; i++) {
		const struct host_proc *o = &f->procs[i];

		if (o->uid.known && o->title && p->title && !strcmp(o->title, p->title) &&
		    o->ppid == p->ppid) {
			p->uid = o->uid;
			p->gid = o->gid;
			p->groups = o->groups;
			return;
		}
	}
}

static void read_proc(struct reader *r, struct span rest)
{
	struct host_proc *p;
	struct span state, call, comm;
	struct num n;
	int64_t pid, ppid = 0;

	if (!span_int(span_field(&rest), &pid) || pid <= 0 || pid > INT32_MAX ||
	    r->f->proc_count >= LIST_MAX)
		return;
	p = arena_push(r->mem, &r->f->procs, &r->f->proc_count, sizeof(*p));
	p->pid = (int)pid;
	if (span_int(span_field(&rest), &ppid) && ppid > 0 && ppid <= INT32_MAX)
		p->ppid = (int)ppid;
	state = span_field(&rest);
	p->state = state.n ? state.p[0] : 0;
	p->uid = host_num(span_field(&rest));
	p->gid = host_num(span_field(&rest));
	p->groups = host_text(r->mem, span_field(&rest));
	n = host_num(span_field(&rest));
	if (n.known && r->f->boot.known && n.v >= 0 && n.v < INT64_MAX / 2)
		p->start = num_of(r->f->boot.v + n.v / 100);
	p->cpu_ms = host_num(span_field(&rest));
	p->rss_kb = host_num(span_field(&rest));
	call = span_field(&rest);
	p->wchan = host_text(r->mem, span_field(&rest));
	p->unit = host_text(r->mem, span_field(&rest));
	p->fd_limit = host_num(span_field(&rest));
	p->fds = host_num(span_field(&rest));
	p->exe = host_text(r->mem, span_field(&rest));
	comm = span_field(&rest);
	p->comm = host_text(r->mem, comm);
	p->role = role_of(comm, rest);
	read_title(r->mem, p, rest);
	read_wait(r, p, call);
	if (!p->uid.known)
		take_ids(r->f, p);
}

static struct host_listener *add_listener(struct reader *r)
{
	if (r->f->listener_count >= LIST_MAX)
		return NULL;
	return arena_push(r->mem, &r->f->listeners, &r->f->listener_count,
		sizeof(struct host_listener));
}

static void read_unix(struct reader *r, struct span rest)
{
	struct host_listener *l = add_listener(r);

	if (!l)
		return;
	l->queued = host_num(span_field(&rest));
	l->accepted = host_num(span_field(&rest));
	l->pid = host_num(span_field(&rest));
	l->at.path = host_text(r->mem, rest);
}

static void read_tcp(struct reader *r, struct span rest)
{
	struct span family = span_field(&rest), owners;
	struct endpoint at = { 0 };
	struct host_listener *l;

	if (!net_endpoint(r->mem, family, span_field(&rest), &at) || !(l = add_listener(r)))
		return;
	l->at = at;
	l->queued = net_hex(span_field(&rest));
	l->accepted = host_num(span_field(&rest));
	owners = span_field(&rest);
	l->pid.known = span_lead_int(owners, &l->pid.v);
	l->abandoned = host_num(rest);
}

/* gone or kept: a number and the path of a unix listener */
static void read_count(struct reader *r, struct span rest, bool kept)
{
	struct num count = host_num(span_field(&rest));

	for (size_t i = 0; i < r->f->listener_count; i++)
		if (r->f->listeners[i].at.path && span_eq(rest, r->f->listeners[i].at.path))
			*(kept ? &r->f->listeners[i].kept : &r->f->listeners[i].abandoned) = count;
}

static void read_held(struct reader *r, struct span rest)
{
	int64_t pid;

	if (!span_int(span_field(&rest), &pid))
		return;
	for (size_t i = 0; i < r->f->proc_count; i++)
		if (r->f->procs[i].pid == pid && r->f->procs[i].role == PROC_FPM_WORKER)
			r->f->procs[i].held = span_eq(rest, "1") ? TRI_YES : TRI_NO;
}

static void read_peer(struct reader *r, struct span rest)
{
	struct host_peer *p;
	struct endpoint remote = { 0 };
	struct span family, state;
	int64_t pid;

	if (!span_int(span_field(&rest), &pid) || pid < 0 || pid > INT32_MAX ||
	    r->f->peer_count >= LIST_MAX)
		return;
	family = span_field(&rest);
	state = span_field(&rest);
	if (span_eq(family, "u"))
		remote.path = host_text(r->mem, rest);
	else if (!net_endpoint(r->mem, family, rest, &remote))
		return;
	p = arena_push(r->mem, &r->f->peers, &r->f->peer_count, sizeof(*p));
	p->pid = (int)pid;
	p->remote = remote;
	p->connecting = span_eq(state, "02");
}

/* POOL PID SINCE METHOD SCRIPT URI QUERY; a time that cannot be one is none. */
static void read_work(struct reader *r, struct span rest)
{
	struct host_work *w;
	struct span pool = span_field(&rest);
	int64_t pid;

	if (!span_int(span_field(&rest), &pid) || pid <= 0 || pid > INT32_MAX ||
	    r->f->work_count >= LIST_MAX)
		return;
	w = arena_push(r->mem, &r->f->work, &r->f->work_count, sizeof(*w));
	w->pool = host_text(r->mem, pool);
	w->pid = (int)pid;
	w->since = host_num(span_field(&rest));
	if (!r->f->now.known || w->since.v > r->f->now.v + 5 ||
	    w->since.v < r->f->now.v - 7 * 86400)
		w->since.known = false;
	w->method = host_text(r->mem, span_field(&rest));
	w->script = host_text(r->mem, span_field(&rest));
	w->uri = host_text(r->mem, span_field(&rest));
	w->query = host_text(r->mem, rest);
}

static void read_clock(struct reader *r, struct span rest)
{
	r->clock = host_clock_read(rest);
	r->f->now = r->clock.now;
	r->f->zone = r->clock.zone;
	if (r->clock.now.known && r->clock.uptime_ms.known)
		r->f->boot = num_of(r->clock.now.v - r->clock.uptime_ms.v / 1000);
}

static void read_line(struct reader *r, struct span line)
{
	struct span name = span_field(&line);

	if (span_eq(name, "proc"))
		read_proc(r, line);
	else if (span_eq(name, "unix"))
		read_unix(r, line);
	else if (span_eq(name, "tcp"))
		read_tcp(r, line);
	else if (span_eq(name, "peer"))
		read_peer(r, line);
	else if (span_eq(name, "gone") || span_eq(name, "kept"))
		read_count(r, line, span_eq(name, "kept"));
	else if (span_eq(name, "held"))
		read_held(r, line);
	else if (span_eq(name, "work"))
		read_work(r, line);
	else if (span_eq(name, "clock"))
		read_clock(r, line);
	else if (span_eq(name, "arch"))
		r->x86 = span_eq(line, "x86_64");
	else if (span_eq(name, "procs"))
		r->f->proc_known = TRI_YES;
	else if (span_eq(name, "net"))
		r->f->net_known = TRI_YES;
	else if (span_eq(name, "peers"))
		r->f->peers_known = TRI_YES;
	else if (span_eq(name, "addresses"))
		r->f->addresses = net_addresses(r->mem, line);
	else if (span_eq(name, "overflows"))
		r->f->listen_overflows = host_num(line);
	else if (span_eq(name, "somaxconn"))
		r->f->somaxconn = host_num(line);
	else if (span_eq(name, "conntrack")) {
		r->f->conntrack = host_num(span_field(&line));
		r->f->conntrack_max = host_num(span_field(&line));
	}
}

/* Everything a former report of this name told goes: its memory dies now. */
static void forget(struct host_facts *f)
{
	static const struct num unknown;

	f->procs = NULL;
	f->listeners = NULL;
	f->peers = NULL;
	f->work = NULL;
	f->proc_count = f->listener_count = f->peer_count = f->work_count = 0;
	f->proc_known = f->net_known = f->peers_known = TRI_UNKNOWN;
	f->now = f->zone = f->boot = f->listen_overflows = f->somaxconn = unknown;
	f->conntrack = f->conntrack_max = unknown;
	f->addresses = NULL;
}

/* What needs the whole report: names of owners, and which peers are ourselves. */
static void join(struct host_facts *f)
{
	for (size_t i = 0; i < f->listener_count; i++)
		for (size_t j = 0; j < f->proc_count && f->listeners[i].pid.known; j++)
			if (f->procs[j].pid == f->listeners[i].pid.v)
				f->listeners[i].comm = f->procs[j].comm;
	for (size_t i = 0; i < f->peer_count; i++)
		f->peers[i].self = f->peers[i].remote.host &&
			net_is_own(f->addresses, f->peers[i].remote.host);
}

void host_parse_proc(struct chain_facts *facts, struct arena *mem, struct span bytes,
	unsigned flags)
{
	struct reader r = { &facts->host, mem, { { 0 }, { 0 }, { 0 } }, true };
	struct span line;

	(void)flags;
	forget(r.f);
	while (span_line(&bytes, &line))
		read_line(&r, line);
	join(r.f);
}
