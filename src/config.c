/*
 * inih reads the grammar; the reader below counts the lines, because Debian's build of it
 * does not hand the line number to the handler, and refuses lines that inih would cut.
 */
#include "config.h"

#include <errno.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

#define ERRORS_MAX 65536

struct reading {
	struct config *config;
	FILE *file;
	const char *path;
	int line;
	struct buf errors;
};

static void complain(struct reading *r, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void complain(struct reading *r, const char *format, ...)
{
	va_list args;

	buf_addf(&r->errors, "%s:%d: ", r->path, r->line);
	va_start(args, format);
	buf_vaddf(&r->errors, format, args);
	va_end(args);
	buf_addc(&r->errors, '\n');
}

static char *read_line(char *line, int size, void *stream)
{
	struct reading *r = stream;
	size_t len;
	int c;

	if (!fgets(line, size, r->file))
		return NULL;
	r->line++;
	len = strlen(line);
	if (len && line[len - 1] == '\n')
		return line;
	c = getc(r->file);
	if (c == EOF)
		return line;
	complain(r, "a line may have at most %d bytes", size - 2);
	while (c != EOF && c != '\n')
		c = getc(r->file);
	*line = '\0';
	return line;
}

static struct target_config *section_of(struct reading *r, const char *name)
{
	struct config *c = r->config;
	struct target_config *t;
	size_t i;

	for (i = 0; i < c->target_count; i++)
		if (!strcmp(c->targets[i].name, name))
			return &c->targets[i];
	if (!cli_host_ok(name) || *name == '@')
		complain(r, "[%s]: not a name for a target", name);
	t = arena_push(c->mem, &c->targets, &c->target_count, sizeof(*t));
	t->name = arena_strdup(c->mem, name);
	return t;
}

static void set_duration(struct reading *r, const char *key, const char *value, int64_t *ret)
{
	if (!text_duration_ms(value, ret) || *ret < 1000) {
		*ret = 0;
		complain(r, "%s = %s: not a duration of at least 1s", key, value);
	}
}

static void set_bool(struct reading *r, const char *key, const char *value, bool *ret)
{
	if (!strcmp(value, "yes") || !strcmp(value, "true"))
		*ret = true;
	else if (!strcmp(value, "no") || !strcmp(value, "false"))
		*ret = false;
	else
		complain(r, "%s = %s: neither yes nor no", key, value);
}

static void set_env(struct reading *r, const char *value, enum target_env *ret)
{
	if (!strcmp(value, "production"))
		*ret = ENV_PRODUCTION;
	else if (!strcmp(value, "staging"))
		*ret = ENV_STAGING;
	else if (!strcmp(value, "lab"))
		*ret = ENV_LAB;
	else
		complain(r, "env = %s: not one of production, staging, lab", value);
}

static void set_host(struct reading *r, const char *key, const char *value, const char **ret)
{
	if (cli_host_ok(value))
		*ret = arena_strdup(r->config->mem, value);
	else
		complain(r, "%s = %s: not a host", key, value);
}

static void add_url(struct reading *r, struct target_config *t, const char *value)
{
	if (!cli_url_ok(value))
		complain(r, "url = %s: not an http:// or https:// address", value);
	else
		words_add(&t->urls, arena_strdup(r->config->mem, value));
}

static void add_tags(struct reading *r, struct target_config *t, const char *value)
{
	struct span rest = span_of(value), tag;

	while (span_cut(&rest, ',', &tag)) {
		tag = span_trim(tag);
		if (tag.n)
			words_add(&t->tags, arena_strndup(r->config->mem, tag.p, tag.n));
	}
}

static void set_target_key(struct reading *r, struct target_config *t, const char *key,
	const char *value)
{
	if (!strcmp(key, "ssh"))
		set_host(r, key, value, &t->ssh);
	else if (!strcmp(key, "url"))
		add_url(r, t, value);
	else if (!strcmp(key, "expect"))
		words_add(&t->expects, arena_strdup(r->config->mem, value));
	else if (!strcmp(key, "forbid"))
		words_add(&t->forbids, arena_strdup(r->config->mem, value));
	else if (!strcmp(key, "origin"))
		set_host(r, key, value, &t->origin);
	else if (!strcmp(key, "env"))
		set_env(r, value, &t->env);
	else if (!strcmp(key, "read_only"))
		set_bool(r, key, value, &t->read_only);
	else if (!strcmp(key, "tags"))
		add_tags(r, t, value);
	else if (!strcmp(key, "interval"))
		set_duration(r, key, value, &t->interval_ms);
	else if (!strcmp(key, "probe"))
		set_duration(r, key, value, &t->probe_ms);
	else
		complain(r, "unknown key %s in [%s]", key, t->name);
}

static int take_key(void *user, const char *section, const char *key, const char *value)
{
	struct reading *r = user;

	if (!*section)
		complain(r, "%s stands before any [section]", key);
	else if (strcmp(section, "defaults") != 0)
		set_target_key(r, section_of(r, section), key, value);
	else if (!strcmp(key, "interval"))
		set_duration(r, key, value, &r->config->interval_ms);
	else if (!strcmp(key, "probe"))
		set_duration(r, key, value, &r->config->probe_ms);
	else
		complain(r, "unknown key %s in [defaults]", key);
	return 1;
}

/* inih wants reader and handler to share one pointer through two arguments. */
static void parse(struct reading *r)
{
	int bad = ini_parse_stream(read_line, r, take_key, r);

	if (bad <= 0 || r->errors.len)
		return;
	r->line = bad;
	complain(r, "neither a [section], nor key = value, nor a comment");
}

bool config_load(struct config *config, const char *path, bool must_exist, char **ret_errors)
{
	struct reading r = { .config = config, .path = path };

	memset(config, 0, sizeof(*config));
	config->mem = arena_new();
	config->interval_ms = 5000;
	config->probe_ms = 60000;
	buf_init(&r.errors, ERRORS_MAX);
	r.file = fopen(path, "re");
	if (!r.file) {
		if (errno == ENOENT && !must_exist)
			return true;
		*ret_errors = xasprintf("%s: %s\n", path, strerror(errno));
		config_release(config);
		return false;
	}
	parse(&r);
	fclose(r.file);
	if (!r.errors.len) {
		buf_release(&r.errors);
		return true;
	}
	*ret_errors = buf_take(&r.errors);
	config_release(config);
	return false;
}

void config_release(struct config *config)
{
	size_t i;

	for (i = 0; i < config->target_count; i++) {
		free(config->targets[i].urls.items);
		free(config->targets[i].expects.items);
		free(config->targets[i].forbids.items);
		free(config->targets[i].tags.items);
	}
	arena_free(config->mem);
	memset(config, 0, sizeof(*config));
}

void config_default_path(char **ret_path)
{
	const char *base = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");

	if (base && *base == '/')
		*ret_path = xasprintf("%s/wp502/config", base);
	else
		*ret_path = xasprintf("%s/.config/wp502/config", home ? home : "");
}

const struct target_config *config_find(const struct config *config, const char *name)
{
	size_t i;

	for (i = 0; i < config->target_count; i++)
		if (!strcmp(config->targets[i].name, name))
			return &config->targets[i];
	return NULL;
}

bool target_has_tag(const struct target_config *target, const char *tag)
{
	size_t i;

	for (i = 0; i < target->tags.count; i++)
		if (!strcmp(target->tags.items[i], tag))
			return true;
	return false;
}
