#include "ui/layout.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static bool empty(struct rect r)
{
	return r.w <= 0 || r.h <= 0;
}

static bool inside(struct rect r, struct rect in)
{
	return r.x >= in.x && r.y >= in.y && r.x + r.w <= in.x + in.w && r.y + r.h <= in.y + in.h;
}

static bool apart(struct rect a, struct rect b)
{
	return a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y;
}

/* Inside `in`, no two overlap, no negative size. */
static void check(struct rect in, const struct rect *list, int n, const char *what)
{
	int i, k;

	for (i = 0; i < n; i++) {
		if (list[i].w < 0 || list[i].h < 0)
			fail_msg("%s %dx%d: rectangle %d is negative", what, in.w, in.h, i);
		if (empty(list[i]))
			continue;
		if (!inside(list[i], in))
			fail_msg("%s %dx%d: rectangle %d (%d,%d %dx%d) is outside", what, in.w, in.h,
				i, list[i].x, list[i].y, list[i].w, list[i].h);
		for (k = 0; k < i; k++)
			if (!empty(list[k]) && !apart(list[i], list[k]))
				fail_msg("%s %dx%d: %d and %d overlap", what, in.w, in.h, k, i);
	}
}

static void check_size(int w, int h)
{
	struct rect all = { 0, 0, w, h }, list[32];
	struct screen_layout s = layout_screen(w, h);
	struct fleet_layout f;
	struct chain_layout c;
	struct sheet_layout t;
	int n, i, rows;

	list[0] = s.title, list[1] = s.body, list[2] = s.note, list[3] = s.keys;
	check(all, list, 4, "screen");
	for (rows = 0; rows <= 600; rows += 60) {
		f = layout_fleet(s.body, rows);
		list[0] = f.head, list[1] = f.rows, list[2] = f.selected, list[3] = f.side;
		list[4] = f.events;
		check(s.body, list, 5, "fleet");
		assert_true(f.rows.h >= 3);
	}
	c = layout_chain(s.body);
	for (n = i = 0; i < CHAIN_NODES; i++) {
		list[n++] = c.box[i];
		list[n++] = c.facts[i];
		if (i < CHAIN_NODES - 1)
			list[n++] = c.arrow[i];
		assert_true(c.box[i].w >= 9);
	}
	list[n++] = c.beside, list[n++] = c.verdict;
	list[n++] = c.side[0], list[n++] = c.side[1];
	check(s.body, list, n, "chain");
	assert_true(c.verdict.h >= 8); /* verdict, arrow, three proofs, what next */
	t = layout_sheet(s.body);
	list[0] = t.left, list[1] = t.right;
	check(s.body, list, 2, "sheet");
}

static void check_columns(int w)
{
	struct fleet_columns c = layout_fleet_columns(w);
	struct rect all = { 0, 0, w, 1 };
	struct rect list[] = { c.host, c.site, c.health, c.errors, c.page, c.workers, c.queue,
		c.sql, c.load, c.cert, c.verdict, c.age };
	size_t i;

	for (i = 0; i < sizeof(list) / sizeof(*list); i++)
		list[i].h = list[i].w ? 1 : 0;
	check(all, list, (int)i, "columns");
	assert_true(c.verdict.w >= 8 && c.host.w >= 12 && c.health.w == 15);
}

static void test_all_sizes(void **state)
{
	int w, h;

	(void)state;
	for (w = 20; w <= 250; w++)
		for (h = 8; h <= 80; h++) {
			assert_int_equal(layout_fits(w, h), w >= 60 && h >= 18);
			if (layout_fits(w, h))
				check_size(w, h);
		}
	for (w = LAYOUT_MIN_W; w <= 250; w++)
		check_columns(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_all_sizes) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
