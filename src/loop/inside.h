/* inside: what the files of this room share; nobody else includes it. */
#ifndef LOOP_INSIDE_H
#define LOOP_INSIDE_H

#include <uv.h>

#include "loop/loop.h"

struct loop {
	uv_loop_t uv;
	uv_timer_t alarm;  /* rings when the first of `timers` is due */
	uv_check_t check;  /* end of tick */
	uv_idle_t idle;    /* keeps the tick from waiting while calls are deferred */
	struct loop_timer *first, *last; /* by time due */
	struct deferred *calls, **calls_end;
	struct loop_child *children;
	bool fake;
	int64_t fake_mono, fake_wall;
};

/* End of the program: tells all children to stop, waits a little, kills, reaps. */
void loop_children_end(struct loop *loop);

#endif
