/*
 * FPM's causes on the reports of real servers that were broken on purpose. Refusals come
 * first: what must not be blamed.
 */
#include <time.h>

#include "fpm_help.h"

static struct world w;

static int close_world(void **state)
{
	(void)state;
	world_close(&w);
	return 0;
}

/* --- refusals ---------------------------------------------------------------------- */

static void healthy_is_not_blamed(void **state)
{
	(void)state;
	world_open(&w, "fpm/healthy");
	assert_non_null(w.view.pool);
	assert_non_null(w.view.listener);
	world_page(&w, 200);
	assert_string_equal(top(&w), "");
	assert_int_equal(fpm_own_health(&w.view), HEALTH_OK);
	assert_int_equal(host_own_health(&w.view), HEALTH_OK);
}

static void a_page_that_fails_is_no_proof(void **state)
{
	(void)state;
	world_open(&w, "fpm/healthy");
	world_page(&w, 500);
	assert_string_equal(top(&w), "");
}

static void busy_and_quick_is_well(void **state)
{
	(void)state;
	world_open(&w, "fpm/pool_saturated");
	for (size_t i = 0; i < w.facts.host.listener_count; i++)
		w.facts.host.listeners[i].queued = num_of(1);
	world_page(&w, 200);
	assert_string_equal(top(&w), "");
}

static void an_old_warning_is_history(void **state)
{
	struct fpm_event *e;

	(void)state;
	world_open(&w, "fpm/healthy");
	e = arena_push(w.mem, &w.facts.fpm.events, &w.facts.fpm.event_count, sizeof(*e));
	*e = (struct fpm_event){ .kind = FPM_MAX_CHILDREN, .pool = "www",
		.line = { num_of(w.facts.host.now.v - 86400), "/var/log/php8.2-fpm.log", "x", NULL } };
	world_page(&w, 502);
	assert_string_equal(top(&w), "");
}

static void another_version_stopped_is_nobodys_fault(void **state)
{
	struct host_unit *u;
	struct fpm_master *m;

	(void)state;
	world_open(&w, "fpm/healthy");
	u = arena_push(w.mem, &w.facts.host.units, &w.facts.host.unit_count, sizeof(*u));
	*u = (struct host_unit){ .name = "php7.4-fpm.service", .kind = UNIT_FPM, .active = "failed",
		.sub = "failed", .result = "exit-code", .enabled = "enabled", .manager = "systemd" };
	m = arena_push(w.mem, &w.facts.fpm.masters, &w.facts.fpm.master_count, sizeof(*m));
	*m = (struct fpm_master){ .conf = "/etc/php/7.4/fpm/php-fpm.conf", .unit = u->name,
		.test_ok = TRI_NO, .test_error = "ERROR: unknown entry" };
	world_page(&w, 502);
	assert_string_equal(top(&w), "");
}

static void nothing_known_proves_nothing(void **state)
{
	(void)state;
	world_open(&w, "fpm/down");
	memset(&w.facts.host, 0, sizeof(w.facts.host));
	memset(&w.facts.fpm, 0, sizeof(w.facts.fpm));
	world_page(&w, 502);
	assert_string_equal(top(&w), "");
	assert_int_equal(fpm_own_health(&w.view), HEALTH_UNKNOWN);
	assert_int_equal(host_own_health(&w.view), HEALTH_UNKNOWN);
}

static void slow_requests_are_not_saturation(void **state)
{
	(void)state;
	world_open(&w, "fpm/slow_endpoint");
	assert_int_not_equal(look(&w, "fpm.pool_saturated").state, FINDING_PROVEN);
	assert_int_not_equal(look(&w, "fpm.waits_on_mysql").state, FINDING_PROVEN);
	assert_int_not_equal(look(&w, "fpm.dead_work_queue").state, FINDING_PROVEN);
}

static void at_work(const char *uri, const char *query)
{
	static const char *const any[] = { "n=1", "n=2", NULL, "page_id=7", "n=3", NULL, "s=x", "p=1" };
	static struct host_work work[8];

	for (size_t i = 0; i < 8; i++)
		work[i] = (struct host_work){ .pool = "www", .pid = (int)i, .method = "GET", .uri = uri,
			.query = query ? query : any[i],
			.since = num_of(num_or(w.facts.host.now, 0) - 9) };
	w.facts.host.work = work;
	w.facts.host.work_count = 8;
}

/* The scoreboard tells one endpoint from pages that all hang. */
static void an_endpoint_is_one_address(void **state)
{
	struct finding f;

	(void)state;
	world_open(&w, "fpm/slow_endpoint");
	world_page(&w, 0);
	assert_true(look(&w, "fpm.slow_endpoint").refuter_missing); /* nobody says which */
	at_work("/index.php", NULL);
	assert_int_equal(look(&w, "fpm.slow_endpoint").state, FINDING_RULED_OUT);
	at_work("/wp-cron.php", NULL);
	assert_int_equal(look(&w, "fpm.slow_endpoint").state, FINDING_RULED_OUT);
	assert_int_not_equal(look(&w, "fpm.pool_saturated").state, FINDING_PROVEN);
	at_work("/index.php", "export=1");
	f = look(&w, "fpm.slow_endpoint");
	assert_int_equal(f.state, FINDING_PROVEN);
	assert_false(f.refuter_missing);
	assert_non_null(strstr(f.title, "/?export=1"));
	at_work("/wp-admin/admin-ajax.php", NULL);
	assert_non_null(strstr(look(&w, "fpm.slow_endpoint").title, "/wp-admin/admin-ajax.php"));
}

/* FPM listens, but the file nginx wants to open was deleted. */
static void a_deleted_socket(void **state)
{
	struct host_path gone = { .path = "/run/php/php8.2-fpm.sock", .exists = TRI_YES };

	(void)state;
	world_open(&w, "fpm/healthy");
	w.facts.host.paths = &gone;
	w.facts.host.path_count = 1;
	world_page(&w, 502);
	world_error(&w, NGX_CONNECT, 2, 2);
	assert_int_equal(look(&w, "fpm.socket_gone").state, FINDING_RULED_OUT);
	gone.exists = TRI_NO;
	assert_int_equal(look(&w, "fpm.socket_gone").state, FINDING_PROVEN);
	world_page(&w, 200);
	w.facts.nginx.error_count = 0;
	assert_int_equal(look(&w, "fpm.socket_gone").state, FINDING_NOTHING);
}

static void a_timeout_with_a_queue_is_not_the_script(void **state)
{
	(void)state;
	world_open(&w, "fpm/pool_saturated");
	world_error(&w, NGX_TIMEOUT_READ, 110, 2);
	assert_int_equal(look(&w, "fpm.script_timeout").state, FINDING_RULED_OUT);
}

static void mended_permissions_are_over(void **state)
{
	(void)state;
	world_open(&w, "fpm/healthy");
	world_page(&w, 200);
	world_error(&w, NGX_CONNECT, 13, 20);
	assert_string_equal(top(&w), "");
}

static void servers_that_are_well(void **state)
{
	static const char *const dirs[] = { "fpm/busy_quick_pool", "fpm/two_php", "fpm/fresh_restart",
		"fpm/healthy" };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		world_open(&w, dirs[i]);
		world_page(&w, 200);
		assert_string_equal(top(&w), "");
		if (i < 3)
			world_close(&w);
	}
}

/* --- real faults ------------------------------------------------------------------- */

static void each_fault_has_its_name(void **state)
{
	static const struct {
		const char *dir, *cause;
		int status;
	} faults[] = {
		{ "fpm/down", "fpm.down", 502 },
		{ "fpm/killed", "fpm.killed", 502 },
		{ "fpm/config_invalid", "fpm.config_invalid", 502 },
		{ "fpm/bind_conflict", "fpm.bind_conflict", 0 },
		{ "fpm/waits_on_remote_http", "fpm.waits_on_remote_http", 0 },
		{ "fpm/loopback_deadlock", "fpm.loopback_deadlock", 0 },
		{ "fpm/lock_contention", "fpm.lock_contention", 0 },
		{ "fpm/slow_endpoint", "fpm.slow_endpoint", 0 },
		{ "fpm/dead_work_queue", "fpm.dead_work_queue", 0 },
		{ "fpm/pool_saturated", "fpm.pool_saturated", 504 },
		{ "fpm/frozen", "fpm.frozen", 0 },
		{ "fpm/segfault", "fpm.segfault", 502 },
		{ "fpm/socket_permission", "fpm.socket_permission", 502 },
		{ "fpm/process_limit", "fpm.process_limit", 504 },
		{ "fpm/waits_on_mysql", "fpm.waits_on_mysql", 0 },
		{ "fpm/backlog_full", "fpm.backlog_full", 502 },
		{ "fpm/terminate_timeout", "fpm.terminate_timeout", 502 },
		{ "fpm/tcp_slow_endpoint", "fpm.slow_endpoint", 0 },
		{ "fpm/tcp_dead_work_queue", "fpm.dead_work_queue", 0 },
		{ "fpm/tcp_pool_saturated", "fpm.pool_saturated", 504 },
		{ "fpm/plain_waits_on_remote_http", "fpm.waits_on_remote_http", 0 },
		{ "fpm/plain_loopback_deadlock", "fpm.loopback_deadlock", 0 },
		{ "fpm/plain_pool_saturated", "fpm.pool_saturated", 504 },
		{ "fpm/plain_slow_endpoint", "fpm.slow_endpoint", 0 },
		{ "fpm/plain_down", "fpm.down", 502 },
		{ "fpm/nosystemd_down", "fpm.down", 502 },
		{ "fpm/nosystemd_killed", "fpm.killed", 502 },
		{ "host/oom", "host.oom", 502 },
		{ "host/disk_full", "host.disk_full", 500 },
		{ "host/disk_full_inodes", "host.disk_full", 500 },
		{ "host/disk_full_logs", "host.disk_full", 200 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		struct finding f;

		world_open(&w, faults[i].dir);
		world_page(&w, faults[i].status);
		if (strcmp(top(&w), faults[i].cause) != 0)
			print_message("%s\n", faults[i].dir);
		assert_string_equal(top(&w), faults[i].cause);
		f = look(&w, faults[i].cause);
		assert_true(f.evidence_count >= 1);
		assert_non_null(f.fix);
		assert_int_equal(f.health, faults[i].status == 200 ? HEALTH_WARN : HEALTH_BROKEN);
		if (i + 1 < sizeof(faults) / sizeof(faults[0]))
			world_close(&w);
	}
}

static void down_quotes_unit_and_socket(void **state)
{
	struct finding f;

	(void)state;
	world_open(&w, "fpm/down");
	world_error(&w, NGX_CONNECT, 2, 3);
	f = look(&w, "fpm.down");
	assert_int_equal(f.state, FINDING_PROVEN);
	assert_true(f.decisive >= 2 && f.fresh_lines);
	assert_true(shows(&f, "php8.2-fpm.service"));
	assert_true(shows(&f, "inactive (dead)"));
	assert_true(shows(&f, "/run/php/php8.2-fpm.sock"));
	assert_non_null(strstr(f.fix, "systemctl start php8.2-fpm.service"));
	assert_string_equal(f.subject, "php8.2-fpm.service");
	assert_true(f.since.known);
	assert_int_equal(look(&w, "fpm.killed").state, FINDING_RULED_OUT);
}

static void a_masked_unit_is_unmasked_first(void **state)
{
	(void)state;
	world_open(&w, "fpm/down");
	for (size_t i = 0; i < w.facts.host.unit_count; i++)
		if (w.facts.host.units[i].kind == UNIT_FPM)
			w.facts.host.units[i].enabled = "masked";
	assert_non_null(strstr(look(&w, "fpm.down").fix, "unmask"));
}

/* Without a service manager the log and the socket's file tell a stop from a kill. */
static void without_a_manager(void **state)
{
	struct host_path *p;
	struct fpm_event *e;

	(void)state;
	world_open(&w, "fpm/down");
	w.facts.host.unit_count = 0;
	w.facts.host.init = "sysv";
	w.facts.fpm.event_count = 0;
	w.facts.fpm.masters[0].unit = "php8.2-fpm";
	world_page(&w, 502);
	assert_string_equal(top(&w), "fpm.down");
	p = arena_push(w.mem, &w.facts.host.paths, &w.facts.host.path_count, sizeof(*p));
	w.facts.host.paths = p;
	w.facts.host.path_count = 1;
	*p = (struct host_path){ .path = w.view.peer->path, .exists = TRI_YES, .type = 's' };
	world_join(&w);
	assert_string_equal(top(&w), "fpm.killed");
	e = arena_push(w.mem, &w.facts.fpm.events, &w.facts.fpm.event_count, sizeof(*e));
	*e = (struct fpm_event){ .kind = FPM_STARTED, .line = { num_of(w.view.now - 100),
		w.facts.fpm.masters[0].error_log, "fpm is running", NULL } };
	e = arena_push(w.mem, &w.facts.fpm.events, &w.facts.fpm.event_count, sizeof(*e));
	*e = (struct fpm_event){ .kind = FPM_STOPPING, .line = { num_of(w.view.now - 50),
		w.facts.fpm.masters[0].error_log, "exiting, bye-bye!", NULL } };
	assert_string_equal(top(&w), "fpm.down");
	assert_non_null(strstr(look(&w, "fpm.down").fix, "service php8.2-fpm start"));
}

static void config_invalid_names_file_and_line(void **state)
{
	struct finding f;

	(void)state;
	world_open(&w, "fpm/config_invalid");
	f = look(&w, "fpm.config_invalid");
	assert_true(shows(&f, "www.conf:491] unknown entry 'pm.max_childern'"));
	assert_non_null(strstr(f.title, "www.conf:491"));
}

static void remote_names_the_address(void **state)
{
	struct finding f;

	(void)state;
	world_open(&w, "fpm/waits_on_remote_http");
	f = look(&w, "fpm.waits_on_remote_http");
	assert_int_equal(f.state, FINDING_PROVEN);
	assert_non_null(strstr(f.title, "203.0.113.20:443"));
	assert_true(shows(&f, "busy workers of pool www try in vain to connect to 203.0.113.20:443"));
}

static void a_slow_log_names_the_plugin(void **state)
{
	static const char slow[] = "clock\t%lld\t+0000\t100.00\nfile\tslow\t900\t1\t0\t/var/log/slow.log\n"
		"=\n=[%s]  [pool www] pid 62\n=script_filename = /var/www/shop.test/index.php\n"
		"=[0x00007f6fe0a13100] curl_exec() /var/www/shop.test/wp-includes/x.php:12\n"
		"=[0x00007f6fe0a13000] rates() /var/www/shop.test/wp-content/plugins/acme-shipping/a.php:4\n";
	char date[32];
	time_t at;
	struct finding f;

	(void)state;
	world_open(&w, "fpm/waits_on_remote_http");
	at = (time_t)w.facts.host.now.v - 5;
	strftime(date, sizeof(date), "%d-%b-%Y %H:%M:%S", gmtime(&at));
	fpm_parse_slow(&w.facts, w.mem, span_of(arena_printf(w.mem, slow,
		(long long)w.facts.host.now.v, date)), 0);
	assert_int_equal(w.facts.fpm.slow_count, 1);
	assert_string_equal(w.facts.fpm.slow[0].top, "curl_exec");
	f = look(&w, "fpm.waits_on_remote_http");
	assert_string_equal(f.subject, "acme-shipping");
}

static void permission_is_computed(void **state)
{
	struct finding f;

	(void)state;
	world_open(&w, "fpm/socket_permission");
	world_page(&w, 502);
	f = look(&w, "fpm.socket_permission");
	assert_true(shows(&f, "mode 0660, root:root; nginx runs as uid 33"));
	assert_int_equal(f.decisive, 1);
}

static void allowed_clients_is_computed(void **state)
{
	struct fpm_pool *p;
	struct endpoint tcp = { NULL, "127.0.0.1", 9055 };

	(void)state;
	world_open(&w, "fpm/healthy");
	p = &w.facts.fpm.pools[0];
	p->listen = tcp;
	p->allowed_clients = "172.18.0.5";
	w.view.peer = &p->listen;
	w.view.pool = p;
	world_error(&w, NGX_CLOSED_HEADER, 104, 2);
	assert_int_equal(look(&w, "fpm.allowed_clients").state, FINDING_PROVEN);
	p->allowed_clients = "172.18.0.5, 127.0.0.1";
	assert_int_equal(look(&w, "fpm.allowed_clients").state, FINDING_RULED_OUT);
}

static void reload_cut_is_a_warning(void **state)
{
	struct fpm_event *e;

	(void)state;
	world_open(&w, "fpm/healthy");
	w.facts.fpm.event_count = 0;
	e = arena_push(w.mem, &w.facts.fpm.events, &w.facts.fpm.event_count, sizeof(*e));
	*e = (struct fpm_event){ .kind = FPM_RELOADING, .line = { num_of(w.view.now - 10),
		w.facts.fpm.masters[0].error_log, "Reloading in progress ...", NULL } };
	assert_string_equal(top(&w), "");
	world_error(&w, NGX_CLOSED_HEADER, 104, 10);
	assert_string_equal(top(&w), "fpm.reload_cut_requests");
	assert_int_equal(look(&w, "fpm.reload_cut_requests").health, HEALTH_WARN);
	w.facts.fpm.masters[0].control_timeout_s = num_of(10);
	assert_int_equal(look(&w, "fpm.reload_cut_requests").state, FINDING_RULED_OUT);
}

/* What a user without rights sees: states, no log. */
static void without_logs(void **state)
{
	(void)state;
	world_open(&w, "fpm/segfault");
	w.facts.fpm.event_count = 0;
	w.facts.fpm.log_known = TRI_UNKNOWN;
	assert_string_equal(top(&w), "");
	world_page(&w, 502);
	assert_string_equal(top(&w), "fpm.segfault");
	assert_true(look(&w, "fpm.segfault").refuter_missing);
	w.facts.fpm.log_known = TRI_YES;
	assert_string_equal(top(&w), "");
	world_close(&w);
	world_open(&w, "fpm/healthy");
	world_page(&w, 504);
	assert_string_equal(top(&w), "fpm.script_timeout");
	assert_true(look(&w, "fpm.script_timeout").refuter_missing);
	w.facts.nginx.log_known = TRI_YES;
	assert_string_equal(top(&w), "");
}

static void every_row_is_whole(void **state)
{
	(void)state;
	world_open(&w, "fpm/healthy");
	for (int t = 0; t < 2; t++)
		for (const struct cause *c = t ? host_causes : fpm_causes; c->id; c++) {
			assert_non_null(c->title);
			assert_non_null(c->arrow);
			assert_non_null(c->explains);
			assert_non_null(c->look);
			assert_true(strlen(c->signs) > 10 && strlen(c->not_if) > 5);
			assert_true(strlen(c->fix) > 5 && strlen(c->wrong_fix) > 10);
			assert_true(strlen(c->plain) > 20);
			assert_non_null(c->actions);
			assert_false(explains(c, c->id));
		}
}

#define T(name) cmocka_unit_test_teardown(name, close_world)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(healthy_is_not_blamed), T(a_page_that_fails_is_no_proof), T(busy_and_quick_is_well),
		T(servers_that_are_well), T(an_old_warning_is_history), T(another_version_stopped_is_nobodys_fault),
		T(nothing_known_proves_nothing), T(slow_requests_are_not_saturation),
		T(an_endpoint_is_one_address), T(a_deleted_socket),
		T(a_timeout_with_a_queue_is_not_the_script), T(mended_permissions_are_over),
		T(each_fault_has_its_name), T(down_quotes_unit_and_socket),
		T(a_masked_unit_is_unmasked_first), T(without_a_manager),
		T(config_invalid_names_file_and_line), T(remote_names_the_address),
		T(a_slow_log_names_the_plugin), T(permission_is_computed),
		T(allowed_clients_is_computed), T(reload_cut_is_a_warning), T(without_logs), T(every_row_is_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
