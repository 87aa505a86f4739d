/* WordPress's causes: what must not be said first, then what must. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "db_help.h"
#include "probes/wordpress/wordpress.h"

static void assert_state(struct scene *s, const char *id, enum finding_state want)
{
	assert_int_equal(scene_look(s, wordpress_causes, id).state, want);
}

static void assert_only(struct scene *s, const char *id)
{
	size_t i;

	for (i = 0; wordpress_causes[i].id; i++)
		if (strcmp(wordpress_causes[i].id, id) != 0)
			assert_int_not_equal(scene_look(s, wordpress_causes, wordpress_causes[i].id).state,
				FINDING_PROVEN);
	assert_state(s, id, FINDING_PROVEN);
}

static void rows(void **state)
{
	(void)state;
	rows_are_whole(wordpress_causes, 9);
	nothing_is_nothing(wordpress_causes);
}

static void maintenance(void **state)
{
	struct scene s;
	struct finding f;

	(void)state;
	scene_begin(&s);
	s.wp.maintenance = TRI_YES;
	s.wp.maintenance_literal = true;
	s.wp.maintenance_path = "/var/www/shop.test/.maintenance";
	s.wp.maintenance_text = "<?php $upgrading = 1; ?>";
	s.wp.maintenance_since = num_of(NOW - 7200);
	assert_state(&s, "wordpress.maintenance", FINDING_RULED_OUT); /* long expired */
	s.wp.maintenance_since.known = false; /* nothing in it that WordPress reads */
	assert_state(&s, "wordpress.maintenance", FINDING_RULED_OUT);
	s.wp.maintenance_since = num_of(NOW - 30);
	scene_page(&s, 503, MARK_MAINTENANCE);
	f = scene_look(&s, wordpress_causes, "wordpress.maintenance");
	assert_int_equal(f.state, FINDING_PROVEN);
	assert_int_equal(f.decisive, 2);
	assert_non_null(strstr(f.fix, "mv /var/www/shop.test/.maintenance"));
	s.wp.update_running = true;
	f = scene_look(&s, wordpress_causes, "wordpress.maintenance");
	assert_int_equal(strncmp(f.fix, "wait", 4), 0);
	s.wp.maintenance_literal = false; /* time() */
	s.wp.maintenance_since.known = false;
	s.wp.maintenance_mtime = num_of(NOW - 9000);
	assert_only(&s, "wordpress.maintenance");
	scene_end(&s);
}

static struct php_error error = { .line = { .source = "/var/log/php.log", .text = "PHP Fatal error: x" } };

static void with_error(struct scene *s, enum php_error_kind kind, const char *file,
	const char *plugin, int age)
{
	error.kind = kind;
	error.file = file;
	error.plugin = plugin;
	error.function = error.wanted = NULL;
	error.line.at = num_of(NOW - age);
	s->chain.wordpress.errors = &error;
	s->chain.wordpress.error_count = 1;
}

#define PLUGIN_FILE "/var/www/shop.test/wp-content/plugins/foo/foo.php"
#define CORE_FILE "/var/www/shop.test/wp-includes/class-wp-query.php"

static void fatals(void **state)
{
	struct scene s;
	struct finding f;

	(void)state;
	scene_begin(&s);
	with_error(&s, PHP_FATAL, PLUGIN_FILE, "plugins/foo", 3600);
	scene_page(&s, 500, 0);
	assert_state(&s, "wordpress.plugin_fatal", FINDING_NOTHING); /* old */
	scene_page(&s, 500, MARK_CRITICAL);
	f = scene_look(&s, wordpress_causes, "wordpress.plugin_fatal");
	assert_int_equal(f.state, FINDING_PROVEN); /* its own words, but whose fault? */
	assert_true(f.refuter_missing);
	assert_null(f.subject);
	with_error(&s, PHP_REDIS, PLUGIN_FILE, "plugins/redis-cache", 3);
	assert_state(&s, "wordpress.plugin_fatal", FINDING_NOTHING); /* Redis's, not the plugin's */
	with_error(&s, PHP_FATAL, PLUGIN_FILE, "plugins/foo", 3);
	f = scene_look(&s, wordpress_causes, "wordpress.plugin_fatal");
	assert_int_equal(f.state, FINDING_PROVEN);
	assert_string_equal(f.subject, "foo");
	assert_non_null(strstr(f.fix, "mv /var/www/shop.test/wp-content/plugins/foo "));
	assert_int_equal(f.health, HEALTH_BROKEN);
	assert_only(&s, "wordpress.plugin_fatal");
	scene_page(&s, 200, 0);
	f = scene_look(&s, wordpress_causes, "wordpress.plugin_fatal");
	assert_int_equal(f.health, HEALTH_WARN);
	scene_end(&s);
}

/* The plugin of another site on this server. */
static void not_mine(void **state)
{
	struct wp_site two[2];
	struct scene s;

	(void)state;
	scene_begin(&s);
	two[0] = s.wp;
	two[1] = s.wp;
	two[1].root = "/var/www/blog.test";
	s.chain.wordpress.sites = two;
	s.chain.wordpress.site_count = 2;
	s.view.wp = two;
	with_error(&s, PHP_FATAL, "/var/www/blog.test/wp-content/plugins/foo/foo.php", "plugins/foo", 3);
	scene_page(&s, 500, 0);
	assert_state(&s, "wordpress.plugin_fatal", FINDING_NOTHING);
	with_error(&s, PHP_FATAL, PLUGIN_FILE, "plugins/foo", 3);
	assert_state(&s, "wordpress.plugin_fatal", FINDING_PROVEN);
	scene_end(&s);
}

static void core(void **state)
{
	struct scene s;

	(void)state;
	scene_begin(&s);
	scene_page(&s, 500, MARK_CRITICAL);
	assert_state(&s, "wordpress.broken_update", FINDING_RULED_OUT);
	with_error(&s, PHP_FATAL, CORE_FILE, NULL, 3);
	assert_state(&s, "wordpress.broken_update", FINDING_HINT); /* may be bad data */
	s.wp.upgrade_mtime = num_of(NOW - 400);
	assert_only(&s, "wordpress.broken_update");
	s.wp.upgrade_mtime.known = false;
	with_error(&s, PHP_PARSE, CORE_FILE, NULL, 3);
	assert_only(&s, "wordpress.broken_update");
	s.chain.wordpress.error_count = 0;
	scene_page(&s, 500, 0);
	s.wp.core_missing = num_of(1);
	assert_only(&s, "wordpress.broken_update");
	scene_page(&s, 200, 0);
	assert_state(&s, "wordpress.broken_update", FINDING_HINT);
	scene_end(&s);
}

static void extension(void **state)
{
	struct wp_php php = { "8.2", "curl gd mbstring" };
	struct scene s;
	struct finding f;

	(void)state;
	scene_begin(&s);
	s.chain.wordpress.php = &php;
	s.chain.wordpress.php_count = 1;
	scene_page(&s, 500, 0);
	with_error(&s, PHP_UNDEFINED, PLUGIN_FILE, "plugins/foo", 3);
	error.function = "foo_load_rules"; /* the plugin's own */
	assert_only(&s, "wordpress.plugin_fatal");
	error.function = "mb_strlen"; /* loaded */
	assert_state(&s, "wordpress.missing_extension", FINDING_NOTHING);
	error.function = "mysqli_init";
	f = scene_look(&s, wordpress_causes, "wordpress.missing_extension");
	assert_int_equal(f.state, FINDING_PROVEN);
	assert_int_equal(f.decisive, 1);
	assert_non_null(strstr(f.fix, "php8.2-mysql"));
	s.chain.wordpress.error_count = 0;
	scene_page(&s, 500, MARK_MISSING_EXTENSION);
	assert_only(&s, "wordpress.missing_extension");
	scene_page(&s, 500, 0); /* no line could be read: what FPM loads tells */
	f = scene_look(&s, wordpress_causes, "wordpress.missing_extension");
	assert_int_equal(f.state, FINDING_PROVEN);
	assert_true(f.refuter_missing);
	php.modules = "curl gd mbstring mysqli";
	assert_state(&s, "wordpress.missing_extension", FINDING_NOTHING);
	scene_end(&s);
}

static void limits(void **state)
{
	struct scene s;
	struct finding f;

	(void)state;
	scene_begin(&s);
	scene_page(&s, 500, 0);
	with_error(&s, PHP_MEMORY, PLUGIN_FILE, "plugins/feed", 5);
	error.line.text = "PHP Fatal error:  Allowed memory size of 134217728 bytes exhausted (tried";
	assert_only(&s, "wordpress.memory_limit");
	f = scene_look(&s, wordpress_causes, "wordpress.memory_limit");
	assert_non_null(strstr(f.title, "128 MB"));
	assert_non_null(strstr(f.fix, "256M"));
	with_error(&s, PHP_TIME, PLUGIN_FILE, "plugins/feed", 5);
	assert_only(&s, "wordpress.memory_limit");
	with_error(&s, PHP_TIME, PLUGIN_FILE, "plugins/feed", 500);
	assert_state(&s, "wordpress.memory_limit", FINDING_NOTHING);
	scene_end(&s);
}

/* Scanners ask for scripts that are not there; only our own page counts. */
static void script(void **state)
{
	struct nginx_error e = { .kind = NGX_NO_SCRIPT, .server = "shop.test",
		.line = { .at = { NOW - 1, true }, .source = "/e", .text = "Primary script unknown" } };
	struct scene s;

	(void)state;
	scene_begin(&s);
	s.chain.nginx.errors = &e;
	s.chain.nginx.error_count = 1;
	assert_state(&s, "wordpress.script_not_found", FINDING_NOTHING);
	scene_page(&s, 200, 0);
	assert_state(&s, "wordpress.script_not_found", FINDING_RULED_OUT);
	scene_page(&s, 404, MARK_FILE_NOT_FOUND);
	assert_only(&s, "wordpress.script_not_found");
	scene_end(&s);
}

/* wp-config.php and drop-ins are nobody's plugin: the line is named, no folder is parked. */
static void own_files(void **state)
{
	struct wp_file dropin = { .name = "db.php", .kind = "dropin" };
	struct scene s;
	struct finding f;

	(void)state;
	scene_begin(&s);
	scene_page(&s, 500, 0);
	with_error(&s, PHP_PARSE, "/var/www/shop.test/wp-config.php", NULL, 500);
	assert_state(&s, "wordpress.file_fatal", FINDING_NOTHING); /* not now */
	with_error(&s, PHP_PARSE, "/var/www/shop.test/wp-config.php", NULL, 3);
	error.file_line = num_of(7);
	assert_only(&s, "wordpress.file_fatal");
	f = scene_look(&s, wordpress_causes, "wordpress.file_fatal");
	assert_string_equal(f.title, "Syntax error in wp-config.php, line 7");
	assert_true(f.refuter_missing);
	with_error(&s, PHP_FATAL, "/var/www/shop.test/wp-load.php", NULL, 3);
	error.wanted = "/var/www/shop.test/wp-config.php";
	f = scene_look(&s, wordpress_causes, "wordpress.file_fatal");
	assert_string_equal(f.title, "PHP cannot open /var/www/shop.test/wp-config.php");
	error.wanted = "/var/www/shop.test/wp-includes/formatting.php";
	assert_only(&s, "wordpress.broken_update");
	error.wanted = NULL;
	with_error(&s, PHP_FATAL, "/var/www/shop.test/wp-content/db.php", NULL, 3);
	s.wp.files = &dropin;
	s.wp.file_count = 1;
	f = scene_look(&s, wordpress_causes, "wordpress.file_fatal");
	assert_int_equal(strncmp(f.fix, "mv /var/www/shop.test/wp-content/db.php ", 40), 0);
	assert_false(f.refuter_missing);
	error.file_line.known = false;
	scene_end(&s);
}

/* FPM may not read index.php: its own 403, and the line that says so. */
static void script_unreadable(void **state)
{
	struct nginx_error e = { .kind = NGX_NO_SCRIPT, .server = "shop.test",
		.line = { .at = { NOW - 1, true }, .source = "/e",
			.text = "Unable to open primary script: /x/index.php (Permission denied)" } };
	struct scene s;

	(void)state;
	scene_begin(&s);
	scene_page(&s, 403, 0);
	assert_state(&s, "wordpress.script_not_found", FINDING_NOTHING); /* any 403 */
	s.chain.nginx.errors = &e;
	s.chain.nginx.error_count = 1;
	assert_only(&s, "wordpress.script_not_found");
	scene_end(&s);
}

static void at_work(struct scene *s, struct host_work *work, size_t count, const char *uri, int age)
{
	static const char *const queries[] = { "n=1", "n=2", NULL, "page_id=4" };
	size_t i;

	for (i = 0; i < count; i++)
		work[i] = (struct host_work){ .pool = "www", .pid = 100 + (int)i, .method = "GET",
			.since = num_of(NOW - age), .uri = uri, .query = queries[i % 4] };
	s->chain.host.work = work;
	s->chain.host.work_count = count;
}

/* No slow log: what the workers do and which pages they are at must do. */
static void hang_without_trace(void **state)
{
	struct host_peer peer = { .pid = 100, .remote = { .host = "203.0.113.20", .port = 443 } };
	struct nginx_error late[3];
	struct host_work work[4];
	struct scene s;
	struct finding f;
	int i;

	(void)state;
	scene_begin(&s);
	scene_page(&s, 504, 0);
	scene_workers(&s, 4, true);
	s.chain.host.peers_known = TRI_YES;
	for (i = 0; i < 4; i++) {
		s.procs[i].held = TRI_YES;
		s.procs[i].waits = WAITS_SLEEP;
	}
	assert_state(&s, "wordpress.plugin_hang", FINDING_HINT); /* may be one endpoint */
	at_work(&s, work, 4, "/wp-admin/admin-ajax.php", 20);
	assert_state(&s, "wordpress.plugin_hang", FINDING_RULED_OUT);
	at_work(&s, work, 4, "/index.php", 20);
	f = scene_look(&s, wordpress_causes, "wordpress.plugin_hang");
	assert_int_equal(f.state, FINDING_PROVEN);
	assert_true(f.refuter_missing); /* which address is behind /index.php? */
	for (i = 0; i < 3; i++)
		late[i] = (struct nginx_error){ .kind = NGX_TIMEOUT_READ, .server = "shop.test",
			.uri = "/wp-json/export?n=1", .line = { .at = num_of(NOW - 2), .text = "x" } };
	s.chain.nginx.errors = late;
	s.chain.nginx.error_count = 3;
	assert_state(&s, "wordpress.plugin_hang", FINDING_RULED_OUT);
	late[0].uri = "/";
	late[1].uri = "/about/";
	assert_false(scene_look(&s, wordpress_causes, "wordpress.plugin_hang").refuter_missing);
	for (i = 0; i < 4; i++)
		s.procs[i].waits = WAITS_CPU; /* short of CPU, or a loop? */
	at_work(&s, work, 4, "/index.php", 5);
	assert_true(scene_look(&s, wordpress_causes, "wordpress.plugin_hang").refuter_missing);
	for (i = 0; i < 4; i++)
		s.procs[i].held = TRI_NO;
	at_work(&s, work, 4, "/index.php", 1);
	assert_state(&s, "wordpress.plugin_hang", FINDING_NOTHING);
	for (i = 0; i < 4; i++) {
		s.procs[i].held = TRI_YES;
		s.procs[i].waits = WAITS_NET;
	}
	at_work(&s, work, 4, "/index.php", 20);
	s.chain.host.peers = &peer;
	s.chain.host.peer_count = 1;
	assert_state(&s, "wordpress.plugin_hang", FINDING_NOTHING);
	work[0].query = work[1].query = "export=1";
	for (i = 0; i < 4; i++)
		s.procs[i].waits = WAITS_SLEEP;
	assert_state(&s, "wordpress.plugin_hang", FINDING_RULED_OUT); /* /?export=1 */
	scene_end(&s);
}

static void cron_at_work(void **state)
{
	struct host_work work[4];
	struct scene s;

	(void)state;
	scene_begin(&s);
	scene_page(&s, 504, 0);
	scene_workers(&s, 4, true);
	at_work(&s, work, 4, "/wp-cron.php", 20);
	assert_state(&s, "wordpress.cron_storm", FINDING_PROVEN);
	work[0].uri = work[1].uri = work[2].uri = "/index.php";
	assert_state(&s, "wordpress.cron_storm", FINDING_RULED_OUT);
	scene_end(&s);
}

static void hang(void **state)
{
	struct fpm_slow slow[2] = {
		{ .line = { .at = { NOW - 150, true }, .source = "/var/log/slow.log", .text = "[..] [pool www] pid 100" },
		  .pool = "www", .pid = { 100, true }, .top = "sleep", .plugin = "plugins/live" },
		{ .line = { .at = { NOW - 100, true }, .source = "/var/log/slow.log", .text = "[..] [pool www] pid 101" },
		  .pool = "www", .pid = { 101, true }, .top = "sleep", .plugin = "plugins/live" },
	};
	struct host_peer peer = { .pid = 100, .remote = { .host = "203.0.113.20", .port = 443 } };
	struct scene s;
	struct finding f;

	(void)state;
	scene_begin(&s);
	s.chain.fpm.slow = slow;
	s.chain.fpm.slow_count = 2;
	scene_page(&s, 504, 0);
	scene_workers(&s, 2, false);
	assert_state(&s, "wordpress.plugin_hang", FINDING_NOTHING); /* the workers are free again */
	scene_workers(&s, 2, true);
	s.chain.host.peers = &peer;
	s.chain.host.peer_count = 1;
	assert_state(&s, "wordpress.plugin_hang", FINDING_RULED_OUT); /* waits for somebody outside */
	s.chain.host.peer_count = 0;
	slow[0].top = "mysqli_query";
	assert_state(&s, "wordpress.plugin_hang", FINDING_RULED_OUT);
	slow[0].top = "sleep";
	f = scene_look(&s, wordpress_causes, "wordpress.plugin_hang");
	assert_int_equal(f.state, FINDING_PROVEN);
	assert_string_equal(f.subject, "live");
	assert_int_equal(f.decisive, 2);
	assert_only(&s, "wordpress.plugin_hang");
	slow[1].plugin = "plugins/other";
	assert_state(&s, "wordpress.plugin_hang", FINDING_RULED_OUT);
	scene_end(&s);
}

static void cron(void **state)
{
	struct nginx_top uris[2] = { { "/", { 50, true } }, { "/wp-cron.php", { 40, true } } };
	struct nginx_access access = { .path = "/a", .requests = { 100, true }, .uris = uris, .uri_count = 2 };
	struct scene s;

	(void)state;
	scene_begin(&s);
	s.chain.nginx.access = &access;
	s.chain.nginx.access_count = 1;
	scene_page(&s, 504, 0);
	scene_workers(&s, 2, false);
	assert_state(&s, "wordpress.cron_storm", FINDING_RULED_OUT);
	scene_workers(&s, 2, true);
	assert_state(&s, "wordpress.cron_storm", FINDING_HINT);
	s.view.db = &s.db;
	s.db.cron_bytes = num_of(434749);
	assert_only(&s, "wordpress.cron_storm");
	access.uri_count = 1; /* a huge backlog alone, while others fill the pool */
	assert_state(&s, "wordpress.cron_storm", FINDING_HINT);
	s.db.cron_began = num_of(NOW - 30);
	assert_state(&s, "wordpress.cron_storm", FINDING_HINT);
	access.requests.v = 10;
	assert_state(&s, "wordpress.cron_storm", FINDING_PROVEN);
	scene_end(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows),
		cmocka_unit_test(maintenance),
		cmocka_unit_test(not_mine),
		cmocka_unit_test(fatals),
		cmocka_unit_test(core),
		cmocka_unit_test(extension),
		cmocka_unit_test(limits),
		cmocka_unit_test(script),
		cmocka_unit_test(script_unreadable),
		cmocka_unit_test(own_files),
		cmocka_unit_test(hang_without_trace),
		cmocka_unit_test(cron_at_work),
		cmocka_unit_test(hang),
		cmocka_unit_test(cron),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
