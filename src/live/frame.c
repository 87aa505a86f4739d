#include "live/frame.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/span.h"

/*
 * How it works: bytes gather in `in`. Noise is handed out up to where the opening
 * "RS MARK SP" stands or may be beginning; a head must be whole and valid, else its RS
 * is noise too; then the payload is awaited. An opening inside a payload means that the
 * frame before was cut short (a full disk, a killed writer): what came is handed out.
 */

#define HEAD_MAX 160
#define SLICE 16384

struct frames {
	char *open; /* RS MARK SP */
	size_t open_len;
	struct buf in;
	frame_chunk_call *on_chunk;
	frame_noise_call *on_noise;
	void *owner;
};

struct frames *frames_new(const char *mark, frame_chunk_call *on_chunk,
	frame_noise_call *on_noise, void *owner)
{
	struct frames *f = xcalloc(1, sizeof(*f));

	f->open = xasprintf("\036%s ", mark);
	f->open_len = strlen(f->open);
	buf_init(&f->in, SLICE + HEAD_MAX + FRAME_PAYLOAD_MAX);
	f->on_chunk = on_chunk;
	f->on_noise = on_noise;
	f->owner = owner;
	return f;
}

void frames_free(struct frames *f)
{
	if (!f)
		return;
	buf_release(&f->in);
	free(f->open);
	free(f);
}

/* Where an opening stands in the bytes, or begins at their very end; len: nowhere. */
static size_t find_open(const struct frames *f, const char *bytes, size_t len)
{
	const char *p = bytes, *end = bytes + len;
	size_t rest;

	while ((p = memchr(p, '\036', (size_t)(end - p)))) {
		rest = (size_t)(end - p);
		if (!memcmp(p, f->open, rest < f->open_len ? rest : f->open_len))
			return (size_t)(p - bytes);
		p++;
	}
	return len;
}

static bool good_name(struct span s)
{
	size_t i;

	if (!s.n || s.n > FRAME_NAME_MAX)
		return false;
	for (i = 0; i < s.n; i++)
		if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789._-", s.p[i]) || !s.p[i])
			return false;
	return true;
}

/* "-" or LETTERS.EXIT,MS,VERSION */
static bool parse_flags(struct span s, struct frame_chunk *chunk)
{
	struct span piece;
	int64_t v[3];
	int i;

	if (span_eq(s, "-"))
		return true;
	for (; s.n && *s.p != '.'; s = span_skip(s, 1)) {
		if (*s.p == 't')
			chunk->truncated = true;
		else if (*s.p == 'r')
			chunk->needs_root = true;
	}
	if (!s.n)
		return false;
	s = span_skip(s, 1);
	for (i = 0; i < 3; i++)
		if (!span_cut(&s, ',', &piece) || !span_int(piece, &v[i]) ||
		    v[i] < -1 || v[i] > 1000000000)
			return false;
	chunk->last = true;
	chunk->exit = (int)v[0];
	chunk->ms = (int)v[1];
	chunk->version = (int)v[2];
	return true;
}

/* SEQ SP NAME SP FLAGS SP LEN */
static bool parse_head(struct span s, struct frame_chunk *chunk)
{
	struct span seq, name, flags, len;
	int64_t number, size;

	memset(chunk, 0, sizeof(*chunk));
	chunk->exit = chunk->ms = -1;
	if (!span_cut(&s, ' ', &seq) || !span_cut(&s, ' ', &name) ||
	    !span_cut(&s, ' ', &flags) || !span_cut(&s, ' ', &len) || s.n)
		return false;
	if (!span_int(seq, &number) || number < 0 || !good_name(name) ||
	    !parse_flags(flags, chunk) || !span_int(len, &size) || size < 0 ||
	    size > FRAME_PAYLOAD_MAX)
		return false;
	chunk->seq = (uint64_t)number;
	memcpy(chunk->name, name.p, name.n);
	chunk->len = (size_t)size;
	return true;
}

static void noise(struct frames *f, size_t len)
{
	if (len)
		f->on_noise(f->owner, f->in.data, len);
	buf_consume(&f->in, len);
}

/* The frame at the start of `in`. False: more bytes are needed. */
static bool take_frame(struct frames *f)
{
	struct frame_chunk chunk;
	const char *head = f->in.data + f->open_len, *end;
	size_t have, open;

	end = memchr(head, '\n', f->in.len - f->open_len);
	if (!end && f->in.len < HEAD_MAX)
		return false;
	if (!end || end - f->in.data > HEAD_MAX ||
	    !parse_head(span_from(head, (size_t)(end - head)), &chunk)) {
		noise(f, 1);
		return true;
	}
	chunk.bytes = end + 1;
	have = f->in.len - (size_t)(chunk.bytes - f->in.data);
	open = find_open(f, chunk.bytes, have < chunk.len ? have : chunk.len);
	if (open < chunk.len && have - open >= f->open_len &&
	    !memcmp(chunk.bytes + open, f->open, f->open_len)) {
		chunk.len = open;
		chunk.torn = true;
	} else if (have < chunk.len) {
		return false;
	}
	have = (size_t)(chunk.bytes - f->in.data) + chunk.len;
	f->on_chunk(f->owner, &chunk);
	buf_consume(&f->in, have);
	return true;
}

static void step(struct frames *f)
{
	while (f->in.len) {
		noise(f, find_open(f, f->in.data, f->in.len));
		if (f->in.len < f->open_len || !take_frame(f))
			return;
	}
}

void frames_feed(struct frames *f, const char *bytes, size_t len)
{
	size_t piece;

	for (; len; bytes += piece, len -= piece) {
		piece = len < SLICE ? len : SLICE;
		buf_add(&f->in, bytes, piece);
		step(f);
	}
}
