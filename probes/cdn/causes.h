/* The rows between edge and origin; ends with id NULL. */
#ifndef PROBES_CDN_CAUSES_H
#define PROBES_CDN_CAUSES_H

#include "probes/cause.h"

extern const struct cause cdn_causes[];

/* causes_reach.c: the edge does not get to the origin */
void cdn_look_blocked(const struct site_view *v, struct finding *f);
void cdn_look_address(const struct site_view *v, struct finding *f);
void cdn_look_certificate(const struct site_view *v, struct finding *f);
void cdn_look_handshake(const struct site_view *v, struct finding *f);
/* causes_answer.c: it gets there, and the answer is the matter */
void cdn_look_cached(const struct site_view *v, struct finding *f);
void cdn_look_slow(const struct site_view *v, struct finding *f);
void cdn_look_malformed(const struct site_view *v, struct finding *f);
void cdn_look_edge_fault(const struct site_view *v, struct finding *f);
void cdn_look_edge_limit(const struct site_view *v, struct finding *f);

/* Shared by both. */

/* Status the visitor got from an edge; 0 when there is none or no answer. */
int64_t cdn_edge_status(const struct site_view *v);
/* The visitor's way fails at or behind an edge. */
bool cdn_edge_fails(const struct site_view *v);
/* A page that shows the server itself serving this site well now: origin or loopback. */
const struct page *cdn_server_well(const struct site_view *v);
/* A page that shows it failing by itself. */
const struct page *cdn_server_fails(const struct site_view *v);
/* Quotes a page as one that decides. */
void cdn_decisive_page(struct finding *f, const struct page *page);

#endif
