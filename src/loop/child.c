#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/mem.h"
#include "loop/inside.h"

/*
 * How it works: a child's memory holds four libuv handles (process, three pipes) and
 * goes when all four are closed. `done` reports the exit once the process was reaped
 * and both outputs ended; loop_child_free cuts the callbacks off and lets the rest of
 * the life pass unseen: stdin closed, SIGTERM, SIGKILL.
 */

#define GRACE_MS 250 /* a grandchild may hold the pipes after the exit */
#define TERM_MS 150  /* after stdin was closed */
#define KILL_MS 1000 /* after SIGTERM */
#define LAST_MS 150  /* at the end of the program, after SIGTERM */

struct loop_child {
	struct loop *loop;
	struct loop_child *prev, *next;
	uv_process_t process;
	uv_pipe_t in, out, err;
	uv_shutdown_t shutdown;
	int open; /* handles not yet closed */
	bool exited, out_ended, err_ended, input_ended;
	bool freed, reported, told_to_stop;
	int status, signal;
	struct loop_timer *timer;
	loop_bytes_call *on_out, *on_err;
	void (*on_exit)(void *owner, int status, int signal);
	void *owner;
};

struct child_write {
	uv_write_t request;
	size_t len;
	char bytes[];
};

static void closed_cb(uv_handle_t *handle)
{
	struct loop_child *c = handle->data;

	if (--c->open)
		return;
	*(c->prev ? &c->prev->next : &c->loop->children) = c->next;
	if (c->next)
		c->next->prev = c->prev;
	loop_timer_free(c->timer);
	free(c);
}

static void close_handle(void *handle)
{
	if (!uv_is_closing(handle))
		uv_close(handle, closed_cb);
}

static void close_all(struct loop_child *c)
{
	loop_timer_stop(c->timer);
	close_handle(&c->in);
	close_handle(&c->out);
	close_handle(&c->err);
	close_handle(&c->process);
}

static void done(struct loop_child *c)
{
	if (c->reported)
		return;
	c->reported = true;
	loop_timer_stop(c->timer);
	if (!c->freed)
		c->on_exit(c->owner, c->status, c->signal);
}

static void check_done(struct loop_child *c)
{
	if (!c->exited)
		return;
	if (c->freed)
		close_all(c);
	else if (c->out_ended && c->err_ended)
		done(c);
	else
		loop_timer_start(c->timer, GRACE_MS);
}

static void timer_cb(void *owner)
{
	struct loop_child *c = owner;

	if (c->exited) {
		done(c);
		return;
	}
	uv_process_kill(&c->process, c->told_to_stop ? SIGKILL : SIGTERM);
	c->told_to_stop = true;
	loop_timer_start(c->timer, KILL_MS);
}

static void exit_cb(uv_process_t *process, int64_t status, int number)
{
	struct loop_child *c = process->data;

	c->exited = true;
	c->status = (int)status;
	c->signal = number;
	check_done(c);
}

static void alloc_cb(uv_handle_t *handle, size_t wish, uv_buf_t *ret)
{
	static char room[65536]; /* one thread; used up before the callback returns */

	(void)handle;
	(void)wish;
	*ret = uv_buf_init(room, sizeof(room));
}

static void read_cb(uv_stream_t *stream, ssize_t len, const uv_buf_t *bytes)
{
	struct loop_child *c = stream->data;
	bool out = stream == (uv_stream_t *)&c->out;

	if (len > 0 && !c->freed) {
		(out ? c->on_out : c->on_err)(c->owner, bytes->base, (size_t)len);
	} else if (len < 0) {
		uv_read_stop(stream);
		*(out ? &c->out_ended : &c->err_ended) = true;
		check_done(c);
	}
}

static void init_pipe(struct loop_child *c, uv_pipe_t *pipe)
{
	uv_pipe_init(&c->loop->uv, pipe, 0);
	pipe->data = c;
	c->open++;
}

static struct loop_child *make(struct loop *loop, const struct loop_child_config *config,
	void *owner)
{
	struct loop_child *c = xcalloc(1, sizeof(*c));

	c->loop = loop;
	c->on_out = config->on_out;
	c->on_err = config->on_err;
	c->on_exit = config->on_exit;
	c->owner = owner;
	c->timer = loop_timer_new(loop, timer_cb, c);
	init_pipe(c, &c->in);
	init_pipe(c, &c->out);
	init_pipe(c, &c->err);
	c->process.data = c;
	c->shutdown.data = c;
	c->open++;
	c->next = loop->children;
	if (c->next)
		c->next->prev = c;
	loop->children = c;
	return c;
}

struct loop_child *loop_child_new(struct loop *loop, const struct loop_child_config *config,
	void *owner, int *ret_errno)
{
	struct loop_child *c = make(loop, config, owner);
	uv_stdio_container_t stdio[3];
	uv_process_options_t options;
	int error;

	memset(&options, 0, sizeof(options));
	stdio[0].flags = UV_CREATE_PIPE | UV_READABLE_PIPE;
	stdio[0].data.stream = (uv_stream_t *)&c->in;
	stdio[1].flags = UV_CREATE_PIPE | UV_WRITABLE_PIPE;
	stdio[1].data.stream = (uv_stream_t *)&c->out;
	if (config->io_fd > 0) {
		stdio[0].flags = stdio[1].flags = UV_INHERIT_FD;
		stdio[0].data.fd = stdio[1].data.fd = config->io_fd;
		c->input_ended = c->out_ended = true;
	}
	stdio[2].flags = UV_CREATE_PIPE | UV_WRITABLE_PIPE;
	stdio[2].data.stream = (uv_stream_t *)&c->err;
	options.stdio = stdio;
	options.stdio_count = 3;
	options.file = config->argv[0];
	options.args = (char **)(uintptr_t)config->argv; /* libuv only reads them */
	options.exit_cb = exit_cb;
	options.flags = config->new_session ? UV_PROCESS_DETACHED : 0;
	error = uv_spawn(&loop->uv, &c->process, &options);
	if (error) {
		*ret_errno = -error;
		c->freed = c->exited = true;
		close_all(c);
		return NULL;
	}
	if (!c->out_ended)
		uv_read_start((uv_stream_t *)&c->out, alloc_cb, read_cb);
	uv_read_start((uv_stream_t *)&c->err, alloc_cb, read_cb);
	return c;
}

/* What was written may be a secret: it does not stay in memory. */
static void written_cb(uv_write_t *request, int status)
{
	struct child_write *w = request->data;

	(void)status; /* a child that does not read any more says so by its exit */
	explicit_bzero(w->bytes, w->len);
	free(w);
}

void loop_child_write(struct loop_child *c, const char *bytes, size_t len)
{
	struct child_write *w;
	uv_buf_t buf;

	if (c->input_ended || !len)
		return;
	w = xmalloc(sizeof(*w) + len);
	w->len = len;
	memcpy(w->bytes, bytes, len);
	w->request.data = w;
	buf = uv_buf_init(w->bytes, (unsigned)len);
	if (uv_write(&w->request, (uv_stream_t *)&c->in, &buf, 1, written_cb))
		written_cb(&w->request, -1);
}

static void shutdown_cb(uv_shutdown_t *request, int status)
{
	struct loop_child *c = request->data;

	(void)status;
	close_handle(&c->in);
}

void loop_child_end_input(struct loop_child *c)
{
	if (c->input_ended)
		return;
	c->input_ended = true;
	if (uv_shutdown(&c->shutdown, (uv_stream_t *)&c->in, shutdown_cb))
		close_handle(&c->in);
}

void loop_child_kill(struct loop_child *c, int number)
{
	if (!c->exited)
		uv_process_kill(&c->process, number);
}

void loop_child_free(struct loop_child *c)
{
	if (!c || c->freed)
		return;
	c->freed = true;
	loop_child_end_input(c);
	if (c->exited)
		close_all(c);
	else
		loop_timer_start(c->timer, TERM_MS);
}

static void last_cb(uv_timer_t *timer)
{
	uv_stop(timer->loop);
}

static bool any_alive(const struct loop *loop)
{
	const struct loop_child *c;

	for (c = loop->children; c; c = c->next)
		if (!c->exited)
			return true;
	return false;
}

void loop_children_end(struct loop *loop)
{
	struct loop_child *c, *next;
	uv_timer_t last;

	for (c = loop->children; c; c = next) {
		next = c->next;
		loop_child_free(c);
		if (!c->exited)
			uv_process_kill(&c->process, SIGTERM);
	}
	uv_timer_init(&loop->uv, &last);
	uv_timer_start(&last, last_cb, LAST_MS, 0);
	while (any_alive(loop) && uv_timer_get_due_in(&last))
		uv_run(&loop->uv, UV_RUN_ONCE);
	for (c = loop->children; c; c = c->next) {
		if (c->exited)
			continue;
		uv_process_kill(&c->process, SIGKILL);
		waitpid(uv_process_get_pid(&c->process), NULL, 0);
		c->exited = true;
	}
	for (c = loop->children; c; c = next) {
		next = c->next;
		close_all(c);
	}
	uv_close((uv_handle_t *)&last, NULL);
	uv_run(&loop->uv, UV_RUN_NOWAIT);
}
