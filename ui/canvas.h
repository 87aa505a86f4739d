/*
 * canvas: a screen as a grid of cells. Views draw here and nowhere else; term.c shows it,
 * tests dump it as text. Every call takes a rectangle and never writes outside it, so a
 * view cannot spoil its neighbour. Positions are relative to that rectangle.
 *
 * Text was cleaned (base/text.h) before it came here; should a control byte get this far
 * it becomes '?'. On an ASCII canvas everything else does too.
 */
#ifndef UI_CANVAS_H
#define UI_CANVAS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "ui/theme.h"

struct rect {
	int x, y, w, h;
};

struct cell {
	char utf8[16];   /* one character and at most two marks on it */
	uint8_t width;   /* 1, 2; 0: right half of the wide one before it */
	uint8_t style;   /* enum style, perhaps with STYLE_CURSOR */
};

struct canvas {
	int w, h;
	struct cell *cells;
	bool ascii;
	const struct glyphs *glyphs; /* follows ascii */
};

void canvas_init(struct canvas *canvas, int w, int h, bool ascii);
void canvas_release(struct canvas *canvas);
void canvas_clear(struct canvas *canvas);

struct rect canvas_all(const struct canvas *canvas);
const struct cell *canvas_at(const struct canvas *canvas, int x, int y);

/*
 * Puts text at (col, row) of `in`; what does not fit is cut and the cut is marked.
 * Returns the column behind it. A row or column outside draws nothing.
 */
int canvas_put(struct canvas *canvas, struct rect in, int col, int row, unsigned style,
	const char *text);
int canvas_putf(struct canvas *canvas, struct rect in, int col, int row, unsigned style,
	const char *format, ...) __attribute__((format(printf, 6, 7)));
/* ... but at most `columns` wide. Returns col + columns: made for tables. */
int canvas_field(struct canvas *canvas, struct rect in, int col, int row, int columns,
	unsigned style, const char *text);
/* ... so that it ends at column `end` (not counted). */
void canvas_right(struct canvas *canvas, struct rect in, int end, int row, unsigned style,
	const char *text);

void canvas_fill(struct canvas *canvas, struct rect in, unsigned style, const char *glyph);
/* Adds STYLE_CURSOR to a row of `in`. */
void canvas_cursor(struct canvas *canvas, struct rect in, int row);
void canvas_box(struct canvas *canvas, struct rect in, unsigned style, bool bad);

/* The part of `in` without `n` rows or columns at one side, and a piece by position. */
struct rect rect_sub(struct rect in, int x, int y, int w, int h);

/*
 * The screen as text, then (behind a line "---") its styles, a mark per cell as
 * style_mark says, '.' for plain; trailing blanks and dots are left out. A cursor row's
 * marks are followed by " <".
 */
void canvas_dump(const struct canvas *canvas, struct buf *out);

#endif
