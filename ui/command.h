/*
 * command: what can be typed behind ':'. One table: name, what follows it, one sentence.
 */
#ifndef UI_COMMAND_H
#define UI_COMMAND_H

#include "base/buf.h"
#include "model/model.h"

struct ui;

void command_run(struct ui *ui, const struct model *model, const char *text);

/*
 * Completes the last word of `text` as far as it is sure: *text is replaced by the longer
 * one. Where several words fit they go to `choices`, blank-separated.
 */
void command_complete(const struct model *model, struct buf *text, struct buf *choices);

/* For the help: row i of the table; false behind the last. */
bool command_row(int i, const char **ret_name, const char **ret_follows, const char **ret_help);

#endif
