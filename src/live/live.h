/*
 * live: the source that speaks with real servers: one SSH way and remote shell per host
 * (live/ssh, live/shell.h) and page requests from here (live/http). Implements
 * model/source.h: live_new, set sink and owner, ops->start, request ..., ops->close.
 *
 * Events: EVENT_LINK at each state of a host's way (payload: model/link.h; the last one is
 * failed or dead, nothing more comes from that host's server then), EVENT_REPORT for each
 * report (re: the request's seq; a request "survey" is answered by many and ends with the
 * report "survey"), EVENT_HTTP for each page, EVENT_ACTION for each step of an action (what
 * its script printed; EVENT_LATE or nothing at all when the way is lost: outcome unknown). Requests made before a host is reached wait
 * for it. While the way lasts each gets its answer, EVENT_LATE where none came in time; once
 * it is lost, only what had begun to come is still told. request() gives 0 for an unknown
 * host, one that is lost, or a report that is still under way.
 */
#ifndef LIVE_LIVE_H
#define LIVE_LIVE_H

#include <stddef.h>

#include "live/shell.h"
#include "live/ssh/transport.h"
#include "model/source.h"

struct live_host {
	const char *name;           /* `host` of its events: the target as the user named it */
	const struct transport_ops *transport;
	struct transport_config ssh; /* but for `command`, which live sets */
	enum shell_sudo sudo;
	const char *sudo_password;  /* SHELL_SUDO_ASK; may be wiped after live_new */
};

struct live_config {
	const struct live_host *hosts;
	size_t host_count;
	const char *const *scripts; /* see shell.h; lives as long as the source */
};

/* Takes copies of all but the scripts. */
struct source *live_new(struct loop *loop, const struct live_config *config);

#endif
