/*
 * What we know of PHP-FPM. Reports: fpm (configurations of masters and units, with
 * `-t` where one is down), fpm.log (its log), fpm.slow (slow log).
 * Workers, sockets and queues stand in host/facts.h; fpm_pool joins them.
 */
#ifndef PROBES_FPM_FACTS_H
#define PROBES_FPM_FACTS_H

#include "probes/fact.h"

struct fpm_pool {
	const char *name;
	const char *conf;       /* main php-fpm.conf it belongs to: identity of the master */
	const char *file;       /* where the pool is written */
	struct endpoint listen;
	const char *user, *group;
	const char *listen_owner, *listen_group, *listen_acl_users;
	struct num listen_mode; /* octal value */
	struct num backlog;
	const char *allowed_clients;
	const char *pm;         /* static, dynamic, ondemand */
	struct num max_children;
	struct num terminate_s, slowlog_s; /* seconds; 0 = off */
	const char *slowlog;
	const char *status_path, *ping_path;
	struct endpoint status_listen;
	const char *error_log;  /* php_admin_value[error_log] */
	const char *chroot;
};

/* One php-fpm.conf: a running master, a unit that would start one, or both. */
struct fpm_master {
	const char *conf;
	const char *unit;       /* unit that starts it, or NULL */
	const char *binary;
	const char *version;    /* 8.2, from path or binary */
	struct num pid;         /* running master */
	const char *error_log;
	struct num control_timeout_s, process_max, conf_mtime;
	enum tri test_ok;       /* `-t`, asked only when it does not run */
	const char *test_error; /* its first ERROR line, without FPM's time stamp */
};

enum fpm_event_kind {
	FPM_OTHER,
	FPM_MAX_CHILDREN,
	FPM_BUSY,            /* seems busy */
	FPM_CHILD_SIGNAL,    /* child exited on signal */
	FPM_TERMINATED,      /* execution timed out, terminating */
	FPM_SLOW,            /* executing too slow */
	FPM_STARTED,         /* fpm is running / ready */
	FPM_STOPPING,        /* Terminating, Finishing, bye-bye */
	FPM_RELOADING,
	FPM_BIND_FAILED,
	FPM_ANOTHER_INSTANCE,
	FPM_CONFIG_ERROR,    /* exit 78 family */
	FPM_DISALLOWED,      /* Connection disallowed: IP address */
	FPM_FORK_FAILED,
	FPM_PROCESS_MAX,
	FPM_EMERGENCY,       /* failed processes threshold */
	FPM_PHP_FATAL,       /* a child said PHP Fatal error */
	FPM_SHM,             /* Unable to allocate shared memory segment */
	FPM_TRACE            /* stopped for tracing, about to trace: also after any SIGSTOP */
};

struct fpm_event {
	struct log_line line;
	enum fpm_event_kind kind;
	const char *pool;
	struct num pid, signal, seconds;
	const char *script, *request; /* "GET /x?y" */
};

struct fpm_slow {
	struct log_line line;
	const char *pool;
	struct num pid;
	const char *script;
	const char *top;      /* innermost function, e.g. "curl_exec" */
	const char *plugin;   /* first wp-content/(plugins|mu-plugins|themes)/X, "plugins/X" */
	const char *plugin_line; /* that frame as written */
};

struct fpm_facts {
	struct fpm_master *masters; size_t master_count;
	struct fpm_pool *pools;     size_t pool_count;
	struct fpm_event *events;   size_t event_count; /* oldest first */
	struct fpm_slow *slow;      size_t slow_count;
	enum tri config_readable, log_known;
};

#endif
