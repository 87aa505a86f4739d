/*
 * why: how the ways of libssh2 fail, a row each: the step, the words where the other side
 * had none, what to do next. The same errors as the spawned ssh has (failure.c), so the
 * same JSON comes out.
 */
#ifndef LIVE_SSH_WHY_H
#define LIVE_SSH_WHY_H

#include "base/mem.h"
#include "base/span.h"
#include "live/ssh/known_hosts.h"
#include "live/ssh/transport.h"

enum why {
	WHY_NONE,
	WHY_CONFIG_REFUSED,    /* the target is no target */
	WHY_LOCAL,             /* descriptors, memory, a child that will not start */
	WHY_UNSUPPORTED,       /* only ssh itself can do this */
	WHY_LOOKUP,
	WHY_LOOKUP_SLOW,
	WHY_REFUSED,
	WHY_DIAL_SLOW,
	WHY_NO_ROUTE,
	WHY_NO_NETWORK,
	WHY_FIREWALL,
	WHY_DIAL,              /* any other errno */
	WHY_VERSION_SLOW,
	WHY_VERSION_FLOOD,
	WHY_NOT_SSH,
	WHY_WEB,
	WHY_TOO_MANY,          /* closed before its version */
	WHY_PENALTY,           /* "Not allowed at this time" */
	WHY_RESET,             /* reset before its version */
	WHY_NO_ALGORITHM,
	WHY_EXCHANGE,          /* the key exchange went wrong */
	WHY_EXCHANGE_SLOW,
	WHY_EXCHANGE_CLOSED,
	WHY_NO_KEYS,           /* nothing to log in with */
	WHY_DENIED,
	WHY_MORE_WANTED,       /* a second factor */
	WHY_KEY_MISSING,       /* the file */
	WHY_KEY_LOCKED,
	WHY_KEY_BAD,
	WHY_KEY_REFUSED,       /* the agent would not sign */
	WHY_LOGIN_SLOW,
	WHY_SIGN_SLOW,
	WHY_LOGIN_CLOSED,
	WHY_TOO_MANY_KEYS,
	WHY_SESSION_REFUSED,   /* MaxSessions, no more processes */
	WHY_EXEC_REFUSED,
	WHY_SHELL_SLOW,
	WHY_LOST_CLOSED,
	WHY_LOST_RESET,
	WHY_LOST_NETWORK,
	WHY_LOST_SERVER,
	WHY_LOST_PROTOCOL,
	WHY_SHELL_ENDED,
	WHY_NO_SHELL,          /* exit status 126, 127 */
	WHY_NO_PROCESSES,
	WHY_COUNT
};

/* says: the other side's own words, raw, or NULL for the row's. Strings from mem. */
void why_failure(enum why why, const struct transport_config *config, int port,
	const char *says, struct arena *mem, struct ssh_failure *ret);

/*
 * The host key: error is SSH_E_KEY_UNKNOWN, _CHANGED or _REVOKED; name: as it is looked up;
 * entry: the line that speaks against it, or NULL.
 */
void why_key(enum ssh_error error, const struct transport_config *config, const char *name,
	struct span blob, const struct known_key *entry, struct arena *mem,
	struct ssh_failure *ret);

#endif
