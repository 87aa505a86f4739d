#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "live/ssh/lib.h"
#include "live/ssh/packet.h"

/*
 * libssh2 opens one channel at a time in a session, so the first stream that is not open
 * yet is the one being opened. A stream that is freed while it opens is opened to its end
 * and closed then. The Unix socket has no call of its own in 1.10: its message is made
 * here (OpenSSH's PROTOCOL, section 2.4).
 */

#define WINDOW (256 * 1024)
#define PACKET 32768
#define TURN ((size_t)256 * 1024)

struct transport_stream {
	struct transport_stream *next;
	struct lib *lib;
	LIBSSH2_CHANNEL *channel; /* NULL: not open yet */
	struct buf message;       /* of the request to open it */
	const char *type;
	struct lib_pieces out;
	struct stream_callbacks callbacks;
	void *owner;
	bool closed, dead;        /* told so; nobody listens any more */
};

struct transport_stream *lib_open(struct transport *transport, const char *to, int port,
	const struct stream_callbacks *callbacks, void *owner)
{
	struct lib *t = (struct lib *)transport;
	struct transport_stream *s, **end = &t->streams;

	if (t->dead || t->step != LIB_LIVE)
		return NULL;
	s = xcalloc(1, sizeof(*s));
	s->lib = t;
	s->callbacks = *callbacks;
	s->owner = owner;
	lib_pieces_init(&s->out);
	buf_init(&s->message, 4096);
	packet_add_string(&s->message, span_of(to));
	if (port) {
		packet_add_u32(&s->message, (uint32_t)port);
		packet_add_string(&s->message, span_of("127.0.0.1"));
		packet_add_u32(&s->message, 0);
	} else {
		packet_add_string(&s->message, span_of(""));
		packet_add_u32(&s->message, 0);
	}
	s->type = port ? "direct-tcpip" : "direct-streamlocal@openssh.com";
	while (*end)
		end = &(*end)->next;
	*end = s;
	lib_mark(t);
	return s;
}

void lib_stream_write(struct transport_stream *s, const char *bytes, size_t len)
{
	lib_pieces_add(&s->out, bytes, len);
	lib_mark(s->lib);
}

void lib_stream_free(struct transport_stream *s)
{
	s->dead = true;
	lib_mark(s->lib);
}

static void close_stream(struct transport_stream *s, bool broken)
{
	char *words = NULL;
	struct arena *mem;

	if (s->closed)
		return;
	s->closed = true;
	if (s->dead)
		return;
	if (!broken) {
		s->callbacks.on_closed(s->owner, NULL);
		return;
	}
	libssh2_session_last_error(s->lib->session, &words, NULL, 0);
	mem = arena_new();
	s->callbacks.on_closed(s->owner, text_clean_dup(mem, span_of(words && *words ? words :
		"the server did not open it")));
	arena_free(mem);
}

/* True: it must send before anybody else. */
static bool open_stream(struct transport_stream *s)
{
	LIBSSH2_SESSION *session = s->lib->session;

	s->channel = libssh2_channel_open_ex(session, s->type, (unsigned)strlen(s->type), WINDOW,
		PACKET, s->message.data, (unsigned)s->message.len);
	if (s->channel)
		return false;
	if (libssh2_session_last_errno(session) == LIBSSH2_ERROR_EAGAIN)
		return lib_must_send(s->lib);
	close_stream(s, true);
	return false;
}

static bool serve_stream(struct transport_stream *s)
{
	static char room[32768]; /* one thread; used up before the callback returns */
	size_t taken = 0;
	bool must = false;
	ssize_t n = 0;

	if (lib_pieces_flush(s->lib, s->channel, &s->out, &must)) {
		close_stream(s, true);
		return false;
	}
	while (!must && !s->dead && !s->lib->dead && taken < TURN) {
		n = libssh2_channel_read(s->channel, room, sizeof(room));
		if (n <= 0)
			break;
		taken += (size_t)n;
		s->callbacks.on_data(s->owner, room, (size_t)n);
	}
	if (s->dead || s->lib->dead || must)
		return must;
	if (taken >= TURN)
		lib_mark(s->lib);
	else if (n < 0 && n != LIBSSH2_ERROR_EAGAIN && n != LIBSSH2_ERROR_BAD_USE)
		close_stream(s, true);
	else if (libssh2_channel_eof(s->channel))
		close_stream(s, false);
	return false;
}

static void release(struct transport_stream *s)
{
	lib_pieces_drop(&s->out);
	buf_release(&s->message);
	free(s);
}

/* Dead: its channel is closed as far as the socket lets it. */
static bool bury(struct lib *t, struct transport_stream **at)
{
	struct transport_stream *s = *at;

	if (s->channel && libssh2_channel_free(s->channel) == LIBSSH2_ERROR_EAGAIN)
		return lib_must_send(t);
	*at = s->next;
	release(s);
	return false;
}

bool lib_serve_streams(struct lib *t)
{
	struct transport_stream **at = &t->streams, *s = t->sender;
	bool opening = false, must;

	t->sender = NULL;
	while (!t->dead && *at) {
		if (s && *at != s) { /* the one that must send goes first */
			opening |= !(*at)->channel && !(*at)->closed;
			at = &(*at)->next;
			continue;
		}
		s = *at;
		must = false;
		if (!s->channel && !s->closed && !opening) {
			must = open_stream(s);
			opening = !s->channel;
		} else if (s->dead && (s->channel || s->closed)) {
			must = bury(t, at);
		} else if (s->channel && !s->closed) {
			must = serve_stream(s);
		}
		if (must) {
			t->sender = s;
			return false;
		}
		if (*at == s)
			at = &s->next;
		s = NULL;
	}
	return true;
}

void lib_streams_end(struct lib *t)
{
	struct transport_stream *s;

	for (s = t->streams; s && !t->dead; s = s->next) {
		if (s->closed || s->dead)
			continue;
		s->closed = true;
		s->callbacks.on_closed(s->owner, "the connection to the server ended");
	}
}

void lib_streams_drop(struct lib *t)
{
	struct transport_stream *s;

	while ((s = t->streams)) {
		t->streams = s->next;
		release(s);
	}
}
