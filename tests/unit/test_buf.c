#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void keeps_what_fits_and_remembers(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 10);
	assert_true(buf_adds(&b, "12345"));
	assert_true(buf_add(&b, "67890", 5));
	assert_false(b.over);
	assert_false(buf_addc(&b, 'x'));
	assert_true(b.over);
	assert_string_equal(b.data, "1234567890");
	buf_clear(&b);
	assert_false(b.over);
	assert_false(buf_adds(&b, "this is too long"));
	assert_string_equal(b.data, "this is to");
	assert_int_equal(b.len, 10);
	buf_release(&b);
	assert_null(b.data);
	assert_int_equal(b.max, 10);
}

static void max_of_nothing(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 0);
	assert_true(buf_adds(&b, ""));
	assert_false(buf_addc(&b, 'x'));
	assert_string_equal(b.data, "");
	buf_release(&b);
}

static void formats_short_and_long(void **state)
{
	char big[2000];
	struct buf b;

	(void)state;
	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	buf_init(&b, 3000);
	assert_true(buf_addf(&b, "%d %s|", 502, "ok"));
	assert_true(buf_addf(&b, "%s", big));
	assert_int_equal(b.len, 7 + sizeof(big) - 1);
	assert_false(buf_addf(&b, "%s", big));
	assert_int_equal(b.len, 3000);
	buf_release(&b);
}

static void consume_and_take(void **state)
{
	struct buf b;
	char *text;

	(void)state;
	buf_init(&b, 100);
	buf_consume(&b, 5);
	text = buf_take(&b);
	assert_string_equal(text, "");
	free(text);
	buf_add(&b, "ab\0cd", 5);
	buf_consume(&b, 2);
	assert_int_equal(b.len, 3);
	assert_memory_equal(b.data, "\0cd", 4);
	buf_consume(&b, 100);
	assert_int_equal(b.len, 0);
	buf_adds(&b, "again");
	text = buf_take(&b);
	assert_string_equal(text, "again");
	assert_int_equal(b.len, 0);
	assert_null(b.data);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_what_fits_and_remembers),
		cmocka_unit_test(max_of_nothing),
		cmocka_unit_test(formats_short_and_long),
		cmocka_unit_test(consume_and_take),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
