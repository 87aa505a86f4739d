/*
 * rounds: what a host is asked again and again while the console watches it, and how
 * often (DESIGN.md section 4: a guest in a sickroom). Rounds begin once the first look is
 * done. Internal to the engine.
 *
 *   every interval      processes, units, logs; cheaper things less often while all is well
 *   every probe         the pages; every ten seconds while something is wrong
 *   when services change (a master or an nginx worker is another process)  the whole survey
 */
#ifndef ENGINE_ROUNDS_H
#define ENGINE_ROUNDS_H

#include <stdbool.h>
#include <stdint.h>

struct engine;
struct host_run;

/* What is remembered between rounds of one host. */
struct round_state {
	int64_t next, next_pages, next_survey; /* mono ms; 0: not begun */
	int64_t pages_since;  /* wall s: pages older than this are from an earlier asking */
	uint64_t services;    /* which processes serve; 0: not looked yet */
	unsigned count;
	bool was_ill, all;    /* all: the next round asks everything */
	bool pages_asked;     /* what an earlier asking left is still to be forgotten */
};

/* Asks what is due; returns ms until more is, -1: this engine does no rounds. */
int64_t rounds_tick(struct engine *engine, struct host_run *run);

/* The operator wants to know now. */
void rounds_now(struct engine *engine, struct host_run *run);

/*
 * For a source that is not live, after each page it brings: the recorded console asked by
 * its own plan, so the visitor's page tells that a new asking has begun, and what an
 * earlier one left of that site is forgotten as it was then.
 */
void rounds_replayed_page(struct host_run *run);

#endif
