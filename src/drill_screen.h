/*
 * drill_screen: a drill on the console: the screens above, the coach's panel below. A
 * console guest.
 */
#ifndef DRILL_SCREEN_H
#define DRILL_SCREEN_H

#include "cli.h"
#include "drill/coach.h"

/*
 * As console_run. What came of it is in *ret_json (to free): the score as one line, or
 * NULL when it was left before the cure.
 */
int drill_screen_run(const struct cli *cli, const char *folder, const struct drill *drill,
	enum coach_mode mode, unsigned seed, char **ret_json, const char **ret_why);

#endif
