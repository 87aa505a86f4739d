/*
 * lib: inside of the libssh2 transport, shared by its files only: lib.c (from the
 * configuration to the channel), lib_fail.c (why it did not come so far), lib_key.c (host key), lib_io.c (the
 * channel once it is there), lib_stream.c (connections through it), lib_alive.c (is the other side still there?).
 */
#ifndef LIVE_SSH_LIB_H
#define LIVE_SSH_LIB_H

#include <libssh2.h>

#include "base/buf.h"
#include "base/mem.h"
#include "live/ssh/dial.h"
#include "live/ssh/keyring.h"
#include "live/ssh/login.h"
#include "live/ssh/lookup.h"
#include "live/ssh/proxy.h"
#include "live/ssh/queue.h"
#include "live/ssh/sshconf.h"
#include "live/ssh/transport.h"
#include "live/ssh/why.h"
#include "live/ssh/wire.h"
#include "loop/loop.h"

enum lib_step {
	LIB_NEW, LIB_CONFIG, LIB_DOOR, LIB_LOOKUP, LIB_DIAL, LIB_PAUSE, LIB_PROXY_ENDS,
	LIB_EXCHANGE, LIB_LOGIN, LIB_OPEN, LIB_EXEC, LIB_LIVE, LIB_ENDING, LIB_OVER
};

/* What is written waits in pieces: libssh2 wants the same bytes again after EAGAIN. */
struct lib_piece {
	struct lib_piece *next;
	size_t len, sent;
	char bytes[];
};

struct lib_pieces {
	struct lib_piece *first, **end;
	size_t bytes;
};

struct lib {
	struct transport base; /* first: a struct transport * is one of these */
	struct loop *loop;
	struct arena *mem;
	struct transport_config config;
	const char *beyond;    /* what only ssh can do: the caller may try that */
	enum lib_step step;
	enum ssh_state state;
	bool dead;

	struct sshconf_query *query;
	const struct sshconf *conf;
	struct queue *queue;
	struct queue_node turn, entrance;
	const char *door;
	bool inside;           /* counted at the door */
	struct lookup *lookup;
	const struct lookup_result *found;
	struct dial *dial;
	struct proxy *proxy;
	char address[DIAL_ADDRESS_SIZE];
	int tries;             /* connections that were closed before a word */

	int fd;
	bool tcp;
	struct loop_poll *poll;
	int events;
	struct wire wire;
	LIBSSH2_SESSION *session;
	LIBSSH2_CHANNEL *channel;
	struct keyring *ring;
	struct login *login;
	struct loop_timer *timer; /* of the whole login; then of what lib_alive watches */
	int64_t deadline;

	struct lib_pieces out;
	bool writing, pinging; /* the one that must send before anybody else may */
	struct transport_stream *streams, *sender; /* sender: a stream that must, likewise */
	char said[512];        /* last of what came on stderr */
	size_t said_len;

	uint64_t heard_bytes;  /* of wire.received, when it last grew */
	int64_t heard;         /* time of that */
	int64_t asked;         /* time of the ping that is out; 0: none */
	int64_t asleep;        /* BOOTTIME minus MONOTONIC, ms */
};

/* lib.c */
void lib_mark(struct lib *t);                       /* serve me */
void lib_set_state(struct lib *t, enum ssh_state state);
void lib_close(struct lib *t, const struct ssh_failure *failure);
void lib_hang_up(struct lib *t);                    /* the socket and the session go */

/* lib_fail.c */
void lib_fail(struct lib *t, enum why why, const char *says);
/* What broke a login under way. */
void lib_broken(struct lib *t, int rc);
void lib_dial_failed(struct lib *t, int error);
void lib_proxy_broke(struct lib *t, bool timed_out);
enum why lib_slow(const struct lib *t);             /* which step its time ran out in */

/* lib_key.c: false: over, or failed. */
bool lib_check_key(struct lib *t);

/* lib_io.c */
void lib_write(struct lib *t, const char *bytes, size_t len);
void lib_pieces_init(struct lib_pieces *pieces);
void lib_pieces_add(struct lib_pieces *pieces, const char *bytes, size_t len);
void lib_pieces_drop(struct lib_pieces *pieces);
/*
 * Writes what it takes. 0, or what libssh2 said against it; *ret_must: the same again
 * before anything else is sent.
 */
int lib_pieces_flush(struct lib *t, LIBSSH2_CHANNEL *channel, struct lib_pieces *pieces,
	bool *ret_must);
bool lib_must_send(const struct lib *t); /* after EAGAIN: it waits to send, not to receive */
/* One turn of a live channel. */
void lib_serve(struct lib *t);
void lib_ending(struct lib *t);

/* lib_stream.c */
struct transport_stream *lib_open(struct transport *transport, const char *to, int port,
	const struct stream_callbacks *callbacks, void *owner);
void lib_stream_write(struct transport_stream *stream, const char *bytes, size_t len);
void lib_stream_free(struct transport_stream *stream);
/* One turn of each; false: one of them must send first. */
bool lib_serve_streams(struct lib *t);
void lib_streams_end(struct lib *t);  /* tells all: the session is over */
void lib_streams_drop(struct lib *t); /* their memory, with that of the session gone */

/* lib_alive.c */
void lib_alive_start(struct lib *t);
void lib_alive_timer(struct lib *t);
/* A ping that is to be sent, or whose answer may have come; true: it waits to send. */
bool lib_alive_serve(struct lib *t);
/* Which side is at fault for the silence. */
enum why lib_alive_why(const struct lib *t);

/* For auto.c: what only ssh can do, after on_closed; or NULL. */
const char *lib_beyond(const struct transport *transport);

#endif
