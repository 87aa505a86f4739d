/*
 * verdict: what the judge concluded about one site, and about its host. Plain data in
 * an arena of its own; the report and the screens read it, nobody changes it.
 */
#ifndef MODEL_VERDICT_H
#define MODEL_VERDICT_H

#include "base/mem.h"
#include "probes/cause.h"

/* A cause that was weighed and is not the verdict. */
struct rival {
	const struct cause *cause;
	double confidence;
	const char *why_not;
};

struct ruled_out {
	const char *cause;
	const char *because;
};

/* A fault that was there within the window and is not any more. */
struct recovered {
	const struct cause *cause;
	struct num from, to; /* server clock, epoch s */
};

struct verdict {
	struct arena *mem;
	const char *site;             /* url; NULL: the host as a whole */
	const char *cause;            /* id, "healthy" or "unknown" */
	const struct cause *row;      /* NULL for healthy and unknown */
	enum link link;
	enum health health;           /* ok, warn, broken, unknown */
	const char *title;
	double confidence;
	struct num since;             /* server clock, epoch s */
	const char *arrow;            /* first broken arrow or NULL */
	const char *error;            /* unknown: the other side's own words */
	const char *fix, *wrong_fix, *actions, *subject, *changes_mind;
	struct evidence *evidence;    size_t evidence_count;
	struct ruled_out *ruled_out;  size_t ruled_out_count;
	struct rival *rivals;         size_t rival_count;
	struct recovered *recovered;  size_t recovered_count;
	enum health chain[LINKS];     /* of each link, as this site sees it */
	const char *says[LINKS];      /* one clause each */
	bool settled;                 /* what is still under way cannot change it */
};

void verdict_free(struct verdict *verdict); /* NULL is fine */

#endif
