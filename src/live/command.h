/* command: what is executed at login, and the first bytes fed to it. Pure. */
#ifndef LIVE_COMMAND_H
#define LIVE_COMMAND_H

#include "base/buf.h"
#include "live/shell.h"

/* One line without quotes of any login shell's inside; `token` marks sudo's answers. */
char *command_login(enum shell_sudo sudo, const char *token);

/* The scripts as they are sent: mark, pulse first, the rest in one piece. */
void command_scripts(struct buf *out, const char *const *scripts, const char *mark,
	uint64_t seq);

/* A request as a line. False when the name cannot be a collector's. */
bool command_request(struct buf *out, uint64_t seq, const char *name,
	const char *const *args, int timeout_ms);

#endif
