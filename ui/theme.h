/*
 * theme: what a meaning looks like. Code names meanings (styles); themes turn them into
 * colours and attributes; glyph sets turn shapes into characters. Health is always said
 * three times: by letters, by a glyph and by a look.
 *
 * The terminal's own background stays. 16 colours are enough for everything; where the
 * terminal has 256 some are softer. Pure: curses is told in term.c.
 */
#ifndef UI_THEME_H
#define UI_THEME_H

#include <stdbool.h>

#include "probes/fact.h"

enum style {
	STYLE_PLAIN,
	STYLE_DIM,
	STYLE_STRONG,
	STYLE_BAR,      /* first line of the screen */
	STYLE_BAR_BAD,  /* a part of it that must be seen */
	STYLE_KEYS,     /* last line: what can be pressed */
	STYLE_KEY,      /* a key's name there */
	STYLE_HEAD,     /* heading of a section */
	STYLE_FRAME,    /* lines of boxes, arrows that hold */
	STYLE_QUOTE,    /* bytes of the server: log lines, values */
	STYLE_COMMAND,  /* what can be typed on a server */
	STYLE_DANGER,   /* what must not be done */
	STYLE_MATCH,    /* found by a search */
	STYLE_MARKED,
	STYLE_OK,
	STYLE_WARN,
	STYLE_BROKEN,
	STYLE_AFFECTED,
	STYLE_UNKNOWN,
	STYLE_STALE,
	STYLE_ABSENT,
	STYLES
};

#define STYLE_CURSOR 0x80 /* or-ed to a style: the row the cursor stands on */

enum style style_of(enum health health);
/* One character per style for screens written as text; '.' is plain. */
char style_mark(unsigned style);

enum { LOOK_BOLD = 1, LOOK_DIM = 2, LOOK_UNDERLINE = 4, LOOK_REVERSE = 8 };

struct look {
	int fg, bg;    /* number of a colour; -1: the terminal's own */
	unsigned attr; /* LOOK_* */
};

struct theme;
extern const struct theme *const themes[]; /* NULL-terminated; the first is the default */
const struct theme *theme_find(const char *name); /* NULL: there is none */
const char *theme_name(const struct theme *theme);
/* colors: how many the terminal has; 0 or 1: attributes only. */
struct look theme_look(const struct theme *theme, enum style style, int colors);

/* Shapes, as UTF-8 of one column each. */
struct glyphs {
	const char *health[HEALTH_ABSENT + 1]; /* "" where letters must do */
	const char *horizontal, *vertical;
	const char *corners[4];       /* top left, top right, bottom left, bottom right */
	const char *bad_horizontal, *bad_vertical, *bad_corners[4]; /* box of the broken link */
	const char *arrow, *arrow_head;       /* a way that holds */
	const char *cut, *cut_head, *cut_mark;/* the first broken arrow */
	const char *faint, *faint_head;       /* a way nobody can judge behind the break */
	const char *cursor, *plus, *minus, *bullet, *branch, *last_branch, *folded;
	const char *more;             /* text goes on */
	const char *spinner[4];
	const char *bars[8];          /* of a sparkline, rising */
};

extern const struct glyphs glyphs_utf8, glyphs_ascii;

#endif
