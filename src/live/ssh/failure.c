#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "live/ssh/words.h"

/*
 * The sentences. Earlier rows win: what ssh says first and last about one failure is
 * often two lines, of which one knows more. In the advice: {host} as the user named it,
 * {port}, {accept} the command that would ask about the key, {type} file of the key.
 * Checked against OpenSSH 9.2 and its sources from 8.0 on.
 */
struct words_row {
	const char *needle;
	enum ssh_error error;
	const char *step, *advice;
};

static const struct words_row rows[] = {
	{ "REVOKED HOST KEY DETECTED", SSH_E_KEY_REVOKED, "host key",
	  "somebody marked this key as revoked: do not log in; find out on the server's own "
	  "console whether it was given a new key" },
	{ "REMOTE HOST IDENTIFICATION HAS CHANGED", SSH_E_KEY_CHANGED, "host key",
	  "never ignore this: compare the fingerprint on the server's own console "
	  "(ssh-keygen -lf {type}) and only if it is the same remove the old key with: {remove}" },
	{ "host key is known for", SSH_E_KEY_UNKNOWN, "host key", NULL },
	{ "Host key verification failed", SSH_E_KEY_UNKNOWN, "host key", NULL },
	{ "Could not resolve hostname", SSH_E_NO_NAME, "resolve",
	  "check the spelling of {host} and this machine's DNS" },
	{ "Bad configuration option", SSH_E_USAGE, "configuration", "correct the ssh configuration" },
	{ "an't open user config file", SSH_E_USAGE, "configuration",
	  "give -F a file that can be read" },
	{ "Bad owner or permissions on", SSH_E_USAGE, "configuration",
	  "the ssh configuration must belong to you and be writable by nobody else" },
	{ "terminating, ", SSH_E_USAGE, "configuration", "correct the ssh configuration" },
	{ "Bad port ", SSH_E_USAGE, "configuration", "give a port from 1 to 65535" },
	{ "nvalid jump host", SSH_E_USAGE, "configuration", "write the jump host as [user@]host[:port]" },
	{ "remote port forwarding failed", SSH_E_USAGE, "configuration",
	  "remove the forwarding from the ssh configuration" },
	{ "open failed: ", SSH_E_JUMP, "jump",
	  "the jump host was reached but could not open the way to {host} from there" },
	{ "stdio forwarding failed", SSH_E_JUMP, "jump",
	  "the jump host was reached but could not open the way to {host} from there" },
	{ "Connection refused", SSH_E_REFUSED, "connect",
	  "the machine answers but no sshd listens on port {port}: check the port, or start sshd "
	  "on its own console" },
	{ "No route to host", SSH_E_UNREACHABLE, "connect",
	  "no way leads to {host} from here: check that it is up, and your own network or VPN" },
	{ "Network is unreachable", SSH_E_UNREACHABLE, "connect",
	  "no way leads to {host} from here: check your own network or VPN" },
	{ "Host is down", SSH_E_UNREACHABLE, "connect", "{host} does not answer on its network" },
	{ "Connection timed out during banner exchange", SSH_E_TIMEOUT, "connect",
	  "port {port} accepts but sshd says nothing: the host may be out of memory or "
	  "processes; look at its own console" },
	{ "timed out", SSH_E_TIMEOUT, "connect",
	  "nothing answers on port {port}: the host may be down, or a firewall drops you" },
	{ "Unable to negotiate", SSH_E_ALGORITHMS, "host key",
	  "this ssh and that sshd share no algorithm: allow one of their offer in the ssh "
	  "configuration, or update the older side" },
	{ "no matching", SSH_E_ALGORITHMS, "host key",
	  "this ssh and that sshd share no algorithm: update the older side" },
	{ "invalid format", SSH_E_NOT_SSH, "connect",
	  "something answers on port {port}, but it is not SSH: check the port" },
	{ "invalid characters", SSH_E_NOT_SSH, "connect",
	  "something answers on port {port}, but it is not SSH: check the port" },
	{ "Bad remote protocol version", SSH_E_NOT_SSH, "connect",
	  "something answers on port {port}, but it is not SSH: check the port" },
	{ "message authentication code incorrect", SSH_E_NOT_SSH, "connect",
	  "what port {port} says is no valid SSH: it is no sshd, or something between changes it" },
	{ "Bad packet length", SSH_E_NOT_SSH, "connect",
	  "what port {port} says is no valid SSH: it is no sshd, or something between changes it" },
	{ "ot allowed at this time", SSH_E_CLOSED, "connect",
	  "sshd refuses this address for a while after failed logins (PerSourcePenalties): wait "
	  "a minute" },
	{ "Too many authentication failures", SSH_E_AUTH, "login",
	  "the agent offers too many keys: name the right one with -i and set IdentitiesOnly=yes" },
	{ "Permission denied (", SSH_E_AUTH, "login",
	  "the server accepts none of the keys offered: check the user, name the right key with "
	  "-i, or load it with ssh-add" },
	{ "Permission denied", SSH_E_UNREACHABLE, "connect",
	  "a firewall on this machine or on the way forbids the connection" },
	{ "exec request failed", SSH_E_NO_SHELL, "shell",
	  "the server refuses to run commands for this user: check its shell and ForceCommand" },
	{ "Password change required", SSH_E_NO_SHELL, "shell",
	  "the server wants this user to change its password first: log in once by hand" },
	{ "annot fork", SSH_E_NO_SHELL, "shell",
	  "the host cannot start a process any more (out of processes or memory): free some on "
	  "its own console" },
	{ "fork: ", SSH_E_NO_SHELL, "shell",
	  "the host cannot start a process any more (out of processes or memory): free some on "
	  "its own console" },
	{ "kex_exchange_identification", SSH_E_CLOSED, "connect",
	  "sshd took the connection and closed it at once: too many logins at a time "
	  "(MaxStartups), a ban (fail2ban, hosts.deny), or a host out of processes" },
	{ "ssh_exchange_identification", SSH_E_CLOSED, "connect",
	  "sshd took the connection and closed it at once: too many logins at a time "
	  "(MaxStartups), a ban (fail2ban, hosts.deny), or a host out of processes" },
	{ "Received disconnect from", SSH_E_CLOSED, "login", "sshd ended the connection before login" },
	{ "closed by remote host", SSH_E_LOST, "shell",
	  "the server ended the connection: sshd was stopped, the host went down, or something killed it" },
	{ "Timeout, server", SSH_E_LOST, "shell",
	  "the server stopped answering: the host hangs, or the network between is gone" },
	{ "Broken pipe", SSH_E_LOST, "shell", "the connection broke: check your own network" },
	{ "Connection closed by", SSH_E_CLOSED, "login",
	  "sshd ended the connection before login: the account may be locked or expired, or "
	  "/etc/nologin forbids logins; the server's auth log says which" },
	{ "Connection reset by", SSH_E_CLOSED, "connect", "the connection was reset before login" },
};


void words_match(struct words *w, struct span s)
{
	size_t i, len = s.n < sizeof(w->says) - 1 ? s.n : sizeof(w->says) - 1;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (w->row && &rows[i] >= w->row)
			return;
		if (!span_has(s, rows[i].needle))
			continue;
		w->row = &rows[i];
		memcpy(w->says, s.p, len);
		w->says[len] = '\0';
		return;
	}
}

/* Quoted only where a shell would stumble: these lines are read and typed by people. */
static void word(struct buf *out, const char *before, const char *text)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789@._:/%+=,-";

	buf_adds(out, before);
	if (*text && !text[strspn(text, plain)])
		buf_adds(out, text);
	else
		text_shell_quote(out, span_of(text));
}

/* The command that shows the key and asks, with what the user gave us. */
static void accept_command(struct buf *out, const struct transport_config *c)
{
	size_t i;

	buf_adds(out, "ssh");
	if (c->config_file)
		word(out, " -F ", c->config_file);
	for (i = 0; c->identities && c->identities[i]; i++)
		word(out, " -i ", c->identities[i]);
	if (c->user)
		word(out, " -l ", c->user);
	if (c->port)
		buf_addf(out, " -p %d", c->port);
	if (c->jump)
		word(out, " -J ", c->jump);
	if (c->known_hosts)
		word(out, " -o UserKnownHostsFile=", c->known_hosts);
	word(out, " -o StrictHostKeyChecking=ask ", c->target);
}

/* ssh-keygen names a host with another port than 22 [host]:port. */
static void remove_command(struct buf *out, const struct words *w,
	const struct transport_config *c)
{
	const char *colon = strrchr(w->known_hosts, ':');
	const char *at = strrchr(c->target, '@');
	const char *host = at ? at + 1 : c->target;
	char *file = xstrndup(w->known_hosts, colon ? (size_t)(colon - w->known_hosts) : 0);
	char *name = c->port && c->port != 22 ? xasprintf("[%s]:%d", host, c->port) : xstrdup(host);

	buf_adds(out, "ssh-keygen");
	if (*file)
		word(out, " -f ", file);
	word(out, " -R ", name);
	free(name);
	free(file);
}

/* /etc/ssh/ssh_host_ed25519_key.pub for ssh-ed25519, likewise ecdsa and rsa. */
static void key_file(struct buf *out, const struct words *w)
{
	const char *type = "ed25519";

	if (!strncmp(w->key_type, "ecdsa", 5))
		type = "ecdsa";
	else if (strstr(w->key_type, "rsa"))
		type = "rsa";
	buf_addf(out, "/etc/ssh/ssh_host_%s_key.pub", type);
}

static void fill(struct buf *out, const char *text, const struct words *w,
	const struct transport_config *c)
{
	const char *open;

	for (; (open = strchr(text, '{')); text = strchr(open, '}') + 1) {
		buf_add(out, text, (size_t)(open - text));
		if (!strncmp(open, "{host}", 6))
			buf_adds(out, c->target);
		else if (!strncmp(open, "{port}", 6))
			buf_addf(out, "%d", c->port ? c->port : 22);
		else if (!strncmp(open, "{type}", 6))
			key_file(out, w);
		else if (!strncmp(open, "{key}", 5))
			word(out, "", w->accepted);
		else if (!strncmp(open, "{accept}", 8))
			accept_command(out, c);
		else if (!strncmp(open, "{remove}", 8))
			remove_command(out, w, c);
	}
	buf_adds(out, text);
}

static void set(struct ssh_failure *f, enum ssh_error error, const char *step,
	const char *says, const char *advice)
{
	f->error = error;
	f->step = step;
	f->says = says;
	f->advice = advice;
}

static void no_progress(const struct words *w, struct ssh_failure *f)
{
	if (w->step <= WORDS_RESOLVE)
		set(f, SSH_E_TIMEOUT, "resolve", "no answer in time while looking up the name",
			"check this machine's DNS");
	else if (w->proxied && !words_target_answers(w))
		set(f, SSH_E_JUMP, "jump", "no answer in time by way of the jump host",
			"check that the jump host is up and may open a way to {host}");
	else if (w->step == WORDS_CONNECT)
		set(f, SSH_E_TIMEOUT, "connect", "no answer in time",
			"nothing answers on port {port}: the host may be down, or a firewall drops you");
	else if (w->step == WORDS_BANNER)
		set(f, SSH_E_TIMEOUT, "connect", "connected, but no SSH version came in time",
			"port {port} accepts but sshd says nothing: the host may be out of memory or "
			"processes; look at its own console");
	else if (w->step == WORDS_KEY)
		set(f, SSH_E_TIMEOUT, "host key", "no key exchange in time",
			"sshd answers too slowly: the host may be overloaded; look at its own console");
	else
		set(f, SSH_E_TIMEOUT, "login", "no login in time",
			"the agent may be waiting for you (touch, confirmation), or sshd hangs on the "
			"host (PAM, DNS); try ssh {host} by hand");
}

static const char *shell_advice(int exit_status)
{
	return exit_status == 126 || exit_status == 127 ?
		"the server has no /bin/sh that it may run" :
		"the session ended on the server: its shell exited, or something killed it";
}

static void unmatched(const struct words *w, int exit_status, struct ssh_failure *f)
{
	if (words_live(w))
		set(f, SSH_E_LOST, "shell", *w->last ? w->last : "the remote shell ended",
			shell_advice(exit_status));
	else if (w->proxied && !words_target_answers(w))
		set(f, SSH_E_JUMP, "jump", *w->last ? w->last : "the way to the host ended",
			"check the jump host or ProxyCommand by hand: ssh {host}");
	else if (w->step <= WORDS_RESOLVE)
		set(f, SSH_E_USAGE, "configuration", *w->last ? w->last : "ssh ended",
			"correct the ssh configuration; try ssh {host} by hand");
	else
		set(f, SSH_E_CLOSED, "login", *w->last ? w->last : "ssh ended before login",
			"try ssh {host} by hand");
}

/* What a matched row says, made better by what else was seen. */
static void refine(const struct words *w, struct ssh_failure *f)
{
	bool before_target = w->proxied && !words_target_answers(w);

	if (f->error == SSH_E_KEY_UNKNOWN)
		f->advice = "compare this fingerprint with the server's own (ssh-keygen -lf {type} on "
			"its console), then accept it with: {accept}";
	if (f->error == SSH_E_CLOSED && *w->before) {
		f->says = w->before;
		if (!strncmp(w->before, "HTTP/", 5))
			set(f, SSH_E_NOT_SSH, "connect", w->before,
				"a web server answers on port {port}, not SSH: check the port");
	}
	if (f->error == SSH_E_CLOSED && !strncmp(f->says, "Connection closed by", 20) && *w->last)
		f->says = w->last;
	if (f->error == SSH_E_AUTH && *w->hint)
		set(f, SSH_E_KEY_FILE, "login", w->hint,
			"make the key file readable for you alone (chmod 600) and valid, or load it "
			"with ssh-add");
	else if (f->error == SSH_E_AUTH && *w->accepted && !w->partial)
		set(f, SSH_E_KEY_FILE, "login",
			"the server accepts the key, but it could not be used: it has a passphrase",
			"load it first with: ssh-add {key}");
	if (f->error == SSH_E_LOST && !words_live(w))
		f->step = w->step < WORDS_LOGIN ? "connect" : "login";
	if (before_target && f->error != SSH_E_KEY_UNKNOWN && f->error != SSH_E_KEY_CHANGED &&
	    f->error != SSH_E_KEY_REVOKED && f->error != SSH_E_USAGE && f->error != SSH_E_JUMP)
		set(f, SSH_E_JUMP, "jump", f->says,
			"the jump host is in the way: make `ssh JUMP true` work first");
	else if (before_target && f->error != SSH_E_USAGE)
		f->step = "jump";
}

/* ssh draws a frame of @ around its gravest warnings. */
static struct span unframed(struct span says)
{
	while (says.n && (*says.p == '@' || *says.p == ' '))
		says = span_skip(says, 1);
	while (says.n && (says.p[says.n - 1] == '@' || says.p[says.n - 1] == ' '))
		says.n--;
	return says;
}

void words_failure(const struct words *w, const struct transport_config *config,
	bool timed_out, int exit_status, struct arena *mem, struct ssh_failure *ret)
{
	struct buf advice;

	memset(ret, 0, sizeof(*ret));
	if (timed_out)
		no_progress(w, ret);
	else if (w->row && (!words_live(w) || w->row->error == SSH_E_LOST ||
			    w->row->error == SSH_E_NO_SHELL))
		set(ret, w->row->error, w->row->step, w->says, w->row->advice);
	else
		unmatched(w, exit_status, ret);
	if (!timed_out && w->row && ret->error == w->row->error)
		refine(w, ret);
	buf_init(&advice, 8192);
	fill(&advice, ret->advice ? ret->advice : "", w, config);
	ret->advice = text_clean_dup(mem, span_from(advice.data, advice.len));
	buf_release(&advice);
	ret->says = text_clean_dup(mem, unframed(span_of(ret->says)));
	if (ret->error == SSH_E_KEY_UNKNOWN || ret->error == SSH_E_KEY_CHANGED ||
	    ret->error == SSH_E_KEY_REVOKED) {
		ret->fingerprint = *w->fingerprint ? text_clean_dup(mem, span_of(w->fingerprint)) : NULL;
		if (*w->known_hosts)
			ret->known_hosts = text_clean_dup(mem, span_of(w->known_hosts));
		else
			ret->known_hosts = config->known_hosts ?
				arena_strdup(mem, config->known_hosts) : "~/.ssh/known_hosts";
	}
}
