#include "live/ssh/ask.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/mem.h"
#include "loop/loop.h"

/*
 * The terminal is set to give each key at once and to make no signals of them: Ctrl-C
 * restores it first and is then raised. SIGTERM and SIGHUP do the same through the loop.
 */

#define ANSWER_MAX 1024

struct ask {
	struct loop *loop;
	int fd;
	struct termios before;
	struct loop_poll *poll;
	struct loop_signal *signals[2];
	char answer[ANSWER_MAX];
	size_t len;
	ask_call *call;
	void *owner;
	bool dead;
};

static void say(struct ask *a, const char *text)
{
	ssize_t n = write(a->fd, text, strlen(text));

	(void)n; /* a terminal that is gone shows in the next read */
}

static void restore(struct ask *a)
{
	size_t i;

	if (a->fd < 0)
		return;
	for (i = 0; i < 2; i++)
		loop_signal_free(a->signals[i]);
	loop_poll_free(a->poll);
	tcsetattr(a->fd, TCSANOW, &a->before);
	close(a->fd);
	a->fd = -1;
}

static void signal_cb(void *owner, int number)
{
	restore(owner);
	signal(number, SIG_DFL);
	raise(number);
}

static void finish(struct ask *a, bool given)
{
	ask_call *call = a->call;

	if (!call)
		return;
	say(a, "\n");
	restore(a);
	a->call = NULL;
	a->answer[a->len] = '\0';
	call(a->owner, given ? a->answer : NULL);
	explicit_bzero(a->answer, sizeof(a->answer));
	a->len = 0;
}

static void key(struct ask *a, unsigned char c)
{
	if (c == '\n' || c == '\r') {
		finish(a, true);
	} else if (c == 3) {
		finish(a, false);
		raise(SIGINT);
	} else if (c == 4 && !a->len) {
		finish(a, false);
	} else if (c == 0x15) {
		a->len = 0;
	} else if (c == 0x7f || c == '\b') {
		while (a->len && ((unsigned char)a->answer[--a->len] & 0xc0) == 0x80)
			;
	} else if (c >= ' ' && a->len < sizeof(a->answer) - 1) {
		a->answer[a->len++] = (char)c;
	}
}

static void ready_cb(void *owner, int ready)
{
	struct ask *a = owner;
	unsigned char bytes[64];
	ssize_t n, i;

	(void)ready;
	n = read(a->fd, bytes, sizeof(bytes));
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		finish(a, false);
	for (i = 0; i < n && !a->dead && a->call; i++)
		key(a, bytes[i]);
	explicit_bzero(bytes, sizeof(bytes));
}

struct ask *ask_new(struct loop *loop, const char *question, ask_call *call, void *owner)
{
	int fd = open("/dev/tty", O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct termios quiet;
	struct ask *a;

	if (fd < 0)
		return NULL;
	a = xcalloc(1, sizeof(*a));
	a->loop = loop;
	a->fd = fd;
	a->call = call;
	a->owner = owner;
	if (tcgetattr(fd, &a->before) < 0 || !(a->poll = loop_poll_new(loop, fd, ready_cb, a))) {
		close(fd);
		free(a);
		return NULL;
	}
	a->signals[0] = loop_signal_new(loop, SIGTERM, signal_cb, a);
	a->signals[1] = loop_signal_new(loop, SIGHUP, signal_cb, a);
	quiet = a->before;
	quiet.c_lflag &= ~(tcflag_t)(ECHO | ICANON | ISIG);
	quiet.c_cc[VMIN] = 1;
	quiet.c_cc[VTIME] = 0;
	tcsetattr(fd, TCSAFLUSH, &quiet);
	say(a, question);
	loop_poll_set(a->poll, LOOP_READ);
	return a;
}

static void free_now(void *owner)
{
	struct ask *a = owner;

	explicit_bzero(a, sizeof(*a));
	free(a);
}

void ask_free(struct ask *a)
{
	if (!a || a->dead)
		return;
	restore(a);
	a->dead = true;
	a->call = NULL;
	loop_defer(a->loop, free_now, a);
}
