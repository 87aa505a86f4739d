#include "store/recording.h"

#include <stdlib.h>

#include "base/mem.h"
#include "loop/loop.h"
#include "store/textfile.h"

/* Events per turn of the loop: a report costs some 50 us to judge, so a turn a few ms. */
#define BATCH 64
/* So long a silence was a moment in which the console judged what it had. */
#define SILENCE_MS 200
/* A night in which nothing was recorded is passed over. */
#define WAIT_MAX_MS 10000

struct recording {
	struct source source; /* first: the engine holds a pointer to it */
	struct loop *loop;
	struct textfile *file;
	struct event *next; /* read ahead, so that the end is known; NULL: none is left */
	struct source_time now;
	double speed;             /* 0: as fast as can be */
	struct loop_timer *timer; /* of the next event when there is a pace */
	bool started, at_end, paused, step;
	bool waiting, closed; /* a deferred call is under way; freed when it comes */
	recording_end_call *on_end;
	void *end_owner;
	size_t problems;
	char *first_problem;
};

static struct recording *of(struct source *source)
{
	return (struct recording *)source;
}

static void read_ahead(struct recording *r)
{
	const char *problem;
	struct event event;
	enum textfile_got got;

	free(r->next);
	r->next = NULL;
	while ((got = textfile_next(r->file, &event, &problem)) == TEXTFILE_PROBLEM) {
		if (!r->problems++)
			r->first_problem = xstrdup(problem);
	}
	if (got == TEXTFILE_EVENT)
		r->next = event_copy(&event);
}

static void release(struct recording *r)
{
	textfile_close(r->file);
	free(r->next);
	free(r->first_problem);
	loop_timer_free(r->timer);
	free(r);
}

static void play_one(struct recording *r)
{
	struct event *event = r->next;

	r->next = NULL;
	if (event->mono > r->now.mono)
		r->now.mono = event->mono;
	r->now.wall = event->wall;
	r->source.sink(r->source.owner, event);
	free(event);
	if (!r->closed)
		read_ahead(r);
}

static bool silence_next(const struct recording *r)
{
	return r->next && r->next->mono > r->now.mono + SILENCE_MS;
}

static void ask_for_turn(struct recording *r);

/* Whatever is to be played next: now, when its time comes, or not yet. */
static void go_on(struct recording *r)
{
	int64_t wait = r->next->mono - r->now.mono;

	if (r->paused && !r->step)
		return;
	if (wait > WAIT_MAX_MS)
		wait = WAIT_MAX_MS;
	if (r->speed > 0 && !r->step && wait > 0)
		loop_timer_start(r->timer, (int64_t)((double)wait / r->speed));
	else
		ask_for_turn(r);
}

static void play(void *owner)
{
	struct recording *r = owner;
	int i;

	r->waiting = false;
	if (r->closed) {
		release(r);
		return;
	}
	if (r->paused && !r->step)
		return;
	r->waiting = true; /* closed from inside: freed below */
	for (i = 0; i < BATCH && r->next && !r->closed && (!i || !silence_next(r)); i++)
		play_one(r);
	if (r->next && silence_next(r))
		r->step = false;
	if (!r->closed && !r->next && !r->at_end) {
		r->at_end = true;
		if (r->on_end)
			r->on_end(r->end_owner);
	}
	r->waiting = false;
	if (r->closed)
		release(r);
	else if (!r->at_end)
		go_on(r);
}

static void ask_for_turn(struct recording *r)
{
	if (r->waiting)
		return;
	loop_timer_stop(r->timer);
	r->waiting = true;
	loop_defer(r->loop, play, r);
}

static void start(struct source *source)
{
	struct recording *r = of(source);

	if (r->started)
		return;
	r->started = true;
	ask_for_turn(r);
}

static struct source_time now(struct source *source)
{
	return of(source)->now;
}

static uint64_t request(struct source *source, const struct request *request)
{
	(void)source;
	(void)request;
	return 0;
}

static uint64_t act(struct source *source, const struct action_step *step, const char **ret_why)
{
	(void)source;
	(void)step;
	*ret_why = "recording";
	return 0;
}

static void close_source(struct source *source)
{
	struct recording *r = of(source);

	if (r->waiting)
		r->closed = true;
	else
		release(r);
}

static void time_has_come(void *owner)
{
	ask_for_turn(owner);
}

static const struct source_ops ops = { start, now, request, act, close_source };

struct source *recording_new(struct loop *loop, const char *path, char **ret_error)
{
	struct textfile *file = textfile_open(path, ret_error);
	struct recording *r;

	if (!file)
		return NULL;
	r = xcalloc(1, sizeof(*r));
	r->source.ops = &ops;
	r->loop = loop;
	r->file = file;
	r->timer = loop_timer_new(loop, time_has_come, r);
	read_ahead(r);
	if (!r->next) {
		*ret_error = r->first_problem ?
			xasprintf("%s holds no event (%s)", path, r->first_problem) :
			xasprintf("%s holds no event", path);
		release(r);
		return NULL;
	}
	r->now.mono = r->next->mono;
	r->now.wall = r->next->wall;
	return &r->source;
}

void recording_on_end(struct source *source, recording_end_call *call, void *owner)
{
	of(source)->on_end = call;
	of(source)->end_owner = owner;
}

/* The pace has changed: what was waited for may be due now, or not at all. */
static void think_again(struct recording *r)
{
	loop_timer_stop(r->timer);
	if (r->started && r->next && !r->waiting)
		go_on(r);
}

void recording_pace(struct source *source, double speed)
{
	of(source)->speed = speed;
	think_again(of(source));
}

void recording_pause(struct source *source, bool paused)
{
	of(source)->paused = paused;
	think_again(of(source));
}

void recording_step(struct source *source)
{
	of(source)->step = true;
	think_again(of(source));
}

bool recording_at_end(const struct source *source)
{
	return ((const struct recording *)source)->at_end;
}

size_t recording_problems(const struct source *source, const char **ret_first)
{
	const struct recording *r = (const struct recording *)source;

	*ret_first = r->first_problem;
	return r->problems;
}
