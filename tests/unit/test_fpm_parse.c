/* Reports of FPM: configurations, its log, its slow log. */
#include "fpm_help.h"

static struct world w;

static int open_world(void **state)
{
	(void)state;
	memset(&w, 0, sizeof(w));
	w.mem = arena_new();
	return 0;
}

static int close_world(void **state)
{
	(void)state;
	world_close(&w);
	return 0;
}

static void a_real_configuration(void **state)
{
	const struct fpm_facts *f = &w.facts.fpm;

	(void)state;
	fpm_parse_conf(&w.facts, w.mem, world_file(w.mem, "fpm/healthy", "fpm"), 0);
	assert_int_equal(f->master_count, 1);
	assert_string_equal(f->masters[0].conf, "/etc/php/8.2/fpm/php-fpm.conf");
	assert_string_equal(f->masters[0].unit, "php8.2-fpm.service");
	assert_string_equal(f->masters[0].version, "8.2");
	assert_true(f->masters[0].pid.known);
	assert_string_equal(f->masters[0].error_log, "/var/log/php8.2-fpm.log");
	assert_int_equal(f->masters[0].test_ok, TRI_UNKNOWN);
	assert_int_equal(f->pool_count, 1);
	assert_string_equal(f->pools[0].name, "www");
	assert_string_equal(f->pools[0].listen.path, "/run/php/php8.2-fpm.sock");
	assert_int_equal(f->pools[0].max_children.v, 5);
	assert_string_equal(f->pools[0].pm, "dynamic");
	assert_string_equal(f->pools[0].file, "/etc/php/8.2/fpm/pool.d/www.conf");
	assert_int_equal(f->config_readable, TRI_YES);
}

static void a_failed_test_is_told(void **state)
{
	(void)state;
	fpm_parse_conf(&w.facts, w.mem, world_file(w.mem, "fpm/config_invalid", "fpm"), 0);
	assert_int_equal(w.facts.fpm.masters[0].test_ok, TRI_NO);
	assert_false(w.facts.fpm.masters[0].pid.known);
	assert_string_equal(w.facts.fpm.masters[0].test_error,
		"ERROR: [/etc/php/8.2/fpm/pool.d/www.conf:491] unknown entry 'pm.max_childern'");
	fpm_parse_conf(&w.facts, w.mem, world_file(w.mem, "fpm/down", "fpm"), 0);
	assert_int_equal(w.facts.fpm.masters[0].test_ok, TRI_YES);
	fpm_parse_conf(&w.facts, w.mem, span_of("conf\t/c\t\t/b\tu\ntested\t137\n=ERROR: x\n"), 0);
	assert_int_equal(w.facts.fpm.masters[0].test_ok, TRI_UNKNOWN);
	assert_null(w.facts.fpm.masters[0].test_error);
}

static void pools_of_a_panel(void **state)
{
	static const char text[] = "conf\t/etc/php82/php-fpm.conf\t7\t/usr/sbin/php-fpm82\t\n"
		"unit\t/etc/php82/php-fpm.conf\tphp-fpm82\nsection\t/x\tglobal\n"
		"set\tprocess_control_timeout\t10s\nset\tprocess.max\t20\n"
		"section\t/etc/php82/php-fpm.d/a.conf\tshop\nset\tlisten\t/run/$pool/$pool.sock\n"
		"set\tlisten.mode\t0660\nset\trequest_terminate_timeout\t2m\nset\tlisten.backlog\t32\n"
		"set\tphp_admin_value[error_log]\t/var/log/$pool.log\n"
		"section\t/etc/php82/php-fpm.d/b.conf\tblog\nset\tlisten\t[::]:9000\n"
		"set\tlisten.allowed_clients\t127.0.0.1\nsection\t/y\tapi\nset\tlisten\t9001\n"
		"section\t/y\tjobs\nset\tprefix\t/srv/jobs\nset\tlisten\trun/fpm.sock\n"
		"section\t/etc/php82/php-fpm.d/a.conf\tshop\nset\tpm.max_children\t9\n";
	const struct fpm_pool *p;

	(void)state;
	fpm_parse_conf(&w.facts, w.mem, span_of(text), 0);
	assert_string_equal(w.facts.fpm.masters[0].version, "8.2");
	assert_string_equal(w.facts.fpm.masters[0].unit, "php-fpm82");
	assert_int_equal(w.facts.fpm.masters[0].control_timeout_s.v, 10);
	assert_int_equal(w.facts.fpm.masters[0].process_max.v, 20);
	assert_int_equal(w.facts.fpm.pool_count, 4);
	p = w.facts.fpm.pools;
	assert_string_equal(p[0].listen.path, "/run/shop/shop.sock");
	assert_int_equal(p[0].listen_mode.v, 0660);
	assert_int_equal(p[0].terminate_s.v, 120);
	assert_int_equal(p[0].backlog.v, 32);
	assert_int_equal(p[0].max_children.v, 9);
	assert_string_equal(p[0].error_log, "/var/log/shop.log");
	assert_string_equal(p[1].listen.host, "::");
	assert_int_equal(p[1].listen.port, 9000);
	assert_null(p[2].listen.host);
	assert_int_equal(p[2].listen.port, 9001);
	assert_string_equal(p[3].listen.path, "/srv/jobs/run/fpm.sock");
}

static const struct fpm_event *event(enum fpm_event_kind kind)
{
	for (size_t i = 0; i < w.facts.fpm.event_count; i++)
		if (w.facts.fpm.events[i].kind == kind)
			return &w.facts.fpm.events[i];
	fail_msg("no event %d", (int)kind);
	return NULL;
}

static void real_logs(void **state)
{
	const struct fpm_event *e;

	(void)state;
	fpm_parse_log(&w.facts, w.mem, world_file(w.mem, "fpm/terminate_timeout", "fpm_log"), 0);
	e = event(FPM_TERMINATED);
	assert_string_equal(e->pool, "www");
	assert_string_equal(e->request, "GET /index.php?sales_report=1");
	assert_string_equal(e->script, "/var/www/shop.test/index.php");
	assert_int_equal(e->seconds.v, 3);
	assert_true(e->pid.known && e->line.at.known);
	assert_string_equal(e->line.source, "/var/log/php8.2-fpm.log");
	assert_int_equal(e->line.text[0], '[');
	assert_int_equal(event(FPM_CHILD_SIGNAL)->signal.v, 15);
	fpm_parse_log(&w.facts, w.mem, world_file(w.mem, "fpm/segfault", "fpm_log"), 0);
	assert_int_equal(event(FPM_CHILD_SIGNAL)->signal.v, 11);
	fpm_parse_log(&w.facts, w.mem, world_file(w.mem, "fpm/bind_conflict", "fpm_log"), 0);
	assert_true(event(FPM_ANOTHER_INSTANCE)->line.at.known);
	e = &w.facts.fpm.events[w.facts.fpm.event_count - 1];
	assert_string_equal(e->line.source, "journal:php8.2-fpm.service");
	fpm_parse_log(&w.facts, w.mem, world_file(w.mem, "fpm/allowed_clients", "fpm_log"), 0);
	event(FPM_DISALLOWED);
	fpm_parse_log(&w.facts, w.mem, span_of(""), 0);
	assert_int_equal(w.facts.fpm.event_count, 0);
	assert_int_equal(w.facts.fpm.log_known, TRI_UNKNOWN);
}

/* What a page writes to stderr may quote anything: it is not FPM that says so. */
static void a_quoted_line_proves_nothing(void **state)
{
	(void)state;
	fpm_parse_log(&w.facts, w.mem, span_of("clock\t1795170514\t+0000\t99.00\nfile\tfpm\t1\t1\t0\t/l\n"
		"=[20-Nov-2026 10:28:34] WARNING: [pool www] child 7 said into stderr: \"[pool www] child 9 "
		"exited on signal 11 (SIGSEGV), Another FPM instance seems to already listen\"\n"), 0);
	assert_int_equal(w.facts.fpm.event_count, 0);
}

static void times_have_a_zone(void **state)
{
	(void)state;
	fpm_parse_log(&w.facts, w.mem, span_of("clock\t1795170514\t-0330\t99.00\nfile\tfpm\t1\t1\t0\t/l\n"
		"=[20-Nov-2026 06:58:34] NOTICE: exiting, bye-bye!\n"
		"=[99-Foo-2026 06:58:34] NOTICE: exiting, bye-bye!\n"), 0);
	assert_int_equal(w.facts.fpm.event_count, 1);
	assert_int_equal(w.facts.fpm.events[0].line.at.v, 1795170514);
}

static void slow_log(void **state)
{
	const struct fpm_slow *s = NULL;

	(void)state;
	fpm_parse_slow(&w.facts, w.mem, span_of("clock\t1795170514\t+0000\t99.00\nfile\tslow\t1\t1\t0\t/s.log\n"
		"=\n=[20-Nov-2026 10:28:30]  [pool www] pid 62\n=script_filename = /var/www/index.php\n"
		"=[0x00007f6fe0a13100] mysqli_query() /var/www/wp-includes/class-wpdb.php:2349\n"
		"=[0x00007f6fe0a13000] report() /var/www/wp-content/plugins/sales-report/r.php:9\n"
		"=[0x00007f6fe0a12000] x() /var/www/wp-content/plugins/other/r.php:9\n"
		"=\n=[20-Nov-2026 10:28:32]  [pool www] pid 63\n=script_filename = /var/www/b.php\n"), 0);
	s = w.facts.fpm.slow;
	assert_int_equal(w.facts.fpm.slow_count, 2);
	assert_string_equal(s[0].top, "mysqli_query");
	assert_string_equal(s[0].plugin, "plugins/sales-report");
	assert_string_equal(s[0].script, "/var/www/index.php");
	assert_int_equal(s[0].pid.v, 62);
	assert_string_equal(s[0].line.text, "[20-Nov-2026 10:28:30]  [pool www] pid 62");
	assert_non_null(strstr(s[0].line.more, "mysqli_query"));
	assert_null(s[1].top);
}

#define T(name) cmocka_unit_test_setup_teardown(name, open_world, close_world)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_real_configuration), T(a_failed_test_is_told), T(pools_of_a_panel), T(real_logs),
		T(a_quoted_line_proves_nothing), T(times_have_a_zone), T(slow_log),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
