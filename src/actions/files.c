/* What lies in a site's tree: renamed in place to a name nobody can guess, and back. */
#include <string.h>

#include "actions/action.h"
#include "actions/audit.h"

#define MANY 40 /* candidates that are told */

static const struct wp_site *wordpress_of(struct act_plan *plan)
{
	const struct wp_site *wp;

	plan->site = plan_site(plan);
	if (!plan->site)
		return NULL;
	wp = plan->site->view.wp;
	if (!wp)
		plan_refuse(plan, "unsupported", "no WordPress was found behind %s", plan->site->url);
	return wp;
}

/* ---- .maintenance ---- */

static void plan_maintenance(struct act_plan *plan, json_t *audit)
{
	const struct wp_site *wp = wordpress_of(plan);
	int64_t age;

	(void)audit;
	if (!wp)
		return;
	if (!wp->maintenance_path && !wp->root)
		return;
	/* One that was not read (a link, say) is looked at on the server, which says why not. */
	plan_rename(plan, wp, wp->maintenance_path ? wp->maintenance_path
		: arena_printf(plan->mem, "%s/.maintenance", wp->root), false);
	if (wp->maintenance != TRI_YES || !wp->maintenance_mtime.known || !plan->site->view.now)
		return;
	age = plan->site->view.now - wp->maintenance_mtime.v;
	plan_add(plan, ACT_SAY, "age", "%lld s; WordPress minds it for ten minutes and then ignores it"
		"%s", (long long)age, wp->maintenance_literal ? "" : ", but this one renews itself");
	if (wp->maintenance_literal && age >= 600)
		plan_add(plan, ACT_WARNING, "warning",
			"it is older than ten minutes: WordPress ignores it, look elsewhere");
}

/* ---- plugins and themes ---- */

static bool is_kind(const struct wp_file *file, const char *kind)
{
	return file->kind && file->name && !strcmp(file->kind, kind);
}

static void tell_candidates(struct act_plan *plan, const struct wp_site *wp, const char *kind,
	const char *option)
{
	size_t i, told = 0;

	for (i = 0; i < wp->file_count && told < MANY; i++)
		if (is_kind(&wp->files[i], kind)) {
			plan_add(plan, ACT_CANDIDATE, option, "%s", wp->files[i].name);
			told++;
		}
}

static bool ends_in_php(const char *name)
{
	size_t n = strlen(name);

	return n > 4 && !strcmp(name + n - 4, ".php");
}

/* "plugins/X" of a verdict, or X; NULL when it is of another kind. */
static const char *bare(const char *subject, const char *kind)
{
	const char *slash = strchr(subject, '/');

	if (!slash)
		return subject;
	return !strncmp(subject, kind, (size_t)(slash - subject)) && !kind[slash - subject]
		? slash + 1 : NULL;
}

/* The one that is named, or that the verdict names. */
static const char *pick(struct act_plan *plan, const struct wp_site *wp, const char *wanted,
	const char *kind, const char *folder, const char *option)
{
	const struct verdict *verdict = plan_verdict(plan);
	const char *name = wanted;
	size_t i;

	if (!name && verdict && verdict->subject && plan_fits(plan, verdict))
		name = bare(verdict->subject, folder);
	for (i = 0; name && i < wp->file_count; i++)
		if (is_kind(&wp->files[i], kind) && !strcmp(wp->files[i].name, name))
			return name;
	if (wanted)
		plan_refuse(plan, "ambiguous", "there is no %s %s", kind, wanted);
	else
		plan_refuse(plan, "ambiguous", "the verdict names no %s: name one with %s", kind, option);
	tell_candidates(plan, wp, kind, option);
	return NULL;
}

static const char *plugin_folder(struct act_plan *plan, const struct wp_site *wp)
{
	if (wp->plugin_dir)
		return wp->plugin_dir;
	return wp->content_dir ? arena_printf(plan->mem, "%s/plugins", wp->content_dir) : NULL;
}

static void plan_disable_plugins(struct act_plan *plan, json_t *audit)
{
	const struct wp_site *wp = wordpress_of(plan);
	const char *folder = wp ? plugin_folder(plan, wp) : NULL, *name;

	(void)audit;
	if (!wp)
		return;
	if (!folder) {
		plan_refuse(plan, "unsupported", "the folder of its plugins is not known");
		return;
	}
	if (plan->wish.all_plugins) {
		plan_rename(plan, wp, folder, true);
		tell_candidates(plan, wp, "plugin", "switched off");
	} else {
		name = pick(plan, wp, plan->wish.plugin, "plugin", "plugins", "--plugin");
		if (name)
			plan_rename(plan, wp, arena_printf(plan->mem, "%s/%s", folder, name),
				!ends_in_php(name));
	}
	plan_add(plan, ACT_WARNING, "warning", "do not open wp-admin/plugins.php meanwhile: it would "
		"switch off for good what it does not find");
	plan_add(plan, ACT_SAY, "stays", "mu-plugins, drop-ins (object-cache.php, advanced-cache.php, "
		"db.php) and the theme");
}

static void plan_disable_theme(struct act_plan *plan, json_t *audit)
{
	const struct wp_site *wp = wordpress_of(plan);
	const char *name;

	(void)audit;
	if (!wp)
		return;
	name = pick(plan, wp, plan->wish.theme, "theme", "themes", "--theme");
	if (!name || !wp->content_dir)
		return;
	plan_rename(plan, wp, arena_printf(plan->mem, "%s/themes/%s", wp->content_dir, name), true);
	plan_add(plan, ACT_WARNING, "warning", "WordPress falls back to a default theme that is there, "
		"and shows nothing when there is none");
}

static void plan_park(struct act_plan *plan, json_t *audit)
{
	const struct wp_site *wp = wordpress_of(plan);
	size_t i;

	(void)audit;
	for (i = 0; wp && wp->content_dir && i < wp->file_count; i++)
		if (is_kind(&wp->files[i], "dropin") &&
		    !strcmp(wp->files[i].name, "object-cache.php")) {
			plan_rename(plan, wp, arena_printf(plan->mem, "%s/object-cache.php",
				wp->content_dir), false);
			plan_add(plan, ACT_SAY, "touches", "every page asks the database instead");
			return;
		}
	if (wp)
		plan_refuse(plan, "unsupported", "there is no object-cache.php drop-in");
}

/* ---- and back ---- */

static bool taken_back(json_t *audit, const char *run)
{
	json_t *record;
	size_t i;

	json_array_foreach(audit, i, record)
		if (!strcmp(audit_text(record, "undoes"), run) &&
		    (!strcmp(audit_text(record, "state"), "done") ||
			    !strcmp(audit_text(record, "state"), "no-better")))
			return true;
	return false;
}

static bool refused_later(json_t *audit, const char *run)
{
	json_t *record;
	size_t i;

	json_array_foreach(audit, i, record)
		if (!strcmp(audit_text(record, "run"), run) &&
		    !strcmp(audit_text(record, "state"), "refused"))
			return true;
	return false;
}

static bool is_wanted(const struct act_plan *plan, json_t *audit, const json_t *record,
	const char *action)
{
	const char *run = audit_text(record, "run");

	if (strcmp(audit_text(record, "state"), "running") != 0 ||
	    strcmp(audit_text(record, "host"), plan->host->target) != 0)
		return false;
	if (plan->wish.run)
		return !strcmp(run, plan->wish.run);
	if (!json_object_get(record, "undo") || taken_back(audit, run) || refused_later(audit, run))
		return false;
	if (action && strcmp(audit_text(record, "action"), action) != 0)
		return false;
	return !plan->wish.plugin || !strcmp(audit_text(json_object_get(record, "undo"), "from"),
		plan->wish.plugin);
}

static const json_t *find_run(const struct act_plan *plan, json_t *audit, const char *action)
{
	size_t i;

	for (i = json_array_size(audit); i > 0; i--)
		if (is_wanted(plan, audit, json_array_get(audit, i - 1), action))
			return json_array_get(audit, i - 1);
	return NULL;
}

static const struct model_site *site_by_url(const struct model_host *host, const char *url)
{
	size_t i;

	for (i = 0; i < host->site_count; i++)
		if (!strcmp(host->sites[i].url, url))
			return &host->sites[i];
	return NULL;
}

static void plan_back(struct act_plan *plan, const json_t *record)
{
	const json_t *undo = json_object_get(record, "undo");
	const char *folder = audit_text(undo, "folder");

	plan->site = site_by_url(plan->host, audit_text(record, "site"));
	plan->undoes = arena_strdup(plan->mem, audit_text(record, "run"));
	plan->on = arena_printf(plan->mem, "%s/%s", folder, audit_text(undo, "from"));
	plan->kind = "rename";
	plan_word(plan, json_is_true(json_object_get(undo, "is_folder")) ? "d" : "f");
	plan_word(plan, audit_text(undo, "user"));
	plan_word(plan, folder);
	plan_word(plan, audit_text(undo, "to"));
	plan_word(plan, audit_text(undo, "from"));
	plan_word(plan, audit_text(undo, "lock"));
	plan_word(plan, audit_text(undo, "id"));
	plan_add(plan, ACT_SAY, "takes back", "run %s: %s of %s, %s", plan->undoes,
		audit_text(record, "action"), plan->on, audit_text(record, "time"));
}

static void plan_undo_of(struct act_plan *plan, json_t *audit, const char *action)
{
	const json_t *record = find_run(plan, audit, action);

	if (!record)
		plan_refuse(plan, "unsupported", "%s%s of %s in the audit that could be taken back",
			plan->wish.run ? "no run " : action ? "no open run of " : "no run",
			plan->wish.run ? plan->wish.run : action ? action : "", plan->host->target);
	else if (!json_object_get(record, "undo"))
		plan_refuse(plan, "unsupported", "run %s (%s) left nothing that could be taken back",
			audit_text(record, "run"), audit_text(record, "action"));
	else if (taken_back(audit, audit_text(record, "run")))
		plan_refuse(plan, "unsupported", "run %s was taken back already",
			audit_text(record, "run"));
	else
		plan_back(plan, record);
}

static void plan_undo(struct act_plan *plan, json_t *audit)
{
	plan_undo_of(plan, audit, NULL);
}

static void plan_enable_plugins(struct act_plan *plan, json_t *audit)
{
	plan_undo_of(plan, audit, "disable-plugins");
}

#define SUCCESS "the verdict is healthy, three times over ten seconds"
#define RENAME_BACK "wp502 act undo: the rename back (inode, owner, mode and time stay)"

const struct action action_remove_maintenance = {
	.id = "remove-maintenance",
	.does = "takes .maintenance out of the way, by a rename in place",
	.loses = "an update that is still at work would be cut in two: it is looked for first",
	.undo = RENAME_BACK,
	.success = SUCCESS,
	.plan = plan_maintenance,
};

const struct action action_disable_plugins = {
	.id = "disable-plugins",
	.does = "takes a plugin's folder (or all of them) out of the way, by a rename in place",
	.loses = "what it does is off: shop, login walls and memberships may be open meanwhile",
	.undo = RENAME_BACK,
	.success = SUCCESS,
	.plan = plan_disable_plugins,
};

const struct action action_enable_plugins = {
	.id = "enable-plugins",
	.does = "gives back what disable-plugins took out of the way",
	.undo = "wp502 act disable-plugins",
	.success = "what was there before the plugin was taken away is there again",
	.plan = plan_enable_plugins,
};

const struct action action_disable_theme = {
	.id = "disable-theme",
	.does = "takes a theme's folder out of the way, by a rename in place",
	.loses = "the site looks different, or is empty where no default theme is there",
	.undo = RENAME_BACK,
	.success = SUCCESS,
	.plan = plan_disable_theme,
};

const struct action action_park_object_cache = {
	.id = "park-object-cache",
	.does = "takes object-cache.php out of the way, so that WordPress does without Redis",
	.loses = "pages become slower and the database has more to do",
	.undo = RENAME_BACK,
	.success = SUCCESS,
	.plan = plan_park,
};

const struct action action_undo = {
	.id = "undo",
	.does = "takes back the newest run here that can be taken back (or --id RUN)",
	.undo = "run the action again",
	.success = "the same file is there again under its old name",
	.plan = plan_undo,
};
