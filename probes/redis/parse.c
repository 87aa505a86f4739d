/*
 * How it works: each "site" block holds what redis-cli printed, cut by ECHO marks into
 * parts: the answer to PING, to SELECT, to a write that changes nothing, and INFO.
 */
#include "probes/redis/redis.h"

#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "probes/wordpress/wordpress.h"

#define SERVERS_MAX 100

enum part { PART_PING, PART_SELECT, PART_WRITE, PART_INFO };

struct reader {
	struct arena *mem;
	struct redis_facts *f;
	const struct host_facts *host;
	struct redis_server *s;
	enum part part;
};

static const char *keep(struct reader *r, struct span s)
{
	return s.n ? text_clean_dup(r->mem, s) : NULL;
}

static struct num number(struct span s)
{
	struct num n = { 0 };

	n.known = span_int(s, &n.v);
	return n;
}

static void begin(struct reader *r, struct span rest)
{
	span_field(&rest); /* the system user */
	r->s = NULL;
	r->part = PART_PING;
	if (r->f->server_count >= SERVERS_MAX)
		return;
	r->s = arena_push(r->mem, &r->f->servers, &r->f->server_count, sizeof(*r->s));
	r->s->site_root = keep(r, rest);
}

static bool own_address(const struct host_facts *host, const char *address)
{
	struct span rest = span_of(host->addresses), word;

	for (word = span_word(&rest); word.n; word = span_word(&rest))
		if (span_eq(word, address))
			return true;
	return false;
}

/* DB PORT HOST PATH */
static void read_endpoint(struct reader *r, struct span rest)
{
	struct endpoint here = { .host = "localhost" };
	struct num port;
	struct span host;

	r->s->database = number(span_field(&rest));
	port = number(span_field(&rest));
	host = span_field(&rest);
	if (rest.n) {
		r->s->at.path = keep(r, rest);
	} else {
		r->s->at.host = keep(r, host);
		r->s->at.port = port.known && port.v > 0 && port.v < 65536 ? (int)port.v : 0;
	}
	here.port = r->s->at.port;
	r->s->local = r->s->at.path || endpoint_same(&r->s->at, &here) ||
		(r->s->at.host && own_address(r->host, r->s->at.host));
}

static void read_part(struct reader *r, struct span name)
{
	static const char *const names[] = { "ping", "select", "write", "info" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (span_eq(name, names[i]))
			r->part = (enum part)i;
}

static void read_reply(struct reader *r, struct span text)
{
	text = span_trim(text);
	/* redis-cli's remarks about its own options are none of the server's words */
	if (!text.n || span_starts(text, "Warning:"))
		return;
	if (span_starts(text, "AUTH failed: ")) {
		r->s->auth_reply = keep(r, span_skip(text, strlen("AUTH failed: ")));
		return;
	}
	if (r->part == PART_PING) {
		if (!r->s->reply || span_eq(text, "PONG"))
			r->s->reply = keep(r, text);
	} else if (r->part == PART_SELECT && !r->s->select_reply) {
		r->s->select_reply = keep(r, text);
	} else if (r->part == PART_WRITE && !r->s->write_reply) {
		r->s->write_reply = keep(r, text);
	}
}

static void read_info(struct reader *r, struct span rest)
{
	struct redis_server *s = r->s;
	struct span name = { 0 }, value;
	int64_t v;

	rest = span_trim(rest);
	span_cut(&rest, ':', &name);
	value = span_trim(rest);
	if (span_eq(name, "used_memory"))
		s->used_memory = number(value);
	else if (span_eq(name, "maxmemory"))
		s->maxmemory = number(value);
	else if (span_eq(name, "maxmemory_policy"))
		s->policy = keep(r, value);
	else if (span_eq(name, "connected_clients"))
		s->clients = number(value);
	else if (span_eq(name, "maxclients"))
		s->maxclients = number(value);
	else if (span_eq(name, "rejected_connections"))
		s->rejected = number(value);
	else if (span_eq(name, "loading_eta_seconds"))
		s->loading_eta_s = number(value);
	else if (span_eq(name, "loading"))
		s->loading = span_eq(value, "1") ? TRI_YES : TRI_NO;
	else if (span_eq(name, "rdb_last_bgsave_status"))
		s->bgsave = keep(r, value);
	else if (span_eq(name, "aof_last_write_status"))
		s->aof_write = keep(r, value);
	else if (span_eq(name, "uptime_in_seconds"))
		s->uptime_s = number(value);
	else if (span_eq(name, "errorstat_OOM") && span_starts(value, "count=") &&
		 span_lead_int(span_skip(value, 6), &v))
		s->oom_errors = num_of(v);
}

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

static bool timed_out(struct num code)
{
	return code.known && (code.v == 137 || code.v == 124 || code.v == 143);
}

/* EXIT FROM TO of the whole look. */
static void end(struct reader *r, struct span rest)
{
	struct num code = number(span_field(&rest));
	struct num from = stamp_ms(span_field(&rest)), to = stamp_ms(span_field(&rest));
	struct redis_server *s = r->s;

	r->s = NULL;
	if (from.known && to.known && to.v >= from.v)
		s->ms = num_of(to.v - from.v);
	if (s->reply)
		s->ok = !strcmp(s->reply, "PONG") ? TRI_YES : TRI_NO;
	else if (timed_out(code)) {
		s->ok = TRI_NO;
		s->reply = "no answer within 3 s";
	}
}

static void read_line(struct reader *r, struct span line)
{
	struct span rest = line, name = span_field(&rest);

	if (span_eq(name, "client"))
		r->f->client = rest.n ? TRI_YES : TRI_NO;
	else if (span_eq(name, "site"))
		begin(r, rest);
	else if (!r->s)
		return;
	else if (span_eq(name, "endpoint"))
		read_endpoint(r, rest);
	else if (span_eq(name, "part"))
		read_part(r, rest);
	else if (span_eq(name, "reply"))
		read_reply(r, rest);
	else if (span_eq(name, "info"))
		read_info(r, rest);
	else if (span_eq(name, "done"))
		end(r, rest);
}

void redis_parse(struct chain_facts *facts, struct arena *mem, struct span bytes,
	unsigned flags)
{
	struct redis_event *events = facts->redis.events;
	size_t count = facts->redis.event_count;
	struct reader r = { .mem = mem, .f = &facts->redis, .host = &facts->host };
	struct span line;

	(void)flags;
	memset(r.f, 0, sizeof(*r.f));
	r.f->mem = mem;
	r.f->events = events; /* of the other report, redis.log */
	r.f->event_count = count;
	while (span_line(&bytes, &line))
		read_line(&r, line);
}
