/*
 * cause: a row of the catalogue (reference: docs/causes.md, generated from the tables)
 * and what one look at one site says of it. Each link keeps its rows in causes.c: a
 * cause lives where its fix is made. Pure: facts in, finding out; time is in the view.
 */
#ifndef PROBES_CAUSE_H
#define PROBES_CAUSE_H

#include "probes/facts.h"

#define EVIDENCE_MAX 6

enum evidence_kind { EVIDENCE_STATE, EVIDENCE_LOG, EVIDENCE_HTTP };

struct evidence {
	enum evidence_kind kind;
	const char *source; /* path, unit, "/proc/net/unix", url ... */
	struct num at;      /* server clock, epoch s */
	const char *text;   /* log: the line as it stands there; else the value in words */
};

enum finding_state {
	FINDING_NOTHING,  /* no sign of it */
	FINDING_RULED_OUT,/* a fact speaks against it: `because` */
	FINDING_HINT,     /* fits, but nothing that counts now proves it */
	FINDING_PROVEN
};

/*
 * What a test fills in. Starts zeroed, but for `mem`, from which strings that are made
 * here (details, fixes with the server's own names) are taken.
 */
struct finding {
	struct arena *mem;
	enum finding_state state;
	enum health health;     /* PROVEN: broken or warn; the judge lowers it when pages pass */
	struct evidence evidence[EVIDENCE_MAX];
	int evidence_count;
	int decisive;           /* how many kinds of state speak for it now (a unit, a socket) */
	int fresh_lines;        /* 1 when a fresh log line speaks for it */
	bool by_elimination;    /* nothing speaks for it but that nothing else is left */
	bool refuter_missing;   /* a fact that could refute it could not be read */
	const char *because;    /* RULED_OUT: by what */
	const char *title;      /* better than the row's, with names and numbers; or NULL */
	const char *fix;        /* exact commands with this server's names; or NULL */
	struct num since;       /* server clock, epoch s */
	const char *arrow;      /* "nginx>fpm"; NULL: the row's */
	const char *subject;    /* what an action would act on: unit, plugin, query id; or NULL */
	const char *changes_mind; /* what would change the verdict; or NULL */
};

struct cause {
	const char *id;         /* "fpm.down" */
	/* What the outside is told instead, for rows beyond the published catalogue: an id of
	 * it, or "unknown" (the title still says all); NULL: the id itself */
	const char *as;
	enum link link;
	const char *title;      /* "PHP-FPM is stopped" */
	const char *arrow;      /* first broken arrow */
	/* ids of the causes that are mere effects when this one is proven, blank-separated;
	 * "mysql.*" means the whole link */
	const char *explains;
	void (*look)(const struct site_view *view, struct finding *finding);
	const char *signs;      /* evidence that proves it, for the catalogue */
	const char *not_if;     /* what rules it out, for the catalogue */
	const char *fix;        /* generic commands */
	const char *wrong_fix;  /* and why it is wrong */
	const char *actions;    /* ids of actions that fit, blank-separated; "" advice only */
	const char *plain;      /* one or two sentences for somebody who learns */
};

/* The id as programs outside see it: of the published catalogue, or "unknown". */
const char *cause_public_id(const struct cause *cause);

/* Helpers for `look`. Evidence beyond EVIDENCE_MAX is dropped. */
void finding_state(struct finding *f, const char *source, int64_t at, const char *format, ...)
	__attribute__((format(printf, 4, 5))); /* adds state evidence and counts it decisive */
void finding_note(struct finding *f, const char *source, int64_t at, const char *format, ...)
	__attribute__((format(printf, 4, 5))); /* state evidence that only supports */
void finding_log(struct finding *f, const struct site_view *v, const struct log_line *line);
	/* quotes a line; fresh_lines is set when it is fresh */
void finding_page(struct finding *f, const struct page *page); /* quotes an answer */
void finding_prove(struct finding *f, enum health health);
void finding_rule_out(struct finding *f, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
const char *finding_text(struct finding *f, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
