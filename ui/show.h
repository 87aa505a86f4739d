/*
 * show: the small pieces every screen is made of: health cells, times, ages, names, and
 * who the focus is about. Pure.
 */
#ifndef UI_SHOW_H
#define UI_SHOW_H

#include "ui/view.h"

/* Chain order on the screen, and short names of the links. */
extern const enum link chain_links[CHAIN_NODES];
const char *link_title(enum link link);  /* "PHP-FPM" */

/* Whom the focus means; NULL: nobody, not yet. */
const struct model_host *focus_host(const struct model *model, const struct focus *focus);
const struct model_site *focus_site(const struct model_host *host, const struct focus *focus);
/* What is known of that site: its verdict, or why the host cannot be reached; NULL: nothing yet. */
const struct verdict *site_verdict(const struct model_host *host, const struct model_site *site);
/* "shop.example/checkout": without the scheme and a lone slash. */
const char *site_short(struct arena *mem, const char *url);

/* How old what we know of the host is, in seconds; -1: nothing is known. */
int64_t host_age(const struct model_host *host, const struct frame *frame);
/* Too old to be called now: the way is lost, or rounds stay out. */
bool host_stale(const struct model_host *host, const struct frame *frame);
/* A link's health as it may be shown: what was well and is not known any more is stale. */
enum health link_health(const struct model_host *host, const struct verdict *verdict,
	enum link link, const struct frame *frame);

/* Glyph and letters ("✗XX", in ASCII "XX"); returns the column behind it. */
int show_health(struct canvas *canvas, struct rect in, int col, int row, enum health health);

/* Times on the server's clock, shown in the console's zone or UTC. */
const char *show_clock(const struct model_host *host, const struct frame *frame, int64_t epoch);
/* "4 min": seconds in words, from frame->mem. */
const char *show_age(const struct frame *frame, int64_t seconds);
/* The console's own time of day, with its zone. */
const char *show_now(const struct frame *frame);

/* How long the verdict's fault has lasted; NULL: nobody knows, or it is none. */
const char *show_since(const struct model_host *host, const struct verdict *verdict,
	const struct frame *frame);

/* A log line without the time stamp and process ids in front: its meaning comes first. */
const char *show_gist(const char *line);
/* The last part of a path: "error.log". */
const char *show_file(const char *path);

/* What the way to the host does now, in words: "live", "connecting: ..."; never NULL. */
const char *show_way(const struct model_host *host, const struct frame *frame);

/* The first line of the screen: text from the left, `right` at the end. Returns the column
 * behind the state. */
int show_title(struct canvas *canvas, const struct frame *frame, const char *left,
	enum health health, const char *state, const char *right);

#endif
