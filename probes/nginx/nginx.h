/*
 * nginx: the web server's link. Collectors nginx (configuration), nginx.log (error
 * logs) and nginx.access (counts of the access logs); parse*.c turn their reports into
 * nginx/facts.h. All pure; the report's format stands at the head of collect.sh.
 */
#ifndef PROBES_NGINX_NGINX_H
#define PROBES_NGINX_NGINX_H

#include "probes/probe.h"

extern const struct probe nginx_probe;
extern const struct cause nginx_causes[];

void nginx_parse_conf(struct chain_facts *facts, struct arena *mem, struct span bytes,
	unsigned flags);
void nginx_parse_log(struct chain_facts *facts, struct arena *mem, struct span bytes,
	unsigned flags);
void nginx_parse_access(struct chain_facts *facts, struct arena *mem, struct span bytes,
	unsigned flags);

/* Cuts "unix:/p", "host:port", "[v6]:port", "port", "*:port" into an endpoint whose
 * strings come from mem; `port` where none is named. False when it is no address. */
bool nginx_address(struct arena *mem, struct span text, int port, struct endpoint *ret);
/* The address behind "fastcgi://unix:/p:", "http://h:80/x"; its scheme in *ret_kind. */
bool nginx_upstream(struct arena *mem, struct span text, enum pass_kind *ret_kind,
	struct endpoint *ret);

/* Seconds by which the file of this site's certificate is newer than the oldest worker: what
 * they serve was read before. Unknown: it is older, or one of the two is not known. */
struct num nginx_cert_unread(const struct site_view *view);

void nginx_face(const struct site_view *view, struct face *face);
const char *nginx_says(const struct site_view *view, struct arena *mem);
enum health nginx_own_health(const struct site_view *view);

#endif
