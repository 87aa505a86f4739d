#include "store/container.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zstd.h>

#include "base/buf.h"
#include "base/mem.h"

#define LEVEL 9
/* Pieces are put together until they are this old or this long. */
#define TOGETHER_MS 300000
#define TOGETHER_MAX (7u << 20) /* with what comes next still one chunk */
#define TOGETHER_ENOUGH (3u << 20)

struct container {
	sqlite3 *db;
	sqlite3_stmt *insert, *drop_from;
	struct buf recent;     /* text of the rows from recent_id on */
	int64_t recent_id, next_id, recent_first, last;
};

static const char setup[] =
	"PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA application_id=1999974450;"
	"PRAGMA user_version=1;"
	"CREATE TABLE chunk(id INTEGER PRIMARY KEY, first INTEGER, last INTEGER, data BLOB);";

static struct container *give_up(struct container *c, const char *path, char **ret_error)
{
	*ret_error = xasprintf("cannot record to %s: %s", path, sqlite3_errmsg(c->db));
	container_free(c);
	return NULL;
}

/* Ours and nobody else's from the first byte on; -1 when something is there already. */
static int make_file(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd >= 0)
		close(fd);
	return fd;
}

struct container *container_new(const char *path, char **ret_error)
{
	struct container *c;

	if (make_file(path) < 0) {
		*ret_error = errno == EEXIST ?
			xasprintf("cannot record to %s: it exists already", path) :
			xasprintf("cannot record to %s: %s", path, strerror(errno));
		return NULL;
	}
	c = xcalloc(1, sizeof(*c));
	c->next_id = c->recent_id = 1;
	buf_init(&c->recent, CONTAINER_CHUNK_MAX);
	if (sqlite3_open_v2(path, &c->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_FULLMUTEX, NULL) ||
	    sqlite3_exec(c->db, setup, NULL, NULL, NULL) ||
	    sqlite3_prepare_v2(c->db, "INSERT INTO chunk VALUES(?,?,?,?)", -1, &c->insert, NULL) ||
	    sqlite3_prepare_v2(c->db, "DELETE FROM chunk WHERE id>=?", -1, &c->drop_from, NULL))
		return give_up(c, path, ret_error);
	return c;
}

static bool run(sqlite3_stmt *statement)
{
	bool done = sqlite3_step(statement) == SQLITE_DONE;

	return sqlite3_reset(statement) == SQLITE_OK && done;
}

static bool insert(struct container *c, int64_t id, int64_t first, int64_t last, struct span text)
{
	size_t room = ZSTD_compressBound(text.n), len;
	char *packed = xmalloc(room);
	bool done;

	len = ZSTD_compress(packed, room, text.p, text.n, LEVEL);
	done = !ZSTD_isError(len);
	if (done) {
		sqlite3_bind_int64(c->insert, 1, id);
		sqlite3_bind_int64(c->insert, 2, first);
		sqlite3_bind_int64(c->insert, 3, last);
		sqlite3_bind_blob64(c->insert, 4, packed, len, SQLITE_STATIC);
		done = run(c->insert);
		sqlite3_clear_bindings(c->insert);
	}
	free(packed);
	return done;
}

static void forget_recent(struct container *c)
{
	buf_clear(&c->recent);
	c->recent_id = c->next_id;
}

/* The rows since recent_id become one. */
static bool put_together(struct container *c, int64_t last)
{
	if (c->next_id - c->recent_id < 2)
		return true;
	sqlite3_bind_int64(c->drop_from, 1, c->recent_id);
	if (!run(c->drop_from) ||
	    !insert(c, c->recent_id, c->recent_first, last,
		    span_from(c->recent.data, c->recent.len)))
		return false;
	c->next_id = c->recent_id + 1;
	return true;
}

static bool add_in_transaction(struct container *c, struct span lines, int64_t first,
	int64_t last)
{
	bool full;

	if (c->recent.len + lines.n > TOGETHER_MAX)
		forget_recent(c);
	if (!c->recent.len)
		c->recent_first = first;
	if (!insert(c, c->next_id, first, last, lines))
		return false;
	c->next_id++;
	buf_add(&c->recent, lines.p, lines.n);
	c->last = last;
	full = c->recent.len > TOGETHER_ENOUGH || last - c->recent_first > TOGETHER_MS;
	if (!full)
		return true;
	if (!put_together(c, last))
		return false;
	forget_recent(c);
	return true;
}

bool container_add(struct container *c, struct span lines, int64_t first, int64_t last,
	char **ret_why)
{
	if (sqlite3_exec(c->db, "BEGIN", NULL, NULL, NULL) == SQLITE_OK &&
	    add_in_transaction(c, lines, first, last) &&
	    sqlite3_exec(c->db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK)
		return true;
	*ret_why = xstrdup(sqlite3_errmsg(c->db));
	sqlite3_exec(c->db, "ROLLBACK", NULL, NULL, NULL);
	return false;
}

int container_drop_before(struct container *c, int64_t wall)
{
	sqlite3_stmt *drop;
	int dropped = 0;

	if (sqlite3_prepare_v2(c->db, "DELETE FROM chunk WHERE last<? AND id<?", -1, &drop, NULL))
		return 0;
	sqlite3_bind_int64(drop, 1, wall);
	sqlite3_bind_int64(drop, 2, c->recent_id);
	if (run(drop))
		dropped = sqlite3_changes(c->db);
	sqlite3_finalize(drop);
	return dropped;
}

/* Fails at worst to make it smaller. */
static void put_rest_together(struct container *c)
{
	if (!c->insert || !c->drop_from || sqlite3_exec(c->db, "BEGIN", NULL, NULL, NULL))
		return;
	sqlite3_exec(c->db, put_together(c, c->last) ? "COMMIT" : "ROLLBACK", NULL, NULL, NULL);
	sqlite3_exec(c->db, "VACUUM", NULL, NULL, NULL);
}

void container_free(struct container *c)
{
	if (!c)
		return;
	put_rest_together(c);
	sqlite3_finalize(c->insert);
	sqlite3_finalize(c->drop_from);
	if (c->db)
		sqlite3_exec(c->db, "PRAGMA journal_mode=DELETE", NULL, NULL, NULL);
	sqlite3_close(c->db);
	buf_release(&c->recent);
	free(c);
}
