#include "ui/canvas.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

void canvas_init(struct canvas *canvas, int w, int h, bool ascii)
{
	canvas->w = w;
	canvas->h = h;
	canvas->cells = xcalloc((size_t)w * (size_t)h, sizeof(*canvas->cells));
	canvas->ascii = ascii;
	canvas->glyphs = ascii ? &glyphs_ascii : &glyphs_utf8;
	canvas_clear(canvas);
}

void canvas_release(struct canvas *canvas)
{
	free(canvas->cells);
	memset(canvas, 0, sizeof(*canvas));
}

static struct cell *cell_at(struct canvas *canvas, int x, int y)
{
	return &canvas->cells[(size_t)y * (size_t)canvas->w + (size_t)x];
}

const struct cell *canvas_at(const struct canvas *canvas, int x, int y)
{
	return &canvas->cells[(size_t)y * (size_t)canvas->w + (size_t)x];
}

static void blank(struct cell *cell, unsigned style)
{
	memset(cell->utf8, 0, sizeof(cell->utf8));
	cell->utf8[0] = ' ';
	cell->width = 1;
	cell->style = (uint8_t)style;
}

void canvas_clear(struct canvas *canvas)
{
	int i, n = canvas->w * canvas->h;

	for (i = 0; i < n; i++)
		blank(&canvas->cells[i], STYLE_PLAIN);
}

struct rect canvas_all(const struct canvas *canvas)
{
	struct rect all = { 0, 0, canvas->w, canvas->h };

	return all;
}

struct rect rect_sub(struct rect in, int x, int y, int w, int h)
{
	struct rect sub;

	x = x < 0 ? 0 : x > in.w ? in.w : x;
	y = y < 0 ? 0 : y > in.h ? in.h : y;
	sub.x = in.x + x;
	sub.y = in.y + y;
	sub.w = w > in.w - x ? in.w - x : w < 0 ? 0 : w;
	sub.h = h > in.h - y ? in.h - y : h < 0 ? 0 : h;
	return sub;
}

/* What of `in` lies on the canvas. */
static struct rect on_canvas(const struct canvas *canvas, struct rect in)
{
	if (in.x < 0) {
		in.w += in.x;
		in.x = 0;
	}
	if (in.y < 0) {
		in.h += in.y;
		in.y = 0;
	}
	if (in.w > canvas->w - in.x)
		in.w = canvas->w - in.x;
	if (in.h > canvas->h - in.y)
		in.h = canvas->h - in.y;
	return in;
}

/* A wide character loses its other half when one half is written over. */
static void free_cell(struct canvas *canvas, int x, int y)
{
	struct cell *cell = cell_at(canvas, x, y);

	if (cell->width == 0 && x > 0)
		blank(cell_at(canvas, x - 1, y), cell_at(canvas, x - 1, y)->style);
	if (cell->width == 2 && x + 1 < canvas->w)
		blank(cell_at(canvas, x + 1, y), cell_at(canvas, x + 1, y)->style);
}

static void set_cell(struct canvas *canvas, int x, int y, unsigned style, const char *utf8,
	size_t len, int width)
{
	struct cell *cell = cell_at(canvas, x, y);

	free_cell(canvas, x, y);
	memset(cell->utf8, 0, sizeof(cell->utf8));
	memcpy(cell->utf8, utf8, len);
	cell->width = (uint8_t)width;
	cell->style = (uint8_t)style;
	if (width == 2) {
		free_cell(canvas, x + 1, y);
		blank(cell + 1, style);
		cell[1].utf8[0] = '\0';
		cell[1].width = 0;
	}
}

static void add_mark(struct cell *cell, const char *utf8, size_t len)
{
	size_t have = strlen(cell->utf8);

	if (have + len < sizeof(cell->utf8))
		memcpy(cell->utf8 + have, utf8, len);
}

/* Next character of *rest as it may be shown on this canvas: bytes and columns. */
static struct span next_shown(const struct canvas *canvas, struct span *rest, int *ret_width)
{
	static const char unshown[] = "?";
	uint32_t code = 0;
	size_t len = text_utf8_next(*rest, &code);
	struct span shown = { rest->p, len };
	int width = len ? text_code_width(code) : 1;

	*rest = span_skip(*rest, len ? len : 1);
	if (!len || code < 0x20 || (code >= 0x7f && code < 0xa0) || text_code_hidden(code)) {
		shown = span_from(unshown, 1);
		width = 1;
	} else if (canvas->ascii && code >= 0x80) {
		shown = span_from("??", (size_t)width);
	}
	*ret_width = width;
	return shown;
}

static void put_cut_mark(struct canvas *canvas, struct rect in, int end, int row, unsigned style)
{
	const char *more = canvas->glyphs->more;
	int width = canvas->ascii ? 2 : 1, x = in.x + end - width;

	if (end < width)
		return;
	if (!canvas->ascii) {
		set_cell(canvas, x, in.y + row, style, more, strlen(more), 1);
		return;
	}
	set_cell(canvas, x, in.y + row, style, more, 1, 1);
	set_cell(canvas, x + 1, in.y + row, style, more + 1, 1, 1);
}

int canvas_field(struct canvas *canvas, struct rect in, int col, int row, int columns,
	unsigned style, const char *text)
{
	struct rect on = on_canvas(canvas, in);
	struct span rest = span_of(text), shown;
	int limit = col + columns, at = col, width, last = -1;

	if (limit > on.w)
		limit = on.w;
	if (row < 0 || row >= on.h || col < 0 || col >= limit)
		return col + columns;
	while (rest.n) {
		shown = next_shown(canvas, &rest, &width);
		if (width == 0) {
			if (last >= 0 && !canvas->ascii)
				add_mark(cell_at(canvas, on.x + last, on.y + row), shown.p, shown.n);
			continue;
		}
		if (at + width > limit) {
			put_cut_mark(canvas, on, limit, row, style);
			break;
		}
		if (shown.n == 2 && width == 2 && shown.p[0] == '?') { /* "??" on an ASCII canvas */
			set_cell(canvas, on.x + at, on.y + row, style, "?", 1, 1);
			set_cell(canvas, on.x + at + 1, on.y + row, style, "?", 1, 1);
		} else {
			set_cell(canvas, on.x + at, on.y + row, style, shown.p, shown.n, width);
		}
		last = at;
		at += width;
	}
	return col + columns;
}

int canvas_put(struct canvas *canvas, struct rect in, int col, int row, unsigned style,
	const char *text)
{
	int width = text_width(text);

	if (col >= in.w)
		return col;
	canvas_field(canvas, in, col, row, in.w - col, style, text);
	return col + width > in.w ? in.w : col + width;
}

int canvas_putf(struct canvas *canvas, struct rect in, int col, int row, unsigned style,
	const char *format, ...)
{
	va_list args;
	char *text = NULL;
	int len;

	va_start(args, format);
	len = vasprintf(&text, format, args);
	va_end(args);
	if (len < 0)
		return col;
	col = canvas_put(canvas, in, col, row, style, text);
	free(text);
	return col;
}

void canvas_right(struct canvas *canvas, struct rect in, int end, int row, unsigned style,
	const char *text)
{
	int width = text_width(text), col = end - width;

	canvas_field(canvas, in, col < 0 ? 0 : col, row, col < 0 ? end : width, style, text);
}

void canvas_fill(struct canvas *canvas, struct rect in, unsigned style, const char *glyph)
{
	struct rect on = on_canvas(canvas, in);
	int x, y;

	for (y = 0; y < on.h; y++)
		for (x = 0; x < on.w; x++)
			set_cell(canvas, on.x + x, on.y + y, style, glyph, strlen(glyph), 1);
}

void canvas_cursor(struct canvas *canvas, struct rect in, int row)
{
	struct rect on = on_canvas(canvas, in);
	int x;

	if (row < 0 || row >= on.h)
		return;
	for (x = 0; x < on.w; x++)
		cell_at(canvas, on.x + x, on.y + row)->style |= STYLE_CURSOR;
}

void canvas_box(struct canvas *canvas, struct rect in, unsigned style, bool bad)
{
	const struct glyphs *g = canvas->glyphs;
	const char *const *corner = bad ? g->bad_corners : g->corners;
	const char *across = bad ? g->bad_horizontal : g->horizontal;
	const char *down = bad ? g->bad_vertical : g->vertical;

	if (in.w < 2 || in.h < 2)
		return;
	canvas_fill(canvas, rect_sub(in, 1, 0, in.w - 2, 1), style, across);
	canvas_fill(canvas, rect_sub(in, 1, in.h - 1, in.w - 2, 1), style, across);
	canvas_fill(canvas, rect_sub(in, 0, 1, 1, in.h - 2), style, down);
	canvas_fill(canvas, rect_sub(in, in.w - 1, 1, 1, in.h - 2), style, down);
	canvas_put(canvas, in, 0, 0, style, corner[0]);
	canvas_put(canvas, in, in.w - 1, 0, style, corner[1]);
	canvas_put(canvas, in, 0, in.h - 1, style, corner[2]);
	canvas_put(canvas, in, in.w - 1, in.h - 1, style, corner[3]);
}

static void trim_end(struct buf *out, size_t from, char filler)
{
	while (out->len > from && out->data[out->len - 1] == filler)
		out->data[--out->len] = '\0';
}

void canvas_dump(const struct canvas *canvas, struct buf *out)
{
	const struct cell *cell;
	size_t from;
	bool cursor;
	int x, y;

	for (y = 0; y < canvas->h; y++) {
		from = out->len;
		for (x = 0; x < canvas->w; x++)
			buf_adds(out, canvas_at(canvas, x, y)->utf8);
		trim_end(out, from, ' ');
		buf_addc(out, '\n');
	}
	buf_adds(out, "---\n");
	for (y = 0; y < canvas->h; y++) {
		from = out->len;
		cursor = false;
		for (x = 0; x < canvas->w; x++) {
			cell = canvas_at(canvas, x, y);
			cursor |= (cell->style & STYLE_CURSOR) != 0;
			buf_addc(out, style_mark(cell->style));
		}
		trim_end(out, from, '.');
		buf_adds(out, cursor ? " <\n" : "\n");
	}
}
