/*
 * nginx's causes on hand-made facts: what must not be blamed first, then each fault. A
 * base is a server that is well; a test breaks it.
 */
#include "probes/nginx/causes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "nginx_help.h"
#include "probes/site.h"

#define NOW 1795161600 /* 2026-11-20 08:00:00 UTC */
#define URL "https://shop.test/"

static struct arena *mem;
static struct chain_facts facts;
static struct host_proc procs[6];
static struct host_unit units[2];
static struct host_listener listeners[4];
static struct fpm_pool pools[2];
static struct fpm_master masters[2];
static struct page pages[2];

static void page_is(int status, unsigned marks)
{
	pages[0] = (struct page){ .site = URL, .url = URL, .way = WAY_ORIGIN,
		.status = num_of(status), .marks = marks, .total_ms = num_of(3),
		.server_at = num_of(NOW) };
	facts.visitor.pages = pages;
	facts.visitor.page_count = 1;
}

static void page_refused(void)
{
	page_is(0, 0);
	pages[0].way = WAY_VISITOR;
	pages[0].failure = PAGE_REFUSED;
	pages[0].status.known = false;
	pages[0].error = "Connection refused";
}

static void conf(const char *passes, const char *more)
{
	const char *text = arena_printf(mem, "nginx\t/usr/sbin/nginx\tnginx/1.22\n"
		"conf\t/etc/nginx/nginx.conf\ntest\tok\nsource\tdump\nmtime\t%d\t/etc/nginx/site.conf\n"
		"f\t/etc/nginx/nginx.conf\nd\t1\tuser\twww-data\nb\t1\thttp\nb\t2\tserver\n"
		"d\t3\tserver_name\tshop.test\nd\t4\tlisten\t80\nd\t5\tlisten\t443\tssl\n"
		"b\t9\tlocation\t~\t\\.php$\n%se\ne\ne\n%s", NOW - 5000, passes, more);

	nginx_parse_conf(&facts, mem, span_of(text), 0);
}

static int well(void **state)
{
	(void)state;
	mem = arena_new();
	memset(&facts, 0, sizeof(facts));
	memset(pages, 0, sizeof(pages));
	procs[0] = (struct host_proc){ .pid = 10, .role = PROC_NGINX_MASTER, .comm = "nginx" };
	procs[1] = (struct host_proc){ .pid = 11, .ppid = 10, .role = PROC_NGINX_WORKER,
		.comm = "nginx", .start = num_of(NOW - 4000) };
	procs[2] = (struct host_proc){ .pid = 20, .role = PROC_FPM_MASTER };
	procs[3] = (struct host_proc){ .pid = 21, .ppid = 20, .role = PROC_FPM_WORKER, .pool = "www",
		.busy = TRI_NO };
	units[0] = (struct host_unit){ .name = "nginx.service", .kind = UNIT_NGINX,
		.active = "active", .sub = "running", .enabled = "enabled", .manager = "systemd",
		.result = "success", .changed_at = num_of(NOW - 9000) };
	units[1] = (struct host_unit){ .name = "php8.2-fpm.service", .kind = UNIT_FPM,
		.active = "active", .enabled = "enabled" };
	listeners[0] = (struct host_listener){ .at = { NULL, NULL, 80 }, .comm = "nginx" };
	listeners[1] = (struct host_listener){ .at = { NULL, NULL, 443 }, .comm = "nginx" };
	listeners[2] = (struct host_listener){ .at = { "/run/php/8.2.sock", NULL, 0 },
		.comm = "php-fpm8.2", .queued = num_of(0) };
	pools[0] = (struct fpm_pool){ .name = "www", .conf = "/etc/8.2.conf",
		.file = "/etc/pool.d/www.conf", .listen = { "/run/php/8.2.sock", NULL, 0 } };
	masters[0] = (struct fpm_master){ .conf = "/etc/8.2.conf", .unit = "php8.2-fpm.service",
		.pid = num_of(20) };
	facts.host = (struct host_facts){ .now = num_of(NOW), .procs = procs, .proc_count = 4,
		.units = units, .unit_count = 2, .listeners = listeners, .listener_count = 3,
		.proc_known = TRI_YES, .net_known = TRI_YES, .units_known = TRI_YES };
	facts.fpm = (struct fpm_facts){ .pools = pools, .pool_count = 1, .masters = masters,
		.master_count = 1 };
	conf("d\t17\tfastcgi_pass\tunix:/run/php/8.2.sock\n", "");
	page_is(200, 0);
	facts.nginx.log_known = TRI_YES;
	return 0;
}

static int drop(void **state)
{
	(void)state;
	arena_free(mem);
	return 0;
}

/* Error-log lines, each so many seconds old; the report's own head is added. */
static struct buf log_text;

static void log_line(int age, const char *level, const char *text)
{
	int second = 3600 * 8 - age;

	if (!log_text.cap) {
		buf_init(&log_text, 1 << 16);
		buf_adds(&log_text, "clock\t1\t+0000\nfile\terror\t1\t1\t0\t/var/log/nginx/error.log\n");
	}
	buf_addf(&log_text, "=2026/11/20 %02d:%02d:%02d [%s] 11#11: *5 %s\n", second / 3600,
		second / 60 % 60, second % 60, level, text);
}

static void log_read(void)
{
	nginx_parse_log(&facts, mem, span_from(log_text.data, log_text.len), 0);
	buf_release(&log_text);
	memset(&log_text, 0, sizeof(log_text));
}

#define TAIL(upstream) ", client: 192.0.2.1, server: shop.test, request: \"GET / HTTP/1.1\", " \
	"upstream: \"" upstream "\", host: \"shop.test\""
#define CONNECT_2 "connect() to unix:/run/php/7.4.sock failed (2: No such file or directory) " \
	"while connecting to upstream" TAIL("fastcgi://unix:/run/php/7.4.sock:")

static struct finding look(const char *id)
{
	static const char *const urls[] = { URL, NULL };
	const struct cause *c;
	struct finding f = { .mem = mem };
	size_t count;
	struct site_view *v = site_views(&facts, urls, (struct site_time){ NOW, 300, 60 }, mem, &count);

	assert_int_equal(count, 1);
	for (c = nginx_causes; c->id; c++)
		if (!strcmp(c->id, id)) {
			c->look(v, &f);
			return f;
		}
	fail_msg("no cause %s", id);
	return f;
}

/* Exactly these are proven, no other row. */
static void only(const char *id)
{
	const struct cause *c;
	struct finding f;

	for (c = nginx_causes; c->id; c++) {
		f = look(c->id);
		if ((f.state == FINDING_PROVEN) != (id && !strcmp(c->id, id)))
			fail_msg("%s: state %d", c->id, f.state);
	}
}

static bool says(const struct finding *f, enum evidence_kind kind, const char *text)
{
	int i;

	for (i = 0; i < f->evidence_count; i++)
		if (f->evidence[i].kind == kind && strstr(f->evidence[i].text, text))
			return true;
	return false;
}

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

/* --- limits ---------------------------------------------------------------------------- */

static void test_worker_connections(void **state)
{
	(void)state;
	log_line(5, "alert", "20 worker_connections are not enough while connecting to upstream"
		TAIL("fastcgi://unix:/run/php/8.2.sock:"));
	log_read();
	page_is(500, MARK_NGINX);
	only("nginx.worker_connections");
	procs[3].busy = TRI_YES; /* a full pool behind: only its effect */
	listeners[2].queued = num_of(12);
	only(NULL);
}

static void test_file_descriptors(void **state)
{
	struct finding f;

	(void)state;
	procs[1].fds = num_of(39), procs[1].fd_limit = num_of(40);
	log_line(5, "crit", "accept4() failed (24: Too many open files)");
	log_read();
	page_is(500, MARK_NGINX);
	only("nginx.file_descriptors");
	f = look("nginx.file_descriptors");
	assert_true(says(&f, EVIDENCE_STATE, "39 of 40"));
}

static void test_temp_dir(void **state)
{
	static struct host_mount full = { .path = "/var", .used_pct = { 100, true } };

	(void)state;
	conf("d\t17\tfastcgi_pass\tunix:/run/php/8.2.sock\n",
		"temp\t/var/lib/nginx/fastcgi\t700\troot\n");
	log_line(5, "crit", "open() \"/var/lib/nginx/fastcgi/2/00/0000000002\" failed (13: Permission "
		"denied) while reading upstream" TAIL("fastcgi://unix:/run/php/8.2.sock:"));
	log_read();
	only("nginx.temp_dir");
	assert_int_equal(look("nginx.temp_dir").decisive, 1);
	facts.host.mounts = &full, facts.host.mount_count = 1;
	only(NULL);
}

static void test_worker_crash(void **state)
{
	static struct kernel_line oom = { .kind = KERNEL_OOM, .comm = "nginx",
		.line = { .at = { NOW - 5, true }, .source = "dmesg", .text = "Killed process" } };

	(void)state;
	log_line(5, "alert", "worker process 129 exited on signal 11");
	log_read();
	only("nginx.worker_crash");
	assert_int_equal(look("nginx.worker_crash").health, HEALTH_WARN);
	page_is(504, MARK_NGINX); /* not what a crash does to a page */
	assert_int_equal(look("nginx.worker_crash").health, HEALTH_WARN);
	page_refused();
	pages[0].failure = PAGE_EMPTY;
	log_line(5, "alert", "worker process 129 exited on signal 11");
	log_line(3, "alert", "worker process 131 exited on signal 11");
	log_read();
	assert_int_equal(look("nginx.worker_crash").health, HEALTH_BROKEN);
	procs[0].start = num_of(NOW - 9000), procs[1].start = num_of(NOW - 3);
	assert_int_equal(look("nginx.worker_crash").decisive, 1);
	facts.host.kernel_lines = &oom, facts.host.kernel_line_count = 1;
	only(NULL);
}

static void test_rate_limited(void **state)
{
	(void)state;
	log_line(5, "error", "limiting requests, excess: 5.1 by zone \"all\", client: 192.0.2.9, "
		"server: shop.test, request: \"GET / HTTP/1.1\", host: \"shop.test\"");
	log_read();
	page_is(503, MARK_NGINX);
	only("nginx.rate_limited");
	assert_string_equal(look("nginx.rate_limited").subject, "all");
	page_is(503, MARK_MAINTENANCE);
	pages[0].retry_after = num_of(600);
	only(NULL);
}

static void test_cached_error(void **state)
{
	(void)state;
	conf("d\t17\tfastcgi_pass\tunix:/run/php/8.2.sock\nd\t18\tfastcgi_cache_valid\tany\t10m\n", "");
	facts.nginx.log_known = TRI_YES;
	page_is(502, MARK_NGINX);
	pages[0].cache = "HIT", pages[0].cache_hit = true, pages[0].cache_header = "x-cache-status";
	only("nginx.cached_error");
	/* no header that says so: nothing asked, and FPM idle */
	pages[0].cache = NULL, pages[0].cache_hit = false;
	only("nginx.cached_error");
	page_is(500, 0); /* PHP's own error is none of the cache's */
	only(NULL);
	page_is(502, MARK_NGINX);
	listeners[2].queued = num_of(3);
	only(NULL);
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
	assert_int_equal(c - nginx_causes, 16);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, well, drop)
	const struct CMUnitTest tests[] = {
		TEST(test_well), TEST(test_old_lines_are_history), TEST(test_harmless_fresh_lines),
		TEST(test_fresh_restart), TEST(test_broken_file_but_old_one_runs),
		TEST(test_edited_but_same_upstream), TEST(test_absent_nginx), TEST(test_down),
		TEST(test_config_invalid), TEST(test_down_for_an_unread_reason), TEST(test_port_taken),
		TEST(test_not_reloaded_by_elimination), TEST(test_name_stops_the_start),
		TEST(test_socket_mismatch), TEST(test_socket_mismatch_refused),
		TEST(test_mismatch_or_stopped), TEST(test_not_reloaded), TEST(test_stale_address),
		TEST(test_backend_down), TEST(test_protocol_mismatch), TEST(test_header_too_big),
		TEST(test_name_resolution), TEST(test_worker_connections),
		TEST(test_file_descriptors), TEST(test_temp_dir), TEST(test_worker_crash),
		TEST(test_rate_limited), TEST(test_cached_error), TEST(test_own_health),
		TEST(test_rows_are_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
