/*
 * dial: a TCP connection to whichever address answers first: the next one is tried when
 * one failed or after a quarter of a second (RFC 8305). The socket has NODELAY, KEEPALIVE
 * and TCP_USER_TIMEOUT set.
 */
#ifndef LIVE_SSH_DIAL_H
#define LIVE_SSH_DIAL_H

#include <stddef.h>

#include "live/ssh/lookup.h"

struct loop;
struct dial;

#define DIAL_ADDRESS_SIZE 64

/* fd >= 0: connected, the caller's from now on. Else error: errno of the most telling. */
typedef void dial_done(void *owner, int fd, const struct lookup_address *to, int error);

/* `addresses` must last until done. The answer comes once, from inside the loop. */
struct dial *dial_new(struct loop *loop, const struct lookup_address *addresses, size_t count,
	dial_done *done, void *owner);
void dial_free(struct dial *dial); /* NULL is fine */

/* 192.0.2.1 or 2001:db8::1 */
const char *dial_address(const struct lookup_address *to, char ret[DIAL_ADDRESS_SIZE]);

#endif
