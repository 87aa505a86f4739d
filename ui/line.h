/*
 * line: one line of text being typed, with what was typed before. Holds clean text only:
 * characters that take no column are not taken in. Pure.
 */
#ifndef UI_LINE_H
#define UI_LINE_H

#include "base/buf.h"
#include "ui/keys.h"

#define LINE_MAX_BYTES 512
#define LINE_HISTORY 32

struct line {
	struct buf text;
	char *history[LINE_HISTORY];
	int history_count, at; /* at: history entry shown; history_count: the new one */
};

void line_init(struct line *line);
void line_release(struct line *line);
void line_set(struct line *line, const char *text);
bool line_type(struct line *line, const struct key *key); /* false: not a character */
void line_rub(struct line *line);
void line_rub_word(struct line *line);
void line_keep(struct line *line);          /* into the history */
void line_recall(struct line *line, int step); /* -1 older, 1 newer */

#endif
