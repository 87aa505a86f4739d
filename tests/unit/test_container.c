#include "store/container.h"

#include <setjmp.h>
#include <stdarg.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "store/recorder.h"
#include "store/textfile.h"

static char dir[] = "/tmp/wp502-container-XXXXXX";
static char path[128];

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

static void name_file(const char *name)
{
	snprintf(path, sizeof(path), "%s/%s.wp502", dir, name);
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static bool record(struct recorder *r, uint64_t seq, const char *bytes)
{
	struct event e = { .seq = seq, .mono = now_ms(), .wall = now_ms(), .host = "h",
		.kind = EVENT_LOG, .name = "log", .exit = 0, .ms = 1, .bytes = bytes,
		.len = strlen(bytes) };
	char *error = NULL;
	bool good = recorder_event(r, &e, &error);

	free(error);
	return good;
}

/* How many events there are, each following the one before; the last one's mono. */
static uint64_t count_events(int64_t *ret_last)
{
	const char *problem;
	char *error = NULL;
	struct textfile *file = textfile_open(path, &error);
	enum textfile_got got;
	struct event e;
	uint64_t n = 0;

	if (!file)
		fail_msg("%s", error);
	while ((got = textfile_next(file, &e, &problem)) != TEXTFILE_END) {
		if (got == TEXTFILE_PROBLEM)
			fail_msg("%s", problem);
		assert_int_equal(e.seq, ++n);
		*ret_last = e.mono;
	}
	textfile_close(file);
	return n;
}

static void refuse(const char *what)
{
	char *error = NULL;
	struct textfile *file = textfile_open(path, &error);

	assert_null(file);
	assert_non_null(error);
	if (!strstr(error, what))
		fail_msg("%s (not: %s)", error, what);
	free(error);
}

static void make_stranger(const char *name, const char *sql)
{
	sqlite3 *db;
	char *why = NULL;

	name_file(name);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK)
		fail_msg("%s", why);
	sqlite3_close(db);
}

#define OURS "PRAGMA application_id=1999974450; PRAGMA user_version=1;"
#define TABLE "CREATE TABLE chunk(id INTEGER PRIMARY KEY, first INTEGER, last INTEGER, data BLOB);"

static void strangers(void **state)
{
	(void)state;
	make_stranger("other", "CREATE TABLE t(a);");
	refuse("no recording");
	make_stranger("newer", "PRAGMA application_id=1999974450; PRAGMA user_version=2;" TABLE);
	refuse("newer wp502");
	make_stranger("view", OURS "CREATE VIEW chunk AS WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL "
		"SELECT x+1 FROM c) SELECT x AS id, 1 AS first, 1 AS last, x AS data FROM c;");
	refuse("tables are not");
	make_stranger("more", OURS TABLE "CREATE TABLE other(a);");
	refuse("tables are not");
	make_stranger("index", OURS TABLE "CREATE INDEX i ON chunk(abs(first));");
	refuse("tables are not");
}

static void bad_rows(void **state)
{
	const char *problem = NULL;
	struct textfile *file;
	struct event e;
	char *error = NULL;

	(void)state;
	make_stranger("rows", OURS TABLE "INSERT INTO chunk VALUES(1, 0, 0, x'00112233');");
	file = textfile_open(path, &error);
	assert_non_null(file);
	assert_int_equal(textfile_next(file, &e, &problem), TEXTFILE_PROBLEM);
	assert_int_equal(textfile_next(file, &e, &problem), TEXTFILE_END);
	textfile_close(file);
}

/* Whatever byte is spoilt: no crash, no hang, and what is told is a sentence. */
static void spoilt_bytes(void **state)
{
	struct recorder *r;
	char *error = NULL, *bytes;
	const char *problem;
	struct textfile *file;
	struct event e;
	FILE *f;
	size_t len, i;

	(void)state;
	name_file("spoilt");
	r = recorder_new(path, &error);
	assert_non_null(r);
	for (i = 1; i <= 20; i++)
		assert_true(record(r, i, "a line of some log"));
	assert_null(recorder_free(r));
	f = fopen(path, "r");
	assert_non_null(f);
	bytes = malloc(1 << 20);
	len = fread(bytes, 1, 1 << 20, f);
	fclose(f);
	for (i = 16; i < len; i += 7) {
		bytes[i] ^= 0x55;
		f = fopen(path, "w");
		assert_int_equal(fwrite(bytes, 1, len, f), len);
		fclose(f);
		bytes[i] ^= 0x55;
		file = textfile_open(path, &error);
		while (file && textfile_next(file, &e, &problem) != TEXTFILE_END)
			;
		textfile_close(file);
		free(error);
		error = NULL;
	}
	free(bytes);
}

static void whole(void **state)
{
	struct recorder *r;
	char *error = NULL;
	struct stat st;
	int64_t last;
	uint64_t i;

	(void)state;
	name_file("whole");
	r = recorder_new(path, &error);
	assert_non_null(r);
	for (i = 1; i <= 3000; i++)
		assert_true(record(r, i, "Authorization: Bearer sesame-open-now-123\nplain"));
	assert_null(recorder_free(r));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(count_events(&last), 3000);
	assert_null(recorder_new(path, &error)); /* never over another */
	free(error);
}

static void old_pieces_go(void **state)
{
	static const char one[] = "{\"seq\":1,\"mono\":1,\"wall\":2,\"kind\":\"log\"}\tx\n";
	struct container *c;
	char *error = NULL;
	int64_t last;
	int i;

	(void)state;
	name_file("old");
	c = container_new(path, &error);
	assert_non_null(c);
	for (i = 0; i < 3; i++) /* minutes apart: rows of their own */
		assert_true(container_add(c, span_of(one), i * 1000000, i * 1000000, &error));
	assert_true(container_drop_before(c, 2500000) >= 1);
	container_free(c);
	assert_int_equal(count_events(&last), 1);
}

/* ---- killed at any moment ---- */

#define KILLS 50
#define LOSS_MS 1000
#define SLACK_MS 2000 /* a crowded machine */

static void write_until_killed(void)
{
	char *error = NULL;
	struct recorder *r = recorder_new(path, &error);
	uint64_t seq = 0;

	while (r && record(r, ++seq, "10.0.0.1 - - \"GET / HTTP/1.1\" 502 157"))
		usleep(10000);
	_exit(1);
}

static void killed(void **state)
{
	pid_t pids[KILLS];
	int64_t began[KILLS], ended[KILLS], life[KILLS], last;
	uint64_t count, kept = 0;
	char name[32];
	int i, status;

	(void)state;
	srand((unsigned)now_ms());
	for (i = 0; i < KILLS; i++) {
		snprintf(name, sizeof(name), "killed%d", i);
		name_file(name);
		began[i] = now_ms();
		life[i] = 200 + rand() % 4000;
		pids[i] = fork();
		if (!pids[i])
			write_until_killed();
	}
	for (i = 0; i < KILLS; i++) {
		while (now_ms() < began[i] + life[i])
			usleep(1000);
		kill(pids[i], SIGKILL);
		ended[i] = now_ms();
		waitpid(pids[i], &status, 0);
		assert_true(WIFSIGNALED(status));
	}
	for (i = 0; i < KILLS; i++) {
		snprintf(name, sizeof(name), "killed%d", i);
		name_file(name);
		if (access(path, F_OK))
			continue; /* before it had begun */
		last = began[i];
		if (life[i] < 1500) /* its first row is not due yet */
			continue;
		count = count_events(&last);
		kept += count;
		if (ended[i] - last > LOSS_MS + SLACK_MS)
			fail_msg("%d lost %lld ms", i, (long long)(ended[i] - last));
	}
	assert_true(kept > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(strangers),
		cmocka_unit_test(bad_rows),
		cmocka_unit_test(spoilt_bytes),
		cmocka_unit_test(whole),
		cmocka_unit_test(old_pieces_go),
		cmocka_unit_test(killed),
	};

	return cmocka_run_group_tests(tests, make_dir, drop_dir);
}
