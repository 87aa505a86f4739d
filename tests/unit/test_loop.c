/* loop: order of timers on a turned clock, deferred calls, deaths in callbacks, children. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <errno.h>

#include <cmocka.h>

#include "base/buf.h"
#include "loop/loop.h"

static struct loop *loop;
static struct buf seen;

struct bell {
	struct loop_timer *timer;
	const char *name;
	int64_t again;
	bool die;
};

static void ring(void *owner)
{
	struct bell *b = owner;

	buf_addf(&seen, "%s@%d ", b->name, (int)loop_now(loop));
	if (b->again)
		loop_timer_start(b->timer, b->again);
	if (b->die)
		loop_timer_free(b->timer);
}

static void bell(struct bell *b, const char *name, int64_t ms)
{
	memset(b, 0, sizeof(*b));
	b->name = name;
	b->timer = loop_timer_new(loop, ring, b);
	loop_timer_start(b->timer, ms);
}

static int open_fake(void **state)
{
	(void)state;
	loop = loop_new_fake(1000, 5000000);
	buf_init(&seen, 1 << 20);
	return 0;
}

static int open_real(void **state)
{
	(void)state;
	loop = loop_new();
	buf_init(&seen, 1 << 20);
	return 0;
}

static int close_loop(void **state)
{
	(void)state;
	loop_free(loop);
	buf_release(&seen);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* no child left, dead or alive */
	assert_int_equal(errno, ECHILD);
	return 0;
}

static void timers_in_order(void **state)
{
	struct bell a, b, c, d;

	(void)state;
	bell(&a, "a", 30);
	bell(&b, "b", 10);
	bell(&c, "c", 30);
	bell(&d, "d", 31);
	loop_turn(loop, 9);
	assert_int_equal(seen.len, 0);
	loop_turn(loop, 21);
	assert_string_equal(seen.data, "b@1010 a@1030 c@1030 ");
	assert_int_equal(loop_wall(loop), 5000030);
	loop_timer_stop(d.timer);
	assert_false(loop_timer_active(d.timer));
	loop_turn(loop, 100);
	assert_string_equal(seen.data, "b@1010 a@1030 c@1030 ");
	loop_timer_free(a.timer);
	loop_timer_free(b.timer);
	loop_timer_free(c.timer);
	loop_timer_free(d.timer);
}

static void timer_again_and_dies(void **state)
{
	struct bell a, b;

	(void)state;
	bell(&a, "a", 10);
	a.again = 10;
	bell(&b, "b", 15);
	b.die = true;
	loop_turn(loop, 35);
	assert_string_equal(seen.data, "a@1010 b@1015 a@1020 a@1030 ");
	loop_timer_start(a.timer, 1); /* moves it nearer */
	a.again = 0;
	loop_turn(loop, 1);
	assert_non_null(strstr(seen.data, "a@1036 "));
	loop_timer_free(a.timer);
}

static char one_word[] = "one ", two_word[] = "two ", late_word[] = "late ";

static void second(void *owner)
{
	buf_addf(&seen, "%s", (const char *)owner);
}

static void first(void *owner)
{
	second(owner);
	loop_defer(loop, second, late_word);
}

static void deferred_in_order(void **state)
{
	(void)state;
	loop_defer(loop, first, one_word);
	loop_defer(loop, second, two_word);
	assert_int_equal(seen.len, 0);
	loop_turn(loop, 0);
	assert_string_equal(seen.data, "one two late ");
}

static void deferred_on_the_real_loop(void **state)
{
	struct bell a;

	(void)state;
	bell(&a, "a", 5);
	a.die = true;
	loop_defer(loop, first, one_word);
	loop_run(loop);
	assert_memory_equal(seen.data, "one late a@", 11);
}

static void on_out(void *owner, const char *bytes, size_t len)
{
	(void)owner;
	buf_add(&seen, bytes, len);
}

static void on_exit_cb(void *owner, int status, int number)
{
	struct loop_child **child = owner;

	buf_addf(&seen, "exit %d %d", status, number);
	loop_child_free(*child);
}

static struct loop_child *sh(const char *script, struct loop_child **ret)
{
	const char *argv[] = { "sh", "-c", script, NULL };
	struct loop_child_config config = { .argv = argv, .new_session = true, .on_out = on_out,
		.on_err = on_out, .on_exit = on_exit_cb };
	int error = 0;

	*ret = loop_child_new(loop, &config, ret, &error);
	assert_non_null(*ret);
	return *ret;
}

static void child_talks_and_ends(void **state)
{
	struct loop_child *c;

	(void)state;
	sh("cat; echo err >&2; exit 3", &c);
	loop_child_write(c, "hello ", 6);
	loop_child_write(c, "there ", 6);
	loop_child_end_input(c);
	loop_run(loop);
	assert_string_equal(seen.data, "hello there err\nexit 3 0");
}

static void child_is_killed(void **state)
{
	struct loop_child *c;

	(void)state;
	loop_child_kill(sh("exec sleep 100", &c), 9);
	loop_run(loop);
	assert_string_equal(seen.data, "exit 0 9");
}

/* A grandchild that keeps the pipes open does not hold up the news of the exit. */
static void grandchild_holds_pipes(void **state)
{
	struct loop_child *c;

	(void)state;
	sh("sleep 3 & exit 4", &c);
	loop_run(loop);
	assert_string_equal(seen.data, "exit 4 0");
}

static void child_missing(void **state)
{
	const char *argv[] = { "/nonexistent/program", NULL };
	struct loop_child_config config = { .argv = argv, .on_out = on_out, .on_err = on_out,
		.on_exit = on_exit_cb };
	int error = 0;

	(void)state;
	assert_null(loop_child_new(loop, &config, NULL, &error));
	assert_int_equal(error, ENOENT);
}

static void stop(void *owner)
{
	loop_stop(owner);
}

static void one_tick(void)
{
	usleep(5000);
	loop_defer(loop, stop, loop);
	loop_run(loop);
}

/* Freed while it runs and deaf to its stdin and to SIGTERM: gone with the loop. */
static void deaf_child_is_reaped(void **state)
{
	struct loop_child *c;

	(void)state;
	sh("trap '' TERM; echo up; while :; do sleep 0.1; done", &c);
	while (!seen.len)
		one_tick();
	loop_child_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(timers_in_order, open_fake, close_loop),
		cmocka_unit_test_setup_teardown(timer_again_and_dies, open_fake, close_loop),
		cmocka_unit_test_setup_teardown(deferred_in_order, open_fake, close_loop),
		cmocka_unit_test_setup_teardown(deferred_on_the_real_loop, open_real, close_loop),
		cmocka_unit_test_setup_teardown(child_talks_and_ends, open_real, close_loop),
		cmocka_unit_test_setup_teardown(child_is_killed, open_real, close_loop),
		cmocka_unit_test_setup_teardown(grandchild_holds_pipes, open_real, close_loop),
		cmocka_unit_test_setup_teardown(child_missing, open_real, close_loop),
		cmocka_unit_test_setup_teardown(deaf_child_is_reaped, open_real, close_loop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
