/*
 * What stands between visitor and origin. Told from the pages (visitor/facts.h), the
 * origin's certificate, the packet filter (host/facts.h) and the access log.
 */
#ifndef PROBES_CDN_FACTS_H
#define PROBES_CDN_FACTS_H

#include "probes/fact.h"

struct cdn_facts {
	/* per site facts are read from its pages; here what the host tells */
	struct arena *mem;
	enum tri edge_seen;     /* access log holds requests of the edge in the window */
};

#endif
