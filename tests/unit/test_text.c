#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct buf out;

static const char *clean(const char *raw, size_t len)
{
	buf_release(&out);
	buf_init(&out, 1 << 20);
	text_clean(&out, span_from(raw, len));
	assert_false(out.over);
	return out.data ? out.data : "";
}

#define CLEANS(raw, expected) assert_string_equal(clean(raw, sizeof(raw) - 1), expected)
#define SAME(text) CLEANS(text, text)

static void controls_become_visible(void **state)
{
	(void)state;
	CLEANS("A\rB", "A^MB");
	CLEANS("A\nB", "A^JB");
	CLEANS("A\bB", "A^HB");
	CLEANS("A\tB", "A B");
	CLEANS("a\0b", "a^@b");
	CLEANS("\x1b[31mred\x1b[0m", "^[[31mred^[[0m");
	CLEANS("\x1b]0;title\x07", "^[]0;title^G");
	CLEANS("\x1b]52;c;cm0gLXJm\x1b\\", "^[]52;c;cm0gLXJm^[\\");
	CLEANS("\x1bP+q\x1b\\\x1b[6n\x1b[c", "^[P+q^[\\^[[6n^[[c");
	CLEANS("\x7f", "^?");
	CLEANS("\x0e\x0f\x1f", "^N^O^_");
}

static void c1_and_bad_utf8_become_hex(void **state)
{
	(void)state;
	CLEANS("\x9b" "31m", "\\x9b31m");
	CLEANS("\x80\x9f\xff\xfe", "\\x80\\x9f\\xff\\xfe");
	CLEANS("\xc2\x9b" "31m", "\\xc2\\x9b31m");
	CLEANS("\xc2\x80\xc2\x85\xc2\x9f", "\\xc2\\x80\\xc2\\x85\\xc2\\x9f");
	CLEANS("\xc0\xaf", "\\xc0\\xaf");                         /* overlong / */
	CLEANS("\xe0\x80\x9b", "\\xe0\\x80\\x9b");                /* overlong CSI */
	CLEANS("\xf0\x80\x80\x9b", "\\xf0\\x80\\x80\\x9b");
	CLEANS("\xed\xa0\x80", "\\xed\\xa0\\x80");                /* a surrogate */
	CLEANS("\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80");       /* past U+10FFFF */
	CLEANS("\xf8\x88\x80\x80\x80", "\\xf8\\x88\\x80\\x80\\x80");
	CLEANS("caf\xc3", "caf\\xc3");                            /* cut */
	CLEANS("\xe2\x82x", "\\xe2\\x82x");
}

static void invisible_things_are_named(void **state)
{
	(void)state;
	CLEANS("a\xd8\x9c" "b", "a<U+061C>b");
	CLEANS("\xe2\x80\x8e\xe2\x80\x8f", "<U+200E><U+200F>");
	CLEANS("x\xe2\x80\xaegpj.exe", "x<U+202E>gpj.exe");
	CLEANS("\xe2\x80\xaa\xe2\x81\xa6\xe2\x81\xa9", "<U+202A><U+2066><U+2069>");
	CLEANS("a\xe2\x80\x8b" "b\xe2\x80\x8d" "c", "a<U+200B>b<U+200D>c");
	CLEANS("\xef\xbb\xbf" "a", "<U+FEFF>a");
	CLEANS("so\xc2\xad" "ft", "so<U+00AD>ft");
	CLEANS("\xe1\xa0\x8e", "<U+180E>");
	CLEANS("\xe2\x81\xa0\xe2\x81\xa4", "<U+2060><U+2064>");
	CLEANS("\xf3\xa0\x81\x81", "<U+E0041>");                  /* a tag */
	CLEANS("\xef\xb8\x8f", "<U+FE0F>");
	CLEANS("\xf3\xa0\x84\x80", "<U+E0100>");
	CLEANS("\xee\x80\x80\xf4\x8f\xbf\xbd", "<U+E000><U+10FFFD>");
	CLEANS("\xef\xb7\x90\xef\xbf\xbe", "<U+FDD0><U+FFFE>");
	CLEANS("a\xe2\x80\xa8" "b\xe2\x80\xa9", "a<U+2028>b<U+2029>");
}

static void at_most_two_marks(void **state)
{
	(void)state;
	SAME("e\xcc\x81 a\xcc\x82\xcc\xa3 o");
	CLEANS("a\xcc\x81\xcc\x81\xcc\x81\xcc\x81.", "a\xcc\x81\xcc\x81<U+0301><U+0301>.");
	CLEANS("\xcc\x81" "a", "<U+0301>a"); /* nothing before it to sit on */
}

static void normal_text_is_unchanged(void **state)
{
	(void)state;
	SAME("");
	SAME(" !\"#$%&'()*+,-./0123456789:;<=>?@AZ[\\]^_`az{|}~");
	SAME("2026/11/20 08:00:00 [crit] 12#12: *3 connect() to unix:/run/php/php8.2-fpm.sock "
	     "failed (2: No such file or directory) while connecting to upstream, client: "
	     "10.0.0.1, server: shop.test, request: \"GET / HTTP/2.0\"");
	SAME("Gr\xc3\xbc\xc3\x9f" "e \xe2\x82\xac 5 \xc2\xab\xd0\x9f\xd1\x80\xd0\xb8\xc2\xbb");
	SAME("\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e \xed\x95\x9c \xe0\xb8\x81\xe0\xb8\xb4");
	SAME("\xf0\x9f\x98\x80 ok");
	SAME("\xd8\xb3\xd9\x84\xd8\xa7\xd9\x85 \xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d");
}

static void long_line_is_cut_and_says_so(void **state)
{
	char *line = malloc(TEXT_LINE_MAX + 5000), note[64];
	const char *text;
	size_t at;

	(void)state;
	memset(line, 'x', TEXT_LINE_MAX + 5000);
	assert_int_equal(strlen(clean(line, TEXT_LINE_MAX)), TEXT_LINE_MAX);
	text = clean(line, TEXT_LINE_MAX + 1);
	assert_true(strlen(text) <= TEXT_LINE_MAX);
	assert_non_null(strstr(text, "x... 65 bytes"));
	/* The cut never falls inside a character. */
	for (at = TEXT_LINE_MAX - 80; at < TEXT_LINE_MAX - 50; at++) {
		memset(line, 'x', TEXT_LINE_MAX + 5000);
		memcpy(line + at, "\xf0\x9f\x98\x80", 4);
		text = clean(line, TEXT_LINE_MAX + 5000);
		assert_null(strstr(text, "\\x"));
		snprintf(note, sizeof(note), "... %zu bytes",
			 TEXT_LINE_MAX + 5000 - (size_t)(strstr(text, "... ") - text));
		assert_non_null(strstr(text, note));
	}
	free(line);
}

static uint32_t seed = 1;

static unsigned dice(unsigned sides)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % sides;
}

/* Ranges written down again here, on purpose not from the table under test. */
static bool forbidden(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xad || c == 0x61c || c == 0x180e ||
	       (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
	       (c >= 0x2060 && c <= 0x206f) || c == 0xfeff || (c >= 0xfe00 && c <= 0xfe0f) ||
	       (c >= 0xe000 && c <= 0xf8ff) || (c >= 0xfdd0 && c <= 0xfdef) ||
	       (c & 0xfffe) == 0xfffe || c >= 0xe0000;
}

static void assert_harmless(const char *text, size_t len)
{
	struct span rest = span_from(text, len);
	uint32_t code;
	size_t step;

	assert_true(text_is_utf8(rest));
	for (; rest.n; rest = span_skip(rest, step)) {
		step = text_utf8_next(rest, &code);
		assert_true(step > 0);
		assert_false(forbidden(code));
	}
}

static void any_bytes_come_out_harmless(void **state)
{
	static const char *const seeds[] = {
		"\x1b[2J", "\xe2\x80\xae", "\xc2\x9b", "\xf3\xa0\x81\x81", "\xcc\x81", "a",
		"\xe6\x97\xa5", "\xff", "\xed\xa0\x80", "\xef\xbb\xbf", "~", "\xf4\x8f\xbf\xbf",
	};
	char raw[200], once[2000];
	size_t len, i;
	int round;

	(void)state;
	for (round = 0; round < 20000; round++) {
		len = dice(80);
		for (i = 0; i < len; i++)
			raw[i] = (char)dice(256);
		for (i = dice(8); i > 0 && len < 150; i--) {
			const char *piece = seeds[dice(12)];

			memcpy(raw + len, piece, strlen(piece));
			len += strlen(piece);
		}
		clean(raw, len);
		assert_harmless(out.data ? out.data : "", out.len);
		assert_true(out.len <= 4 * len);
		if (!out.len)
			continue;
		memcpy(once, out.data, out.len + 1);
		assert_string_equal(clean(once, strlen(once)), once);
	}
}

static void every_code_point_comes_out_harmless(void **state)
{
	char raw[5] = "x", *end;
	uint32_t c;

	(void)state;
	for (c = 0x80; c < 0x110000; c++) {
		if (c >= 0xd800 && c < 0xe000)
			continue;
		end = raw + 1;
		if (c < 0x800) {
			*end++ = (char)(0xc0 | c >> 6);
		} else if (c < 0x10000) {
			*end++ = (char)(0xe0 | c >> 12);
			*end++ = (char)(0x80 | (c >> 6 & 0x3f));
		} else {
			*end++ = (char)(0xf0 | c >> 18);
			*end++ = (char)(0x80 | (c >> 12 & 0x3f));
			*end++ = (char)(0x80 | (c >> 6 & 0x3f));
		}
		*end++ = (char)(0x80 | (c & 0x3f));
		clean(raw, (size_t)(end - raw));
		assert_harmless(out.data, out.len);
		assert_true(text_width(out.data) >= 1);
	}
}

static void cut_at_every_byte(void **state)
{
	static const char text[] = "a\xcc\x81\x1b[31m\xe2\x80\xae caf\xc3\xa9 \xf0\x9f\x98\x80 "
				   "\xff\xc2\x9b 0123456789012345678901234567890123456789"
				   "0123456789012345678901234567890123456789\xe6\x97\xa5 end";
	struct arena *arena = arena_new();
	size_t n;

	(void)state;
	for (n = 0; n < sizeof(text); n++) {
		char *exact = malloc(n ? n : 1), *dup; /* a read past the end is caught by ASan */

		memcpy(exact, text, n);
		clean(exact, n);
		assert_harmless(out.data ? out.data : "", out.len);
		dup = text_clean_dup(arena, span_from(exact, n));
		assert_string_equal(dup, out.data ? out.data : "");
		free(exact);
	}
	arena_free(arena);
}

static void full_buffer_is_no_harm(void **state)
{
	struct buf small;
	size_t max;

	(void)state;
	for (max = 0; max < 20; max++) {
		buf_init(&small, max);
		text_clean(&small, span_of("abc\x1b\xff\xe2\x80\xae and more than fits"));
		assert_true(small.over);
		assert_int_equal(small.len, max);
		buf_release(&small);
	}
}

static void columns(void **state)
{
	(void)state;
	assert_int_equal(text_width(""), 0);
	assert_int_equal(text_width("abc"), 3);
	assert_int_equal(text_width("caf\xc3\xa9"), 4);
	assert_int_equal(text_width("e\xcc\x81"), 1);
	assert_int_equal(text_width("\xe6\x97\xa5\xe6\x9c\xac"), 4);
	assert_int_equal(text_width("\xf0\x9f\x98\x80"), 2);
	assert_int_equal(text_width("\xff\xff"), 2);
	assert_int_equal(text_code_width(0xac00), 2);
	assert_int_equal(text_code_width(0xff21), 2);
	assert_int_equal(text_code_width(0x20000), 2);
	assert_int_equal(text_code_width(0x2500), 1);
	assert_int_equal(text_code_width(0x200b), 0);
	assert_int_equal(text_code_width(0x1b), 0);
}

static void fitting(void **state)
{
	static const char text[] = "a\xe6\x97\xa5" "e\xcc\x81" "b";
	static const size_t expected[] = { 0, 1, 1, 4, 7, 8, 8 };
	int n;

	(void)state;
	for (n = 0; n < 7; n++)
		assert_int_equal(text_fit(text, n), expected[n]);
	assert_int_equal(text_fit(text, -1), 0);
	assert_int_equal(text_fit("\xcc\x81", 0), 0);
	assert_int_equal(text_fit("", 5), 0);
}

static void shell_quoting(void **state)
{
	struct buf q;

	(void)state;
	buf_init(&q, 1000);
	text_shell_quote(&q, span_of(""));
	assert_string_equal(q.data, "''");
	buf_clear(&q);
	text_shell_quote(&q, span_from("it's $HOME `id`\n;\0\\", 20));
	assert_string_equal(q.data, "'it'\\''s $HOME `id`\n;\\'");
	buf_release(&q);
}

static void durations(void **state)
{
	static const char *const bad[] = { "", "s", "-5", "+5", " 5", "5 ", "5 m", "1.5h", "1h30m",
					   "5M", "5w", "ms", "0x10", "9223372036854775807d",
					   "99999999999999999999", "5mm", "1e3" };
	static const struct {
		const char *text;
		int64_t ms;
	} good[] = { { "90", 90000 },    { "90s", 90000 },   { "5m", 300000 }, { "2h", 7200000 },
		     { "1d", 86400000 }, { "500ms", 500 }, { "0", 0 },       { "007s", 7000 } };
	int64_t ms = -7;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(text_duration_ms(bad[i], &ms));
	assert_false(text_duration_ms(NULL, &ms));
	assert_int_equal(ms, -7);
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_true(text_duration_ms(good[i].text, &ms));
		assert_int_equal(ms, good[i].ms);
	}
}

static void ages(void **state)
{
	static const struct {
		int64_t seconds;
		const char *text;
	} rows[] = { { 0, "0 s" },         { 3, "3 s" },          { 119, "119 s" },
		     { 120, "2 min" },     { 7199, "119 min" },   { 7200, "2 h" },
		     { 172799, "47 h" },   { 172800, "2 d" },     { -3, "-3 s" },
		     { INT64_MIN, "-106751991167300 d" } };
	struct buf age;
	size_t i;

	(void)state;
	buf_init(&age, 100);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		buf_clear(&age);
		text_age(&age, rows[i].seconds);
		assert_string_equal(age.data, rows[i].text);
	}
	buf_release(&age);
}

static void times(void **state)
{
	static const struct {
		int64_t epoch;
		const char *text;
	} rows[] = { { 0, "1970-01-01T00:00:00Z" },
		     { -1, "1969-12-31T23:59:59Z" },
		     { 951782400, "2000-02-29T00:00:00Z" },
		     { 1763632800, "2025-11-20T10:00:00Z" },
		     { 4107542399, "2100-02-28T23:59:59Z" },
		     { 4107542400, "2100-03-01T00:00:00Z" },
		     { INT64_MIN, "0000-01-01T00:00:00Z" },
		     { INT64_MAX, "9999-12-31T23:59:59Z" } };
	char text[TEXT_TIME_SIZE];
	int y, m, d;
	int64_t day;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_string_equal(text_time_utc(rows[i].epoch, text), rows[i].text);
	for (day = -719528; day < 2932897; day += 13) {
		text_time_utc(day * 86400 + 86399, text);
		assert_int_equal(sscanf(text, "%d-%d-%d", &y, &m, &d), 3);
		assert_int_equal(text_days_from_civil(y, m, d), day);
	}
	assert_int_equal(text_days_from_civil(1970, 1, 1), 0);
	assert_int_equal(text_month(span_of("Jan")), 1);
	assert_int_equal(text_month(span_of("Dec")), 12);
	assert_int_equal(text_month(span_of("January")), 0);
	assert_int_equal(text_month(span_of("jan")), 0);
	assert_int_equal(text_month(span_of("")), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(controls_become_visible),
		cmocka_unit_test(c1_and_bad_utf8_become_hex),
		cmocka_unit_test(invisible_things_are_named),
		cmocka_unit_test(at_most_two_marks),
		cmocka_unit_test(normal_text_is_unchanged),
		cmocka_unit_test(long_line_is_cut_and_says_so),
		cmocka_unit_test(any_bytes_come_out_harmless),
		cmocka_unit_test(every_code_point_comes_out_harmless),
		cmocka_unit_test(cut_at_every_byte),
		cmocka_unit_test(full_buffer_is_no_harm),
		cmocka_unit_test(columns),
		cmocka_unit_test(fitting),
		cmocka_unit_test(shell_quoting),
		cmocka_unit_test(durations),
		cmocka_unit_test(ages),
		cmocka_unit_test(times),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	buf_release(&out);
	return failed;
}
