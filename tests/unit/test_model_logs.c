#include "model/logs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/timeline.h"

static struct logs logs;
static struct nginx_error errors[3000];
static struct chain_facts facts;

/* A report of the lines "from" .. "to"-1, one a second. */
static void report(int from, int to, const char *host)
{
	static char texts[3000][32];
	int i;

	for (i = from; i < to; i++) {
		snprintf(texts[i], sizeof(texts[i]), "line %d", i);
		memset(&errors[i], 0, sizeof(errors[i]));
		errors[i].line.at = num_of(1000 + i);
		errors[i].line.source = "/var/log/nginx/error.log";
		errors[i].line.text = texts[i];
		errors[i].level = "error";
	}
	facts.nginx.errors = errors + from;
	facts.nginx.error_count = (size_t)(to - from);
	logs_take(&logs, host, "nginx.log", &facts, 5000);
}

static void test_overlap_is_taken_once(void **state)
{
	size_t i;

	(void)state;
	report(0, 10, "a");
	report(5, 15, "a");
	report(0, 15, "a");
	assert_int_equal(logs.count, 15);
	for (i = 0; i < logs.count; i++)
		assert_int_equal(logs.items[i]->at, 1000 + (int)i);
	facts.clock_offset = num_of(1); /* the offset is measured anew and trembles */
	report(0, 15, "a");
	facts.clock_offset = num_of(0);
	assert_int_equal(logs.count, 15);
	report(0, 3, "b"); /* another host's are its own, merged by time */
	assert_int_equal(logs.count, 18);
	assert_string_equal(logs.items[0]->host, "a");
	assert_string_equal(logs.items[1]->host, "b");
	logs_release(&logs);
}

static void test_twins_are_two(void **state)
{
	(void)state;
	report(0, 4, "a");
	errors[1] = errors[0];
	errors[2] = errors[0];
	facts.nginx.errors = errors;
	facts.nginx.error_count = 3;
	logs_take(&logs, "a", "nginx.log", &facts, 5000);
	assert_int_equal(logs.count, 6);
	logs_take(&logs, "a", "nginx.log", &facts, 5001);
	assert_int_equal(logs.count, 6);
	logs_release(&logs);
}

static void test_no_time(void **state)
{
	(void)state;
	report(0, 2, "a");
	errors[0].line.at.known = false;
	facts.nginx.errors = errors;
	facts.nginx.error_count = 1;
	logs_take(&logs, "a", "nginx.log", &facts, 5000);
	logs_take(&logs, "a", "nginx.log", &facts, 5060);
	assert_int_equal(logs.count, 3);
	assert_int_equal(logs.items[2]->at, 5000);
	logs_release(&logs);
}

static void test_bounded(void **state)
{
	static char big[70000];
	int i;

	(void)state;
	memset(big, 'x', sizeof(big) - 1);
	for (i = 0; i < 300; i++) {
		errors[0].line.at = num_of(2000 + i);
		errors[0].line.text = big;
		facts.nginx.errors = errors;
		facts.nginx.error_count = 1;
		logs_take(&logs, "a", "nginx.log", &facts, 5000);
		assert_true(logs.bytes <= LOGS_BYTES);
	}
	assert_int_equal(logs.dropped + logs.count, 300);
	assert_int_equal(logs.items[logs.count - 1]->at, 2299);
	errors[0].line.at = num_of(2000); /* what was dropped does not come back */
	i = (int)logs.count;
	logs_take(&logs, "a", "nginx.log", &facts, 5000);
	assert_int_equal(logs.count, i);
	logs_release(&logs);
}

static void test_timeline(void **state)
{
	static struct timeline line;
	struct verdict v = { .cause = "fpm.down", .title = "stopped", .health = HEALTH_BROKEN };
	int i;

	(void)state;
	timeline_verdict(&line, 1, "a", "http://a/", &v);
	assert_null(timeline_newest(&line, 0)); /* not settled: not said */
	v.settled = true;
	timeline_verdict(&line, 1, "a", "http://a/", &v);
	timeline_verdict(&line, 2, "a", "http://a/", &v);
	assert_int_equal(line.count, 1);
	timeline_verdict(&line, 3, "a", "http://b/", &v);
	v.cause = "healthy";
	timeline_verdict(&line, 4, "a", "http://a/", &v);
	assert_int_equal(line.count, 3);
	assert_string_equal(timeline_newest(&line, 0)->cause, "healthy");
	for (i = 0; i < 1000; i++)
		timeline_add(&line, i, "a", HEALTH_OK, "ssh");
	assert_int_equal(timeline_newest(&line, 0)->wall, 999);
	assert_non_null(timeline_newest(&line, TIMELINE_MAX - 1));
	assert_null(timeline_newest(&line, TIMELINE_MAX));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_overlap_is_taken_once), cmocka_unit_test(test_twins_are_two),
		cmocka_unit_test(test_no_time),               cmocka_unit_test(test_bounded),
		cmocka_unit_test(test_timeline),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
