#include "evidence.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/sha256.h"
#include "base/text.h"
#include "report/report.h"
#include "store/redact.h"

#define PART_MAX (1600u << 10) /* three of them and the index: under 5 MB */

struct folder {
	char *path;
	json_t *index;
	char **ret_error;
	bool ok;
};

static char *state_folder(void)
{
	const char *base = getenv("XDG_STATE_HOME"), *home = getenv("HOME");

	if (base && *base == '/')
		return xasprintf("%s/wp502/evidence/", base);
	return xasprintf("%s/.local/state/wp502/evidence/", home ? home : "");
}

static void make_folders(const char *path)
{
	char *copy = xstrdup(path), *p;

	for (p = strchr(copy + 1, '/'); p; p = strchr(p + 1, '/')) {
		*p = '\0';
		mkdir(copy, 0700);
		*p = '/';
	}
	mkdir(copy, 0700);
	free(copy);
}

static void failed(struct folder *folder, const char *name)
{
	if (folder->ok)
		*folder->ret_error = xasprintf("%s/%s: %s", folder->path, name, strerror(errno));
	folder->ok = false;
}

static void write_file(struct folder *folder, const char *name, const char *bytes, size_t len)
{
	char *path = xasprintf("%s/%s", folder->path, name);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	ssize_t n = 0;
	size_t done = 0;

	while (fd >= 0 && done < len && (n = write(fd, bytes + done, len - done)) > 0)
		done += (size_t)n;
	if (fd < 0 || done < len || fsync(fd))
		failed(folder, name);
	if (fd >= 0)
		close(fd);
	free(path);
}

/* Redacted, and cut at its share of the room. */
static void keep(struct folder *folder, const char *name, const struct buf *raw)
{
	struct span bytes = span_from(raw->data ? raw->data : "", raw->len);
	char hash[SHA256_HEX_SIZE];
	struct buf out;

	buf_init(&out, redact_room(bytes.n) + 1);
	redact(&out, bytes);
	if (out.len > PART_MAX)
		out.len = PART_MAX;
	sha256_hex(out.data ? out.data : "", out.len, hash);
	write_file(folder, name, out.data ? out.data : "", out.len);
	json_array_append_new(folder->index, json_pack("{s:s,s:I,s:s,s:b}", "name", name, "bytes",
		(json_int_t)out.len, "sha256", hash, "cut", out.len == PART_MAX || raw->over));
	buf_release(&out);
}

static void keep_logs(struct folder *folder, const struct model *model)
{
	const struct log_entry *entry;
	char time[TEXT_TIME_SIZE];
	struct buf out;
	size_t i;

	buf_init(&out, PART_MAX);
	for (i = 0; i < model->logs.count; i++) {
		entry = model->logs.items[i];
		buf_addf(&out, "%s %s %s\n", text_time_utc(entry->at, time), entry->source, entry->text);
		if (entry->more)
			buf_addf(&out, "%s\n", entry->more);
	}
	keep(folder, "logs.txt", &out);
	buf_release(&out);
}

static void keep_reports(struct folder *folder, const struct model *model,
	struct source_time began, struct source_time ended)
{
	struct report_style style = { .utc = true };
	struct buf out;

	buf_init(&out, PART_MAX);
	report_json(&out, model, began, ended);
	keep(folder, "report.json", &out);
	buf_clear(&out);
	report_text(&out, model, &style);
	keep(folder, "report.txt", &out);
	buf_release(&out);
}

static void sync_folder(struct folder *folder)
{
	int fd = open(folder->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 || fsync(fd))
		failed(folder, "");
	if (fd >= 0)
		close(fd);
}

bool evidence_write(const struct model *model, const char *run, struct source_time began,
	struct source_time ended, char **ret_path, char **ret_error)
{
	char *state = state_folder(), *text;
	struct folder folder = { xasprintf("%s%s", state, run), json_array(), ret_error, true };

	make_folders(folder.path);
	keep_reports(&folder, model, began, ended);
	keep_logs(&folder, model);
	text = json_dumps(folder.index, JSON_INDENT(1));
	write_file(&folder, "index.json", text, strlen(text));
	sync_folder(&folder);
	free(text);
	json_decref(folder.index);
	free(state);
	*ret_path = folder.path;
	return folder.ok;
}
