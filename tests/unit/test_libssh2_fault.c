/*
 * Faults of the wire below libssh2, made byte by byte against a real sshd: one-byte reads
 * and writes, EAGAIN at every other call, the end, a reset or a flipped bit after k bytes
 * of the whole life of a login. TEST_ALL=1 in the environment: every k.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>

#include "live/ssh/wire.h"
#include "ssh_way.h"

/* libssh2 1.10 forgets its half of a key exchange that is cut, some 100 to 450 bytes, and 51
 * bytes of the host's key at each later exchange; nothing of ours can free them. */
const char *__lsan_default_suppressions(void);

const char *__lsan_default_suppressions(void)
{
	return "leak:libcrypto\nleak:libssh2";
}

static struct private_sshd sshd;
static bool have_sshd;
static const char *identities[2];

static struct {
	bool one, again;         /* a byte a call; EAGAIN before each call that works */
	int turn_in, turn_out;
	size_t after, seen;      /* what happens when so many bytes have come */
	enum { NOTHING, END, RESET, FLIP } then;
} fault;

static ssize_t bad_recv(int fd, void *bytes, size_t len, int flags)
{
	ssize_t n;

	if (fault.again && (fault.turn_in ^= 1)) {
		errno = EAGAIN;
		return -1;
	}
	if (fault.then == END && fault.seen >= fault.after)
		return 0;
	if (fault.then == RESET && fault.seen >= fault.after) {
		errno = ECONNRESET;
		return -1;
	}
	if (fault.one)
		len = 1;
	if (fault.then != NOTHING && fault.seen < fault.after && len > fault.after - fault.seen)
		len = fault.after - fault.seen;
	n = recv(fd, bytes, len, flags);
	if (n > 0 && fault.then == FLIP && fault.seen == fault.after)
		*(char *)bytes ^= 4;
	if (n > 0)
		fault.seen += (size_t)n;
	return n;
}

static ssize_t bad_send(int fd, const void *bytes, size_t len, int flags)
{
	if (fault.again && (fault.turn_out ^= 1)) {
		errno = EAGAIN;
		return -1;
	}
	return send(fd, bytes, fault.one && len ? 1 : len, flags);
}

static struct transport_config config(void)
{
	struct transport_config c = { .target = "127.0.0.1", .config_file = "none",
		.identities = identities, .known_hosts = sshd.known, .port = sshd.port,
		.connect_timeout_ms = 5000, .command = "exec cat" };

	identities[0] = sshd.user_key;
	return c;
}

#define NEED_SSHD() do { if (!have_sshd) skip(); } while (0)

static size_t works(void)
{
	struct transport_config c = config();
	struct way w;
	int i;

	fault.seen = 0;
	way_open(&w, NULL, &libssh2_transport, &c);
	for (i = 0; i < 200; i++)
		way_send(&w, "0123456789 and so on, there and back again, a line of some length\n");
	way_send(&w, "the end\n");
	if (!way_run(&w, "the end\n", 30000))
		fail_msg("%s", w.text.data);
	assert_int_equal(w.out.len, 200 * 66 + 8);
	way_close(&w);
	return fault.seen;
}

static void small_steps(void **state)
{
	(void)state;
	NEED_SSHD();
	memset(&fault, 0, sizeof(fault));
	fault.one = true;
	works();
	fault.one = false;
	fault.again = true;
	works();
	fault.one = true;
	works();
}

/* Whatever happens at byte k: an end with a reason, in time; never live and silent. */
static void ends(size_t k, bool may_live)
{
	struct transport_config c = config();
	struct way w;

	fault.seen = 0;
	fault.after = k;
	c.connect_timeout_ms = 2500;
	way_open(&w, NULL, &libssh2_transport, &c);
	way_send(&w, "line\n");
	way_run(&w, may_live ? "line\n" : "closed", 8000);
	if (!w.closed && !way_seen(&w))
		fail_msg("byte %zu, fault %d: neither end nor answer:\n%s", k, (int)fault.then,
			w.text.data ? w.text.data : "");
	if (w.closed && (!*w.failure.says || !*w.failure.advice || w.failure.error == SSH_OK))
		fail_msg("byte %zu: %s", k, w.text.data);
	way_close(&w);
}

static void cut_everywhere(void **state)
{
	size_t whole, k, stride = getenv("TEST_ALL") ? 1 : 61;

	(void)state;
	NEED_SSHD();
	memset(&fault, 0, sizeof(fault));
	whole = works() - (200 * 66 + 8);
	assert_true(whole > 2000);
	for (k = 45; k < whole - 400; k += stride) { /* behind the version: no second try */
		fault.then = END;
		ends(k, false);
		if (stride > 1 && k % 2)
			continue;
		fault.then = RESET;
		ends(k, false);
	}
	fault.then = END;
	ends(0, false);
	ends(20, false);
	memset(&fault, 0, sizeof(fault));
}

static void flip_anywhere(void **state)
{
	size_t k, stride = getenv("TEST_ALL") ? 1 : 127;

	(void)state;
	NEED_SSHD();
	memset(&fault, 0, sizeof(fault));
	for (k = 45; k < 2500; k += stride) {
		fault.then = FLIP;
		ends(k, true);
	}
	memset(&fault, 0, sizeof(fault));
}

/* The server changes the keys twenty times while it floods, and we write meanwhile. */
static void rekey(void **state)
{
	struct private_sshd mine = sshd, other;
	struct transport_config c;
	struct way w;
	int i;

	(void)state;
	NEED_SSHD();
	memset(&fault, 0, sizeof(fault));
	assert_true(sshd_up(&other, "RekeyLimit 1M"));
	sshd = other;
	c = config();
	c.command = "head -c 20000000 /dev/zero | tr '\\0' x & cat; wait";
	way_open(&w, NULL, &libssh2_transport, &c);
	assert_true(way_run(&w, "state live", 20000));
	for (i = 1; i <= 100; i++) {
		way_send(&w, "a line meanwhile\n");
		w.want_bytes = (size_t)i * 200000;
		way_run(&w, NULL, 20000);
		assert_false(w.late || w.closed);
	}
	w.want_bytes = 20000000 + 100 * 17;
	way_run(&w, NULL, 20000);
	assert_int_equal(w.out_bytes, 20000000 + 100 * 17);
	way_close(&w);
	sshd_down(&other);
	sshd = mine;
}

/* Freed at every state, from outside the callbacks. */
static void freed_anywhere(void **state)
{
	static const char *const states[] = { "", "state checking-key", "state authenticating",
		"state live" };
	struct transport_config c = config();
	struct way w;
	size_t i;

	(void)state;
	NEED_SSHD();
	memset(&fault, 0, sizeof(fault));
	for (i = 0; i < 4; i++) {
		way_open(&w, NULL, &libssh2_transport, &c);
		if (i)
			assert_true(way_run(&w, states[i], 20000));
		way_close(&w);
	}
}

static bool session_of_sshd(const struct private_sshd *s, const char *signal)
{
	char script[256];

	snprintf(script, sizeof(script), "for c in $(pgrep -P %d); do kill -%s $(pgrep -P $c) $c "
		"2>/dev/null || kill -%s $c; done", (int)s->pid, signal, signal);
	return sshd_sh(script, s->dir, 0) == 0;
}

static void killed(void **state)
{
	struct transport_config c = config();
	struct way w;

	(void)state;
	NEED_SSHD();
	memset(&fault, 0, sizeof(fault));
	c.command = "echo ready; exec sleep 60";
	way_open(&w, NULL, &libssh2_transport, &c);
	assert_true(way_run(&w, "ready\n", 10000));
	session_of_sshd(&sshd, "KILL");
	way_run(&w, "closed", 5000);
	assert_int_equal(w.failure.error, SSH_E_LOST);
	way_close(&w);
}

/* sshd stands still, the kernel below it does not: stale, the server's fault; then live. */
static void stalled(void **state)
{
	struct transport_config c = config();
	struct way w;

	(void)state;
	NEED_SSHD();
	memset(&fault, 0, sizeof(fault));
	c.command = "echo ready; exec sleep 60";
	way_open(&w, NULL, &libssh2_transport, &c);
	assert_true(way_run(&w, "ready\n", 10000));
	session_of_sshd(&sshd, "STOP");
	if (!way_run(&w, "state stale", 12000))
		fail_msg("%s", w.text.data);
	assert_non_null(strstr(w.text.data, "note the host acknowledges what is sent, but its sshd"));
	session_of_sshd(&sshd, "CONT");
	if (!way_run(&w, "state stale\nstate live", 5000))
		fail_msg("%s", w.text.data);
	way_close(&w);
}

static int up(void **state)
{
	(void)state;
	unsetenv("SSH_AUTH_SOCK");
	have_sshd = sshd_up(&sshd, "LogLevel QUIET\nMaxStartups 100");
	wire_calls.recv = bad_recv;
	wire_calls.send = bad_send;
	return 0;
}

static int down(void **state)
{
	(void)state;
	sshd_down(&sshd);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(small_steps), cmocka_unit_test(cut_everywhere),
		cmocka_unit_test(flip_anywhere), cmocka_unit_test(rekey), cmocka_unit_test(freed_anywhere),
		cmocka_unit_test(killed), cmocka_unit_test(stalled),
	};

	return cmocka_run_group_tests(tests, up, down);
}
