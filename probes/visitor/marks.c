/*
 * Texts in the head of a body that name their maker or the fault (signals.md 3.3, 4, 5,
 * 6). A fault's words on a long page that says 200 are somebody writing about it: they
 * count only on an error page, in a title, or where they are nearly all there is.
 */
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "probes/visitor/page.h"

#define SHORT_BODY 8192
#define TITLE_MAX 200

static const struct mark_text {
	const char *text;
	unsigned mark;
} fault_texts[] = {
	{ "Error establishing a database connection", MARK_DB_ERROR },
	{ "Error establishing a Redis connection", MARK_REDIS_ERROR },
	{ "There has been a critical error on", MARK_CRITICAL },
	{ "Briefly unavailable for scheduled maintenance", MARK_MAINTENANCE },
	{ "missing the MySQL extension", MARK_MISSING_EXTENSION },
	{ "PHP installation appears to be missing", MARK_MISSING_EXTENSION },
	{ NULL, 0 }
}, maker_texts[] = {
	{ "<center>nginx", MARK_NGINX },
	{ "<center>cloudflare", MARK_CLOUDFLARE_PLAIN },
	{ "id=\"cf-wrapper\"", MARK_CLOUDFLARE_BRANDED },
	{ "cf-error-details", MARK_CLOUDFLARE_BRANDED },
	{ "Guru Meditation", MARK_GURU },
	{ "Guru Mediation", MARK_GURU }, /* Fastly spells it so */
	{ "Varnish cache server", MARK_VARNISH },
	{ "The plain HTTP request was sent to HTTPS port", MARK_PLAIN_HTTP_TO_TLS },
	{ "No required SSL certificate was sent", MARK_CLIENT_CERT },
	{ NULL, 0 }
};

static ptrdiff_t find_nocase(struct span s, const char *needle)
{
	size_t len = strlen(needle), i;

	for (i = 0; i + len <= s.n; i++)
		if (!strncasecmp(s.p + i, needle, len))
			return (ptrdiff_t)i;
	return -1;
}

static struct span find_title(struct span body)
{
	struct span none = { body.p, 0 }, rest;
	ptrdiff_t at = find_nocase(body, "<title"), end;

	if (at < 0)
		return none;
	rest = span_skip(body, (size_t)at + 6);
	for (at = 0; (size_t)at < rest.n && rest.p[at] != '>'; at++)
		;
	rest = span_skip(rest, (size_t)at + 1);
	end = find_nocase(rest, "</title");
	if (end < 0)
		return none;
	rest.n = (size_t)end < TITLE_MAX ? (size_t)end : TITLE_MAX;
	return span_trim(rest);
}

static unsigned find_marks(struct span where, const struct mark_text *texts)
{
	unsigned marks = 0;

	for (; texts->text; texts++)
		if (span_has(where, texts->text))
			marks |= texts->mark;
	return marks;
}

/* Always forbidden (CONTRACT.md); but a long page that says 200 may be about such an error:
 * there it counts as the whole title or heading. */
static bool says_bad_gateway(struct span body, struct span title, bool anywhere)
{
	if (anywhere)
		return span_has(body, "Bad Gateway");
	return span_eq(title, "502 Bad Gateway") || span_eq(title, "Bad Gateway") ||
	       span_has(body, ">502 Bad Gateway</h1>") || span_has(body, ">Bad Gateway</h1>");
}

static void read_wishes(struct page *page, struct span body, const struct page_texts *texts)
{
	bool whole = page->body_bytes.known && page->body_bytes.v <= (int64_t)body.n;
	const char *const *t;

	for (t = texts->forbid; t && *t; t++)
		if (span_has(body, *t))
			page->marks |= MARK_FORBIDDEN_TEXT;
	/* what lies behind the part we hold may still hold it */
	for (t = texts->expect; t && *t && whole && page->status.v / 100 == 2; t++)
		if (!span_has(body, *t))
			page->marks |= MARK_EXPECTED_MISSING;
}

void page_read_body(struct page *page, struct arena *mem, struct span body,
	const struct page_texts *texts)
{
	struct span title = find_title(body);
	bool is_short = num_or(page->body_bytes, (int64_t)body.n) <= SHORT_BODY;
	int64_t status = num_or(page->status, 0);

	if (title.n)
		page->title = text_clean_dup(mem, title);
	page->marks |= find_marks(title, fault_texts);
	if (status >= 400 || is_short)
		page->marks |= find_marks(body, fault_texts) | find_marks(body, maker_texts);
	if (status >= 400 && span_starts(span_trim(body), "error code: "))
		page->marks |= MARK_CLOUDFLARE_PLAIN;
	if (says_bad_gateway(body, title, status >= 400 || is_short))
		page->marks |= MARK_BAD_GATEWAY;
	if (status == 404 && body.n <= 17 && span_starts(body, "File not found."))
		page->marks |= MARK_FILE_NOT_FOUND;
	if (status == 200 && page->failure == PAGE_ANSWERED && page->body_bytes.known &&
	    page->body_bytes.v == 0)
		page->marks |= MARK_EMPTY;
	if (texts)
		read_wishes(page, body, texts);
}
