#include "ui/layout.h"

#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))

bool layout_fits(int w, int h)
{
	return w >= LAYOUT_MIN_W && h >= LAYOUT_MIN_H;
}

static struct rect rect_of(int x, int y, int w, int h)
{
	struct rect r = { x, y, MAX(w, 0), MAX(h, 0) };

	return r;
}

struct screen_layout layout_screen(int w, int h)
{
	struct screen_layout l = {
		.title = rect_of(0, 0, w, 1),
		.body = rect_of(0, 1, w, h - 3),
		.note = rect_of(0, h - 2, w, 1),
		.keys = rect_of(0, h - 1, w, 1),
	};

	return l;
}

/* ---- fleet ---- */

static int clamp(int v, int low, int high)
{
	return v < low ? low : v > high ? high : v;
}

struct fleet_layout layout_fleet(struct rect body, int rows_wanted)
{
	struct fleet_layout l = { .head = rect_of(body.x, body.y, body.w, 1) };
	int left = body.h - 1;
	int selected = body.h >= 32 ? 9 : body.h >= 20 ? 3 : 2;
	int events = body.h >= 32 ? 7 : body.h >= 19 ? 4 : 0;
	int rows = clamp(rows_wanted, 3, left - selected - events);
	int y = body.y + 1, side = body.w >= 120 ? body.w / 3 : 0;

	l.rows = rect_of(body.x, y, body.w, rows);
	y += rows;
	left -= rows;
	/* what the list does not need goes to the events, as far as they can use it */
	events = MIN(MAX(events, left - selected), 14);
	l.selected = rect_of(body.x, y, body.w - side, MIN(selected, left));
	if (side)
		l.side = rect_of(body.x + body.w - side, y, side, l.selected.h);
	y += l.selected.h;
	l.events = rect_of(body.x, y, body.w, MIN(events, body.y + body.h - y));
	return l;
}

static void take(struct rect *column, int *x, int w)
{
	column->x = *x;
	column->w = w;
	*x += w + 1;
}

struct fleet_columns layout_fleet_columns(int w)
{
	struct fleet_columns c = { 0 };
	bool wide = w >= 120, wider = w >= 150;
	int x = 2, spare = w - 80;
	int grow = spare > 0 ? spare / (wide ? 6 : 3) : 0;

	take(&c.host, &x, w < 72 ? 12 : 14 + MIN(grow, 16));
	take(&c.site, &x, w < 72 ? 12 : 16 + MIN(grow, 20));
	take(&c.health, &x, 15); /* four of three columns, a blank between */
	if (w >= 72)
		take(&c.errors, &x, 5);
	if (wide) {
		take(&c.page, &x, 6);
		take(&c.workers, &x, 7);
		take(&c.queue, &x, 5);
	}
	if (wider) {
		take(&c.sql, &x, 7);
		take(&c.load, &x, 5);
		take(&c.cert, &x, 5);
	}
	take(&c.verdict, &x, MAX(w - x - 7, 8));
	take(&c.age, &x, 6);
	return c;
}

/* ---- chain ---- */

static void chain_nodes(struct chain_layout *l, struct rect body, int *y)
{
	int arrow = body.w >= 120 ? 7 : body.w >= 100 ? 4 : 3;
	int box = MIN((body.w - 2 - (CHAIN_NODES - 1) * arrow) / CHAIN_NODES, 34);
	int facts = body.h >= 34 ? 6 : body.h >= 20 ? 3 : 0;
	int x = body.x + (body.w - CHAIN_NODES * box - (CHAIN_NODES - 1) * arrow) / 2, i;

	for (i = 0; i < CHAIN_NODES; i++) {
		l->box[i] = rect_of(x, *y, box, 4);
		if (facts)
			l->facts[i] = rect_of(x, *y + 4, box + arrow - 1, facts);
		x += box;
		if (i < CHAIN_NODES - 1)
			l->arrow[i] = rect_of(x, *y + 1, arrow, 2);
		x += arrow;
	}
	if (facts) /* nothing follows the last one */
		l->facts[CHAIN_NODES - 1].w = MIN(box + arrow - 1,
			body.x + body.w - l->facts[CHAIN_NODES - 1].x);
	*y += 4 + facts;
}

struct chain_layout layout_chain(struct rect body)
{
	struct chain_layout l = { 0 };
	int y = body.y, bottom = body.y + body.h, side = 0, half;

	if (body.h >= 34)
		y++;
	chain_nodes(&l, body, &y);
	if (body.h >= 34)
		y++;
	l.beside = rect_of(body.x, y, body.w, 1);
	y += body.h >= 19 ? 2 : 1;
	if (body.w >= 120)
		side = body.w * 42 / 100;
	l.verdict = rect_of(body.x, y, body.w - (side ? side + 2 : 0), bottom - y);
	if (!side)
		return l;
	half = (bottom - y) / 2;
	l.side[0] = rect_of(body.x + body.w - side, y, side, half);
	l.side[1] = rect_of(body.x + body.w - side, y + half, side, bottom - y - half);
	return l;
}

/* ---- sheets ---- */

struct sheet_layout layout_sheet(struct rect body)
{
	struct sheet_layout l = { .left = rect_of(body.x + 1, body.y, body.w - 2, body.h) };
	int right;

	if (body.w < 120)
		return l;
	right = body.w * 45 / 100;
	l.left.w = body.w - right - 4;
	l.right = rect_of(body.x + body.w - right - 1, body.y, right, body.h);
	return l;
}
