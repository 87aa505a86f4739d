#include "live/ssh/methods.h"

#include <stdlib.h>
#include <string.h>

#include "live/ssh/packet.h"

#define LIST_MAX 4096

enum kind { KEX, HOST_KEY, CIPHER, MAC, KINDS };

static const struct {
	const char *name;
	int method, method_back; /* to the server, and from it */
	int place;               /* of the name list in a KEXINIT */
} kinds[KINDS] = {
	[KEX] = { "key exchange", LIBSSH2_METHOD_KEX, -1, 0 },
	[HOST_KEY] = { "host key type", LIBSSH2_METHOD_HOSTKEY, -1, 1 },
	[CIPHER] = { "cipher", LIBSSH2_METHOD_CRYPT_CS, LIBSSH2_METHOD_CRYPT_SC, 2 },
	[MAC] = { "MAC", LIBSSH2_METHOD_MAC_CS, LIBSSH2_METHOD_MAC_SC, 4 },
};

int methods_library(void)
{
	struct span rest = span_of(libssh2_version(0)), part;
	int64_t number;
	int version = 0, i;

	for (i = 0; i < 3; i++) {
		number = 0;
		if (span_cut(&rest, '.', &part))
			span_lead_int(part, &number);
		version = version << 8 | (int)(number & 0xff);
	}
	return version;
}

const char *methods_refused(const char *version)
{
	if (!strncmp(version, "1.11.0", 6))
		return "libssh2 1.11.0 corrupts what it sends";
	if (!libssh2_version(LIBSSH2_VERSION_NUM < 0x010a00 ? LIBSSH2_VERSION_NUM : 0x010a00))
		return "this libssh2 is older than 1.10";
	return NULL;
}

static bool library_has(LIBSSH2_SESSION *session, int method, struct span name)
{
	const char **names = NULL;
	int i, count = libssh2_session_supported_algs(session, method, &names);
	bool has = false;

	for (i = 0; i < count; i++)
		has |= span_eq(name, names[i]);
	if (count > 0)
		libssh2_free(session, names);
	return has;
}

/* The key type an algorithm name signs with: rsa-sha2-512 is done by an ssh-rsa key. */
static struct span key_of(struct span algorithm)
{
	if (span_starts(algorithm, "rsa-sha2-"))
		return span_of("ssh-rsa");
	return algorithm;
}

static const char *allowed(const struct sshconf *c, enum kind kind)
{
	const char *lists[KINDS] = { c->kex, c->host_key_algorithms, c->ciphers, c->macs };

	return lists[kind];
}

static void add_name(struct buf *list, struct span name)
{
	if (list->len)
		buf_addc(list, ',');
	buf_add(list, name.p, name.n);
}

static bool speaks_of(const struct lookup_result *l, struct span type)
{
	return known_hosts_has(&l->known, type) ||
		(l->has_portless && !l->known.count && known_hosts_has(&l->portless, type));
}

/* The user's list without what libssh2 has not; what is known of the host moves ahead. */
static void usable(LIBSSH2_SESSION *session, const struct sshconf *c,
	const struct lookup_result *l, enum kind kind, struct buf *list)
{
	struct span rest, name;
	int round;

	for (round = l && kind == HOST_KEY ? 0 : 1; round < 2; round++) {
		rest = span_of(allowed(c, kind) ? allowed(c, kind) : "");
		while (span_cut(&rest, ',', &name)) {
			if (!library_has(session, kinds[kind].method, name))
				continue;
			if (l && kind == HOST_KEY && speaks_of(l, key_of(name)) != (round == 0))
				continue;
			add_name(list, name);
		}
	}
}

bool methods_set(LIBSSH2_SESSION *session, const struct sshconf *c,
	const struct lookup_result *l, struct buf *out)
{
	struct buf list;
	bool ok = true;
	int kind;

	for (kind = 0; kind < KINDS && ok; kind++) {
		buf_init(&list, LIST_MAX);
		usable(session, c, l, (enum kind)kind, &list);
		ok = list.len && !libssh2_session_method_pref(session, kinds[kind].method, list.data) &&
			(kinds[kind].method_back < 0 ||
				!libssh2_session_method_pref(session, kinds[kind].method_back, list.data));
		if (!ok)
			buf_addf(out, "libssh2 has no %s that the configuration allows",
				kinds[kind].name);
		buf_release(&list);
	}
	return ok;
}

bool methods_known_beyond(LIBSSH2_SESSION *session, const struct sshconf *c,
	const struct lookup_result *l)
{
	const struct known_hosts *known = l->known.count || !l->has_portless ? &l->known :
		&l->portless;
	struct span rest, name, type;
	struct buf list;
	bool beyond = false, found;
	size_t i;

	buf_init(&list, LIST_MAX);
	usable(session, c, NULL, HOST_KEY, &list);
	for (i = 0; i < known->count; i++) {
		if (known->keys[i].mark != KNOWN_HOST)
			continue;
		type = packet_key_type(known->keys[i].blob);
		found = false;
		rest = span_from(list.data ? list.data : "", list.len);
		while (span_cut(&rest, ',', &name))
			found |= key_of(name).n == type.n && !memcmp(key_of(name).p, type.p, type.n);
		beyond |= !found;
	}
	buf_release(&list);
	return beyond;
}

static bool share(struct span ours, struct span theirs)
{
	struct span name;

	while (span_cut(&ours, ',', &name))
		if (packet_list_has(theirs, name))
			return true;
	return false;
}

bool methods_explain(LIBSSH2_SESSION *session, const struct sshconf *c, struct span offer,
	struct buf *out)
{
	struct span lists[10];
	struct buf ours;
	uint8_t number;
	bool shared, back;
	size_t i;
	int kind;

	if (!packet_byte(&offer, &number) || number != 20 || offer.n < 16)
		return false;
	offer = span_skip(offer, 16);
	for (i = 0; i < 10; i++)
		if (!packet_string(&offer, &lists[i]))
			return false;
	for (kind = 0; kind < KINDS; kind++) {
		buf_init(&ours, LIST_MAX);
		usable(session, c, NULL, (enum kind)kind, &ours);
		shared = share(span_from(ours.data ? ours.data : "", ours.len),
			lists[kinds[kind].place]);
		back = kinds[kind].method_back < 0 ||
			share(span_from(ours.data ? ours.data : "", ours.len),
				lists[kinds[kind].place + 1]);
		buf_release(&ours);
		if (shared && back)
			continue;
		i = (size_t)kinds[kind].place + (shared ? 1 : 0);
		buf_addf(out, "no common %s: the server offers only %.*s", kinds[kind].name,
			(int)(lists[i].n < 512 ? lists[i].n : 512), lists[i].p);
		return true;
	}
	return false;
}
