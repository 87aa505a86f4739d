/* live/http against `openssl s_server`, with certificates made for the purpose. */
#include "http_ask.h"

static char dir[] = "/tmp/wp502-tls-XXXXXX";

static int make_dir(void **state)
{
	(void)state;
	return mkdtemp(dir) ? 0 : -1;
}

static int remove_dir(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	return system(command);
}

static void make_cert(const char *name, const char *subject, const char *san)
{
	char command[512];

	snprintf(command, sizeof(command),
		"openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 "
		"-keyout %s/%s.key -out %s/%s.pem -subj '%s' -addext 'subjectAltName=%s' 2>/dev/null",
		dir, name, dir, name, subject, san);
	assert_int_equal(system(command), 0);
}

static int copy_fixture(const char *name)
{
	char command[256];

	snprintf(command, sizeof(command), "cp tests/fixtures/visitor/%s.pem "
		"tests/fixtures/visitor/%s.key %s/", name, name, dir);
	return system(command);
}

static pid_t serve_tls(const char *name, int *ret_port)
{
	char cert[128], key[128], accept_at[32];
	struct sockaddr_in at = { .sin_family = AF_INET };
	int fd, tries;
	pid_t pid;

	*ret_port = free_port(&fd);
	close(fd);
	snprintf(cert, sizeof(cert), "%s/%s.pem", dir, name);
	snprintf(key, sizeof(key), "%s/%s.key", dir, name);
	snprintf(accept_at, sizeof(accept_at), "127.0.0.1:%d", *ret_port);
	pid = fork();
	if (pid == 0) {
		execlp("openssl", "openssl", "s_server", "-accept", accept_at, "-cert", cert, "-key",
			key, "-www", "-quiet", (char *)NULL);
		_exit(127);
	}
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	at.sin_port = htons((uint16_t)*ret_port);
	for (tries = 0; tries < 100; tries++) {
		fd = socket(AF_INET, SOCK_STREAM, 0);
		if (connect(fd, (struct sockaddr *)&at, sizeof(at)) == 0)
			break;
		close(fd);
		usleep(50000);
	}
	close(fd);
	return pid;
}

static struct page get_tls(const char *cert, const char *way, bool trust, struct arena *mem)
{
	int tls_port;
	pid_t pid = serve_tls(cert, &tls_port);
	char url[64], at[64], ca[128];
	struct page_request request = { .url = url, .way = way, .connect = at };
	struct page page;

	snprintf(url, sizeof(url), "https://shop.test:%d/", tls_port);
	snprintf(at, sizeof(at), "127.0.0.1:%d", tls_port);
	snprintf(ca, sizeof(ca), "%s/%s.pem", dir, cert);
	if (trust)
		request.ca_file = ca;
	page = ask_page(&request, mem, NULL);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return page;
}

static void self_signed_is_refused_yet_seen(void **state)
{
	struct arena *mem = arena_new();
	struct page page;

	(void)state;
	make_cert("good", "/CN=shop.test", "DNS:shop.test");
	page = get_tls("good", "visitor", false, mem);
	assert_int_equal(page.failure, PAGE_TLS_VERIFY);
	assert_int_equal(page.status.v, 200);
	assert_true(page.has_cert && page.cert.self_signed);
	assert_int_equal(page.cert.chain_ok, TRI_NO);
	assert_int_equal(page.cert.name_ok, TRI_YES);
	assert_int_equal(page.cert.dates_ok, TRI_YES);
	assert_int_equal(strlen(page.cert.sha256), 64);
	assert_non_null(strstr(page.error, "self"));
	/* the origin's certificate is judged, but does not stop us */
	page = get_tls("good", "origin", false, mem);
	assert_int_equal(page.failure, PAGE_ANSWERED);
	assert_int_equal(page.cert.chain_ok, TRI_NO);
	arena_free(mem);
}

static void trusted_is_good(void **state)
{
	struct arena *mem = arena_new();
	struct page page;

	(void)state;
	make_cert("good", "/CN=shop.test", "DNS:shop.test");
	page = get_tls("good", "visitor", true, mem);
	assert_int_equal(page.failure, PAGE_ANSWERED);
	assert_int_equal(page.cert.chain_ok, TRI_YES);
	assert_true(page.tls_ms.known && page.tls_ms.v >= page.connect_ms.v);
	assert_true(page_well(&page));
	arena_free(mem);
}

static void expired_and_wrong_name(void **state)
{
	struct arena *mem = arena_new();
	struct page page;

	(void)state;
	/* valid from January to April 2024: no openssl command makes an old one */
	assert_int_equal(copy_fixture("expired"), 0);
	page = get_tls("expired", "visitor", true, mem);
	assert_int_equal(page.failure, PAGE_TLS_VERIFY);
	assert_int_equal(page.cert.dates_ok, TRI_NO);
	assert_int_equal(page.cert.chain_ok, TRI_YES);
	assert_int_equal(page.cert.name_ok, TRI_YES);
	make_cert("other", "/CN=other.test", "DNS:other.test,DNS:*.other.test,IP:10.0.0.1");
	page = get_tls("other", "visitor", true, mem);
	assert_int_equal(page.failure, PAGE_TLS_VERIFY);
	assert_int_equal(page.cert.name_ok, TRI_NO);
	assert_int_equal(page.cert.chain_ok, TRI_YES);
	assert_string_equal(page.cert.names, "other.test *.other.test 10.0.0.1");
	arena_free(mem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(self_signed_is_refused_yet_seen),
		cmocka_unit_test(trusted_is_good),
		cmocka_unit_test(expired_and_wrong_name),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
