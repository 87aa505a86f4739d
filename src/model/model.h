/*
 * model: what the screens and reports see. The engine is its only writer; everybody else
 * holds it const. Hosts and sites keep their place: they are added, never removed.
 */
#ifndef MODEL_MODEL_H
#define MODEL_MODEL_H

#include "model/logs.h"
#include "model/timeline.h"
#include "model/verdict.h"
#include "probes/facts.h"

/* How far the way to the host has come; words as in model/link.h. */
struct host_link {
	const char *state;     /* "connecting" ... "live", "dead", "failed"; NULL: not begun */
	int64_t since;         /* wall ms of that state */
	const char *transport; /* "openssh", "libssh2"; NULL */
	const char *address;   /* that was dialled; NULL */
	const char *step, *says, *advice; /* of a failure; NULL */
	const char *fingerprint, *known_hosts; /* where the host key is the failure; NULL */
};

struct model_site {
	char *url;
	struct site_view view;   /* borrowed from the host's facts; renewed by each report */
	struct verdict *verdict; /* NULL: not judged yet */
};

struct model_host {
	char *target;            /* as the user named it: its identity */
	struct host_link link;
	struct arena *link_mem;  /* of link's strings */
	struct chain_facts facts;
	struct model_site *sites;
	size_t site_count;
	const struct verdict *verdict; /* of the worst site (borrowed); NULL: none yet */
	struct verdict *unreachable;   /* stands for all sites while nobody is logged in */
	unsigned pending;              /* bit per enum link: its first reports are not all here */
};

struct model {
	struct model_host **hosts;
	size_t host_count;
	uint64_t generation; /* grows with each visible change */
	struct timeline timeline;
	struct logs logs;
};

struct model *model_new(void);
void model_free(struct model *model);
struct model_host *model_host(struct model *model, const char *target); /* NULL: none */

/* Somebody is logged in: the remote shell has answered and is not lost. */
bool host_link_live(const struct model_host *host);

/* The host's worst verdict; ties go to the cause that hits most sites. */
const struct verdict *model_worst(const struct model_host *host);

#endif
