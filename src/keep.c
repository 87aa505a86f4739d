#include "keep.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/span.h"

struct kept {
	char *path;
	int64_t at, bytes;
};

struct folder {
	struct kept *items;
	size_t count;
};

/* "console-20261120-115200-4711.wp502": made by us and by nobody else. */
static bool is_ours(const char *name)
{
	return span_starts(span_of(name), "console-") && span_ends(span_of(name), ".wp502");
}

static void take(struct folder *folder, char *path)
{
	struct stat st;

	if (lstat(path, &st) || !S_ISREG(st.st_mode) || st.st_uid != geteuid()) {
		free(path);
		return;
	}
	folder->items = xrealloc(folder->items, folder->count + 1, sizeof(*folder->items));
	folder->items[folder->count++] = (struct kept){ path, st.st_mtime, st.st_size };
}

static int by_age(const void *a, const void *b)
{
	const struct kept *x = a, *y = b;

	return x->at < y->at ? -1 : x->at > y->at;
}

static void list(struct folder *folder, const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;

	while (dir && (entry = readdir(dir)) != NULL)
		if (is_ours(entry->d_name))
			take(folder, xasprintf("%s/%s", path, entry->d_name));
	if (dir)
		closedir(dir);
	if (folder->count)
		qsort(folder->items, folder->count, sizeof(*folder->items), by_age);
}

/* And what a killed console left beside it. */
static bool remove_one(const char *path)
{
	char *wal = xasprintf("%s-wal", path), *shm = xasprintf("%s-shm", path);
	bool gone = !unlink(path);

	if (gone) {
		unlink(wal);
		unlink(shm);
	}
	free(wal);
	free(shm);
	return gone;
}

char *keep_prune(const char *path, int64_t now, int64_t max_bytes)
{
	struct folder folder = { NULL, 0 };
	int64_t total = 0, freed = 0;
	size_t i, gone = 0;
	bool old;

	list(&folder, path);
	for (i = 0; i < folder.count; i++)
		total += folder.items[i].bytes;
	for (i = 0; i < folder.count; i++) {
		old = now - folder.items[i].at > KEEP_DAYS * 86400;
		if ((old || total > max_bytes) && remove_one(folder.items[i].path)) {
			total -= folder.items[i].bytes;
			freed += folder.items[i].bytes;
			gone++;
		}
		free(folder.items[i].path);
	}
	free(folder.items);
	if (!gone)
		return NULL;
	return xasprintf("dropped %zu old recordings, %lld kB (kept: %d days, %lld MB)", gone,
		(long long)(freed / 1024), KEEP_DAYS, (long long)(max_bytes >> 20));
}

static bool make_folder(char *path)
{
	struct stat st;
	char *slash;

	for (slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(path, 0700) && errno != EEXIST)
			return false;
		*slash = '/';
	}
	if (mkdir(path, 0700) && errno != EEXIST)
		return false;
	return !stat(path, &st) && S_ISDIR(st.st_mode) && st.st_uid == geteuid() &&
	       !chmod(path, 0700);
}

char *keep_new(int64_t now, char **ret_dropped, char **ret_error)
{
	const char *base = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	char *folder, *path, clock[32];
	time_t at = (time_t)now;
	struct tm parts;

	folder = base && *base == '/' ? xasprintf("%s/wp502/recordings", base)
				      : xasprintf("%s/.local/state/wp502/recordings",
						home ? home : "");
	*ret_dropped = NULL;
	if (!make_folder(folder)) {
		*ret_error = xasprintf("no recording: %s: %s", folder, strerror(errno));
		free(folder);
		return NULL;
	}
	*ret_dropped = keep_prune(folder, now, KEEP_BYTES);
	gmtime_r(&at, &parts);
	strftime(clock, sizeof(clock), "%Y%m%d-%H%M%S", &parts);
	path = xasprintf("%s/console-%s-%ld.wp502", folder, clock, (long)getpid());
	free(folder);
	return path;
}
