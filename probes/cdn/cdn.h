/*
 * cdn: is there anything between visitor and origin, which one, and what does it do with
 * the origin's answers? All of it told from pages and the server's own facts.
 */
#ifndef PROBES_CDN_CDN_H
#define PROBES_CDN_CDN_H

#include "probes/probe.h"

extern const struct probe cdn_probe;

/*
 * YES: the visitor's way ends at an address that is none of this server's, and the answer
 * names a CDN or shows another certificate than the origin. NO: it ends at this server.
 */
enum tri cdn_present(const struct site_view *view);
/* "cloudflare" ..., "a proxy in front" when it does not name itself; NULL when none. */
const char *cdn_brand(const struct site_view *view);

/* net.c: does `network` (address or CIDR) hold `address`? Either may be NULL. */
bool net_holds(const char *network, const char *address);
/* One of the addresses Cloudflare fetches from (cloudflare.com/ips). */
bool net_is_cloudflare(const char *address);

/*
 * ban.c: the rule or ban on this server that drops what the edge (or, with no edge, any
 * visitor) sends to a web port; NULL. `edge` is the address the visitor's way reached.
 */
const struct host_ban *cdn_find_ban(const struct host_facts *host, const char *edge,
	bool cloudflare);
/* The policy or last rule that drops what comes to `port` from there, since no rule before it
 * lets that in; NULL. */
const struct host_ban *cdn_find_shut(const struct host_facts *host, const char *edge, int port);
/* Rules let some addresses in to that port, and not all. */
bool cdn_lets_some(const struct host_facts *host, int port);

#endif
