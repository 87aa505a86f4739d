/* Which sites a host serves and how each is joined; the ready-made questions of a view. */
#include "probes/site.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "nginx_help.h"

#define NOW 1795161600

static struct arena *mem;
static struct chain_facts facts;
static const struct site_time at_now = { NOW, 300, 60 };

static int fresh_facts(void **state)
{
	(void)state;
	mem = arena_new();
	memset(&facts, 0, sizeof(facts));
	facts.host.net_known = facts.host.proc_known = facts.host.units_known = TRI_YES;
	facts.host.now = num_of(NOW);
	return 0;
}

static int drop_facts(void **state)
{
	(void)state;
	arena_free(mem);
	return 0;
}

static void conf(const char *report)
{
	nginx_parse_conf(&facts, mem, span_of(report), 0);
}

static struct site_view *views(const char *url, size_t *ret_count)
{
	const char **urls = arena_alloc(mem, 2 * sizeof(*urls));

	urls[0] = url;
	return site_views(&facts, urls, at_now, mem, ret_count);
}

#define HEAD "nginx\t/usr/sbin/nginx\tnginx/1.22\nconf\t/n\nsource\tdump\nf\t/n\nb\t1\thttp\n"
#define SERVER(line, name, listen, rest) "b\t" line "\tserver\nd\t" line "\tserver_name\t" name \
	"\nd\t" line "\tlisten\t" listen "\n" rest "e\n"
#define PHP(sock) "b\t9\tlocation\t~\t\\.php$\nd\t9\tfastcgi_pass\t" sock "\ne\n"

static void test_no_server_no_site(void **state)
{
	size_t count = 9;

	(void)state;
	assert_non_null(site_views(&facts, NULL, at_now, mem, &count));
	assert_int_equal(count, 0);
	assert_string_equal(site_host_view(&facts, at_now).url, "");
	/* a URL that nobody serves is still a view, with nothing joined */
	assert_null(views("https://shop.test/", &count)->server);
	assert_int_equal(count, 1);
}

static void test_choice_of_sites(void **state)
{
	struct site_view *v;
	size_t count;

	(void)state;
	conf(HEAD SERVER("1", "static.test", "80", "d\t1\troot\t/srv/s\n")
		SERVER("2", "_", "80", PHP("unix:/x"))
		SERVER("3", "*.wild.test", "80", PHP("unix:/x"))
		SERVER("4", "shop.test\twww.shop.test", "80", "d\t4\treturn\t301\n")
		SERVER("5", "shop.test\twww.shop.test", "443\tssl", PHP("unix:/x"))
		SERVER("6", "inner.test", "127.0.0.1:8080", PHP("unix:/x"))
		SERVER("7", ".dotted.test", "80", PHP("unix:/x")) "e\n");
	v = site_views(&facts, NULL, at_now, mem, &count);
	assert_int_equal(count, 4);
	assert_string_equal(v[0].url, "https://shop.test/");
	assert_true(v[0].tls);
	assert_string_equal(v[1].url, "http://dotted.test/");
	assert_string_equal(v[2].url, "http://inner.test/");
	assert_string_equal(v[3].url, "http://static.test/");
}

static void test_busiest_first_and_at_most_eight(void **state)
{
	struct buf b;
	struct site_view *v;
	size_t count;
	int i;

	(void)state;
	buf_init(&b, 1 << 16);
	buf_adds(&b, HEAD);
	for (i = 0; i < 12; i++)
		buf_addf(&b, "b\t1\tserver\nd\t1\tserver_name\ts%d.test\nd\t1\taccess_log\t/l%d\n"
			PHP("unix:/x") "e\n", i, i);
	conf(b.data);
	nginx_parse_access(&facts, mem, span_of("access\t/l9\ncounts\t50\t0\naccess\t/l3\n"
		"counts\t70\t0\n"), 0);
	v = site_views(&facts, NULL, at_now, mem, &count);
	assert_int_equal(count, SITES_MAX);
	assert_string_equal(v[0].host_name, "s3.test");
	assert_string_equal(v[1].host_name, "s9.test");
	buf_release(&b);
}

static void test_nameless_server_by_address(void **state)
{
	struct site_view *v;
	size_t count;

	(void)state;
	facts.host.ssh_address = "192.0.2.7";
	conf(HEAD SERVER("2", "_", "80\tdefault_server", PHP("unix:/x")) "e\n");
	v = site_views(&facts, NULL, at_now, mem, &count);
	assert_int_equal(count, 1);
	assert_string_equal(v->url, "http://192.0.2.7/");
	assert_non_null(v->pass);
}

static void test_server_by_name(void **state)
{
	size_t count;

	(void)state;
	conf(HEAD SERVER("1", "a.test", "80\tdefault_server", PHP("unix:/a"))
		SERVER("2", "*.b.test", "80", PHP("unix:/b"))
		SERVER("3", "x.b.test", "80", PHP("unix:/x"))
		SERVER("4", "www.*", "80", PHP("unix:/w")) "e\n");
	assert_string_equal(views("http://x.b.test/", &count)->peer->path, "/x");
	assert_string_equal(views("http://y.b.test/p?q", &count)->peer->path, "/b");
	assert_string_equal(views("https://www.z.test", &count)->peer->path, "/w");
	assert_string_equal(views("http://other.test/", &count)->peer->path, "/a");
	assert_string_equal(views("http://A.TEST:80/", &count)->peer->path, "/a");
}

/* A name that is an expression counts after all plain ones; a hostile one costs nothing. */
static void test_server_by_expression(void **state)
{
	size_t count;

	(void)state;
	conf(HEAD SERVER("1", "_", "80\tdefault_server", PHP("unix:/catch"))
		SERVER("2", "~^((a+)+)+$", "80", PHP("unix:/slow"))
		SERVER("3", "~^(", "80", PHP("unix:/broken"))
		SERVER("4", "~^(www\\.)?(?<dom>shop)\\.test$", "80", PHP("unix:/shop"))
		SERVER("5", "~^.+\\.test$", "80", PHP("unix:/other"))
		SERVER("6", "*.plain.test", "80", PHP("unix:/plain")) "e\n");
	assert_string_equal(views("http://shop.test/", &count)->peer->path, "/shop");
	assert_string_equal(views("http://WWW.shop.test/", &count)->peer->path, "/shop");
	assert_string_equal(views("http://x.test/", &count)->peer->path, "/other");
	assert_string_equal(views("http://a.plain.test/", &count)->peer->path, "/plain");
	assert_string_equal(views("http://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab.example/",
		&count)->peer->path, "/catch");
}

static void test_location_that_runs_php(void **state)
{
	static const struct {
		const char *locations, *path;
	} rows[] = {
		{ "b\t1\tlocation\t~\t^/status\\.php$\nd\t1\tfastcgi_pass\tunix:/no\ne\n"
			"b\t2\tlocation\t~\t[^/]\\.php(/|$)\nd\t2\tfastcgi_pass\tunix:/yes\ne\n", "/yes" },
		{ "b\t1\tlocation\t/\nb\t2\tlocation\t~\t\\.php$\nd\t2\tfastcgi_pass\tunix:/yes\ne\ne\n",
			"/yes" },
		{ "b\t1\tlocation\t/\nb\t2\tif\nd\t2\tproxy_pass\thttp://unix:/yes:/\ne\ne\n", "/yes" },
		{ "b\t1\tlocation\t@php\nd\t2\tfastcgi_pass\tunix:/yes\ne\n"
			"b\t1\tlocation\t/ws/\nd\t2\tproxy_pass\thttp://unix:/no:/\ne\n", "/yes" },
		{ "b\t1\tlocation\t=\t/index.php\nd\t2\tfastcgi_pass\tunix:/yes\ne\n"
			"b\t1\tlocation\t~\t^/(?<app>adminer)\\.php$\nd\t2\tfastcgi_pass\tunix:/no\ne\n",
			"/yes" },
		{ "b\t1\tlocation\t~*\t^(?!/wp-content/uploads/).+\\.php$\nd\t2\tfastcgi_pass\t"
			"unix:/yes\ne\nb\t1\tlocation\t^~\t/blog\nd\t2\tfastcgi_pass\tunix:/no\ne\n", "/yes" },
	};
	struct buf b;
	size_t i, count;
	struct site_view *v;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		buf_init(&b, 1 << 16);
		buf_addf(&b, HEAD "b\t1\tserver\nd\t1\tserver_name\ta.test\n%se\ne\n",
			rows[i].locations);
		conf(b.data);
		v = views("http://a.test/", &count);
		if (!v->peer || strcmp(v->peer->path, rows[i].path) != 0)
			fail_msg("row %zu: %s", i, v->peer ? v->peer->path : "no peer");
		buf_release(&b);
	}
}

/* 443 -> varnish or itself -> 8080 -> FPM, as panels do it. */
static void test_proxy_to_itself(void **state)
{
	struct host_listener varnish = { .at = { NULL, "127.0.0.1", 6081 } };
	size_t count;

	(void)state;
	conf(HEAD SERVER("1", "a.test", "443\tssl",
			"b\t9\tlocation\t/\nd\t9\tproxy_pass\thttp://127.0.0.1:8080\ne\n")
		SERVER("2", "a.test", "127.0.0.1:8080", PHP("127.0.0.1:17001")) "e\n");
	assert_int_equal(views("https://a.test/", &count)->peer->port, 17001);
	conf(HEAD SERVER("1", "a.test", "443\tssl",
			"b\t9\tlocation\t/\nd\t9\tproxy_pass\thttp://127.0.0.1:6081\ne\n")
		SERVER("2", "a.test", "8080", PHP("127.0.0.1:17001")) "e\n");
	/* nobody behind the proxy: that is the place to look at */
	assert_int_equal(views("https://a.test/", &count)->peer->port, 6081);
	facts.host.listeners = &varnish;
	facts.host.listener_count = 1;
	assert_int_equal(views("https://a.test/", &count)->peer->port, 17001);
}

static void join_facts(void)
{
	static struct fpm_master masters[] = { { .conf = "/etc/php/7.4/fpm/php-fpm.conf" },
		{ .conf = "/etc/php/8.2/fpm/php-fpm.conf", .unit = "php8.2-fpm.service" } };
	static struct fpm_pool pools[] = {
		{ .name = "www", .conf = "/etc/php/7.4/fpm/php-fpm.conf", .listen = { "/run/x.sock", 0, 0 } },
		{ .name = "www", .conf = "/etc/php/8.2/fpm/php-fpm.conf", .listen = { "/run/x.sock", 0, 0 } },
	};
	static struct host_unit units[] = { { .name = "nginx.service", .kind = UNIT_NGINX },
		{ .name = "php8.2-fpm.service", .kind = UNIT_FPM } };
	static struct host_listener listeners[] = { { .at = { "/run/x.sock", 0, 0 } } };
	static struct wp_site wps[] = { { .docroot = "/srv/other", .root = "/srv/other" },
		{ .docroot = "/srv/real/web", .root = "/srv/real/web/wp" } };
	static struct mysql_login logins[] = { { .site_root = "/srv/real/web/wp/" } };
	static struct redis_server rediss[] = { { .site_root = NULL }, { .site_root = "/srv/real/web/wp" } };
	static struct page pages[] = { { .site = "http://a.test/", .way = WAY_ORIGIN },
		{ .site = "http://b.test/", .way = WAY_VISITOR } };

	masters[1].pid = num_of(7);
	facts.fpm.masters = masters, facts.fpm.master_count = 2;
	facts.fpm.pools = pools, facts.fpm.pool_count = 2;
	facts.host.units = units, facts.host.unit_count = 2;
	facts.host.listeners = listeners, facts.host.listener_count = 1;
	facts.wordpress.sites = wps, facts.wordpress.site_count = 2;
	facts.mysql.logins = logins, facts.mysql.login_count = 1;
	facts.redis.servers = rediss, facts.redis.server_count = 2;
	facts.visitor.pages = pages, facts.visitor.page_count = 2;
}

static void test_whole_way(void **state)
{
	struct site_view *v;
	size_t count;

	(void)state;
	join_facts();
	conf(HEAD SERVER("1", "a.test", "80", "d\t1\troot\t/srv/link\n" PHP("unix:/var/run/x.sock"))
		"e\nlink\t/srv/link\t/srv/real/web\n");
	v = views("http://a.test/", &count);
	assert_ptr_equal(v->pool, &facts.fpm.pools[1]);
	assert_ptr_equal(v->master, &facts.fpm.masters[1]);
	assert_ptr_equal(v->fpm_unit, &facts.host.units[1]);
	assert_ptr_equal(v->listener, &facts.host.listeners[0]);
	assert_ptr_equal(v->wp, &facts.wordpress.sites[1]);
	assert_ptr_equal(v->db, &facts.mysql.logins[0]);
	assert_ptr_equal(v->redis, &facts.redis.servers[1]);
	assert_ptr_equal(v->pages[WAY_ORIGIN], &facts.visitor.pages[0]);
	assert_null(v->pages[WAY_VISITOR]);
}

static void test_socket_that_is_a_link(void **state)
{
	size_t count;

	(void)state;
	join_facts();
	conf(HEAD SERVER("1", "a.test", "80", PHP("unix:/run/php.sock"))
		"e\nlink\t/run/php.sock\t/run/x.sock\n");
	assert_ptr_equal(views("http://a.test/", &count)->pool, &facts.fpm.pools[1]);
}

static void test_remote_pool_is_not_ours(void **state)
{
	static struct fpm_pool pool = { .name = "www", .listen = { NULL, NULL, 9000 } };
	static struct host_listener l = { .at = { NULL, NULL, 9000 } };
	struct site_view *v;
	size_t count;

	(void)state;
	facts.fpm.pools = &pool, facts.fpm.pool_count = 1;
	facts.host.listeners = &l, facts.host.listener_count = 1;
	facts.host.addresses = "192.0.2.7 10.0.0.1";
	conf(HEAD SERVER("1", "a.test", "80", PHP("10.0.0.5:9000")) "e\n");
	v = views("http://a.test/", &count);
	assert_null(v->pool);
	assert_null(v->listener);
	conf(HEAD SERVER("1", "a.test", "80", PHP("10.0.0.1:9000")) "e\n");
	assert_ptr_equal(views("http://a.test/", &count)->pool, &pool);
	conf(HEAD SERVER("1", "a.test", "80", PHP("php:9000")) "e\nname\tphp\t127.0.0.1\n");
	assert_ptr_equal(views("http://a.test/", &count)->pool, &pool);
}

static void test_computed_pass_from_the_log(void **state)
{
	struct site_view *v;
	size_t count;

	(void)state;
	conf(HEAD SERVER("1", "a.test", "80", PHP("$nowhere")) "e\n");
	assert_true(views("http://a.test/", &count)->pass->computed);
	assert_null(views("http://a.test/", &count)->peer);
	nginx_parse_log(&facts, mem, span_of("file\terror\t1\t1\t0\t/l\n=2026/11/20 08:00:00 [crit] "
		"7#7: *1 connect() to unix:/run/y.sock failed (2: No such file or directory) while "
		"connecting to upstream, client: ::1, server: a.test, request: \"GET / HTTP/1.1\", "
		"upstream: \"fastcgi://unix:/run/y.sock:\", host: \"a.test\"\n"), 0);
	v = views("http://a.test/", &count);
	assert_string_equal(v->peer->path, "/run/y.sock");
}

static void test_fresh_and_recent(void **state)
{
	struct site_view v = site_host_view(&facts, at_now);
	struct log_line line = { .at = num_of(NOW - 60) };

	(void)state;
	assert_true(view_fresh(&v, &line));
	line.at = num_of(NOW - 61);
	assert_false(view_fresh(&v, &line));
	assert_true(view_recent(&v, &line));
	line.at = num_of(NOW - 301);
	assert_false(view_recent(&v, &line));
	line.at = num_of(NOW + 3);
	assert_true(view_fresh(&v, &line));
	line.at = num_of(NOW + 3600); /* another zone, not news from the future */
	assert_false(view_fresh(&v, &line));
	line.at.known = false;
	assert_false(view_recent(&v, &line));
	line.at = num_of(NOW);
	v.now = 0;
	assert_false(view_fresh(&v, &line));
}

/* Two sites in one pool: nobody reaching it concerns both, one request only its own. */
static void test_whose_line(void **state)
{
	struct nginx_error e = { .kind = NGX_CONNECT, .server = "b.test", .host = "b.test",
		.peer = { "/run/x.sock", 0, 0 }, .peer_kind = PASS_FASTCGI };
	struct site_view *v;
	size_t count;

	(void)state;
	conf(HEAD SERVER("1", "a.test", "80", PHP("unix:/run/x.sock")) "e\n");
	v = views("http://a.test/", &count);
	assert_true(view_error_mine(v, &e));
	e.kind = NGX_BIG_HEADER;
	assert_false(view_error_mine(v, &e));
	e.host = "A.test:8080";
	assert_true(view_error_mine(v, &e));
	e.host = "zz.test";
	e.server = "_";
	assert_false(view_error_mine(v, &e));
	e.kind = NGX_CONNECT;
	e.peer.path = "/run/other.sock";
	assert_false(view_error_mine(v, &e));
}

static void test_pool_counts(void **state)
{
	static struct host_proc procs[] = {
		{ .pid = 7, .role = PROC_FPM_MASTER },
		{ .pid = 8, .ppid = 7, .role = PROC_FPM_WORKER, .pool = "www", .busy = TRI_YES },
		{ .pid = 9, .ppid = 7, .role = PROC_FPM_WORKER, .pool = "www", .busy = TRI_NO },
		{ .pid = 10, .ppid = 3, .role = PROC_FPM_WORKER, .pool = "www", .busy = TRI_YES },
	};
	struct site_view *v;
	size_t count;

	(void)state;
	join_facts();
	conf(HEAD SERVER("1", "a.test", "80", PHP("unix:/run/x.sock")) "e\n");
	v = views("http://a.test/", &count);
	facts.host.procs = procs, facts.host.proc_count = 4;
	assert_int_equal(view_pool_workers(v).v, 2);
	assert_int_equal(view_pool_busy(v).v, 1);
	procs[1].busy = TRI_UNKNOWN;
	assert_false(view_pool_busy(v).known);
	facts.host.listeners[0].accepted = num_of(2);
	assert_int_equal(view_pool_busy(v).v, 2);
	facts.host.listeners[0].accepted.known = false;
	facts.host.proc_known = TRI_UNKNOWN;
	assert_false(view_pool_workers(v).known);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fresh_facts, drop_facts)
	const struct CMUnitTest tests[] = {
		TEST(test_no_server_no_site), TEST(test_choice_of_sites),
		TEST(test_busiest_first_and_at_most_eight), TEST(test_nameless_server_by_address),
		TEST(test_server_by_name), TEST(test_server_by_expression),
		TEST(test_location_that_runs_php),
		TEST(test_proxy_to_itself), TEST(test_whole_way), TEST(test_socket_that_is_a_link),
		TEST(test_remote_pool_is_not_ours), TEST(test_computed_pass_from_the_log),
		TEST(test_fresh_and_recent), TEST(test_whose_line), TEST(test_pool_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
