/*
 * doc: lines of styled text for a given width, longer than the screen if need be. Sheets
 * are written into one and then shown from some line on.
 */
#ifndef UI_DOC_H
#define UI_DOC_H

#include "base/mem.h"
#include "ui/canvas.h"
#include "ui/keymap.h"

struct doc_run {
	int col;
	unsigned style;
	const char *text;
	const struct doc_run *next;
};

struct doc_line {
	struct doc_run *first, *last;
};

struct doc {
	struct arena *mem; /* borrowed; all text is copied into it or outlives it */
	int width;
	struct doc_line *lines;
	size_t count;
};

void doc_init(struct doc *doc, struct arena *mem, int width);

void doc_blank(struct doc *doc);          /* not at the top, never twice */
void doc_head(struct doc *doc, const char *text);
/* A new line with text at a column; then more on the same line. Cut at the width. */
void doc_start(struct doc *doc, int col, unsigned style, const char *text);
void doc_add(struct doc *doc, int col, unsigned style, const char *text);
/* Wraps at blanks; further lines begin at the same column. Newlines begin new lines. */
void doc_text(struct doc *doc, int col, unsigned style, const char *text);
/* Wraps where the line is full: bytes that must be read as they stand. */
void doc_quote(struct doc *doc, int col, unsigned style, const char *text);
/* Like doc_text and doc_quote, on the line that was begun. */
void doc_add_text(struct doc *doc, int col, unsigned style, const char *text);
void doc_add_quote(struct doc *doc, int col, unsigned style, const char *text);
const char *doc_printf(struct doc *doc, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Takes away what is behind `lines` and marks that there was more. */
void doc_cut(struct doc *doc, size_t lines);

/* Shows lines from `top` on; where there is more, the last column says so. */
void doc_draw(const struct doc *doc, struct canvas *canvas, struct rect in, int top);
/* The greatest `top` that still fills `height` lines. */
int doc_last_top(const struct doc *doc, int height);
/* Moves *top as a wish says (down, page-up, last ...); false: it is none of those. */
bool doc_scroll(int *top, enum wish wish, const struct doc *doc, int height);

#endif
