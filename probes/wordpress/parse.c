/*
 * How it works: the report is one block per WordPress, "user", "site", then what was found,
 * up to "end"; behind the blocks stand "phplog" and "php" records of the machine. Values
 * of constants came through the lexer on the server; a 'c' there means: not a literal.
 */
#include "probes/wordpress/wordpress.h"

#include <string.h>

#include "base/mem.h"
#include "base/text.h"

#define SITES_MAX 100
#define FILES_MAX 1000

struct reader {
	struct arena *mem;
	struct wordpress_facts *f;
	struct wp_site *site;
	struct span conf_user, user; /* borrowed from the report */
	struct span debug_const;     /* WP_DEBUG_LOG's value when it is a path */
	bool debug, debug_log;
};

static const char *keep(struct reader *r, struct span s)
{
	return s.n ? text_clean_dup(r->mem, s) : NULL;
}

static struct num number(struct span s)
{
	struct num n = { 0 };

	n.known = span_int(s, &n.v);
	return n;
}

static void begin(struct reader *r, struct span rest)
{
	struct wp_site *s;

	r->site = NULL;
	r->debug = r->debug_log = false;
	r->debug_const = (struct span){ 0 };
	if (r->f->site_count >= SITES_MAX)
		return;
	s = arena_push(r->mem, &r->f->sites, &r->f->site_count, sizeof(*s));
	r->site = s;
	s->docroot = keep(r, span_field(&rest));
	s->root = keep(r, span_field(&rest));
	s->config = keep(r, rest);
	s->user = keep(r, r->conf_user);
	s->owner = keep(r, r->user);
}

static void db_host(struct reader *r, struct wp_const c)
{
	r->site->db_host = keep(r, c.value);
	r->site->db = wordpress_db_host(r->mem, c.value, span_of("/run/mysqld/mysqld.sock"));
}

static void redis_host(struct reader *r, struct wp_const c)
{
	struct endpoint *e = &r->site->redis;

	if (span_starts(c.value, "/"))
		e->path = keep(r, c.value);
	else
		e->host = keep(r, c.value);
}

static void redis_const(struct reader *r, struct wp_const c)
{
	struct wp_site *s = r->site;
	struct num port;

	if (span_eq(c.name, "WP_REDIS_HOST"))
		redis_host(r, c);
	else if (span_eq(c.name, "WP_REDIS_PATH") && !s->redis.path)
		s->redis.path = keep(r, c.value);
	else if (span_eq(c.name, "WP_REDIS_PORT")) {
		port = number(c.value);
		if (port.known && port.v > 0 && port.v < 65536)
			s->redis.port = (int)port.v;
	} else if (span_eq(c.name, "WP_REDIS_DATABASE"))
		s->redis_database = number(c.value);
	else if (span_eq(c.name, "WP_REDIS_PREFIX"))
		s->redis_prefix = keep(r, c.value);
	else if (span_eq(c.name, "WP_REDIS_CLIENT"))
		s->redis_client = keep(r, c.value);
	else if (span_eq(c.name, "WP_REDIS_GRACEFUL"))
		s->redis_graceful = wordpress_true(c);
	else if (span_eq(c.name, "WP_REDIS_DISABLED"))
		s->redis_disabled = wordpress_true(c);
	else if (span_eq(c.name, "WP_CACHE_KEY_SALT") && !s->redis_prefix)
		s->redis_prefix = keep(r, c.value);
}

static void plain_const(struct reader *r, struct wp_const c)
{
	struct wp_site *s = r->site;

	if (span_eq(c.name, "DB_NAME"))
		s->db_name = keep(r, c.value);
	else if (span_eq(c.name, "DB_USER"))
		s->db_user = keep(r, c.value);
	else if (span_eq(c.name, "DB_HOST"))
		db_host(r, c);
	else if (span_eq(c.name, "$table_prefix"))
		s->prefix = keep(r, c.value);
	else if (span_eq(c.name, "WP_DEBUG"))
		r->debug = wordpress_true(c);
	else if (span_eq(c.name, "WP_DEBUG_LOG")) {
		r->debug_log = wordpress_true(c);
		if (c.type == 's' && span_starts(c.value, "/"))
			r->debug_const = c.value;
	} else if (span_eq(c.name, "DISABLE_WP_CRON"))
		s->cron_disabled = wordpress_true(c);
	else if (span_eq(c.name, "MULTISITE"))
		s->multisite = wordpress_true(c);
	else if (span_eq(c.name, "WP_MEMORY_LIMIT"))
		s->memory_limit = keep(r, c.value);
	else
		redis_const(r, c);
}

static void read_const(struct reader *r, struct span rest)
{
	struct wp_const c = wordpress_const(rest);

	if (span_eq(c.name, "$upgrading")) {
		r->site->maintenance_literal = c.type == 's' || c.type == 'n';
		if (r->site->maintenance_literal)
			r->site->maintenance_since = number(c.value);
		return;
	}
	if (c.type == 'c' && span_starts(c.name, "DB_"))
		r->site->db_computed = true;
	if (c.type == 's' || c.type == 'n')
		plain_const(r, c);
}

/* MTIME OWNER PATH */
static void read_mtime(struct reader *r, struct span rest)
{
	struct num at = number(span_field(&rest));

	span_field(&rest);
	if (r->site->config && span_eq(rest, r->site->config))
		r->site->config_mtime = at;
	else if (span_ends(rest, "/wp-includes/version.php"))
		r->site->version_mtime = at;
}

/* "-" when there is none; else MTIME PATH. Without a $upgrading in it, it has no effect:
 * WordPress then takes the year 1970 for its time. */
static void read_maintenance(struct reader *r, struct span rest)
{
	struct span first = span_field(&rest);

	r->site->maintenance = span_eq(first, "-") ? TRI_NO : TRI_YES;
	r->site->maintenance_mtime = number(first);
	r->site->maintenance_path = keep(r, rest);
	r->site->maintenance_literal = r->site->maintenance == TRI_YES;
}

/* Whether the folder is young is for the causes to say: they know the time. */
static void read_upgrade(struct reader *r, struct span rest)
{
	struct num at = number(span_field(&rest));

	if (at.known && (!r->site->upgrade_mtime.known || at.v > r->site->upgrade_mtime.v))
		r->site->upgrade_mtime = at;
}

static struct span base_name(struct span path)
{
	size_t i = path.n;

	while (i && path.p[i - 1] != '/')
		i--;
	return span_skip(path, i);
}

/* KIND MTIME PATH [TITLE] */
static void read_file(struct reader *r, struct span rest)
{
	struct span kind = span_field(&rest);
	struct num at = number(span_field(&rest));
	struct span path = span_field(&rest);
	struct wp_file *file;

	if (!path.n || span_ends(path, "/index.php") || r->site->file_count >= FILES_MAX)
		return;
	file = arena_push(r->mem, &r->site->files, &r->site->file_count, sizeof(*file));
	file->kind = keep(r, kind);
	file->mtime = at;
	file->name = keep(r, base_name(path));
	file->title = keep(r, rest);
}

static void read_core(struct reader *r, struct span rest)
{
	r->site->core_missing = num_of(num_or(r->site->core_missing, 0) + 1);
	if (!r->site->core_missing_file)
		r->site->core_missing_file = keep(r, rest);
}

static void end(struct reader *r)
{
	struct wp_site *s = r->site;
	struct span log = r->debug_const;

	if (s->redis_used && !s->redis.path) {
		if (!s->redis.host)
			s->redis.host = "127.0.0.1";
		if (!s->redis.port)
			s->redis.port = 6379;
	}
	if (r->debug && r->debug_log)
		s->debug_log = log.n ? keep(r, log) :
			s->content_dir ? arena_printf(r->mem, "%s/debug.log", s->content_dir) : NULL;
	if (!s->core_missing.known)
		s->core_missing = num_of(0);
	r->site = NULL;
}

/* VERSION MODULES */
static void read_php(struct reader *r, struct span rest)
{
	struct wp_php *php = arena_push(r->mem, &r->f->php, &r->f->php_count, sizeof(*php));

	php->version = keep(r, span_field(&rest));
	php->modules = keep(r, span_trim(rest));
}

static void site_line(struct reader *r, struct span name, struct span rest)
{
	struct wp_site *s = r->site;

	if (span_eq(name, "const"))
		read_const(r, rest);
	else if (span_eq(name, "refused") || span_eq(name, "unread"))
		s->unread = keep(r, rest);
	else if (span_eq(name, "content")) {
		s->content_dir = keep(r, span_field(&rest));
		s->plugin_dir = keep(r, rest);
	} else if (span_eq(name, "mtime"))
		read_mtime(r, rest);
	else if (span_eq(name, "version"))
		s->version = keep(r, rest);
	else if (span_eq(name, "maintenance"))
		read_maintenance(r, rest);
	else if (span_eq(name, "maintext"))
		s->maintenance_text = keep(r, rest);
	else if (span_eq(name, "upgrade"))
		read_upgrade(r, rest);
	else if (span_eq(name, "updater"))
		s->update_running = true;
	else if (span_eq(name, "core"))
		read_core(r, rest);
	else if (span_eq(name, "mixed"))
		s->core_mixed = number(rest);
	else if (span_eq(name, "file"))
		read_file(r, rest);
	else if (span_eq(name, "redis"))
		s->redis_used = true;
	else if (span_eq(name, "end"))
		end(r);
}

static void read_line(struct reader *r, struct span line)
{
	struct span rest = line, name = span_field(&rest);

	if (span_eq(name, "user")) {
		r->conf_user = span_field(&rest);
		r->user = rest;
	} else if (span_eq(name, "site"))
		begin(r, rest);
	else if (span_eq(name, "php"))
		read_php(r, rest);
	else if (span_eq(name, "phplog") && r->f->log_count < SITES_MAX)
		*(const char **)arena_push(r->mem, &r->f->logs, &r->f->log_count,
			sizeof(*r->f->logs)) = arena_printf(r->mem, "-:%s", keep(r, rest));
	else if (r->site)
		site_line(r, name, rest);
}

void wordpress_parse(struct chain_facts *facts, struct arena *mem, struct span bytes,
	unsigned flags)
{
	struct wordpress_facts *f = &facts->wordpress;
	struct php_error *errors = f->errors;
	size_t count = f->error_count;
	struct reader r = { .mem = mem, .f = f };
	struct span line;

	(void)flags;
	memset(f, 0, sizeof(*f));
	f->mem = mem;
	f->errors = errors; /* of the other report, wordpress.log */
	f->error_count = count;
	while (span_line(&bytes, &line))
		read_line(&r, line);
}
