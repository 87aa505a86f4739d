#include <stdlib.h>

#include "base/buf.h"
#include "base/dlog.h"
#include "base/mem.h"
#include "base/text.h"
#include "live/ssh/lib.h"
#include "live/ssh/sshconf.h"
#include "live/ssh/transport.h"
#include "loop/loop.h"

/*
 * How it works: a libssh2 way is made; when it ends before it was live and says that ssh
 * itself could do more, a spawned ssh is made in its place and gets what was written so
 * far. Nobody outside sees more than a note, and another name.
 */

#define EARLY_MAX ((size_t)4 * 1024 * 1024)

struct automatic {
	struct transport base; /* first: a struct transport * is one of these */
	struct loop *loop;
	struct arena *mem;
	struct transport_config config;
	struct transport *inner;
	struct buf early; /* until the way is live */
	bool live, second, dead;
};

static const struct transport_ops auto_openssh;
static const struct transport_callbacks from_inner;

static void on_state(void *owner, enum ssh_state state)
{
	struct automatic *t = owner;

	if (state == SSH_LIVE && !t->live) {
		t->live = true;
		buf_release(&t->early);
	}
	if (!t->dead)
		t->base.callbacks.on_state(t->base.owner, state);
}

static void on_data(void *owner, const char *bytes, size_t len)
{
	struct automatic *t = owner;

	if (!t->dead)
		t->base.callbacks.on_data(t->base.owner, bytes, len);
}

static void on_note(void *owner, const char *says)
{
	struct automatic *t = owner;

	if (!t->dead && t->base.callbacks.on_note)
		t->base.callbacks.on_note(t->base.owner, says);
}

static void take_over(struct automatic *t, const char *beyond)
{
	struct transport *first = t->inner;

	dlog("auto %s: ssh takes over: %s", t->config.target, beyond);
	beyond = arena_printf(t->mem, "ssh is used, not libssh2: %s",
		text_clean_dup(t->mem, span_of(beyond)));
	first->ops->free(first);
	t->second = true;
	t->base.ops = &auto_openssh;
	t->inner = openssh_transport.make(t->loop, &t->config, &from_inner, t);
	on_note(t, beyond);
	if (t->dead)
		return;
	t->inner->ops->start(t->inner);
	if (t->early.len)
		t->inner->ops->write(t->inner, t->early.data, t->early.len);
	buf_release(&t->early);
}

static void on_closed(void *owner, const struct ssh_failure *failure)
{
	struct automatic *t = owner;
	const char *beyond = t->second ? NULL : lib_beyond(t->inner);

	if (t->dead)
		return;
	if (beyond && !t->live)
		take_over(t, beyond);
	else
		t->base.callbacks.on_closed(t->base.owner, failure);
}

static const struct transport_callbacks from_inner = {
	.on_state = on_state, .on_data = on_data, .on_closed = on_closed, .on_note = on_note,
};

static struct transport *auto_make(struct loop *loop, const struct transport_config *config,
	const struct transport_callbacks *callbacks, void *owner)
{
	struct automatic *t = xcalloc(1, sizeof(*t));

	t->base.ops = &auto_transport;
	t->base.callbacks = *callbacks;
	t->base.owner = owner;
	t->loop = loop;
	t->mem = arena_new();
	sshconf_keep(t->mem, config, &t->config);
	buf_init(&t->early, EARLY_MAX);
	t->inner = libssh2_transport.make(loop, &t->config, &from_inner, t);
	return &t->base;
}

static void auto_start(struct transport *transport)
{
	struct automatic *t = (struct automatic *)transport;

	t->inner->ops->start(t->inner);
}

static void auto_write(struct transport *transport, const char *bytes, size_t len)
{
	struct automatic *t = (struct automatic *)transport;

	if (!t->live && !t->second)
		buf_add(&t->early, bytes, len);
	t->inner->ops->write(t->inner, bytes, len);
}

static const char *auto_address(struct transport *transport)
{
	struct automatic *t = (struct automatic *)transport;

	return t->inner->ops->address(t->inner);
}

static struct transport_stream *auto_open(struct transport *transport, const char *to, int port,
	const struct stream_callbacks *callbacks, void *owner)
{
	struct automatic *t = (struct automatic *)transport;

	return t->inner->ops->open ? t->inner->ops->open(t->inner, to, port, callbacks, owner) :
		NULL;
}

static void free_now(void *owner)
{
	struct automatic *t = owner;

	buf_release(&t->early);
	arena_free(t->mem);
	free(t);
}

static void auto_free(struct transport *transport)
{
	struct automatic *t = (struct automatic *)transport;

	if (t->dead)
		return;
	t->dead = true;
	t->inner->ops->free(t->inner);
	loop_defer(t->loop, free_now, t);
}

#define OPS(shown) { .name = shown, .make = auto_make, .start = auto_start, \
	.write = auto_write, .address = auto_address, .free = auto_free, \
	.open = auto_open, .stream_write = lib_stream_write, .stream_free = lib_stream_free }

const struct transport_ops auto_transport = OPS("libssh2");
static const struct transport_ops auto_openssh = OPS("openssh");
