/*
 * logs: lines of all logs of all hosts since the console began (and what the first look
 * brought), in order of time. Bounded: the oldest give way. Each line has a number that
 * never comes again, so a screen can stay on it while others come and go.
 *
 * Reports bring the end of a log again and again: only what is new is taken. A line that
 * stands twice in a log is kept twice.
 */
#ifndef MODEL_LOGS_H
#define MODEL_LOGS_H

#include "base/mem.h"
#include "probes/facts.h"

#define LOGS_MAX 20000
#define LOGS_BYTES (8 << 20)

enum log_level { LOG_INFO_LINE, LOG_WARN_LINE, LOG_ERROR_LINE, LOG_LEVELS };

struct log_entry {
	uint64_t seq;
	int64_t at;         /* console's clock, epoch s; lines without a time: when first seen */
	const char *host;   /* the model's string */
	const char *tag;    /* "ngx", "fpm", "slow", "krnl", "sql", "rds", "php": static */
	char *source;       /* path */
	char *text, *more;  /* more: NULL or further lines */
	enum log_level level;
	uint64_t hash;      /* of what makes it the same line */
	size_t bytes;
};

struct logs {
	struct log_entry **items; /* by time, then by number */
	size_t count, cap, bytes;
	uint64_t last_seq, dropped;
	int64_t floor;            /* nothing older than what was dropped comes back */
	/* how often a line is kept, by its hash; see logs.c */
	struct log_slot { uint64_t hash; size_t kept; } *slots;
	size_t slot_cap, slots_used;
	uint64_t *seen;           /* hashes of the report in hand */
	size_t seen_count, seen_cap;
};

void logs_release(struct logs *logs);

/* One report of one host; adds what is new of these facts. `report`: its name. */
void logs_take(struct logs *logs, const char *host, const char *report,
	const struct chain_facts *facts, int64_t wall_s);

#endif
