/*
 * How it works: the report is a line of "login" blocks, one per site, and an "admin" block.
 * In each, the client's output stands as it came: status variables by their own names,
 * "thread", "trx" and "wait" records, and the client's ERROR lines. Which of a block's
 * errors is which is told by where it stands: before "connected" it is the login's.
 */
#include "probes/mysql/mysql.h"

#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "probes/wordpress/wordpress.h"

#define ROWS_MAX 400
#define LOGINS_MAX 100

enum block { BLOCK_NONE, BLOCK_LOGIN, BLOCK_ADMIN };

struct reader {
	struct arena *mem;
	struct mysql_facts *m;
	const struct host_facts *host;
	enum block block;
	bool connected;
	struct mysql_login *login;
	struct span socket;
	bool admin_threads;
};

static const char *keep(struct reader *r, struct span s)
{
	return s.n ? text_clean_dup(r->mem, s) : NULL;
}

/* The client prints NULL for an absent value. */
static const char *keep_value(struct reader *r, struct span s)
{
	return span_eq(s, "NULL") ? NULL : keep(r, s);
}

static struct num number(struct span s)
{
	struct num n = { 0 };

	n.known = span_int(s, &n.v);
	return n;
}

static void begin_login(struct reader *r, struct span rest)
{
	r->block = BLOCK_LOGIN;
	r->connected = false;
	r->socket = span_field(&rest);
	span_field(&rest); /* the system user it was done as */
	r->login = NULL;
	if (r->m->login_count >= LOGINS_MAX)
		return;
	r->login = arena_push(r->mem, &r->m->logins, &r->m->login_count, sizeof(*r->login));
	r->login->site_root = keep(r, rest);
}

static bool own_address(const struct host_facts *host, const char *address)
{
	struct span rest = span_of(host->addresses), word;

	for (word = span_word(&rest); word.n; word = span_word(&rest))
		if (span_eq(word, address))
			return true;
	return false;
}

static bool is_local(const struct reader *r, const struct endpoint *at)
{
	struct endpoint here = { .host = "localhost", .port = at->port };

	return at->path || endpoint_same(at, &here) ||
	       (at->host && own_address(r->host, at->host));
}

static void read_const(struct reader *r, struct span rest)
{
	struct wp_const c = wordpress_const(rest);

	if (!r->login)
		return;
	if (c.type == 'c' && span_starts(c.name, "DB_"))
		r->login->computed = true;
	if (c.type != 's' && c.type != 'n')
		return;
	if (span_eq(c.name, "DB_NAME"))
		r->login->database = keep(r, c.value);
	else if (span_eq(c.name, "DB_USER"))
		r->login->user = keep(r, c.value);
	else if (span_eq(c.name, "$table_prefix"))
		r->login->prefix = keep(r, c.value);
	else if (span_eq(c.name, "DB_HOST")) {
		r->login->at = wordpress_db_host(r->mem, c.value, r->socket);
		r->login->local = is_local(r, &r->login->at);
	}
}

/* Errors of statements that some server cannot know or some user may not ask. */
static bool harmless(int64_t code)
{
	static const int codes[] = { 1064, 1065, 1109, 1142, 1193, 1227, 1231, 1238, 1356, 1370 };
	size_t i;

	for (i = 0; i < sizeof(codes) / sizeof(*codes); i++)
		if (codes[i] == code)
			return true;
	return false;
}

static void table_error(struct mysql_login *login, struct num code, const char *text)
{
	/* 1142 and 1146 are answers about the table only where it is named */
	if (!code.known || (harmless(code.v) && !(text && strstr(text, "options"))))
		return;
	login->table_ok = TRI_NO;
	login->table_code = code;
	login->table_error = text;
}

/* ERROR 1045 (28000): text   or   ERROR 1146 (42S02) at line 1: text */
static void read_error(struct reader *r, struct span line)
{
	struct span after = span_skip(line, strlen("ERROR "));
	struct num code = { 0 };
	const char *text = keep(r, line);

	code.known = span_lead_int(after, &code.v);
	if (r->block == BLOCK_ADMIN && !r->connected) {
		r->m->admin_ok = TRI_NO;
		r->m->admin_error = text;
	} else if (r->block == BLOCK_LOGIN && r->login && !r->connected) {
		r->login->ok = TRI_NO;
		r->login->code = code;
		r->login->error = text;
	} else if (r->block == BLOCK_LOGIN && r->login) {
		table_error(r->login, code, text);
	}
}

static void read_connected(struct reader *r, struct span rest)
{
	r->connected = true;
	r->m->version = keep(r, rest);
	if (r->block == BLOCK_ADMIN) {
		r->m->admin_ok = TRI_YES;
		r->m->sees_all = true;
		/* its list holds what the site's own list held */
		r->m->threads = NULL;
		r->m->thread_count = 0;
	} else if (r->login) {
		r->login->ok = TRI_YES;
	}
}

static void read_variable(struct mysql_facts *m, struct span name, struct span value)
{
	struct num n = number(value);

	if (!n.known)
		return;
	if (span_eq(name, "Threads_connected"))
		m->threads_connected = n;
	else if (span_eq(name, "Threads_running"))
		m->threads_running = n;
	else if (span_eq(name, "Max_used_connections"))
		m->max_used = n;
	else if (span_eq(name, "Uptime"))
		m->uptime_s = n;
	else if (span_eq(name, "Slow_queries"))
		m->slow_queries = n;
	else if (span_eq(name, "max_connections"))
		m->max_connections = n;
	else if (span_eq(name, "max_user_connections"))
		m->user_limit = n;
}

/* ID USER HOST DB COMMAND TIME STATE INFO */
static void read_thread(struct reader *r, struct span rest)
{
	struct num id = number(span_field(&rest));
	struct mysql_thread *t;
	size_t i;

	for (i = 0; i < r->m->thread_count && id.known; i++)
		if (r->m->threads[i].id == id.v)
			return; /* two sites of one user see the same threads */
	if (!id.known || r->m->thread_count >= ROWS_MAX)
		return;
	t = arena_push(r->mem, &r->m->threads, &r->m->thread_count, sizeof(*t));
	t->id = id.v;
	t->user = keep_value(r, span_field(&rest));
	t->host = keep_value(r, span_field(&rest));
	t->db = keep_value(r, span_field(&rest));
	t->command = keep_value(r, span_field(&rest));
	t->time_s = number(span_field(&rest));
	t->state = keep_value(r, span_field(&rest));
	t->info = keep_value(r, rest);
}

/* THREAD STATE AGE QUERY */
static void read_trx(struct reader *r, struct span rest)
{
	struct num id = number(span_field(&rest));
	struct mysql_trx *t;

	if (!id.known || r->m->trx_count >= ROWS_MAX)
		return;
	t = arena_push(r->mem, &r->m->trxs, &r->m->trx_count, sizeof(*t));
	t->thread = id.v;
	t->state = keep_value(r, span_field(&rest));
	t->age_s = number(span_field(&rest));
	t->query = keep_value(r, rest);
}

static void read_wait(struct mysql_facts *m, struct span rest)
{
	struct num who = number(span_field(&rest)), whom = number(span_field(&rest));
	size_t i;

	for (i = 0; i < m->trx_count && who.known && whom.known; i++)
		if (m->trxs[i].thread == who.v && !m->trxs[i].waits_for.known)
			m->trxs[i].waits_for = whom;
}

/* Uptime stamps of /proc/uptime, "2053.57": good to 10 ms. */
static struct num stamp_ms(struct span s)
{
	int64_t whole, part = 0;
	ptrdiff_t dot = span_find(s, ".");
	struct num n = { 0 };

	if (!span_lead_int(s, &whole) || whole < 0 || whole > INT64_MAX / 2000)
		return n;
	if (dot >= 0 && !span_int(span_skip(s, (size_t)dot + 1), &part))
		return n;
	return num_of(whole * 1000 + (part >= 0 && part < 100 ? part * 10 : 0));
}

/* EXIT FROM TO. 137: our own timeout killed the client, so the server never answered. */
static void end_login(struct reader *r, struct span rest)
{
	struct num code = number(span_field(&rest));
	struct num from = stamp_ms(span_field(&rest)), to = stamp_ms(span_field(&rest));

	r->block = BLOCK_NONE;
	if (!r->login)
		return;
	if (from.known && to.known && to.v >= from.v)
		r->login->ms = num_of(to.v - from.v);
	if (r->login->ok != TRI_UNKNOWN || !code.known || code.v != 137)
		return;
	r->login->ok = TRI_NO;
	r->login->code = num_of(2013);
	r->login->error = "no answer within 5 s";
}

static void read_line(struct reader *r, struct span line)
{
	struct span rest = line, name = span_field(&rest);

	if (span_eq(name, "client"))
		r->m->client = rest.n ? TRI_YES : TRI_NO;
	else if (span_eq(name, "login"))
		begin_login(r, rest);
	else if (span_eq(name, "admin")) {
		r->block = BLOCK_ADMIN;
		r->connected = false;
		r->m->admin_ok = TRI_NO;
	} else if (span_eq(name, "done"))
		end_login(r, rest);
	else if (span_eq(name, "const"))
		read_const(r, rest);
	else if (span_eq(name, "connected"))
		read_connected(r, rest);
	else if (span_eq(name, "thread"))
		read_thread(r, rest);
	else if (span_eq(name, "trx"))
		read_trx(r, rest);
	else if (span_eq(name, "wait"))
		read_wait(r->m, rest);
	else if (span_eq(name, "table") && r->login) {
		r->login->table_ok = TRI_YES;
		span_field(&rest);
		r->login->cron_bytes = number(span_field(&rest));
		r->login->cron_began.known = span_lead_int(rest, &r->login->cron_began.v);
	} else if (span_starts(line, "ERROR "))
		read_error(r, line);
	else
		read_variable(r->m, name, span_field(&rest));
}

void mysql_parse(struct chain_facts *facts, struct arena *mem, struct span bytes,
	unsigned flags)
{
	struct mysql_event *events = facts->mysql.events;
	size_t count = facts->mysql.event_count;
	struct reader r = { .mem = mem, .m = &facts->mysql, .host = &facts->host };
	struct span line;

	(void)flags;
	memset(r.m, 0, sizeof(*r.m));
	r.m->mem = mem;
	r.m->events = events; /* of the other report, mysql.log */
	r.m->event_count = count;
	while (span_line(&bytes, &line))
		read_line(&r, line);
}
