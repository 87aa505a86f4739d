/* What nginx runs out of, loses, or turns away itself, on hand-made facts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "nginx_well.h"

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

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, well, drop)
	const struct CMUnitTest tests[] = {
		TEST(test_worker_connections),
		TEST(test_file_descriptors),
		TEST(test_temp_dir),
		TEST(test_worker_crash),
		TEST(test_rate_limited),
		TEST(test_cached_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
