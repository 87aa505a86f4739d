#include "live/live.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "live/http/http.h"
#include "loop/loop.h"
#include "model/link.h"

/*
 * How it works: each host owns a shell and a transport, made at once, so that requests
 * queue in the shell while the way is being made. Ways are begun in turn: sshd drops new
 * connections at random beyond ten that have not logged in (MaxStartups 10:30:100), so
 * at most eight to one address (a bastion is one address) and 32 in all are under way.
 */

#define PER_ADDRESS 8
#define IN_ALL 32
#define ACT_REPORT "act" /* w5_act in probes/shell/shell.sh */

enum phase { PHASE_WAITING, PHASE_CONNECTING, PHASE_LOGGED_IN, PHASE_OVER };

struct live;

struct host {
	struct live *live;
	char *name;
	char *door; /* what decides which sshd is knocked at */
	struct transport *transport; /* NULL once it is over */
	struct shell *shell;
	char *note; /* what the transport said before its next state */
	char *step; /* name of the action's step under way */
	enum phase phase;
	bool ready; /* its shell has answered */
};

struct live {
	struct source source; /* first: a struct source * is one of these */
	struct loop *loop;
	struct http *http;
	struct host *hosts;
	size_t count;
	uint64_t seq;
	bool closed;
};

static void emit(struct live *live, struct event *event)
{
	if (live->closed)
		return;
	event->seq = ++live->seq;
	event->mono = loop_now(live->loop);
	event->wall = loop_wall(live->loop);
	live->source.sink(live->source.owner, event);
}

static void emit_link(struct host *host, enum ssh_state state, const struct ssh_failure *why)
{
	struct link_info info = {
		.state = ssh_state_name(state), .transport = host->transport->ops->name,
		.address = host->transport->ops->address(host->transport),
	};
	struct event event = {
		.host = host->name, .kind = EVENT_LINK, .name = info.state,
		.exit = EVENT_EXIT_UNKNOWN, .ms = -1, .version = 1,
	};
	struct buf json;

	info.says = host->note;
	if (why) {
		info.step = why->step;
		info.error = ssh_error_name(why->error);
		info.says = why->says;
		info.advice = why->advice;
		info.fingerprint = why->fingerprint;
		info.known_hosts = why->known_hosts;
	}
	buf_init(&json, 65536);
	link_info_write(&json, &info);
	event.bytes = json.data;
	event.len = json.len;
	emit(host->live, &event);
	buf_release(&json);
	free(host->note);
	host->note = NULL;
}

/* ---- connecting in turn ---- */

static bool may_start(const struct live *live, const struct host *host)
{
	size_t i, all = 0, same = 0;

	for (i = 0; i < live->count; i++) {
		if (live->hosts[i].phase != PHASE_CONNECTING)
			continue;
		all++;
		same += !strcmp(live->hosts[i].door, host->door);
	}
	return all < IN_ALL && same < PER_ADDRESS;
}

static void begin(void *owner)
{
	struct live *live = owner;
	struct host *host;
	size_t i;

	for (i = 0; i < live->count && !live->closed; i++) {
		host = &live->hosts[i];
		if (host->phase != PHASE_WAITING || !may_start(live, host))
			continue;
		host->phase = PHASE_CONNECTING;
		host->transport->ops->start(host->transport);
		shell_start(host->shell);
		emit_link(host, SSH_CONNECTING, NULL);
	}
}

static void end_transport(struct host *host)
{
	if (host->transport)
		host->transport->ops->free(host->transport);
	host->transport = NULL;
}

static void over(struct host *host, const struct ssh_failure *why)
{
	if (host->phase == PHASE_OVER || host->live->closed)
		return;
	host->phase = PHASE_OVER;
	emit_link(host, host->ready ? SSH_DEAD : SSH_FAILED, why);
	end_transport(host);
	begin(host->live);
}

/* ---- callbacks of the transport and of the shell ---- */

static void on_state(void *owner, enum ssh_state state)
{
	struct host *host = owner;

	if ((state == SSH_CHECKING_KEY || state == SSH_AUTHENTICATING) && !host->ready)
		emit_link(host, state, NULL);
	if (host->ready && (state == SSH_STALE || state == SSH_LIVE))
		emit_link(host, state, NULL);
	if (state != SSH_LIVE || host->live->closed || host->phase == PHASE_LOGGED_IN)
		return;
	host->phase = PHASE_LOGGED_IN;
	shell_live(host->shell);
	begin(host->live);
}

static void on_note(void *owner, const char *says)
{
	struct host *host = owner;

	free(host->note);
	host->note = xstrdup(says);
	if (!host->ready)
		emit_link(host, SSH_CONNECTING, NULL);
}

static void on_data(void *owner, const char *bytes, size_t len)
{
	struct host *host = owner;

	shell_feed(host->shell, bytes, len);
}

static void on_closed(void *owner, const struct ssh_failure *failure)
{
	struct host *host = owner;
	struct ssh_failure why = *failure;

	shell_closed(host->shell, &why);
	over(host, &why);
}

static void on_send(void *owner, const char *bytes, size_t len)
{
	struct host *host = owner;

	if (host->transport)
		host->transport->ops->write(host->transport, bytes, len);
}

static void on_ready(void *owner)
{
	struct host *host = owner;

	host->ready = true;
	emit_link(host, SSH_LIVE, NULL);
}

static void on_report(void *owner, const struct shell_report *report)
{
	struct host *host = owner;
	bool act = !strcmp(report->name, ACT_REPORT) && host->step;
	struct event event = {
		.host = host->name, .kind = act ? EVENT_ACTION : EVENT_REPORT,
		.name = act ? host->step : report->name,
		.version = report->version, .re = report->seq, .flags = report->flags,
		.exit = report->exit, .ms = report->ms, .bytes = report->bytes, .len = report->len,
	};

	emit(host->live, &event);
}

/* The way is there but leads nowhere: it is closed, and what was asked is answered late. */
static void on_failed(void *owner, const struct ssh_failure *failure)
{
	struct host *host = owner;
	struct ssh_failure why = *failure;

	shell_closed(host->shell, &why);
	over(host, failure);
}

static void on_page(void *owner, const struct event *event)
{
	struct event numbered = *event;

	emit(owner, &numbered);
}

/* ---- the source ---- */

static void live_start(struct source *source)
{
	struct live *live = (struct live *)source;

	loop_defer(live->loop, begin, live);
}

static struct source_time live_now(struct source *source)
{
	struct live *live = (struct live *)source;
	struct source_time now = { loop_now(live->loop), loop_wall(live->loop) };

	return now;
}

static struct host *find(struct live *live, const char *name)
{
	size_t i;

	for (i = 0; i < live->count; i++)
		if (!strcmp(live->hosts[i].name, name))
			return &live->hosts[i];
	return NULL;
}

static uint64_t live_request(struct source *source, const struct request *request)
{
	struct live *live = (struct live *)source;
	struct host *host = find(live, request->host);

	switch (request->kind) {
	case REQUEST_HTTP:
		http_get(live->http, ++live->seq, request->host, request->page);
		return live->seq;
	case REQUEST_REPORT:
		if (host && host->phase != PHASE_OVER &&
		    shell_request(host->shell, live->seq + 1, request->name, request->args,
			    request->timeout_ms))
			return ++live->seq;
		break;
	case REQUEST_TAIL:
		break; /* logs are followed by rounds of w5_log */
	}
	return 0;
}

/* A step is a report of its own: framed, with an end, beside the rounds. One at a time. */
static uint64_t live_act(struct source *source, const struct action_step *step,
	const char **ret_why)
{
	struct live *live = (struct live *)source;
	struct host *host = find(live, step->host);
	const char *args[] = { step->script, NULL };

	if (!host || host->phase != PHASE_LOGGED_IN || !host->ready) {
		*ret_why = "nobody is logged in there";
		return 0;
	}
	if (!shell_request(host->shell, live->seq + 1, ACT_REPORT, args, step->timeout_ms)) {
		*ret_why = "another step is still under way there";
		return 0;
	}
	free(host->step);
	host->step = xstrdup(step->name);
	return ++live->seq;
}

static void free_now(void *owner)
{
	struct live *live = owner;
	size_t i;

	for (i = 0; i < live->count; i++) {
		free(live->hosts[i].note);
		free(live->hosts[i].step);
		free(live->hosts[i].name);
		free(live->hosts[i].door);
	}
	free(live->hosts);
	free(live);
}

static void live_close(struct source *source)
{
	struct live *live = (struct live *)source;
	size_t i;

	live->closed = true;
	http_free(live->http);
	for (i = 0; i < live->count; i++) {
		shell_free(live->hosts[i].shell);
		end_transport(&live->hosts[i]);
	}
	loop_defer(live->loop, free_now, live);
}

static const struct source_ops live_ops = {
	.start = live_start,
	.now = live_now,
	.request = live_request,
	.act = live_act,
	.close = live_close,
};

/* A jump host is the sshd that is knocked at; else the target's host and port. */
static char *door(const struct transport_config *ssh)
{
	const char *at = strrchr(ssh->target, '@');

	if (ssh->jump)
		return xstrdup(ssh->jump);
	return xasprintf("%s:%d", at ? at + 1 : ssh->target, ssh->port);
}

static void make_host(struct live *live, struct host *host, const struct live_host *config,
	const char *const *scripts)
{
	struct shell_config shell = {
		.scripts = scripts, .sudo = config->sudo, .password = config->sudo_password,
		.hello_ms = config->ssh.connect_timeout_ms,
	};
	static const struct shell_callbacks from_shell = {
		.on_send = on_send, .on_ready = on_ready, .on_report = on_report,
		.on_failed = on_failed,
	};
	static const struct transport_callbacks from_transport = {
		.on_state = on_state, .on_data = on_data, .on_closed = on_closed,
		.on_note = on_note,
	};
	struct transport_config ssh = config->ssh;

	host->live = live;
	host->name = xstrdup(config->name);
	host->door = door(&config->ssh);
	host->shell = shell_new(live->loop, &shell, &from_shell, host);
	ssh.command = shell_command(host->shell);
	host->transport = config->transport->make(live->loop, &ssh, &from_transport, host);
}

struct source *live_new(struct loop *loop, const struct live_config *config)
{
	struct live *live = xcalloc(1, sizeof(*live));
	size_t i;

	live->source.ops = &live_ops;
	live->source.live = true;
	live->loop = loop;
	live->http = http_new(loop, on_page, live);
	live->count = config->host_count;
	live->hosts = xcalloc(live->count + 1, sizeof(*live->hosts));
	for (i = 0; i < live->count; i++)
		make_host(live, &live->hosts[i], &config->hosts[i], config->scripts);
	return &live->source;
}
