/* report: a recording as a Markdown post-mortem on stdout. */
#ifndef REPORT_RUN_H
#define REPORT_RUN_H

#include "cli.h"

/* 0; 64 with a sentence on stderr when the file is no recording. */
int report_run(const struct cli *cli, const char *path);

#endif
