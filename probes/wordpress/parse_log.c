/*
 * PHP's error log: "[20-Nov-2026 08:05:23 UTC] PHP Fatal error:  ...", its further lines
 * (stack trace, "thrown in FILE on line N") belong to the record. The same words come to
 * nginx through FastCGI when no error_log is set; causes read those from nginx's log.
 */
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "probes/host/host.h"
#include "probes/wordpress/wordpress.h"

#define ERRORS_MAX 200
#define MORE_MAX 4096

struct reader {
	struct arena *mem;
	struct wordpress_facts *f;
	struct host_clock clock;
	const char *source;
	struct span first;  /* the record's first line, without its stamp */
	struct span raw;    /* ... as it stands */
	struct buf more;    /* its further lines */
	struct num at;
	bool open;
};

/* "[20-Nov-2026 08:05:23 UTC] rest". A zone by name other than UTC is taken for the
 * server's own: PHP names the zone of php.ini, which is that one as a rule. */
static bool stamp(const struct reader *r, struct span line, struct num *ret_at,
	struct span *ret_text)
{
	struct host_clock clock = r->clock;
	struct span in, date, time, zone, day, month, year;
	int64_t d, y, h, m, s;
	ptrdiff_t end = span_find(line, "] ");

	if (!span_starts(line, "[") || end < 21)
		return false;
	in = span_from(line.p + 1, (size_t)end - 1);
	date = span_word(&in);
	time = span_word(&in);
	zone = span_word(&in);
	if (!span_cut(&date, '-', &day) || !span_cut(&date, '-', &month))
		return false;
	year = date;
	if (!span_int(day, &d) || !span_int(year, &y) || !text_month(month) || time.n < 8 ||
	    !span_lead_int(time, &h) || !span_lead_int(span_skip(time, 3), &m) ||
	    !span_lead_int(span_skip(time, 6), &s) || d < 1 || d > 31 || y < 1990 || y > 9999 ||
	    h < 0 || h > 23 || m < 0 || m > 59 || s < 0 || s > 60)
		return false;
	if (span_eq(zone, "UTC") || span_eq(zone, "GMT") || span_eq(zone, "Z"))
		clock.zone = num_of(0);
	*ret_at = host_clock_epoch(&clock, (int)y, text_month(month), (int)d, (int)h, (int)m,
		(int)s);
	*ret_text = span_skip(line, (size_t)end + 2);
	return true;
}

/* "Nov 20 11:25:35 web1 php[166]: text": error_log = syslog. PHP's further lines come each
 * as a record of its own. */
static bool syslog_stamp(const struct reader *r, struct span line, struct num *ret_at,
	struct span *ret_text)
{
	ptrdiff_t at = span_find(line, " php["), end;

	if (at < 0 || at > 120 || span_starts(line, "["))
		return false;
	*ret_text = span_skip(line, (size_t)at);
	end = span_find(*ret_text, "]: ");
	if (end < 0)
		return false;
	*ret_text = span_skip(*ret_text, (size_t)end + 3);
	*ret_at = host_line_time(&r->clock, line);
	return ret_at->known;
}

static void finish(struct reader *r)
{
	struct span more = span_from(r->more.data, r->more.len);
	struct php_error read = { 0 }, *e;

	if (r->open)
		wordpress_php_read(r->mem, r->first, more, &read);
	r->open = false;
	if (read.kind == PHP_OTHER)
		return;
	if (r->f->error_count == ERRORS_MAX) {
		memmove(r->f->errors, r->f->errors + 1, (ERRORS_MAX - 1) * sizeof(*e));
		e = &r->f->errors[ERRORS_MAX - 1];
		memset(e, 0, sizeof(*e));
	} else {
		e = arena_push(r->mem, &r->f->errors, &r->f->error_count, sizeof(*e));
	}
	*e = read;
	e->line.at = r->at;
	e->line.source = r->source;
	e->line.text = text_clean_dup(r->mem, r->raw);
	if (r->more.len)
		e->line.more = arena_strndup(r->mem, r->more.data, r->more.len);
}

static void read_log(struct reader *r, struct span line)
{
	struct span text = { 0 };
	struct num at = { 0 };

	if (stamp(r, line, &at, &text) ||
	    (syslog_stamp(r, line, &at, &text) && span_starts(text, "PHP "))) {
		finish(r);
		r->open = true;
		r->at = at;
		r->first = text;
		r->raw = line;
		buf_clear(&r->more);
	} else if (r->open && !r->more.over) {
		text_clean(&r->more, text.n ? text : line);
		buf_addc(&r->more, '\n');
	}
}

void wordpress_parse_log(struct chain_facts *facts, struct arena *mem, struct span bytes,
	unsigned flags)
{
	struct reader r = { .mem = mem, .f = &facts->wordpress, .source = "?" };
	struct span line;
	int i;

	(void)flags;
	r.clock.now = facts->host.now;
	r.clock.zone = facts->host.zone;
	r.f->errors = NULL;
	r.f->error_count = 0;
	buf_init(&r.more, MORE_MAX);
	while (span_line(&bytes, &line)) {
		if (span_starts(line, "=")) {
			read_log(&r, span_skip(line, 1));
		} else if (span_starts(line, "clock\t")) {
			r.clock = host_clock_read(span_skip(line, 6));
		} else if (span_starts(line, "file\t")) {
			finish(&r);
			for (i = 0; i < 5; i++)
				span_field(&line);
			r.source = text_clean_dup(mem, line);
		}
	}
	finish(&r);
	buf_release(&r.more);
}
