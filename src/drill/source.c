#include "drill/source.h"

#include <stdlib.h>

struct drill_source {
	struct source source; /* first: the engine holds a pointer to it */
	struct drill_source_calls calls;
	struct source *stretch;
	int64_t ahead;            /* added to mono so that it does not */
	bool started;
};

static struct drill_source *of(struct source *source)
{
	return (struct drill_source *)source;
}

static struct source_time now(struct source *source)
{
	struct drill_source *d = of(source);
	struct source_time time = d->stretch->ops->now(d->stretch);

	time.mono += d->ahead;
	return time;
}

static void pass_on(void *owner, const struct event *event)
{
	struct drill_source *d = owner;
	struct event moved = *event;

	moved.mono += d->ahead;
	d->source.sink(d->source.owner, &moved);
}

static void start(struct source *source)
{
	struct drill_source *d = of(source);

	d->started = true;
	d->stretch->ops->start(d->stretch);
}

static uint64_t request(struct source *source, const struct request *request)
{
	(void)source;
	(void)request;
	return 0;
}

/* What a trainee may do is in the script: see drill_source_go. */
static uint64_t act(struct source *source, const struct action_step *step, const char **ret_why)
{
	(void)source;
	(void)step;
	*ret_why = "drill";
	return 0;
}

static void close_source(struct source *source)
{
	struct drill_source *d = of(source);

	d->stretch->ops->close(d->stretch);
	free(d);
}

static const struct source_ops ops = { start, now, request, act, close_source };

static void take(struct drill_source *d, struct source *stretch)
{
	stretch->sink = pass_on;
	stretch->owner = d;
	d->stretch = stretch;
}

struct source *drill_source_new(const struct drill *drill,
	const struct drill_source_calls *calls)
{
	struct source *first = calls->open(calls->owner, drill->start);
	struct drill_source *d;

	if (!first)
		return NULL;
	d = xcalloc(1, sizeof(*d));
	d->source.ops = &ops;
	d->calls = *calls;
	take(d, first);
	return &d->source;
}

bool drill_source_go(struct source *source, const char *stretch)
{
	struct drill_source *d = of(source);
	struct source *next = d->calls.open(d->calls.owner, stretch);
	int64_t was = now(source).mono, is;

	if (!next)
		return false;
	d->stretch->ops->close(d->stretch);
	take(d, next);
	is = next->ops->now(next).mono;
	d->ahead = is < was ? was - is : 0;
	if (d->started)
		next->ops->start(next);
	return true;
}
