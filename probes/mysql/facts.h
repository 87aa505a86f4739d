/*
 * What we know of MySQL/MariaDB. Reports: mysql (one login per distinct endpoint and
 * user that a wp-config names, and one as administrator), mysql.log (error log/journal).
 */
#ifndef PROBES_MYSQL_FACTS_H
#define PROBES_MYSQL_FACTS_H

#include "probes/fact.h"

/* One try to log in as a site does. */
struct mysql_login {
	const char *site_root;  /* ABSPATH of the WordPress it belongs to */
	struct endpoint at;
	const char *user, *database, *prefix;
	enum tri ok;
	struct num code;        /* client or server error number: 2002, 1045 ... */
	const char *error;      /* its text */
	struct num ms;
	/* SELECT 1 FROM <prefix>options LIMIT 1 */
	enum tri table_ok;
	struct num table_code;
	const char *table_error;
	bool local;             /* endpoint lies on this machine */
	bool computed;          /* wp-config makes a value at run time: not tried */
	struct num cron_bytes;  /* length of the option "cron": what is still to be done */
	struct num cron_began;  /* wp-cron.php runs since (transient doing_cron), epoch s */
};

struct mysql_thread {
	int64_t id;
	const char *user, *host, *db, *command, *state, *info; /* info: head of the statement */
	struct num time_s;
};

struct mysql_trx {
	int64_t thread;
	const char *state;      /* RUNNING, LOCK WAIT */
	struct num age_s;
	const char *query;      /* NULL: idle in transaction */
	struct num waits_for;   /* thread id of its blocker, if told */
};

enum mysql_event_kind { MY_OTHER, MY_STARTING, MY_READY, MY_SHUTDOWN, MY_CRASH, MY_RECOVERY,
	MY_NO_SPACE, MY_START_FAILED, MY_TABLE_CORRUPT, MY_NO_MEMORY };

struct mysql_event {
	struct log_line line;
	enum mysql_event_kind kind;
};

struct mysql_facts {
	struct arena *mem;
	const char *version;
	enum tri client;          /* a mysql/mariadb client exists there */
	enum tri admin_ok;        /* administrator's login worked */
	const char *admin_error;
	struct num max_connections, threads_connected, threads_running, max_used;
	struct num user_limit;    /* max_user_connections of the server */
	struct num uptime_s, slow_queries;
	bool sees_all;            /* processlist is the whole server's */
	struct mysql_login *logins;   size_t login_count;
	struct mysql_thread *threads; size_t thread_count;
	struct mysql_trx *trxs;       size_t trx_count;
	struct mysql_event *events;   size_t event_count; /* oldest first */
};

#endif
