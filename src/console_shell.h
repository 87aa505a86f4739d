/*
 * console_shell: the user's own ssh on the terminal, while the console keeps watching.
 * The terminal must have been left (ui/term.h) and is taken back by the caller.
 */
#ifndef CONSOLE_SHELL_H
#define CONSOLE_SHELL_H

#include "cli.h"
#include "loop/loop.h"
#include "target.h"

struct console_shell;

/* `ended` comes once, from inside the loop. NULL when ssh cannot be started. */
struct console_shell *console_shell_new(struct loop *loop, const struct cli *cli,
	const struct target *target, loop_call *ended, void *owner);
void console_shell_free(struct console_shell *shell); /* NULL is fine; does not end ssh */

#endif
