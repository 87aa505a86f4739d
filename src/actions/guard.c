#include "actions/guard.h"

#include <string.h>

#include "actions/audit.h"
#include "base/text.h"

#define BRAKE_S 600

const char *act_state_name(enum act_state state)
{
	static const char *const names[] = {
		[ACT_PROPOSED] = "proposed", [ACT_ARMED] = "armed", [ACT_SNAPSHOT] = "snapshot",
		[ACT_RUNNING] = "running", [ACT_VERIFYING] = "verifying", [ACT_DONE] = "done",
		[ACT_NO_BETTER] = "no-better", [ACT_FAILED] = "failed", [ACT_UNKNOWN] = "unknown",
		[ACT_REFUSED] = "refused",
	};

	return names[state];
}

int act_exit_status(enum act_state state)
{
	switch (state) {
	case ACT_DONE:      return 0;
	case ACT_NO_BETTER: return 1;
	case ACT_PROPOSED:
	case ACT_ARMED:
	case ACT_REFUSED:   return 2;
	case ACT_FAILED:    return 4;
	default:            return 3;
	}
}

static bool later_refused(json_t *audit, const char *run)
{
	json_t *record;
	size_t i;

	json_array_foreach(audit, i, record)
		if (!strcmp(audit_text(record, "run"), run) &&
		    !strcmp(audit_text(record, "state"), "refused"))
			return true;
	return false;
}

static void brake(struct act_plan *plan, json_t *audit, int64_t now)
{
	json_t *record;
	int64_t ago;
	size_t i;

	if (!plan->action->brake || !plan->on || (plan->wish.again && !plan->wish.production))
		return;
	for (i = json_array_size(audit); i > 0; i--) {
		record = json_array_get(audit, i - 1);
		ago = now - json_integer_value(json_object_get(record, "at"));
		if (strcmp(audit_text(record, "state"), "running") != 0 || ago >= BRAKE_S ||
		    strcmp(audit_text(record, "host"), plan->host->target) != 0 ||
		    strcmp(audit_text(record, "target"), plan->on) != 0 ||
		    later_refused(audit, audit_text(record, "run")))
			continue;
		plan_refuse(plan, "brake", "%s ran on %s %lld s ago (run %s here)%s",
			audit_text(record, "action"), plan->on, (long long)ago,
			audit_text(record, "run"),
			plan->wish.production ? "" : "; --again lifts it");
		return;
	}
}

void guard_local(struct act_plan *plan, json_t *audit, int64_t now)
{
	const struct act_wish *wish = &plan->wish;

	if (wish->read_only)
		plan_refuse(plan, "read-only", "%s is read-only: nothing may change there",
			plan->host->target);
	brake(plan, audit, now);
	if (wish->dry_run)
		return;
	if (wish->production && (!wish->confirm || strcmp(wish->confirm, plan->host->target) != 0))
		plan_refuse(plan, "confirm", "%s is marked production: needs --confirm %s",
			plan->host->target, plan->host->target);
	if (!wish->yes)
		plan_refuse(plan, "yes", "needs --yes");
}

enum act_state guard_after_run(const struct act_plan *plan)
{
	if (!plan->ended)
		return ACT_UNKNOWN;
	if (plan->status == ACT_STATUS_REFUSED)
		return ACT_REFUSED;
	if (plan->status == 137 || plan->status == 124)
		return ACT_UNKNOWN; /* its time ran out: it may still be at work */
	return plan->status ? ACT_FAILED : ACT_VERIFYING;
}

static int gravity(const struct verdict *verdict)
{
	switch (verdict ? verdict->health : HEALTH_UNKNOWN) {
	case HEALTH_OK:     return 0;
	case HEALTH_WARN:   return 1;
	case HEALTH_BROKEN: return 3;
	default:            return 2;
	}
}

/* Healthy is good. So is what is less bad and of another cause, and, where nothing was broken
 * before, what is no worse. */
bool guard_better(const struct verdict *before, const struct verdict *after)
{
	if (!after || gravity(after) == 2)
		return false;
	if (gravity(after) == 0)
		return true;
	return gravity(after) < gravity(before) && before && strcmp(before->cause, after->cause) != 0;
}

/* ---- the sheet ---- */

static void row(struct buf *out, const char *key, const char *text)
{
	buf_addf(out, "  %-11s %s\n", key, text);
}

static void verdict_rows(struct buf *out, const struct act_plan *plan)
{
	const struct verdict *verdict = plan_verdict(plan);

	if (!verdict)
		return;
	buf_addf(out, "  %-11s %s: %s\n", "verdict", verdict->cause, verdict->title);
	if (plan->undoes)
		return;
	if (plan_fits(plan, verdict))
		row(out, "", "this action fits it");
	else if (verdict->actions && *verdict->actions)
		buf_addf(out, "  %-11s warning: it does not call for this action; what fits: %s\n", "",
			verdict->actions);
	else
		row(out, "", "warning: it does not call for this action, nor for any other");
}

static const char *outcome_of(json_t *audit, const char *run)
{
	const char *state = "unknown: it was never finished (look at it, or undo it)";
	json_t *record;
	size_t i;

	json_array_foreach(audit, i, record)
		if (!strcmp(audit_text(record, "run"), run) &&
		    strcmp(audit_text(record, "state"), "running") != 0)
			state = audit_text(record, "state");
	return state;
}

#define HISTORY 3

static void history_rows(struct buf *out, const struct act_plan *plan, json_t *audit)
{
	size_t i, told = 0;
	json_t *record;

	for (i = json_array_size(audit); i > 0 && told < HISTORY; i--) {
		record = json_array_get(audit, i - 1);
		if (strcmp(audit_text(record, "state"), "running") != 0 ||
		    strcmp(audit_text(record, "host"), plan->host->target) != 0)
			continue;
		buf_addf(out, "  %-11s %s %s on ", told++ ? "" : "history",
			audit_text(record, "time"), audit_text(record, "action"));
		text_clean(out, span_of(audit_text(record, "target")));
		buf_addf(out, ": %s\n", outcome_of(audit, audit_text(record, "run")));
	}
	if (!told)
		row(out, "history", "no run here yet");
}

static void said_rows(struct buf *out, const struct act_plan *plan, enum act_line_kind kind)
{
	const struct act_line *line;
	size_t i;

	for (i = 0; i < plan->line_count; i++) {
		line = &plan->lines[i];
		if (line->kind == kind)
			row(out, line->key, line->text);
	}
}

void guard_sheet(struct buf *out, const struct act_plan *plan, json_t *audit)
{
	const struct action *action = plan->action;

	buf_addf(out, "%s on %s: %s\n", action->id, plan->host->target,
		plan->on ? plan->on : "(not found)");
	row(out, "run", plan->run);
	row(out, "does", action->does);
	if (action->loses)
		row(out, "costs", action->loses);
	if (plan->id)
		row(out, "identity", plan->id);
	said_rows(out, plan, ACT_SAY);
	said_rows(out, plan, ACT_WARNING);
	said_rows(out, plan, ACT_COMMAND);
	verdict_rows(out, plan);
	row(out, "success", action->success);
	row(out, "undo", action->undo);
	history_rows(out, plan, audit);
}

void guard_refusals(struct buf *out, const struct act_plan *plan)
{
	const struct act_line *line;
	size_t i;

	for (i = 0; i < plan->line_count; i++) {
		line = &plan->lines[i];
		if (line->kind == ACT_REFUSAL)
			buf_addf(out, "refused: %s: %s\n", line->key, line->text);
	}
	for (i = 0; i < plan->line_count; i++) {
		line = &plan->lines[i];
		if (line->kind == ACT_CANDIDATE)
			buf_addf(out, "candidate: %s %s\n", line->key, line->text);
	}
}
