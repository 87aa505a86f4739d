/*
 * act: `wp502 act ACTION TARGET`: one guarded action without the console. Prints the sheet and
 * how it went to stdout, every failing guard as `refused: <guard>: <why>`.
 */
#ifndef ACT_H
#define ACT_H

#include "cli.h"
#include "target.h"

/* Exit status as in wp502(1): 0 done and verified, 1 no better, 2 refused, 3 unknown, 4 failed. */
int act_command(const struct cli *cli, const struct targets *targets);

/* Does this version have an action of that name ("snapshot" included)? */
bool act_known(const char *action);

#endif
