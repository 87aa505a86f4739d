#include "ui/fleet_cells.h"

#include <stdio.h>
#include <string.h>

/* 5xx of the last minute in the logs of this site, or of all when its own is not known. */
static struct num errors_of(const struct fleet_row *row)
{
	const struct nginx_facts *nginx = &row->host->facts.nginx;
	const char *own = row->site && row->site->view.server ?
		row->site->view.server->access_log : NULL;
	struct num sum = { 0, false };
	size_t i;

	for (i = 0; i < nginx->access_count; i++) {
		if (own && nginx->access[i].path && strcmp(own, nginx->access[i].path) != 0)
			continue;
		if (nginx->access[i].fresh_errors.known)
			sum = num_of(sum.v + nginx->access[i].fresh_errors.v);
	}
	return sum;
}

static const char *number(struct arena *mem, struct num n)
{
	return n.known ? arena_printf(mem, "%lld", (long long)n.v) : "?";
}

static const char *of(struct arena *mem, struct num n, struct num all)
{
	return arena_printf(mem, "%s/%s", number(mem, n), number(mem, all));
}

static const char *page_time(const struct site_view *view, struct arena *mem)
{
	const struct page *page = view_page(view, WAY_VISITOR);

	if (!page)
		return "?";
	if (page->failure != PAGE_ANSWERED)
		return "none";
	if (page_failed(page) || !page->first_byte_ms.known)
		return number(mem, page->status);
	if (page->first_byte_ms.v < 1000)
		return arena_printf(mem, "%lldms", (long long)page->first_byte_ms.v);
	return arena_printf(mem, "%.1fs", (double)page->first_byte_ms.v / 1000);
}

static int64_t days_left(const struct site_view *view, const struct frame *frame)
{
	const struct page *page = view_page(view, WAY_VISITOR);

	if (!page || !page->has_cert || !page->cert.not_after.known)
		return INT64_MAX;
	return (page->cert.not_after.v - frame->wall / 1000) / 86400;
}

struct fleet_cells fleet_cells(const struct fleet_row *row, const struct frame *frame)
{
	const struct chain_facts *facts = &row->host->facts;
	const struct model_site *site = row->site ? row->site :
		row->host->site_count ? &row->host->sites[0] : NULL;
	struct fleet_cells c = { "?", "?", "?", "?", "?", "?", "?", INT64_MAX };
	const struct site_view *view;

	c.errors = number(frame->mem, errors_of(row));
	if (facts->mysql.threads_connected.known)
		c.sql = of(frame->mem, facts->mysql.threads_connected, facts->mysql.max_connections);
	if (facts->host.load1_x100.known)
		c.load = arena_printf(frame->mem, "%.1f", (double)facts->host.load1_x100.v / 100);
	if (!site || !site->view.url)
		return c;
	view = &site->view;
	c.page = page_time(view, frame->mem);
	if (view->pool)
		c.workers = of(frame->mem, view_pool_busy(view),
			view->pool->max_children.known ? view->pool->max_children :
							 view_pool_workers(view));
	if (view->listener)
		c.queue = number(frame->mem, view->listener->queued);
	c.cert_days = days_left(view, frame);
	if (c.cert_days != INT64_MAX)
		c.cert = arena_printf(frame->mem, "%lldd", (long long)c.cert_days);
	else if (!view->tls)
		c.cert = "-";
	return c;
}
