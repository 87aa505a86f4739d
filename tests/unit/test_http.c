/*
 * live/http against real sockets: a small server in a child process answers by path.
 */
#include "http_ask.h"

static int port;
static pid_t server;

/* ---- the server ---- */

static void say(int fd, const char *text)
{
	if (write(fd, text, strlen(text)) < 0)
		_exit(0);
}

static void answer_big(int fd)
{
	static char block[65536];
	int i;

	memset(block, 'x', sizeof(block));
	say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 4194304\r\n\r\n");
	for (i = 0; i < 64; i++)
		if (write(fd, block, sizeof(block)) < 0)
			_exit(0);
}

static void answer_flood(int fd)
{
	int i;

	say(fd, "HTTP/1.1 200 OK\r\n");
	for (i = 0; i < 20000; i++)
		say(fd, "X-Flood: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n");
	say(fd, "\r\n");
}

static void answer_reset(int fd)
{
	struct linger linger = { 1, 0 };

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
}

static void answer_echo(int fd, const char *request)
{
	char head[128];

	snprintf(head, sizeof(head), "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n",
		strlen(request));
	say(fd, head);
	say(fd, request);
}

static void answer_redirect(int fd, const char *to)
{
	char head[256];

	snprintf(head, sizeof(head), "HTTP/1.1 301 Moved\r\nLocation: %s\r\n"
		"Content-Length: 0\r\n\r\n", to);
	say(fd, head);
}

static void answer(int fd, const char *request)
{
	char path[256] = "";

	sscanf(request, "GET %255s", path);
	path[strcspn(path, "?")] = '\0';
	if (!strcmp(path, "/hang"))
		sleep(30);
	else if (!strcmp(path, "/reset"))
		answer_reset(fd);
	else if (!strcmp(path, "/big"))
		answer_big(fd);
	else if (!strcmp(path, "/flood"))
		answer_flood(fd);
	else if (!strcmp(path, "/echo"))
		answer_echo(fd, request);
	else if (!strcmp(path, "/fresh"))
		answer_redirect(fd, "/wp-admin/install.php?step=1");
	else if (!strcmp(path, "/slash"))
		answer_redirect(fd, "/slash/");
	else if (!strcmp(path, "/slash/"))
		say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nyes");
	else if (!strcmp(path, "/loop") || !strcmp(path, "/loop/"))
		answer_redirect(fd, path[5] ? "/loop" : "/loop/");
	else if (!strcmp(path, "/wp-admin/install.php"))
		say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nFOLLOW");
	else if (!strcmp(path, "/short"))
		say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort");
	else if (!strcmp(path, "/bytes"))
		say(fd, "HTTP/1.1 500 Oops\r\nServer: ng\xffinx\r\nContent-Length: 5\r\n\r\n"
			"a\xff\xfe" "b\xc3");
	else if (!strcmp(path, "/cookie"))
		say(fd, "HTTP/1.1 502 Bad Gateway\r\nSet-Cookie: session=SECRET\r\nServer: nginx\r\n"
			"X-Token: SECRET\r\nLocation: /x?key=SECRET\r\nCF-RAY: 1-AMS\r\n"
			"Content-Length: 0\r\n\r\n");
}

static void serve(int listener)
{
	char request[4096];
	ssize_t n;
	int fd;

	signal(SIGCHLD, SIG_IGN);
	for (;;) {
		fd = accept(listener, NULL, NULL);
		if (fd < 0)
			_exit(1);
		if (fork() == 0) {
			n = read(fd, request, sizeof(request) - 1);
			request[n > 0 ? n : 0] = '\0';
			answer(fd, request);
			_exit(0);
		}
		close(fd);
	}
}

static int start_server(void **state)
{
	int fd;

	(void)state;
	port = free_port(&fd);
	if (listen(fd, 64) < 0)
		return -1;
	server = fork();
	if (server == 0)
		serve(fd);
	close(fd);
	return server < 0;
}

static int stop_server(void **state)
{
	(void)state;
	kill(server, SIGKILL);
	waitpid(server, NULL, 0);
	return 0;
}

static struct page get(const char *path, const char *way, struct arena *mem, char **ret_json)
{
	char url[256];
	struct page_request request = { .url = url, .way = way };

	snprintf(url, sizeof(url), "http://127.0.0.1:%d%s", port, path);
	return ask_page(&request, mem, ret_json);
}

/* ---- what goes wrong ---- */

static void refused_is_told(void **state)
{
	struct arena *mem = arena_new();
	char url[64];
	struct page_request request = { .url = url };
	struct page page;
	int fd, shut = free_port(&fd);

	(void)state;
	snprintf(url, sizeof(url), "http://127.0.0.1:%d/", shut);
	page = ask_page(&request, mem, NULL);
	close(fd);
	assert_int_equal(page.failure, PAGE_REFUSED);
	assert_false(page.status.known);
	assert_non_null(page.error);
	assert_true(page_failed(&page));
	arena_free(mem);
}

static void bad_urls_are_answered_too(void **state)
{
	static const char *const urls[] = { "", "gopher://x/", "file:///etc/passwd", "http://", NULL };
	size_t i;

	(void)state;
	for (i = 0; urls[i]; i++) {
		struct page_request request = { .url = urls[i], .site = "s", .way = "visitor",
			.timeout_ms = 1000 };
		char *json = ask(&request);

		assert_null(strstr(json, "root:"));
		assert_non_null(strstr(json, "\"failure\":\"other\""));
		free(json);
	}
}

static void hang_ends_at_the_deadline(void **state)
{
	struct arena *mem = arena_new();
	char url[64];
	struct page_request request = { .url = url, .timeout_ms = 400 };
	struct page page;

	(void)state;
	snprintf(url, sizeof(url), "http://127.0.0.1:%d/hang", port);
	page = ask_page(&request, mem, NULL);
	assert_int_equal(page.failure, PAGE_TIMEOUT);
	assert_true(page.connect_ms.known);
	assert_false(page.first_byte_ms.known);
	assert_true(page.total_ms.v >= 350 && page.total_ms.v < 3000);
	arena_free(mem);
}

static void unknown_names_do_not_block(void **state)
{
	struct arena *mem = arena_new();
	struct page_request request = { .url = "http://nobody.invalid/", .timeout_ms = 1500 };
	struct seen seen = { .loop = loop_new() };
	struct http *http = http_new(seen.loop, on_done, &seen);
	int64_t start = loop_now(seen.loop);
	struct page page;

	(void)state;
	request.site = "s";
	request.way = "visitor";
	http_get(http, 7, "web1", &request);
	http_free(http); /* while the name is being resolved */
	loop_free(seen.loop);
	free(seen.json);
	seen.loop = loop_new();
	assert_true(loop_now(seen.loop) - start < 1000);
	loop_free(seen.loop);
	page = ask_page(&request, mem, NULL);
	assert_int_equal(page.failure, PAGE_NO_NAME);
	assert_false(page.connect_ms.known);
	arena_free(mem);
}

static void broken_connections_are_told_apart(void **state)
{
	struct arena *mem = arena_new();
	struct page page;

	(void)state;
	page = get("/empty", "visitor", mem, NULL);
	assert_int_equal(page.failure, PAGE_EMPTY);
	page = get("/reset", "visitor", mem, NULL);
	assert_int_equal(page.failure, PAGE_RESET);
	page = get("/short", "visitor", mem, NULL);
	assert_int_equal(page.failure, PAGE_BROKEN_BODY);
	assert_int_equal(page.status.v, 200);
	assert_true(page_failed(&page));
	arena_free(mem);
}

static void install_is_never_followed(void **state)
{
	struct arena *mem = arena_new();
	struct page page;
	char *json;

	(void)state;
	page = get("/fresh", "visitor", mem, &json);
	assert_int_equal(page.status.v, 301);
	assert_true(page.marks & MARK_INSTALL);
	assert_string_equal(page.location, "/wp-admin/install.php");
	assert_null(strstr(json, "FOLLOW"));
	assert_true(page_failed(&page));
	free(json);
	arena_free(mem);
}

static void canonical_redirects_are_followed(void **state)
{
	struct arena *mem = arena_new();
	struct page page;

	(void)state;
	page = get("/slash", "visitor", mem, NULL);
	assert_int_equal(page.status.v, 200);
	assert_int_equal(page.first_status.v, 301);
	assert_int_equal(page.redirects.v, 1);
	page = get("/slash", "origin", mem, NULL);
	assert_int_equal(page.status.v, 301);
	page = get("/loop", "visitor", mem, NULL);
	assert_int_equal(page.failure, PAGE_OTHER);
	assert_string_equal(page.error, "redirects in a loop");
	arena_free(mem);
}

static void size_is_bounded(void **state)
{
	struct arena *mem = arena_new();
	struct page page;
	char *json;

	(void)state;
	page = get("/big", "visitor", mem, &json);
	assert_int_equal(page.failure, PAGE_ANSWERED);
	assert_int_equal(page.status.v, 200);
	assert_true(page.body_bytes.v >= 2 << 20 && page.body_bytes.v < 4 << 20);
	assert_true(strlen(json) < 80000);
	free(json);
	page = get("/flood", "visitor", mem, &json);
	assert_int_equal(page.failure, PAGE_OTHER);
	assert_string_equal(page.error, "more than 128 KiB of headers");
	assert_true(strlen(json) < 80000);
	free(json);
	arena_free(mem);
}

static void any_bytes_become_json(void **state)
{
	struct arena *mem = arena_new();
	struct page page;
	char *json;

	(void)state;
	page = get("/bytes", "visitor", mem, &json);
	assert_int_equal(page.status.v, 500);
	assert_string_equal(page.server, "ng?inx");
	assert_int_equal(page.body_bytes.v, 5);
	assert_non_null(strstr(json, "\"body64\":\"Yf/+YsM=\""));
	free(json);
	arena_free(mem);
}

static void secrets_stay_out(void **state)
{
	struct arena *mem = arena_new();
	struct page page;
	char *json;

	(void)state;
	page = get("/cookie", "visitor", mem, &json);
	assert_int_equal(page.status.v, 502);
	assert_null(strstr(json, "SECRET"));
	assert_string_equal(page.location, "/x");
	assert_string_equal(page.edge, "cloudflare");
	assert_string_equal(page.edge_pop, "AMS");
	free(json);
	arena_free(mem);
}

static void what_we_send(void **state)
{
	struct arena *mem = arena_new();
	char url[64], rule[96];
	struct page_request request = { .url = "http://shop.test/echo", .way = "origin",
		.connect = url, .bust_cache = true };
	char *json;

	(void)state;
	snprintf(url, sizeof(url), "127.0.0.1:%d", port);
	ask_page(&request, mem, &json);
	assert_non_null(strstr(json, "Host: shop.test\\r\\n"));
	assert_non_null(strstr(json, "User-Agent: wp502/"));
	assert_non_null(strstr(json, "Cookie: wordpress_logged_in_x=1"));
	assert_non_null(strstr(json, "GET /echo?wp502="));
	assert_non_null(strstr(json, "\"url\":\"http://shop.test/echo\""));
	assert_non_null(strstr(json, "\"address\":\"127.0.0.1\""));
	free(json);
	request.connect = NULL;
	request.bust_cache = false;
	snprintf(url, sizeof(url), "http://shop.test:%d/echo", port);
	request.url = url;
	snprintf(rule, sizeof(rule), "x.test:80:9.9.9.9 nonsense shop.test:%d:127.0.0.1,::1", port);
	request.resolve = rule;
	ask_page(&request, mem, &json);
	assert_null(strstr(json, "Cookie"));
	assert_null(strstr(json, "wp502="));
	free(json);
	arena_free(mem);
}

struct freeing {
	struct loop *loop;
	struct http *http;
};

static void free_it(void *owner, const struct event *event)
{
	struct freeing *f = owner;

	(void)event;
	http_free(f->http);
	loop_stop(f->loop);
}

static void free_inside_the_callback(void **state)
{
	struct freeing f = { .loop = loop_new() };
	char url[64];
	struct page_request request = { .url = url, .site = "s", .way = "visitor", .timeout_ms = 3000 };

	(void)state;
	snprintf(url, sizeof(url), "http://127.0.0.1:%d/hang", port);
	f.http = http_new(f.loop, free_it, &f);
	http_get(f.http, 1, "web1", &request);
	snprintf(url, sizeof(url), "http://127.0.0.1:%d/slash/", port);
	http_get(f.http, 2, "web1", &request);
	loop_run(f.loop);
	loop_free(f.loop);
	http_free(NULL);
}

static void plain_http_on_the_tls_port(void **state)
{
	struct arena *mem = arena_new();
	char url[64];
	struct page_request request = { .url = url, .way = "origin" };
	struct page page;

	(void)state;
	snprintf(url, sizeof(url), "https://127.0.0.1:%d/", port);
	page = ask_page(&request, mem, NULL);
	assert_int_equal(page.failure, PAGE_TLS);
	assert_false(page_failed(&page));
	assert_true(page_no_answer(&page));
	arena_free(mem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refused_is_told),
		cmocka_unit_test(bad_urls_are_answered_too),
		cmocka_unit_test(hang_ends_at_the_deadline),
		cmocka_unit_test(unknown_names_do_not_block),
		cmocka_unit_test(broken_connections_are_told_apart),
		cmocka_unit_test(install_is_never_followed),
		cmocka_unit_test(canonical_redirects_are_followed),
		cmocka_unit_test(size_is_bounded),
		cmocka_unit_test(any_bytes_become_json),
		cmocka_unit_test(secrets_stay_out),
		cmocka_unit_test(what_we_send),
		cmocka_unit_test(free_inside_the_callback),
		cmocka_unit_test(plain_http_on_the_tls_port),
	};

	return cmocka_run_group_tests(tests, start_server, stop_server);
}
