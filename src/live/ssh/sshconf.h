/*
 * sshconf: what the user's ssh configuration says about one target, asked of `ssh -G`: so
 * Include, Match, wildcards and tokens are exactly as ssh has them. The parser is pure.
 *
 * A query is a child process: sshconf_query_new -> done (once, from the loop) -> free.
 */
#ifndef LIVE_SSH_SSHCONF_H
#define LIVE_SSH_SSHCONF_H

#include <stdbool.h>
#include <stddef.h>

#include "base/mem.h"
#include "base/span.h"
#include "live/ssh/transport.h"

enum sshconf_strict { STRICT_ASK, STRICT_YES, STRICT_ACCEPT_NEW, STRICT_NO };

struct sshconf_list {
	const char **items;
	size_t count;
};

struct sshconf {
	const char *host, *user;      /* hostname: where it really leads */
	const char *named;            /* as the target names it: %n */
	int port, family;             /* family: AF_UNSPEC, AF_INET, AF_INET6 */
	struct sshconf_list identities, certificates;
	bool own_identities;          /* not just the names ssh tries without being told */
	const char *jump;             /* ProxyJump: [user@]host[:port],...; or NULL */
	const char *proxy_command;    /* tokens unexpanded; or NULL */
	struct sshconf_list known_hosts; /* the user's first, then the system's */
	const char *host_key_alias;
	enum sshconf_strict strict;
	const char *identity_agent;   /* NULL: SSH_AUTH_SOCK; "none"; a path */
	bool identities_only, hash_known_hosts, gssapi;
	int connect_timeout_s;        /* 0: not set */
	/* comma separated, best first */
	const char *kex, *ciphers, *macs, *host_key_algorithms, *key_algorithms;
	const char *control_path;     /* of a connection to share; or NULL */
	const char *unsupported;      /* what only ssh itself can do of this; or NULL */
};

/*
 * Output of `ssh -G` -> conf, strings from mem. False when there is no hostname in it.
 * home: what ~/ stands for.
 */
bool sshconf_parse(struct arena *mem, struct span text, const char *home,
	struct sshconf *ret);

/*
 * Expands what ssh would in the path of a file: ~/ and %d %h %i %k %n %p %r %u %%. NULL
 * when it holds another token.
 */
const char *sshconf_path(struct arena *mem, const struct sshconf *conf, const char *home,
	const char *path);

/* An identity file that ssh tries without being told to. */
bool sshconf_is_default(const char *path);

/* Why this must not be handed to ssh: an option in disguise, control bytes. Or NULL. */
const char *sshconf_refused(const struct transport_config *config);
/* A copy whose strings are all in mem. */
void sshconf_keep(struct arena *mem, const struct transport_config *config,
	struct transport_config *ret);

/* conf or why there is none; both live in the query's mem. */
typedef void sshconf_done(void *owner, const struct sshconf *conf,
	const struct ssh_failure *failure);

struct loop;
struct sshconf_query;
/* `config` must last as long as mem, from which all results come. */
struct sshconf_query *sshconf_query_new(struct loop *loop, struct arena *mem,
	const struct transport_config *config, sshconf_done *done, void *owner);
void sshconf_query_free(struct sshconf_query *query); /* NULL is fine; no call after it */

/* The user's home directory, from the environment or the password file; never NULL. */
const char *sshconf_home(struct arena *mem);

#endif
