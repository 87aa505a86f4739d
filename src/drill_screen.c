/*
 * The panel shows one thing at a time: what came of the last key, a text to read, or a
 * question with its answers. '.' goes on, a letter chooses, '!' acts at once.
 */
#include "drill_screen.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "console.h"
#include "drill/source.h"
#include "drill_files.h"
#include "loop/loop.h"
#include "ui/doc.h"
#include "ui/keys.h"
#include "ui/ui.h"

#define SCREENS_ROWS 18 /* what the screens need */
#define PANEL_ROWS 11   /* what the panel likes to have */

struct drill_screen {
	const struct drill *drill;
	const char *folder;
	enum coach_mode mode;
	unsigned seed;
	struct drill_opener opener;
	struct drill_source_calls calls;
	struct source *source; /* the console's */
	struct loop *loop;
	struct coach coach;
	bool begun, again;
	bool large;            /* the panel has the whole screen */
	bool hidden;
	size_t page;           /* of the texts */
};

static int64_t now(const struct drill_screen *d)
{
	return loop_now(d->loop);
}

static struct source *open_drill(void *owner, struct loop *loop, void (*ended)(void *),
	void (*changed)(void *), void *console, char **ret_error)
{
	struct drill_screen *d = owner;

	(void)changed;
	if (d->begun)
		coach_release(&d->coach);
	d->loop = loop;
	d->opener = (struct drill_opener){ loop, d->folder, d->drill, ended, console, NULL };
	d->calls = (struct drill_source_calls){ drill_open_stretch, &d->opener };
	d->source = drill_source_new(d->drill, &d->calls);
	if (!d->source)
		*ret_error = d->opener.error;
	coach_begin(&d->coach, d->drill, d->mode, d->seed, loop_now(loop));
	d->begun = true;
	d->again = d->large = d->hidden = false;
	d->page = 0;
	return d->source;
}

/* ---- keys ---- */

static void go_on(struct drill_screen *d)
{
	if (d->coach.reply.len) {
		buf_clear(&d->coach.reply);
		return;
	}
	if (d->coach.state != COACH_SAYS && d->coach.state != COACH_CURED)
		return;
	if (coach_text(&d->coach, d->page + 1)) {
		d->page++;
	} else if (d->coach.state == COACH_SAYS) {
		d->page = 0;
		coach_next(&d->coach);
	}
}

static bool choose(struct drill_screen *d, uint32_t code)
{
	const char *before = d->coach.stretch;

	if (d->coach.reply.len || code < 'a' || code >= 'a' + DRILL_ANSWERS ||
	    !coach_choose(&d->coach, code - 'a', now(d)))
		return false;
	d->page = 0;
	if (d->coach.stretch != before)
		drill_source_go(d->source, d->coach.stretch);
	return true;
}

static bool key(void *owner, const struct key *key)
{
	struct drill_screen *d = owner;

	switch (key->code) {
	case '.':
		go_on(d);
		return true;
	case '!':
		coach_act(&d->coach);
		d->page = 0;
		return true;
	case 'P':
		d->large = !d->large;
		return true;
	case 'H':
		d->hidden = !d->hidden;
		return true;
	case 'B':
		d->again = true;
		loop_stop(d->loop);
		return true;
	default:
		return choose(d, key->code);
	}
}

static bool again(void *owner)
{
	struct drill_screen *d = owner;

	return d->again;
}

/* ---- the panel ---- */

static int rows(void *owner, int w, int h)
{
	struct drill_screen *d = owner;
	int left = h - SCREENS_ROWS;

	if (d->large)
		return h;
	if (d->hidden)
		return left > 0 ? 1 : 0;
	if (left < 5 || w < 60) /* no room beside: the screens are behind 'P' */
		return h;
	return left < PANEL_ROWS ? left : PANEL_ROWS;
}

static void add_choices(struct doc *doc, const struct coach *coach)
{
	const char *text;
	size_t i;

	for (i = 0; (text = coach_choice(coach, i)) != NULL; i++) {
		doc_start(doc, 1, STYLE_KEY, doc_printf(doc, "%c", (int)('a' + i)));
		doc_add_text(doc, 4, coach->state == COACH_ACTS ? STYLE_COMMAND : STYLE_PLAIN, text);
	}
}

static void fill(struct doc *doc, const struct drill_screen *d)
{
	const struct coach *coach = &d->coach;
	const char *text = coach_text(coach, d->page), *line = coach_points_at(coach);

	if (coach->reply.len) {
		doc_text(doc, 1, STYLE_STRONG, arena_strdup(doc->mem, coach->reply.data));
		return;
	}
	if (text)
		doc_text(doc, 1, STYLE_STRONG, text);
	if (line && coach->mode == COACH_GUIDED) {
		doc_start(doc, 1, STYLE_HEAD, "look for");
		doc_add_quote(doc, 10, STYLE_QUOTE, line);
	}
	add_choices(doc, coach);
	if (coach->state == COACH_CURED)
		doc_text(doc, 1, STYLE_OK, doc_printf(doc, "Cured. Score %d of 100. B begins "
			"again, q leaves.", coach_score(coach)));
}

static const char *what_now(const struct drill_screen *d)
{
	if (d->hidden)
		return "H shows the coach";
	if (d->coach.reply.len || d->coach.state == COACH_SAYS ||
	    (d->coach.state == COACH_CURED && coach_text(&d->coach, d->page + 1)))
		return ". goes on  ! act now  P large  H hide  B again";
	return d->coach.state == COACH_CURED ? "P large  H hide  B again  q leave"
					     : "a.. choose  ! act now  P large  H hide  B again";
}

static void draw(void *owner, struct canvas *canvas, struct rect in)
{
	struct drill_screen *d = owner;
	struct arena *mem = arena_new();
	struct doc doc;
	int col;

	canvas_fill(canvas, rect_sub(in, 0, 0, in.w, 1), STYLE_BAR, " ");
	col = canvas_putf(canvas, in, 0, 0, STYLE_BAR, " %s  %s  ",
		d->mode == COACH_GUIDED ? "COACH" : "DRILL",
		d->mode == COACH_GUIDED ? d->drill->title : "what is it?");
	canvas_put(canvas, in, col, 0, STYLE_BAR, what_now(d));
	if (in.h > 1) {
		doc_init(&doc, mem, in.w - 1);
		fill(&doc, d);
		doc_draw(&doc, canvas, rect_sub(in, 0, 1, in.w, in.h - 1), 0);
	}
	arena_free(mem);
}

int drill_screen_run(const struct cli *cli, const char *folder, const struct drill *drill,
	enum coach_mode mode, unsigned seed, char **ret_json, const char **ret_why)
{
	struct drill_screen d = { .drill = drill, .folder = folder, .mode = mode, .seed = seed };
	const struct targets none = { 0 };
	const struct console_guest guest = { .open = open_drill, .key = key, .rows = rows,
		.draw = draw, .again = again, .owner = &d };
	int status = console_run(cli, NULL, &none, &guest, ret_why);
	struct buf json;

	*ret_json = NULL;
	if (!d.begun)
		return status;
	if (d.coach.state == COACH_CURED) {
		buf_init(&json, 64u << 10);
		coach_json(&d.coach, &json);
		*ret_json = buf_take(&json);
	}
	coach_release(&d.coach);
	return status;
}
