/* The audit log: what is added stays, and what is changed shows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <fcntl.h>
#include <unistd.h>

#include "actions/audit.h"
#include "base/mem.h"

static char folder[] = "/tmp/wp502-audit-XXXXXX";
static char *path;

static int setup(void **state)
{
	(void)state;
	path = xasprintf("%s/a/audit.jsonl", folder);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	unlink(path);
	free(path);
	return 0;
}

static void add(const char *run, const char *says)
{
	json_t *record = json_pack("{s:s,s:s,s:s}", "run", run, "state", "running", "says", says);
	char *error = NULL;

	assert_true(audit_add(path, record, 1763640000, &error));
	json_decref(record);
}

static json_t *all(size_t *broken)
{
	char *error = NULL;
	json_t *array = audit_read(path, broken, &error);

	assert_non_null(array);
	return array;
}

static void write_text(const char *text, const char *mode)
{
	FILE *f = fopen(path, mode);

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static char *read_text(void)
{
	char *text = xcalloc(1, 65536);
	FILE *f = fopen(path, "r");

	assert_non_null(f);
	assert_true(fread(text, 1, 65535, f) > 0);
	fclose(f);
	return text;
}

static void test_none_yet(void **state)
{
	size_t broken = 9;
	json_t *array = all(&broken);

	(void)state;
	assert_int_equal(json_array_size(array), 0);
	assert_int_equal(broken, 0);
	json_decref(array);
}

static void test_lines_are_chained_and_private(void **state)
{
	struct stat st;
	size_t broken;
	json_t *array;

	(void)state;
	add("1", "first");
	add("2", "two\nlines \"quoted\" \xc3\xa4");
	array = all(&broken);
	assert_int_equal(json_array_size(array), 2);
	assert_int_equal(broken, 0);
	assert_string_equal(audit_text(json_array_get(array, 1), "prev"),
		audit_text(json_array_get(array, 0), "hash"));
	assert_string_equal(audit_text(json_array_get(array, 1), "says"),
		"two\nlines \"quoted\" \xc3\xa4");
	assert_string_equal(audit_text(json_array_get(array, 0), "time"), "2025-11-20T12:00:00Z");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	json_decref(array);
}

static void test_a_changed_line_shows(void **state)
{
	char *text, *at;
	size_t broken;
	json_t *array;

	(void)state;
	add("1", "first");
	add("2", "second");
	add("3", "third");
	text = read_text();
	at = strstr(text, "second");
	at[0] = 'S';
	write_text(text, "w");
	free(text);
	array = all(&broken);
	assert_int_equal(json_array_size(array), 3);
	assert_int_equal(broken, 2);
	json_decref(array);
}

static void test_a_line_taken_out_shows(void **state)
{
	char *text, *second, *third;
	size_t broken;
	json_t *array;

	(void)state;
	add("1", "first");
	add("2", "second");
	add("3", "third");
	text = read_text();
	second = strchr(text, '\n') + 1;
	third = strchr(second, '\n') + 1;
	memmove(second, third, strlen(third) + 1);
	write_text(text, "w");
	free(text);
	array = all(&broken);
	assert_int_equal(broken, 2);
	json_decref(array);
}

/* A crash in the middle of a line: it shows, and what is added behind it stands alone. */
static void test_a_torn_line_does_not_swallow_the_next(void **state)
{
	size_t broken;
	json_t *array;

	(void)state;
	add("1", "first");
	write_text("{\"run\":\"2\",\"sta", "a");
	add("3", "third");
	array = all(&broken);
	assert_int_equal(json_array_size(array), 2);
	assert_string_equal(audit_text(json_array_get(array, 1), "run"), "3");
	assert_int_equal(broken, 2);
	json_decref(array);
}

static void test_no_folder_no_line(void **state)
{
	json_t *record = json_pack("{s:s}", "run", "1");
	char *error = NULL;

	(void)state;
	assert_false(audit_add("/proc/none/audit.jsonl", record, 1, &error));
	assert_non_null(strstr(error, "cannot be opened"));
	free(error);
	json_decref(record);
}

static void test_never_through_a_link(void **state)
{
	json_t *record = json_pack("{s:s}", "run", "1");
	char *error = NULL;

	(void)state;
	add("1", "makes the folder");
	unlink(path);
	assert_int_equal(symlink("/tmp/wp502-audit-elsewhere", path), 0);
	assert_false(audit_add(path, record, 1, &error));
	assert_int_not_equal(access("/tmp/wp502-audit-elsewhere", F_OK), 0);
	free(error);
	json_decref(record);
}

static void test_waits_for_its_turn_but_not_for_ever(void **state)
{
	json_t *record = json_pack("{s:s}", "run", "2");
	char *error = NULL;
	int fd;

	(void)state;
	add("1", "first");
	fd = open(path, O_RDONLY);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	assert_false(audit_add(path, record, 1, &error));
	assert_non_null(strstr(error, "another wp502 holds it"));
	free(error);
	json_decref(record);
	close(fd);
}

/* Eight writers at once: every line whole, one chain. */
static void test_writers_side_by_side(void **state)
{
	size_t broken;
	json_t *array;
	int i, j, status;

	(void)state;
	for (i = 0; i < 8; i++)
		if (!fork()) {
			for (j = 0; j < 5; j++)
				add("x", "side by side");
			_exit(0);
		}
	for (i = 0; i < 8; i++) {
		assert_true(wait(&status) > 0);
		assert_int_equal(status, 0);
	}
	array = all(&broken);
	assert_int_equal(json_array_size(array), 40);
	assert_int_equal(broken, 0);
	json_decref(array);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_none_yet, setup, teardown),
		cmocka_unit_test_setup_teardown(test_lines_are_chained_and_private, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_changed_line_shows, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_line_taken_out_shows, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_torn_line_does_not_swallow_the_next, setup,
			teardown),
		cmocka_unit_test_setup_teardown(test_no_folder_no_line, setup, teardown),
		cmocka_unit_test_setup_teardown(test_never_through_a_link, setup, teardown),
		cmocka_unit_test_setup_teardown(test_waits_for_its_turn_but_not_for_ever, setup,
			teardown),
		cmocka_unit_test_setup_teardown(test_writers_side_by_side, setup, teardown),
	};

	int failed;

	if (!mkdtemp(folder))
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	path = xasprintf("%s/a", folder);
	rmdir(path);
	rmdir(folder);
	free(path);
	return failed;
}
