#include "live/ssh/lookup.h"

#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "loop/loop.h"

struct lookup {
	struct loop *loop;
	struct arena *mem;
	struct sshconf conf; /* strings in mem: the worker may outlive who asked */
	bool resolve, working, dead;
	struct lookup_result result;
	lookup_done *done;
	void *owner;
};

static void keep(struct lookup_result *r, const struct addrinfo *a)
{
	struct lookup_address *to;

	if (r->count == LOOKUP_ADDRESSES || a->ai_addrlen > sizeof(to->to))
		return;
	to = &r->addresses[r->count++];
	memcpy(&to->to, a->ai_addr, a->ai_addrlen);
	to->len = a->ai_addrlen;
}

/* The resolver's first choice leads; then the families take turns (RFC 8305). */
static void keep_in_turn(struct lookup_result *r, const struct addrinfo *all)
{
	const struct addrinfo *same = all, *other = all;
	int family = all->ai_family;

	while (same || other) {
		while (same && same->ai_family != family)
			same = same->ai_next;
		while (other && other->ai_family == family)
			other = other->ai_next;
		if (same) {
			keep(r, same);
			same = same->ai_next;
		}
		if (other) {
			keep(r, other);
			other = other->ai_next;
		}
	}
}

static void resolve(struct lookup *l)
{
	struct addrinfo hints = { .ai_family = l->conf.family, .ai_socktype = SOCK_STREAM };
	struct addrinfo *all = NULL;
	char port[8];
	int error;

	snprintf(port, sizeof(port), "%d", l->conf.port);
	error = getaddrinfo(l->conf.host, port, &hints, &all);
	if (error) {
		l->result.error = arena_strdup(l->mem, gai_strerror(error));
		return;
	}
	keep_in_turn(&l->result, all);
	freeaddrinfo(all);
}

static void work(void *owner)
{
	struct lookup *l = owner;
	struct lookup_result *r = &l->result;
	size_t i;

	known_hosts_init(&r->known, l->mem, l->conf.host, l->conf.host_key_alias, l->conf.port);
	r->has_portless = !l->conf.host_key_alias && l->conf.port != 22;
	known_hosts_init(&r->portless, l->mem, l->conf.host, NULL, 22);
	for (i = 0; i < l->conf.known_hosts.count; i++) {
		known_hosts_load(&r->known, l->conf.known_hosts.items[i]);
		if (r->has_portless)
			known_hosts_load(&r->portless, l->conf.known_hosts.items[i]);
	}
	if (l->resolve)
		resolve(l);
}

static void free_now(struct lookup *l)
{
	arena_free(l->mem);
	free(l);
}

static void done(void *owner)
{
	struct lookup *l = owner;

	l->working = false;
	if (l->dead)
		free_now(l);
	else
		l->done(l->owner, &l->result);
}

struct lookup *lookup_new(struct loop *loop, const struct sshconf *conf, bool resolve_too,
	lookup_done *call, void *owner)
{
	struct lookup *l = xcalloc(1, sizeof(*l));
	const char **files;
	size_t i;

	l->loop = loop;
	l->mem = arena_new();
	l->conf = *conf;
	l->conf.host = arena_strdup(l->mem, conf->host);
	l->conf.host_key_alias = arena_strdup(l->mem, conf->host_key_alias);
	files = arena_alloc(l->mem, (conf->known_hosts.count + 1) * sizeof(*files));
	for (i = 0; i < conf->known_hosts.count; i++)
		files[i] = arena_strdup(l->mem, conf->known_hosts.items[i]);
	l->conf.known_hosts.items = files;
	l->resolve = resolve_too;
	l->done = call;
	l->owner = owner;
	l->working = loop_work(loop, work, done, l);
	if (!l->working) {
		work(l);
		loop_defer(loop, done, l);
		l->working = true;
	}
	return l;
}

void lookup_free(struct lookup *l)
{
	if (!l || l->dead)
		return;
	l->dead = true;
	if (!l->working)
		free_now(l);
}
