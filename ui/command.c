#include "ui/command.h"

#include <stdio.h>
#include <string.h>

#include "base/span.h"
#include "ui/fleet.h"
#include "ui/line.h"
#include "ui/show.h"
#include "ui/ui.h"

static void run_quit(struct ui *ui, const struct model *model, const char *word)
{
	(void)word;
	ui_wish(ui, model, WISH_QUIT);
}

static void run_help(struct ui *ui, const struct model *model, const char *word)
{
	(void)word;
	ui_wish(ui, model, WISH_HELP);
}

static void run_theme(struct ui *ui, const struct model *model, const char *word)
{
	const struct theme *theme = theme_find(word);

	(void)model;
	if (theme)
		ui_settings(ui)->theme = theme;
	else
		ui_complain(ui, "there is no theme '%s'", word);
}

static void run_glyphs(struct ui *ui, const struct model *model, const char *word)
{
	(void)model;
	if (strcmp(word, "ascii") && strcmp(word, "utf8"))
		ui_complain(ui, "glyphs are 'ascii' or 'utf8'");
	else
		ui_settings(ui)->ascii = !strcmp(word, "ascii");
}

static void run_zone(struct ui *ui, const struct model *model, const char *word)
{
	(void)model;
	if (strcmp(word, "utc") && strcmp(word, "local"))
		ui_complain(ui, "the zone is 'utc' or 'local'");
	else
		ui_settings(ui)->utc = !strcmp(word, "utc");
}

static void run_host(struct ui *ui, const struct model *model, const char *word)
{
	struct focus focus = { .host = word };
	const struct model_host *host = focus_host(model, &focus);

	if (!host) {
		ui_complain(ui, "there is no host '%s' here", word);
		return;
	}
	ui_focus(ui, host->target, NULL);
	ui_push(ui, &chain_view);
}

static void run_filter(struct ui *ui, const struct model *model, const char *word)
{
	(void)model;
	if (!fleet_filter(ui, word))
		ui_complain(ui, "the fleet is not open");
}

static void run_sort(struct ui *ui, const struct model *model, const char *word)
{
	(void)model;
	if (!fleet_sort(ui, word))
		ui_complain(ui, "sort by worst, name or since, in the fleet");
}

static void run_marked(struct ui *ui, const struct model *model, const char *word)
{
	(void)model;
	(void)word;
	if (!fleet_only_marked(ui))
		ui_complain(ui, "nothing is marked in the fleet");
}

static void run_refresh(struct ui *ui, const struct model *model, const char *word)
{
	(void)word;
	ui_wish(ui, model, WISH_REFRESH);
}

static void run_cause(struct ui *ui, const struct model *model, const char *word)
{
	(void)word;
	ui_wish(ui, model, WISH_CAUSE);
}

static void run_logs(struct ui *ui, const struct model *model, const char *word)
{
	(void)word;
	ui_wish(ui, model, WISH_LOGS);
}

static void run_shell(struct ui *ui, const struct model *model, const char *word)
{
	(void)word;
	ui_wish(ui, model, WISH_SHELL);
}

enum follows { NOTHING, A_THEME, GLYPHS, ZONE, A_HOST, AN_ORDER, A_TEXT };

static const char *const follow_words[] = { "", "NAME", "ascii|utf8", "utc|local", "NAME",
	"worst|name|since", "TEXT" };

static const struct command {
	const char *name;
	enum follows follows;
	void (*run)(struct ui *ui, const struct model *model, const char *word);
	const char *help;
} commands[] = {
	{ "quit", NOTHING, run_quit, "end the console" },
	{ "help", NOTHING, run_help, "the keys of this screen" },
	{ "host", A_HOST, run_host, "open the chain of that host" },
	{ "cause", NOTHING, run_cause, "the verdict's whole sheet" },
	{ "logs", NOTHING, run_logs, "logs of the host" },
	{ "refresh", NOTHING, run_refresh, "ask the server again now" },
	{ "filter", A_TEXT, run_filter, "fleet: only what holds this text; nothing: all" },
	{ "sort", AN_ORDER, run_sort, "fleet: order of the rows" },
	{ "marked", NOTHING, run_marked, "fleet: only marked rows, or all again" },
	{ "shell", NOTHING, run_shell, "a shell on this host" },
	{ "theme", A_THEME, run_theme, "dark, light, high-contrast, colour-blind or mono" },
	{ "glyphs", GLYPHS, run_glyphs, "lines and signs" },
	{ "zone", ZONE, run_zone, "times in UTC or in your zone" },
};

#define COMMANDS ((int)(sizeof(commands) / sizeof(*commands)))

bool command_row(int i, const char **ret_name, const char **ret_follows, const char **ret_help)
{
	if (i >= COMMANDS)
		return false;
	*ret_name = commands[i].name;
	*ret_follows = follow_words[commands[i].follows];
	*ret_help = commands[i].help;
	return true;
}

/* The command meant by a name or by an unambiguous beginning of one. */
static const struct command *command_find(struct span name)
{
	const struct command *found = NULL;
	int i;

	for (i = 0; i < COMMANDS; i++) {
		if (span_eq(name, commands[i].name))
			return &commands[i];
		if (strncmp(commands[i].name, name.p, name.n) != 0)
			continue;
		if (found)
			return NULL;
		found = &commands[i];
	}
	return found;
}

void command_run(struct ui *ui, const struct model *model, const char *text)
{
	struct span rest = span_of(text), name = span_word(&rest);
	const struct command *command;
	char word[LINE_MAX_BYTES + 1];

	if (!name.n)
		return;
	if (span_eq(name, "q")) /* everybody's habit; "q" alone could mean nothing else */
		name = span_of("quit");
	command = command_find(name);
	rest = span_trim(rest);
	snprintf(word, sizeof(word), "%.*s", (int)rest.n, rest.n ? rest.p : "");
	if (!command)
		ui_complain(ui, "no command '%.*s' (? lists them)", (int)name.n, name.p);
	else if (command->follows == NOTHING && rest.n)
		ui_complain(ui, "nothing follows '%s'", command->name);
	else if (command->follows != NOTHING && command->follows != A_TEXT && !rest.n)
		ui_complain(ui, "%s %s: the word is missing", command->name,
			follow_words[command->follows]);
	else
		command->run(ui, model, word);
}

/* ---- completion ---- */

struct completion {
	struct span word;
	const char *common; /* NULL: nothing fits yet */
	size_t common_len;
	int fits;
	struct buf *choices;
};

static void offer(struct completion *c, const char *candidate)
{
	size_t i;

	if (strncmp(candidate, c->word.p, c->word.n) != 0)
		return;
	buf_addf(c->choices, "%s%s", c->fits ? " " : "", candidate);
	if (!c->fits++) {
		c->common = candidate;
		c->common_len = strlen(candidate);
		return;
	}
	for (i = 0; i < c->common_len && candidate[i] == c->common[i]; i++)
		;
	c->common_len = i;
}

static void offer_words(struct completion *c, const struct model *model, enum follows follows)
{
	static const char *const words[][4] = {
		[GLYPHS] = { "ascii", "utf8" }, [ZONE] = { "utc", "local" },
		[AN_ORDER] = { "worst", "name", "since" }, [A_TEXT] = { NULL },
	};
	size_t i;

	for (i = 0; follows == A_THEME && themes[i]; i++)
		offer(c, theme_name(themes[i]));
	for (i = 0; follows == A_HOST && i < model->host_count; i++)
		offer(c, model->hosts[i]->target);
	if (follows != A_THEME && follows != A_HOST)
		for (i = 0; i < 4 && words[follows][i]; i++)
			offer(c, words[follows][i]);
}

void command_complete(const struct model *model, struct buf *text, struct buf *choices)
{
	struct completion c = { .choices = choices };
	struct span rest = span_of(text->data), name = span_word(&rest);
	const struct command *command;
	int i;

	if (name.p + name.n == text->data + text->len || !name.n) {
		c.word = name.n ? name : span_of("");
		for (i = 0; i < COMMANDS; i++)
			offer(&c, commands[i].name);
	} else {
		command = command_find(name);
		c.word = span_skip(rest, strspn(rest.p, " "));
		if (command)
			offer_words(&c, model, command->follows);
	}
	if (c.fits && c.common_len > c.word.n)
		buf_add(text, c.common + c.word.n, c.common_len - c.word.n);
	if (c.fits == 1) {
		buf_addc(text, ' ');
		buf_clear(choices);
	}
}
