/*
 * The report `nginx` -> facts. Its records make a tree of directives (conf.h), which is
 * then read as nginx reads it (servers.c). Several masters may run; each brings its own
 * `conf` record and files, and their servers are put together; what is told of the build
 * and the test is the first one's. `missing` records are the engine's, as in any report.
 */
#include <string.h>

#include "base/text.h"
#include "probes/nginx/conf.h"
#include "probes/nginx/nginx.h"

#define NEST_MAX 64
#define WORDS_MAX 256

struct reader {
	struct nginx_facts *facts;
	struct arena *mem, *scratch;
	struct conf_tree tree;
	struct conf_file *file, **file_end;
	struct conf_node **end[NEST_MAX + 1]; /* where the next node of a depth hangs */
	int depth, too_deep;
	const char *prefix, *access_log, *error_log;
	bool started;                         /* a first master was read */
};

static void tree_new(struct reader *r, const char *main)
{
	memset(&r->tree, 0, sizeof(r->tree));
	r->tree.mem = r->scratch;
	r->tree.main = main;
	r->tree.budget = 500000;
	r->file = NULL;
	r->file_end = &r->tree.files;
	r->depth = r->too_deep = 0;
}

static void tree_read(struct reader *r)
{
	if (r->tree.files)
		conf_servers(r->facts, r->mem, &r->tree, r->prefix, r->access_log);
	tree_new(r, NULL);
}

static void file_begin(struct reader *r, struct span path)
{
	struct conf_file *file = arena_alloc(r->scratch, sizeof(*file));

	file->path = text_clean_dup(r->mem, path);
	*r->file_end = file;
	r->file_end = &file->next;
	r->file = file;
	r->depth = r->too_deep = 0;
	r->end[0] = &file->first;
}

static void node_add(struct reader *r, struct span rest, bool block)
{
	struct conf_node *node;
	const char **word;
	struct span field = span_field(&rest);
	int64_t line = 0;

	if (!r->file)
		file_begin(r, span_of(r->tree.main ? r->tree.main : ""));
	if (r->too_deep || (block && r->depth == NEST_MAX)) {
		r->too_deep += block;
		return;
	}
	node = arena_alloc(r->scratch, sizeof(*node));
	node->line = span_int(field, &line) ? line : 0;
	node->file = r->file->path;
	node->block = block;
	while (rest.n && node->words < WORDS_MAX) {
		word = arena_push(r->scratch, &node->word, &node->words, sizeof(*word));
		*word = text_clean_dup(r->scratch, span_field(&rest));
	}
	*r->end[r->depth] = node;
	r->end[r->depth] = &node->next;
	if (block)
		r->end[++r->depth] = &node->child;
}

static void block_end(struct reader *r)
{
	if (r->too_deep)
		r->too_deep--;
	else if (r->depth > 0)
		r->depth--;
}

static void build(struct reader *r, struct span rest)
{
	struct span key = span_field(&rest);
	const char *value = text_clean_dup(r->mem, span_trim(rest));

	if (span_eq(key, "prefix"))
		r->prefix = value;
	else if (span_eq(key, "http-log-path"))
		r->access_log = value;
	else if (span_eq(key, "error-log-path"))
		r->error_log = value;
	else if (span_eq(key, "user") && !r->facts->user)
		r->facts->user = value;
}

static void tell_test(struct nginx_facts *f, struct span word)
{
	if (span_eq(word, "failed"))
		f->config_ok = TRI_NO;
	else if (span_eq(word, "ok") && f->config_ok == TRI_UNKNOWN)
		f->config_ok = TRI_YES;
}

static void mtime(struct reader *r, struct span rest)
{
	struct nginx_facts *f = r->facts;
	int64_t at;

	if (!span_int(span_field(&rest), &at) || (f->config_mtime.known && at <= f->config_mtime.v))
		return;
	f->config_mtime = num_of(at);
	f->config_newest = text_clean_dup(r->mem, rest);
}

static void cert(struct reader *r, struct span rest)
{
	struct nginx_cert *c;
	int64_t at;

	if (!span_int(span_field(&rest), &at))
		return;
	c = arena_push(r->mem, &r->facts->certs, &r->facts->cert_count, sizeof(*c));
	c->mtime = num_of(at);
	c->path = text_clean_dup(r->mem, rest);
}

static void temp(struct reader *r, struct span rest)
{
	struct nginx_temp *t = arena_push(r->mem, &r->facts->temps, &r->facts->temp_count,
		sizeof(*t));
	struct span mode;
	int64_t v = 0;
	size_t i;

	t->path = text_clean_dup(r->mem, span_field(&rest));
	mode = span_field(&rest);
	for (i = 0; i < mode.n && i < 5 && mode.p[i] >= '0' && mode.p[i] <= '7'; i++)
		v = v * 8 + (mode.p[i] - '0');
	if (mode.n && i == mode.n)
		t->mode = num_of(v);
	t->owner = text_clean_dup(r->mem, rest);
}

static void link_add(struct reader *r, struct span rest)
{
	struct nginx_link *l = arena_push(r->mem, &r->facts->links, &r->facts->link_count,
		sizeof(*l));

	l->path = text_clean_dup(r->mem, span_field(&rest));
	l->target = text_clean_dup(r->mem, rest);
}

static void name_add(struct reader *r, struct span rest)
{
	struct nginx_name *n = arena_push(r->mem, &r->facts->names, &r->facts->name_count,
		sizeof(*n));

	n->name = text_clean_dup(r->mem, span_field(&rest));
	n->addresses = rest.n ? text_clean_dup(r->mem, rest) : NULL;
}

static void begin(struct reader *r, struct span rest)
{
	tree_read(r);
	if (r->facts->binary)
		r->started = true;
	if (r->started)
		return;
	r->facts->binary = text_clean_dup(r->mem, span_field(&rest));
	r->facts->version = text_clean_dup(r->mem, rest);
}

static void record(struct reader *r, struct span line)
{
	struct span name = span_field(&line);
	struct nginx_facts *f = r->facts;

	if (span_eq(name, "d") || span_eq(name, "b"))
		node_add(r, line, name.p[0] == 'b');
	else if (span_eq(name, "e"))
		block_end(r);
	else if (span_eq(name, "f"))
		file_begin(r, line);
	else if (span_eq(name, "nginx"))
		begin(r, line);
	else if (span_eq(name, "build"))
		build(r, line);
	else if (span_eq(name, "conf")) {
		tree_new(r, text_clean_dup(r->mem, line));
		if (!r->started)
			f->config_path = r->tree.main;
	} else if (span_eq(name, "test") && !r->started)
		tell_test(f, line);
	else if (span_eq(name, "emerg") && !f->config_error)
		f->config_error = text_clean_dup(r->mem, line);
	else if (span_eq(name, "source"))
		f->config_readable = TRI_YES;
	else if (span_eq(name, "mtime"))
		mtime(r, line);
	else if (span_eq(name, "cert"))
		cert(r, line);
	else if (span_eq(name, "temp"))
		temp(r, line);
	else if (span_eq(name, "link"))
		link_add(r, line);
	else if (span_eq(name, "name"))
		name_add(r, line);
}

static void log_add(struct reader *r, const char ***list, size_t *count, const char *path)
{
	const char **slot;
	size_t i;

	if (!path || !strcmp(path, "off") || !strncmp(path, "memory:", 7) || strchr(path, '$'))
		return;
	if (!strncmp(path, "syslog:", 7) || !strncmp(path, "/dev/std", 8) || !strcmp(path, "stderr"))
		path = "journal:nginx";
	else if (*path != '/')
		path = arena_printf(r->mem, "%s/%s", r->prefix ? r->prefix : "", path);
	for (i = 0; i < *count; i++)
		if (!strcmp((*list)[i], path))
			return;
	if (*count >= 64)
		return;
	slot = arena_push(r->mem, list, count, sizeof(*slot));
	*slot = path;
}

/* The main log comes first; the build's own holds what keeps nginx from starting. */
static void logs(struct reader *r)
{
	struct nginx_facts *f = r->facts;
	size_t i;

	log_add(r, &f->error_logs, &f->error_log_count, f->log_path);
	for (i = 0; i < f->server_count; i++) {
		log_add(r, &f->error_logs, &f->error_log_count, f->servers[i].error_log);
		if (f->servers[i].access_log && strncmp(f->servers[i].access_log, "syslog:", 7))
			log_add(r, &f->access_logs, &f->access_log_count,
				f->servers[i].access_log);
	}
	if (!f->error_log_count || (r->error_log && strcmp(r->error_log, "stderr")))
		log_add(r, &f->error_logs, &f->error_log_count, r->error_log);
	f->log_path = f->error_log_count ? f->error_logs[0] : NULL;
}

/* What the other two reports told is kept; everything else is told anew. */
static void forget(struct nginx_facts *f)
{
	struct nginx_facts fresh = {
		.mem = f->mem, .errors = f->errors, .error_count = f->error_count,
		.access = f->access, .access_count = f->access_count, .log_known = f->log_known,
	};

	*f = fresh;
}

void nginx_parse_conf(struct chain_facts *facts, struct arena *mem, struct span bytes,
	unsigned flags)
{
	struct reader r = { .facts = &facts->nginx, .mem = mem };
	struct span line;

	(void)flags; /* a cut report is read as far as it goes */
	forget(&facts->nginx);
	r.scratch = arena_new();
	tree_new(&r, NULL);
	while (span_line(&bytes, &line))
		record(&r, line);
	tree_read(&r);
	logs(&r);
	if (facts->nginx.config_readable == TRI_UNKNOWN && facts->nginx.binary)
		facts->nginx.config_readable = TRI_NO;
	arena_free(r.scratch);
}
