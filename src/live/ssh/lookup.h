/*
 * lookup: what may block is done in a worker: the addresses of a host, and what the
 * known_hosts files say of it. Addresses alternate between the families.
 */
#ifndef LIVE_SSH_LOOKUP_H
#define LIVE_SSH_LOOKUP_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#include "base/mem.h"
#include "live/ssh/known_hosts.h"
#include "live/ssh/sshconf.h"

struct loop;
struct lookup;

struct lookup_address {
	struct sockaddr_storage to;
	socklen_t len;
};

#define LOOKUP_ADDRESSES 16

struct lookup_result {
	struct lookup_address addresses[LOOKUP_ADDRESSES];
	size_t count;
	const char *error; /* why there is no address; or NULL */
	struct known_hosts known;    /* under the name and port */
	struct known_hosts portless; /* under the name alone: may only confirm */
	bool has_portless;
};

typedef void lookup_done(void *owner, struct lookup_result *result);

/*
 * resolve: false behind a proxy, which finds the host itself. The result lives until
 * lookup_free, which may come at any time.
 */
struct lookup *lookup_new(struct loop *loop, const struct sshconf *conf, bool resolve,
	lookup_done *done, void *owner);
void lookup_free(struct lookup *lookup); /* NULL is fine */

#endif
