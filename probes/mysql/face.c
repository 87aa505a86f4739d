/*
 * What the box and the sheet show of MySQL.
 */
#include <string.h>

#include "base/mem.h"
#include "probes/mysql/mysql.h"

static void face_login(const struct site_view *v, struct face *face)
{
	const struct mysql_login *db = v->db;

	if (!db) {
		face_add(face, "login", HEALTH_UNKNOWN, "not tried");
		return;
	}
	face_add(face, "site's login", db->ok == TRI_YES ? HEALTH_OK :
		db->ok == TRI_NO ? HEALTH_BROKEN : HEALTH_UNKNOWN, "%s", db->ok == TRI_YES ?
		mysql_target(v, face->mem) : db->error ? db->error :
		db->computed ? "not tried: wp-config makes a value at run time" : "not tried");
	if (db->table_ok != TRI_UNKNOWN)
		face_add(face, "options table", db->table_ok == TRI_YES ? HEALTH_OK : HEALTH_BROKEN,
			"%s", db->table_ok == TRI_YES ? "can be read" : db->table_error);
	if (db->ms.known)
		face_add(face, "login took", HEALTH_OK, "%lld ms", (long long)db->ms.v);
}

void mysql_face(const struct site_view *v, struct face *face)
{
	const struct mysql_facts *m = &v->chain->mysql;
	const struct host_unit *u = mysql_unit(v->chain);
	struct mysql_lock lock = mysql_locks(m);

	face_login(v, face);
	if (u && u->active)
		face_add(face, "unit", strcmp(u->active, "active") ? HEALTH_WARN : HEALTH_OK, "%s %s",
			u->name ? u->name : "?", u->active);
	if (m->version)
		face_add(face, "version", HEALTH_OK, "%s", m->version);
	if (m->threads_connected.known && m->max_connections.known)
		face_add(face, "connections",
			m->threads_connected.v >= m->max_connections.v ? HEALTH_WARN : HEALTH_OK,
			"%lld of %lld", (long long)m->threads_connected.v,
			(long long)m->max_connections.v);
	if (m->threads_running.known)
		face_add(face, "running", HEALTH_OK, "%lld", (long long)m->threads_running.v);
	if (lock.waiting)
		face_add(face, "lock waits", HEALTH_WARN, "%d", lock.waiting);
	if (m->uptime_s.known)
		face_add(face, "up", HEALTH_OK, "%lld s", (long long)m->uptime_s.v);
	if (m->admin_ok == TRI_NO)
		face_add(face, "administrator", HEALTH_UNKNOWN, "%s",
			m->admin_error ? m->admin_error : "login refused");
}

const char *mysql_says(const struct site_view *v, struct arena *mem)
{
	const struct mysql_facts *m = &v->chain->mysql;
	struct mysql_lock lock = mysql_locks(m);

	if (v->db && v->db->ok == TRI_NO)
		return v->db->error ? v->db->error : "login fails";
	if (v->db && v->db->table_ok == TRI_NO)
		return v->db->table_error;
	if (lock.waiting)
		return arena_printf(mem, "%d wait for a lock", lock.waiting);
	if (m->threads_connected.known && m->max_connections.known)
		return arena_printf(mem, "%lld/%lld connections, %lld running",
			(long long)m->threads_connected.v, (long long)m->max_connections.v,
			(long long)num_or(m->threads_running, 0));
	if (mysql_own_health(v) == HEALTH_ABSENT)
		return mysql_is_local(v) == TRI_NO ? "on another server" : "no site here uses it";
	return mysql_proc(v->chain) ? "runs, login not tried" : "not known";
}

enum health mysql_own_health(const struct site_view *v)
{
	const struct chain_facts *c = v->chain;

	if (v->db && v->db->ok == TRI_YES)
		return v->db->table_ok == TRI_NO ? HEALTH_WARN : HEALTH_OK;
	if (v->db && v->db->ok == TRI_NO)
		return HEALTH_WARN;
	if (!v->wp && !v->db && !mysql_proc(c) && !mysql_unit(c) &&
	    c->host.proc_known == TRI_YES)
		return HEALTH_ABSENT;
	return HEALTH_UNKNOWN;
}
