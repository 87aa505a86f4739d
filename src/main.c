/* Start: the command line, the configuration, and who does the work. */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "act.h"
#include "base/dlog.h"
#include "base/mem.h"
#include "base/text.h"
#include "cli.h"
#include "config.h"
#include "console.h"
#include "diagnose.h"
#include "drill_run.h"
#include "export.h"
#include "player.h"
#include "replay.h"
#include "report_run.h"
#include "report/report.h"
#include "target.h"
#include "ui/keymap.h"

#define EXIT_USAGE 64

/* Errors quote what was typed or read: a line each, made safe for the terminal. */
static void complain(const char *before, const char *lines, const char *after)
{
	struct span rest = span_of(lines), line;
	struct buf out;

	buf_init(&out, 1u << 20);
	while (span_line(&rest, &line)) {
		buf_adds(&out, before);
		text_clean(&out, line);
		buf_addf(&out, "%s\n", after);
	}
	fwrite(out.data ? out.data : "", 1, out.len, stderr);
	buf_release(&out);
}

static int usage(const char *error)
{
	complain("wp502: ", error, " (wp502 --help tells more)");
	return EXIT_USAGE;
}

static int dump_causes(void)
{
	struct buf out;

	buf_init(&out, 1u << 20);
	report_causes(&out);
	fwrite(out.data, 1, out.len, stdout);
	buf_release(&out);
	return 0;
}

static bool load_config(const struct cli *cli, struct config *config)
{
	char *path = NULL, *errors = NULL;
	bool ok;

	if (!cli->config)
		config_default_path(&path);
	ok = config_load(config, path ? path : cli->config, cli->config != NULL, &errors);
	if (!ok)
		complain("", errors, "");
	free(errors);
	free(path);
	return ok;
}

/* One kind of source fits on the screens; anything else, and no terminal, is told as text. */
static int console_or_text(const struct cli *cli, const struct config *config,
	const struct targets *targets)
{
	bool fits = targets->count ? !targets->recordings.count : targets->recordings.count == 1;
	const char *why = NULL;
	int status = -1;

	if (cli->command != COMMAND_DIAGNOSE && fits && !cli->json)
		status = targets->count ? console_run(cli, config, targets, NULL, &why)
					: player_run(cli, config, targets, &why);
	if (why)
		dlog("no console: %s", why);
	if (status < 0 && cli->command == COMMAND_REPLAY && !cli->json)
		status = replay_run(cli, targets->recordings.items[0]);
	return status >= 0 ? status : diagnose_run(cli, targets);
}

static int print_bindings(void)
{
	struct keymap map;
	struct buf out;

	buf_init(&out, 1u << 16);
	keymap_init(&map);
	keymap_print(&map, &out);
	fwrite(out.data, 1, out.len, stdout);
	buf_release(&out);
	return 0;
}

static int with_targets(const struct cli *cli, const struct config *config)
{
	struct targets targets;
	char *error = NULL;
	int status;

	if (cli->command == COMMAND_ACT && !act_known(cli->act.action)) {
		error = xasprintf("act %s: not in version " WP502_VERSION, cli->act.action);
		status = usage(error);
		free(error);
		return status;
	}
	if (!targets_resolve(&targets, cli, config, &error)) {
		status = usage(error);
		free(error);
		return status;
	}
	if (!targets.count && !targets.recordings.count)
		status = usage("no target given and none configured");
	else if (cli->command == COMMAND_REPLAY && !targets.recordings.count)
		status = usage("replay wants the path of a recording");
	else if (cli->command == COMMAND_ACT)
		status = act_command(cli, &targets);
	else
		status = console_or_text(cli, config, &targets);
	targets_release(&targets);
	return cli->command == COMMAND_REPLAY && status != EXIT_USAGE ? 0 : status;
}

static void open_debug_log(void)
{
	const char *base = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	char *path = base && *base == '/' ? xasprintf("%s/wp502/debug.log", base)
					  : xasprintf("%s/.local/state/wp502/debug.log",
						    home ? home : "");

	if (!dlog_open(path))
		fprintf(stderr, "wp502: no debug log: %s cannot be written\n", path);
	free(path);
}

static int dispatch(const struct cli *cli)
{
	struct config config;
	int status;

	switch (cli->command) {
	case COMMAND_HELP:
		fputs(cli_help, stdout);
		return 0;
	case COMMAND_VERSION:
		puts("wp502 " WP502_VERSION);
		return 0;
	case COMMAND_DUMP_CAUSES:
		return dump_causes();
	case COMMAND_PRINT_BINDINGS:
		return print_bindings();
	case COMMAND_DRILL:
		return drill_run(cli);
	case COMMAND_REPORT:
		return report_run(cli, cli->targets.items[0]);
	case COMMAND_IMPORT:
		return import_run(cli->targets.items[0], cli->output);
	case COMMAND_EXPORT:
		return export_run(cli->targets.items[0]);
	default:
		break;
	}
	if (!load_config(cli, &config))
		return EXIT_USAGE;
	status = with_targets(cli, &config);
	config_release(&config);
	return status;
}

int main(int argc, char **argv)
{
	struct cli cli;
	char *error = NULL;
	int status;

	setlocale(LC_ALL, "");
	cli_init(&cli);
	if (!cli_parse(&cli, argc, argv, &error)) {
		status = usage(error);
		free(error);
	} else {
		if (cli.verbose)
			open_debug_log();
		status = dispatch(&cli);
	}
	cli_release(&cli);
	dlog_close();
	if (fflush(stdout) == EOF && status == 0)
		status = 1;
	return status;
}
