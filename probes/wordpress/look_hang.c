/*
 * A plugin that hangs: told by the traces of the slow log, or, where there is none, by
 * what the workers do and which pages they are at.
 */
#include <string.h>

#include "base/mem.h"
#include "probes/fpm/crowd.h"
#include "probes/wordpress/wordpress.h"

#define LOOP_S 15

static const struct host_proc *worker(const struct site_view *v, int64_t pid)
{
	const struct host_facts *h = &v->chain->host;
	size_t i;

	for (i = 0; i < h->proc_count; i++)
		if (h->procs[i].pid == pid && h->procs[i].role == PROC_FPM_WORKER &&
		    (!v->pool || !v->pool->name || !h->procs[i].pool ||
		     !strcmp(h->procs[i].pool, v->pool->name)))
			return &h->procs[i];
	return NULL;
}

/* The trace still shows what the worker does: it holds a request and was not replaced. */
bool wordpress_still_there(const struct site_view *v, const struct fpm_slow *s)
{
	const struct host_proc *p = s->pid.known ? worker(v, s->pid.v) : NULL;

	if (!p || p->busy == TRI_NO || !view_recent(v, &s->line))
		return false;
	return !p->start.known || !s->line.at.known || p->start.v <= s->line.at.v;
}

static bool waits_for_somebody(const char *top)
{
	static const char *const calls[] = { "mysqli", "curl_", "fsockopen", "stream_socket",
		"stream_select", "flock", "session_start", "gethostby", "dns_", "fgets", "fread",
		"file_get_contents", "redis", "Redis", "PDO", "socket_", NULL };

	for (const char *const *c = calls; top && *c; c++)
		if (strstr(top, *c))
			return true;
	return false;
}

struct hang {
	int traces, alike; /* alike: in the same plugin's own code */
	int others;        /* in another plugin, or waiting for somebody */
	const struct fpm_slow *newest;
};

/* Newest trace of each worker that still hangs in it, or that is fresh. */
static struct hang hangs(const struct site_view *v)
{
	const struct fpm_facts *fpm = &v->chain->fpm;
	const struct fpm_slow *s;
	struct hang hang = { 0 };
	size_t i, j;
	bool newer;

	for (i = fpm->slow_count; i-- > 0;) {
		s = &fpm->slow[i];
		newer = false;
		for (j = i + 1; j < fpm->slow_count && !newer; j++)
			newer = s->pid.known && fpm->slow[j].pid.known && fpm->slow[j].pid.v == s->pid.v;
		if (newer || (!wordpress_still_there(v, s) && !view_fresh(v, &s->line)))
			continue;
		if (s->pool && v->pool && v->pool->name && strcmp(s->pool, v->pool->name) != 0)
			continue;
		hang.traces++;
		/* one that was still on its way through core says nothing yet */
		if (!s->plugin)
			continue;
		if (!hang.newest && !waits_for_somebody(s->top))
			hang.newest = s;
		if (hang.newest && !waits_for_somebody(s->top) &&
		    !strcmp(hang.newest->plugin, s->plugin))
			hang.alike++;
		else
			hang.others++;
	}
	return hang;
}

/* A worker of the site's pool is connected, or tries to be, to somebody outside. */
static const struct host_peer *foreign_peer(const struct site_view *v)
{
	const struct host_facts *h = &v->chain->host;
	struct endpoint here = { .host = "localhost" };
	const struct host_peer *p;
	size_t i;

	for (i = 0; i < h->peer_count; i++) {
		p = &h->peers[i];
		here.port = p->remote.port;
		if (p->remote.path || p->self || !p->remote.port || p->remote.port == 3306 ||
		    p->remote.port == 6379 || endpoint_same(&p->remote, &here))
			continue;
		if (v->db && endpoint_same(&v->db->at, &p->remote))
			continue;
		if (worker(v, p->pid))
			return p;
	}
	return NULL;
}

/* The plugin, must-use plugin, theme or drop-in that changed last. */
static const struct wp_file *newest_file(const struct wp_site *wp)
{
	const struct wp_file *newest = NULL;
	size_t i;

	for (i = 0; wp && i < wp->file_count; i++)
		if (wp->files[i].mtime.known && wp->files[i].name &&
		    (!newest || wp->files[i].mtime.v > newest->mtime.v))
			newest = &wp->files[i];
	return newest;
}

void wordpress_say_newest(const struct site_view *v, struct finding *f)
{
	const struct wp_file *newest = newest_file(v->wp);

	if (!newest || !v->now || newest->mtime.v > v->now || v->now - newest->mtime.v > 7 * 86400)
		return;
	finding_note(f, v->wp->content_dir ? v->wp->content_dir : "wp-content", newest->mtime.v,
		"changed last: %s %s, %lld min ago", newest->kind, newest->name,
		(long long)((v->now - newest->mtime.v) / 60));
}

static bool nobody_is_waited_for(const struct crowd *c)
{
	return c->judged && !crowd_most(c, c->remote) && !crowd_most(c, c->own) &&
	       !crowd_most(c, c->db) && !crowd_most(c, c->lock) && crowd_most(c, c->cpu + c->sleep);
}

/*
 * Without a slow log: all workers stay at ordinary pages of every kind, and work or sleep
 * there for themselves. What all pages have in common is the plugins and the theme.
 */
static void look_without_trace(const struct site_view *v, struct finding *f)
{
	struct crowd c = crowd_of(v);

	if (!c.full || c.held != TRI_YES || !crowd_trouble(v, &c) || !nobody_is_waited_for(&c))
		return;
	if (c.abandoned.known && c.abandoned.v >= c.busy.v) {
		finding_rule_out(f, "nobody waits any more for what the workers are at");
		return;
	}
	if (c.known && c.pages * 2 < c.known) {
		finding_rule_out(f, "%d of %d requests at work are for one endpoint%s%s", c.alike,
			c.known, c.endpoint ? ": " : "", c.endpoint ? crowd_endpoint(&c, f) : "");
		return;
	}
	finding_state(f, "/proc", v->now, "%d workers run and %d sleep in their scripts, a second long "
		"at the same request; none waits for a server, the database or a lock", c.cpu, c.sleep);
	if (c.known)
		finding_state(f, "PHP-FPM's scoreboard", v->now, "%d of %d requests at work are for "
			"ordinary pages, the oldest for %lld s", c.pages, c.known,
			(long long)num_or(c.oldest_s, 0));
	wordpress_say_newest(v, f);
	crowd_evidence(v, &c, f);
	f->title = "A plugin or the theme hangs in every page and holds PHP-FPM's workers";
	f->fix = finding_text(f, "request_slowlog_timeout = 5s and slowlog = /var/log/php-slow.log in %s, reload "
		"PHP-FPM: the trace names the plugin; rename that folder (what changed last: ls -lt %s/plugins "
		"%s/mu-plugins), then restart PHP-FPM", v->pool->file ? v->pool->file : "the pool's file",
		v->wp && v->wp->content_dir ? v->wp->content_dir : "wp-content",
		v->wp && v->wp->content_dir ? v->wp->content_dir : "wp-content");
	f->changes_mind = "a trace of the slow log that waits for somebody, or requests that change";
	/* pretty addresses hide a slow endpoint behind /index.php; and where CPU is short every
	 * page runs long: a loop is sure only after a while */
	f->refuter_missing = !c.pages_sure || !crowd_long(&c) || (c.cpu > c.sleep && num_or(c.oldest_s, 0) < LOOP_S);
	/* where nobody says what the requests are, one slow endpoint looks the same */
	if (!c.known) {
		f->state = FINDING_HINT;
		return;
	}
	finding_prove(f, HEALTH_BROKEN);
}

void wordpress_look_plugin_hang(const struct site_view *v, struct finding *f)
{
	struct hang hang = hangs(v);
	const struct host_peer *peer = foreign_peer(v);
	const struct fpm_slow *s = hang.newest;
	bool full = wordpress_pool_full(v);

	if (!s) {
		look_without_trace(v, f);
		return;
	}
	if (peer) {
		finding_rule_out(f, "workers are connected to %s:%d: they wait for somebody outside",
			peer->remote.host ? peer->remote.host : "?", peer->remote.port);
		return;
	}
	if (hang.others || hang.alike * 3 < hang.traces) {
		finding_rule_out(f, "the slow log's traces do not all name one plugin");
		return;
	}
	finding_log(f, v, &s->line);
	if (s->plugin_line)
		finding_note(f, s->line.source, num_or(s->line.at, 0), "%s", s->plugin_line);
	if (wordpress_still_there(v, s))
		finding_state(f, finding_text(f, "process %lld", (long long)s->pid.v), v->now,
			"the worker of this trace still holds its request%s%s", s->top ? ", in " : "",
			s->top ? s->top : "");
	if (full)
		finding_state(f, "PHP-FPM", v->now, "all %lld workers are busy",
			(long long)num_or(view_pool_workers(v), 0));
	f->refuter_missing = v->chain->host.peers_known == TRI_NO;
	f->title = finding_text(f, "%s hangs and holds PHP-FPM's workers", s->plugin);
	wordpress_park_fix(v, f, s->plugin);
	f->changes_mind = "a trace that names something else on top";
	if (!full && !view_page_fails(v)) {
		f->state = FINDING_HINT;
		return;
	}
	finding_prove(f, HEALTH_BROKEN);
}
