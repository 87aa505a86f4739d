/*
 * fleet_rows: which rows the fleet shows and in what order. Pure. A row is a site, or a
 * whole host: one that is folded, that has no site yet, or that nobody can log in to.
 */
#ifndef UI_FLEET_ROWS_H
#define UI_FLEET_ROWS_H

#include "ui/view.h"

enum fleet_order { FLEET_WORST, FLEET_NAME, FLEET_SINCE, FLEET_ORDERS };

/* Names are the model's strings and live as long as it. */
struct fleet_names {
	const char **items;
	size_t count;
};

struct fleet_state {
	const char *host, *site; /* where the cursor stands; NULL: on the first row */
	enum fleet_order order;
	char filter[128];
	struct fleet_names folded; /* targets */
	struct fleet_names marked; /* urls, or targets of rows without a site */
	bool only_marked;
};

struct fleet_row {
	const struct model_host *host;
	const struct model_site *site;    /* NULL: the row is the host's */
	const struct verdict *verdict;    /* NULL: nothing known yet */
	bool folded;
	bool first;                       /* of its host */
	int host_rank, rank;              /* 0 is the worst */
	int64_t since;
	size_t place;                     /* in the model: breaks ties */
};

struct fleet_counts {
	size_t broken, unknown, warn, ok, waiting;
};

/* From mem. */
struct fleet_row *fleet_rows(const struct model *model, const struct fleet_state *state,
	struct arena *mem, size_t *ret_count);
/* Row the cursor stands on; -1: there are none. */
int fleet_cursor(const struct fleet_state *state, const struct fleet_row *rows, size_t count);
/* By host: each counts once, with its worst site. */
struct fleet_counts fleet_count(const struct model *model);

bool fleet_has(const struct fleet_names *names, const char *name);
void fleet_toggle(struct fleet_names *names, const char *name);
/* What a row is marked by. */
const char *fleet_row_name(const struct fleet_row *row);

#endif
