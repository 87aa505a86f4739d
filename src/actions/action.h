/*
 * action: what an action is, and the plan of one run of it. A plan is made once from the model
 * and frozen: it holds names and ids, never a row. Pure: nothing is sent from here; the steps
 * it needs are scripts for the remote shell (probes/shell/act.sh) that the caller sends.
 *
 * Call order: plan_new (its refusals tell which guards fail already) -> plan_script(check)
 * is sent, plan_answer takes what came back -> the sheet -> plan_script(run) -> plan_answer.
 */
#ifndef ACTIONS_ACTION_H
#define ACTIONS_ACTION_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/mem.h"
#include "model/model.h"

/* What the operator asked for. Strings are borrowed for the plan's life; NULL: not named. */
struct act_wish {
	const char *site, *unit, *pool, *plugin, *theme, *run;
	const char *confirm;
	bool all_plugins, dry_run, yes, again;
	bool read_only, production; /* of the target */
};

enum act_line_kind {
	ACT_SAY,      /* key: text */
	ACT_WARNING,
	ACT_COMMAND,
	ACT_OUTPUT,
	ACT_CANDIDATE,
	ACT_REFUSAL   /* key is the guard */
};

struct act_line {
	enum act_line_kind kind;
	const char *key, *text;
};

struct action;

struct act_plan {
	struct arena *mem;
	const struct action *action;
	char run[17];               /* id, hex */
	const struct model_host *host;
	const struct model_site *site; /* NULL: none in particular */
	struct act_wish wish;
	const char *on;             /* what it is about: unit or path; NULL: not found */
	const char *id;             /* what that is, by process or inode; NULL: not asked yet */
	const char *kind;           /* function of act.sh; NULL: nothing is run on the server */
	const char **words;         /* its words */
	size_t word_count;
	struct act_line *lines;
	size_t line_count;
	/* a rename, to be undone: folder, then its name before and after */
	const char *folder, *from, *to, *user, *lock;
	bool is_folder;
	const char *undoes;         /* run that this one takes back */
	const char **found;         /* questions after runs without an end, as lines of sh */
	size_t found_count;
	/* of the newest answer */
	bool ended;                 /* its sentinel came */
	int status;
};

#define ACT_STATUS_REFUSED 75

struct action {
	const char *id;
	const char *does;    /* one sentence */
	const char *loses;   /* what it costs; NULL: nothing */
	const char *undo;    /* how it is taken back */
	const char *success; /* what is looked at afterwards */
	bool brake;          /* counts as a restart of its unit */
	void (*plan)(struct act_plan *plan, json_t *audit);
};

const struct action *action_find(const char *id); /* NULL: this version has none */
const struct action *action_at(size_t i);         /* NULL behind the last */

/* audit: as audit_read gave it. plan_free it. */
struct act_plan *plan_new(const struct action *action, const struct model_host *host,
	const struct act_wish *wish, json_t *audit);
void plan_free(struct act_plan *plan);

/* A step as text for the remote shell; to free. */
char *plan_script(const struct act_plan *plan, bool run);
/* Takes what the step printed (NULL: nothing came): lines, id, sentinel. */
void plan_answer(struct act_plan *plan, const char *bytes, size_t len, bool run);

bool plan_refused(const struct act_plan *plan);

/* For the actions. Text is copied and cleaned. */
void plan_add(struct act_plan *plan, enum act_line_kind kind, const char *key,
	const char *format, ...) __attribute__((format(printf, 4, 5)));
void plan_refuse(struct act_plan *plan, const char *guard, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void plan_word(struct act_plan *plan, const char *word); /* NULL: an empty one */
/* The verdict names this action for what it is about. */
bool plan_fits(const struct act_plan *plan, const struct verdict *verdict);
/* The verdict the action is judged by: of the site it is about, else the host's. */
const struct verdict *plan_verdict(const struct act_plan *plan);
/* The site that is meant: named, the only one, the one whose verdict names the action. Else
 * refuses (ambiguous), adds the candidates and gives NULL. */
const struct model_site *plan_site(struct act_plan *plan);
/* A rename in place, undone by the rename back; refuses what must not be renamed. */
void plan_rename(struct act_plan *plan, const struct wp_site *wp, const char *path,
	bool is_folder);

/* What is kept in the audit so that undo finds it. NULL: it has none. New reference. */
json_t *plan_undo_record(const struct act_plan *plan);

extern const struct action action_restart_fpm, action_reload_fpm, action_reload_nginx,
	action_start_nginx, action_start_mysql, action_start_redis, action_remove_maintenance,
	action_disable_plugins, action_enable_plugins, action_disable_theme,
	action_park_object_cache, action_purge_redis, action_undo;

#endif
