/*
 * config: the configuration file (docs: wp502.conf(5)), INI. A section is a target's
 * name; [defaults] holds what holds for all. Every error in the file is collected with
 * its file and line before anything is refused.
 */
#ifndef CONFIG_H
#define CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "cli.h"

enum target_env { ENV_NONE, ENV_PRODUCTION, ENV_STAGING, ENV_LAB };

/* Strings live in the configuration's arena. */
struct target_config {
	const char *name;
	const char *ssh;  /* as on the command line; NULL: the name itself */
	struct words urls, expects, forbids, tags;
	const char *origin;
	enum target_env env;
	bool read_only;
	int64_t interval_ms, probe_ms;
};

struct config {
	struct arena *mem;
	struct target_config *targets;
	size_t target_count;
	int64_t interval_ms, probe_ms; /* [defaults] */
};

/*
 * Reads path. False with every error, a line each, in *ret_errors (to free).
 * A file that does not exist is an error only if `must_exist`.
 */
bool config_load(struct config *config, const char *path, bool must_exist, char **ret_errors);
void config_release(struct config *config);

/* The default path, in *ret_path (to free). */
void config_default_path(char **ret_path);

const struct target_config *config_find(const struct config *config, const char *name);
bool target_has_tag(const struct target_config *target, const char *tag);

#endif
