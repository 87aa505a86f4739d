/*
 * ask: a question on the terminal (/dev/tty) whose answer is not shown. Does not wait:
 * the answer comes from inside the loop, once. Ctrl-C, Ctrl-D on an empty line and the end
 * of the terminal answer NULL; the terminal is as it was before, whatever happens.
 */
#ifndef LIVE_SSH_ASK_H
#define LIVE_SSH_ASK_H

#include <stddef.h>

struct loop;
struct ask;

/* answer: borrowed, without its newline; wiped after the call. */
typedef void ask_call(void *owner, const char *answer);

/* NULL when there is no terminal. */
struct ask *ask_new(struct loop *loop, const char *question, ask_call *call, void *owner);
void ask_free(struct ask *ask); /* NULL is fine; takes the question back */

#endif
