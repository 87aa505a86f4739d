#include <string.h>

#include "base/text.h"
#include "ui/chain_parts.h"
#include "ui/show.h"
#include "ui/ui.h"

struct subject subject_of(const struct model *model, const struct focus *focus)
{
	struct subject s = { 0 };

	s.host = focus_host(model, focus);
	if (!s.host)
		return s;
	s.site = focus_site(s.host, focus);
	s.verdict = site_verdict(s.host, s.site);
	return s;
}

const char *subject_which(const struct subject *s, const struct frame *frame)
{
	if (!s->site || s->host->site_count < 2)
		return "";
	return arena_printf(frame->mem, " (%zu of %zu)", (size_t)(s->site - s->host->sites) + 1,
		s->host->site_count);
}

/* What is known is too old to be called now. */
static bool is_old(const struct subject *s, const struct frame *frame)
{
	return s->verdict && !s->host->unreachable && host_stale(s->host, frame);
}

static const char *state_word(const struct subject *s, const struct frame *frame)
{
	static const char *const words[] = { "UNKNOWN", "well", "WARN", "BROKEN", "AFFECTED", "STALE",
		"ABSENT" };
	const char *since = show_since(s->host, s->verdict, frame);

	if (!s->verdict)
		return "asking";
	if (is_old(s, frame))
		return arena_printf(frame->mem, "was %s %s ago", words[s->verdict->health],
			show_age(frame, host_age(s->host, frame)));
	return arena_printf(frame->mem, "%s%s%s", words[s->verdict->health], since ? " " : "",
		since ? since : "");
}

void subject_title(struct canvas *canvas, const struct frame *frame, const struct subject *s,
	const char *screen)
{
	const char *left, *right, *way;

	if (!s->host) {
		show_title(canvas, frame, "wp502", HEALTH_UNKNOWN, "no host", show_now(frame));
		return;
	}
	way = show_way(s->host, frame);
	left = arena_printf(frame->mem, "%s%s%s%s%s%s", *screen ? screen : "", *screen ? "  " : "",
		s->host->target, s->site ? "  " : "",
		s->site ? site_short(frame->mem, s->site->url) : "", subject_which(s, frame));
	right = arena_printf(frame->mem, "%s%s%s", strcmp(way, "live") ? way : "",
		strcmp(way, "live") ? "  " : "", show_now(frame));
	show_title(canvas, frame, left, !s->verdict ? HEALTH_UNKNOWN : is_old(s, frame) ?
		HEALTH_STALE : s->verdict->health, state_word(s, frame), right);
}

/* ---- nodes and arrows ---- */

static bool names_arrow(const char *arrow, enum link from, enum link to)
{
	size_t len = strlen(link_name(from));

	return arrow && !strncmp(arrow, link_name(from), len) && arrow[len] == '>' &&
	       !strcmp(arrow + len + 1, link_name(to));
}

/* Which of the four arrows is the first broken one; -1: none of them. Where the CDN is
 * absent, visitor>nginx is the arrow that ends at Nginx. */
static int broken_arrow(const struct verdict *v)
{
	int i;

	if (!v || !v->arrow)
		return -1;
	for (i = 0; i < CHAIN_NODES - 1; i++)
		if (names_arrow(v->arrow, chain_links[i], chain_links[i + 1]))
			return i;
	if (names_arrow(v->arrow, LINK_VISITOR, LINK_NGINX))
		return 1;
	return -1;
}

/* What a node without a verdict shows: whether it has answered. */
static const char *waiting_word(const struct subject *s, enum link link)
{
	const char *state = s->host->link.state;

	if (link == LINK_VISITOR || link == LINK_CDN)
		return "asking";
	if (!state || strcmp(state, "live") != 0)
		return "";
	return s->host->pending & (1u << link) ? "asking" : "read";
}

static const char *node_says(const struct subject *s, enum link link)
{
	if (s->host->unreachable)
		return "";
	if (!s->verdict)
		return waiting_word(s, link);
	return s->verdict->says[link] ? s->verdict->says[link] : "";
}

/* As many words as fit; a first one that does not fit is cut by the canvas. */
static const char *whole_words(const struct frame *frame, const char *text, int columns)
{
	size_t fit = columns > 0 ? text_fit(text, columns) : 0, end = fit;

	if (!text[fit])
		return text;
	while (end && text[end] != ' ')
		end--;
	if (end > 3 && (!strncmp(text + end - 3, " in", 3) || !strncmp(text + end - 3, " of", 3)))
		end -= 3; /* "11 of" says less than "11" */
	while (end && strchr(" ,;:", text[end - 1]))
		end--;
	return end ? arena_strndup(frame->mem, text, end) : text;
}

static void draw_node(struct canvas *canvas, struct rect box, const struct frame *frame,
	const struct subject *s, int i)
{
	static const char *const names[] = { "VISITOR", "CDN", "NGINX", "PHP-FPM", "MYSQL" };
	enum link link = chain_links[i];
	enum health health = link_health(s->host, s->verdict, link, frame);
	bool bad = health == HEALTH_BROKEN, here = frame->focus.link == link;
	struct rect in = rect_sub(box, 1, 1, box.w - 2, box.h - 2);
	int pad = box.w >= 16, col;

	canvas_box(canvas, box, bad ? STYLE_BROKEN : STYLE_FRAME, bad);
	canvas_putf(canvas, in, pad, 0, health == HEALTH_ABSENT ? STYLE_DIM : STYLE_STRONG, "%s%s",
		box.w >= 12 ? arena_printf(frame->mem, "%d ", i + 1) : "", names[i]);
	if (here)
		canvas_cursor(canvas, in, 0);
	col = show_health(canvas, in, pad, 1, health);
	if (health != HEALTH_ABSENT || in.w > 7)
		canvas_put(canvas, in, col + 1, 1, bad ? STYLE_BROKEN : STYLE_PLAIN,
			whole_words(frame, node_says(s, link), in.w - col - 1));
}

static void draw_arrow(struct canvas *canvas, struct rect at, const struct frame *frame,
	const struct subject *s, int i)
{
	const struct glyphs *g = canvas->glyphs;
	int broken = broken_arrow(s->verdict), head = at.w - 1;
	bool cut = i == broken, behind = (broken >= 0 && i > broken) || !s->verdict ||
		   s->host->unreachable || host_stale(s->host, frame);
	struct rect shaft = rect_sub(at, 0, 0, head, 1);

	if (cut) {
		canvas_fill(canvas, shaft, STYLE_BROKEN, g->cut);
		canvas_put(canvas, at, head / 2, 0, STYLE_BROKEN, g->cut_mark);
		canvas_put(canvas, at, head, 0, STYLE_BROKEN, g->cut_head);
	} else {
		canvas_fill(canvas, shaft, behind ? STYLE_DIM : STYLE_FRAME,
			behind ? g->faint : g->arrow);
		canvas_put(canvas, at, head, 0, behind ? STYLE_DIM : STYLE_FRAME,
			behind ? g->faint_head : g->arrow_head);
	}
}

/* Facts that do not look well come first: three lines must say what matters. */
static int by_gravity(enum health health)
{
	switch (health) {
	case HEALTH_BROKEN: return 0;
	case HEALTH_WARN: return 1;
	case HEALTH_UNKNOWN: return 3;
	default: return 2;
	}
}

static void put_fact(struct canvas *canvas, struct rect in, int row, const struct face_line *line,
	bool stale)
{
	unsigned style = stale ? STYLE_STALE : line->health == HEALTH_OK ? STYLE_PLAIN :
		style_of(line->health);
	int label = text_width(line->label), value = text_width(line->value) +
		(line->unit ? text_width(line->unit) + 1 : 0), col = 0;

	if (label + 1 + value > in.w) /* the value is what counts */
		label = in.w - value - 1 < 5 ? 0 : in.w - value - 1;
	if (label)
		col = canvas_field(canvas, in, 0, row, label, STYLE_DIM, line->label) + 1;
	col = canvas_put(canvas, in, col, row, style, line->value);
	if (line->unit)
		canvas_put(canvas, in, col + 1, row, style, line->unit);
}

static void draw_facts(struct canvas *canvas, struct rect in, const struct frame *frame,
	const struct subject *s, enum link link)
{
	struct face face = { .mem = frame->mem };
	bool stale = host_stale(s->host, frame);
	int pass, row = 0;
	size_t i;

	if (!in.h || !s->site || !s->site->view.url || !frame->face)
		return;
	frame->face(link, &s->site->view, &face);
	for (pass = 0; pass < 4; pass++)
		for (i = 0; i < face.count && row < in.h; i++)
			if (by_gravity(face.lines[i].health) == pass)
				put_fact(canvas, in, row++, &face.lines[i], stale);
}

void chain_nodes(struct canvas *canvas, const struct chain_layout *at, const struct frame *frame,
	const struct subject *s)
{
	int i;

	for (i = 0; i < CHAIN_NODES; i++) {
		draw_node(canvas, at->box[i], frame, s, i);
		draw_facts(canvas, at->facts[i], frame, s, chain_links[i]);
		if (i < CHAIN_NODES - 1)
			draw_arrow(canvas, at->arrow[i], frame, s, i);
	}
}

void chain_beside(struct canvas *canvas, struct rect in, const struct frame *frame,
	const struct subject *s)
{
	static const enum link links[] = { LINK_REDIS, LINK_WORDPRESS, LINK_HOST };
	static const char *const names[] = { "6 REDIS", "7 WORDPRESS", "8 HOST" };
	int i, col, width = (in.w - 2) / 3;
	struct rect third;
	enum health health;

	for (i = 0; i < 3; i++) {
		third = rect_sub(in, 1 + i * width, 0, width - 1, 1);
		health = link_health(s->host, s->verdict, links[i], frame);
		col = canvas_put(canvas, third, 0, 0, STYLE_STRONG, names[i]);
		if (frame->focus.link == links[i])
			canvas_cursor(canvas, rect_sub(third, 0, 0, col, 1), 0);
		col = show_health(canvas, third, col + 1, 0, health);
		canvas_put(canvas, third, col + 1, 0,
			health == HEALTH_BROKEN ? STYLE_BROKEN : STYLE_PLAIN,
			whole_words(frame, node_says(s, links[i]), third.w - col - 1));
	}
}

static void chain_draw(const struct model *model, const struct frame *frame,
	struct canvas *canvas)
{
	struct chain_layout at = layout_chain(frame->at.body);
	struct subject s = subject_of(model, &frame->focus);

	subject_title(canvas, frame, &s, "");
	if (!s.host)
		return;
	chain_nodes(canvas, &at, frame, &s);
	chain_beside(canvas, at.beside, frame, &s);
	chain_verdict(canvas, at.verdict, frame, &s);
	if (at.side[0].w) {
		chain_workers(canvas, at.side[0], frame, &s);
		chain_around(canvas, at.side[1], frame, &s);
	}
}

/* ---- wishes ---- */

static bool chain_wish(struct ui *ui, const struct model *model, const struct frame *frame,
	void *state, enum wish wish, const struct key *key)
{
	struct chain_layout at = layout_chain(frame->at.body);
	enum link link = frame->focus.link;
	int i;

	(void)model;
	(void)state;
	if (wish >= WISH_LINK_1 && wish <= WISH_LINK_8) {
		ui_focus_link(ui, (enum link)(wish - WISH_LINK_1));
		return true;
	}
	for (i = 0; key && key->code == KEY_CLICK && i < CHAIN_NODES; i++)
		if (key->x >= at.box[i].x && key->x < at.box[i].x + at.box[i].w &&
		    key->y >= at.box[i].y && key->y < at.box[i].y + at.box[i].h)
			ui_focus_link(ui, chain_links[i]);
	switch (wish) {
	case WISH_LEFT:
	case WISH_UP:
		ui_focus_link(ui, link > 0 ? link - 1 : LINK_HOST);
		return true;
	case WISH_RIGHT:
	case WISH_DOWN:
		ui_focus_link(ui, link < LINK_HOST ? link + 1 : LINK_VISITOR);
		return true;
	case WISH_OPEN:
		ui_push(ui, &link_view);
		return true;
	default:
		return false;
	}
}

const struct view chain_view = { "chain", IN_CHAIN, NULL, NULL, chain_draw, chain_wish };
