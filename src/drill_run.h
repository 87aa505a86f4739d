/* drill: training without a server. */
#ifndef DRILL_RUN_H
#define DRILL_RUN_H

#include "cli.h"

/*
 * "list" (also without a word), "NAME" (guided), "alone NAME" (no coach), "blind [SEED]"
 * (any, no coach). With a terminal on the console, and the score as JSON behind it;
 * without one as text. Exit status.
 */
int drill_run(const struct cli *cli);

#endif
