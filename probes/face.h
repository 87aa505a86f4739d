/*
 * face: a link as lines for a box or a sheet. Plain data, made by each link's face.c and
 * shown by the screens; health says how a line looks, `at` how old it is.
 */
#ifndef PROBES_FACE_H
#define PROBES_FACE_H

#include "probes/fact.h"

struct arena;

struct face_line {
	const char *label, *value, *unit; /* unit may be NULL */
	struct num at;                    /* server clock, epoch s */
	enum health health;
};

struct face {
	struct arena *mem; /* strings and lines are taken from it */
	struct face_line *lines;
	size_t count;
};

void face_add(struct face *face, const char *label, enum health health, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

#endif
