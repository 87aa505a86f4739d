/*
 * judge: facts of the whole chain -> one verdict per site. Pure: same facts, same verdict.
 *
 * Every cause row looks at the site. A proven candidate is the cause if no other proven
 * candidate explains it; ties go to the graver, then to the deeper link (host, mysql,
 * redis, wordpress, fpm, nginx, cdn, visitor), then to the stronger evidence. What the
 * cause explains is `affected`. The confidence table is DESIGN.md section 5.
 */
#ifndef JUDGE_JUDGE_H
#define JUDGE_JUDGE_H

#include "model/verdict.h"
#include "probes/facts.h"

/* What is still under way for a site, so that the judge can say whether it matters. */
struct pending {
	unsigned links; /* bit per enum link: a report of that link has not answered */
	bool pages;     /* a page request of this site has not answered, or is yet to be sent */
	bool visitor;   /* the visitor's own page was asked a moment ago and may still tell */
};

/* `site` is the view's url; view may not be NULL. */
struct verdict *judge_site(const struct site_view *view, struct pending pending);

/* For a host nobody could log in to: cause unknown, with the step and the words. */
struct verdict *judge_unreachable(const char *site, const char *title, const char *error);

/* Order of gravity: negative when `a` is the worse verdict (broken, unknown, warn, ok). */
int verdict_compare(const struct verdict *a, const struct verdict *b);

/* DESIGN.md section 5's table for one finding. rival: another candidate of the same link
 * is proven and not explained. */
double judge_confidence(const struct finding *finding, bool rival);

#endif
