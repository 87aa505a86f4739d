#include "base/dlog.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char dir[] = "/tmp/wp502-dlog-XXXXXX";
static char path[64], link_path[64];

static int make_dir(void **state)
{
	(void)state;
	if (!mkdtemp(dir))
		return -1;
	snprintf(path, sizeof(path), "%s/log", dir);
	snprintf(link_path, sizeof(link_path), "%s/link", dir);
	return 0;
}

static int drop_dir(void **state)
{
	(void)state;
	unlink(path);
	unlink(link_path);
	return rmdir(dir);
}

static void refuses(void **state)
{
	(void)state;
	dlog("goes nowhere before dlog_open");
	assert_false(dlog_open("/nonexistent/dir/log"));
	assert_int_equal(symlink(path, link_path), 0);
	assert_false(dlog_open(link_path));
	assert_false(dlog_open("/dev/null")); /* not a file */
	assert_int_equal(access(path, F_OK), -1);
}

static void one_clean_line_each(void **state)
{
	char line[20000] = "", *text;
	struct stat st;
	FILE *file;

	(void)state;
	assert_true(dlog_open(path));
	dlog("state %s -> %d", "live\n\x1b[2J", 5);
	dlog("%s", "");
	dlog_close();
	dlog("after close");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	file = fopen(path, "r");
	assert_non_null(file);
	assert_non_null(fgets(line, sizeof(line), file));
	text = strchr(line, ' ');
	assert_non_null(text);
	assert_true(strtod(line, NULL) > 0);
	assert_string_equal(text, " state live^J^[[2J -> 5\n");
	assert_non_null(fgets(line, sizeof(line), file));
	assert_null(fgets(line, sizeof(line), file));
	fclose(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses),
		cmocka_unit_test(one_clean_line_each),
	};

	return cmocka_run_group_tests(tests, make_dir, drop_dir);
}
