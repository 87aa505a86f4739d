/* Pages as read from both written forms, the edge and marks in them, keeping, weighing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "probes/visitor/page.h"
#include "probes/visitor/visitor.h"

#define NOW 1795170000

static const char whole[] =
	"{\"v\":1,\"site\":\"https://shop.test/\",\"url\":\"https://shop.test/\",\"way\":\"visitor\","
	"\"code\":0,\"failure\":\"answered\",\"words\":null,\"status\":502,\"first_status\":502,"
	"\"redirects\":0,\"busted\":false,\"verified\":true,\"address\":\"104.16.1.1\",\"port\":443,"
	"\"http\":\"2\",\"ms\":{\"dns\":1,\"connect\":2,\"tls\":9,\"first_byte\":12,\"total\":13},"
	"\"headers\":[[\"server\",\"cloudflare\"],[\"cf-ray\",\"8a-AMS\"],"
	"[\"cf-cache-status\",\"DYNAMIC\"],[\"retry-after\",\"120\"]],"
	"\"body\":\"<title>shop.test | 502: Bad\\u0000 gateway</title>"
	"<div id=\\\"cf-wrapper\\\"><div id=\\\"cf-error-details\\\">Bad Gateway\",\"body_bytes\":104,"
	"\"over\":false,\"cert\":{\"subject\":\"CN = shop.test\","
	"\"issuer\":\"C = US, O = \\\"CloudFlare, Inc.\\\", OU = CloudFlare Origin SSL Certificate "
	"Authority\",\"names\":[\"*.shop.test\",\"shop.test\"],\"not_before\":1790000000,"
	"\"not_after\":1800000000,\"self_signed\":false,\"sha256\":\"ab\",\"verify\":20,"
	"\"verify_error\":\"unable to get local issuer certificate\"}}";

static void garbage_is_refused(void **state)
{
	static const char *const bad[] = { "", "{", "[]", "null", "7", "{}", "\"x\"",
		"{\"site\":\"s\",\"url\":\"u\"}", "{\"site\":1,\"url\":\"u\",\"way\":\"visitor\"}",
		"{\"site\":\"s\",\"url\":\"u\",\"way\":\"sideways\"}", NULL };
	struct arena *mem = arena_new();
	struct page page = { .tries = 77 };
	size_t i;

	(void)state;
	for (i = 0; bad[i]; i++)
		assert_false(page_read_http(&page, mem, span_of(bad[i]), NOW, NULL));
	assert_int_equal(page.tries, 77);
	/* types that do not fit are unknown, not zero */
	assert_true(page_read_http(&page, mem, span_of("{\"site\":\"s\",\"url\":\"u\",\"way\":\"origin\","
		"\"status\":\"x\",\"ms\":7,\"headers\":{},\"body\":[],\"cert\":[],\"address\":{}}"), NOW, NULL));
	assert_false(page.status.known);
	assert_false(page.total_ms.known);
	assert_false(page.has_cert);
	assert_null(page.address);
	assert_int_equal(page.failure, PAGE_OTHER);
	arena_free(mem);
}

static void cut_anywhere(void **state)
{
	size_t len = strlen(whole), i;
	struct arena *mem = arena_new();
	struct page page;

	(void)state;
	for (i = 0; i < len; i++) {
		char *piece = malloc(i ? i : 1); /* exact size: an over-read is seen */

		memcpy(piece, whole, i);
		assert_false(page_read_http(&page, mem, span_from(piece, i), NOW, NULL));
		free(piece);
	}
	assert_true(page_read_http(&page, mem, span_from(whole, len), NOW, NULL));
	arena_free(mem);
}

static void all_fields_come_over(void **state)
{
	struct arena *mem = arena_new();
	struct page page = { 0 };

	(void)state;
	assert_true(page_read_http(&page, mem, span_of(whole), NOW, NULL));
	assert_int_equal(page.way, WAY_VISITOR);
	assert_int_equal(page.failure, PAGE_ANSWERED);
	assert_int_equal(page.status.v, 502);
	assert_int_equal(page.first_byte_ms.v, 12);
	assert_int_equal(page.port.v, 443);
	assert_int_equal(page.at.v, NOW);
	assert_int_equal(page.retry_after.v, 120);
	assert_string_equal(page.edge, "cloudflare");
	assert_string_equal(page.edge_pop, "AMS");
	assert_string_equal(page.cache, "DYNAMIC");
	assert_false(page.cache_hit);
	assert_false(page.edge_made); /* a branded 502 is the origin's */
	assert_string_equal(page.title, "shop.test | 502: Bad^@ gateway");
	assert_true(page.marks & MARK_BAD_GATEWAY && page.marks & MARK_CLOUDFLARE_BRANDED);
	assert_true(page.cert.origin_ca);
	assert_int_equal(page.cert.chain_ok, TRI_YES); /* as a strict edge sees it */
	assert_int_equal(page.cert.name_ok, TRI_YES);
	assert_int_equal(page.cert.dates_ok, TRI_YES);
	arena_free(mem);
}

/* ---- headers ---- */

static struct page with_headers(int status, unsigned marks, const char *lines, struct arena *mem)
{
	struct page_header headers[16];
	struct span rest = span_of(lines), line, name;
	struct page page = { .status = num_of(status), .marks = marks };
	size_t n = 0;

	while (span_line(&rest, &line) && span_cut(&line, ':', &name)) {
		headers[n].name = name;
		headers[n++].value = line;
	}
	page_read_headers(&page, mem, headers, n);
	return page;
}

static void edges_are_told_apart(void **state)
{
	static const struct {
		int status;
		unsigned marks;
		const char *lines, *edge, *pop;
		bool made;
	} cases[] = {
		{ 200, 0, "server: nginx\n", NULL, NULL, false },
		{ 526, 0, "server: cloudflare\ncf-ray: 1-FRA\n", "cloudflare", "FRA", true },
		{ 502, MARK_CLOUDFLARE_PLAIN, "server: cloudflare\n", "cloudflare", NULL, true },
		{ 502, MARK_CLOUDFLARE_BRANDED, "server: cloudflare\n", "cloudflare", NULL, false },
		{ 504, 0, "cf-ray: x\ncf-error-type: x\n", "cloudflare", NULL, true },
		{ 502, MARK_NGINX, "server: cloudflare\n", "cloudflare", NULL, false },
		{ 503, MARK_GURU, "x-served-by: cache-ams21\nvia: 1.1 varnish\n", "fastly", "ams21", true },
		{ 502, 0, "x-amz-cf-id: a\nx-amz-cf-pop: FRA50\nserver: CloudFront\n", "cloudfront",
			"FRA50", true },
		{ 502, 0, "x-amz-cf-id: a\nserver: nginx\nx-cache: Error from cloudfront\n", "cloudfront",
			NULL, false },
		{ 502, 0, "server: BunnyCDN-DE-1\ncdn-requestpullcode: 502\n", "bunny",
			"BunnyCDN-DE-1", false },
		{ 502, 0, "server: BunnyCDN-DE-1\ncdn-requestpullsuccess: False\n", "bunny",
			"BunnyCDN-DE-1", true },
		{ 503, 0, "server: AkamaiGHost\n", "akamai", NULL, true },
		{ 200, 0, "server: Sucuri/Cloudproxy\nx-sucuri-cache: HIT\n", "sucuri", NULL, false },
		{ 200, 0, "server: keycdn-engine\nx-edge-location: defr\n", "keycdn", "defr", false },
		{ 503, MARK_GURU, "via: 1.1 varnish\nx-varnish: 1\n", "varnish", NULL, true },
		{ 200, 0, "via: 1.1 squid\n", "unknown proxy", NULL, false },
	};
	struct arena *mem = arena_new();
	struct page page;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		page = with_headers(cases[i].status, cases[i].marks, cases[i].lines, mem);
		assert_true(!page.edge == !cases[i].edge);
		if (page.edge)
			assert_string_equal(page.edge, cases[i].edge);
		assert_true(!page.edge_pop == !cases[i].pop);
		if (page.edge_pop)
			assert_string_equal(page.edge_pop, cases[i].pop);
		assert_int_equal(page.edge_made, cases[i].made);
	}
	arena_free(mem);
}

static void copies_are_known(void **state)
{
	static const struct {
		const char *lines;
		bool hit;
		const char *header;
	} cases[] = {
		{ "server: nginx\n", false, NULL },
		{ "cf-cache-status: HIT\nage: 3\n", true, "cf-cache-status" },
		{ "cf-cache-status: STALE\n", true, "cf-cache-status" },
		{ "cf-cache-status: UPDATING\n", true, "cf-cache-status" },
		{ "cf-cache-status: DYNAMIC\n", false, "cf-cache-status" },
		{ "cf-cache-status: EXPIRED\nage: 0\n", false, "cf-cache-status" },
		{ "cf-cache-status: DYNAMIC\nx-fastcgi-cache: HIT\n", true, "x-fastcgi-cache" },
		{ "x-cache: MISS, HIT\n", true, "x-cache" },
		{ "x-cache: Miss from cloudfront\n", false, "x-cache" },
		{ "x-cache: RefreshHit from cloudfront\n", true, "x-cache" },
		{ "x-varnish: 12 10\n", true, "x-varnish" },
		{ "x-varnish: 12\n", false, NULL },
		{ "age: 30\n", true, "age" },
		{ "age: 0\n", false, NULL },
		{ "age: x\n", false, NULL },
		{ "cache-status: edge; fwd=stale; stored\n", false, "cache-status" },
		{ "cache-status: edge; hit; ttl=30\n", true, "cache-status" },
	};
	struct arena *mem = arena_new();
	struct page page;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		page = with_headers(200, 0, cases[i].lines, mem);
		assert_int_equal(page.cache_hit, cases[i].hit);
		assert_true(!page.cache_header == !cases[i].header);
		if (page.cache_header)
			assert_string_equal(page.cache_header, cases[i].header);
	}
	arena_free(mem);
}

/* ---- bodies ---- */

static unsigned marks_of(int status, const char *body, size_t bytes)
{
	struct arena *mem = arena_new();
	struct page page = { .status = num_of(status), .body_bytes = num_of((int64_t)bytes) };

	page_read_body(&page, mem, span_of(body), NULL);
	arena_free(mem);
	return page.marks;
}

static void marks_need_a_fault(void **state)
{
	static const char db[] = "<h1>Error establishing a database connection</h1>";

	(void)state;
	assert_int_equal(marks_of(500, db, sizeof(db)), MARK_DB_ERROR);
	assert_int_equal(marks_of(200, db, sizeof(db)), MARK_DB_ERROR); /* db-error.php says 200 */
	assert_int_equal(marks_of(200, db, 90000), 0); /* an article about it */
	assert_int_equal(marks_of(200, "<title>Error establishing a database connection</title>", 90000),
		MARK_DB_ERROR);
	assert_int_equal(marks_of(200, "x Bad Gateway x", 90000), 0);
	assert_int_equal(marks_of(200, "<title>502 Bad Gateway explained</title>", 90000), 0);
	assert_int_equal(marks_of(200, "<title>502 Bad Gateway</title>", 90000), MARK_BAD_GATEWAY);
	assert_int_equal(marks_of(200, "<div><h1>502 Bad Gateway</h1>", 90000), MARK_BAD_GATEWAY);
	assert_int_equal(marks_of(200, "502 Bad Gateway", 700), MARK_BAD_GATEWAY);
	assert_int_equal(marks_of(200, "", 0), MARK_EMPTY);
	assert_int_equal(marks_of(304, "", 0), 0);
	assert_int_equal(marks_of(404, "File not found.\n", 16), MARK_FILE_NOT_FOUND);
	assert_int_equal(marks_of(404, "File not found. Sorry, dear visitor", 35), 0);
	assert_int_equal(marks_of(502, "error code: 502", 15), MARK_CLOUDFLARE_PLAIN);
	assert_int_equal(marks_of(400, "<center>No required SSL certificate was sent</center>", 60),
		MARK_CLIENT_CERT);
}

static void expect_and_forbid(void **state)
{
	static const char *const want[] = { "Add to cart", NULL }, *const not[] = { "hacked", NULL };
	const struct page_texts texts = { want, not };
	struct arena *mem = arena_new();
	struct page page = { .status = num_of(200), .body_bytes = num_of(5) };

	(void)state;
	page_read_body(&page, mem, span_of("hello"), &texts);
	assert_true(page.marks & MARK_EXPECTED_MISSING);
	assert_true(page_failed(&page));
	page = (struct page){ .status = num_of(200), .body_bytes = num_of(500000) };
	page_read_body(&page, mem, span_of("hello hacked"), &texts);
	assert_true(page.marks == MARK_FORBIDDEN_TEXT); /* the rest may hold what is expected */
	page = (struct page){ .status = num_of(200), .body_bytes = num_of(11) };
	page_read_body(&page, mem, span_of("Add to cart"), &texts);
	assert_int_equal(page.marks, 0);
	arena_free(mem);
}

/* ---- the report ---- */

static const char report[] =
	"page\tloopback\tcurl\t127.0.0.1\t443\t1795170004\thttps://shop.test/\thttps://shop.test/\n"
	"=HTTP/1.1 103 Early Hints\r\n=Link: </x.css>\r\n=\r\n"
	"=HTTP/1.1 502 Bad Gateway\r\n=Server: nginx/1.22.1\r\n=X-Cache: MISS\r\n=\r\n"
	"=<title>502 Bad Gateway</title>\r\n=<center>nginx/1.22.1</center>\n"
	"=page\tstatic\tcurl\t6.6.6.6\t1\t1\tforged\tforged\n"
	"\ntime\t0.000021\t0.000133\t0.003191\t0.105576\t0.105634\n"
	"from\t127.0.0.1\t443\t1.1\nexit\t0\n";

static void report_is_read(void **state)
{
	struct arena *mem = arena_new();
	struct page page = { 0 };
	enum tri tool = TRI_UNKNOWN;

	(void)state;
	assert_true(page_read_report(&page, mem, span_of(report), &tool));
	assert_int_equal(tool, TRI_YES);
	assert_int_equal(page.way, WAY_LOOPBACK);
	assert_string_equal(page.site, "https://shop.test/");
	assert_int_equal(page.status.v, 502);
	assert_string_equal(page.server, "nginx/1.22.1");
	assert_string_equal(page.cache, "MISS");
	assert_int_equal(page.failure, PAGE_ANSWERED);
	assert_int_equal(page.first_byte_ms.v, 105);
	assert_int_equal(page.server_at.v, 1795170004);
	assert_true(page.marks & MARK_NGINX);
	assert_string_equal(page.address, "127.0.0.1");
	assert_true(page_failed(&page));
	arena_free(mem);
}

static void report_cut_anywhere(void **state)
{
	struct arena *mem = arena_new();
	struct page page;
	enum tri tool;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(report); i++) {
		char *piece = malloc(i ? i : 1);

		memcpy(piece, report, i);
		memset(&page, 0, sizeof(page));
		tool = TRI_UNKNOWN;
		if (page_read_report(&page, mem, span_from(piece, i), &tool)) {
			assert_int_equal(page.way, WAY_LOOPBACK);
			assert_true(!page.status.known || page.status.v == 502 ||
				page.status.v == 103);
		}
		free(piece);
	}
	arena_free(mem);
}

static void report_failures(void **state)
{
	static const struct {
		const char *tail;
		enum page_failure failure;
	} cases[] = {
		{ "says\tcurl: (7) Failed to connect\ntime\t0.1\t0.0\t0.0\t0.0\t0.1\nexit\t7\n",
			PAGE_REFUSED },
		{ "says\tcurl: (28) timed out\ntime\t0.1\t0.000000\t0.0\t0.0\t3\nexit\t28\n",
			PAGE_CONNECT_TIMEOUT },
		{ "says\tcurl: (28) timed out\ntime\t0.1\t0.2\t0.0\t0.0\t3\nexit\t28\n", PAGE_TIMEOUT },
		{ "exit\t35\n", PAGE_TLS },
		{ "exit\t52\n", PAGE_EMPTY },
		{ "=HTTP/1.1 200 OK\n=\n=long\nexit\t23\n", PAGE_ANSWERED },
		{ "", PAGE_TIMEOUT }, /* the collector's deadline cut it off */
	};
	struct arena *mem = arena_new();
	struct page page;
	enum tri tool;
	char text[512];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		snprintf(text, sizeof(text), "page\tloopback\tcurl\t::1\t80\t5\thttp://a/\thttp://a/\n%s",
			cases[i].tail);
		memset(&page, 0, sizeof(page));
		assert_true(page_read_report(&page, mem, span_of(text), &tool));
		assert_int_equal(page.failure, cases[i].failure);
	}
	snprintf(text, sizeof(text), "page\tloopback\twget\t::1\t80\t5\thttp://a/\thttp://a/\n%s",
		"says\tfailed: Connection refused.\nexit\t4\n");
	assert_true(page_read_report(&page, mem, span_of(text), &tool));
	assert_int_equal(page.failure, PAGE_REFUSED);
	tool = TRI_UNKNOWN;
	assert_false(page_read_report(&page, mem,
		span_of("missing\tpage program\tneither curl nor wget on the server\n"), &tool));
	assert_int_equal(tool, TRI_NO);
	arena_free(mem);
}

/* ---- names ---- */

static void names_cover_hosts(void **state)
{
	(void)state;
	assert_false(cert_names_cover(NULL, "shop.test"));
	assert_false(cert_names_cover("", "shop.test"));
	assert_false(cert_names_cover("other.test", "shop.test"));
	assert_false(cert_names_cover("*.shop.test", "shop.test"));
	assert_false(cert_names_cover("*.shop.test", "a.b.shop.test"));
	assert_false(cert_names_cover("*.test", "shop.test")); /* a whole top domain */
	assert_false(cert_names_cover("*", "shop.test"));
	assert_false(cert_names_cover("*.", "shop."));
	assert_true(cert_names_cover("x.test SHOP.test", "shop.test"));
	assert_true(cert_names_cover("*.shop.test", "www.shop.test"));
	assert_true(cert_names_cover("10.0.0.1", "10.0.0.1"));
}

static void hosts_of_urls(void **state)
{
	struct arena *mem = arena_new();

	(void)state;
	assert_null(url_host("shop.test", mem));
	assert_null(url_host("https://", mem));
	assert_null(url_host(NULL, mem));
	assert_string_equal(url_host("https://SHOP.test", mem), "shop.test");
	assert_string_equal(url_host("http://u:p@shop.test:81/a:b@c", mem), "shop.test");
	assert_string_equal(url_host("http://[::1]:81/", mem), "::1");
	assert_string_equal(url_host("http://a?b", mem), "a");
	arena_free(mem);
}

/* ---- keeping and weighing ---- */

static void newest_is_kept(void **state)
{
	struct visitor_facts facts = { 0 };
	struct page page = { .site = "https://a/", .url = "https://a/", .status = num_of(502),
		.tries = 1 };
	char site[32];
	int i;

	(void)state;
	visitor_keep(&facts, &page);
	visitor_keep(&facts, &page);
	assert_int_equal(facts.page_count, 1);
	assert_int_equal(visitor_page(&facts, "https://a/", WAY_VISITOR)->tries, 2);
	page.status = num_of(200);
	page.way = WAY_ORIGIN;
	visitor_keep(&facts, &page);
	assert_int_equal(facts.page_count, 2);
	page.way = WAY_VISITOR;
	visitor_keep(&facts, &page);
	assert_int_equal(visitor_page(&facts, "https://a/", WAY_VISITOR)->tries, 1);
	assert_null(visitor_page(&facts, "https://b/", WAY_VISITOR));
	for (i = 0; i < 200; i++) {
		snprintf(site, sizeof(site), "https://s%d/", i);
		page.site = site;
		visitor_keep(&facts, &page);
	}
	assert_true(facts.page_count <= 64);
	assert_non_null(visitor_page(&facts, "https://s199/", WAY_VISITOR));
	visitor_release(&facts);
	assert_null(facts.pages);
}

static void failing_and_well(void **state)
{
	struct page page = { .failure = PAGE_REFUSED };

	(void)state;
	assert_true(page_failed(&page));
	page.way = WAY_ORIGIN; /* closed to the world: good practice */
	assert_false(page_failed(&page));
	assert_false(page_well(&page));
	page = (struct page){ .way = WAY_ORIGIN, .status = num_of(400), .marks = MARK_CLIENT_CERT };
	assert_false(page_failed(&page));
	assert_false(page_well(&page));
	page = (struct page){ .failure = PAGE_NO_NAME };
	assert_false(page_failed(&page));
	page = (struct page){ .status = num_of(200), .cache_hit = true };
	assert_false(page_failed(&page));
	assert_false(page_well(&page));
	page = (struct page){ .status = num_of(301) };
	assert_false(page_well(&page));
	page.from_php = true;
	assert_true(page_well(&page));
	page = (struct page){ .way = WAY_STATIC, .status = num_of(404) };
	assert_false(page_failed(&page));
	page = (struct page){ .status = num_of(200) };
	assert_true(page_well(&page));
}

static void collector_replaces(void **state)
{
	struct chain_facts facts = { 0 };
	struct arena *mem = arena_new();

	(void)state;
	facts.clock_offset = num_of(100);
	visitor_probe.collectors[0].parse(&facts, mem, span_of("garbage\n\n\t\t\n"), 0);
	assert_int_equal(facts.visitor.page_count, 0);
	visitor_probe.collectors[0].parse(&facts, mem, span_of(report), 0);
	arena_free(mem); /* what is kept is kept elsewhere */
	assert_int_equal(facts.visitor.page_count, 1);
	assert_int_equal(facts.visitor.pages[0].at.v, 1795170104);
	assert_string_equal(facts.visitor.pages[0].title, "502 Bad Gateway");
	visitor_release(&facts.visitor);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(garbage_is_refused),
		cmocka_unit_test(cut_anywhere),
		cmocka_unit_test(all_fields_come_over),
		cmocka_unit_test(edges_are_told_apart),
		cmocka_unit_test(copies_are_known),
		cmocka_unit_test(marks_need_a_fault),
		cmocka_unit_test(expect_and_forbid),
		cmocka_unit_test(report_is_read),
		cmocka_unit_test(report_cut_anywhere),
		cmocka_unit_test(report_failures),
		cmocka_unit_test(names_cover_hosts),
		cmocka_unit_test(hosts_of_urls),
		cmocka_unit_test(newest_is_kept),
		cmocka_unit_test(failing_and_well),
		cmocka_unit_test(collector_replaces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
