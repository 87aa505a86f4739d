/*
 * Causes told by what PHP runs: fatal errors of plugins and themes, limits,
 * and cron that takes all workers.
 */
#include <string.h>

#include "base/mem.h"
#include "probes/fpm/crowd.h"
#include "probes/wordpress/wordpress.h"

static bool is_theme(const char *plugin)
{
	return plugin && strncmp(plugin, "themes/", 7) == 0;
}

static const char *folder(const struct site_view *v, struct finding *f, const char *plugin)
{
	const char *content = v->wp && v->wp->content_dir ? v->wp->content_dir : "wp-content";

	if (!strncmp(plugin, "plugins/", 8) && v->wp && v->wp->plugin_dir)
		return finding_text(f, "%s/%s", v->wp->plugin_dir, plugin + 8);
	return finding_text(f, "%s/%s", content, plugin);
}

void wordpress_park_fix(const struct site_view *v, struct finding *f, const char *plugin)
{
	const char *path = folder(v, f, plugin), *slash = strrchr(path, '/');

	if (is_theme(plugin)) {
		f->fix = finding_text(f, "mv %s %s.off   # WordPress falls back to a default theme", path,
			path);
	} else {
		f->fix = finding_text(f, "mv %s %.*s/.%s.off   # only this one; do not open wp-admin/plugins.php "
			"until it is back", path, (int)(slash - path), path, slash + 1);
	}
	f->subject = strchr(plugin, '/') ? strchr(plugin, '/') + 1 : plugin;
}

/* A 500 of this site, marked or empty: what a fatal error looks like from outside. */
static void say_500(const struct site_view *v, struct finding *f)
{
	const struct page *page = wordpress_page_mark(v, MARK_CRITICAL);

	if (!page)
		page = wordpress_page_status(v, 500);
	if (!page)
		return;
	finding_page(f, page);
	f->decisive++;
}

static bool plugin_error(const struct site_view *v, struct finding *f, struct php_error *ret)
{
	struct php_error all[32];
	size_t i, n = wordpress_php_errors(v, f->mem, all, 32);

	for (i = 0; i < n; i++)
		if (all[i].plugin && (all[i].kind == PHP_FATAL || all[i].kind == PHP_PARSE ||
				      all[i].kind == PHP_UNDEFINED)) {
			*ret = all[i];
			return true;
		}
	return false;
}

/*
 * WordPress's own words for a fatal error, and nobody could read the line that names it:
 * most of these are a plugin's or the theme's.
 */
static bool fatal_unseen(const struct site_view *v, struct finding *f)
{
	const struct page *page = wordpress_page_mark(v, MARK_CRITICAL);
	struct php_error e;

	if (!page || wordpress_php_errors(v, f->mem, &e, 1))
		return false;
	finding_page(f, page);
	f->decisive++;
	wordpress_say_newest(v, f);
	f->title = "A fatal error of PHP stops every page, most likely a plugin's or the theme's: its line could "
		"not be read";
	f->fix = finding_text(f, "read PHP's error log as root (nginx's error log, /var/log/php*; or WP_DEBUG_LOG) "
		"for 'PHP Fatal error': it names the file; then rename that one folder in %s",
		v->wp && v->wp->content_dir ? v->wp->content_dir : "wp-content");
	f->refuter_missing = true;
	f->changes_mind = "the line of the error, if it names core, a limit or an extension";
	finding_prove(f, HEALTH_BROKEN);
	return true;
}

void wordpress_look_plugin_fatal(const struct site_view *v, struct finding *f)
{
	struct php_error e;

	if (!plugin_error(v, f, &e)) {
		if (fatal_unseen(v, f))
			return;
		if (view_page_well(v))
			finding_rule_out(f, "the page comes and PHP names no plugin");
		return;
	}
	finding_log(f, v, &e.line);
	say_500(v, f);
	f->title = finding_text(f, "Fatal error in %s", e.plugin);
	wordpress_park_fix(v, f, e.plugin);
	f->changes_mind = "a page that comes with the plugin in place";
	/* a fatal somewhere while every page we ask comes is one request's trouble */
	finding_prove(f, view_page_fails(v) ? HEALTH_BROKEN : HEALTH_WARN);
}

static const char *base_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* A file that neither core nor a plugin or theme brings: the one that fails, or the one
 * that could not be opened. */
static const char *own_file(const struct php_error *e)
{
	const char *path = e->wanted && !wordpress_is_core(e->wanted) ? e->wanted : e->file;

	if (e->plugin || !path || *path != '/' || wordpress_is_core(path))
		return NULL;
	return e->kind == PHP_FATAL || e->kind == PHP_PARSE || e->kind == PHP_UNDEFINED ? path : NULL;
}

static bool is_dropin(const struct site_view *v, const char *path)
{
	size_t i;

	for (i = 0; v->wp && i < v->wp->file_count; i++)
		if (v->wp->files[i].kind && !strcmp(v->wp->files[i].kind, "dropin") &&
		    v->wp->files[i].name && !strcmp(v->wp->files[i].name, base_of(path)))
			return strstr(path, v->wp->files[i].name) != NULL;
	return false;
}

static void file_words(const struct site_view *v, struct finding *f, const struct php_error *e,
	const char *path)
{
	const char *line = e->file_line.known && path == e->file ?
		finding_text(f, ", line %lld", (long long)e->file_line.v) : "";
	const char *user = v->pool && v->pool->user ? v->pool->user : "the pool's user";

	if (path == e->wanted) {
		f->title = finding_text(f, "PHP cannot open %s", path);
		f->fix = finding_text(f, "ls -l %s; it must be there and user %s must be able to read it "
			"(owner, mode, folders above)", path, user);
	} else if (is_dropin(v, path)) {
		f->title = finding_text(f, "%s in the drop-in %s%s", e->kind == PHP_PARSE ?
			"Syntax error" : "Fatal error", base_of(path), line);
		f->fix = finding_text(f, "mv %s %s.off   # WordPress runs without it", path, path);
	} else {
		f->title = finding_text(f, "%s in %s%s", e->kind == PHP_PARSE ? "Syntax error" :
			"Fatal error", base_of(path), line);
		f->fix = finding_text(f, "correct %s%s (php -l %s; what was changed: ls -l %s)", path,
			line, path, path);
	}
	f->subject = path;
}

void wordpress_look_file_fatal(const struct site_view *v, struct finding *f)
{
	struct php_error all[32];
	size_t i, n = wordpress_php_errors(v, f->mem, all, 32);
	const char *path = NULL;

	for (i = 0; i < n && !path; i++)
		path = own_file(&all[i]);
	if (!path)
		return;
	finding_log(f, v, &all[i - 1].line);
	say_500(v, f);
	file_words(v, f, &all[i - 1], path);
	/* the catalogue knows no id of its own for a file outside wp-content */
	f->refuter_missing = !strstr(path, "/wp-content/");
	f->changes_mind = "a page that comes";
	finding_prove(f, view_page_fails(v) ? HEALTH_BROKEN : HEALTH_WARN);
}

void wordpress_look_memory_limit(const struct site_view *v, struct finding *f)
{
	struct php_error e;
	bool time = false;
	int64_t bytes = 0;
	struct span n;

	if (!wordpress_php_error(v, f->mem, PHP_MEMORY, &e)) {
		time = wordpress_php_error(v, f->mem, PHP_TIME, &e);
		if (!time) {
			if (view_page_well(v))
				finding_rule_out(f, "the page comes");
			return;
		}
	}
	finding_log(f, v, &e.line);
	say_500(v, f);
	if (span_between(span_of(e.line.text), "Allowed memory size of ", " bytes", &n))
		span_int(n, &bytes);
	if (time)
		f->title = finding_text(f, "PHP stopped a page at max_execution_time%s%s",
			e.plugin ? ": " : "", e.plugin ? e.plugin : "");
	else if (bytes > 0)
		f->title = finding_text(f, "A page needs more than PHP's memory_limit of %lld MB%s%s",
			(long long)(bytes >> 20), e.plugin ? ": " : "", e.plugin ? e.plugin : "");
	f->fix = finding_text(f, "%s%s%s = %s in %s   # for this pool only; then reload PHP-FPM",
		e.plugin ? "look at " : "", e.plugin ? finding_text(f, "%s first, else: ", e.plugin) : "",
		time ? "php_admin_value[max_execution_time]" : "php_admin_value[memory_limit]",
		time ? "60" : finding_text(f, "%lldM", (long long)(bytes > 0 ? bytes >> 19 : 256)),
		v->pool && v->pool->file ? v->pool->file : "the pool's file");
	f->subject = e.plugin;
	f->changes_mind = "a page that comes";
	finding_prove(f, view_page_fails(v) ? HEALTH_BROKEN : HEALTH_WARN);
}

/* Requests for wp-cron.php in the access logs' windows, and all requests there. */
static int64_t cron_requests(const struct site_view *v, int64_t *ret_all)
{
	const struct nginx_facts *n = &v->chain->nginx;
	int64_t cron = 0;
	size_t i, j;

	*ret_all = 0;
	for (i = 0; i < n->access_count; i++) {
		if (v->server && v->server->access_log && n->access[i].path &&
		    strcmp(v->server->access_log, n->access[i].path) != 0)
			continue;
		*ret_all += num_or(n->access[i].requests, 0);
		for (j = 0; j < n->access[i].uri_count; j++)
			if (n->access[i].uris[j].what && strstr(n->access[i].uris[j].what, "wp-cron.php"))
				cron += num_or(n->access[i].uris[j].count, 0);
	}
	return cron;
}

static const struct log_line *cron_line(const struct site_view *v)
{
	const struct nginx_facts *n = &v->chain->nginx;
	const struct fpm_facts *fpm = &v->chain->fpm;
	size_t i;

	for (i = n->error_count; i-- > 0;)
		if (n->errors[i].uri && strstr(n->errors[i].uri, "/wp-cron.php") &&
		    n->errors[i].kind != NGX_OTHER && view_fresh(v, &n->errors[i].line) &&
		    view_error_mine(v, &n->errors[i]))
			return &n->errors[i].line;
	for (i = fpm->slow_count; i-- > 0;)
		if (fpm->slow[i].script && strstr(fpm->slow[i].script, "/wp-cron.php") &&
		    view_recent(v, &fpm->slow[i].line) && wordpress_still_there(v, &fpm->slow[i]))
			return &fpm->slow[i].line;
	return NULL;
}

#define CRON_HUGE 100000 /* bytes of the option: some hundred events */

void wordpress_look_cron_storm(const struct site_view *v, struct finding *f)
{
	int64_t all, cron = cron_requests(v, &all);
	const struct log_line *line = cron_line(v);
	bool huge = v->db && num_or(v->db->cron_bytes, 0) >= CRON_HUGE;
	bool runs = v->db && v->db->cron_began.known && v->now &&
		v->now - v->db->cron_began.v < 600 && v->db->cron_began.v <= v->now + 5;
	bool many = cron >= 5 && cron * 5 >= all;
	struct crowd c = crowd_of(v);
	bool most = c.known && c.cron * 2 >= c.known;

	if (!wordpress_pool_full(v) && !c.full) {
		if (view_pool_busy(v).known)
			finding_rule_out(f, "workers of the pool are free");
		return;
	}
	if (c.known && !most) {
		finding_rule_out(f, "%d of %d requests at work are for wp-cron.php", c.cron, c.known);
		return;
	}
	if ((!many && !huge && !line && !most) || !crowd_trouble(v, &c))
		return;
	finding_state(f, "PHP-FPM", v->now, "all %lld workers are busy",
		(long long)num_or(view_pool_workers(v), 0));
	if (most)
		finding_state(f, "PHP-FPM's scoreboard", v->now,
			"%d of %d requests at work are for wp-cron.php", c.cron, c.known);
	if (many)
		finding_state(f, "access log", v->now, "%lld of %lld requests were for wp-cron.php",
			(long long)cron, (long long)all);
	if (huge)
		finding_state(f, "option cron", v->now, "%lld kB of jobs to do",
			(long long)v->db->cron_bytes.v / 1024);
	if (huge && runs)
		finding_note(f, "transient doing_cron", v->db->cron_began.v, "wp-cron.php runs since then");
	if (line)
		finding_log(f, v, line);
	f->fix = finding_text(f, "define('DISABLE_WP_CRON', true);   # in %s, and from the system's cron every "
		"5 minutes: wp cron event run --due-now%s%s",
		v->wp && v->wp->config ? v->wp->config : "wp-config.php",
		v->wp && v->wp->root ? " --path=" : "", v->wp && v->wp->root ? v->wp->root : "");
	f->changes_mind = "busy workers on other scripts than wp-cron.php";
	/* two signs of three, or most of the traffic; a log full of other requests refutes a backlog */
	if (!most && !(many && (huge || line || cron * 2 >= all)) && !(huge && line) &&
	    !(huge && runs && (all < 50 || cron * 50 >= all))) {
		f->state = FINDING_HINT;
		return;
	}
	finding_prove(f, HEALTH_BROKEN);
}
