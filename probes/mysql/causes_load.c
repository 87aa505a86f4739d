/*
 * Causes told by what MySQL's threads do: a lock that holds up the rest, and one slow
 * statement that piles up. A moment of either is ordinary life; it counts when pages
 * suffer, or when it would soon make them.
 */
#include <string.h>

#include "base/mem.h"
#include "probes/mysql/mysql.h"
#include "probes/wordpress/wordpress.h"

/* Copies of one statement that make a pile: with a small pool two fill half of it. */
#define MYSQL_ALIKE_MIN 2

/* That many sessions waiting that long are trouble even while pages still come. */
#define WAIT_MANY 3
#define WAIT_S 3

/* This site suffers: its page fails, its workers are all taken, its table is blocked. */
static bool suffers(const struct site_view *v)
{
	return view_page_fails(v) || wordpress_pool_full(v) ||
	       (v->db && v->db->table_ok == TRI_NO && num_or(v->db->table_code, 0) == 1205);
}

static const char *whole_db(const struct site_view *v)
{
	return v->db && v->db->database ? v->db->database : v->wp ? v->wp->db_name : NULL;
}

static const char *statement(const struct mysql_thread *t)
{
	return t->info ? t->info : "no statement: the session is idle";
}

static void say_blocker(const struct site_view *v, struct finding *f, const struct mysql_lock *lock)
{
	const struct mysql_thread *b = lock->blocker;
	long long age = (long long)num_or(lock->trx ? lock->trx->age_s : b->time_s,
		num_or(b->time_s, 0));

	finding_state(f, "SHOW FULL PROCESSLIST", v->now, "id %lld, user %s, %s for %lld s%s: %s",
		(long long)b->id, b->user ? b->user : "?", b->command ? b->command : "?", age,
		lock->trx ? " in an open transaction" : "", statement(b));
	f->title = finding_text(f, "Session %lld holds a lock in MySQL, %d wait for it",
		(long long)b->id, lock->waiting);
	f->fix = finding_text(f, "mariadb -e 'KILL %lld'   # the blocker%s; see it first: "
		"SHOW FULL PROCESSLIST", (long long)b->id, lock->sure ? "" : " most likely");
	f->subject = finding_text(f, "%lld", (long long)b->id);
	if (v->now)
		f->since = num_of(v->now - age);
}

void mysql_look_lock_wait(const struct site_view *v, struct finding *f)
{
	const struct mysql_facts *m = &v->chain->mysql;
	struct mysql_lock lock = mysql_locks(m);
	const char *db = whole_db(v);
	bool blocked = v->db && v->db->table_ok == TRI_NO && num_or(v->db->table_code, 0) == 1205;

	if (!lock.waiting && !blocked) {
		if (m->sees_all)
			finding_rule_out(f, "nobody in the process list waits for a lock");
		return;
	}
	if (lock.victim && db && lock.victim->db && strcmp(lock.victim->db, db) != 0 && !blocked) {
		finding_rule_out(f, "the waiting sessions are of database %s", lock.victim->db);
		return;
	}
	if (lock.waiting)
		finding_state(f, "SHOW FULL PROCESSLIST", v->now, "%d waiting, the longest %lld s: %s: %s",
			lock.waiting, (long long)num_or(lock.victim->time_s, 0),
			lock.victim->state ? lock.victim->state : "LOCK WAIT", statement(lock.victim));
	if (blocked)
		finding_state(f, mysql_target(v, f->mem), v->now, "%s", v->db->table_error);
	if (lock.blocker)
		say_blocker(v, f, &lock);
	else
		f->refuter_missing = !m->sees_all;
	f->changes_mind = "a process list in which nobody waits";
	/* a short wait while pages come is how databases work */
	if (!suffers(v) && (lock.waiting < WAIT_MANY ||
			    (lock.victim && num_or(lock.victim->time_s, 0) < WAIT_S))) {
		f->state = FINDING_HINT;
		return;
	}
	finding_prove(f, suffers(v) ? HEALTH_BROKEN : HEALTH_WARN);
}

void mysql_look_slow_queries(const struct site_view *v, struct finding *f)
{
	const struct mysql_facts *m = &v->chain->mysql;
	struct mysql_pile pile = mysql_piles(m, whole_db(v));
	struct mysql_lock lock = mysql_locks(m);

	if (!pile.running) {
		if (m->sees_all && m->thread_count)
			finding_rule_out(f, "no statement runs longer than %d s without waiting for a lock",
				MYSQL_SLOW_S);
		return;
	}
	if (lock.waiting > pile.running) {
		finding_rule_out(f, "%d sessions wait for a lock, %d run", lock.waiting, pile.running);
		return;
	}
	finding_state(f, "SHOW FULL PROCESSLIST", v->now,
		"%d statements run for %d s and more, %d alike; the oldest of them %lld s: %s",
		pile.running, MYSQL_SLOW_S, pile.alike, (long long)num_or(pile.oldest->time_s, 0),
		statement(pile.oldest));
	if (m->threads_running.known)
		finding_note(f, "SHOW GLOBAL STATUS", v->now, "Threads_running %lld",
			(long long)m->threads_running.v);
	f->subject = finding_text(f, "%lld", (long long)pile.oldest->id);
	f->changes_mind = "a process list without long statements";
	/* one statement must be most of it; a mixed pile is a slow database, not a slow query */
	if (pile.alike < MYSQL_ALIKE_MIN || pile.alike * 2 < pile.running || !suffers(v)) {
		f->state = FINDING_HINT;
		return;
	}
	if (wordpress_pool_full(v)) {
		finding_note(f, "PHP-FPM", v->now, "all %lld workers are busy",
			(long long)num_or(view_pool_workers(v), 0));
		f->decisive++;
	}
	finding_prove(f, HEALTH_BROKEN);
	f->title = finding_text(f, "%d copies of one slow statement run in MySQL", pile.alike);
	f->fix = finding_text(f, "mariadb -e 'KILL QUERY %lld'   # then EXPLAIN it and add the index, or switch off "
		"the plugin that asks: %.120s", (long long)pile.oldest->id, statement(pile.oldest));
	if (v->now)
		f->since = num_of(v->now - num_or(pile.oldest->time_s, 0));
}
