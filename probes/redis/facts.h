/*
 * What we know of Redis. Reports: redis (one login per endpoint that a WordPress
 * uses, or that runs here), redis.log.
 */
#ifndef PROBES_REDIS_FACTS_H
#define PROBES_REDIS_FACTS_H

#include "probes/fact.h"

struct redis_server {
	const char *site_root;  /* WordPress that uses it; NULL: merely runs here */
	struct endpoint at;
	struct num database;
	const char *reply;      /* to PING: "PONG", "-LOADING ...", "Could not connect ..." */
	enum tri ok;            /* PONG */
	const char *select_reply; /* to SELECT db when not OK */
	const char *write_reply;  /* to a write that changes nothing; "0": accepted */
	const char *auth_reply;   /* what the login was answered, when it failed */
	struct num used_memory, maxmemory, clients, maxclients, rejected, loading_eta_s;
	struct num oom_errors;  /* errorstat_OOM */
	const char *policy;     /* maxmemory_policy */
	const char *bgsave;     /* rdb_last_bgsave_status */
	const char *aof_write;  /* aof_last_write_status */
	enum tri loading;
	struct num uptime_s, ms;
	bool local;
};

struct redis_event {
	struct log_line line;
};

struct redis_facts {
	struct arena *mem;
	enum tri client;        /* redis-cli or valkey-cli exists there */
	struct redis_server *servers; size_t server_count;
	struct redis_event *events;   size_t event_count;
};

#endif
