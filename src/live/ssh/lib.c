#include "live/ssh/lib.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/dlog.h"
#include "live/ssh/methods.h"

/*
 * How it works: one function a step, from the configuration (`ssh -G`) through the door
 * (not too many at one sshd), the lookup, the dial, the key exchange and the login to the
 * channel. Each ends by setting the next step or by lib_fail. Callbacks only mark the way as
 * ready; the shared queue gives it its turn, in which `serve` goes as far as the socket
 * lets it. Freeing waits for the end of the tick: libssh2 may not be left from inside.
 */

#define GRACE_MS 500     /* beyond the connect timeout, as for the spawned ssh */
#define WINDOW (256 * 1024)
#define PACKET 32768

static void serve(void *owner);
static void dial(struct lib *t);

void lib_mark(struct lib *t)
{
	if (!t->dead && t->step != LIB_OVER)
		queue_mark(t->queue, &t->turn);
}

void lib_set_state(struct lib *t, enum ssh_state state)
{
	if (t->dead || t->step == LIB_OVER || state == t->state)
		return;
	dlog("libssh2 %s: %s -> %s", t->config.target, ssh_state_name(t->state),
		ssh_state_name(state));
	t->state = state;
	t->base.callbacks.on_state(t->base.owner, state);
}

static void leave_door(struct lib *t)
{
	if (t->inside)
		queue_leave(t->queue, t->door);
	else if (t->door)
		queue_give_up(t->queue, t->door, &t->entrance);
	t->inside = false;
	t->door = NULL;
}

void lib_close(struct lib *t, const struct ssh_failure *failure)
{
	if (t->dead || t->step == LIB_OVER)
		return;
	t->step = LIB_OVER;
	loop_timer_stop(t->timer);
	leave_door(t);
	queue_unmark(t->queue, &t->turn);
	if (t->poll)
		loop_poll_set(t->poll, 0);
	t->events = 0;
	lib_streams_end(t);
	dlog("libssh2 %s: closed: %s, %s%s%s", t->config.target, ssh_error_name(failure->error),
		failure->says ? failure->says : "", t->beyond ? "; only ssh can: " : "",
		t->beyond ? t->beyond : "");
	t->base.callbacks.on_closed(t->base.owner, failure);
}

/* ---- the socket ---- */

void lib_hang_up(struct lib *t)
{
	int turns;

	loop_poll_free(t->poll);
	t->poll = NULL;
	t->events = 0;
	if (t->session && t->channel && !t->writing && !t->pinging && !t->sender)
		libssh2_session_disconnect(t->session, "bye");
	if (t->fd >= 0)
		shutdown(t->fd, SHUT_RDWR); /* else freeing may wait for the other side for ever */
	for (turns = 0; t->session && turns < 100; turns++)
		if (libssh2_session_free(t->session) != LIBSSH2_ERROR_EAGAIN)
			break;
	t->session = NULL;
	t->channel = NULL;
	if (t->fd >= 0) {
		close(t->fd);
		wire_release(&t->wire);
	}
	t->fd = -1;
}

static void ready_cb(void *owner, int ready)
{
	(void)ready;
	lib_mark(owner);
}

/* As libssh2 last said; a login that waits for an agent waits for nothing else. */
static void set_events(struct lib *t, bool waits)
{
	int directions = libssh2_session_block_directions(t->session), events = 0;

	if (!waits)
		events = LOOP_READ | (directions & LIBSSH2_SESSION_BLOCK_OUTBOUND ? LOOP_WRITE : 0);
	if (events == t->events)
		return;
	t->events = events;
	loop_poll_set(t->poll, events);
}

/* ---- time ---- */

static void set_timer(struct lib *t)
{
	int64_t left = t->deadline - loop_now(t->loop);

	loop_timer_start(t->timer, left > 0 ? left : 0);
}

static void timer_cb(void *owner)
{
	struct lib *t = owner;

	if (t->step == LIB_LIVE || t->step == LIB_ENDING)
		lib_alive_timer(t);
	else if (t->step == LIB_PAUSE && loop_now(t->loop) < t->deadline)
		dial(t);
	else if (t->login && login_asking(t->login))
		loop_timer_start(t->timer, 1000); /* a human is typing */
	else if (t->proxy && t->step <= LIB_EXCHANGE && t->wire.step == WIRE_VERSION)
		lib_proxy_broke(t, true);
	else
		lib_fail(t, lib_slow(t), NULL);
}

/* ---- step by step ---- */

static void wake_cb(void *owner)
{
	lib_mark(owner);
}

static bool make_session(struct lib *t)
{
	struct buf words;
	bool ok;

	t->session = libssh2_session_init_ex(NULL, NULL, NULL, NULL);
	if (!t->session) {
		lib_fail(t, WHY_LOCAL, "libssh2 has no memory");
		return false;
	}
	wire_attach(&t->wire, t->session);
	libssh2_session_set_blocking(t->session, 0);
	buf_init(&words, 1024);
	ok = methods_set(t->session, t->conf, t->found, &words);
	if (!ok)
		lib_fail(t, WHY_NO_ALGORITHM, arena_strndup(t->mem, words.data, words.len));
	buf_release(&words);
	return ok;
}

static void connected(struct lib *t, int fd)
{
	t->fd = fd;
	wire_init(&t->wire, fd);
	t->poll = loop_poll_new(t->loop, fd, ready_cb, t);
	if (!t->poll) {
		lib_fail(t, WHY_LOCAL, "the descriptor cannot be waited for");
		return;
	}
	t->step = LIB_EXCHANGE;
	set_timer(t);
	if (make_session(t))
		lib_mark(t);
}

static void dial_cb(void *owner, int fd, const struct lookup_address *to, int error)
{
	struct lib *t = owner;

	dial_free(t->dial);
	t->dial = NULL;
	if (fd < 0) {
		lib_dial_failed(t, error);
		return;
	}
	dial_address(to, t->address);
	t->tcp = true;
	connected(t, fd);
}

static void dial(struct lib *t)
{
	t->step = LIB_DIAL;
	set_timer(t);
	t->dial = dial_new(t->loop, t->found->addresses, t->found->count, dial_cb, t);
}

/* The child ended: before there was a version it is to blame, later the socket tells. */
static void proxy_cb(void *owner)
{
	struct lib *t = owner;

	if (t->step <= LIB_EXCHANGE && t->wire.step == WIRE_VERSION)
		lib_proxy_broke(t, false);
	else
		lib_mark(t);
}

static void by_proxy(struct lib *t)
{
	int fd = -1, error = 0;

	t->proxy = proxy_new(t->loop, t->mem, t->conf, &t->config, proxy_cb, t, &fd, &error);
	if (t->proxy)
		connected(t, fd);
	else if (error == EINVAL)
		lib_fail(t, WHY_UNSUPPORTED, "the ProxyCommand holds a token that only ssh expands");
	else
		lib_fail(t, WHY_LOCAL, strerror(error));
}

static void found_cb(void *owner, struct lookup_result *result)
{
	struct lib *t = owner;

	t->found = result;
	if (known_hosts_only_authority(&result->known) ||
	    (result->has_portless && !result->known.count &&
			known_hosts_only_authority(&result->portless)))
		lib_fail(t, WHY_UNSUPPORTED, "the host is known by its certificate authority only");
	else if (t->conf->jump || t->conf->proxy_command)
		by_proxy(t);
	else if (!result->count)
		lib_fail(t, WHY_LOOKUP, arena_printf(t->mem, "Could not resolve hostname %s: %s",
			t->conf->host, result->error ? result->error : "no address"));
	else
		dial(t);
}

/* A connection of the user's that may be shared beats any new one. */
static bool has_master(const struct lib *t)
{
	return t->conf->control_path && access(t->conf->control_path, R_OK | W_OK) == 0;
}

static void admitted(void *owner)
{
	struct lib *t = owner;

	t->inside = true;
	t->step = LIB_LOOKUP;
	t->deadline = loop_now(t->loop) + t->config.connect_timeout_ms + GRACE_MS;
	set_timer(t);
	t->login = login_new(t->loop, t->mem, t->conf, t->config.may_prompt, wake_cb, t);
	t->lookup = lookup_new(t->loop, t->conf, !t->conf->jump && !t->conf->proxy_command,
		found_cb, t);
}

static void conf_cb(void *owner, const struct sshconf *conf, const struct ssh_failure *failure)
{
	struct lib *t = owner;
	const char *beyond;

	if (!conf) {
		struct ssh_failure copy = *failure;

		lib_close(t, &copy);
		return;
	}
	t->conf = conf;
	if (conf->connect_timeout_s && conf->connect_timeout_s * 1000 < t->config.connect_timeout_ms)
		t->config.connect_timeout_ms = conf->connect_timeout_s * 1000;
	beyond = conf->unsupported ? conf->unsupported : login_beyond(t->mem, conf);
	if (!beyond && has_master(t))
		beyond = "ssh has a connection to this host open that can be shared (ControlMaster)";
	if (beyond) {
		lib_fail(t, WHY_UNSUPPORTED, beyond);
		return;
	}
	t->step = LIB_DOOR;
	t->door = conf->jump ? conf->jump : conf->proxy_command ? conf->proxy_command :
		arena_printf(t->mem, "%s:%d", conf->host, conf->port);
	loop_timer_stop(t->timer); /* waiting for one's turn is nobody's fault */
	queue_enter(t->queue, t->door, &t->entrance);
}

/* ---- turns ---- */

static void exchange(struct lib *t)
{
	int rc = libssh2_session_handshake(t->session, t->fd);

	if (t->wire.step != WIRE_VERSION)
		lib_set_state(t, SSH_CHECKING_KEY);
	if (t->dead || rc == LIBSSH2_ERROR_EAGAIN)
		return;
	if (rc) {
		lib_broken(t, rc);
		return;
	}
	if (!lib_check_key(t))
		return;
	lib_set_state(t, SSH_AUTHENTICATING);
	t->step = LIB_LOGIN;
}

static bool log_in(struct lib *t)
{
	enum why why = WHY_NONE;
	const char *says = NULL;

	switch (login_step(t->login, t->session, &why, &says)) {
	case LOGIN_DONE:
		leave_door(t);
		t->step = LIB_OPEN;
		return false;
	case LOGIN_WAITS:
		return true;
	case LOGIN_AGAIN:
		return false;
	case LOGIN_FAILED:
		if (why == WHY_LOGIN_CLOSED) {
			lib_broken(t, libssh2_session_last_errno(t->session));
			return false;
		}
		t->beyond = login_more_with_ssh(t->login);
		lib_fail(t, why, says);
	}
	return false;
}

static void open_channel(struct lib *t)
{
	t->channel = libssh2_channel_open_ex(t->session, "session", strlen("session"), WINDOW, PACKET,
		NULL, 0);
	if (t->channel)
		t->step = LIB_EXEC;
	else if (libssh2_session_last_errno(t->session) != LIBSSH2_ERROR_EAGAIN)
		lib_broken(t, libssh2_session_last_errno(t->session));
}

static void execute(struct lib *t)
{
	int rc = libssh2_channel_process_startup(t->channel, "exec", strlen("exec"),
		t->config.command, (unsigned)strlen(t->config.command));

	if (rc == LIBSSH2_ERROR_EAGAIN)
		return;
	if (rc) {
		lib_broken(t, rc);
		return;
	}
	t->step = LIB_LIVE;
	t->wire.quick = false;
	login_free(t->login);
	t->login = NULL;
	lookup_free(t->lookup);
	t->lookup = NULL;
	t->found = NULL;
	lib_alive_start(t);
	lib_set_state(t, SSH_LIVE);
}

static void serve(void *owner)
{
	struct lib *t = owner;
	enum lib_step before;
	bool waits = false;

	if (t->dead || !t->session)
		return;
	t->wire.budget = WIRE_TURN;
	t->wire.more = false;
	do {
		before = t->step;
		if (t->step == LIB_EXCHANGE)
			exchange(t);
		else if (t->step == LIB_LOGIN)
			waits = log_in(t);
		else if (t->step == LIB_OPEN)
			open_channel(t);
		else if (t->step == LIB_EXEC)
			execute(t);
		else if (t->step == LIB_LIVE)
			lib_serve(t);
		else if (t->step == LIB_ENDING)
			lib_ending(t);
	} while (!t->dead && t->session && t->step != before && t->step < LIB_OVER);
	if (t->dead || !t->session || t->step == LIB_OVER)
		return;
	if (t->wire.more)
		lib_mark(t);
	set_events(t, waits || t->step == LIB_PROXY_ENDS);
}

/* ---- the transport ---- */

/* Once: a thousand ways need more descriptors than the usual soft limit. */
static void begin(void)
{
	static bool begun;
	struct rlimit files;

	if (begun)
		return;
	begun = libssh2_init(0) == 0;
	if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < files.rlim_max) {
		files.rlim_cur = files.rlim_max < 65536 ? files.rlim_max : 65536;
		setrlimit(RLIMIT_NOFILE, &files);
	}
}

static struct transport *lib_make(struct loop *loop, const struct transport_config *config,
	const struct transport_callbacks *callbacks, void *owner)
{
	struct lib *t = xcalloc(1, sizeof(*t));

	begin();
	t->base.ops = &libssh2_transport;
	t->base.callbacks = *callbacks;
	t->base.owner = owner;
	t->loop = loop;
	t->mem = arena_new();
	t->fd = -1;
	lib_pieces_init(&t->out);
	sshconf_keep(t->mem, config, &t->config);
	t->queue = queue_hold(loop);
	t->ring = keyring_hold(loop); /* a passphrase is asked for once, not once a login */
	t->turn.call = serve;
	t->turn.owner = t;
	t->entrance.call = admitted;
	t->entrance.owner = t;
	t->timer = loop_timer_new(loop, timer_cb, t);
	t->state = SSH_CONNECTING;
	return &t->base;
}

static void refused_cb(void *owner)
{
	struct lib *t = owner;
	const char *refused = sshconf_refused(&t->config);

	if (refused)
		lib_fail(t, WHY_CONFIG_REFUSED, refused);
	else
		lib_fail(t, WHY_UNSUPPORTED, methods_refused(libssh2_version(0)));
}

static void lib_start(struct transport *transport)
{
	struct lib *t = (struct lib *)transport;

	t->step = LIB_CONFIG;
	if (sshconf_refused(&t->config) || methods_refused(libssh2_version(0))) {
		loop_defer(t->loop, refused_cb, t);
		return;
	}
	t->deadline = loop_now(t->loop) + t->config.connect_timeout_ms + GRACE_MS;
	set_timer(t);
	t->query = sshconf_query_new(t->loop, t->mem, &t->config, conf_cb, t);
}

static void lib_write_cb(struct transport *transport, const char *bytes, size_t len)
{
	struct lib *t = (struct lib *)transport;

	if (t->step != LIB_OVER)
		lib_write(t, bytes, len);
}

static const char *lib_address(struct transport *transport)
{
	struct lib *t = (struct lib *)transport;

	return *t->address ? t->address : NULL;
}

const char *lib_beyond(const struct transport *transport)
{
	return ((const struct lib *)transport)->beyond;
}

static void free_now(void *owner)
{
	struct lib *t = owner;

	lib_hang_up(t);
	proxy_free(t->proxy);
	queue_drop(t->queue);
	lib_pieces_drop(&t->out);
	lib_streams_drop(t);
	arena_free(t->mem);
	free(t);
}

static void lib_free(struct transport *transport)
{
	struct lib *t = (struct lib *)transport;

	if (t->dead)
		return;
	leave_door(t);
	queue_unmark(t->queue, &t->turn);
	t->dead = true;
	loop_timer_free(t->timer);
	sshconf_query_free(t->query);
	lookup_free(t->lookup);
	t->found = NULL;
	dial_free(t->dial);
	login_free(t->login);
	keyring_drop(t->ring, t);
	if (t->poll)
		loop_poll_set(t->poll, 0);
	loop_defer(t->loop, free_now, t);
}

const struct transport_ops libssh2_transport = {
	.name = "libssh2",
	.make = lib_make,
	.start = lib_start,
	.write = lib_write_cb,
	.address = lib_address,
	.free = lib_free,
	.open = lib_open,
	.stream_write = lib_stream_write,
	.stream_free = lib_stream_free,
};
