/*
 * The workers are not at work, they wait for somebody: the database, a server elsewhere,
 * their own web server, a lock, the kernel. What each waits for is a state of now, told
 * by its system call and by what it is connected to; a slow log only names the code.
 */
#include "probes/fpm/causes.h"

#include <string.h>

#include "probes/fpm/crowd.h"

/* The line of code, where a slow log says it. */
static void slow_evidence(const struct site_view *v, struct finding *f, const char *plugin_needed)
{
	const struct fpm_slow *s = crowd_slow(v);

	if (!s || (plugin_needed && !s->plugin))
		return;
	finding_note(f, s->line.source, s->line.at.known ? s->line.at.v : 0, "%s%s%s",
		s->top ? s->top : "a slow request", s->plugin ? " called from " : "",
		s->plugin_line ? s->plugin_line : "");
	finding_log(f, v, &s->line);
}

static const char *slow_plugin(const struct site_view *v)
{
	const struct fpm_slow *s = crowd_slow(v);

	return s ? s->plugin : NULL;
}

/* Busy workers that no reading of their state could explain. */
static bool blind(const struct crowd *c)
{
	return !c->judged;
}

void fpm_look_waits_on_remote_http(const struct site_view *v, struct finding *f)
{
	struct crowd c = crowd_of(v);
	const char *peer, *plugin = slow_plugin(v);

	if (!c.remote_peer) {
		if (c.judged && c.busy.known && c.busy.v > 0)
			finding_rule_out(f, "no busy worker is connected to a server elsewhere");
		return;
	}
	if (!crowd_most(&c, c.remote) || !crowd_trouble(v, &c))
		return;
	if (blind(&c) && !c.full)
		return;
	peer = crowd_peer(f, c.remote_peer);
	finding_state(f, "/proc/net/tcp", v->now, "%d of %lld busy workers of pool %s %s %s", c.remote,
		(long long)c.busy.v, fpm_pool_name(v),
		c.connecting ? "try in vain to connect to" : "wait for an answer from", peer);
	crowd_evidence(v, &c, f);
	slow_evidence(v, f, NULL);
	f->title = finding_text(f, "PHP waits for %s%s%s%s", peer, plugin ? " (asked by " : "",
		plugin ? plugin : "", plugin ? ")" : "");
	if (plugin && !strncmp(plugin, "plugins/", 8))
		f->subject = plugin + 8;
	f->fix = finding_text(f, "find who asks %s: grep -rl the host name in wp-content/plugins, or set "
		"request_slowlog_timeout = 5s in %s; switch that one plugin off%s%s until the other side "
		"answers, and give its requests a timeout of a few seconds", peer, fpm_pool_file(v),
		plugin ? ": " : "", plugin ? plugin : "");
	f->refuter_missing = blind(&c);
	f->changes_mind = "workers that wait for something nearer than that server";
	finding_prove(f, HEALTH_BROKEN);
}

void fpm_look_loopback_deadlock(const struct site_view *v, struct finding *f)
{
	struct crowd c = crowd_of(v);

	if (!c.own_peer) {
		if (c.judged && c.busy.known && c.busy.v > 0)
			finding_rule_out(f, "no busy worker waits for this machine's own web server");
		return;
	}
	if (!c.full || !crowd_most(&c, c.own) || !crowd_trouble(v, &c) ||
	    (c.judged && c.held == TRI_NO))
		return;
	finding_state(f, "/proc/net/tcp", v->now,
		"%d of %lld busy workers of pool %s wait for %s, which is this machine", c.own,
		(long long)c.busy.v, fpm_pool_name(v), crowd_peer(f, c.own_peer));
	crowd_evidence(v, &c, f);
	slow_evidence(v, f, NULL);
	f->fix = finding_text(f, "%s frees the workers for now; then let pages not ask their own site: "
		"define('DISABLE_WP_CRON', true) with a system cron, and raise pm.max_children in %s above "
		"%lld as far as memory allows", fpm_command(v, f, "restart"), fpm_pool_file(v),
		(long long)c.max);
	f->subject = fpm_unit_name(v);
	f->refuter_missing = blind(&c);
	f->changes_mind = "an idle worker while these requests wait";
	finding_prove(f, HEALTH_BROKEN);
}

/* Statements that run now, as far as the database tells. */
static int running_statements(const struct site_view *v)
{
	const struct mysql_facts *m = &v->chain->mysql;
	int n = 0;

	for (size_t i = 0; i < m->thread_count; i++)
		n += m->threads[i].command && !strcmp(m->threads[i].command, "Query") &&
			m->threads[i].time_s.known && m->threads[i].time_s.v >= 1;
	return n;
}

void fpm_look_waits_on_mysql(const struct site_view *v, struct finding *f)
{
	struct crowd c = crowd_of(v);
	int statements = running_statements(v);
	/* Any page asks the database: one of two workers seen at it in one moment says nothing. */
	bool told = c.busy.known && c.db * 2 > c.busy.v && c.db > c.remote && c.db > c.own;

	if (c.judged && c.busy.known && c.busy.v > 0 && !c.db) {
		finding_rule_out(f, "no busy worker waits for the database");
		return;
	}
	if (!c.judged)
		told = c.full && !c.remote && !c.own && statements >= 2 &&
			statements * 2 >= num_or(c.busy, 0);
	if (!told || !crowd_trouble(v, &c) || c.held == TRI_NO)
		return;
	if (c.judged)
		finding_state(f, "/proc", v->now, "%d of %lld busy workers of pool %s wait for an answer on %s",
			c.db, (long long)c.busy.v, fpm_pool_name(v),
			c.db_peer ? crowd_peer(f, c.db_peer) : "the database");
	if (statements)
		finding_state(f, "SHOW PROCESSLIST", v->now, "%d statements run for a second or longer",
			statements);
	crowd_evidence(v, &c, f);
	slow_evidence(v, f, NULL);
	f->fix = "mysql -e 'SHOW FULL PROCESSLIST'; end the oldest statement with KILL QUERY <id>, then "
		 "EXPLAIN it and add the index it lacks, or switch off the plugin that sends it";
	f->refuter_missing = !c.judged;
	f->changes_mind = "a processlist without statements that run";
	finding_prove(f, HEALTH_BROKEN);
}

void fpm_look_lock_contention(const struct site_view *v, struct finding *f)
{
	struct crowd c = crowd_of(v);

	if (c.judged && c.busy.known && c.busy.v > 0 && !c.lock) {
		finding_rule_out(f, "no busy worker waits for a file's lock");
		return;
	}
	if (!c.judged || c.lock < 2 || !crowd_most(&c, c.lock) || !crowd_trouble(v, &c) ||
	    c.held == TRI_NO)
		return;
	finding_state(f, "/proc/PID/syscall", v->now,
		"%d of %lld busy workers of pool %s wait for the lock of a file (flock)", c.lock,
		(long long)c.busy.v, fpm_pool_name(v));
	crowd_evidence(v, &c, f);
	slow_evidence(v, f, NULL);
	f->fix = finding_text(f, "find the holder: ls -l /proc/*/fd 2>/dev/null | grep sess_, cat "
		"/proc/locks; end that one worker (kill PID) or %s; then let the code call "
		"session_write_close() before it works", fpm_command(v, f, "restart"));
	f->subject = fpm_unit_name(v);
	f->changes_mind = "workers that are not in flock";
	finding_prove(f, HEALTH_BROKEN);
}

void fpm_look_frozen(const struct site_view *v, struct finding *f)
{
	struct crowd c = crowd_of(v);
	int all = (int)num_or(c.all, 0);

	if (c.all.known && all && !c.stopped && !c.disk) {
		finding_rule_out(f, "no worker is stopped or stuck in the kernel");
		return;
	}
	if (!all || !((c.stopped && c.stopped * 2 >= all) ||
		      (c.disk && crowd_most(&c, c.disk) && c.full)))
		return;
	if (c.stopped)
		finding_state(f, "/proc", v->now, "%d of %d workers of pool %s are stopped (state T)",
			c.stopped, all, fpm_pool_name(v));
	else
		finding_state(f, "/proc", v->now,
			"%d of %lld busy workers of pool %s hang in the kernel (state D)", c.disk,
			(long long)c.busy.v, fpm_pool_name(v));
	crowd_evidence(v, &c, f);
	if (c.stopped)
		f->fix = finding_text(f, "pkill -CONT -f 'php-fpm: pool %s' and the master too; then %s",
			fpm_pool_name(v), fpm_command(v, f, "restart"));
	else
		f->fix = finding_text(f, "mend the storage they wait for (cat /proc/PID/wchan; dmesg | tail; "
			"df -P); only then %s", fpm_command(v, f, "restart"));
	f->subject = fpm_unit_name(v);
	f->changes_mind = "workers in state S or R";
	finding_prove(f, HEALTH_BROKEN);
}
