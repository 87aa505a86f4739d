/*
 * cli: the command line (docs: wp502(1)) as plain data. cli_parse never exits and never
 * prints: a usage error is one sentence for main, which exits 64 with it.
 */
#ifndef CLI_H
#define CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum command {
	COMMAND_CONSOLE,
	COMMAND_DIAGNOSE,
	COMMAND_ACT,
	COMMAND_REPLAY,
	COMMAND_EXPORT,
	COMMAND_DRILL,
	COMMAND_REPORT,
	COMMAND_IMPORT,
	COMMAND_PRINT_BINDINGS, /* the console's keys */
	COMMAND_DUMP_CAUSES, /* the catalogue as Markdown, for docs/causes.md */
	COMMAND_HELP,
	COMMAND_VERSION
};

enum transport_choice { TRANSPORT_AUTO, TRANSPORT_LIBSSH2, TRANSPORT_OPENSSH };
enum color_choice { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

/* Words given once or more; NULL-terminated, the words borrowed from argv. */
struct words {
	const char **items;
	size_t count;
};

void words_add(struct words *words, const char *word);

struct cli {
	enum command command;
	struct words targets;
	const char *config;
	/* SSH */
	const char *ssh_config, *user, *jump, *known_hosts;
	struct words identities;
	int port;
	enum transport_choice transport;
	/* pages */
	struct words urls, expects, forbids, resolves;
	const char *ca_file, *origin;
	bool insecure;
	/* judging */
	int64_t since_ms, timeout_ms;
	/* rights */
	bool read_only, no_sudo, ask_sudo;
	/* act: what it acts on, and how much it may */
	struct {
		const char *action, *site, *unit, *pool, *plugin, *theme, *run, *confirm;
		bool all_plugins, dry_run, yes, again;
	} act;
	/* recording and output */
	const char *record, *output;
	bool no_record, client, json, ascii, utc, verbose;
	enum color_choice color;
};

void cli_init(struct cli *cli);
void cli_release(struct cli *cli);

/* False with *ret_error (owned by the caller, to free) when the words make no sense. */
bool cli_parse(struct cli *cli, int argc, char **argv, char **ret_error);

/* Is this a host we may hand to ssh? False for an empty one, a leading dash, blanks,
 * control bytes, bytes that are not UTF-8, what turns text around. */
bool cli_host_ok(const char *target);
/* An http:// or https:// address without blanks, quotes and what a screen would not show. */
bool cli_url_ok(const char *url);
/* A target that is the path of a recording: holds a slash or ends in .wp502. */
bool cli_is_recording(const char *target);

extern const char cli_help[];

#endif
