/*
 * recording: a source that plays a file in text form, in order, as fast as the loop lets
 * it. It answers no request (0) and acts on nothing (why: "recording"). now() is the time
 * of the event being played, so ages are right; mono never goes back, whatever the file
 * says. Events come a few milliseconds' worth per turn: keys and frames stay possible.
 */
#ifndef STORE_RECORDING_H
#define STORE_RECORDING_H

#include <stdbool.h>
#include <stddef.h>

#include "model/source.h"

struct loop;

/*
 * NULL with *ret_error, a sentence that the caller frees, when the file cannot be read or
 * holds no event. The loop outlives the source. Release with ops->close, from anywhere.
 */
struct source *recording_new(struct loop *loop, const char *path, char **ret_error);

typedef void recording_end_call(void *owner);

/* Called once, from inside the loop, after the last event. Set it before start. */
void recording_on_end(struct source *source, recording_end_call *call, void *owner);
bool recording_at_end(const struct source *source);

/*
 * How fast it plays: 1 as it was, 4 four times as fast, 0 (at first) as fast as the loop
 * lets it. Paused it plays nothing but steps: what came up to the next silence.
 */
void recording_pace(struct source *source, double speed);
void recording_pause(struct source *source, bool paused);
void recording_step(struct source *source);

/* Lines passed over so far, and the first of them: "FILE:LINE: why" (borrowed, or NULL). */
size_t recording_problems(const struct source *source, const char **ret_first);

#endif
