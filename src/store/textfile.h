/*
 * textfile: reads a file in text form event by event. A bad line is reported with its
 * place and passed over, so that one scratched line does not cost a recording; a cut last
 * line (the writer was killed) is reported and dropped. The file may be compressed with
 * zstd; what it unpacks to is capped.
 */
#ifndef STORE_TEXTFILE_H
#define STORE_TEXTFILE_H

#include "model/event.h"

struct textfile;

enum textfile_got {
	TEXTFILE_EVENT,   /* *ret_event is set; its parts live until the next call */
	TEXTFILE_PROBLEM, /* *ret_problem is set, "FILE:LINE: why"; there may be more events */
	TEXTFILE_END
};

/* NULL with *ret_error, a sentence that the caller frees. Regular files only. */
struct textfile *textfile_open(const char *path, char **ret_error);
void textfile_close(struct textfile *file); /* NULL is fine */

enum textfile_got textfile_next(struct textfile *file, struct event *ret_event,
				const char **ret_problem);

#endif
