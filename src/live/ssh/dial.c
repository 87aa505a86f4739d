#include "live/ssh/dial.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "loop/loop.h"

#define NEXT_MS 250
#define USER_TIMEOUT_MS 15000u

struct attempt {
	struct dial *dial;
	int fd;
	struct loop_poll *poll;
	const struct lookup_address *to;
};

struct dial {
	struct loop *loop;
	const struct lookup_address *addresses;
	size_t count, next; /* next: the first not tried yet */
	struct attempt tries[LOOKUP_ADDRESSES];
	size_t open;
	int error;
	struct loop_timer *timer;
	dial_done *done;
	void *owner;
	bool dead, over;
};

static void next_try(void *owner);

const char *dial_address(const struct lookup_address *to, char ret[DIAL_ADDRESS_SIZE])
{
	if (getnameinfo((const struct sockaddr *)&to->to, to->len, ret, DIAL_ADDRESS_SIZE, NULL, 0,
		    NI_NUMERICHOST))
		ret[0] = '\0';
	return ret;
}

static void hang_up(struct attempt *a)
{
	if (a->fd < 0)
		return;
	loop_poll_free(a->poll);
	a->poll = NULL;
	close(a->fd);
	a->fd = -1;
	a->dial->open--;
}

static void hang_up_all(struct dial *d)
{
	size_t i;

	for (i = 0; i < d->next; i++)
		hang_up(&d->tries[i]);
	loop_timer_stop(d->timer);
}

/* An answer tells more than silence, and "refused" most of all. */
static int telling(int error)
{
	switch (error) {
	case ECONNREFUSED: return 4;
	case ECONNRESET: return 3;
	case EHOSTUNREACH: case ENETUNREACH: case EACCES: case EPERM: return 2;
	default: return 1;
	}
}

static void failed(struct dial *d, int error)
{
	if (!d->error || telling(error) > telling(d->error))
		d->error = error;
	if (d->next < d->count) {
		loop_timer_start(d->timer, 0);
	} else if (!d->open && !d->over) {
		d->over = true;
		d->done(d->owner, -1, NULL, d->error);
	}
}

static void ready_cb(void *owner, int ready)
{
	struct attempt *a = owner;
	struct dial *d = a->dial;
	int error = 0, fd;
	socklen_t len = sizeof(error);

	(void)ready;
	if (getsockopt(a->fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0)
		error = errno;
	if (error) {
		hang_up(a);
		failed(d, error);
		return;
	}
	fd = a->fd;
	loop_poll_free(a->poll);
	a->poll = NULL;
	a->fd = -1;
	d->open--;
	d->over = true;
	hang_up_all(d);
	d->done(d->owner, fd, a->to, 0);
}

static int open_socket(const struct lookup_address *to)
{
	int fd = socket(to->to.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1;
	unsigned ms = USER_TIMEOUT_MS;

	if (fd < 0)
		return -1;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &ms, sizeof(ms));
	return fd;
}

static void next_try(void *owner)
{
	struct dial *d = owner;
	struct attempt *a;

	if (d->over || d->dead || d->next >= d->count)
		return;
	a = &d->tries[d->next];
	a->dial = d;
	a->to = &d->addresses[d->next++];
	a->fd = open_socket(a->to);
	if (a->fd < 0) {
		failed(d, errno);
		return;
	}
	d->open++;
	if (connect(a->fd, (const struct sockaddr *)&a->to->to, a->to->len) < 0 &&
	    errno != EINPROGRESS) {
		int error = errno;

		hang_up(a);
		failed(d, error);
		return;
	}
	a->poll = loop_poll_new(d->loop, a->fd, ready_cb, a);
	loop_poll_set(a->poll, LOOP_WRITE);
	if (d->next < d->count)
		loop_timer_start(d->timer, NEXT_MS);
}

struct dial *dial_new(struct loop *loop, const struct lookup_address *addresses, size_t count,
	dial_done *done, void *owner)
{
	struct dial *d = xcalloc(1, sizeof(*d));

	d->loop = loop;
	d->addresses = addresses;
	d->count = count < LOOKUP_ADDRESSES ? count : LOOKUP_ADDRESSES;
	d->error = count ? 0 : EADDRNOTAVAIL;
	d->done = done;
	d->owner = owner;
	d->timer = loop_timer_new(loop, next_try, d);
	if (d->count)
		loop_timer_start(d->timer, 0);
	return d;
}

static void free_now(void *owner)
{
	free(owner);
}

void dial_free(struct dial *d)
{
	if (!d || d->dead)
		return;
	d->dead = d->over = true;
	hang_up_all(d);
	loop_timer_free(d->timer);
	loop_defer(d->loop, free_now, d);
}
