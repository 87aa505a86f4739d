/*
 * page: the two written forms of one answered (or failed) page request, and how they
 * become a struct page. Pure.
 *
 * 1. Payload of an EVENT_HTTP: a JSON object. Absent or null means unknown.
 *
 *   v             1
 *   site, url     site it was asked for; url asked, without the cache-busting query
 *   way           "visitor" or "origin"
 *   code          libcurl's result, 0 = a whole answer came; words: its text or null
 *   failure       one of the words of enum page_failure, lower case with dashes:
 *                 "answered" "no-name" "refused" "unreachable" "connect-timeout" "tls"
 *                 "tls-verify" "empty" "reset" "timeout" "broken-body" "other"
 *   status        of the last answer; first_status: before redirects were followed
 *   redirects     how many were followed (visitor's way only, to the same site)
 *   address, port the other end of the connection; http: "1.1", "2"
 *   ms            {dns, connect, tls, first_byte, total}: since the (last) request began
 *   headers       array of [name in lower case, value], allow-listed, last answer only;
 *                 never cookies; a location's query is cut
 *   body          first 64 KiB as text, when they are UTF-8; else body64: base64
 *   body_bytes    bytes that came (decoded); over: true when reading was stopped on purpose
 *   busted        true when a random query and a logged-in cookie were sent
 *   verified      true when the peer was to be verified (not --insecure)
 *   cert          {subject, issuer, names: [..], not_before, not_after (epoch s),
 *                  self_signed, sha256 (hex, lower case),
 *                  verify: 0 good, else OpenSSL's number, null: not checked; verify_error}
 *
 * 2. Report `page` (collect.sh), records:
 *
 *   page TAB WAY TAB TOOL TAB ADDRESS TAB PORT TAB EPOCH TAB SITE TAB URL
 *   time TAB dns TAB connect TAB tls TAB first byte TAB total   seconds, curl only
 *   from TAB ADDRESS TAB PORT TAB HTTP                          curl only
 *   exit TAB TOOL'S EXIT STATUS
 *   says TAB the tool's words
 *   =raw line of the answer: status line, headers, an empty one, head of the body
 *   missing TAB WHAT TAB WHY
 */
#ifndef PROBES_VISITOR_PAGE_H
#define PROBES_VISITOR_PAGE_H

#include "base/mem.h"
#include "base/span.h"
#include "probes/visitor/facts.h"

/* Texts of --expect and --forbid; NULL-terminated lists or NULL. */
struct page_texts {
	const char *const *expect;
	const char *const *forbid;
};

/*
 * Reads an EVENT_HTTP payload into a zeroed *ret; strings go to mem. `at`: when it ended,
 * console's clock, epoch s; certificates are judged at that moment. texts may be NULL.
 * False (output untouched) when it is not such a JSON object with site, url and way.
 */
bool page_read_http(struct page *ret, struct arena *mem, struct span json, int64_t at,
	const struct page_texts *texts);

/* Reads one `page` report into *ret; false when it holds no page record. *ret_tool says
 * whether the server has a program to ask with (untouched when nothing is said). */
bool page_read_report(struct page *ret, struct arena *mem, struct span report,
	enum tri *ret_tool);

/* A header list as both readers build it: names in lower case. */
struct page_header {
	struct span name, value;
};

/* edge.c: fills edge, edge_id, edge_pop, edge_made, cache, cache_hit, age, server,
 * location, content type, retry-after, from_php, challenged. status and marks must be set. */
void page_read_headers(struct page *page, struct arena *mem, const struct page_header *headers,
	size_t count);
/* marks.c: marks and title from the head of the body; status and body_bytes must be set. */
void page_read_body(struct page *page, struct arena *mem, struct span body,
	const struct page_texts *texts);
/* cert.c: does a certificate for `names` (blank-separated) cover `host`? */
bool cert_names_cover(const char *names, const char *host);
/* cert.c: host of an http(s) url, lower case, without brackets, into mem; NULL. */
const char *url_host(const char *url, struct arena *mem);

#endif
