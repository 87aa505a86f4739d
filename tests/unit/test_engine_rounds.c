/* Rounds on fake time: what is asked, how often, and never before the first look is done. */
#include "engine/engine.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HOST "web1"
#define NAMES_MAX 4096

static struct source source;
static struct source_time now;
static char asked[NAMES_MAX][24];
static int asked_count;
static struct model *model;
static struct engine *engine;

static void start(struct source *s)
{
	(void)s;
}

static struct source_time time_now(struct source *s)
{
	(void)s;
	return now;
}

static uint64_t request(struct source *s, const struct request *r)
{
	const char *what = r->kind == REQUEST_HTTP ? r->page->way : r->name;

	(void)s;
	assert_true(asked_count < NAMES_MAX);
	snprintf(asked[asked_count++], sizeof(asked[0]), "%s", what);
	return (uint64_t)asked_count;
}

static const struct source_ops ops = { .start = start, .now = time_now, .request = request };

static void wake(void *owner, int64_t in_ms)
{
	(void)owner;
	(void)in_ms;
}

static void emit(enum event_kind kind, const char *name, const char *bytes)
{
	struct event event = { .kind = kind, .name = name, .host = HOST, .bytes = bytes,
		.len = strlen(bytes), .mono = now.mono, .wall = now.wall };

	source.sink(source.owner, &event);
}

static int times(const char *what)
{
	int i, n = 0;

	for (i = 0; i < asked_count; i++)
		n += !strcmp(asked[i], what);
	return n;
}

/* Ticks each 100 ms for so long. */
static void pass(int64_t ms)
{
	int64_t end = now.mono + ms;

	for (; now.mono < end; now.mono += 100, now.wall += 100)
		engine_tick(engine);
}

static void begin(int64_t interval_ms)
{
	static const char *const urls[] = { "https://shop.test/", NULL };
	struct engine_options options = { .since_ms = 300000, .wake = wake };
	struct engine_target target = { .name = HOST, .urls = urls, .interval_ms = interval_ms,
		.probe_ms = 60000 };

	asked_count = 0;
	source.ops = &ops;
	source.live = true;
	now.mono = 1000;
	now.wall = INT64_C(1795185127000);
	model = model_new();
	engine = engine_new(&source, model, &options);
	engine_add(engine, &target);
	engine_start(engine);
}

static void end(void)
{
	engine_free(engine);
	model_free(model);
}

static void first_look(void)
{
	emit(EVENT_LINK, "live", "{\"state\":\"live\"}");
	emit(EVENT_REPORT, "survey", "");
}

static void test_none_before_the_first_look(void **state)
{
	(void)state;
	begin(5000);
	pass(30000);
	assert_int_equal(times("host.proc"), 0);
	first_look();
	pass(4000);
	assert_int_equal(times("host.proc"), 0);
	pass(2000);
	assert_int_equal(times("host.proc"), 1);
	end();
}

static void test_none_when_asked_once(void **state)
{
	(void)state;
	begin(0);
	first_look();
	pass(120000);
	assert_int_equal(times("host.proc"), 0);
	assert_int_equal(times("survey"), 1);
	end();
}

static void test_every_interval(void **state)
{
	(void)state;
	begin(5000);
	first_look();
	pass(60000);
	assert_in_range(times("host.proc"), 11, 12);
	assert_in_range(times("host.pulse"), 11, 12);
	/* what needs words that nobody knows yet is not asked in vain */
	assert_int_equal(times("nginx.log"), 0);
	assert_int_equal(times("fpm.log"), 0);
	end();
}

static void test_lost_way_is_left_alone(void **state)
{
	int before;

	(void)state;
	begin(5000);
	first_look();
	pass(11000);
	before = asked_count;
	emit(EVENT_LINK, "dead", "{\"state\":\"dead\"}");
	pass(60000);
	assert_int_equal(asked_count, before);
	end();
}

/* A page that has not come back is not asked a second time. */
static void test_one_page_in_flight(void **state)
{
	(void)state;
	begin(5000);
	first_look();
	pass(300000);
	assert_int_equal(times("visitor"), 1);
	end();
}

static void test_refresh_asks_all(void **state)
{
	int before;

	(void)state;
	begin(5000);
	first_look();
	pass(6000);
	before = times("mysql.log");
	engine_refresh(engine, HOST);
	pass(200);
	assert_int_equal(times("mysql.log"), before + 1);
	engine_refresh(engine, "another");
	pass(200);
	assert_int_equal(times("mysql.log"), before + 1);
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_none_before_the_first_look),
		cmocka_unit_test(test_none_when_asked_once), cmocka_unit_test(test_every_interval),
		cmocka_unit_test(test_lost_way_is_left_alone),
		cmocka_unit_test(test_one_page_in_flight), cmocka_unit_test(test_refresh_asks_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
