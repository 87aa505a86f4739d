/* Streams: connections from the server on, through a libssh2 session. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/un.h>

#include "ssh_way.h"

static struct private_sshd sshd;
static bool have_sshd;
static const char *identities[2];

#define NEED_SSHD() do { if (!have_sshd) skip(); } while (0)

static struct transport_config config(void)
{
	struct transport_config c = { .target = "127.0.0.1", .config_file = "none",
		.identities = identities, .known_hosts = sshd.known, .port = sshd.port,
		.connect_timeout_ms = 10000, .command = "exec cat" };

	identities[0] = sshd.user_key;
	return c;
}

/* Says back what it hears, on a Unix socket. */
static pid_t echo_server(const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), client;
	char piece[8192];
	ssize_t n;
	pid_t pid;

	snprintf(a.sun_path, sizeof(a.sun_path), "%s", path);
	bind(fd, (struct sockaddr *)&a, sizeof(a));
	listen(fd, 4);
	pid = fork();
	if (pid == 0) {
		client = accept(fd, NULL, NULL);
		while ((n = read(client, piece, sizeof(piece))) > 0)
			if (send(client, piece, (size_t)n, MSG_NOSIGNAL) != n)
				break;
		pause();
		_exit(0);
	}
	close(fd);
	return pid;
}

struct stream_seen {
	struct loop *loop;
	struct transport *transport;
	struct transport_stream *stream;
	struct buf in;
	size_t want;
	bool closed;
	char says[128];
};

static void on_stream_data(void *owner, const char *bytes, size_t len)
{
	struct stream_seen *seen = owner;

	buf_add(&seen->in, bytes, len);
	if (seen->in.len >= seen->want)
		loop_stop(seen->loop);
}

static void on_stream_closed(void *owner, const char *says)
{
	struct stream_seen *seen = owner;

	seen->closed = true;
	snprintf(seen->says, sizeof(seen->says), "%s", says ? says : "ended");
	loop_stop(seen->loop);
}

static void stream_open(struct stream_seen *seen, struct way *w, const char *to, int port)
{
	static const struct stream_callbacks callbacks = { on_stream_data, on_stream_closed };

	memset(seen, 0, sizeof(*seen));
	seen->loop = w->loop;
	seen->transport = w->transport;
	buf_init(&seen->in, 1 << 22);
	seen->stream = w->transport->ops->open(w->transport, to, port, &callbacks, seen);
}

static void stream_run(struct stream_seen *seen, struct way *w, size_t want)
{
	seen->want = want;
	w->late = false;
	w->until = NULL;
	loop_timer_start(w->limit, 20000);
	while (seen->in.len < want && !seen->closed && !w->late && !w->closed)
		loop_run(w->loop);
	loop_timer_stop(w->limit);
}

static void stream_close(struct stream_seen *seen)
{
	seen->transport->ops->stream_free(seen->stream);
	buf_release(&seen->in);
}

/* An echo on a Unix socket of the server's and one on a port of it, side by side. */
static void streams(void **state)
{
	struct transport_config c = config();
	struct stream_seen a, b, none;
	char path[100];
	struct buf all;
	struct way w;
	pid_t pid;
	int i, port;

	(void)state;
	NEED_SSHD();
	snprintf(path, sizeof(path), "%s/echo", sshd.dir);
	pid = echo_server(path);
	buf_init(&all, 1 << 22);
	for (i = 0; i < 100000; i++)
		buf_addf(&all, "%09d\n", i);
	way_open(&w, NULL, &libssh2_transport, &c);
	assert_null(w.transport->ops->open(w.transport, path, 0, NULL, NULL)); /* not live yet */
	assert_true(way_run(&w, "state live", 20000));
	stream_open(&a, &w, path, 0);
	stream_open(&none, &w, "/nonexistent/socket", 0);
	port = sshd.port;
	stream_open(&b, &w, "127.0.0.1", port); /* the sshd itself: it says its version */
	w.transport->ops->stream_write(a.stream, all.data, all.len);
	way_send(&w, "and the shell goes on\n");
	stream_run(&a, &w, all.len);
	assert_int_equal(a.in.len, all.len);
	assert_memory_equal(a.in.data, all.data, all.len);
	stream_run(&b, &w, 8);
	assert_int_equal(strncmp(b.in.data, "SSH-2.0-", 8), 0);
	stream_run(&none, &w, 1);
	assert_true(none.closed);
	assert_int_not_equal(strcmp(none.says, "ended"), 0);
	assert_true(way_run(&w, "and the shell goes on", 20000));
	stream_close(&b);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	stream_run(&a, &w, all.len + 1);
	assert_true(a.closed);
	stream_close(&none);
	stream_open(&b, &w, path, 0); /* freed while it opens */
	stream_close(&b);
	way_send(&w, "still there\n");
	assert_true(way_run(&w, "still there", 20000));
	stream_close(&a);
	buf_release(&all);
	way_close(&w);
}

/* The session goes: its streams are told so. */
static void lost(void **state)
{
	struct transport_config c = config();
	struct stream_seen a;
	struct way w;

	(void)state;
	NEED_SSHD();
	c.command = "sleep 1; kill -9 $PPID";
	way_open(&w, NULL, &libssh2_transport, &c);
	assert_true(way_run(&w, "state live", 20000));
	stream_open(&a, &w, "127.0.0.1", sshd.port);
	stream_run(&a, &w, 1 << 20);
	assert_true(a.closed);
	assert_string_equal(a.says, "the connection to the server ended");
	stream_close(&a);
	way_close(&w);
}

static int up(void **state)
{
	(void)state;
	unsetenv("SSH_AUTH_SOCK");
	have_sshd = sshd_up(&sshd, "LogLevel QUIET");
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
	const struct CMUnitTest tests[] = { cmocka_unit_test(streams), cmocka_unit_test(lost) };

	return cmocka_run_group_tests(tests, up, down);
}
