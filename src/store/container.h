/*
 * container: text form in an SQLite file (WAL): rows of a second or so, each a piece of text
 * form compressed with zstd, so that a crash costs at most the last second and never the
 * file, and a day does not have to be read to see its end.
 *
 *     application_id 0x77353032 ("w502"), user_version 1
 *     chunk(id INTEGER PRIMARY KEY, first INTEGER, last INTEGER, data BLOB)
 *
 * first, last: wall ms of its events. Whole lines only. The order is that of id.
 *
 * A file may come from a stranger: it is opened for reading only, its schema is not trusted
 * and must be a plain table, rows and what they unpack to are capped.
 */
#ifndef STORE_CONTAINER_H
#define STORE_CONTAINER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

#define CONTAINER_CHUNK_MAX (8u << 20) /* bytes of text */

/* ---- writing; used by one thread at a time ---- */

struct container;

/* Makes a file that is not there yet, 0600. NULL with *ret_error, a sentence to free. */
struct container *container_new(const char *path, char **ret_error);

/*
 * Stores lines at once. Pieces that follow each other within five minutes are put together
 * later: they compress better. False with *ret_why, to free; the file is as before.
 */
bool container_add(struct container *container, struct span lines, int64_t first, int64_t last,
	char **ret_why);

/* Drops what ended before that moment; says how many rows went. */
int container_drop_before(struct container *container, int64_t wall);

/* Makes it one file without its journal. NULL is fine. */
void container_free(struct container *container);

/* ---- reading ---- */

struct container_reader;

bool container_is(const char *head, size_t len); /* the first 16 bytes */

/* NULL with *ret_error, a sentence to free. */
struct container_reader *container_open(const char *path, char **ret_error);
void container_close(struct container_reader *reader); /* NULL is fine */

/* The next piece of text; it lives until the next call. False at the end, or with *ret_why
 * (static or until the next call) when the rest cannot be read. */
bool container_next(struct container_reader *reader, struct span *ret_text, const char **ret_why);

#endif
