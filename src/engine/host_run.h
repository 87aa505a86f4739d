/*
 * host_run: what the engine remembers of one host beside the model: which reports came,
 * which pages are under way. Internal to the engine.
 */
#ifndef ENGINE_HOST_RUN_H
#define ENGINE_HOST_RUN_H

#include "engine/act.h"
#include "engine/engine.h"
#include "engine/pages.h"
#include "engine/rounds.h"
#include "probes/probe.h"

/* The memory behind the newest report of one name. */
struct report_slot {
	const struct collector *collector;
	enum link link;
	struct arena *mem; /* NULL: never came */
	struct missing *missing; /* what it could not learn */
	size_t missing_count;
};

struct site_run {
	struct page_run pages;
	uint64_t seq[WAYS]; /* of the request under way */
};

struct host_run {
	struct engine_target target;
	struct model_host *model;
	struct report_slot *slots;
	size_t slot_count;
	struct site_run *sites; /* beside model->sites */
	struct arena *views_mem; /* of the newest views */
	struct arena *missing_mem; /* of the list over all reports */
	uint64_t survey;        /* seq of its request; 0: refused */
	bool survey_done;
	bool dirty;
	struct round_state round;
	int64_t judge_at;       /* mono ms: judge again then, whatever comes; 0: no need */
};

/* A step of an action that has not been answered; see act.h. */
struct act_wait {
	uint64_t seq; /* 0: none */
	const char *host;
	engine_act_call *call;
	void *owner;
};

struct engine {
	struct source *source;
	struct model *model;
	struct engine_options options;
	struct host_run **hosts;
	size_t host_count;
	struct source_time started;
	bool source_ended;
	struct act_wait act;
};

struct host_run *host_run_new(struct engine *engine, const struct engine_target *target);
void host_run_free(struct host_run *run);

/* Hands a report to its parser; false when nobody reads reports of that name. */
bool host_run_report(struct host_run *run, const struct event *event);
/* Keeps an answered page and counts it answered. */
void host_run_page(struct host_run *run, const struct event *event);

/* Renews the views of all sites; adds those that became known. */
void host_run_views(struct engine *engine, struct host_run *run);
/* Has the judge look at every site. */
void host_run_judge(struct engine *engine, struct host_run *run);
/* Sends what pages.c wants next; returns ms until more may be sent, -1: nothing waits. */
int64_t host_run_ask_pages(struct engine *engine, struct host_run *run);

/* Bits of the links whose reports have not all come. */
unsigned host_run_pending(const struct host_run *run);
/* No more time: what has not come is listed as missing. */
void host_run_give_up(struct host_run *run);

#endif
