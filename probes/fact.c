#include "probes/fact.h"

#include <string.h>

static const char *const link_names[LINKS + 1] = {
	[LINK_VISITOR] = "visitor", [LINK_CDN] = "cdn",     [LINK_NGINX] = "nginx",
	[LINK_FPM] = "fpm",         [LINK_MYSQL] = "mysql", [LINK_REDIS] = "redis",
	[LINK_WORDPRESS] = "wordpress", [LINK_HOST] = "host", [LINK_NONE] = "none",
};

static const struct {
	const char *name, *letter;
} healths[] = {
	[HEALTH_UNKNOWN] = { "unknown", "??" }, [HEALTH_OK] = { "ok", "ok" },
	[HEALTH_WARN] = { "warn", "!!" },       [HEALTH_BROKEN] = { "broken", "XX" },
	[HEALTH_AFFECTED] = { "affected", ">>" }, [HEALTH_STALE] = { "stale", "~~" },
	[HEALTH_ABSENT] = { "absent", "--" },
};

const char *link_name(enum link link)
{
	return link <= LINK_NONE ? link_names[link] : "none";
}

const char *health_name(enum health health)
{
	return healths[health <= HEALTH_ABSENT ? health : HEALTH_UNKNOWN].name;
}

const char *health_letter(enum health health)
{
	return healths[health <= HEALTH_ABSENT ? health : HEALTH_UNKNOWN].letter;
}

bool endpoint_set(const struct endpoint *e)
{
	return e->path || e->port;
}

/* /var/run has been a link to /run for a decade; configurations still say both. */
static const char *run_path(const char *path)
{
	return strncmp(path, "/var/run/", 9) == 0 ? path + 4 : path;
}

enum host_class { HOST_ANY, HOST_LOCAL, HOST_OTHER };

static enum host_class class_of(const char *host)
{
	if (!host || !*host || !strcmp(host, "*") || !strcmp(host, "0.0.0.0") ||
	    !strcmp(host, "::") || !strcmp(host, "[::]"))
		return HOST_ANY;
	if (!strcmp(host, "localhost") || !strncmp(host, "127.", 4) || !strcmp(host, "::1") ||
	    !strcmp(host, "[::1]"))
		return HOST_LOCAL;
	return HOST_OTHER;
}

bool endpoint_same(const struct endpoint *a, const struct endpoint *b)
{
	enum host_class ca, cb;

	if (a->path || b->path)
		return a->path && b->path && !strcmp(run_path(a->path), run_path(b->path));
	if (!a->port || a->port != b->port)
		return false;
	ca = class_of(a->host);
	cb = class_of(b->host);
	if (ca == HOST_OTHER && cb == HOST_OTHER)
		return !strcmp(a->host, b->host);
	return ca == HOST_ANY || cb == HOST_ANY || ca == cb;
}
