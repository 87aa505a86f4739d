#include "actions/audit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/sha256.h"
#include "base/span.h"
#include "base/text.h"

#define AUDIT_MAX (64u << 20)
#define LOCK_TRIES 40
#define LOCK_WAIT_US 50000
#define FIRST "0000000000000000000000000000000000000000000000000000000000000000"

char *audit_default_path(void)
{
	const char *base = getenv("XDG_STATE_HOME"), *home = getenv("HOME");

	if (base && *base == '/')
		return xasprintf("%s/wp502/audit.jsonl", base);
	return xasprintf("%s/.local/state/wp502/audit.jsonl", home ? home : "");
}

const char *audit_text(const json_t *record, const char *member)
{
	const char *text = json_string_value(json_object_get(record, member));

	return text ? text : "";
}

static bool fail(char **ret_error, const char *path, const char *what)
{
	*ret_error = xasprintf("%s: %s: %s", path, what, strerror(errno));
	return false;
}

/* The folders above path, for the operator only. */
static void make_parents(const char *path)
{
	char *copy = xstrdup(path), *p;

	for (p = strchr(copy + 1, '/'); p; p = strchr(p + 1, '/')) {
		*p = '\0';
		mkdir(copy, 0700);
		*p = '/';
	}
	free(copy);
}

/* A new file's name must be on disk too. */
static void sync_folder(const char *path)
{
	char *copy = xstrdup(path), *slash = strrchr(copy, '/');
	int fd;

	if (slash && slash != copy) {
		*slash = '\0';
		fd = open(copy, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd >= 0) {
			fsync(fd);
			close(fd);
		}
	}
	free(copy);
}

static bool lock(int fd)
{
	int i;

	for (i = 0; i < LOCK_TRIES; i++) {
		if (!flock(fd, LOCK_EX | LOCK_NB))
			return true;
		if (errno != EWOULDBLOCK && errno != EINTR)
			return false;
		usleep(LOCK_WAIT_US);
	}
	return false;
}

static bool read_all(int fd, struct buf *out)
{
	char piece[65536];
	ssize_t n;

	if (lseek(fd, 0, SEEK_SET) < 0)
		return false;
	while ((n = read(fd, piece, sizeof(piece))) > 0)
		if (!buf_add(out, piece, (size_t)n)) {
			errno = EFBIG;
			return false;
		}
	return n == 0;
}

static bool write_all(int fd, const char *bytes, size_t len)
{
	ssize_t n;

	while (len) {
		n = write(fd, bytes, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		bytes += n;
		len -= (size_t)n;
	}
	return true;
}

/* The hash a record should have: over its line without that member. */
static void hash_of(json_t *record, char ret[SHA256_HEX_SIZE])
{
	json_t *copy = json_copy(record);
	char *line;

	json_object_del(copy, "hash");
	line = json_dumps(copy, JSON_COMPACT);
	sha256_hex(line ? line : "", line ? strlen(line) : 0, ret);
	free(line);
	json_decref(copy);
}

/* The last whole line's hash; a line cut short by a crash counts as its own bytes. */
static void last_hash(const struct buf *all, char ret[SHA256_HEX_SIZE])
{
	struct span rest = span_from(all->data ? all->data : "", all->len), line, last = { "", 0 };
	json_t *record;
	const char *hash = NULL;

	while (span_cut(&rest, '\n', &line))
		if (line.n)
			last = line;
	memcpy(ret, FIRST, SHA256_HEX_SIZE);
	if (!last.n)
		return;
	record = json_loadb(last.p, last.n, 0, NULL);
	hash = json_string_value(json_object_get(record, "hash"));
	if (hash && strlen(hash) == SHA256_HEX_SIZE - 1)
		memcpy(ret, hash, SHA256_HEX_SIZE);
	else
		sha256_hex(last.p, last.n, ret);
	json_decref(record);
}

static void stamp(json_t *record, int64_t now, const char *prev)
{
	char time[TEXT_TIME_SIZE], hash[SHA256_HEX_SIZE];

	json_object_set_new(record, "time", json_string(text_time_utc(now, time)));
	json_object_set_new(record, "at", json_integer(now));
	json_object_set_new(record, "prev", json_string(prev));
	json_object_del(record, "hash");
	hash_of(record, hash);
	json_object_set_new(record, "hash", json_string(hash));
}

static bool add_locked(int fd, const char *path, json_t *record, int64_t now, char **ret_error)
{
	char prev[SHA256_HEX_SIZE], *line;
	struct buf all;
	bool ok;

	buf_init(&all, AUDIT_MAX);
	ok = read_all(fd, &all);
	if (ok) {
		last_hash(&all, prev);
		stamp(record, now, prev);
		line = json_dumps(record, JSON_COMPACT);
		ok = line && (!all.len || all.data[all.len - 1] == '\n' || write_all(fd, "\n", 1)) &&
		     write_all(fd, line, strlen(line)) && write_all(fd, "\n", 1) && !fsync(fd);
		free(line);
	}
	buf_release(&all);
	return ok || fail(ret_error, path, "cannot be written");
}

bool audit_add(const char *path, json_t *record, int64_t now, char **ret_error)
{
	struct stat st;
	bool ok;
	int fd;

	make_parents(path);
	fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
	if (fd < 0)
		return fail(ret_error, path, "cannot be opened");
	if (fstat(fd, &st) || !S_ISREG(st.st_mode)) {
		close(fd);
		*ret_error = xasprintf("%s: not a regular file", path);
		return false;
	}
	if (!lock(fd)) {
		ok = fail(ret_error, path, "another wp502 holds it");
	} else {
		if (!st.st_size)
			sync_folder(path);
		ok = add_locked(fd, path, record, now, ret_error);
	}
	close(fd);
	return ok;
}

static void take_line(json_t *all, struct span line, char prev[SHA256_HEX_SIZE], size_t number,
	size_t *ret_broken)
{
	json_t *record = json_loadb(line.p, line.n, 0, NULL);
	char hash[SHA256_HEX_SIZE];

	if (!json_is_object(record)) {
		json_decref(record);
		sha256_hex(line.p, line.n, prev);
		if (!*ret_broken)
			*ret_broken = number;
		return;
	}
	hash_of(record, hash);
	if (!*ret_broken && (strcmp(audit_text(record, "hash"), hash) != 0 ||
				    strcmp(audit_text(record, "prev"), prev) != 0))
		*ret_broken = number;
	memcpy(prev, hash, SHA256_HEX_SIZE);
	json_array_append_new(all, record);
}

json_t *audit_read(const char *path, size_t *ret_broken, char **ret_error)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	json_t *array = json_array();
	char prev[SHA256_HEX_SIZE] = FIRST;
	struct span rest, line;
	struct buf all;
	size_t number = 0;

	*ret_broken = 0;
	if (fd < 0 && errno == ENOENT)
		return array;
	buf_init(&all, AUDIT_MAX);
	if (fd < 0 || !read_all(fd, &all)) {
		fail(ret_error, path, "cannot be read");
		json_decref(array);
		array = NULL;
	}
	rest = span_from(all.data ? all.data : "", all.len);
	while (array && span_cut(&rest, '\n', &line)) {
		number++;
		if (line.n)
			take_line(array, line, prev, number, ret_broken);
	}
	buf_release(&all);
	if (fd >= 0)
		close(fd);
	return array;
}
