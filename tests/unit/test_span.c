#include "base/span.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void assert_span(struct span s, const char *text)
{
	assert_int_equal(s.n, strlen(text));
	assert_true(span_eq(s, text));
}

static void lines(void **state)
{
	struct span rest = span_of("one\r\n\ntwo\nlast"), line;

	(void)state;
	assert_true(span_line(&rest, &line));
	assert_span(line, "one");
	assert_true(span_line(&rest, &line));
	assert_span(line, "");
	assert_true(span_line(&rest, &line));
	assert_span(line, "two");
	assert_true(span_line(&rest, &line));
	assert_span(line, "last");
	assert_false(span_line(&rest, &line));
	rest = span_of("only\n");
	assert_true(span_line(&rest, &line));
	assert_false(span_line(&rest, &line));
	rest = span_of(NULL);
	assert_false(span_line(&rest, &line));
}

static void fields_and_words(void **state)
{
	struct span rest = span_of("a\t\tb"), words = span_of("  one \t two\r\n");

	(void)state;
	assert_span(span_field(&rest), "a");
	assert_span(span_field(&rest), "");
	assert_span(span_field(&rest), "b");
	assert_span(span_field(&rest), "");
	assert_span(span_field(&rest), "");
	assert_span(span_word(&words), "one");
	assert_span(span_word(&words), "two");
	assert_span(span_word(&words), "");
}

static void finding(void **state)
{
	struct span s = span_of("connect() to unix:/run/a.sock failed"), piece = span_of("same");

	(void)state;
	assert_int_equal(span_find(s, "to"), 10);
	assert_int_equal(span_find(s, "nope"), -1);
	assert_int_equal(span_find(span_of(""), "x"), -1);
	assert_true(span_starts(s, "connect"));
	assert_false(span_starts(span_of("con"), "connect"));
	assert_true(span_ends(s, "failed"));
	assert_false(span_ends(span_of("ed"), "failed"));
	assert_false(span_between(s, "unix:", "!", &piece));
	assert_false(span_between(s, "tcp:", " ", &piece));
	assert_span(piece, "same");
	assert_true(span_between(s, "unix:", " ", &piece));
	assert_span(piece, "/run/a.sock");
	assert_span(span_trim(span_of(" \t x y \r\n")), "x y");
	assert_span(span_trim(span_of("   ")), "");
	assert_span(span_skip(s, 1000), "");
}

static void numbers(void **state)
{
	static const char *const bad[] = { "", "-", "12x", "x12", " 1", "99999999999999999999",
					   "9223372036854775808", "1-2", "--1" };
	int64_t value = -7;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(span_int(span_of(bad[i]), &value));
	assert_false(span_lead_int(span_of("x"), &value));
	assert_int_equal(value, -7);
	assert_true(span_int(span_of("-42"), &value));
	assert_int_equal(value, -42);
	assert_true(span_int(span_of("0009"), &value));
	assert_int_equal(value, 9);
	assert_true(span_lead_int(span_of("502 Bad"), &value));
	assert_int_equal(value, 502);
}

/* Every function on every prefix held in memory of exactly that size. */
static void never_past_the_end(void **state)
{
	static const char text[] = "a\tb c\r\n-12 unix:x y\n";
	size_t n;

	(void)state;
	for (n = 0; n < sizeof(text); n++) {
		char *exact = malloc(n ? n : 1);
		struct span s = span_from(exact, n), rest, piece = { NULL, 0 };
		int64_t value;
		size_t seen = 0;

		memcpy(exact, text, n);
		for (rest = s; span_line(&rest, &piece);) {
			seen++;
			span_int(piece, &value);
			span_lead_int(piece, &value);
			span_between(piece, "unix:", " ", &piece);
			span_trim(piece);
			span_field(&piece);
			span_word(&piece);
		}
		assert_int_equal(seen, (n > 0) + (n > 7)); /* the second line begins at byte 7 */
		span_ends(s, "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\n");
		span_find(s, "\n\n");
		free(exact);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines),   cmocka_unit_test(fields_and_words),
		cmocka_unit_test(finding), cmocka_unit_test(numbers),
		cmocka_unit_test(never_past_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
