/*
 * What the threads of the server do to each other: who waits for a lock and who holds it,
 * and which statements pile up. Transactions name their blocker (row locks); a metadata
 * lock names nobody, so the likeliest holder is looked for, in this order: an open
 * transaction, a statement that runs longer than the others wait, a sleeper as old.
 */
#include <ctype.h>
#include <string.h>

#include "probes/mysql/mysql.h"

static bool eq(const char *a, const char *b)
{
	return a && b && strcasecmp(a, b) == 0;
}

static bool has(const char *text, const char *part)
{
	return text && strcasestr(text, part) != NULL;
}

static bool is_client(const struct mysql_thread *t)
{
	return !eq(t->user, "system user") && !eq(t->user, "event_scheduler") &&
	       !has(t->command, "Binlog Dump") && !eq(t->command, "Daemon") &&
	       !eq(t->command, "Slave_IO") && !eq(t->command, "Slave_SQL");
}

bool mysql_thread_runs(const struct mysql_thread *t)
{
	return is_client(t) && (eq(t->command, "Query") || eq(t->command, "Execute"));
}

static const struct mysql_trx *trx_of(const struct mysql_facts *m, int64_t thread)
{
	size_t i;

	for (i = 0; i < m->trx_count; i++)
		if (m->trxs[i].thread == thread)
			return &m->trxs[i];
	return NULL;
}

static const struct mysql_thread *thread_of(const struct mysql_facts *m, int64_t id)
{
	size_t i;

	for (i = 0; i < m->thread_count; i++)
		if (m->threads[i].id == id)
			return &m->threads[i];
	return NULL;
}

bool mysql_thread_waits(const struct mysql_facts *m, const struct mysql_thread *t)
{
	const struct mysql_trx *trx = trx_of(m, t->id);

	if (!is_client(t))
		return false;
	if (has(t->state, "Waiting for") && (has(t->state, "lock") || has(t->state, "flush")))
		return true;
	return trx && has(trx->state, "LOCK WAIT");
}

static int64_t waited(const struct mysql_thread *t)
{
	return num_or(t->time_s, 0);
}

/* Follows the server's own word from a waiting transaction to the one at its root. */
static const struct mysql_thread *named_blocker(const struct mysql_facts *m)
{
	const struct mysql_trx *t = NULL, *next;
	size_t i, hops;

	for (i = 0; i < m->trx_count && !t; i++)
		if (m->trxs[i].waits_for.known)
			t = &m->trxs[i];
	if (!t)
		return NULL;
	for (hops = 0; hops < m->trx_count; hops++) {
		next = trx_of(m, t->waits_for.v);
		if (!next || !next->waits_for.known)
			break;
		t = next;
	}
	return thread_of(m, t->waits_for.v);
}

static bool could_hold(const struct mysql_facts *m, const struct mysql_thread *t,
	const struct mysql_thread *victim)
{
	if (!is_client(t) || mysql_thread_waits(m, t))
		return false;
	return !victim->db || !t->db || eq(t->db, victim->db) || has(t->state, "backup");
}

static int rank(const struct mysql_facts *m, const struct mysql_thread *t,
	const struct mysql_thread *victim)
{
	if (trx_of(m, t->id))
		return 3;
	/* it must have begun before the first of them began to wait */
	if (waited(t) + 1 < waited(victim))
		return 0;
	return mysql_thread_runs(t) ? 2 : 1;
}

static const struct mysql_thread *likely_blocker(const struct mysql_facts *m,
	const struct mysql_thread *victim)
{
	const struct mysql_thread *best = NULL, *t;
	int best_rank = 0, r;
	size_t i;

	for (i = 0; i < m->thread_count; i++) {
		t = &m->threads[i];
		if (!could_hold(m, t, victim))
			continue;
		r = rank(m, t, victim);
		if (r > best_rank || (r && r == best_rank && waited(t) > waited(best))) {
			best = t;
			best_rank = r;
		}
	}
	return best;
}

struct mysql_lock mysql_locks(const struct mysql_facts *m)
{
	struct mysql_lock lock = { 0 };
	const struct mysql_thread *t;
	size_t i;

	for (i = 0; i < m->thread_count; i++) {
		t = &m->threads[i];
		if (!mysql_thread_waits(m, t))
			continue;
		lock.waiting++;
		if (!lock.victim || waited(t) > waited(lock.victim))
			lock.victim = t;
	}
	if (!lock.waiting)
		return lock;
	lock.blocker = named_blocker(m);
	lock.sure = lock.blocker != NULL;
	if (!lock.blocker)
		lock.blocker = likely_blocker(m, lock.victim);
	if (lock.blocker)
		lock.trx = trx_of(m, lock.blocker->id);
	return lock;
}

/* Numbers differ from page to page; the statement is the same. */
static bool same_statement(const char *a, const char *b)
{
	int left = 120;

	if (!a || !b)
		return false;
	while (*a && *b && left-- > 0) {
		if (isdigit((unsigned char)*a) && isdigit((unsigned char)*b)) {
			while (isdigit((unsigned char)*a))
				a++;
			while (isdigit((unsigned char)*b))
				b++;
			continue;
		}
		if (*a != *b)
			return false;
		a++;
		b++;
	}
	return left <= 0 || (!*a && !*b);
}

static bool runs(const struct mysql_facts *m, const struct mysql_thread *t, const char *db)
{
	return mysql_thread_runs(t) && !mysql_thread_waits(m, t) && (!db || !t->db || eq(t->db, db));
}

struct mysql_pile mysql_piles(const struct mysql_facts *m, const char *db)
{
	struct mysql_pile pile = { 0 };
	const struct mysql_thread *oldest;
	size_t i, j;
	int alike;

	for (i = 0; i < m->thread_count; i++) {
		if (!runs(m, &m->threads[i], db) || waited(&m->threads[i]) < MYSQL_SLOW_S)
			continue;
		pile.running++;
		oldest = &m->threads[i];
		alike = 0;
		for (j = 0; j < m->thread_count; j++) {
			if (!runs(m, &m->threads[j], db) ||
			    !same_statement(m->threads[i].info, m->threads[j].info))
				continue;
			alike++;
			if (waited(&m->threads[j]) > waited(oldest))
				oldest = &m->threads[j];
		}
		if (alike > pile.alike) {
			pile.alike = alike;
			pile.oldest = oldest;
		}
	}
	return pile;
}
