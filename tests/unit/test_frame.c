/* frames: cut at every byte, noise, forged marks, torn and oversized frames. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "live/frame.h"

static void chunk_cb(void *owner, const struct frame_chunk *c)
{
	struct buf *out = owner;

	buf_addf(out, "{%d %s %s%s%s%s %d,%d,%d:", (int)c->seq, c->name, c->last ? "L" : "-",
		c->truncated ? "t" : "", c->needs_root ? "r" : "", c->torn ? "!" : "", c->exit, c->ms,
		c->version);
	buf_add(out, c->bytes, c->len);
	buf_adds(out, "}");
}

static void noise_cb(void *owner, const char *bytes, size_t len)
{
	struct buf *out = owner;

	for (; len; bytes++, len--)
		buf_addf(out, "~%c", *bytes);
}

static void feed(struct buf *out, const char *bytes, size_t len, size_t first, size_t step)
{
	struct frames *f = frames_new("M1", chunk_cb, noise_cb, out);
	size_t n;

	buf_clear(out);
	for (n = first; len; n = step) {
		if (n > len)
			n = len;
		frames_feed(f, bytes, n);
		bytes += n;
		len -= n;
	}
	frames_free(f);
}

/* The same result whatever the pieces. */
static void expect(const char *bytes, size_t len, const char *want)
{
	struct buf out;
	size_t cut;

	buf_init(&out, 1 << 20);
	feed(&out, bytes, len, len, len);
	assert_string_equal(out.len ? out.data : "", want);
	for (cut = 1; cut < len; cut++) {
		feed(&out, bytes, len, cut, len);
		assert_string_equal(out.len ? out.data : "", want);
	}
	feed(&out, bytes, len, 1, 1);
	assert_string_equal(out.len ? out.data : "", want);
	buf_release(&out);
}

#define EXPECT(bytes, want) expect(bytes, sizeof(bytes) - 1, want)

static void whole_frames(void **state)
{
	(void)state;
	EXPECT("\036M1 7 nginx.log - 5\nab\ncd\036M1 8 fpm .0,12,1 0\n\036M1 7 nginx.log tr.3,-1,2 1\nx",
		"{7 nginx.log - -1,-1,0:ab\ncd}{8 fpm L 0,12,1:}{7 nginx.log Ltr 3,-1,2:x}");
}

static void noise_between(void **state)
{
	(void)state;
	EXPECT("hi\n\036M1 1 a .0,0,1 1\nyoh\036no\036M2 1 a .0,0,1 1\nq\036M1 1 b - 0\n",
		"~h~i~\n{1 a L 0,0,1:y}~o~h~\036~n~o~\036~M~2~ ~1~ ~a~ ~.~0~,~0~,~1~ ~1~\n~q{1 b - -1,-1,0:}");
}

/* A payload may hold what looks like a frame of another session. */
static void foreign_mark_inside(void **state)
{
	(void)state;
	EXPECT("\036M1 1 a .0,0,1 20\n\036M2 1 b .0,0,1 1\nxyz", "{1 a L 0,0,1:\036M2 1 b .0,0,1 1\nxyz}");
}

static void bad_heads_are_noise(void **state)
{
	static const char *const heads[] = {
		"\036M1 x a - 1\n", "\036M1 1 A - 1\n", "\036M1 1 a - 4001\n", "\036M1 1 a - -1\n",
		"\036M1 1 a .0,0 1\n", "\036M1 1 a .x,0,1 1\n", "\036M1 1 a q 1\n", "\036M1 1 a - 1 2\n",
		"\036M1 -1 a - 1\n", "\036M1 1  - 1\n", "\036M1 1 abcdefghijklmnopqrstuvwxyzabcdef - 1\n",
		"\036M1 1 a .99999999999,0,1 1\n", "\036M1 \n",
	};
	char bytes[128];
	struct buf out;
	size_t i;

	(void)state;
	buf_init(&out, 4096);
	for (i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		snprintf(bytes, sizeof(bytes), "%s\036M1 2 ok - 0\n", heads[i]);
		feed(&out, bytes, strlen(bytes), 3, 3);
		assert_memory_equal(out.data, "~\036~M~1~ ", 8);
		assert_non_null(strstr(out.data, "{2 ok - -1,-1,0:}"));
	}
	buf_release(&out);
}

/* A writer that died inside a frame does not swallow the next one. */
static void torn_frame(void **state)
{
	(void)state;
	EXPECT("\036M1 1 a - 50\nhalf\036M1 2 b .0,1,1 2\nok", "{1 a -! -1,-1,0:half}{2 b L 0,1,1:ok}");
}

/* A head that never ends is given up after a bounded number of bytes. */
static void endless_head(void **state)
{
	char bytes[400] = "\036M1 1 a";
	struct buf out;

	(void)state;
	memset(bytes + 7, 'z', 300);
	memcpy(bytes + 307, "\036M1 2 b - 1\n!", 14);
	buf_init(&out, 8192);
	feed(&out, bytes, 307 + 13, 10, 10);
	assert_non_null(strstr(out.data, "{2 b - -1,-1,0:!}"));
	buf_release(&out);
}

/* 4 MB without a frame: nothing is kept but the noise handed out. */
static void flood_of_noise(void **state)
{
	size_t len = 4 << 20;
	char *bytes = malloc(len);
	struct buf out;
	struct frames *f;

	(void)state;
	memset(bytes, '\036', len);
	buf_init(&out, 64);
	f = frames_new("M1", chunk_cb, noise_cb, &out);
	frames_feed(f, bytes, len);
	buf_clear(&out);
	frames_feed(f, "M1 3 c - 0\n", 11); /* the last RS of the flood opens it */
	assert_string_equal(out.data, "{3 c - -1,-1,0:}");
	frames_free(f);
	buf_release(&out);
	free(bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_frames), cmocka_unit_test(noise_between),
		cmocka_unit_test(foreign_mark_inside), cmocka_unit_test(bad_heads_are_noise),
		cmocka_unit_test(torn_frame), cmocka_unit_test(endless_head),
		cmocka_unit_test(flood_of_noise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
