#include "live/ssh/login.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base64.h"
#include "base/dlog.h"
#include "live/ssh/agent.h"
#include "live/ssh/keyring.h"
#include "live/ssh/methods.h"
#include "live/ssh/packet.h"
#include "loop/loop.h"

/*
 * How it works: a row of keys is made once the user's agent has said what it holds. Each
 * is offered in turn; libssh2 asks for the signature when the server would take the key,
 * and is told EAGAIN until the agent has answered. A key file is loaded into the keyring
 * meanwhile (the first of them at once: it is ready when the key exchange is); a
 * passphrase is asked for only when the server would take that key.
 * RSA before libssh2 1.11: it knows SHA-1 only, but copies the name it finds at the head
 * of the key into the request, so the key is given to it as one of type rsa-sha2-512.
 */

#define KEYS_MAX 5
#define PUBLIC_MAX 16384
#define RSA_SHA2_LIBRARY 0x010b00

struct key {
	const char *file;   /* NULL: only the agent knows it */
	struct span blob;   /* empty: not until it is loaded */
	bool in_ring;       /* not held by the user's agent */
	bool loaded;
};

enum phase { ASKING_AGENT, NEXT, LOADING, OFFERING, LISTING };
enum signing { SIGN_NONE, SIGN_WAITS, SIGN_DONE, SIGN_FAILED };

struct login {
	struct loop *loop;
	struct arena *mem;
	const struct sshconf *conf;
	const char *home;
	bool may_prompt, dead;
	void (*wake)(void *owner);
	void *owner;
	struct agent *agent, *ring_agent;
	struct keyring *ring;
	enum phase phase;
	struct key keys[KEYS_MAX];
	size_t count, at;
	struct buf offered;      /* the key as libssh2 is given it */
	enum signing signing;
	struct span data, signature;
	enum why why;            /* of a key that could not be used */
	const char *says;
	bool denied;             /* the server refused one */
	const char *ssh_could;
};

/* ---- the keys ---- */

bool login_read_public(struct arena *mem, struct span text, struct span *ret_blob)
{
	struct span line, type, code, found;
	struct buf raw;
	bool ok;

	if (!span_line(&text, &line))
		return false;
	type = span_word(&line);
	code = span_word(&line);
	buf_init(&raw, PUBLIC_MAX);
	ok = base64_decode(&raw, code);
	found = packet_key_type(span_from(raw.data ? raw.data : "", raw.len));
	ok = ok && found.n && found.n == type.n && !memcmp(found.p, type.p, type.n);
	if (ok)
		*ret_blob = span_from(arena_strndup(mem, raw.data, raw.len), raw.len);
	buf_release(&raw);
	return ok;
}

static bool read_public_file(struct login *l, const char *file, struct span *ret_blob)
{
	const char *path = span_ends(span_of(file), ".pub") ? file :
		arena_printf(l->mem, "%s.pub", file);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char text[PUBLIC_MAX];
	ssize_t n;

	if (fd < 0)
		return false;
	n = read(fd, text, sizeof(text));
	close(fd);
	return n > 0 && login_read_public(l->mem, span_from(text, (size_t)n), ret_blob);
}

static bool same(struct span a, struct span b)
{
	return a.n == b.n && a.n && !memcmp(a.p, b.p, a.n);
}

/* Which signature the user's configuration wants of an RSA key; empty: none that is safe. */
static struct span rsa_algorithm(const struct login *l)
{
	const char *allowed = l->conf->key_algorithms;

	if (!allowed || packet_list_has(span_of(allowed), span_of("rsa-sha2-512")))
		return span_of("rsa-sha2-512");
	if (packet_list_has(span_of(allowed), span_of("rsa-sha2-256")))
		return span_of("rsa-sha2-256");
	return span_from("", 0);
}

/* False, with what ssh could do better, for a key that libssh2 cannot log in with. */
static bool can_use(struct login *l, struct span blob, const char *file)
{
	struct span type = packet_key_type(blob);
	const char *allowed = l->conf->key_algorithms;

	if (span_starts(type, "sk-")) {
		l->ssh_could = arena_printf(l->mem, "%s is a security key (FIDO)",
			file ? file : "a key of the agent");
		return false;
	}
	if (span_has(type, "-cert-")) {
		l->ssh_could = "the agent holds a certificate";
		return false;
	}
	if (span_eq(type, "ssh-rsa"))
		return rsa_algorithm(l).n > 0;
	return !allowed || packet_list_has(span_of(allowed), type);
}

static void add_key(struct login *l, const char *file, struct span blob, bool in_ring)
{
	struct key *k;
	size_t i;

	for (i = 0; i < l->count; i++)
		if (same(l->keys[i].blob, blob))
			return;
	if (l->count == KEYS_MAX || (blob.n && !can_use(l, blob, file)))
		return;
	k = &l->keys[l->count++];
	k->file = file;
	k->blob = blob.n ? span_from(arena_strndup(l->mem, blob.p, blob.n), blob.n) : blob;
	k->in_ring = in_ring;
}

static bool held(const struct agent_key *keys, size_t count, struct span blob)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (same(keys[i].blob, blob))
			return true;
	return false;
}

/* In the order ssh has: of the agent what is configured, the rest of it, then the files. */
static void choose(struct login *l, const struct agent_key *keys, size_t count)
{
	const struct sshconf_list *files = &l->conf->identities;
	struct span *blobs = arena_alloc(l->mem, (files->count + 1) * sizeof(*blobs));
	const char **paths = arena_alloc(l->mem, (files->count + 1) * sizeof(*paths));
	size_t i;

	for (i = 0; i < files->count; i++) {
		paths[i] = sshconf_path(l->mem, l->conf, l->home, files->items[i]);
		blobs[i] = span_from("", 0);
		if (paths[i] && read_public_file(l, paths[i], &blobs[i]) &&
		    held(keys, count, blobs[i]))
			add_key(l, paths[i], blobs[i], false);
	}
	for (i = 0; i < count && !l->conf->own_identities && !l->conf->identities_only; i++)
		add_key(l, NULL, keys[i].blob, false);
	for (i = 0; i < files->count; i++) {
		if (!paths[i] || held(keys, count, blobs[i]))
			continue;
		if (access(paths[i], F_OK) == 0 && !span_ends(span_of(paths[i]), ".pub"))
			add_key(l, paths[i], blobs[i], true);
		else if (!sshconf_is_default(files->items[i]) && l->why == WHY_NONE) {
			l->why = WHY_KEY_MISSING;
			l->says = arena_printf(l->mem, "Identity file %s not accessible: No such file "
				"or directory", paths[i]);
		}
	}
}

static void loaded_cb(void *owner, const struct keyring_result *result);

static void chosen(struct login *l)
{
	size_t i;

	l->phase = NEXT;
	for (i = 0; i < l->count; i++)
		if (l->keys[i].in_ring)
			break;
	if (i < l->count && !span_starts(packet_key_type(l->keys[i].blob), "sk-"))
		keyring_load(l->ring, l->keys[i].file, false, loaded_cb, NULL);
	l->wake(l->owner);
}

static void agent_cb(void *owner, bool ok, const struct agent_key *keys, size_t count)
{
	struct login *l = owner;

	dlog("login: the agent %s %zu keys", ok ? "holds" : "failed,", count);
	choose(l, keys, ok ? count : 0);
	chosen(l);
}

static void no_agent(void *owner)
{
	struct login *l = owner;

	if (l->dead)
		return;
	choose(l, NULL, 0);
	chosen(l);
}

/* ---- key files ---- */

/* The preload: its result is remembered by the keyring, nothing is to be done here. */
static void loaded_cb(void *owner, const struct keyring_result *result)
{
	(void)owner;
	(void)result;
}

static void not_usable(struct login *l, const struct key *k,
	const struct keyring_result *result)
{
	l->why = result->state == KEYRING_LOCKED ? WHY_KEY_LOCKED : WHY_KEY_BAD;
	l->says = arena_printf(l->mem, "%s: %s", k->file, result->says ? result->says : "");
}

static void sign(struct login *l);

/* The key is wanted: to know its public half, or to sign. */
static void wanted_cb(void *owner, const struct keyring_result *result)
{
	struct login *l = owner;
	struct key *k = &l->keys[l->at];

	if (result->state == KEYRING_LOADED) {
		k->loaded = true;
		if (!k->blob.n)
			k->blob = result->blob;
	} else {
		not_usable(l, k, result);
	}
	if (l->phase == OFFERING && k->loaded) {
		sign(l);
	} else if (l->phase == OFFERING) {
		l->signing = SIGN_FAILED;
		l->wake(l->owner);
	} else {
		if (!k->loaded || !can_use(l, k->blob, k->file))
			l->at++;
		l->phase = NEXT;
		l->wake(l->owner);
	}
}

/* ---- signing ---- */

struct span login_algorithm(struct span s)
{
	struct span skip, method, algorithm;
	uint8_t byte;

	if (packet_string(&s, &skip) && packet_byte(&s, &byte) && byte == 50 &&
	    packet_string(&s, &skip) && packet_string(&s, &skip) && packet_string(&s, &method) &&
	    span_eq(method, "publickey") && packet_byte(&s, &byte) && byte == 1 &&
	    packet_string(&s, &algorithm))
		return algorithm;
	return span_from("", 0);
}

static void signed_cb(void *owner, bool ok, struct span signature)
{
	struct login *l = owner;
	struct span type, bytes;

	l->signing = SIGN_FAILED;
	if (ok && packet_string(&signature, &type) && packet_string(&signature, &bytes)) {
		l->signature = span_from(arena_strndup(l->mem, bytes.p, bytes.n), bytes.n);
		l->signing = SIGN_DONE;
	} else {
		l->why = WHY_KEY_REFUSED;
	}
	l->wake(l->owner);
}

static void sign(struct login *l)
{
	const struct key *k = &l->keys[l->at];
	struct span algorithm = login_algorithm(l->data);
	uint32_t flags = span_eq(algorithm, "rsa-sha2-512") ? AGENT_RSA_SHA2_512 :
		span_eq(algorithm, "rsa-sha2-256") ? AGENT_RSA_SHA2_256 : 0;
	struct agent *agent = l->agent;

	if (k->in_ring) {
		agent_free(l->ring_agent);
		agent = l->ring_agent = agent_new(l->loop, keyring_socket(l->ring));
	}
	agent_sign(agent, k->blob, l->data, flags, signed_cb, l);
}

/* Called by libssh2, again and again until it gets another answer than EAGAIN. */
static int sign_cb(LIBSSH2_SESSION *session, unsigned char **ret_signature, size_t *ret_len,
	const unsigned char *data, size_t len, void **abstract)
{
	struct login *l = *abstract;

	(void)session;
	if (l->signing == SIGN_DONE) {
		*ret_signature = xmalloc(l->signature.n + 1);
		memcpy(*ret_signature, l->signature.p, l->signature.n);
		*ret_len = l->signature.n;
		l->signing = SIGN_NONE;
		return 0;
	}
	if (l->signing == SIGN_FAILED)
		return LIBSSH2_ERROR_PUBLICKEY_UNVERIFIED;
	if (l->signing == SIGN_NONE) {
		l->signing = SIGN_WAITS;
		l->data = span_from(arena_strndup(l->mem, (const char *)data, len), len);
		if (l->keys[l->at].in_ring)
			keyring_load(l->ring, l->keys[l->at].file, l->may_prompt, wanted_cb, l);
		else
			sign(l);
	}
	return LIBSSH2_ERROR_EAGAIN;
}

/* ---- the dialogue ---- */

static void offer(struct login *l)
{
	const struct key *k = &l->keys[l->at];
	struct span rest = k->blob, type = span_from("", 0);

	buf_clear(&l->offered);
	l->signing = SIGN_NONE;
	packet_string(&rest, &type);
	if (span_eq(type, "ssh-rsa") && methods_library() < RSA_SHA2_LIBRARY) {
		packet_add_string(&l->offered, rsa_algorithm(l));
		buf_add(&l->offered, rest.p, rest.n);
	} else {
		buf_add(&l->offered, k->blob.p, k->blob.n);
	}
	l->phase = OFFERING;
}

/* Kerberos: only worth a second way when there is a ticket. */
static bool have_ticket(void)
{
	char path[64];

	if (getenv("KRB5CCNAME"))
		return true;
	snprintf(path, sizeof(path), "/tmp/krb5cc_%u", (unsigned)getuid());
	return access(path, R_OK) == 0;
}

static enum login_result fail(enum why why, const char *says, enum why *ret_why,
	const char **ret_says)
{
	*ret_why = why;
	*ret_says = says;
	return LOGIN_FAILED;
}

/* No key is left: what else would the server take? */
static enum login_result list(struct login *l, LIBSSH2_SESSION *session, enum why *ret_why,
	const char **ret_says)
{
	const char *methods = libssh2_userauth_list(session, l->conf->user,
		(unsigned)strlen(l->conf->user));
	struct span names;

	if (!methods && libssh2_userauth_authenticated(session))
		return LOGIN_DONE;
	if (!methods && libssh2_session_last_errno(session) == LIBSSH2_ERROR_EAGAIN)
		return LOGIN_AGAIN;
	if (!methods)
		return fail(WHY_LOGIN_CLOSED, NULL, ret_why, ret_says);
	names = span_of(methods);
	if (l->conf->gssapi && span_has(names, "gssapi-with-mic") && have_ticket())
		l->ssh_could = "the server takes Kerberos (GSSAPI)";
	if (l->may_prompt && (packet_list_has(names, span_of("password")) ||
			packet_list_has(names, span_of("keyboard-interactive"))))
		l->ssh_could = "the server asks for a password";
	if (!packet_list_has(names, span_of("publickey")) && l->denied)
		return fail(WHY_MORE_WANTED, arena_printf(l->mem, "the server also wants: %s",
			methods), ret_why, ret_says);
	if (l->why != WHY_NONE)
		return fail(l->why, l->says, ret_why, ret_says);
	return fail(l->denied ? WHY_DENIED : WHY_NO_KEYS, arena_printf(l->mem,
		"%s@%s: Permission denied (%s).", l->conf->user, l->conf->host, methods), ret_why,
		ret_says);
}

static enum login_result try_key(struct login *l, LIBSSH2_SESSION *session, enum why *ret_why,
	const char **ret_says)
{
	void *self = l;
	int rc = libssh2_userauth_publickey(session, l->conf->user,
		(const unsigned char *)l->offered.data, l->offered.len, sign_cb, &self);

	switch (rc) {
	case 0:
		return LOGIN_DONE;
	case LIBSSH2_ERROR_EAGAIN:
		return l->signing == SIGN_WAITS ? LOGIN_WAITS : LOGIN_AGAIN;
	case LIBSSH2_ERROR_AUTHENTICATION_FAILED:
		l->denied = true;
		l->at++;
		l->phase = NEXT;
		return LOGIN_AGAIN;
	case LIBSSH2_ERROR_PUBLICKEY_UNVERIFIED:
		if (l->signing == SIGN_FAILED) { /* our side: the next one may do */
			l->signing = SIGN_NONE;
			l->at++;
			l->phase = NEXT;
			return LOGIN_AGAIN;
		}
		l->denied = true; /* the signature: partly enough, or refused for good */
		l->phase = LISTING;
		return LOGIN_AGAIN;
	default:
		return fail(WHY_LOGIN_CLOSED, NULL, ret_why, ret_says);
	}
}

enum login_result login_step(struct login *l, LIBSSH2_SESSION *session, enum why *ret_why,
	const char **ret_says)
{
	enum login_result result;
	enum phase before;

	do {
		before = l->phase;
		result = LOGIN_WAITS;
		if (l->phase == NEXT) {
			if (l->at == l->count) {
				l->phase = LISTING;
			} else if (!l->keys[l->at].blob.n) {
				l->phase = LOADING;
				keyring_load(l->ring, l->keys[l->at].file, l->may_prompt, wanted_cb, l);
			} else {
				offer(l);
			}
		} else if (l->phase == OFFERING) {
			result = try_key(l, session, ret_why, ret_says);
		} else if (l->phase == LISTING) {
			result = list(l, session, ret_why, ret_says);
		}
	} while (l->phase != before);
	return result;
}

/* ---- life ---- */

static const char *agent_path(struct login *l)
{
	const char *named = l->conf->identity_agent;

	if (!named || !strcmp(named, "SSH_AUTH_SOCK"))
		return getenv("SSH_AUTH_SOCK");
	if (!strcmp(named, "none"))
		return NULL;
	if (*named == '$')
		return getenv(*++named == '{' ?
			arena_strndup(l->mem, named + 1, strcspn(named + 1, "}")) : named);
	return sshconf_path(l->mem, l->conf, l->home, named);
}

struct login *login_new(struct loop *loop, struct arena *mem, const struct sshconf *conf,
	bool may_prompt, void (*wake)(void *owner), void *owner)
{
	struct login *l = xcalloc(1, sizeof(*l));
	const char *path;

	l->loop = loop;
	l->mem = mem;
	l->conf = conf;
	l->home = sshconf_home(mem);
	l->may_prompt = may_prompt;
	l->wake = wake;
	l->owner = owner;
	l->ring = keyring_hold(loop);
	buf_init(&l->offered, PUBLIC_MAX);
	path = agent_path(l);
	if (path && *path) {
		l->agent = agent_new(loop, path);
		agent_list(l->agent, agent_cb, l);
	} else {
		loop_defer(loop, no_agent, l);
	}
	return l;
}

static void free_now(void *owner)
{
	struct login *l = owner;

	buf_release(&l->offered);
	free(l);
}

void login_free(struct login *l)
{
	if (!l || l->dead)
		return;
	l->dead = true;
	agent_free(l->agent);
	agent_free(l->ring_agent);
	keyring_drop(l->ring, l);
	loop_defer(l->loop, free_now, l);
}

bool login_signing(const struct login *l)
{
	return l->signing == SIGN_WAITS;
}

bool login_asking(const struct login *l)
{
	return keyring_asking(l->ring);
}

const char *login_more_with_ssh(const struct login *l)
{
	return l->ssh_could;
}

const char *login_beyond(struct arena *mem, const struct sshconf *conf)
{
	const char *home = sshconf_home(mem), *path;
	size_t i;

	for (i = 0; i < conf->identities.count; i++) {
		path = sshconf_path(mem, conf, home, conf->identities.items[i]);
		if (!path)
			return "the name of an identity file holds a token that only ssh expands";
		if (access(arena_printf(mem, "%s-cert.pub", path), F_OK) == 0)
			return "a user certificate lies beside the key";
	}
	return NULL;
}
