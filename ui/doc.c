#include "ui/doc.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

void doc_init(struct doc *doc, struct arena *mem, int width)
{
	memset(doc, 0, sizeof(*doc));
	doc->mem = mem;
	doc->width = width > 1 ? width : 1;
}

static struct doc_line *new_line(struct doc *doc)
{
	return arena_push(doc->mem, &doc->lines, &doc->count, sizeof(*doc->lines));
}

static void add_run(struct doc *doc, int col, unsigned style, const char *text)
{
	struct doc_line *line = &doc->lines[doc->count - 1];
	struct doc_run *run = arena_alloc(doc->mem, sizeof(*run));

	run->col = col;
	run->style = style;
	run->text = text;
	if (line->last)
		line->last->next = run;
	else
		line->first = run;
	line->last = run;
}

void doc_blank(struct doc *doc)
{
	if (doc->count && doc->lines[doc->count - 1].first)
		new_line(doc);
}

void doc_start(struct doc *doc, int col, unsigned style, const char *text)
{
	new_line(doc);
	add_run(doc, col, style, text);
}

void doc_add(struct doc *doc, int col, unsigned style, const char *text)
{
	if (!doc->count)
		new_line(doc);
	add_run(doc, col, style, text);
}

void doc_head(struct doc *doc, const char *text)
{
	doc_blank(doc);
	doc_start(doc, 0, STYLE_HEAD, text);
}

/* Bytes of the first line of `text` that fit: up to a blank where possible. */
static size_t break_at(const char *text, int columns)
{
	size_t fit = text_fit(text, columns), end = strcspn(text, "\n"), at;

	if (end <= fit)
		return end;
	for (at = fit; at > 0 && text[at] != ' '; at--)
		;
	return at ? at : fit ? fit : strcspn(text, " \n");
}

/* ... all of its bytes kept: behind a blank, if one is near. */
static size_t break_raw(const char *text, int columns)
{
	size_t fit = text_fit(text, columns), at;

	for (at = fit; text[fit] && at + 20 > fit && at > 0; at--)
		if (text[at - 1] == ' ')
			return at;
	return fit;
}

static void wrap(struct doc *doc, int col, unsigned style, const char *text, bool begun, bool raw)
{
	int columns = doc->width - col;
	size_t len;

	if (columns < 8)
		columns = 8;
	do {
		len = raw ? break_raw(text, columns) : break_at(text, columns);
		if (!len && *text && *text != '\n')
			len = 1;
		if (!begun)
			new_line(doc);
		begun = false;
		add_run(doc, col, style, arena_strndup(doc->mem, text, len));
		text += len;
		if (!raw)
			text += *text == '\n' ? 1 : strspn(text, " ");
	} while (*text);
}

void doc_text(struct doc *doc, int col, unsigned style, const char *text)
{
	wrap(doc, col, style, text, false, false);
}

void doc_quote(struct doc *doc, int col, unsigned style, const char *text)
{
	wrap(doc, col, style, text, false, true);
}

void doc_add_text(struct doc *doc, int col, unsigned style, const char *text)
{
	wrap(doc, col, style, text, doc->count > 0, false);
}

void doc_add_quote(struct doc *doc, int col, unsigned style, const char *text)
{
	wrap(doc, col, style, text, doc->count > 0, true);
}

void doc_cut(struct doc *doc, size_t lines)
{
	memset(doc->lines + lines, 0, (doc->count - lines) * sizeof(*doc->lines));
	doc->count = lines;
	doc_add(doc, doc->width - 5, STYLE_MARKED, " more");
}

const char *doc_printf(struct doc *doc, const char *format, ...)
{
	va_list args, again;
	char *text;
	int len;

	va_start(args, format);
	va_copy(again, args);
	len = vsnprintf(NULL, 0, format, again);
	va_end(again);
	text = arena_alloc(doc->mem, (size_t)(len < 0 ? 0 : len) + 1);
	if (len > 0)
		vsnprintf(text, (size_t)len + 1, format, args);
	va_end(args);
	return text;
}

int doc_last_top(const struct doc *doc, int height)
{
	int top = (int)doc->count - height;

	return top > 0 ? top : 0;
}

bool doc_scroll(int *top, enum wish wish, const struct doc *doc, int height)
{
	int last = doc_last_top(doc, height), to = *top > last ? last : *top;

	switch (wish) {
	case WISH_DOWN: to++; break;
	case WISH_UP: to--; break;
	case WISH_PAGE_DOWN: to += height - 1; break;
	case WISH_PAGE_UP: to -= height - 1; break;
	case WISH_FIRST: to = 0; break;
	case WISH_LAST: to = last; break;
	default: return false;
	}
	*top = to < 0 ? 0 : to > last ? last : to;
	return true;
}

void doc_draw(const struct doc *doc, struct canvas *canvas, struct rect in, int top)
{
	const struct doc_run *run;
	int row, last = doc_last_top(doc, in.h);
	char more[32];

	if (top > last)
		top = last;
	if (top < 0)
		top = 0;
	for (row = 0; row < in.h && (size_t)(top + row) < doc->count; row++)
		for (run = doc->lines[top + row].first; run; run = run->next)
			canvas_put(canvas, in, run->col, row, run->style, run->text);
	if (top < last && in.h > 1) {
		snprintf(more, sizeof(more), " %d more lines ", last - top);
		canvas_right(canvas, in, in.w, in.h - 1, STYLE_MARKED, more);
	}
}
