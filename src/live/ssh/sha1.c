#include "live/ssh/sha1.h"

#include <string.h>

/* FIPS 180-4, over a message in two pieces (the pad of the HMAC, then the text). */
#define BLOCK 64

struct sha1 {
	uint32_t h[5];
	uint64_t len;
	uint8_t block[BLOCK];
};

static uint32_t turn(uint32_t x, int n)
{
	return x << n | x >> (32 - n);
}

static void mix(struct sha1 *s)
{
	uint32_t w[80], a = s->h[0], b = s->h[1], c = s->h[2], d = s->h[3], e = s->h[4], f, k, t;
	int i;

	for (i = 0; i < 16; i++)
		w[i] = (uint32_t)s->block[4 * i] << 24 | (uint32_t)s->block[4 * i + 1] << 16 |
			(uint32_t)s->block[4 * i + 2] << 8 | s->block[4 * i + 3];
	for (; i < 80; i++)
		w[i] = turn(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
	for (i = 0; i < 80; i++) {
		f = i < 20 ? (b & c) | (~b & d) : i < 40 ? b ^ c ^ d :
			i < 60 ? (b & c) | (b & d) | (c & d) : b ^ c ^ d;
		k = i < 20 ? 0x5a827999 : i < 40 ? 0x6ed9eba1 : i < 60 ? 0x8f1bbcdc : 0xca62c1d6;
		t = turn(a, 5) + f + e + k + w[i];
		e = d;
		d = c;
		c = turn(b, 30);
		b = a;
		a = t;
	}
	s->h[0] += a;
	s->h[1] += b;
	s->h[2] += c;
	s->h[3] += d;
	s->h[4] += e;
}

static void start(struct sha1 *s)
{
	static const uint32_t h[5] = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476,
		0xc3d2e1f0 };

	memcpy(s->h, h, sizeof(h));
	s->len = 0;
}

static void add(struct sha1 *s, const void *bytes, size_t len)
{
	const uint8_t *p = bytes;

	for (; len; len--) {
		s->block[s->len++ % BLOCK] = *p++;
		if (s->len % BLOCK == 0)
			mix(s);
	}
}

static void finish(struct sha1 *s, uint8_t ret[SHA1_SIZE])
{
	uint64_t bits = s->len * 8;
	uint8_t tail[8];
	int i;

	for (i = 0; i < 8; i++)
		tail[i] = (uint8_t)(bits >> (56 - 8 * i));
	add(s, "\x80", 1);
	while (s->len % BLOCK != BLOCK - 8)
		add(s, "", 1);
	add(s, tail, 8);
	for (i = 0; i < SHA1_SIZE; i++)
		ret[i] = (uint8_t)(s->h[i / 4] >> (24 - 8 * (i % 4)));
}

void sha1_hmac(struct span key, struct span text, uint8_t ret[SHA1_SIZE])
{
	uint8_t pad[BLOCK], inner[SHA1_SIZE];
	struct sha1 s;
	size_t i;

	memset(pad, 0, sizeof(pad));
	memcpy(pad, key.p, key.n < BLOCK ? key.n : BLOCK);
	for (i = 0; i < BLOCK; i++)
		pad[i] ^= 0x36;
	start(&s);
	add(&s, pad, BLOCK);
	add(&s, text.p, text.n);
	finish(&s, inner);
	for (i = 0; i < BLOCK; i++)
		pad[i] ^= 0x36 ^ 0x5c;
	start(&s);
	add(&s, pad, BLOCK);
	add(&s, inner, SHA1_SIZE);
	finish(&s, ret);
}
