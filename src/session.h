/*
 * session: the live source as the command line wants it, for diagnose and the console.
 */
#ifndef SESSION_H
#define SESSION_H

#include "cli.h"
#include "model/source.h"
#include "target.h"

struct loop;

/* cli and targets must live as long as the source. password: for --sudo ask, else NULL. */
struct source *session_open(struct loop *loop, const struct cli *cli,
	const struct targets *targets, const char *password);

#endif
