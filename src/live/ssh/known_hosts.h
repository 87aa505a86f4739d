/*
 * known_hosts: which host keys the user's known_hosts files hold for one name. Plain and
 * hashed names, [host]:port, wildcards, negation, @revoked, @cert-authority; a line that
 * cannot be read is skipped, never the file. Pure but for known_hosts_load.
 *
 * Call order: init -> read or load, a file at a time, in the user's order -> check.
 */
#ifndef LIVE_SSH_KNOWN_HOSTS_H
#define LIVE_SSH_KNOWN_HOSTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/span.h"

enum known_mark { KNOWN_HOST, KNOWN_REVOKED_KEY, KNOWN_AUTHORITY };

struct known_key {
	enum known_mark mark;
	struct span blob; /* as on the wire; packet_key_type tells its type */
	const char *file;
	int line;
};

struct known_hosts {
	struct arena *mem;
	const char *name; /* as it is looked up: lower case, [host]:port but for port 22 */
	struct known_key *keys; /* that speak of this name */
	size_t count;
};

enum known_answer {
	KNOWN_NO,      /* nothing is known of this host */
	KNOWN_MATCH,
	KNOWN_CHANGED, /* known, but not with this key */
	KNOWN_REVOKED  /* wins over all */
};

/* alias: HostKeyAlias or NULL; it is looked up as it is, without a port. */
void known_hosts_init(struct known_hosts *known, struct arena *mem, const char *host,
	const char *alias, int port);

/* `file` is kept as a name only. */
void known_hosts_read(struct known_hosts *known, const char *file, struct span text);
/* Reads the file; one that is not there says nothing. Blocks. */
void known_hosts_load(struct known_hosts *known, const char *file);

/* *ret_key (may be NULL): the entry that decides; of a changed key the one of its type. */
enum known_answer known_hosts_check(const struct known_hosts *known, struct span blob,
	const struct known_key **ret_key);

/* A (not revoked) key of this type is known. */
bool known_hosts_has(const struct known_hosts *known, struct span type);
/* Only an authority speaks for this name: the host must show a certificate. */
bool known_hosts_only_authority(const struct known_hosts *known);

/* Does one name list (field of a line) speak of `name`? */
bool known_hosts_match(struct span list, const char *name);

/* A line, with its newline, that makes this key known; salt: 20 bytes, or NULL: plain. */
void known_hosts_line(struct buf *out, const char *name, const void *salt, struct span blob);

#endif
