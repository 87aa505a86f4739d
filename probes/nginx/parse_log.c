/*
 * The report `nginx.log` -> facts: error-log lines by the grammar of signals.md 1.1.
 *
 * A record begins where a time stamp and a level stand; what follows without one belongs
 * to it (FastCGI's stderr carries PHP stack traces). What it says is told from nginx's own
 * fixed English words and from errno's number, never from strerror's text, which musl and
 * locales change. Times are the server's local time: the report's own `clock` record, or
 * the host's zone, makes them absolute; without either they stay unknown.
 */
#include <string.h>

#include "base/text.h"
#include "probes/nginx/nginx.h"

#define ERRORS_MAX 4000
#define RECORD_MAX 16384
#define STAMP_LEN 19 /* 2026/11/20 07:59:57 */

struct reader {
	struct nginx_facts *facts;
	struct arena *mem;
	const char *source;
	struct num zone;
	struct buf record;
};

static bool digits(struct span s, size_t from, size_t n, int *ret)
{
	int v = 0;
	size_t i;

	if (s.n < from + n)
		return false;
	for (i = from; i < from + n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		v = v * 10 + (s.p[i] - '0');
	}
	*ret = v;
	return true;
}

/* "2026/11/20 07:59:57 [" heads a record; *ret is its local time in seconds. */
static bool stamp(struct span s, int64_t *ret)
{
	int y, mo, d, h, mi, sec;

	if (s.n < STAMP_LEN + 2 || s.p[4] != '/' || s.p[7] != '/' || s.p[10] != ' ' ||
	    s.p[13] != ':' || s.p[16] != ':' || s.p[19] != ' ' || s.p[20] != '[')
		return false;
	if (!digits(s, 0, 4, &y) || !digits(s, 5, 2, &mo) || !digits(s, 8, 2, &d) ||
	    !digits(s, 11, 2, &h) || !digits(s, 14, 2, &mi) || !digits(s, 17, 2, &sec))
		return false;
	if (mo < 1 || mo > 12 || d < 1 || d > 31)
		return false;
	*ret = text_days_from_civil(y, mo, d) * 86400 + h * 3600 + mi * 60 + sec;
	return true;
}

/* nginx tells start failures on stderr without a time: "nginx: [emerg] ...". */
static bool bare(struct span s)
{
	return span_starts(s, "nginx: [emerg] ") || span_starts(s, "nginx: [alert] ");
}

static ptrdiff_t find_last(struct span s, const char *needle)
{
	ptrdiff_t at = -1, next;

	while ((next = span_find(span_skip(s, (size_t)(at + 1)), needle)) >= 0)
		at += next + 1;
	return at;
}

/* --- the tail: ", client: A, server: S, request: "..."" ... --------------------------- */

static const char *const tail_names[] = { "client", "server", "request", "subrequest", "upstream",
	"host", "referrer" };
#define TAIL_NAMES (sizeof(tail_names) / sizeof(tail_names[0]))

/* A value ends where a later field of the fixed order begins, or at the end. */
static size_t value_end(struct span s, size_t field)
{
	char mark[32];
	ptrdiff_t at, best = -1;
	size_t i, n;

	for (i = field + 1; i < TAIL_NAMES; i++) {
		n = 0;
		mark[n++] = ',';
		mark[n++] = ' ';
		memcpy(mark + n, tail_names[i], strlen(tail_names[i]));
		n += strlen(tail_names[i]);
		memcpy(mark + n, ": ", 3);
		at = span_find(s, mark);
		if (at >= 0 && (best < 0 || at < best))
			best = at;
	}
	return best < 0 ? s.n : (size_t)best;
}

static struct span unquote(struct span s)
{
	if (s.n && s.p[0] == '"')
		s = span_skip(s, 1);
	if (s.n && s.p[s.n - 1] == '"')
		s.n--;
	return s;
}

static const char *dup_or_null(struct reader *r, struct span s)
{
	return s.n ? text_clean_dup(r->mem, s) : NULL;
}

static void request(struct reader *r, struct nginx_error *e, struct span s)
{
	e->method = dup_or_null(r, span_word(&s));
	e->uri = dup_or_null(r, span_word(&s));
}

static void tail(struct reader *r, struct nginx_error *e, struct span s)
{
	struct span name, value;
	size_t i;

	while (span_starts(s, ", ")) {
		s = span_skip(s, 2);
		for (i = 0; i < TAIL_NAMES; i++) {
			name = span_of(tail_names[i]);
			if (span_starts(s, tail_names[i]) && s.n > name.n + 1 && s.p[name.n] == ':')
				break;
		}
		if (i == TAIL_NAMES)
			return;
		s = span_skip(s, name.n + 1);
		if (s.n && s.p[0] == ' ')
			s = span_skip(s, 1);
		value = span_from(s.p, value_end(s, i));
		s = span_skip(s, value.n);
		value = unquote(value);
		if (i == 0)
			e->client = dup_or_null(r, value);
		else if (i == 1)
			e->server = dup_or_null(r, value);
		else if (i == 2)
			request(r, e, value);
		else if (i == 4) {
			e->upstream = dup_or_null(r, value);
			nginx_upstream(r->mem, value, &e->peer_kind, &e->peer);
		} else if (i == 5)
			e->host = dup_or_null(r, value);
	}
}

/* --- what it says --------------------------------------------------------------------- */

static void set_code(struct nginx_error *e, struct span s)
{
	struct span rest = s;
	ptrdiff_t at;
	int64_t code;

	while ((at = span_find(rest, "(")) >= 0) {
		rest = span_skip(rest, (size_t)at + 1);
		if (!span_lead_int(rest, &code) || code < 0 || code > 100000)
			continue;
		at = span_find(rest, ":");
		if (at > 0 && at <= 6)
			e->code = num_of(code);
	}
}

static bool code_is(const struct nginx_error *e, int code)
{
	return e->code.known && e->code.v == code;
}

static bool action_is(const struct nginx_error *e, const char *text)
{
	return e->action && !strncmp(e->action, text, strlen(text));
}

static void quoted_path(struct reader *r, struct nginx_error *e, struct span s)
{
	struct span path;

	if (span_between(s, "\"", "\"", &path) && path.n && path.p[0] == '/')
		e->path = text_clean_dup(r->mem, path);
}

static enum nginx_error_kind stderr_kind(struct span s)
{
	if (span_has(s, "Primary script unknown") || span_has(s, "Unable to open primary script"))
		return NGX_NO_SCRIPT;
	if (span_has(s, "security.limit_extensions"))
		return NGX_DENIED_SCRIPT;
	if (span_has(s, "PHP Fatal error") || span_has(s, "PHP Parse error") ||
	    span_has(s, "PHP Recoverable fatal error"))
		return NGX_PHP_FATAL;
	return NGX_PHP_STDERR;
}

static enum nginx_error_kind emerg_kind(struct reader *r, struct nginx_error *e, struct span s)
{
	struct span at;

	if (span_has(s, "bind() to ") && span_between(s, "bind() to ", " failed", &at)) {
		nginx_address(r->mem, at, 80, &e->peer);
		return NGX_BIND;
	}
	if (span_has(s, "still could not bind()"))
		return NGX_BIND;
	if (span_has(s, "host not found in "))
		return NGX_RESOLVE;
	quoted_path(r, e, s);
	return NGX_EMERG;
}

/* A folder for buffered bodies, by the names all builds use. */
static bool is_temp(const char *path)
{
	static const char *const parts[] = { "_temp/", "/fastcgi/", "/proxy/", "/body/", "/uwsgi/",
		"/scgi/", "/client_body" };
	size_t i;

	for (i = 0; path && i < sizeof(parts) / sizeof(parts[0]); i++)
		if (strstr(path, parts[i]))
			return true;
	return false;
}

static bool temp_file(struct reader *r, struct nginx_error *e, struct span s)
{
	bool write = span_has(s, "pwritev() ") || span_has(s, "pwrite() ") ||
		span_has(s, "write() ") || span_has(s, "mkdir() ");

	if (!write && !span_starts(s, "open() "))
		return false;
	quoted_path(r, e, s);
	/* A file that a visitor asked for is opened without an action. */
	return is_temp(e->path) && (write || e->action);
}

/* connect() failed, timeouts and broken-off answers: told by action and errno. */
static enum nginx_error_kind upstream_kind(const struct nginx_error *e, struct span s)
{
	bool closed = span_has(s, "prematurely closed") || span_has(s, "recv() failed") ||
		span_has(s, "readv() failed") || span_has(s, "writev() failed") ||
		span_has(s, "send() failed");

	if (span_has(s, "upstream timed out")) {
		if (action_is(e, "connecting") || action_is(e, "SSL handshaking"))
			return NGX_TIMEOUT_CONNECT;
		return action_is(e, "reading upstream") ? NGX_TIMEOUT_BODY : NGX_TIMEOUT_READ;
	}
	if (span_has(s, "connect() ") && action_is(e, "connecting to upstream"))
		return NGX_CONNECT;
	if (action_is(e, "SSL handshaking to upstream") || span_has(s, "upstream SSL certificate"))
		return NGX_TLS_UPSTREAM;
	if (closed && action_is(e, "reading upstream"))
		return NGX_CLOSED_BODY;
	if (closed && (action_is(e, "reading response header") ||
			action_is(e, "sending request to upstream") ||
			action_is(e, "connecting to upstream")))
		return NGX_CLOSED_HEADER;
	return NGX_OTHER;
}

static const struct {
	const char *words;
	enum nginx_error_kind kind;
} fixed[] = {
	{ "worker_connections are not enough, reusing", NGX_WORKER_CONNECTIONS_WARN },
	{ "worker_connections are not enough", NGX_WORKER_CONNECTIONS },
	{ "no live upstreams", NGX_NO_LIVE_UPSTREAMS },
	{ "no resolver defined", NGX_RESOLVE },
	{ "could not be resolved (", NGX_RESOLVE },
	{ "host not found in upstream", NGX_RESOLVE },
	{ "no host in upstream", NGX_BAD_UPSTREAM },
	{ "no port in upstream", NGX_BAD_UPSTREAM },
	{ "invalid port in upstream", NGX_BAD_UPSTREAM },
	{ "invalid host in upstream", NGX_BAD_UPSTREAM },
	{ "invalid URL prefix in", NGX_BAD_UPSTREAM },
	{ "upstream sent too big header", NGX_BIG_HEADER },
	{ "upstream sent unsupported FastCGI", NGX_INVALID_HEADER },
	{ "upstream sent unexpected FastCGI", NGX_INVALID_HEADER },
	{ "upstream sent invalid", NGX_INVALID_HEADER },
	{ "upstream sent no valid", NGX_INVALID_HEADER },
	{ "client prematurely closed connection", NGX_CLIENT_ABORT },
};

static enum nginx_error_kind kind_of(struct reader *r, struct nginx_error *e, struct span s)
{
	enum nginx_error_kind kind;
	struct span part;
	int64_t v;
	size_t i;

	if (span_starts(s, "FastCGI sent in stderr: "))
		return stderr_kind(s);
	if (e->level && !strcmp(e->level, "emerg"))
		return emerg_kind(r, e, s);
	if (span_starts(s, "worker process ") && span_between(s, " exited on signal ", "", &part)) {
		if (span_lead_int(span_skip(s, (size_t)(part.p - s.p)), &v))
			e->signal = num_of(v);
		return NGX_WORKER_EXIT;
	}
	if (span_starts(s, "limiting ") && !span_has(s, ", dry run")) {
		if (span_between(s, "by zone \"", "\"", &part))
			e->zone = text_clean_dup(r->mem, part);
		return NGX_LIMIT;
	}
	for (i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
		if (span_has(s, fixed[i].words))
			return fixed[i].kind;
	if (code_is(e, 24))
		return NGX_NO_FILES;
	if (temp_file(r, e, s))
		return NGX_TEMP_FILE;
	kind = upstream_kind(e, s);
	if (kind == NGX_OTHER && code_is(e, 28))
		kind = NGX_NO_SPACE;
	return kind;
}

/* Where the message ends and the tail begins. */
static size_t message_end(struct span s)
{
	ptrdiff_t at;

	/* The quoted stderr may hold anything, a forged tail as well: the true one is last. */
	if (span_starts(s, "FastCGI sent in stderr: "))
		at = find_last(s, ", client: ");
	else
		at = span_find(s, ", client: ");
	return at < 0 ? s.n : (size_t)at;
}

static struct span after_pid(struct nginx_error *e, struct span s)
{
	struct span rest = s;
	int64_t v;
	ptrdiff_t at;

	rest = span_trim(rest);
	if (span_lead_int(rest, &v) && (at = span_find(rest, ": ")) >= 0 && at < 32) {
		e->pid = num_of(v);
		rest = span_skip(rest, (size_t)at + 2);
	}
	if (rest.n && rest.p[0] == '*') {
		at = span_find(rest, " ");
		if (at > 0)
			rest = span_skip(rest, (size_t)at + 1);
	}
	return rest;
}

static void message(struct reader *r, struct nginx_error *e, struct span s)
{
	struct span level, text, action;
	ptrdiff_t at;

	if (!span_between(s, "[", "]", &level))
		return;
	e->level = dup_or_null(r, level);
	text = span_skip(s, (size_t)(level.p - s.p) + level.n + 1);
	text = after_pid(e, text);
	at = (ptrdiff_t)message_end(text);
	tail(r, e, span_skip(text, (size_t)at));
	text.n = (size_t)at;
	at = find_last(text, " while ");
	if (at >= 0) {
		action = span_skip(text, (size_t)at + 7);
		if (action.n < 64)
			e->action = dup_or_null(r, action);
	}
	if (!span_starts(text, "FastCGI sent in stderr: "))
		set_code(e, text);
	e->kind = kind_of(r, e, text);
	if (e->kind == NGX_CONNECT && span_between(text, "connect() to unix:", " failed", &action))
		e->path = text_clean_dup(r->mem, action);
}

/* --- records -------------------------------------------------------------------------- */

static const char *further_lines(struct reader *r, struct span rest)
{
	struct buf out;
	struct span line;
	const char *copy = NULL;

	buf_init(&out, 8192);
	while (span_line(&rest, &line)) {
		if (out.len)
			buf_addc(&out, '\n');
		text_clean(&out, line);
	}
	if (out.len)
		copy = arena_strndup(r->mem, out.data, out.len);
	buf_release(&out);
	return copy;
}

static void finish(struct reader *r)
{
	struct span all = span_from(r->record.data, r->record.len), rest = all, first;
	struct nginx_error *e;
	int64_t at;

	if (!all.n || r->facts->error_count >= ERRORS_MAX || !span_line(&rest, &first)) {
		buf_clear(&r->record);
		return;
	}
	e = arena_push(r->mem, &r->facts->errors, &r->facts->error_count, sizeof(*e));
	if (stamp(first, &at) && r->zone.known)
		e->line.at = num_of(at - r->zone.v);
	e->line.source = r->source;
	e->line.text = text_clean_dup(r->mem, first);
	e->line.more = further_lines(r, rest);
	message(r, e, all);
	buf_clear(&r->record);
}

static void log_line(struct reader *r, struct span line)
{
	int64_t at;

	if (stamp(line, &at) || bare(line)) {
		finish(r);
		buf_add(&r->record, line.p, line.n);
	} else if (r->record.len) {
		buf_addc(&r->record, '\n');
		buf_add(&r->record, line.p, line.n);
	}
}

/* clock EPOCH +0100 */
static void clock_read(struct reader *r, struct span rest)
{
	struct span zone;
	int h, m;

	span_field(&rest);
	zone = span_trim(rest);
	if (zone.n != 5 || (zone.p[0] != '+' && zone.p[0] != '-') || !digits(zone, 1, 2, &h) ||
	    !digits(zone, 3, 2, &m))
		return;
	r->zone = num_of((h * 3600 + m * 60) * (zone.p[0] == '-' ? -1 : 1));
}

/* file KIND SIZE MTIME FROM PATH */
static void file_read(struct reader *r, struct span rest)
{
	int i;

	for (i = 0; i < 4; i++)
		span_field(&rest);
	r->source = text_clean_dup(r->mem, rest);
	r->facts->log_known = TRI_YES;
}

static void record(struct reader *r, struct span line)
{
	struct span name;

	if (line.n && line.p[0] == '=') {
		log_line(r, span_skip(line, 1));
		return;
	}
	finish(r);
	name = span_field(&line);
	if (span_eq(name, "clock"))
		clock_read(r, line);
	else if (span_eq(name, "file"))
		file_read(r, line);
}

/* Several logs were read one after the other: oldest first over all (merge of a sorted
 * prefix and the rest would do; insertion keeps it plain and logs come nearly sorted). */
static void sort(struct nginx_facts *f, struct arena *scratch)
{
	struct nginx_error *tmp = arena_alloc(scratch, (f->error_count + 1) * sizeof(*tmp));
	struct nginx_error *from = f->errors, *to = tmp, *swap;
	size_t width, i, l, m, h, a, b, n = f->error_count;

	for (width = 1; width < n; width *= 2) {
		for (i = 0; i < n; i += 2 * width) {
			l = i;
			m = i + width < n ? i + width : n;
			h = i + 2 * width < n ? i + 2 * width : n;
			for (a = l, b = m; l < h; l++)
				if (a < m && (b >= h || num_or(from[a].line.at, 0) <=
						num_or(from[b].line.at, 0)))
					to[l] = from[a++];
				else
					to[l] = from[b++];
		}
		swap = from;
		from = to;
		to = swap;
	}
	if (from != f->errors && n)
		memcpy(f->errors, from, n * sizeof(*from));
}

void nginx_parse_log(struct chain_facts *facts, struct arena *mem, struct span bytes,
	unsigned flags)
{
	struct reader r = { .facts = &facts->nginx, .mem = mem, .zone = facts->host.zone };
	struct arena *scratch;
	struct span line;

	(void)flags; /* a cut report is read as far as it goes */
	facts->nginx.errors = NULL;
	facts->nginx.error_count = 0;
	facts->nginx.log_known = TRI_NO;
	buf_init(&r.record, RECORD_MAX);
	while (span_line(&bytes, &line))
		record(&r, line);
	finish(&r);
	buf_release(&r.record);
	scratch = arena_new();
	sort(&facts->nginx, scratch);
	arena_free(scratch);
}
