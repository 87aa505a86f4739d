/*
 * recorder: writes every event to a file. In text form each at once, so that a crash
 * costs at most the last line; to a name that ends in .wp502 as a container
 * (store/container.h), which a thread of its own fills, so that a crash costs at most the
 * last second and nobody waits for the disk. Secrets are taken out at this door (redact.h). The file is
 * new or empty, 0600, and never a symlink. A failed write ends the recording, not the
 * program: it is told once.
 */
#ifndef STORE_RECORDER_H
#define STORE_RECORDER_H

#include <stdbool.h>

#include "model/event.h"

struct recorder;

/* NULL with *ret_error, a sentence that the caller frees. */
struct recorder *recorder_new(const char *path, char **ret_error);

/*
 * Stores one event. False only in the call in which storing stops: then *ret_error is a
 * sentence that the caller frees and shows; later events are dropped and return true.
 */
bool recorder_event(struct recorder *recorder, const struct event *event, char **ret_error);

/* Flushes to the disk and closes. A sentence to show and free when that failed, else NULL. */
char *recorder_free(struct recorder *recorder); /* NULL is fine */

#endif
