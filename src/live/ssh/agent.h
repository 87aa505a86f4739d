/*
 * agent: a client of the ssh-agent protocol (draft-miller-ssh-agent) that never waits:
 * which keys it holds, and a signature by one of them. No key material comes here.
 *
 * One request at a time per agent; its answer comes from inside the loop. A broken agent
 * answers ok = false and stays broken. agent_free is allowed in the answers and takes the
 * request back.
 */
#ifndef LIVE_SSH_AGENT_H
#define LIVE_SSH_AGENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "base/span.h"

struct loop;
struct agent;

enum { AGENT_RSA_SHA2_256 = 2, AGENT_RSA_SHA2_512 = 4 }; /* flags of a signature */

struct agent_key {
	struct span blob;
	const char *comment; /* raw: clean it before it is shown */
};

/* All borrowed for the call. */
typedef void agent_keys_call(void *owner, bool ok, const struct agent_key *keys,
	size_t count);
/* signature: the key's type and its bytes, each as a string of RFC 4251. */
typedef void agent_sign_call(void *owner, bool ok, struct span signature);

struct agent *agent_new(struct loop *loop, const char *path);
void agent_free(struct agent *agent); /* NULL is fine */

void agent_list(struct agent *agent, agent_keys_call *call, void *owner);
void agent_sign(struct agent *agent, struct span blob, struct span data, uint32_t flags,
	agent_sign_call *call, void *owner);

/* Pure: the two answers, without their length. False when they are something else. */
bool agent_read_keys(struct arena *mem, struct span answer, struct agent_key **ret_keys,
	size_t *ret_count);
bool agent_read_signature(struct span answer, struct span *ret);

#endif
