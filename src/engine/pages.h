/*
 * pages: which page request a site deserves next. Pure; how little of a sick server may
 * be asked is decided here (DESIGN.md section 4).
 */
#ifndef ENGINE_PAGES_H
#define ENGINE_PAGES_H

#include "model/model.h"

#define PAGE_CONFIRM_MS 300 /* a failing answer is asked again after so long */

struct page_plan {
	enum page_way way; /* WAYS: nothing more is wanted */
	bool bust_cache;
	int64_t not_before; /* mono ms; 0: now */
};

/* What was asked of a site so far. */
struct page_run {
	unsigned asked, answered; /* bit per enum page_way */
	int64_t asked_at[WAYS];    /* mono ms */
	int visitor_asks;          /* how often the visitor's way was tried */
	int64_t answered_at[WAYS]; /* mono ms */
	bool loopback_tool_missing;
};

bool page_in_flight(const struct page_run *run);

/* A visitor's page that hangs tells nothing more, but one asked a moment ago may yet show
 * a cached copy: ms until that moment is over, 0 when it is or none is under way. */
#define PAGE_YOUNG_MS 1000
int64_t page_young_ms(const struct page_run *run, int64_t mono);
/* dialled: the address SSH reached, or NULL. */
struct page_plan page_next(const struct page_run *run, const struct model_site *site,
	const char *dialled);

#endif
