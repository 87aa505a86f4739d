/*
 * The sink only routes and marks; engine_tick, at the end of a loop turn, renews views,
 * judges what is dirty and asks for what the verdicts make worth asking.
 */
#include "engine/engine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/dlog.h"
#include "engine/host_run.h"
#include "judge/judge.h"
#include "model/link.h"

static void sink(void *owner, const struct event *event);

struct engine *engine_new(struct source *source, struct model *model,
	const struct engine_options *options)
{
	struct engine *engine = xcalloc(1, sizeof(*engine));

	engine->source = source;
	engine->model = model;
	engine->options = *options;
	source->sink = sink;
	source->owner = engine;
	return engine;
}

void engine_free(struct engine *engine)
{
	size_t i;

	if (!engine)
		return;
	for (i = 0; i < engine->host_count; i++)
		host_run_free(engine->hosts[i]);
	free(engine->hosts);
	free(engine);
}

static struct host_run *find_host(struct engine *engine, const char *name)
{
	struct engine_target stranger = { .name = name };
	size_t i;

	for (i = 0; i < engine->host_count; i++)
		if (!strcmp(engine->hosts[i]->target.name, name))
			return engine->hosts[i];
	if (engine->source->live || !*name)
		return NULL;
	return host_run_new(engine, &stranger); /* a recording brings its own hosts */
}

void engine_add(struct engine *engine, const struct engine_target *target)
{
	host_run_new(engine, target);
}

static void ask_survey(struct engine *engine, struct host_run *run)
{
	struct request request = { .kind = REQUEST_REPORT, .host = run->target.name,
		.name = "survey",
		.timeout_ms = engine->options.deadline_ms ? (int)engine->options.deadline_ms : 20000 };

	run->survey = engine->source->ops->request(engine->source, &request);
	run->dirty = true;
}

void engine_start(struct engine *engine)
{
	size_t i;

	engine->source->ops->start(engine->source);
	engine->started = engine->source->ops->now(engine->source);
	for (i = 0; i < engine->host_count; i++)
		ask_survey(engine, engine->hosts[i]);
	engine->options.wake(engine->options.owner, 0);
}

/* A way that opens or is lost is worth a line. */
static void note_link(struct timeline *timeline, const struct host_run *run,
	const struct event *event, const struct link_info *info)
{
	const char *old = run->model->link.state;
	bool live = !strcmp(event->name, "live");
	char text[160];

	if (old && !strcmp(old, event->name))
		return;
	if (!live && strcmp(event->name, "dead") != 0 && strcmp(event->name, "failed") != 0)
		return;
	snprintf(text, sizeof(text), "ssh: %s%s%s", live ? "logged in" : event->name,
		!live && info->says ? ": " : "", !live && info->says ? info->says : "");
	timeline_add(timeline, event->wall, run->model->target,
		live ? HEALTH_OK : HEALTH_UNKNOWN, text);
}

static void take_link(struct engine *engine, struct host_run *run, const struct event *event)
{
	struct host_link *link = &run->model->link;
	struct arena *mem = arena_new();
	struct link_info info;

	if (!link_info_parse(mem, span_from(event->bytes, event->len), &info)) {
		arena_free(mem);
		return;
	}
	if (!info.address && link->address)
		info.address = arena_strdup(mem, link->address);
	note_link(&engine->model->timeline, run, event, &info);
	link->state = arena_strdup(mem, event->name);
	link->since = event->wall;
	link->transport = info.transport;
	link->address = info.address;
	link->step = info.step;
	link->says = info.says;
	link->advice = info.advice;
	link->fingerprint = info.fingerprint;
	link->known_hosts = info.known_hosts;
	arena_free(run->model->link_mem);
	run->model->link_mem = mem;
	run->dirty = true;
}

static bool way_is_lost(const struct host_run *run)
{
	const char *state = run->model->link.state;

	return state && (!strcmp(state, "failed") || !strcmp(state, "dead"));
}

/* The key the server shows, and the file (and line) that knows another or none. */
static char *key_words(const struct host_link *link)
{
	if (!link->fingerprint)
		return xstrdup("");
	return xasprintf(" (it shows %s, known hosts: %s)", link->fingerprint,
		link->known_hosts ? link->known_hosts : "none");
}

/* Nobody is logged in and the survey never came: all that can be said is why. */
static void judge_lost(struct host_run *run)
{
	struct model_host *host = run->model;
	char *title, *key;

	verdict_free(host->unreachable);
	host->unreachable = NULL;
	if (!way_is_lost(run) || run->survey_done)
		return;
	key = key_words(&host->link);
	title = xasprintf("SSH to %s failed at step '%s'%s: %s", host->target,
		host->link.step ? host->link.step : "connect", key,
		host->link.advice ? host->link.advice : "no reason was given");
	host->unreachable = judge_unreachable(NULL, title, host->link.says);
	free(title);
	free(key);
	host->verdict = host->unreachable;
}

static void count_report(struct host_run *run, const struct event *event)
{
	size_t i;
	int way;

	if (!strcmp(event->name, "survey"))
		run->survey_done = true;
	for (i = 0; i < run->model->site_count && event->re; i++)
		for (way = 0; way < WAYS; way++)
			if (run->sites[i].seq[way] == event->re) {
				run->sites[i].pages.answered |= 1u << way;
				run->sites[i].pages.answered_at[way] = event->mono;
			}
	run->dirty = true;
}

static void sink(void *owner, const struct event *event)
{
	struct engine *engine = owner;
	struct host_run *run = find_host(engine, event->host);

	if (engine->options.witness)
		engine->options.witness(engine->options.owner, event);
	if (!run)
		return;
	switch (event->kind) {
	case EVENT_LINK:
		take_link(engine, run, event);
		engine_act_link(engine, event);
		break;
	case EVENT_ACTION:
		engine_act_answer(engine, event);
		break;
	case EVENT_REPORT:
		if (!host_run_report(run, event) && strcmp(event->name, "survey") != 0)
			dlog("%s: nobody reads report %s", event->host, event->name);
		count_report(run, event);
		logs_take(&engine->model->logs, run->model->target, event->name,
			&run->model->facts, event->wall / 1000);
		break;
	case EVENT_HTTP:
		host_run_page(run, event);
		if (!engine->source->live)
			rounds_replayed_page(run);
		break;
	default:
		break;
	}
	if (run->dirty)
		engine->options.wake(engine->options.owner, 0);
}

static void tick_host(struct engine *engine, struct host_run *run)
{
	int64_t mono = engine->source->ops->now(engine->source).mono, wait;

	if (run->dirty || (run->judge_at && mono >= run->judge_at)) {
		run->dirty = false;
		host_run_views(engine, run);
		host_run_judge(engine, run);
		judge_lost(run);
	}
	if (way_is_lost(run) || engine->source_ended)
		return;
	if (run->judge_at > mono)
		engine->options.wake(engine->options.owner, run->judge_at - mono);
	wait = rounds_tick(engine, run);
	if (wait >= 0)
		engine->options.wake(engine->options.owner, wait + 1);
	wait = host_run_ask_pages(engine, run);
	if (wait >= 0)
		engine->options.wake(engine->options.owner, wait + 1);
}

void engine_refresh(struct engine *engine, const char *host)
{
	size_t i;

	for (i = 0; i < engine->host_count; i++)
		if (!host || !strcmp(engine->hosts[i]->target.name, host))
			rounds_now(engine, engine->hosts[i]);
	engine->options.wake(engine->options.owner, 0);
}

void engine_tick(struct engine *engine)
{
	size_t i;

	for (i = 0; i < engine->host_count; i++)
		tick_host(engine, engine->hosts[i]);
}

void engine_source_ended(struct engine *engine)
{
	size_t i;

	engine->source_ended = true;
	for (i = 0; i < engine->host_count; i++) {
		engine->hosts[i]->survey_done = true;
		engine->hosts[i]->dirty = true;
	}
}

/* How far the way to a host had come. */
static const char *step_reached(const struct host_link *link)
{
	if (!link->state || !strcmp(link->state, "connecting"))
		return "connect";
	if (!strcmp(link->state, "checking-key"))
		return "host key";
	if (!strcmp(link->state, "authenticating"))
		return "login";
	return "survey";
}

void engine_give_up(struct engine *engine)
{
	struct model_host *host;
	size_t i;
	char *title;

	for (i = 0; i < engine->host_count; i++) {
		host = engine->hosts[i]->model;
		if (host_link_live(host))
			host_run_give_up(engine->hosts[i]);
		/* From outside alone a cause can be proven, but not that all is well. */
		if (host->verdict && (host_link_live(host) || way_is_lost(engine->hosts[i]) ||
					     host->verdict->row))
			continue;
		verdict_free(host->unreachable);
		title = xasprintf("the time given ended at step '%s' of %s: give it more with "
				  "--timeout",
			step_reached(&host->link), host->target);
		host->unreachable = judge_unreachable(NULL, title, NULL);
		host->verdict = host->unreachable;
		free(title);
	}
}

static bool host_settled(const struct host_run *run)
{
	const struct model_host *host = run->model;
	size_t i;

	if (host->unreachable)
		return true;
	if (!host_link_live(host))
		return false;
	for (i = 0; i < host->site_count; i++)
		if (!host->sites[i].verdict || !host->sites[i].verdict->settled)
			return false;
	return host->site_count > 0 && (run->target.urls || run->survey_done ||
					       host_run_pending(run) == 0);
}

bool engine_settled(const struct engine *engine)
{
	int64_t mono = engine->source->ops->now(engine->source).mono;
	size_t i;

	if (engine->source_ended || !engine->source->live)
		return engine->source_ended;
	if (engine->options.deadline_ms &&
	    mono - engine->started.mono >= engine->options.deadline_ms)
		return true;
	for (i = 0; i < engine->host_count; i++)
		if (!host_settled(engine->hosts[i]))
			return false;
	return true;
}

static bool host_complete(const struct host_run *run)
{
	size_t i;

	if (run->model->unreachable)
		return true;
	for (i = 0; i < run->model->site_count; i++)
		if (page_in_flight(&run->sites[i].pages))
			return false;
	return run->survey_done;
}

bool engine_complete(const struct engine *engine)
{
	size_t i;

	for (i = 0; i < engine->host_count; i++)
		if (!host_complete(engine->hosts[i]))
			return false;
	return engine_settled(engine);
}
