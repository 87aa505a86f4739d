/*
 * target: from the words of the command line and the configuration to what is wanted of
 * each host. A word is a name of the configuration, @tag, or a destination for ssh.
 */
#ifndef TARGET_H
#define TARGET_H

#include "cli.h"
#include "config.h"
#include "engine/engine.h"

struct target {
	const char *name;        /* as the user said it */
	const char *destination; /* alias, host or user@host for ssh */
	int port;                /* 0: not given */
	bool read_only;
	enum target_env env;
	struct engine_target pages;
};

struct targets {
	struct arena *mem;
	struct target *items;
	size_t count;
	struct words recordings;
};

/* False with one sentence in *ret_error (to free). Strings live in mem, cli or config. */
bool targets_resolve(struct targets *targets, const struct cli *cli, const struct config *config,
	char **ret_error);
void targets_release(struct targets *targets);

/* "user@host:2222", "[::1]:22" -> destination and port (0: none); false when neither. */
bool destination_split(struct arena *mem, const char *word, const char **ret_destination,
	int *ret_port);

#endif
