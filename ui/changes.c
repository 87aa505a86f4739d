#include "ui/changes.h"

#include <stdlib.h>
#include <string.h>

struct gather {
	struct arena *mem;
	struct change *items;
	size_t count;
	int64_t from;
};

static void add(struct gather *g, struct num at, const char *text)
{
	struct change *change;

	if (!at.known || at.v < g->from)
		return;
	change = arena_push(g->mem, &g->items, &g->count, sizeof(*change));
	change->at = at.v;
	change->text = text;
}

static void add_wordpress(struct gather *g, const struct wp_site *wp)
{
	size_t i;

	add(g, wp->config_mtime, "wp-config.php written");
	add(g, wp->version_mtime, wp->version ?
		arena_printf(g->mem, "WordPress core files written (%s)", wp->version) :
		"WordPress core files written");
	add(g, wp->maintenance_mtime, ".maintenance appeared");
	for (i = 0; i < wp->file_count; i++)
		add(g, wp->files[i].mtime, arena_printf(g->mem, "%s %s: files written",
			wp->files[i].kind ? wp->files[i].kind : "file",
			wp->files[i].name ? wp->files[i].name : "?"));
}

static void add_services(struct gather *g, const struct chain_facts *facts)
{
	size_t i;

	add(g, facts->nginx.config_mtime, arena_printf(g->mem, "nginx configuration written: %s",
		facts->nginx.config_newest ? facts->nginx.config_newest : "?"));
	for (i = 0; i < facts->fpm.master_count; i++)
		add(g, facts->fpm.masters[i].conf_mtime, arena_printf(g->mem,
			"PHP-FPM configuration written: %s",
			facts->fpm.masters[i].conf ? facts->fpm.masters[i].conf : "?"));
	for (i = 0; i < facts->host.unit_count; i++)
		add(g, facts->host.units[i].changed_at, arena_printf(g->mem, "%s became %s",
			facts->host.units[i].name, facts->host.units[i].active ?
			facts->host.units[i].active : "?"));
	add(g, facts->host.boot, "the machine was started");
}

static int newest_first(const void *va, const void *vb)
{
	const struct change *a = va, *b = vb;

	return a->at == b->at ? strcmp(a->text, b->text) : a->at > b->at ? -1 : 1;
}

struct change *changes_of(const struct model_host *host, const struct model_site *site,
	int64_t until, int64_t window, struct arena *mem, size_t *ret_count)
{
	struct gather g = { .mem = mem, .from = until - window };

	add_services(&g, &host->facts);
	if (site && site->view.wp)
		add_wordpress(&g, site->view.wp);
	if (g.count)
		qsort(g.items, g.count, sizeof(*g.items), newest_first);
	*ret_count = g.count;
	return g.items;
}
