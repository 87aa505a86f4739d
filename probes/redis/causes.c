/*
 * Redis's rows. What counts is what Redis answers to the site's own login, this round: to
 * PING, SELECT and a write that changes nothing. PHP's words (a log line) support it, or
 * stand alone where no redis-cli is. A Redis that no site uses is never at fault.
 */
#include <string.h>

#include "base/mem.h"
#include "probes/redis/redis.h"
#include "probes/wordpress/wordpress.h"

static bool begins(const char *text, const char *word)
{
	return text && strncmp(text, word, strlen(word)) == 0;
}

static bool has(const char *text, const char *part)
{
	return text && strstr(text, part) != NULL;
}

/* PHP's newest word on Redis that holds one of `parts` (blank-separated words; NULL: any). */
static bool php_says(const struct site_view *v, struct finding *f, const char *const *parts,
	struct php_error *ret)
{
	struct php_error all[32];
	size_t i, n = wordpress_php_errors(v, f->mem, all, 32);

	for (i = 0; i < n; i++) {
		if (all[i].kind != PHP_REDIS)
			continue;
		*ret = all[i];
		if (!parts)
			return true;
		for (const char *const *p = parts; *p; p++)
			if (has(all[i].line.text, *p) || has(all[i].line.more, *p))
				return true;
	}
	return false;
}

/* The reply that says `words`, whichever request it answered; NULL. */
static const char *reply_with(const struct redis_server *s, const char *const *words)
{
	const char *const replies[] = { s ? s->auth_reply : NULL, s ? s->reply : NULL,
		s ? s->select_reply : NULL, s ? s->write_reply : NULL };
	size_t i;

	for (i = 0; i < 4; i++)
		for (const char *const *w = words; replies[i] && *w; w++)
			if (has(replies[i], *w))
				return replies[i];
	return NULL;
}

static void say_reply(const struct site_view *v, struct finding *f, const char *reply)
{
	finding_state(f, finding_text(f, "redis %s", redis_target(v->redis, f->mem)), v->now, "%s",
		reply);
}

static void say_rest(const struct site_view *v, struct finding *f, const struct php_error *e)
{
	const struct page *page = wordpress_page_mark(v, MARK_REDIS_ERROR);

	if (e)
		finding_log(f, v, &e->line);
	if (page)
		finding_page(f, page);
	finding_prove(f, v->wp && v->wp->redis_graceful ? HEALTH_WARN : HEALTH_BROKEN);
	f->changes_mind = "redis-cli ping and a write, with the site's own login, that work";
}

static const char *park(const struct site_view *v, struct finding *f)
{
	const char *dir = v->wp && v->wp->content_dir ? v->wp->content_dir : "wp-content";

	return finding_text(f, "mv %s/object-cache.php %s/.object-cache.off   # the site without it", dir,
		dir);
}

static bool in_use(const struct site_view *v, struct finding *f)
{
	if (redis_is_used(v))
		return true;
	if (v->wp)
		finding_rule_out(f, "%s", v->wp->redis_disabled ? "WP_REDIS_DISABLED is set" :
			"no object-cache drop-in of this site talks to Redis");
	return false;
}

static bool well(const struct redis_server *s)
{
	return s && s->ok == TRI_YES && !s->auth_reply && s->write_reply && !strcmp(s->write_reply, "0");
}

/* Where nobody could ask it: unit and listener of this host tell. */
static void say_unit(const struct site_view *v, struct finding *f)
{
	const struct host_unit *u = redis_unit(v->chain);
	const struct host_proc *p = redis_proc(v->chain);

	if (v->redis && !v->redis->local)
		return;
	if (p && p->state == 'T')
		finding_state(f, finding_text(f, "process %d", p->pid), v->now,
			"%s is in state T (stopped)", p->comm ? p->comm : "redis-server");
	if (p || !u || !u->active || !strcmp(u->active, "active"))
		return;
	finding_state(f, u->name, v->now, "%s (%s)", u->active, u->sub ? u->sub : "?");
	if (u->changed_at.known)
		f->since = u->changed_at;
}

static void look_down(const struct site_view *v, struct finding *f)
{
	static const char *const replies[] = { "Could not connect", "no answer", "Connection refused",
		"Connection reset", "Server closed the connection", "Connection timed out", NULL };
	static const char *const words[] = { "Connection refused", "Connection timed out",
		"read error on connection", "Error while reading line", "went away", "No such file", NULL };
	const char *reply = reply_with(v->redis, replies);
	const struct host_proc *p = redis_proc(v->chain);
	struct php_error e;
	bool said;

	if (!in_use(v, f))
		return;
	if (v->redis && v->redis->ok != TRI_UNKNOWN && !reply) {
		finding_rule_out(f, "Redis answers: %s", v->redis->reply ? v->redis->reply : "PONG");
		return;
	}
	said = php_says(v, f, words, &e);
	if (reply)
		say_reply(v, f, reply);
	say_unit(v, f);
	if (!f->decisive && !said)
		return;
	say_rest(v, f, said ? &e : NULL);
	f->title = v->redis && !v->redis->local ? finding_text(f, "Redis at %s does not answer",
		redis_target(v->redis, f->mem)) : p && p->state == 'T' ? "Redis is frozen: its process is stopped" :
		p ? "Redis runs, but does not answer" : NULL;
	if (p && p->state == 'T')
		f->fix = finding_text(f, "kill -CONT %d\n%s", p->pid, park(v, f));
	else
		f->fix = finding_text(f, "systemctl start %s\n%s", redis_unit_name(v->chain), park(v, f));
	f->subject = redis_unit_name(v->chain);
}

static void look_memory(const struct site_view *v, struct finding *f)
{
	static const char *const replies[] = { "OOM command", NULL };
	const struct redis_server *s = v->redis;
	const char *reply = reply_with(s, replies);
	bool full = s && s->used_memory.known && num_or(s->maxmemory, 0) > 0 &&
		s->used_memory.v >= s->maxmemory.v && has(s->policy, "noeviction");
	struct php_error e;
	bool said;

	if (!in_use(v, f))
		return;
	said = php_says(v, f, replies, &e);
	if (well(s) && !full && !said) {
		finding_rule_out(f, "Redis accepts a write");
		return;
	}
	if (reply)
		say_reply(v, f, reply);
	if (full)
		finding_state(f, "INFO memory", v->now, "used_memory %lld, maxmemory %lld, %s",
			(long long)s->used_memory.v, (long long)s->maxmemory.v, s->policy);
	if (!f->decisive && !said)
		return;
	say_rest(v, f, said ? &e : NULL);
	f->fix = "redis-cli config set maxmemory-policy allkeys-lru   # and in redis.conf; "
		"or more maxmemory";
}

static void look_persist(const struct site_view *v, struct finding *f)
{
	static const char *const replies[] = { "MISCONF", NULL };
	const struct redis_server *s = v->redis;
	const char *reply = reply_with(s, replies);
	struct php_error e;
	bool said;

	if (!in_use(v, f))
		return;
	if (well(s)) {
		finding_rule_out(f, "Redis accepts a write");
		return;
	}
	said = php_says(v, f, replies, &e);
	if (reply)
		say_reply(v, f, reply);
	if (s && has(s->bgsave, "err") && (reply || said))
		finding_state(f, "INFO persistence", v->now, "rdb_last_bgsave_status %s", s->bgsave);
	if (!f->decisive && !said)
		return;
	say_rest(v, f, said ? &e : NULL);
	f->fix = "tail -n 20 /var/log/redis/redis-server.log; df -h /var/lib/redis; ls -ld /var/lib/redis   "
		"# give it room and its folder back, then: redis-cli bgsave";
}

static void look_loading(const struct site_view *v, struct finding *f)
{
	static const char *const replies[] = { "LOADING", NULL };
	const struct redis_server *s = v->redis;
	const char *reply = reply_with(s, replies);
	struct php_error e;
	bool said;

	if (!in_use(v, f))
		return;
	if (s && s->ok == TRI_YES) {
		finding_rule_out(f, "Redis answers PONG");
		return;
	}
	said = php_says(v, f, replies, &e);
	if (!reply && !said)
		return;
	if (reply)
		say_reply(v, f, reply);
	if (s && s->loading_eta_s.known)
		finding_note(f, "INFO persistence", v->now, "loading_eta_seconds %lld",
			(long long)s->loading_eta_s.v);
	say_rest(v, f, said ? &e : NULL);
	if (s && s->loading_eta_s.known)
		f->title = finding_text(f, "Redis is loading its data, %lld s to go",
			(long long)s->loading_eta_s.v);
	f->fix = finding_text(f, "wait; if it takes long:\n%s", park(v, f));
}

/* The page says that Redis does not serve it, Redis runs, and nobody could ask as the site:
 * without its configuration and PHP's log a refusal is the likeliest. */
static bool refused_unseen(const struct site_view *v, struct finding *f)
{
	const struct host_proc *p = redis_proc(v->chain);
	struct php_error any;

	if (!wordpress_page_mark(v, MARK_REDIS_ERROR) || !p || p->state == 'T' ||
	    (v->redis && v->redis->ok != TRI_UNKNOWN) || wordpress_php_errors(v, f->mem, &any, 1))
		return false;
	finding_state(f, "/proc", v->now, "%s (process %d) runs", p->comm ? p->comm : "redis-server",
		p->pid);
	f->refuter_missing = true;
	return true;
}

static void look_access(const struct site_view *v, struct finding *f)
{
	static const char *const replies[] = { "NOAUTH", "WRONGPASS", "NOPERM", "max number of clients",
		"DENIED", "invalid password", "without any password", "DB index is out of range",
		"READONLY", "ERR invalid DB", "MASTERDOWN", NULL };
	const char *reply = reply_with(v->redis, replies);
	struct php_error e;
	bool said;

	if (!in_use(v, f))
		return;
	if (well(v->redis) && !reply && !has(v->redis->select_reply, "ERR")) {
		finding_rule_out(f, "Redis lets the site in and takes its writes");
		return;
	}
	if (!reply && v->redis && begins(v->redis->select_reply, "ERR"))
		reply = v->redis->select_reply;
	said = php_says(v, f, replies, &e);
	if (!reply && !said && !refused_unseen(v, f))
		return;
	if (reply)
		say_reply(v, f, reply);
	say_rest(v, f, said ? &e : NULL);
	if (!reply && !said)
		f->title = "Redis runs, but refuses the site: most likely its password";
	if (reply)
		f->title = finding_text(f, "Redis refuses the site: %s", reply);
	f->fix = finding_text(f, "correct WP_REDIS_PASSWORD (or WP_REDIS_DATABASE) in %s to what redis.conf says "
		"(requirepass, user, maxclients)\n%s", v->wp && v->wp->config ? v->wp->config : "wp-config.php",
		park(v, f));
}

static bool same_text(const char *a, const char *b)
{
	return !strcmp(a ? a : "", b ? b : "");
}

/* Another site whose keys cannot be told from this one's. */
static const struct wp_site *twin(const struct site_view *v)
{
	const struct wordpress_facts *w = &v->chain->wordpress;
	const struct wp_site *a = v->wp, *b;
	size_t i;

	for (i = 0; a && a->redis_used && i < w->site_count; i++) {
		b = &w->sites[i];
		if (b == a || !b->redis_used || b->redis_disabled || same_text(a->root, b->root))
			continue;
		if (endpoint_same(&a->redis, &b->redis) &&
		    num_or(a->redis_database, 0) == num_or(b->redis_database, 0) &&
		    same_text(a->redis_prefix, b->redis_prefix) && same_text(a->prefix, b->prefix) &&
		    !same_text(a->db_name, b->db_name))
			return b;
	}
	return NULL;
}

/* A redirect that leads to another host than the site's own. */
static const struct page *led_astray(const struct site_view *v)
{
	static const enum page_way ways[] = { WAY_VISITOR, WAY_ORIGIN, WAY_LOOPBACK };
	const struct page *page;
	const char *host, *own = v->host_name ? v->host_name : "";
	size_t i, n;

	if (!strncmp(own, "www.", 4))
		own += 4;
	for (i = 0; *own && i < 3; i++) {
		page = view_page(v, ways[i]);
		host = page && page->location ? strstr(page->location, "://") : NULL;
		if (!host)
			continue;
		host += strncmp(host + 3, "www.", 4) ? 3 : 7;
		n = strcspn(host, "/:?#");
		if (n != strlen(own) || strncasecmp(host, own, n) != 0)
			return page;
	}
	return NULL;
}

static void look_poisoned(const struct site_view *v, struct finding *f)
{
	static const char *const words[] = { "__PHP_Incomplete_Class", "unserialize()", "Unserialize" };
	const struct wp_site *other;
	const struct page *page;
	struct php_error all[32];
	size_t i, j, n;

	if (!in_use(v, f))
		return;
	other = twin(v);
	n = wordpress_php_errors(v, f->mem, all, 32);
	for (i = 0; i < n; i++)
		for (j = 0; j < 3; j++)
			if (has(all[i].line.text, words[j]) && f->evidence_count == 0)
				finding_log(f, v, &all[i].line);
	if (other)
		finding_state(f, v->wp->config, v->now, "same Redis, database and prefix as %s",
			other->config ? other->config : other->root);
	page = other ? led_astray(v) : NULL;
	if (page)
		finding_page(f, page);
	if (!f->evidence_count)
		return;
	f->fix = finding_text(f, "define('WP_REDIS_PREFIX', '%s:');   # in %s, then purge only this site's keys",
		v->host_name ? v->host_name : "shop", v->wp && v->wp->config ? v->wp->config : "wp-config.php");
	f->changes_mind = "a prefix that only this site uses";
	if (!f->fresh_lines && !page) {
		f->state = FINDING_HINT; /* a collision that has not hurt yet is advice */
		return;
	}
	finding_prove(f, HEALTH_BROKEN);
}

#define FATALS "wordpress.plugin_fatal wordpress.file_fatal wordpress.plugin_hang wordpress.broken_update fpm.pool_saturated " \
	"fpm.backlog_full fpm.script_timeout fpm.waits_on_remote_http"

const struct cause redis_causes[] = {
	{
		.id = "redis.down", .link = LINK_REDIS, .title = "Redis is stopped", .arrow = "fpm>redis",
		.explains = FATALS " redis.access_denied redis.poisoned_cache",
		.look = look_down,
		.signs = "PING with the site's own login gets no answer; unit inactive or process frozen; PHP logs "
			"RedisException or Predis ConnectionException",
		.not_if = "nothing on the site uses Redis (no drop-in), or PING answers",
		.fix = "systemctl start redis-server; if it does not start, move wp-content/object-cache.php aside",
		.wrong_fix = "purging (impossible while it is down) or restarting PHP-FPM: neither brings it back",
		.actions = "start-redis park-object-cache",
		.plain = "The site keeps ready answers in Redis and insists on it. Redis does not answer, so every "
			"page ends in an error.",
	},
	{
		.id = "redis.out_of_memory", .link = LINK_REDIS,
		.title = "Redis is full and refuses writes", .arrow = "fpm>redis",
		.explains = FATALS,
		.look = look_memory,
		.signs = "a write is answered -OOM; used_memory at maxmemory with policy noeviction",
		.not_if = "a write is accepted and memory is below maxmemory",
		.fix = "redis-cli config set maxmemory-policy allkeys-lru, or more maxmemory; purging this site's keys "
			"buys time",
		.wrong_fix = "FLUSHALL on a shared Redis: empties every other site's cache, sessions and queues",
		.actions = "purge-redis park-object-cache",
		.plain = "Redis may use only so much memory and was told never to throw anything away. It is full "
			"and takes nothing new.",
	},
	{
		.id = "redis.cannot_persist", .link = LINK_REDIS,
		.title = "Redis cannot save to disk and refuses writes", .arrow = "fpm>redis",
		.explains = FATALS,
		.look = look_persist,
		.signs = "a write is answered -MISCONF; rdb_last_bgsave_status err",
		.not_if = "a write is accepted",
		.fix = "room on the disk, owner of its folder, vm.overcommit_memory=1; then redis-cli bgsave",
		.wrong_fix = "stop-writes-on-bgsave-error no as the end of it: the next crash then loses the data",
		.actions = "park-object-cache",
		.plain = "Redis could not write its copy to disk and, to be safe, takes no more changes.",
	},
	{
		.id = "redis.loading", .link = LINK_REDIS, .title = "Redis is loading its data",
		.arrow = "fpm>redis",
		.explains = FATALS " redis.down",
		.look = look_loading,
		.signs = "PING is answered -LOADING after a restart",
		.not_if = "PING answers PONG",
		.fix = "wait; move wp-content/object-cache.php aside if it takes long",
		.wrong_fix = "restarting it again: it begins to load from the start",
		.actions = "park-object-cache",
		.plain = "Redis was restarted and reads its data back from disk. Until then it answers nobody.",
	},
	{
		.id = "redis.access_denied", .link = LINK_REDIS, .title = "Redis refuses the site",
		.arrow = "fpm>redis",
		.explains = FATALS,
		.look = look_access,
		.signs = "NOAUTH, WRONGPASS, NOPERM, max number of clients, or a database index out of range",
		.not_if = "the site's login and a write work",
		.fix = "the password, database and limits that redis.conf and wp-config.php agree on",
		.wrong_fix = "removing Redis's password: then anybody on the network may write into the cache",
		.actions = "park-object-cache",
		.plain = "Redis runs, but the site's password or database number is not the one it wants.",
	},
	{
		.id = "redis.poisoned_cache", .link = LINK_REDIS,
		.title = "Two sites share the same cache keys", .arrow = "fpm>redis",
		.explains = "wordpress.plugin_fatal wordpress.file_fatal wordpress.broken_update",
		.look = look_poisoned,
		.signs = "two wp-configs with the same Redis, database and prefix; a page leads to the other site; PHP "
			"stumbles over unserialize",
		.not_if = "the prefix is this site's own",
		.fix = "a WP_REDIS_PREFIX of its own, then purge this site's keys",
		.wrong_fix = "FLUSHALL: the wrong entries come back within minutes",
		.actions = "purge-redis",
		.plain = "Two sites write their notes into the same drawer and read each other's.",
	},
	{ 0 },
};
