/* The database's causes: what must not be said first, then what must. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "db_help.h"
#include "probes/mysql/mysql.h"

static struct host_unit unit = { .name = "mariadb.service", .kind = UNIT_MYSQL, .active = "active",
	.sub = "running", .enabled = "enabled" };

static void with_unit(struct scene *s, const char *active, const char *sub)
{
	unit.active = active;
	unit.sub = sub;
	s->chain.host.units = &unit;
	s->chain.host.unit_count = 1;
	s->chain.host.proc_known = TRI_YES;
}

static void with_server(struct scene *s, char state)
{
	s->procs[7] = (struct host_proc){ .pid = 777, .role = PROC_MYSQL, .state = state,
		.comm = "mariadbd" };
	s->chain.host.procs = &s->procs[7];
	s->chain.host.proc_count = 1;
	s->chain.host.proc_known = TRI_YES;
}

static void assert_state(struct scene *s, const char *id, enum finding_state want)
{
	assert_int_equal(scene_look(s, mysql_causes, id).state, want);
}

static void rows(void **state)
{
	(void)state;
	rows_are_whole(mysql_causes, 8);
	nothing_is_nothing(mysql_causes);
}

/* Stopped, but nobody is configured to reach it here. */
static void absent_is_not_broken(void **state)
{
	struct scene s;

	(void)state;
	scene_begin(&s);
	with_unit(&s, "inactive", "dead");
	s.view.wp = NULL;
	assert_state(&s, "mysql.down", FINDING_NOTHING);
	s.view.wp = &s.wp;
	s.wp.db = (struct endpoint){ .host = "db.internal", .port = 3306 };
	assert_state(&s, "mysql.down", FINDING_RULED_OUT);
	scene_end(&s);
}

static void works_rules_out(void **state)
{
	static const char *const ids[] = { "mysql.down", "mysql.connections_exhausted",
		"mysql.user_limit", "mysql.access_denied", "mysql.table_corrupt", "mysql.unreachable" };
	struct scene s;
	size_t i;

	(void)state;
	scene_begin(&s);
	scene_login(&s, TRI_YES, 0, NULL);
	scene_page(&s, 500, MARK_CRITICAL);
	s.chain.mysql.max_connections = num_of(100);
	s.chain.mysql.threads_connected = num_of(7);
	with_unit(&s, "failed", "failed");
	for (i = 0; i < 6; i++)
		assert_state(&s, ids[i], FINDING_RULED_OUT);
	scene_end(&s);
}

static void down(void **state)
{
	struct scene s;
	struct finding f;

	(void)state;
	scene_begin(&s);
	with_unit(&s, "inactive", "dead");
	scene_login(&s, TRI_NO, 2002, "ERROR 2002 (HY000): Can't connect ... (2)");
	scene_page(&s, 500, MARK_DB_ERROR);
	f = scene_look(&s, mysql_causes, "mysql.down");
	assert_int_equal(f.state, FINDING_PROVEN);
	assert_int_equal(f.health, HEALTH_BROKEN);
	assert_int_equal(f.decisive, 2);
	assert_int_equal(f.evidence_count, 3);
	assert_non_null(strstr(f.fix, "systemctl start mariadb.service"));
	assert_state(&s, "mysql.unreachable", FINDING_NOTHING);
	/* without a client the unit alone says it */
	s.view.db = NULL;
	assert_state(&s, "mysql.down", FINDING_PROVEN);
	/* without rights to read wp-config the page says that a database is wanted */
	s.wp.db = (struct endpoint){ 0 };
	assert_state(&s, "mysql.down", FINDING_PROVEN);
	s.page.marks = 0;
	assert_state(&s, "mysql.down", FINDING_NOTHING);
	scene_end(&s);
}

static void frozen_and_elsewhere(void **state)
{
	struct host_listener at = { .at = { .path = "/run/mysqld/other-mysqld.sock" }, .comm = "mariadbd" };
	struct scene s;
	struct finding f;

	(void)state;
	scene_begin(&s);
	with_server(&s, 'T');
	scene_login(&s, TRI_NO, 2013, "no answer within 5 s");
	f = scene_look(&s, mysql_causes, "mysql.down");
	assert_int_equal(f.state, FINDING_PROVEN);
	assert_non_null(strstr(f.title, "frozen"));
	assert_non_null(strstr(f.fix, "kill -CONT 777"));
	/* it runs, but at another socket than the site dials */
	with_server(&s, 'S');
	s.chain.host.listeners = &at;
	s.chain.host.listener_count = 1;
	scene_login(&s, TRI_NO, 2002, "ERROR 2002");
	assert_state(&s, "mysql.down", FINDING_NOTHING);
	assert_state(&s, "mysql.unreachable", FINDING_PROVEN);
	scene_end(&s);
}

static void refusals_of_the_server(void **state)
{
	static const struct {
		int code;
		const char *id;
	} rows_of[] = {
		{ 1040, "mysql.connections_exhausted" }, { 1203, "mysql.user_limit" },
		{ 1226, "mysql.user_limit" }, { 1045, "mysql.access_denied" },
		{ 1044, "mysql.access_denied" }, { 1049, "mysql.access_denied" },
		{ 1130, "mysql.unreachable" }, { 1129, "mysql.unreachable" },
	};
	struct scene s;
	size_t i, j;

	(void)state;
	for (i = 0; i < sizeof(rows_of) / sizeof(*rows_of); i++) {
		scene_begin(&s);
		with_server(&s, 'S');
		scene_login(&s, TRI_NO, rows_of[i].code, "ERROR");
		assert_state(&s, "mysql.down", FINDING_RULED_OUT);
		for (j = 0; mysql_causes[j].id; j++)
			if (strcmp(mysql_causes[j].id, rows_of[i].id) != 0)
				assert_int_not_equal(scene_look(&s, mysql_causes, mysql_causes[j].id).state,
					FINDING_PROVEN);
		assert_state(&s, rows_of[i].id, FINDING_PROVEN);
		scene_end(&s);
	}
}

static void tables(void **state)
{
	struct scene s;

	(void)state;
	scene_begin(&s);
	scene_login(&s, TRI_YES, 0, NULL);
	s.db.table_ok = TRI_NO;
	s.db.table_code = num_of(1146);
	s.db.table_error = "ERROR 1146 (42S02) at line 2: Table 'shop.xx_options' doesn't exist";
	assert_state(&s, "mysql.access_denied", FINDING_PROVEN);
	assert_state(&s, "mysql.table_corrupt", FINDING_NOTHING);
	s.db.table_code = num_of(145);
	assert_state(&s, "mysql.table_corrupt", FINDING_PROVEN);
	assert_state(&s, "mysql.access_denied", FINDING_NOTHING);
	s.db.table_code = num_of(1205);
	assert_state(&s, "mysql.table_corrupt", FINDING_NOTHING);
	assert_state(&s, "mysql.access_denied", FINDING_NOTHING);
	assert_state(&s, "mysql.lock_wait", FINDING_PROVEN);
	scene_end(&s);
}

/* A corrupt table of somebody else, or of yesterday, is not this site's outage. */
static void corrupt_lines(void **state)
{
	struct mysql_event e = { .kind = MY_TABLE_CORRUPT, .line = { .source = "/var/log/mysql/error.log",
		.text = "Table './blog/wp_options' is marked as crashed", .at = { NOW - 5, true } } };
	struct scene s;

	(void)state;
	scene_begin(&s);
	s.chain.mysql.events = &e;
	s.chain.mysql.event_count = 1;
	s.view.db = &s.db;
	scene_page(&s, 500, MARK_DB_ERROR);
	assert_state(&s, "mysql.table_corrupt", FINDING_NOTHING);
	e.line.text = "Table './shop/wp_posts' is marked as crashed";
	assert_state(&s, "mysql.table_corrupt", FINDING_PROVEN);
	e.line.at.v = NOW - 3600;
	assert_state(&s, "mysql.table_corrupt", FINDING_NOTHING);
	scene_end(&s);
}

static struct mysql_thread threads[4] = {
	{ .id = 5, .user = "shop", .db = "shop", .command = "Sleep", .time_s = { 90, true } },
	{ .id = 6, .user = "shop", .db = "shop", .command = "Query", .time_s = { 8, true },
	  .state = "Sending data", .info = "SELECT a FROM t WHERE id = 17" },
	{ .id = 7, .user = "shop", .db = "shop", .command = "Query", .time_s = { 6, true },
	  .state = "Sending data", .info = "SELECT a FROM t WHERE id = 4711" },
	{ .id = 8, .user = "shop", .db = "shop", .command = "Query", .time_s = { 2, true },
	  .state = "Sending data", .info = "SELECT a FROM t WHERE id = 9" },
};

static void slow(void **state)
{
	struct scene s;
	struct finding f;

	(void)state;
	scene_begin(&s);
	scene_login(&s, TRI_YES, 0, NULL);
	s.chain.mysql.threads = threads;
	s.chain.mysql.thread_count = 4;
	s.chain.mysql.sees_all = true;
	/* nobody suffers: a report in the office is no outage */
	scene_page(&s, 200, 0);
	assert_state(&s, "mysql.slow_queries", FINDING_HINT);
	assert_state(&s, "mysql.lock_wait", FINDING_RULED_OUT);
	scene_page(&s, 504, 0);
	scene_workers(&s, 3, true);
	f = scene_look(&s, mysql_causes, "mysql.slow_queries");
	assert_int_equal(f.state, FINDING_PROVEN);
	assert_string_equal(f.subject, "6");
	/* three different statements: the database is slow, not one query */
	threads[2].info = "SELECT b FROM u";
	threads[3].info = "UPDATE v SET x = ?";
	assert_state(&s, "mysql.slow_queries", FINDING_HINT);
	threads[1].command = threads[2].command = threads[3].command = "Sleep";
	assert_state(&s, "mysql.slow_queries", FINDING_RULED_OUT);
	scene_end(&s);
}

static void locks(void **state)
{
	struct mysql_thread list[3] = {
		{ .id = 40, .user = "shop", .db = "shop", .command = "Sleep", .time_s = { 3, true } },
		{ .id = 41, .user = "root", .db = "shop", .command = "Query", .time_s = { 2, true },
		  .state = "Waiting for table metadata lock", .info = "ALTER TABLE wp_options" },
		{ .id = 42, .user = "other", .db = "blog", .command = "Sleep", .time_s = { 9000, true } },
	};
	struct scene s;
	struct finding f;

	(void)state;
	scene_begin(&s);
	scene_login(&s, TRI_YES, 0, NULL);
	s.chain.mysql.threads = list;
	s.chain.mysql.thread_count = 3;
	scene_page(&s, 200, 0);
	assert_state(&s, "mysql.lock_wait", FINDING_HINT);
	scene_page(&s, 504, 0);
	f = scene_look(&s, mysql_causes, "mysql.lock_wait");
	assert_int_equal(f.state, FINDING_PROVEN);
	assert_string_equal(f.subject, "40"); /* not the older sleeper of another database */
	assert_non_null(strstr(f.fix, "KILL 40"));
	list[1].db = "blog";
	assert_state(&s, "mysql.lock_wait", FINDING_RULED_OUT);
	scene_end(&s);
}

static void remote(void **state)
{
	struct host_peer peer = { .pid = 100, .remote = { .host = "10.0.0.9", .port = 3306 },
		.connecting = true };
	struct scene s;

	(void)state;
	scene_begin(&s);
	s.wp.db = s.db.at = (struct endpoint){ .host = "10.0.0.9", .port = 3306 };
	s.db.local = false;
	assert_state(&s, "mysql.unreachable", FINDING_NOTHING);
	s.chain.host.peers = &peer;
	s.chain.host.peer_count = 1;
	assert_state(&s, "mysql.unreachable", FINDING_PROVEN);
	s.chain.host.peer_count = 0;
	scene_login(&s, TRI_NO, 2002, "ERROR 2002 (HY000): Can't connect to server on '10.0.0.9' (110)");
	assert_state(&s, "mysql.unreachable", FINDING_PROVEN);
	assert_state(&s, "mysql.down", FINDING_RULED_OUT);
	scene_end(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows),
		cmocka_unit_test(absent_is_not_broken),
		cmocka_unit_test(works_rules_out),
		cmocka_unit_test(corrupt_lines),
		cmocka_unit_test(down),
		cmocka_unit_test(frozen_and_elsewhere),
		cmocka_unit_test(refusals_of_the_server),
		cmocka_unit_test(tables),
		cmocka_unit_test(slow),
		cmocka_unit_test(locks),
		cmocka_unit_test(remote),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
