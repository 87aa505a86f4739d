/*
 * login: logs a libssh2 session in with the user's keys: those of the agent that the
 * configuration names (all of them where it names none, five at most), then key files
 * through the keyring. Nothing is signed here: the agents do it, and nothing waits.
 *
 * Call order: new (begins to ask the agents at once) -> step once the session is up, again
 * whenever the socket is ready or `wake` was called -> free.
 */
#ifndef LIVE_SSH_LOGIN_H
#define LIVE_SSH_LOGIN_H

#include <libssh2.h>
#include <stdbool.h>

#include "live/ssh/sshconf.h"
#include "live/ssh/why.h"

struct loop;
struct login;

enum login_result {
	LOGIN_DONE,
	LOGIN_AGAIN,  /* waits for the socket */
	LOGIN_WAITS,  /* for an agent, or a human: wake is called */
	LOGIN_FAILED
};

struct login *login_new(struct loop *loop, struct arena *mem, const struct sshconf *conf,
	bool may_prompt, void (*wake)(void *owner), void *owner);
void login_free(struct login *login); /* NULL is fine */

/* FAILED: *ret_why and *ret_says (from mem, or NULL). */
enum login_result login_step(struct login *login, LIBSSH2_SESSION *session, enum why *ret_why,
	const char **ret_says);

bool login_signing(const struct login *login);
bool login_asking(const struct login *login); /* a human types: time does not count */

/* Before anything: what of these keys only ssh can use, or NULL. */
const char *login_beyond(struct arena *mem, const struct sshconf *conf);
/* After FAILED: what ssh could still try, or NULL. */
const char *login_more_with_ssh(const struct login *login);

/*
 * Pure. The key of a .pub file (or a line of one): false when there is none.
 * The algorithm inside what libssh2 wants signed; empty when it is something else.
 */
bool login_read_public(struct arena *mem, struct span text, struct span *ret_blob);
struct span login_algorithm(struct span data);

#endif
