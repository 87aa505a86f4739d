/* agent: answers cut at every byte, an agent of the test's own, the real one. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "live/ssh/agent.h"
#include "live/ssh/keyring.h"
#include "live/ssh/login.h"
#include "live/ssh/packet.h"
#include "loop/loop.h"

static struct buf keys_answer(void)
{
	struct buf b;

	buf_init(&b, 4096);
	buf_addc(&b, 12);
	packet_add_u32(&b, 2);
	packet_add_string(&b, span_of("blob one"));
	packet_add_string(&b, span_of("me@here"));
	packet_add_string(&b, span_of("blob two"));
	packet_add_string(&b, span_of(""));
	return b;
}

static void reads_keys(void **state)
{
	struct arena *mem = arena_new();
	struct agent_key *keys = NULL;
	struct buf b = keys_answer();
	size_t count = 0, n;
	char *copy;

	(void)state;
	for (n = 0; n < b.len; n++) {
		copy = malloc(n + 1);
		memcpy(copy, b.data, n);
		assert_false(agent_read_keys(mem, span_from(copy, n), &keys, &count));
		free(copy);
	}
	assert_null(keys);
	assert_true(agent_read_keys(mem, span_from(b.data, b.len), &keys, &count));
	assert_int_equal(count, 2);
	assert_true(span_eq(keys[1].blob, "blob two"));
	assert_string_equal(keys[0].comment, "me@here");
	b.data[1] = 127; /* a count that no answer can hold */
	assert_false(agent_read_keys(mem, span_from(b.data, b.len), &keys, &count));
	buf_release(&b);
	arena_free(mem);
}

static void reads_signature(void **state)
{
	struct span s = span_from("", 0);
	struct buf b, inner;
	size_t n;

	(void)state;
	buf_init(&b, 512);
	buf_init(&inner, 512);
	packet_add_string(&inner, span_of("ssh-ed25519"));
	packet_add_string(&inner, span_of("the signature"));
	buf_addc(&b, 14);
	packet_add_string(&b, span_from(inner.data, inner.len));
	for (n = 0; n < b.len; n++)
		assert_false(agent_read_signature(span_from(b.data, n), &s));
	assert_true(agent_read_signature(span_from(b.data, b.len), &s));
	assert_int_equal(s.n, inner.len);
	b.data[0] = 5; /* SSH_AGENT_FAILURE */
	assert_false(agent_read_signature(span_from(b.data, b.len), &s));
	buf_release(&b);
	buf_release(&inner);
}

/* ---- one of our own ---- */

static char fake[64]; /* where it listens */

struct seen {
	struct loop *loop;
	int calls;
	bool ok;
	size_t count;
	struct span blob;
	char print[PACKET_FINGERPRINT_SIZE];
	enum keyring_state state;
};

static void keys_cb(void *owner, bool ok, const struct agent_key *keys, size_t count)
{
	struct seen *seen = owner;

	seen->calls++;
	seen->ok = ok;
	seen->count = count;
	if (count)
		packet_fingerprint(keys[0].blob, seen->print);
	loop_stop(seen->loop);
}

static void sign_cb(void *owner, bool ok, struct span signature)
{
	struct seen *seen = owner;

	seen->calls++;
	seen->ok = ok;
	seen->count = signature.n;
	loop_stop(seen->loop);
}

/* Listens, takes one connection, says `answer` a byte at a time once something was asked. */
static pid_t fake_agent(const char *path, const struct buf *answer, bool ends)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), client;
	char asked[64];
	pid_t pid;
	size_t i;

	snprintf(a.sun_path, sizeof(a.sun_path), "%s", path);
	unlink(path);
	bind(fd, (struct sockaddr *)&a, sizeof(a));
	listen(fd, 4);
	pid = fork();
	if (pid == 0) {
		client = accept(fd, NULL, NULL);
		if (read(client, asked, sizeof(asked)) > 0)
			for (i = 0; i < answer->len; i++)
				if (send(client, answer->data + i, 1, MSG_NOSIGNAL) != 1)
					_exit(1);
		if (!ends)
			pause();
		_exit(0);
	}
	close(fd);
	return pid;
}

static void asks_slowly(void **state)
{
	struct seen seen = { .loop = loop_new() };
	struct buf body = keys_answer(), whole;
	struct agent *agent;
	pid_t pid;

	(void)state;
	snprintf(fake, sizeof(fake), "/tmp/wp502-fake-agent-%d", (int)getpid());
	buf_init(&whole, 4096);
	packet_add_string(&whole, span_from(body.data, body.len));
	pid = fake_agent(fake, &whole, false);
	agent = agent_new(seen.loop, fake);
	agent_list(agent, keys_cb, &seen);
	assert_int_equal(seen.calls, 0); /* never from inside the call */
	loop_run(seen.loop);
	assert_true(seen.ok);
	assert_int_equal(seen.count, 2);
	agent_free(agent);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	whole.len -= 3; /* it dies in the middle of its answer */
	pid = fake_agent(fake, &whole, true);
	agent = agent_new(seen.loop, fake);
	agent_list(agent, keys_cb, &seen);
	loop_run(seen.loop);
	assert_false(seen.ok);
	agent_sign(agent, span_of("x"), span_of("y"), 0, sign_cb, &seen); /* stays broken */
	loop_run(seen.loop);
	assert_false(seen.ok);
	assert_int_equal(seen.calls, 3);
	agent_free(agent);
	waitpid(pid, NULL, 0);
	unlink(fake);
	agent = agent_new(seen.loop, fake); /* nobody there */
	agent_list(agent, keys_cb, &seen);
	loop_run(seen.loop);
	assert_false(seen.ok);
	agent_list(agent, keys_cb, &seen); /* taken back */
	agent_free(agent);
	loop_free(seen.loop);
	assert_int_equal(seen.calls, 4);
	buf_release(&body);
	buf_release(&whole);
}

/* ---- the keyring, with the real ssh-agent and ssh-add ---- */

static void loaded_cb(void *owner, const struct keyring_result *result)
{
	struct seen *seen = owner;

	seen->calls++;
	seen->state = result->state;
	if (result->state == KEYRING_LOADED)
		packet_fingerprint(result->blob, seen->print);
	loop_stop(seen->loop);
}

static void load(struct keyring *ring, struct seen *seen, const char *file)
{
	keyring_load(ring, file, false, loaded_cb, seen);
	loop_run(seen->loop);
}

static void keyring(void **state)
{
	struct seen seen = { .loop = loop_new() };
	char dir[] = "/tmp/wp502-ring-XXXXXX", command[256], socket[128];
	struct keyring *ring = keyring_hold(seen.loop), *same = keyring_hold(seen.loop);
	struct agent *agent;
	int i;

	(void)state;
	assert_ptr_equal(ring, same);
	if (system("command -v ssh-agent >/dev/null && command -v ssh-keygen >/dev/null") != 0)
		skip();
	assert_non_null(mkdtemp(dir));
	assert_int_equal(chdir(dir), 0);
	snprintf(command, sizeof(command), "ssh-keygen -q -t ed25519 -N '' -f one && "
		"ssh-keygen -q -t ed25519 -N secret -f locked && echo nonsense >bad && chmod 600 bad");
	assert_int_equal(system(command), 0);
	load(ring, &seen, "locked");
	assert_int_equal(seen.state, KEYRING_LOCKED);
	load(ring, &seen, "bad");
	assert_int_equal(seen.state, KEYRING_BAD);
	load(ring, &seen, "not there");
	assert_int_equal(seen.state, KEYRING_BAD);
	load(ring, &seen, "one");
	assert_int_equal(seen.state, KEYRING_LOADED);
	snprintf(command, sizeof(command), "ssh-keygen -lf one.pub | grep -qF '%s'", seen.print);
	assert_int_equal(system(command), 0);
	snprintf(socket, sizeof(socket), "%s", keyring_socket(ring));
	agent = agent_new(seen.loop, socket);
	agent_list(agent, keys_cb, &seen);
	loop_run(seen.loop);
	assert_int_equal(seen.count, 1);
	agent_free(agent);
	keyring_drop(same, &seen);
	load(ring, &seen, "one"); /* remembered */
	assert_int_equal(seen.state, KEYRING_LOADED);
	keyring_drop(ring, &seen);
	loop_free(seen.loop);
	for (i = 0; i < 100 && access(socket, F_OK) == 0; i++)
		usleep(20000);
	assert_int_not_equal(access(socket, F_OK), 0); /* the agent went with us */
	assert_int_equal(chdir("/"), 0);
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	assert_int_equal(system(command), 0);
}

/* Nothing of it outlives a process that is killed: neither the agent nor its directory. */
static void killed(void **state)
{
	char dir[] = "/tmp/wp502-ring-XXXXXX", command[256], socket[128] = "";
	struct seen seen;
	struct keyring *ring;
	int ends[2], i;
	ssize_t n;
	pid_t pid;

	(void)state;
	if (system("command -v ssh-agent >/dev/null && command -v ssh-keygen >/dev/null") != 0)
		skip();
	assert_non_null(mkdtemp(dir));
	snprintf(command, sizeof(command), "ssh-keygen -q -t ed25519 -N '' -f %s/one", dir);
	assert_int_equal(system(command), 0);
	assert_int_equal(pipe(ends), 0);
	pid = fork();
	if (pid == 0) {
		memset(&seen, 0, sizeof(seen));
		seen.loop = loop_new();
		ring = keyring_hold(seen.loop);
		snprintf(command, sizeof(command), "%s/one", dir);
		load(ring, &seen, command);
		n = write(ends[1], keyring_socket(ring), strlen(keyring_socket(ring)));
		raise(n > 0 ? SIGKILL : SIGTERM);
	}
	close(ends[1]);
	n = read(ends[0], socket, sizeof(socket) - 1);
	assert_true(n > 0);
	waitpid(pid, NULL, 0);
	close(ends[0]);
	*strrchr(socket, '/') = '\0'; /* the directory */
	for (i = 0; i < 250 && access(socket, F_OK) == 0; i++)
		usleep(20000);
	assert_int_not_equal(access(socket, F_OK), 0);
	snprintf(command, sizeof(command), "ps -ef | grep '[s]sh-agent' | grep -qF '%s'", socket);
	assert_int_not_equal(system(command), 0);
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	assert_int_equal(system(command), 0);
}

/* What libssh2 wants signed names the algorithm. */
static void algorithm(void **state)
{
	struct buf b;
	size_t n;

	(void)state;
	buf_init(&b, 512);
	packet_add_string(&b, span_of("session id"));
	buf_addc(&b, 50);
	packet_add_string(&b, span_of("user"));
	packet_add_string(&b, span_of("ssh-connection"));
	packet_add_string(&b, span_of("publickey"));
	buf_addc(&b, 1);
	packet_add_string(&b, span_of("rsa-sha2-512"));
	for (n = 0; n < b.len; n++)
		assert_int_equal(login_algorithm(span_from(b.data, n)).n, 0);
	assert_true(span_eq(login_algorithm(span_from(b.data, b.len)), "rsa-sha2-512"));
	buf_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_keys), cmocka_unit_test(reads_signature),
		cmocka_unit_test(asks_slowly), cmocka_unit_test(keyring), cmocka_unit_test(killed),
		cmocka_unit_test(algorithm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
