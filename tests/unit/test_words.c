/* words: real `ssh -v` outputs (tests/fixtures/ssh) and why each failed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "live/ssh/words.h"

static struct buf load(const char *name)
{
	char path[256];
	struct buf b;
	char piece[4096];
	size_t n;
	FILE *f;

	snprintf(path, sizeof(path), "tests/fixtures/ssh/%s.txt", name);
	f = fopen(path, "re");
	assert_non_null(f);
	buf_init(&b, 1 << 20);
	while ((n = fread(piece, 1, sizeof(piece), f)))
		buf_add(&b, piece, n);
	fclose(f);
	return b;
}

static void read_all(struct words *w, struct span text)
{
	struct span line;

	memset(w, 0, sizeof(*w));
	while (span_line(&text, &line))
		words_line(w, line);
}

struct sentence {
	const char *name;
	enum ssh_error error;
	const char *step, *says, *advice;
};

static const struct sentence sentences[] = {
	{ "unknown", SSH_E_KEY_UNKNOWN, "host key", "Host key verification failed.",
	  "compare this fingerprint with the server's own (ssh-keygen -lf "
	  "/etc/ssh/ssh_host_ed25519_key.pub on its console), then accept it with: ssh -p 2222 "
	  "-o StrictHostKeyChecking=ask shop" },
	{ "strict", SSH_E_KEY_UNKNOWN, "host key", "No ED25519 host key is known for "
	  "[127.0.0.1]:22722 and you have requested strict checking.", "compare this fingerprint" },
	{ "changed", SSH_E_KEY_CHANGED, "host key",
	  "WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!",
	  "never ignore this: compare the fingerprint on the server's own console (ssh-keygen -lf "
	  "/etc/ssh/ssh_host_ed25519_key.pub) and only if it is the same remove the old key with: "
	  "ssh-keygen -f known_hosts -R '[shop]:2222'" },
	{ "revoked", SSH_E_KEY_REVOKED, "host key",
	  "WARNING: REVOKED HOST KEY DETECTED!", "somebody marked this key" },
	{ "wrongkey", SSH_E_AUTH, "login",
	  "root@127.0.0.1: Permission denied (publickey,password,keyboard-interactive).",
	  "the server accepts none of the keys offered" },
	{ "enc2", SSH_E_KEY_FILE, "login",
	  "the server accepts the key, but it could not be used: it has a passphrase",
	  "load it first with: ssh-add enc" },
	{ "badperm", SSH_E_KEY_FILE, "login", "Load key \"badperm\": bad permissions", "chmod 600" },
	{ "nokeyfile", SSH_E_KEY_FILE, "login", "Warning: Identity file /nonexistent/key not "
	  "accessible: No such file or directory.", "make the key file readable" },
	{ "refused", SSH_E_REFUSED, "connect",
	  "ssh: connect to host 127.0.0.1 port 22723: Connection refused", "no sshd listens on port 2222" },
	{ "noname", SSH_E_NO_NAME, "resolve", "ssh: Could not resolve hostname "
	  "no-such-host.invalid: Name or service not known", "check the spelling of shop" },
	{ "net6", SSH_E_UNREACHABLE, "connect",
	  "ssh: connect to host 2001:db8::1 port 22: No route to host", "no way leads to shop" },
	{ "badport", SSH_E_USAGE, "configuration", "Bad port '99999'", "1 to 65535" },
	{ "badopt", SSH_E_USAGE, "configuration",
	  "command-line: line 0: Bad configuration option: bogus", "correct the ssh" },
	{ "noconf", SSH_E_USAGE, "configuration",
	  "Can't open user config file /nonexistent: No such file or directory", "-F" },
	{ "mac", SSH_E_ALGORITHMS, "host key", "Unable to negotiate with 127.0.0.1 port 22722: no "
	  "matching cipher found. Their offer: ", "share no algorithm" },
	{ "http", SSH_E_NOT_SSH, "connect", "HTTP/1.1 400 Bad Request", "a web server answers" },
	{ "bad", SSH_E_NOT_SSH, "connect", "invalid format", "not SSH" },
	{ "close", SSH_E_CLOSED, "connect",
	  "kex_exchange_identification: Connection closed by remote host", "MaxStartups" },
	{ "max", SSH_E_CLOSED, "connect", "Exceeded MaxStartups", "MaxStartups" },
	{ "mute", SSH_E_TIMEOUT, "connect", "Connection timed out during banner exchange",
	  "accepts but sshd says nothing" },
	{ "jump", SSH_E_JUMP, "jump",
	  "ssh: connect to host 127.0.0.1 port 22723: Connection refused", "`ssh JUMP true`" },
	{ "jumpauth", SSH_E_JUMP, "jump", "Permission denied (publickey", "`ssh JUMP true`" },
	{ "jumpto", SSH_E_JUMP, "jump", "channel 0: open failed: connect failed: Connection refused",
	  "could not open the way to shop" },
	{ "kill", SSH_E_LOST, "shell", "Connection to 127.0.0.1 closed by remote host.",
	  "the server ended the connection" },
	{ "exit3", SSH_E_LOST, "shell", "the remote shell ended", "its shell exited" },
};

static const struct transport_config config = { .target = "shop", .port = 2222 };

static void every_sentence(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(sentences) / sizeof(sentences[0]); i++) {
		const struct sentence *s = &sentences[i];
		struct arena *mem = arena_new();
		struct buf text = load(s->name);
		struct ssh_failure f;
		struct words w;

		read_all(&w, span_from(text.data, text.len));
		words_failure(&w, &config, false, 255, mem, &f);
		if (f.error != s->error || strcmp(f.step, s->step) != 0 ||
		    !strstr(f.says, s->says) || !strstr(f.advice, s->advice))
			fail_msg("%s: %s / %s / %s / %s", s->name, ssh_error_name(f.error), f.step,
				f.says, f.advice);
		buf_release(&text);
		arena_free(mem);
	}
}

static void keys_are_named(void **state)
{
	struct arena *mem = arena_new();
	struct buf text = load("unknown");
	struct ssh_failure f;
	struct words w;

	(void)state;
	read_all(&w, span_from(text.data, text.len));
	words_failure(&w, &config, false, 255, mem, &f);
	assert_string_equal(f.fingerprint, "SHA256:p7TPZjqn6u46ysJGW5LK93uRtne8nOHfJgAcUFqyADI");
	assert_string_equal(f.known_hosts, "~/.ssh/known_hosts");
	assert_string_equal(w.address, "127.0.0.1");
	buf_release(&text);
	text = load("changed");
	read_all(&w, span_from(text.data, text.len));
	words_failure(&w, &config, false, 255, mem, &f);
	assert_string_equal(f.fingerprint, "SHA256:p7TPZjqn6u46ysJGW5LK93uRtne8nOHfJgAcUFqyADI");
	assert_string_equal(f.known_hosts, "known_hosts:1");
	buf_release(&text);
	arena_free(mem);
}

/* Live on the last hop only; the jump host's login is not ours. */
static void steps(void **state)
{
	struct buf text = load("jumpok");
	struct span rest = span_from(text.data, text.len), line;
	int lives = 0, before = 0;
	struct words w;

	(void)state;
	memset(&w, 0, sizeof(w));
	while (span_line(&rest, &line)) {
		before = words_live(&w);
		words_line(&w, line);
		if (words_live(&w) && !before) {
			lives++;
			assert_true(span_has(line, "(via proxy)"));
		}
	}
	assert_int_equal(lives, 1);
	assert_int_equal(words_state(&w), SSH_LIVE);
	assert_string_equal(w.address, "");
	buf_release(&text);
	text = load("wrongkey");
	read_all(&w, span_from(text.data, text.len));
	assert_int_equal(words_state(&w), SSH_AUTHENTICATING);
	buf_release(&text);
	text = load("refused");
	read_all(&w, span_from(text.data, text.len));
	assert_int_equal(words_state(&w), SSH_CONNECTING);
	buf_release(&text);
}

/* Cut anywhere, and with hostile bytes: some failure always comes out, clean. */
static void cut_at_every_byte(void **state)
{
	static const char *const names[] = { "changed", "jumpauth", "http" };
	struct ssh_failure f;
	struct words w;
	size_t i, cut;

	(void)state;
	for (i = 0; i < 3; i++) {
		struct buf text = load(names[i]);

		for (cut = 0; cut <= text.len; cut++) {
			struct arena *mem = arena_new();
			char *copy = malloc(cut ? cut : 1);

			memcpy(copy, text.data, cut);
			if (cut)
				copy[cut - 1] = '\033';
			read_all(&w, span_from(copy, cut));
			words_failure(&w, &config, cut % 2, 255, mem, &f);
			assert_true(f.error != SSH_OK && f.step && f.says && f.advice);
			assert_null(strchr(f.says, '\033'));
			free(copy);
			arena_free(mem);
		}
		buf_release(&text);
	}
}

static void expired_account(void **state)
{
	struct arena *mem = arena_new();
	struct ssh_failure f;
	struct words w;

	(void)state;
	memset(&w, 0, sizeof(w));
	words_line(&w, span_of("debug1: Connecting to shop [192.0.2.1] port 22."));
	words_line(&w, span_of("debug1: Remote protocol version 2.0, remote software version X"));
	words_line(&w, span_of("debug1: SSH2_MSG_NEWKEYS received"));
	words_line(&w, span_of("Your account has expired; please contact your system administrator."));
	words_line(&w, span_of("Connection closed by 192.0.2.1 port 22"));
	words_failure(&w, &config, false, 255, mem, &f);
	assert_int_equal(f.error, SSH_E_CLOSED);
	assert_string_equal(f.step, "login");
	assert_string_equal(f.says,
		"Your account has expired; please contact your system administrator.");
	arena_free(mem);
}

static void no_progress(void **state)
{
	struct arena *mem = arena_new();
	struct ssh_failure f;
	struct words w;

	(void)state;
	memset(&w, 0, sizeof(w));
	words_failure(&w, &config, true, 255, mem, &f);
	assert_string_equal(f.step, "resolve");
	words_line(&w, span_of("debug1: Connecting to shop [192.0.2.1] port 22."));
	words_failure(&w, &config, true, 255, mem, &f);
	assert_int_equal(f.error, SSH_E_TIMEOUT);
	assert_string_equal(f.says, "no answer in time");
	words_line(&w, span_of("debug1: Connection established."));
	words_failure(&w, &config, true, 255, mem, &f);
	assert_string_equal(f.says, "connected, but no SSH version came in time");
	arena_free(mem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_sentence), cmocka_unit_test(keys_are_named),
		cmocka_unit_test(steps), cmocka_unit_test(cut_at_every_byte),
		cmocka_unit_test(no_progress), cmocka_unit_test(expired_account),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
