/*
 * diagnose: one verdict per target, then done. Live hosts and recordings alike end in one
 * model, one report, one exit status.
 */
#ifndef DIAGNOSE_H
#define DIAGNOSE_H

#include "cli.h"
#include "config.h"
#include "target.h"

/* Exit status as in wp502(1); prints the report to stdout, errors to stderr. */
int diagnose_run(const struct cli *cli, const struct targets *targets);

#endif
