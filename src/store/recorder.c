#include "store/recorder.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "store/container.h"
#include "store/redact.h"
#include "store/textform.h"

#define SOON_MS 1000          /* what came waits at most so long for the disk */
#define ENOUGH (512u << 10)   /* ... or until there is so much of it */
#define KEEP_MS (7ll * 24 * 3600 * 1000)
#define DROP_EVERY_MS 600000

/* Commits wait for the disk: a thread of their own does them. */
struct boxed {
	struct container *container; /* the thread's while it runs */
	pthread_t thread;
	pthread_mutex_t lock;        /* of what follows */
	pthread_cond_t wake;
	struct buf pending;          /* lines */
	int64_t first, last;         /* wall ms of their events */
	int64_t dropped_at;
	uint64_t seq;                /* of the last event */
	int64_t mono;
	bool stop;
	char *error;                 /* NULL: all well */
};

struct recorder {
	int fd;              /* text form; -1 with a box */
	struct boxed *box;
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

/* ---- the box ---- */

/* What a recording leaves out must be said in it. Called with the lock held. */
static void note_dropped(struct boxed *box, int rows)
{
	char text[96];
	struct event note = { .seq = box->seq, .mono = box->mono, .wall = box->last, .host = "",
		.kind = EVENT_NOTE, .name = "dropped", .exit = EVENT_EXIT_UNKNOWN, .ms = -1,
		.bytes = text };

	snprintf(text, sizeof(text), "older than 7 days: %d pieces of the recording", rows);
	note.len = strlen(text);
	textform_write(&box->pending, &note);
}

static void drop_old(struct boxed *box, int64_t last)
{
	int rows;

	if (last - box->dropped_at < DROP_EVERY_MS)
		return;
	box->dropped_at = last;
	rows = container_drop_before(box->container, last - KEEP_MS);
	if (!rows)
		return;
	pthread_mutex_lock(&box->lock);
	note_dropped(box, rows);
	pthread_mutex_unlock(&box->lock);
}

/* Takes what is pending, with the lock held; the lock is free while the disk works. */
static void store_pending(struct boxed *box)
{
	struct buf lines = box->pending;
	int64_t first = box->first, last = box->last;
	char *why = NULL;
	bool done;

	buf_init(&box->pending, CONTAINER_CHUNK_MAX);
	pthread_mutex_unlock(&box->lock);
	done = container_add(box->container, span_from(lines.data, lines.len), first, last, &why);
	buf_release(&lines);
	if (done)
		drop_old(box, last);
	pthread_mutex_lock(&box->lock);
	if (!done && !box->error)
		box->error = why;
	else
		free(why);
}

static void *store_all(void *owner)
{
	struct boxed *box = owner;
	struct timespec until;

	pthread_mutex_lock(&box->lock);
	while (!box->stop || box->pending.len) {
		while (!box->stop && !box->pending.len)
			pthread_cond_wait(&box->wake, &box->lock);
		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_sec += SOON_MS / 1000;
		while (!box->stop && box->pending.len < ENOUGH &&
		       !pthread_cond_timedwait(&box->wake, &box->lock, &until))
			;
		if (box->pending.len)
			store_pending(box);
	}
	pthread_mutex_unlock(&box->lock);
	return NULL;
}

static struct boxed *box_new(const char *path, char **ret_error)
{
	struct container *container = container_new(path, ret_error);
	struct boxed *box;

	if (!container)
		return NULL;
	box = xcalloc(1, sizeof(*box));
	box->container = container;
	pthread_mutex_init(&box->lock, NULL);
	pthread_cond_init(&box->wake, NULL);
	buf_init(&box->pending, CONTAINER_CHUNK_MAX);
	if (!pthread_create(&box->thread, NULL, store_all, box))
		return box;
	*ret_error = xasprintf("cannot record to %s: no thread", path);
	container_free(container);
	free(box);
	return NULL;
}

/* NULL, or why storing stopped (to free). */
static char *box_add(struct boxed *box, const struct buf *line, const struct event *event)
{
	char *error;

	pthread_mutex_lock(&box->lock);
	if (!box->pending.len)
		box->first = event->wall;
	box->last = event->wall;
	box->seq = event->seq;
	box->mono = event->mono;
	if (!box->error && !buf_add(&box->pending, line->data, line->len))
		box->error = xstrdup("the disk is slower than what comes");
	error = box->error ? xstrdup(box->error) : NULL;
	pthread_cond_signal(&box->wake);
	pthread_mutex_unlock(&box->lock);
	return error;
}

/* Stores the rest. NULL, or why that failed (to free). */
static char *box_free(struct boxed *box)
{
	char *error;

	pthread_mutex_lock(&box->lock);
	box->stop = true;
	pthread_cond_signal(&box->wake);
	pthread_mutex_unlock(&box->lock);
	pthread_join(box->thread, NULL);
	container_free(box->container);
	pthread_mutex_destroy(&box->lock);
	pthread_cond_destroy(&box->wake);
	buf_release(&box->pending);
	error = box->error;
	free(box);
	return error;
}

/* ---- the recorder ---- */

static bool wants_box(const char *path)
{
	return span_ends(span_of(path), ".wp502");
}

static struct recorder *boxed_recorder(const char *path, char **ret_error)
{
	struct boxed *box = box_new(path, ret_error);
	struct recorder *r;

	if (!box)
		return NULL;
	r = xcalloc(1, sizeof(*r));
	r->fd = -1;
	r->box = box;
	r->path = xstrdup(path);
	buf_init(&r->line, TEXTFORM_LINE_MAX);
	return r;
}

static struct recorder *text_recorder(const char *path, char **ret_error)
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

struct recorder *recorder_new(const char *path, char **ret_error)
{
	return wants_box(path) ? boxed_recorder(path, ret_error) : text_recorder(path, ret_error);
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
	char *boxed = NULL;
	int cut;

	if (r->failed)
		return true;
	if (r->box && make_line(r, event) && !(boxed = box_add(r->box, &r->line, event)))
		return true;
	if (boxed) {
		r->failed = true;
		*ret_error = xasprintf("the recording to %s ends here: %s", r->path, boxed);
		free(boxed);
		return false;
	}
	if (r->box || !make_line(r, event))
		why = "an event does not fit the format";
	else if (!write_all(r->fd, r->line.data, r->line.len))
		why = strerror(errno);
	if (!why) {
		r->whole += (off_t)r->line.len;
		return true;
	}
	r->failed = true;
	*ret_error = xasprintf("the recording to %s ends here: %s", r->path, why);
	if (!r->box) {
		cut = ftruncate(r->fd, r->whole); /* half a line: the reader would report it */
		(void)cut;
	}
	return false;
}

char *recorder_free(struct recorder *r)
{
	char *error = NULL, *told;
	const char *why;
	bool bad;

	if (!r)
		return NULL;
	if (r->box) {
		error = box_free(r->box);
		why = error ? error : "";
		bad = error != NULL;
	} else {
		bad = fsync(r->fd) != 0;
		bad = close(r->fd) != 0 || bad;
		why = strerror(errno);
	}
	told = bad && !r->failed ? xasprintf("the recording in %s may be cut: %s", r->path, why)
				: NULL;
	free(error);
	free(r->path);
	buf_release(&r->line);
	free(r);
	return told;
}
