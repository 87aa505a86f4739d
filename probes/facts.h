/*
 * facts: one host's whole chain as far as it is known, and the way one site takes
 * through it. Plain data; only the engine writes it, from parsed reports.
 */
#ifndef PROBES_FACTS_H
#define PROBES_FACTS_H

#include "probes/cdn/facts.h"
#include "probes/fpm/facts.h"
#include "probes/host/facts.h"
#include "probes/mysql/facts.h"
#include "probes/nginx/facts.h"
#include "probes/redis/facts.h"
#include "probes/visitor/facts.h"
#include "probes/wordpress/facts.h"

struct chain_facts {
	struct host_facts host;
	struct visitor_facts visitor;
	struct cdn_facts cdn;
	struct nginx_facts nginx;
	struct fpm_facts fpm;
	struct mysql_facts mysql;
	struct redis_facts redis;
	struct wordpress_facts wordpress;
	struct missing *missing; size_t missing_count;
	/* console clock minus server clock, seconds; unknown until host.proc came */
	struct num clock_offset;
};

/*
 * One site's way. Every pointer may be NULL: not known or not there. All are borrowed
 * from the chain and die with the next report.
 */
struct site_view {
	const struct chain_facts *chain;
	const char *url;                     /* as given or made from server_name; never NULL */
	const char *host_name;               /* of the url */
	bool given;                          /* the user named this url; else nginx did */
	bool tls;
	const struct nginx_server *server;
	const struct nginx_pass *pass;       /* the one that runs its PHP */
	const struct endpoint *peer;         /* the endpoint it dials */
	const struct fpm_pool *pool;         /* pool that is configured to listen there */
	const struct fpm_master *master;     /* of that pool */
	const struct host_unit *fpm_unit;
	const struct host_listener *listener;/* who really listens at peer */
	const struct wp_site *wp;
	const struct mysql_login *db;
	const struct redis_server *redis;
	const struct page *pages[WAYS];
	int64_t now;                         /* server clock, epoch s; 0 unknown */
	int64_t window;                      /* seconds of evidence (--since) */
	int64_t fresh;                       /* a line at most this old counts as now: 60 */
};

/* Ready-made questions, used by causes all over the chain. */

/* The line is at most `fresh` seconds old (or a little in the future). */
bool view_fresh(const struct site_view *v, const struct log_line *line);
/* ... at most `window` seconds old. */
bool view_recent(const struct site_view *v, const struct log_line *line);
/* This error-log line is about this site: its upstream peer, or its server/host name. */
bool view_error_mine(const struct site_view *v, const struct nginx_error *e);
/* Newest error of that kind (code < 0: any errno) that is about this site and fresh; NULL. */
const struct nginx_error *view_error(const struct site_view *v, enum nginx_error_kind kind,
	int code);
/* How many such lines are fresh. */
int view_error_count(const struct site_view *v, enum nginx_error_kind kind, int code);
/* Newest FPM log record of that kind for this site's pool (or for no pool); fresh. */
const struct fpm_event *view_fpm_event(const struct site_view *v, enum fpm_event_kind kind);
/* Workers of this site's pool: all, and how many are busy (unknown without rights). */
struct num view_pool_workers(const struct site_view *v);
struct num view_pool_busy(const struct site_view *v);
/* The page this way, or NULL; and: does it count as failed (no answer, 5xx, marks)? */
const struct page *view_page(const struct site_view *v, enum page_way way);
bool page_failed(const struct page *page);
/* An uncached dynamic answer that is well: the chain works for this site now. */
bool view_page_well(const struct site_view *v);
/* Any way to this site failed. */
bool view_page_fails(const struct site_view *v);

#endif
