#include "store/textfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/span.h"
#include "store/container.h"
#include "store/textform.h"

#define CHUNK 65536
/* A small file may unpack to anything: a recording is never more than this. */
#define UNPACKED_MAX (256ll << 20)
#define WINDOW_LOG_MAX 23 /* 8 MB, what zstd -19 uses */

struct textfile {
	int fd;
	char *path;
	char *chunk;
	struct span unread; /* of chunk */
	struct container_reader *container; /* NULL: it is none */
	ZSTD_DCtx *unpack;  /* NULL: not compressed */
	char *packed;       /* CHUNK bytes as read; in: where we are there */
	ZSTD_inBuffer in;
	size_t frame_left;  /* 0: at the end of a frame */
	bool holds_more;    /* the last piece filled the room there was */
	long long unpacked; /* bytes so far */
	struct buf line;    /* the line so far; over: longer than the cap */
	long number;        /* of that line */
	bool gone;          /* the end, or what stopped us, was told */
	struct arena *mem;  /* of the last answer */
};

static void look_for_zstd(struct textfile *file)
{
	static const unsigned char magic[4] = { 0x28, 0xb5, 0x2f, 0xfd };
	unsigned char head[4];

	if (pread(file->fd, head, sizeof(head), 0) != (ssize_t)sizeof(head) ||
	    memcmp(head, magic, sizeof(head)) != 0)
		return;
	file->unpack = ZSTD_createDCtx();
	ZSTD_DCtx_setParameter(file->unpack, ZSTD_d_windowLogMax, WINDOW_LOG_MAX);
	file->packed = xmalloc(CHUNK);
	file->in.src = file->packed;
}

/* False with *ret_error: it looks like a container, but cannot be read. */
static bool look_for_container(struct textfile *file, char **ret_error)
{
	char head[16];

	if (pread(file->fd, head, sizeof(head), 0) != (ssize_t)sizeof(head) ||
	    !container_is(head, sizeof(head)))
		return true;
	file->container = container_open(file->path, ret_error);
	return file->container != NULL;
}

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
	look_for_zstd(file);
	buf_init(&file->line, TEXTFORM_LINE_MAX);
	if (look_for_container(file, ret_error))
		return file;
	textfile_close(file);
	return NULL;
}

void textfile_close(struct textfile *file)
{
	if (!file)
		return;
	close(file->fd);
	free(file->path);
	free(file->chunk);
	free(file->packed);
	container_close(file->container);
	ZSTD_freeDCtx(file->unpack);
	buf_release(&file->line);
	arena_free(file->mem);
	free(file);
}

static const char *problem(struct textfile *file, const char *why)
{
	return arena_printf(file->mem, "%s:%ld: %s", file->path, file->number, why);
}

/* Bytes as they lie in the file; 0: the end, or *ret_why. */
static size_t read_raw(struct textfile *file, char *to, const char **ret_why)
{
	ssize_t got;

	do
		got = read(file->fd, to, CHUNK);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		*ret_why = strerror(errno);
	return got > 0 ? (size_t)got : 0;
}

static size_t read_unpacked(struct textfile *file, const char **ret_why)
{
	ZSTD_outBuffer out = { file->chunk, CHUNK, 0 };

	while (!out.pos) {
		if (file->in.pos == file->in.size && !file->holds_more) {
			file->in.pos = 0;
			file->in.size = read_raw(file, file->packed, ret_why);
			if (!file->in.size && file->frame_left && !*ret_why)
				*ret_why = "the compressed file is cut";
			if (!file->in.size)
				return 0;
		}
		file->frame_left = ZSTD_decompressStream(file->unpack, &out, &file->in);
		file->holds_more = out.pos == out.size;
		if (ZSTD_isError(file->frame_left))
			*ret_why = ZSTD_getErrorName(file->frame_left);
		if (*ret_why)
			return 0;
	}
	file->unpacked += (long long)out.pos;
	if (file->unpacked <= UNPACKED_MAX)
		return out.pos;
	*ret_why = "it unpacks to more than 256 MB";
	return 0;
}

/* Fills `unread`; false at the end and after an error, which *ret_why names then. */
static bool fill(struct textfile *file, const char **ret_why)
{
	size_t got;

	if (file->container)
		return container_next(file->container, &file->unread, ret_why);
	got = file->unpack ? read_unpacked(file, ret_why) :
			     read_raw(file, file->chunk, ret_why);

	file->unread = span_from(file->chunk, got);
	return got > 0;
}

/* Reads up to the next LF into `line`. False when the file ended first. */
static bool read_line(struct textfile *file, const char **ret_why)
{
	struct span piece;
	bool whole;

	buf_clear(&file->line);
	file->number++;
	*ret_why = NULL;
	for (;;) {
		if (!file->unread.n && !fill(file, ret_why))
			return false;
		whole = memchr(file->unread.p, '\n', file->unread.n) != NULL;
		span_cut(&file->unread, '\n', &piece);
		buf_add(&file->line, piece.p, piece.n);
		if (whole)
			return true;
	}
}

static enum textfile_got last_words(struct textfile *file, const char *error, const char **ret_problem)
{
	file->gone = true;
	if (error)
		*ret_problem = problem(file, error);
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

	arena_free(file->mem);
	file->mem = arena_new();
	while (!file->gone) {
		if (!read_line(file, &why))
			return last_words(file, why, ret_problem);
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
