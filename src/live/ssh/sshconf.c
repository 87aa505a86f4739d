#include "live/ssh/sshconf.h"

#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"

/*
 * `ssh -G` prints a line an option: its name in lower case, a blank, the value. Names it
 * does not know are not there; "none" is printed for many that are not set.
 */

static const char *dup_span(struct arena *mem, struct span s)
{
	return arena_strndup(mem, s.p, s.n);
}

static void add(struct arena *mem, struct sshconf_list *list, const char *item)
{
	const char **slot = arena_push(mem, &list->items, &list->count, sizeof(*slot));

	*slot = item;
}

static bool on(struct span value)
{
	return span_eq(value, "yes") || span_eq(value, "true");
}

bool sshconf_is_default(const char *path)
{
	static const char *const names[] = { "id_rsa", "id_ecdsa", "id_ecdsa_sk", "id_ed25519",
		"id_ed25519_sk", "id_xmss", "id_dsa" };
	const char *slash = strrchr(path, '/');
	size_t i;

	if (!slash || slash - path < 5 || strncmp(slash - 5, "/.ssh", 5) != 0)
		return false;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(slash + 1, names[i]))
			return true;
	return false;
}

static const char *tilde(struct arena *mem, const char *home, struct span path)
{
	if (span_starts(path, "~/"))
		return arena_printf(mem, "%s%.*s", home, (int)path.n - 1, path.p + 1);
	return dup_span(mem, path);
}

/* Files stand side by side, and a name may hold a blank: a new one begins with / or ~. */
static void add_files(struct arena *mem, struct sshconf_list *list, const char *home,
	struct span value)
{
	size_t i, from = 0;

	if (span_eq(value, "none"))
		return;
	for (i = 1; i <= value.n; i++) {
		if (i < value.n && !(value.p[i - 1] == ' ' &&
				(value.p[i] == '/' || value.p[i] == '~')))
			continue;
		add(mem, list, tilde(mem, home,
			span_trim(span_from(value.p + from, i - from))));
		from = i;
	}
}

static void unsupported(struct sshconf *c, const char *what)
{
	if (!c->unsupported)
		c->unsupported = what;
}

/* Options whose mere presence (with another value than none or no) is beyond libssh2. */
static void beyond(struct sshconf *c, struct span name, struct span value)
{
	static const struct { const char *name, *what; } rows[] = {
		{ "bindaddress", "BindAddress is set" },
		{ "bindinterface", "BindInterface is set" },
		{ "certificatefile", "a user certificate is configured" },
		{ "pkcs11provider", "a PKCS#11 token is configured" },
		{ "knownhostscommand", "KnownHostsCommand is set" },
		{ "verifyhostkeydns", "VerifyHostKeyDNS is set" },
		{ "proxyusefdpass", "ProxyUseFdpass is set" },
	};
	size_t i;

	if (span_eq(value, "none") || span_eq(value, "no") || span_eq(value, "false"))
		return;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (span_eq(name, rows[i].name))
			unsupported(c, rows[i].what);
}

static void strings(struct arena *mem, struct sshconf *c, struct span name, struct span value)
{
	const struct { const char *name; const char **slot; } rows[] = {
		{ "hostname", &c->host }, { "user", &c->user }, { "host", &c->named },
		{ "proxyjump", &c->jump }, { "proxycommand", &c->proxy_command },
		{ "hostkeyalias", &c->host_key_alias }, { "identityagent", &c->identity_agent },
		{ "kexalgorithms", &c->kex }, { "ciphers", &c->ciphers }, { "macs", &c->macs },
		{ "hostkeyalgorithms", &c->host_key_algorithms },
		{ "pubkeyacceptedalgorithms", &c->key_algorithms },
		{ "pubkeyacceptedkeytypes", &c->key_algorithms }, /* before 8.5 */
		{ "controlpath", &c->control_path },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (!span_eq(name, rows[i].name))
			continue;
		if (span_eq(value, "none") && rows[i].slot != &c->identity_agent)
			continue;
		*rows[i].slot = dup_span(mem, value);
	}
}

static void strict(struct sshconf *c, struct span value)
{
	if (on(value))
		c->strict = STRICT_YES;
	else if (span_eq(value, "accept-new"))
		c->strict = STRICT_ACCEPT_NEW;
	else if (span_eq(value, "no") || span_eq(value, "off") || span_eq(value, "false"))
		c->strict = STRICT_NO;
}

static void read_option(struct arena *mem, struct sshconf *c, const char *home,
	struct span name, struct span value)
{
	const char *file;
	int64_t number;

	strings(mem, c, name, value);
	beyond(c, name, value);
	if (span_eq(name, "identityfile") && !span_eq(value, "none")) {
		file = dup_span(mem, value);
		add(mem, &c->identities, file);
		c->own_identities |= !sshconf_is_default(file);
	} else if (span_eq(name, "certificatefile") && !span_eq(value, "none")) {
		add(mem, &c->certificates, dup_span(mem, value));
	} else if (span_eq(name, "userknownhostsfile")) {
		add_files(mem, &c->known_hosts, home, value);
	} else if (span_eq(name, "port") && span_int(value, &number) && number > 0 &&
		number < 65536) {
		c->port = (int)number;
	} else if (span_eq(name, "connecttimeout") && span_int(value, &number) && number > 0 &&
		number < 100000) {
		c->connect_timeout_s = (int)number;
	} else if (span_eq(name, "addressfamily")) {
		c->family = span_eq(value, "inet") ? AF_INET :
			span_eq(value, "inet6") ? AF_INET6 : AF_UNSPEC;
	} else if (span_eq(name, "stricthostkeychecking")) {
		strict(c, value);
	} else if (span_eq(name, "identitiesonly")) {
		c->identities_only = on(value);
	} else if (span_eq(name, "hashknownhosts")) {
		c->hash_known_hosts = on(value);
	} else if (span_eq(name, "gssapiauthentication")) {
		c->gssapi = on(value);
	} else if (span_eq(name, "pubkeyauthentication") && span_eq(value, "no")) {
		unsupported(c, "public keys are switched off (PubkeyAuthentication no)");
	} else if (span_eq(name, "preferredauthentications") && !span_has(value, "publickey")) {
		unsupported(c, "PreferredAuthentications holds no publickey");
	}
}

bool sshconf_parse(struct arena *mem, struct span text, const char *home, struct sshconf *ret)
{
	struct span line, value, name, global = span_from("", 0);

	memset(ret, 0, sizeof(*ret));
	ret->port = 22;
	ret->family = AF_UNSPEC;
	while (span_line(&text, &line)) {
		value = line;
		if (!span_cut(&value, ' ', &name) || !value.n || memchr(line.p, 0, line.n))
			continue;
		read_option(mem, ret, home, name, value);
		if (span_eq(name, "globalknownhostsfile"))
			global = value;
	}
	if (global.n) /* printed first, but it is the user's that leads and is written to */
		add_files(mem, &ret->known_hosts, home, global);
	if (ret->jump)
		ret->proxy_command = NULL;
	if (!ret->named)
		ret->named = ret->host;
	return ret->host && *ret->host && ret->user && *ret->user;
}

const char *sshconf_path(struct arena *mem, const struct sshconf *c, const char *home,
	const char *path)
{
	const struct passwd *me = getpwuid(getuid());
	struct buf out;

	buf_init(&out, 16384);
	if (!strncmp(path, "~/", 2)) {
		buf_adds(&out, home);
		path++;
	}
	for (; *path; path++) {
		if (*path != '%') {
			buf_addc(&out, *path);
			continue;
		}
		switch (*++path) {
		case '%': buf_addc(&out, '%'); break;
		case 'd': buf_adds(&out, home); break;
		case 'h': buf_adds(&out, c->host); break;
		case 'i': buf_addf(&out, "%u", (unsigned)getuid()); break;
		case 'k': buf_adds(&out, c->host_key_alias ? c->host_key_alias : c->named); break;
		case 'n': buf_adds(&out, c->named); break;
		case 'p': buf_addf(&out, "%d", c->port); break;
		case 'r': buf_adds(&out, c->user); break;
		case 'u': buf_adds(&out, me ? me->pw_name : c->user); break;
		default:
			buf_release(&out);
			return NULL;
		}
	}
	path = out.data ? arena_strndup(mem, out.data, out.len) : NULL;
	buf_release(&out);
	return path;
}

const char *sshconf_home(struct arena *mem)
{
	const struct passwd *me = getpwuid(getuid());
	const char *home = me && *me->pw_dir == '/' ? me->pw_dir : getenv("HOME");

	return arena_strdup(mem, home ? home : "/"); /* ssh too asks the password file */
}

/* ---- what the user gave us ---- */

/* Nothing a user or a configuration hands us may look like an option to ssh. */
static bool harmless(const char *word)
{
	const unsigned char *p = (const unsigned char *)word;

	if (!word)
		return true;
	if (!*p || *p == '-')
		return false;
	for (; *p; p++)
		if (*p < 0x20 || *p == 0x7f)
			return false;
	return true;
}

const char *sshconf_refused(const struct transport_config *c)
{
	size_t i;

	if (!c->target || !harmless(c->target))
		return "the target begins with - or holds a control character";
	if (!harmless(c->user))
		return "the user begins with - or holds a control character";
	if (!harmless(c->jump))
		return "the jump host begins with - or holds a control character";
	if (!harmless(c->config_file) || !harmless(c->known_hosts))
		return "a file begins with - or holds a control character";
	for (i = 0; c->identities && c->identities[i]; i++)
		if (!harmless(c->identities[i]) || i >= 16)
			return "an identity begins with - or holds a control character, or there are "
				"more than 16";
	return NULL;
}

void sshconf_keep(struct arena *mem, const struct transport_config *c,
	struct transport_config *ret)
{
	struct sshconf_list list = { NULL, 0 };
	size_t i;

	*ret = *c;
	ret->target = arena_strdup(mem, c->target ? c->target : "");
	ret->config_file = arena_strdup(mem, c->config_file);
	ret->user = arena_strdup(mem, c->user);
	ret->jump = arena_strdup(mem, c->jump);
	ret->known_hosts = arena_strdup(mem, c->known_hosts);
	ret->command = arena_strdup(mem, c->command);
	for (i = 0; c->identities && c->identities[i]; i++)
		add(mem, &list, arena_strdup(mem, c->identities[i]));
	add(mem, &list, NULL);
	ret->identities = list.items;
}
