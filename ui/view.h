/*
 * view: one screen. A table of functions; its state is its own. draw is a pure function
 * of model, frame and state: same input, same cells. Nothing here knows curses, SSH or a
 * clock: time comes in the frame.
 */
#ifndef UI_VIEW_H
#define UI_VIEW_H

#include "base/mem.h"
#include "model/model.h"
#include "probes/face.h"
#include "ui/canvas.h"
#include "ui/keymap.h"
#include "ui/layout.h"

/* What the screens are about: by identity, never by row. Strings are the model's. */
struct focus {
	const char *host; /* target; NULL: none */
	const char *site; /* url; NULL: the host's worst */
	enum link link;
};

struct frame {
	int64_t wall;     /* ms, the source's now */
	bool utc, live;   /* live: not a recording */
	bool recording;   /* what comes is kept */
	struct focus focus;
	const struct keymap *keymap;
	/* Lines of a link's face for this way (probes/probe.h). */
	void (*face)(enum link link, const struct site_view *view, struct face *face);
	const void *state;       /* of the view that draws */
	const char *under;       /* help: name of the view it was opened from */
	unsigned under_mode;
	struct arena *mem;       /* for what lives as long as the drawing */
	struct screen_layout at;
};

struct ui;

struct view {
	const char *name; /* "fleet" */
	unsigned mode;    /* its bit of enum key_view */
	void *(*open)(void); /* NULL: no state */
	void (*close)(void *state);
	/* Draws title and body; the note and the keys are the ui's. */
	void (*draw)(const struct model *model, const struct frame *frame, struct canvas *canvas);
	/* A wish of its mode; false: not understood. The frame is the last one drawn. */
	bool (*wish)(struct ui *ui, const struct model *model, const struct frame *frame,
		void *state, enum wish wish, const struct key *key);
};

extern const struct view fleet_view, chain_view, cause_view, link_view, logs_view, help_view;

#endif
