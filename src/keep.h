/*
 * keep: where the console's own recordings lie ($XDG_STATE_HOME/wp502/recordings, 0700) and
 * how long: 7 days, 200 MB in all. What goes is said.
 */
#ifndef KEEP_H
#define KEEP_H

#include <stdint.h>

#define KEEP_DAYS 7
#define KEEP_BYTES (200ll << 20)

/* Removes recordings of ours in `folder` that are too old or too much, the oldest first.
 * Says in a sentence to free what went; NULL: nothing. now: epoch s. */
char *keep_prune(const char *folder, int64_t now, int64_t max_bytes);

/*
 * A path for a new recording, to free; its folder is made and pruned. NULL with *ret_error,
 * a sentence to free, when there is no such folder. *ret_dropped: as keep_prune.
 */
char *keep_new(int64_t now, char **ret_dropped, char **ret_error);

#endif
