/*
 * source: a drill as a source. It plays one recorded stretch after the other; what was
 * really recorded comes next is chosen by the trainee. It makes nothing up: it asks its
 * opener for the recording of a stretch and passes its events on.
 *
 * Call order: drill_source_new; start; drill_source_go at will; close (from anywhere).
 */
#ifndef DRILL_SOURCE_H
#define DRILL_SOURCE_H

#include "drill/script.h"
#include "model/source.h"

struct drill_source_calls {
	/* The recording of a stretch, not started; NULL when there is none. */
	struct source *(*open)(void *owner, const char *stretch);
	void *owner;
};

/* NULL when the first stretch cannot be opened. The drill outlives it. */
struct source *drill_source_new(const struct drill *drill,
	const struct drill_source_calls *calls);

/* Leaves the stretch that plays and plays another. False: it cannot be opened. */
bool drill_source_go(struct source *source, const char *stretch);

#endif
