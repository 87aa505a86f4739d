/*
 * Wishes that mean the same everywhere are met here; the rest goes to the view on top.
 * While a line is typed, keys go to it. A frozen picture keeps its cells: the model goes
 * on underneath, and any wish that would change the screen thaws it.
 */
#include "ui/ui.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "ui/command.h"
#include "ui/line.h"
#include "ui/show.h"

#define STACK_MAX 12

struct open_view {
	const struct view *view;
	void *state;
};

struct ui {
	struct ui_config config;
	struct ui_outside outside;
	struct open_view stack[STACK_MAX];
	int depth;
	struct frame frame;    /* the last one drawn */
	struct focus focus;
	char note[256];
	bool note_is_error;
	bool frozen;
	struct line commands, *line; /* line: the one being typed, or NULL */
	struct line texts;
	const char *prompt;
	ui_typed *typed;
	bool typed_live;
};

struct ui *ui_new(const struct ui_config *config, const struct ui_outside *outside)
{
	struct ui *ui = xcalloc(1, sizeof(*ui));

	ui->config = *config;
	if (outside)
		ui->outside = *outside;
	ui->frame.mem = arena_new();
	ui->frame.keymap = &ui->config.keymap;
	ui->focus.link = LINK_NONE;
	line_init(&ui->commands);
	line_init(&ui->texts);
	return ui;
}

static void pop(struct ui *ui)
{
	struct open_view *top = &ui->stack[--ui->depth];

	if (top->view->close)
		top->view->close(top->state);
}

void ui_free(struct ui *ui)
{
	if (!ui)
		return;
	while (ui->depth)
		pop(ui);
	arena_free(ui->frame.mem);
	line_release(&ui->commands);
	line_release(&ui->texts);
	free(ui);
}

static struct open_view *top_of(struct ui *ui)
{
	return &ui->stack[ui->depth - 1];
}

void ui_push(struct ui *ui, const struct view *view)
{
	int i;

	for (i = 0; i < ui->depth; i++)
		if (ui->stack[i].view == view) { /* open already: back to it */
			while (ui->depth > i + 1)
				pop(ui);
			return;
		}
	if (ui->depth == STACK_MAX)
		return;
	ui->stack[ui->depth].view = view;
	ui->stack[ui->depth].state = view->open ? view->open() : NULL;
	ui->depth++;
}

void ui_open_first(struct ui *ui, const struct model *model)
{
	const struct view *first = model->host_count == 1 ? &chain_view : &fleet_view;

	if (ui->depth > 1 || ui->focus.host || (ui->depth && top_of(ui)->view == first))
		return;
	if (ui->depth)
		pop(ui);
	if (model->host_count == 1)
		ui->focus.host = model->hosts[0]->target;
	ui_push(ui, first);
}

void ui_focus(struct ui *ui, const char *host, const char *site)
{
	ui->focus.host = host;
	ui->focus.site = site;
	ui->focus.link = LINK_NONE;
}

void ui_focus_link(struct ui *ui, enum link link)
{
	ui->focus.link = link;
}

void *ui_state(struct ui *ui, const struct view *view)
{
	int i;

	for (i = 0; i < ui->depth; i++)
		if (ui->stack[i].view == view)
			return ui->stack[i].state;
	return NULL;
}

struct ui_config *ui_settings(struct ui *ui)
{
	return &ui->config;
}

const struct ui_outside *ui_outside(const struct ui *ui)
{
	return &ui->outside;
}

bool ui_typing(const struct ui *ui)
{
	return ui->line != NULL;
}

const struct theme *ui_theme(const struct ui *ui)
{
	return ui->config.theme;
}

bool ui_color(const struct ui *ui)
{
	return strcmp(theme_name(ui->config.theme), "mono") != 0;
}

static void say(struct ui *ui, bool error, const char *format, va_list args)
{
	vsnprintf(ui->note, sizeof(ui->note), format, args);
	ui->note_is_error = error;
}

void ui_say(struct ui *ui, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(ui, false, format, args);
	va_end(args);
}

void ui_complain(struct ui *ui, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(ui, true, format, args);
	va_end(args);
}

/* ---- drawing ---- */

static void draw_note(struct ui *ui, struct canvas *canvas, struct rect at)
{
	int col;

	if (ui->line) {
		col = canvas_put(canvas, at, 1, 0, STYLE_STRONG, ui->prompt);
		col = canvas_put(canvas, at, col, 0, STYLE_PLAIN, ui->line->text.data);
		canvas_put(canvas, at, col, 0, STYLE_BAR, " ");
		if (*ui->note)
			canvas_put(canvas, at, col + 2, 0, STYLE_DIM, ui->note);
	} else if (ui->frozen) {
		canvas_put(canvas, at, 1, 0, STYLE_WARN, "FROZEN, the console goes on watching");
	} else if (*ui->note) {
		canvas_put(canvas, at, 1, 0, ui->note_is_error ? STYLE_WARN : STYLE_STRONG, ui->note);
	}
}

static const char *first_key(const struct ui *ui, enum wish wish, char *name)
{
	return key_text(&ui->config.keymap.keys[wish][0], name);
}

static int key_width(const struct ui *ui, enum wish wish, const char *word)
{
	char name[KEY_NAME_SIZE];

	return text_width(first_key(ui, wish, name)) + 1 + text_width(word) + 2;
}

static int draw_key(struct ui *ui, struct canvas *canvas, struct rect at, int col, enum wish wish,
	const char *word)
{
	char name[KEY_NAME_SIZE];

	col = canvas_put(canvas, at, col, 0, STYLE_KEY, first_key(ui, wish, name));
	return canvas_put(canvas, at, col + 1, 0, STYLE_KEYS, word) + 2;
}

/* As many as fit; help and the way out always, at the end. */
static void draw_keys(struct ui *ui, struct canvas *canvas, struct rect at)
{
	unsigned mode = ui->line ? (unsigned)IN_LINE : top_of(ui)->view->mode;
	const char *leave = ui->depth > 1 ? "back" : "quit";
	int wish, col = 1, end = at.w - 1;

	canvas_fill(canvas, at, STYLE_KEYS, " ");
	if (!ui->line) {
		end -= key_width(ui, WISH_LEAVE, leave) - 2;
		draw_key(ui, canvas, at, end, WISH_LEAVE, leave);
	}
	if (wish_views(WISH_HELP) & mode) {
		end -= key_width(ui, WISH_HELP, "help");
		draw_key(ui, canvas, at, end, WISH_HELP, "help");
	}
	for (wish = 1; wish < WISHES; wish++) {
		if (!(wish_views((enum wish)wish) & mode) || !*wish_word((enum wish)wish) ||
		    wish == WISH_HELP || wish == WISH_LEAVE)
			continue;
		if (col + key_width(ui, (enum wish)wish, wish_word((enum wish)wish)) > end)
			break;
		col = draw_key(ui, canvas, at, col, (enum wish)wish, wish_word((enum wish)wish));
	}
}

static void draw_too_small(struct canvas *canvas)
{
	canvas_putf(canvas, canvas_all(canvas), 0, 0, STYLE_STRONG, "too small: %dx%d, needs %dx%d",
		canvas->w, canvas->h, LAYOUT_MIN_W, LAYOUT_MIN_H);
}

/* Until the operator goes to a link, the verdict's is the one in question. */
static enum link verdict_link(const struct model *model, const struct focus *focus)
{
	const struct model_host *host = focus_host(model, focus);
	const struct verdict *v = host ? site_verdict(host, focus_site(host, focus)) : NULL;

	return v && v->link != LINK_NONE ? v->link : LINK_VISITOR;
}

static void begin_frame(struct ui *ui, const struct model *model, int64_t wall, int w, int h)
{
	struct frame *frame = &ui->frame;
	const struct view *under = ui->depth > 1 ? ui->stack[ui->depth - 2].view : NULL;

	arena_free(frame->mem);
	frame->mem = arena_new();
	frame->wall = wall;
	frame->utc = ui->config.utc;
	frame->live = ui->config.live;
	frame->recording = ui->config.recording;
	frame->focus = ui->focus;
	if (frame->focus.link == LINK_NONE)
		frame->focus.link = verdict_link(model, &ui->focus);
	frame->face = ui->config.face;
	frame->state = top_of(ui)->state;
	frame->under = under ? under->name : "";
	frame->under_mode = under ? under->mode : 0;
	frame->at = layout_screen(w, h);
}

void ui_draw(struct ui *ui, const struct model *model, int64_t wall, int w, int h,
	struct canvas *canvas)
{
	bool same = canvas->cells && canvas->w == w && canvas->h == h &&
		    canvas->ascii == ui->config.ascii;

	if (!same) {
		canvas_release(canvas);
		canvas_init(canvas, w, h, ui->config.ascii);
		ui->frozen = false;
	}
	if (!ui->frozen) {
		canvas_clear(canvas);
		begin_frame(ui, model, wall, w, h);
	}
	if (!layout_fits(w, h)) {
		draw_too_small(canvas);
		return;
	}
	if (!ui->frozen)
		top_of(ui)->view->draw(model, &ui->frame, canvas);
	canvas_fill(canvas, ui->frame.at.note, STYLE_PLAIN, " ");
	draw_note(ui, canvas, ui->frame.at.note);
	draw_keys(ui, canvas, ui->frame.at.keys);
}

int64_t ui_next_frame(const struct ui *ui, const struct model *model)
{
	size_t i;

	if (ui->frozen)
		return -1;
	for (i = 0; i < model->host_count; i++)
		if (!model->hosts[i]->verdict)
			return 250; /* something turns while we wait */
	return 1000;
}

/* ---- wishes ---- */

static void leave(struct ui *ui, bool may_quit)
{
	if (ui->depth > 1)
		pop(ui);
	else if (may_quit && ui->outside.quit)
		ui->outside.quit(ui->outside.owner);
}

static void copy_verdict(struct ui *ui, const struct model *model)
{
	const struct model_host *host = focus_host(model, &ui->focus);
	const struct verdict *v = host ? site_verdict(host, focus_site(host, &ui->focus)) : NULL;
	struct buf text;

	if (!v || !ui->outside.copy) {
		ui_complain(ui, "there is nothing to copy here yet");
		return;
	}
	buf_init(&text, 16384);
	buf_addf(&text, "%s %s: %s (%s)\n", host->target, v->site ? v->site : "", v->title, v->cause);
	if (v->fix)
		buf_addf(&text, "%s\n", v->fix);
	ui->outside.copy(ui->outside.owner, text.data);
	ui_say(ui, "verdict and fix copied, if the terminal allows it");
	buf_release(&text);
}

static void ask_now(struct ui *ui)
{
	if (ui->outside.refresh) {
		ui->outside.refresh(ui->outside.owner,
			top_of(ui)->view == &fleet_view ? NULL : ui->focus.host);
		ui_say(ui, "asking again");
	}
}

static void open_shell(struct ui *ui)
{
	if (!ui->config.live)
		ui_complain(ui, "this is a recording: there is no server behind it");
	else if (ui->focus.host && ui->outside.shell)
		ui->outside.shell(ui->outside.owner, ui->focus.host);
}

void ui_next_site(struct ui *ui, const struct model *model, int step)
{
	const struct model_host *host = focus_host(model, &ui->focus);
	const struct model_site *site = focus_site(host, &ui->focus);
	size_t n;

	if (!site || host->site_count < 2) {
		ui_say(ui, "this host has no other site");
		return;
	}
	n = (size_t)(site - host->sites) + host->site_count + (size_t)step;
	ui_focus(ui, host->target, host->sites[n % host->site_count].url);
}

static void run_command(struct ui *ui, const struct model *model, const char *text)
{
	command_run(ui, model, text);
}

void ui_ask(struct ui *ui, const char *prompt, const char *text, ui_typed *done, bool live)
{
	ui->line = done == run_command ? &ui->commands : &ui->texts;
	line_set(ui->line, text);
	ui->prompt = prompt;
	ui->typed = done;
	ui->typed_live = live;
}

static void toggle_mouse(struct ui *ui)
{
	ui->config.mouse = !ui->config.mouse;
	if (ui->outside.mouse)
		ui->outside.mouse(ui->outside.owner, ui->config.mouse);
	ui_say(ui, ui->config.mouse ? "mouse on: click and wheel work here" :
				      "mouse off: the terminal selects text again");
}

static void call(void (*what)(void *owner), void *owner)
{
	if (what)
		what(owner);
}

/* Wishes that mean the same on every screen; false: this is none of them. */
static bool common_wish(struct ui *ui, const struct model *model, enum wish wish)
{
	switch (wish) {
	case WISH_HELP: ui_push(ui, &help_view); break;
	case WISH_COMMAND: ui_ask(ui, ":", "", run_command, false); break;
	case WISH_CAUSE: ui_push(ui, &cause_view); break;
	case WISH_LOGS: ui_push(ui, &logs_view); break;
	case WISH_LEAVE: leave(ui, true); break;
	case WISH_BACK: leave(ui, false); break;
	case WISH_QUIT: call(ui->outside.quit, ui->outside.owner); break;
	case WISH_SUSPEND: call(ui->outside.suspend, ui->outside.owner); break;
	case WISH_REDRAW: call(ui->outside.redraw, ui->outside.owner); break;
	case WISH_REFRESH: ask_now(ui); break;
	case WISH_FREEZE: ui->frozen = true; break;
	case WISH_SHELL: open_shell(ui); break;
	case WISH_COPY: copy_verdict(ui, model); break;
	case WISH_MOUSE: toggle_mouse(ui); break;
	case WISH_NEXT_SITE: ui_next_site(ui, model, 1); break;
	case WISH_PREV_SITE: ui_next_site(ui, model, -1); break;
	default: return false;
	}
	return true;
}

static void wish_for(struct ui *ui, const struct model *model, enum wish wish,
	const struct key *key)
{
	struct open_view *top = top_of(ui);
	bool was_frozen = ui->frozen;

	ui->frozen = false;
	if (wish == WISH_FREEZE && was_frozen)
		return;
	/* the view first: a list without a row has nobody to open the cause of */
	if (top->view->wish && top->view->wish(ui, model, &ui->frame, top->state, wish, key))
		return;
	common_wish(ui, model, wish);
}

void ui_wish(struct ui *ui, const struct model *model, enum wish wish)
{
	wish_for(ui, model, wish, NULL);
}

/* ---- keys ---- */

static void close_line(struct ui *ui)
{
	ui->line = NULL;
	*ui->note = '\0';
}

static void complete_line(struct ui *ui, const struct model *model)
{
	struct buf choices;

	if (ui->line != &ui->commands)
		return;
	buf_init(&choices, 200);
	command_complete(model, &ui->line->text, &choices);
	ui_say(ui, "%s", choices.data ? choices.data : "");
	buf_release(&choices);
}

static void accept_line(struct ui *ui, const struct model *model)
{
	char text[LINE_MAX_BYTES + 1];

	snprintf(text, sizeof(text), "%s", ui->line->text.data);
	line_keep(ui->line);
	close_line(ui);
	ui->typed(ui, model, text);
}

static void line_wish(struct ui *ui, const struct model *model, enum wish wish)
{
	switch (wish) {
	case WISH_ACCEPT: accept_line(ui, model); return;
	case WISH_CANCEL:
		if (ui->typed_live)
			ui->typed(ui, model, "");
		close_line(ui);
		return;
	case WISH_COMPLETE: complete_line(ui, model); return;
	case WISH_OLDER: line_recall(ui->line, -1); break;
	case WISH_NEWER: line_recall(ui->line, 1); break;
	case WISH_RUB_OUT:
		if (!ui->line->text.len && !ui->typed_live) {
			close_line(ui);
			return;
		}
		line_rub(ui->line);
		break;
	case WISH_RUB_LINE: line_set(ui->line, ""); break;
	case WISH_RUB_WORD: line_rub_word(ui->line); break;
	case WISH_SUSPEND: call(ui->outside.suspend, ui->outside.owner); return;
	default: return;
	}
	if (ui->typed_live)
		ui->typed(ui, model, ui->line->text.data);
}

static void line_key(struct ui *ui, const struct model *model, const struct key *key)
{
	enum wish wish = keymap_find(&ui->config.keymap, IN_LINE, key);

	*ui->note = '\0';
	/* a pasted Enter does nothing: what was pasted is read before it is done */
	if (wish != WISH_NONE && !key->pasted)
		line_wish(ui, model, wish);
	else if (line_type(ui->line, key) && ui->typed_live)
		ui->typed(ui, model, ui->line->text.data);
}

void ui_key(struct ui *ui, const struct model *model, const struct key *key)
{
	enum wish wish;
	int i;

	if (ui->line) {
		line_key(ui, model, key);
		return;
	}
	if (key->pasted)
		return; /* nobody meant these as keys */
	if (key->code == KEY_WHEEL_UP || key->code == KEY_WHEEL_DOWN) {
		for (i = 0; i < 3; i++)
			ui_wish(ui, model, key->code == KEY_WHEEL_UP ? WISH_UP : WISH_DOWN);
		return;
	}
	*ui->note = '\0';
	wish = keymap_find(&ui->config.keymap, top_of(ui)->view->mode, key);
	if (wish != WISH_NONE || key->code == KEY_CLICK)
		wish_for(ui, model, wish, key);
}
