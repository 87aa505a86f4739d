#include "ui/theme.h"

#include <string.h>

enum style style_of(enum health health)
{
	static const enum style styles[] = {
		[HEALTH_UNKNOWN] = STYLE_UNKNOWN, [HEALTH_OK] = STYLE_OK,
		[HEALTH_WARN] = STYLE_WARN,       [HEALTH_BROKEN] = STYLE_BROKEN,
		[HEALTH_AFFECTED] = STYLE_AFFECTED, [HEALTH_STALE] = STYLE_STALE,
		[HEALTH_ABSENT] = STYLE_ABSENT,
	};

	return styles[health];
}

char style_mark(unsigned style)
{
	static const char marks[STYLES + 1] = ".dsbBkKhfqc!/mOWXA?~-";

	return marks[style & ~(unsigned)STYLE_CURSOR];
}

/* Colours by number: 0 black, 1 red, 2 green, 3 yellow, 4 blue, 5 magenta, 6 cyan,
 * 7 white, 8 to 15 the bright ones; -1 the terminal's own. */
struct theme {
	const char *name;
	struct {
		int few, many;       /* foreground with 16 and with 256 colours */
		int bg_few, bg_many;
		unsigned attr;
	} looks[STYLES];
};

#define NONE -1, -1
#define BAR_LOOKS                                              \
	[STYLE_BAR] = { NONE, NONE, LOOK_REVERSE },            \
	[STYLE_KEYS] = { NONE, NONE, LOOK_REVERSE },           \
	[STYLE_KEY] = { NONE, NONE, LOOK_REVERSE | LOOK_BOLD }

static const struct theme dark = { "dark", {
	[STYLE_PLAIN] = { NONE, NONE, 0 },
	[STYLE_DIM] = { 8, 245, NONE, 0 },
	[STYLE_STRONG] = { NONE, NONE, LOOK_BOLD },
	BAR_LOOKS,
	[STYLE_BAR_BAD] = { 15, 231, 1, 160, LOOK_BOLD },
	[STYLE_HEAD] = { 6, 80, NONE, LOOK_BOLD },
	[STYLE_FRAME] = { NONE, 246, -1, 0 },
	[STYLE_QUOTE] = { NONE, 252, -1, 0 },
	[STYLE_COMMAND] = { 14, 117, NONE, 0 },
	[STYLE_DANGER] = { 11, 215, NONE, 0 },
	[STYLE_MATCH] = { 0, 16, 3, 221, 0 },
	[STYLE_MARKED] = { 13, 213, NONE, LOOK_BOLD },
	[STYLE_OK] = { 2, 77, NONE, 0 },
	[STYLE_WARN] = { 11, 221, NONE, LOOK_BOLD },
	[STYLE_BROKEN] = { 9, 203, NONE, LOOK_BOLD },
	[STYLE_AFFECTED] = { 3, 179, NONE, 0 },
	[STYLE_UNKNOWN] = { 5, 176, NONE, LOOK_BOLD },
	[STYLE_STALE] = { 6, 73, NONE, LOOK_UNDERLINE },
	[STYLE_ABSENT] = { 8, 243, NONE, 0 },
} };

/* Yellow and bright colours vanish on white: dark ones, and warn as a patch. */
static const struct theme light = { "light", {
	[STYLE_PLAIN] = { NONE, NONE, 0 },
	[STYLE_DIM] = { 8, 242, NONE, 0 },
	[STYLE_STRONG] = { NONE, NONE, LOOK_BOLD },
	BAR_LOOKS,
	[STYLE_BAR_BAD] = { 15, 231, 1, 160, LOOK_BOLD },
	[STYLE_HEAD] = { 4, 25, NONE, LOOK_BOLD },
	[STYLE_FRAME] = { NONE, 240, -1, 0 },
	[STYLE_QUOTE] = { NONE, 236, -1, 0 },
	[STYLE_COMMAND] = { 4, 26, NONE, 0 },
	[STYLE_DANGER] = { 1, 130, NONE, 0 },
	[STYLE_MATCH] = { 0, 16, 3, 221, 0 },
	[STYLE_MARKED] = { 5, 90, NONE, LOOK_BOLD },
	[STYLE_OK] = { 2, 28, NONE, 0 },
	[STYLE_WARN] = { 0, 16, 3, 220, LOOK_BOLD },
	[STYLE_BROKEN] = { 1, 160, NONE, LOOK_BOLD },
	[STYLE_AFFECTED] = { 5, 130, NONE, 0 },
	[STYLE_UNKNOWN] = { 5, 90, NONE, LOOK_BOLD },
	[STYLE_STALE] = { 6, 30, NONE, LOOK_UNDERLINE },
	[STYLE_ABSENT] = { 8, 245, NONE, 0 },
} };

static const struct theme high_contrast = { "high-contrast", {
	[STYLE_PLAIN] = { 15, 231, NONE, 0 },
	[STYLE_DIM] = { 15, 231, NONE, 0 },
	[STYLE_STRONG] = { 15, 231, NONE, LOOK_BOLD },
	BAR_LOOKS,
	[STYLE_BAR_BAD] = { 15, 231, 1, 160, LOOK_BOLD | LOOK_UNDERLINE },
	[STYLE_HEAD] = { 14, 51, NONE, LOOK_BOLD | LOOK_UNDERLINE },
	[STYLE_FRAME] = { 15, 231, NONE, 0 },
	[STYLE_QUOTE] = { 15, 231, NONE, 0 },
	[STYLE_COMMAND] = { 14, 51, NONE, LOOK_BOLD },
	[STYLE_DANGER] = { 11, 226, NONE, LOOK_BOLD },
	[STYLE_MATCH] = { 0, 16, 11, 226, LOOK_BOLD },
	[STYLE_MARKED] = { 13, 201, NONE, LOOK_BOLD },
	[STYLE_OK] = { 10, 46, NONE, LOOK_BOLD },
	[STYLE_WARN] = { 0, 16, 11, 226, LOOK_BOLD },
	[STYLE_BROKEN] = { 15, 231, 1, 160, LOOK_BOLD },
	[STYLE_AFFECTED] = { 11, 226, NONE, LOOK_BOLD },
	[STYLE_UNKNOWN] = { 13, 201, NONE, LOOK_BOLD },
	[STYLE_STALE] = { 14, 51, NONE, LOOK_BOLD | LOOK_UNDERLINE },
	[STYLE_ABSENT] = { 15, 231, NONE, 0 },
} };

/* Blue, orange, yellow: told apart by all common kinds of colour blindness; brightness and
 * attributes differ too. */
static const struct theme colour_blind = { "colour-blind", {
	[STYLE_PLAIN] = { NONE, NONE, 0 },
	[STYLE_DIM] = { 8, 245, NONE, 0 },
	[STYLE_STRONG] = { NONE, NONE, LOOK_BOLD },
	BAR_LOOKS,
	[STYLE_BAR_BAD] = { 0, 16, 3, 208, LOOK_BOLD },
	[STYLE_HEAD] = { NONE, NONE, LOOK_BOLD },
	[STYLE_FRAME] = { NONE, 246, -1, 0 },
	[STYLE_QUOTE] = { NONE, 252, -1, 0 },
	[STYLE_COMMAND] = { 6, 117, NONE, 0 },
	[STYLE_DANGER] = { 11, 220, NONE, 0 },
	[STYLE_MATCH] = { NONE, NONE, LOOK_REVERSE },
	[STYLE_MARKED] = { NONE, NONE, LOOK_BOLD | LOOK_UNDERLINE },
	[STYLE_OK] = { 12, 75, NONE, 0 },
	[STYLE_WARN] = { 11, 220, NONE, LOOK_BOLD },
	[STYLE_BROKEN] = { 0, 16, 3, 208, LOOK_BOLD },
	[STYLE_AFFECTED] = { 3, 214, NONE, LOOK_UNDERLINE },
	[STYLE_UNKNOWN] = { 15, 255, NONE, LOOK_BOLD | LOOK_UNDERLINE },
	[STYLE_STALE] = { 7, 250, NONE, LOOK_UNDERLINE },
	[STYLE_ABSENT] = { 8, 243, NONE, 0 },
} };

static const struct theme mono = { "mono", {
	[STYLE_PLAIN] = { NONE, NONE, 0 },
	[STYLE_DIM] = { NONE, NONE, LOOK_DIM },
	[STYLE_STRONG] = { NONE, NONE, LOOK_BOLD },
	BAR_LOOKS,
	[STYLE_BAR_BAD] = { NONE, NONE, LOOK_BOLD | LOOK_UNDERLINE },
	[STYLE_HEAD] = { NONE, NONE, LOOK_BOLD },
	[STYLE_FRAME] = { NONE, NONE, 0 },
	[STYLE_QUOTE] = { NONE, NONE, 0 },
	[STYLE_COMMAND] = { NONE, NONE, LOOK_UNDERLINE },
	[STYLE_DANGER] = { NONE, NONE, LOOK_BOLD },
	[STYLE_MATCH] = { NONE, NONE, LOOK_REVERSE },
	[STYLE_MARKED] = { NONE, NONE, LOOK_BOLD | LOOK_UNDERLINE },
	[STYLE_OK] = { NONE, NONE, 0 },
	[STYLE_WARN] = { NONE, NONE, LOOK_BOLD },
	[STYLE_BROKEN] = { NONE, NONE, LOOK_REVERSE | LOOK_BOLD },
	[STYLE_AFFECTED] = { NONE, NONE, LOOK_UNDERLINE },
	[STYLE_UNKNOWN] = { NONE, NONE, LOOK_BOLD | LOOK_UNDERLINE },
	[STYLE_STALE] = { NONE, NONE, LOOK_DIM | LOOK_UNDERLINE },
	[STYLE_ABSENT] = { NONE, NONE, LOOK_DIM },
} };

const struct theme *const themes[] = { &dark, &light, &high_contrast, &colour_blind, &mono,
	NULL };

const struct theme *theme_find(const char *name)
{
	const struct theme *const *t;

	for (t = themes; *t; t++)
		if (!strcmp((*t)->name, name))
			return *t;
	return NULL;
}

const char *theme_name(const struct theme *theme)
{
	return theme->name;
}

/* With eight colours the bright half is said by boldness. */
static int to_eight(int color, unsigned *attr)
{
	if (color < 8)
		return color;
	if (color == 8) {
		*attr |= LOOK_DIM;
		return -1;
	}
	*attr |= LOOK_BOLD;
	return color - 8;
}

struct look theme_look(const struct theme *theme, enum style style, int colors)
{
	const struct theme *of = colors < 8 ? &mono : theme;
	struct look look = { of->looks[style].few, of->looks[style].bg_few,
		of->looks[style].attr };

	if (colors >= 256) {
		look.fg = of->looks[style].many;
		look.bg = of->looks[style].bg_many;
	} else if (colors < 16 && colors >= 8) {
		look.fg = to_eight(look.fg, &look.attr);
		if (look.bg >= 8)
			look.bg -= 8;
	}
	return look;
}

const struct glyphs glyphs_utf8 = {
	.health = { [HEALTH_UNKNOWN] = "◇", [HEALTH_OK] = "✓", [HEALTH_WARN] = "▲",
		[HEALTH_BROKEN] = "✗", [HEALTH_AFFECTED] = "▹", [HEALTH_STALE] = "◌",
		[HEALTH_ABSENT] = "·" },
	.horizontal = "─", .vertical = "│", .corners = { "┌", "┐", "└", "┘" },
	.bad_horizontal = "━", .bad_vertical = "┃", .bad_corners = { "┏", "┓", "┗", "┛" },
	.arrow = "═", .arrow_head = "▶",
	.cut = "━", .cut_head = "▷", .cut_mark = "✗",
	.faint = "╌", .faint_head = "▷",
	.cursor = "▶", .plus = "+", .minus = "−", .bullet = "•",
	.branch = "├", .last_branch = "└", .folded = "+",
	.more = "…",
	.spinner = { "◐", "◓", "◑", "◒" },
	.bars = { "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" },
};

const struct glyphs glyphs_ascii = {
	.health = { "", "", "", "", "", "", "" },
	.horizontal = "-", .vertical = "|", .corners = { "+", "+", "+", "+" },
	.bad_horizontal = "#", .bad_vertical = "#", .bad_corners = { "#", "#", "#", "#" },
	.arrow = "=", .arrow_head = ">",
	.cut = "=", .cut_head = ">", .cut_mark = "X",
	.faint = "-", .faint_head = ">",
	.cursor = ">", .plus = "+", .minus = "-", .bullet = "*",
	.branch = "|", .last_branch = "`", .folded = "+",
	.more = "..",
	.spinner = { "|", "/", "-", "\\" },
	.bars = { "_", "_", ".", ".", ":", ":", "#", "#" },
};
