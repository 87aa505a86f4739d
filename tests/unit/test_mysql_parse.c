/* The reports mysql and mysql.log on what a real MariaDB 10.11 said, whole and damaged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "db_help.h"
#include "probes/mysql/mysql.h"

#define DIR "tests/fixtures/mysql/"

static void setup(struct chain_facts *facts, struct arena *mem, const char *name)
{
	memset(facts, 0, sizeof(*facts));
	mysql_parse(facts, mem, db_fixture(mem, arena_printf(mem, DIR "%s.report", name)), 0);
}

static void healthy_login(void **state)
{
	struct arena *mem = arena_new();
	struct chain_facts facts;
	const struct mysql_login *db;

	(void)state;
	setup(&facts, mem, "healthy");
	assert_int_equal(facts.mysql.client, TRI_YES);
	assert_int_equal(facts.mysql.login_count, 1);
	db = facts.mysql.logins;
	assert_string_equal(db->site_root, "/var/www/shop.test");
	assert_string_equal(db->at.path, "/run/mysqld/mysqld.sock");
	assert_true(db->local && !db->computed);
	assert_string_equal(db->user, "shop");
	assert_string_equal(db->database, "shop");
	assert_string_equal(db->prefix, "wp_");
	assert_int_equal(db->ok, TRI_YES);
	assert_false(db->code.known);
	assert_int_equal(db->table_ok, TRI_YES);
	assert_true(db->cron_bytes.known && db->cron_bytes.v > 100);
	assert_true(db->ms.known);
	assert_int_equal(facts.mysql.admin_ok, TRI_YES);
	assert_true(facts.mysql.sees_all);
	assert_int_equal(facts.mysql.max_connections.v, 30);
	assert_int_equal(facts.mysql.threads_connected.v, 1);
	assert_true(facts.mysql.user_limit.known && facts.mysql.user_limit.v == 0);
	assert_non_null(strstr(facts.mysql.version, "MariaDB"));
	arena_free(mem);
}

static void failed_logins(void **state)
{
	static const struct {
		const char *name;
		int code;
		enum tri admin;
	} rows[] = {
		{ "down", 2002, TRI_NO }, { "connections_exhausted", 1040, TRI_YES },
		{ "user_limit", 1226, TRI_YES }, { "access_denied", 1045, TRI_YES },
		{ "unreachable", 2002, TRI_YES },
	};
	struct chain_facts facts;
	struct arena *mem;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		mem = arena_new();
		setup(&facts, mem, rows[i].name);
		assert_int_equal(facts.mysql.logins[0].ok, TRI_NO);
		assert_int_equal(facts.mysql.logins[0].code.v, rows[i].code);
		assert_int_equal(strncmp(facts.mysql.logins[0].error, "ERROR ", 6), 0);
		assert_int_equal(facts.mysql.logins[0].table_ok, TRI_UNKNOWN);
		assert_int_equal(facts.mysql.admin_ok, rows[i].admin);
		arena_free(mem);
	}
}

static void locks_and_tables(void **state)
{
	struct arena *mem = arena_new();
	struct chain_facts facts;
	struct mysql_lock lock;
	struct mysql_pile pile;

	(void)state;
	setup(&facts, mem, "lock_wait");
	assert_int_equal(facts.mysql.logins[0].ok, TRI_YES);
	assert_int_equal(facts.mysql.logins[0].table_ok, TRI_NO);
	assert_int_equal(facts.mysql.logins[0].table_code.v, 1205);
	lock = mysql_locks(&facts.mysql);
	assert_true(lock.waiting >= 5);
	assert_int_equal(lock.blocker->id, 5); /* the open transaction, not the ALTER behind it */
	assert_non_null(lock.trx);
	assert_false(lock.sure);
	setup(&facts, mem, "lock_wait.lock_tables");
	lock = mysql_locks(&facts.mysql);
	assert_true(lock.waiting >= 1);
	assert_non_null(lock.blocker);
	assert_string_equal(lock.blocker->command, "Sleep");
	setup(&facts, mem, "table_corrupt");
	assert_int_equal(facts.mysql.logins[0].table_code.v, 126);
	setup(&facts, mem, "slow_queries");
	pile = mysql_piles(&facts.mysql, "shop");
	assert_true(pile.alike >= 3);
	assert_int_equal(mysql_piles(&facts.mysql, "blog").running, 0);
	assert_int_equal(mysql_locks(&facts.mysql).waiting, 0);
	arena_free(mem);
}

static void literals_never_arrive(void **state)
{
	static const char *const names[] = { "lock_wait", "slow_queries", "connections_exhausted" };
	struct arena *mem = arena_new();
	struct chain_facts facts;
	size_t i, j;

	(void)state;
	for (i = 0; i < 3; i++) {
		setup(&facts, mem, names[i]);
		assert_true(facts.mysql.thread_count > 0);
		for (j = 0; j < facts.mysql.thread_count; j++)
			assert_true(!facts.mysql.threads[j].info ||
				!strchr(facts.mysql.threads[j].info, '\''));
	}
	arena_free(mem);
}

static const struct mysql_event *event_of(const struct chain_facts *facts, enum mysql_event_kind kind)
{
	size_t i;

	for (i = 0; i < facts->mysql.event_count; i++)
		if (facts->mysql.events[i].kind == kind)
			return &facts->mysql.events[i];
	return NULL;
}

static void error_log(void **state)
{
	struct arena *mem = arena_new();
	struct chain_facts facts = { 0 };
	const struct mysql_event *e;

	(void)state;
	mysql_parse_log(&facts, mem, db_fixture(mem, DIR "error.log.report"), 0);
	e = event_of(&facts, MY_STARTING);
	assert_string_equal(e->line.source, "/var/log/mysql/error.log");
	assert_int_equal(e->line.at.v, 1795161864); /* 08:04:24, hour with one digit */
	assert_non_null(event_of(&facts, MY_READY));
	e = event_of(&facts, MY_CRASH);
	assert_int_equal(e->line.at.v, 1795161865); /* 261120  8:04:25 */
	assert_string_equal(e->line.text, "261120  8:04:25 [ERROR] mariadbd got signal 11 ;");
	e = event_of(&facts, MY_NO_SPACE);
	assert_int_equal(e->line.at.v, 1795162200);
	assert_int_equal(event_of(&facts, MY_TABLE_CORRUPT)->line.at.v, 1795162320);
	/* the other report's part stays when one is parsed anew */
	mysql_parse(&facts, mem, db_fixture(mem, DIR "healthy.report"), 0);
	assert_non_null(event_of(&facts, MY_CRASH));
	mysql_parse_log(&facts, mem, db_fixture(mem, DIR "journal.log.report"), 0);
	assert_int_equal(facts.mysql.login_count, 1);
	e = event_of(&facts, MY_SHUTDOWN);
	assert_non_null(e);
	assert_string_equal(e->line.source, "journal:mariadb");
	assert_true(e->line.at.v > 1795160000);
	assert_null(strstr(e->line.text, "mariadbd["));
	arena_free(mem);
}

static void timeout_is_no_answer(void **state)
{
	struct arena *mem = arena_new();
	struct chain_facts facts = { 0 };

	(void)state;
	mysql_parse(&facts, mem, span_of("client\tmysql\nlogin\t/s\tu\t/w\nconst\tDB_HOST\ts\t10.0.0.9:3307\n"
		"done\t137\t10.00\t15.02\n"), 0);
	assert_int_equal(facts.mysql.logins[0].ok, TRI_NO);
	assert_int_equal(facts.mysql.logins[0].code.v, 2013);
	assert_int_equal(facts.mysql.logins[0].ms.v, 5020);
	assert_false(facts.mysql.logins[0].local);
	assert_int_equal(facts.mysql.logins[0].at.port, 3307);
	/* no client, nothing tried: unknown, not refused */
	mysql_parse(&facts, mem, span_of("client\t\nlogin\t/s\tu\t/w\nconst\tDB_USER\ts\tx\ndone\t0\t1.00\t1.01\n"), 0);
	assert_int_equal(facts.mysql.client, TRI_NO);
	assert_int_equal(facts.mysql.logins[0].ok, TRI_UNKNOWN);
	/* an error of a statement some server does not know is none of the table's */
	mysql_parse(&facts, mem, span_of("login\t/s\tu\t/w\nconnected\t8.0\n"
		"ERROR 1193 (HY000) at line 1: Unknown system variable 'max_statement_time'\ntable\t1\t9\n"), 0);
	assert_int_equal(facts.mysql.logins[0].table_ok, TRI_YES);
	arena_free(mem);
}

static void damaged(void **state)
{
	struct arena *mem = arena_new();

	(void)state;
	cut_everywhere(mysql_parse, db_fixture(mem, DIR "lock_wait.report"));
	cut_everywhere(mysql_parse_log, db_fixture(mem, DIR "error.log.report"));
	arena_free(mem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(healthy_login),
		cmocka_unit_test(failed_logins),
		cmocka_unit_test(locks_and_tables),
		cmocka_unit_test(literals_never_arrive),
		cmocka_unit_test(error_log),
		cmocka_unit_test(timeout_is_no_answer),
		cmocka_unit_test(damaged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
