/*
 * Nobody answers at the socket that nginx dials. Which cause it is tells how FPM ended:
 * the service manager first, its own log next, then what it left behind. A clean stop
 * takes the socket's file away; a kill leaves it.
 */
#include "probes/fpm/causes.h"

#include <string.h>

#include "base/span.h"

#define LONG_AGO (30 * 86400)

/* Dialled here, and nobody listens. False when that is not known. */
static bool silent(const struct site_view *v, struct finding *f)
{
	if (!fpm_dialled_here(v))
		return false;
	if (v->listener) {
		finding_rule_out(f, "something listens at %s", fpm_peer_text(v, f));
		return false;
	}
	if (v->chain->host.net_known != TRI_YES)
		return false;
	if (fpm_runs(v) == TRI_YES) {
		finding_rule_out(f, "PHP-FPM runs");
		return false;
	}
	return true;
}

static bool one_of(const char *word, const char *list)
{
	struct span rest = span_of(list), w;

	for (w = span_word(&rest); word && w.n; w = span_word(&rest))
		if (span_eq(w, word))
			return true;
	return false;
}

static const struct host_path *file_of(const struct site_view *v)
{
	const struct host_facts *h = &v->chain->host;

	for (size_t i = 0; v->peer && v->peer->path && i < h->path_count; i++)
		if (h->paths[i].path && !strcmp(h->paths[i].path, v->peer->path))
			return &h->paths[i];
	return NULL;
}

static const struct nginx_error *refusal(const struct site_view *v)
{
	const struct nginx_error *e = view_error(v, NGX_CONNECT, 2);

	return e ? e : view_error(v, NGX_CONNECT, 111);
}

/* How the manager, the log or the left-over file say it ended. */
static enum tri was_killed(const struct site_view *v)
{
	const struct host_unit *unit = fpm_unit_of(v);
	const struct fpm_event *bye, *start;
	const struct host_path *file = file_of(v);

	if (unit && unit->result) {
		if (one_of(unit->result, "signal oom-kill core-dump watchdog"))
			return TRI_YES;
		if (unit->exit_signal.known && unit->exit_signal.v != 15)
			return TRI_YES;
		if (one_of(unit->result, "success exit-code"))
			return TRI_NO;
	}
	bye = fpm_event_within(v, FPM_STOPPING, LONG_AGO);
	start = fpm_event_within(v, FPM_STARTED, LONG_AGO);
	if (bye && start && bye->line.at.v >= start->line.at.v)
		return TRI_NO;
	if (file && file->exists == TRI_YES && file->type == 's')
		return TRI_YES;
	if (file && file->exists == TRI_NO)
		return TRI_NO;
	if (start && !bye)
		return TRI_YES;
	return TRI_UNKNOWN;
}

static void absence_evidence(const struct site_view *v, struct finding *f)
{
	const struct nginx_error *e = refusal(v);

	fpm_unit_evidence(v, f);
	finding_state(f, v->peer->path ? "/proc/net/unix" : "/proc/net/tcp", v->now,
		"nobody listens at %s", fpm_peer_text(v, f));
	if (e)
		finding_log(f, v, &e->line);
	f->refuter_missing = fpm_runs(v) == TRI_UNKNOWN;
	f->subject = fpm_unit_name(v);
}

/* What must come before a start can help. */
static const char *start_fix(const struct site_view *v, struct finding *f)
{
	const struct host_unit *unit = fpm_unit_of(v);
	const char *start = fpm_command(v, f, "start");

	if (unit && one_of(unit->enabled, "masked masked-runtime"))
		return finding_text(f, "systemctl unmask %s && %s", unit->name, start);
	if (unit && one_of(unit->result, "start-limit-hit"))
		return finding_text(f, "systemctl reset-failed %s && %s", unit->name, start);
	if (unit && unit->enabled && !strcmp(unit->enabled, "disabled") && unit->manager &&
	    !strcmp(unit->manager, "systemd"))
		return finding_text(f, "systemctl enable --now %s", unit->name);
	return start;
}

void fpm_look_down(const struct site_view *v, struct finding *f)
{
	const struct host_unit *unit = fpm_unit_of(v);
	const struct fpm_event *bye;

	if (!silent(v, f))
		return;
	if (was_killed(v) == TRI_YES) {
		finding_rule_out(f, "it did not stop cleanly");
		return;
	}
	absence_evidence(v, f);
	bye = fpm_event_within(v, FPM_STOPPING, LONG_AGO);
	if (bye && fpm_runs(v) == TRI_NO)
		finding_log(f, v, &bye->line);
	f->title = finding_text(f, "PHP-FPM is stopped (%s%s%s)", fpm_unit_name(v),
		unit && unit->enabled && strcmp(unit->enabled, "enabled") != 0 ? ", " : "",
		unit && unit->enabled && strcmp(unit->enabled, "enabled") != 0 ? unit->enabled : "");
	f->fix = finding_text(f, "%s; then find who stopped it: journalctl -u %s -n 20, "
		"/var/log/apt/history.log", start_fix(v, f), fpm_unit_name(v));
	f->changes_mind = "a listener at that socket";
	finding_prove(f, HEALTH_BROKEN);
}

void fpm_look_killed(const struct site_view *v, struct finding *f)
{
	const struct host_unit *unit = fpm_unit_of(v);
	const struct host_path *file = file_of(v);
	enum tri killed;

	if (!silent(v, f))
		return;
	killed = was_killed(v);
	if (killed != TRI_YES) {
		if (killed == TRI_NO)
			finding_rule_out(f, "it stopped cleanly");
		return;
	}
	absence_evidence(v, f);
	if (file && file->exists == TRI_YES && file->type == 's')
		finding_note(f, file->path, v->now, "the socket's file is still there: no clean stop");
	if (unit && unit->exit_signal.known)
		f->title = finding_text(f, "PHP-FPM was killed by signal %lld (%s)",
			(long long)unit->exit_signal.v, fpm_unit_name(v));
	else
		f->title = finding_text(f, "PHP-FPM was killed (%s)", fpm_unit_name(v));
	f->fix = finding_text(f, "%s; then find the killer: journalctl -k | grep -i -E "
		"'oom|killed process', journalctl -u %s -n 20", start_fix(v, f), fpm_unit_name(v));
	f->changes_mind = "a kernel line that names an out-of-memory kill";
	finding_prove(f, HEALTH_BROKEN);
}

/* FPM is well and listens, but somebody deleted the file: nobody can find the way in. */
void fpm_look_socket_gone(const struct site_view *v, struct finding *f)
{
	const struct host_path *file = file_of(v);
	const struct nginx_error *e = view_error(v, NGX_CONNECT, 2);

	if (!fpm_dialled_here(v) || !v->listener || !file)
		return;
	if (file->exists != TRI_NO) {
		if (file->exists == TRI_YES)
			finding_rule_out(f, "%s is there", file->path);
		return;
	}
	if (!e && !view_page_fails(v))
		return;
	finding_state(f, file->path, v->now, "does not exist");
	finding_state(f, "/proc/net/unix", v->now, "PHP-FPM still listens at %s", file->path);
	if (e)
		finding_log(f, v, &e->line);
	f->title = finding_text(f, "the file of PHP-FPM's socket is gone: %s", file->path);
	f->fix = finding_text(f, "%s   # makes it anew; then find who deletes it (tmp cleaners, scripts)",
		fpm_command(v, f, "restart"));
	f->subject = fpm_unit_name(v);
	/* the catalogue has no id of its own for it */
	f->refuter_missing = true;
	f->changes_mind = "the socket's file being there";
	finding_prove(f, HEALTH_BROKEN);
}

void fpm_look_config_invalid(const struct site_view *v, struct finding *f)
{
	const struct host_unit *unit = fpm_unit_of(v);
	const struct fpm_master *m = fpm_master_of(v);
	const struct fpm_event *e;
	/* 78 alone is not enough: a socket in use ends with it too */
	bool exit78 = unit && unit->exit_code.known && unit->exit_code.v == 78 &&
		fpm_event_within(v, FPM_CONFIG_ERROR, LONG_AGO);

	if (!silent(v, f) || !m)
		return;
	if (m->test_ok == TRI_YES) {
		finding_rule_out(f, "%s -t says %s is well", m->binary ? m->binary : "php-fpm",
			m->conf ? m->conf : "the configuration");
		return;
	}
	if (m->test_ok != TRI_NO && !exit78)
		return;
	if (m->test_ok == TRI_NO)
		finding_state(f, finding_text(f, "%s -t", m->binary ? m->binary : "php-fpm"), v->now,
			"%s", m->test_error ? m->test_error : "the configuration test fails");
	absence_evidence(v, f);
	e = fpm_event_within(v, FPM_CONFIG_ERROR, LONG_AGO);
	if (e)
		finding_log(f, v, &e->line);
	if (m->test_error)
		f->title = finding_text(f, "PHP-FPM cannot start: %s",
			strncmp(m->test_error, "ERROR: ", 7) ? m->test_error : m->test_error + 7);
	f->fix = finding_text(f, "correct the line it names (newest change: ls -lt %s), then "
		"%s -t --fpm-config %s && %s", m->conf ? m->conf : "/etc/php*",
		m->binary ? m->binary : "php-fpm", m->conf ? m->conf : "FILE", start_fix(v, f));
	f->changes_mind = "a configuration test that passes";
	finding_prove(f, HEALTH_BROKEN);
}

/* A worker of the site's pool whose master is gone. */
static const struct host_proc *orphan(const struct site_view *v)
{
	const struct host_facts *h = &v->chain->host;

	for (size_t i = 0; i < h->proc_count; i++) {
		const struct host_proc *p = &h->procs[i];
		bool parent = false;

		if (p->role != PROC_FPM_WORKER || p->state == 'Z' ||
		    (p->pool && v->pool && v->pool->name && strcmp(p->pool, v->pool->name) != 0))
			continue;
		for (size_t j = 0; j < h->proc_count && !parent; j++)
			parent = h->procs[j].role == PROC_FPM_MASTER && h->procs[j].pid == p->ppid;
		if (!parent)
			return p;
	}
	return NULL;
}

static bool foreign_listener(const struct site_view *v)
{
	return v->listener && v->listener->comm && !strstr(v->listener->comm, "fpm") &&
		v->chain->host.root == TRI_YES;
}

void fpm_look_bind_conflict(const struct site_view *v, struct finding *f)
{
	const struct host_unit *unit = fpm_unit_of(v);
	const struct host_proc *old = orphan(v);
	const struct fpm_event *e = fpm_event_within(v, FPM_ANOTHER_INSTANCE, LONG_AGO);
	bool failed = unit && unit->active && !one_of(unit->active, "active reloading");
	bool foreign = foreign_listener(v);

	if (!e)
		e = fpm_event_within(v, FPM_BIND_FAILED, LONG_AGO);
	if (!fpm_dialled_here(v) || fpm_runs(v) != TRI_NO || (!old && !foreign) ||
	    (!e && !(unit && unit->exit_code.known && unit->exit_code.v)))
		return;
	if (!failed && !(e && view_recent(v, &e->line)))
		return;
	fpm_unit_evidence(v, f);
	if (old)
		finding_state(f, "/proc", v->now, "process %d (%s) has no master any more and keeps %s",
			old->pid, old->title ? old->title : "php-fpm", fpm_peer_text(v, f));
	else
		finding_state(f, "/proc/net", v->now, "%s (process %lld) listens at %s",
			v->listener->comm, (long long)num_or(v->listener->pid, 0), fpm_peer_text(v, f));
	if (e)
		finding_log(f, v, &e->line);
	if (old)
		f->fix = finding_text(f, "kill the workers that were left over (ps -o pid,ppid,args -C %s; "
			"first one: kill -KILL %d), then %s", old->comm ? old->comm : "php-fpm", old->pid,
			start_fix(v, f));
	else
		f->fix = finding_text(f, "stop %s (process %lld) or give the pool another listen= in %s, "
			"then %s", v->listener->comm, (long long)num_or(v->listener->pid, 0),
			fpm_pool_file(v), start_fix(v, f));
	f->subject = fpm_unit_name(v);
	f->changes_mind = "no process of an older master";
	finding_prove(f, HEALTH_BROKEN);
}
