/*
 * What runs on the server, run here: the filter of nginx -T and the counting of access
 * logs, under every awk and sh this machine has. Their output is what the parsers are
 * tested with, so both ends of a report meet.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "nginx_help.h"

static const char *const shells[] = { "dash", "bash", "busybox sh", NULL };
static const char *const awks[] = { "mawk", "gawk", "busybox awk", NULL };

static struct arena *mem;
static char dir[] = "/tmp/wp502-test-XXXXXX";

static void write_file(const char *name, const char *text, size_t len)
{
	FILE *file = fopen(arena_printf(mem, "%s/%s", dir, name), "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, len, file), len);
	fclose(file);
}

/* Runs `command` with the collectors loaded and `awk` the one named; its output. */
static struct span run(const char *shell, const char *awk, const char *command)
{
	char *out = arena_alloc(mem, 1 << 20), *line, *wrap;
	FILE *pipe;
	size_t n;

	wrap = arena_printf(mem, "#!/bin/sh\nexec %s \"$@\"\n", awk);
	write_file("awk", wrap, strlen(wrap));
	line = arena_printf(mem, "chmod 755 %s/awk; cd %s && PATH=%s:$PATH LC_ALL=C W5_ROOT=0 %s -c "
		"'. ./lib; %s' 2>&1", dir, dir, dir, shell, command);
	pipe = popen(line, "r");
	assert_non_null(pipe);
	n = fread(out, 1, 1 << 20, pipe);
	pclose(pipe);
	return span_from(out, n);
}

static bool have(const char *program)
{
	return !system(arena_printf(mem, "command -v %.*s >/dev/null 2>&1",
		(int)strcspn(program, " "), program));
}

static int setup(void **state)
{
	static const char lib[] = "w5_has() { command -v \"$1\" >/dev/null 2>&1; }\n"
		"w5_try() { shift; \"$@\"; }\n"
		"w5_missing() { printf \"missing\\t%s\\t%s\\n\" \"$1\" \"$2\"; }\n"
		"w5_log() { printf \"file\\t%s\\t1\\t1\\t0\\t%s\\n\" \"$1\" \"$2\"; sed \"s/^/=/\" \"$2\"; }\n";
	struct buf b;

	(void)state;
	mem = arena_new();
	assert_non_null(mkdtemp(dir));
	buf_init(&b, 1 << 20);
	buf_adds(&b, lib);
	buf_adds(&b, nginx_probe.script);
	buf_adds(&b, nginx_probe.script_more);
	write_file("lib", b.data, b.len);
	buf_release(&b);
	return 0;
}

static int teardown(void **state)
{
	int status = system(arena_printf(mem, "rm -rf %s", dir)); /* ours alone: others run too */

	(void)state;
	arena_free(mem);
	return status != 0;
}

/* Calls check for each shell with each awk there is. */
static void everywhere(const char *command, void (*check)(struct span out, const char *who))
{
	size_t s, a;
	int ran = 0;

	for (s = 0; shells[s]; s++)
		for (a = 0; awks[a]; a++)
			if (have(shells[s]) && have(awks[a])) {
				check(run(shells[s], awks[a], command),
					arena_printf(mem, "%s, %s", shells[s], awks[a]));
				ran++;
			}
	assert_true(ran > 0);
}

/* Records that depend on this machine (look-ups, links, times) are left out. */
static char *config_records(struct span text)
{
	struct span line;
	struct buf b;
	char *copy;

	buf_init(&b, 1 << 20);
	while (span_line(&text, &line)) {
		if (!span_starts(line, "d\t") && !span_starts(line, "b\t") && !span_eq(line, "e") &&
		    !span_starts(line, "f\t") && !span_starts(line, "test\t"))
			continue;
		buf_add(&b, line.p, line.n);
		buf_addc(&b, '\n');
	}
	copy = arena_strndup(mem, b.data ? b.data : "", b.len);
	buf_release(&b);
	return copy;
}

static void check_forest(struct span out, const char *who)
{
	const char *want = config_records(fixture(mem, "forest.report"));
	const char *got = config_records(out);

	if (strcmp(want, got) != 0)
		fail_msg("%s:\n%s", who, got);
	assert_false(span_has(out, "secret"));
	assert_false(span_has(out, "s3cr3t"));
}

static void test_dump_is_filtered(void **state)
{
	struct span dump = fixture(mem, "forest.dump");

	(void)state;
	write_file("dump", dump.p, dump.n);
	everywhere("w5_nginx_filter 1 <dump", check_forest);
}

static const char lua[] = "# configuration file /n.conf:\nhttp {\n"
	"  init_by_lua_block { local a = {x = \"}\"} -- } no\n local s = [[ } \n } ]] if a then b() end }\n"
	"  server { listen 81; content_by_lua_block { ngx.say(\"it's {\", '}') }\n"
	"    server_name \"a;b{c}.test\" 'it\\'s'; }\n"
	"  types { text/html html; }\n  geo $x { default 0; 10.0.0.0/8 1; }\n"
	"  server { server_name after.test; # } ; {\n  listen 82; }\n}\n";

static void check_lua(struct span out, const char *who)
{
	if (!span_has(out, "d\t6\tserver_name\ta;b{c}.test\tit's\n") ||
	    !span_has(out, "d\t9\tserver_name\tafter.test\n") || !span_has(out, "d\t10\tlisten\t82\ne\ne\n") ||
	    span_has(out, "10.0.0.0") || span_has(out, "ngx"))
		fail_msg("%s:\n%.*s", who, (int)out.n, out.p);
}

static void test_awkward_blocks(void **state)
{
	(void)state;
	write_file("lua", lua, sizeof(lua) - 1);
	everywhere("w5_nginx_filter 1 <lua", check_lua);
}

static void check_failed(struct span out, const char *who)
{
	if (!span_starts(out, "emerg\tnginx: [emerg] unknown directive \"x\" in /a:1\ntest\tfailed\n3"))
		fail_msg("%s:\n%.*s", who, (int)out.n, out.p);
}

static void test_failed_test(void **state)
{
	static const char text[] = "nginx: [emerg] unknown directive \"x\" in /a:1\n"
		"nginx: configuration file /n test failed\n";

	(void)state;
	write_file("failed", text, sizeof(text) - 1);
	everywhere("w5_nginx_filter 1 <failed; echo $?", check_failed);
}

static void check_files(struct span out, const char *who)
{
	if (!span_has(out, "source\tfiles\n") || !span_has(out, "/conf.d/a b.conf\nb\t1\tserver\n") ||
	    !span_has(out, "d\t1\tserver_name\ta.test\n") || span_has(out, "hidden.test"))
		fail_msg("%s:\n%.*s", who, (int)out.n, out.p);
}

static void test_files_are_followed(void **state)
{
	static const char main_conf[] = "http { include conf.d/*.conf; # include no/*.conf;\n}\n";
	static const char one[] = "server { server_name a.test; include ../main.conf; }\n";
	static const char hidden[] = "server { server_name hidden.test; }\n";

	(void)state;
	assert_int_equal(system(arena_printf(mem, "mkdir -p %s/conf.d", dir)), 0);
	write_file("main.conf", main_conf, sizeof(main_conf) - 1);
	write_file("conf.d/a b.conf", one, sizeof(one) - 1);
	write_file("conf.d/.hidden.conf", hidden, sizeof(hidden) - 1);
	everywhere("w5_ng_nl=\"\n\" w5_nginx_files \"$PWD/main.conf\"", check_files);
}

static void check_access(struct span out, const char *who)
{
	if (!span_has(out, "/access.log\ncounts\t4\t2\t0\t0\t1\t0\t1\t3\t2\n") ||
	    !span_has(out, "unparsable\t1\n") || !span_has(out, "uri\t2\t/a?x\n") ||
	    !span_has(out, "client\t3\t192.0.2.1\n") || span_has(out, "token"))
		fail_msg("%s:\n%.*s", who, (int)out.n, out.p);
}

/* Combined, a format with time and host in front, JSON, and one that cannot be read. */
static void test_access_counts(void **state)
{
	static const char text[] =
		"192.0.2.1 - - [20/Nov/2026:07:50:00 +0000] \"GET /old HTTP/1.1\" 502 1 \"-\" \"x\"\n"
		"192.0.2.1 - - [20/Nov/2026:10:57:00 +0300] \"GET /b HTTP/1.1\" 200 1 \"-\" \"[x] 500 \"\n"
		"192.0.2.1 - - [20/Nov/2026:07:59:50 +0000] \"GET /a?x=token HTTP/1.1\" 502 1 \"-\" \"x\"\n"
		"shop.test 192.0.2.1 [20/Nov/2026:02:59:51 -0500] 0.003 \"GET /a?x=1 HTTP/2.0\" 504 9\n"
		"{\"time\":\"2026-11-20T07:59:52+00:00\",\"remote_addr\":\"192.0.2.1\",\"status\":\"200\"}\n"
		"nonsense\n";

	(void)state;
	write_file("access.log", text, sizeof(text) - 1);
	everywhere("{ echo m:$PWD/access.log; cat access.log; } | w5_nginx_count m: 1795161600 300",
		check_access);
}

static void check_thin(struct span out, const char *who)
{
	struct span line;
	int noise = 0;

	if (!span_has(out, "worker process 7 exited on signal 11") || !span_has(out, "=#0 {main}\n") ||
	    !span_has(out, "thinned\t990\n"))
		fail_msg("%s: %.*s", who, (int)(out.n < 2000 ? out.n : 2000), out.p);
	while (span_line(&out, &line))
		noise += span_has(line, "failed (2:");
	assert_int_equal(noise, 10);
}

static void test_flood_is_thinned(void **state)
{
	struct buf b;
	int i;

	(void)state;
	buf_init(&b, 1 << 20);
	buf_adds(&b, "2026/11/20 07:00:00 [alert] 1#1: worker process 7 exited on signal 11\n"
		"2026/11/20 07:00:00 [error] 1#1: *1 FastCGI sent in stderr: \"PHP message: x\n#0 {main}\n");
	for (i = 0; i < 1000; i++)
		buf_addf(&b, "2026/11/20 07:59:00 [error] 1#1: *%d open() \"/srv/%d\" failed (2: No such "
			"file or directory), client: 192.0.2.1, server: a\n", i, i);
	write_file("error.log", b.data, b.len);
	buf_release(&b);
	everywhere("w5_nginx_log \"$PWD/error.log\"", check_thin);
}

static void check_names(struct span out, const char *who)
{
	if (!span_eq(out, "/srv/www/blog\n/srv/www/shop-current\n/srv/www/acme\n--\n"
			"/usr/share/nginx/logs-err.log\n/tmp/ng-shop-err.log\n--\n/tmp/ng-access.log\n"))
		fail_msg("%s:\n%.*s", who, (int)out.n, out.p);
}

static void test_derivers(void **state)
{
	struct span report = fixture(mem, "forest.report");

	(void)state;
	write_file("report", report.p, report.n);
	everywhere("w5_nginx_roots <report; echo --; w5_nginx_error_logs <report; echo --; "
		"w5_nginx_access_logs <report", check_names);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dump_is_filtered), cmocka_unit_test(test_awkward_blocks),
		cmocka_unit_test(test_failed_test), cmocka_unit_test(test_files_are_followed),
		cmocka_unit_test(test_access_counts), cmocka_unit_test(test_flood_is_thinned),
		cmocka_unit_test(test_derivers),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
