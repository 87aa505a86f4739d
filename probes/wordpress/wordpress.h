/*
 * wordpress: each WordPress behind nginx. Collectors wordpress (configuration and files)
 * and wordpress.log (PHP error logs); the lexer that reads wp-config on the server serves
 * mysql and redis too. Pure; the reports' records are explained in collect.sh.
 */
#ifndef PROBES_WORDPRESS_WORDPRESS_H
#define PROBES_WORDPRESS_WORDPRESS_H

#include "probes/probe.h"

extern const struct probe wordpress_probe;
extern const struct cause wordpress_causes[];

void wordpress_parse(struct chain_facts *facts, struct arena *mem, struct span bytes,
	unsigned flags);
void wordpress_parse_log(struct chain_facts *facts, struct arena *mem, struct span bytes,
	unsigned flags);

/*
 * The word by which the collectors mysql and redis know a site, as the deriver
 * w5_wordpress_configs prints it: USER:FLAGS:ROOT//CONFIG, flag r: it uses Redis.
 * NULL when the site's configuration could not be read. A further word "+admin" makes
 * mysql log in as administrator too, whatever the sites' logins show.
 */
const char *wordpress_config_word(const struct wp_site *site, struct arena *mem);
/* The word for wordpress.log, as w5_wordpress_logs prints it; NULL without a debug log. */
const char *wordpress_log_word(const struct wp_site *site, struct arena *mem);

/* One "const" record: what stands behind the record's name. */
struct wp_const {
	struct span name, value;
	char type; /* s string, n number or bool, c computed, p present only */
};

struct wp_const wordpress_const(struct span rest);
bool wordpress_true(struct wp_const c); /* as PHP takes it */

/* DB_HOST as WordPress reads it; `socket` is where localhost leads. */
struct endpoint wordpress_db_host(struct arena *mem, struct span text, struct span socket);

/* "plugins/X", "mu-plugins/X" or "themes/X" of the first such path in s; NULL. */
const char *wordpress_plugin_of(struct arena *mem, struct span s);

/* Tells kind, place and plugin of one PHP message; `more` are its further lines. */
void wordpress_php_read(struct arena *mem, struct span text, struct span more,
	struct php_error *ret);
/*
 * What PHP said of this site and is fresh, newest first, from its own logs, from nginx's
 * (FastCGI stderr) and from FPM's. Returns how many of at most `max` were filled in.
 */
size_t wordpress_php_errors(const struct site_view *v, struct arena *mem,
	struct php_error *ret, size_t max);
/* The newest of them of that kind; false when there is none. */
bool wordpress_php_error(const struct site_view *v, struct arena *mem,
	enum php_error_kind kind, struct php_error *ret);
/* The file belongs to WordPress's core (wp-includes, wp-admin, or beside them). */
bool wordpress_is_core(const char *file);

/* A page of this site that carries one of these marks, visitor's way first; NULL. */
const struct page *wordpress_page_mark(const struct site_view *v, unsigned marks);
/* A failing page of this site with that status; NULL. */
const struct page *wordpress_page_status(const struct site_view *v, int status);
/* Every worker of the site's pool holds a request, and there is at least one. */
bool wordpress_pool_full(const struct site_view *v);

/* The trace still shows what its worker does: it holds a request and was not replaced. */
bool wordpress_still_there(const struct site_view *v, const struct fpm_slow *s);
/* Notes which plugin, theme or drop-in changed last, when that was within a week. */
void wordpress_say_newest(const struct site_view *v, struct finding *f);
/* Sets fix and subject of a finding: that one folder is to be renamed. */
void wordpress_park_fix(const struct site_view *v, struct finding *f, const char *plugin);

void wordpress_look_maintenance(const struct site_view *v, struct finding *f);
void wordpress_look_plugin_fatal(const struct site_view *v, struct finding *f);
void wordpress_look_file_fatal(const struct site_view *v, struct finding *f);
void wordpress_look_plugin_hang(const struct site_view *v, struct finding *f);
void wordpress_look_missing_extension(const struct site_view *v, struct finding *f);
void wordpress_look_broken_update(const struct site_view *v, struct finding *f);
void wordpress_look_memory_limit(const struct site_view *v, struct finding *f);
void wordpress_look_script_not_found(const struct site_view *v, struct finding *f);
void wordpress_look_cron_storm(const struct site_view *v, struct finding *f);

void wordpress_face(const struct site_view *view, struct face *face);
const char *wordpress_says(const struct site_view *view, struct arena *mem);
enum health wordpress_own_health(const struct site_view *view);

#endif
