#include "store/recording.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "loop/loop.h"

#define LINE(n, mono) \
	"{\"seq\":" #n ",\"mono\":" #mono ",\"wall\":" #n "000,\"kind\":\"log\"}\tline " #n "\n"

static char dir[] = "/tmp/wp502-recording-XXXXXX";
static char path[64];

/* What a listener saw; `close_at` closes the source inside the sink at that event. */
struct seen {
	struct source *source;
	struct loop *loop;
	int events, ends, order_errors, close_at;
	uint64_t last;
	struct source_time at_last;
};

static int make_dir(void **state)
{
	(void)state;
	if (!mkdtemp(dir))
		return -1;
	snprintf(path, sizeof(path), "%s/file", dir);
	return 0;
}

static int drop_dir(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(dir);
}

static void put(const char *text, int times)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	while (times--)
		fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static void sink(void *owner, const struct event *event)
{
	struct seen *seen = owner;

	seen->events++;
	if (event->seq < seen->last)
		seen->order_errors++;
	seen->last = event->seq;
	seen->at_last = seen->source->ops->now(seen->source);
	if (seen->events == seen->close_at)
		seen->source->ops->close(seen->source);
}

static void ended(void *owner)
{
	struct seen *seen = owner;

	seen->ends++;
	loop_stop(seen->loop);
}

static void open_it(struct seen *seen)
{
	char *error = NULL;

	memset(seen, 0, sizeof(*seen));
	seen->loop = loop_new();
	seen->source = recording_new(seen->loop, path, &error);
	assert_non_null(seen->source);
	assert_false(seen->source->live);
	seen->source->sink = sink;
	seen->source->owner = seen;
	recording_on_end(seen->source, ended, seen);
}

static void assert_refused(const char *where, const char *expected)
{
	struct loop *loop = loop_new();
	char *error = NULL;

	assert_null(recording_new(loop, where, &error));
	assert_non_null(strstr(error, expected));
	free(error);
	loop_free(loop);
}

static void refuses_what_is_none(void **state)
{
	(void)state;
	assert_refused("/nonexistent/x", "cannot open /nonexistent/x: No such file");
	assert_refused("/tmp", "/tmp is not a regular file");
	put("", 1);
	assert_refused(path, "holds no event");
	put("#!/bin/sh\necho no\n", 1);
	assert_refused(path, "file:2: no TAB behind the head");
	put("# wp502 events 9\n" LINE(1, 1), 1);
	assert_refused(path, "newer wp502");
}

static void plays_in_order_in_its_own_time(void **state)
{
	struct seen seen;
	const char *first;

	(void)state;
	put(LINE(1, 500) "garbage\n" LINE(2, 400) LINE(3, 900) "cut", 1);
	open_it(&seen);
	assert_int_equal(seen.source->ops->now(seen.source).mono, 500);
	assert_int_equal(seen.source->ops->now(seen.source).wall, 1000);
	seen.source->ops->start(seen.source);
	seen.source->ops->start(seen.source);
	assert_int_equal(seen.events, 0); /* never from inside a call */
	loop_run(seen.loop);
	assert_int_equal(seen.events, 3);
	assert_int_equal(seen.order_errors, 0);
	assert_int_equal(seen.ends, 1);
	assert_true(recording_at_end(seen.source));
	assert_int_equal(seen.at_last.mono, 900);
	assert_int_equal(seen.at_last.wall, 3000);
	assert_int_equal(recording_problems(seen.source, &first), 2);
	assert_non_null(strstr(first, "file:2: no TAB"));
	seen.source->ops->close(seen.source);
	loop_free(seen.loop);
}

static void mono_never_goes_back(void **state)
{
	struct seen seen;

	(void)state;
	put(LINE(1, 500) LINE(2, 400), 1);
	open_it(&seen);
	seen.source->ops->start(seen.source);
	loop_run(seen.loop);
	assert_int_equal(seen.at_last.mono, 500);
	assert_int_equal(seen.at_last.wall, 2000);
	seen.source->ops->close(seen.source);
	loop_free(seen.loop);
}

static void asks_and_acts_on_nothing(void **state)
{
	struct request request = { .kind = REQUEST_REPORT, .host = "", .name = "nginx" };
	struct action_step step = { .run = 1, .host = "", .name = "restart", .script = "true" };
	const char *why = NULL;
	struct seen seen;

	(void)state;
	put(LINE(1, 1), 1);
	open_it(&seen);
	assert_int_equal(seen.source->ops->request(seen.source, &request), 0);
	assert_int_equal(seen.source->ops->act(seen.source, &step, &why), 0);
	assert_string_equal(why, "recording");
	seen.source->ops->close(seen.source); /* never started */
	loop_free(seen.loop);
}

static void many_events_in_many_turns(void **state)
{
	struct seen seen;

	(void)state;
	put(LINE(1, 1), 5000);
	open_it(&seen);
	seen.source->ops->start(seen.source);
	loop_run(seen.loop);
	assert_int_equal(seen.events, 5000);
	assert_int_equal(seen.ends, 1);
	seen.source->ops->close(seen.source);
	loop_free(seen.loop);
}

/* Closed from its own callback, at any event: nothing comes afterwards, nothing leaks. */
static void may_be_closed_anywhere(void **state)
{
	struct seen seen;
	int at;

	(void)state;
	put(LINE(1, 1), 70);
	for (at = 1; at <= 70; at++) {
		open_it(&seen);
		seen.close_at = at;
		seen.source->ops->start(seen.source);
		loop_run(seen.loop);
		assert_int_equal(seen.events, at);
		assert_int_equal(seen.ends, 0);
		loop_free(seen.loop);
	}
	open_it(&seen);
	seen.source->ops->start(seen.source);
	seen.source->ops->close(seen.source);
	loop_run(seen.loop);
	assert_int_equal(seen.events, 0);
	loop_free(seen.loop);
}

/* Fake time: what is due is played, and nothing else. */
static void keeps_the_pace(void **state)
{
	struct seen seen;
	char *error = NULL;

	(void)state;
	put(LINE(1, 1000) LINE(2, 1010) LINE(3, 5000) LINE(4, 9000), 1);
	memset(&seen, 0, sizeof(seen));
	seen.loop = loop_new_fake(0, 0);
	seen.source = recording_new(seen.loop, path, &error);
	assert_non_null(seen.source);
	seen.source->sink = sink;
	seen.source->owner = &seen;
	recording_on_end(seen.source, ended, &seen);
	recording_pace(seen.source, 2);
	seen.source->ops->start(seen.source);
	loop_turn(seen.loop, 10);
	assert_int_equal(seen.events, 2);
	loop_turn(seen.loop, 1900);
	assert_int_equal(seen.events, 2);
	loop_turn(seen.loop, 200);
	assert_int_equal(seen.events, 3);
	recording_pause(seen.source, true);
	loop_turn(seen.loop, 60000);
	assert_int_equal(seen.events, 3);
	recording_step(seen.source);
	loop_turn(seen.loop, 10);
	assert_int_equal(seen.events, 4);
	assert_int_equal(seen.ends, 1);
	seen.source->ops->close(seen.source);
	loop_free(seen.loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_what_is_none),
		cmocka_unit_test(plays_in_order_in_its_own_time),
		cmocka_unit_test(mono_never_goes_back),
		cmocka_unit_test(asks_and_acts_on_nothing),
		cmocka_unit_test(many_events_in_many_turns),
		cmocka_unit_test(may_be_closed_anywhere),
		cmocka_unit_test(keeps_the_pace),
	};

	return cmocka_run_group_tests(tests, make_dir, drop_dir);
}
