/* nginx's reports -> facts: real dumps and logs, hostile ones, and each cut at every byte. */
#include "probes/nginx/nginx.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "nginx_help.h"

static struct arena *mem;
static struct chain_facts facts;

static int fresh_facts(void **state)
{
	(void)state;
	mem = arena_new();
	memset(&facts, 0, sizeof(facts));
	return 0;
}

static int drop_facts(void **state)
{
	(void)state;
	arena_free(mem);
	return 0;
}

static const struct nginx_server *server(const char *name)
{
	size_t i;

	for (i = 0; i < facts.nginx.server_count; i++)
		if (facts.nginx.servers[i].name_count &&
		    !strcmp(facts.nginx.servers[i].names[0], name))
			return &facts.nginx.servers[i];
	fail_msg("no server %s", name);
	return NULL;
}

static const struct nginx_pass *pass(const struct nginx_server *s, const char *location)
{
	size_t i;

	for (i = 0; i < s->pass_count; i++)
		if (s->passes[i].location && !strcmp(s->passes[i].location, location))
			return &s->passes[i];
	fail_msg("no pass at %s", location);
	return NULL;
}

static void test_nothing_is_unknown(void **state)
{
	(void)state;
	nginx_parse_conf(&facts, mem, span_of(""), 0);
	assert_int_equal(facts.nginx.config_ok, TRI_UNKNOWN);
	assert_int_equal(facts.nginx.config_readable, TRI_UNKNOWN);
	assert_false(facts.nginx.worker_connections.known);
	assert_null(facts.nginx.log_path);
	nginx_parse_log(&facts, mem, span_of(""), 0);
	assert_int_equal(facts.nginx.log_known, TRI_NO);
	nginx_parse_access(&facts, mem, span_of("access\t/x\nunparsable\t9\n"), 0);
	assert_int_equal(facts.nginx.access_count, 1);
	assert_false(facts.nginx.access[0].requests.known);
}

static void test_plain_debian(void **state)
{
	const struct nginx_server *s;
	const struct nginx_pass *p;

	(void)state;
	nginx_parse_conf(&facts, mem, fixture(mem, "debian.report"), 0);
	assert_int_equal(facts.nginx.config_ok, TRI_YES);
	assert_string_equal(facts.nginx.user, "www-data");
	assert_int_equal(facts.nginx.worker_connections.v, 768);
	assert_int_equal(facts.nginx.server_count, 1);
	s = server("shop.test");
	assert_int_equal(s->listen_count, 2);
	assert_true(s->listens[1].tls);
	assert_string_equal(s->root, "/var/www/shop.test");
	assert_false(s->returns_only);
	p = pass(s, "~ \\.php$");
	assert_int_equal(p->kind, PASS_FASTCGI);
	assert_int_equal(p->peer_count, 1);
	assert_string_equal(p->peers[0].path, "/run/php/php8.2-fpm.sock");
	assert_string_equal(p->file, "/etc/nginx/sites-enabled/shop.test");
	assert_int_equal(p->line.v, 17);
	assert_string_equal(facts.nginx.log_path, "/var/log/nginx/error.log");
	assert_int_equal(facts.nginx.error_log_count, 1);
	assert_int_equal(facts.nginx.temp_count, 3);
	assert_int_equal(facts.nginx.temps[0].mode.v, 0700);
}

static void test_include_forest(void **state)
{
	const struct nginx_server *s;
	const struct nginx_pass *p;

	(void)state;
	nginx_parse_conf(&facts, mem, fixture(mem, "forest.report"), 0);
	assert_int_equal(facts.nginx.server_count, 3);
	s = server("one.test");
	p = pass(s, "~ \\.php$");
	assert_string_equal(p->group, "php_pool");
	assert_int_equal(p->peer_count, 2);
	assert_string_equal(p->peers[0].path, "/run/php/one.sock");
	assert_int_equal(p->peers[1].port, 9001);
	assert_int_equal(p->buffer_size.v, 16384);
	assert_int_equal(p->read_ms.v, 300000);
	assert_true(server("_")->returns_only);
	s = server("shop.test");
	assert_int_equal(s->name_count, 4);
	assert_null(s->access_log);
	assert_string_equal(s->error_log, "/tmp/ng-shop-err.log");
	assert_int_equal(s->listens[0].at.port, 8092);
	assert_string_equal(s->listens[1].at.host, "::1");
	p = pass(s, "~ [^/]\\.php(/|$)");
	assert_false(p->computed);
	assert_string_equal(p->peers[0].path, "/run/php/shop.sock");
	p = pass(s, "/mapped");
	assert_true(p->computed);
	assert_int_equal(p->peer_count, 2);
	assert_string_equal(p->peers[0].path, "/run/php/panel-a.sock");
	p = pass(s, "/api/");
	assert_int_equal(p->kind, PASS_PROXY);
	assert_string_equal(p->peers[0].host, "api.internal.test");
	assert_int_equal(p->peers[0].port, 8080);
	assert_int_equal(facts.nginx.limit_status.v, 429);
	assert_int_equal(facts.nginx.link_count, 1);
	assert_string_equal(facts.nginx.links[0].target, "/srv/www/shop/web");
	assert_string_equal(facts.nginx.names[0].addresses, "127.0.0.9");
}

static void test_test_failed(void **state)
{
	(void)state;
	nginx_parse_conf(&facts, mem, span_of("nginx\t/usr/sbin/nginx\tnginx/1.22.1\n"
		"build\terror-log-path\t/var/log/nginx/error.log\nconf\t/etc/nginx/nginx.conf\n"
		"emerg\tnginx: [emerg] unknown directive \"frob\" in /etc/nginx/x.conf:3\n"
		"test\tfailed\nsource\tfiles\nf\t/etc/nginx/nginx.conf\nb\t1\thttp\nb\t2\tserver\n"
		"d\t3\tserver_name\ta.test\ne\ne\n"), 0);
	assert_int_equal(facts.nginx.config_ok, TRI_NO);
	assert_non_null(strstr(facts.nginx.config_error, "x.conf:3"));
	assert_int_equal(facts.nginx.server_count, 1);
	assert_string_equal(facts.nginx.log_path, "/var/log/nginx/error.log");
	/* no listen means port 80 */
	assert_int_equal(facts.nginx.servers[0].listens[0].at.port, 80);
}

/* A report that includes itself, nests without end and never closes must end soon. */
static void test_hostile_tree(void **state)
{
	struct buf b;
	int i;

	(void)state;
	buf_init(&b, 1 << 20);
	buf_adds(&b, "conf\t/n\nf\t/n\nb\t1\thttp\n");
	for (i = 0; i < 200; i++)
		buf_adds(&b, "b\t1\tserver\nd\t1\tinclude\t/n\nd\t1\tinclude\t/*\n");
	for (i = 0; i < 2000; i++)
		buf_adds(&b, "b\t1\tlocation\t/\n");
	buf_adds(&b, "d\t1\tfastcgi_pass\t$a$a$a\nd\t1\tset\t$a\t$a$a\ne\te\n\t\t\n=x\n");
	nginx_parse_conf(&facts, mem, span_from(b.data, b.len), 0);
	assert_true(arena_size(mem) < 200u << 20);
	buf_release(&b);
}

static const struct nginx_error *find(enum nginx_error_kind kind, int code)
{
	size_t i;

	for (i = 0; i < facts.nginx.error_count; i++)
		if (facts.nginx.errors[i].kind == kind && (code < 0 ||
				(facts.nginx.errors[i].code.known && facts.nginx.errors[i].code.v == code)))
			return &facts.nginx.errors[i];
	fail_msg("no error of kind %d, errno %d", kind, code);
	return NULL;
}

static void test_real_errors(void **state)
{
	const struct nginx_error *e;
	size_t i;

	(void)state;
	nginx_parse_log(&facts, mem, fixture(mem, "errors.report"), 0);
	assert_int_equal(facts.nginx.log_known, TRI_YES);
	e = find(NGX_CONNECT, 2);
	assert_string_equal(e->line.source, "/var/log/nginx/error.log");
	assert_int_equal(e->line.at.v, 1795161597);
	assert_string_equal(e->level, "crit");
	assert_int_equal(e->pid.v, 10);
	assert_string_equal(e->path, "/run/php/t.sock");
	assert_string_equal(e->peer.path, "/run/php/t.sock");
	assert_int_equal(e->peer_kind, PASS_FASTCGI);
	assert_string_equal(e->server, "ex.test");
	assert_string_equal(e->host, "ex.test");
	assert_string_equal(e->client, "127.0.0.1");
	assert_string_equal(e->method, "GET");
	assert_string_equal(e->uri, "/ok.php");
	assert_string_equal(e->action, "connecting to upstream");
	find(NGX_CONNECT, 11);
	find(NGX_CONNECT, 13);
	find(NGX_CONNECT, 101);
	assert_int_equal(find(NGX_CONNECT, 111)->peer_kind, PASS_FASTCGI);
	/* on a timeout the peer's trailing colon is missing */
	assert_string_equal(find(NGX_TIMEOUT_READ, 110)->peer.path, "/run/php/t.sock");
	find(NGX_TIMEOUT_CONNECT, 110);
	find(NGX_CLOSED_HEADER, 104);
	find(NGX_CLOSED_BODY, 104);
	find(NGX_BIG_HEADER, -1);
	find(NGX_NO_SCRIPT, -1);
	find(NGX_RESOLVE, -1);
	find(NGX_TLS_UPSTREAM, -1);
	find(NGX_TEMP_FILE, 13);
	find(NGX_BIND, -1);
	assert_int_equal(find(NGX_WORKER_EXIT, -1)->signal.v, 11);
	e = find(NGX_NO_LIVE_UPSTREAMS, -1);
	assert_string_equal(e->upstream, "fastcgi://two");
	assert_false(endpoint_set(&e->peer));
	for (i = 0; i < facts.nginx.error_count; i++)
		if (facts.nginx.errors[i].line.more)
			break;
	e = &facts.nginx.errors[i];
	assert_int_equal(e->kind, NGX_PHP_FATAL);
	assert_non_null(strstr(e->line.more, "#0 {main}"));
	assert_string_equal(e->uri, "/fatal.php");
	assert_null(strchr(e->line.text, '\n'));
}

#define STAMP "=2026/11/20 08:00:00 [error] 7#7: *1 "
#define TAIL ", client: 192.0.2.1, server: a.test, request: \"GET /x HTTP/1.1\", upstream: "

static const struct nginx_error *one(const char *line)
{
	struct buf b;

	buf_init(&b, 1 << 16);
	buf_addf(&b, "clock\t1795161614\t+0200\nfile\terror\t1\t1\t0\t/log\n%s\n", line);
	nginx_parse_log(&facts, mem, span_from(b.data, b.len), 0);
	buf_release(&b);
	assert_int_equal(facts.nginx.error_count, 1);
	return &facts.nginx.errors[0];
}

static void test_wordings(void **state)
{
	static const struct {
		const char *line;
		enum nginx_error_kind kind;
		int code;
	} rows[] = {
		/* musl's words, the same numbers */
		{ STAMP "upstream timed out (110: Operation timed out) while connecting to upstream" TAIL
			"\"fastcgi://10.0.0.2:9000\"", NGX_TIMEOUT_CONNECT, 110 },
		{ STAMP "connect() failed (113: Host is unreachable) while connecting to upstream" TAIL
			"\"fastcgi://10.0.0.2:9000\"", NGX_CONNECT, 113 },
		{ STAMP "upstream timed out (110: x) while reading upstream" TAIL
			"\"http://127.0.0.1:81/x\"", NGX_TIMEOUT_BODY, 110 },
		{ STAMP "upstream sent unsupported FastCGI protocol version: 72 while reading response "
			"header from upstream" TAIL "\"fastcgi://127.0.0.1:80\"", NGX_INVALID_HEADER, -1 },
		{ STAMP "upstream prematurely closed connection while reading response header from "
			"upstream" TAIL "\"http://127.0.0.1:81/x\"", NGX_CLOSED_HEADER, -1 },
		{ "=2026/11/20 08:00:00 [alert] 7#7: *1 20 worker_connections are not enough while "
			"connecting to upstream" TAIL "\"fastcgi://unix:/s\"", NGX_WORKER_CONNECTIONS, -1 },
		{ "=2026/11/20 08:00:00 [warn] 7#7: 20 worker_connections are not enough, reusing "
			"connections", NGX_WORKER_CONNECTIONS_WARN, -1 },
		{ "=2026/11/20 08:00:00 [crit] 7#7: accept4() failed (24: Too many open files)",
			NGX_NO_FILES, 24 },
		{ STAMP "limiting requests, excess: 5.0 by zone \"one\", client: 192.0.2.1, server: "
			"a.test, request: \"GET / HTTP/1.1\", host: \"a.test\"", NGX_LIMIT, -1 },
		{ STAMP "limiting requests, dry run, excess: 5.0 by zone \"one\", client: 192.0.2.1",
			NGX_OTHER, -1 },
		{ STAMP "php.internal could not be resolved (3: Host not found), client: 192.0.2.1",
			NGX_RESOLVE, 3 },
		{ STAMP "no host in upstream \"\", client: 192.0.2.1", NGX_BAD_UPSTREAM, -1 },
		{ "=2026/11/20 08:00:00 [emerg] 7#7: bind() to 0.0.0.0:80 failed (98: Address already "
			"in use)", NGX_BIND, 98 },
		{ "=nginx: [emerg] unknown directive \"x\" in /etc/nginx/nginx.conf:1", NGX_EMERG, -1 },
		{ "=nginx: [emerg] host not found in upstream \"php\" in /e:1", NGX_RESOLVE, -1 },
		{ STAMP "write() \"/var/cache/nginx/fastcgi_temp/1\" failed (28: No space left on device) "
			"while reading upstream" TAIL "\"fastcgi://unix:/s\"", NGX_TEMP_FILE, 28 },
		/* a scanner's 404 is nothing */
		{ STAMP "open() \"/var/www/proxy/.env\" failed (2: No such file or directory), client: "
			"192.0.2.1, server: a.test, request: \"GET /.env HTTP/1.1\"", NGX_OTHER, 2 },
		{ STAMP "FastCGI sent in stderr: \"PHP message: 502 Bad Gateway\" while reading response "
			"header from upstream" TAIL "\"fastcgi://unix:/s\"", NGX_PHP_STDERR, -1 },
		{ STAMP "SSL_do_handshake() failed (SSL: error:0A00010B:SSL routines::wrong version "
			"number) while SSL handshaking to upstream" TAIL "\"https://127.0.0.1:80/\"",
			NGX_TLS_UPSTREAM, -1 },
	};
	const struct nginx_error *e;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		e = one(rows[i].line);
		if (e->kind != rows[i].kind)
			fail_msg("kind %d, not %d: %s", e->kind, rows[i].kind, rows[i].line);
		if (rows[i].code < 0)
			assert_true(!e->code.known || rows[i].kind == NGX_NO_LIVE_UPSTREAMS);
		else
			assert_int_equal(e->code.v, rows[i].code);
	}
}

static void test_zone_and_crlf(void **state)
{
	const struct nginx_error *e = one(STAMP "no live upstreams while connecting to upstream\r");

	(void)state;
	assert_int_equal(e->line.at.v, 1795161600 - 7200);
	assert_int_equal(e->line.text[strlen(e->line.text) - 1], 'm');
	/* without a zone the time stays unknown */
	nginx_parse_log(&facts, mem, span_of("file\terror\t1\t1\t0\t/l\n" STAMP "x\n"), 0);
	assert_false(facts.nginx.errors[0].line.at.known);
}

/* What PHP wrote may imitate the tail; the request may imitate fields. */
static void test_forged_fields(void **state)
{
	const struct nginx_error *e = one(STAMP "FastCGI sent in stderr: \"PHP message: x, client: "
		"6.6.6.6, server: evil, upstream: \"fastcgi://unix:/evil:\"\" while reading response "
		"header from upstream" TAIL "\"fastcgi://unix:/true:\", host: \"a.test\"");

	(void)state;
	assert_string_equal(e->server, "a.test");
	assert_string_equal(e->peer.path, "/true");
	e = one("=record\tx\n=" "2026/11/20 08:00:00 [error] 7#7: *1 file\t/forged");
	assert_string_equal(e->line.source, "/log");
}

static void test_upstream_forms(void **state)
{
	static const struct {
		const char *text, *path, *host;
		int port;
	} rows[] = {
		{ "fastcgi://unix:/run/x.sock:", "/run/x.sock", NULL, 0 },
		{ "fastcgi://unix:/run/x.sock", "/run/x.sock", NULL, 0 },
		{ "http://unix:/p.sock:/path", "/p.sock", NULL, 0 },
		{ "http://127.0.0.1:8081/path", NULL, "127.0.0.1", 8081 },
		{ "fastcgi://[::1]:9000", NULL, "::1", 9000 },
		{ "https://h.test/x", NULL, "h.test", 443 },
	};
	enum pass_kind kind;
	struct endpoint at;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		assert_true(nginx_upstream(mem, span_of(rows[i].text), &kind, &at));
		assert_int_equal(at.port, rows[i].port);
		if (rows[i].path)
			assert_string_equal(at.path, rows[i].path);
		else
			assert_string_equal(at.host, rows[i].host);
	}
	assert_false(nginx_upstream(mem, span_of("fastcgi://php"), &kind, &at));
	assert_false(nginx_upstream(mem, span_of("gopher://x:1"), &kind, &at));
	assert_false(nginx_address(mem, span_of("host:99999"), 80, &at));
	assert_false(nginx_address(mem, span_of("unix:"), 80, &at));
	assert_true(nginx_address(mem, span_of("*:81"), 80, &at));
	assert_null(at.host);
	assert_int_equal(at.port, 81);
}

static void test_access(void **state)
{
	const struct nginx_access *a;

	(void)state;
	nginx_parse_access(&facts, mem, span_of("access\t/var/log/a\n"
		"counts\t15\t3\t0\t1\t2\t0\t0\t10\t3\nuri\t9\t/wp-login.php\nclient\t12\t192.0.2.1\n"
		"uri\tx\t/bad\naccess\t/var/log/b\nunparsable\t7\n"), 0);
	assert_int_equal(facts.nginx.access_count, 2);
	a = &facts.nginx.access[0];
	assert_int_equal(a->requests.v, 15);
	assert_int_equal(a->s502.v, 2);
	assert_int_equal(a->fresh_errors.v, 3);
	assert_int_equal(a->uri_count, 1);
	assert_string_equal(a->uris[0].what, "/wp-login.php");
	assert_false(facts.nginx.access[1].requests.known);
}

/* Copies of exactly the cut length, so that a read past the end is seen. */
static void cut_everywhere(const char *name, void (*parse)(struct chain_facts *, struct arena *,
	struct span, unsigned))
{
	struct span all = fixture(mem, name);
	struct arena *own;
	char *copy;
	size_t n, step = all.n > 6000 ? 7 : 1;

	for (n = 0; n <= all.n; n += step) {
		own = arena_new();
		copy = malloc(n ? n : 1);
		assert_non_null(copy);
		memcpy(copy, all.p, n);
		parse(&facts, own, span_from(copy, n), 1);
		free(copy);
		memset(&facts, 0, sizeof(facts));
		arena_free(own);
	}
}

static void test_cut_at_every_byte(void **state)
{
	(void)state;
	cut_everywhere("forest.report", nginx_parse_conf);
	cut_everywhere("errors.report", nginx_parse_log);
	cut_everywhere("debian.report", nginx_parse_access);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fresh_facts, drop_facts)
	const struct CMUnitTest tests[] = {
		TEST(test_nothing_is_unknown), TEST(test_plain_debian), TEST(test_include_forest),
		TEST(test_test_failed), TEST(test_hostile_tree), TEST(test_real_errors),
		TEST(test_wordings), TEST(test_zone_and_crlf), TEST(test_forged_fields),
		TEST(test_upstream_forms), TEST(test_access), TEST(test_cut_at_every_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
