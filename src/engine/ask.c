/* What the engine sends: page requests, as pages.c decides them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "engine/host_run.h"

#define PAGE_TIMEOUT_MS 10000
#define IN_FLIGHT_MAX 2 /* dynamic requests per host, all ways together */

static int in_flight(const struct host_run *run)
{
	size_t i;
	int n = 0;

	for (i = 0; i < run->model->site_count; i++)
		n += page_in_flight(&run->sites[i].pages);
	return n;
}

static int page_timeout(const struct engine *engine, int64_t mono)
{
	int64_t left = PAGE_TIMEOUT_MS;

	if (engine->options.deadline_ms)
		left = engine->started.mono + engine->options.deadline_ms - 200 - mono;
	if (left > PAGE_TIMEOUT_MS)
		left = PAGE_TIMEOUT_MS;
	return left < 100 ? 100 : (int)left;
}

/* shop.test and www.shop.test send visitors to one another: who says where one of them is
 * means both, as far as he does not say otherwise. */
static void add_sibling(struct buf *all, const char *host, const char *rest)
{
	if (!strncasecmp(host, "www.", 4))
		buf_addf(all, " %s%s", host + 4, rest);
	else
		buf_addf(all, " www.%s%s", host, rest);
}

static void add_others(struct buf *all, const char *const *resolves, const char *host)
{
	size_t len = strlen(host);
	const char *const *r;

	for (r = resolves; r && *r; r++)
		if (strncasecmp(*r, host, len) != 0 || (*r)[len] != ':')
			buf_addf(all, " %s", *r);
	for (r = resolves; r && *r; r++)
		if (!strncasecmp(*r, host, len) && (*r)[len] == ':')
			add_sibling(all, host, *r + len);
}

/* All --resolve entries, this site's host first, blank-separated: a redirect may lead to
 * another port or name. The first that names a host and port stands. NULL when none names
 * this host. To free. */
static char *resolves_for(const struct host_run *run, const struct site_view *view)
{
	const char *const *r;
	size_t len = strlen(view->host_name);
	struct buf all;

	buf_init(&all, 4096);
	for (r = run->target.resolves; r && *r; r++)
		if (!strncasecmp(*r, view->host_name, len) && (*r)[len] == ':')
			buf_addf(&all, "%s%s", all.len ? " " : "", *r);
	if (all.len) {
		add_others(&all, run->target.resolves, view->host_name);
		return buf_take(&all);
	}
	buf_release(&all);
	return NULL;
}

static const char *origin_of(const struct host_run *run)
{
	if (run->target.origin)
		return run->target.origin;
	if (run->model->link.address)
		return run->model->link.address;
	return run->model->facts.host.ssh_address;
}

static uint64_t ask_over_http(struct engine *engine, struct host_run *run, size_t i,
	struct page_plan plan, int timeout_ms)
{
	struct model_site *site = &run->model->sites[i];
	struct page_request page = {
		.url = site->url,
		.site = site->url,
		.way = page_way_name(plan.way),
		.ca_file = run->target.ca_file,
		.insecure = run->target.insecure,
		.bust_cache = plan.bust_cache,
		.timeout_ms = timeout_ms,
	};
	struct request request = { .kind = REQUEST_HTTP, .host = run->target.name, .page = &page };
	char *resolves = NULL;
	uint64_t seq = 0;

	if (plan.way == WAY_VISITOR) {
		resolves = resolves_for(run, &site->view);
		page.resolve = resolves;
	} else {
		page.connect = origin_of(run);
	}
	if (plan.way == WAY_VISITOR || page.connect)
		seq = engine->source->ops->request(engine->source, &request);
	free(resolves);
	return seq;
}

/* Where on the server itself this site listens. */
static struct endpoint listen_of(const struct site_view *view)
{
	struct endpoint at = { NULL, "127.0.0.1", view->tls ? 443 : 80 };
	const struct nginx_listen *l;
	size_t i;

	for (i = 0; view->server && i < view->server->listen_count; i++) {
		l = &view->server->listens[i];
		if (l->tls != view->tls || l->at.path)
			continue;
		at.port = l->at.port;
		if (l->at.host && strcmp(l->at.host, "0.0.0.0") != 0 && strcmp(l->at.host, "*") != 0 &&
		    !strchr(l->at.host, ':'))
			at.host = l->at.host;
		break;
	}
	return at;
}

static uint64_t ask_loopback(struct engine *engine, struct host_run *run, size_t i, int timeout_ms)
{
	struct model_site *site = &run->model->sites[i];
	struct endpoint at = listen_of(&site->view);
	char port[16], seconds[16];
	const char *args[] = { site->url, at.host, port, seconds, NULL };
	struct request request = { .kind = REQUEST_REPORT, .host = run->target.name,
		.name = "page", .args = args, .timeout_ms = timeout_ms };

	snprintf(port, sizeof(port), "%d", at.port);
	snprintf(seconds, sizeof(seconds), "%d", (timeout_ms + 999) / 1000);
	return engine->source->ops->request(engine->source, &request);
}

static void ask(struct engine *engine, struct host_run *run, size_t i, struct page_plan plan,
	int64_t mono)
{
	struct site_run *site = &run->sites[i];
	int timeout = page_timeout(engine, mono);
	uint64_t seq;

	if (plan.way == WAY_LOOPBACK)
		seq = ask_loopback(engine, run, i, timeout);
	else
		seq = ask_over_http(engine, run, i, plan, timeout);
	site->seq[plan.way] = seq;
	site->pages.asked |= 1u << plan.way;
	site->pages.asked_at[plan.way] = mono;
	site->pages.answered &= ~(1u << plan.way);
	if (plan.way == WAY_VISITOR)
		site->pages.visitor_asks++;
	if (!seq) /* nobody will answer: a recording, or no address to dial */
		site->pages.answered |= 1u << plan.way;
}

int64_t host_run_ask_pages(struct engine *engine, struct host_run *run)
{
	int64_t mono = engine->source->ops->now(engine->source).mono, wait = -1;
	struct page_plan plan;
	size_t i;

	for (i = 0; i < run->model->site_count; i++) {
		if (page_in_flight(&run->sites[i].pages) || in_flight(run) >= IN_FLIGHT_MAX)
			continue;
		plan = page_next(&run->sites[i].pages, &run->model->sites[i],
			run->model->link.address);
		if (plan.way == WAYS)
			continue;
		if (plan.not_before > mono) {
			if (wait < 0 || plan.not_before - mono < wait)
				wait = plan.not_before - mono;
			continue;
		}
		ask(engine, run, i, plan, mono);
	}
	return wait;
}
