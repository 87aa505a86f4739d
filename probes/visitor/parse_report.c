/* Report `page` (page.h): what the server answered to itself -> struct page. */
#include <string.h>

#include "base/text.h"
#include "probes/visitor/page.h"
#include "probes/visitor/visitor.h"

#define HEADERS_MAX 64

struct reader {
	struct page page;
	struct arena *mem;
	struct span tool;
	struct num exit;
	struct buf body;
	struct buf names; /* header names in lower case, back to back */
	struct page_header headers[HEADERS_MAX];
	size_t header_count;
	int64_t body_raw;
	bool found, in_body;
};

static const char *clean(struct reader *r, struct span s)
{
	return s.n ? text_clean_dup(r->mem, s) : NULL;
}

static struct num number(struct span s)
{
	int64_t n;

	return span_int(s, &n) ? num_of(n) : (struct num){ 0 };
}

/* Seconds as curl prints them, "0.012345" -> ms. Some locales print a comma. */
static struct num milliseconds(struct span s)
{
	int64_t ms = 0, scale = 100;
	size_t i;

	for (i = 0; i < s.n && s.p[i] >= '0' && s.p[i] <= '9' && ms < 1000000; i++)
		ms = ms * 10 + (s.p[i] - '0');
	if (!i)
		return (struct num){ 0 };
	ms *= 1000;
	if (i < s.n && (s.p[i] == '.' || s.p[i] == ','))
		for (i++; i < s.n && scale && s.p[i] >= '0' && s.p[i] <= '9'; i++, scale /= 10)
			ms += (s.p[i] - '0') * scale;
	return num_of(ms);
}

static void read_page(struct reader *r, struct span rest)
{
	struct span way = span_field(&rest);

	r->tool = span_field(&rest);
	r->page.address = clean(r, span_field(&rest));
	r->page.port = number(span_field(&rest));
	r->page.server_at = number(span_field(&rest));
	r->page.site = clean(r, span_field(&rest));
	r->page.url = clean(r, rest);
	r->page.way = span_eq(way, "static") ? WAY_STATIC : WAY_LOOPBACK;
	r->page.tries = 1;
	r->found = r->page.site && r->page.url &&
		   (span_eq(way, "static") || span_eq(way, "loopback"));
}

static void read_time(struct reader *r, struct span rest)
{
	struct num first;

	r->page.dns_ms = milliseconds(span_field(&rest));
	r->page.connect_ms = milliseconds(span_field(&rest));
	r->page.tls_ms = milliseconds(span_field(&rest));
	first = milliseconds(span_field(&rest));
	r->page.total_ms = milliseconds(span_field(&rest));
	if (first.known && first.v > 0)
		r->page.first_byte_ms = first;
}

static void read_from(struct reader *r, struct span rest)
{
	struct span address = span_field(&rest);
	struct num port = number(span_field(&rest));

	if (address.n)
		r->page.address = clean(r, address);
	if (port.known && port.v > 0)
		r->page.port = port;
	if (rest.n && rest.p[0] != '0')
		r->page.http = clean(r, rest);
}

/* "HTTP/1.1 502 Bad Gateway"; a 1xx before it is an interim answer. */
static void read_status(struct reader *r, struct span line)
{
	int64_t status;

	span_word(&line);
	if (span_lead_int(line = span_trim(line), &status) && status >= 100 && status <= 999)
		r->page.status = num_of(status);
	r->header_count = 0;
	buf_clear(&r->names);
}

static void read_header(struct reader *r, struct span line)
{
	struct span name;
	size_t i;

	if (!span_cut(&line, ':', &name) || r->header_count == HEADERS_MAX || name.n > 64 ||
	    r->names.len + name.n > r->names.max)
		return;
	for (i = 0; i < name.n; i++)
		buf_addc(&r->names, (char)(name.p[i] >= 'A' && name.p[i] <= 'Z' ? name.p[i] + 32
										 : name.p[i]));
	r->headers[r->header_count].name.n = name.n; /* p is set when names is whole */
	r->headers[r->header_count++].value = line;
}

static void read_raw(struct reader *r, struct span raw)
{
	struct span line = raw;

	if (r->in_body) {
		r->body_raw += (int64_t)raw.n + 1;
		buf_add(&r->body, raw.p, raw.n);
		buf_addc(&r->body, '\n');
		return;
	}
	if (line.n && line.p[line.n - 1] == '\r')
		line.n--;
	if (span_starts(line, "HTTP/"))
		read_status(r, line);
	else if (!line.n && r->page.status.known && r->page.status.v >= 200)
		r->in_body = true;
	else
		read_header(r, line);
}

static void read_record(struct reader *r, struct span line)
{
	struct span rest = line, name;

	if (line.n && line.p[0] == '=') {
		read_raw(r, span_skip(line, 1));
		return;
	}
	name = span_field(&rest);
	if (span_eq(name, "page"))
		read_page(r, rest);
	else if (span_eq(name, "time"))
		read_time(r, rest);
	else if (span_eq(name, "from"))
		read_from(r, rest);
	else if (span_eq(name, "exit"))
		r->exit = number(rest);
	else if (span_eq(name, "says") && !r->page.error)
		r->page.error = clean(r, rest);
}

static enum page_failure curl_failure(int64_t exit)
{
	switch (exit) {
	case 0:
	case 23: /* we stopped reading the body: head is enough */
		return PAGE_ANSWERED;
	case 6:
		return PAGE_NO_NAME;
	case 7:
		return PAGE_REFUSED;
	case 28:
		return PAGE_TIMEOUT;
	case 35:
	case 58:
	case 59:
		return PAGE_TLS;
	case 60:
		return PAGE_TLS_VERIFY;
	case 52:
		return PAGE_EMPTY;
	case 56:
		return PAGE_RESET;
	case 18:
	case 61:
	case 92:
		return PAGE_BROKEN_BODY;
	default:
		return PAGE_OTHER;
	}
}

static enum page_failure told_failure(const char *says)
{
	if (says && strstr(says, "refused"))
		return PAGE_REFUSED;
	if (says && strstr(says, "timed out"))
		return PAGE_TIMEOUT;
	if (says && (strstr(says, "No route") || strstr(says, "unreachable")))
		return PAGE_UNREACHABLE;
	if (says && (strstr(says, "SSL") || strstr(says, "TLS")))
		return PAGE_TLS;
	if (says && strstr(says, "reset"))
		return PAGE_RESET;
	return PAGE_OTHER;
}

static enum page_failure failure_of(const struct reader *r)
{
	enum page_failure failure;

	if (!r->exit.known) /* cut off in its middle: the deadline of the collector */
		return r->page.status.known ? PAGE_ANSWERED : PAGE_TIMEOUT;
	if (span_eq(r->tool, "curl")) {
		failure = curl_failure(r->exit.v);
		if (failure == PAGE_REFUSED && told_failure(r->page.error) == PAGE_UNREACHABLE)
			return PAGE_UNREACHABLE;
		if (failure == PAGE_TIMEOUT && r->page.connect_ms.known &&
		    r->page.connect_ms.v == 0)
			return PAGE_CONNECT_TIMEOUT;
		return failure == PAGE_ANSWERED && !r->page.status.known ? PAGE_EMPTY : failure;
	}
	if (r->page.status.known)
		return PAGE_ANSWERED;
	if (r->exit.v == 0)
		return PAGE_EMPTY;
	/* timeout's own statuses, with TERM and with KILL */
	return r->exit.v == 124 || r->exit.v == 137 ? PAGE_TIMEOUT : told_failure(r->page.error);
}

static void finish(struct reader *r)
{
	struct page *page = &r->page;
	const char *name = r->names.data;
	size_t i;

	for (i = 0; i < r->header_count; i++) {
		r->headers[i].name.p = name ? name : "";
		name += r->headers[i].name.n;
	}
	page->failure = failure_of(r);
	if (page->failure == PAGE_ANSWERED)
		page->error = NULL;
	else if (!page->error)
		page->error = page_failure_words(page->failure);
	/* only the head of a body travels: its length is known when it came whole */
	if (r->exit.known && r->exit.v == 0 && page->status.known)
		page->body_bytes = num_of(r->body_raw);
	if (page->status.known) {
		page_read_body(page, r->mem, span_from(r->body.data ? r->body.data : "",
			r->body.len), NULL);
		page_read_headers(page, r->mem, r->headers, r->header_count);
	}
}

bool page_read_report(struct page *ret, struct arena *mem, struct span report, enum tri *ret_tool)
{
	struct reader r = { .mem = mem };
	struct span line;

	buf_init(&r.body, 65536);
	buf_init(&r.names, HEADERS_MAX * 64);
	while (span_cut(&report, '\n', &line)) {
		if (span_starts(line, "missing\tpage program\t"))
			*ret_tool = TRI_NO;
		read_record(&r, line);
	}
	if (r.found) {
		*ret_tool = TRI_YES;
		finish(&r);
		*ret = r.page;
	}
	buf_release(&r.body);
	buf_release(&r.names);
	return r.found;
}
