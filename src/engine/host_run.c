#include "engine/host_run.h"

#include <stdlib.h>
#include <string.h>

#include "base/dlog.h"
#include "judge/judge.h"
#include "probes/site.h"
#include "probes/visitor/visitor.h"

#define FRESH_S 60 /* a log line at most this old counts as now (DESIGN.md section 5) */

static void add_slots(struct host_run *run)
{
	const struct collector *c;
	struct report_slot *slot;
	int link;

	for (link = 0; link < LINKS; link++)
		for (c = probes[link]->collectors; c && c->name; c++) {
			run->slots = xrealloc(run->slots, run->slot_count + 1, sizeof(*run->slots));
			slot = &run->slots[run->slot_count++];
			memset(slot, 0, sizeof(*slot));
			slot->collector = c;
			slot->link = (enum link)link;
		}
}

struct host_run *host_run_new(struct engine *engine, const struct engine_target *target)
{
	struct model *model = engine->model;
	struct host_run *run = xcalloc(1, sizeof(*run));

	run->target = *target;
	run->model = xcalloc(1, sizeof(*run->model));
	run->model->target = xstrdup(target->name);
	run->target.name = run->model->target;
	add_slots(run);
	model->hosts = xrealloc(model->hosts, model->host_count + 1, sizeof(*model->hosts));
	model->hosts[model->host_count++] = run->model;
	engine->hosts = xrealloc(engine->hosts, engine->host_count + 1, sizeof(*engine->hosts));
	engine->hosts[engine->host_count++] = run;
	return run;
}

void host_run_free(struct host_run *run)
{
	size_t i;

	visitor_release(&run->model->facts.visitor);
	for (i = 0; i < run->slot_count; i++)
		arena_free(run->slots[i].mem);
	arena_free(run->views_mem);
	arena_free(run->missing_mem);
	free(run->slots);
	free(run->sites);
	free(run);
}

static void learn_clock(struct host_run *run, const struct event *event)
{
	struct chain_facts *facts = &run->model->facts;

	if (facts->host.now.known)
		facts->clock_offset = num_of(event->wall / 1000 - facts->host.now.v);
}

/* A report that did not come, or not whole, in time is itself something missing. */
static void add_late(struct report_slot *slot, const char *why)
{
	struct missing *item = arena_push(slot->mem, &slot->missing, &slot->missing_count,
		sizeof(*item));

	item->what = slot->collector->name;
	item->why = why;
}

/* What no report could learn, over all reports. */
static void list_missing(struct host_run *run)
{
	struct chain_facts *facts = &run->model->facts;
	struct missing *item;
	size_t i, j;

	arena_free(run->missing_mem);
	run->missing_mem = arena_new();
	facts->missing = NULL;
	facts->missing_count = 0;
	for (i = 0; i < run->slot_count; i++)
		for (j = 0; j < run->slots[i].missing_count; j++) {
			item = arena_push(run->missing_mem, &facts->missing, &facts->missing_count,
				sizeof(*item));
			*item = run->slots[i].missing[j];
		}
}

bool host_run_report(struct host_run *run, const struct event *event)
{
	struct span bytes = span_from(event->bytes, event->len);
	struct arena *old, *mem;
	size_t i;

	for (i = 0; i < run->slot_count; i++)
		if (!strcmp(run->slots[i].collector->name, event->name))
			break;
	if (i == run->slot_count)
		return false;
	mem = arena_new();
	old = run->slots[i].mem;
	run->slots[i].collector->parse(&run->model->facts, mem, bytes, event->flags);
	run->slots[i].missing_count = missing_read(bytes, mem, &run->slots[i].missing);
	run->slots[i].mem = mem;
	if (event->flags & EVENT_LATE)
		add_late(&run->slots[i], "no answer in time");
	list_missing(run);
	arena_free(old);
	if (!strcmp(event->name, "host.proc"))
		learn_clock(run, event);
	run->dirty = true;
	return true;
}

void host_run_give_up(struct host_run *run)
{
	size_t i;

	for (i = 0; i < run->slot_count && !run->survey_done; i++) {
		if (run->slots[i].mem || run->slots[i].link == LINK_VISITOR)
			continue;
		run->slots[i].mem = arena_new();
		add_late(&run->slots[i], "no answer in the time given");
	}
	list_missing(run);
}

static void count_answered(struct host_run *run, const char *site, enum page_way way, int64_t mono)
{
	size_t i;

	for (i = 0; i < run->model->site_count; i++)
		if (!strcmp(run->model->sites[i].url, site)) {
			run->sites[i].pages.answered |= 1u << way;
			run->sites[i].pages.asked |= 1u << way;
			run->sites[i].pages.answered_at[way] = mono;
		}
}

void host_run_page(struct host_run *run, const struct event *event)
{
	struct chain_facts *facts = &run->model->facts;
	struct arena *mem = arena_new();
	struct page page = { 0 };

	if (page_read_http(&page, mem, span_from(event->bytes, event->len), event->wall / 1000,
		    &run->target.texts)) {
		if (facts->clock_offset.known)
			page.server_at = num_of(page.at.v - facts->clock_offset.v);
		visitor_keep(&facts->visitor, &page);
		count_answered(run, page.site, page.way, event->mono);
		run->dirty = true;
	} else {
		dlog("%s: http event without a page: %.*s", run->target.name, (int)event->len,
			event->bytes);
	}
	arena_free(mem);
}

unsigned host_run_pending(const struct host_run *run)
{
	unsigned links = 0;
	size_t i;

	if (run->survey_done)
		return 0;
	for (i = 0; i < run->slot_count; i++)
		if (!run->slots[i].mem && run->slots[i].link != LINK_VISITOR)
			links |= 1u << run->slots[i].link;
	return links;
}

static struct model_site *add_site(struct host_run *run, const char *url)
{
	struct model_host *host = run->model;

	host->sites = xrealloc(host->sites, host->site_count + 1, sizeof(*host->sites));
	run->sites = xrealloc(run->sites, host->site_count + 1, sizeof(*run->sites));
	memset(&host->sites[host->site_count], 0, sizeof(*host->sites));
	memset(&run->sites[host->site_count], 0, sizeof(*run->sites));
	host->sites[host->site_count].url = xstrdup(url);
	return &host->sites[host->site_count++];
}

static struct model_site *find_site(struct host_run *run, const char *url)
{
	size_t i;

	for (i = 0; i < run->model->site_count; i++)
		if (!strcmp(run->model->sites[i].url, url))
			return &run->model->sites[i];
	return add_site(run, url);
}

/* A recording names the sites in its page events. */
static void sites_from_pages(struct host_run *run)
{
	const struct visitor_facts *visitor = &run->model->facts.visitor;
	size_t i;

	for (i = 0; i < visitor->page_count; i++)
		find_site(run, visitor->pages[i].site);
}

/* Nothing told a name: the machine's own address still has a front page. */
static void site_from_address(struct host_run *run)
{
	const char *address = run->model->link.address ? run->model->link.address
						       : run->model->facts.host.ssh_address;
	char *url;

	if (!address)
		return;
	url = xasprintf(strchr(address, ':') ? "http://[%s]/" : "http://%s/", address);
	add_site(run, url);
	free(url);
}

static struct site_time time_of(struct engine *engine, const struct host_run *run)
{
	const struct chain_facts *facts = &run->model->facts;
	int64_t wall = engine->source->ops->now(engine->source).wall;
	int64_t fresh_ms = engine->options.fresh_ms;
	struct site_time time = { 0, engine->options.since_ms / 1000,
		fresh_ms ? fresh_ms / 1000 : FRESH_S };

	if (facts->clock_offset.known)
		time.now = wall / 1000 - facts->clock_offset.v;
	return time;
}

/* Sites are those asked for; else those a recording shows, or those nginx serves. */
static void know_sites(struct engine *engine, struct host_run *run)
{
	const char *const *url;
	struct site_view *views;
	size_t i, count;

	for (url = run->target.urls; url && *url; url++)
		find_site(run, *url);
	if (run->target.urls)
		return;
	sites_from_pages(run);
	if (!engine->source->live && run->model->site_count)
		return;
	views = site_views(&run->model->facts, NULL, time_of(engine, run), run->views_mem, &count);
	for (i = 0; i < count; i++)
		find_site(run, views[i].url);
	if (!run->model->site_count && run->survey_done)
		site_from_address(run);
}

void host_run_views(struct engine *engine, struct host_run *run)
{
	struct model_host *host = run->model;
	struct site_view *views;
	const char **urls;
	size_t i, count;

	arena_free(run->views_mem);
	run->views_mem = arena_new();
	know_sites(engine, run);
	if (!host->site_count)
		return;
	urls = arena_alloc(run->views_mem, (host->site_count + 1) * sizeof(*urls));
	for (i = 0; i < host->site_count; i++)
		urls[i] = host->sites[i].url;
	views = site_views(&host->facts, urls, time_of(engine, run), run->views_mem, &count);
	for (i = 0; i < host->site_count && i < count; i++) {
		host->sites[i].view = views[i];
		host->sites[i].view.given = run->target.urls != NULL;
	}
}

static struct pending pending_of(struct engine *engine, struct host_run *run, size_t i)
{
	int64_t mono = engine->source->ops->now(engine->source).mono;
	const struct page_run *pages = &run->sites[i].pages;
	struct pending pending = { host_run_pending(run), false, false };
	int64_t young = page_young_ms(pages, mono);

	if (engine->source_ended) {
		pending.links = 0;
		return pending;
	}
	pending.visitor = young > 0;
	if (young > 0)
		run->judge_at = mono + young;
	pending.pages = page_in_flight(pages) ||
			page_next(pages, &run->model->sites[i], run->model->link.address).way != WAYS;
	return pending;
}

static void judge_one(struct host_run *run, size_t i, struct pending pending)
{
	struct model_site *site = &run->model->sites[i];
	struct verdict *old = site->verdict;

	site->verdict = judge_site(&site->view, pending);
	verdict_free(old);
}

void host_run_judge(struct engine *engine, struct host_run *run)
{
	struct model_host *host = run->model;
	int64_t wall = engine->source->ops->now(engine->source).wall;
	struct pending pending;
	size_t i;

	run->judge_at = 0;
	for (i = 0; i < host->site_count; i++) {
		if (!host->sites[i].view.url)
			continue;
		pending = pending_of(engine, run, i);
		judge_one(run, i, pending);
		/* What the verdict makes worth asking may unsettle it again. */
		if (!pending.pages && pending_of(engine, run, i).pages)
			judge_one(run, i, pending_of(engine, run, i));
		timeline_verdict(&engine->model->timeline, wall, host->target, host->sites[i].url,
			host->sites[i].verdict);
	}
	host->verdict = model_worst(host);
	host->pending = engine->source_ended ? 0 : host_run_pending(run);
	engine->model->generation++;
}
