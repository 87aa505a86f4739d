#include "ui/fleet_rows.h"

#include <stdlib.h>
#include <string.h>

#include "ui/show.h"

bool fleet_has(const struct fleet_names *names, const char *name)
{
	size_t i;

	for (i = 0; i < names->count; i++)
		if (!strcmp(names->items[i], name))
			return true;
	return false;
}

void fleet_toggle(struct fleet_names *names, const char *name)
{
	size_t i;

	for (i = 0; i < names->count; i++)
		if (!strcmp(names->items[i], name)) {
			names->items[i] = names->items[--names->count];
			return;
		}
	names->items = xrealloc(names->items, names->count + 1, sizeof(*names->items));
	names->items[names->count++] = name;
}

const char *fleet_row_name(const struct fleet_row *row)
{
	return row->site ? row->site->url : row->host->target;
}

static int rank_of(const struct verdict *v)
{
	if (!v)
		return 3;
	switch (v->health) {
	case HEALTH_BROKEN: return 0;
	case HEALTH_UNKNOWN: return 1;
	case HEALTH_WARN: return 2;
	default: return 4;
	}
}

/* The host's worst verdict, if it is one to look at. */
static const struct verdict *host_verdict(const struct model_host *host)
{
	size_t i;

	if (host->unreachable || !host->verdict)
		return host->verdict;
	for (i = 0; i < host->site_count; i++)
		if (host->sites[i].verdict == host->verdict)
			return site_verdict(host, &host->sites[i]);
	return host->verdict;
}

struct fleet_counts fleet_count(const struct model *model)
{
	struct fleet_counts c = { 0 };
	size_t *const slots[] = { &c.broken, &c.unknown, &c.warn, &c.waiting, &c.ok };
	size_t i;

	for (i = 0; i < model->host_count; i++)
		++*slots[rank_of(host_verdict(model->hosts[i]))];
	return c;
}

static bool holds(const char *text, const char *filter)
{
	return text && strcasestr(text, filter);
}

static bool wanted(const struct fleet_state *state, const struct fleet_row *row)
{
	const struct verdict *v = row->verdict;

	if (state->only_marked && !fleet_has(&state->marked, fleet_row_name(row)))
		return false;
	if (!*state->filter)
		return true;
	return holds(row->host->target, state->filter) ||
	       holds(row->site ? row->site->url : NULL, state->filter) ||
	       (v && (holds(v->cause, state->filter) || holds(v->title, state->filter) ||
			     holds(health_name(v->health), state->filter)));
}

struct gather {
	const struct fleet_state *state;
	struct arena *mem;
	struct fleet_row *rows;
	size_t count, place;
};

static void add_row(struct gather *g, const struct model_host *host,
	const struct model_site *site, bool folded)
{
	struct fleet_row row = { .host = host, .site = site, .folded = folded,
		.verdict = site ? site_verdict(host, site) : host_verdict(host),
		.host_rank = rank_of(host_verdict(host)), .place = g->place++ }, *kept;

	row.rank = rank_of(row.verdict);
	row.since = row.verdict && row.verdict->since.known && row.verdict->row ?
		row.verdict->since.v + num_or(host->facts.clock_offset, 0) : INT64_MAX;
	if (host->unreachable)
		row.since = host->link.since / 1000;
	if (!wanted(g->state, &row))
		return;
	kept = arena_push(g->mem, &g->rows, &g->count, sizeof(row));
	*kept = row;
}

/* Worst host first, its sites together, worst first; equal ones as they were named. */
static int by_worst(const void *va, const void *vb)
{
	const struct fleet_row *a = va, *b = vb;

	if (a->host_rank != b->host_rank)
		return a->host_rank - b->host_rank;
	if (a->host != b->host)
		return a->place < b->place ? -1 : 1;
	if (a->rank != b->rank)
		return a->rank - b->rank;
	return a->place < b->place ? -1 : 1;
}

static int by_name(const void *va, const void *vb)
{
	const struct fleet_row *a = va, *b = vb;
	int order = strcmp(a->host->target, b->host->target);

	return order ? order : a->place < b->place ? -1 : 1;
}

/* The newest fault first. */
static int by_since(const void *va, const void *vb)
{
	const struct fleet_row *a = va, *b = vb;
	bool none_a = a->since == INT64_MAX, none_b = b->since == INT64_MAX;

	if (none_a != none_b)
		return none_a ? 1 : -1;
	if (a->since != b->since)
		return a->since > b->since ? -1 : 1;
	return by_worst(a, b);
}

struct fleet_row *fleet_rows(const struct model *model, const struct fleet_state *state,
	struct arena *mem, size_t *ret_count)
{
	static int (*const orders[FLEET_ORDERS])(const void *, const void *) = { by_worst, by_name,
		by_since };
	struct gather g = { .state = state, .mem = mem };
	const struct model_host *host;
	size_t i, k;

	for (i = 0; i < model->host_count; i++) {
		host = model->hosts[i];
		if (!host->site_count || host->unreachable || fleet_has(&state->folded, host->target))
			add_row(&g, host, NULL, host->site_count > 1 && !host->unreachable);
		else
			for (k = 0; k < host->site_count; k++)
				add_row(&g, host, &host->sites[k], false);
	}
	if (g.count)
		qsort(g.rows, g.count, sizeof(*g.rows), orders[state->order]);
	for (i = 0; i < g.count; i++)
		g.rows[i].first = !i || g.rows[i].host != g.rows[i - 1].host;
	*ret_count = g.count;
	return g.rows;
}

int fleet_cursor(const struct fleet_state *state, const struct fleet_row *rows, size_t count)
{
	size_t i, host = count;

	for (i = 0; i < count && state->host; i++) {
		if (strcmp(rows[i].host->target, state->host) != 0)
			continue;
		if (!state->site || !rows[i].site || !strcmp(rows[i].site->url, state->site))
			return (int)i;
		if (host == count)
			host = i;
	}
	if (host < count)
		return (int)host; /* its site is hidden: the host's first row */
	return count ? 0 : -1;
}
