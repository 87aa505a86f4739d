#include "ui/line.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

void line_init(struct line *line)
{
	memset(line, 0, sizeof(*line));
	buf_init(&line->text, LINE_MAX_BYTES);
	line_set(line, "");
}

void line_release(struct line *line)
{
	int i;

	for (i = 0; i < line->history_count; i++)
		free(line->history[i]);
	buf_release(&line->text);
}

void line_set(struct line *line, const char *text)
{
	buf_clear(&line->text);
	buf_adds(&line->text, text);
	line->at = line->history_count;
}

bool line_type(struct line *line, const struct key *key)
{
	char name[KEY_NAME_SIZE];

	if (key->code < 32 || key->code >= KEY_FIRST || key->code == KEY_BACK || key->alt ||
	    text_code_width(key->code) == 0)
		return false;
	buf_adds(&line->text, key->code == KEY_SPACE ? " " : key_text(key, name));
	return true;
}

static void cut_to(struct line *line, size_t len)
{
	line->text.len = len;
	line->text.data[len] = '\0';
}

void line_rub(struct line *line)
{
	size_t len = line->text.len;

	while (len && ((unsigned char)line->text.data[len - 1] & 0xc0) == 0x80)
		len--;
	cut_to(line, len ? len - 1 : 0);
}

void line_rub_word(struct line *line)
{
	size_t len = line->text.len;

	while (len && line->text.data[len - 1] == ' ')
		len--;
	while (len && line->text.data[len - 1] != ' ')
		len--;
	cut_to(line, len);
}

void line_keep(struct line *line)
{
	int last = line->history_count - 1;

	if (line->text.len && (last < 0 || strcmp(line->history[last], line->text.data) != 0)) {
		if (line->history_count == LINE_HISTORY) {
			free(line->history[0]);
			memmove(line->history, line->history + 1,
				sizeof(*line->history) * (LINE_HISTORY - 1));
			line->history_count--;
		}
		line->history[line->history_count++] = xstrdup(line->text.data);
	}
	line->at = line->history_count;
}

void line_recall(struct line *line, int step)
{
	int at = line->at + step;

	if (at < 0 || at > line->history_count)
		return;
	line_set(line, at == line->history_count ? "" : line->history[at]);
	line->at = at;
}
