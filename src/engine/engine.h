/*
 * engine: the only writer of the model. Routes events to parsers, decides what to ask
 * next, has the judge look at what changed. It never parses, formats or decides health.
 *
 * Call order: engine_new; engine_add for each target; engine_start; then engine_tick
 * whenever `wake` said so (the caller owns the loop); engine_free after source->close.
 * Events come in through the source's sink, from inside the loop; nothing is judged there.
 */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include "model/model.h"
#include "model/source.h"
#include "probes/visitor/page.h"

/* What is wanted of one target. Strings and lists are borrowed for the engine's life. */
struct engine_target {
	const char *name;             /* as the user named it */
	const char *const *urls;      /* NULL-terminated; NULL: the sites nginx serves */
	struct page_texts texts;
	const char *const *resolves;  /* HOST:PORT:ADDR, NULL-terminated; or NULL */
	const char *ca_file, *origin; /* or NULL */
	int64_t interval_ms, probe_ms; /* between rounds, between pages; 0: asked once only */
	bool insecure;
};

struct engine_options {
	int64_t since_ms;    /* window of evidence */
	int64_t fresh_ms;    /* a log line at most this old counts as now; 0: a minute */
	int64_t deadline_ms; /* one-off diagnosis: give up waiting after this; 0: live on */
	/* Asks to be ticked in so many ms (0: at the end of this turn). */
	void (*wake)(void *owner, int64_t in_ms);
	/* Sees every event before it is understood (the recorder); may be NULL. */
	void (*witness)(void *owner, const struct event *event);
	void *owner;
};

struct engine;

struct engine *engine_new(struct source *source, struct model *model,
	const struct engine_options *options);
void engine_free(struct engine *engine);
void engine_add(struct engine *engine, const struct engine_target *target);
void engine_start(struct engine *engine);
void engine_tick(struct engine *engine);
/* Asks a host (NULL: all) again at once, whatever is due. */
void engine_refresh(struct engine *engine, const char *host);

/* Every host has a verdict that nothing still under way can change, or time is up. */
bool engine_settled(const struct engine *engine);
/* ... and nothing at all is under way any more: what a recording should hold. */
bool engine_complete(const struct engine *engine);
/* The source has said all it will ever say (a recording): judge with what is there. */
void engine_source_ended(struct engine *engine);
/* No more time: a host without a verdict gets one that names the step it had come to. */
void engine_give_up(struct engine *engine);

#endif
