/*
 * What we know of each WordPress. Reports: wordpress (configuration and files; wp-config
 * is lexed on the server, only allow-listed constants come back), wordpress.log
 * (PHP error log and debug.log).
 */
#ifndef PROBES_WORDPRESS_FACTS_H
#define PROBES_WORDPRESS_FACTS_H

#include "probes/fact.h"

struct wp_file {
	const char *name;  /* plugin or theme folder, drop-in file */
	const char *kind;  /* plugin, mu-plugin, theme, dropin */
	const char *title; /* "Plugin Name:" header, for drop-ins */
	struct num mtime;
};

struct wp_site {
	const char *docroot;    /* as nginx serves it */
	const char *root;       /* ABSPATH */
	const char *config;     /* wp-config.php or Bedrock's application.php */
	const char *content_dir, *plugin_dir;
	const char *owner;      /* user that owns the tree */
	const char *user;       /* as whom it was read */
	const char *version;
	const char *debug_log;  /* path, when WP_DEBUG_LOG is on */
	struct num config_mtime, version_mtime;
	/* constants; NULL: not set or computed */
	const char *db_name, *db_user, *db_host, *prefix;
	struct endpoint db;     /* DB_HOST as WordPress reads it */
	bool db_computed;       /* a value is not a literal */
	const char *redis_prefix, *redis_client;
	struct endpoint redis;
	struct num redis_database;
	bool redis_used;        /* an object-cache drop-in that talks to Redis is in place */
	bool redis_disabled, redis_graceful;
	bool cron_disabled, multisite;
	const char *memory_limit;
	/* .maintenance */
	enum tri maintenance;   /* the file is there */
	struct num maintenance_mtime, maintenance_since; /* since: literal $upgrading */
	bool maintenance_literal; /* false: time() or other code: never expires */
	const char *maintenance_path, *maintenance_text;
	bool update_running;    /* an updater process runs on the server */
	struct num upgrade_mtime; /* newest thing in wp-content/upgrade; unknown when empty */
	struct num core_mixed;  /* files of core newer than version.php: half an update */
	struct num core_missing;/* essential files of core that are absent or empty */
	const char *core_missing_file; /* the first of them, relative to root */
	const char *unread;     /* the configuration's path when it could not be read */
	struct wp_file *files; size_t file_count;
};

enum php_error_kind { PHP_OTHER, PHP_FATAL, PHP_PARSE, PHP_MEMORY, PHP_TIME, PHP_REDIS,
	PHP_UNDEFINED /* call to undefined function/class: a missing extension or half an update */,
	PHP_NO_SPACE };

struct php_error {
	struct log_line line;
	enum php_error_kind kind;
	const char *file;     /* "... in FILE on line N" */
	struct num file_line;
	const char *plugin;   /* "plugins/X", "mu-plugins/X", "themes/X" of that file, or of
	                       * the first frame of its trace that has one */
	const char *function; /* UNDEFINED: its name */
	const char *wanted;   /* "Failed opening required 'X'": X */
};

/* A PHP that is configured for FPM here. */
struct wp_php {
	const char *version; /* 8.2 */
	const char *modules; /* shared extensions it loads, blank-separated, lower case */
};

struct wordpress_facts {
	struct arena *mem;
	struct wp_site *sites;    size_t site_count;
	struct php_error *errors; size_t error_count; /* oldest first */
	struct wp_php *php;       size_t php_count;
	/* PHP's own error logs as the collector wordpress.log takes them */
	const char **logs;        size_t log_count;
};

#endif
