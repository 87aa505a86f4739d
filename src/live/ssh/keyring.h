/*
 * keyring: a private ssh-agent of this process for the user's key files. ssh-add reads
 * them in a child, so key material and its parser never come here; a passphrase is asked
 * for once per process, on the terminal. The agent lives in a directory of mode 0700 and
 * ends with this process, even when that is killed.
 *
 * Shared by all ways of one loop: keyring_hold ... keyring_drop. Loads are made one at a
 * time, in the order asked for; what became of a file is remembered.
 */
#ifndef LIVE_SSH_KEYRING_H
#define LIVE_SSH_KEYRING_H

#include <stdbool.h>

#include "base/span.h"

struct loop;
struct keyring;

enum keyring_state {
	KEYRING_LOADED,
	KEYRING_LOCKED, /* has a passphrase, and nobody was there to be asked */
	KEYRING_BAD     /* cannot be read, or the passphrase was wrong; or no ssh-agent */
};

struct keyring_result {
	enum keyring_state state;
	struct span blob;  /* LOADED: its public key; lives as long as the keyring */
	const char *says;  /* else: ssh-add's words, raw */
};

typedef void keyring_call(void *owner, const struct keyring_result *result);

struct keyring *keyring_hold(struct loop *loop);
/* No call for `owner` comes any more. The last one out ends the agent. */
void keyring_drop(struct keyring *ring, void *owner);

/* Comes from inside the loop. may_prompt: a file that is LOCKED is tried again, asking. */
void keyring_load(struct keyring *ring, const char *file, bool may_prompt, keyring_call *call,
	void *owner);

/* Where its agent listens, once a key is loaded. */
const char *keyring_socket(const struct keyring *ring);

/* A human is being asked: time does not count. */
bool keyring_asking(const struct keyring *ring);

#endif
