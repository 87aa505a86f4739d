#include "engine/pages.h"

#include <string.h>

#include "probes/visitor/visitor.h"

#define VISITOR_TRIES 2

static bool has(unsigned set, enum page_way way)
{
	return set & (1u << way);
}

bool page_in_flight(const struct page_run *run)
{
	return (run->asked & ~run->answered) != 0;
}

int64_t page_young_ms(const struct page_run *run, int64_t mono)
{
	int64_t left = run->asked_at[WAY_VISITOR] + PAGE_YOUNG_MS - mono;

	if (!has(run->asked & ~run->answered, WAY_VISITOR) || left < 0)
		return 0;
	return left;
}

static struct page_plan plan(enum page_way way, bool bust, int64_t not_before)
{
	struct page_plan p = { way, bust, not_before };

	return p;
}

static const struct page_plan nothing = { WAYS, false, 0 };

/* Did the visitor's request reach this very machine, with nothing between? Unknown until
 * we know an address of the machine. */
static enum tri is_direct(const struct site_view *view, const struct page *page,
	const char *dialled)
{
	const struct host_facts *host = &view->chain->host;
	struct span rest = span_of(host->addresses), word;

	if (page->edge || !page->address)
		return TRI_NO;
	if (dialled && !strcmp(dialled, page->address))
		return TRI_YES;
	if (host->ssh_address && !strcmp(host->ssh_address, page->address))
		return TRI_YES;
	for (word = span_word(&rest); word.n; word = span_word(&rest))
		if (span_eq(word, page->address))
			return TRI_YES;
	return dialled || host->ssh_address ? TRI_NO : TRI_UNKNOWN;
}

static bool cause_is_proven(const struct model_site *site)
{
	return site->verdict && site->verdict->row && site->verdict->confidence >= 0.85;
}

static bool not_let_in(const struct page *page)
{
	return page->failure == PAGE_REFUSED || page->failure == PAGE_CONNECT_TIMEOUT ||
	       page->failure == PAGE_UNREACHABLE;
}

/* The visitor dialled this machine and got no connection: straight to the origin is the
 * same way again, and only the server itself can say whether it would answer. */
static bool shut_out(const struct site_view *view, const char *dialled)
{
	const struct page *page = view->pages[WAY_VISITOR];

	return page && not_let_in(page) && is_direct(view, page, dialled) == TRI_YES;
}

static struct page_plan after_direct(const struct page_run *run, const struct model_site *site,
	const struct page *page)
{
	if (page->failure == PAGE_TIMEOUT)
		return nothing; /* FPM still runs it: state must explain it */
	if (page_failed(page)) {
		if (cause_is_proven(site))
			return nothing;
		return plan(WAY_ORIGIN, true, run->answered_at[WAY_VISITOR] + PAGE_CONFIRM_MS);
	}
	if (page->cache_hit || !page_well(page) || (site->verdict && site->verdict->row))
		return plan(WAY_ORIGIN, true, 0);
	return nothing;
}

static struct page_plan after_visitor(const struct page_run *run, const struct model_site *site,
	const char *dialled)
{
	const struct page *page = site->view.pages[WAY_VISITOR];
	enum tri direct;

	if (!page)
		return nothing;
	direct = is_direct(&site->view, page, dialled);
	if (direct == TRI_UNKNOWN)
		return nothing;
	if (direct == TRI_YES)
		return after_direct(run, site, page);
	if (page->failure == PAGE_TIMEOUT && cause_is_proven(site))
		return nothing; /* FPM may still run the first */
	return plan(WAY_ORIGIN, true, 0);
}

/* From here the origin may be closed to all but its CDN: then the server itself is asked. */
static struct page_plan after_origin(const struct page_run *run, const struct model_site *site)
{
	const struct page *page = site->view.pages[WAY_ORIGIN];

	if (has(run->asked, WAY_LOOPBACK) || !page || page->failure == PAGE_ANSWERED ||
	    page->failure == PAGE_TIMEOUT || page->failure == PAGE_BROKEN_BODY)
		return nothing;
	return plan(WAY_LOOPBACK, true, 0);
}

/* It failed for the visitor and is well a moment later: was that all? Asked once more. */
static bool deserves_another_look(const struct page_run *run, const struct model_site *site)
{
	const struct page *visitor = site->view.pages[WAY_VISITOR];

	return visitor && page_failed(visitor) && visitor->failure != PAGE_TIMEOUT &&
	       visitor->failure != PAGE_CONNECT_TIMEOUT &&
	       run->visitor_asks < VISITOR_TRIES && view_page_well(&site->view);
}

static struct page_plan after_shut_out(const struct page_run *run, const struct model_site *site)
{
	if (!has(run->asked, WAY_LOOPBACK))
		return cause_is_proven(site) ? nothing : plan(WAY_LOOPBACK, true, 0);
	if (has(run->answered, WAY_LOOPBACK) && deserves_another_look(run, site))
		return plan(WAY_VISITOR, false, 0);
	return nothing;
}

struct page_plan page_next(const struct page_run *run, const struct model_site *site,
	const char *dialled)
{
	if (!has(run->asked, WAY_VISITOR))
		return plan(WAY_VISITOR, false, 0);
	if (!has(run->answered, WAY_VISITOR))
		return nothing;
	if (!has(run->asked, WAY_ORIGIN) && shut_out(&site->view, dialled) &&
	    !(has(run->answered, WAY_LOOPBACK) && !site->view.pages[WAY_LOOPBACK]))
		return after_shut_out(run, site);
	if (!has(run->asked, WAY_ORIGIN))
		return after_visitor(run, site, dialled);
	if (!has(run->answered, WAY_ORIGIN))
		return nothing;
	if (deserves_another_look(run, site))
		return plan(WAY_VISITOR, false, 0);
	return after_origin(run, site);
}
