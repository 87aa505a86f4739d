/*
 * frame: takes the reports apart that a remote shell sends side by side (format:
 * probes/shell/README.md). Pure: bytes in, chunks out, whatever the pieces they come in.
 *
 * Whatever stands between frames is noise (a login profile talks); nothing but the
 * session's random mark begins a frame, so neither noise nor a log can forge one.
 */
#ifndef LIVE_FRAME_H
#define LIVE_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FRAME_NAME_MAX 31
#define FRAME_PAYLOAD_MAX 4000

struct frame_chunk {
	uint64_t seq;
	char name[FRAME_NAME_MAX + 1];
	bool last;       /* the four below are set on the last chunk only */
	bool truncated;  /* cut at the server's cap */
	bool needs_root; /* the report says so of something */
	int exit, ms, version; /* exit and ms: -1 unknown */
	bool torn;       /* shorter than it said: another frame began inside */
	const char *bytes; /* borrowed */
	size_t len;
};

struct frames;

typedef void frame_chunk_call(void *owner, const struct frame_chunk *chunk);
typedef void frame_noise_call(void *owner, const char *bytes, size_t len);

struct frames *frames_new(const char *mark, frame_chunk_call *on_chunk,
	frame_noise_call *on_noise, void *owner);
void frames_feed(struct frames *frames, const char *bytes, size_t len);
void frames_free(struct frames *frames);

#endif
