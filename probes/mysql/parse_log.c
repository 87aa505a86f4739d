/*
 * The error log: MariaDB's and MySQL 8's line formats, the crash block that has neither,
 * and journalctl -o short-unix, whose own stamp counts there. Only lines that mean
 * something are kept, with the words by which both products say it.
 */
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "probes/host/host.h"
#include "probes/mysql/mysql.h"

#define EVENTS_MAX 120

struct reader {
	struct arena *mem;
	struct mysql_facts *m;
	struct host_clock clock;
	const char *source;
	bool journal;
};

static const struct {
	const char *words;
	enum mysql_event_kind kind;
} meanings[] = {
	{ "ready for connections", MY_READY },
	{ "Shutdown complete", MY_SHUTDOWN },
	{ "Normal shutdown", MY_SHUTDOWN },
	{ "Received SHUTDOWN", MY_SHUTDOWN },
	{ "got signal ", MY_CRASH },
	{ "Main process exited", MY_CRASH },
	{ "Failed with result", MY_CRASH },
	{ "Starting crash recovery", MY_RECOVERY },
	{ "Crash recovery finished", MY_RECOVERY },
	{ "Waiting for someone to free space", MY_NO_SPACE },
	{ "Disk is full", MY_NO_SPACE },
	{ "No space left on device", MY_NO_SPACE },
	{ "Errcode: 28", MY_NO_SPACE },
	{ "Cannot allocate memory", MY_NO_MEMORY },
	{ "is marked as crashed", MY_TABLE_CORRUPT },
	{ "Incorrect key file for table", MY_TABLE_CORRUPT },
	{ "marked corrupted", MY_TABLE_CORRUPT },
	{ "is corrupted", MY_TABLE_CORRUPT },
	{ "Could not find a valid tablespace file for", MY_TABLE_CORRUPT },
	{ "Got an error from thread_id", MY_TABLE_CORRUPT },
	{ "Can't start server", MY_START_FAILED },
	{ "Do you already have another server", MY_START_FAILED },
	{ "unknown variable", MY_START_FAILED },
	{ "unknown option", MY_START_FAILED },
	{ "Aborting", MY_START_FAILED },
	{ "Failed to initialize DD Storage Engine", MY_START_FAILED },
	{ "Plugin initialization aborted", MY_START_FAILED },
	{ "starting as process", MY_STARTING },
	{ " as process ", MY_STARTING },
};

static enum mysql_event_kind kind_of(struct span text)
{
	size_t i;

	for (i = 0; i < sizeof(meanings) / sizeof(*meanings); i++)
		if (span_has(text, meanings[i].words))
			return meanings[i].kind;
	return MY_OTHER;
}

static int two(struct span s, size_t at)
{
	if (s.n < at + 2 || (s.p[at] != ' ' && (s.p[at] < '0' || s.p[at] > '9')) ||
	    s.p[at + 1] < '0' || s.p[at + 1] > '9')
		return -1;
	return (s.p[at] == ' ' ? 0 : s.p[at] - '0') * 10 + s.p[at + 1] - '0';
}

/* 2026-11-20  8:04:24 ...   2026-11-20T08:04:24.123456Z ...   261120  8:04:25 [ERROR] ... */
static struct num line_time(const struct host_clock *clock, struct span s)
{
	if (s.n > 15 && s.p[6] == ' ' && s.p[9] == ':' && s.p[12] == ':')
		return host_clock_epoch(clock, 2000 + two(s, 0), two(s, 2), two(s, 4), two(s, 7),
			two(s, 10), two(s, 13));
	if (s.n > 19 && s.p[0] >= '0' && s.p[0] <= '9')
		return host_line_time(clock, s);
	return (struct num){ 0 };
}

/* 1795169012.501 host mariadbd[43]: TEXT */
static bool journal_line(struct span *line, struct num *ret_at)
{
	ptrdiff_t colon = span_find(*line, "]: ");
	int64_t at;

	if (!span_lead_int(*line, &at))
		return false;
	if (colon < 0)
		return false;
	*ret_at = num_of(at);
	*line = span_skip(*line, (size_t)colon + 3);
	return true;
}

static void read_log(struct reader *r, struct span line)
{
	struct num at = { 0 };
	enum mysql_event_kind kind;
	struct mysql_event *e;

	if (r->journal && !journal_line(&line, &at))
		return;
	kind = kind_of(line);
	if (kind == MY_OTHER || (kind == MY_TABLE_CORRUPT && span_has(line, "[Note]")))
		return;
	if (r->m->event_count == EVENTS_MAX) { /* the newest matter */
		memmove(r->m->events, r->m->events + 1, (EVENTS_MAX - 1) * sizeof(*e));
		e = &r->m->events[EVENTS_MAX - 1];
		memset(e, 0, sizeof(*e));
	} else {
		e = arena_push(r->mem, &r->m->events, &r->m->event_count, sizeof(*e));
	}
	e->kind = kind;
	e->line.at = at.known ? at : line_time(&r->clock, line);
	e->line.source = r->source;
	e->line.text = text_clean_dup(r->mem, line);
}

/* KIND SIZE MTIME FROM PATH */
static void read_file(struct reader *r, struct span rest)
{
	r->journal = span_eq(span_field(&rest), "mysql-journal");
	span_field(&rest);
	span_field(&rest);
	span_field(&rest);
	r->source = text_clean_dup(r->mem, rest);
}

void mysql_parse_log(struct chain_facts *facts, struct arena *mem, struct span bytes,
	unsigned flags)
{
	struct reader r = { .mem = mem, .m = &facts->mysql, .source = "?" };
	struct span line, rest;

	(void)flags;
	r.clock.now = facts->host.now;
	r.clock.zone = facts->host.zone;
	r.m->events = NULL;
	r.m->event_count = 0;
	while (span_line(&bytes, &line)) {
		rest = line;
		if (span_starts(line, "="))
			read_log(&r, span_skip(line, 1));
		else if (span_starts(line, "clock\t"))
			r.clock = host_clock_read(span_skip(line, 6));
		else if (span_starts(line, "file\t"))
			read_file(&r, span_skip(rest, 5));
	}
}
