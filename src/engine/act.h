/*
 * act: the engine hands steps of actions to its source and their answers back. What an action
 * is, what guards it and what its steps are is src/actions' business.
 *
 * One step at a time. The call comes once, from inside the loop: with the event that answers,
 * or with NULL when the way to the host was lost first. Either an answer without its sentinel
 * or none at all means that nobody knows how the step ended.
 */
#ifndef ENGINE_ACT_H
#define ENGINE_ACT_H

#include "model/source.h"

struct engine;

typedef void engine_act_call(void *owner, const struct event *answer);

/* False with *ret_why (static text) when the source refuses: then nothing was sent. */
bool engine_act(struct engine *engine, const struct action_step *step, engine_act_call *call,
	void *owner, const char **ret_why);

/* Internal to the engine: events that may end a step. */
void engine_act_answer(struct engine *engine, const struct event *event);
void engine_act_link(struct engine *engine, const struct event *event);

#endif
