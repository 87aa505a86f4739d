/*
 * fpm: PHP-FPM's link. Collectors fpm (configurations), fpm.log and fpm.slow; parse*.c
 * turn their reports into fpm/facts.h. Pure; the records are explained in README.md here.
 * Workers, sockets and queues are host facts; workers.h joins them for one site.
 */
#ifndef PROBES_FPM_FPM_H
#define PROBES_FPM_FPM_H

#include "probes/probe.h"

extern const struct probe fpm_probe;
extern const struct cause fpm_causes[];

void fpm_parse_conf(struct chain_facts *facts, struct arena *mem, struct span bytes,
	unsigned flags);
void fpm_parse_log(struct chain_facts *facts, struct arena *mem, struct span bytes,
	unsigned flags);
void fpm_parse_slow(struct chain_facts *facts, struct arena *mem, struct span bytes,
	unsigned flags);

/* "[20-Nov-2026 08:00:51]" at the head of a line -> epoch seconds; *ret_rest is what
 * stands behind it. Unknown (rest untouched) when there is none. */
struct host_clock;
struct num fpm_line_time(const struct host_clock *clock, struct span line,
	struct span *ret_rest);

void fpm_face(const struct site_view *view, struct face *face);
const char *fpm_says(const struct site_view *view, struct arena *mem);
enum health fpm_own_health(const struct site_view *view);

#endif
