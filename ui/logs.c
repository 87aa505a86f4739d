/*
 * Logs of one host, or of all, merged by the console's clock. The cursor stands on a
 * line's number, so lines that come or go do not move it; while following it is the last
 * line. Repeats in a row are one line with a count.
 */
#define PCRE2_CODE_UNIT_WIDTH 8

#include <pcre2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "ui/doc.h"
#include "ui/show.h"
#include "ui/ui.h"

#define SEARCHED_MAX 4000 /* lines whose hits are counted: each frame does it anew */
/* A pattern that would try for ever gives up. */
#define SEARCH_LIMIT "(*LIMIT_MATCH=20000)"

struct logs_state {
	uint64_t cursor;      /* number of a line; 0: the last, following */
	enum log_level least; /* graver or as grave */
	bool all_hosts, wrap;
	pcre2_code *search;   /* NULL: none */
	char text[128];       /* of the search */
};

/* One line of the list: an entry and how many like it came in a row before it. */
struct row {
	const struct log_entry *entry;
	int repeats;
};

struct rows {
	struct row *items;
	size_t count;
};

static void *logs_open(void)
{
	return xcalloc(1, sizeof(struct logs_state));
}

static void logs_close(void *view_state)
{
	struct logs_state *state = view_state;

	pcre2_code_free(state->search);
	free(state);
}

/* The same but for numbers: pids, ports and request counters differ in each line. */
static bool alike(const struct log_entry *a, const struct log_entry *b)
{
	const char *p = show_gist(a->text), *q = show_gist(b->text);

	if (strcmp(a->host, b->host) != 0 || a->tag != b->tag)
		return false;
	while (*p && *q) {
		if (*p >= '0' && *p <= '9' && *q >= '0' && *q <= '9') {
			p += strspn(p, "0123456789");
			q += strspn(q, "0123456789");
		} else if (*p++ != *q++) {
			return false;
		}
	}
	return *p == *q;
}

static struct rows rows_of(const struct model *model, const struct frame *frame,
	const struct logs_state *state)
{
	const struct logs *logs = &model->logs;
	const struct log_entry *entry;
	struct rows rows = { 0 };
	struct row *row;
	size_t i;

	for (i = 0; i < logs->count; i++) {
		entry = logs->items[i];
		if (entry->level < state->least ||
		    (!state->all_hosts && frame->focus.host &&
			    strcmp(entry->host, frame->focus.host) != 0))
			continue;
		row = rows.count ? &rows.items[rows.count - 1] : NULL;
		if (row && alike(row->entry, entry)) {
			row->entry = entry;
			row->repeats++;
			continue;
		}
		row = arena_push(frame->mem, &rows.items, &rows.count, sizeof(*row));
		row->entry = entry;
		row->repeats = 1;
	}
	return rows;
}

/* Row of the cursor; where its line is hidden now, the one that came before it in time. */
static int cursor_row(const struct logs_state *state, const struct rows *rows)
{
	int best = rows->count ? 0 : -1;
	size_t i;

	if (!state->cursor)
		return (int)rows->count - 1;
	for (i = 0; i < rows->count; i++) {
		if (rows->items[i].entry->seq == state->cursor)
			return (int)i;
		if (rows->items[i].entry->seq < state->cursor)
			best = (int)i;
	}
	return best;
}

static bool matches(const struct logs_state *state, const struct row *row)
{
	pcre2_match_data *data;
	int found;

	if (!state->search)
		return false;
	data = pcre2_match_data_create(1, NULL);
	found = pcre2_match(state->search, (PCRE2_SPTR)row->entry->text, PCRE2_ZERO_TERMINATED, 0, 0,
		data, NULL);
	pcre2_match_data_free(data);
	return found >= 0;
}

/* ---- drawing ---- */

static unsigned level_style(enum log_level level)
{
	return level == LOG_ERROR_LINE ? STYLE_BROKEN : level == LOG_WARN_LINE ? STYLE_WARN :
		STYLE_DIM;
}

/* Console's time of an entry. */
static const char *entry_clock(const struct frame *frame, const struct log_entry *entry)
{
	static const struct model_host here;

	return show_clock(&here, frame, entry->at);
}

static void add_row(struct doc *doc, const struct frame *frame, const struct logs_state *state,
	const struct row *row)
{
	static const char *const letters[] = { " ", "W", "E" };
	const struct log_entry *entry = row->entry;
	unsigned style = matches(state, row) ? STYLE_MATCH : STYLE_QUOTE;
	const char *text = state->wrap ? entry->text : show_gist(entry->text);
	int col = 14;

	doc_start(doc, 0, STYLE_DIM, entry_clock(frame, entry));
	if (state->all_hosts) {
		doc_add(doc, col, STYLE_PLAIN, arena_strndup(doc->mem, entry->host,
			text_fit(entry->host, 12)));
		col += 13;
	}
	doc_add(doc, col, STYLE_HEAD, entry->tag);
	doc_add(doc, col + 5, level_style(entry->level), letters[entry->level]);
	col += 7;
	if (row->repeats > 1) {
		const char *times = doc_printf(doc, "x%d ", row->repeats);

		doc_add(doc, col, STYLE_STRONG, times);
		col += text_width(times);
	}
	if (!state->wrap) {
		doc_add(doc, col, style, text);
		return;
	}
	doc_add_quote(doc, col, style, text);
	if (entry->more)
		doc_text(doc, col + 2, STYLE_DIM, entry->more);
}

/* Writes rows around the cursor; tells on which lines of the doc the cursor's row lies. */
static int write_rows(struct doc *doc, const struct frame *frame, const struct logs_state *state,
	const struct rows *rows, int cursor, int height, int *ret_end)
{
	int first = cursor - height, last = cursor + height, i, top = 0;

	if (!state->wrap) { /* one line each: start where the screen is full */
		first = cursor - height / 2;
		if (first + height > (int)rows->count)
			first = (int)rows->count - height;
		last = first + height - 1;
	}
	for (i = first < 0 ? 0 : first; i <= last && i < (int)rows->count; i++) {
		if (i == cursor)
			top = (int)doc->count;
		add_row(doc, frame, state, &rows->items[i]);
		if (i == cursor)
			*ret_end = (int)doc->count;
	}
	return top;
}

static void draw_list(struct canvas *canvas, struct rect in, const struct frame *frame,
	const struct logs_state *state, const struct rows *rows)
{
	int cursor = cursor_row(state, rows), at, end = 0, top, y;
	struct doc doc;

	doc_init(&doc, frame->mem, in.w);
	at = write_rows(&doc, frame, state, rows, cursor, in.h, &end);
	top = at - in.h / 2;
	if (top + in.h < end)
		top = end - in.h;
	if (top > doc_last_top(&doc, in.h))
		top = doc_last_top(&doc, in.h);
	if (top < 0)
		top = 0;
	if ((int)doc.count > top + in.h)
		doc.count = (size_t)(top + in.h);
	doc_draw(&doc, canvas, in, top);
	for (y = at; y < end; y++)
		canvas_cursor(canvas, in, y - top);
}

static void draw_status(struct canvas *canvas, struct rect in, const struct model *model,
	const struct frame *frame, const struct logs_state *state, const struct rows *rows)
{
	size_t i = rows->count > SEARCHED_MAX ? rows->count - SEARCHED_MAX : 0, hits = 0;
	int col;

	col = canvas_putf(canvas, in, 1, 0, STYLE_DIM, "line %d of %zu, repeats folded",
		cursor_row(state, rows) + 1, rows->count);
	if (model->logs.dropped)
		col = canvas_putf(canvas, in, col, 0, STYLE_DIM, ", %llu older ones let go",
			(unsigned long long)model->logs.dropped);
	if (!state->search)
		return;
	for (; i < rows->count; i++)
		hits += matches(state, &rows->items[i]);
	canvas_putf(canvas, in, col + 3, 0, STYLE_MARKED, "find: %s  %zu hit%s%s", state->text, hits,
		hits == 1 ? "" : "s", rows->count > SEARCHED_MAX ? " among the newest" : "");
	(void)frame;
}

static void logs_draw(const struct model *model, const struct frame *frame,
	struct canvas *canvas)
{
	static const char *const levels[] = { "", "  warnings and errors", "  errors only" };
	const struct logs_state *state = frame->state;
	struct rows rows = rows_of(model, frame, state);
	struct rect body = frame->at.body, list = rect_sub(body, 0, 0, body.w, body.h - 1);
	const char *whose = state->all_hosts || !frame->focus.host ?
		arena_printf(frame->mem, "%zu hosts merged", model->host_count) : frame->focus.host;

	show_title(canvas, frame, arena_printf(frame->mem, "LOGS  %s%s%s", whose,
		levels[state->least], state->cursor ? "" : "  FOLLOW"), HEALTH_OK, NULL,
		show_now(frame));
	if (!rows.count)
		canvas_put(canvas, list, 1, 1, STYLE_DIM, model->logs.count ?
			"no line is that grave (- shows more)" :
			"no log line has been read yet");
	else
		draw_list(canvas, list, frame, state, &rows);
	draw_status(canvas, rect_sub(body, 0, body.h - 1, body.w, 1), model, frame, state, &rows);
}

/* ---- wishes ---- */

/* On the last row the list is followed. */
static void stand_on(struct logs_state *state, const struct rows *rows, int row)
{
	if (row < 0)
		row = 0;
	state->cursor = row >= (int)rows->count - 1 ? 0 : rows->items[row].entry->seq;
}

static void typed_search(struct ui *ui, const struct model *model, const char *text)
{
	struct logs_state *state = ui_state(ui, &logs_view);
	char pattern[sizeof(state->text) + sizeof(SEARCH_LIMIT)];
	PCRE2_SIZE at;
	int error;

	(void)model;
	if (!state)
		return;
	pcre2_code_free(state->search);
	state->search = NULL;
	snprintf(state->text, sizeof(state->text), "%s", text);
	if (!*text)
		return;
	snprintf(pattern, sizeof(pattern), SEARCH_LIMIT "%s", state->text);
	state->search = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
		PCRE2_UTF | PCRE2_CASELESS, &error, &at, NULL);
	if (!state->search)
		ui_complain(ui, "that is no regular expression (yet)");
}

static bool is_error(const struct logs_state *state, const struct row *row)
{
	(void)state;
	return row->entry->level == LOG_ERROR_LINE;
}

static void seek(struct ui *ui, struct logs_state *state, const struct rows *rows, int cursor,
	int step, bool (*want)(const struct logs_state *state, const struct row *row))
{
	int i;

	for (i = cursor + step; i >= 0 && i < (int)rows->count; i += step)
		if (want(state, &rows->items[i])) {
			stand_on(state, rows, i);
			return;
		}
	ui_say(ui, "none further that way");
}

static bool set_level(struct logs_state *state, int step)
{
	int level = (int)state->least + step;

	if (level >= 0 && level < LOG_LEVELS)
		state->least = (enum log_level)level;
	return true;
}

static bool move(struct logs_state *state, const struct rows *rows, int cursor, enum wish wish,
	int page)
{
	switch (wish) {
	case WISH_DOWN: stand_on(state, rows, cursor + 1); break;
	case WISH_UP: stand_on(state, rows, cursor - 1); break;
	case WISH_PAGE_DOWN: stand_on(state, rows, cursor + page); break;
	case WISH_PAGE_UP: stand_on(state, rows, cursor - page); break;
	case WISH_FIRST: stand_on(state, rows, 0); break;
	case WISH_LAST: state->cursor = 0; break;
	default: return false;
	}
	return true;
}

static bool logs_wish(struct ui *ui, const struct model *model, const struct frame *frame,
	void *view_state, enum wish wish, const struct key *key)
{
	struct logs_state *state = view_state;
	struct rows rows = rows_of(model, frame, state);
	int cursor = cursor_row(state, &rows);

	(void)key;
	if (rows.count && move(state, &rows, cursor, wish, frame->at.body.h - 2))
		return true;
	switch (wish) {
	case WISH_FOLLOW:
		state->cursor = state->cursor || !rows.count ? 0 : rows.items[cursor].entry->seq;
		return true;
	case WISH_FILTER: ui_ask(ui, "find: ", state->text, typed_search, true); return true;
	case WISH_NEXT: seek(ui, state, &rows, cursor, 1, matches); return true;
	case WISH_PREVIOUS: seek(ui, state, &rows, cursor, -1, matches); return true;
	case WISH_NEXT_ERROR: seek(ui, state, &rows, cursor, 1, is_error); return true;
	case WISH_PREV_ERROR: seek(ui, state, &rows, cursor, -1, is_error); return true;
	case WISH_LESS: return set_level(state, 1);
	case WISH_MORE: return set_level(state, -1);
	case WISH_WRAP: state->wrap = !state->wrap; return true;
	case WISH_ALL_HOSTS: state->all_hosts = !state->all_hosts; return true;
	default: return false;
	}
}

const struct view logs_view = { "logs", IN_LOGS, logs_open, logs_close, logs_draw, logs_wish };
