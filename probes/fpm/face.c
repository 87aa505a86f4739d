/* How PHP-FPM shows itself: a clause for the chain, lines for the sheet. */
#include "probes/fpm/fpm.h"

#include <string.h>

#include "base/mem.h"
#include "probes/fpm/causes.h"
#include "probes/fpm/crowd.h"

extern const char probes_fpm_collect_sh[];

static const struct collector collectors[] = {
	{ "fpm", 1, fpm_parse_conf },
	{ "fpm.log", 1, fpm_parse_log },
	{ "fpm.slow", 1, fpm_parse_slow },
	{ NULL, 0, NULL },
};

const struct probe fpm_probe = {
	.link = LINK_FPM,
	.title = "PHP-FPM",
	.script = probes_fpm_collect_sh,
	.collectors = collectors,
	.causes = fpm_causes,
	.face = fpm_face,
	.says = fpm_says,
	.own_health = fpm_own_health,
};

/* Nothing here passes to FPM, and nothing would start one. */
static bool absent(const struct site_view *v)
{
	const struct chain_facts *c = v->chain;

	if (v->pool || (v->pass && v->pass->kind == PASS_FASTCGI && fpm_dialled_here(v)))
		return false;
	if (v->pass && v->pass->kind == PASS_PROXY)
		return true;
	return c->fpm.config_readable == TRI_YES && !c->fpm.pool_count && fpm_runs(v) == TRI_NO;
}

enum health fpm_own_health(const struct site_view *v)
{
	struct crowd c;

	if (absent(v))
		return HEALTH_ABSENT;
	if (fpm_runs(v) == TRI_UNKNOWN && v->chain->host.net_known != TRI_YES)
		return HEALTH_UNKNOWN;
	if (fpm_dialled_here(v) && !v->listener)
		return v->chain->host.net_known == TRI_YES ? HEALTH_WARN : HEALTH_UNKNOWN;
	c = crowd_of(v);
	if (c.full && c.queued.known && c.queued.v > 0)
		return HEALTH_WARN;
	if (c.stopped)
		return HEALTH_WARN;
	return v->listener || fpm_runs(v) == TRI_YES ? HEALTH_OK : HEALTH_UNKNOWN;
}

const char *fpm_says(const struct site_view *v, struct arena *mem)
{
	struct crowd c = crowd_of(v);

	if (absent(v))
		return "not in use here";
	if (fpm_dialled_here(v) && !v->listener && v->chain->host.net_known == TRI_YES)
		return arena_printf(mem, "nobody listens at %s", v->peer->path ? v->peer->path
			: arena_printf(mem, "port %d", v->peer->port));
	if (!c.all.known)
		return "not known";
	if (!c.busy.known)
		return arena_printf(mem, "%lld workers", (long long)c.all.v);
	if (c.queued.known && c.queued.v > 0)
		return arena_printf(mem, "%lld/%lld busy, %lld queued", (long long)c.busy.v,
			(long long)c.all.v, (long long)c.queued.v);
	return arena_printf(mem, "%lld/%lld busy", (long long)c.busy.v, (long long)c.all.v);
}

static void face_pool(const struct site_view *v, struct face *face)
{
	const struct fpm_pool *p = v->pool;
	struct crowd c = crowd_of(v);
	bool crowded = c.full && c.queued.known && c.queued.v > 0;

	face_add(face, "pool", HEALTH_OK, "%s (%s)", p->name ? p->name : "?", p->file ? p->file : "?");
	if (p->user)
		face_add(face, "user", HEALTH_OK, "%s", p->user);
	if (p->pm)
		face_add(face, "workers", crowded ? HEALTH_WARN : HEALTH_OK, "%s, max %lld", p->pm,
			(long long)num_or(p->max_children, 0));
	if (c.busy.known)
		face_add(face, "busy", crowded ? HEALTH_WARN : HEALTH_OK, "%lld of %lld",
			(long long)c.busy.v, (long long)num_or(c.all, 0));
	else
		face_add(face, "busy", HEALTH_UNKNOWN, "needs root");
	if (c.queued.known)
		face_add(face, "queue", c.queued.v ? HEALTH_WARN : HEALTH_OK, "%lld of %lld",
			(long long)c.queued.v, (long long)num_or(c.room, 0));
	if (p->terminate_s.known)
		face_add(face, "terminate after", HEALTH_OK, "%lld s", (long long)p->terminate_s.v);
}

void fpm_face(const struct site_view *view, struct face *face)
{
	const struct fpm_master *m = fpm_master_of(view);
	const struct host_unit *unit = fpm_unit_of(view);

	if (absent(view)) {
		face_add(face, "PHP-FPM", HEALTH_ABSENT, "not in use here");
		return;
	}
	if (view->peer)
		face_add(face, "socket", view->listener ? HEALTH_OK : HEALTH_WARN, "%s%s",
			view->peer->path ? view->peer->path
			: arena_printf(face->mem, "%s:%d", view->peer->host ? view->peer->host : "*",
				view->peer->port),
			view->listener ? "" : ", nobody listens");
	if (unit && unit->active)
		face_add(face, "unit", strcmp(unit->active, "active") ? HEALTH_WARN : HEALTH_OK,
			"%s: %s", unit->name, unit->active);
	if (m && m->version)
		face_add(face, "version", HEALTH_OK, "%s", m->version);
	if (m && m->conf)
		face_add(face, "configuration", m->test_ok == TRI_NO ? HEALTH_WARN : HEALTH_OK, "%s",
			m->conf);
	if (view->pool)
		face_pool(view, face);
}
