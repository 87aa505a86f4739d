#include "live/ssh/packet.h"

#include <string.h>

#include "base/base64.h"
#include "base/sha256.h"

bool packet_byte(struct span *rest, uint8_t *ret)
{
	if (rest->n < 1)
		return false;
	*ret = (uint8_t)*rest->p;
	*rest = span_skip(*rest, 1);
	return true;
}

bool packet_u32(struct span *rest, uint32_t *ret)
{
	const unsigned char *p = (const unsigned char *)rest->p;

	if (rest->n < 4)
		return false;
	*ret = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
	*rest = span_skip(*rest, 4);
	return true;
}

bool packet_string(struct span *rest, struct span *ret)
{
	struct span after = *rest;
	uint32_t len;

	if (!packet_u32(&after, &len) || len > after.n)
		return false;
	*ret = span_from(after.p, len);
	*rest = span_skip(after, len);
	return true;
}

void packet_add_u32(struct buf *out, uint32_t number)
{
	const unsigned char bytes[4] = { (unsigned char)(number >> 24),
		(unsigned char)(number >> 16), (unsigned char)(number >> 8),
		(unsigned char)number };

	buf_add(out, bytes, sizeof(bytes));
}

void packet_add_string(struct buf *out, struct span text)
{
	packet_add_u32(out, (uint32_t)text.n);
	buf_add(out, text.p, text.n);
}

struct span packet_key_type(struct span blob)
{
	struct span type = span_from("", 0);
	size_t i;

	if (!packet_string(&blob, &type) || type.n > 64)
		return span_from("", 0);
	for (i = 0; i < type.n; i++)
		if (type.p[i] <= ' ' || type.p[i] >= 0x7f)
			return span_from("", 0);
	return type;
}

static unsigned from_hex(char c)
{
	return (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
}

const char *packet_fingerprint(struct span blob, char ret[PACKET_FINGERPRINT_SIZE])
{
	char hex[SHA256_HEX_SIZE], raw[32];
	struct buf text;
	size_t i;

	sha256_hex(blob.p, blob.n, hex);
	for (i = 0; i < sizeof(raw); i++)
		raw[i] = (char)(from_hex(hex[2 * i]) << 4 | from_hex(hex[2 * i + 1]));
	buf_init(&text, PACKET_FINGERPRINT_SIZE);
	buf_adds(&text, "SHA256:");
	base64_encode(&text, span_from(raw, sizeof(raw)));
	while (text.len && text.data[text.len - 1] == '=')
		text.len--;
	memcpy(ret, text.data, text.len);
	ret[text.len] = '\0';
	buf_release(&text);
	return ret;
}

bool packet_list_has(struct span list, struct span name)
{
	struct span one;

	while (span_cut(&list, ',', &one))
		if (one.n == name.n && !memcmp(one.p, name.p, name.n))
			return true;
	return false;
}
