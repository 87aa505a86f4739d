/*
 * term: the terminal as a screen. The only user of curses, which draws into a pipe; a
 * pump carries the bytes to the terminal and never blocks, however slow it is. So a frame
 * costs 2 ms even where the terminal takes a second for it.
 *
 * Call order: term_new (switches to the other screen), term_show whenever term_idle says
 * that the last frame is out, term_free (all as it was). Calls back from inside the loop:
 *   key     one key; pasted text comes flagged
 *   resize  the size changed, or all must be drawn again (after a stop, after a shell)
 *   idle    the last frame is out: another may be shown
 *   gone    the terminal went away: end, and show nothing any more
 */
#ifndef UI_TERM_H
#define UI_TERM_H

#include "loop/loop.h"
#include "ui/canvas.h"
#include "ui/keys.h"

struct term;

struct term_calls {
	void (*key)(void *owner, const struct key *key);
	void (*resize)(void *owner);
	void (*idle)(void *owner);
	void (*gone)(void *owner);
};

/* NULL with *ret_why (static text): no terminal, or none that can do it. */
struct term *term_new(struct loop *loop, const struct term_calls *calls, void *owner,
	const char **ret_why);
void term_free(struct term *term); /* NULL is fine */

void term_size(const struct term *term, int *ret_w, int *ret_h);
bool term_utf8(const struct term *term); /* the locale says so */

bool term_idle(const struct term *term);
void term_show(struct term *term, const struct canvas *canvas, const struct theme *theme,
	bool color);
void term_redraw(struct term *term); /* the next term_show draws every cell */
void term_mouse(struct term *term, bool on);

/* Puts a clean text on the terminal's clipboard (OSC 52). */
void term_copy(struct term *term, const char *text);

/* Hands the terminal to somebody else, and takes it back (then `resize` is called). */
void term_leave(struct term *term);
void term_return(struct term *term);
void term_suspend(struct term *term); /* stops the program until the shell continues it */

#endif
