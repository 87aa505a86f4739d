/*
 * proxy: a way through jump hosts or the user's ProxyCommand: a child (`ssh -W`, or the
 * command) on one end of a socketpair, libssh2 on the other. How the child fares is
 * understood as the spawned ssh's own words are.
 */
#ifndef LIVE_SSH_PROXY_H
#define LIVE_SSH_PROXY_H

#include "live/ssh/sshconf.h"

struct loop;
struct proxy;

/* *ret_fd is the caller's. NULL with *ret_error (errno) when it cannot be started. */
struct proxy *proxy_new(struct loop *loop, struct arena *mem, const struct sshconf *conf,
	const struct transport_config *config, void (*on_exit)(void *owner), void *owner,
	int *ret_fd, int *ret_error);
void proxy_free(struct proxy *proxy); /* NULL is fine */

/* Why the way does not lead to the host, from its words so far. */
void proxy_failure(struct proxy *proxy, bool timed_out, struct arena *mem,
	struct ssh_failure *ret);

/* What a ProxyCommand becomes: tokens %h %n %p %r %% expanded; NULL for another token. */
const char *proxy_expand(struct arena *mem, const struct sshconf *conf, const char *command);

#endif
