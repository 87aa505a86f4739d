#include "target.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/span.h"

static bool read_port(const char *digits, int *ret)
{
	int64_t port;

	if (!span_int(span_of(digits), &port) || port < 1 || port > 65535)
		return false;
	*ret = (int)port;
	return true;
}

bool destination_split(struct arena *mem, const char *word, const char **ret_destination,
	int *ret_port)
{
	const char *at = strrchr(word, '@'), *host = at ? at + 1 : word;
	const char *close = strchr(host, ']'), *colon = strrchr(host, ':');
	int port = 0;

	if (*host == '[') {
		if (!close || (close[1] && (close[1] != ':' || !read_port(close + 2, &port))))
			return false;
		*ret_destination = arena_printf(mem, "%.*s%.*s", (int)(host - word), word,
			(int)(close - host - 1), host + 1);
		*ret_port = port;
		return true;
	}
	if (colon && colon == strchr(host, ':')) { /* one colon: not a bare IPv6 address */
		if (colon == host || !read_port(colon + 1, &port))
			return false;
		*ret_destination = arena_strndup(mem, word, (size_t)(colon - word));
		*ret_port = port;
		return true;
	}
	*ret_destination = arena_strdup(mem, word);
	*ret_port = 0;
	return *host != '\0';
}

static const char *const *words_or(const struct words *first, const struct words *otherwise)
{
	if (first->count)
		return first->items;
	return otherwise && otherwise->count ? otherwise->items : NULL;
}

static bool add(struct targets *targets, const struct cli *cli, const char *name,
	const struct target_config *config, char **ret_error)
{
	const char *word = config && config->ssh ? config->ssh : name;
	struct target *t;

	t = arena_push(targets->mem, &targets->items, &targets->count, sizeof(*t));
	t->name = name;
	if (!destination_split(targets->mem, word, &t->destination, &t->port)) {
		*ret_error = xasprintf("target '%s': not [user@]host[:port]", word);
		return false;
	}
	if (cli->port)
		t->port = cli->port;
	t->read_only = cli->read_only || (config && config->read_only);
	t->env = config ? config->env : ENV_NONE;
	t->pages.name = name;
	t->pages.urls = words_or(&cli->urls, config ? &config->urls : NULL);
	t->pages.texts.expect = words_or(&cli->expects, config ? &config->expects : NULL);
	t->pages.texts.forbid = words_or(&cli->forbids, config ? &config->forbids : NULL);
	t->pages.resolves = words_or(&cli->resolves, NULL);
	t->pages.ca_file = cli->ca_file;
	t->pages.insecure = cli->insecure;
	t->pages.origin = cli->origin ? cli->origin : config ? config->origin : NULL;
	return true;
}

static bool is_known(const struct targets *targets, const char *name)
{
	size_t i;

	for (i = 0; i < targets->count; i++)
		if (!strcmp(targets->items[i].name, name))
			return true;
	return false;
}

static bool add_tagged(struct targets *targets, const struct cli *cli, const struct config *config,
	const char *tag, char **ret_error)
{
	size_t i, found = 0;

	for (i = 0; i < config->target_count; i++) {
		if (tag && !target_has_tag(&config->targets[i], tag))
			continue;
		found++;
		if (!is_known(targets, config->targets[i].name) &&
		    !add(targets, cli, config->targets[i].name, &config->targets[i], ret_error))
			return false;
	}
	if (!found && tag)
		*ret_error = xasprintf("@%s: no target of the configuration has this tag", tag);
	return found || !tag;
}

static bool add_word(struct targets *targets, const struct cli *cli, const struct config *config,
	const char *word, char **ret_error)
{
	if (cli_is_recording(word)) {
		words_add(&targets->recordings, word);
		return true;
	}
	if (*word == '@')
		return add_tagged(targets, cli, config, word + 1, ret_error);
	if (is_known(targets, word))
		return true;
	return add(targets, cli, word, config_find(config, word), ret_error);
}

bool targets_resolve(struct targets *targets, const struct cli *cli, const struct config *config,
	char **ret_error)
{
	size_t i;

	memset(targets, 0, sizeof(*targets));
	targets->mem = arena_new();
	for (i = 0; i < cli->targets.count; i++)
		if (!add_word(targets, cli, config, cli->targets.items[i], ret_error)) {
			targets_release(targets);
			return false;
		}
	if (cli->targets.count || add_tagged(targets, cli, config, NULL, ret_error))
		return true;
	targets_release(targets);
	return false;
}

void targets_release(struct targets *targets)
{
	arena_free(targets->mem);
	free(targets->recordings.items);
	memset(targets, 0, sizeof(*targets));
}
