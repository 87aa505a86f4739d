/* The reports wordpress and wordpress.log as lab hosts made them, whole and damaged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "db_help.h"
#include "probes/wordpress/wordpress.h"

#define DIR "tests/fixtures/wordpress/"

static struct wp_site *load(struct chain_facts *facts, struct arena *mem, const char *name)
{
	memset(facts, 0, sizeof(*facts));
	wordpress_parse(facts, mem, db_fixture(mem, arena_printf(mem, DIR "%s.report", name)), 0);
	assert_int_equal(facts->wordpress.site_count, 1);
	return facts->wordpress.sites;
}

static void healthy(void **state)
{
	struct arena *mem = arena_new();
	struct chain_facts facts;
	struct wp_site *s = load(&facts, mem, "healthy");

	(void)state;
	assert_string_equal(s->docroot, "/var/www/shop.test");
	assert_string_equal(s->root, "/var/www/shop.test");
	assert_string_equal(s->config, "/var/www/shop.test/wp-config.php");
	assert_string_equal(s->content_dir, "/var/www/shop.test/wp-content");
	assert_string_equal(s->plugin_dir, "/var/www/shop.test/wp-content/plugins");
	assert_string_equal(s->user, "www-data");
	assert_string_equal(s->version, "6.1.9");
	assert_string_equal(s->db_name, "shop");
	assert_string_equal(s->db_user, "shop");
	assert_string_equal(s->db_host, "localhost");
	assert_string_equal(s->db.path, "/run/mysqld/mysqld.sock");
	assert_string_equal(s->prefix, "wp_");
	assert_false(s->db_computed || s->redis_used || s->update_running);
	assert_int_equal(s->maintenance, TRI_NO);
	assert_int_equal(s->core_missing.v, 0);
	assert_int_equal(s->core_mixed.v, 0);
	assert_false(s->upgrade_mtime.known);
	assert_null(s->debug_log);
	assert_true(s->config_mtime.known && s->version_mtime.known);
	assert_int_equal(s->file_count, 2);
	assert_string_equal(s->files[0].kind, "plugin");
	assert_string_equal(s->files[0].name, "akismet");
	assert_int_equal(facts.wordpress.php_count, 1);
	assert_string_equal(facts.wordpress.php[0].version, "8.2");
	assert_non_null(strstr(facts.wordpress.php[0].modules, "mysqli"));
	assert_string_equal(wordpress_config_word(s, mem),
		"www-data:-:/var/www/shop.test///var/www/shop.test/wp-config.php");
	assert_null(wordpress_log_word(s, mem));
	arena_free(mem);
}

static void broken_ones(void **state)
{
	struct arena *mem = arena_new();
	struct chain_facts facts;
	struct wp_site *s = load(&facts, mem, "maintenance.forever");

	(void)state;
	assert_int_equal(s->maintenance, TRI_YES);
	assert_false(s->maintenance_literal);
	assert_false(s->maintenance_since.known);
	assert_string_equal(s->maintenance_path, "/var/www/shop.test/.maintenance");
	assert_non_null(strstr(s->maintenance_text, "time()"));
	s = load(&facts, mem, "broken_update");
	assert_true(s->upgrade_mtime.known);
	assert_string_equal(s->version, "99.1");
	load(&facts, mem, "missing_extension");
	assert_null(strstr(facts.wordpress.php[0].modules, " mysqli "));
	arena_free(mem);
}

static void odd_records(void **state)
{
	struct arena *mem = arena_new();
	struct chain_facts facts = { 0 };
	struct wp_site *s;

	(void)state;
	wordpress_parse(&facts, mem, span_of(
		"user\tshop\tshop\nsite\t/w\t/w/wp\t/w/wp-config.php\nconst\tDB_HOST\ts\tlocalhost:/tmp/my.sock\n"
		"const\tDB_NAME\tc\t\nconst\tWP_DEBUG\tn\t1\nconst\tWP_DEBUG_LOG\tn\t1\ncontent\t/w/c\t/w/c/p\n"
		"const\tWP_REDIS_PREFIX\ts\tshop:\nconst\tWP_REDIS_DISABLED\tn\t\nredis\t1\n"
		"maintenance\t1795160532\t/w/wp/.maintenance\nconst\t$upgrading\tn\t1795160000\n"
		"maintext\t<?php $upgrading = 1795160000;\n"
		"file\tdropin\t-\t/w/c/object-cache.php\tlink to ../x\ncore\twp-load.php\ncore\twp-settings.php\nend\n"
		"user\tb\tb\nsite\t/b\t/b\t/b/wp-config.php\nunread\t/b/wp-config.php\nend\n"), 0);
	assert_int_equal(facts.wordpress.site_count, 2);
	s = facts.wordpress.sites;
	assert_string_equal(s->db.path, "/tmp/my.sock");
	assert_true(s->db_computed && s->redis_used && !s->redis_disabled);
	assert_null(s->db_name);
	assert_string_equal(s->debug_log, "/w/c/debug.log");
	assert_string_equal(s->redis.host, "127.0.0.1");
	assert_int_equal(s->redis.port, 6379);
	assert_true(s->maintenance_literal);
	assert_int_equal(s->maintenance_since.v, 1795160000);
	assert_int_equal(s->core_missing.v, 2);
	assert_string_equal(s->core_missing_file, "wp-load.php");
	assert_string_equal(s->files[0].title, "link to ../x");
	assert_false(s->files[0].mtime.known);
	assert_string_equal(wordpress_config_word(s, mem), "shop:r:/w/wp///w/wp-config.php");
	assert_string_equal(wordpress_log_word(s, mem), "shop:/w/c/debug.log");
	s++;
	assert_string_equal(s->unread, "/b/wp-config.php");
	assert_null(wordpress_config_word(s, mem));
	assert_false(endpoint_set(&s->db));
	arena_free(mem);
}

static void db_hosts(void **state)
{
	static const struct {
		const char *text, *path, *host;
		int port;
	} rows[] = {
		{ "localhost", "/s", NULL, 0 }, { "", "/s", NULL, 0 }, { "localhost:3307", "/s", NULL, 0 },
		{ "127.0.0.1", NULL, "127.0.0.1", 3306 }, { "db.x:3307", NULL, "db.x", 3307 },
		{ "localhost:/var/run/m.sock", "/var/run/m.sock", NULL, 0 },
		{ ":/m.sock", "/m.sock", NULL, 0 }, { "[::1]:3308", NULL, "::1", 3308 },
		{ "fe80::1", NULL, "fe80::1", 3306 }, { "db.x:", NULL, "db.x", 3306 },
		{ "db.x:99999", NULL, "db.x", 3306 }, { "[", NULL, "[", 3306 },
	};
	struct arena *mem = arena_new();
	struct endpoint e;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		e = wordpress_db_host(mem, span_of(rows[i].text), span_of("/s"));
		if (rows[i].path)
			assert_string_equal(e.path, rows[i].path);
		else
			assert_string_equal(e.host, rows[i].host);
		assert_int_equal(e.port, rows[i].port);
	}
	arena_free(mem);
}

static void php_log(void **state)
{
	struct arena *mem = arena_new();
	struct chain_facts facts = { 0 };
	const struct php_error *e;

	(void)state;
	wordpress_parse_log(&facts, mem, db_fixture(mem, DIR "debug.log.report"), 0);
	assert_int_equal(facts.wordpress.error_count, 6); /* the warning is none */
	e = facts.wordpress.errors;
	assert_int_equal(e->kind, PHP_UNDEFINED);
	assert_string_equal(e->plugin, "plugins/foo");
	assert_string_equal(e->function, "foo_bar");
	assert_string_equal(e->file, "/var/www/shop.test/wp-content/plugins/foo/foo.php");
	assert_int_equal(e->file_line.v, 3);
	assert_int_equal(e->line.at.v, 1795161772); /* UTC, though the server is an hour east */
	assert_string_equal(e->line.source, "/var/www/shop.test/wp-content/debug.log");
	assert_null(strchr(e->line.text, '\n'));
	assert_non_null(strstr(e->line.more, "thrown in"));
	e++;
	assert_int_equal(e->kind, PHP_PARSE);
	assert_null(e->plugin);
	assert_true(wordpress_is_core(e->file));
	e++;
	assert_int_equal(e->kind, PHP_REDIS);
	e++;
	assert_int_equal(e->kind, PHP_MEMORY);
	assert_string_equal(e->plugin, "themes/storefront");
	assert_int_equal(e->line.at.v, 1795161960); /* a named zone: the server's own */
	e++;
	assert_int_equal(e->kind, PHP_UNDEFINED);
	assert_string_equal(e->function, "mb_strlen");
	assert_string_equal(e->plugin, "mu-plugins/seo"); /* from the trace */
	e++;
	assert_int_equal(e->kind, PHP_TIME);
	arena_free(mem);
}

/* error_log = syslog: each line of a message is a record of the journal. */
static void php_syslog(void **state)
{
	static const char report[] = "clock\t1795173940\t+0000\t6072\nfile\tphp\t\t\t0\tjournal:php\n"
		"=Nov 20 11:25:30 web1 cron[1]: PHP Fatal error:  no word of PHP's\n"
		"=Nov 20 11:25:35 web1 php[166]: PHP Fatal error:  Uncaught Exception: multi\n"
		"=Nov 20 11:25:35 web1 php[166]: line in /var/www/a/wp-content/mu-plugins/zz.php:1\n"
		"=Nov 20 11:25:35 web1 php[166]:   thrown in /var/www/a/wp-content/mu-plugins/zz.php on line 1\n"
		"=Nov 20 11:25:36 web1 php[166]: PHP Parse error:  syntax error in /var/www/a/wp-config.php on line 7\n"
		"=Nov 20 11:25:37 web1 php[166]: PHP Fatal error:  Uncaught Error: Failed opening required "
		"'/var/www/a/x.php' (include_path='.') in /var/www/a/wp-load.php:5\n";
	struct arena *mem = arena_new();
	struct chain_facts facts = { 0 };
	const struct php_error *e;

	(void)state;
	wordpress_parse_log(&facts, mem, span_of(report), 0);
	assert_int_equal(facts.wordpress.error_count, 3);
	e = facts.wordpress.errors;
	assert_string_equal(e->plugin, "mu-plugins/zz.php");
	assert_string_equal(e->line.source, "journal:php");
	assert_int_equal(e->line.at.v, 1795173935);
	assert_int_equal(strncmp(e->line.text, "Nov 20 11:25:35 web1 php[166]: PHP Fatal", 40), 0);
	assert_int_equal(e[1].kind, PHP_PARSE);
	assert_string_equal(e[1].file, "/var/www/a/wp-config.php");
	assert_string_equal(e[2].wanted, "/var/www/a/x.php");
	assert_null(e[1].wanted);
	cut_everywhere(wordpress_parse_log, span_of(report));
	arena_free(mem);
}

static void damaged(void **state)
{
	struct arena *mem = arena_new();

	(void)state;
	cut_everywhere(wordpress_parse, db_fixture(mem, DIR "broken_update.report"));
	cut_everywhere(wordpress_parse_log, db_fixture(mem, DIR "debug.log.report"));
	arena_free(mem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(healthy),
		cmocka_unit_test(broken_ones),
		cmocka_unit_test(odd_records),
		cmocka_unit_test(db_hosts),
		cmocka_unit_test(php_log),
		cmocka_unit_test(php_syslog),
		cmocka_unit_test(damaged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
