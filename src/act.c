/*
 * How it works: one look (look.h) gives the model; the action makes a plan of it; the step
 * `check` asks the server what the guards want to know and changes nothing. Only when no guard
 * fails are the evidence and the audit line written, and only when both are on disk is the
 * step `run` sent. What came of it is found out by fresh looks, with what was logged before
 * the run left out.
 */
#include "act.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "actions/audit.h"
#include "actions/guard.h"
#include "base/mem.h"
#include "base/text.h"
#include "evidence.h"
#include "look.h"
#include "session.h"
#include "store/recorder.h"

/* Log times are whole seconds, and so is the server's clock as we know it: a line this much
 * older than the action may look younger than it. */
#define CLOCK_GRAIN_MS 2500
#define EXIT_UNKNOWN 3
#define EXIT_USAGE 64
#define CHECK_MS 30000
#define RUN_MS 120000
#define SETTLE_MS 1000
#define ANSWER_MAX (512u << 10)
#define SHEET_MAX (256u << 10)

struct act {
	const struct cli *cli;
	const struct targets *targets;
	const struct target *target;
	char *password;
	struct look *look; /* the one before, and the steps; the only one that is recorded */
	struct recorder *recorder; /* NULL: none */
	struct act_plan *plan;
	json_t *audit;
	char *audit_path;
	char *evidence;
};

bool act_known(const char *action)
{
	return action_find(action) || !strcmp(action, "snapshot");
}

static void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void say(const char *format, ...)
{
	struct buf out;
	va_list args;

	buf_init(&out, SHEET_MAX);
	va_start(args, format);
	buf_vaddf(&out, format, args);
	va_end(args);
	fwrite(out.data ? out.data : "", 1, out.len, stdout);
	fflush(stdout);
	buf_release(&out);
}

static struct act_wish wish_of(const struct act *act)
{
	const struct cli *cli = act->cli;
	struct act_wish wish = {
		.site = cli->act.site,
		.unit = cli->act.unit,
		.pool = cli->act.pool,
		.plugin = cli->act.plugin,
		.theme = cli->act.theme,
		.run = cli->act.run,
		.confirm = cli->act.confirm,
		.all_plugins = cli->act.all_plugins,
		.dry_run = cli->act.dry_run,
		.yes = cli->act.yes,
		.again = cli->act.again,
		.read_only = act->target->read_only,
		.production = act->target->env == ENV_PRODUCTION,
	};

	return wish;
}

/* ---- the audit ---- */

static json_t *new_record(const struct act *act, enum act_state state)
{
	const struct act_plan *plan = act->plan;
	const struct verdict *verdict = plan_verdict(plan);
	const char *user = getenv("USER");
	json_t *record = json_pack("{s:s,s:s,s:s,s:s,s:s}", "run", plan->run, "state",
		act_state_name(state), "host", plan->host->target, "action", plan->action->id,
		"target", plan->on);

	if (state == ACT_RUNNING) {
		json_object_set_new(record, "id", json_string(plan->id ? plan->id : ""));
		json_object_set_new(record, "site", json_string(plan->site ? plan->site->url : ""));
		json_object_set_new(record, "verdict", json_string(verdict ? verdict->cause : ""));
		json_object_set_new(record, "evidence", json_string(act->evidence));
		json_object_set_new(record, "user", json_string(user ? user : ""));
		if (plan_undo_record(plan))
			json_object_set_new(record, "undo", plan_undo_record(plan));
	}
	if (plan->undoes)
		json_object_set_new(record, "undoes", json_string(plan->undoes));
	return record;
}

static bool write_audit(const struct act *act, enum act_state state)
{
	json_t *record = new_record(act, state);
	char *error = NULL;
	bool ok = record && audit_add(act->audit_path, record, look_now(act->look).wall / 1000,
		&error);

	if (!ok)
		say("refused: evidence: the audit line could not be written: %s\n",
			error ? error : "what it would say is no text");
	free(error);
	json_decref(record);
	return ok;
}

static bool read_audit(struct act *act)
{
	char *error = NULL;
	size_t broken = 0;

	act->audit_path = audit_default_path();
	act->audit = audit_read(act->audit_path, &broken, &error);
	if (broken)
		say("warning: line %zu of %s is not as it was written\n", broken, act->audit_path);
	if (!act->audit)
		say("refused: evidence: %s\n", error);
	free(error);
	return act->audit != NULL;
}

/* ---- steps ---- */

/* False when the step was not sent. */
static bool step(struct act *act, bool run)
{
	char *script = plan_script(act->plan, run);
	const char *why = "";
	struct buf out;
	bool sent;

	buf_init(&out, ANSWER_MAX);
	sent = look_step(act->look, run ? "run" : "check", script, run ? RUN_MS : CHECK_MS, &out, &why);
	if (sent)
		plan_answer(act->plan, out.data, out.len, run);
	else
		say("%s: %s\n", act->plan->action->id, why);
	buf_release(&out);
	free(script);
	return sent;
}

static void print_sheet(const struct act *act)
{
	struct buf out;

	buf_init(&out, SHEET_MAX);
	guard_sheet(&out, act->plan, act->audit);
	say("%s", out.data ? out.data : "");
	buf_release(&out);
}

static void print_refusals(const struct act *act)
{
	struct buf out;

	buf_init(&out, SHEET_MAX);
	guard_refusals(&out, act->plan);
	say("%s", out.data ? out.data : "");
	buf_release(&out);
}

static void print_output(const struct act *act)
{
	const struct act_line *line;
	size_t i;

	for (i = 0; i < act->plan->line_count; i++) {
		line = &act->plan->lines[i];
		if (line->kind == ACT_OUTPUT || !strcmp(line->key, "progress"))
			say("  %-11s %s\n", line->key, line->text);
	}
}

/* ---- what came of it ---- */

static const struct verdict *verdict_now(const struct act *act, const struct look *look)
{
	const struct model_host *host = look_host(look);
	size_t i;

	for (i = 0; act->plan->site && i < host->site_count; i++)
		if (!strcmp(host->sites[i].url, act->plan->site->url))
			return host->sites[i].verdict;
	return host->verdict;
}

/* A fresh diagnosis: better than before? What it says is printed. */
static bool look_again(const struct act *act, int64_t since_ms, bool *ret_better)
{
	int64_t fresh_ms = since_ms > CLOCK_GRAIN_MS ? since_ms - CLOCK_GRAIN_MS : 1;
	struct look *look = look_new(act->cli, act->targets, act->password, since_ms, fresh_ms,
		NULL);
	const struct verdict *now = verdict_now(act, look);
	bool reached = host_link_live(look_host(look));

	*ret_better = reached && guard_better(plan_verdict(act->plan), now);
	say("  after %2lld s  %s: %s\n", (long long)(since_ms / 1000), now ? now->cause : "unknown",
		now ? now->title : "nothing was learned");
	look_free(look);
	return reached;
}

static enum act_state verify(struct act *act)
{
	int64_t began = look_now(act->look).mono, first_good = 0, at;
	bool better, reached;
	int good = 0;

	say("verifying: up to a minute\n");
	look_wait(act->look, SETTLE_MS);
	for (;;) {
		at = look_now(act->look).mono;
		reached = look_again(act, at - began, &better);
		if (better && !good++)
			first_good = at;
		if (!better)
			good = 0;
		at = look_now(act->look).mono;
		if (good >= GUARD_LOOKS && at - first_good >= GUARD_LOOKS_MS)
			return ACT_DONE;
		if (at - began >= GUARD_WAIT_MS)
			return reached ? ACT_NO_BETTER : ACT_UNKNOWN;
		look_wait(act->look, GUARD_LOOKS_MS / (GUARD_LOOKS - 1));
	}
}

/* What is taken back is measured by the thing itself, which the step looked at. */
static enum act_state verify_undo(struct act *act)
{
	bool better;

	look_wait(act->look, SETTLE_MS);
	look_again(act, SETTLE_MS, &better);
	return ACT_DONE;
}

static void tell_end(const struct act *act, enum act_state state)
{
	static const char *const words[] = {
		[ACT_DONE] = "done", [ACT_NO_BETTER] = "done, but it is no better",
		[ACT_FAILED] = "failed",
		[ACT_UNKNOWN] = "outcome unknown: look at the server before you do it again",
		[ACT_REFUSED] = "refused on the server: nothing was changed",
	};

	say("%s: %s on %s\n", words[state], act->plan->action->id, act->plan->on);
	if (act->plan->folder && !act->plan->undoes && state != ACT_REFUSED)
		say("undo: wp502 act undo --id %s %s\n", act->plan->run, act->plan->host->target);
}

static enum act_state run(struct act *act)
{
	char *error = NULL;
	enum act_state state;

	if (!evidence_write(look_model(act->look), act->plan->run, look_began(act->look),
		    look_now(act->look), &act->evidence, &error)) {
		say("refused: evidence: %s\n", error);
		free(error);
		return ACT_REFUSED;
	}
	say("evidence: %s\n", act->evidence);
	if (!write_audit(act, ACT_RUNNING))
		return ACT_REFUSED;
	state = step(act, true) ? guard_after_run(act->plan) : ACT_FAILED;
	print_output(act);
	if (state == ACT_REFUSED)
		print_refusals(act);
	if (state == ACT_VERIFYING)
		state = act->plan->undoes ? verify_undo(act) : verify(act);
	if (!write_audit(act, state))
		say("warning: how it ended is not in the audit\n");
	tell_end(act, state);
	return state;
}

static int unreachable(const struct act *act)
{
	const struct verdict *verdict = look_host(act->look)->verdict;

	say("%s: %s\n", act->target->name, verdict ? verdict->title : "nothing was learned");
	if (verdict && verdict->error)
		say("  %s\n", verdict->error);
	return EXIT_UNKNOWN;
}

static int snapshot(struct act *act)
{
	char *error = NULL;
	char run[32];

	snprintf(run, sizeof(run), "snapshot-%lld", (long long)look_now(act->look).wall);
	if (evidence_write(look_model(act->look), run, look_began(act->look), look_now(act->look),
		    &act->evidence, &error)) {
		say("evidence: %s\n", act->evidence);
		return act_exit_status(ACT_DONE);
	}
	say("refused: evidence: %s\n", error);
	free(error);
	return act_exit_status(ACT_REFUSED);
}

static int guarded(struct act *act)
{
	struct act_wish wish = wish_of(act);
	struct act_plan *plan;

	if (!read_audit(act))
		return act_exit_status(ACT_REFUSED);
	plan = plan_new(action_find(act->cli->act.action), look_host(act->look), &wish, act->audit);
	act->plan = plan;
	guard_local(plan, act->audit, look_now(act->look).wall / 1000);
	if (plan->kind && (!step(act, false) || !plan->ended))
		plan_refuse(plan, "unsupported", "the server did not answer what the guards ask");
	print_sheet(act);
	print_refusals(act);
	if (plan_refused(plan)) {
		say("nothing was changed\n");
		return act_exit_status(ACT_REFUSED);
	}
	if (wish.dry_run) {
		say("dry run: nothing was changed\n");
		return act_exit_status(ACT_DONE);
	}
	return act_exit_status(run(act));
}

static int with_look(struct act *act)
{
	int status;

	act->look = look_new(act->cli, act->targets, act->password, act->cli->since_ms, 0,
		act->recorder);
	if (!host_link_live(look_host(act->look)))
		status = unreachable(act);
	else if (!strcmp(act->cli->act.action, "snapshot"))
		status = snapshot(act);
	else
		status = guarded(act);
	plan_free(act->plan);
	look_free(act->look);
	json_decref(act->audit);
	free(act->audit_path);
	free(act->evidence);
	return status;
}

int act_command(const struct cli *cli, const struct targets *targets)
{
	struct act act = { .cli = cli, .targets = targets, .target = targets->items };
	char *error = NULL;
	int status;

	if (targets->recordings.count) {
		say("refused: unsupported: a recording cannot be acted on\n");
		return act_exit_status(ACT_REFUSED);
	}
	if (targets->count != 1) {
		fprintf(stderr, "wp502: act: exactly one target is wanted\n");
		return EXIT_USAGE;
	}
	if (!session_sudo_password(cli, &act.password, &error) ||
	    (cli->record && !(act.recorder = recorder_new(cli->record, &error)))) {
		fprintf(stderr, "wp502: %s\n", error);
		free(error);
		session_wipe(act.password);
		return EXIT_USAGE;
	}
	status = with_look(&act);
	error = recorder_free(act.recorder);
	if (error)
		fprintf(stderr, "wp502: %s\n", error);
	free(error);
	session_wipe(act.password);
	return status;
}
