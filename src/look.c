#include "look.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "engine/act.h"
#include "loop/loop.h"
#include "session.h"
#include "store/recorder.h"

#define REST_MS 3000 /* for the reports that cannot change the verdict */

struct look {
	struct loop *loop;
	struct source *source;
	struct engine *engine;
	struct model *model;
	struct loop_timer *tick, *limit;
	struct source_time began;
	bool looking;      /* until it has settled */
	bool whole;        /* what cannot change the verdict is waited for too, a moment */
	bool settled;
	struct buf *answer;
	struct recorder *recorder;
};

static void witness(void *owner, const struct event *event)
{
	struct look *look = owner;
	char *error = NULL;

	if (recorder_event(look->recorder, event, &error))
		return;
	fprintf(stderr, "wp502: %s\n", error);
	free(error);
}

static void tick(void *owner)
{
	struct look *look = owner;

	if (!look->looking)
		return;
	engine_tick(look->engine);
	if (!engine_settled(look->engine))
		return;
	if (!look->whole || !look_host(look)->pending || look_host(look)->unreachable) {
		loop_stop(look->loop);
	} else if (!look->settled) {
		look->settled = true;
		loop_timer_start(look->limit, REST_MS);
	}
}

static void wake(void *owner, int64_t in_ms)
{
	struct look *look = owner;

	if (in_ms <= 0 || !loop_timer_active(look->tick))
		loop_timer_start(look->tick, in_ms > 0 ? in_ms : 0);
}

static void time_over(void *owner)
{
	struct look *look = owner;

	if (look->looking)
		engine_tick(look->engine);
	loop_stop(look->loop);
}

struct look *look_new(const struct cli *cli, const struct targets *targets, const char *password,
	int64_t since_ms, int64_t fresh_ms, struct recorder *recorder)
{
	struct look *look = xcalloc(1, sizeof(*look));
	struct engine_options options = { .since_ms = since_ms, .fresh_ms = fresh_ms,
		.deadline_ms = cli->timeout_ms, .wake = wake, .owner = look,
		.witness = recorder ? witness : NULL };

	look->recorder = recorder;
	look->loop = loop_new();
	look->model = model_new();
	look->began.mono = loop_now(look->loop);
	look->began.wall = loop_wall(look->loop);
	look->tick = loop_timer_new(look->loop, tick, look);
	look->limit = loop_timer_new(look->loop, time_over, look);
	look->source = session_open(look->loop, cli, targets, password);
	look->engine = engine_new(look->source, look->model, &options);
	engine_add(look->engine, &targets->items[0].pages);
	loop_timer_start(look->limit, cli->timeout_ms);
	look->looking = true;
	look->whole = !fresh_ms;
	engine_start(look->engine);
	loop_run(look->loop);
	engine_give_up(look->engine);
	look->looking = false;
	loop_timer_stop(look->limit);
	return look;
}

void look_free(struct look *look)
{
	loop_timer_free(look->tick);
	loop_timer_free(look->limit);
	look->source->ops->close(look->source);
	engine_free(look->engine);
	model_free(look->model);
	loop_free(look->loop);
	free(look);
}

const struct model *look_model(const struct look *look)
{
	return look->model;
}

const struct model_host *look_host(const struct look *look)
{
	return look->model->hosts[0];
}

struct source_time look_began(const struct look *look)
{
	return look->began;
}

struct source_time look_now(const struct look *look)
{
	struct source_time now = { loop_now(look->loop), loop_wall(look->loop) };

	return now;
}

/* A late answer is none: what came of it tells how far it got, but not how it ended. */
static void answered(void *owner, const struct event *event)
{
	struct look *look = owner;

	if (event && look->answer)
		buf_add(look->answer, event->bytes, event->len);
	loop_stop(look->loop);
}

bool look_step(struct look *look, const char *name, const char *script, int timeout_ms,
	struct buf *out, const char **ret_why)
{
	const struct action_step step = { .host = look_host(look)->target, .name = name,
		.script = script, .timeout_ms = timeout_ms };

	look->answer = out;
	if (!engine_act(look->engine, &step, answered, look, ret_why))
		return false;
	loop_timer_start(look->limit, timeout_ms + 5000);
	loop_run(look->loop);
	loop_timer_stop(look->limit);
	look->answer = NULL;
	return true;
}

void look_wait(struct look *look, int64_t ms)
{
	loop_timer_start(look->limit, ms);
	loop_run(look->loop);
	loop_timer_stop(look->limit);
}
