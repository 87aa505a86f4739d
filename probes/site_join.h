/* site_join: fills the way one site takes through the chain. Private to probes/site*.c. */
#ifndef PROBES_SITE_JOIN_H
#define PROBES_SITE_JOIN_H

#include "probes/facts.h"

/* view->chain, url, host_name, server, now and window are set; all else is looked up. */
void site_join(struct site_view *view, const char *path);

#endif
