/*
 * What PHP says when it fails, wherever it says it: its own log, nginx's error log (through
 * FastCGI, when no error_log is set), FPM's log (catch_workers_output).
 */
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "probes/wordpress/wordpress.h"

#define LOOK_MAX 64

static bool is_redis(struct span s)
{
	return span_has(s, "Predis\\") || span_has(s, "RedisException") ||
	       span_has(s, "Uncaught Redis") || span_has(s, "RedisCluster");
}

static enum php_error_kind kind_of(struct span s)
{
	if (is_redis(s) && (span_has(s, "Exception") || span_has(s, "Fatal")))
		return PHP_REDIS;
	if (span_has(s, "Allowed memory size of"))
		return PHP_MEMORY;
	if (span_has(s, "Maximum execution time of"))
		return PHP_TIME;
	if (span_has(s, "No space left on device"))
		return PHP_NO_SPACE;
	if (!span_has(s, "Fatal error") && !span_has(s, "Parse error"))
		return PHP_OTHER;
	if (span_has(s, "undefined function") || (span_has(s, "Class ") && span_has(s, "not found")))
		return PHP_UNDEFINED;
	return span_has(s, "Parse error") ? PHP_PARSE : PHP_FATAL;
}

/* " in FILE on line N" or " in FILE:N"; the last one of the text is the place itself
 * ("... in FILE:N Stack trace: ... thrown in FILE on line N"). */
static bool place(struct arena *mem, struct php_error *e, struct span s)
{
	struct span rest = s, file = { 0 };
	ptrdiff_t at, line;
	size_t skip = strlen(" on line ");
	int64_t n;

	while ((at = span_find(rest, " in /")) >= 0) {
		rest = span_skip(rest, (size_t)at + 4);
		file = rest;
	}
	line = file.n ? span_find(file, " on line ") : -1;
	if (line < 0 && file.n && (line = span_find(file, ".php:")) >= 0) {
		line += 4;
		skip = 1;
	}
	if (line < 0)
		return false;
	if (span_lead_int(span_skip(file, (size_t)line + skip), &n))
		e->file_line = num_of(n);
	file.n = (size_t)line;
	e->file = text_clean_dup(mem, file);
	return true;
}

static const char *function_of(struct arena *mem, struct span s)
{
	struct span name;

	if (span_between(s, "undefined function ", "()", &name) ||
	    span_between(s, "Class \"", "\"", &name) || span_between(s, "Class '", "'", &name))
		return text_clean_dup(mem, name);
	return NULL;
}

/* What stands before the fatal words (warnings of the same request) names other places. */
static struct span from_fatal(struct span s)
{
	static const char *const words[] = { "Fatal error", "Parse error" };
	ptrdiff_t at;
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(*words); i++)
		if ((at = span_find(s, words[i])) >= 0)
			return span_skip(s, (size_t)at);
	return s;
}

void wordpress_php_read(struct arena *mem, struct span text, struct span more,
	struct php_error *ret)
{
	struct span wanted;
	bool thrown;

	memset(ret, 0, sizeof(*ret));
	ret->kind = kind_of(text);
	if (ret->kind == PHP_OTHER && kind_of(more) != PHP_OTHER) {
		text = more;
		ret->kind = kind_of(more);
	}
	if (ret->kind == PHP_OTHER)
		return;
	text = from_fatal(text);
	thrown = span_has(more, "thrown in ");
	if (!thrown || !place(mem, ret, more))
		if (!place(mem, ret, text))
			place(mem, ret, more);
	if (ret->file)
		ret->plugin = wordpress_plugin_of(mem, span_of(ret->file));
	if (!ret->plugin)
		ret->plugin = wordpress_plugin_of(mem, more);
	if (ret->kind == PHP_UNDEFINED)
		ret->function = function_of(mem, text);
	if (span_between(text, "Failed opening required '", "'", &wanted) && wanted.n)
		ret->wanted = text_clean_dup(mem, wanted);
}

static bool starts(const char *s, const char *prefix)
{
	return s && prefix && *prefix && strncmp(s, prefix, strlen(prefix)) == 0;
}

/* A PHP log may serve several sites: the file or the log itself tells. */
static bool mine(const struct site_view *v, const struct php_error *e)
{
	const struct wp_site *wp = v->wp;

	if (!wp)
		return v->chain->wordpress.site_count == 0;
	if (starts(e->file, wp->root) || starts(e->file, wp->content_dir) ||
	    starts(e->line.source, wp->root) || starts(e->line.source, wp->content_dir))
		return true;
	if (wp->debug_log && e->line.source && !strcmp(wp->debug_log, e->line.source))
		return true;
	if (v->pool && v->pool->error_log && e->line.source &&
	    !strcmp(v->pool->error_log, e->line.source))
		return true;
	return v->chain->wordpress.site_count == 1;
}

/* nginx quotes what PHP wrote; the request behind it may hold anything. */
static struct span stderr_of(const struct log_line *line)
{
	struct span s = span_of(line->text), in;
	ptrdiff_t at = span_find(s, "sent in stderr: \"");

	if (at < 0)
		return s;
	in = span_skip(s, (size_t)at + strlen("sent in stderr: \""));
	at = span_find(in, "\" while ");
	if (at >= 0)
		in.n = (size_t)at;
	return in;
}

static struct span more_of(const struct log_line *line)
{
	struct span s = span_of(line->more);
	ptrdiff_t at = span_find(s, "\" while ");

	if (at >= 0)
		s.n = (size_t)at;
	return s;
}

struct list {
	struct php_error *items;
	size_t count, max;
};

/* Keeps the list newest first. */
static void insert(struct list *l, const struct php_error *e)
{
	size_t i = l->count < l->max ? l->count++ : l->max;

	if (i == l->max && (!i || l->items[--i].line.at.v >= e->line.at.v))
		return;
	for (; i > 0 && l->items[i - 1].line.at.v < e->line.at.v; i--)
		l->items[i] = l->items[i - 1];
	l->items[i] = *e;
}

static void add_nginx(const struct site_view *v, struct arena *mem, struct list *l)
{
	const struct nginx_facts *n = &v->chain->nginx;
	const struct nginx_error *from;
	struct php_error e;
	size_t i;

	for (i = n->error_count; i-- > 0;) {
		from = &n->errors[i];
		if ((from->kind != NGX_PHP_FATAL && from->kind != NGX_PHP_STDERR) ||
		    !view_fresh(v, &from->line) || !view_error_mine(v, from))
			continue;
		wordpress_php_read(mem, stderr_of(&from->line), more_of(&from->line), &e);
		e.line = from->line;
		if (e.kind != PHP_OTHER)
			insert(l, &e);
	}
}

static void add_fpm(const struct site_view *v, struct arena *mem, struct list *l)
{
	const struct fpm_event *from = view_fpm_event(v, FPM_PHP_FATAL);
	struct php_error e;

	if (!from)
		return;
	wordpress_php_read(mem, span_of(from->line.text), span_of(from->line.more), &e);
	e.line = from->line;
	if (e.kind != PHP_OTHER && mine(v, &e))
		insert(l, &e);
}

size_t wordpress_php_errors(const struct site_view *v, struct arena *mem,
	struct php_error *ret, size_t max)
{
	const struct wordpress_facts *w = &v->chain->wordpress;
	struct list l = { ret, 0, max };
	size_t i;

	for (i = w->error_count; i-- > 0;)
		if (view_fresh(v, &w->errors[i].line) && mine(v, &w->errors[i]))
			insert(&l, &w->errors[i]);
	add_nginx(v, mem, &l);
	add_fpm(v, mem, &l);
	return l.count;
}

bool wordpress_php_error(const struct site_view *v, struct arena *mem,
	enum php_error_kind kind, struct php_error *ret)
{
	struct php_error found[LOOK_MAX];
	size_t i, n = wordpress_php_errors(v, mem, found, LOOK_MAX);

	for (i = 0; i < n; i++)
		if (found[i].kind == kind) {
			*ret = found[i];
			return true;
		}
	return false;
}

bool wordpress_is_core(const char *file)
{
	const char *base = file ? strrchr(file, '/') : NULL;

	if (!base || strstr(file, "/wp-content/"))
		return false;
	if (strstr(file, "/wp-includes/") || strstr(file, "/wp-admin/"))
		return true;
	return !strncmp(base, "/wp-", 4) && strcmp(base, "/wp-config.php") != 0;
}

const struct page *wordpress_page_mark(const struct site_view *v, unsigned marks)
{
	static const enum page_way ways[] = { WAY_VISITOR, WAY_ORIGIN, WAY_LOOPBACK };
	const struct page *page;
	size_t i;

	for (i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
		page = view_page(v, ways[i]);
		if (page && page->failure == PAGE_ANSWERED && (page->marks & marks) && !page->cache_hit)
			return page;
	}
	return NULL;
}

const struct page *wordpress_page_status(const struct site_view *v, int status)
{
	static const enum page_way ways[] = { WAY_VISITOR, WAY_ORIGIN, WAY_LOOPBACK };
	const struct page *page;
	size_t i;

	for (i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
		page = view_page(v, ways[i]);
		if (page && page->failure == PAGE_ANSWERED && num_or(page->status, 0) == status &&
		    !page->cache_hit)
			return page;
	}
	return NULL;
}

bool wordpress_pool_full(const struct site_view *v)
{
	struct num busy = view_pool_busy(v), workers = view_pool_workers(v);

	if (!busy.known || !workers.known || !workers.v || busy.v < workers.v)
		return false;
	/* with room to grow, all busy is just a busy moment, unless more wait than work */
	return !v->pool || !v->pool->max_children.known ||
	       workers.v >= v->pool->max_children.v ||
	       (v->listener && num_or(v->listener->queued, 0) > workers.v);
}
