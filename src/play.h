/*
 * play: a source that is not live, through an engine to its end, without a screen. For
 * replay and drill as text and for the post-mortem.
 *
 * Call order: play_new; play_open once with the source; play_on each time it has something
 * to play; play_free (closes the source). play_ended goes to the recordings as on_end.
 */
#ifndef PLAY_H
#define PLAY_H

#include "cli.h"
#include "model/model.h"
#include "model/source.h"

struct loop;

struct play_calls {
	void (*event)(void *owner, const struct event *event); /* before it is understood */
	void (*look)(void *owner, const struct model *model);  /* after each judging */
	void *owner;
};

struct play;

struct play *play_new(const struct cli *cli, const struct play_calls *calls);
void play_free(struct play *play); /* NULL is fine */

struct loop *play_loop(struct play *play);
const struct model *play_model(const struct play *play);

/* The source is the play's from here on. */
void play_open(struct play *play, struct source *source);
/* Plays until the end is reached and judged. */
void play_on(struct play *play);
void play_ended(void *play);

/* Plays a recording from beginning to end. False with *ret_error, a sentence to free. */
bool play_file(struct play *play, const char *path, char **ret_error);

#endif
