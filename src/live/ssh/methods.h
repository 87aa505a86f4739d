/*
 * methods: which algorithms a session may use: those that libssh2 has, the user's
 * configuration allows, and for the host key those that known_hosts speaks of first.
 * What cannot be agreed on is said, so that the spawned ssh can take over.
 */
#ifndef LIVE_SSH_METHODS_H
#define LIVE_SSH_METHODS_H

#include <libssh2.h>
#include <stdbool.h>

#include "base/buf.h"
#include "base/span.h"
#include "live/ssh/lookup.h"
#include "live/ssh/sshconf.h"

/* 0x010a00 for 1.10.0: of the library that runs, not of the header. */
int methods_library(void);
/* Why this libssh2 must not be used at all; or NULL. */
const char *methods_refused(const char *library_version);

/* False with why in *out: nothing is left of one kind of algorithm. */
bool methods_set(LIBSSH2_SESSION *session, const struct sshconf *conf,
	const struct lookup_result *lookup, struct buf *out);

/* A key of this host is known that libssh2 cannot ask for (RSA before 1.11). */
bool methods_known_beyond(LIBSSH2_SESSION *session, const struct sshconf *conf,
	const struct lookup_result *lookup);

/*
 * What `offer` (payload of the server's KEXINIT) and we do not share, as a sentence: false
 * when that is nothing, or it is no KEXINIT.
 */
bool methods_explain(LIBSSH2_SESSION *session, const struct sshconf *conf, struct span offer,
	struct buf *out);

#endif
