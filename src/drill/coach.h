/*
 * coach: leads a trainee through a drill and keeps the score. A state machine over the
 * script: it is asked what to show, told what was chosen, and says which stretch comes
 * next. It looks at no screen and no clock: time is an argument.
 *
 * Guided: it speaks, asks its questions and says why. Alone: it asks the same without
 * speaking first. Acting is possible at any time, also before looking: that costs, and it
 * says which proof the action destroyed.
 *
 * Score: 100, minus 10 for each wrong answer, 25 for each action that does not cure, 5 for
 * each question of the first stretch not answered before the first action, and 1 for each
 * 10 s beyond the first two minutes until the cure; never below 0 (docs/DRILLS.md).
 */
#ifndef DRILL_COACH_H
#define DRILL_COACH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "drill/script.h"

enum coach_mode { COACH_GUIDED, COACH_ALONE };

enum coach_state {
	COACH_SAYS,   /* text to read, then coach_next */
	COACH_ASKS,   /* a question: coach_choose */
	COACH_ACTS,   /* what to do: coach_choose */
	COACH_CURED
};

struct coach {
	const struct drill *drill;
	enum coach_mode mode;
	enum coach_state state;
	const char *stretch;       /* that plays */
	unsigned seed;             /* orders the answers; the same for a whole class */
	bool asked[32];            /* questions that were answered rightly */
	int64_t began, found, cured; /* ms; found, cured: -1 not yet */
	int wrong_answers, wrong_actions, unlooked;
	bool acted;
	struct buf reply;          /* to what was chosen last; "" none */
	struct buf destroyed;      /* proofs, a line each */
};

void coach_begin(struct coach *coach, const struct drill *drill, enum coach_mode mode,
	unsigned seed, int64_t now);
void coach_release(struct coach *coach);

/* What to show now: paragraphs, then choices. NULL behind the last. */
const char *coach_text(const struct coach *coach, size_t i);
const char *coach_choice(const struct coach *coach, size_t i);
/* The words on the screen that the open question points at; NULL: none is open. */
const char *coach_points_at(const struct coach *coach);

void coach_next(struct coach *coach);          /* from COACH_SAYS on */
void coach_act(struct coach *coach);           /* to the actions, whatever is open */
/* Choice i; false: there is none. The stretch may be another one afterwards. */
bool coach_choose(struct coach *coach, size_t i, int64_t now);
/* The choice that is right, for who only watches; SIZE_MAX: none is open. */
size_t coach_right(const struct coach *coach);

int coach_score(const struct coach *coach);
/* One line of JSON: drill, mode, seed, score, times, wrong keys, proof destroyed. */
void coach_json(const struct coach *coach, struct buf *out);

#endif
