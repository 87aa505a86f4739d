/*
 * Causes told by the site's files and by the page itself: maintenance, half an update, a
 * missing extension, a script FPM cannot find.
 */
#include <string.h>

#include "base/mem.h"
#include "base/span.h"
#include "probes/wordpress/wordpress.h"

#define EXPIRES_S 600 /* WordPress ignores .maintenance after ten minutes */

static bool update_runs(const struct site_view *v)
{
	const struct wp_site *wp = v->wp;

	return wp->update_running || (wp->upgrade_mtime.known && v->now &&
		v->now - wp->upgrade_mtime.v < 120);
}

enum maintenance { MAINTENANCE_OFF, MAINTENANCE_ON, MAINTENANCE_UNSURE };

static enum maintenance maintenance_state(const struct site_view *v)
{
	const struct wp_site *wp = v->wp;

	if (!wp || wp->maintenance == TRI_UNKNOWN)
		return MAINTENANCE_UNSURE;
	if (wp->maintenance == TRI_NO)
		return MAINTENANCE_OFF;
	if (!wp->maintenance_literal)
		return MAINTENANCE_ON; /* the current time: never expires */
	if (!wp->maintenance_since.known)
		return wp->maintenance_text ? MAINTENANCE_OFF : MAINTENANCE_UNSURE;
	if (!v->now)
		return MAINTENANCE_UNSURE;
	return v->now - wp->maintenance_since.v < EXPIRES_S ? MAINTENANCE_ON : MAINTENANCE_OFF;
}

static void say_file(const struct site_view *v, struct finding *f)
{
	const struct wp_site *wp = v->wp;

	finding_state(f, wp->maintenance_path ? wp->maintenance_path : wp->root,
		num_or(wp->maintenance_mtime, 0), "%s",
		wp->maintenance_text ? wp->maintenance_text : "is there");
	f->since = wp->maintenance_since.known ? wp->maintenance_since : wp->maintenance_mtime;
	if (!wp->maintenance_literal)
		f->title = "WordPress is in maintenance mode that never ends: it holds the current time, not a number";
	else if (update_runs(v))
		f->title = "WordPress is in maintenance mode: an update runs";
	if (update_runs(v))
		f->fix = "wait for the update to end; if it died: see wp-content/upgrade";
	else
		f->fix = finding_text(f, "mv %s %s.off   # no update runs", wp->maintenance_path,
			wp->maintenance_path);
	f->subject = wp->maintenance_path;
}

void wordpress_look_maintenance(const struct site_view *v, struct finding *f)
{
	const struct page *page = wordpress_page_mark(v, MARK_MAINTENANCE);
	enum maintenance state = maintenance_state(v);

	if (state == MAINTENANCE_OFF && !page) {
		if (v->wp->maintenance == TRI_YES)
			finding_rule_out(f, "%s has expired: WordPress ignores it after ten minutes",
				v->wp->maintenance_path ? v->wp->maintenance_path : ".maintenance");
		else
			finding_rule_out(f, "no .maintenance in %s", v->wp->root);
		return;
	}
	if (state == MAINTENANCE_ON)
		say_file(v, f);
	if (page) {
		finding_page(f, page);
		f->decisive++;
	}
	if (!f->decisive)
		return;
	f->refuter_missing = state == MAINTENANCE_UNSURE && !v->wp;
	f->changes_mind = "an uncached page that comes";
	finding_prove(f, HEALTH_BROKEN);
}

/* What PHP's extensions bring, and the package that has them. */
static const struct {
	const char *prefix, *module, *package;
} extensions[] = {
	{ "mysqli", "mysqli", "mysql" }, { "mysql_", "mysqli", "mysql" },
	{ "image", "gd", "gd" }, { "gd_", "gd", "gd" }, { "curl_", "curl", "curl" },
	{ "mb_", "mbstring", "mbstring" }, { "simplexml_", "simplexml", "xml" },
	{ "DOMDocument", "dom", "xml" }, { "xml_parser", "xml", "xml" },
	{ "SimpleXML", "simplexml", "xml" }, { "XMLReader", "xmlreader", "xml" },
	{ "utf8_", "xml", "xml" }, { "ZipArchive", "zip", "zip" }, { "Normalizer", "intl", "intl" },
	{ "Collator", "intl", "intl" }, { "NumberFormatter", "intl", "intl" },
	{ "IntlDateFormatter", "intl", "intl" }, { "idn_to", "intl", "intl" },
	{ "exif_", "exif", "common" }, { "ctype_", "ctype", "common" },
	{ "iconv", "iconv", "common" }, { "sodium_", "sodium", "common" },
	{ "bc", "bcmath", "bcmath" }, { "SoapClient", "soap", "soap" },
	{ "Imagick", "imagick", "imagick" }, { "Redis", "redis", "redis" },
	{ "Memcached", "memcached", "memcached" }, { "gmp_", "gmp", "gmp" },
	{ "imap_", "imap", "imap" }, { "ftp_", "ftp", "common" }, { "finfo", "fileinfo", "common" },
};

static bool bc_function(const char *name)
{
	static const char *const names[] = { "bcadd", "bcsub", "bcmul", "bcdiv", "bcmod", "bcpow",
		"bccomp", "bcsqrt", "bcscale", NULL };

	for (const char *const *n = names; *n; n++)
		if (!strcmp(*n, name))
			return true;
	return false;
}

static int extension_of(const char *function)
{
	size_t i;

	for (i = 0; function && i < sizeof(extensions) / sizeof(*extensions); i++) {
		if (strncmp(function, extensions[i].prefix, strlen(extensions[i].prefix)) != 0)
			continue;
		if (!strcmp(extensions[i].prefix, "bc") && !bc_function(function))
			continue;
		return (int)i;
	}
	return -1;
}

/* The PHP of the site's pool; the only one where nobody knows which that is. */
static const struct wp_php *php_of(const struct site_view *v)
{
	const struct wordpress_facts *w = &v->chain->wordpress;
	size_t i;

	for (i = 0; v->master && v->master->version && i < w->php_count; i++)
		if (w->php[i].version && !strcmp(w->php[i].version, v->master->version))
			return &w->php[i];
	return w->php_count == 1 ? w->php : NULL;
}

static enum tri has_module(const struct wp_php *php, const char *module)
{
	struct span rest = span_of(php ? php->modules : NULL), word;

	if (!rest.n)
		return TRI_UNKNOWN;
	for (word = span_word(&rest); word.n; word = span_word(&rest))
		if (span_eq(word, module))
			return TRI_YES;
	return TRI_NO;
}

static bool extension_error(const struct site_view *v, struct finding *f, struct php_error *ret,
	int *ret_extension)
{
	struct php_error all[32];
	size_t i, n = wordpress_php_errors(v, f->mem, all, 32);

	for (i = 0; i < n; i++) {
		if (all[i].kind != PHP_UNDEFINED)
			continue;
		*ret_extension = extension_of(all[i].function);
		*ret = all[i];
		/* a module that is loaded has its functions: this one is the plugin's own */
		if (*ret_extension >= 0 && has_module(php_of(v), extensions[*ret_extension].module) != TRI_YES)
			return true;
	}
	return false;
}

/* Pages fail, no line of PHP could be read, and FPM does not load what no WordPress runs
 * without. Only as Debian lays out its extensions: elsewhere it may be built in. */
static bool lacks_mysqli(const struct site_view *v, struct finding *f, const struct wp_php *php)
{
	struct php_error any;

	return php && php->version && php->version[0] >= '5' && php->version[0] <= '9' &&
	       php->version[1] == '.' && has_module(php, "mysqli") == TRI_NO &&
	       wordpress_page_status(v, 500) && !wordpress_php_errors(v, f->mem, &any, 1);
}

void wordpress_look_missing_extension(const struct site_view *v, struct finding *f)
{
	const struct page *page = wordpress_page_mark(v, MARK_MISSING_EXTENSION);
	const struct wp_php *php = php_of(v);
	const char *version = php ? php->version : v->master ? v->master->version : NULL;
	struct php_error e = { 0 };
	int x = -1;
	bool said = extension_error(v, f, &e, &x);
	bool lacks = !page && !said && lacks_mysqli(v, f, php);

	if (lacks) {
		page = wordpress_page_status(v, 500);
		f->refuter_missing = true;
	}
	if (!page && !said) {
		if (view_page_well(v))
			finding_rule_out(f, "the page comes");
		return;
	}
	if (page) {
		finding_page(f, page);
		f->decisive++;
		if (x < 0)
			x = 0;
	}
	if (said)
		finding_log(f, v, &e.line);
	if (has_module(php, extensions[x].module) == TRI_NO)
		finding_state(f, "PHP-FPM configuration", v->now, "extension %s is not among: %.300s",
			extensions[x].module, php->modules);
	f->title = finding_text(f, "PHP%s%s lacks the extension %s", version ? " " : "",
		version ? version : "", extensions[x].module);
	f->fix = finding_text(f, "apt-get install php%s-%s && phpenmod -v %s %s && systemctl restart php%s-fpm",
		version ? version : "", extensions[x].package, version ? version : "ALL",
		extensions[x].module, version ? version : "");
	f->subject = extensions[x].module;
	f->changes_mind = "php-fpm -m that lists it";
	finding_prove(f, HEALTH_BROKEN);
}

static bool core_error(const struct site_view *v, struct finding *f, struct php_error *ret)
{
	struct php_error all[32];
	size_t i, n = wordpress_php_errors(v, f->mem, all, 32);

	for (i = 0; i < n; i++) {
		if (all[i].kind != PHP_PARSE && all[i].kind != PHP_UNDEFINED && all[i].kind != PHP_FATAL)
			continue;
		if (all[i].plugin || !wordpress_is_core(all[i].wanted ? all[i].wanted : all[i].file))
			continue;
		if (all[i].kind == PHP_UNDEFINED && extension_of(all[i].function) >= 0)
			continue;
		*ret = all[i];
		return true;
	}
	return false;
}

void wordpress_look_broken_update(const struct site_view *v, struct finding *f)
{
	const struct wp_site *wp = v->wp;
	struct php_error e = { 0 };
	bool said = core_error(v, f, &e), signs = false;

	if (!said && !(wp && num_or(wp->core_missing, 0) > 0)) {
		if (wp && wp->core_missing.known)
			finding_rule_out(f, "core is whole and PHP names no file of it");
		return;
	}
	if (said)
		finding_log(f, v, &e.line);
	if (wp && num_or(wp->core_missing, 0) > 0) {
		finding_state(f, wp->root, v->now, "%lld files of core are missing or empty: %s",
			(long long)wp->core_missing.v,
			wp->core_missing_file ? wp->core_missing_file : "?");
		signs = true;
	}
	if (wp && wp->upgrade_mtime.known) {
		finding_state(f, finding_text(f, "%s/upgrade", wp->content_dir ? wp->content_dir : ""),
			wp->upgrade_mtime.v, "left over from an update");
		signs = true;
	}
	if (wp && num_or(wp->core_mixed, 0) > 0) {
		finding_note(f, wp->root, v->now, "%lld files of wp-includes are newer than version.php",
			(long long)wp->core_mixed.v);
		signs = true;
	}
	f->fix = finding_text(f, "wp core download --force --skip-content%s%s --path=%s   # the same version "
		"again, core only", wp && wp->version ? " --version=" : "",
		wp && wp->version ? wp->version : "", wp && wp->root ? wp->root : ".");
	f->changes_mind = "wp core verify-checksums that finds nothing";
	/* an uncaught error in core alone may be a call with bad data: hint only */
	if (!view_page_fails(v) || !(signs || e.kind != PHP_FATAL || e.wanted)) {
		f->state = FINDING_HINT;
		return;
	}
	finding_prove(f, HEALTH_BROKEN);
	if (said)
		f->title = finding_text(f, e.wanted ? "A file of WordPress's own code is missing: %s" :
			"WordPress's own code is broken: %s", e.wanted ? e.wanted : e.file);
}

void wordpress_look_script_not_found(const struct site_view *v, struct finding *f)
{
	const struct page *page = wordpress_page_mark(v, MARK_FILE_NOT_FOUND);
	const struct nginx_error *e = view_error(v, NGX_NO_SCRIPT, -1);
	const char *root = v->pass && v->pass->root ? v->pass->root :
		v->server ? v->server->root : NULL;

	/* "Access denied." is how FPM says that it may not read the script */
	if (!page && e && span_has(span_of(e->line.text), "Unable to open primary script"))
		page = wordpress_page_status(v, 403);
	if (!page && e && span_has(span_of(e->line.text), "open_basedir restriction"))
		page = wordpress_page_status(v, 404);
	if (!page) {
		if (view_page_well(v))
			finding_rule_out(f, "the page comes");
		return; /* lines alone come from anybody who asks for what is not there */
	}
	finding_page(f, page);
	f->decisive++;
	if (e)
		finding_log(f, v, &e->line);
	f->title = num_or(page->status, 0) == 403 ? "PHP-FPM may not read the script nginx names" :
		"PHP-FPM cannot find the script nginx names";
	f->fix = finding_text(f, "nginx -T | grep -nE 'SCRIPT_FILENAME|root '   # must name a file the pool's user can "
		"read%s%s; then nginx -t && systemctl reload nginx", root ? ", below " : "", root ? root : "");
	f->changes_mind = "a page that comes";
	finding_prove(f, HEALTH_BROKEN);
}
