#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "live/ssh/lib.h"

/*
 * The rules of libssh2 that cost others real bugs: what was being sent when it said
 * EAGAIN must be sent again, same bytes, before anything else may send (reading sends
 * too: it opens the window); a channel whose last read was no EAGAIN must be read again
 * without waiting for the socket, whose bytes libssh2 has already taken.
 */

#define OUT_MAX ((size_t)16 * 1024 * 1024)
#define PIECE_MAX 30000
#define READ_TURN ((size_t)256 * 1024)
#define ENDING_MS 500 /* for the exit status, after the output ended */

void lib_pieces_init(struct lib_pieces *q)
{
	q->first = NULL;
	q->end = &q->first;
	q->bytes = 0;
}

void lib_pieces_add(struct lib_pieces *q, const char *bytes, size_t len)
{
	struct lib_piece *p;
	size_t n;

	if (q->bytes + len > OUT_MAX)
		return; /* a host that reads nothing; what was asked of it will be late */
	for (; len; bytes += n, len -= n) {
		n = len < PIECE_MAX ? len : PIECE_MAX;
		p = xmalloc(sizeof(*p) + n);
		p->next = NULL;
		p->len = n;
		p->sent = 0;
		memcpy(p->bytes, bytes, n);
		*q->end = p;
		q->end = &p->next;
		q->bytes += n;
	}
}

/* It may have been a password. */
static void drop_first(struct lib_pieces *q)
{
	struct lib_piece *p = q->first;

	q->first = p->next;
	if (!q->first)
		q->end = &q->first;
	q->bytes -= p->len;
	explicit_bzero(p->bytes, p->len);
	free(p);
}

void lib_pieces_drop(struct lib_pieces *q)
{
	while (q->first)
		drop_first(q);
}

bool lib_must_send(const struct lib *t)
{
	return libssh2_session_block_directions(t->session) & LIBSSH2_SESSION_BLOCK_OUTBOUND;
}

int lib_pieces_flush(struct lib *t, LIBSSH2_CHANNEL *channel, struct lib_pieces *q,
	bool *ret_must)
{
	struct lib_piece *p;
	ssize_t n;

	*ret_must = false;
	while ((p = q->first)) {
		n = libssh2_channel_write(channel, p->bytes + p->sent, p->len - p->sent);
		*ret_must = n == LIBSSH2_ERROR_EAGAIN && lib_must_send(t);
		if (n == LIBSSH2_ERROR_EAGAIN || n == LIBSSH2_ERROR_BAD_USE || n == 0)
			return 0;
		if (n < 0)
			return (int)n;
		p->sent += (size_t)n;
		if (p->sent == p->len)
			drop_first(q);
	}
	return 0;
}

void lib_write(struct lib *t, const char *bytes, size_t len)
{
	lib_pieces_add(&t->out, bytes, len);
	if (t->step == LIB_LIVE)
		lib_mark(t);
}

static void lost(struct lib *t)
{
	char *words = NULL;

	if (*t->wire.goodbye)
		lib_fail(t, WHY_LOST_CLOSED, t->wire.goodbye);
	else if (t->wire.error == ETIMEDOUT)
		lib_fail(t, WHY_LOST_NETWORK, NULL);
	else if (t->wire.error == ECONNRESET || t->wire.error == EPIPE)
		lib_fail(t, WHY_LOST_RESET, strerror(t->wire.error));
	else if (t->wire.ended)
		lib_fail(t, WHY_LOST_CLOSED, NULL);
	else if (libssh2_session_last_error(t->session, &words, NULL, 0) && words)
		lib_fail(t, WHY_LOST_PROTOCOL, words);
	else
		lib_fail(t, WHY_LOST_PROTOCOL, NULL);
}

static void keep_said(struct lib *t, const char *bytes, size_t len)
{
	size_t room = sizeof(t->said) - 1;

	if (len > room) {
		bytes += len - room;
		len = room;
	}
	if (t->said_len + len > room) {
		memmove(t->said, t->said + len, room - len);
		t->said_len = room - len;
	}
	memcpy(t->said + t->said_len, bytes, len);
	t->said_len += len;
	t->said[t->said_len] = '\0';
}

/* False: over, or nothing more for now; *ret_more: it must be called again this way. */
static bool take(struct lib *t, int stream, bool *ret_more)
{
	static char room[32768]; /* one thread; used up before the callback returns */
	size_t taken = 0;
	ssize_t n;

	while (taken < READ_TURN) {
		n = libssh2_channel_read_ex(t->channel, stream, room, sizeof(room));
		if (n == LIBSSH2_ERROR_EAGAIN || n == LIBSSH2_ERROR_BAD_USE || n == 0)
			return true;
		if (n < 0) {
			lost(t);
			return false;
		}
		taken += (size_t)n;
		if (stream)
			keep_said(t, room, (size_t)n);
		else
			t->base.callbacks.on_data(t->base.owner, room, (size_t)n);
		if (t->dead || t->step == LIB_OVER)
			return false;
	}
	*ret_more = true;
	return true;
}

void lib_serve(struct lib *t)
{
	bool more = false;

	if (t->sender && !lib_serve_streams(t))
		return;
	if (lib_alive_serve(t))
		return;
	if (lib_pieces_flush(t, t->channel, &t->out, &t->writing)) {
		lost(t);
		return;
	}
	if (t->writing)
		return;
	if (!take(t, 0, &more) || !take(t, SSH_EXTENDED_DATA_STDERR, &more))
		return;
	if (t->wire.received != t->heard_bytes) {
		t->heard_bytes = t->wire.received;
		t->heard = loop_now(t->loop);
		lib_set_state(t, SSH_LIVE);
	}
	if (t->dead || !lib_serve_streams(t) || t->dead)
		return;
	if (more) {
		lib_mark(t);
	} else if (libssh2_channel_eof(t->channel)) {
		t->step = LIB_ENDING;
		loop_timer_start(t->timer, ENDING_MS);
	}
}

void lib_ending(struct lib *t)
{
	int rc = libssh2_channel_wait_closed(t->channel), status;
	char *line, *end;

	if (rc == LIBSSH2_ERROR_EAGAIN && loop_timer_active(t->timer))
		return;
	status = libssh2_channel_get_exit_status(t->channel);
	while (t->said_len && strchr("\r\n ", t->said[t->said_len - 1]))
		t->said[--t->said_len] = '\0';
	end = strrchr(t->said, '\n');
	line = end ? end + 1 : t->said;
	if (strstr(line, "annot fork") || strstr(line, "fork: "))
		lib_fail(t, WHY_NO_PROCESSES, line);
	else
		lib_fail(t, status == 126 || status == 127 ? WHY_NO_SHELL : WHY_SHELL_ENDED, line);
}
