/*
 * Recorded outages, judged again: tests/fixtures/outages/CAUSE[.VARIANT].events, each
 * recorded from a real server that was broken on purpose (tests/lab/record). The verdict
 * must be the cause in the file's name, and each quoted log line must stand in the file.
 */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "engine/engine.h"
#include "loop/loop.h"
#include "store/recording.h"

#define FOLDER "tests/fixtures/outages"
#define CUTS 24

struct replay {
	struct loop *loop;
	struct engine *engine;
	struct model *model;
};

static void tick(void *owner)
{
	struct replay *r = owner;

	engine_tick(r->engine);
}

static void wake(void *owner, int64_t in_ms)
{
	struct replay *r = owner;

	if (in_ms <= 0)
		loop_defer(r->loop, tick, r);
}

static void stop(void *owner)
{
	struct replay *r = owner;

	loop_stop(r->loop);
}

static void ended(void *owner)
{
	struct replay *r = owner;

	engine_source_ended(r->engine);
	engine_tick(r->engine);
	loop_defer(r->loop, stop, r);
}

/* False when the file holds nothing to play (a short prefix). */
static bool play(struct replay *r, const char *path)
{
	struct engine_options options = { .since_ms = 300000, .wake = wake, .owner = r };
	struct source *source;
	char *error = NULL;

	r->loop = loop_new();
	r->model = model_new();
	source = recording_new(r->loop, path, &error);
	if (!source) {
		free(error);
		r->engine = NULL;
		return false;
	}
	r->engine = engine_new(source, r->model, &options);
	recording_on_end(source, ended, r);
	engine_start(r->engine);
	loop_run(r->loop);
	source->ops->close(source);
	return true;
}

static void release(struct replay *r)
{
	engine_free(r->engine);
	model_free(r->model);
	loop_free(r->loop);
}

static void read_file(const char *path, struct buf *out)
{
	FILE *file = fopen(path, "r");
	char block[65536];
	size_t n;

	assert_non_null(file);
	while ((n = fread(block, 1, sizeof(block), file)) > 0)
		buf_add(out, block, n);
	fclose(file);
}

static bool names_cause(const char *name, const char *cause)
{
	size_t len = strlen(cause);

	return !strncmp(name, cause, len) && name[len] == '.';
}

/* The text form escapes a few bytes; plain log lines stand in it as they are. */
static void check_quotes(const struct verdict *v, const struct buf *file)
{
	size_t i;

	for (i = 0; i < v->evidence_count; i++) {
		if (v->evidence[i].kind != EVIDENCE_LOG || strchr(v->evidence[i].text, '\\'))
			continue;
		assert_non_null(memmem(file->data, file->len, v->evidence[i].text,
			strlen(v->evidence[i].text)));
	}
}

static int check_one(const char *name, const char *path)
{
	struct replay r;
	struct buf file;
	int bad = 0;

	buf_init(&file, 16u << 20);
	read_file(path, &file);
	assert_true(play(&r, path));
	assert_int_equal(r.model->host_count, 1);
	assert_non_null(r.model->hosts[0]->verdict);
	if (!names_cause(name, r.model->hosts[0]->verdict->cause)) {
		print_error("%s: judged %s: %s\n", name, r.model->hosts[0]->verdict->cause,
			r.model->hosts[0]->verdict->title);
		bad = 1;
	}
	check_quotes(r.model->hosts[0]->verdict, &file);
	release(&r);
	buf_release(&file);
	return bad;
}

static void test_every_outage_is_named(void **state)
{
	DIR *folder = opendir(FOLDER);
	struct dirent *entry;
	char path[512];
	int seen = 0, bad = 0;

	(void)state;
	assert_non_null(folder);
	while ((entry = readdir(folder)) != NULL) {
		if (!strstr(entry->d_name, ".events"))
			continue;
		snprintf(path, sizeof(path), FOLDER "/%s", entry->d_name);
		bad += check_one(entry->d_name, path);
		seen++;
	}
	closedir(folder);
	assert_true(seen >= 10);
	assert_int_equal(bad, 0);
}

static void write_prefix(const char *path, const struct buf *file, size_t len)
{
	FILE *out = fopen(path, "w");

	assert_non_null(out);
	assert_int_equal(fwrite(file->data, 1, len, out), len);
	fclose(out);
}

/* A recording cut anywhere still plays: nothing is invented, nothing crashes. */
static void test_any_prefix_plays(void **state)
{
	char path[] = "/tmp/wp502-prefix-XXXXXX";
	int fd = mkstemp(path);
	struct replay r;
	struct buf file;
	size_t i;

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	buf_init(&file, 16u << 20);
	read_file(FOLDER "/fpm.down.events", &file);
	for (i = 1; i < CUTS; i++) {
		write_prefix(path, &file, file.len * i / CUTS);
		if (play(&r, path) && r.model->host_count && r.model->hosts[0]->verdict)
			assert_string_not_equal(r.model->hosts[0]->verdict->cause, "healthy");
		release(&r);
	}
	unlink(path);
	buf_release(&file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_outage_is_named),
		cmocka_unit_test(test_any_prefix_plays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
