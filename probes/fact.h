/*
 * fact: the words all links share when they say what they know. Plain data.
 * A zeroed struct knows nothing: unknown is never zero, never NULL-means-fine.
 * Strings belong to the arena of the report they came from and were cleaned
 * (base/text.h) before they were kept; NULL means unknown.
 */
#ifndef PROBES_FACT_H
#define PROBES_FACT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Links in chain order; the last one stands for "no link". */
enum link {
	LINK_VISITOR,
	LINK_CDN,
	LINK_NGINX,
	LINK_FPM,
	LINK_MYSQL,
	LINK_REDIS,
	LINK_WORDPRESS,
	LINK_HOST,
	LINKS,
	LINK_NONE = LINKS
};

const char *link_name(enum link link); /* "visitor" .. "host", "none" */

enum health {
	HEALTH_UNKNOWN, /* ?? */
	HEALTH_OK,      /* ok */
	HEALTH_WARN,    /* !! */
	HEALTH_BROKEN,  /* XX */
	HEALTH_AFFECTED,/* >> a victim of another link */
	HEALTH_STALE,   /* ~~ */
	HEALTH_ABSENT   /* -- */
};

const char *health_name(enum health health);   /* "ok", "warn" ... */
const char *health_letter(enum health health); /* "ok", "!!" ... */

struct num {
	int64_t v;
	bool known;
};

static inline struct num num_of(int64_t v)
{
	struct num n = { v, true };
	return n;
}

static inline int64_t num_or(struct num n, int64_t otherwise)
{
	return n.known ? n.v : otherwise;
}

enum tri { TRI_UNKNOWN, TRI_NO, TRI_YES };

/* Where something listens or is dialled. unix: path set; TCP: host and port. */
struct endpoint {
	const char *path; /* of a unix socket */
	const char *host; /* name or address as written; NULL with a port: any */
	int port;         /* 0 for unix */
};

bool endpoint_set(const struct endpoint *e);
/* Same socket: equal paths (/var/run is /run), or equal ports and hosts that can
 * mean each other (any address, localhost, 127.0.0.0/8, ::1). */
bool endpoint_same(const struct endpoint *a, const struct endpoint *b);

/* One record of a log. `at` is the server's clock, seconds since 1970. */
struct log_line {
	struct num at;
	const char *source; /* path, or "journal:UNIT" */
	const char *text;   /* first physical line, as it stands in the log */
	const char *more;   /* the record's further lines, or NULL */
};

/* What could not be learned and why: goes to "missing" in the answer. */
struct missing {
	const char *what;
	const char *why;
};

#endif
