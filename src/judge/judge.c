/*
 * How a verdict is written: candidates.c has weighed the causes; here the winner becomes
 * a sheet, with what was ruled out, the rivals, the chain's healths, and whether anything
 * still under way could change it.
 */
#include "judge/judge.h"

#include <stdlib.h>
#include <string.h>

#include "judge/candidates.h"
#include "probes/probe.h"

#define RULED_OUT_MAX 10
#define RIVALS_MAX 6
#define NAMED_FROM 0.5 /* below this a candidate is not named */
#define SETTLED_FROM 0.85
#define REDIRECTS_LOOP 5 /* as many as a page request follows (page.h) */

static struct verdict *verdict_new(const char *site)
{
	struct arena *mem = arena_new();
	struct verdict *v = arena_alloc(mem, sizeof(*v));

	v->mem = mem;
	v->site = arena_strdup(mem, site);
	v->link = LINK_NONE;
	v->actions = "";
	return v;
}

/* The facts behind a finding die with the next report; the verdict lives on. */
static void keep_evidence(struct verdict *v, const struct finding *f)
{
	struct evidence *e;
	int i;

	v->evidence_count = (size_t)f->evidence_count;
	v->evidence = arena_alloc(v->mem, sizeof(f->evidence));
	memcpy(v->evidence, f->evidence, sizeof(f->evidence));
	for (i = 0; i < f->evidence_count; i++) {
		e = &v->evidence[i];
		e->source = arena_strdup(v->mem, e->source);
		e->text = arena_strdup(v->mem, e->text);
	}
}

static void name_cause(struct verdict *v, const struct candidate *c)
{
	const struct finding *f = &c->finding;

	v->cause = cause_public_id(c->cause);
	v->row = c->cause;
	v->link = c->cause->link;
	v->health = f->health == HEALTH_WARN ? HEALTH_WARN : HEALTH_BROKEN;
	if (!strcmp(v->cause, "unknown"))
		v->health = HEALTH_UNKNOWN;
	v->title = arena_strdup(v->mem, f->title ? f->title : c->cause->title);
	v->confidence = c->confidence;
	v->since = f->since;
	v->arrow = f->arrow ? f->arrow : c->cause->arrow;
	v->fix = arena_strdup(v->mem, f->fix ? f->fix : c->cause->fix);
	v->wrong_fix = c->cause->wrong_fix;
	v->actions = c->cause->actions ? c->cause->actions : "";
	v->subject = arena_strdup(v->mem, f->subject);
	v->changes_mind = arena_strdup(v->mem, f->changes_mind);
	keep_evidence(v, f);
}

/* A browser gives up after a while, and so did we: sent round in a circle. */
static bool page_loops(const struct page *page)
{
	return num_or(page->status, 0) / 100 == 3 && num_or(page->redirects, 0) >= REDIRECTS_LOOP;
}

static const struct page *failing_page(const struct site_view *view)
{
	int way;

	for (way = 0; way < WAYS; way++)
		if (view->pages[way] && way != WAY_STATIC && page_failed(view->pages[way]))
			return view->pages[way];
	for (way = 0; way < WAY_STATIC; way++)
		if (view->pages[way] && (num_or(view->pages[way]->status, 0) >= 400 ||
						page_loops(view->pages[way])))
			return view->pages[way];
	return NULL;
}

/* Would a visitor call this an answer? A page the user named must be there; a name that
 * nginx merely serves may have nothing at its root; 401 is a locked door, not a broken one. */
static bool page_serves(const struct site_view *view, const struct page *page)
{
	int64_t status = num_or(page->status, 0);

	if (page->failure != PAGE_ANSWERED || page_failed(page) || page_loops(page))
		return false;
	return (status >= 200 && status < 400) || status == 401 ||
	       (!view->given && status >= 400 && status < 500);
}

static bool some_page_serves(const struct site_view *view)
{
	static const enum page_way ways[] = { WAY_VISITOR, WAY_ORIGIN, WAY_LOOPBACK };
	const struct page *page = view_page(view, WAY_VISITOR);
	size_t i;

	/* What a visitor is told counts more than what we get past his way, unless it is the
	 * edge that turns us away: a bot check is not what visitors see. */
	if (page && page->failure == PAGE_ANSWERED && !page->challenged && !page->edge_made)
		return page_serves(view, page);
	for (i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
		page = view_page(view, ways[i]);
		if (page && page_serves(view, page))
			return true;
	}
	return false;
}

static const char *page_words(const struct page *page, struct finding *scratch)
{
	if (page->failure != PAGE_ANSWERED)
		return finding_text(scratch, "%s answers nothing (%s)", page->url,
			page->error ? page->error : "no answer");
	return finding_text(scratch, "%s answers %lld", page->url,
		(long long)num_or(page->status, 0));
}

/* What comes nearest: a fresh line that fits, though it proves nothing. */
static const struct candidate *nearest(const struct candidates *c)
{
	const struct candidate *found = NULL;
	size_t i;

	for (i = 0; i < c->count; i++)
		if (c->items[i].finding.state == FINDING_HINT && c->items[i].finding.fresh_lines &&
		    (!found || c->items[i].confidence > found->confidence))
			found = &c->items[i];
	return found;
}

static void quote(struct finding *to, const struct finding *from)
{
	int i;

	for (i = 0; i < from->evidence_count && to->evidence_count < EVIDENCE_MAX; i++)
		to->evidence[to->evidence_count++] = from->evidence[i];
}

static void name_unknown(struct verdict *v, const struct site_view *view,
	const struct candidates *c)
{
	const struct page *page = failing_page(view);
	const struct candidate *hint = c->best ? c->best : nearest(c);
	struct finding scratch = { .mem = v->mem };

	v->cause = "unknown";
	v->health = HEALTH_UNKNOWN;
	v->confidence = 0.3;
	if (page) {
		v->title = finding_text(&scratch, hint ? "%s; seen, but not proven to be why: %s" :
			"%s, and nothing seen on the server explains it", page_words(page, &scratch),
			!hint ? "" : hint->finding.title ? hint->finding.title : hint->cause->title);
		v->error = arena_strdup(v->mem, page->error);
		finding_page(&scratch, page);
		if (hint)
			quote(&scratch, &hint->finding);
		keep_evidence(v, &scratch);
	} else {
		v->title = "no page of this site could be asked, and the server shows no fault";
	}
}

static bool all_links_known(const struct site_view *view)
{
	int link;

	for (link = LINK_NGINX; link < LINKS; link++)
		if (probes[link]->own_health(view) == HEALTH_UNKNOWN)
			return false;
	return true;
}

static void name_healthy(struct verdict *v, const struct site_view *view)
{
	const struct page *page = view->pages[WAY_ORIGIN] ? view->pages[WAY_ORIGIN]
							 : view->pages[WAY_VISITOR];
	struct finding scratch = { .mem = v->mem };

	if (!page)
		page = view->pages[WAY_LOOPBACK];
	v->cause = "healthy";
	v->health = HEALTH_OK;
	v->title = "the whole chain answers";
	v->confidence = all_links_known(view) ? 0.95 : 0.85;
	/* What stands where it sends visitors is another site's affair, unseen here. */
	if (page && num_or(page->status, 0) / 100 == 3)
		v->confidence = 0.7;
	if (page)
		finding_page(&scratch, page);
	keep_evidence(v, &scratch);
}

static void add_recovered(struct verdict *v, const struct candidate *c)
{
	struct recovered *r;
	struct num to = { 0 };
	int i;

	for (i = 0; i < c->finding.evidence_count; i++)
		if (c->finding.evidence[i].kind == EVIDENCE_LOG && c->finding.evidence[i].at.known &&
		    (!to.known || c->finding.evidence[i].at.v > to.v))
			to = c->finding.evidence[i].at;
	if (!to.known)
		return;
	r = arena_push(v->mem, &v->recovered, &v->recovered_count, sizeof(*r));
	r->cause = c->cause;
	r->from = c->finding.since.known ? c->finding.since : to;
	r->to = to;
}

static bool hint_explained(const struct candidates *c, const struct candidate *hint)
{
	size_t i;

	for (i = 0; i < c->count; i++)
		if (c->items[i].finding.state == FINDING_HINT && &c->items[i] != hint &&
		    cause_explains(c->items[i].cause, hint->cause->id))
			return true;
	return false;
}

static void add_rival(struct verdict *v, const struct candidate *c, const char *why_not)
{
	struct rival *r;

	if (v->rival_count == RIVALS_MAX || c->cause->as)
		return;
	r = arena_push(v->mem, &v->rivals, &v->rival_count, sizeof(*r));
	r->cause = c->cause;
	r->confidence = c->confidence;
	r->why_not = why_not;
}

static const char *why_not(struct verdict *v, const struct candidate *c)
{
	if (c->explained_by)
		return arena_printf(v->mem, "an effect of %s", cause_public_id(c->explained_by->cause));
	if (c->finding.state == FINDING_PROVEN)
		return arena_printf(v->mem, "stands as well, but %s weighs more", v->cause);
	return "fits, but nothing that counts now proves it";
}

static void list_ruled_out(struct verdict *v, const struct candidates *c, int distance)
{
	const struct candidate *item;
	struct ruled_out *r;
	size_t i;

	for (i = 0; i < c->count && v->ruled_out_count < RULED_OUT_MAX; i++) {
		item = &c->items[i];
		if (item->finding.state != FINDING_RULED_OUT || item->cause->as ||
		    abs(link_depth(item->cause->link) - link_depth(v->link)) != distance)
			continue;
		r = arena_push(v->mem, &v->ruled_out, &v->ruled_out_count, sizeof(*r));
		r->cause = item->cause->id;
		r->because = item->finding.because;
	}
}

static void list_others(struct verdict *v, const struct candidates *c)
{
	const struct candidate *item;
	int distance;
	size_t i;

	for (i = 0; i < c->count; i++) {
		item = &c->items[i];
		if (v->row == item->cause)
			continue;
		if (item->finding.state == FINDING_PROVEN || item->finding.state == FINDING_HINT)
			add_rival(v, item, why_not(v, item));
		if (item->finding.state == FINDING_HINT && !item->cause->as && !hint_explained(c, item))
			add_recovered(v, item);
	}
	/* What a reader would think of first: the neighbours of what is named. */
	for (distance = 0; distance <= link_depth(LINK_NONE); distance++)
		list_ruled_out(v, c, distance);
}

/* Links between the visitor and the cause carry the failure: victims, as far as they are
 * there at all. */
static void paint_chain(struct verdict *v, const struct candidates *c, const struct site_view *view)
{
	bool fails = view_page_fails(view);
	enum link link;
	size_t i;

	for (link = 0; link < LINKS; link++) {
		v->chain[link] = probes[link]->own_health(view);
		v->says[link] = probes[link]->says(view, v->mem);
	}
	if (fails)
		v->chain[LINK_VISITOR] = HEALTH_BROKEN;
	if (!v->row)
		return;
	for (i = 0; i < c->count; i++)
		if (c->items[i].explained_by && v->chain[c->items[i].cause->link] != HEALTH_ABSENT)
			v->chain[c->items[i].cause->link] = HEALTH_AFFECTED;
	for (link = LINK_CDN; fails && link <= LINK_FPM; link++)
		if (link_depth(link) > link_depth(v->link) && v->chain[link] != HEALTH_ABSENT)
			v->chain[link] = HEALTH_AFFECTED;
	v->chain[v->link] = v->health;
}

/* A pending report matters when a cause of its link could explain what is named now. */
static bool report_matters(const struct verdict *v, enum link link)
{
	const struct cause *cause;

	if (!v->row || v->confidence < SETTLED_FROM || link == v->link)
		return true;
	for (cause = probes[link]->causes; cause && cause->id; cause++)
		if (cause_explains(cause, v->row->id))
			return true;
	return false;
}

/* A page that is well against a proven outage: a cached copy, or the outage is not his. */
static bool page_contradicts(const struct site_view *view)
{
	const struct page *page = view_page(view, WAY_VISITOR);

	return page && !page_failed(page);
}

static bool is_settled(const struct verdict *v, const struct site_view *view,
	struct pending pending)
{
	enum link link;

	for (link = 0; link < LINKS; link++)
		if ((pending.links & (1u << link)) && report_matters(v, link))
			return false;
	if (!pending.pages)
		return true;
	return v->row && v->confidence >= SETTLED_FROM && v->health == HEALTH_BROKEN &&
	       !pending.visitor && !page_contradicts(view);
}

struct verdict *judge_site(const struct site_view *view, struct pending pending)
{
	struct verdict *v = verdict_new(view->url);
	struct candidates c;

	candidates_look(&c, view, v->mem);
	if (c.best && c.best->confidence >= NAMED_FROM)
		name_cause(v, c.best);
	else if (c.best || view_page_fails(view) || !some_page_serves(view))
		name_unknown(v, view, &c);
	else
		name_healthy(v, view);
	list_others(v, &c);
	paint_chain(v, &c, view);
	v->settled = is_settled(v, view, pending);
	return v;
}

struct verdict *judge_unreachable(const char *site, const char *title, const char *error)
{
	struct verdict *v = verdict_new(site);

	v->cause = "unknown";
	v->health = HEALTH_UNKNOWN;
	v->title = arena_strdup(v->mem, title);
	v->error = arena_strdup(v->mem, error);
	v->settled = true;
	return v;
}

static int rank(enum health health)
{
	switch (health) {
	case HEALTH_BROKEN:
		return 0;
	case HEALTH_WARN:
		return 2;
	case HEALTH_OK:
		return 3;
	default:
		return 1;
	}
}

int verdict_compare(const struct verdict *a, const struct verdict *b)
{
	return rank(a->health) - rank(b->health);
}
