/* The shell's side of the console on a turned clock, and the scripts in each sh there is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "live/command.h"
#include "live/shell.h"
#include "loop/loop.h"
#include "model/event.h"

extern const char probes_shell_pulse_sh[], probes_shell_shell_sh[], probes_shell_survey_sh[];

static const char *const two[] = { "PULSE", "REST", NULL };
static struct loop *loop;
static struct shell *shell;
static struct buf sent, got;
static char mark[64];
static bool free_in_callback;

static void on_send(void *owner, const char *bytes, size_t len)
{
	(void)owner;
	buf_add(&sent, bytes, len);
}

static void on_ready(void *owner)
{
	(void)owner;
	buf_adds(&got, "ready;");
}

static void on_report(void *owner, const struct shell_report *r)
{
	(void)owner;
	buf_addf(&got, "%d %s%s%s %d:", (int)r->seq, r->name, r->flags & EVENT_LATE ? " late" : "",
		r->flags & EVENT_TRUNCATED ? " cut" : "", r->exit);
	buf_add(&got, r->bytes, r->len < 40 ? r->len : 40);
	buf_adds(&got, ";");
	if (free_in_callback)
		shell_free(shell);
}

static void on_failed(void *owner, const struct ssh_failure *f)
{
	(void)owner;
	buf_addf(&got, "failed %s/%s/%s;", f->step, f->says, f->advice);
}

static const struct shell_callbacks callbacks = { on_send, on_ready, on_report, on_failed };

static void make(enum shell_sudo sudo)
{
	struct shell_config config = { .scripts = two, .sudo = sudo, .password = "se'cret",
		.hello_ms = 1000 };
	const char *p;

	shell = shell_new(loop, &config, &callbacks, NULL);
	shell_request(shell, 5, "survey", NULL, 2000);
	shell_start(shell);
	p = sent.data ? strstr(sent.data, "W5_MARK=") : NULL;
	if (p)
		sscanf(p, "W5_MARK=%63s", mark);
}

static void feed(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* "@" stands for RS MARK. */
static void feed(const char *format, ...)
{
	char text[512];
	struct buf out;
	va_list args;
	char *p;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	buf_init(&out, 4096);
	for (p = text; *p; p++) {
		if (*p == '@')
			buf_addf(&out, "\036%s", mark);
		else
			buf_addc(&out, *p);
	}
	shell_feed(shell, out.data, out.len);
	buf_release(&out);
}

static int open_all(void **state)
{
	(void)state;
	loop = loop_new_fake(0, 0);
	buf_init(&sent, 1 << 20);
	buf_init(&got, 1 << 20);
	free_in_callback = false;
	shell = NULL;
	return 0;
}

static int close_all(void **state)
{
	(void)state;
	if (!free_in_callback)
		shell_free(shell);
	loop_free(loop);
	buf_release(&sent);
	buf_release(&got);
	return 0;
}

static void one_write_holds_all(void **state)
{
	char want[256];

	(void)state;
	make(SHELL_SUDO_TRY);
	snprintf(want, sizeof(want), "W5_MARK=%s W5_SEQ=5\nPULSE\n"
		"[ -n \"$BASH_VERSION\" ] && eval \"$(head -c 5)\"\nREST\nw5_survey 5\n", mark);
	assert_string_equal(sent.data, want);
	assert_int_equal(strlen(mark), 32);
	buf_clear(&sent);
	assert_true(shell_request(shell, 6, "nginx.log",
		(const char *const[]){ "/a b", "it's", NULL }, 2500));
	assert_string_equal(sent.data, "w5_run 6 nginx.log 3 '/a b' 'it'\\''s'\n");
	assert_false(shell_request(shell, 7, "nginx.log", NULL, 1));
	assert_false(shell_request(shell, 7, "x; rm", NULL, 1));
	assert_false(shell_request(shell, 7, "", NULL, 1));
}

static void survey_then_late(void **state)
{
	(void)state;
	make(SHELL_SUDO_TRY);
	shell_live(shell);
	feed("profile noise\n@ 5 host.pulse .0,0,1 2\nup");
	feed("@ 5 nginx - 3\nabc@ 5 fpm .0,4,1 1\nx@ 6 mysql .0,1,1 1\ny");
	assert_string_equal(got.data, "ready;5 host.pulse 0:up;5 fpm 0:x;");
	loop_turn(loop, 1999);
	assert_string_equal(got.data, "ready;5 host.pulse 0:up;5 fpm 0:x;");
	loop_turn(loop, 1);
	assert_non_null(strstr(got.data, "5 nginx late -1:abc;"));
	assert_non_null(strstr(got.data, "5 survey late -1:;"));
	assert_false(shell_request(shell, 9, "nginx", NULL, 100)); /* still running there */
	feed("@ 5 nginx .0,2500,1 3\ndef");
	assert_non_null(strstr(got.data, ";5 nginx 0:abcdef;"));
	assert_true(shell_request(shell, 9, "nginx", NULL, 100));
	buf_clear(&sent);
	loop_turn(loop, 2000);
	assert_non_null(strstr(sent.data, "w5_end 5 survey\n"));
}

static void torn_is_cut(void **state)
{
	(void)state;
	make(SHELL_SUDO_TRY);
	shell_live(shell);
	feed("@ 5 a - 9\nhalf@ 5 a .0,0,1 1\nx");
	assert_string_equal(got.data, "ready;5 a cut 0:halfx;");
}

static void flood_is_capped(void **state)
{
	char piece[3001];
	int i;

	(void)state;
	memset(piece, 'z', 3000);
	piece[3000] = '\0';
	make(SHELL_SUDO_TRY);
	shell_live(shell);
	for (i = 0; i < 400; i++) {
		feed("@ 5 a - 3000\n");
		shell_feed(shell, piece, 3000);
	}
	feed("@ 5 a .0,0,1 0\n");
	assert_non_null(strstr(got.data, "5 a cut 0:zzz"));
}

static void no_shell_says_what_was_printed(void **state)
{
	struct ssh_failure f = { .error = SSH_E_LOST, .step = "shell", .says = "ended" };

	(void)state;
	make(SHELL_SUDO_TRY);
	shell_live(shell);
	feed("This account is currently\nnot available.\n\033[1m");
	shell_closed(shell, &f);
	assert_int_equal(f.error, SSH_E_NO_SHELL);
	assert_string_equal(f.says, "This account is currently not available. ^[[1m");
	assert_int_equal(got.len, 0);
	assert_false(shell_request(shell, 9, "nginx", NULL, 100));
}

static void silence_is_a_failure(void **state)
{
	(void)state;
	make(SHELL_SUDO_TRY);
	shell_live(shell);
	loop_turn(loop, 1001);
	assert_non_null(strstr(got.data,
		"failed shell/logged in, but the shell did not answer in time/the host may be"));
}

/* A dash that cannot fork dies after its pulse. */
static void only_the_pulse_came(void **state)
{
	struct ssh_failure f = { .error = SSH_E_LOST, .step = "shell", .says = "ended" };

	(void)state;
	make(SHELL_SUDO_TRY);
	shell_live(shell);
	feed("@ 5 host.pulse .0,0,1 2\nup");
	shell_closed(shell, &f);
	assert_int_equal(f.error, SSH_E_NO_SHELL);
	assert_non_null(strstr(f.advice, "cannot start a process"));
}

/* ... or, where it can just about live, its survey dies. */
static void survey_could_not_fork(void **state)
{
	(void)state;
	make(SHELL_SUDO_TRY);
	shell_live(shell);
	feed("@ 5 host.pulse .0,0,1 2\nup@ 5 survey .2,-1,1 0\n");
	assert_non_null(strstr(got.data, "5 survey 2:;failed shell/the remote shell could not start "
		"any process/the host cannot start a process any more"));
}

/* The end of a survey is the end of all it began. */
static void survey_ends_all(void **state)
{
	(void)state;
	make(SHELL_SUDO_TRY);
	shell_live(shell);
	feed("@ 5 host.pulse .0,0,1 2\nup@ 5 nginx - 1\nx@ 5 survey .0,-1,1 0\n");
	assert_string_equal(got.data, "ready;5 host.pulse 0:up;5 nginx late -1:x;5 survey 0:;");
	assert_true(shell_request(shell, 9, "nginx", NULL, 100));
}

static void ssh_knows_better_than_silence(void **state)
{
	struct ssh_failure f = { .error = SSH_E_NO_SHELL, .step = "shell", .says = "Cannot fork",
		.advice = "theirs" };

	(void)state;
	make(SHELL_SUDO_TRY);
	shell_live(shell);
	shell_closed(shell, &f);
	assert_string_equal(f.advice, "theirs");
}

static void lost_stays_lost(void **state)
{
	struct ssh_failure f = { .error = SSH_E_LOST, .step = "shell", .says = "ended" };

	(void)state;
	make(SHELL_SUDO_TRY);
	shell_live(shell);
	feed("@ 5 host.pulse .0,0,1 2\nup@ 5 nginx - 1\nx");
	shell_closed(shell, &f);
	assert_int_equal(f.error, SSH_E_LOST);
	assert_non_null(strstr(got.data, "5 nginx late -1:x;"));
}

static void free_inside_a_report(void **state)
{
	(void)state;
	make(SHELL_SUDO_TRY);
	shell_live(shell);
	free_in_callback = true;
	feed("@ 5 a .0,0,1 1\nx@ 5 b .0,0,1 1\ny");
	assert_string_equal(got.data, "ready;5 a 0:x;");
}

/* ---- sudo with a password ---- */

static const char *token(void)
{
	static char t[40];
	const char *p = strstr(shell_command(shell), "-p \"");

	assert_non_null(p);
	snprintf(t, 33, "%s", p + 4);
	return t;
}

static void sudo_gets_the_password_once(void **state)
{
	(void)state;
	make(SHELL_SUDO_ASK);
	shell_live(shell);
	assert_int_equal(sent.len, 0); /* nothing before sudo has spoken */
	feed("noise [sudo] password for me: \n");
	assert_int_equal(sent.len, 0); /* anybody can print that */
	feed("%.16s", token());
	feed("%s?", token() + 16);
	assert_string_equal(sent.data, "se'cret\n");
	feed("\n%s+\n", token());
	assert_non_null(strstr(sent.data, "se'cret\nW5_MARK="));
}

static void sudo_refuses_the_password(void **state)
{
	(void)state;
	make(SHELL_SUDO_ASK);
	shell_live(shell);
	feed("%s?", token());
	feed("\nSorry, try again.\n%s?", token());
	assert_string_equal(sent.data, "se'cret\n");
	assert_non_null(strstr(got.data, "failed sudo/sudo did not accept the password"));
}

static void sudo_asks_nothing(void **state)
{
	(void)state;
	make(SHELL_SUDO_ASK);
	shell_live(shell);
	feed("%s+\n", token());
	assert_memory_equal(sent.data, "W5_MARK=", 8);
	assert_null(strstr(sent.data, "se'cret"));
}

static void no_sudo_at_all(void **state)
{
	(void)state;
	make(SHELL_SUDO_ASK);
	shell_live(shell);
	feed("me is not in the sudoers file.\n%s-\n", token());
	assert_memory_equal(sent.data, "W5_MARK=", 8);
}

/* What any login shell must be able to read: see command.c. */
static void login_line_is_plain(void **state)
{
	int sudo;

	(void)state;
	for (sudo = SHELL_SUDO_TRY; sudo <= SHELL_SUDO_ASK; sudo++) {
		char *line = command_login((enum shell_sudo)sudo, "TOKEN");
		char *inside = strchr(line, '\'');

		assert_memory_equal(line, "exec /bin/sh -c '", 17);
		assert_ptr_equal(strchr(inside + 1, '\''), line + strlen(line) - 1);
		assert_null(strpbrk(line, "!\n"));
		assert_null(strstr(line, "\\\\"));
		free(line);
	}
}

/* ---- the scripts in each shell of this machine ---- */

static const char collectors[] =
	"w5_short() { printf 'missing\\tX\\tneeds root\\nopen end'; return 4; }\n"
	"w5_log_of() { w5_log error \"$1\" 100; w5_log error /nonexistent; w5_log error /tmp; }\n"
	"w5_slow() { w5_try 1 sleep 5; echo \"$?\"; }\n"
	"w5_wide() { awk 'BEGIN { while (i++ < 70000) printf \"\\303\\251\" }'; }\n"
	"w5_stdin() { cat; echo end; }\n";

static void child_out(void *owner, const char *bytes, size_t len)
{
	(void)owner;
	shell_feed(shell, bytes, len);
	if (strstr(got.data ? got.data : "", "5 slow") && strstr(got.data, "5 wide") &&
	    strstr(got.data, "5 log.of") && strstr(got.data, "5 short") && strstr(got.data, "5 stdin"))
		loop_stop(loop);
}

static void child_err(void *owner, const char *bytes, size_t len)
{
	(void)owner;
	buf_add(&got, bytes, len);
}

static void child_exit(void *owner, int status, int number)
{
	(void)owner;
	buf_addf(&got, "exit %d %d;", status, number);
	loop_stop(loop);
}

static void to_child(void *owner, const char *bytes, size_t len)
{
	loop_child_write(*(struct loop_child **)owner, bytes, len);
}

static void limit_cb(void *owner)
{
	(void)owner;
	buf_adds(&got, "TIME OVER");
	loop_stop(loop);
}

static void in_shell(const char *const *argv, const char *log)
{
	const char *const scripts[] = { probes_shell_pulse_sh, probes_shell_shell_sh,
		probes_shell_survey_sh, collectors, NULL };
	struct shell_config config = { .scripts = scripts, .hello_ms = 5000 };
	struct shell_callbacks cb = { to_child, on_ready, on_report, on_failed };
	struct loop_child_config child = { .argv = argv, .on_out = child_out, .on_err = child_err,
		.on_exit = child_exit };
	const char *const args[] = { log, NULL };
	struct loop_child *process;
	struct loop_timer *limit;
	int error;

	loop = loop_new();
	buf_clear(&got);
	process = loop_child_new(loop, &child, NULL, &error);
	assert_non_null(process);
	limit = loop_timer_new(loop, limit_cb, NULL);
	loop_timer_start(limit, 15000);
	shell = shell_new(loop, &config, &cb, &process);
	shell_request(shell, 5, "short", NULL, 9000);
	shell_request(shell, 5, "log.of", args, 9000);
	shell_request(shell, 5, "slow", NULL, 9000);
	shell_request(shell, 5, "wide", NULL, 9000);
	shell_request(shell, 5, "stdin", NULL, 9000);
	shell_start(shell);
	shell_live(shell);
	loop_run(loop);
	loop_child_free(process);
	loop_timer_free(limit);
	shell_free(shell);
	loop_free(loop);
}

static void wants(const char *who, const char *text)
{
	if (!strstr(got.data, text))
		fail_msg("%s: no \"%s\" in %s", who, text, got.data);
}

static void scripts_in(const char *const *argv)
{
	static const char lines[] = "first is long enough to be cut away by the cap of a hundred bytes "
		"and more\nsecond\r\n=third\tx\n\nlast \377 open";
	char log[] = "/tmp/wp502-log-XXXXXX";
	FILE *f = fdopen(mkstemp(log), "w");
	char want[256];

	fwrite(lines, 1, sizeof(lines) - 1, f);
	fclose(f);
	in_shell(argv, log);
	remove(log);
	wants(argv[0], "ready;5 host.pulse 0:uptime\t");
	wants(argv[0], "5 short 4:missing\tX\tneeds root\nopen end\n;");
	wants(argv[0], "5 slow 0:137\n;");
	wants(argv[0], "5 stdin 0:end\n;");
	wants(argv[0], "5 wide 0:\303\251\303\251");
	snprintf(want, sizeof(want), "5 log.of 0:file\terror\t%zu\t", sizeof(lines) - 1);
	wants(argv[0], want);
	assert_null(strstr(got.data, "TIME OVER"));
}

#define HAVE(path) (system("command -v " path " >/dev/null 2>&1") == 0)

static void scripts_in_every_shell(void **state)
{
	(void)state;
	buf_init(&got, 1 << 20);
	scripts_in((const char *const[]){ "/bin/sh", NULL });
	if (HAVE("dash"))
		scripts_in((const char *const[]){ "dash", NULL });
	if (HAVE("bash"))
		scripts_in((const char *const[]){ "bash", NULL });
	if (HAVE("busybox"))
		scripts_in((const char *const[]){ "busybox", "sh", NULL });
	if (HAVE("mksh"))
		scripts_in((const char *const[]){ "mksh", NULL });
	buf_release(&got);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_all, close_all)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(one_write_holds_all), TEST(survey_then_late), TEST(torn_is_cut),
		TEST(flood_is_capped), TEST(no_shell_says_what_was_printed),
		TEST(silence_is_a_failure), TEST(only_the_pulse_came), TEST(lost_stays_lost),
		TEST(survey_could_not_fork), TEST(survey_ends_all), TEST(ssh_knows_better_than_silence),
		TEST(free_inside_a_report), TEST(sudo_gets_the_password_once),
		TEST(sudo_refuses_the_password), TEST(sudo_asks_nothing), TEST(no_sudo_at_all),
		cmocka_unit_test(login_line_is_plain), cmocka_unit_test(scripts_in_every_shell),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
