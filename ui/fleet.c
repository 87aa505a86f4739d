#include "ui/fleet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "ui/fleet_cells.h"
#include "ui/fleet_rows.h"
#include "ui/show.h"
#include "ui/ui.h"

#define CERT_SOON_DAYS 21

static const char *const order_names[FLEET_ORDERS] = { "worst", "name", "since" };

static void *fleet_open(void)
{
	return xcalloc(1, sizeof(struct fleet_state));
}

static void fleet_close(void *state)
{
	struct fleet_state *s = state;

	free(s->folded.items);
	free(s->marked.items);
	free(s);
}

/* ---- drawing ---- */

static struct rect column(struct rect in, struct rect c)
{
	return rect_sub(in, c.x, 0, c.w, in.h);
}

static void draw_head(struct canvas *canvas, struct rect in, const struct fleet_columns *c)
{
	static const char *const links[] = { "CDN", "NGX", "FPM", "SQL" };
	struct { struct rect at; const char *word; bool right; } heads[] = {
		{ c->host, "HOST", false }, { c->site, "SITE", false }, { c->errors, "5xx/m", true },
		{ c->page, "PAGE", true }, { c->workers, "WORKERS", true }, { c->queue, "QUEUE", true },
		{ c->sql, "SQL", true }, { c->load, "LOAD", true }, { c->cert, "CERT", true },
		{ c->verdict, "VERDICT", false }, { c->age, "SINCE", true },
	};
	size_t i;

	for (i = 0; i < sizeof(heads) / sizeof(*heads); i++)
		if (heads[i].at.w && heads[i].right)
			canvas_right(canvas, column(in, heads[i].at), heads[i].at.w, 0, STYLE_HEAD,
				heads[i].word);
		else if (heads[i].at.w)
			canvas_put(canvas, column(in, heads[i].at), 0, 0, STYLE_HEAD, heads[i].word);
	for (i = 0; i < 4; i++)
		canvas_put(canvas, column(in, c->health), (int)i * 4, 0, STYLE_HEAD, links[i]);
}

static void put_right(struct canvas *canvas, struct rect row, struct rect at, unsigned style,
	const char *text)
{
	if (at.w)
		canvas_right(canvas, column(row, at), at.w, 0, style, text);
}

/* What stands in the verdict's column. */
static const char *row_says(const struct fleet_row *row, const struct frame *frame,
	const struct fleet_cells *cells, int width, unsigned *ret_style)
{
	const struct verdict *v = row->verdict;

	*ret_style = v ? style_of(v->health) : STYLE_UNKNOWN;
	if (!v)
		return arena_printf(frame->mem, "%s", row->host->link.state &&
			!strcmp(row->host->link.state, "live") ? "asking" :
			show_way(row->host, frame));
	if (host_stale(row->host, frame) && !row->host->unreachable) {
		*ret_style = STYLE_STALE;
		return arena_printf(frame->mem, "%s (%s old)", v->row ? v->title : "was well",
			show_age(frame, host_age(row->host, frame)));
	}
	if (v->health != HEALTH_OK) /* the catalogue's title is shorter than the one with names */
		return v->row && width < 40 ? v->row->title : v->title;
	if (cells->cert_days < CERT_SOON_DAYS) {
		*ret_style = STYLE_WARN;
		return arena_printf(frame->mem, "certificate ends in %lld days",
			(long long)cells->cert_days);
	}
	*ret_style = STYLE_DIM;
	return v->settled ? "" : "so far well";
}

static void draw_healths(struct canvas *canvas, struct rect in, const struct fleet_row *row,
	const struct frame *frame)
{
	int i;

	for (i = 1; i < CHAIN_NODES; i++)
		show_health(canvas, in, (i - 1) * 4, 0,
			link_health(row->host, row->verdict, chain_links[i], frame));
}

static const char *row_site(const struct fleet_row *row, struct arena *mem)
{
	if (row->site)
		return site_short(mem, row->site->url);
	if (row->host->site_count)
		return arena_printf(mem, "%zu site%s", row->host->site_count,
			row->host->site_count > 1 ? "s" : "");
	return "-";
}

static void draw_row(struct canvas *canvas, struct rect in, const struct fleet_columns *c,
	const struct fleet_row *row, const struct frame *frame)
{
	const struct fleet_state *state = frame->state;
	struct fleet_cells cells = fleet_cells(row, frame);
	bool marked = fleet_has(&state->marked, fleet_row_name(row));
	bool sure = row->verdict && !row->host->unreachable;
	const char *since = show_since(row->host, row->verdict, frame);
	unsigned style;
	const char *says = row_says(row, frame, &cells, c->verdict.w, &style);

	if (row->folded)
		canvas_put(canvas, in, 1, 0, STYLE_HEAD, canvas->glyphs->folded);
	canvas_put(canvas, column(in, c->host), 0, 0,
		marked ? STYLE_MARKED : row->first ? STYLE_PLAIN : STYLE_DIM, row->host->target);
	canvas_put(canvas, column(in, c->site), 0, 0, marked ? STYLE_MARKED : STYLE_PLAIN,
		row_site(row, frame->mem));
	draw_healths(canvas, column(in, c->health), row, frame);
	put_right(canvas, in, c->errors,
		strcmp(cells.errors, "0") && strcmp(cells.errors, "?") ? STYLE_BROKEN : STYLE_DIM,
		cells.errors);
	put_right(canvas, in, c->page, STYLE_PLAIN, sure ? cells.page : "");
	put_right(canvas, in, c->workers, STYLE_PLAIN, sure ? cells.workers : "");
	put_right(canvas, in, c->queue, strcmp(cells.queue, "0") ? STYLE_STRONG : STYLE_PLAIN,
		sure ? cells.queue : "");
	put_right(canvas, in, c->sql, STYLE_PLAIN, sure ? cells.sql : "");
	put_right(canvas, in, c->load, STYLE_PLAIN, sure ? cells.load : "");
	put_right(canvas, in, c->cert, cells.cert_days < CERT_SOON_DAYS ? STYLE_WARN : STYLE_PLAIN,
		sure ? cells.cert : "");
	canvas_put(canvas, column(in, c->verdict), 0, 0, style, says);
	put_right(canvas, in, c->age, STYLE_PLAIN, since ? since : "");
}

/* The cursor in the middle where the list is longer than its place. */
static int first_shown(int cursor, int count, int height)
{
	int top = cursor - height / 2;

	if (top > count - height)
		top = count - height;
	return top > 0 ? top : 0;
}

static void draw_rows(struct canvas *canvas, struct rect in, const struct frame *frame,
	const struct fleet_row *rows, int count, int cursor)
{
	struct fleet_columns columns = layout_fleet_columns(in.w);
	int height = count > in.h ? in.h - 1 : in.h; /* the last line says how many more */
	int top = first_shown(cursor, count, height), y;
	struct rect line;

	for (y = 0; y < height && top + y < count; y++) {
		line = rect_sub(in, 0, y, in.w, 1);
		draw_row(canvas, line, &columns, &rows[top + y], frame);
		if (top + y == cursor) {
			canvas_put(canvas, line, 0, 0, STYLE_STRONG, canvas->glyphs->cursor);
			canvas_cursor(canvas, line, 0);
		}
	}
	if (count > height)
		canvas_putf(canvas, in, 2, in.h - 1, STYLE_DIM, "rows %d to %d of %d", top + 1,
			top + height, count);
}

/* NGINX ✗ PHP-FPM in one line, then why. */
static void draw_selected(struct canvas *canvas, struct rect in, const struct fleet_row *row,
	const struct frame *frame)
{
	const struct verdict *v = row->verdict;
	int col = 1, i, y;
	size_t e;

	for (i = 0; i < CHAIN_NODES && v; i++) {
		col = show_health(canvas, in, col, 0,
			link_health(row->host, v, chain_links[i], frame));
		col = canvas_put(canvas, in, col + 1, 0, STYLE_STRONG, link_title(chain_links[i]));
		if (i < CHAIN_NODES - 1)
			col = canvas_putf(canvas, in, col + 1, 0, STYLE_FRAME, "%s%s ",
				canvas->glyphs->arrow, canvas->glyphs->arrow_head);
	}
	if (!v) {
		canvas_putf(canvas, in, 1, 0, STYLE_PLAIN, "%s: %s", row->host->target,
			show_way(row->host, frame));
		return;
	}
	canvas_putf(canvas, in, 1, 1, style_of(v->health), "%s", v->title);
	if (v->error)
		canvas_putf(canvas, in, 1, 2, STYLE_QUOTE, "said: %s", v->error);
	for (e = 0, y = v->error ? 3 : 2; e < v->evidence_count && y < in.h - (v->fix != NULL); e++, y++)
		canvas_putf(canvas, in, 1, y, STYLE_QUOTE, "%s %s: %s", canvas->glyphs->plus,
			show_file(v->evidence[e].source), show_gist(v->evidence[e].text));
	if (v->fix && y < in.h)
		canvas_putf(canvas, in, 1, y, STYLE_COMMAND, "next: %.*s",
			(int)strcspn(v->fix, "\n"), v->fix);
}

/* Who else shows the sign: the same cause, or the plugin it is about. */
static int draw_same_sign(struct canvas *canvas, struct rect in, const struct model *model,
	const struct fleet_row *row, struct arena *mem)
{
	const struct verdict *v;
	int y = 1;
	size_t i, k;

	for (i = 0; i < model->host_count; i++)
		for (k = 0; k < model->hosts[i]->site_count && y < in.h - 2; k++) {
			v = model->hosts[i]->sites[k].verdict;
			if (!v || !v->row || v == row->verdict || v->row != row->verdict->row)
				continue;
			canvas_putf(canvas, in, 1, y++, STYLE_PLAIN, "%s  %s", model->hosts[i]->target,
				site_short(mem, model->hosts[i]->sites[k].url));
		}
	if (y == 1)
		canvas_put(canvas, in, 1, y++, STYLE_DIM, "nowhere else");
	return y;
}

static void draw_side(struct canvas *canvas, struct rect in, const struct model *model,
	const struct fleet_row *row, const struct frame *frame)
{
	int y = 0, heading;
	size_t i;

	if (row && row->verdict && row->verdict->row) {
		canvas_put(canvas, in, 0, 0, STYLE_HEAD, "SAME CAUSE ELSEWHERE");
		y = draw_same_sign(canvas, in, model, row, frame->mem) + 1;
	}
	heading = y++;
	for (i = 0; i < model->host_count && y < in.h; i++) {
		struct fleet_row any = { .host = model->hosts[i] };
		struct fleet_cells cells = fleet_cells(&any, frame);

		if (cells.cert_days < CERT_SOON_DAYS)
			canvas_putf(canvas, in, 1, y++, STYLE_WARN, "%s  %lld days",
				model->hosts[i]->target, (long long)cells.cert_days);
	}
	if (y > heading + 1)
		canvas_put(canvas, in, 0, heading, STYLE_HEAD, "CERTIFICATES THAT END SOON");
}

static void draw_events(struct canvas *canvas, struct rect in, const struct model *model,
	const struct frame *frame)
{
	const struct model_host utc = { 0 }; /* happenings carry the console's clock */
	const struct happening *h;
	int y = 1, col;
	size_t i;

	if (in.h < 2)
		return;
	canvas_put(canvas, in, 1, 0, STYLE_HEAD, "EVENTS");
	for (i = 0; y < in.h && (h = timeline_newest(&model->timeline, i)) != NULL; i++, y++) {
		col = canvas_put(canvas, in, 1, y, STYLE_DIM, show_clock(&utc, frame, h->wall / 1000));
		show_health(canvas, in, col + 1, y, h->health);
		canvas_field(canvas, in, col + 5, y, 15, STYLE_PLAIN, h->host);
		canvas_putf(canvas, in, col + 21, y, STYLE_PLAIN, "%s%s%s",
			h->site ? site_short(frame->mem, h->site) : "", h->site ? ": " : "", h->text);
	}
	if (y == 1)
		canvas_put(canvas, in, 1, 1, STYLE_DIM, "nothing has changed since the console began");
}

static void draw_counts(struct canvas *canvas, const struct model *model,
	const struct frame *frame)
{
	struct fleet_counts n = fleet_count(model);
	const struct fleet_state *state = frame->state;
	const char *left = arena_printf(frame->mem, "wp502  FLEET  %zu hosts", model->host_count);
	const char *rest = arena_printf(frame->mem, "%zu ??  %zu !!  %zu ok%s", n.unknown, n.warn,
		n.ok, n.waiting ? arena_printf(frame->mem, "  %zu asking", n.waiting) : "");
	const char *down = n.broken ? arena_printf(frame->mem, "%zu BROKEN", n.broken) : "";
	const char *right = arena_printf(frame->mem, "%s%s%s%s%s", state->order ? "by " : "",
		state->order ? order_names[state->order] : "", state->order ? "  " : "",
		frame->live ? "" : "RECORDING  ", show_now(frame));

	int col = show_title(canvas, frame, left, HEALTH_BROKEN, down, right);

	canvas_field(canvas, frame->at.title, col + 2, 0, frame->at.title.w - text_width(right) - 2 -
		col - 2, STYLE_BAR, rest);
}

static void fleet_draw(const struct model *model, const struct frame *frame,
	struct canvas *canvas)
{
	const struct fleet_state *state = frame->state;
	struct fleet_layout at;
	struct fleet_columns columns;
	struct fleet_row *rows;
	size_t count;
	int cursor;

	rows = fleet_rows(model, state, frame->mem, &count);
	cursor = fleet_cursor(state, rows, count);
	at = layout_fleet(frame->at.body, (int)count);
	columns = layout_fleet_columns(at.head.w);
	draw_counts(canvas, model, frame);
	draw_head(canvas, at.head, &columns);
	draw_rows(canvas, at.rows, frame, rows, (int)count, cursor);
	if (cursor >= 0)
		draw_selected(canvas, at.selected, &rows[cursor], frame);
	else
		canvas_put(canvas, at.rows, 2, 0, STYLE_DIM, *state->filter || state->only_marked ?
			"nothing matches; Esc shows all again" : "no hosts");
	if (at.side.w)
		draw_side(canvas, at.side, model, cursor >= 0 ? &rows[cursor] : NULL, frame);
	draw_events(canvas, at.events, model, frame);
	if (*state->filter)
		canvas_putf(canvas, at.events, 20, 0, STYLE_MARKED, "filter: %s", state->filter);
	if (state->marked.count)
		canvas_putf(canvas, at.events, 50, 0, STYLE_MARKED, "marked: %zu%s",
			state->marked.count, state->only_marked ? ", only those" : "");
}

/* ---- wishes ---- */

static void move_to(struct ui *ui, struct fleet_state *state, const struct fleet_row *rows,
	size_t count, int to)
{
	if (!count)
		return;
	to = to < 0 ? 0 : to >= (int)count ? (int)count - 1 : to;
	state->host = rows[to].host->target;
	state->site = rows[to].site ? rows[to].site->url : NULL;
	ui_focus(ui, state->host, state->site);
}

static void typed_filter(struct ui *ui, const struct model *model, const char *text)
{
	(void)model;
	fleet_filter(ui, text);
}

bool fleet_filter(struct ui *ui, const char *text)
{
	struct fleet_state *state = ui_state(ui, &fleet_view);

	if (!state)
		return false;
	snprintf(state->filter, sizeof(state->filter), "%s", text);
	return true;
}

bool fleet_sort(struct ui *ui, const char *order)
{
	struct fleet_state *state = ui_state(ui, &fleet_view);
	int i;

	for (i = 0; i < FLEET_ORDERS && state; i++)
		if (!strcmp(order, order_names[i])) {
			state->order = (enum fleet_order)i;
			return true;
		}
	return false;
}

bool fleet_only_marked(struct ui *ui)
{
	struct fleet_state *state = ui_state(ui, &fleet_view);

	if (!state || !state->marked.count)
		return false;
	state->only_marked = !state->only_marked;
	return true;
}

/* Esc first takes away what hides rows. */
static bool show_all(struct fleet_state *state)
{
	bool hid = *state->filter || state->only_marked;

	*state->filter = '\0';
	state->only_marked = false;
	return hid;
}

static bool clicked(const struct frame *frame, const struct key *key, int count, int cursor,
	int *ret_row)
{
	struct fleet_layout at = layout_fleet(frame->at.body, count);
	int height = count > at.rows.h ? at.rows.h - 1 : at.rows.h;

	if (key->y < at.rows.y || key->y >= at.rows.y + height)
		return false;
	*ret_row = first_shown(cursor, count, height) + key->y - at.rows.y;
	return true;
}

/* Where a wish that only moves the cursor would take it. */
#define NOT_A_MOVE (-(1 << 30))
static int moved(enum wish wish, int cursor, int count, int page)
{
	switch (wish) {
	case WISH_DOWN: return cursor + 1;
	case WISH_UP: return cursor - 1;
	case WISH_PAGE_DOWN: return cursor + page;
	case WISH_PAGE_UP: return cursor - page;
	case WISH_FIRST: return 0;
	case WISH_LAST: return count - 1;
	default: return NOT_A_MOVE;
	}
}

static bool fleet_wish(struct ui *ui, const struct model *model, const struct frame *frame,
	void *view_state, enum wish wish, const struct key *key)
{
	struct fleet_state *state = view_state;
	size_t count;
	struct fleet_row *rows = fleet_rows(model, state, frame->mem, &count);
	int cursor = fleet_cursor(state, rows, count);
	int page = layout_fleet(frame->at.body, (int)count).rows.h - 1;
	int to = moved(wish, cursor, (int)count, page > 1 ? page : 1);

	if (key && key->code == KEY_CLICK && !clicked(frame, key, (int)count, cursor, &to))
		return true;
	if (to != NOT_A_MOVE) {
		move_to(ui, state, rows, count, to);
		return true;
	}
	move_to(ui, state, rows, count, cursor); /* what follows is about this row */
	switch (wish) {
	case WISH_OPEN:
		if (count)
			ui_push(ui, &chain_view);
		return true;
	case WISH_FOLD:
		if (count && rows[cursor].host->site_count > 1)
			fleet_toggle(&state->folded, rows[cursor].host->target);
		return true;
	case WISH_MARK:
		if (count)
			fleet_toggle(&state->marked, fleet_row_name(&rows[cursor]));
		return true;
	case WISH_SORT:
		state->order = (state->order + 1) % FLEET_ORDERS;
		return true;
	case WISH_FILTER:
		ui_ask(ui, "/", state->filter, typed_filter, true);
		return true;
	case WISH_BACK:
		return show_all(state);
	default:
		return false;
	}
}

const struct view fleet_view = { "fleet", IN_FLEET, fleet_open, fleet_close, fleet_draw,
	fleet_wish };
