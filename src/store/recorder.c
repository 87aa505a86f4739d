#include "store/recorder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "store/redact.h"
#include "store/textform.h"

struct recorder {
	int fd;
	char *path;
	off_t whole; /* bytes of whole lines in the file */
	bool failed;
	struct buf line;
};

/* A file that exists may be used while it is empty, ours, and nobody else's under another name. */
static int open_empty(const char *path)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	if (fd < 0)
		return -1;
	if (!fstat(fd, &st) && S_ISREG(st.st_mode) && !st.st_size && st.st_nlink == 1 &&
	    st.st_uid == geteuid() && !fchmod(fd, 0600))
		return fd;
	close(fd);
	errno = EEXIST;
	return -1;
}

static bool write_all(int fd, const char *bytes, size_t len)
{
	ssize_t done;

	while (len) {
		done = write(fd, bytes, len);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return false;
		bytes += done;
		len -= (size_t)done;
	}
	return true;
}

struct recorder *recorder_new(const char *path, char **ret_error)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	struct recorder *r;

	if (fd < 0 && errno == EEXIST)
		fd = open_empty(path);
	if (fd < 0) {
		*ret_error = errno == EEXIST || errno == ELOOP ?
			xasprintf("cannot record to %s: it exists already", path) :
			xasprintf("cannot record to %s: %s", path, strerror(errno));
		return NULL;
	}
	if (!write_all(fd, TEXTFORM_MAGIC, strlen(TEXTFORM_MAGIC))) {
		*ret_error = xasprintf("cannot record to %s: %s", path, strerror(errno));
		close(fd);
		return NULL;
	}
	r = xcalloc(1, sizeof(*r));
	r->fd = fd;
	r->path = xstrdup(path);
	r->whole = (off_t)strlen(TEXTFORM_MAGIC);
	buf_init(&r->line, TEXTFORM_LINE_MAX);
	return r;
}

/* The payload without its secrets, as a line in r->line. */
static bool make_line(struct recorder *r, const struct event *event)
{
	struct event clean = *event;
	struct buf bytes;
	bool done;

	buf_init(&bytes, redact_room(event->len));
	redact(&bytes, span_from(event->bytes, event->len));
	clean.bytes = bytes.data;
	clean.len = bytes.len;
	buf_clear(&r->line);
	done = textform_write(&r->line, &clean);
	buf_release(&bytes);
	return done;
}

bool recorder_event(struct recorder *r, const struct event *event, char **ret_error)
{
	const char *why = NULL;
	int cut;

	if (r->failed)
		return true;
	if (!make_line(r, event))
		why = "an event does not fit the format";
	else if (!write_all(r->fd, r->line.data, r->line.len))
		why = strerror(errno);
	if (!why) {
		r->whole += (off_t)r->line.len;
		return true;
	}
	r->failed = true;
	*ret_error = xasprintf("the recording to %s ends here: %s", r->path, why);
	cut = ftruncate(r->fd, r->whole); /* half a line: the reader would report it */
	(void)cut;
	return false;
}

char *recorder_free(struct recorder *r)
{
	char *error = NULL;
	bool bad;

	if (!r)
		return NULL;
	bad = fsync(r->fd) != 0;
	bad = close(r->fd) != 0 || bad;
	if (bad && !r->failed)
		error = xasprintf("the recording in %s may be cut: %s", r->path, strerror(errno));
	free(r->path);
	buf_release(&r->line);
	free(r);
	return error;
}
