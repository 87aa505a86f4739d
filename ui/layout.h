/*
 * layout: where things stand on a screen of a given size. Pure: size in, rectangles out;
 * every rectangle lies inside the screen, none overlaps another, an empty one (no width
 * or no height) has no room. Below LAYOUT_MIN_W x LAYOUT_MIN_H there is no plan at all.
 */
#ifndef UI_LAYOUT_H
#define UI_LAYOUT_H

#include "ui/canvas.h"

#define LAYOUT_MIN_W 60
#define LAYOUT_MIN_H 18
#define CHAIN_NODES 5

bool layout_fits(int w, int h);

/* What every screen has. */
struct screen_layout {
	struct rect title, body, note, keys; /* note: one line for messages and typing */
};
struct screen_layout layout_screen(int w, int h);

struct fleet_layout {
	struct rect head, rows, selected, side, events;
};
/* rows_wanted: lines the list would like to have. */
struct fleet_layout layout_fleet(struct rect body, int rows_wanted);

/* Columns of the fleet's table; an empty one (w 0) is not shown. */
struct fleet_columns {
	struct rect host, site, health, errors, page, workers, queue, sql, load, cert,
		verdict, age; /* x and w only */
};
struct fleet_columns layout_fleet_columns(int w);

struct chain_layout {
	struct rect box[CHAIN_NODES], arrow[CHAIN_NODES - 1], facts[CHAIN_NODES];
	struct rect beside;         /* Redis, WordPress, host */
	struct rect verdict;        /* with proof, ruled out, next */
	struct rect side[2];        /* workers; what changed: empty below 120 columns */
};
struct chain_layout layout_chain(struct rect body);

/* Text in one or two columns. */
struct sheet_layout {
	struct rect left, right;
};
struct sheet_layout layout_sheet(struct rect body);

#endif
