#include "store/recorder.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "store/textfile.h"

static char dir[] = "/tmp/wp502-recorder-XXXXXX";
static char path[64], other[64];

static int make_dir(void **state)
{
	(void)state;
	if (!mkdtemp(dir))
		return -1;
	snprintf(path, sizeof(path), "%s/file", dir);
	snprintf(other, sizeof(other), "%s/other", dir);
	return 0;
}

static int drop_dir(void **state)
{
	(void)state;
	return rmdir(dir);
}

static int drop_files(void **state)
{
	(void)state;
	unlink(path);
	unlink(other);
	return 0;
}

static struct event log_event(int seq, const char *bytes)
{
	struct event event = { .seq = (uint64_t)seq, .host = "web1", .kind = EVENT_LOG, .name = "x",
			       .exit = EVENT_EXIT_UNKNOWN, .ms = -1, .bytes = bytes,
			       .len = strlen(bytes) };

	return event;
}

static void put(const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static void assert_refused(const char *where, const char *expected)
{
	char *error = NULL;

	assert_null(recorder_new(where, &error));
	assert_non_null(error);
	assert_non_null(strstr(error, expected));
	free(error);
}

static void refuses_what_is_there(void **state)
{
	char text[10] = "";
	FILE *file;

	(void)state;
	assert_refused("/nonexistent/file", "No such file or directory");
	assert_refused(dir, "cannot record to");
	assert_refused("/dev/null", "exists already");
	put("precious");
	assert_refused(path, "exists already");
	file = fopen(path, "r");
	assert_non_null(fgets(text, sizeof(text), file));
	fclose(file);
	assert_string_equal(text, "precious");
	assert_int_equal(symlink(path, other), 0);
	assert_refused(other, "exists already");
	put(""); /* empty, but a symlink or a second name leads to it */
	assert_refused(other, "exists already");
	unlink(other);
	assert_int_equal(link(path, other), 0);
	assert_refused(path, "exists already");
}

static void what_goes_in_comes_out(void **state)
{
	struct event in = log_event(1, "first\nline"), back;
	char *error = NULL;
	struct recorder *r;
	struct textfile *file;
	const char *problem;
	struct stat st;
	int empty;

	(void)state;
	for (empty = 0; empty < 2; empty++) { /* a new file, then an empty one */
		unlink(path);
		if (empty)
			put("");
		r = recorder_new(path, &error);
		assert_non_null(r);
		assert_true(recorder_event(r, &in, &error));
		in = log_event(2, "GET /?_wpnonce=HUSH HTTP/2.0 502");
		assert_true(recorder_event(r, &in, &error));
		assert_null(recorder_free(r));
		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(st.st_mode & 0777, 0600);
		file = textfile_open(path, &error);
		assert_int_equal(textfile_next(file, &back, &problem), TEXTFILE_EVENT);
		assert_int_equal(back.seq, 1);
		assert_int_equal(back.len, 10);
		assert_memory_equal(back.bytes, "first\nline", 10);
		assert_int_equal(textfile_next(file, &back, &problem), TEXTFILE_EVENT);
		assert_string_equal(back.bytes, "GET /?_wpnonce=[redacted] HTTP/2.0 502");
		assert_int_equal(textfile_next(file, &back, &problem), TEXTFILE_END);
		textfile_close(file);
		in = log_event(1, "first\nline");
	}
	assert_null(recorder_free(NULL));
}

/* A disk that fills up, played by a limit on the size of files. */
static void full_disk_is_told_once(void **state)
{
	struct event in = log_event(1, "0123456789012345678901234567890123456789"), back;
	struct rlimit old, tight;
	char *error = NULL;
	const char *problem;
	struct textfile *file;
	struct recorder *r;
	int i, stored = 0, told = 0;

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	r = recorder_new(path, &error);
	assert_non_null(r);
	getrlimit(RLIMIT_FSIZE, &old);
	tight = old;
	tight.rlim_cur = 1000;
	setrlimit(RLIMIT_FSIZE, &tight);
	for (i = 0; i < 30; i++) {
		if (!recorder_event(r, &in, &error)) {
			told++;
			assert_non_null(strstr(error, "ends here: File too large"));
			free(error);
		} else if (!told) {
			stored++;
		}
	}
	setrlimit(RLIMIT_FSIZE, &old);
	assert_int_equal(told, 1);
	assert_true(stored > 3 && stored < 20);
	assert_null(recorder_free(r));
	file = textfile_open(path, &error); /* whole lines only */
	for (i = 0; textfile_next(file, &back, &problem) == TEXTFILE_EVENT; i++)
		;
	assert_int_equal(i, stored);
	textfile_close(file);
}

static void unstorable_event_ends_it(void **state)
{
	struct event in = log_event(1, "x");
	char *error = NULL;
	struct recorder *r = recorder_new(path, &error);

	(void)state;
	in.seq = UINT64_MAX;
	assert_false(recorder_event(r, &in, &error));
	assert_non_null(strstr(error, "does not fit"));
	free(error);
	assert_null(recorder_free(r));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, drop_files, drop_files)
	const struct CMUnitTest tests[] = {
		TEST(refuses_what_is_there),
		TEST(what_goes_in_comes_out),
		TEST(full_disk_is_told_once),
		TEST(unstorable_event_ends_it),
	};

	return cmocka_run_group_tests(tests, make_dir, drop_dir);
}
