#include "model/event.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void kinds_both_ways(void **state)
{
	enum event_kind kind, back = EVENT_NOTE;

	(void)state;
	for (kind = 0; kind < EVENT_KINDS; kind++) {
		const char *name = event_kind_name(kind);

		assert_true(event_kind_parse(name, strlen(name), &back));
		assert_int_equal(back, kind);
	}
	back = EVENT_NOTE;
	assert_false(event_kind_parse("", 0, &back));
	assert_false(event_kind_parse("logs", 4, &back));
	assert_false(event_kind_parse("lo", 2, &back));
	assert_int_equal(back, EVENT_NOTE);
	assert_string_equal(event_kind_name(EVENT_KINDS), "?");
}

static void copy_outlives_the_original(void **state)
{
	char host[] = "web1", name[] = "nginx", bytes[] = "a\0b";
	struct event event = { .seq = 7, .mono = 1, .wall = 2, .host = host, .kind = EVENT_REPORT,
			       .name = name, .version = 3, .re = 6, .flags = EVENT_LATE,
			       .exit = EVENT_EXIT_UNKNOWN, .ms = -1, .bytes = bytes, .len = 3 };
	struct event *copy = event_copy(&event);

	(void)state;
	memset(host, 'x', 4);
	memset(name, 'x', 5);
	memset(bytes, 'x', 3);
	assert_string_equal(copy->host, "web1");
	assert_string_equal(copy->name, "nginx");
	assert_int_equal(copy->len, 3);
	assert_memory_equal(copy->bytes, "a\0b\0", 4); /* a NUL behind for convenience */
	assert_int_equal(copy->seq, 7);
	assert_int_equal(copy->exit, EVENT_EXIT_UNKNOWN);
	free(copy);
}

static void copy_of_an_empty_payload(void **state)
{
	struct event event = { .host = "", .name = "", .bytes = NULL, .len = 0 };
	struct event *copy = event_copy(&event);

	(void)state;
	assert_string_equal(copy->bytes, "");
	assert_int_equal(copy->len, 0);
	free(copy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kinds_both_ways),
		cmocka_unit_test(copy_outlives_the_original),
		cmocka_unit_test(copy_of_an_empty_payload),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
