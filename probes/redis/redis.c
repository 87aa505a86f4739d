/*
 * The link's table entry, and the words the causes and the face share.
 */
#include "probes/redis/redis.h"

#include <string.h>

#include "base/mem.h"
#include "probes/wordpress/wordpress.h"

extern const char probes_redis_collect_sh[];

static const struct collector collectors[] = {
	{ "redis", 1, redis_parse },
	{ "redis.log", 1, redis_parse_log },
	{ 0 },
};

const struct probe redis_probe = {
	.link = LINK_REDIS,
	.title = "Redis",
	.script = probes_redis_collect_sh,
	.collectors = collectors,
	.causes = redis_causes,
	.face = redis_face,
	.says = redis_says,
	.own_health = redis_own_health,
};

const struct host_unit *redis_unit(const struct chain_facts *chain)
{
	const struct host_unit *best = NULL, *u;
	int rank, best_rank = -1;
	size_t i;

	for (i = 0; i < chain->host.unit_count; i++) {
		u = &chain->host.units[i];
		if (u->kind != UNIT_REDIS)
			continue;
		rank = u->active && !strcmp(u->active, "active") ? 3 :
			u->active && strcmp(u->active, "inactive") != 0 ? 2 :
			u->enabled && !strcmp(u->enabled, "enabled") ? 1 : 0;
		if (rank > best_rank) {
			best = u;
			best_rank = rank;
		}
	}
	return best;
}

const struct host_proc *redis_proc(const struct chain_facts *chain)
{
	size_t i;

	for (i = 0; i < chain->host.proc_count; i++)
		if (chain->host.procs[i].role == PROC_REDIS && chain->host.procs[i].state != 'Z')
			return &chain->host.procs[i];
	return NULL;
}

const char *redis_unit_name(const struct chain_facts *chain)
{
	const struct host_unit *u = redis_unit(chain);

	return u && u->name ? u->name : "redis-server";
}

bool redis_is_used(const struct site_view *v)
{
	if (v->wp && v->wp->redis_disabled)
		return false;
	return v->redis || (v->wp && v->wp->redis_used) ||
	       wordpress_page_mark(v, MARK_REDIS_ERROR) != NULL;
}

const char *redis_target(const struct redis_server *s, struct arena *mem)
{
	if (s->at.path)
		return s->at.path;
	return arena_printf(mem, "%s:%d", s->at.host ? s->at.host : "127.0.0.1",
		s->at.port ? s->at.port : 6379);
}

void redis_face(const struct site_view *v, struct face *face)
{
	const struct redis_server *s = v->redis;
	const struct host_proc *p = redis_proc(v->chain);

	if (!redis_is_used(v)) {
		face_add(face, "used", HEALTH_ABSENT, "%s", p ? "no: runs here, but this site does not use it" :
			"no");
		return;
	}
	if (!s) {
		face_add(face, "answer", HEALTH_UNKNOWN, "not asked");
		return;
	}
	face_add(face, "answer", s->ok == TRI_YES ? HEALTH_OK : s->ok == TRI_NO ? HEALTH_BROKEN :
		HEALTH_UNKNOWN, "%s: %s", redis_target(s, face->mem), s->reply ? s->reply : "not asked");
	if (s->write_reply)
		face_add(face, "a write", strcmp(s->write_reply, "0") ? HEALTH_WARN : HEALTH_OK, "%s",
			strcmp(s->write_reply, "0") ? s->write_reply : "accepted");
	if (s->used_memory.known)
		face_add(face, "memory", HEALTH_OK, "%lld of %lld kB%s%s",
			(long long)s->used_memory.v / 1024, (long long)num_or(s->maxmemory, 0) / 1024,
			s->policy ? ", " : "", s->policy ? s->policy : "");
	if (s->clients.known)
		face_add(face, "clients", HEALTH_OK, "%lld", (long long)s->clients.v);
	if (s->bgsave)
		face_add(face, "last save", strcmp(s->bgsave, "ok") ? HEALTH_WARN : HEALTH_OK, "%s",
			s->bgsave);
}

const char *redis_says(const struct site_view *v, struct arena *mem)
{
	const struct redis_server *s = v->redis;

	if (!redis_is_used(v))
		return redis_proc(v->chain) ? "runs, this site does not use it" : "not used";
	if (!s || !s->reply)
		return "not asked";
	if (s->auth_reply)
		return s->auth_reply;
	if (s->ok == TRI_YES && s->write_reply && strcmp(s->write_reply, "0") != 0)
		return s->write_reply;
	if (s->ok == TRI_YES && s->ms.known)
		return arena_printf(mem, "PONG in %lld ms", (long long)s->ms.v);
	return s->reply;
}

enum health redis_own_health(const struct site_view *v)
{
	const struct redis_server *s = v->redis;

	if (!redis_is_used(v))
		return v->wp || v->chain->wordpress.site_count || !redis_proc(v->chain) ?
			HEALTH_ABSENT : HEALTH_UNKNOWN;
	if (!s || s->ok == TRI_UNKNOWN)
		return HEALTH_UNKNOWN;
	if (s->ok == TRI_NO || s->auth_reply ||
	    (s->write_reply && strcmp(s->write_reply, "0") != 0))
		return HEALTH_WARN;
	return HEALTH_OK;
}
