#include "base/dlog.h"

#include <fcntl.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/text.h"

#define LINE_MAX_BYTES 8192

static int log_fd = -1;

bool dlog_open(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
	struct stat st;

	if (fd < 0)
		return false;
	if (fstat(fd, &st) || !S_ISREG(st.st_mode)) {
		close(fd);
		return false;
	}
	dlog_close();
	log_fd = fd;
	return true;
}

void dlog_close(void)
{
	if (log_fd >= 0)
		close(log_fd);
	log_fd = -1;
}

/* One write a line, so that two programs can share the file. A full disk is no reason
 * to stop: the line is lost. */
void dlog(const char *format, ...)
{
	struct buf text, line;
	struct timespec now;
	va_list args;
	ssize_t done;

	if (log_fd < 0)
		return;
	clock_gettime(CLOCK_MONOTONIC, &now);
	buf_init(&text, LINE_MAX_BYTES);
	buf_init(&line, 4 * LINE_MAX_BYTES + 64);
	va_start(args, format);
	buf_vaddf(&text, format, args);
	va_end(args);
	buf_addf(&line, "%lld.%03ld ", (long long)now.tv_sec, now.tv_nsec / 1000000);
	text_clean(&line, span_from(text.data, text.len));
	buf_addc(&line, '\n');
	done = write(log_fd, line.data, line.len);
	(void)done;
	buf_release(&line);
	buf_release(&text);
}
