#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "store/container.h"

#define STEPS_MAX 20000 /* virtual instructions for one row: a table takes a dozen */

struct container_reader {
	sqlite3 *db;
	sqlite3_stmt *rows;
	char *text;  /* CONTAINER_CHUNK_MAX */
	char *why;
	int steps;   /* of the row in hand, in hundreds */
};

bool container_is(const char *head, size_t len)
{
	return len >= 16 && !memcmp(head, "SQLite format 3", 16);
}

/* A schema can make a question run forever. */
static int count_steps(void *owner)
{
	struct container_reader *r = owner;

	return ++r->steps > STEPS_MAX / 100;
}

static int64_t number_of(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *ask;
	int64_t number = -1;

	if (sqlite3_prepare_v2(db, sql, -1, &ask, NULL) == SQLITE_OK &&
	    sqlite3_step(ask) == SQLITE_ROW)
		number = sqlite3_column_int64(ask, 0);
	sqlite3_finalize(ask);
	return number;
}

/* Nothing in the file may run, and no value may be larger than ours are. */
static void distrust(struct container_reader *r)
{
	sqlite3_db_config(r->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(r->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(r->db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
	sqlite3_db_config(r->db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
	sqlite3_limit(r->db, SQLITE_LIMIT_LENGTH, (int)CONTAINER_CHUNK_MAX);
	sqlite3_limit(r->db, SQLITE_LIMIT_ATTACHED, 0);
	sqlite3_progress_handler(r->db, 100, count_steps, r);
	sqlite3_exec(r->db, "PRAGMA mmap_size=0; PRAGMA cell_size_check=ON", NULL, NULL, NULL);
}

static bool open_with(struct container_reader *r, const char *path, const char *how)
{
	char *name, *p;
	struct buf uri;
	int status;

	buf_init(&uri, 64u << 10);
	buf_adds(&uri, "file:");
	for (name = p = xstrdup(path); *p; p++)
		if (strchr("%?#", *p))
			buf_addf(&uri, "%%%02x", (unsigned char)*p);
		else
			buf_addc(&uri, *p);
	buf_adds(&uri, how);
	free(name);
	sqlite3_close(r->db);
	status = sqlite3_open_v2(uri.data, &r->db,
		SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_PRIVATECACHE, NULL);
	buf_release(&uri);
	distrust(r);
	return status == SQLITE_OK && number_of(r->db, "PRAGMA schema_version") >= 0;
}

static const char *not_ours(struct container_reader *r)
{
	if (number_of(r->db, "PRAGMA application_id") != 0x77353032)
		return "it is an SQLite file, but no recording";
	if (number_of(r->db, "PRAGMA user_version") > 1)
		return "it was written by a newer wp502";
	r->steps = 0;
	if (number_of(r->db, "SELECT count(*) FROM sqlite_schema") != 1 ||
	    number_of(r->db, "SELECT count(*) FROM sqlite_schema WHERE type='table' AND "
			     "name='chunk' AND sql='CREATE TABLE chunk(id INTEGER PRIMARY KEY, "
			     "first INTEGER, last INTEGER, data BLOB)'") != 1)
		return "its tables are not those of a recording";
	if (sqlite3_prepare_v2(r->db, "SELECT data FROM chunk ORDER BY id", -1, &r->rows, NULL))
		return sqlite3_errmsg(r->db);
	return NULL;
}

struct container_reader *container_open(const char *path, char **ret_error)
{
	struct container_reader *r = xcalloc(1, sizeof(*r));
	const char *why = NULL;

	r->text = xmalloc(CONTAINER_CHUNK_MAX);
	/* A file somebody copied into a folder we may not write to has no journal. */
	if (!open_with(r, path, "?mode=ro") && !open_with(r, path, "?mode=ro&immutable=1"))
		why = sqlite3_errmsg(r->db);
	if (!why)
		why = not_ours(r);
	if (!why)
		return r;
	*ret_error = xasprintf("cannot read %s: %s", path, why);
	container_close(r);
	return NULL;
}

void container_close(struct container_reader *r)
{
	if (!r)
		return;
	sqlite3_finalize(r->rows);
	sqlite3_close(r->db);
	free(r->text);
	free(r->why);
	free(r);
}

bool container_next(struct container_reader *r, struct span *ret_text, const char **ret_why)
{
	size_t len, packed;
	int status;

	r->steps = 0;
	status = sqlite3_step(r->rows);
	if (status == SQLITE_DONE)
		return false;
	if (status != SQLITE_ROW) {
		free(r->why);
		*ret_why = r->why = xstrdup(sqlite3_errmsg(r->db));
		return false;
	}
	packed = (size_t)sqlite3_column_bytes(r->rows, 0);
	len = ZSTD_decompress(r->text, CONTAINER_CHUNK_MAX, sqlite3_column_blob(r->rows, 0), packed);
	if (ZSTD_isError(len)) {
		*ret_why = ZSTD_getErrorName(len);
		return false;
	}
	*ret_text = span_from(r->text, len);
	return true;
}
