#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/dlog.h"
#include "base/mem.h"
#include "live/ssh/transport.h"
#include "live/ssh/words.h"
#include "loop/loop.h"

/*
 * How it works: one `ssh -v` child carries the main channel on its stdin and stdout. Its
 * stderr is read line by line by words.c, which knows how far it got. ssh never prompts
 * (BatchMode) unless a human is there; host keys are checked as the user configured it.
 * Our own timer stands behind ConnectTimeout, which does not cover a name that will not
 * resolve or an agent that waits.
 */

#define LINE_MAX_KEPT 4096
#define ERR_MAX ((size_t)256 * 1024) /* read of stderr in all; the rest is dropped */
#define ARGV_MAX 64

struct openssh {
	struct transport base; /* first: a struct transport * is one of these */
	struct loop *loop;
	struct arena *mem;
	struct transport_config config; /* strings in mem */
	const char *argv[ARGV_MAX];
	int argc;
	const char *refused; /* why it was not even started */
	struct loop_child *child;
	struct loop_timer *timer;
	struct words words;
	struct buf line, early; /* early: written before start */
	size_t err_seen;
	enum ssh_state state;
	bool timed_out, closed, dead;
};

static void arg(struct openssh *t, const char *word)
{
	if (t->argc < ARGV_MAX - 1)
		t->argv[t->argc++] = word;
}

static void option(struct openssh *t, const char *name, const char *value)
{
	arg(t, "-o");
	arg(t, arena_printf(t->mem, "%s=%s", name, value));
}

/* ssh expands % and splits at blanks in a file option. */
static const char *quoted_path(struct openssh *t, const char *path)
{
	struct buf out;
	const char *word;

	buf_init(&out, 16384);
	buf_addc(&out, '"');
	for (; *path; path++) {
		if (*path == '%')
			buf_addc(&out, '%');
		buf_addc(&out, *path);
	}
	buf_addc(&out, '"');
	word = arena_strndup(t->mem, out.data, out.len);
	buf_release(&out);
	return word;
}

/* Nothing a user or a configuration hands us may look like an option to ssh. */
static bool harmless(const char *word)
{
	const unsigned char *p = (const unsigned char *)word;

	if (!word)
		return true;
	if (!*p || *p == '-')
		return false;
	for (; *p; p++)
		if (*p < 0x20 || *p == 0x7f)
			return false;
	return true;
}

static const char *why_refused(const struct transport_config *c)
{
	size_t i;

	if (!c->target || !harmless(c->target))
		return "the target begins with - or holds a control character";
	if (!harmless(c->user))
		return "the user begins with - or holds a control character";
	if (!harmless(c->jump))
		return "the jump host begins with - or holds a control character";
	if (!harmless(c->config_file) || !harmless(c->known_hosts) ||
	    (c->known_hosts && strchr(c->known_hosts, '"')))
		return "a file begins with - or holds a control character or a quote";
	for (i = 0; c->identities && c->identities[i]; i++)
		if (!harmless(c->identities[i]) || i >= 16)
			return "an identity begins with - or holds a control character, or there are "
				"more than 16";
	return NULL;
}

static void keep_config(struct openssh *t, const struct transport_config *c)
{
	const char **identities;
	size_t i, count = 0;

	t->config = *c;
	t->config.target = arena_strdup(t->mem, c->target ? c->target : "");
	t->config.config_file = arena_strdup(t->mem, c->config_file);
	t->config.user = arena_strdup(t->mem, c->user);
	t->config.jump = arena_strdup(t->mem, c->jump);
	t->config.known_hosts = arena_strdup(t->mem, c->known_hosts);
	t->config.command = arena_strdup(t->mem, c->command);
	while (c->identities && c->identities[count])
		count++;
	identities = arena_alloc(t->mem, (count + 1) * sizeof(*identities));
	for (i = 0; i < count; i++)
		identities[i] = arena_strdup(t->mem, c->identities[i]);
	t->config.identities = identities;
}

/*
 * The options after -T -v undo what a configuration may hold that is meant for people:
 * forwardings that fail, a command of its own, a master that outlives us.
 */
static void make_argv(struct openssh *t)
{
	const struct transport_config *c = &t->config;
	size_t i;

	arg(t, "ssh");
	arg(t, "-Tvax");
	if (c->config_file) {
		arg(t, "-F");
		arg(t, c->config_file);
	}
	for (i = 0; c->identities[i]; i++) {
		arg(t, "-i");
		arg(t, c->identities[i]);
	}
	if (c->user) {
		arg(t, "-l");
		arg(t, c->user);
	}
	if (c->port) {
		arg(t, "-p");
		arg(t, arena_printf(t->mem, "%d", c->port));
	}
	if (c->jump) {
		arg(t, "-J");
		arg(t, c->jump);
	}
	if (c->known_hosts) {
		option(t, "UserKnownHostsFile", quoted_path(t, c->known_hosts));
		option(t, "GlobalKnownHostsFile", "/dev/null");
	}
	if (!c->may_prompt)
		option(t, "BatchMode", "yes");
	option(t, "ConnectTimeout", arena_printf(t->mem, "%d", (c->connect_timeout_ms + 999) / 1000));
	option(t, "ServerAliveInterval", "5");
	option(t, "ServerAliveCountMax", "3");
	option(t, "ControlMaster", "no");
	option(t, "ClearAllForwardings", "yes");
	option(t, "PermitLocalCommand", "no");
	option(t, "RemoteCommand", "none");
	arg(t, "--");
	arg(t, c->target);
	arg(t, c->command);
	t->argv[t->argc] = NULL;
}

static void set_state(struct openssh *t, enum ssh_state state)
{
	if (t->dead || state == t->state || t->state >= SSH_LIVE)
		return;
	if (state < SSH_DEAD && state < t->state)
		return;
	dlog("ssh %s: %s -> %s", t->config.target, ssh_state_name(t->state), ssh_state_name(state));
	t->state = state;
	if (state == SSH_LIVE)
		loop_timer_stop(t->timer);
	t->base.callbacks.on_state(t->base.owner, state);
}

/* The last thing anybody hears of us. */
static void closed(struct openssh *t, const struct ssh_failure *failure)
{
	if (t->dead || t->closed)
		return;
	t->closed = true;
	loop_timer_stop(t->timer);
	dlog("ssh %s: closed: %s, %s", t->config.target, ssh_error_name(failure->error),
		failure->says ? failure->says : "");
	t->base.callbacks.on_closed(t->base.owner, failure);
}

static void on_out(void *owner, const char *bytes, size_t len)
{
	struct openssh *t = owner;

	if (!t->dead)
		t->base.callbacks.on_data(t->base.owner, bytes, len);
}

static void end_line(struct openssh *t)
{
	size_t len = t->line.len;

	if (len && t->line.data[len - 1] == '\r')
		len--;
	words_line(&t->words, span_from(t->line.data ? t->line.data : "", len));
	buf_clear(&t->line);
	set_state(t, words_state(&t->words));
	if (!t->dead && t->config.may_prompt && *t->words.fingerprint)
		loop_timer_stop(t->timer); /* a human may be typing */
}

static void on_err(void *owner, const char *bytes, size_t len)
{
	struct openssh *t = owner;

	if (t->err_seen + len > ERR_MAX)
		len = ERR_MAX - t->err_seen;
	t->err_seen += len;
	for (; len && !t->dead; bytes++, len--) {
		if (*bytes == '\n')
			end_line(t);
		else
			buf_addc(&t->line, *bytes);
	}
}

static void on_exit_cb(void *owner, int status, int number)
{
	struct openssh *t = owner;
	struct ssh_failure failure;

	if (t->line.len)
		end_line(t);
	if (t->dead)
		return;
	words_failure(&t->words, &t->config, t->timed_out, number ? -1 : status, t->mem, &failure);
	closed(t, &failure);
}

static void timeout_cb(void *owner)
{
	struct openssh *t = owner;

	t->timed_out = true;
	if (t->child)
		loop_child_kill(t->child, 15);
	loop_timer_stop(t->timer);
}

static void refused_cb(void *owner)
{
	struct openssh *t = owner;
	struct ssh_failure failure = {
		.error = SSH_E_USAGE, .step = "configuration", .says = t->refused,
		.advice = "write it as ssh would take it: [user@]host",
	};

	closed(t, &failure);
}

static void not_started_cb(void *owner)
{
	struct openssh *t = owner;
	struct ssh_failure failure = {
		.error = SSH_E_LOCAL, .step = "start", .says = t->refused,
		.advice = "the ssh program must be installed (openssh-client) and this machine able "
			"to start it",
	};

	closed(t, &failure);
}

static struct transport *openssh_make(struct loop *loop, const struct transport_config *config,
	const struct transport_callbacks *callbacks, void *owner)
{
	struct openssh *t = xcalloc(1, sizeof(*t));

	t->base.ops = &openssh_transport;
	t->base.callbacks = *callbacks;
	t->base.owner = owner;
	t->loop = loop;
	t->mem = arena_new();
	t->refused = why_refused(config);
	keep_config(t, config);
	if (!t->refused)
		make_argv(t);
	t->timer = loop_timer_new(loop, timeout_cb, t);
	buf_init(&t->line, LINE_MAX_KEPT);
	buf_init(&t->early, (size_t)4 * 1024 * 1024);
	t->state = SSH_CONNECTING;
	return &t->base;
}

static void openssh_start(struct transport *transport)
{
	struct openssh *t = (struct openssh *)transport;
	struct loop_child_config child = {
		.argv = t->argv, .new_session = !t->config.may_prompt,
		.on_out = on_out, .on_err = on_err, .on_exit = on_exit_cb,
	};
	int error = 0;

	if (t->refused) {
		loop_defer(t->loop, refused_cb, t);
		return;
	}
	t->child = loop_child_new(t->loop, &child, t, &error);
	if (!t->child) {
		t->refused = arena_printf(t->mem, "ssh: %s", strerror(error));
		loop_defer(t->loop, not_started_cb, t);
		return;
	}
	loop_timer_start(t->timer, t->config.connect_timeout_ms + 500);
	loop_child_write(t->child, t->early.data, t->early.len);
	buf_release(&t->early);
}

static void openssh_write(struct transport *transport, const char *bytes, size_t len)
{
	struct openssh *t = (struct openssh *)transport;

	if (t->child && !t->closed)
		loop_child_write(t->child, bytes, len);
	else if (!t->child)
		buf_add(&t->early, bytes, len);
}

static const char *openssh_address(struct transport *transport)
{
	struct openssh *t = (struct openssh *)transport;

	return *t->words.address ? t->words.address : NULL;
}

static void free_now(void *owner)
{
	struct openssh *t = owner;

	buf_release(&t->line);
	buf_release(&t->early);
	arena_free(t->mem);
	free(t);
}

/* The child ends in its own time; a callback of ours may be on the stack. */
static void openssh_free(struct transport *transport)
{
	struct openssh *t = (struct openssh *)transport;

	if (t->dead)
		return;
	t->dead = true;
	loop_timer_free(t->timer);
	loop_child_free(t->child);
	loop_defer(t->loop, free_now, t);
}

const struct transport_ops openssh_transport = {
	.name = "openssh",
	.make = openssh_make,
	.start = openssh_start,
	.write = openssh_write,
	.address = openssh_address,
	.free = openssh_free,
};
