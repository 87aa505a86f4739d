/*
 * shell: the remote shell of one session: what is executed at login, what is fed to it,
 * and the reports that come back. Knows nothing of SSH: bytes go out through on_send and
 * come in through shell_feed, so that a test needs no server.
 *
 * Call order: new -> (make a transport that runs shell_command) -> start -> request ... ->
 * feed ... -> closed -> free. Requests made before start travel in the first write.
 * Callbacks come from inside shell_feed, shell_live, shell_closed and the loop's timers,
 * shell_request never calls one but on_send. shell_free is allowed in all of them.
 */
#ifndef LIVE_SHELL_H
#define LIVE_SHELL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "live/ssh/transport.h"

struct loop;
struct shell;

/* How it becomes root. */
enum shell_sudo {
	SHELL_SUDO_TRY, /* sudo -n (doas -n); else as the login user */
	SHELL_SUDO_NO,  /* stay the login user */
	SHELL_SUDO_ASK  /* sudo with a password */
};

struct shell_config {
	/*
	 * What makes the collectors, NULL-terminated, kept by the caller: probes/shell's
	 * pulse.sh first, then shell.sh, survey.sh and each link's collect.sh.
	 */
	const char *const *scripts;
	enum shell_sudo sudo;
	const char *password; /* SUDO_ASK: copied, given to sudo once, wiped */
	int hello_ms; /* how long the first frame may take from shell_start on, login and all */
};

struct shell_report {
	uint64_t seq;      /* of the request */
	const char *name;
	int version;
	unsigned flags;    /* enum event_flag */
	int exit, ms;
	const char *bytes; /* borrowed */
	size_t len;
};

struct shell_callbacks {
	void (*on_send)(void *owner, const char *bytes, size_t len);
	void (*on_ready)(void *owner); /* the first frame came */
	/* A report is whole, or its time is over (EVENT_LATE: partial; if the rest still
	 * comes, it is reported once more, whole). */
	void (*on_report)(void *owner, const struct shell_report *report);
	/* No shell answers, or sudo refused the password: close the transport. */
	void (*on_failed)(void *owner, const struct ssh_failure *failure);
};

struct shell *shell_new(struct loop *loop, const struct shell_config *config,
	const struct shell_callbacks *callbacks, void *owner);
void shell_free(struct shell *shell);

/* One line for any login shell (sh, bash, fish, csh); lives as long as the shell. */
const char *shell_command(const struct shell *shell);

/* Sends the scripts and what was asked so far (with SUDO_ASK: once sudo is through). */
void shell_start(struct shell *shell);
/* The transport is logged in: the times of the requests begin to count. */
void shell_live(struct shell *shell);

/*
 * Asks for a report; name "survey" asks for all. Name "round" asks for several, one after
 * the other: args holds names and their words with ";" between; each comes as a report of its
 * own, "round" last. False, and nothing is sent, when that
 * report is still under way from an earlier request, or the name is none.
 */
bool shell_request(struct shell *shell, uint64_t seq, const char *name,
	const char *const *args, int timeout_ms);

void shell_feed(struct shell *shell, const char *bytes, size_t len);

/*
 * The transport ended: what came of the reports under way is reported late; of which nothing
 * came, nothing is said. *failure is what the transport says; it is replaced where the shell
 * knows better (nothing answered, cannot fork).
 */
void shell_closed(struct shell *shell, struct ssh_failure *failure);

#endif
