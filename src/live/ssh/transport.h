/*
 * transport: one SSH way to one host, whoever makes it (spawned ssh, libssh2).
 *
 * Call order: new -> start -> write ... -> close. Everything comes back through the
 * callbacks, from inside the loop, never from inside a call to the transport. After
 * on_closed nothing more comes; transport_free may be called from any callback: what
 * must die later dies later.
 *
 * The main channel runs transport_config.command; further channels (log tails, shells of
 * their own) are opened with transport_channel and share the same login where possible.
 */
#ifndef LIVE_SSH_TRANSPORT_H
#define LIVE_SSH_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct loop;
struct transport;

enum ssh_state {
	SSH_CONNECTING,
	SSH_CHECKING_KEY,
	SSH_AUTHENTICATING,
	SSH_LIVE,
	SSH_STALE,
	SSH_DEAD,   /* was live, is no more */
	SSH_FAILED  /* never became live */
};

const char *ssh_state_name(enum ssh_state state);

/* What is the matter, coarse enough to act on; the texts say the rest. */
enum ssh_error {
	SSH_OK,
	SSH_E_USAGE,        /* ssh's own configuration or arguments are bad */
	SSH_E_NO_NAME,
	SSH_E_REFUSED,
	SSH_E_TIMEOUT,
	SSH_E_UNREACHABLE,
	SSH_E_NOT_SSH,      /* something answers, but not SSH */
	SSH_E_CLOSED,       /* closed before login (MaxStartups, penalty, TCP wrappers) */
	SSH_E_ALGORITHMS,
	SSH_E_KEY_UNKNOWN,
	SSH_E_KEY_CHANGED,
	SSH_E_KEY_REVOKED,
	SSH_E_AUTH,         /* no configured key or method was accepted */
	SSH_E_KEY_FILE,     /* an identity cannot be read */
	SSH_E_JUMP,         /* a jump host or ProxyCommand failed */
	SSH_E_NO_SHELL,     /* logged in, but no usable shell answered */
	SSH_E_LOST,         /* was live */
	SSH_E_LOCAL         /* our side: no ssh program, fork, descriptors */
};

const char *ssh_error_name(enum ssh_error error); /* "refused", "key-unknown" ... */

struct ssh_failure {
	enum ssh_error error;
	const char *step;   /* "resolve", "connect", "host key", "login", "shell" */
	const char *says;   /* the other side's (or ssh's) own words, cleaned */
	const char *advice; /* what to do next, one sentence */
	const char *fingerprint; /* KEY_UNKNOWN / KEY_CHANGED: SHA256:... ; or NULL */
	const char *known_hosts; /* file:line that speaks, or the file to add to; or NULL */
};

/* All strings are borrowed until transport_new returns. NULL: what `ssh -G` says. */
struct transport_config {
	const char *target;       /* alias, host, or user@host, as on the command line */
	const char *config_file;  /* -F */
	const char *const *identities; /* -i, NULL-terminated; or NULL */
	const char *user, *jump, *known_hosts;
	int port;                 /* 0: not given */
	bool may_prompt;          /* a human sits at the terminal */
	int connect_timeout_ms;
	const char *command;      /* of the main channel */
};

struct transport_callbacks {
	void (*on_state)(void *owner, enum ssh_state state);
	void (*on_data)(void *owner, const char *bytes, size_t len); /* main channel's stdout */
	/* failure is borrowed for the call; error SSH_OK: closed by us */
	void (*on_closed)(void *owner, const struct ssh_failure *failure);
	/* What a human should know and is no failure (falls back to ssh, which side is
	 * silent), before the state it explains; says: clean, borrowed. May be NULL. */
	void (*on_note)(void *owner, const char *says);
};

/* A connection from the server on to a socket there (a FastCGI or Redis port). */
struct transport_stream;

struct stream_callbacks {
	void (*on_data)(void *owner, const char *bytes, size_t len);
	/* Once, and last. says: why it could not be opened or broke; NULL: it was ended. */
	void (*on_closed)(void *owner, const char *says);
};

struct transport_ops {
	const char *name; /* "openssh", "libssh2"; that of auto_transport's may change */
	struct transport *(*make)(struct loop *loop, const struct transport_config *config,
		const struct transport_callbacks *callbacks, void *owner);
	void (*start)(struct transport *transport);
	/* Takes a copy; sends when the way is there. */
	void (*write)(struct transport *transport, const char *bytes, size_t len);
	/* Address that was dialled, for the way round the CDN; NULL while unknown. */
	const char *(*address)(struct transport *transport);
	void (*free)(struct transport *transport);
	/*
	 * To host and port, or (port 0) to the Unix socket of that path, as the login user may;
	 * NULL: this way cannot, or is not live. Written bytes wait until it is open. All streams
	 * are freed before the transport; stream_free is allowed in the callbacks.
	 */
	struct transport_stream *(*open)(struct transport *transport, const char *to, int port,
		const struct stream_callbacks *callbacks, void *owner);
	void (*stream_write)(struct transport_stream *stream, const char *bytes, size_t len);
	void (*stream_free)(struct transport_stream *stream);
};

/* The first member of every implementation. */
struct transport {
	const struct transport_ops *ops;
	struct transport_callbacks callbacks;
	void *owner;
};

extern const struct transport_ops openssh_transport;
extern const struct transport_ops libssh2_transport;
/* libssh2, and openssh for what only that can do; its ops are those of the one at work. */
extern const struct transport_ops auto_transport;

#endif
