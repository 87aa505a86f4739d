/*
 * loop: one thread that waits for everything at once: descriptors, timers, child
 * processes, signals, workers. A thin cover over libuv, which nobody else includes.
 *
 * Every callback comes from inside loop_run (or loop_turn), never from inside a call to
 * this module. Everything made here may be freed in any callback, its own included:
 * what must die later dies later, and after x_free no callback of x comes.
 *
 * Times are milliseconds. loop_new_fake gives a loop whose clock only loop_turn moves.
 */
#ifndef LOOP_LOOP_H
#define LOOP_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct loop;

typedef void loop_call(void *owner);

struct loop *loop_new(void); /* ignores SIGPIPE for the whole program */
struct loop *loop_new_fake(int64_t mono, int64_t wall);
/* Ends what is left: children are told to stop, then killed, and reaped. */
void loop_free(struct loop *loop);

void loop_run(struct loop *loop); /* until loop_stop, or until nothing is left to wait for */
void loop_stop(struct loop *loop);

int64_t loop_now(const struct loop *loop);  /* monotonic */
int64_t loop_wall(const struct loop *loop); /* since 1970 */

/*
 * Fake loop only: moves the clock on, firing timers in the order they are due, each at
 * its own time; deferred calls run after each. Descriptors and children are served too.
 */
void loop_turn(struct loop *loop, int64_t ms);

/* Calls once at the end of this tick, in the order asked for; not to be taken back. */
void loop_defer(struct loop *loop, loop_call *call, void *owner);

struct loop_timer;
struct loop_timer *loop_timer_new(struct loop *loop, loop_call *call, void *owner); /* stopped */
void loop_timer_start(struct loop_timer *timer, int64_t ms); /* once; again: moves it */
void loop_timer_stop(struct loop_timer *timer);
bool loop_timer_active(const struct loop_timer *timer);
void loop_timer_free(struct loop_timer *timer); /* NULL is fine */

/* Waits for a descriptor that stays the caller's: free this before closing it. */
enum { LOOP_READ = 1, LOOP_WRITE = 2 };
struct loop_poll;
typedef void loop_poll_call(void *owner, int ready);
struct loop_poll *loop_poll_new(struct loop *loop, int fd, loop_poll_call *call, void *owner);
void loop_poll_set(struct loop_poll *poll, int events); /* 0: none */
void loop_poll_free(struct loop_poll *poll);

struct loop_signal;
typedef void loop_signal_call(void *owner, int signal);
struct loop_signal *loop_signal_new(struct loop *loop, int signal, loop_signal_call *call,
	void *owner);
void loop_signal_free(struct loop_signal *handle);

/* Runs `work` in another thread (it may block), then `done` here. Not to be taken back. */
bool loop_work(struct loop *loop, loop_call *work, loop_call *done, void *owner);

/*
 * A child process with its three pipes. on_exit comes last and once, after both outputs
 * ended (or shortly after the exit where a grandchild keeps them open).
 */
struct loop_child;
typedef void loop_bytes_call(void *owner, const char *bytes, size_t len);

struct loop_child_config {
	const char *const *argv; /* NULL-terminated; argv[0] is looked up in PATH */
	bool new_session;        /* no controlling terminal: it cannot prompt */
	int io_fd; /* > 0: its stdin and stdout, the caller's to close; then on_out is not called */
	loop_bytes_call *on_out, *on_err;
	void (*on_exit)(void *owner, int status, int signal); /* signal 0: it exited */
};

/* NULL with *ret_errno when it cannot be started. */
struct loop_child *loop_child_new(struct loop *loop, const struct loop_child_config *config,
	void *owner, int *ret_errno);
void loop_child_write(struct loop_child *child, const char *bytes, size_t len); /* copies */
void loop_child_end_input(struct loop_child *child);
void loop_child_kill(struct loop_child *child, int signal);
/* Closes its stdin; where that does not end it, SIGTERM and then SIGKILL. */
void loop_child_free(struct loop_child *child);

#endif
