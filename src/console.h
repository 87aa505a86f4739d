/*
 * console: the screen to live in. Wires the loop, a source, the engine, the model and the
 * screens together and keeps the pace of frames.
 */
#ifndef CONSOLE_H
#define CONSOLE_H

#include "cli.h"
#include "config.h"
#include "target.h"

/*
 * Runs until the operator quits: exit status 0. -1, with nothing drawn and *ret_why set
 * (static text), when there is no terminal that can do it: then the text report will do.
 */
int console_run(const struct cli *cli, const struct config *config,
	const struct targets *targets, const char **ret_why);

#endif
