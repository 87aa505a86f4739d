/* nginx's causes on hand-made facts: what must not be blamed first, then each fault. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "nginx_well.h"

/* --- who must not be blamed ------------------------------------------------------------ */

static void test_well(void **state)
{
	(void)state;
	only(NULL);
	memset(&facts, 0, sizeof(facts)); /* knowing nothing is no fault either */
	only(NULL);
}

static void test_old_lines_are_history(void **state)
{
	(void)state;
	log_line(200, "crit", CONNECT_2);
	log_line(200, "error", "upstream sent too big header while reading response header from "
		"upstream" TAIL("fastcgi://unix:/run/php/8.2.sock:"));
	log_line(100, "alert", "20 worker_connections are not enough");
	log_line(100, "alert", "worker process 9 exited on signal 11");
	log_line(90, "emerg", "bind() to 0.0.0.0:80 failed (98: Address already in use)");
	log_read();
	only(NULL);
	assert_int_equal(look("nginx.header_too_big").state, FINDING_HINT);
	assert_int_equal(look("nginx.worker_crash").state, FINDING_HINT);
	/* yesterday's leave no trace at all */
	log_line(7200, "alert", "worker process 9 exited on signal 11");
	log_read();
	assert_int_equal(look("nginx.worker_crash").state, FINDING_NOTHING);
}

static void test_harmless_fresh_lines(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < 50; i++)
		log_line(10, "error", "open() \"/srv/x.php7\" failed (2: No such file or directory), "
			"client: 192.0.2.1, server: shop.test, request: \"GET /x HTTP/1.1\"");
	log_line(5, "error", "FastCGI sent in stderr: \"PHP message: 502 Bad Gateway: connect() to "
		"unix:/run/php/8.2.sock failed (2: No such file)\" while reading response header from "
		"upstream" TAIL("fastcgi://unix:/run/php/8.2.sock:"));
	log_line(5, "warn", "20 worker_connections are not enough, reusing connections");
	/* a flood of logins is kept out, and the page is well */
	log_line(5, "error", "limiting requests, excess: 5.1 by zone \"login\", client: 192.0.2.9, "
		"server: shop.test, request: \"POST /wp-login.php HTTP/1.1\", host: \"shop.test\"");
	log_read();
	only(NULL);
}

static void test_fresh_restart(void **state)
{
	(void)state;
	units[0].changed_at = num_of(NOW - 3);
	procs[1].start = num_of(NOW - 3);
	log_line(20, "notice", "signal 15 (SIGTERM) received, exiting");
	log_read();
	only(NULL);
	/* the unit says it is up, the process table was read a moment earlier */
	facts.host.procs = procs + 2, facts.host.proc_count = 2;
	only(NULL);
}

static void test_broken_file_but_old_one_runs(void **state)
{
	(void)state;
	facts.nginx.config_ok = TRI_NO;
	facts.nginx.config_error = "unknown directive";
	only(NULL);
	assert_int_equal(look("nginx.config_invalid").state, FINDING_HINT);
}

static void test_edited_but_same_upstream(void **state)
{
	(void)state;
	facts.nginx.config_mtime = num_of(NOW - 10);
	log_line(5, "error", "upstream timed out (110: Connection timed out) while reading response "
		"header from upstream" TAIL("fastcgi://unix:/run/php/8.2.sock"));
	log_read();
	page_is(504, MARK_NGINX);
	only(NULL);
}

static void test_absent_nginx(void **state)
{
	(void)state;
	facts.host.procs = procs + 2, facts.host.proc_count = 2;
	units[0].active = "inactive", units[0].enabled = "disabled";
	listeners[0].comm = listeners[1].comm = "apache2";
	page_is(500, 0);
	only(NULL);
}

/* --- not running ----------------------------------------------------------------------- */

static void stop_nginx(const char *active, const char *sub, const char *result)
{
	facts.host.procs = procs + 2, facts.host.proc_count = 2;
	facts.host.listeners = listeners + 2, facts.host.listener_count = 1;
	units[0].active = active, units[0].sub = sub, units[0].result = result;
	units[0].changed_at = num_of(NOW - 200);
	page_refused();
}

static void test_down(void **state)
{
	struct finding f;

	(void)state;
	stop_nginx("inactive", "dead", "success");
	only("nginx.down");
	f = look("nginx.down");
	assert_true(says(&f, EVIDENCE_STATE, "inactive (dead)"));
	assert_int_equal(f.decisive, 2);
	assert_int_equal(f.since.v, NOW - 200);
	assert_string_equal(f.fix, "nginx -t && systemctl start nginx");
	pages[0].edge = "cloudflare";
	f = look("nginx.down");
	assert_string_equal(f.arrow, "cdn>nginx");
}

/* SIGSTOP: the processes are there, the port is open, and nobody answers. */
static void test_frozen(void **state)
{
	struct finding f;

	(void)state;
	page_refused();
	pages[0].failure = PAGE_TIMEOUT;
	procs[0].state = 'T'; /* the master alone serves nobody anyway */
	procs[1].state = 'S';
	only(NULL);
	procs[1].state = 'T';
	only("nginx.down");
	f = look("nginx.down");
	assert_true(says(&f, EVIDENCE_STATE, "state T"));
	assert_non_null(strstr(f.fix, "-CONT"));
	page_is(200, 0); /* it went on in the meantime */
	only(NULL);
}

/* A certificate renewed on disk and never read: the workers are older than its file. */
static void test_certificate_never_read(void **state)
{
	static const char text[] = "nginx\t/usr/sbin/nginx\tnginx/1.22\nconf\t/etc/nginx/nginx.conf\n"
		"test\tok\nsource\tdump\ncert\t%d\t/etc/ssl/shop.crt\nf\t/etc/nginx/nginx.conf\n"
		"b\t1\thttp\nb\t2\tserver\nd\t3\tserver_name\tshop.test\nd\t4\tlisten\t443\tssl\n"
		"d\t5\tssl_certificate\t/etc/ssl/shop.crt\ne\ne\n";
	static const char *const urls[] = { URL, NULL };
	struct site_time time = { .now = NOW, .window = 300, .fresh = 60 };
	struct site_view *v;
	size_t count;

	(void)state;
	nginx_parse_conf(&facts, mem, span_of(arena_printf(mem, text, NOW - 3900)), 0);
	v = site_views(&facts, urls, time, mem, &count);
	assert_int_equal(nginx_cert_unread(v).v, 100);
	nginx_parse_conf(&facts, mem, span_of(arena_printf(mem, text, NOW - 4100)), 0);
	v = site_views(&facts, urls, time, mem, &count);
	assert_false(nginx_cert_unread(v).known);
}

/* Nothing is broken: the files say 503, perhaps by a switch that somebody forgot. */
static void test_told_to(void **state)
{
	struct finding f;

	(void)state;
	conf("d\t17\tfastcgi_pass\tunix:/run/php/8.2.sock\nb\t18\tif\nd\t19\treturn\t503\ne\n", "");
	page_is(503, MARK_NGINX);
	pages[0].way = WAY_VISITOR;
	only(NULL); /* never proven: something else may have said 503 as well */
	f = look("nginx.told_to");
	assert_int_equal(f.state, FINDING_HINT);
	assert_true(f.by_elimination);
	assert_non_null(strstr(f.title, "line 19"));
	pages[0].from_php = true; /* WordPress's own 503 */
	assert_int_equal(look("nginx.told_to").state, FINDING_NOTHING);
	page_is(502, MARK_NGINX);
	pages[0].way = WAY_VISITOR;
	assert_int_equal(look("nginx.told_to").state, FINDING_NOTHING);
}

static void test_config_invalid(void **state)
{
	struct finding f;

	(void)state;
	stop_nginx("failed", "failed", "exit-code");
	facts.nginx.config_ok = TRI_NO;
	facts.nginx.config_error = "nginx: [emerg] unknown directive \"x\" in /etc/nginx/a.conf:3";
	only("nginx.config_invalid");
	f = look("nginx.config_invalid");
	assert_true(says(&f, EVIDENCE_STATE, "a.conf:3"));
	/* without root: only what the log said when the unit failed */
	facts.nginx.config_ok = TRI_UNKNOWN;
	facts.nginx.config_error = NULL;
	log_line(201, "emerg", "unknown directive \"x\" in /etc/nginx/a.conf:3");
	log_read();
	only("nginx.config_invalid");
	f = look("nginx.config_invalid");
	assert_true(f.refuter_missing);
	assert_true(says(&f, EVIDENCE_LOG, "a.conf:3"));
}

/* A start that failed for a reason we may not read: named, but not with certainty. */
static void test_down_for_an_unread_reason(void **state)
{
	(void)state;
	stop_nginx("failed", "failed", "exit-code");
	facts.nginx.config_ok = TRI_UNKNOWN;
	facts.nginx.log_known = TRI_NO;
	only("nginx.down");
	assert_true(look("nginx.down").refuter_missing);
}

static void test_port_taken(void **state)
{
	struct finding f;

	(void)state;
	stop_nginx("failed", "failed", "exit-code");
	listeners[0].comm = "apache2";
	listeners[0].pid = num_of(99);
	facts.host.listeners = listeners, facts.host.listener_count = 1;
	log_line(200, "emerg", "bind() to 0.0.0.0:80 failed (98: Address already in use)");
	log_read();
	only("nginx.port_taken");
	f = look("nginx.port_taken");
	assert_string_equal(f.title, "apache2 holds port 80, so nginx cannot start");
	assert_true(says(&f, EVIDENCE_LOG, "(98:"));
	assert_true(f.decisive >= 2);
}

static void test_name_stops_the_start(void **state)
{
	(void)state;
	stop_nginx("failed", "failed", "exit-code");
	facts.nginx.config_ok = TRI_NO;
	facts.nginx.config_error = "nginx: [emerg] host not found in upstream \"php\" in /e:1";
	only("nginx.name_resolution");
}

static void mismatch(void)
{
	conf("d\t17\tfastcgi_pass\tunix:/run/php/7.4.sock\n", "");
	facts.nginx.log_known = TRI_YES;
	page_is(502, MARK_NGINX);
	log_line(5, "crit", CONNECT_2);
	log_read();
}

static void test_socket_mismatch(void **state)
{
	struct finding f;

	(void)state;
	mismatch();
	only("nginx.socket_mismatch");
	f = look("nginx.socket_mismatch");
	assert_int_equal(f.decisive, 2);
	assert_int_equal(f.fresh_lines, 1);
	assert_true(says(&f, EVIDENCE_STATE, "PHP-FPM listens on unix:/run/php/8.2.sock"));
	assert_non_null(strstr(f.fix, "fastcgi_pass unix:/run/php/8.2.sock; at "
		"/etc/nginx/nginx.conf:17"));
	/* without its log or a page nobody knows whether nginx dials there at all */
	facts.nginx.error_count = 0;
	facts.visitor.page_count = 0;
	assert_int_equal(look("nginx.socket_mismatch").state, FINDING_HINT);
}

static void test_socket_mismatch_refused(void **state)
{
	(void)state;
	mismatch();
	page_is(200, 0); /* the running configuration differs, and works */
	only(NULL);
	page_is(502, 0);
	facts.host.proc_count = 2; /* no FPM at all: not a mismatch */
	facts.host.listener_count = 2;
	assert_int_equal(look("nginx.socket_mismatch").state, FINDING_RULED_OUT);
}

/* A pool of the old version is configured there: is that version in service? */
static void test_mismatch_or_stopped(void **state)
{
	(void)state;
	mismatch();
	pools[1] = (struct fpm_pool){ .name = "www", .conf = "/etc/7.4.conf",
		.listen = { "/run/php/7.4.sock", NULL, 0 } };
	masters[1] = (struct fpm_master){ .conf = "/etc/7.4.conf", .unit = "php7.4-fpm.service" };
	facts.fpm.pool_count = facts.fpm.master_count = 2;
	only(NULL); /* stopped: fpm.down's */
	masters[1].unit = NULL; /* removed, its files stayed */
	only("nginx.socket_mismatch");
}

static void test_not_reloaded(void **state)
{
	struct finding f;

	(void)state;
	facts.nginx.config_mtime = num_of(NOW - 100);
	page_is(502, MARK_NGINX);
	log_line(5, "crit", CONNECT_2);
	log_read();
	only("nginx.not_reloaded");
	f = look("nginx.not_reloaded");
	assert_true(says(&f, EVIDENCE_STATE, "changed 3900 s after"));
	assert_int_equal(f.since.v, NOW - 100);
	/* the same second as far as a start can be told, or the line is of before the edit */
	procs[1].start = num_of(NOW - 101);
	assert_int_equal(look("nginx.not_reloaded").state, FINDING_RULED_OUT);
	procs[1].start = num_of(NOW - 4000);
	facts.nginx.config_mtime = num_of(NOW - 2);
	assert_int_equal(look("nginx.not_reloaded").state, FINDING_NOTHING);
	facts.nginx.config_mtime = num_of(NOW - 100);
	/* workers that have read it */
	procs[1].start = num_of(NOW - 50);
	assert_int_equal(look("nginx.not_reloaded").state, FINDING_RULED_OUT);
}

static void test_not_reloaded_by_elimination(void **state)
{
	struct finding f;

	(void)state;
	facts.nginx.config_mtime = num_of(NOW - 100);
	facts.nginx.log_known = TRI_NO;
	page_is(502, MARK_NGINX);
	f = look("nginx.not_reloaded");
	assert_int_equal(f.state, FINDING_HINT);
	assert_true(f.by_elimination);
	facts.nginx.log_known = TRI_YES; /* it was read, and names nothing else */
	assert_int_equal(look("nginx.not_reloaded").state, FINDING_NOTHING);
}

static void test_stale_address(void **state)
{
	(void)state;
	conf("d\t17\tfastcgi_pass\tphp:9000\n", "name\tphp\t172.18.0.5\n");
	log_line(5, "error", "connect() failed (113: Host is unreachable) while connecting to upstream"
		TAIL("fastcgi://172.18.0.9:9000"));
	log_read();
	page_is(502, MARK_NGINX);
	only("nginx.stale_upstream_address");
	log_line(5, "error", "connect() failed (113: Host is unreachable) while connecting to upstream"
		TAIL("fastcgi://172.18.0.5:9000"));
	log_read();
	only(NULL);
	/* a container that came back elsewhere on this machine: its name leads to the pool */
	facts.host.addresses = "172.18.0.6";
	pools[0].listen = listeners[2].at = (struct endpoint){ NULL, "172.18.0.6", 9000 };
	conf("d\t17\tfastcgi_pass\tphp:9000\n", "name\tphp\t172.18.0.6\n");
	log_line(5, "error", "connect() failed (111: Connection refused) while connecting to upstream"
		TAIL("fastcgi://172.18.0.5:9000"));
	log_read();
	only("nginx.stale_upstream_address");
}

static void test_backend_down(void **state)
{
	struct finding f;

	(void)state;
	conf("d\t17\tproxy_pass\thttp://127.0.0.1:7080\n", "");
	page_is(502, MARK_NGINX);
	only("nginx.backend_down"); /* state alone: nobody listens */
	log_line(5, "error", "connect() failed (111: Connection refused) while connecting to upstream"
		TAIL("http://127.0.0.1:7080/"));
	log_read();
	only("nginx.backend_down");
	f = look("nginx.backend_down");
	assert_int_equal(f.fresh_lines, 1);
	assert_true(says(&f, EVIDENCE_STATE, "nobody listens on 127.0.0.1:7080"));
	page_is(200, 0);
	facts.nginx.error_count = 0;
	only(NULL);
}

static void test_protocol_mismatch(void **state)
{
	(void)state;
	log_line(5, "error", "upstream sent unsupported FastCGI protocol version: 72 while reading "
		"response header from upstream" TAIL("fastcgi://unix:/run/php/8.2.sock:"));
	log_read();
	page_is(502, MARK_NGINX);
	only("nginx.protocol_mismatch");
	conf("d\t17\tproxy_pass\thttp://unix:/run/php/8.2.sock:/\n", "");
	log_line(5, "error", "recv() failed (104: Connection reset by peer) while reading response "
		"header from upstream" TAIL("http://unix:/run/php/8.2.sock:/"));
	log_read();
	only("nginx.protocol_mismatch");
	/* 104 from FastCGI is somebody else's */
	conf("d\t17\tfastcgi_pass\tunix:/run/php/8.2.sock\n", "");
	log_line(5, "error", "recv() failed (104: Connection reset by peer) while reading response "
		"header from upstream" TAIL("fastcgi://unix:/run/php/8.2.sock:"));
	log_read();
	only(NULL);
	/* TLS to a port that speaks none: it answers in plain text, or just hangs up */
	conf("d\t17\tproxy_pass\thttps://127.0.0.1:8088\n", "");
	listeners[3] = (struct host_listener){ .at = { NULL, "127.0.0.1", 8088 }, .comm = "php" };
	facts.host.listener_count = 4;
	log_line(5, "error", "peer closed connection in SSL handshake while SSL handshaking to upstream"
		TAIL("https://127.0.0.1:8088/"));
	log_read();
	only("nginx.protocol_mismatch");
	assert_int_equal(look("nginx.protocol_mismatch").decisive, 0);
}

static void test_header_too_big(void **state)
{
	struct finding f;

	(void)state;
	log_line(5, "error", "upstream sent too big header while reading response header from "
		"upstream" TAIL("fastcgi://unix:/run/php/8.2.sock:"));
	log_read();
	page_is(502, MARK_NGINX);
	only("nginx.header_too_big");
	f = look("nginx.header_too_big");
	assert_true(says(&f, EVIDENCE_LOG, "too big header"));
	assert_int_equal(f.decisive, 1);
	/* of another site in the same pool */
	log_line(5, "error", "upstream sent too big header while reading response header from "
		"upstream, client: ::1, server: blog.test, request: \"GET / HTTP/1.1\", upstream: "
		"\"fastcgi://unix:/run/php/8.2.sock:\", host: \"blog.test\"");
	log_read();
	only(NULL);
}

static void test_name_resolution(void **state)
{
	(void)state;
	conf("d\t17\tfastcgi_pass\t$backend\n", "");
	log_line(5, "error", "no resolver defined to resolve php.internal, client: ::1, server: "
		"shop.test, request: \"GET / HTTP/1.1\", host: \"shop.test\"");
	log_read();
	page_is(502, MARK_NGINX);
	only("nginx.name_resolution");
	assert_int_equal(look("nginx.name_resolution").decisive, 1);
}

static void test_own_health(void **state)
{
	static const char *const urls[] = { URL, NULL };
	struct site_time time = { NOW, 300, 60 };
	struct site_view *v;
	size_t n;

	(void)state;
	v = site_views(&facts, urls, time, mem, &n);
	assert_int_equal(nginx_own_health(v), HEALTH_OK);
	facts.host.listener_count = 1; /* 443 is not there */
	assert_int_equal(nginx_own_health(v), HEALTH_WARN);
	stop_nginx("inactive", "dead", "success");
	v = site_views(&facts, urls, time, mem, &n);
	assert_int_equal(nginx_own_health(v), HEALTH_WARN);
	units[0].enabled = "masked";
	assert_int_equal(nginx_own_health(v), HEALTH_ABSENT);
	memset(&facts, 0, sizeof(facts));
	v = site_views(&facts, urls, time, mem, &n);
	assert_int_equal(nginx_own_health(v), HEALTH_UNKNOWN);
	assert_string_equal(nginx_says(v, mem), "not known");
}

static void test_rows_are_whole(void **state)
{
	const struct cause *c;

	(void)state;
	for (c = nginx_causes; c->id; c++) {
		assert_int_equal(strncmp(c->id, "nginx.", 6), 0);
		assert_int_equal(c->link, LINK_NGINX);
		assert_true(c->title && c->arrow && c->explains && c->look && c->signs && c->not_if);
		assert_true(c->fix && c->wrong_fix && c->actions && c->plain);
	}
	assert_int_equal(c - nginx_causes, 17);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, well, drop)
	const struct CMUnitTest tests[] = {
		TEST(test_well),
		TEST(test_old_lines_are_history),
		TEST(test_harmless_fresh_lines),
		TEST(test_fresh_restart),
		TEST(test_broken_file_but_old_one_runs),
		TEST(test_edited_but_same_upstream),
		TEST(test_absent_nginx),
		TEST(test_down),
		TEST(test_frozen),
		TEST(test_told_to),
		TEST(test_certificate_never_read),
		TEST(test_config_invalid),
		TEST(test_down_for_an_unread_reason),
		TEST(test_port_taken),
		TEST(test_name_stops_the_start),
		TEST(test_socket_mismatch),
		TEST(test_socket_mismatch_refused),
		TEST(test_mismatch_or_stopped),
		TEST(test_not_reloaded),
		TEST(test_not_reloaded_by_elimination),
		TEST(test_stale_address),
		TEST(test_backend_down),
		TEST(test_protocol_mismatch),
		TEST(test_header_too_big),
		TEST(test_name_resolution),
		TEST(test_own_health),
		TEST(test_rows_are_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
