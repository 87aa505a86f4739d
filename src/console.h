/*
 * console: the screen to live in. Wires the loop, a source, the engine, the model and the
 * screens together and keeps the pace of frames.
 */
#ifndef CONSOLE_H
#define CONSOLE_H

#include "cli.h"
#include "config.h"
#include "target.h"

struct canvas;
struct key;
struct loop;
struct model;
struct rect;
struct source;

/*
 * Somebody who brings the source and shares the screen: a player, a coach. The screens are
 * drawn above its rows; a key it takes does not reach them. Any but open may be NULL.
 */
struct console_guest {
	/* The source, or NULL with *ret_error to free. The guest may call, from inside the
	 * loop: `ended` at its end, `changed` when its own rows are to be drawn anew. */
	struct source *(*open)(void *owner, struct loop *loop, void (*ended)(void *console),
		void (*changed)(void *console), void *console, char **ret_error);
	void (*look)(void *owner, const struct model *model); /* after each judging */
	bool (*key)(void *owner, const struct key *key);
	int (*rows)(void *owner, int w, int h);
	void (*draw)(void *owner, struct canvas *canvas, struct rect in);
	bool (*again)(void *owner); /* after the end: from the beginning? */
	void *owner;
};

/*
 * guest: NULL, or who brings the source; then the targets are empty.
 * Runs until the operator quits: exit status 0. -1, with nothing drawn and *ret_why set
 * (static text), when there is no terminal that can do it: then the text report will do.
 */
int console_run(const struct cli *cli, const struct config *config,
	const struct targets *targets, const struct console_guest *guest, const char **ret_why);

#endif
