#include <string.h>
#include <stdlib.h>

#include "base/buf.h"
#include "live/ssh/sshconf.h"
#include "live/ssh/words.h"
#include "loop/loop.h"

#define OUT_MAX ((size_t)256 * 1024)
#define ARGV_MAX 64

struct sshconf_query {
	struct loop *loop;
	struct arena *mem;
	const struct transport_config *config;
	const char *argv[ARGV_MAX];
	int argc;
	struct loop_child *child;
	struct buf out, line;
	struct words words;
	struct sshconf conf;
	sshconf_done *done;
	void *owner;
	bool dead;
	int error;
};

static void arg(struct sshconf_query *q, const char *word)
{
	if (q->argc < ARGV_MAX - 1)
		q->argv[q->argc++] = word;
}

static void pair(struct sshconf_query *q, const char *option, const char *value)
{
	if (!value)
		return;
	arg(q, option);
	arg(q, value);
}

static void make_argv(struct sshconf_query *q)
{
	const struct transport_config *c = q->config;
	size_t i;

	arg(q, "ssh");
	arg(q, "-G");
	pair(q, "-F", c->config_file);
	for (i = 0; c->identities && c->identities[i]; i++)
		pair(q, "-i", c->identities[i]);
	pair(q, "-l", c->user);
	if (c->port)
		pair(q, "-p", arena_printf(q->mem, "%d", c->port));
	pair(q, "-J", c->jump);
	arg(q, "--");
	arg(q, c->target);
	q->argv[q->argc] = NULL;
}

static void on_out(void *owner, const char *bytes, size_t len)
{
	struct sshconf_query *q = owner;

	buf_add(&q->out, bytes, len);
}

static void on_err(void *owner, const char *bytes, size_t len)
{
	struct sshconf_query *q = owner;

	for (; len; bytes++, len--) {
		if (*bytes != '\n') {
			buf_addc(&q->line, *bytes);
			continue;
		}
		words_line(&q->words, span_trim(span_from(q->line.data ? q->line.data : "",
			q->line.len)));
		buf_clear(&q->line);
	}
}

/* --known-hosts speaks alone, as in the spawned ssh. */
static void own_known_hosts(struct sshconf_query *q)
{
	const char **items;

	if (!q->config->known_hosts)
		return;
	items = arena_alloc(q->mem, sizeof(*items));
	items[0] = q->config->known_hosts;
	q->conf.known_hosts.items = items;
	q->conf.known_hosts.count = 1;
}

static bool has(const struct sshconf_list *list, const char *item)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		if (!strcmp(list->items[i], item))
			return true;
	return false;
}

/* ssh leaves out a -i that cannot be read; it is what the user meant, so it must be told. */
static void own_identities(struct sshconf_query *q)
{
	struct sshconf_list all = { NULL, 0 };
	const char *const *own = q->config->identities;
	const char **slot;
	size_t i;

	for (i = 0; own && own[i]; i++) {
		q->conf.own_identities = true;
		slot = arena_push(q->mem, &all.items, &all.count, sizeof(*slot));
		*slot = own[i];
	}
	for (i = 0; i < q->conf.identities.count; i++) {
		if (has(&all, q->conf.identities.items[i]))
			continue;
		slot = arena_push(q->mem, &all.items, &all.count, sizeof(*slot));
		*slot = q->conf.identities.items[i];
	}
	q->conf.identities = all;
}

static void on_exit_cb(void *owner, int status, int number)
{
	struct sshconf_query *q = owner;
	struct ssh_failure failure;

	if (q->dead)
		return;
	if (status == 0 && number == 0 && !q->out.over &&
	    sshconf_parse(q->mem, span_from(q->out.data ? q->out.data : "", q->out.len),
		    sshconf_home(q->mem), &q->conf)) {
		own_known_hosts(q);
		own_identities(q);
		buf_release(&q->out);
		q->done(q->owner, &q->conf, NULL);
		return;
	}
	words_failure(&q->words, q->config, false, number ? -1 : status, q->mem, &failure);
	q->done(q->owner, NULL, &failure);
}

static void not_started(void *owner)
{
	struct sshconf_query *q = owner;
	struct ssh_failure failure = {
		.error = SSH_E_LOCAL, .step = "start",
		.says = arena_printf(q->mem, "ssh: %s", strerror(q->error)),
		.advice = "the ssh program must be installed (openssh-client) and this machine able "
			"to start it",
	};

	if (!q->dead)
		q->done(q->owner, NULL, &failure);
}

struct sshconf_query *sshconf_query_new(struct loop *loop, struct arena *mem,
	const struct transport_config *config, sshconf_done *done, void *owner)
{
	static const struct loop_child_config plain = {
		.new_session = true, .on_out = on_out, .on_err = on_err, .on_exit = on_exit_cb,
	};
	struct sshconf_query *q = xcalloc(1, sizeof(*q));
	struct loop_child_config child = plain;

	q->loop = loop;
	q->mem = mem;
	q->config = config;
	q->done = done;
	q->owner = owner;
	buf_init(&q->out, OUT_MAX);
	buf_init(&q->line, 4096);
	make_argv(q);
	child.argv = q->argv;
	q->child = loop_child_new(loop, &child, q, &q->error);
	if (!q->child)
		loop_defer(loop, not_started, q);
	else
		loop_child_end_input(q->child);
	return q;
}

static void free_now(void *owner)
{
	struct sshconf_query *q = owner;

	buf_release(&q->out);
	buf_release(&q->line);
	free(q);
}

void sshconf_query_free(struct sshconf_query *q)
{
	if (!q || q->dead)
		return;
	q->dead = true;
	loop_child_free(q->child);
	loop_defer(q->loop, free_now, q);
}
