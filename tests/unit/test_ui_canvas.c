#include "ui/canvas.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"

static struct canvas canvas;

static void open_canvas(int w, int h, bool ascii)
{
	canvas_init(&canvas, w, h, ascii);
}

/* Row y as text, blanks and all; static. */
static const char *row(int y)
{
	static char text[4096];
	size_t len = 0;
	int x;

	for (x = 0; x < canvas.w; x++) {
		const char *cell = canvas_at(&canvas, x, y)->utf8;

		memcpy(text + len, cell, strlen(cell));
		len += strlen(cell);
	}
	text[len] = '\0';
	return text;
}

static void test_clips(void **state)
{
	struct rect in = { 2, 0, 6, 1 };

	(void)state;
	open_canvas(10, 2, false);
	assert_int_equal(canvas_put(&canvas, in, 0, 0, STYLE_PLAIN, "abcdefghij"), 6);
	assert_string_equal(row(0), "  abcde…  ");
	canvas_clear(&canvas);
	canvas_put(&canvas, in, 0, 1, STYLE_PLAIN, "below");
	canvas_put(&canvas, in, 0, -1, STYLE_PLAIN, "above");
	canvas_put(&canvas, in, 9, 0, STYLE_PLAIN, "beside");
	assert_string_equal(row(0), "          ");
	assert_string_equal(row(1), "          ");
	canvas_right(&canvas, in, 6, 0, STYLE_PLAIN, "42");
	assert_string_equal(row(0), "      42  ");
	canvas_field(&canvas, in, 0, 0, 3, STYLE_PLAIN, "long");
	assert_string_equal(row(0), "  lo… 42  ");
	canvas_release(&canvas);
}

static void test_ascii(void **state)
{
	struct rect in = { 0, 0, 8, 1 };

	(void)state;
	open_canvas(8, 1, true);
	canvas_put(&canvas, in, 0, 0, STYLE_PLAIN, "é漢字");
	assert_string_equal(row(0), "?????   ");
	canvas_put(&canvas, in, 0, 0, STYLE_PLAIN, "abcdefghij");
	assert_string_equal(row(0), "abcdef..");
	canvas_release(&canvas);
}

static void test_wide(void **state)
{
	struct rect all = { 0, 0, 6, 1 }, three = { 0, 0, 3, 1 };

	(void)state;
	open_canvas(6, 1, false);
	canvas_put(&canvas, all, 0, 0, STYLE_PLAIN, "漢字é");
	assert_string_equal(row(0), "漢字é ");
	assert_int_equal(canvas_at(&canvas, 0, 0)->width, 2);
	assert_int_equal(canvas_at(&canvas, 1, 0)->width, 0);
	/* over the right half: the left half goes too */
	canvas_put(&canvas, all, 1, 0, STYLE_PLAIN, "x");
	assert_string_equal(row(0), " x字é ");
	/* over the left half: so does the right one */
	canvas_put(&canvas, all, 2, 0, STYLE_PLAIN, "y");
	assert_string_equal(row(0), " xy é ");
	canvas_clear(&canvas);
	canvas_put(&canvas, three, 0, 0, STYLE_PLAIN, "漢字"); /* the second does not fit */
	assert_string_equal(row(0), "漢…   ");
	canvas_release(&canvas);
}

static void test_hostile(void **state)
{
	struct rect all = { 0, 0, 20, 1 };

	(void)state;
	open_canvas(20, 1, false);
	canvas_put(&canvas, all, 0, 0, STYLE_PLAIN, "a\033[2Jb\r\nc\x80\xe2\x80\xae" "d");
	assert_string_equal(row(0), "a?[2Jb??c??d        ");
	canvas_clear(&canvas);
	/* marks sit on their character, as many as a cell holds, and take no column */
	canvas_put(&canvas, all, 0, 0, STYLE_PLAIN,
		"e\xcc\x81\xcc\x82\xcc\x83\xcc\x84\xcc\x85\xcc\x86\xcc\x87\xcc\x88\xcc\x89x");
	assert_int_equal(canvas_at(&canvas, 1, 0)->utf8[0], 'x');
	assert_true(strlen(canvas_at(&canvas, 0, 0)->utf8) < sizeof(canvas.cells->utf8));
	canvas_release(&canvas);
}

static void test_dump(void **state)
{
	struct buf out;
	struct rect all = { 0, 0, 5, 2 };

	(void)state;
	buf_init(&out, 4096);
	open_canvas(5, 2, false);
	canvas_put(&canvas, all, 0, 0, STYLE_BROKEN, "XX");
	canvas_put(&canvas, all, 1, 1, STYLE_OK, "ok");
	canvas_cursor(&canvas, all, 1);
	canvas_dump(&canvas, &out);
	assert_string_equal(out.data, "XX\n ok\n---\nXX\n.OO <\n");
	buf_release(&out);
	canvas_release(&canvas);
}

static void test_box(void **state)
{
	struct rect all = { 0, 0, 4, 3 };

	(void)state;
	open_canvas(4, 3, true);
	canvas_box(&canvas, all, STYLE_FRAME, false);
	assert_string_equal(row(0), "+--+");
	assert_string_equal(row(1), "|  |");
	assert_string_equal(row(2), "+--+");
	canvas_release(&canvas);
}

static void test_themes(void **state)
{
	struct look a, b;
	int t, h, k;

	(void)state;
	assert_null(theme_find("beige"));
	/* every health looks different from every other in every theme and depth */
	for (t = 0; themes[t]; t++)
		for (k = 0; k < 4; k++) {
			static const int depths[] = { 0, 8, 16, 256 };

			for (h = 0; h < 2; h++) {
				a = theme_look(themes[t], STYLE_BROKEN, depths[k]);
				b = theme_look(themes[t], h ? STYLE_OK : STYLE_UNKNOWN, depths[k]);
				assert_true(memcmp(&a, &b, sizeof(a)) != 0);
			}
			a = theme_look(themes[t], STYLE_PLAIN, depths[k]);
			assert_int_equal(a.bg, -1); /* the user's own background */
		}
	a = theme_look(themes[0], STYLE_WARN, 0);
	assert_int_equal(a.fg, -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clips), cmocka_unit_test(test_ascii),
		cmocka_unit_test(test_wide),  cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_dump),  cmocka_unit_test(test_box),
		cmocka_unit_test(test_themes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
