/* Help of the screen it was opened from: made from the tables, so it says what is so. */
#include <stdlib.h>

#include "base/text.h"
#include "ui/command.h"
#include "ui/doc.h"
#include "ui/show.h"
#include "ui/ui.h"

struct help_state {
	int top;
};

static void *help_open(void)
{
	return xcalloc(1, sizeof(struct help_state));
}

static void add_keys(struct doc *doc, const struct frame *frame, unsigned mode)
{
	struct buf keys;
	int wish;

	buf_init(&keys, 256);
	for (wish = 1; wish < WISHES; wish++) {
		if (!(wish_views((enum wish)wish) & mode))
			continue;
		buf_clear(&keys);
		keymap_keys(frame->keymap, (enum wish)wish, &keys);
		doc_start(doc, 1, wish_danger((enum wish)wish) ? STYLE_DANGER : STYLE_STRONG,
			arena_strdup(doc->mem, keys.data));
		doc_add_text(doc, 18, STYLE_PLAIN, wish_help((enum wish)wish));
	}
	buf_release(&keys);
}

static void add_commands(struct doc *doc)
{
	const char *name, *follows, *help;
	int i;

	doc_head(doc, "COMMANDS, typed behind :");
	for (i = 0; command_row(i, &name, &follows, &help); i++) {
		doc_start(doc, 1, STYLE_STRONG, doc_printf(doc, "%s %s", name, follows));
		doc_add_text(doc, 26, STYLE_PLAIN, help);
	}
}

static void add_legend(struct doc *doc, const struct canvas *canvas)
{
	static const char *const words[] = {
		[HEALTH_OK] = "well", [HEALTH_WARN] = "part of it fails",
		[HEALTH_BROKEN] = "broken: the cause is here",
		[HEALTH_AFFECTED] = "suffers from the broken link, is not to blame",
		[HEALTH_UNKNOWN] = "not known (never taken for well)",
		[HEALTH_STALE] = "was well, but that is too old to count",
		[HEALTH_ABSENT] = "not there, and need not be",
	};
	static const enum health order[] = { HEALTH_OK, HEALTH_WARN, HEALTH_BROKEN,
		HEALTH_AFFECTED, HEALTH_UNKNOWN, HEALTH_STALE, HEALTH_ABSENT };
	size_t i;

	doc_head(doc, "SIGNS");
	for (i = 0; i < sizeof(order) / sizeof(*order); i++) {
		doc_start(doc, 1, style_of(order[i]), doc_printf(doc, "%s%s",
			canvas->glyphs->health[order[i]], health_letter(order[i])));
		doc_add(doc, 18, STYLE_PLAIN, words[order[i]]);
	}
}

static void write(struct doc *doc, const struct frame *frame, const struct canvas *canvas,
	int width)
{
	doc_init(doc, frame->mem, width);
	doc_start(doc, 0, STYLE_HEAD, doc_printf(doc, "KEYS in %s", frame->under));
	add_keys(doc, frame, frame->under_mode);
	add_commands(doc);
	add_legend(doc, canvas);
	doc_head(doc, "KEYS while a line is typed");
	add_keys(doc, frame, IN_LINE);
}

static void help_draw(const struct model *model, const struct frame *frame,
	struct canvas *canvas)
{
	const struct help_state *state = frame->state;
	struct rect in = rect_sub(frame->at.body, 1, 0, frame->at.body.w - 2, frame->at.body.h);
	struct doc doc;

	(void)model;
	canvas_fill(canvas, frame->at.title, STYLE_BAR, " ");
	canvas_putf(canvas, frame->at.title, 0, 0, STYLE_BAR, "HELP  %s", frame->under);
	canvas_right(canvas, frame->at.title, frame->at.title.w - 1, 0, STYLE_BAR, "wp502");
	write(&doc, frame, canvas, in.w);
	doc_draw(&doc, canvas, in, state->top);
}

static bool help_wish(struct ui *ui, const struct model *model, const struct frame *frame,
	void *view_state, enum wish wish, const struct key *key)
{
	struct help_state *state = view_state;
	struct canvas glyphs = { .glyphs = &glyphs_ascii };
	struct doc doc;

	(void)ui;
	(void)model;
	(void)key;
	write(&doc, frame, &glyphs, frame->at.body.w - 2);
	return doc_scroll(&state->top, wish, &doc, frame->at.body.h);
}

const struct view help_view = { "help", IN_HELP, help_open, free, help_draw, help_wish };
