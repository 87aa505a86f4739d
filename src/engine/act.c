#include "engine/act.h"

#include <string.h>

#include "engine/host_run.h"

bool engine_act(struct engine *engine, const struct action_step *step, engine_act_call *call,
	void *owner, const char **ret_why)
{
	uint64_t seq;

	if (engine->act.seq) {
		*ret_why = "another step is still under way";
		return false;
	}
	seq = engine->source->ops->act(engine->source, step, ret_why);
	if (!seq)
		return false;
	engine->act.seq = seq;
	engine->act.host = step->host;
	engine->act.call = call;
	engine->act.owner = owner;
	return true;
}

static void answer(struct engine *engine, const struct event *event)
{
	struct act_wait wait = engine->act;

	memset(&engine->act, 0, sizeof(engine->act));
	wait.call(wait.owner, event);
}

void engine_act_answer(struct engine *engine, const struct event *event)
{
	if (engine->act.seq && event->re == engine->act.seq)
		answer(engine, event);
}

void engine_act_link(struct engine *engine, const struct event *event)
{
	if (engine->act.seq && !strcmp(event->host, engine->act.host) &&
	    (!strcmp(event->name, "dead") || !strcmp(event->name, "failed")))
		answer(engine, NULL);
}
