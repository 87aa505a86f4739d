/*
 * chain_parts: the blocks of the chain view. Each fills its rectangle as far as it has
 * something to say. Pure.
 */
#ifndef UI_CHAIN_PARTS_H
#define UI_CHAIN_PARTS_H

#include "ui/view.h"

/* Whom the screen is about; site and verdict may be NULL. */
struct subject {
	const struct model_host *host;
	const struct model_site *site;
	const struct verdict *verdict;
};

struct subject subject_of(const struct model *model, const struct focus *focus);
/* "2 of 3 sites" and the like, for the title; "" with one site. */
const char *subject_which(const struct subject *s, const struct frame *frame);
/* Title line for every screen about one site. `screen`: its name, or "" for the chain. */
void subject_title(struct canvas *canvas, const struct frame *frame, const struct subject *s,
	const char *screen);

void chain_nodes(struct canvas *canvas, const struct chain_layout *at, const struct frame *frame,
	const struct subject *s);
void chain_beside(struct canvas *canvas, struct rect in, const struct frame *frame,
	const struct subject *s);
void chain_verdict(struct canvas *canvas, struct rect in, const struct frame *frame,
	const struct subject *s);
void chain_workers(struct canvas *canvas, struct rect in, const struct frame *frame,
	const struct subject *s);
void chain_around(struct canvas *canvas, struct rect in, const struct frame *frame,
	const struct subject *s);

#endif
