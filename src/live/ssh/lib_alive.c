#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>

#include "live/ssh/lib.h"

/*
 * After 5 s of silence the channel is asked for something sshd refuses (an "env" request
 * on a channel that runs): the refusal is the sign of life, of sshd itself and not only of
 * the kernel below it, and it leaves nothing behind in libssh2 as keepalive replies do.
 * Whose fault a silence is, TCP knows: what is acknowledged has arrived.
 */

#define SILENT_MS 5000
#define STALE_MS 3000 /* without an answer */
#define DEAD_MS 15000
#define SLEPT_MS 5000

/* Grows by the time this machine slept. */
static int64_t slept(void)
{
	struct timespec boot, mono;

	clock_gettime(CLOCK_BOOTTIME, &boot);
	clock_gettime(CLOCK_MONOTONIC, &mono);
	return (int64_t)(boot.tv_sec - mono.tv_sec) * 1000 +
		(boot.tv_nsec - mono.tv_nsec) / 1000000;
}

void lib_alive_start(struct lib *t)
{
	t->heard = loop_now(t->loop);
	t->heard_bytes = t->wire.received;
	t->asleep = slept();
	loop_timer_start(t->timer, SILENT_MS);
}

enum why lib_alive_why(const struct lib *t)
{
	struct tcp_info info = { 0 };
	socklen_t len = sizeof(info);
	int queued = 0; /* not acknowledged, or could not even leave this machine */

	if (!t->tcp || getsockopt(t->fd, IPPROTO_TCP, TCP_INFO, &info, &len) < 0)
		return WHY_LOST_PROTOCOL;
	if (ioctl(t->fd, SIOCOUTQ, &queued) < 0)
		queued = 0;
	return info.tcpi_retransmits || info.tcpi_unacked || queued ? WHY_LOST_NETWORK :
		WHY_LOST_SERVER;
}

static void stale(struct lib *t)
{
	struct ssh_failure why;

	if (t->state == SSH_STALE)
		return;
	why_failure(lib_alive_why(t), &t->config, t->conf->port, NULL, t->mem, &why);
	if (t->base.callbacks.on_note)
		t->base.callbacks.on_note(t->base.owner, why.says);
	lib_set_state(t, SSH_STALE);
}

void lib_alive_timer(struct lib *t)
{
	int64_t now = loop_now(t->loop), was = t->asleep, silent;

	if (t->step == LIB_ENDING) {
		lib_mark(t);
		return;
	}
	t->asleep = slept();
	silent = t->asked ? now - (t->heard > t->asked ? t->heard : t->asked) : 0;
	if (silent >= DEAD_MS) {
		lib_fail(t, lib_alive_why(t), NULL);
		return;
	}
	if (silent >= STALE_MS)
		stale(t);
	if (!t->asked && (now - t->heard >= SILENT_MS || t->asleep - was > SLEPT_MS)) {
		t->asked = now;
		lib_mark(t);
	}
	if (!t->dead && t->step == LIB_LIVE)
		loop_timer_start(t->timer, t->asked ? 1000 : SILENT_MS - (now - t->heard));
}

bool lib_alive_serve(struct lib *t)
{
	int rc;

	if (!t->asked || t->writing || t->sender)
		return false;
	rc = libssh2_channel_setenv_ex(t->channel, "X", 1, "1", 1);
	t->pinging = rc == LIBSSH2_ERROR_EAGAIN &&
		libssh2_session_block_directions(t->session) & LIBSSH2_SESSION_BLOCK_OUTBOUND;
	if (rc != LIBSSH2_ERROR_EAGAIN && rc != LIBSSH2_ERROR_BAD_USE)
		t->asked = 0;
	return t->pinging;
}
