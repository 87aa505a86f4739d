/*
 * redis: the object cache as the sites that use it see it. Collectors redis (PING, SELECT,
 * a write that changes nothing, INFO) and redis.log. Pure; records: collect.sh.
 */
#ifndef PROBES_REDIS_REDIS_H
#define PROBES_REDIS_REDIS_H

#include "probes/probe.h"

extern const struct probe redis_probe;
extern const struct cause redis_causes[];

void redis_parse(struct chain_facts *facts, struct arena *mem, struct span bytes,
	unsigned flags);
void redis_parse_log(struct chain_facts *facts, struct arena *mem, struct span bytes,
	unsigned flags);

const struct host_unit *redis_unit(const struct chain_facts *chain);
const struct host_proc *redis_proc(const struct chain_facts *chain);
const char *redis_unit_name(const struct chain_facts *chain);
/* The site has a drop-in that talks to Redis, or its PHP says so right now. */
bool redis_is_used(const struct site_view *v);
/* The endpoint as words. */
const char *redis_target(const struct redis_server *s, struct arena *mem);

void redis_face(const struct site_view *view, struct face *face);
const char *redis_says(const struct site_view *view, struct arena *mem);
enum health redis_own_health(const struct site_view *view);

#endif
