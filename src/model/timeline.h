/*
 * timeline: what changed since the console began, newest last: verdicts and the way to the
 * host. A ring: the oldest entries give way. The engine writes it, screens read it.
 */
#ifndef MODEL_TIMELINE_H
#define MODEL_TIMELINE_H

#include <stddef.h>

#include "model/verdict.h"

#define TIMELINE_MAX 256

struct happening {
	int64_t wall;     /* ms, the console's clock */
	const char *host; /* the model's string */
	const char *site; /* the model's url; NULL: about the host */
	enum health health;
	char cause[48];   /* of a verdict; "" for anything else */
	char text[200];
};

struct timeline {
	struct happening items[TIMELINE_MAX];
	size_t count; /* ever added */
};

void timeline_add(struct timeline *timeline, int64_t wall, const char *host, enum health health,
	const char *text);
/* Adds a verdict if it is settled and names another cause than the site's last one here. */
void timeline_verdict(struct timeline *timeline, int64_t wall, const char *host,
	const char *site, const struct verdict *verdict);

/* The i-th newest, 0 first; NULL behind the last that is kept. */
const struct happening *timeline_newest(const struct timeline *timeline, size_t i);

#endif
