/* known_hosts: cases by hand, and hundreds of made-up files against ssh-keygen -F. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/base64.h"
#include "live/ssh/known_hosts.h"
#include "live/ssh/packet.h"
#include "live/ssh/sha1.h"

/* An ed25519 key whose 32 bytes are all `n`, as a blob and as the text of a line. */
static struct span key_blob(char *room, int n)
{
	static const char head[] = "\0\0\0\13ssh-ed25519\0\0\0\40";

	memcpy(room, head, 19);
	memset(room + 19, n, 32);
	return span_from(room, 51);
}

static const char *key_text(int n)
{
	static char text[4][160];
	static int at;
	char room[64];
	struct buf b;

	buf_init(&b, 160);
	buf_adds(&b, "ssh-ed25519 ");
	base64_encode(&b, key_blob(room, n));
	at = (at + 1) % 4;
	memcpy(text[at], b.data, b.len + 1);
	buf_release(&b);
	return text[at];
}

static enum known_answer ask(const char *host, int port, const char *alias, int key,
	int *ret_line, const char *format, ...) __attribute__((format(printf, 6, 7)));

static enum known_answer ask(const char *host, int port, const char *alias, int key,
	int *ret_line, const char *format, ...)
{
	struct arena *mem = arena_new();
	const struct known_key *entry = NULL;
	enum known_answer answer;
	struct known_hosts k;
	struct buf text;
	char room[64];
	va_list args;

	buf_init(&text, 65536);
	va_start(args, format);
	buf_vaddf(&text, format, args);
	va_end(args);
	known_hosts_init(&k, mem, host, alias, port);
	known_hosts_read(&k, "file", span_from(text.data, text.len));
	answer = known_hosts_check(&k, key_blob(room, key), &entry);
	if (ret_line)
		*ret_line = entry ? entry->line : 0;
	buf_release(&text);
	arena_free(mem);
	return answer;
}

static void answers(void **state)
{
	int line;

	(void)state;
	assert_int_equal(ask("web", 22, NULL, 1, &line, "%s", ""), KNOWN_NO);
	assert_int_equal(ask("web", 22, NULL, 1, &line, "web %s\n", key_text(1)), KNOWN_MATCH);
	assert_int_equal(ask("web", 22, NULL, 1, &line, "#\n\nweb %s", key_text(2)), KNOWN_CHANGED);
	assert_int_equal(line, 3);
	assert_int_equal(ask("web", 22, NULL, 1, NULL, "a,web,b %s c\n", key_text(1)), KNOWN_MATCH);
	assert_int_equal(ask("WEB", 22, NULL, 1, NULL, "wEb %s\n", key_text(1)), KNOWN_MATCH);
	assert_int_equal(ask("web", 2222, NULL, 1, NULL, "web %s\n", key_text(1)), KNOWN_NO);
	assert_int_equal(ask("web", 2222, NULL, 1, NULL, "[web]:2222 %s\n", key_text(1)), KNOWN_MATCH);
	assert_int_equal(ask("web", 2222, "web1", 1, NULL, "web1 %s\n", key_text(1)), KNOWN_MATCH);
	assert_int_equal(ask("a.x.org", 22, NULL, 1, NULL, "*.x.org,!b.x.org %s\n", key_text(1)),
		KNOWN_MATCH);
	assert_int_equal(ask("b.x.org", 22, NULL, 1, NULL, "*.x.org,!b.x.org %s\n", key_text(1)),
		KNOWN_NO);
	assert_int_equal(ask("b.x.org", 22, NULL, 1, NULL, "!*.x.org,* %s\n", key_text(1)), KNOWN_NO);
	assert_int_equal(ask("web", 22, NULL, 1, NULL, "w?b %s\r\n", key_text(1)), KNOWN_MATCH);
	assert_int_equal(ask("web", 22, NULL, 1, NULL, "\t web\t%s\n", key_text(1)), KNOWN_MATCH);
}

static void marks(void **state)
{
	int line;

	(void)state;
	assert_int_equal(ask("web", 22, NULL, 1, &line, "web %s\n@revoked * %s\n", key_text(1),
		key_text(1)), KNOWN_REVOKED);
	assert_int_equal(line, 2);
	assert_int_equal(ask("web", 22, NULL, 1, NULL, "@revoked web %s\nweb %s\n", key_text(2),
		key_text(1)), KNOWN_MATCH);
	assert_int_equal(ask("web", 22, NULL, 1, NULL, "@revoked web %s\n", key_text(2)), KNOWN_NO);
	assert_int_equal(ask("web", 22, NULL, 1, NULL, "@cert-authority web %s\n", key_text(1)),
		KNOWN_NO);
	assert_int_equal(ask("web", 22, NULL, 1, NULL, "@other web %s\n", key_text(1)), KNOWN_NO);
}

/* One bad line must cost no other, and must not turn "unknown" into "changed". */
static void bad_lines(void **state)
{
	(void)state;
	assert_int_equal(ask("web", 22, NULL, 1, NULL, "web ssh-ed25519 AAAA!\nweb\nweb x\n"
		"web ssh-rsa %s\n|1|x|y %s\nweb %s\n", key_text(1) + 12, key_text(1), key_text(1)),
		KNOWN_MATCH);
	assert_int_equal(ask("web", 22, NULL, 1, NULL, "web ssh-ed25519 AAAAC3NzaC1lZDI1NTE5\n"),
		KNOWN_NO);
	assert_int_equal(ask("web", 22, NULL, 1, NULL, "web 1024 35 123456789\n"), KNOWN_NO);
}

static void types(void **state)
{
	struct arena *mem = arena_new();
	struct known_hosts k;
	struct buf text;

	(void)state;
	buf_init(&text, 4096);
	known_hosts_init(&k, mem, "web", NULL, 22);
	buf_addf(&text, "@cert-authority web %s\n", key_text(1));
	known_hosts_read(&k, "f", span_from(text.data, text.len));
	assert_true(known_hosts_only_authority(&k));
	assert_false(known_hosts_has(&k, span_of("ssh-ed25519")));
	buf_clear(&text);
	buf_addf(&text, "web %s\n", key_text(1));
	known_hosts_read(&k, "g", span_from(text.data, text.len));
	assert_false(known_hosts_only_authority(&k));
	assert_true(known_hosts_has(&k, span_of("ssh-ed25519")));
	assert_false(known_hosts_has(&k, span_of("ssh-rsa")));
	assert_string_equal(k.keys[1].file, "g");
	buf_release(&text);
	arena_free(mem);
}

static void hmac(void **state)
{
	uint8_t mac[SHA1_SIZE]; /* RFC 2202, test cases 1 and 2 */
	static const uint8_t one[] = { 0xb6, 0x17, 0x31, 0x86, 0x55 };
	static const uint8_t two[] = { 0xef, 0xfc, 0xdf, 0x6a, 0xe5 };
	char key[20];

	(void)state;
	memset(key, 0x0b, 20);
	sha1_hmac(span_from(key, 20), span_of("Hi There"), mac);
	assert_memory_equal(mac, one, 5);
	sha1_hmac(span_of("Jefe"), span_of("what do ya want for nothing?"), mac);
	assert_memory_equal(mac, two, 5);
}

/* Every prefix of a file: nothing is read past its end, nothing but a whole line counts. */
static void cut_anywhere(void **state)
{
	struct arena *mem = arena_new();
	struct known_hosts k;
	struct buf text;
	char room[64], *copy;
	size_t n;

	(void)state;
	buf_init(&text, 8192);
	buf_addf(&text, "@revoked [web]:1 %s\nweb,*.org %s\n", key_text(3), key_text(1));
	known_hosts_line(&text, "web", "saltsaltsaltsaltsalt", key_blob(room, 1));
	for (n = 0; n <= text.len; n++) {
		copy = malloc(n + 1);
		memcpy(copy, text.data, n);
		known_hosts_init(&k, mem, "web", NULL, 22);
		known_hosts_read(&k, "f", span_from(copy, n));
		assert_int_not_equal(known_hosts_check(&k, key_blob(room, 1), NULL), KNOWN_CHANGED);
		free(copy);
	}
	assert_int_equal(k.count, 2);
	buf_release(&text);
	arena_free(mem);
}

/* ---- the oracle ---- */

static unsigned seed = 502;

static unsigned dice(unsigned sides)
{
	seed = seed * 1103515245u + 12345u;
	return (seed >> 16) % sides;
}

static const char *const names[] = { "web", "Web", "web1", "a.web.org", "[web]:2222", "[web]:22",
	"10.0.0.1", "[10.0.0.1]:2222", "::1", "[::1]:2222", "other" };
static const char *const patterns[] = { "web", "WEB", "web1", "*", "w*", "*.org", "a.*.org", "w?b",
	"[web]:2222", "[web]:*", "[*]:2222", "10.0.0.?", "::1", "!web", "!*.org", "![web]:2222",
	"", "w**b", "*1", "?" };
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void random_line(struct buf *text)
{
	char room[64], salt[20];
	size_t i, n;

	switch (dice(12)) {
	case 0: buf_adds(text, "# a comment\n"); return;
	case 1: buf_adds(text, "\n"); return;
	case 2: buf_adds(text, "web nonsense\n"); return;
	case 3: case 4: case 5:
		for (i = 0; i < sizeof(salt); i++)
			salt[i] = (char)dice(256);
		known_hosts_line(text, names[dice(COUNT(names))], salt,
			key_blob(room, (int)dice(200)));
		return;
	case 6: buf_adds(text, "@revoked "); break;
	case 7: buf_adds(text, "@cert-authority "); break;
	case 8: buf_adds(text, " \t"); break;
	}
	for (n = 1 + dice(3); n; n--)
		buf_addf(text, "%s%s", patterns[dice(COUNT(patterns))], n > 1 ? "," : "");
	buf_addf(text, "%s%s%s%s", dice(2) ? " " : "\t", key_text((int)dice(200)),
		dice(2) ? " comment" : "", dice(6) ? "\n" : "\r\n");
}

/* Lines ssh-keygen finds: "# Host web found: line 3 [REVOKED]" */
static void oracle(const char *file, const char *name, char *ret, size_t size)
{
	char *command, line[4096], mark[32];
	size_t used = 0;
	int number;
	FILE *f;

	assert_true(asprintf(&command, "ssh-keygen -F '%s' -f %s 2>/dev/null", name, file) > 0);
	f = popen(command, "r");
	assert_non_null(f);
	while (fgets(line, sizeof(line), f)) {
		mark[0] = '\0';
		if (sscanf(line, "# Host %*s found: line %d %31s", &number, mark) >= 1)
			used += (size_t)snprintf(ret + used, size - used, "%d%c ", number,
				*mark == 'R' ? 'r' : *mark == 'C' ? 'a' : 'h');
	}
	ret[used] = '\0';
	pclose(f);
	free(command);
}

static void ours(const char *file, const char *name, char *ret, size_t size)
{
	struct arena *mem = arena_new();
	struct known_hosts k;
	size_t used = 0, i;

	known_hosts_init(&k, mem, name, name, 22);
	known_hosts_load(&k, file);
	for (i = 0; i < k.count; i++)
		used += (size_t)snprintf(ret + used, size - used, "%d%c ", k.keys[i].line,
			"hra"[k.keys[i].mark]);
	ret[used] = '\0';
	arena_free(mem);
}

static void as_ssh_keygen(void **state)
{
	char file[] = "/tmp/wp502-known-XXXXXX", want[2048], got[2048];
	char lower[64];
	int round, fd = mkstemp(file);
	struct buf text;
	size_t n, i;

	(void)state;
	assert_true(fd >= 0);
	if (system("command -v ssh-keygen >/dev/null") != 0)
		skip();
	for (round = 0; round < 400; round++) {
		buf_init(&text, 1 << 20);
		for (n = 1 + dice(20); n; n--)
			random_line(&text);
		if (dice(4) == 0 && text.len)
			text.len--; /* no newline at the end */
		assert_int_equal(ftruncate(fd, 0), 0);
		assert_int_equal(pwrite(fd, text.data, text.len, 0), (ssize_t)text.len);
		snprintf(lower, sizeof(lower), "%s", names[dice(COUNT(names))]);
		for (i = 0; lower[i]; i++) /* as ssh does before it looks */
			lower[i] = (char)(lower[i] >= 'A' && lower[i] <= 'Z' ? lower[i] + 32 : lower[i]);
		oracle(file, lower, want, sizeof(want));
		ours(file, lower, got, sizeof(got));
		if (strcmp(want, got) != 0)
			fail_msg("round %d, %s: ssh-keygen says %s, we %s:\n%s", round, lower, want, got,
				text.data);
		buf_release(&text);
	}
	close(fd);
	unlink(file);
}

static void fingerprint(void **state)
{
	char room[64], print[PACKET_FINGERPRINT_SIZE], file[] = "/tmp/wp502-key-XXXXXX", line[512];
	char *command, *at;
	int fd = mkstemp(file);
	FILE *f;

	(void)state;
	if (system("command -v ssh-keygen >/dev/null") != 0)
		skip();
	dprintf(fd, "%s\n", key_text(7));
	assert_true(asprintf(&command, "ssh-keygen -lf %s", file) > 0);
	f = popen(command, "r");
	assert_non_null(fgets(line, sizeof(line), f));
	pclose(f);
	at = strstr(line, "SHA256:");
	assert_non_null(at);
	at[strcspn(at, " ")] = '\0';
	assert_string_equal(packet_fingerprint(key_blob(room, 7), print), at);
	free(command);
	close(fd);
	unlink(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers), cmocka_unit_test(marks), cmocka_unit_test(bad_lines),
		cmocka_unit_test(types), cmocka_unit_test(hmac), cmocka_unit_test(cut_anywhere),
		cmocka_unit_test(as_ssh_keygen), cmocka_unit_test(fingerprint),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
