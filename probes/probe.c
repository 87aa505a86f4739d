/*
 * The table of links in chain order, and the look-ups that need all of it. One static
 * array: what the program can ask and name is readable here.
 */
#include "probes/probe.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "probes/cdn/cdn.h"
#include "probes/fpm/fpm.h"
#include "probes/host/host.h"
#include "probes/mysql/mysql.h"
#include "probes/nginx/nginx.h"
#include "probes/redis/redis.h"
#include "probes/visitor/visitor.h"
#include "probes/wordpress/wordpress.h"

const struct probe *const probes[LINKS] = {
	[LINK_VISITOR] = &visitor_probe, [LINK_CDN] = &cdn_probe,
	[LINK_NGINX] = &nginx_probe,     [LINK_FPM] = &fpm_probe,
	[LINK_MYSQL] = &mysql_probe,     [LINK_REDIS] = &redis_probe,
	[LINK_WORDPRESS] = &wordpress_probe, [LINK_HOST] = &host_probe,
};

const struct collector *collector_find(const char *name, size_t len)
{
	const struct collector *c;
	int link;

	for (link = 0; link < LINKS; link++)
		for (c = probes[link]->collectors; c && c->name; c++)
			if (strlen(c->name) == len && !memcmp(c->name, name, len))
				return c;
	return NULL;
}

const struct cause *cause_find(const char *id)
{
	const struct cause *c;
	int link;

	for (link = 0; link < LINKS; link++)
		for (c = probes[link]->causes; c && c->id; c++)
			if (!strcmp(c->id, id))
				return c;
	return NULL;
}

void face_add(struct face *face, const char *label, enum health health, const char *format, ...)
{
	struct face_line *line = arena_push(face->mem, &face->lines, &face->count, sizeof(*line));
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	line->label = label;
	line->value = arena_strdup(face->mem, text);
	line->health = health;
}
