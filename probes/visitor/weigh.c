/* What one page says of the chain: failed, well, or neither; and in words. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "probes/visitor/visitor.h"

/* Texts that make an answer a failure, whatever its status. */
#define FAILING_MARKS \
	(MARK_DB_ERROR | MARK_REDIS_ERROR | MARK_CRITICAL | MARK_MAINTENANCE | MARK_BAD_GATEWAY | \
	 MARK_INSTALL | MARK_FILE_NOT_FOUND | MARK_MISSING_EXTENSION | MARK_FORBIDDEN_TEXT | \
	 MARK_EXPECTED_MISSING | MARK_GURU | MARK_EMPTY)

const char *page_way_name(enum page_way way)
{
	static const char *const names[WAYS] = { "visitor", "origin", "loopback", "static" };

	return way < WAYS ? names[way] : "?";
}

const char *page_failure_words(enum page_failure failure)
{
	static const char *const words[] = {
		[PAGE_ANSWERED] = "answered",
		[PAGE_NO_NAME] = "the name does not resolve",
		[PAGE_REFUSED] = "connection refused",
		[PAGE_UNREACHABLE] = "no route",
		[PAGE_CONNECT_TIMEOUT] = "no connection in time",
		[PAGE_TLS] = "TLS handshake failed",
		[PAGE_TLS_VERIFY] = "certificate not valid",
		[PAGE_EMPTY] = "closed without an answer",
		[PAGE_RESET] = "connection reset",
		[PAGE_TIMEOUT] = "no answer in time",
		[PAGE_BROKEN_BODY] = "the answer broke off",
		[PAGE_OTHER] = "no usable answer",
	};

	return failure <= PAGE_OTHER ? words[failure] : words[PAGE_OTHER];
}

bool page_no_answer(const struct page *page)
{
	switch (page->failure) {
	case PAGE_NO_NAME:
	case PAGE_REFUSED:
	case PAGE_UNREACHABLE:
	case PAGE_CONNECT_TIMEOUT:
	case PAGE_TLS:
		return true;
	default:
		return false;
	}
}

bool page_failed(const struct page *page)
{
	unsigned marks = page->marks;

	/* an origin closed to the world is good practice, and its certificate is the CDN's */
	if (page->failure == PAGE_NO_NAME ||
	    (page->way == WAY_ORIGIN && (page_no_answer(page) || page->failure == PAGE_TLS_VERIFY)))
		return false;
	if (page->failure != PAGE_ANSWERED)
		return true;
	if (marks & MARK_CLIENT_CERT)
		return false;
	if (page->way == WAY_STATIC)
		return num_or(page->status, 0) >= 500;
	return num_or(page->status, 0) >= 500 || (marks & FAILING_MARKS);
}

bool page_well(const struct page *page)
{
	int64_t status = num_or(page->status, 0);

	if (page_failed(page) || page->failure != PAGE_ANSWERED || page->way == WAY_STATIC)
		return false;
	if (page->cache_hit || page->challenged)
		return false;
	return (status >= 200 && status <= 299) ||
	       (status >= 300 && status <= 399 && page->from_php);
}

const char *page_says(const struct page *page, struct arena *mem)
{
	char cached[64] = "";

	if (page->failure != PAGE_ANSWERED && !page->total_ms.known)
		return page_failure_words(page->failure);
	if (page->failure != PAGE_ANSWERED)
		return arena_printf(mem, "%s after %lld ms", page_failure_words(page->failure),
			(long long)page->total_ms.v);
	if (page->cache)
		snprintf(cached, sizeof(cached), " (%s%s%.40s)", page->edge ? page->edge : "",
			page->edge ? " " : "", page->cache);
	if (!page->total_ms.known)
		return arena_printf(mem, "%lld%s", (long long)num_or(page->status, 0), cached);
	return arena_printf(mem, "%lld in %lld ms%s", (long long)num_or(page->status, 0),
		(long long)page->total_ms.v, cached);
}
