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

/* A thread that is somebody's request or job: no replication, no daemon. */
bool mysql_thread_works(const struct mysql_thread *t);
/* It waits for a lock (by its state or its transaction). */
bool mysql_thread_waits(const struct mysql_facts *m, const struct mysql_thread *t);
/* The thread that holds up the waiting ones; NULL when nobody waits or none is seen. */
const struct mysql_thread *mysql_blocker(const struct mysql_facts *m, int *ret_waiting,
	const struct mysql_trx **ret_trx);

void mysql_face(const struct site_view *view, struct face *face);
const char *mysql_says(const struct site_view *view, struct arena *mem);
enum health mysql_own_health(const struct site_view *view);

#endif
