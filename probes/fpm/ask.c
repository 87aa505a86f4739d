/* What several rows of fpm's table ask of a view. */
#include "probes/fpm/causes.h"

#include <string.h>

#include "probes/site.h"

bool fpm_dialled_here(const struct site_view *v)
{
	return v->peer && endpoint_set(v->peer) && (!v->pass || v->pass->kind == PASS_FASTCGI) &&
		site_local(v->chain, v->peer);
}

const struct fpm_master *fpm_master_of(const struct site_view *v)
{
	const struct fpm_facts *f = &v->chain->fpm;
	const struct fpm_master *any = NULL;

	if (v->master)
		return v->master;
	for (size_t i = 0; i < f->master_count; i++)
		if (f->masters[i].unit && (!any || !any->unit))
			any = &f->masters[i];
		else if (!any)
			any = &f->masters[i];
	return any;
}

const struct host_unit *fpm_unit_of(const struct site_view *v)
{
	const struct host_facts *h = &v->chain->host;
	const struct fpm_master *m = fpm_master_of(v);

	if (v->fpm_unit)
		return v->fpm_unit;
	for (size_t i = 0; m && i < h->unit_count; i++)
		if ((m->unit && !strcmp(m->unit, h->units[i].name)) ||
		    (m->conf && h->units[i].conf && h->units[i].kind == UNIT_FPM &&
		     !strcmp(m->conf, h->units[i].conf)))
			return &h->units[i];
	return NULL;
}

enum tri fpm_runs(const struct site_view *v)
{
	const struct host_facts *h = &v->chain->host;

	if (h->proc_known != TRI_YES)
		return TRI_UNKNOWN;
	for (size_t i = 0; i < h->proc_count; i++) {
		const struct host_proc *p = &h->procs[i];

		if (p->role != PROC_FPM_MASTER || p->state == 'Z')
			continue;
		if (!v->master || !v->master->conf || !p->conf || !strcmp(p->conf, v->master->conf))
			return TRI_YES;
	}
	return TRI_NO;
}

const char *fpm_unit_name(const struct site_view *v)
{
	const struct host_unit *unit = fpm_unit_of(v);
	const struct fpm_master *m = fpm_master_of(v);

	if (unit)
		return unit->name;
	return m && m->unit ? m->unit : "php-fpm";
}

const char *fpm_command(const struct site_view *v, struct finding *f, const char *verb)
{
	const struct host_unit *unit = fpm_unit_of(v);
	const char *init = unit && unit->manager ? unit->manager : v->chain->host.init;
	const char *name = fpm_unit_name(v);

	if (init && !strcmp(init, "openrc"))
		return finding_text(f, "rc-service %s %s", name, verb);
	if (init && strcmp(init, "systemd") != 0)
		return finding_text(f, "service %s %s", name, verb);
	return finding_text(f, "systemctl %s %s", verb, name);
}

const char *fpm_peer_text(const struct site_view *v, struct finding *f)
{
	if (!v->peer)
		return "its socket";
	if (v->peer->path)
		return v->peer->path;
	return finding_text(f, "%s:%d", v->peer->host ? v->peer->host : "*", v->peer->port);
}

const char *fpm_pool_file(const struct site_view *v)
{
	return v->pool && v->pool->file ? v->pool->file : "the pool's file";
}

const char *fpm_pool_name(const struct site_view *v)
{
	return v->pool && v->pool->name ? v->pool->name : "?";
}

/* Two PHP versions both have a pool "www": a log that is another master's says nothing. */
static bool event_mine(const struct site_view *v, const struct fpm_event *e)
{
	const struct fpm_master *m = fpm_master_of(v);
	const char *source = e->line.source ? e->line.source : "";

	if (e->pool && v->pool && v->pool->name && strcmp(e->pool, v->pool->name) != 0)
		return false;
	if (!strncmp(source, "journal:", 8))
		return !m || !m->unit || !strcmp(source + 8, m->unit);
	return !m || !m->error_log || !strcmp(source, m->error_log);
}

const struct fpm_event *fpm_event_within(const struct site_view *v, enum fpm_event_kind kind,
	int64_t seconds)
{
	const struct fpm_facts *f = &v->chain->fpm;

	for (size_t i = f->event_count; i-- > 0;) {
		const struct fpm_event *e = &f->events[i];

		if (e->kind == kind && e->line.at.known && v->now > 0 &&
		    e->line.at.v >= v->now - seconds && e->line.at.v <= v->now + 5 &&
		    event_mine(v, e))
			return e;
	}
	return NULL;
}

void fpm_unit_evidence(const struct site_view *v, struct finding *f)
{
	const struct host_unit *unit = fpm_unit_of(v);

	if (unit && unit->active) {
		finding_state(f, unit->name, v->now, "%s (%s)%s%s%s%s", unit->active,
			unit->sub ? unit->sub : "?", unit->result ? ", result " : "",
			unit->result ? unit->result : "",
			unit->exit_signal.known
				? finding_text(f, ", killed by signal %lld",
					(long long)unit->exit_signal.v)
			: unit->exit_code.known && unit->exit_code.v
				? finding_text(f, ", exit status %lld", (long long)unit->exit_code.v)
				: "",
			unit->enabled && strcmp(unit->enabled, "enabled") != 0
				? finding_text(f, ", %s", unit->enabled)
				: "");
		if (unit->changed_at.known && strcmp(unit->active, "active") != 0)
			f->since = unit->changed_at;
		return;
	}
	if (fpm_runs(v) == TRI_NO)
		finding_state(f, "/proc", v->now, "no PHP-FPM master process%s%s",
			v->master && v->master->conf ? " of " : "",
			v->master && v->master->conf ? v->master->conf : "");
}
