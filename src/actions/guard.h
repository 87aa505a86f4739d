/*
 * guard: the life of a run, and what may keep it from running.
 *
 *   proposed -> armed -> snapshot -> running -> verifying -> done | no better | failed | unknown
 *                    \-> refused
 *
 * Every guard is asked and all that fail are told. Some are asked here (what the operator said,
 * what the audit knows), the others on the server by the step `check` and once more, under the
 * lock, by the step `run`. Pure.
 */
#ifndef ACTIONS_GUARD_H
#define ACTIONS_GUARD_H

#include "actions/action.h"

enum act_state {
	ACT_PROPOSED,
	ACT_ARMED,
	ACT_SNAPSHOT,
	ACT_RUNNING,
	ACT_VERIFYING,
	ACT_DONE,
	ACT_NO_BETTER,
	ACT_FAILED,
	ACT_UNKNOWN,
	ACT_REFUSED
};

const char *act_state_name(enum act_state state); /* as the audit has it: "done" ... */
int act_exit_status(enum act_state state);        /* CONTRACT: 0 1 2 3 4 */

/* read-only, confirm, yes, and the brake as far as the audit knows; `now`: epoch s. A dry run
 * is not asked for yes and confirm. */
void guard_local(struct act_plan *plan, json_t *audit, int64_t now);

/* How the step `run` went: RUNNING's successor (VERIFYING, REFUSED, FAILED or UNKNOWN). */
enum act_state guard_after_run(const struct act_plan *plan);

/* Is this look a good one, seen against what it was before the run? */
bool guard_better(const struct verdict *before, const struct verdict *after);

/* Three good looks over ten seconds end the waiting, a minute does in any case. */
#define GUARD_LOOKS 3
#define GUARD_LOOKS_MS 10000
#define GUARD_WAIT_MS 60000

/* What stands on the sheet, for a terminal or a file; every line ends. */
void guard_sheet(struct buf *out, const struct act_plan *plan, json_t *audit);
/* The refusals and candidates alone. */
void guard_refusals(struct buf *out, const struct act_plan *plan);

#endif
