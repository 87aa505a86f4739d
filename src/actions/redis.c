/* purge-redis: the keys of one site, told from all others by how they begin. */
#include <string.h>

#include "actions/action.h"
#include "base/span.h"

/* As the redis-cache drop-in makes them: {prefix}{P}:, P being the table prefix without the
 * signs at its ends, and nothing between the two. */
static const char *beginning(struct act_plan *plan, const struct wp_site *wp)
{
	const char *table = wp->prefix ? wp->prefix : "";
	size_t from = strspn(table, "_-:$"), n = strlen(table);

	while (n > from && strchr("_-:$", table[n - 1]))
		n--;
	return arena_printf(plan->mem, "%s%.*s:", wp->redis_prefix, n > from ? (int)(n - from) : 0,
		table + (n > from ? from : 0));
}

static const char *pattern_of(struct act_plan *plan, const char *own)
{
	struct buf out;
	char *pattern;

	buf_init(&out, 4096);
	for (; *own; own++) {
		if (strchr("*?[]\\^-", *own))
			buf_addc(&out, '\\');
		buf_addc(&out, *own);
	}
	buf_addc(&out, '*');
	pattern = arena_strdup(plan->mem, out.data);
	buf_release(&out);
	return pattern;
}

/* The drop-in whose keys begin like that; without one that layout is assumed and said. */
static bool layout_known(struct act_plan *plan, const struct wp_site *wp)
{
	const struct wp_file *file;
	size_t i;

	for (i = 0; i < wp->file_count; i++) {
		file = &wp->files[i];
		if (!file->kind || strcmp(file->kind, "dropin") != 0 || !file->name ||
		    strcmp(file->name, "object-cache.php") != 0)
			continue;
		if (file->title && strstr(file->title, "Redis Object Cache"))
			return true;
		plan_refuse(plan, "unsupported", "object-cache.php is '%s': how its keys begin is not "
			"known here", file->title ? file->title : "without a name");
		return false;
	}
	plan_add(plan, ACT_SAY, "layout", "no object-cache.php: keys of redis-cache are assumed");
	return true;
}

static bool same_text(const char *a, const char *b)
{
	return !strcmp(a ? a : "", b ? b : "");
}

/* Another site of this host whose keys would begin the same. */
static void guard_neighbours(struct act_plan *plan, const struct wp_site *wp, const char *own)
{
	const struct wordpress_facts *facts = &plan->host->facts.wordpress;
	const struct wp_site *other;
	size_t i;

	for (i = 0; i < facts->site_count; i++) {
		other = &facts->sites[i];
		if (same_text(other->config, wp->config) || !other->redis_prefix ||
		    num_or(other->redis_database, 0) != num_or(wp->redis_database, 0))
			continue;
		if (!strcmp(beginning(plan, other), own) ||
		    (other->multisite && !strncmp(own, other->redis_prefix,
						 strlen(other->redis_prefix))))
			plan_refuse(plan, "foreign-keys", "keys of %s begin the same: they could not be "
				"told apart", other->root ? other->root : other->docroot);
	}
}

static const struct wp_site *site_of(struct act_plan *plan)
{
	plan->site = plan_site(plan);
	if (plan->site && !plan->site->view.wp)
		plan_refuse(plan, "unsupported", "no WordPress was found behind %s", plan->site->url);
	return plan->site ? plan->site->view.wp : NULL;
}

static bool can_be_told(struct act_plan *plan, const struct wp_site *wp)
{
	if (wp->multisite)
		plan_refuse(plan, "unsupported", "a multisite: its keys begin in more than one way");
	else if (!wp->user || !wp->config || !wp->root || wp->unread)
		plan_refuse(plan, "unsupported", "its wp-config.php could not be read");
	else if (!wp->redis_prefix || !*wp->redis_prefix)
		plan_refuse(plan, "foreign-keys", "neither WP_REDIS_PREFIX nor WP_CACHE_KEY_SALT is set: "
			"its keys cannot be told from others");
	else
		return layout_known(plan, wp);
	return false;
}

static void plan_purge(struct act_plan *plan, json_t *audit)
{
	const struct wp_site *wp = site_of(plan);
	const char *own;

	(void)audit;
	if (!wp)
		return;
	plan->on = arena_strdup(plan->mem, wp->root ? wp->root : wp->docroot);
	if (!can_be_told(plan, wp))
		return;
	own = beginning(plan, wp);
	guard_neighbours(plan, wp, own);
	plan->kind = "purge";
	plan_word(plan, wp->user);
	plan_word(plan, wp->config);
	plan_word(plan, wp->root);
	plan_word(plan, pattern_of(plan, own));
	plan_word(plan, own);
	plan_add(plan, ACT_SAY, "stays", "every key that begins otherwise, of other sites or programs");
}

const struct action action_purge_redis = {
	.id = "purge-redis",
	.does = "takes this site's keys out of Redis, batch by batch",
	.loses = "the cache is cold: pages are slower and the database has more to do for a while",
	.undo = "none: WordPress fills the cache again",
	.success = "the verdict is healthy, three times over ten seconds",
	.plan = plan_purge,
};
