/*
 * ssh_way: one transport run by a test until something is seen: what it said as text
 * ("state live", "note ...", "closed refused ..."), what came on its output, how it ended.
 */
#ifndef TESTS_SSH_WAY_H
#define TESTS_SSH_WAY_H

#include "base/buf.h"
#include "base/mem.h"
#include "live/ssh/transport.h"
#include "loop/loop.h"
#include "private_sshd.h"

struct way {
	struct loop *loop;
	bool own_loop;
	struct transport *transport;
	struct loop_timer *limit;
	struct buf text;      /* a line an event */
	struct buf out;       /* what the remote command printed */
	size_t out_bytes, want_bytes;
	const char *until;    /* stops when this stands in text or out */
	struct arena *mem;
	struct ssh_failure failure;
	bool closed, late;
};

static inline bool way_seen(const struct way *w)
{
	return w->until && ((w->text.data && strstr(w->text.data, w->until)) ||
		(w->out.data && strstr(w->out.data, w->until)));
}

static inline void way_check(struct way *w)
{
	if (way_seen(w) || w->closed || (w->want_bytes && w->out_bytes >= w->want_bytes))
		loop_stop(w->loop);
}

static inline void way_on_state(void *owner, enum ssh_state state)
{
	struct way *w = owner;

	buf_addf(&w->text, "state %s\n", ssh_state_name(state));
	way_check(w);
}

static inline void way_on_data(void *owner, const char *bytes, size_t len)
{
	struct way *w = owner;

	w->out_bytes += len;
	buf_add(&w->out, bytes, len);
	way_check(w);
}

static inline void way_on_note(void *owner, const char *says)
{
	struct way *w = owner;

	buf_addf(&w->text, "note %s\n", says);
}

static inline void way_on_closed(void *owner, const struct ssh_failure *f)
{
	struct way *w = owner;

	w->closed = true;
	w->failure = *f;
	w->failure.says = arena_strdup(w->mem, f->says ? f->says : "");
	w->failure.advice = arena_strdup(w->mem, f->advice ? f->advice : "");
	w->failure.fingerprint = arena_strdup(w->mem, f->fingerprint);
	w->failure.known_hosts = arena_strdup(w->mem, f->known_hosts);
	buf_addf(&w->text, "closed %s | %s | %s | %s\n", ssh_error_name(f->error), f->step,
		w->failure.says, w->failure.advice);
	way_check(w);
}

static inline void way_on_limit(void *owner)
{
	struct way *w = owner;

	w->late = true;
	buf_adds(&w->text, "TIME OVER\n");
	loop_stop(w->loop);
}

static inline void way_open(struct way *w, struct loop *loop, const struct transport_ops *ops,
	const struct transport_config *config)
{
	static const struct transport_callbacks callbacks = {
		.on_state = way_on_state, .on_data = way_on_data, .on_closed = way_on_closed,
		.on_note = way_on_note,
	};

	memset(w, 0, sizeof(*w));
	w->own_loop = !loop;
	w->loop = loop ? loop : loop_new();
	w->mem = arena_new();
	buf_init(&w->text, 1 << 20);
	buf_init(&w->out, 1 << 20);
	w->limit = loop_timer_new(w->loop, way_on_limit, w);
	w->transport = ops->make(w->loop, config, &callbacks, w);
	w->transport->ops->start(w->transport);
}

static inline void way_send(struct way *w, const char *text)
{
	w->transport->ops->write(w->transport, text, strlen(text));
}

/* True when it was seen; false: closed, or time over. */
static inline bool way_run(struct way *w, const char *until, int ms)
{
	w->until = until;
	w->late = false;
	loop_timer_start(w->limit, ms);
	while (!w->closed && !w->late && !way_seen(w) &&
		!(w->want_bytes && w->out_bytes >= w->want_bytes))
		loop_run(w->loop);
	loop_timer_stop(w->limit);
	return way_seen(w);
}

static inline void way_close(struct way *w)
{
	loop_timer_free(w->limit);
	w->transport->ops->free(w->transport);
	if (w->own_loop)
		loop_free(w->loop);
	buf_release(&w->text);
	buf_release(&w->out);
	arena_free(w->mem);
}

#endif
