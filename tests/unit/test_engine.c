/*
 * The engine on fake time: a source that answers only what a test lets it answer. The
 * reports are those of recorded outages, so what they say was once real.
 */
#include "engine/engine.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "store/textform.h"

#define HOST "web1"
#define ASKED_MAX 16

struct fake {
	struct source source; /* first */
	struct source_time now;
	char asked[ASKED_MAX][32]; /* "survey", "visitor", "origin", "page" */
	int asked_count;
};

static struct fake fake;
static struct model *model;
static struct engine *engine;

static void fake_start(struct source *source)
{
	(void)source;
}

static struct source_time fake_now(struct source *source)
{
	(void)source;
	return fake.now;
}

static uint64_t fake_request(struct source *source, const struct request *request)
{
	const char *what = request->kind == REQUEST_HTTP ? request->page->way : request->name;

	(void)source;
	assert_true(fake.asked_count < ASKED_MAX);
	snprintf(fake.asked[fake.asked_count++], sizeof(fake.asked[0]), "%s", what);
	return (uint64_t)fake.asked_count;
}

static void fake_close(struct source *source)
{
	(void)source;
}

static const struct source_ops fake_ops = {
	.start = fake_start, .now = fake_now, .request = fake_request, .close = fake_close,
};

static void no_wake(void *owner, int64_t in_ms)
{
	(void)owner;
	(void)in_ms;
}

static const char *const urls[] = { "https://shop.test/", NULL };

static int set_up(void **state)
{
	struct engine_options options = { .since_ms = 300000, .deadline_ms = 15000,
		.wake = no_wake };
	struct engine_target target = { .name = HOST, .urls = urls };

	(void)state;
	memset(&fake, 0, sizeof(fake));
	fake.source.ops = &fake_ops;
	fake.source.live = true;
	fake.now.mono = 1000;
	model = model_new();
	engine = engine_new(&fake.source, model, &options);
	engine_add(engine, &target);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	engine_free(engine);
	model_free(model);
	return 0;
}

static int times_asked(const char *what)
{
	int i, n = 0;

	for (i = 0; i < fake.asked_count; i++)
		n += !strcmp(fake.asked[i], what);
	return n;
}

static void emit(enum event_kind kind, const char *name, const char *bytes)
{
	struct event event = { .kind = kind, .name = name, .host = HOST, .bytes = bytes,
		.len = strlen(bytes), .mono = fake.now.mono, .wall = fake.now.wall, .re = 1 };

	fake.source.sink(fake.source.owner, &event);
}

static void link_state(const char *state, const char *more)
{
	char json[512];

	snprintf(json, sizeof(json), "{\"state\":\"%s\",\"transport\":\"openssh\","
		"\"address\":\"10.0.0.1\"%s}", state, more);
	emit(EVENT_LINK, state, json);
}

/* Plays the events of one kind out of a recorded outage, as if they came now. */
static void play(const char *path, enum event_kind kind)
{
	static char line[1 << 20];
	FILE *file = fopen(path, "r");
	struct arena *mem = arena_new();
	struct event event;
	const char *why;

	assert_non_null(file);
	while (fgets(line, sizeof(line), file)) {
		if (*line == '#' || !textform_parse(span_from(line, strlen(line) - 1), mem, &event, &why) ||
		    event.kind != kind)
			continue;
		event.host = HOST;
		event.re = 1;
		fake.now.wall = event.wall;
		fake.source.sink(fake.source.owner, &event);
	}
	arena_free(mem);
	fclose(file);
}

static const struct verdict *verdict(void)
{
	return model->hosts[0]->verdict;
}

static void test_ssh_that_fails_ends_it(void **state)
{
	(void)state;
	engine_start(engine);
	engine_tick(engine);
	assert_false(engine_settled(engine));
	link_state("failed", ",\"step\":\"connect\",\"error\":\"refused\","
			     "\"says\":\"Connection refused\",\"advice\":\"start sshd\"");
	engine_tick(engine);
	assert_true(engine_settled(engine));
	assert_string_equal(verdict()->cause, "unknown");
	assert_string_equal(verdict()->error, "Connection refused");
	assert_non_null(strstr(verdict()->title, "connect"));
}

static void test_survey_and_page_are_asked_once(void **state)
{
	int i;

	(void)state;
	engine_start(engine);
	for (i = 0; i < 5; i++)
		engine_tick(engine);
	assert_int_equal(times_asked("survey"), 1);
	assert_int_equal(times_asked("visitor"), 1);
	assert_int_equal(fake.asked_count, 2);
}

/* A stopped FPM is named while the page still hangs, but a cached copy gets its moment. */
static void test_a_hanging_page_is_not_waited_for(void **state)
{
	(void)state;
	engine_start(engine);
	engine_tick(engine);
	link_state("live", "");
	play("tests/fixtures/outages/fpm.down.events", EVENT_REPORT);
	engine_tick(engine);
	assert_string_equal(verdict()->cause, "fpm.down");
	assert_false(engine_settled(engine));
	fake.now.mono += 1001;
	engine_tick(engine);
	assert_true(engine_settled(engine));
	assert_int_equal(times_asked("visitor"), 1);
}

static void test_healthy_waits_for_its_page(void **state)
{
	(void)state;
	engine_start(engine);
	engine_tick(engine);
	link_state("live", "");
	play("tests/fixtures/outages/healthy.events", EVENT_REPORT);
	fake.now.mono += 3000;
	engine_tick(engine);
	assert_string_not_equal(verdict()->cause, "healthy");
	assert_false(engine_settled(engine));
	play("tests/fixtures/outages/healthy.events", EVENT_HTTP);
	engine_tick(engine);
	assert_string_equal(verdict()->cause, "healthy");
}

static void test_time_is_up(void **state)
{
	(void)state;
	engine_start(engine);
	engine_tick(engine);
	link_state("live", "");
	fake.now.mono += 15001;
	assert_true(engine_settled(engine));
	assert_false(engine_complete(engine) && verdict() && !strcmp(verdict()->cause, "healthy"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_ssh_that_fails_ends_it, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_survey_and_page_are_asked_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_a_hanging_page_is_not_waited_for, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_healthy_waits_for_its_page, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_time_is_up, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
