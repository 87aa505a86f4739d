/*
 * visitor: the page as it was asked, from each side. Reading (page.h), keeping and
 * weighing pages; the probe itself.
 */
#ifndef PROBES_VISITOR_VISITOR_H
#define PROBES_VISITOR_VISITOR_H

#include "probes/probe.h"

extern const struct probe visitor_probe;

/*
 * Keeps a deep copy of `page`, in place of what was known for its site and way. Pages
 * handed out before (site_view.pages) are gone afterwards: look them up again.
 * tries counts on while the same way of the same site fails in the same manner.
 */
void visitor_keep(struct visitor_facts *facts, const struct page *page);
void visitor_release(struct visitor_facts *facts);
/* The newest page of that site and way, or NULL. */
const struct page *visitor_page(const struct visitor_facts *facts, const char *site,
	enum page_way way);

/*
 * page_failed (facts.h): no answer, 5xx, or a text that names a fault. Not a failure:
 * an origin that lets nobody but its CDN in (refused, timeout, TLS alert, 400 for want of
 * a client certificate) and a name that does not resolve here (visitor.name judges that).
 *
 * page_well: PHP answered, uncached, 2xx (or a redirect that says it comes from PHP).
 */
bool page_well(const struct page *page);
/* Connection-level: nothing of HTTP came back. */
bool page_no_answer(const struct page *page);
/* One clause: "502 in 3 ms", "refused", "200 in 40 ms (cloudflare HIT)". From mem. */
const char *page_says(const struct page *page, struct arena *mem);
/* "refused", "TLS handshake failed" ... */
const char *page_failure_words(enum page_failure failure);

#endif
