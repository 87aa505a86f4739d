#include "judge/candidates.h"

#include <string.h>

#include "base/mem.h"
#include "base/span.h"
#include "judge/judge.h"
#include "probes/probe.h"

int link_depth(enum link link)
{
	static const int depth[LINKS + 1] = {
		[LINK_HOST] = 0,      [LINK_MYSQL] = 1, [LINK_REDIS] = 1,
		[LINK_WORDPRESS] = 2, [LINK_FPM] = 3,   [LINK_NGINX] = 4,
		[LINK_CDN] = 5,       [LINK_VISITOR] = 6, [LINK_NONE] = 7,
	};

	return depth[link];
}

static bool id_matches(struct span word, const char *id)
{
	if (!span_ends(word, ".*"))
		return span_eq(word, id);
	word.n--; /* keeps the dot */
	return strncmp(id, word.p, word.n) == 0;
}

bool cause_explains(const struct cause *by, const char *id)
{
	struct span rest = span_of(by->explains), word;

	if (!strcmp(by->id, id))
		return false;
	for (word = span_word(&rest); word.n; word = span_word(&rest))
		if (id_matches(word, id))
			return true;
	return false;
}

double judge_confidence(const struct finding *f, bool rival)
{
	double value = 0.3;

	if (f->decisive >= 2 || (f->decisive == 1 && f->fresh_lines))
		value = 0.95;
	else if (f->decisive == 1)
		value = 0.85;
	else if (f->fresh_lines)
		value = 0.7;
	else if (f->by_elimination)
		value = 0.5;
	if (rival)
		value -= 0.2;
	if (f->refuter_missing)
		value -= 0.2;
	return value > 0.05 ? value : 0.05;
}

static bool is_proven(const struct candidate *c)
{
	return c->finding.state == FINDING_PROVEN;
}

/* What it hides is the deeper cause itself: only then may the outer link stand for all. */
static bool hides_outage(const struct candidate *c)
{
	return !strcmp(c->cause->id, "cdn.cached_page_hides_outage");
}

/* Two that explain each other: the deeper one stands. */
static bool makes_effect(const struct candidate *by, const struct candidate *of)
{
	if (!cause_explains(by->cause, of->cause->id) || hides_outage(of))
		return false;
	if (hides_outage(by))
		return true;
	return !cause_explains(of->cause, by->cause->id) ||
	       link_depth(by->cause->link) < link_depth(of->cause->link);
}

/* Only one degree of gravity can carry the other: a passing oddity (warn) never turns an
 * outage (broken) into its effect. */
static bool grave_enough(const struct candidate *by, const struct candidate *of)
{
	return by->finding.health == HEALTH_BROKEN || of->finding.health != HEALTH_BROKEN ||
	       hides_outage(by);
}

static void mark_effects(struct candidates *c)
{
	size_t i, j;

	for (i = 0; i < c->count; i++)
		for (j = 0; j < c->count && is_proven(&c->items[i]); j++)
			if (i != j && is_proven(&c->items[j]) &&
			    makes_effect(&c->items[j], &c->items[i]) &&
			    grave_enough(&c->items[j], &c->items[i]))
				c->items[i].explained_by = &c->items[j];
}

static void weigh(struct candidates *c)
{
	struct candidate *a;
	bool rival;
	size_t i, j;

	for (i = 0; i < c->count; i++) {
		a = &c->items[i];
		rival = false;
		for (j = 0; j < c->count; j++)
			if (j != i && is_proven(&c->items[j]) && !c->items[j].explained_by &&
			    c->items[j].cause->link == a->cause->link &&
			    c->items[j].finding.health >= a->finding.health)
				rival = true;
		a->confidence = judge_confidence(&a->finding, rival && is_proven(a));
	}
}

static int gravity(const struct candidate *c)
{
	return c->finding.health == HEALTH_BROKEN ? 0 : 1;
}

/* Measured now beats said within the last minute: a line may be of what came before. */
static bool is_measured(const struct candidate *c)
{
	return c->finding.decisive > 0;
}

static bool better(const struct candidate *a, const struct candidate *b)
{
	int da = link_depth(a->cause->link), db = link_depth(b->cause->link);

	if (gravity(a) != gravity(b))
		return gravity(a) < gravity(b);
	if (is_measured(a) != is_measured(b))
		return is_measured(a);
	if (da != db)
		return da < db;
	return a->confidence > b->confidence;
}

static void choose(struct candidates *c)
{
	const struct candidate *a;
	size_t i;

	for (i = 0; i < c->count; i++) {
		a = &c->items[i];
		if (!is_proven(a) || a->explained_by)
			continue;
		if (!c->best || better(a, c->best))
			c->best = a;
	}
}

/* With nothing proven and a page that fails, what is left by elimination may stand. */
static void choose_by_elimination(struct candidates *c, const struct site_view *view)
{
	const struct candidate *left = NULL;
	size_t i;

	if (c->best || !view_page_fails(view))
		return;
	for (i = 0; i < c->count; i++)
		if (c->items[i].finding.state == FINDING_HINT && c->items[i].finding.by_elimination &&
		    (!left || better(&c->items[i], left)))
			left = &c->items[i];
	c->best = left;
}

/* The page is well now, past all caches and for the visitor: what is proven all the same
 * hits only part of the requests. */
static bool fails_in_part(const struct site_view *view)
{
	const struct page *visitor = view_page(view, WAY_VISITOR);
	bool denied = visitor && view->given && num_or(visitor->status, 0) == 403 &&
		!visitor->edge_made;

	return view_page_well(view) && !(visitor && (page_failed(visitor) || denied));
}

void candidates_look(struct candidates *c, const struct site_view *view, struct arena *mem)
{
	const struct cause *cause;
	struct candidate *item;
	bool part = fails_in_part(view);
	int link;

	memset(c, 0, sizeof(*c));
	for (link = 0; link < LINKS; link++)
		for (cause = probes[link]->causes; cause && cause->id; cause++) {
			item = arena_push(mem, &c->items, &c->count, sizeof(*item));
			item->cause = cause;
			item->finding.mem = mem;
			cause->look(view, &item->finding);
			if (part && item->finding.health == HEALTH_BROKEN)
				item->finding.health = HEALTH_WARN;
		}
	mark_effects(c);
	weigh(c);
	choose(c);
	choose_by_elimination(c, view);
	weigh(c);
}
