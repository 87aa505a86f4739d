#include "store/textform.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

static struct buf out;
static struct arena *mem;
static uint32_t seed = 7;

static unsigned dice(unsigned sides)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % sides;
}

static int fresh(void **state)
{
	(void)state;
	buf_init(&out, 2 * TEXTFORM_LINE_MAX);
	mem = arena_new();
	return 0;
}

static int stale(void **state)
{
	(void)state;
	buf_release(&out);
	arena_free(mem);
	return 0;
}

static struct event plain_event(const char *bytes, size_t len)
{
	struct event event = { .seq = 7, .mono = 812, .wall = 1763632800123, .host = "web1",
			       .kind = EVENT_REPORT, .name = "nginx", .exit = EVENT_EXIT_UNKNOWN,
			       .ms = -1, .bytes = bytes, .len = len };

	return event;
}

static void assert_same(const struct event *a, const struct event *b)
{
	assert_int_equal(a->seq, b->seq);
	assert_int_equal(a->mono, b->mono);
	assert_int_equal(a->wall, b->wall);
	assert_string_equal(a->host, b->host);
	assert_int_equal(a->kind, b->kind);
	assert_string_equal(a->name, b->name);
	assert_int_equal(a->version, b->version);
	assert_int_equal(a->re, b->re);
	assert_int_equal(a->flags, b->flags);
	assert_int_equal(a->exit, b->exit);
	assert_int_equal(a->ms, b->ms);
	assert_int_equal(a->len, b->len);
	if (a->len)
		assert_memory_equal(a->bytes, b->bytes, a->len);
}

static void round_trip(const struct event *event)
{
	struct event back;
	const char *why = NULL;

	buf_clear(&out);
	assert_true(textform_write(&out, event));
	assert_int_equal(out.data[out.len - 1], '\n');
	assert_null(memchr(out.data, '\n', out.len - 1));
	assert_true(text_is_utf8(span_from(out.data, out.len)));
	if (!textform_parse(span_from(out.data, out.len - 1), mem, &back, &why))
		fail_msg("%s: %s", why, out.data);
	assert_same(event, &back);
}

/* The form is a contract: what is written today must be readable for ever. */
static void looks_like_this(void **state)
{
	struct event event = plain_event("a\tb\nc\\d \xc3\xa9\x1b[0m", 14);

	(void)state;
	assert_true(textform_write(&out, &event));
	assert_string_equal(out.data,
		"{\"seq\":7,\"mono\":812,\"wall\":1763632800123,\"host\":\"web1\","
		"\"kind\":\"report\",\"name\":\"nginx\"}\ta\\tb\\nc\\\\d \xc3\xa9\\x1b[0m\n");
	event.version = 2;
	event.re = 5;
	event.flags = EVENT_TRUNCATED | EVENT_LATE | EVENT_NEEDS_ROOT;
	event.exit = 0;
	event.ms = 12;
	event.host = "";
	event.bytes = "\xff\xfe\x01";
	event.len = 3;
	buf_clear(&out);
	assert_true(textform_write(&out, &event));
	assert_string_equal(out.data,
		"{\"seq\":7,\"mono\":812,\"wall\":1763632800123,\"kind\":\"report\","
		"\"name\":\"nginx\",\"version\":2,\"re\":5,"
		"\"flags\":[\"truncated\",\"late\",\"needs-root\"],\"exit\":0,\"ms\":12,"
		"\"enc\":\"b64\"}\t//4B\n");
}

static void odd_payloads_come_back(void **state)
{
	static const char *const payloads[] = {
		"", "\n", "\t", "\r\n", "\\", "\\n", "\\x41", " lead and trail ", "{}\t{}",
		"\xe2\x80\xae", "\xef\xbb\xbf", "\xc2\x9b" "31m", "\xff", "caf\xc3", "# no comment",
	};
	struct event event;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(payloads) / sizeof(payloads[0]); i++) {
		event = plain_event(payloads[i], strlen(payloads[i]));
		round_trip(&event);
	}
	event = plain_event("a\0b", 3);
	round_trip(&event);
}

static void odd_heads_come_back(void **state)
{
	struct event event = plain_event("x", 1);

	(void)state;
	event.seq = INT64_MAX;
	event.re = INT64_MAX;
	event.mono = INT64_MIN;
	event.wall = INT64_MAX;
	event.version = INT_MAX;
	event.exit = 255;
	event.ms = INT_MAX;
	event.host = "a\"b\\c\td\ne";
	event.name = "/var/log/\xff\xfe.log"; /* a file name need not be UTF-8 */
	round_trip(&event);
	event.host = "\x80";
	round_trip(&event);
}

static void random_events_come_back(void **state)
{
	static const char *const pieces[] = { "line\n", "\t", "\\", "\xff", "\xe2\x80\xae", "abc ",
					      "\xc3\xa9", "\r\n" };
	char bytes[400];
	struct event event;
	int round;

	(void)state;
	for (round = 0; round < 5000; round++) {
		size_t len = dice(60), i;

		for (i = 0; i < len; i++)
			bytes[i] = (char)dice(256);
		for (i = dice(60); i > 0 && len < 390; i--) {
			const char *piece = pieces[dice(8)];

			memcpy(bytes + len, piece, strlen(piece));
			len += strlen(piece);
		}
		event = plain_event(bytes, len);
		event.kind = dice(EVENT_KINDS);
		event.flags = dice(8);
		event.exit = (int)dice(256) - 1;
		round_trip(&event);
	}
}

static void too_much_is_cut_and_flagged(void **state)
{
	size_t len = TEXTFORM_PAYLOAD_MAX + 1, i;
	char *big = malloc(len);
	struct event event, back;
	const char *why;

	(void)state;
	for (i = 0; i < len; i++) /* the costliest mix: a quarter \xNN, the rest \n */
		big[i] = i % 4 ? '\n' : '\x01';
	event = plain_event(big, len - 1);
	round_trip(&event);
	assert_true(out.len <= TEXTFORM_LINE_MAX);
	event.len = len;
	buf_clear(&out);
	assert_true(textform_write(&out, &event));
	assert_true(textform_parse(span_from(out.data, out.len - 1), mem, &back, &why));
	assert_int_equal(back.len, TEXTFORM_PAYLOAD_MAX);
	assert_int_equal(back.flags, EVENT_TRUNCATED);
	free(big);
}

static void refuses_to_write(void **state)
{
	struct event event = plain_event("x", 1);
	char *name = malloc(TEXTFORM_HEAD_MAX + 1);
	struct buf small;

	(void)state;
	event.seq = (uint64_t)INT64_MAX + 1;
	assert_false(textform_write(&out, &event));
	event.seq = 1;
	memset(name, 'x', TEXTFORM_HEAD_MAX);
	name[TEXTFORM_HEAD_MAX] = '\0';
	event.name = name;
	buf_adds(&out, "before");
	assert_false(textform_write(&out, &event));
	assert_string_equal(out.data, "before");
	event.name = "n";
	buf_init(&small, 60);
	buf_adds(&small, "kept");
	assert_false(textform_write(&small, &event));
	assert_string_equal(small.data, "kept");
	assert_true(small.over);
	buf_release(&small);
	free(name);
}

#define HEAD "{\"seq\":1,\"mono\":2,\"wall\":3,\"kind\":\"log\""

static void refuses_to_read(void **state)
{
	static const char *const bad[] = {
		"", "\t", "x\ty", "{}\tx", "[]\tx", "null\tx", HEAD "}", HEAD "\tx",
		"{\"seq\":-1,\"mono\":2,\"wall\":3,\"kind\":\"log\"}\tx",
		"{\"seq\":1.5,\"mono\":2,\"wall\":3,\"kind\":\"log\"}\tx",
		"{\"seq\":\"1\",\"mono\":2,\"wall\":3,\"kind\":\"log\"}\tx",
		"{\"mono\":2,\"wall\":3,\"kind\":\"log\"}\tx",
		"{\"seq\":1,\"wall\":3,\"kind\":\"log\"}\tx",
		"{\"seq\":1,\"mono\":2,\"kind\":\"log\"}\tx",
		"{\"seq\":1,\"mono\":2,\"wall\":3,\"kind\":\"logs\"}\tx",
		"{\"seq\":1,\"mono\":2,\"wall\":3,\"kind\":5}\tx",
		HEAD ",\"seq\":2}\tx", HEAD ",\"host\":5}\tx", HEAD ",\"host\":\"a\",\"host64\":\"YQ==\"}\tx",
		HEAD ",\"name64\":\"!\"}\tx", HEAD ",\"name64\":\"\"}\tx", HEAD ",\"name64\":\"YQBi\"}\tx",
		HEAD ",\"flags\":\"late\"}\tx", HEAD ",\"flags\":[\"later\"]}\tx",
		HEAD ",\"flags\":[1]}\tx", HEAD ",\"exit\":true}\tx", HEAD ",\"ms\":-2}\tx",
		HEAD ",\"version\":99999999999}\tx", HEAD ",\"re\":-1}\tx",
		HEAD ",\"enc\":\"gzip\"}\tx", HEAD ",\"enc\":1}\tx", HEAD ",\"enc\":\"b64\"}\tabc",
		HEAD ",\"enc\":\"b64\"}\tab=c", HEAD ",\"enc\":\"b64\"}\tYR==", HEAD "}\t\\",
		HEAD "}\t\\q", HEAD "}\t\\x1", HEAD "}\t\\xg0", HEAD "}\t\\xA0",
	};
	struct event event = { .seq = 42 };
	const char *why;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		why = NULL;
		if (textform_parse(span_of(bad[i]), mem, &event, &why))
			fail_msg("taken: %s", bad[i]);
		assert_non_null(why);
		assert_int_equal(event.seq, 42);
	}
	assert_true(textform_parse(span_of(HEAD ",\"new\":{\"key\":[1]}}\tx\ty"), mem, &event, &why));
	assert_int_equal(event.len, 3);
	assert_int_equal(event.exit, EVENT_EXIT_UNKNOWN);
	assert_int_equal(event.ms, -1);
	assert_string_equal(event.host, "");
}

static void any_prefix_is_survived(void **state)
{
	struct event event = plain_event("one\ntwo \\ \xff\xe2\x80\xae three", 20), back;
	const char *why;
	size_t n;

	(void)state;
	event.name = "\xff";
	event.flags = EVENT_LATE;
	textform_write(&out, &event);
	for (n = 0; n < out.len; n++) {
		char *exact = malloc(n ? n : 1);

		memcpy(exact, out.data, n);
		if (textform_parse(span_from(exact, n), mem, &back, &why)) {
			assert_true(back.len <= event.len);
			assert_memory_equal(back.bytes ? back.bytes : "", event.bytes, back.len);
		}
		free(exact);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fresh, stale)
	const struct CMUnitTest tests[] = {
		TEST(looks_like_this),             TEST(odd_payloads_come_back),
		TEST(odd_heads_come_back),         TEST(random_events_come_back),
		TEST(too_much_is_cut_and_flagged), TEST(refuses_to_write),
		TEST(refuses_to_read),             TEST(any_prefix_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
