/*
 * mysql: the database as the sites and its administrator see it. Collectors mysql (logins,
 * status, threads, locks) and mysql.log (error log or journal). Pure; records: collect.sh.
 */
#ifndef PROBES_MYSQL_MYSQL_H
#define PROBES_MYSQL_MYSQL_H

#include "probes/probe.h"

extern const struct probe mysql_probe;
extern const struct cause mysql_causes[];

void mysql_parse(struct chain_facts *facts, struct arena *mem, struct span bytes,
	unsigned flags);
void mysql_parse_log(struct chain_facts *facts, struct arena *mem, struct span bytes,
	unsigned flags);

/* The unit of MySQL on this host, or NULL; a running one wins. */
const struct host_unit *mysql_unit(const struct chain_facts *chain);
/* The server's process on this host, or NULL. */
const struct host_proc *mysql_proc(const struct chain_facts *chain);
/* This site's database is meant to be on this host. */
enum tri mysql_is_local(const struct site_view *v);
/* "shop@localhost via /run/mysqld/mysqld.sock": how the site dials, in words. */
const char *mysql_target(const struct site_view *v, struct arena *mem);
/* Restart and look commands' unit name; "mariadb" when none is known. */
const char *mysql_unit_name(const struct chain_facts *chain);

/* A listener of this host that looks like MySQL's, or NULL. */
const struct host_listener *mysql_listener(const struct chain_facts *chain);

/* The number's error came from the server itself, so it runs and answers. */
bool mysql_server_said(const struct mysql_login *login);

/* It runs a statement for a client: no sleeper, replication or daemon. */
bool mysql_thread_runs(const struct mysql_thread *t);
/* It waits for a lock (by its state or its transaction). */
bool mysql_thread_waits(const struct mysql_facts *m, const struct mysql_thread *t);

struct mysql_lock {
	int waiting;                       /* threads that wait for a lock */
	const struct mysql_thread *victim; /* the one that waits longest */
	const struct mysql_thread *blocker;/* who most likely holds it; NULL: not seen */
	const struct mysql_trx *trx;       /* the blocker's open transaction, or NULL */
	bool sure;                         /* the server names the blocker itself */
};

/* Who waits for whom, among the threads that the report shows. */
struct mysql_lock mysql_locks(const struct mysql_facts *m);

struct mysql_pile {
	int running;                       /* statements of a second and more that wait for no lock */
	int alike;                         /* the biggest group of the same statement, young ones too */
	const struct mysql_thread *oldest; /* of that group */
};

#define MYSQL_SLOW_S 1
/* `db`: count only threads of that database; NULL: all. */
struct mysql_pile mysql_piles(const struct mysql_facts *m, const char *db);

void mysql_look_down(const struct site_view *v, struct finding *f);
void mysql_look_connections(const struct site_view *v, struct finding *f);
void mysql_look_user_limit(const struct site_view *v, struct finding *f);
void mysql_look_lock_wait(const struct site_view *v, struct finding *f);
void mysql_look_slow_queries(const struct site_view *v, struct finding *f);
void mysql_look_access(const struct site_view *v, struct finding *f);
void mysql_look_table(const struct site_view *v, struct finding *f);
void mysql_look_unreachable(const struct site_view *v, struct finding *f);

void mysql_face(const struct site_view *view, struct face *face);
const char *mysql_says(const struct site_view *view, struct arena *mem);
enum health mysql_own_health(const struct site_view *view);

#endif
