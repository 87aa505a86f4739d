#include "keep.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utime.h>

#include <cmocka.h>

#define NOW 1800000000
#define DAY 86400

static char dir[] = "/tmp/wp502-keep-XXXXXX";

static int make_dir(void **state)
{
	(void)state;
	return mkdtemp(dir) ? 0 : -1;
}

static int drop_dir(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	return system(command);
}

static void put(const char *name, long age, int bytes)
{
	struct utimbuf times = { NOW - age, NOW - age };
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	file = fopen(path, "w");
	assert_non_null(file);
	while (bytes--)
		fputc('x', file);
	fclose(file);
	assert_int_equal(utime(path, &times), 0);
}

static int is_there(const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return !access(path, F_OK);
}

static void too_old(void **state)
{
	char *said;

	(void)state;
	put("console-1.wp502", 8 * DAY, 10);
	put("console-2.wp502", 6 * DAY, 10);
	put("mine.wp502", 80 * DAY, 10);
	put("console-notes.txt", 80 * DAY, 10);
	said = keep_prune(dir, NOW, 1000);
	assert_non_null(said);
	assert_non_null(strstr(said, "dropped 1 old"));
	free(said);
	assert_false(is_there("console-1.wp502"));
	assert_true(is_there("console-2.wp502"));
	assert_true(is_there("mine.wp502"));
	assert_true(is_there("console-notes.txt"));
	assert_null(keep_prune(dir, NOW, 1000));
}

static void too_much(void **state)
{
	(void)state;
	put("console-2.wp502", 3 * DAY, 400);
	put("console-3.wp502", 2 * DAY, 400);
	put("console-4.wp502", 1 * DAY, 400);
	free(keep_prune(dir, NOW, 900));
	assert_false(is_there("console-2.wp502"));
	assert_true(is_there("console-3.wp502"));
	assert_true(is_there("console-4.wp502"));
}

static void new_one(void **state)
{
	char *dropped, *error = NULL, *path;
	char folder[128];
	struct stat st;

	(void)state;
	setenv("XDG_STATE_HOME", dir, 1);
	path = keep_new(NOW, &dropped, &error);
	assert_non_null(path);
	assert_null(dropped);
	snprintf(folder, sizeof(folder), "%s/wp502/recordings", dir);
	assert_int_equal(strncmp(path, folder, strlen(folder)), 0);
	assert_int_equal(stat(folder, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	free(path);
	setenv("XDG_STATE_HOME", "/proc/nowhere", 1);
	assert_null(keep_new(NOW, &dropped, &error));
	assert_non_null(error);
	free(error);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(too_old),
		cmocka_unit_test(too_much),
		cmocka_unit_test(new_one),
	};

	return cmocka_run_group_tests(tests, make_dir, drop_dir);
}
