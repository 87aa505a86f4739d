/*
 * The link's table entry, and the words the causes and the face share.
 */
#include "probes/mysql/mysql.h"

#include <string.h>

#include "base/mem.h"

extern const char probes_mysql_collect_sh[];

static const struct collector collectors[] = {
	{ "mysql", 1, mysql_parse },
	{ "mysql.log", 1, mysql_parse_log },
	{ 0 },
};

const struct probe mysql_probe = {
	.link = LINK_MYSQL,
	.title = "MySQL",
	.script = probes_mysql_collect_sh,
	.collectors = collectors,
	.causes = mysql_causes,
	.face = mysql_face,
	.says = mysql_says,
	.own_health = mysql_own_health,
};

static bool is_active(const struct host_unit *u)
{
	return u->active && strcmp(u->active, "active") == 0;
}

static bool has_state(const struct host_unit *u)
{
	return u->active && strcmp(u->active, "inactive") != 0;
}

/* A running one wins, then one that failed or starts, then one that is enabled. */
const struct host_unit *mysql_unit(const struct chain_facts *chain)
{
	const struct host_unit *best = NULL, *u;
	int rank, best_rank = -1;
	size_t i;

	for (i = 0; i < chain->host.unit_count; i++) {
		u = &chain->host.units[i];
		if (u->kind != UNIT_MYSQL)
			continue;
		rank = is_active(u) ? 3 : has_state(u) ? 2 :
			u->enabled && !strcmp(u->enabled, "enabled") ? 1 : 0;
		if (rank > best_rank) {
			best = u;
			best_rank = rank;
		}
	}
	return best;
}

const struct host_proc *mysql_proc(const struct chain_facts *chain)
{
	size_t i;

	for (i = 0; i < chain->host.proc_count; i++)
		if (chain->host.procs[i].role == PROC_MYSQL && chain->host.procs[i].state != 'Z')
			return &chain->host.procs[i];
	return NULL;
}

const struct host_listener *mysql_listener(const struct chain_facts *chain)
{
	const struct host_listener *l;
	size_t i;

	for (i = 0; i < chain->host.listener_count; i++) {
		l = &chain->host.listeners[i];
		if (l->comm && (!strcmp(l->comm, "mariadbd") || !strcmp(l->comm, "mysqld")))
			return l;
		if (l->at.path && (strstr(l->at.path, "mysqld.sock") || strstr(l->at.path, "mysql.sock")))
			return l;
		if (!l->at.path && l->at.port == 3306)
			return l;
	}
	return NULL;
}

static const struct endpoint *dialled(const struct site_view *v)
{
	if (v->db && endpoint_set(&v->db->at))
		return &v->db->at;
	return v->wp && endpoint_set(&v->wp->db) ? &v->wp->db : NULL;
}

enum tri mysql_is_local(const struct site_view *v)
{
	const struct endpoint *at = dialled(v);
	struct endpoint here = { .host = "localhost" };
	const char *hit;
	size_t n;

	if (v->db && v->db->local)
		return TRI_YES;
	if (!at)
		return TRI_UNKNOWN;
	here.port = at->port;
	if (at->path || endpoint_same(at, &here))
		return TRI_YES;
	n = at->host ? strlen(at->host) : 0;
	hit = n && v->chain->host.addresses ? strstr(v->chain->host.addresses, at->host) : NULL;
	if (hit && (hit[n] == ' ' || !hit[n]) &&
	    (hit == v->chain->host.addresses || hit[-1] == ' '))
		return TRI_YES;
	return TRI_NO;
}

const char *mysql_target(const struct site_view *v, struct arena *mem)
{
	const struct endpoint *at = dialled(v);
	const char *user = v->db && v->db->user ? v->db->user :
		v->wp && v->wp->db_user ? v->wp->db_user : "the site's user";

	if (!at)
		return "MySQL";
	if (at->path)
		return arena_printf(mem, "%s at %s", user, at->path);
	return arena_printf(mem, "%s at %s:%d", user, at->host ? at->host : "?", at->port);
}

const char *mysql_unit_name(const struct chain_facts *chain)
{
	const struct host_unit *u = mysql_unit(chain);

	return u && u->name ? u->name : "mariadb";
}

bool mysql_server_said(const struct mysql_login *login)
{
	return login->ok == TRI_NO && login->code.known &&
	       (login->code.v < 2000 || login->code.v >= 3000);
}
