/*
 * link: the payload of an EVENT_LINK: how the SSH way to a host stands. One JSON object:
 *
 *   {"state":"failed","transport":"openssh","address":"192.0.2.7","step":"host key",
 *    "error":"key-unknown","says":"Host key verification failed.","advice":"...",
 *    "fingerprint":"SHA256:...","known_hosts":"~/.ssh/known_hosts"}
 *
 * state: connecting, checking-key, authenticating, live, stale, dead, failed. live means
 * that the remote shell has answered. error ("refused", "timeout", "key-unknown" ...: see
 * live/ssh/transport.h), step, says and advice are there when it failed or died. What is
 * not known is null. Pure.
 */
#ifndef MODEL_LINK_H
#define MODEL_LINK_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/span.h"

struct link_info {
	const char *state, *transport, *address, *step, *error, *says, *advice;
	const char *fingerprint, *known_hosts;
};

void link_info_write(struct buf *out, const struct link_info *info);

/* False (and all NULL) when it is no such object. Strings are cleaned and from mem. */
bool link_info_parse(struct arena *mem, struct span bytes, struct link_info *ret);

#endif
