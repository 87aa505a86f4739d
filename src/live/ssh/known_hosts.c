#include "live/ssh/known_hosts.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/base64.h"
#include "live/ssh/packet.h"
#include "live/ssh/sha1.h"

/*
 * As OpenSSH reads it (hostfile.c, match.c): ssh-keygen -F is the oracle of the tests.
 * A key must be whole, or its line does not count: a torn one must not make "unknown"
 * into "changed".
 */

#define FILE_MAX ((size_t)64 * 1024 * 1024)
#define LINE_MAX 16384
#define PATTERN_MAX 1023 /* OpenSSH gives up on a list with a longer one */
#define KEY_MAX 8192

static char lower(char c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
}

void known_hosts_init(struct known_hosts *k, struct arena *mem, const char *host,
	const char *alias, int port)
{
	char *name, *p;

	if (alias || !port || port == 22)
		name = arena_strdup(mem, alias ? alias : host);
	else
		name = arena_printf(mem, "[%s]:%d", host, port);
	for (p = name; *p; p++)
		*p = lower(*p);
	memset(k, 0, sizeof(*k));
	k->mem = mem;
	k->name = name;
}

/* ---- names ---- */

/* * and ?: one step back to the last star is enough, so this stays quadratic. */
static bool pattern_match(struct span pattern, const char *name)
{
	size_t p = 0, star = SIZE_MAX;
	const char *back = NULL;

	while (*name) {
		if (p < pattern.n && pattern.p[p] == '*') {
			star = p++;
			back = name;
		} else if (p < pattern.n && (pattern.p[p] == '?' || lower(pattern.p[p]) == *name)) {
			p++;
			name++;
		} else if (back) {
			p = star + 1;
			name = ++back;
		} else {
			return false;
		}
	}
	while (p < pattern.n && pattern.p[p] == '*')
		p++;
	return p == pattern.n;
}

static bool hash_match(struct span field, const char *name)
{
	struct span salt, hash, rest = field, version;
	uint8_t mac[SHA1_SIZE];
	struct buf raw;
	bool ok;

	if (!span_starts(field, "|1|"))
		return false;
	rest = span_skip(rest, 1);
	if (!span_cut(&rest, '|', &version) || !span_cut(&rest, '|', &salt))
		return false;
	hash = rest;
	buf_init(&raw, 64);
	ok = base64_decode(&raw, salt) && raw.len == SHA1_SIZE;
	if (ok) {
		sha1_hmac(span_from(raw.data, raw.len), span_of(name), mac);
		buf_clear(&raw);
		ok = base64_decode(&raw, hash) && raw.len == SHA1_SIZE &&
			!memcmp(raw.data, mac, SHA1_SIZE);
	}
	buf_release(&raw);
	return ok;
}

bool known_hosts_match(struct span list, const char *name)
{
	bool found = false, negated;
	struct span one;

	if (list.n && *list.p == '|')
		return hash_match(list, name);
	while (span_cut(&list, ',', &one)) {
		negated = one.n && *one.p == '!';
		one = span_skip(one, negated);
		if (one.n >= PATTERN_MAX)
			return false;
		if (!pattern_match(one, name))
			continue;
		if (negated)
			return false;
		found = true;
	}
	return found;
}

/* ---- lines ---- */

/* How many strings follow the type in a public key; -1: no type that OpenSSH has. */
static int parts_of(struct span type)
{
	if (span_eq(type, "ssh-ed25519"))
		return 1;
	if (span_eq(type, "ssh-rsa") || span_eq(type, "ecdsa-sha2-nistp256") ||
	    span_eq(type, "ecdsa-sha2-nistp384") || span_eq(type, "ecdsa-sha2-nistp521") ||
	    span_eq(type, "sk-ssh-ed25519@openssh.com"))
		return 2;
	if (span_eq(type, "sk-ecdsa-sha2-nistp256@openssh.com"))
		return 3;
	if (span_eq(type, "ssh-dss"))
		return 4;
	return -1;
}

static bool whole_key(struct span blob, struct span type)
{
	struct span found = packet_key_type(blob), part;
	int parts = parts_of(type);

	if (found.n != type.n || memcmp(found.p, type.p, type.n) || parts < 0)
		return false;
	packet_string(&blob, &part);
	while (parts-- > 0)
		if (!packet_string(&blob, &part) || !part.n)
			return false;
	return !blob.n && (!span_eq(type, "ssh-ed25519") || part.n == 32);
}

static bool read_key(struct known_hosts *k, struct span rest, struct span *ret_blob)
{
	struct span type = span_word(&rest), code = span_word(&rest);
	struct buf raw;
	bool ok;

	buf_init(&raw, KEY_MAX);
	ok = base64_decode(&raw, code) && raw.len && whole_key(span_from(raw.data, raw.len), type);
	if (ok)
		*ret_blob = span_from(arena_strndup(k->mem, raw.data, raw.len), raw.len);
	buf_release(&raw);
	return ok;
}

static void read_line(struct known_hosts *k, const char *file, int number, struct span line)
{
	enum known_mark mark = KNOWN_HOST;
	struct span word = span_word(&line), blob;
	struct known_key *key;

	if (!word.n || *word.p == '#')
		return;
	if (*word.p == '@') {
		if (span_eq(word, "@revoked"))
			mark = KNOWN_REVOKED_KEY;
		else if (span_eq(word, "@cert-authority"))
			mark = KNOWN_AUTHORITY;
		else
			return;
		word = span_word(&line);
	}
	if (!word.n || !known_hosts_match(word, k->name) || !read_key(k, line, &blob))
		return;
	key = arena_push(k->mem, &k->keys, &k->count, sizeof(*key));
	key->mark = mark;
	key->blob = blob;
	key->file = file;
	key->line = number;
}

void known_hosts_read(struct known_hosts *k, const char *file, struct span text)
{
	struct span line;
	int number = 0;

	file = arena_strdup(k->mem, file);
	while (span_line(&text, &line)) {
		number++;
		if (line.n <= LINE_MAX && !memchr(line.p, 0, line.n))
			read_line(k, file, number, line);
	}
}

void known_hosts_load(struct known_hosts *k, const char *file)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	char piece[65536];
	struct buf text;
	ssize_t n;

	if (fd < 0)
		return;
	buf_init(&text, FILE_MAX);
	while ((n = read(fd, piece, sizeof(piece))) > 0 || (n < 0 && errno == EINTR))
		if (n > 0 && !buf_add(&text, piece, (size_t)n))
			break;
	close(fd);
	known_hosts_read(k, file, span_from(text.data ? text.data : "", text.len));
	buf_release(&text);
}

/* ---- answers ---- */

static bool same(struct span a, struct span b)
{
	return a.n == b.n && !memcmp(a.p, b.p, a.n);
}

enum known_answer known_hosts_check(const struct known_hosts *k, struct span blob,
	const struct known_key **ret_key)
{
	const struct known_key *other = NULL, *match = NULL, *decides;
	struct span type = packet_key_type(blob);
	enum known_answer answer = KNOWN_NO;
	size_t i;

	for (i = 0; i < k->count && answer != KNOWN_REVOKED; i++) {
		decides = &k->keys[i];
		if (decides->mark == KNOWN_REVOKED_KEY && same(decides->blob, blob)) {
			match = decides;
			answer = KNOWN_REVOKED;
		} else if (decides->mark != KNOWN_HOST) {
			continue;
		} else if (same(decides->blob, blob)) {
			match = match ? match : decides;
			answer = KNOWN_MATCH;
		} else if (!other || (same(packet_key_type(decides->blob), type) &&
				!same(packet_key_type(other->blob), type))) {
			other = decides;
		}
	}
	if (answer == KNOWN_NO && other)
		answer = KNOWN_CHANGED;
	if (ret_key)
		*ret_key = match ? match : other;
	return answer;
}

bool known_hosts_has(const struct known_hosts *k, struct span type)
{
	size_t i;

	for (i = 0; i < k->count; i++)
		if (k->keys[i].mark == KNOWN_HOST && same(packet_key_type(k->keys[i].blob), type))
			return true;
	return false;
}

bool known_hosts_only_authority(const struct known_hosts *k)
{
	bool authority = false;
	size_t i;

	for (i = 0; i < k->count; i++) {
		if (k->keys[i].mark == KNOWN_HOST)
			return false;
		authority |= k->keys[i].mark == KNOWN_AUTHORITY;
	}
	return authority;
}

void known_hosts_line(struct buf *out, const char *name, const void *salt, struct span blob)
{
	struct span type = packet_key_type(blob);
	uint8_t mac[SHA1_SIZE];

	if (salt) {
		sha1_hmac(span_from(salt, SHA1_SIZE), span_of(name), mac);
		buf_adds(out, "|1|");
		base64_encode(out, span_from(salt, SHA1_SIZE));
		buf_addc(out, '|');
		base64_encode(out, span_from((const char *)mac, SHA1_SIZE));
	} else {
		buf_adds(out, name);
	}
	buf_addc(out, ' ');
	buf_add(out, type.p, type.n);
	buf_addc(out, ' ');
	base64_encode(out, blob);
	buf_addc(out, '\n');
}
