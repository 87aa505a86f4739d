/*
 * A run is a source, an engine and the loop that drives both. Recordings are judged one
 * after the other, then all live hosts side by side; the model outlives the runs.
 */
#include "diagnose.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "engine/engine.h"
#include "loop/loop.h"
#include "report/report.h"
#include "session.h"
#include "store/recorder.h"
#include "store/recording.h"

#define EXIT_USAGE 64
#define REPORT_SPARE_MS 250
#define OUTPUT_MAX (16u << 20)

struct run {
	struct loop *loop;
	struct source *source;
	struct engine *engine;
	struct recorder *recorder; /* NULL: none */
	struct loop_timer *tick;
};

static void tick(void *owner)
{
	struct run *run = owner;

	engine_tick(run->engine);
	if (run->recorder ? engine_complete(run->engine) : engine_settled(run->engine))
		loop_stop(run->loop);
}

/* The earliest wish wins; a later one will be made again by the tick itself. */
static void wake(void *owner, int64_t in_ms)
{
	struct run *run = owner;

	if (in_ms <= 0 || !loop_timer_active(run->tick))
		loop_timer_start(run->tick, in_ms > 0 ? in_ms : 0);
}

static void complain(char *error)
{
	if (error)
		fprintf(stderr, "wp502: %s\n", error);
	free(error);
}

static void witness(void *owner, const struct event *event)
{
	struct run *run = owner;
	char *error = NULL;

	if (run->recorder && !recorder_event(run->recorder, event, &error))
		complain(error);
}

static void ended(void *owner)
{
	struct run *run = owner;

	engine_source_ended(run->engine);
	wake(run, 0);
}

static void deadline(void *owner)
{
	struct run *run = owner;

	engine_tick(run->engine);
	loop_stop(run->loop);
}

/* What the waiting may take, so that the report, too, is out in time. */
static int64_t waiting_ms(const struct cli *cli)
{
	int64_t spare = cli->timeout_ms / 10;

	return cli->timeout_ms - (spare < REPORT_SPARE_MS ? spare : REPORT_SPARE_MS);
}

static void run_begin(struct run *run, struct source *source, struct model *model,
	const struct cli *cli, struct recorder *recorder)
{
	struct engine_options options = {
		.since_ms = cli->since_ms,
		.deadline_ms = waiting_ms(cli),
		.wake = wake,
		.witness = witness,
		.owner = run,
	};

	run->source = source;
	run->recorder = recorder;
	run->tick = loop_timer_new(run->loop, tick, run);
	run->engine = engine_new(source, model, &options);
}

/* The engine keeps the facts the model shows: it is freed after the report. */
static void run_end(struct run *run)
{
	loop_timer_free(run->tick);
	run->source->ops->close(run->source);
}

static struct engine *judge_recording(struct loop *loop, struct model *model,
	const struct cli *cli, const char *path, char **ret_error)
{
	struct run run = { .loop = loop };
	struct source *source = recording_new(loop, path, ret_error);

	if (!source)
		return NULL;
	run_begin(&run, source, model, cli, NULL);
	recording_on_end(source, ended, &run);
	engine_start(run.engine);
	loop_run(loop);
	run_end(&run);
	return run.engine;
}

static struct engine *judge_live(struct loop *loop, struct model *model, const struct cli *cli,
	const struct targets *targets, struct recorder *recorder, const char *password)
{
	struct run run = { .loop = loop };
	struct loop_timer *limit;
	size_t i;

	run_begin(&run, session_open(loop, cli, targets, password), model, cli, recorder);
	for (i = 0; i < targets->count; i++)
		engine_add(run.engine, &targets->items[i].pages);
	limit = loop_timer_new(loop, deadline, &run);
	loop_timer_start(limit, waiting_ms(cli));
	engine_start(run.engine);
	loop_run(loop);
	engine_give_up(run.engine);
	loop_timer_free(limit);
	run_end(&run);
	return run.engine;
}

static void print_report(const struct cli *cli, const struct model *model,
	struct source_time started, struct source_time now)
{
	const char *no_color = getenv("NO_COLOR");
	struct report_style style = { .utc = cli->utc };
	struct buf out;

	style.color = cli->color == COLOR_ALWAYS ||
		      (cli->color == COLOR_AUTO && isatty(STDOUT_FILENO) &&
			      !(no_color && *no_color));
	buf_init(&out, OUTPUT_MAX);
	if (cli->json)
		report_json(&out, model, started, now);
	else
		report_text(&out, model, &style);
	fwrite(out.data ? out.data : "", 1, out.len, stdout);
	buf_release(&out);
}

static struct source_time time_now(struct loop *loop)
{
	struct source_time now = { loop_now(loop), loop_wall(loop) };

	return now;
}

static bool judge_recordings(struct loop *loop, struct model *model, const struct cli *cli,
	const struct targets *targets, struct engine **engines)
{
	char *error = NULL;
	size_t i;

	for (i = 0; i < targets->recordings.count; i++) {
		engines[i] = judge_recording(loop, model, cli, targets->recordings.items[i], &error);
		if (!engines[i]) {
			complain(error);
			return false;
		}
	}
	return true;
}

/* What must be there before anything is asked: the password and the recorder's file. */
static bool prepare(const struct cli *cli, const struct targets *targets, char **ret_password,
	struct recorder **ret_recorder)
{
	char *error = NULL;

	if (!targets->count)
		return true;
	if (!session_sudo_password(cli, ret_password, &error) ||
	    (cli->record && !(*ret_recorder = recorder_new(cli->record, &error)))) {
		complain(error);
		return false;
	}
	return true;
}

int diagnose_run(const struct cli *cli, const struct targets *targets)
{
	struct engine **engines = xcalloc(targets->recordings.count + 1, sizeof(*engines));
	struct recorder *recorder = NULL;
	struct model *model = model_new();
	struct source_time started;
	int status = EXIT_USAGE;
	char *password = NULL;
	struct loop *loop;
	size_t i;

	loop = loop_new();
	if (prepare(cli, targets, &password, &recorder)) {
		started = time_now(loop);
		if (judge_recordings(loop, model, cli, targets, engines)) {
			if (targets->count)
				engines[targets->recordings.count] = judge_live(loop, model, cli,
					targets, recorder, password);
			print_report(cli, model, started, time_now(loop));
			status = report_exit_status(model);
		}
	}
	session_wipe(password);
	for (i = 0; i <= targets->recordings.count; i++)
		engine_free(engines[i]);
	complain(recorder_free(recorder));
	model_free(model);
	loop_free(loop);
	free(engines);
	return status;
}
