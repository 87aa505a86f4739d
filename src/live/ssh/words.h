/*
 * words: what `ssh -v` says on stderr, understood line by line: how far it got, the
 * address it dialled, the key it was shown, and in the end why it failed. Pure; the
 * table of its sentences is in words.c.
 */
#ifndef LIVE_SSH_WORDS_H
#define LIVE_SSH_WORDS_H

#include <stdbool.h>

#include "base/mem.h"
#include "base/span.h"
#include "live/ssh/transport.h"

enum words_step {
	WORDS_CONFIG,
	WORDS_RESOLVE,
	WORDS_CONNECT,
	WORDS_BANNER,    /* connected, no version of the other side yet */
	WORDS_KEY,
	WORDS_LOGIN,
	WORDS_SHELL      /* logged in */
};

struct words_row;

struct words {
	enum words_step step;
	int proxies;           /* further ssh processes that carry us (ProxyJump) */
	bool proxied;          /* ... or any ProxyCommand */
	int banners, logins;   /* of all of them */
	bool shared;           /* rides on a master connection of the user */
	char address[64];      /* dialled by us; "" while unknown or behind a proxy */
	char fingerprint[128]; /* of the key shown last */
	char key_type[32];     /* ssh-ed25519 ... */
	char known_hosts[512]; /* FILE:LINE that speaks against it */
	char accepted[256];    /* key file the server would accept, until it does */
	bool partial;          /* one method passed, another is wanted */
	char before[256];      /* what the other side said instead of a version */
	const struct words_row *row; /* best match so far */
	char says[512];        /* its line */
	char hint[256];        /* a key file that could not be used */
	char last[512];        /* last line that was neither debug nor a mere "closed" */
};

void words_line(struct words *words, struct span line);

/* The last hop has shown its version: what fails from here on is the target's. */
bool words_target_answers(const struct words *words);

/* Logged in on the last hop. */
bool words_live(const struct words *words);
enum ssh_state words_state(const struct words *words);

/*
 * Why it ended. `timed_out`: we ended it for want of progress. All strings are in mem or
 * static. After a login: SSH_E_LOST unless the words know better.
 */
void words_failure(const struct words *words, const struct transport_config *config,
	bool timed_out, int exit_status, struct arena *mem, struct ssh_failure *ret);

/* Keeps the line if the table of failure.c knows it better than what was kept. */
void words_match(struct words *words, struct span line);

#endif
