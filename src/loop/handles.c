/* handles: descriptors, signals and workers; each a libuv handle and its callback. */
#include <stdlib.h>

#include "base/mem.h"
#include "loop/inside.h"

struct loop_poll {
	uv_poll_t handle; /* first: freed through it */
	loop_poll_call *call;
	void *owner;
};

struct loop_signal {
	uv_signal_t handle; /* first: freed through it */
	loop_signal_call *call;
	void *owner;
};

struct work {
	uv_work_t request;
	loop_call *work, *done;
	void *owner;
};

static void free_handle(uv_handle_t *handle)
{
	free(handle);
}

static void poll_cb(uv_poll_t *handle, int status, int events)
{
	struct loop_poll *p = handle->data;
	int ready = (events & UV_READABLE ? LOOP_READ : 0) | (events & UV_WRITABLE ? LOOP_WRITE : 0);

	/* a broken descriptor is ready for both: the caller's next call tells the error */
	p->call(p->owner, status < 0 ? LOOP_READ | LOOP_WRITE : ready);
}

struct loop_poll *loop_poll_new(struct loop *loop, int fd, loop_poll_call *call, void *owner)
{
	struct loop_poll *p = xcalloc(1, sizeof(*p));

	p->call = call;
	p->owner = owner;
	if (uv_poll_init(&loop->uv, &p->handle, fd)) {
		free(p);
		return NULL;
	}
	p->handle.data = p;
	return p;
}

void loop_poll_set(struct loop_poll *p, int events)
{
	int uv = (events & LOOP_READ ? UV_READABLE : 0) | (events & LOOP_WRITE ? UV_WRITABLE : 0);

	if (uv)
		uv_poll_start(&p->handle, uv, poll_cb);
	else
		uv_poll_stop(&p->handle);
}

void loop_poll_free(struct loop_poll *p)
{
	if (!p)
		return;
	uv_poll_stop(&p->handle);
	uv_close((uv_handle_t *)&p->handle, free_handle);
}

static void signal_cb(uv_signal_t *handle, int number)
{
	struct loop_signal *s = handle->data;

	s->call(s->owner, number);
}

struct loop_signal *loop_signal_new(struct loop *loop, int number, loop_signal_call *call,
	void *owner)
{
	struct loop_signal *s = xcalloc(1, sizeof(*s));

	s->call = call;
	s->owner = owner;
	s->handle.data = s;
	uv_signal_init(&loop->uv, &s->handle);
	uv_signal_start(&s->handle, signal_cb, number);
	uv_unref((uv_handle_t *)&s->handle); /* waiting for a signal alone is no work */
	return s;
}

void loop_signal_free(struct loop_signal *s)
{
	if (!s)
		return;
	uv_signal_stop(&s->handle);
	uv_close((uv_handle_t *)&s->handle, free_handle);
}

static void work_cb(uv_work_t *request)
{
	struct work *w = request->data;

	w->work(w->owner);
}

static void work_done_cb(uv_work_t *request, int status)
{
	struct work *w = request->data;

	(void)status;
	w->done(w->owner);
	free(w);
}

bool loop_work(struct loop *loop, loop_call *work, loop_call *done, void *owner)
{
	struct work *w = xcalloc(1, sizeof(*w));

	w->work = work;
	w->done = done;
	w->owner = owner;
	w->request.data = w;
	if (uv_queue_work(&loop->uv, &w->request, work_cb, work_done_cb) == 0)
		return true;
	free(w);
	return false;
}
