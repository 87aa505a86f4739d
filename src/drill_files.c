#include "drill_files.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "store/recording.h"

#define SCRIPT_MAX (256u << 10)

static bool is_folder(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISDIR(st.st_mode);
}

/* The program's own folder and the one above: ./wp502 or build/wp502 in a built tree. */
static char *beside_program(void)
{
	static const char *const ways[] = { "tests/drills", "../tests/drills" };
	char exe[4096], *slash, *path;
	ssize_t len = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	size_t i;

	if (len <= 0)
		return NULL;
	exe[len] = '\0';
	slash = strrchr(exe, '/');
	if (!slash)
		return NULL;
	*slash = '\0';
	for (i = 0; i < 2; i++) {
		path = xasprintf("%s/%s", exe, ways[i]);
		if (is_folder(path))
			return path;
		free(path);
	}
	return NULL;
}

char *drill_folder(void)
{
	const char *named = getenv("WP502_DRILLS");
	char *path;

	if (named && *named)
		return xstrdup(named);
	path = beside_program();
	if (path)
		return path;
	return is_folder(WP502_DATADIR "/drills") ? xstrdup(WP502_DATADIR "/drills") : NULL;
}

static bool read_whole(const char *path, struct buf *out)
{
	FILE *file = fopen(path, "re");
	char chunk[4096];
	size_t got;

	if (!file)
		return false;
	while ((got = fread(chunk, 1, sizeof(chunk), file)) > 0)
		buf_add(out, chunk, got);
	got = (size_t)ferror(file);
	fclose(file);
	return !got && !out->over;
}

struct drill *drill_load(const char *folder, const char *name, char **ret_error)
{
	struct drill *drill = NULL;
	char *path, *why = NULL;
	struct buf text;

	if (!drill_name_ok(name)) {
		*ret_error = xasprintf("no drill of that name (wp502 drill list)");
		return NULL;
	}
	path = xasprintf("%s/%s/script", folder, name);
	buf_init(&text, SCRIPT_MAX);
	if (!read_whole(path, &text))
		*ret_error = errno == ENOENT ? xasprintf("no drill %s (wp502 drill list)", name)
					     : xasprintf("cannot read %s", path);
	else if (!(drill = drill_parse(name, span_from(text.data, text.len), &why)))
		*ret_error = xasprintf("%s: %s", path, why);
	free(why);
	buf_release(&text);
	free(path);
	return drill;
}

static int in_order(const void *a, const void *b)
{
	const struct drill *x = *(struct drill *const *)a, *y = *(struct drill *const *)b;
	int by_level = strcmp(x->level, y->level); /* "beginner" before "expert" */

	return by_level ? by_level : strcmp(x->name, y->name);
}

struct drill **drill_load_all(const char *folder, size_t *ret_count)
{
	struct drill **all = xcalloc(1, sizeof(struct drill *)), *drill;
	DIR *dir = opendir(folder);
	struct dirent *entry;
	char *error;

	*ret_count = 0;
	while (dir && (entry = readdir(dir)) != NULL) {
		error = NULL;
		drill = drill_load(folder, entry->d_name, &error);
		free(error);
		if (!drill)
			continue;
		all = xrealloc(all, *ret_count + 2, sizeof(struct drill *));
		all[(*ret_count)++] = drill;
		all[*ret_count] = NULL;
	}
	if (dir)
		closedir(dir);
	qsort(all, *ret_count, sizeof(struct drill *), in_order);
	return all;
}

struct source *drill_open_stretch(void *owner, const char *stretch)
{
	struct drill_opener *opener = owner;
	char *path = xasprintf("%s/%s/%s.events.zst", opener->folder, opener->drill->name, stretch);
	struct source *source;

	free(opener->error);
	opener->error = NULL;
	source = recording_new(opener->loop, path, &opener->error);
	if (source)
		recording_on_end(source, opener->ended, opener->owner);
	free(path);
	return source;
}
