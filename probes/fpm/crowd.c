/*
 * How it counts: each busy worker of the site's pool goes to one heap. A connection to
 * the own web server weighs more than one to a stranger, that more than the database
 * (which every worker of a WordPress keeps open all the time).
 */
#include "probes/fpm/crowd.h"

#include <string.h>

static bool mine(const struct site_view *v, const struct host_proc *p)
{
	return p->role == PROC_FPM_WORKER && p->state != 'Z' && p->pool && v->pool->name &&
		!strcmp(p->pool, v->pool->name) &&
		(!v->master || !v->master->pid.known || p->ppid == v->master->pid.v);
}

static bool is_db(const struct site_view *v, const struct endpoint *at)
{
	if (v->db && endpoint_same(&v->db->at, at))
		return true;
	if (v->wp && endpoint_set(&v->wp->db) && endpoint_same(&v->wp->db, at))
		return true;
	return at->path ? strstr(at->path, "mysql") || strstr(at->path, "maria") : at->port == 3306;
}

static bool is_redis(const struct site_view *v, const struct endpoint *at)
{
	if (v->redis && endpoint_same(&v->redis->at, at))
		return true;
	return at->path ? strstr(at->path, "redis") != NULL : at->port == 6379;
}

/* A port where our own nginx answers visitors. */
static bool is_web(const struct site_view *v, int port)
{
	const struct nginx_facts *n = &v->chain->nginx;

	for (size_t i = 0; i < n->server_count; i++)
		for (size_t j = 0; j < n->servers[i].listen_count; j++)
			if (n->servers[i].listens[j].at.port == port)
				return true;
	return port == 80 || port == 443;
}

/* What one worker (0: any of the pool's user, told without rights) is connected to. */
struct ties {
	const struct host_peer *db, *own, *remote;
};

static struct ties ties_of(const struct site_view *v, int pid)
{
	const struct host_facts *h = &v->chain->host;
	struct ties t = { NULL, NULL, NULL };

	for (size_t i = 0; i < h->peer_count; i++) {
		const struct host_peer *p = &h->peers[i];

		if (p->pid != pid)
			continue;
		if (is_db(v, &p->remote))
			t.db = p;
		else if (is_redis(v, &p->remote) || p->remote.path)
			continue;
		else if (p->self && is_web(v, p->remote.port))
			t.own = p;
		else if (!p->self || p->remote.port == 53)
			t.remote = p; /* a name server too, wherever it is */
	}
	return t;
}

static void keep(const struct host_peer **slot, const struct host_peer *peer)
{
	if (peer && (!*slot || peer->connecting))
		*slot = peer;
}

static void sort_worker(const struct site_view *v, struct crowd *c, const struct host_proc *p)
{
	struct ties t = ties_of(v, p->pid);

	if (p->waits == WAITS_STOPPED)
		c->stopped++;
	else if (p->waits == WAITS_DISK)
		c->disk++;
	else if (p->waits == WAITS_LOCK)
		c->lock++;
	else if (t.own && p->waits == WAITS_NET)
		c->own++;
	else if (t.remote && p->waits == WAITS_NET)
		c->remote++;
	else if (t.db && p->waits == WAITS_NET)
		c->db++;
	else if (p->waits == WAITS_SLEEP)
		c->sleep++;
	else if (p->waits == WAITS_CPU)
		c->cpu++;
	else
		c->other++;
	if (p->waits == WAITS_NET) {
		keep(&c->own_peer, t.own);
		keep(&c->remote_peer, t.remote);
		keep(&c->db_peer, t.db);
	}
}

static void count_workers(const struct site_view *v, struct crowd *c)
{
	const struct host_facts *h = &v->chain->host;
	int held = 0, moved = 0;

	c->judged = h->peers_known == TRI_YES;
	for (size_t i = 0; i < h->proc_count; i++) {
		const struct host_proc *p = &h->procs[i];

		if (!mine(v, p))
			continue;
		if (p->waits == WAITS_STOPPED && p->busy != TRI_YES)
			c->stopped++;
		if (p->busy == TRI_UNKNOWN && p->waits != WAITS_STOPPED)
			c->judged = false;
		if (p->busy != TRI_YES)
			continue;
		held += p->held == TRI_YES;
		moved += p->held == TRI_NO;
		sort_worker(v, c, p);
	}
	if (held + moved)
		c->held = held * 2 > held + moved ? TRI_YES : TRI_NO;
}

/* Without rights: whom the pool's user talks to, as far as the tables of sockets tell. */
static void count_blind(const struct site_view *v, struct crowd *c)
{
	const struct host_facts *h = &v->chain->host;

	for (size_t i = 0; i < h->peer_count; i++) {
		const struct host_peer *p = &h->peers[i];

		if (p->pid || p->remote.path || is_db(v, &p->remote) || is_redis(v, &p->remote))
			continue;
		if (p->self && is_web(v, p->remote.port)) {
			c->own++;
			keep(&c->own_peer, p);
		} else if (!p->self) {
			c->remote++;
			keep(&c->remote_peer, p);
		}
	}
}

/* Connections of visitors to the ports nginx answers on. */
static struct num visitors(const struct site_view *v)
{
	const struct host_facts *h = &v->chain->host;
	struct num n = { 0 };

	for (size_t i = 0; i < h->listener_count; i++)
		if (!h->listeners[i].at.path && h->listeners[i].accepted.known &&
		    is_web(v, h->listeners[i].at.port))
			n = num_of(n.v + h->listeners[i].accepted.v);
	return n;
}

static struct num backlog(const struct site_view *v)
{
	const struct host_facts *h = &v->chain->host;
	struct num room = h->somaxconn;

	if (v->pool->backlog.known && v->pool->backlog.v > 0 &&
	    (!room.known || v->pool->backlog.v < room.v))
		room = v->pool->backlog;
	return room;
}

struct crowd crowd_of(const struct site_view *v)
{
	struct crowd c = { 0 };
	bool waits;

	if (!v->pool)
		return c;
	c.all = view_pool_workers(v);
	c.busy = view_pool_busy(v);
	c.max = num_or(v->pool->max_children, 0);
	c.room = backlog(v);
	c.visitors = visitors(v);
	if (v->listener) {
		c.queued = v->listener->queued;
		c.abandoned = v->listener->abandoned;
	}
	count_workers(v, &c);
	crowd_count_work(v, &c);
	/* a second is not long where everything is slow for want of CPU */
	if (c.held == TRI_YES && c.known && c.oldest_s.known && c.oldest_s.v < 2)
		c.held = TRI_UNKNOWN;
	/* wp-cron.php lets its visitor go at once and works on: no connection shows that */
	if (c.held == TRI_NO && crowd_long(&c))
		c.held = TRI_YES;
	if (!c.judged && c.busy.known)
		count_blind(v, &c);
	if (c.held == TRI_UNKNOWN && v->listener && v->listener->kept.known)
		c.held = v->listener->kept.v * 2 > num_or(c.busy, 0) ? TRI_YES : TRI_NO;
	c.connecting = c.remote_peer && c.remote_peer->connecting;
	waits = c.queued.known && c.queued.v > 0;
	c.full = c.busy.known && c.all.known && c.busy.v >= c.all.v && c.busy.v > 0 &&
		(waits || (c.max && c.all.v >= c.max));
	return c;
}

bool crowd_most(const struct crowd *c, int count)
{
	return count > 0 && c->busy.known && count * 2 >= c->busy.v;
}

bool crowd_trouble(const struct site_view *v, const struct crowd *c)
{
	if (view_page_fails(v) || view_error(v, NGX_TIMEOUT_READ, -1) ||
	    view_error(v, NGX_TIMEOUT_CONNECT, -1) || view_error(v, NGX_CONNECT, 11))
		return true;
	return c->full && c->queued.known && c->queued.v > 1 && c->queued.v >= c->busy.v &&
		!view_page_well(v);
}

static const char *where(const struct site_view *v)
{
	return v->peer && v->peer->path ? "/proc/net/unix" : "/proc/net/tcp";
}

void crowd_evidence(const struct site_view *v, const struct crowd *c, struct finding *f)
{
	const struct nginx_error *e;
	const char *pool = v->pool && v->pool->name ? v->pool->name : "?";

	if (c->busy.known && c->all.known)
		finding_state(f, where(v), v->now, "pool %s: %lld of %lld workers busy%s", pool,
			(long long)c->busy.v, (long long)c->all.v,
			c->max ? finding_text(f, " (pm.max_children = %lld)", (long long)c->max)
			       : "");
	if (c->queued.known && c->queued.v > 0)
		finding_note(f, where(v), v->now, "%lld connections wait on %s",
			(long long)c->queued.v, v->peer && v->peer->path ? v->peer->path
			: finding_text(f, "port %d", v->peer ? v->peer->port : 0));
	e = view_error(v, NGX_CONNECT, 11);
	if (!e)
		e = view_error(v, NGX_TIMEOUT_READ, -1);
	if (!e)
		e = view_error(v, NGX_TIMEOUT_CONNECT, -1);
	if (e)
		finding_log(f, v, &e->line);
}

const char *crowd_peer(struct finding *f, const struct host_peer *peer)
{
	if (peer->remote.path)
		return peer->remote.path;
	return finding_text(f, strchr(peer->remote.host, ':') ? "[%s]:%d" : "%s:%d",
		peer->remote.host, peer->remote.port);
}

const struct fpm_slow *crowd_slow(const struct site_view *v)
{
	const struct fpm_facts *f = &v->chain->fpm;

	for (size_t i = f->slow_count; i-- > 0;) {
		const struct fpm_slow *s = &f->slow[i];

		if (view_recent(v, &s->line) && (!s->pool || !v->pool || !v->pool->name ||
		    !strcmp(s->pool, v->pool->name)))
			return s;
	}
	return NULL;
}
