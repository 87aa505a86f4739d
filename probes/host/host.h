/*
 * host: the machine under the chain. Collectors host.pulse, host.proc, host.unit,
 * host.disk, host.log, host.fire and host.path; parse*.c turn their reports into
 * host/facts.h. Pure; the records are explained in README.md here.
 */
#ifndef PROBES_HOST_HOST_H
#define PROBES_HOST_HOST_H

#include "probes/probe.h"

extern const struct probe host_probe;
extern const struct cause host_causes[];

void host_parse_pulse(struct chain_facts *facts, struct arena *mem, struct span bytes,
	unsigned flags);
void host_parse_proc(struct chain_facts *facts, struct arena *mem, struct span bytes,
	unsigned flags);
void host_parse_unit(struct chain_facts *facts, struct arena *mem, struct span bytes,
	unsigned flags);
void host_parse_disk(struct chain_facts *facts, struct arena *mem, struct span bytes,
	unsigned flags);
void host_parse_log(struct chain_facts *facts, struct arena *mem, struct span bytes,
	unsigned flags);
void host_parse_fire(struct chain_facts *facts, struct arena *mem, struct span bytes,
	unsigned flags);
void host_parse_path(struct chain_facts *facts, struct arena *mem, struct span bytes,
	unsigned flags);

/* The clock record of a report: what its local times are reckoned with. */
struct host_clock {
	struct num now;       /* server clock, epoch s */
	struct num zone;      /* seconds east of UTC */
	struct num uptime_ms;
};

/* Reads what stands behind "clock<TAB>"; what is garbage stays unknown. */
struct host_clock host_clock_read(struct span rest);
/* Epoch seconds of a local date; unknown when the date is none. */
struct num host_clock_epoch(const struct host_clock *clock, int year, int month, int day,
	int hour, int minute, int second);
/*
 * The time at the head of a log line: RFC 3339, "Mon DD HH:MM:SS" (year guessed from the
 * clock: the newest that is not past tomorrow) or dmesg's [seconds]. Unknown when there
 * is none.
 */
struct num host_line_time(const struct host_clock *clock, struct span line);

/* Kept text: cleaned, NULL for an empty span. */
const char *host_text(struct arena *mem, struct span s);
/* The span as a number, or unknown. */
struct num host_num(struct span s);

void host_face(const struct site_view *view, struct face *face);
const char *host_says(const struct site_view *view, struct arena *mem);
enum health host_own_health(const struct site_view *view);

#endif
