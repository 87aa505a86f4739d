/*
 * wire: the socket below libssh2, through its receive and send callbacks: so that one call
 * never takes more than its share (libssh2 drains the whole socket, and reads lines for
 * ever before the version), so that acknowledgements are not held back while a login is
 * made, and so that what the other side said in the clear can be quoted: what came
 * before its version, the version, and the algorithms it offers.
 */
#ifndef LIVE_SSH_WIRE_H
#define LIVE_SSH_WIRE_H

#include <libssh2.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/span.h"

#define WIRE_TURN ((size_t)256 * 1024) /* what one turn may read */

enum wire_step { WIRE_VERSION, WIRE_OFFER, WIRE_SEEN };

struct wire {
	int fd;
	bool quick;         /* no delayed acknowledgements */
	size_t budget;      /* bytes this turn may still read */
	bool more;          /* the budget ran out: there is more to read */
	bool flood;         /* it would not come to its version */
	bool ended;         /* the other side closed */
	int error;          /* errno of what ended it; 0: none */
	uint64_t received;
	enum wire_step step;
	char line[256];
	size_t line_len, before_len;
	char before[256];   /* first line that was no version; "" */
	char version[256];  /* SSH-2.0-...; "" until it came */
	struct buf offer;   /* first packet of the other side, whole with WIRE_SEEN */
	char goodbye[256];  /* words of its SSH_MSG_DISCONNECT; "" */
};

void wire_init(struct wire *wire, int fd);
void wire_release(struct wire *wire); /* not the socket */

/* The session's abstract pointer must be the wire. */
void wire_attach(struct wire *wire, LIBSSH2_SESSION *session);

/* Payload of the other side's KEXINIT; empty when it did not come. */
struct span wire_offer(const struct wire *wire);

/* The system calls, which tests replace to make faults; flags as of recv(2), send(2). */
struct wire_calls {
	ssize_t (*recv)(int fd, void *bytes, size_t len, int flags);
	ssize_t (*send)(int fd, const void *bytes, size_t len, int flags);
};
extern struct wire_calls wire_calls;

#endif
