#include "store/textfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/span.h"
#include "store/textform.h"

#define CHUNK 65536

struct textfile {
	int fd;
	char *path;
	char *chunk;
	struct span unread; /* of chunk */
	struct buf line;    /* the line so far; over: longer than the cap */
	long number;        /* of that line */
	bool gone;          /* the end, or what stopped us, was told */
	struct arena *mem;  /* of the last answer */
};

struct textfile *textfile_open(const char *path, char **ret_error)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct textfile *file;
	struct stat st;

	if (fd < 0) {
		*ret_error = xasprintf("cannot open %s: %s", path, strerror(errno));
		return NULL;
	}
	if (fstat(fd, &st) || !S_ISREG(st.st_mode)) {
		*ret_error = xasprintf("%s is not a regular file", path);
		close(fd);
		return NULL;
	}
	file = xcalloc(1, sizeof(*file));
	file->fd = fd;
	file->path = xstrdup(path);
	file->chunk = xmalloc(CHUNK);
	buf_init(&file->line, TEXTFORM_LINE_MAX);
	return file;
}

void textfile_close(struct textfile *file)
{
	if (!file)
		return;
	close(file->fd);
	free(file->path);
	free(file->chunk);
	buf_release(&file->line);
	arena_free(file->mem);
	free(file);
}

static const char *problem(struct textfile *file, const char *why)
{
	return arena_printf(file->mem, "%s:%ld: %s", file->path, file->number, why);
}

/* Fills `unread`; false at the end and after an error, which *ret_error names then. */
static bool fill(struct textfile *file, int *ret_error)
{
	ssize_t got;

	do
		got = read(file->fd, file->chunk, CHUNK);
	while (got < 0 && errno == EINTR);
	*ret_error = got < 0 ? errno : 0;
	file->unread = span_from(file->chunk, got > 0 ? (size_t)got : 0);
	return got > 0;
}

/* Reads up to the next LF into `line`. False when the file ended first. */
static bool read_line(struct textfile *file, int *ret_error)
{
	struct span piece;
	bool whole;

	buf_clear(&file->line);
	file->number++;
	*ret_error = 0;
	for (;;) {
		if (!file->unread.n && !fill(file, ret_error))
			return false;
		whole = memchr(file->unread.p, '\n', file->unread.n) != NULL;
		span_cut(&file->unread, '\n', &piece);
		buf_add(&file->line, piece.p, piece.n);
		if (whole)
			return true;
	}
}

static enum textfile_got last_words(struct textfile *file, int error, const char **ret_problem)
{
	file->gone = true;
	if (error)
		*ret_problem = problem(file, strerror(error));
	else if (file->line.len)
		*ret_problem = problem(file, "the last line is cut; it was dropped");
	else
		return TEXTFILE_END;
	return TEXTFILE_PROBLEM;
}

/* "# wp502 events N" of a later wp502, which may mean something else by the same words. */
static bool from_the_future(struct textfile *file)
{
	static const char head[] = "# wp502 events ";
	struct span line = span_from(file->line.data, file->line.len);
	int64_t version;

	return file->number == 1 && span_starts(line, head) &&
	       span_int(span_trim(span_skip(line, sizeof(head) - 1)), &version) && version > 1;
}

enum textfile_got textfile_next(struct textfile *file, struct event *ret_event,
				const char **ret_problem)
{
	const char *why;
	int error;

	arena_free(file->mem);
	file->mem = arena_new();
	while (!file->gone) {
		if (!read_line(file, &error))
			return last_words(file, error, ret_problem);
		if (file->line.over) {
			*ret_problem = problem(file, "the line is longer than 4 MB");
			return TEXTFILE_PROBLEM;
		}
		if (from_the_future(file)) {
			file->gone = true;
			*ret_problem = problem(file, "written by a newer wp502");
			return TEXTFILE_PROBLEM;
		}
		if (!file->line.len || file->line.data[0] == '#')
			continue;
		if (textform_parse(span_from(file->line.data, file->line.len), file->mem,
				   ret_event, &why))
			return TEXTFILE_EVENT;
		*ret_problem = problem(file, why);
		return TEXTFILE_PROBLEM;
	}
	return TEXTFILE_END;
}
