/*
 * player: a recording on the console, with a row of its own: pause, step, speed, on to the
 * next change, from the beginning. A console guest.
 */
#ifndef PLAYER_H
#define PLAYER_H

#include "cli.h"
#include "config.h"
#include "target.h"

/* As console_run. */
int player_run(const struct cli *cli, const struct config *config,
	const struct targets *targets, const char **ret_why);

#endif
