/*
 * fpm.log and fpm.slow. A log's lines come with = in front; the records between them
 * say whose lines they are and how to read their local times.
 */
#include "probes/fpm/fpm.h"

#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "probes/host/host.h"

#define EVENTS_MAX 800
#define SLOW_MAX 200

struct reader {
	struct fpm_facts *f;
	struct arena *mem;
	struct host_clock clock;
	const char *source;
	struct fpm_slow *slow; /* record under way */
	struct buf more;       /* its further lines */
};

static int two(struct span s, size_t at)
{
	if (s.n < at + 2 || s.p[at] < '0' || s.p[at] > '9' || s.p[at + 1] < '0' ||
	    s.p[at + 1] > '9')
		return -1;
	return (s.p[at] - '0') * 10 + s.p[at + 1] - '0';
}

struct num fpm_line_time(const struct host_clock *clock, struct span line,
	struct span *ret_rest)
{
	struct num t;
	ptrdiff_t end;

	if (line.n < 22 || line.p[0] != '[' || line.p[3] != '-' || line.p[7] != '-')
		return (struct num){ 0 };
	end = span_find(line, "]");
	if (end < 21)
		return (struct num){ 0 };
	t = host_clock_epoch(clock, two(line, 8) * 100 + two(line, 10),
		text_month(span_from(line.p + 4, 3)), two(line, 1), two(line, 13), two(line, 16),
		two(line, 19));
	if (t.known)
		*ret_rest = span_trim(span_skip(line, (size_t)end + 1));
	return t;
}

static const struct {
	const char *words;
	enum fpm_event_kind kind;
} kinds[] = {
	{ "max_children setting (", FPM_MAX_CHILDREN },
	{ "seems busy (you may need", FPM_BUSY },
	{ "exited on signal ", FPM_CHILD_SIGNAL },
	{ "execution timed out (", FPM_TERMINATED },
	{ "executing too slow (", FPM_SLOW },
	{ "stopped for tracing", FPM_TRACE },
	{ "about to trace ", FPM_TRACE },
	{ "finished trace of ", FPM_TRACE },
	{ "Connection disallowed: IP address", FPM_DISALLOWED },
	{ "fpm is running, pid ", FPM_STARTED },
	{ "ready to handle connections", FPM_STARTED },
	{ "Reloading in progress", FPM_RELOADING },
	{ "reloading: execvp(", FPM_RELOADING },
	{ "using inherited socket", FPM_RELOADING },
	{ "Terminating ...", FPM_STOPPING },
	{ "Finishing ...", FPM_STOPPING },
	{ "exiting, bye-bye!", FPM_STOPPING },
	{ "Another FPM instance seems to already listen", FPM_ANOTHER_INSTANCE },
	{ "unable to bind listening socket", FPM_BIND_FAILED },
	{ "fork() failed", FPM_FORK_FAILED },
	{ "maximum number of processes has been reached", FPM_PROCESS_MAX },
	{ "failed processes threshold (", FPM_EMERGENCY },
	{ "Unable to allocate shared memory segment", FPM_SHM },
	{ "unknown entry '", FPM_CONFIG_ERROR },
	{ "failed to load configuration file", FPM_CONFIG_ERROR },
	{ "already used in another pool", FPM_CONFIG_ERROR },
	{ "cannot get uid for user", FPM_CONFIG_ERROR },
	{ "cannot get gid for group", FPM_CONFIG_ERROR },
	{ "failed to post process the configuration", FPM_CONFIG_ERROR },
};

/* What a child wrote is its own words, whatever they quote: only these two count. */
static enum fpm_event_kind said_kind(struct span s)
{
	if (span_has(s, "Connection disallowed: IP address"))
		return FPM_DISALLOWED;
	if (span_has(s, "PHP Fatal error"))
		return FPM_PHP_FATAL;
	return FPM_OTHER;
}

static enum fpm_event_kind kind_of(struct span s)
{
	if (span_has(s, " said into std"))
		return said_kind(s);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (span_has(s, kinds[i].words))
			return kinds[i].kind;
	return FPM_OTHER;
}

/* [pool www] child 123, script '/x.php' (request: "GET /x?y") execution timed out (3.1 sec) */
static void read_details(struct arena *mem, struct fpm_event *e, struct span s)
{
	struct span part;
	ptrdiff_t at;

	if (span_between(s, "[pool ", "]", &part))
		e->pool = host_text(mem, part);
	at = span_find(s, "child ");
	if (at >= 0)
		e->pid.known = span_lead_int(span_skip(s, (size_t)at + 6), &e->pid.v);
	if (e->kind == FPM_CHILD_SIGNAL) {
		at = span_find(s, "on signal ");
		e->signal.known = at >= 0 &&
			span_lead_int(span_skip(s, (size_t)at + 10), &e->signal.v);
	}
	if (span_between(s, "script '", "'", &part))
		e->script = host_text(mem, part);
	if (span_between(s, "(request: \"", "\")", &part))
		e->request = host_text(mem, part);
	at = span_find(s, e->kind == FPM_SLOW ? "too slow (" : "timed out (");
	if (at >= 0)
		e->seconds.known = span_lead_int(span_skip(s, (size_t)at +
			(e->kind == FPM_SLOW ? 10 : 11)), &e->seconds.v);
}

static void read_event(struct reader *r, struct span line)
{
	struct span message = line;
	struct fpm_event *e;
	struct num at = fpm_line_time(&r->clock, line, &message);
	enum fpm_event_kind kind;

	if (!at.known && line.n && line.p[0] != '[') /* a journal's line */
		at = host_line_time(&r->clock, line);
	kind = kind_of(message);
	if (!at.known || kind == FPM_OTHER || r->f->event_count >= EVENTS_MAX)
		return;
	e = arena_push(r->mem, &r->f->events, &r->f->event_count, sizeof(*e));
	e->line.at = at;
	e->line.source = r->source;
	e->line.text = text_clean_dup(r->mem, line);
	e->kind = kind;
	read_details(r->mem, e, message);
}

static void read_source(struct reader *r, struct span rest)
{
	for (int i = 0; i < 4; i++)
		span_field(&rest); /* kind, size, mtime, from */
	r->source = rest.n ? text_clean_dup(r->mem, rest) : NULL;
	if (r->source)
		r->f->log_known = TRI_YES;
}

/* Records that are not lines of a log; they are the same in both reports. */
static void read_record(struct reader *r, struct span line)
{
	struct span name = span_field(&line);

	if (span_eq(name, "clock")) {
		r->clock = host_clock_read(line);
	} else if (span_eq(name, "file")) {
		read_source(r, line);
	} else if (span_eq(name, "journal")) {
		r->source = line.n ? arena_printf(r->mem, "journal:%s", text_clean_dup(r->mem, line))
				   : NULL;
		r->f->log_known = TRI_YES;
	}
}

/* Several logs, one order: oldest first. */
static void sort_events(struct fpm_facts *f)
{
	for (size_t i = 1; i < f->event_count; i++) {
		struct fpm_event e = f->events[i];
		size_t j = i;

		for (; j && f->events[j - 1].line.at.v > e.line.at.v; j--)
			f->events[j] = f->events[j - 1];
		f->events[j] = e;
	}
}

void fpm_parse_log(struct chain_facts *facts, struct arena *mem, struct span bytes,
	unsigned flags)
{
	struct reader r = { .f = &facts->fpm, .mem = mem };
	struct span line;

	(void)flags;
	r.f->events = NULL;
	r.f->event_count = 0;
	r.f->log_known = TRI_UNKNOWN;
	while (span_line(&bytes, &line))
		if (!line.n || line.p[0] != '=')
			read_record(&r, line);
		else if (r.source)
			read_event(&r, span_skip(line, 1));
	sort_events(r.f);
}

/* --- slow log --------------------------------------------------------------------- */

static const char *plugin_of(struct arena *mem, struct span frame)
{
	static const char *const kinds_of_code[] = { "plugins/", "mu-plugins/", "themes/" };
	ptrdiff_t at = span_find(frame, "wp-content/");
	struct span rest;
	size_t i, n;

	if (at < 0 && (at = span_find(frame, "/app/")) < 0)
		return NULL;
	rest = span_skip(frame, (size_t)at + (frame.p[at] == '/' ? 5 : 11));
	for (i = 0; i < sizeof(kinds_of_code) / sizeof(kinds_of_code[0]); i++) {
		if (!span_starts(rest, kinds_of_code[i]))
			continue;
		n = strlen(kinds_of_code[i]);
		while (n < rest.n && rest.p[n] != '/' && rest.p[n] != ':' && rest.p[n] != ' ')
			n++;
		return host_text(mem, span_from(rest.p, n));
	}
	return NULL;
}

/* [0x00007f6fe0a13100] curl_exec() /var/www/x.php:12 */
static void read_frame(struct reader *r, struct span line)
{
	struct span frame = line, name;
	ptrdiff_t end = span_find(frame, "] ");

	if (end < 0)
		return;
	frame = span_skip(frame, (size_t)end + 2);
	name = frame;
	if (!r->slow->top && span_cut(&name, '(', &frame))
		r->slow->top = host_text(r->mem, span_trim(frame));
	if (!r->slow->plugin) {
		r->slow->plugin = plugin_of(r->mem, line);
		if (r->slow->plugin)
			r->slow->plugin_line = host_text(r->mem, line);
	}
}

static void end_slow(struct reader *r)
{
	if (r->slow && r->more.len)
		r->slow->line.more = arena_strndup(r->mem, r->more.data, r->more.len);
	buf_clear(&r->more);
	r->slow = NULL;
}

static void read_slow_line(struct reader *r, struct span line)
{
	struct span rest = line, part;
	struct num at = fpm_line_time(&r->clock, line, &rest);
	ptrdiff_t pid;

	if (at.known && span_starts(rest, "[pool ")) {
		end_slow(r);
		if (r->f->slow_count >= SLOW_MAX)
			return;
		r->slow = arena_push(r->mem, &r->f->slow, &r->f->slow_count, sizeof(*r->slow));
		r->slow->line.at = at;
		r->slow->line.source = r->source;
		r->slow->line.text = text_clean_dup(r->mem, line);
		if (span_between(rest, "[pool ", "]", &part))
			r->slow->pool = host_text(r->mem, part);
		pid = span_find(rest, "] pid ");
		r->slow->pid.known = pid >= 0 &&
			span_lead_int(span_skip(rest, (size_t)pid + 6), &r->slow->pid.v);
		return;
	}
	if (!r->slow || !line.n)
		return;
	if (span_starts(line, "script_filename = "))
		r->slow->script = host_text(r->mem, span_skip(line, 18));
	else if (span_starts(line, "[0x"))
		read_frame(r, line);
	text_clean(&r->more, line);
	buf_addc(&r->more, '\n');
}

void fpm_parse_slow(struct chain_facts *facts, struct arena *mem, struct span bytes,
	unsigned flags)
{
	struct reader r = { .f = &facts->fpm, .mem = mem };
	enum tri log_known = facts->fpm.log_known;
	struct span line;

	(void)flags;
	buf_init(&r.more, 8192);
	r.f->slow = NULL;
	r.f->slow_count = 0;
	while (span_line(&bytes, &line)) {
		if (line.n && line.p[0] == '=') {
			if (r.source)
				read_slow_line(&r, span_skip(line, 1));
			continue;
		}
		end_slow(&r);
		read_record(&r, line);
	}
	end_slow(&r);
	buf_release(&r.more);
	r.f->log_known = log_known; /* is said of the other log */
}
