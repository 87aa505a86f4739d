/*
 * Values of wp-config as WordPress takes them, and the words by which other collectors
 * know a site.
 */
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "probes/wordpress/wordpress.h"

struct wp_const wordpress_const(struct span rest)
{
	struct wp_const c = { 0 };
	struct span type;

	c.name = span_field(&rest);
	type = span_field(&rest);
	c.type = type.n == 1 ? *type.p : '?';
	c.value = rest;
	return c;
}

bool wordpress_true(struct wp_const c)
{
	return c.value.n && !span_eq(c.value, "0");
}

static int port_of(struct span s, int otherwise)
{
	int64_t v;

	return span_lead_int(s, &v) && v > 0 && v < 65536 ? (int)v : otherwise;
}

static size_t count(struct span s, char c)
{
	size_t i, n = 0;

	for (i = 0; i < s.n; i++)
		n += s.p[i] == c;
	return n;
}

/* wpdb::parse_db_host(): host, host:port, host:/socket, [v6]:port, v6 */
struct endpoint wordpress_db_host(struct arena *mem, struct span text, struct span socket)
{
	struct endpoint e = { 0 };
	ptrdiff_t at = span_find(text, ":/");
	struct span port = { 0 };

	if (at >= 0) {
		e.path = text_clean_dup(mem, span_skip(text, (size_t)at + 1));
		return e;
	}
	if (count(text, ':') > 1) {
		if (span_starts(text, "["))
			text = span_skip(text, 1);
		at = span_find(text, "]");
		if (at >= 0) {
			port = span_skip(text, (size_t)at + 2);
			text.n = (size_t)at;
		}
	} else if ((at = span_find(text, ":")) >= 0) {
		port = span_skip(text, (size_t)at + 1);
		text.n = (size_t)at;
	}
	if (!text.n || span_eq(text, "localhost")) {
		e.path = socket.n ? text_clean_dup(mem, socket) : NULL;
		return e;
	}
	e.host = text_clean_dup(mem, text);
	e.port = port_of(port, 3306);
	return e;
}

const char *wordpress_config_word(const struct wp_site *site, struct arena *mem)
{
	if (!site->user || !site->root || !site->config || site->unread)
		return NULL;
	return arena_printf(mem, "%s:%s:%s//%s", site->user, site->redis_used ? "r" : "-",
		site->root, site->config);
}

const char *wordpress_log_word(const struct wp_site *site, struct arena *mem)
{
	if (!site->owner || !site->debug_log)
		return NULL;
	return arena_printf(mem, "%s:%s", site->owner, site->debug_log);
}

const char *wordpress_plugin_of(struct arena *mem, struct span s)
{
	static const char *const kinds[] = { "/mu-plugins/", "/plugins/", "/themes/" };
	struct span name;
	ptrdiff_t at;
	size_t i, n;

	for (i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		at = span_find(s, kinds[i]);
		if (at < 0)
			continue;
		name = span_skip(s, (size_t)at + strlen(kinds[i]));
		for (n = 0; n < name.n && !strchr("/ \"':(\n\t", name.p[n]); n++)
			;
		if (!n)
			continue;
		name.n = n;
		return arena_printf(mem, "%s%s", kinds[i] + 1, text_clean_dup(mem, name));
	}
	return NULL;
}
