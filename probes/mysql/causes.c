/*
 * The database's rows, and the causes that are told by how the site's own login ends. A
 * login is a state, measured this round with the site's own credentials; unit, process
 * and listener stand in where no client or no rights are there.
 */
#include <string.h>

#include "base/mem.h"
#include "probes/mysql/mysql.h"
#include "probes/wordpress/wordpress.h"

static bool code_in(struct num code, const int *codes)
{
	for (; code.known && *codes; codes++)
		if (*codes == code.v)
			return true;
	return false;
}

static void say_login(const struct site_view *v, struct finding *f)
{
	finding_state(f, mysql_target(v, f->mem), v->now, "%s",
		v->db->error ? v->db->error : "no answer");
}

static void say_page(const struct site_view *v, struct finding *f)
{
	const struct page *page = wordpress_page_mark(v, MARK_DB_ERROR);

	if (page)
		finding_page(f, page);
}

static bool unit_is(const struct host_unit *u, const char *active)
{
	return u && u->active && !strcmp(u->active, active);
}

static void say_unit(const struct site_view *v, struct finding *f, const struct host_unit *u)
{
	finding_state(f, u->name, v->now, "%s (%s%s%s)", u->active, u->sub ? u->sub : "?",
		u->result && strcmp(u->result, "success") != 0 ? ", " : "",
		u->result && strcmp(u->result, "success") != 0 ? u->result : "");
	if (u->changed_at.known)
		f->since = u->changed_at;
}

/* The newest line that tells why it ended; within the window it supports. */
static const struct mysql_event *last_words(const struct site_view *v)
{
	const struct mysql_facts *m = &v->chain->mysql;
	const struct mysql_event *e;
	size_t i;

	for (i = m->event_count; i-- > 0;) {
		e = &m->events[i];
		if (e->kind == MY_READY)
			return NULL;
		if (e->kind != MY_STARTING && e->kind != MY_OTHER && view_recent(v, &e->line))
			return e;
	}
	return NULL;
}

static const char *down_title(const struct site_view *v, struct finding *f,
	const struct host_unit *u, const struct host_proc *proc)
{
	const struct mysql_event *e = last_words(v);

	if (proc && proc->state == 'T')
		return "MySQL is frozen: its process is stopped";
	if (unit_is(u, "activating") || (proc && !mysql_listener(v->chain)))
		return "MySQL is starting and does not answer yet";
	if (proc)
		return "MySQL runs, but does not answer";
	if (e && e->kind == MY_CRASH)
		return "MySQL crashed";
	if (e && (e->kind == MY_START_FAILED || e->kind == MY_NO_MEMORY || e->kind == MY_NO_SPACE))
		return "MySQL does not start";
	if (u && u->result && !strcmp(u->result, "signal"))
		return "MySQL was killed";
	return finding_text(f, "MySQL is stopped%s%s", u && u->name ? ": " : "",
		u && u->name ? u->name : "");
}

static const char *down_fix(const struct site_view *v, struct finding *f,
	const struct host_unit *u, const struct host_proc *proc)
{
	const char *unit = mysql_unit_name(v->chain);

	if (proc && proc->state == 'T')
		return finding_text(f, "kill -CONT %d   # it was stopped, not ended", proc->pid);
	if (unit_is(u, "activating"))
		return finding_text(f, "wait: journalctl -fu %s   # recovery may take minutes", unit);
	return finding_text(f, "journalctl -u %s -n 50 --no-pager   # why it ended\nsystemctl start %s",
		unit, unit);
}

/* It answers the site, or refuses it with words of its own: it is not down. */
static bool answers(const struct site_view *v, struct finding *f)
{
	if (!v->db)
		return false;
	if (v->db->ok == TRI_YES) {
		finding_rule_out(f, "the site's own login works (%lld ms)",
			(long long)num_or(v->db->ms, 0));
		return true;
	}
	if (mysql_server_said(v->db)) {
		finding_rule_out(f, "MySQL answers: %s", v->db->error);
		return true;
	}
	return false;
}

void mysql_look_down(const struct site_view *v, struct finding *f)
{
	const struct host_unit *u = mysql_unit(v->chain);
	const struct host_proc *proc = mysql_proc(v->chain);
	const struct mysql_event *e;
	enum tri local = mysql_is_local(v);
	bool failed = v->db && v->db->ok == TRI_NO;
	bool gone = !proc && v->chain->host.proc_known == TRI_YES;
	bool unit_down = u && u->active && !unit_is(u, "active") && !unit_is(u, "reloading");

	if (answers(v, f))
		return;
	if (local == TRI_NO) {
		finding_rule_out(f, "the site's database is not on this server (%s)",
			mysql_target(v, f->mem));
		return;
	}
	/* nothing of this site says that it needs a MySQL here */
	if (local == TRI_UNKNOWN && !wordpress_page_mark(v, MARK_DB_ERROR))
		return;
	/* it runs and listens elsewhere than the site dials: unreachable, not down */
	if (failed && proc && proc->state != 'T' && !unit_down && v->db->code.v != 2013 &&
	    mysql_listener(v->chain))
		return;
	if (failed)
		say_login(v, f);
	if (unit_down && !proc)
		say_unit(v, f, u);
	else if (unit_down && u->name)
		finding_note(f, u->name, v->now, "%s", u->active);
	if (proc && proc->state == 'T')
		finding_state(f, finding_text(f, "process %d", proc->pid), v->now,
			"%s is in state T (stopped)", proc->comm ? proc->comm : "mysqld");
	if (gone && !unit_down && !failed)
		finding_state(f, "/proc", v->now, "no mysqld or mariadbd process");
	if (!f->decisive)
		return;
	e = last_words(v);
	if (e)
		finding_log(f, v, &e->line);
	say_page(v, f);
	finding_prove(f, HEALTH_BROKEN);
	f->title = down_title(v, f, u, proc);
	f->fix = down_fix(v, f, u, proc);
	f->subject = mysql_unit_name(v->chain);
	f->changes_mind = "a login with the site's own credentials that works";
}

static int idle_threads(const struct mysql_facts *m)
{
	size_t i;
	int n = 0;

	for (i = 0; i < m->thread_count; i++)
		n += m->threads[i].command && !strcmp(m->threads[i].command, "Sleep");
	return n;
}

static int64_t children_sum(const struct chain_facts *chain)
{
	int64_t sum = 0;
	size_t i;

	for (i = 0; i < chain->fpm.pool_count; i++)
		sum += num_or(chain->fpm.pools[i].max_children, 0);
	return sum;
}

void mysql_look_connections(const struct site_view *v, struct finding *f)
{
	const struct mysql_facts *m = &v->chain->mysql;
	int64_t max = num_or(m->max_connections, 0), now = num_or(m->threads_connected, 0);
	bool refused = v->db && v->db->ok == TRI_NO && num_or(v->db->code, 0) == 1040;
	bool full = m->max_connections.known && m->threads_connected.known && now >= max;

	if (v->db && v->db->ok == TRI_YES && !(full && wordpress_page_mark(v, MARK_DB_ERROR))) {
		if (m->threads_connected.known && max && !full)
			finding_rule_out(f, "%lld of %lld connections in use, and the site's login works",
				(long long)now, (long long)max);
		return;
	}
	if (!refused && !full)
		return;
	if (refused)
		say_login(v, f);
	if (full)
		finding_state(f, "SHOW GLOBAL STATUS", v->now,
			"Threads_connected %lld, max_connections %lld", (long long)now, (long long)max);
	else if (m->max_used.known && max && m->max_used.v >= max)
		finding_note(f, "SHOW GLOBAL STATUS", v->now,
			"Max_used_connections %lld, max_connections %lld", (long long)m->max_used.v,
			(long long)max);
	if (m->sees_all && idle_threads(m))
		finding_note(f, "SHOW PROCESSLIST", v->now, "%d of them sleep", idle_threads(m));
	if (max && children_sum(v->chain) > max)
		finding_note(f, "PHP-FPM configuration", v->now,
			"pools may run %lld workers, MySQL takes %lld connections",
			(long long)children_sum(v->chain), (long long)max);
	say_page(v, f);
	finding_prove(f, HEALTH_BROKEN);
	if (max)
		f->title = finding_text(f, "MySQL refuses new connections: all %lld are in use",
			(long long)max);
	f->fix = finding_text(f, "mariadb -e 'SHOW FULL PROCESSLIST'   # who holds them; end idle ones "
		"with KILL\nmariadb -e 'SET GLOBAL max_connections = %lld'   # only within RAM",
		(long long)(max ? max + max / 2 : 200));
	f->changes_mind = "a login of the site that works";
}

void mysql_look_user_limit(const struct site_view *v, struct finding *f)
{
	static const int codes[] = { 1203, 1226, 0 };

	if (!v->db)
		return;
	if (v->db->ok == TRI_YES) {
		finding_rule_out(f, "the site's own login works");
		return;
	}
	if (!code_in(v->db->code, codes))
		return;
	say_login(v, f);
	say_page(v, f);
	finding_prove(f, HEALTH_BROKEN);
	f->title = finding_text(f, "MySQL lets user %s open no more connections",
		v->db->user ? v->db->user : "of this site");
	f->fix = finding_text(f, "mariadb -e \"ALTER USER '%s'@'localhost' WITH MAX_USER_CONNECTIONS 0\"   "
		"# or ask the host to raise the limit", v->db->user ? v->db->user : "USER");
	f->subject = v->db->user;
	f->changes_mind = "a login of the site that works";
}

static void access_login(const struct site_view *v, struct finding *f)
{
	const struct mysql_login *db = v->db;
	const char *conf = v->wp && v->wp->config ? v->wp->config : "wp-config.php";
	int64_t code = num_or(db->code, 0);

	say_login(v, f);
	if (code == 1049) {
		f->title = finding_text(f, "There is no database %s", db->database ? db->database : "?");
		f->fix = finding_text(f, "mariadb -e 'SHOW DATABASES'   # then correct DB_NAME in %s", conf);
		return;
	}
	f->title = finding_text(f, "MySQL does not let user %s in%s%s", db->user ? db->user : "?",
		code == 1044 && db->database ? " to database " : "",
		code == 1044 && db->database ? db->database : "");
	f->fix = finding_text(f, "correct DB_USER and DB_PASSWORD in %s, or in MySQL:\n"
		"mariadb -e \"ALTER USER '%s'@'localhost' IDENTIFIED BY '...'\"", conf,
		db->user ? db->user : "USER");
}

static void access_table(const struct site_view *v, struct finding *f)
{
	const struct mysql_login *db = v->db;

	finding_state(f, mysql_target(v, f->mem), v->now, "%s", db->table_error);
	f->title = finding_text(f, "Database %s holds no tables with prefix %s",
		db->database ? db->database : "?", db->prefix ? db->prefix : "?");
	f->fix = finding_text(f, "mariadb %s -e \"SHOW TABLES LIKE '%%options'\"   # then set "
		"$table_prefix (now %s) or DB_NAME in %s", db->database ? db->database : "",
		db->prefix ? db->prefix : "?", v->wp && v->wp->config ? v->wp->config : "wp-config.php");
}

/* It does not even try a login: WordPress finds no wp-config.php. */
static void access_no_config(const struct site_view *v, struct finding *f)
{
	const char *root = v->wp && v->wp->root ? v->wp->root : v->server && v->server->root ?
		v->server->root : "the site's folder";

	f->title = "WordPress finds no wp-config.php: visitors are sent to its installer";
	f->fix = finding_text(f, "put wp-config.php back into %s (or one level above), readable for the "
		"pool's user; do not run the installer", root);
	f->refuter_missing = true; /* the catalogue has no id of its own for it */
}

#define CROWDED 40 /* connections: then it may be their number */

/* The page says that there is no database, MySQL is well, and nobody could try the login. */
static void access_unseen(const struct site_view *v, struct finding *f)
{
	const struct page *page = wordpress_page_mark(v, MARK_DB_ERROR);
	const struct host_proc *proc = mysql_proc(v->chain);
	const struct host_listener *l = mysql_listener(v->chain);

	if (!page || !proc || proc->state == 'T' || !l || num_or(l->accepted, 0) >= CROWDED ||
	    mysql_is_local(v) == TRI_NO || (v->db && v->db->ok != TRI_UNKNOWN))
		return;
	finding_page(f, page);
	f->decisive++;
	finding_note(f, "/proc", v->now, "%s runs and listens at %s%s, %lld connections",
		proc->comm ? proc->comm : "mysqld", l->at.path ? l->at.path : "port ",
		l->at.path ? "" : finding_text(f, "%d", l->at.port), (long long)num_or(l->accepted, 0));
	f->title = "MySQL runs, but the site cannot use it: most likely its login in wp-config.php";
	f->refuter_missing = true;
}

void mysql_look_access(const struct site_view *v, struct finding *f)
{
	static const int refused[] = { 1044, 1045, 1049, 1698, 1251, 1275, 1820, 1862, 2059, 3118, 4151, 0 };
	static const int no_table[] = { 1146, 1142, 0 };
	const struct page *install = wordpress_page_mark(v, MARK_INSTALL);
	bool login = v->db && v->db->ok == TRI_NO && code_in(v->db->code, refused);
	bool table = v->db && v->db->table_ok == TRI_NO && code_in(v->db->table_code, no_table);

	if (v->db && v->db->ok == TRI_YES && v->db->table_ok == TRI_YES && !install) {
		finding_rule_out(f, "the site's login works and %soptions can be read",
			v->db->prefix ? v->db->prefix : "");
		return;
	}
	if (login)
		access_login(v, f);
	else if (table)
		access_table(v, f);
	if (install) {
		finding_page(f, install);
		f->decisive++; /* the redirect is what the site does now */
	}
	if (install && install->location && strstr(install->location, "setup-config.php"))
		access_no_config(v, f);
	if (!f->decisive)
		access_unseen(v, f);
	if (!f->decisive)
		return;
	if (v->wp && v->wp->config_mtime.known && v->now - v->wp->config_mtime.v < 86400) {
		finding_note(f, v->wp->config, v->wp->config_mtime.v, "changed %lld min ago",
			(long long)((v->now - v->wp->config_mtime.v) / 60));
		f->since = v->wp->config_mtime;
	}
	say_page(v, f);
	finding_prove(f, HEALTH_BROKEN);
	f->subject = v->db ? v->db->user : NULL;
	f->changes_mind = "a login with what wp-config says that works";
}

void mysql_look_table(const struct site_view *v, struct finding *f)
{
	static const int codes[] = { 126, 127, 132, 134, 141, 144, 145, 1030, 1034, 1035, 1194, 1195,
		1712, 1877, 1932, 0 };
	const struct mysql_facts *m = &v->chain->mysql;
	const struct mysql_event *e = NULL;
	bool table = v->db && v->db->table_ok == TRI_NO && code_in(v->db->table_code, codes);
	size_t i;

	for (i = m->event_count; i-- > 0 && !e;)
		if (m->events[i].kind == MY_TABLE_CORRUPT && view_fresh(v, &m->events[i].line))
			e = &m->events[i];
	if (!table && v->db && v->db->table_ok == TRI_YES && !e) {
		finding_rule_out(f, "the site's options table can be read");
		return;
	}
	/* a line of another site's table is none of ours */
	if (e && !table && (!v->db || !v->db->database || !strstr(e->line.text, v->db->database)))
		e = NULL;
	if (!table && !e)
		return;
	if (table)
		finding_state(f, mysql_target(v, f->mem), v->now, "%s", v->db->table_error);
	if (e)
		finding_log(f, v, &e->line);
	say_page(v, f);
	/* pages may come without what stood in that table */
	finding_prove(f, table || view_page_fails(v) ? HEALTH_BROKEN : HEALTH_WARN);
	f->title = finding_text(f, "A table of database %s is damaged",
		v->db && v->db->database ? v->db->database : "?");
	f->fix = finding_text(f, "cp -a /var/lib/mysql/%s /root/   # a copy first, then (MyISAM, Aria):\n"
		"mariadb-check --repair %s", v->db && v->db->database ? v->db->database : "DB",
		v->db && v->db->database ? v->db->database : "DB");
	f->changes_mind = "CHECK TABLE that finds nothing";
}

static int connecting_peers(const struct site_view *v, const struct endpoint *at)
{
	const struct host_facts *h = &v->chain->host;
	size_t i;
	int n = 0;

	for (i = 0; at && !at->path && i < h->peer_count; i++)
		n += h->peers[i].connecting && h->peers[i].remote.port == at->port;
	return n;
}

void mysql_look_unreachable(const struct site_view *v, struct finding *f)
{
	static const int codes[] = { 2002, 2003, 2005, 2013, 1129, 1130, 0 };
	const struct endpoint *at = v->db && endpoint_set(&v->db->at) ? &v->db->at :
		v->wp && endpoint_set(&v->wp->db) ? &v->wp->db : NULL;
	bool failed = v->db && v->db->ok == TRI_NO && code_in(v->db->code, codes);
	bool local = mysql_is_local(v) == TRI_YES;
	const struct host_listener *l = mysql_listener(v->chain);
	int peers = connecting_peers(v, at);

	if (v->db && v->db->ok == TRI_YES) {
		finding_rule_out(f, "the site's own login works");
		return;
	}
	/* a local server that does not answer at all is down, unless it listens elsewhere */
	if (failed && local && !mysql_server_said(v->db) &&
	    (!l || v->db->code.v == 2013 || endpoint_same(&l->at, &v->db->at) ||
	     !mysql_proc(v->chain)))
		return;
	if (failed)
		say_login(v, f);
	if (peers)
		finding_state(f, "/proc/net/tcp", v->now, "%d connections of PHP to port %d get no answer",
			peers, at->port);
	if (!f->decisive)
		return;
	if (failed && local && l)
		finding_note(f, "/proc/net", v->now, "MySQL listens at %s%s%s%d",
			l->at.path ? l->at.path : l->at.host ? l->at.host : "*", l->at.path ? "" : ":",
			"", l->at.path ? 0 : l->at.port);
	say_page(v, f);
	finding_prove(f, HEALTH_BROKEN);
	f->title = finding_text(f, "The database does not answer: %s", mysql_target(v, f->mem));
	if (at && !at->path && at->host)
		f->fix = finding_text(f, "ping -c 3 %s; nc -vz -w 3 %s %d   # network, security group, bind-address; "
			"1129: mariadb-admin flush-hosts there", at->host, at->host, at->port);
	f->changes_mind = "a login of the site that works";
}

#define PILED_UP "fpm.waits_on_mysql fpm.pool_saturated fpm.backlog_full fpm.script_timeout " \
	"fpm.slow_endpoint fpm.dead_work_queue fpm.terminate_timeout fpm.bot_flood " \
	"fpm.lock_contention wordpress.plugin_hang wordpress.cron_storm"
#define NO_DATABASE "wordpress.plugin_fatal wordpress.file_fatal wordpress.missing_extension redis.poisoned_cache"

const struct cause mysql_causes[] = {
	{
		.id = "mysql.down", .link = LINK_MYSQL, .title = "MySQL is stopped",
		.arrow = "fpm>mysql",
		.explains = PILED_UP " " NO_DATABASE " mysql.unreachable",
		.look = mysql_look_down,
		.signs = "the site's own login ends in 2002; unit inactive, failed or activating; no mysqld "
			"process; socket file absent (clean stop) or refused (killed)",
		.not_if = "any login works, or MySQL answers with an error of its own; the site's database "
			"is on another server",
		.fix = "look why it ended (journal, disk, kernel OOM), then systemctl start mariadb; while it "
			"says activating it recovers: wait",
		.wrong_fix = "kill -9 during recovery, deleting ib_logfile* or ibdata: turns minutes into lost data; "
			"restarting PHP-FPM changes nothing",
		.actions = "start-mysql",
		.plain = "WordPress keeps every page's text in the database. The database program is not running, "
			"so no page can be made.",
	},
	{
		.id = "mysql.connections_exhausted", .link = LINK_MYSQL,
		.title = "MySQL refuses new connections: too many", .arrow = "fpm>mysql",
		.explains = PILED_UP " " NO_DATABASE,
		.look = mysql_look_connections,
		.signs = "error 1040 at the site's own login; Threads_connected at max_connections",
		.not_if = "the error is 1203 or 1226 (a cap on this user), or logins work",
		.fix = "find who holds the connections (SHOW FULL PROCESSLIST); end idle ones, cut pm.max_children so "
			"that all pools together stay below max_connections",
		.wrong_fix = "only raising max_connections: each one costs memory, and what holds them goes on",
		.actions = "kill-query",
		.plain = "The database answers only so many callers at once. All lines are taken, new callers hear "
			"the engaged tone.",
	},
	{
		.id = "mysql.user_limit", .link = LINK_MYSQL,
		.title = "MySQL lets this user open no more connections", .arrow = "fpm>mysql",
		.explains = PILED_UP " " NO_DATABASE,
		.look = mysql_look_user_limit,
		.signs = "error 1203 or 1226 at the site's own login",
		.not_if = "the site's login works",
		.fix = "raise the account's limit (ALTER USER ... WITH MAX_USER_CONNECTIONS) or let fewer PHP "
			"workers run",
		.wrong_fix = "raising max_connections: the limit is on this user, not on the server",
		.actions = "",
		.plain = "The hosting gives this site's database user only a few lines at a time, and they are "
			"all in use.",
	},
	{
		.id = "mysql.lock_wait", .link = LINK_MYSQL,
		.title = "One database session holds a lock, others wait for it", .arrow = "fpm>mysql",
		.explains = PILED_UP " mysql.slow_queries mysql.connections_exhausted mysql.user_limit",
		.look = mysql_look_lock_wait,
		.signs = "threads in 'Waiting for ... lock' or transactions in LOCK WAIT, and one old session that "
			"waits for nothing",
		.not_if = "the whole process list shows nobody waiting",
		.fix = "end the blocker only: KILL its id",
		.wrong_fix = "killing the waiting ones, or restarting MySQL: others come and wait again; a restart "
			"rolls back and starts cold",
		.actions = "kill-query",
		.plain = "One job has locked a table and keeps it. Every page needs that table and stands in line "
			"behind it.",
	},
	{
		.id = "mysql.slow_queries", .link = LINK_MYSQL,
		.title = "One slow statement piles up in MySQL", .arrow = "fpm>mysql",
		.explains = PILED_UP " mysql.connections_exhausted mysql.user_limit",
		.look = mysql_look_slow_queries,
		.signs = "many threads run the same statement for seconds, none waits for a lock",
		.not_if = "they wait for a lock, or no statement runs long",
		.fix = "KILL QUERY the oldest; then an index or a switched-off plugin for the statement",
		.wrong_fix = "restarting MySQL: its memory is cold afterwards and the same statement comes again",
		.actions = "kill-query disable-plugins",
		.plain = "Every page asks the database the same hard question, and each answer takes longer than "
			"the visitors have patience.",
	},
	{
		.id = "mysql.access_denied", .link = LINK_MYSQL,
		.title = "MySQL does not let the site in", .arrow = "fpm>mysql",
		.explains = NO_DATABASE,
		.look = mysql_look_access,
		.signs = "error 1045, 1044 or 1049 at the site's own login; no table with its prefix; pages redirect "
			"to wp-admin/install.php",
		.not_if = "the site's login works and its options table can be read",
		.fix = "put the right DB_NAME, DB_USER, DB_PASSWORD, $table_prefix back into wp-config.php",
		.wrong_fix = "running install.php or reinstalling WordPress: makes an empty site beside the real one",
		.actions = "",
		.plain = "The name or password the site uses for its database is not (or no longer) right.",
	},
	{
		.id = "mysql.table_corrupt", .link = LINK_MYSQL,
		.title = "A database table is damaged", .arrow = "fpm>mysql",
		.explains = NO_DATABASE " mysql.access_denied",
		.look = mysql_look_table,
		.signs = "1194, 145, 1034 or 1932 on the options table, or the error log calls a table crashed",
		.not_if = "the table can be read; the login itself fails (1045, 1049)",
		.fix = "copy the data directory, then REPAIR TABLE (MyISAM, Aria); InnoDB: restore from backup",
		.wrong_fix = "restarting MySQL, or innodb_force_recovery without a copy: repairs nothing and may "
			"lose more",
		.actions = "",
		.plain = "A file of the database was damaged, by a crash or a full disk for example. It must be "
			"repaired before it can be read.",
	},
	{
		.id = "mysql.unreachable", .link = LINK_MYSQL,
		.title = "The database server cannot be reached", .arrow = "fpm>mysql",
		.explains = PILED_UP " " NO_DATABASE " fpm.waits_on_remote_http",
		.look = mysql_look_unreachable,
		.signs = "connecting to the remote database gets no answer; PHP workers hang in SYN-SENT; 1129 or 1130",
		.not_if = "the site's login works",
		.fix = "network, security group, bind-address and host grant of the database server; "
			"mariadb-admin flush-hosts for 1129",
		.wrong_fix = "restarting PHP-FPM: the new workers dial the same dead address",
		.actions = "",
		.plain = "The database is on another machine (or at another address) and nobody picks up there.",
	},
	{ 0 },
};
