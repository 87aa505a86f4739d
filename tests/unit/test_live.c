/* The live source against a real sshd: survey, noise, no shell, dash and busybox. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "live/live.h"
#include "loop/loop.h"
#include "model/link.h"
#include "private_sshd.h"

extern const char probes_shell_pulse_sh[], probes_shell_shell_sh[], probes_shell_survey_sh[];

static const char collectors[] =
	"w5_host_proc() { echo \"proc one\"; printf 'missing\\tthe rest\\tneeds root\\n'; }\n"
	"w5_nginx() { printf 'root\\t/srv/a b\\nroot\\t/srv/c\\n'; return 3; }\n"
	"w5_nginx_roots() { awk -F'\\t' '{ print $2 }'; }\n"
	"w5_wordpress() { for a; do echo \"site $a\"; done; }\n"
	"w5_wordpress_v=7\n"
	"w5_wordpress_configs() { sed 's/^site //'; }\n"
	"w5_mysql() { echo \"$# $1\"; }\n"
	"w5_fpm() { i=0; while [ $i -lt 2000 ]; do echo \"line $i of a long report\"; i=$((i+1)); done; }\n"
	"w5_host_disk() { while :; do echo 0123456789012345678901234567890123456789; done; }\n"
	"w5_host_log() { sleep 4; }\n"
	"w5_echo() { for a; do printf '<%s>' \"$a\"; done; }\n";

static const char *const scripts[] = {
	probes_shell_pulse_sh, probes_shell_shell_sh, probes_shell_survey_sh, collectors, NULL
};

static struct private_sshd sshd;
static bool have_sshd;

struct seen {
	struct loop *loop;
	struct source *source;
	struct buf text;      /* one line an event */
	const char *until;    /* stops when this stands in it */
	struct loop_timer *limit;
	uint64_t survey;
	struct arena *mem;
	struct link_info last;
};

static void sink(void *owner, const struct event *event)
{
	struct seen *seen = owner;
	struct link_info info;

	if (event->kind == EVENT_LINK) {
		assert_true(link_info_parse(seen->mem, span_from(event->bytes, event->len), &info));
		assert_string_equal(info.state, event->name);
		seen->last = info;
		buf_addf(&seen->text, "link %s %s\n", info.state, info.error ? info.error : "-");
	} else if (event->kind == EVENT_REPORT) {
		buf_addf(&seen->text, "report %s re=%d v=%d flags=%u exit=%d len=%zu [", event->name,
			(int)event->re, event->version, event->flags, event->exit, event->len);
		buf_add(&seen->text, event->bytes, event->len < 60 ? event->len : 60);
		buf_adds(&seen->text, "]\n");
	}
	if (seen->until && strstr(seen->text.data, seen->until))
		loop_stop(seen->loop);
}

static void limit_cb(void *owner)
{
	struct seen *seen = owner;

	buf_adds(&seen->text, "TIME OVER\n");
	loop_stop(seen->loop);
}

static struct live_host host(void)
{
	static const char *identities[2];
	struct live_host h = { .name = "web", .transport = &openssh_transport };

	identities[0] = sshd.user_key;
	h.ssh.target = "127.0.0.1";
	h.ssh.config_file = "none";
	h.ssh.identities = identities;
	h.ssh.known_hosts = sshd.known;
	h.ssh.port = sshd.port;
	h.ssh.connect_timeout_ms = 8000;
	return h;
}

static void seen_open(struct seen *seen, const struct live_host *h)
{
	struct live_config config = { .hosts = h, .host_count = 1, .scripts = scripts };

	memset(seen, 0, sizeof(*seen));
	seen->loop = loop_new();
	seen->mem = arena_new();
	buf_init(&seen->text, 1 << 20);
	seen->limit = loop_timer_new(seen->loop, limit_cb, seen);
	seen->source = live_new(seen->loop, &config);
	seen->source->sink = sink;
	seen->source->owner = seen;
	seen->source->ops->start(seen->source);
}

static void seen_run(struct seen *seen, const char *until, int ms)
{
	seen->until = until;
	loop_timer_start(seen->limit, ms);
	loop_run(seen->loop);
}

static void seen_close(struct seen *seen)
{
	loop_timer_free(seen->limit);
	seen->source->ops->close(seen->source);
	loop_free(seen->loop);
	buf_release(&seen->text);
	arena_free(seen->mem);
}

static uint64_t ask(struct seen *seen, const char *name, const char *const *args, int ms)
{
	struct request r = { .kind = REQUEST_REPORT, .host = "web", .name = name, .args = args,
		.timeout_ms = ms };

	return seen->source->ops->request(seen->source, &r);
}

static void has(struct seen *seen, const char *text)
{
	if (!strstr(seen->text.data ? seen->text.data : "", text))
		fail_msg("no \"%s\" in:\n%s", text, seen->text.data);
}

static void lacks(struct seen *seen, const char *text)
{
	if (strstr(seen->text.data ? seen->text.data : "", text))
		fail_msg("\"%s\" stands in:\n%s", text, seen->text.data);
}

#define NEED_SSHD() do { if (!have_sshd) skip(); } while (0)

static void survey_brings_all(void **state)
{
	static const char *const words[] = { "a b", "it's", "$HOME;`id`", "", NULL };
	static const char *const round[] = { "nginx", ";", "echo", "a b;", "it's", ";;", ";",
		"wordpress", NULL };
	struct live_host h = host();
	struct seen seen;

	(void)state;
	NEED_SSHD();
	seen_open(&seen, &h);
	assert_int_not_equal(ask(&seen, "survey", NULL, 20000), 0);
	assert_int_equal(ask(&seen, "survey", NULL, 20000), 0); /* not on top of itself */
	seen_run(&seen, "report survey", 20000);
	has(&seen, "link connecting -\n");
	has(&seen, "link live -\n");
	has(&seen, "report host.pulse re=1 v=1 flags=0 exit=0");
	has(&seen, "report host.proc re=1 v=1 flags=4 exit=0 len=37 [proc one\n");
	has(&seen, "report nginx re=1 v=1 flags=0 exit=3 len=26 [root\t/srv/a b\n");
	has(&seen, "report wordpress re=1 v=7 flags=0 exit=0 len=26 [site /srv/a b\nsite /srv/c\n]");
	has(&seen, "report mysql re=1 v=1 flags=0 exit=0 len=11 [2 /srv/a b\n");
	has(&seen, "report fpm re=1 v=1 flags=0 exit=0 len=52890 [line 0 of");
	has(&seen, "report host.disk re=1 v=1 flags=1 exit=-1 len=262144 [0123");
	has(&seen, "report redis re=1 v=1 flags=0 exit=127 len=0 []");
	has(&seen, "report host.log re=1 v=1 flags=0 exit=0 len=0 []");
	assert_string_equal(seen.last.address, "127.0.0.1");
	assert_int_not_equal(ask(&seen, "echo", words, 5000), 0);
	seen_run(&seen, "report echo", 5000);
	has(&seen, "[<a b><it's><$HOME;`id`><>\n]");
	buf_clear(&seen.text);
	assert_int_not_equal(ask(&seen, "round", round, 5000), 0);
	seen_run(&seen, "report round", 5000);
	has(&seen, " v=1 flags=0 exit=3 len=26 [root");
	has(&seen, " v=1 flags=0 exit=0 len=17 [<a b;><it's><;;>\n]");
	has(&seen, " v=7 flags=0 exit=0 len=0 []");
	has(&seen, " v=1 flags=0 exit=0 len=0 []");
	assert_int_equal(ask(&seen, "Bad name", NULL, 5000), 0);
	seen_close(&seen);
}

/* The slow one is reported late, then whole; the others do not wait for it. */
static void slow_is_late(void **state)
{
	struct live_host h = host();
	struct seen seen;

	(void)state;
	NEED_SSHD();
	seen_open(&seen, &h);
	ask(&seen, "host.log", NULL, 3000);
	ask(&seen, "nginx", NULL, 3000);
	seen_run(&seen, "report nginx", 8000);
	lacks(&seen, "report host.log");
	seen_run(&seen, "report host.log re=1 v=0 flags=2 exit=-1 len=0", 8000);
	assert_int_equal(ask(&seen, "host.log", NULL, 500), 0);
	seen_run(&seen, "report host.log re=1 v=1 flags=0 exit=0", 8000);
	lacks(&seen, "TIME OVER");
	seen_close(&seen);
}

static void fails(struct live_host *h, const char *error, const char *step, const char *says,
	const char *advice)
{
	struct seen seen;

	seen_open(&seen, h);
	ask(&seen, "survey", NULL, 5000);
	seen_run(&seen, "link failed", 15000);
	assert_string_equal(seen.last.state, "failed");
	assert_string_equal(seen.last.error, error);
	assert_string_equal(seen.last.step, step);
	if (!strstr(seen.last.says, says))
		fail_msg("says: %s", seen.last.says);
	if (!strstr(seen.last.advice, advice))
		fail_msg("advice: %s", seen.last.advice);
	lacks(&seen, "report ");
	assert_int_equal(ask(&seen, "nginx", NULL, 500), 0);
	seen_close(&seen);
}

static void host_keys(void **state)
{
	struct live_host h = host();

	(void)state;
	NEED_SSHD();
	h.ssh.known_hosts = sshd.empty;
	fails(&h, "key-unknown", "host key", "Host key verification failed.",
		"-o StrictHostKeyChecking=ask 127.0.0.1");
	h.ssh.known_hosts = sshd.changed;
	fails(&h, "key-changed", "host key", "REMOTE HOST IDENTIFICATION HAS CHANGED",
		"never ignore this");
	h.ssh.known_hosts = sshd.revoked;
	fails(&h, "key-revoked", "host key", "REVOKED HOST KEY", "do not log in");
}

static void keys(void **state)
{
	const char *identities[2] = { sshd.wrong_key, NULL };
	struct live_host h = host();

	(void)state;
	NEED_SSHD();
	unsetenv("SSH_AUTH_SOCK");
	h.ssh.identities = identities;
	fails(&h, "auth", "login", "Permission denied (", "accepts none of the keys");
	identities[0] = sshd.locked_key;
	fails(&h, "key-file", "login", "has a passphrase", "ssh-add /tmp/");
	identities[0] = "/nonexistent/key";
	fails(&h, "key-file", "login", "/nonexistent/key not accessible", "ssh-add");
}

static void no_way(void **state)
{
	struct live_host h = host();
	int fd, port;
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(a);

	(void)state;
	NEED_SSHD();
	port = h.ssh.port;
	h.ssh.port = sshd_free_port();
	fails(&h, "refused", "connect", "Connection refused", "no sshd listens on port");
	h.ssh.jump = "127.0.0.1:1";
	fails(&h, "jump", "jump", "Connection refused", "jump host is in the way");
	h.ssh.jump = NULL;
	h.ssh.target = "no-such-host.invalid";
	fails(&h, "no-name", "resolve", "Could not resolve hostname", "spelling of no-such-host");
	h.ssh.target = "-oProxyCommand=touch /tmp/wp502-owned";
	fails(&h, "usage", "configuration", "begins with -", "write it as ssh");
	h.ssh.target = "127.0.0.1";
	h.ssh.config_file = "/nonexistent/config";
	fails(&h, "usage", "configuration", "Can't open user config file", "give -F a file");
	h.ssh.config_file = "none";
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0); /* listens, never answers */
	bind(fd, (struct sockaddr *)&a, sizeof(a));
	listen(fd, 4);
	getsockname(fd, (struct sockaddr *)&a, &len);
	h.ssh.port = ntohs(a.sin_port);
	h.ssh.connect_timeout_ms = 1000;
	fails(&h, "timeout", "connect", "", "port");
	close(fd);
	h.ssh.port = port;
}

static int up(void **state)
{
	(void)state;
	have_sshd = sshd_up(&sshd, "");
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
		cmocka_unit_test(survey_brings_all), cmocka_unit_test(slow_is_late),
		cmocka_unit_test(host_keys), cmocka_unit_test(keys), cmocka_unit_test(no_way),
	};

	return cmocka_run_group_tests(tests, up, down);
}
