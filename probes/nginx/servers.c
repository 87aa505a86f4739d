/*
 * Reading the tree as nginx does. Each level (http, server, location) is first flattened
 * (includes in place), then its own settings are laid over the inherited ones, wherever in
 * the level they stand, and only then its inner blocks are read. Variables are followed
 * as far as they are constant: `set`, and a `map` by its values.
 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "probes/nginx/conf.h"
#include "probes/nginx/nginx.h"

#define LOCATION_DEPTH 12
#define SERVERS_MAX 2000
#define PASSES_MAX 200
#define VALUES_MAX 16

struct timeouts {
	struct num connect, read, send, buffer;
	const char *cache_valid;
};

struct settings {
	const char *root, *error_log, *access_log, *cert, *cert_key, *script_root;
	struct timeouts fastcgi, proxy;
};

struct variable {
	const char *name, *value;
	struct variable *next;
};

struct walk {
	struct nginx_facts *facts;
	struct arena *mem;
	struct conf_tree *tree;
	const char *prefix;
	struct conf_level http;    /* flattened: upstream and map blocks are looked up here */
	struct variable *vars;     /* of the server being read */
	struct nginx_server *server;
	long budget;               /* levels left: locations may include themselves */
};

static const char *keep(const struct walk *w, const char *text)
{
	return arena_strdup(w->mem, text);
}

static const char *absolute(const struct walk *w, const char *path)
{
	if (!path || *path == '/' || *path == '$' || !strcmp(path, "off") ||
	    !strcmp(path, "stderr") || strchr(path, ':'))
		return keep(w, path);
	return arena_printf(w->mem, "%s/%s", w->prefix ? w->prefix : "", path);
}

/* fastcgi_cache_valid that keeps errors: "any", a 5xx code. */
static bool keeps_errors(const struct conf_node *node)
{
	size_t i;

	for (i = 1; i + 1 < node->words; i++)
		if (!strcmp(node->word[i], "any") || node->word[i][0] == '5')
			return true;
	return false;
}

static bool timeouts_read(struct walk *w, struct timeouts *t, const struct conf_node *node,
	const char *prefix)
{
	size_t len = strlen(prefix);
	const char *name = node->word[0] + len, *value = conf_word(node, 1);

	if (strncmp(node->word[0], prefix, len) != 0)
		return false;
	if (!strcmp(name, "connect_timeout"))
		t->connect = conf_time_ms(value);
	else if (!strcmp(name, "read_timeout"))
		t->read = conf_time_ms(value);
	else if (!strcmp(name, "send_timeout"))
		t->send = conf_time_ms(value);
	else if (!strcmp(name, "buffer_size"))
		t->buffer = conf_size(value);
	else if (!strcmp(name, "cache_valid") && keeps_errors(node))
		t->cache_valid = arena_printf(w->mem, "%s %s %s", node->word[0], node->word[1],
			node->word[node->words - 1]);
	else
		return false;
	return true;
}

/* SCRIPT_FILENAME /srv/x$fastcgi_script_name or DOCUMENT_ROOT /srv/x name the true root. */
static void script_root(struct walk *w, struct settings *s, const struct conf_node *node)
{
	const char *value = conf_word(node, 2), *end;

	if (!value || *value != '/')
		return;
	end = strchr(value, '$');
	if (!end)
		end = strcmp(node->word[1], "DOCUMENT_ROOT") ? strrchr(value, '/') :
			value + strlen(value);
	if (end > value)
		s->script_root = arena_strndup(w->mem, value, (size_t)(end - value));
}

static void settings_read(struct walk *w, struct settings *s, struct conf_level level)
{
	const struct conf_node *n;
	const char *value;
	bool log_seen = false;
	size_t i;

	for (i = 0; i < level.count; i++) {
		n = level.node[i];
		value = conf_word(n, 1);
		if (n->block || !value)
			continue;
		if (conf_is(n, "root"))
			s->root = absolute(w, value);
		else if (conf_is(n, "error_log"))
			s->error_log = absolute(w, value);
		else if (conf_is(n, "access_log") && !log_seen) {
			log_seen = true;
			s->access_log = strcmp(value, "off") ? absolute(w, value) : NULL;
		} else if (conf_is(n, "ssl_certificate"))
			s->cert = keep(w, value);
		else if (conf_is(n, "ssl_certificate_key"))
			s->cert_key = keep(w, value);
		else if (conf_is(n, "fastcgi_param"))
			script_root(w, s, n);
		else if (!timeouts_read(w, &s->fastcgi, n, "fastcgi_"))
			timeouts_read(w, &s->proxy, n, "proxy_");
	}
}

/* --- variables ------------------------------------------------------------------------ */

static void set_read(struct walk *w, struct conf_level level)
{
	struct variable *v;
	const char *name;
	size_t i;

	for (i = 0; i < level.count; i++) {
		name = conf_word(level.node[i], 1);
		if (!conf_is(level.node[i], "set") || level.node[i]->words < 3)
			continue;
		v = arena_alloc(w->tree->mem, sizeof(*v));
		v->name = *name == '$' ? name + 1 : name;
		v->value = level.node[i]->word[2];
		v->next = w->vars;
		w->vars = v;
	}
}

/* The values a map may give, "default" first; how many there are. */
static size_t map_values(const struct walk *w, const char *name, const char **values)
{
	const struct conf_node *n, *entry;
	size_t i, j, count = 0;

	for (i = 0; i < w->http.count; i++) {
		n = w->http.node[i];
		if (!conf_is(n, "map") || n->words < 3 || strcmp(n->word[2] + (n->word[2][0] == '$'),
				name))
			continue;
		for (entry = n->child; entry && count < VALUES_MAX; entry = entry->next) {
			if (entry->words < 3)
				continue;
			for (j = 0; j < count && strcmp(values[j], entry->word[2]) != 0; j++)
				;
			if (j == count)
				values[count++] = entry->word[2];
			if (!strcmp(entry->word[1], "default")) {
				const char *first = values[0];

				values[0] = values[j];
				values[j] = first;
			}
		}
		break;
	}
	return count;
}

static const char *known_value(const struct walk *w, const char *name)
{
	const struct variable *v;
	const char *values[VALUES_MAX];

	for (v = w->vars; v; v = v->next)
		if (!strcmp(v->name, name))
			return v->value;
	if (map_values(w, name, values) == 1)
		return values[0];
	if ((!strcmp(name, "host") || !strcmp(name, "server_name") || !strcmp(name, "http_host")) &&
	    w->server && w->server->name_count)
		return w->server->names[0];
	return NULL;
}

/* Puts known variables in place; *ret_open says whether one was not known. */
static const char *expand(const struct walk *w, const char *text, bool *ret_open)
{
	char name[128];
	struct buf out;
	const char *p = text, *value, *copy;
	size_t n;
	int turns = 0;

	*ret_open = false;
	buf_init(&out, 4096);
	while (*p) {
		bool brace;

		if (*p != '$' || turns > 32) {
			buf_addc(&out, *p++);
			continue;
		}
		brace = p[1] == '{';
		p += 1 + brace;
		for (n = 0; p[n] && (p[n] == '_' || (p[n] >= '0' && p[n] <= '9') ||
				(p[n] >= 'a' && p[n] <= 'z') || (p[n] >= 'A' && p[n] <= 'Z')); n++)
			;
		snprintf(name, sizeof(name), "%.*s", (int)n, p);
		value = n < sizeof(name) ? known_value(w, name) : NULL;
		p += n + (brace && p[n] == '}');
		turns++;
		if (!value || strchr(value, '$')) {
			*ret_open = true;
			buf_addf(&out, "$%s", name);
		} else {
			buf_adds(&out, value);
		}
	}
	copy = arena_strndup(w->mem, out.data ? out.data : "", out.len);
	buf_release(&out);
	return copy;
}

/* --- passes --------------------------------------------------------------------------- */

static const struct conf_node *upstream_find(const struct walk *w, struct span name)
{
	size_t i;

	for (i = 0; i < w->http.count; i++)
		if (conf_is(w->http.node[i], "upstream") && w->http.node[i]->words > 1 &&
		    span_eq(name, w->http.node[i]->word[1]))
			return w->http.node[i];
	return NULL;
}

static void peer_add(struct walk *w, struct nginx_pass *pass, struct span text, int port)
{
	struct endpoint at, *peer;

	if (pass->peer_count >= 64 || !nginx_address(w->mem, text, port, &at))
		return;
	peer = arena_push(w->mem, &pass->peers, &pass->peer_count, sizeof(*peer));
	*peer = at;
}

static void group_peers(struct walk *w, struct nginx_pass *pass, const struct conf_node *group,
	int port)
{
	struct conf_level level = conf_flatten(w->tree, group->child);
	size_t i;

	pass->group = keep(w, group->word[1]);
	for (i = 0; i < level.count; i++)
		if (conf_is(level.node[i], "server") && level.node[i]->words > 1)
			peer_add(w, pass, span_of(level.node[i]->word[1]), port);
}

/* One value of a target: a group's name, or an address. */
static void target_peers(struct walk *w, struct nginx_pass *pass, struct span text)
{
	const struct conf_node *group;
	ptrdiff_t cut;
	int port = pass->kind == PASS_PROXY ? 80 : 0;

	if (pass->kind == PASS_PROXY) {
		if (span_starts(text, "https://")) {
			pass->tls = true;
			port = 443;
			text = span_skip(text, 8);
		} else if (span_starts(text, "http://")) {
			text = span_skip(text, 7);
		}
		if (span_starts(text, "unix:")) {
			cut = span_find(span_skip(text, 5), ":");
			text.n = cut < 0 ? text.n : 5 + (size_t)cut;
		} else {
			cut = span_find(text, "/");
			text.n = cut < 0 ? text.n : (size_t)cut;
		}
	}
	group = upstream_find(w, text);
	if (group)
		group_peers(w, pass, group, 80);
	else
		peer_add(w, pass, text, port);
}

static void pass_targets(struct walk *w, struct nginx_pass *pass)
{
	const char *values[VALUES_MAX], *name = strchr(pass->target, '$');
	const char *text = expand(w, pass->target, &pass->computed);
	size_t i, count;

	if (!pass->computed) {
		target_peers(w, pass, span_of(text));
		return;
	}
	/* One variable alone that a map decides: any of its values may be the one. */
	if (name != pass->target || name[1] == '{' || strpbrk(name + 1, "$/:"))
		return;
	count = map_values(w, name + 1, values);
	for (i = 0; i < count; i++)
		target_peers(w, pass, span_of(values[i]));
}

static enum pass_kind kind_of(const struct conf_node *node)
{
	static const char *const others[] = { "uwsgi_pass", "scgi_pass", "grpc_pass",
		"memcached_pass" };
	size_t i;

	if (conf_is(node, "fastcgi_pass"))
		return PASS_FASTCGI;
	if (conf_is(node, "proxy_pass"))
		return PASS_PROXY;
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (conf_is(node, others[i]))
			return PASS_OTHER;
	return PASS_NONE;
}

static void pass_add(struct walk *w, const struct conf_node *node, const char *location,
	const struct settings *s)
{
	const struct timeouts *t;
	struct nginx_pass *pass;

	if (node->words < 2 || w->server->pass_count >= PASSES_MAX)
		return;
	pass = arena_push(w->mem, &w->server->passes, &w->server->pass_count, sizeof(*pass));
	pass->kind = kind_of(node);
	pass->target = keep(w, node->word[1]);
	pass->location = location;
	pass->root = pass->kind == PASS_FASTCGI && s->script_root ? s->script_root : s->root;
	t = pass->kind == PASS_PROXY ? &s->proxy : &s->fastcgi;
	pass->connect_ms = t->connect;
	pass->read_ms = t->read;
	pass->send_ms = t->send;
	pass->buffer_size = t->buffer;
	pass->cache_valid = t->cache_valid;
	pass->file = keep(w, node->file);
	pass->line = num_of(node->line);
	pass_targets(w, pass);
}

static const char *location_label(struct walk *w, const struct conf_node *node)
{
	if (node->words < 2)
		return NULL;
	if (node->words < 3)
		return keep(w, node->word[1]);
	return arena_printf(w->mem, "%s %s", node->word[1], node->word[2]);
}

static void return_add(struct walk *w, const struct conf_node *node, const char *location)
{
	struct nginx_return *r;
	int64_t status;

	if (node->words < 2 || !span_int(span_of(node->word[1]), &status) || status < 400)
		return;
	r = arena_push(w->mem, &w->server->returns, &w->server->return_count, sizeof(*r));
	*r = (struct nginx_return){ (int)status, location, keep(w, node->file), num_of(node->line) };
}

static void inner_read(struct walk *w, struct conf_level level, const char *location,
	const struct settings *s, int depth)
{
	struct settings own;
	struct conf_level inner;
	const struct conf_node *n;
	const char *label;
	size_t i;

	for (i = 0; i < level.count && w->budget > 0; i++) {
		n = level.node[i];
		if (!n->block && n->words && kind_of(n) != PASS_NONE)
			pass_add(w, n, location, s);
		else if (!n->block && conf_is(n, "return"))
			return_add(w, n, location);
		if (!n->block || depth >= LOCATION_DEPTH ||
		    !(conf_is(n, "location") || conf_is(n, "if") || conf_is(n, "limit_except")))
			continue;
		w->budget--;
		label = conf_is(n, "location") ? location_label(w, n) : location;
		inner = conf_flatten(w->tree, n->child);
		own = *s;
		settings_read(w, &own, inner);
		set_read(w, inner);
		inner_read(w, inner, label, &own, depth + 1);
	}
}

/* --- servers -------------------------------------------------------------------------- */

static void listen_add(struct walk *w, const struct conf_node *node, bool ssl_on)
{
	struct nginx_listen *l, new = { .tls = ssl_on };
	size_t i;

	if (node->words < 2 || !nginx_address(w->mem, span_of(node->word[1]), 80, &new.at))
		return;
	for (i = 2; i < node->words; i++) {
		if (!strcmp(node->word[i], "quic"))
			return;
		new.tls = new.tls || !strcmp(node->word[i], "ssl");
		new.is_default = new.is_default || !strcmp(node->word[i], "default_server") ||
			!strcmp(node->word[i], "default");
	}
	l = arena_push(w->mem, &w->server->listens, &w->server->listen_count, sizeof(*l));
	*l = new;
}

static void names_add(struct walk *w, const struct conf_node *node)
{
	const char **slot;
	size_t i;

	for (i = 1; i < node->words; i++) {
		slot = arena_push(w->mem, &w->server->names, &w->server->name_count, sizeof(*slot));
		*slot = keep(w, node->word[i]);
	}
}

/* A level that answers everything itself: return, or a rewrite that sends away. */
static bool sends_away(struct conf_level level)
{
	const char *last;
	size_t i;

	for (i = 0; i < level.count; i++) {
		if (conf_is(level.node[i], "return"))
			return true;
		last = conf_word(level.node[i], 1);
		if (conf_is(level.node[i], "rewrite") && last &&
		    (!strcmp(last, "permanent") || !strcmp(last, "redirect")))
			return true;
	}
	return false;
}

static bool only_returns(struct walk *w, struct conf_level level)
{
	const struct conf_node *n;
	size_t i;

	if (w->server->pass_count)
		return false;
	for (i = 0; i < level.count; i++) {
		n = level.node[i];
		if (conf_is(n, "location") && n->words == 2 && !strcmp(n->word[1], "/") &&
		    sends_away(conf_flatten(w->tree, n->child)))
			return true;
	}
	return sends_away(level);
}

static void server_read(struct walk *w, const struct conf_node *node, const struct settings *http)
{
	struct nginx_facts *f = w->facts;
	struct nginx_server server = { 0 }, *slot;
	struct conf_level level = conf_flatten(w->tree, node->child);
	struct settings s = *http;
	bool ssl_on = false, open;
	size_t i;

	if (f->server_count >= SERVERS_MAX)
		return;
	w->server = &server;
	w->vars = NULL;
	settings_read(w, &s, level);
	set_read(w, level);
	for (i = 0; i < level.count; i++)
		if (conf_is(level.node[i], "ssl") && level.node[i]->words > 1)
			ssl_on = !strcmp(level.node[i]->word[1], "on");
	for (i = 0; i < level.count; i++) {
		if (conf_is(level.node[i], "listen"))
			listen_add(w, level.node[i], ssl_on);
		else if (conf_is(level.node[i], "server_name"))
			names_add(w, level.node[i]);
	}
	if (!server.listen_count) {
		struct nginx_listen *l = arena_push(w->mem, &server.listens, &server.listen_count,
			sizeof(*l));

		l->at.port = 80;
	}
	inner_read(w, level, NULL, &s, 0);
	server.returns_only = only_returns(w, level);
	server.root = s.root ? expand(w, s.root, &open) : NULL;
	for (i = 0; i < server.pass_count; i++)
		if (server.passes[i].root)
			server.passes[i].root = expand(w, server.passes[i].root, &open);
	for (i = 0; !server.root && i < server.pass_count; i++)
		server.root = server.passes[i].root;
	server.cert = s.cert;
	server.cert_key = s.cert_key;
	server.error_log = s.error_log;
	server.access_log = s.access_log;
	server.file = keep(w, node->file);
	server.line = num_of(node->line);
	w->server = NULL;
	slot = arena_push(w->mem, &f->servers, &f->server_count, sizeof(*slot));
	*slot = server;
}

static void http_read(struct walk *w, const struct conf_node *http, const struct settings *outer)
{
	struct settings s = *outer;
	struct conf_level level;
	const char *value;
	size_t i;

	w->http = conf_flatten(w->tree, http->child);
	level = w->http;
	settings_read(w, &s, level);
	for (i = 0; i < level.count; i++) {
		value = conf_word(level.node[i], 1);
		if (value && conf_is(level.node[i], "resolver"))
			w->facts->resolver = keep(w, value);
		if (value && (conf_is(level.node[i], "limit_req_status") ||
				conf_is(level.node[i], "limit_conn_status")))
			w->facts->limit_status = conf_size(value);
	}
	for (i = 0; i < level.count; i++)
		if (conf_is(level.node[i], "server") && level.node[i]->block)
			server_read(w, level.node[i], &s);
}

/* Main level and events; the first configuration that tells a value is believed. */
static void main_read(struct walk *w, struct conf_level level, const struct settings *s)
{
	struct nginx_facts *f = w->facts;
	const struct conf_node *n;
	const char *value;
	size_t i;

	for (i = 0; i < level.count; i++) {
		n = level.node[i];
		value = conf_word(n, 1);
		if (conf_is(n, "user") && value)
			f->user = keep(w, value);
		else if (conf_is(n, "worker_processes") && !f->worker_processes.known)
			f->worker_processes = conf_size(value);
		else if (conf_is(n, "events"))
			main_read(w, conf_flatten(w->tree, n->child), s);
		else if (conf_is(n, "worker_connections") && !f->worker_connections.known)
			f->worker_connections = conf_size(value);
	}
	if (!f->log_path)
		f->log_path = s->error_log;
}

void conf_servers(struct nginx_facts *facts, struct arena *mem, struct conf_tree *tree,
	const char *prefix, const char *access_log)
{
	struct walk w = { .facts = facts, .mem = mem, .tree = tree, .prefix = prefix,
		.budget = 100000 };
	struct settings s = { 0 };
	const struct conf_file *file;
	struct conf_level level;
	size_t i;

	for (file = tree->files; file; file = file->next)
		if (!tree->main || !strcmp(file->path, tree->main))
			break;
	if (!file)
		file = tree->files;
	if (!file)
		return;
	level = conf_flatten(tree, file->first);
	s.access_log = access_log;
	settings_read(&w, &s, level);
	main_read(&w, level, &s);
	for (i = 0; i < level.count; i++)
		if (conf_is(level.node[i], "http") && level.node[i]->block)
			http_read(&w, level.node[i], &s);
}
