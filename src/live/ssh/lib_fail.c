#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include "base/dlog.h"
#include "live/ssh/lib.h"
#include "live/ssh/methods.h"

/* What went wrong on the way to a login, from what the wire saw. */

#define TRIES 4 /* connections closed before a word: MaxStartups */

void lib_fail(struct lib *t, enum why why, const char *says)
{
	struct ssh_failure failure;

	if (why == WHY_UNSUPPORTED || why == WHY_NO_ALGORITHM)
		t->beyond = says;
	why_failure(why, &t->config, t->conf ? t->conf->port : t->config.port ? t->config.port : 22,
		says, t->mem, &failure);
	lib_close(t, &failure);
}

static const char *last_words(struct lib *t)
{
	char *words = NULL;

	if (*t->wire.goodbye)
		return arena_strdup(t->mem, t->wire.goodbye);
	if (t->wire.error)
		return strerror(t->wire.error);
	if (t->session && libssh2_session_last_error(t->session, &words, NULL, 0) && words)
		return arena_strdup(t->mem, words);
	return NULL;
}

void lib_dial_failed(struct lib *t, int error)
{
	const struct { int error; enum why why; } rows[] = {
		{ ECONNREFUSED, WHY_REFUSED }, { ETIMEDOUT, WHY_DIAL_SLOW },
		{ EHOSTUNREACH, WHY_NO_ROUTE }, { ENETUNREACH, WHY_NO_NETWORK },
		{ EHOSTDOWN, WHY_NO_ROUTE }, { EACCES, WHY_FIREWALL }, { EPERM, WHY_FIREWALL },
		{ EMFILE, WHY_LOCAL }, { ENFILE, WHY_LOCAL }, { ENOBUFS, WHY_LOCAL },
		{ ECONNRESET, WHY_RESET },
	};
	char address[DIAL_ADDRESS_SIZE];
	enum why why = WHY_DIAL;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].error == error)
			why = rows[i].why;
	lib_fail(t, why, arena_printf(t->mem, "connect to %s port %d: %s",
		dial_address(&t->found->addresses[0], address), t->conf->port, strerror(error)));
}

/* sshd drops at random what comes beyond MaxStartups: a little later it may take it. */
static bool try_again(struct lib *t)
{
	unsigned char dice = 0;

	if (t->proxy || ++t->tries >= TRIES)
		return false;
	if (getrandom(&dice, 1, 0) != 1)
		dice = 128;
	lib_hang_up(t);
	t->step = LIB_PAUSE;
	loop_timer_start(t->timer, (100 << t->tries) + dice);
	return true;
}

static void no_version(struct lib *t)
{
	const char *before = t->wire.before;
	bool crowded = strstr(before, "MaxStartups") != NULL;

	if (t->wire.flood)
		lib_fail(t, WHY_VERSION_FLOOD, NULL);
	else if (!strncmp(before, "HTTP/", 5))
		lib_fail(t, WHY_WEB, before);
	else if (strstr(before, "ot allowed at this time"))
		lib_fail(t, WHY_PENALTY, before);
	else if (*before && !crowded)
		lib_fail(t, WHY_NOT_SSH, before);
	else if (!try_again(t))
		lib_fail(t, t->wire.error == ECONNRESET && !crowded ? WHY_RESET : WHY_TOO_MANY,
			*before ? before : NULL);
}

void lib_proxy_broke(struct lib *t, bool timed_out)
{
	struct ssh_failure failure;

	proxy_failure(t->proxy, timed_out, t->mem, &failure);
	lib_close(t, &failure);
}

static void no_exchange(struct lib *t, int rc)
{
	struct buf words;
	bool explained;

	buf_init(&words, 4096);
	explained = methods_explain(t->session, t->conf, wire_offer(&t->wire), &words);
	if (explained)
		lib_fail(t, WHY_NO_ALGORITHM, arena_strndup(t->mem, words.data, words.len));
	else if (t->wire.ended || t->wire.error || rc == LIBSSH2_ERROR_SOCKET_DISCONNECT)
		lib_fail(t, WHY_EXCHANGE_CLOSED, last_words(t));
	else
		lib_fail(t, WHY_EXCHANGE, last_words(t));
	buf_release(&words);
}

void lib_broken(struct lib *t, int rc)
{
	dlog("libssh2 %s: rc %d at step %d, errno %d", t->config.target, rc, (int)t->step,
		t->wire.error);
	if (t->proxy && t->wire.step == WIRE_VERSION && !t->wire.flood)
		t->step = LIB_PROXY_ENDS; /* it will say why */
	else if (t->step == LIB_EXCHANGE && t->wire.step == WIRE_VERSION)
		no_version(t);
	else if (t->step == LIB_EXCHANGE)
		no_exchange(t, rc);
	else if (strstr(t->wire.goodbye, "authentication failures"))
		lib_fail(t, WHY_TOO_MANY_KEYS, t->wire.goodbye);
	else if (t->step == LIB_LOGIN)
		lib_fail(t, WHY_LOGIN_CLOSED, last_words(t));
	else if (t->step == LIB_OPEN)
		lib_fail(t, WHY_SESSION_REFUSED, last_words(t));
	else
		lib_fail(t, WHY_EXEC_REFUSED, last_words(t));
}

enum why lib_slow(const struct lib *t)
{
	switch (t->step) {
	case LIB_NEW: case LIB_CONFIG: case LIB_DOOR: case LIB_LOOKUP:
		return WHY_LOOKUP_SLOW;
	case LIB_DIAL: case LIB_PAUSE: case LIB_PROXY_ENDS:
		return WHY_DIAL_SLOW;
	case LIB_EXCHANGE:
		return t->wire.step == WIRE_VERSION ? WHY_VERSION_SLOW : WHY_EXCHANGE_SLOW;
	case LIB_LOGIN:
		return login_signing(t->login) ? WHY_SIGN_SLOW : WHY_LOGIN_SLOW;
	default:
		return WHY_SHELL_SLOW;
	}
}
