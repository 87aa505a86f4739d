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

/* The newest PHP error of that kind (PHP_OTHER: any) that is fresh, this site's; NULL. */
const struct php_error *wordpress_error(const struct site_view *v, enum php_error_kind kind);
/* This error is about this site: its file or its log lies below the site's folders. */
bool wordpress_error_mine(const struct site_view *v, const struct php_error *e);

void wordpress_face(const struct site_view *view, struct face *face);
const char *wordpress_says(const struct site_view *view, struct arena *mem);
enum health wordpress_own_health(const struct site_view *view);

#endif
