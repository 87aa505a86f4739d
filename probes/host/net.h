/*
 * net: addresses as /proc/net/tcp, tcp6 and if_inet6 write them. Pure.
 */
#ifndef PROBES_HOST_NET_H
#define PROBES_HOST_NET_H

#include "base/mem.h"
#include "base/span.h"
#include "probes/fact.h"

/* "0100007F:0CEA" with family "4" or "6" -> 127.0.0.1, 3306. False when it is none. */
bool net_endpoint(struct arena *mem, struct span family, struct span text, struct endpoint *ret);
struct num net_hex(struct span s);
/* "10.0.0.1 6fe80..." (IPv6 as 6 and 32 hex digits) -> addresses as people write them. */
const char *net_addresses(struct arena *mem, struct span s);
/* Loopback, or one of the blank-separated addresses. */
bool net_is_own(const char *addresses, const char *host);
/* Loopback addresses and "localhost". */
bool net_is_loopback(const char *host);

#endif
