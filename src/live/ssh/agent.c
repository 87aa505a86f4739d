#include "live/ssh/agent.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/buf.h"
#include "live/ssh/packet.h"
#include "loop/loop.h"

#define ANSWER_MAX ((size_t)256 * 1024) /* OpenSSH's own limit */
#define KEYS_MAX 2048

enum { REQUEST_KEYS = 11, ANSWER_KEYS = 12, REQUEST_SIGN = 13, ANSWER_SIGN = 14 };

struct agent {
	struct loop *loop;
	int fd;
	bool broken, dead;
	struct loop_poll *poll;
	struct buf out, in;
	agent_keys_call *on_keys;
	agent_sign_call *on_sign;
	void *owner;
};

/* ---- answers ---- */

bool agent_read_keys(struct arena *mem, struct span s, struct agent_key **ret_keys,
	size_t *ret_count)
{
	struct agent_key *keys = NULL, *key;
	struct span blob, comment;
	size_t count = 0;
	uint32_t number;
	uint8_t type;

	if (!packet_byte(&s, &type) || type != ANSWER_KEYS || !packet_u32(&s, &number) ||
	    number > KEYS_MAX)
		return false;
	while (number--) {
		if (!packet_string(&s, &blob) || !packet_string(&s, &comment))
			return false;
		key = arena_push(mem, &keys, &count, sizeof(*key));
		key->blob = span_from(arena_strndup(mem, blob.p, blob.n), blob.n);
		key->comment = arena_strndup(mem, comment.p, comment.n);
	}
	*ret_keys = keys;
	*ret_count = count;
	return true;
}

bool agent_read_signature(struct span s, struct span *ret)
{
	struct span signature, type, bytes, rest;
	uint8_t number;

	if (!packet_byte(&s, &number) || number != ANSWER_SIGN || !packet_string(&s, &signature))
		return false;
	rest = signature;
	if (!packet_string(&rest, &type) || !packet_string(&rest, &bytes) || !type.n || !bytes.n)
		return false;
	*ret = signature;
	return true;
}

/* ---- the way there and back ---- */

static void hang_up(struct agent *a)
{
	loop_poll_free(a->poll);
	a->poll = NULL;
	if (a->fd >= 0)
		close(a->fd);
	a->fd = -1;
	a->broken = true;
}

static void answer_keys(struct agent *a, struct span answer)
{
	struct arena *mem = arena_new();
	struct agent_key *keys = NULL;
	size_t count = 0;
	agent_keys_call *call = a->on_keys;
	bool ok = agent_read_keys(mem, answer, &keys, &count);

	a->on_keys = NULL;
	call(a->owner, ok, keys, count);
	arena_free(mem);
}

static void answer_sign(struct agent *a, struct span answer)
{
	struct span signature = span_from("", 0);
	agent_sign_call *call = a->on_sign;
	bool ok = agent_read_signature(answer, &signature);

	a->on_sign = NULL;
	call(a->owner, ok, signature);
}

static void give(struct agent *a, struct span answer)
{
	if (a->on_keys)
		answer_keys(a, answer);
	else if (a->on_sign)
		answer_sign(a, answer);
}

static void failed(void *owner)
{
	struct agent *a = owner;

	if (!a->dead)
		give(a, span_from("", 0));
}

static void flush(struct agent *a)
{
	ssize_t n;

	while (a->out.len) {
		n = send(a->fd, a->out.data, a->out.len, MSG_NOSIGNAL);
		if (n > 0) {
			buf_consume(&a->out, (size_t)n);
		} else if (n < 0 && errno == EAGAIN) {
			break;
		} else if (n == 0 || errno != EINTR) {
			hang_up(a);
			loop_defer(a->loop, failed, a);
			return;
		}
	}
	loop_poll_set(a->poll, LOOP_READ | (a->out.len ? LOOP_WRITE : 0));
}

/* One whole answer, if it is there. */
static void take(struct agent *a)
{
	struct span rest = span_from(a->in.data, a->in.len), answer;
	struct buf whole;

	if (!packet_string(&rest, &answer))
		return;
	buf_init(&whole, ANSWER_MAX);
	buf_add(&whole, answer.p, answer.n);
	buf_consume(&a->in, 4 + answer.n);
	give(a, span_from(whole.data ? whole.data : "", whole.len));
	buf_release(&whole);
}

static void ready_cb(void *owner, int ready)
{
	struct agent *a = owner;
	char piece[4096];
	ssize_t n;

	if (ready & LOOP_WRITE)
		flush(a);
	if (a->fd < 0 || !(ready & LOOP_READ))
		return;
	n = recv(a->fd, piece, sizeof(piece), 0);
	if (n > 0 && buf_add(&a->in, piece, (size_t)n)) {
		take(a);
	} else if (n >= 0 || (errno != EAGAIN && errno != EINTR)) {
		hang_up(a);
		failed(a);
	}
}

static void dial(struct agent *a, const char *path)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };

	if (strlen(path) >= sizeof(to.sun_path))
		return;
	memcpy(to.sun_path, path, strlen(path) + 1);
	a->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (a->fd < 0)
		return;
	if (connect(a->fd, (struct sockaddr *)&to, sizeof(to)) == 0)
		a->poll = loop_poll_new(a->loop, a->fd, ready_cb, a);
	if (!a->poll)
		hang_up(a);
}

struct agent *agent_new(struct loop *loop, const char *path)
{
	struct agent *a = xcalloc(1, sizeof(*a));

	a->loop = loop;
	a->fd = -1;
	buf_init(&a->out, ANSWER_MAX);
	buf_init(&a->in, ANSWER_MAX);
	dial(a, path);
	a->broken = a->fd < 0;
	return a;
}

static void free_now(void *owner)
{
	struct agent *a = owner;

	buf_release(&a->out);
	buf_release(&a->in);
	free(a);
}

void agent_free(struct agent *a)
{
	if (!a || a->dead)
		return;
	hang_up(a);
	a->dead = true;
	a->on_keys = NULL;
	a->on_sign = NULL;
	loop_defer(a->loop, free_now, a);
}

static void request(struct agent *a, const struct buf *body)
{
	if (a->broken || body->over) {
		loop_defer(a->loop, failed, a);
		return;
	}
	packet_add_string(&a->out, span_from(body->data, body->len));
	flush(a);
}

void agent_list(struct agent *a, agent_keys_call *call, void *owner)
{
	struct buf body;

	a->on_keys = call;
	a->owner = owner;
	buf_init(&body, 16);
	buf_addc(&body, REQUEST_KEYS);
	request(a, &body);
	buf_release(&body);
}

void agent_sign(struct agent *a, struct span blob, struct span data, uint32_t flags,
	agent_sign_call *call, void *owner)
{
	struct buf body;

	a->on_sign = call;
	a->owner = owner;
	buf_init(&body, ANSWER_MAX - 4);
	buf_addc(&body, REQUEST_SIGN);
	packet_add_string(&body, blob);
	packet_add_string(&body, data);
	packet_add_u32(&body, flags);
	request(a, &body);
	buf_release(&body);
}
