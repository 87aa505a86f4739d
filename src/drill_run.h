/* drill: training without a server. */
#ifndef DRILL_RUN_H
#define DRILL_RUN_H

#include "cli.h"

/* "drill list", "drill NAME" or "drill" alone (the list). Exit status. */
int drill_run(const struct cli *cli);

#endif
