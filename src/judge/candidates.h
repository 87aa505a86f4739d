/*
 * candidates: what every cause row says of one site, and which of them explain which.
 * Internal to the judge.
 */
#ifndef JUDGE_CANDIDATES_H
#define JUDGE_CANDIDATES_H

#include "probes/cause.h"

struct candidate {
	const struct cause *cause;
	struct finding finding;
	const struct candidate *explained_by; /* NULL: stands for itself */
	double confidence;
};

struct candidates {
	struct candidate *items;
	size_t count;
	const struct candidate *best; /* the verdict's; NULL: nothing proven */
};

void candidates_look(struct candidates *c, const struct site_view *view, struct arena *mem);

/* Does a proven `by` make `id` a mere effect? "mysql.*" stands for a whole link. */
bool cause_explains(const struct cause *by, const char *id);

/* 0 for the deepest link (host), growing toward the visitor. */
int link_depth(enum link link);

#endif
