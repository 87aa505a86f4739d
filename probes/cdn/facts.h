/*
 * What stands between visitor and origin. The server is asked nothing for it: it is told
 * from the pages (visitor/facts.h), the origin's certificate, the server's own addresses
 * and packet filter (host/facts.h) and the access log. See cdn.h.
 */
#ifndef PROBES_CDN_FACTS_H
#define PROBES_CDN_FACTS_H

#include "probes/fact.h"

struct cdn_facts {
	struct arena *mem; /* none needed so far; kept so that all links look alike */
};

#endif
