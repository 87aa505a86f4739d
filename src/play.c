#include "play.h"

#include <stdlib.h>

#include "base/mem.h"
#include "engine/engine.h"
#include "loop/loop.h"
#include "store/recording.h"

struct play {
	const struct cli *cli;
	struct play_calls calls;
	struct loop *loop;
	struct model *model;
	struct source *source;
	struct engine *engine;
	struct loop_timer *tick;
	bool started, ended;
};

static void tick(void *owner)
{
	struct play *play = owner;

	engine_tick(play->engine);
	if (play->calls.look)
		play->calls.look(play->calls.owner, play->model);
	if (play->ended)
		loop_stop(play->loop);
}

/* Time is the source's: what the engine wants later comes with a later event, or never. */
static void wake(void *owner, int64_t in_ms)
{
	struct play *play = owner;

	if (in_ms <= 0)
		loop_timer_start(play->tick, 0);
}

static void witness(void *owner, const struct event *event)
{
	struct play *play = owner;

	if (play->calls.event)
		play->calls.event(play->calls.owner, event);
}

struct play *play_new(const struct cli *cli, const struct play_calls *calls)
{
	struct play *play = xcalloc(1, sizeof(*play));

	play->cli = cli;
	play->calls = *calls;
	play->loop = loop_new();
	play->model = model_new();
	play->tick = loop_timer_new(play->loop, tick, play);
	return play;
}

void play_free(struct play *play)
{
	if (!play)
		return;
	if (play->source)
		play->source->ops->close(play->source);
	engine_free(play->engine);
	model_free(play->model);
	loop_timer_free(play->tick);
	loop_free(play->loop);
	free(play);
}

struct loop *play_loop(struct play *play)
{
	return play->loop;
}

const struct model *play_model(const struct play *play)
{
	return play->model;
}

void play_open(struct play *play, struct source *source)
{
	struct engine_options options = {
		.since_ms = play->cli->since_ms,
		.wake = wake,
		.witness = witness,
		.owner = play,
	};

	play->source = source;
	play->engine = engine_new(source, play->model, &options);
}

void play_on(struct play *play)
{
	play->ended = false;
	if (!play->started)
		engine_start(play->engine);
	play->started = true;
	loop_run(play->loop);
}

void play_ended(void *owner)
{
	struct play *play = owner;

	play->ended = true;
	engine_source_ended(play->engine);
	wake(play, 0);
}

bool play_file(struct play *play, const char *path, char **ret_error)
{
	struct source *source = recording_new(play->loop, path, ret_error);

	if (!source)
		return false;
	recording_on_end(source, play_ended, play);
	play_open(play, source);
	play_on(play);
	return true;
}
