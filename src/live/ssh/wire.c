#include "live/ssh/wire.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#include "live/ssh/packet.h"

#define BEFORE_MAX ((size_t)16 * 1024) /* bytes it may say before its version */
#define OFFER_MAX ((size_t)36 * 1024)

struct wire_calls wire_calls = { recv, send };

void wire_init(struct wire *w, int fd)
{
	memset(w, 0, sizeof(*w));
	w->fd = fd;
	w->quick = true;
	w->budget = WIRE_TURN;
	buf_init(&w->offer, OFFER_MAX);
}

void wire_release(struct wire *w)
{
	buf_release(&w->offer);
}

static void end_line(struct wire *w)
{
	size_t len = w->line_len;

	while (len && (w->line[len - 1] == '\r' || w->line[len - 1] == '\n'))
		len--;
	w->line_len = 0;
	if (len >= 4 && !memcmp(w->line, "SSH-", 4)) {
		memcpy(w->version, w->line, len);
		w->version[len] = '\0';
		w->step = WIRE_OFFER;
	} else if (!*w->before) {
		memcpy(w->before, w->line, len);
		w->before[len] = '\0';
	}
}

static void see_version(struct wire *w, char c)
{
	if (w->line_len < sizeof(w->line) - 1)
		w->line[w->line_len++] = c;
	if (++w->before_len > BEFORE_MAX)
		w->flood = true;
	if (c == '\n')
		end_line(w);
}

static void see_offer(struct wire *w, char c)
{
	struct span rest, packet;

	if (!buf_addc(&w->offer, c)) {
		w->step = WIRE_SEEN;
		return;
	}
	rest = span_from(w->offer.data, w->offer.len);
	if (packet_string(&rest, &packet))
		w->step = WIRE_SEEN;
}

static void see(struct wire *w, const char *bytes, size_t len)
{
	for (; len && w->step != WIRE_SEEN; bytes++, len--)
		(w->step == WIRE_VERSION ? see_version : see_offer)(w, *bytes);
}

struct span wire_offer(const struct wire *w)
{
	struct span rest = span_from(w->offer.data ? w->offer.data : "", w->offer.len), packet;
	uint8_t padding;

	if (!packet_string(&rest, &packet) || !packet_byte(&packet, &padding) ||
	    padding > packet.n)
		return span_from("", 0);
	return span_from(packet.p, packet.n - padding);
}

static ssize_t recv_cb(libssh2_socket_t fd, void *bytes, size_t len, int flags, void **abstract)
{
	struct wire *w = *abstract;
	int on = 1, error;
	ssize_t n;

	if (w->flood)
		return -EPROTO;
	if (!w->budget) {
		w->more = true;
		return -EAGAIN;
	}
	do {
		n = wire_calls.recv(fd, bytes, len < w->budget ? len : w->budget, flags);
	} while (n < 0 && errno == EINTR);
	error = errno;
	if (w->quick)
		setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof(on));
	if (n < 0 && error != EAGAIN)
		w->error = error;
	if (n < 0)
		return -error;
	if (n == 0 && len)
		w->ended = true;
	w->budget -= (size_t)n;
	w->received += (uint64_t)n;
	see(w, bytes, (size_t)n);
	return n;
}

static ssize_t send_cb(libssh2_socket_t fd, const void *bytes, size_t len, int flags,
	void **abstract)
{
	struct wire *w = *abstract;
	ssize_t n;

	do {
		n = wire_calls.send(fd, bytes, len, flags | MSG_NOSIGNAL);
	} while (n < 0 && errno == EINTR);
	if (n < 0 && errno != EAGAIN)
		w->error = errno;
	return n < 0 ? -errno : n;
}

static void goodbye_cb(LIBSSH2_SESSION *session, int reason, const char *words, int len,
	const char *language, int language_len, void **abstract)
{
	struct wire *w = *abstract;
	size_t n = len > 0 ? (size_t)len : 0;

	(void)session;
	(void)reason;
	(void)language;
	(void)language_len;
	if (n > sizeof(w->goodbye) - 1)
		n = sizeof(w->goodbye) - 1;
	if (n)
		memcpy(w->goodbye, words, n);
	w->goodbye[n] = '\0';
}

/* libssh2 takes any function as a void pointer; POSIX allows what ISO C does not say. */
static void *as_pointer(void (*call)(void))
{
	void *pointer;

	memcpy(&pointer, &call, sizeof(pointer));
	return pointer;
}

void wire_attach(struct wire *w, LIBSSH2_SESSION *session)
{
	*libssh2_session_abstract(session) = w;
	libssh2_session_callback_set(session, LIBSSH2_CALLBACK_RECV,
		as_pointer((void (*)(void))recv_cb));
	libssh2_session_callback_set(session, LIBSSH2_CALLBACK_SEND,
		as_pointer((void (*)(void))send_cb));
	libssh2_session_callback_set(session, LIBSSH2_CALLBACK_DISCONNECT,
		as_pointer((void (*)(void))goodbye_cb));
}
