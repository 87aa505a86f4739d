#include "store/textfile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include <cmocka.h>

#include "store/textform.h"

#define LINE(n, payload) "{\"seq\":" #n ",\"mono\":1,\"wall\":2,\"kind\":\"log\"}\t" payload "\n"

static char dir[] = "/tmp/wp502-textfile-XXXXXX";
static char path[64];

static int make_dir(void **state)
{
	(void)state;
	if (!mkdtemp(dir))
		return -1;
	snprintf(path, sizeof(path), "%s/file", dir);
	return 0;
}

static int drop_dir(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(dir);
}

static void put(const char *bytes, size_t len)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

/* What reading the file gives, as "E seq payload|P problem|" */
static char story[100000];

static void read_all(void)
{
	const char *problem;
	struct event event;
	char *error = NULL;
	struct textfile *file = textfile_open(path, &error);
	enum textfile_got got;
	size_t at = 0;

	assert_non_null(file);
	assert_null(error);
	story[0] = '\0';
	while ((got = textfile_next(file, &event, &problem)) != TEXTFILE_END) {
		if (got == TEXTFILE_EVENT)
			at += (size_t)snprintf(story + at, sizeof(story) - at, "E %d %.*s|",
					       (int)event.seq, (int)event.len, event.bytes);
		else
			at += (size_t)snprintf(story + at, sizeof(story) - at, "P %s|",
					       problem + strlen(path));
		assert_true(at < sizeof(story));
	}
	assert_int_equal(textfile_next(file, &event, &problem), TEXTFILE_END);
	textfile_close(file);
}

static void refuses(void **state)
{
	char *error = NULL;

	(void)state;
	assert_null(textfile_open("/nonexistent/file", &error));
	assert_string_equal(error, "cannot open /nonexistent/file: No such file or directory");
	free(error);
	assert_null(textfile_open("/tmp", &error));
	assert_string_equal(error, "/tmp is not a regular file");
	free(error);
	assert_null(textfile_open("/dev/null", &error));
	free(error);
	textfile_close(NULL);
}

static void reads_in_order(void **state)
{
	static const char text[] = TEXTFORM_MAGIC "# a comment\n\n" LINE(1, "a\\nb") LINE(2, "");

	(void)state;
	put(text, sizeof(text) - 1);
	read_all();
	assert_string_equal(story, "E 1 a\nb|E 2 |");
	put("", 0);
	read_all();
	assert_string_equal(story, "");
}

static void bad_line_is_passed_over(void **state)
{
	static const char text[] = LINE(1, "a") "garbage\n" LINE(2, "b\\q") LINE(3, "c");

	(void)state;
	put(text, sizeof(text) - 1);
	read_all();
	assert_string_equal(story, "E 1 a|P :2: no TAB behind the head|"
				   "P :3: the payload holds a wrong escape|E 3 c|");
}

static void newer_file_is_not_guessed_at(void **state)
{
	static const char text[] = "# wp502 events 2\n" LINE(1, "a");

	(void)state;
	put(text, sizeof(text) - 1);
	read_all();
	assert_string_equal(story, "P :1: written by a newer wp502|");
}

static void any_prefix_drops_the_cut_line(void **state)
{
	static const char text[] = TEXTFORM_MAGIC LINE(1, "first") LINE(2, "second\\n");
	size_t one = strlen(TEXTFORM_MAGIC LINE(1, "first")), magic = strlen(TEXTFORM_MAGIC), n;
	char expected[200];

	(void)state;
	for (n = 0; n < sizeof(text); n++) {
		bool cut = n != 0 && n != magic && n != one && n != sizeof(text) - 1;

		put(text, n);
		read_all();
		snprintf(expected, sizeof(expected), "%s%s", n >= one ? "E 1 first|" : "",
			 n == sizeof(text) - 1 ? "E 2 second\n|" : "");
		if (cut)
			snprintf(expected + strlen(expected), 100,
				 "P :%d: the last line is cut; it was dropped|",
				 1 + (n > magic) + (n > one));
		assert_string_equal(story, expected);
	}
}

static void long_lines(void **state)
{
	static const char after[] = LINE(2, "after");
	size_t len = TEXTFORM_LINE_MAX + 70000, i;
	char *big = malloc(len + sizeof(after));

	(void)state;
	memset(big, 'x', len);
	big[len - 1] = '\n';
	memcpy(big + len, after, sizeof(after));
	put(big, len + sizeof(after) - 1);
	read_all();
	assert_string_equal(story, "P :1: the line is longer than 4 MB|E 2 after|");
	/* Lines that meet the edge of the reader's chunk at every offset. */
	for (i = 65536 - 80; i < 65536 + 5; i++) {
		big[0] = '#';
		memset(big + 1, 'x', i);
		big[i] = '\n';
		memcpy(big + i + 1, after, sizeof(after));
		put(big, i + sizeof(after));
		read_all();
		assert_string_equal(story, "E 2 after|");
	}
	free(big);
}

/* Whole, of several frames, and cut at every byte: a prefix of the events and one word. */
static void compressed(void **state)
{
	static const char text[] = LINE(1, "one") LINE(2, "two");
	char packed[2000], whole[2000];
	size_t len = 0, i;

	(void)state;
	for (i = 0; i < 2; i++)
		len += ZSTD_compress(packed + len, sizeof(packed) - len, text, sizeof(text) - 1, 3);
	put(packed, len);
	read_all();
	strcpy(whole, story);
	assert_string_equal(whole, "E 1 one|E 2 two|E 1 one|E 2 two|");
	for (i = 4; i < len; i++) {
		put(packed, i);
		read_all();
		assert_int_not_equal(strcmp(story, whole), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses),
		cmocka_unit_test(reads_in_order),
		cmocka_unit_test(bad_line_is_passed_over),
		cmocka_unit_test(newer_file_is_not_guessed_at),
		cmocka_unit_test(any_prefix_drops_the_cut_line),
		cmocka_unit_test(long_lines),
		cmocka_unit_test(compressed),
	};

	return cmocka_run_group_tests(tests, make_dir, drop_dir);
}
