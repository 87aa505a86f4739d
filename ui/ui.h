/*
 * ui: the stack of screens, and what a key does to it. Facts come down as a const model,
 * wishes that concern the world go out through struct ui_outside; nothing comes back but
 * a changed model. No curses, no clock, no loop.
 *
 * Call order: ui_new; ui_open_first once the targets are known; then ui_key and ui_draw in
 * any order; ui_free.
 */
#ifndef UI_UI_H
#define UI_UI_H

#include "ui/view.h"

/* What the console does for the screens. Any may be NULL. */
struct ui_outside {
	void (*quit)(void *owner);
	void (*suspend)(void *owner);
	void (*redraw)(void *owner);
	void (*refresh)(void *owner, const char *host); /* NULL: all hosts */
	void (*shell)(void *owner, const char *host);
	void (*copy)(void *owner, const char *text);
	void (*mouse)(void *owner, bool on);
	void *owner;
};

struct ui_config {
	struct keymap keymap;
	const struct theme *theme;
	bool ascii, utc, live, mouse;
	bool recording; /* said in the title */
	void (*face)(enum link link, const struct site_view *view, struct face *face);
};

struct ui;

struct ui *ui_new(const struct ui_config *config, const struct ui_outside *outside);
void ui_free(struct ui *ui);

/* One host opens its chain, several the fleet. Again, when more is known of the hosts:
 * replaces the first screen unless something was opened or chosen meanwhile. */
void ui_open_first(struct ui *ui, const struct model *model);

/* Resizes the canvas to w x h and draws all of it. */
void ui_draw(struct ui *ui, const struct model *model, int64_t wall, int w, int h,
	struct canvas *canvas);
void ui_key(struct ui *ui, const struct model *model, const struct key *key);

/* A line is being typed: every key belongs to it. */
bool ui_typing(const struct ui *ui);

const struct theme *ui_theme(const struct ui *ui);
bool ui_color(const struct ui *ui);
/* Something on the screen moves by itself (an age, a spinner): draw again in so many ms. */
int64_t ui_next_frame(const struct ui *ui, const struct model *model);

/* ---- for views and commands ---- */

void ui_push(struct ui *ui, const struct view *view);
void ui_focus(struct ui *ui, const char *host, const char *site);
void ui_focus_link(struct ui *ui, enum link link);
void ui_say(struct ui *ui, const char *format, ...) __attribute__((format(printf, 2, 3)));
void ui_complain(struct ui *ui, const char *format, ...) __attribute__((format(printf, 2, 3)));
const struct ui_outside *ui_outside(const struct ui *ui);
/* Opens a line to type in; `done` gets the text, live while typing if `live` is set. */
typedef void ui_typed(struct ui *ui, const struct model *model, const char *text);
void ui_ask(struct ui *ui, const char *prompt, const char *text, ui_typed *done, bool live);
void *ui_state(struct ui *ui, const struct view *view); /* of that view, if it is open */
struct ui_config *ui_settings(struct ui *ui);
void ui_wish(struct ui *ui, const struct model *model, enum wish wish);
/* Next (1) or previous (-1) site of the host in focus. */
void ui_next_site(struct ui *ui, const struct model *model, int step);

#endif
