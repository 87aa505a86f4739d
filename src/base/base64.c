#include "base/base64.h"

#include <stdint.h>
#include <string.h>

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_encode(struct buf *out, struct span raw)
{
	const unsigned char *p = (const unsigned char *)raw.p;
	uint32_t three;
	char four[4];
	size_t i, n;

	for (i = 0; i < raw.n; i += 3) {
		n = raw.n - i < 3 ? raw.n - i : 3;
		three = (uint32_t)p[i] << 16;
		if (n > 1)
			three |= (uint32_t)p[i + 1] << 8;
		if (n > 2)
			three |= p[i + 2];
		four[0] = letters[three >> 18];
		four[1] = letters[three >> 12 & 63];
		four[2] = n > 1 ? letters[three >> 6 & 63] : '=';
		four[3] = n > 2 ? letters[three & 63] : '=';
		buf_add(out, four, 4);
	}
}

/* Four letters -> 1 to 3 bytes, 0 when they are none. Padding only where `last`. */
static size_t decode_four(const char *four, bool last, unsigned char *ret)
{
	size_t pads = last ? (size_t)(four[3] == '=') + (four[3] == '=' && four[2] == '=') : 0;
	uint32_t three = 0;
	const char *hit;
	size_t i;

	for (i = 0; i < 4 - pads; i++) {
		hit = four[i] ? strchr(letters, four[i]) : NULL;
		if (!hit)
			return 0;
		three |= (uint32_t)(hit - letters) << (18 - 6 * i);
	}
	ret[0] = (unsigned char)(three >> 16);
	ret[1] = (unsigned char)(three >> 8);
	ret[2] = (unsigned char)three;
	if ((pads == 1 && ret[2]) || (pads == 2 && (ret[1] || ret[2])))
		return 0; /* bits that no encoder sets */
	return 3 - pads;
}

bool base64_decode(struct buf *out, struct span text)
{
	unsigned char bytes[3];
	size_t i, n;

	if (text.n % 4)
		return false;
	for (i = 0; i < text.n; i += 4) {
		n = decode_four(text.p + i, i + 4 == text.n, bytes);
		if (!n || !buf_add(out, bytes, n))
			return false;
	}
	return true;
}
