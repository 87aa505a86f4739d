#include "probes/host/net.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"

#define ADDRESSES_MAX 4096

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

struct num net_hex(struct span s)
{
	int64_t v = 0;

	if (!s.n || s.n > 15)
		return (struct num){ 0 };
	for (size_t i = 0; i < s.n; i++) {
		if (hex_digit(s.p[i]) < 0)
			return (struct num){ 0 };
		v = v * 16 + hex_digit(s.p[i]);
	}
	return num_of(v);
}

static bool hex_bytes(struct span s, unsigned char *out, size_t count)
{
	if (s.n != count * 2)
		return false;
	for (size_t i = 0; i < count; i++) {
		int high = hex_digit(s.p[2 * i]), low = hex_digit(s.p[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		out[i] = (unsigned char)(high * 16 + low);
	}
	return true;
}

/* The kernel prints each 32-bit word as a number of a little-endian machine. */
static void swap_words(unsigned char *bytes, size_t count)
{
	for (size_t i = 0; i + 3 < count; i += 4) {
		unsigned char a = bytes[i], b = bytes[i + 1];

		bytes[i] = bytes[i + 3];
		bytes[i + 1] = bytes[i + 2];
		bytes[i + 2] = b;
		bytes[i + 3] = a;
	}
}

/* An IPv4 address in IPv6 clothes is written as what it is. */
static const char *six(const unsigned char *bytes, char *out, socklen_t size)
{
	static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };

	if (!memcmp(bytes, mapped, sizeof(mapped)))
		return inet_ntop(AF_INET, bytes + 12, out, size);
	return inet_ntop(AF_INET6, bytes, out, size);
}

bool net_endpoint(struct arena *mem, struct span family, struct span text, struct endpoint *ret)
{
	unsigned char bytes[16];
	char out[INET6_ADDRSTRLEN];
	struct span address;
	struct num port;
	bool v6 = span_eq(family, "6");

	if (!v6 && !span_eq(family, "4"))
		return false;
	if (!span_cut(&text, ':', &address) || !hex_bytes(address, bytes, v6 ? 16 : 4))
		return false;
	port = net_hex(text);
	if (!port.known || port.v < 1 || port.v > 65535)
		return false;
	swap_words(bytes, v6 ? 16 : 4);
	if (!(v6 ? six(bytes, out, sizeof(out)) : inet_ntop(AF_INET, bytes, out, sizeof(out))))
		return false;
	ret->path = NULL;
	ret->host = arena_strdup(mem, out);
	ret->port = (int)port.v;
	return true;
}

const char *net_addresses(struct arena *mem, struct span s)
{
	unsigned char bytes[16];
	char out[INET6_ADDRSTRLEN];
	struct buf all;
	struct span word;
	const char *kept;

	buf_init(&all, ADDRESSES_MAX);
	for (word = span_word(&s); word.n; word = span_word(&s)) {
		const char *text = NULL;

		if (word.n == 33 && word.p[0] == '6') {
			if (hex_bytes(span_skip(word, 1), bytes, 16))
				text = six(bytes, out, sizeof(out));
		} else if (word.n < sizeof(out)) {
			memcpy(out, word.p, word.n);
			out[word.n] = '\0';
			if (inet_pton(AF_INET, out, bytes) == 1)
				text = out;
		}
		if (text)
			buf_addf(&all, "%s%s", all.len ? " " : "", text);
	}
	kept = all.len ? arena_strndup(mem, all.data, all.len) : NULL;
	buf_release(&all);
	return kept;
}

bool net_is_loopback(const char *host)
{
	return host && (!strncmp(host, "127.", 4) || !strcmp(host, "::1") ||
		!strcmp(host, "localhost"));
}

bool net_is_own(const char *addresses, const char *host)
{
	struct span rest = span_of(addresses), word;

	if (net_is_loopback(host))
		return true;
	for (word = span_word(&rest); word.n; word = span_word(&rest))
		if (span_eq(word, host))
			return true;
	return false;
}
