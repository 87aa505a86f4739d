/*
 * The link's table entry and its face.
 */
#include "probes/wordpress/wordpress.h"

#include <string.h>

#include "base/mem.h"
#include "base/text.h"

extern const char probes_wordpress_collect_sh[];
extern const char probes_wordpress_lex_sh[];

static const struct collector collectors[] = {
	{ "wordpress", 1, wordpress_parse },
	{ "wordpress.log", 1, wordpress_parse_log },
	{ 0 },
};

const struct probe wordpress_probe = {
	.link = LINK_WORDPRESS,
	.title = "WordPress",
	.script = probes_wordpress_lex_sh,
	.script_more = probes_wordpress_collect_sh,
	.collectors = collectors,
	.causes = wordpress_causes,
	.face = wordpress_face,
	.says = wordpress_says,
	.own_health = wordpress_own_health,
};

static size_t files_of(const struct wp_site *wp, const char *kind)
{
	size_t i, n = 0;

	for (i = 0; i < wp->file_count; i++)
		n += wp->files[i].kind && !strcmp(wp->files[i].kind, kind);
	return n;
}

static void face_newest(const struct site_view *v, struct face *face)
{
	const struct wp_site *wp = v->wp;
	const struct wp_file *newest = NULL;
	struct buf age;
	size_t i;

	for (i = 0; i < wp->file_count; i++)
		if (wp->files[i].mtime.known &&
		    (!newest || wp->files[i].mtime.v > newest->mtime.v))
			newest = &wp->files[i];
	if (!newest || !v->now || newest->mtime.v > v->now)
		return;
	buf_init(&age, 64);
	text_age(&age, v->now - newest->mtime.v);
	face_add(face, "newest change", HEALTH_OK, "%s %s, %s ago", newest->kind,
		newest->name ? newest->name : "?", age.data ? age.data : "");
	buf_release(&age);
}

void wordpress_face(const struct site_view *v, struct face *face)
{
	const struct wp_site *wp = v->wp;

	if (!wp) {
		face_add(face, "WordPress", HEALTH_ABSENT, "none found in this site's folder");
		return;
	}
	face_add(face, "folder", HEALTH_OK, "%s", wp->root ? wp->root : "?");
	face_add(face, "version", wp->version ? HEALTH_OK : HEALTH_UNKNOWN, "%s",
		wp->version ? wp->version : "not readable");
	face_add(face, "configuration", wp->unread ? HEALTH_UNKNOWN : HEALTH_OK, "%s%s",
		wp->config ? wp->config : "none", wp->unread ? " (not readable)" : "");
	face_add(face, "maintenance", wp->maintenance == TRI_YES ? HEALTH_WARN : HEALTH_OK, "%s",
		wp->maintenance == TRI_YES ? wp->maintenance_path : "off");
	face_add(face, "plugins", HEALTH_OK, "%zu, must-use %zu, themes %zu",
		files_of(wp, "plugin"), files_of(wp, "mu-plugin"), files_of(wp, "theme"));
	face_newest(v, face);
	if (wp->redis_used)
		face_add(face, "object cache", HEALTH_OK, "Redis%s", wp->redis_disabled ?
			", switched off" : "");
	if (num_or(wp->core_missing, 0) > 0)
		face_add(face, "core", HEALTH_WARN, "%lld files missing",
			(long long)wp->core_missing.v);
}

const char *wordpress_says(const struct site_view *v, struct arena *mem)
{
	const struct wp_site *wp = v->wp;

	if (!wp && !v->chain->wordpress.mem)
		return "not known";
	if (!wp)
		return v->chain->wordpress.site_count ? "not this site's" : "none found";
	if (wp->maintenance == TRI_YES && !wp->maintenance_literal)
		return "maintenance mode without end";
	return arena_printf(mem, "%s%s%zu plugins", wp->version ? wp->version : "",
		wp->version ? ", " : "", files_of(wp, "plugin"));
}

enum health wordpress_own_health(const struct site_view *v)
{
	const struct wp_site *wp = v->wp;

	if (!wp)
		return v->chain->wordpress.mem ? HEALTH_ABSENT : HEALTH_UNKNOWN;
	if (num_or(wp->core_missing, 0) > 0)
		return HEALTH_WARN;
	return wp->version ? HEALTH_OK : HEALTH_UNKNOWN;
}
