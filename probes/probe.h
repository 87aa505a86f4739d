/*
 * probe: the floor plan every link shares, and the table of links in chain order.
 * A probe knows what to ask (collect.sh), how to read the answer (parse), which causes
 * it can name (causes) and how it shows itself (face). All of it pure.
 */
#ifndef PROBES_PROBE_H
#define PROBES_PROBE_H

#include "base/span.h"
#include "probes/cause.h"
#include "probes/face.h"
#include "probes/facts.h"

/* One collector: a question to the server and how its answer becomes facts. */
struct collector {
	const char *name; /* of the report: "nginx", "fpm.log" */
	int version;      /* of the report's format; parse reads all up to it */
	/*
	 * Replaces what `facts` knew from this report. Input is raw. Takes what it keeps
	 * from facts-><link>.mem style arenas handed in as `mem`, which lives until the
	 * next report of this name was parsed. Never fails: what it cannot read stays
	 * unknown. `flags` are event flags (truncated, late).
	 */
	void (*parse)(struct chain_facts *facts, struct arena *mem, struct span bytes,
		unsigned flags);
};

struct probe {
	enum link link;
	const char *title; /* "PHP-FPM" */
	const char *script; /* collect.sh as text, or NULL */
	const char *script_more; /* a second file of it, or NULL: a file has at most 600 lines */
	const struct collector *collectors; /* ends with name NULL */
	const struct cause *causes;         /* ends with id NULL */
	/* Facts of one site's way as lines; health says how each looks. */
	void (*face)(const struct site_view *view, struct face *face);
	/* One short clause for the chain: "5/5 busy, 128 queued"; from mem. */
	const char *(*says)(const struct site_view *view, struct arena *mem);
	/* Health of the link by its own facts, before causes are weighed: ok, absent,
	 * unknown or warn; never broken (that is the judge's word). */
	enum health (*own_health)(const struct site_view *view);
};

extern const struct probe *const probes[LINKS]; /* in chain order */

/* The `missing` records of any report, once each; strings from mem. Returns how many. */
size_t missing_read(struct span report, struct arena *mem, struct missing **ret_items);

const struct collector *collector_find(const char *name, size_t len);
const struct cause *cause_find(const char *id);

#endif
