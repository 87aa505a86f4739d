/*
 * Redis's own log: PID:ROLE DAY MON YEAR HH:MM:SS.mmm MARK TEXT, local time. Warnings (#)
 * and what starting, loading and saving say are kept.
 */
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "probes/host/host.h"
#include "probes/redis/redis.h"

#define EVENTS_MAX 80

struct reader {
	struct arena *mem;
	struct redis_facts *f;
	struct host_clock clock;
	const char *source;
};

static struct num line_time(const struct host_clock *clock, struct span line)
{
	struct span day, month, year, time;
	int64_t d, y, h, m, s;
	struct num unknown = { 0 };

	span_word(&line);
	day = span_word(&line);
	month = span_word(&line);
	year = span_word(&line);
	time = span_word(&line);
	if (!span_int(day, &d) || !span_int(year, &y) || time.n < 8 ||
	    !span_lead_int(time, &h) || !span_lead_int(span_skip(time, 3), &m) ||
	    !span_lead_int(span_skip(time, 6), &s) || d < 1 || d > 31 || y < 1990 || y > 9999 ||
	    h < 0 || h > 23 || m < 0 || m > 59 || s < 0 || s > 60)
		return unknown;
	return host_clock_epoch(clock, (int)y, text_month(month), (int)d, (int)h, (int)m, (int)s);
}

static bool worth_keeping(struct span line)
{
	static const char *const words[] = { " # ", "Ready to accept", "Loading", "DB loaded",
		"Background sav", "shutdown", "Redis is starting", "bye bye" };
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (span_has(line, words[i]))
			return true;
	return false;
}

static void read_log(struct reader *r, struct span line)
{
	struct redis_event *e;

	if (!worth_keeping(line))
		return;
	if (r->f->event_count == EVENTS_MAX) {
		memmove(r->f->events, r->f->events + 1, (EVENTS_MAX - 1) * sizeof(*e));
		e = &r->f->events[EVENTS_MAX - 1];
		memset(e, 0, sizeof(*e));
	} else {
		e = arena_push(r->mem, &r->f->events, &r->f->event_count, sizeof(*e));
	}
	e->line.at = line_time(&r->clock, line);
	e->line.source = r->source;
	e->line.text = text_clean_dup(r->mem, line);
}

void redis_parse_log(struct chain_facts *facts, struct arena *mem, struct span bytes,
	unsigned flags)
{
	struct reader r = { .mem = mem, .f = &facts->redis, .source = "?" };
	struct span line;
	int i;

	(void)flags;
	r.clock.now = facts->host.now;
	r.clock.zone = facts->host.zone;
	r.f->events = NULL;
	r.f->event_count = 0;
	while (span_line(&bytes, &line)) {
		if (span_starts(line, "="))
			read_log(&r, span_skip(line, 1));
		else if (span_starts(line, "clock\t"))
			r.clock = host_clock_read(span_skip(line, 6));
		else if (span_starts(line, "file\t")) {
			for (i = 0; i < 5; i++)
				span_field(&line);
			r.source = text_clean_dup(mem, line);
		}
	}
}
