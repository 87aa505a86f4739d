#include "live/ssh/why.h"

#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "live/ssh/packet.h"
#include "live/ssh/words.h"

/* In the advice: {host} as the user named it, {port}. */
static const struct {
	enum ssh_error error;
	const char *step, *says, *advice;
} rows[WHY_COUNT] = {
	[WHY_CONFIG_REFUSED] = { SSH_E_USAGE, "configuration", "that is no target",
		"write it as ssh would take it: [user@]host" },
	[WHY_LOCAL] = { SSH_E_LOCAL, "start", "this machine could not make the connection",
		"free descriptors, memory or processes here" },
	[WHY_UNSUPPORTED] = { SSH_E_ALGORITHMS, "configuration", "libssh2 cannot do this",
		"use --transport auto or openssh" },
	[WHY_LOOKUP] = { SSH_E_NO_NAME, "resolve", "Could not resolve the name",
		"check the spelling of {host} and this machine's DNS" },
	[WHY_LOOKUP_SLOW] = { SSH_E_TIMEOUT, "resolve",
		"no answer in time while looking up the name", "check this machine's DNS" },
	[WHY_REFUSED] = { SSH_E_REFUSED, "connect", "Connection refused",
		"the machine answers but no sshd listens on port {port}: check the port, or start "
		"sshd on its own console" },
	[WHY_DIAL_SLOW] = { SSH_E_TIMEOUT, "connect", "no answer in time",
		"nothing answers on port {port}: the host may be down, or a firewall drops you" },
	[WHY_NO_ROUTE] = { SSH_E_UNREACHABLE, "connect", "No route to host",
		"no way leads to {host} from here: check that it is up, and your own network or VPN" },
	[WHY_NO_NETWORK] = { SSH_E_UNREACHABLE, "connect", "Network is unreachable",
		"no way leads to {host} from here: check your own network or VPN" },
	[WHY_FIREWALL] = { SSH_E_UNREACHABLE, "connect", "Permission denied",
		"a firewall on this machine or on the way forbids the connection" },
	[WHY_DIAL] = { SSH_E_UNREACHABLE, "connect", "the connection could not be made",
		"check your own network, and that {host} is up" },
	[WHY_VERSION_SLOW] = { SSH_E_TIMEOUT, "connect",
		"connected, but no SSH version came in time",
		"port {port} accepts but sshd says nothing: the host may be out of memory or "
		"processes; look at its own console" },
	[WHY_VERSION_FLOOD] = { SSH_E_NOT_SSH, "connect",
		"it talks on and on and never says its SSH version",
		"something answers on port {port}, but it is not SSH: check the port" },
	[WHY_NOT_SSH] = { SSH_E_NOT_SSH, "connect", "what answers is not SSH",
		"something answers on port {port}, but it is not SSH: check the port" },
	[WHY_WEB] = { SSH_E_NOT_SSH, "connect", "HTTP",
		"a web server answers on port {port}, not SSH: check the port" },
	[WHY_TOO_MANY] = { SSH_E_CLOSED, "connect", "the connection was closed before any word",
		"sshd took the connection and closed it at once: too many logins at a time "
		"(MaxStartups), a ban (fail2ban, hosts.deny), or a host out of processes" },
	[WHY_PENALTY] = { SSH_E_CLOSED, "connect", "Not allowed at this time",
		"sshd refuses this address for a while after failed logins (PerSourcePenalties): "
		"wait a minute" },
	[WHY_RESET] = { SSH_E_CLOSED, "connect", "Connection reset by peer",
		"the connection was reset before login: too many logins at a time (MaxStartups), a "
		"ban, or a firewall on the way" },
	[WHY_NO_ALGORITHM] = { SSH_E_ALGORITHMS, "host key", "no common algorithm",
		"libssh2 and that sshd share no algorithm: use --transport openssh" },
	[WHY_EXCHANGE] = { SSH_E_ALGORITHMS, "host key", "the key exchange failed",
		"something on the way may change the bytes; try ssh {host} by hand" },
	[WHY_EXCHANGE_SLOW] = { SSH_E_TIMEOUT, "host key", "no key exchange in time",
		"sshd answers too slowly: the host may be overloaded; look at its own console" },
	[WHY_EXCHANGE_CLOSED] = { SSH_E_CLOSED, "host key",
		"the connection was closed during the key exchange",
		"sshd ended the connection before login: too many logins at a time (MaxStartups), or "
		"a host out of processes" },
	[WHY_NO_KEYS] = { SSH_E_KEY_FILE, "login", "there is no key to log in with",
		"name one with -i, or load it with ssh-add" },
	[WHY_DENIED] = { SSH_E_AUTH, "login", "Permission denied",
		"the server accepts none of the keys offered: check the user, name the right key with "
		"-i, or load it with ssh-add" },
	[WHY_MORE_WANTED] = { SSH_E_AUTH, "login", "the server wants more than a key",
		"log in once with ssh {host} (ControlMaster yes) at a terminal, then this rides along" },
	[WHY_KEY_MISSING] = { SSH_E_KEY_FILE, "login", "No such file or directory",
		"name a key file that is there with -i, or load the key with ssh-add" },
	[WHY_KEY_LOCKED] = { SSH_E_KEY_FILE, "login", "the key has a passphrase",
		"load it first with: ssh-add" },
	[WHY_KEY_BAD] = { SSH_E_KEY_FILE, "login", "the key file cannot be used",
		"make the key file readable for you alone (chmod 600) and valid, or load it with "
		"ssh-add" },
	[WHY_KEY_REFUSED] = { SSH_E_KEY_FILE, "login", "agent refused operation",
		"the agent holds the key but would not sign: unlock it, or confirm what it asks" },
	[WHY_LOGIN_SLOW] = { SSH_E_TIMEOUT, "login", "no login in time",
		"sshd hangs on the host (PAM, DNS) or is overloaded; try ssh {host} by hand" },
	[WHY_SIGN_SLOW] = { SSH_E_TIMEOUT, "login", "the agent did not sign in time",
		"the agent may be waiting for you (touch, confirmation)" },
	[WHY_LOGIN_CLOSED] = { SSH_E_CLOSED, "login", "the connection was closed during login",
		"sshd ended the connection before login: see its log on the host" },
	[WHY_TOO_MANY_KEYS] = { SSH_E_AUTH, "login", "Too many authentication failures",
		"the agent offers too many keys: name the right one with -i and set "
		"IdentitiesOnly=yes" },
	[WHY_SESSION_REFUSED] = { SSH_E_NO_SHELL, "shell", "the server opens no session",
		"sshd allows no (further) session: see MaxSessions, or the host is out of processes" },
	[WHY_EXEC_REFUSED] = { SSH_E_NO_SHELL, "shell", "exec request failed",
		"the server refuses to run commands for this user: check its shell and ForceCommand" },
	[WHY_SHELL_SLOW] = { SSH_E_TIMEOUT, "shell", "logged in, but no session came in time",
		"the host may be out of memory or processes: look at its own console" },
	[WHY_LOST_CLOSED] = { SSH_E_LOST, "shell", "closed by remote host",
		"the server ended the connection: sshd was stopped, the host went down, or something "
		"killed it" },
	[WHY_LOST_RESET] = { SSH_E_LOST, "shell", "Connection reset by peer",
		"the connection was reset: the host was restarted, or a firewall on the way forgot it" },
	[WHY_LOST_NETWORK] = { SSH_E_LOST, "shell",
		"nothing comes back any more: what was sent is not even acknowledged",
		"the network between is gone, or the host is down: check your own network first" },
	[WHY_LOST_SERVER] = { SSH_E_LOST, "shell",
		"the host acknowledges what is sent, but its sshd does not answer",
		"the network is fine and the host is stalled: look at its own console (load, memory, "
		"disk)" },
	[WHY_LOST_PROTOCOL] = { SSH_E_LOST, "shell", "the connection broke",
		"the connection broke: check your own network" },
	[WHY_SHELL_ENDED] = { SSH_E_LOST, "shell", "the remote shell ended",
		"the session ended on the server: its shell exited, or something killed it" },
	[WHY_NO_SHELL] = { SSH_E_LOST, "shell", "the remote shell ended",
		"the server has no /bin/sh that it may run" },
	[WHY_NO_PROCESSES] = { SSH_E_NO_SHELL, "shell", "cannot fork",
		"the host cannot start a process any more (out of processes or memory): free some on "
		"its own console" },
};

static void fill(struct buf *out, const char *text, const struct transport_config *c, int port)
{
	const char *open;

	for (; (open = strchr(text, '{')); text = strchr(open, '}') + 1) {
		buf_add(out, text, (size_t)(open - text));
		if (!strncmp(open, "{host}", 6))
			buf_adds(out, c->target);
		else
			buf_addf(out, "%d", port);
	}
	buf_adds(out, text);
}

void why_failure(enum why why, const struct transport_config *config, int port,
	const char *says, struct arena *mem, struct ssh_failure *ret)
{
	struct buf advice;

	memset(ret, 0, sizeof(*ret));
	buf_init(&advice, 8192);
	fill(&advice, rows[why].advice, config, port);
	ret->error = rows[why].error;
	ret->step = rows[why].step;
	ret->says = text_clean_dup(mem, span_of(says && *says ? says : rows[why].says));
	ret->advice = text_clean_dup(mem, span_from(advice.data, advice.len));
	buf_release(&advice);
}

static void tell(struct words *w, const char *format, const char *a, const char *b, int n)
{
	struct buf line;

	buf_init(&line, 2048);
	buf_addf(&line, format, a, b, n);
	words_line(w, span_from(line.data, line.len));
	buf_release(&line);
}

/* In ssh's own sentences, which the table of failure.c knows and completes. */
void why_key(enum ssh_error error, const struct transport_config *config, const char *name,
	struct span blob, const struct known_key *entry, struct arena *mem,
	struct ssh_failure *ret)
{
	struct span type = packet_key_type(blob);
	const char *kind = text_clean_dup(mem, type);
	char print[PACKET_FINGERPRINT_SIZE];
	struct words w;

	memset(&w, 0, sizeof(w));
	tell(&w, "debug1: Server host key: %s %s", kind, packet_fingerprint(blob, print), 0);
	if (entry)
		tell(&w, "Offending %s key in %s:%d", kind, entry->file, entry->line);
	if (error == SSH_E_KEY_REVOKED)
		tell(&w, "REVOKED HOST KEY DETECTED: the %s key of %s is marked as revoked", kind,
			name, 0);
	else if (error == SSH_E_KEY_CHANGED)
		tell(&w, "REMOTE HOST IDENTIFICATION HAS CHANGED: another %s key is known for %s",
			kind, name, 0);
	else
		tell(&w, "No %s host key is known for %s", kind, name, 0);
	words_failure(&w, config, false, 255, mem, ret);
}
