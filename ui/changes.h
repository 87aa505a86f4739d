/*
 * changes: what changed on a server lately, told from times of files and processes. The
 * strongest clue there is for a fault that began at a known moment. Pure.
 */
#ifndef UI_CHANGES_H
#define UI_CHANGES_H

#include "base/mem.h"
#include "model/model.h"

struct change {
	int64_t at; /* server clock, epoch s */
	const char *text;
};

/* Of the `window` seconds before `until` and all since, newest first; from mem. */
struct change *changes_of(const struct model_host *host, const struct model_site *site,
	int64_t until, int64_t window, struct arena *mem, size_t *ret_count);

#endif
