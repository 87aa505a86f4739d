/*
 * Most of what comes by is plain ASCII: plain_run() finds its end 64 bytes at a time in
 * a loop that the compiler turns into vector code, and only what stands between two
 * plain runs is decoded and looked up.
 */
#include "base/text.h"

#include <string.h>

/* Of a line longer than TEXT_LINE_MAX this much is kept, so that the note fits behind. */
#define KEPT_OF_LONG (TEXT_LINE_MAX - 64)
#define MARKS_MAX 2

static bool is_plain(unsigned char c)
{
	return (unsigned char)(c - 0x20) < 0x5f;
}

/* How many bytes at the front are printable ASCII. */
static size_t plain_run(struct span s)
{
	const unsigned char *p = (const unsigned char *)s.p;
	unsigned char strange;
	size_t i = 0, j;

	while (s.n - i >= 64) {
		strange = 0;
		for (j = 0; j < 64; j++)
			strange |= (unsigned char)(p[i + j] - 0x20) > 0x5e;
		if (strange)
			break;
		i += 64;
	}
	while (i < s.n && is_plain(p[i]))
		i++;
	return i;
}

/* Least code point that may take this many bytes: less is an overlong form. */
static const uint32_t least_code[5] = { 0, 0, 0x80, 0x800, 0x10000 };

size_t text_utf8_next(struct span s, uint32_t *ret_code)
{
	const unsigned char *p = (const unsigned char *)s.p;
	size_t len, i;
	uint32_t code;

	if (!s.n)
		return 0;
	if (p[0] < 0x80) {
		*ret_code = p[0];
		return 1;
	}
	if (p[0] < 0xc2 || p[0] > 0xf4)
		return 0;
	len = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	if (len > s.n)
		return 0;
	code = p[0] & (0x7fu >> len);
	for (i = 1; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (p[i] & 0x3fu);
	}
	if (code < least_code[len] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
		return 0;
	*ret_code = code;
	return len;
}

bool text_is_utf8(struct span s)
{
	uint32_t code;
	size_t len;

	for (s = span_skip(s, plain_run(s)); s.n; s = span_skip(s, plain_run(s))) {
		len = text_utf8_next(s, &code);
		if (!len)
			return false;
		s = span_skip(s, len);
	}
	return true;
}

static void add_hex(struct buf *out, struct span bytes)
{
	size_t i;

	for (i = 0; i < bytes.n; i++)
		buf_addf(out, "\\x%02x", (unsigned char)bytes.p[i]);
}

/*
 * One character that is not plain ASCII. *marks counts the marks since the last
 * character that can carry one; MARKS_MAX at the start of a line: nothing to carry it.
 */
static size_t clean_one(struct buf *out, struct span s, int *marks)
{
	uint32_t code = 0;
	size_t len = text_utf8_next(s, &code);
	bool mark = code >= 0x300 && text_code_width(code) == 0;

	if (!len) {
		len = 1;
		add_hex(out, span_from(s.p, 1));
	} else if (code == '\t') {
		buf_addc(out, ' ');
	} else if (code < 0x20 || code == 0x7f) {
		buf_addc(out, '^');
		buf_addc(out, (char)(code ^ 0x40));
	} else if (code >= 0x80 && code < 0xa0) {
		add_hex(out, span_from(s.p, len));
	} else if (text_code_hidden(code) || (mark && *marks >= MARKS_MAX)) {
		buf_addf(out, "<U+%04X>", (unsigned)code);
	} else {
		buf_add(out, s.p, len);
	}
	*marks = mark ? *marks + 1 : 0;
	return len;
}

/* The first part of a long line that ends with a whole character. */
static struct span shorten(struct span raw)
{
	size_t n = KEPT_OF_LONG, back;

	for (back = 0; back < 4; back++)
		if (((unsigned char)raw.p[n - back] & 0xc0) != 0x80)
			return span_from(raw.p, n - back);
	return span_from(raw.p, n);
}

void text_clean(struct buf *out, struct span raw)
{
	struct span s = raw.n > TEXT_LINE_MAX ? shorten(raw) : raw;
	size_t left_out = raw.n - s.n, run;
	int marks = MARKS_MAX;

	while (s.n) {
		run = plain_run(s);
		if (run) {
			buf_add(out, s.p, run);
			s = span_skip(s, run);
			marks = 0;
		}
		if (s.n)
			s = span_skip(s, clean_one(out, s, &marks));
	}
	if (left_out)
		buf_addf(out, "... %zu bytes", left_out);
}

char *text_clean_dup(struct arena *arena, struct span raw)
{
	struct buf out;
	char *copy;

	if (raw.n <= TEXT_LINE_MAX && plain_run(raw) == raw.n)
		return arena_strndup(arena, raw.n ? raw.p : "", raw.n);
	/* No byte takes more than four columns of escape: \xNN. */
	buf_init(&out, 4 * (size_t)TEXT_LINE_MAX + 64);
	text_clean(&out, raw);
	copy = arena_strndup(arena, out.data, out.len);
	buf_release(&out);
	return copy;
}

void text_shell_quote(struct buf *out, struct span raw)
{
	size_t i;

	buf_addc(out, '\'');
	for (i = 0; i < raw.n; i++) {
		if (raw.p[i] == '\'')
			buf_adds(out, "'\\''");
		else if (raw.p[i] != '\0')
			buf_addc(out, raw.p[i]);
	}
	buf_addc(out, '\'');
}
