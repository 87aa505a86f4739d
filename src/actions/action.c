#include "actions/action.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "actions/audit.h"
#include "base/span.h"
#include "base/text.h"

extern const char probes_shell_act_sh[];

#define SCRIPT_MAX (256u << 10)

static const struct action *const table[] = {
	&action_restart_fpm,
	&action_reload_fpm,
	&action_reload_nginx,
	&action_start_nginx,
	&action_start_mysql,
	&action_start_redis,
	&action_remove_maintenance,
	&action_disable_plugins,
	&action_enable_plugins,
	&action_disable_theme,
	&action_park_object_cache,
	&action_purge_redis,
	&action_undo,
};

const struct action *action_at(size_t i)
{
	return i < sizeof(table) / sizeof(*table) ? table[i] : NULL;
}

const struct action *action_find(const char *id)
{
	size_t i;

	for (i = 0; action_at(i); i++)
		if (!strcmp(action_at(i)->id, id))
			return action_at(i);
	return NULL;
}

/* ---- what a plan is told ---- */

static void add_line(struct act_plan *plan, enum act_line_kind kind, const char *key,
	const char *text)
{
	struct act_line *line = arena_push(plan->mem, &plan->lines, &plan->line_count,
		sizeof(*line));

	line->kind = kind;
	line->key = text_clean_dup(plan->mem, span_of(key));
	line->text = text_clean_dup(plan->mem, span_of(text));
}

void plan_add(struct act_plan *plan, enum act_line_kind kind, const char *key,
	const char *format, ...)
{
	struct buf text;
	va_list args;

	buf_init(&text, TEXT_LINE_MAX);
	va_start(args, format);
	buf_vaddf(&text, format, args);
	va_end(args);
	add_line(plan, kind, key, text.data ? text.data : "");
	buf_release(&text);
}

void plan_refuse(struct act_plan *plan, const char *guard, const char *format, ...)
{
	struct buf text;
	va_list args;

	buf_init(&text, TEXT_LINE_MAX);
	va_start(args, format);
	buf_vaddf(&text, format, args);
	va_end(args);
	add_line(plan, ACT_REFUSAL, guard, text.data ? text.data : "");
	buf_release(&text);
}

bool plan_refused(const struct act_plan *plan)
{
	size_t i;

	for (i = 0; i < plan->line_count; i++)
		if (plan->lines[i].kind == ACT_REFUSAL)
			return true;
	return false;
}

void plan_word(struct act_plan *plan, const char *word)
{
	const char **item = arena_push(plan->mem, &plan->words, &plan->word_count, sizeof(*item));

	*item = arena_strdup(plan->mem, word ? word : "");
}

/* ---- whom it is about ---- */

static bool names_action(const struct verdict *verdict, const char *id)
{
	struct span rest = span_of(verdict && verdict->actions ? verdict->actions : ""), word;

	for (word = span_word(&rest); word.n; word = span_word(&rest))
		if (span_eq(word, id))
			return true;
	return false;
}

bool plan_fits(const struct act_plan *plan, const struct verdict *verdict)
{
	return names_action(verdict, plan->action->id) ||
	       (plan->action == &action_reload_fpm && names_action(verdict, "restart-fpm"));
}

const struct verdict *plan_verdict(const struct act_plan *plan)
{
	return plan->site && plan->site->verdict ? plan->site->verdict : plan->host->verdict;
}

static const struct model_site *named_site(struct act_plan *plan)
{
	const struct model_host *host = plan->host;
	size_t i, n = strlen(plan->wish.site);

	while (n && plan->wish.site[n - 1] == '/')
		n--;
	for (i = 0; i < host->site_count; i++)
		if (!strncmp(host->sites[i].url, plan->wish.site, n) &&
		    (!host->sites[i].url[n] || !strcmp(host->sites[i].url + n, "/")))
			return &host->sites[i];
	return NULL;
}

const struct model_site *plan_site(struct act_plan *plan)
{
	const struct model_host *host = plan->host;
	const struct model_site *found = NULL;
	size_t i, fitting = 0;

	if (plan->wish.site) {
		found = named_site(plan);
		if (!found)
			plan_refuse(plan, "ambiguous", "no site %s is served there", plan->wish.site);
	} else {
		for (i = 0; i < host->site_count; i++)
			if (plan_fits(plan, host->sites[i].verdict)) {
				found = &host->sites[i];
				fitting++;
			}
		if (!fitting && host->site_count == 1)
			found = &host->sites[0];
		if (fitting > 1 || !found) {
			plan_refuse(plan, "ambiguous", "%zu sites it could be about: name one with --site",
				fitting ? fitting : host->site_count);
			found = NULL;
		}
	}
	for (i = 0; !found && i < host->site_count; i++)
		plan_add(plan, ACT_CANDIDATE, "--site", "%s", host->sites[i].url);
	return found;
}

/* ---- a rename ---- */

/* An update that runs, or ran a moment ago, would be cut in two. */
static void guard_update(struct act_plan *plan, const struct wp_site *wp)
{
	int64_t now = plan->site->view.now;

	if (wp->update_running)
		plan_refuse(plan, "update-running", "an updater of WordPress runs on the server");
	else if (wp->upgrade_mtime.known && now && now - wp->upgrade_mtime.v < 60)
		plan_refuse(plan, "update-running", "wp-content/upgrade changed %lld s ago",
			(long long)(now - wp->upgrade_mtime.v));
}

void plan_rename(struct act_plan *plan, const struct wp_site *wp, const char *path,
	bool is_folder)
{
	const char *slash = strrchr(path, '/');

	if (!slash || slash == path || !slash[1]) {
		plan_refuse(plan, "symlink", "%s is no path of a file", path);
		return;
	}
	plan->on = arena_strdup(plan->mem, path);
	plan->folder = arena_strndup(plan->mem, path, (size_t)(slash - path));
	plan->from = arena_strdup(plan->mem, slash + 1);
	plan->to = arena_printf(plan->mem, ".%s.wp502-%s", slash + 1, plan->run);
	plan->user = arena_strdup(plan->mem, wp->owner ? wp->owner : wp->user);
	plan->lock = arena_strdup(plan->mem, wp->config);
	plan->is_folder = is_folder;
	plan->kind = "rename";
	plan_word(plan, is_folder ? "d" : "f");
	plan_word(plan, plan->user);
	plan_word(plan, plan->folder);
	plan_word(plan, plan->from);
	plan_word(plan, plan->to);
	plan_word(plan, plan->lock);
	guard_update(plan, wp);
	if (!plan->user || !plan->lock)
		plan_refuse(plan, "unsupported", "its wp-config.php could not be read");
}

json_t *plan_undo_record(const struct act_plan *plan)
{
	if (!plan->folder || plan->undoes)
		return NULL;
	return json_pack("{s:s,s:s,s:s,s:s,s:s,s:b,s:s}", "folder", plan->folder, "from", plan->from,
		"to", plan->to, "user", plan->user, "lock", plan->lock, "is_folder",
		plan->is_folder, "id", plan->id ? plan->id : "");
}

/* ---- life ---- */

static void make_id(char ret[17])
{
	uint64_t id = 0;

	if (getrandom(&id, sizeof(id), 0) != (ssize_t)sizeof(id))
		abort(); /* eight bytes never come short; a name that can be guessed is a door */
	snprintf(ret, 17, "%016llx", (unsigned long long)id);
}

/* ---- runs without an end ---- */

#define FOUND_MAX 5

static bool has_end(json_t *audit, const char *run)
{
	json_t *record;
	size_t i;

	json_array_foreach(audit, i, record)
		if ((!strcmp(audit_text(record, "run"), run) &&
			    strcmp(audit_text(record, "state"), "running") != 0) ||
		    (!strcmp(audit_text(record, "undoes"), run) &&
			    !strcmp(audit_text(record, "state"), "done")))
			return true;
	return false;
}

static void add_quoted(struct buf *out, const char *word)
{
	buf_addc(out, ' ');
	text_shell_quote(out, span_of(word));
}

static void ask_after(struct act_plan *plan, const json_t *record)
{
	static const char *const names[] = { "user", "folder", "from", "to" };
	const json_t *undo = json_object_get(record, "undo");
	const char **item = arena_push(plan->mem, &plan->found, &plan->found_count, sizeof(*item));
	struct buf line;
	char *what;
	size_t i;

	buf_init(&line, SCRIPT_MAX);
	buf_adds(&line, "w5a_found");
	add_quoted(&line, audit_text(record, "run"));
	what = xasprintf("%s on %s", audit_text(record, "action"), audit_text(record, "target"));
	add_quoted(&line, what);
	for (i = 0; undo && i < sizeof(names) / sizeof(*names); i++)
		add_quoted(&line, audit_text(undo, names[i]));
	*item = arena_strdup(plan->mem, line.data);
	buf_release(&line);
	free(what);
}

static void find_unfinished(struct act_plan *plan, json_t *audit)
{
	json_t *record;
	size_t i;

	for (i = json_array_size(audit); i > 0 && plan->found_count < FOUND_MAX; i--) {
		record = json_array_get(audit, i - 1);
		if (!strcmp(audit_text(record, "state"), "running") &&
		    !strcmp(audit_text(record, "host"), plan->host->target) &&
		    !has_end(audit, audit_text(record, "run")))
			ask_after(plan, record);
	}
}

struct act_plan *plan_new(const struct action *action, const struct model_host *host,
	const struct act_wish *wish, json_t *audit)
{
	struct arena *mem = arena_new();
	struct act_plan *plan = arena_alloc(mem, sizeof(*plan));

	plan->mem = mem;
	plan->action = action;
	plan->host = host;
	plan->wish = *wish;
	make_id(plan->run);
	action->plan(plan, audit);
	find_unfinished(plan, audit);
	if (!plan->on && !plan_refused(plan))
		plan_refuse(plan, "unsupported", "nothing was found there that it could be about");
	return plan;
}

void plan_free(struct act_plan *plan)
{
	if (plan)
		arena_free(plan->mem);
}

/* ---- steps ---- */

char *plan_script(const struct act_plan *plan, bool run)
{
	struct buf out;
	size_t i;

	buf_init(&out, SCRIPT_MAX);
	buf_addf(&out, "%s\n", probes_shell_act_sh);
	for (i = 0; !run && i < plan->found_count; i++)
		buf_addf(&out, "%s\n", plan->found[i]);
	buf_addf(&out, "w5a_main %s %s", run ? "run" : "check", plan->run);
	add_quoted(&out, plan->id ? plan->id : "-");
	add_quoted(&out, plan->action->id);
	add_quoted(&out, plan->on ? plan->on : "-");
	add_quoted(&out, plan->kind);
	for (i = 0; i < plan->word_count; i++)
		add_quoted(&out, plan->words[i]);
	return buf_take(&out);
}

static const char *keep(struct act_plan *plan, struct span text)
{
	return text_clean_dup(plan->mem, text);
}

static void take_end(struct act_plan *plan, struct span rest, bool run)
{
	struct span id = span_field(&rest), mode = span_field(&rest);
	int64_t status;

	if (!span_eq(id, plan->run) || !span_eq(mode, run ? "run" : "check") ||
	    !span_int(rest, &status))
		return;
	plan->ended = true;
	plan->status = (int)status;
}

static void take_record(struct act_plan *plan, struct span line, bool run)
{
	struct span name = span_field(&line), key;

	if (span_eq(name, "refuse")) {
		key = span_field(&line);
		add_line(plan, ACT_REFUSAL, keep(plan, key), keep(plan, line));
	} else if (span_eq(name, "say")) {
		key = span_field(&line);
		if (!run || span_eq(key, "warning") || span_eq(key, "progress"))
			add_line(plan, span_eq(key, "warning") ? ACT_WARNING : ACT_SAY,
				keep(plan, key), keep(plan, line));
	} else if (span_eq(name, "cmd")) {
		if (!run)
			add_line(plan, ACT_COMMAND, "command", keep(plan, line));
	} else if (span_eq(name, "out")) {
		add_line(plan, ACT_OUTPUT, "output", keep(plan, line));
	} else if (span_eq(name, "id")) {
		if (!run)
			plan->id = keep(plan, line);
	} else if (span_eq(name, "end")) {
		take_end(plan, line, run);
	}
}

void plan_answer(struct act_plan *plan, const char *bytes, size_t len, bool run)
{
	struct span rest = span_from(bytes ? bytes : "", bytes ? len : 0), line;

	plan->ended = false;
	plan->status = -1;
	while (span_line(&rest, &line))
		take_record(plan, line, run);
}
