#include "loop/loop.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "loop/inside.h"

/*
 * How it works: libuv waits; the timers are ours, in one list sorted by the time they
 * are due, so that a fake clock and the real one run the same code. One uv_timer rings
 * for the first of them. Deferred calls run in the check phase, after all callbacks of
 * the tick; while there are any, an idle handle keeps the next poll from sleeping.
 */

struct deferred {
	struct deferred *next;
	loop_call *call;
	void *owner;
};

struct loop_timer {
	struct loop *loop;
	struct loop_timer *prev, *next;
	loop_call *call;
	void *owner;
	int64_t due;
	bool active;
};

int64_t loop_now(const struct loop *loop)
{
	return loop->fake ? loop->fake_mono : (int64_t)(uv_hrtime() / 1000000);
}

int64_t loop_wall(const struct loop *loop)
{
	struct timespec t;

	if (loop->fake)
		return loop->fake_wall;
	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* ---- deferred calls ---- */

static void idle_cb(uv_idle_t *idle)
{
	(void)idle;
}

void loop_defer(struct loop *loop, loop_call *call, void *owner)
{
	struct deferred *d = xcalloc(1, sizeof(*d));

	d->call = call;
	d->owner = owner;
	*loop->calls_end = d;
	loop->calls_end = &d->next;
	uv_idle_start(&loop->idle, idle_cb);
}

/* Those asked for meanwhile wait for the next tick, so none can starve the rest. */
static void run_deferred(struct loop *loop)
{
	struct deferred *d = loop->calls, *next;

	if (!d)
		return;
	loop->calls = NULL;
	loop->calls_end = &loop->calls;
	uv_idle_stop(&loop->idle);
	for (; d; d = next) {
		next = d->next;
		d->call(d->owner);
		free(d);
	}
}

static void check_cb(uv_check_t *check)
{
	run_deferred(check->data);
}

/* ---- timers ---- */

static void alarm_cb(uv_timer_t *alarm);

static void set_alarm(struct loop *loop)
{
	int64_t wait;

	if (loop->fake)
		return;
	if (!loop->first) {
		uv_timer_stop(&loop->alarm);
		return;
	}
	wait = loop->first->due - loop_now(loop);
	uv_update_time(&loop->uv);
	uv_timer_start(&loop->alarm, alarm_cb, wait > 0 ? (uint64_t)wait : 0, 0);
}

static void unlink_timer(struct loop_timer *t)
{
	*(t->prev ? &t->prev->next : &t->loop->first) = t->next;
	*(t->next ? &t->next->prev : &t->loop->last) = t->prev;
	t->prev = t->next = NULL;
	t->active = false;
}

static void link_timer(struct loop_timer *t)
{
	struct loop *loop = t->loop;
	struct loop_timer *before = loop->last;

	while (before && before->due > t->due)
		before = before->prev;
	t->prev = before;
	t->next = before ? before->next : loop->first;
	*(before ? &before->next : &loop->first) = t;
	*(t->next ? &t->next->prev : &loop->last) = t;
	t->active = true;
}

static void fire(struct loop_timer *t)
{
	unlink_timer(t);
	t->call(t->owner);
}

/* A timer started with 0 ms by a callback waits for the next round: `now` is fixed and
 * the count of those due is bounded by those that were due at the start. */
static void alarm_cb(uv_timer_t *alarm)
{
	struct loop *loop = alarm->data;
	int64_t now = loop_now(loop);
	struct loop_timer *t;
	int due = 0;

	for (t = loop->first; t && t->due <= now; t = t->next)
		due++;
	while (due-- > 0 && loop->first && loop->first->due <= now)
		fire(loop->first);
	set_alarm(loop);
}

struct loop_timer *loop_timer_new(struct loop *loop, loop_call *call, void *owner)
{
	struct loop_timer *t = xcalloc(1, sizeof(*t));

	t->loop = loop;
	t->call = call;
	t->owner = owner;
	return t;
}

void loop_timer_start(struct loop_timer *t, int64_t ms)
{
	loop_timer_stop(t);
	t->due = loop_now(t->loop) + (ms > 0 ? ms : 0);
	link_timer(t);
	if (t->loop->first == t)
		set_alarm(t->loop);
}

void loop_timer_stop(struct loop_timer *t)
{
	bool first = t->loop->first == t;

	if (!t->active)
		return;
	unlink_timer(t);
	if (first)
		set_alarm(t->loop);
}

bool loop_timer_active(const struct loop_timer *t)
{
	return t->active;
}

void loop_timer_free(struct loop_timer *t)
{
	if (!t)
		return;
	loop_timer_stop(t);
	free(t);
}

/* ---- life ---- */

static struct loop *make(void)
{
	struct loop *loop = xcalloc(1, sizeof(*loop));

	signal(SIGPIPE, SIG_IGN);
	setenv("UV_THREADPOOL_SIZE", "16", 0); /* four dead resolvers must not stop all work */
	if (uv_loop_init(&loop->uv))
		abort();
	loop->calls_end = &loop->calls;
	uv_timer_init(&loop->uv, &loop->alarm);
	uv_check_init(&loop->uv, &loop->check);
	uv_idle_init(&loop->uv, &loop->idle);
	loop->alarm.data = loop->check.data = loop;
	uv_check_start(&loop->check, check_cb);
	uv_unref((uv_handle_t *)&loop->check);
	return loop;
}

struct loop *loop_new(void)
{
	return make();
}

struct loop *loop_new_fake(int64_t mono, int64_t wall)
{
	struct loop *loop = make();

	loop->fake = true;
	loop->fake_mono = mono;
	loop->fake_wall = wall;
	return loop;
}

void loop_run(struct loop *loop)
{
	uv_run(&loop->uv, UV_RUN_DEFAULT);
}

void loop_stop(struct loop *loop)
{
	uv_stop(&loop->uv);
}

static void set_fake(struct loop *loop, int64_t mono)
{
	loop->fake_wall += mono - loop->fake_mono;
	loop->fake_mono = mono;
}

void loop_turn(struct loop *loop, int64_t ms)
{
	int64_t until = loop->fake_mono + ms;

	for (;;) {
		uv_run(&loop->uv, UV_RUN_NOWAIT);
		run_deferred(loop);
		if (loop->calls)
			continue;
		if (!loop->first || loop->first->due > until)
			break;
		if (loop->first->due > loop->fake_mono)
			set_fake(loop, loop->first->due);
		fire(loop->first);
	}
	set_fake(loop, until);
}

static void close_rest(uv_handle_t *handle, void *unused)
{
	(void)unused;
	if (!uv_is_closing(handle))
		uv_close(handle, NULL);
}

void loop_free(struct loop *loop)
{
	int turns;

	if (!loop)
		return;
	for (turns = 0; loop->calls && turns < 100; turns++)
		run_deferred(loop);
	loop_children_end(loop);
	uv_walk(&loop->uv, close_rest, NULL);
	uv_run(&loop->uv, UV_RUN_DEFAULT);
	while (loop->calls)
		run_deferred(loop);
	uv_loop_close(&loop->uv);
	free(loop);
}
