/*
 * judge: facts of the whole chain -> one verdict per site. Pure: same facts, same verdict.
 *
 * Every cause row looks at the site. A proven candidate is the cause if no other proven
 * candidate explains it; ties go to the deeper link (host, mysql, redis, wordpress, fpm,
 * nginx, cdn, visitor), then to the stronger evidence. What the cause explains is
 * `affected`. The confidence table is DESIGN.md section 5, in confidence.c.
 */
#ifndef JUDGE_JUDGE_H
#define JUDGE_JUDGE_H

#include "judge/verdict.h"
#include "probes/facts.h"

/* What is still under way for a site, so that the judge can say whether it matters. */
struct pending {
	bool reports; /* a collector of this host has not answered */
	bool pages;   /* a page request of this site has not answered */
};

struct verdict *judge_site(const struct site_view *view, struct pending pending);

/* For a host nobody could log in to, or that told nothing: cause unknown. */
struct verdict *judge_unreachable(const char *title, const char *error,
	const struct site_view *view);

/* Order of gravity: the worse verdict first (broken, unknown, warn, ok); 0 when equal. */
int verdict_compare(const struct verdict *a, const struct verdict *b);

/* DESIGN.md section 5's table for one finding; rival: another proven one of the same
 * class (link) exists. */
double judge_confidence(const struct finding *finding, bool rival);

#endif
