/*
 * session: the live source as the command line wants it, for diagnose and the console.
 */
#ifndef SESSION_H
#define SESSION_H

#include <stdbool.h>

#include "cli.h"
#include "model/source.h"
#include "target.h"

struct loop;

/*
 * --sudo ask: asks once at the terminal. True with *ret_password NULL when the command
 * line does not want it; false with a sentence to free when there is nobody to ask or no
 * answer. session_wipe forgets it.
 */
bool session_sudo_password(const struct cli *cli, char **ret_password, char **ret_error);
void session_wipe(char *password); /* NULL is fine */

/* cli and targets must live as long as the source. password: for --sudo ask, else NULL. */
struct source *session_open(struct loop *loop, const struct cli *cli,
	const struct targets *targets, const char *password);

#endif
