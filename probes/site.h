/*
 * site: which sites a host serves, and the way each takes through the chain: server ->
 * pass -> upstream peer -> FPM pool -> master -> unit -> listener -> WordPress ->
 * database login and Redis. Pure: it only joins what the reports said.
 */
#ifndef PROBES_SITE_H
#define PROBES_SITE_H

#include "base/mem.h"
#include "probes/facts.h"

#define SITES_MAX 8

struct site_time {
	int64_t now;    /* server clock, epoch s; 0 unknown */
	int64_t window; /* seconds of evidence (--since) */
	int64_t fresh;  /* a line at most this old counts as now; 60 */
};

/*
 * The views of the sites named by `urls` (NULL-terminated; NULL or empty: the busiest at
 * most SITES_MAX server names nginx serves, PHP first; no wildcards, no redirects). One
 * array from mem with *ret_count items; strings are from mem or borrowed from chain.
 * Zero views when no URL is given and no server is known: see site_host_view.
 */
struct site_view *site_views(const struct chain_facts *chain, const char *const *urls,
	struct site_time time, struct arena *mem, size_t *ret_count);

/* A view of the host without any site (url ""), to judge what is host-wide. */
struct site_view site_host_view(const struct chain_facts *chain, struct site_time time);

/* Server that answers for this name and port as nginx would choose it; NULL. */
const struct nginx_server *site_server(const struct nginx_facts *nginx, const char *host,
	int port, bool tls);

/* The endpoint lies on this machine: a unix path, loopback, or one of its addresses. */
/* One and the same address: links followed, names as they resolve on the server now. */
bool site_same(const struct chain_facts *chain, const struct endpoint *a,
	const struct endpoint *b);
bool site_local(const struct chain_facts *chain, const struct endpoint *at);

#endif
