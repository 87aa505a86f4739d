/* The libssh2 transport against a real sshd: keys, host keys, failures, data, fall back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/dlog.h"
#include "ssh_way.h"

static struct private_sshd sshd;
static bool have_sshd;
static const char *identities[3];

#define NEED_SSHD() do { if (!have_sshd) skip(); } while (0)

static struct transport_config config(void)
{
	struct transport_config c = { .target = "127.0.0.1", .config_file = "none",
		.identities = identities, .known_hosts = sshd.known, .port = sshd.port,
		.connect_timeout_ms = 10000, .command = "exec cat" };

	identities[0] = sshd.user_key;
	identities[1] = NULL;
	return c;
}

/* A file in the sshd's directory. */
static const char *in_dir(const char *name)
{
	static char paths[8][128];
	static int at;

	at = (at + 1) % 8;
	snprintf(paths[at], sizeof(paths[at]), "%s/%s", sshd.dir, name);
	return paths[at];
}

static const char *write_file(const char *name, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static const char *write_file(const char *name, const char *format, ...)
{
	const char *path = in_dir(name);
	FILE *f = fopen(path, "we");
	va_list args;

	va_start(args, format);
	vfprintf(f, format, args);
	va_end(args);
	fclose(f);
	return path;
}

static void works_by(const struct transport_ops *ops, const struct transport_config *c,
	const char *name)
{
	struct way w;

	way_open(&w, NULL, ops, c);
	way_send(&w, "hello over there\n");
	if (!way_run(&w, "hello over there\n", 20000))
		fail_msg("no answer:\n%s", w.text.data ? w.text.data : "");
	assert_string_equal(w.transport->ops->name, name);
	way_close(&w);
}

static void fails(const struct transport_config *c, enum ssh_error error, const char *step,
	const char *says, const char *advice)
{
	struct way w;

	way_open(&w, NULL, &libssh2_transport, c);
	way_run(&w, "closed", 20000);
	if (!w.closed || w.failure.error != error || strcmp(w.failure.step, step) != 0 ||
	    !strstr(w.failure.says, says) || !strstr(w.failure.advice, advice))
		fail_msg("not %s | %s | %s | %s but:\n%s", ssh_error_name(error), step, says, advice,
			w.text.data);
	if (error == SSH_E_KEY_UNKNOWN || error == SSH_E_KEY_CHANGED)
		assert_non_null(strstr(w.failure.fingerprint, "SHA256:"));
	way_close(&w);
}

static void keys_of_all_types(void **state)
{
	struct transport_config c = config();
	const char *types[] = { "ed25519", "ecdsa", "rsa" };
	size_t i;

	(void)state;
	NEED_SSHD();
	unsetenv("SSH_AUTH_SOCK");
	for (i = 0; i < 3; i++) {
		identities[0] = in_dir(types[i]);
		works_by(&libssh2_transport, &c, "libssh2");
	}
	sshd_sh("rm rsa.pub", sshd.dir, 0); /* the public half is in the agent then */
	works_by(&libssh2_transport, &c, "libssh2");
}

/* The states in their order, the address, and the exit of the remote command. */
static void a_life(void **state)
{
	struct transport_config c = config();
	struct way w;

	(void)state;
	NEED_SSHD();
	c.command = "echo on stderr >&2; read x; echo \"got $x\"; exit 3";
	way_open(&w, NULL, &libssh2_transport, &c);
	way_send(&w, "one");
	way_send(&w, " two\n");
	assert_true(way_run(&w, "closed", 20000));
	assert_string_equal(w.out.data, "got one two\n");
	assert_int_equal(strncmp(w.text.data, "state checking-key\nstate authenticating\nstate live\n"
		"closed lost | shell | on stderr | ", 80), 0);
	assert_string_equal(w.transport->ops->address(w.transport), "127.0.0.1");
	way_close(&w);
}

static void host_keys(void **state)
{
	struct transport_config c = config();
	struct way w;

	(void)state;
	NEED_SSHD();
	c.known_hosts = sshd.empty;
	fails(&c, SSH_E_KEY_UNKNOWN, "host key", "No ssh-ed25519 host key is known for [127.0.0.1]:",
		"StrictHostKeyChecking=ask 127.0.0.1");
	c.known_hosts = sshd.changed;
	fails(&c, SSH_E_KEY_CHANGED, "host key", "REMOTE HOST IDENTIFICATION HAS CHANGED",
		"never ignore this");
	way_open(&w, NULL, &libssh2_transport, &c);
	way_run(&w, "closed", 20000);
	assert_non_null(strstr(w.failure.known_hosts, "/changed:2"));
	way_close(&w);
	c.known_hosts = sshd.revoked;
	fails(&c, SSH_E_KEY_REVOKED, "host key", "REVOKED HOST KEY", "do not log in");
	c.known_hosts = write_file("authority", "@cert-authority * %s",
		"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB\n");
	fails(&c, SSH_E_ALGORITHMS, "configuration", "certificate authority only", "openssh");
}

/* No way to ignore a changed key; a new one only where the configuration accepts it. */
static void strictness(void **state)
{
	struct transport_config c = config();
	char hashed[256];
	FILE *f;

	(void)state;
	NEED_SSHD();
	c.known_hosts = NULL;
	c.config_file = write_file("conf", "Host *\n StrictHostKeyChecking no\n"
		" UserKnownHostsFile %s\n GlobalKnownHostsFile none\n", sshd.changed);
	fails(&c, SSH_E_KEY_CHANGED, "host key", "HAS CHANGED", "never ignore");
	write_file("mine", "# no newline at the end");
	c.config_file = write_file("conf", "Host *\n StrictHostKeyChecking accept-new\n"
		" HashKnownHosts yes\n UserKnownHostsFile %s\n GlobalKnownHostsFile none\n",
		in_dir("mine"));
	works_by(&libssh2_transport, &c, "libssh2");
	f = fopen(in_dir("mine"), "re");
	assert_non_null(fgets(hashed, sizeof(hashed), f));
	assert_non_null(fgets(hashed, sizeof(hashed), f));
	fclose(f);
	assert_int_equal(strncmp(hashed, "|1|", 3), 0);
	c.config_file = write_file("conf", "Host *\n StrictHostKeyChecking yes\n"
		" UserKnownHostsFile %s\n GlobalKnownHostsFile none\n", in_dir("mine"));
	works_by(&libssh2_transport, &c, "libssh2");
	works_by(&openssh_transport, &c, "openssh"); /* ssh reads what we wrote */
}

static void logins(void **state)
{
	struct transport_config c = config();

	(void)state;
	NEED_SSHD();
	unsetenv("SSH_AUTH_SOCK");
	identities[0] = sshd.wrong_key;
	fails(&c, SSH_E_AUTH, "login", "Permission denied (publickey", "accepts none of the keys");
	identities[0] = sshd.locked_key;
	fails(&c, SSH_E_KEY_FILE, "login", "locked: it has a passphrase", "ssh-add");
	identities[0] = "/nonexistent/key";
	fails(&c, SSH_E_KEY_FILE, "login", "/nonexistent/key not accessible", "ssh-add");
	sshd_sh("cp user open; chmod 644 open; rm -f open.pub", sshd.dir, 0);
	identities[0] = in_dir("open");
	fails(&c, SSH_E_KEY_FILE, "login", "too open", "chmod 600");
	identities[0] = sshd.wrong_key; /* the second one does */
	identities[1] = sshd.user_key;
	works_by(&libssh2_transport, &c, "libssh2");
}

/* The user's own agent: the file need not be there, other keys are not offered. */
static void agents(void **state)
{
	struct transport_config c = config();
	char socket[128];

	(void)state;
	NEED_SSHD();
	snprintf(socket, sizeof(socket), "%s/agent", sshd.dir);
	if (sshd_sh("ssh-agent -a \"$d/agent\" >agent.env && SSH_AUTH_SOCK=\"$d/agent\" "
		    "ssh-add -q user wrong 2>/dev/null && cp user.pub held.pub", sshd.dir, 0) != 0)
		skip();
	setenv("SSH_AUTH_SOCK", socket, 1);
	identities[0] = in_dir("held");
	works_by(&libssh2_transport, &c, "libssh2");
	identities[0] = sshd.wrong_key; /* the agent's other key is not configured */
	fails(&c, SSH_E_AUTH, "login", "Permission denied", "");
	c.identities = NULL;
	works_by(&libssh2_transport, &c, "libssh2");
	sshd_sh(". ./agent.env; kill $SSH_AGENT_PID", sshd.dir, 0);
	c.identities = identities;
	identities[0] = sshd.user_key; /* an agent that is gone is no agent */
	works_by(&libssh2_transport, &c, "libssh2");
	unsetenv("SSH_AUTH_SOCK");
}

/* A server of one sentence, or none; it closes unless told to stay. */
static int say_server(const char *words, bool stay, pid_t *ret_pid)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), client;

	bind(fd, (struct sockaddr *)&a, sizeof(a));
	listen(fd, 8);
	getsockname(fd, (struct sockaddr *)&a, &len);
	*ret_pid = fork();
	if (*ret_pid == 0) {
		while ((client = accept(fd, NULL, NULL)) >= 0) {
			do {
				if (send(client, words, strlen(words), MSG_NOSIGNAL) < 0)
					break;
			} while (stay && *words);
			while (stay && !*words)
				pause();
			shutdown(client, SHUT_WR);
			usleep(50000);
			close(client);
		}
		_exit(0);
	}
	close(fd);
	return ntohs(a.sin_port);
}

static void strangers(void **state)
{
	static const struct {
		const char *words;
		bool stay;
		enum ssh_error error;
		const char *says, *advice;
	} rows[] = {
		{ "HTTP/1.1 400 Bad Request\r\n\r\n", false, SSH_E_NOT_SSH, "HTTP/1.1 400", "web server" },
		{ "220 mail.example ESMTP\r\n", false, SSH_E_NOT_SSH, "220 mail", "not SSH" },
		{ "Not allowed at this time\r\n", false, SSH_E_CLOSED, "Not allowed", "wait a minute" },
		{ "Exceeded MaxStartups\r\n", false, SSH_E_CLOSED, "Exceeded", "MaxStartups" },
		{ "", false, SSH_E_CLOSED, "closed before any word", "MaxStartups" },
		{ "", true, SSH_E_TIMEOUT, "no SSH version came in time", "says nothing" },
		{ "la la la\r\n", true, SSH_E_NOT_SSH, "talks on and on", "not SSH" },
		{ "la la la ", true, SSH_E_NOT_SSH, "talks on and on", "not SSH" },
	};
	struct transport_config c = config();
	pid_t pid;
	size_t i;

	(void)state;
	NEED_SSHD();
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		c.port = say_server(rows[i].words, rows[i].stay, &pid);
		c.connect_timeout_ms = !*rows[i].words && rows[i].stay ? 700 : 8000;
		fails(&c, rows[i].error, "connect", rows[i].says, rows[i].advice);
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
}

static void no_way(void **state)
{
	struct transport_config c = config();

	(void)state;
	NEED_SSHD();
	c.port = sshd_free_port();
	fails(&c, SSH_E_REFUSED, "connect", "Connection refused", "no sshd listens on port");
	c.target = "no-such-host.invalid";
	fails(&c, SSH_E_NO_NAME, "resolve", "Could not resolve", "spelling of no-such-host");
	c.target = "-oProxyCommand=touch /tmp/wp502-owned";
	fails(&c, SSH_E_USAGE, "configuration", "begins with -", "write it as ssh");
	c.target = "127.0.0.1";
	c.config_file = "/nonexistent/config";
	fails(&c, SSH_E_USAGE, "configuration", "Can't open user config file", "give -F a file");
	c.config_file = "none";
	c.jump = "127.0.0.1:1";
	fails(&c, SSH_E_JUMP, "jump", "Connection refused",
		"jump host 127.0.0.1: the machine answers but no sshd listens on port 1");
}

/* ---- data ---- */

/* 20 MB out and nothing lost: a prefix of numbers that says so. */
static void flood(void **state)
{
	struct transport_config c = config();
	struct way w;

	(void)state;
	NEED_SSHD();
	c.command = "i=0; head -c 20000000 /dev/zero | tr '\\0' x; echo; echo end of it; exec cat";
	way_open(&w, NULL, &libssh2_transport, &c);
	w.want_bytes = 20000011;
	way_run(&w, NULL, 30000);
	assert_int_equal(w.out_bytes, 20000011);
	way_close(&w);
}

/* 3 MB there and back: the write rule, and a window that is opened while writing. */
static void echo(void **state)
{
	struct transport_config c = config();
	struct way w;
	struct buf all;
	int i;

	(void)state;
	NEED_SSHD();
	buf_init(&all, 1 << 22);
	for (i = 0; i < 300000; i++)
		buf_addf(&all, "%09d\n", i);
	way_open(&w, NULL, &libssh2_transport, &c);
	buf_release(&w.out);
	buf_init(&w.out, 1 << 22);
	w.transport->ops->write(w.transport, all.data, all.len / 2);
	assert_true(way_run(&w, "state live", 20000));
	w.transport->ops->write(w.transport, all.data + all.len / 2, all.len - all.len / 2);
	w.want_bytes = all.len;
	way_run(&w, NULL, 30000);
	assert_int_equal(w.out.len, all.len);
	assert_memory_equal(w.out.data, all.data, all.len);
	buf_release(&all);
	way_close(&w);
}

/* An sshd that takes three at a time: those it drops come again a little later. */
static void crowded(void **state)
{
	struct private_sshd mine = sshd, other;
	struct transport_config c;
	struct loop *loop;
	struct way ways[6];
	int i, live = 0;

	(void)state;
	NEED_SSHD();
	assert_true(sshd_up(&other, "MaxStartups 3:50:6"));
	sshd = other;
	loop = loop_new();
	c = config();
	c.connect_timeout_ms = 30000;
	for (i = 0; i < 6; i++)
		way_open(&ways[i], loop, &libssh2_transport, &c);
	for (i = 0; i < 6; i++)
		live += way_run(&ways[i], "state live", 40000);
	assert_int_equal(live, 6);
	for (i = 0; i < 6; i++)
		way_close(&ways[i]);
	loop_free(loop);
	sshd_down(&other);
	sshd = mine;
}

/* Forty at once at one sshd with the usual MaxStartups: none is dropped. */
static void crowd(void **state)
{
	struct transport_config c = config();
	struct loop *loop;
	struct way ways[40];
	int i, live = 0;

	(void)state;
	NEED_SSHD();
	loop = loop_new();
	c.connect_timeout_ms = 30000;
	for (i = 0; i < 40; i++)
		way_open(&ways[i], loop, &libssh2_transport, &c);
	for (i = 0; i < 40; i++)
		live += way_run(&ways[i], "state live", 40000);
	assert_int_equal(live, 40);
	for (i = 0; i < 40; i++)
		way_close(&ways[i]);
	loop_free(loop);
}

/* ---- jump hosts ---- */

static void jumps(void **state)
{
	struct transport_config c = config();

	(void)state;
	NEED_SSHD();
	c.known_hosts = NULL;
	c.config_file = write_file("jump.conf", "Host hop* end\n HostName 127.0.0.1\n Port %d\n"
		" IdentityFile %s\n UserKnownHostsFile %s\n GlobalKnownHostsFile none\n"
		"Host hop2\n ProxyJump hop1\nHost end\n ProxyJump hop1,hop2\n"
		"Host command\n HostName 127.0.0.1\n Port %d\n IdentityFile %s\n"
		" UserKnownHostsFile %s\n ProxyCommand ssh -F %s -W %%h:%%p hop1\n"
		"Host broken\n HostName 127.0.0.1\n ProxyCommand echo the door is shut >&2; exit 1\n",
		sshd.port, sshd.user_key, sshd.known, sshd.port, sshd.user_key, sshd.known,
		in_dir("jump.conf"));
	c.port = 0;
	c.identities = NULL;
	c.target = "end";
	works_by(&libssh2_transport, &c, "libssh2");
	c.target = "command";
	works_by(&libssh2_transport, &c, "libssh2");
	c.target = "broken";
	fails(&c, SSH_E_JUMP, "jump", "the door is shut", "ProxyCommand by hand");
}

/* ---- ssh takes over ---- */

static void takes_over(const char *more, const char *why)
{
	struct private_sshd mine = sshd, other;
	struct transport_config c;
	struct way w;

	assert_true(sshd_up(&other, more));
	sshd = other;
	c = config();
	way_open(&w, NULL, &libssh2_transport, &c);
	way_run(&w, "closed", 20000);
	assert_int_equal(w.failure.error, SSH_E_ALGORITHMS);
	if (!strstr(w.failure.says, why))
		fail_msg("no \"%s\" in: %s", why, w.failure.says);
	way_close(&w);
	way_open(&w, NULL, &auto_transport, &c);
	assert_string_equal(w.transport->ops->name, "libssh2");
	way_send(&w, "hello over there\n");
	if (!way_run(&w, "hello over there\n", 20000))
		fail_msg("%s", w.text.data);
	assert_string_equal(w.transport->ops->name, "openssh");
	assert_non_null(strstr(w.text.data, "note ssh is used, not libssh2: "));
	way_close(&w);
	sshd_down(&other);
	sshd = mine;
}

static void ssh_takes_over(void **state)
{
	struct transport_config c = config();

	(void)state;
	NEED_SSHD();
	works_by(&auto_transport, &c, "libssh2");
	takes_over("MACs hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com",
		"no common MAC: the server offers only hmac-sha2-256-etm@openssh.com,");
	takes_over("Ciphers chacha20-poly1305@openssh.com", "no common cipher");
	takes_over("KexAlgorithms sntrup761x25519-sha512@openssh.com", "no common key exchange");
	c.config_file = write_file("cert.conf", "Host *\n CertificateFile %s/none\n", sshd.dir);
	fails(&c, SSH_E_ALGORITHMS, "configuration", "user certificate", "auto");
	works_by(&auto_transport, &c, "openssh");
	c.config_file = write_file("chacha.conf", "Host *\n Ciphers chacha20-poly1305@openssh.com\n");
	fails(&c, SSH_E_ALGORITHMS, "host key", "no cipher that the configuration allows", "openssh");
	c.config_file = "none";
	c.port = sshd_free_port();
	c.target = "127.0.0.1";
	fails(&c, SSH_E_REFUSED, "connect", "refused", ""); /* no second try by ssh: see auto.c */
}

/* The host's RSA key is known, and libssh2 1.10 cannot ask for it: no false alarm. */
static void rsa_is_known(void **state)
{
	struct transport_config c = config();
	struct private_sshd mine = sshd, other;
	char line[128];

	(void)state;
	NEED_SSHD();
	snprintf(line, sizeof(line), "HostKey %s", in_dir("rsa_host"));
	assert_true(sshd_up(&other, line));
	sshd_sh("{ printf '[127.0.0.1]:%s ' $p; cut -d' ' -f1,2 rsa_host.pub; } >rsa_known", mine.dir,
		other.port);
	c.known_hosts = in_dir("rsa_known");
	c.port = other.port;
	identities[0] = other.user_key;
	fails(&c, SSH_E_ALGORITHMS, "host key", "a type that libssh2 does not have", "openssh");
	works_by(&auto_transport, &c, "openssh");
	sshd_down(&other);
}

static void no_session(void **state)
{
	struct private_sshd mine = sshd, other;
	struct transport_config c;

	(void)state;
	NEED_SSHD();
	assert_true(sshd_up(&other, "MaxSessions 0"));
	sshd = other;
	c = config();
	fails(&c, SSH_E_NO_SHELL, "shell", "", "MaxSessions");
	sshd_down(&other);
	sshd = mine;
}

static int up(void **state)
{
	(void)state;
	if (getenv("TEST_DLOG"))
		dlog_open(getenv("TEST_DLOG"));
	have_sshd = sshd_up(&sshd, "LogLevel ERROR") &&
		sshd_sh("ssh-keygen -q -t ecdsa -N '' -f ecdsa; ssh-keygen -q -t rsa -N '' -f rsa; "
			"ssh-keygen -q -t rsa -N '' -f rsa_host; ln -s user ed25519; "
			"ln -s user.pub ed25519.pub; cat ecdsa.pub rsa.pub >>authorized", sshd.dir, 0) == 0;
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
		cmocka_unit_test(keys_of_all_types), cmocka_unit_test(a_life),
		cmocka_unit_test(host_keys), cmocka_unit_test(strictness), cmocka_unit_test(logins),
		cmocka_unit_test(agents), cmocka_unit_test(strangers), cmocka_unit_test(no_way),
		cmocka_unit_test(flood), cmocka_unit_test(echo), cmocka_unit_test(crowded),
		cmocka_unit_test(crowd), cmocka_unit_test(jumps), cmocka_unit_test(ssh_takes_over),
		cmocka_unit_test(rsa_is_known), cmocka_unit_test(no_session),
	};

	return cmocka_run_group_tests(tests, up, down);
}
