/* One link of the chain: all it knows of itself, how old that is, and what it lacks. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "ui/chain_parts.h"
#include "ui/doc.h"
#include "ui/show.h"
#include "ui/ui.h"

struct link_state {
	int top;
};

static void *link_open(void)
{
	return xcalloc(1, sizeof(struct link_state));
}

static void add_head(struct doc *doc, const struct frame *frame, const struct subject *s)
{
	enum link link = frame->focus.link;
	enum health health = link_health(s->host, s->verdict, link, frame);
	const char *says = s->verdict && s->verdict->says[link] && !s->host->unreachable ?
		s->verdict->says[link] : "";
	int64_t age = host_age(s->host, frame);

	doc_start(doc, 0, style_of(health), doc_printf(doc, "%s %d %s  %s", health_letter(health),
		(int)link + 1, link_title(link), says));
	if (age >= 0)
		doc_start(doc, 1, host_stale(s->host, frame) ? STYLE_STALE : STYLE_DIM,
			doc_printf(doc, "the host last answered %s ago", show_age(frame, age)));
	else
		doc_start(doc, 1, STYLE_UNKNOWN, show_way(s->host, frame));
}

static void add_line(struct doc *doc, const struct frame *frame, const struct subject *s,
	const struct face_line *line, int width)
{
	bool stale = host_stale(s->host, frame);
	int64_t now = num_or(s->host->facts.host.now, 0);

	doc_start(doc, 1, style_of(stale && line->health == HEALTH_OK ? HEALTH_STALE :
		line->health), health_letter(stale && line->health == HEALTH_OK ? HEALTH_STALE :
		line->health));
	doc_add(doc, 5, STYLE_DIM, line->label);
	doc_add_text(doc, width + 7, line->health == HEALTH_OK ? STYLE_PLAIN : style_of(line->health),
		doc_printf(doc, "%s%s%s%s", line->value ? line->value : "?", line->unit ? " " : "",
			line->unit ? line->unit : "", line->at.known && now ? doc_printf(doc,
			"   (%s ago)", show_age(frame, now - line->at.v)) : ""));
}

static void add_facts(struct doc *doc, const struct frame *frame, const struct subject *s)
{
	struct face face = { .mem = frame->mem };
	int width = 8, w;
	size_t i;

	doc_head(doc, "FACTS");
	if (s->site && s->site->view.url && frame->face)
		frame->face(frame->focus.link, &s->site->view, &face);
	for (i = 0; i < face.count; i++) {
		w = text_width(face.lines[i].label);
		width = w > width ? w : width;
	}
	for (i = 0; i < face.count; i++)
		add_line(doc, frame, s, &face.lines[i], width > 28 ? 28 : width);
	if (!face.count)
		doc_start(doc, 1, STYLE_UNKNOWN, "nothing is known of it");
}

static void add_proof(struct doc *doc, const struct frame *frame, const struct subject *s)
{
	const struct verdict *v = s->verdict;
	size_t i;

	if (!v || v->link != frame->focus.link || !v->row)
		return;
	doc_head(doc, "HERE IS THE CAUSE");
	doc_start(doc, 1, style_of(v->health), v->title);
	for (i = 0; i < v->evidence_count; i++) {
		doc_start(doc, 1, STYLE_DIM, v->evidence[i].source);
		doc_quote(doc, 3, STYLE_QUOTE, v->evidence[i].text);
	}
}

static void add_missing(struct doc *doc, const struct frame *frame, const struct subject *s)
{
	const struct chain_facts *facts = &s->host->facts;
	size_t i;

	(void)frame;
	if (!facts->missing_count)
		return;
	doc_head(doc, "COULD NOT BE READ on this host");
	for (i = 0; i < facts->missing_count; i++)
		doc_text(doc, 1, STYLE_UNKNOWN, doc_printf(doc, "%s: %s", facts->missing[i].what,
			facts->missing[i].why));
}

static void write(struct doc *doc, const struct frame *frame, const struct subject *s, int width)
{
	doc_init(doc, frame->mem, width);
	add_head(doc, frame, s);
	add_proof(doc, frame, s);
	add_facts(doc, frame, s);
	add_missing(doc, frame, s);
}

static void link_draw(const struct model *model, const struct frame *frame,
	struct canvas *canvas)
{
	const struct link_state *state = frame->state;
	struct rect in = rect_sub(frame->at.body, 1, 0, frame->at.body.w - 2, frame->at.body.h);
	struct subject s = subject_of(model, &frame->focus);
	struct doc doc;

	subject_title(canvas, frame, &s, link_title(frame->focus.link));
	if (!s.host)
		return;
	write(&doc, frame, &s, in.w);
	doc_draw(&doc, canvas, in, state->top);
}

static bool link_wish(struct ui *ui, const struct model *model, const struct frame *frame,
	void *view_state, enum wish wish, const struct key *key)
{
	struct link_state *state = view_state;
	struct subject s = subject_of(model, &frame->focus);
	struct doc doc;

	(void)key;
	if (!s.host)
		return false;
	if (wish == WISH_LEFT || wish == WISH_RIGHT || (wish >= WISH_LINK_1 && wish <= WISH_LINK_8)) {
		state->top = 0;
		return chain_view.wish(ui, model, frame, NULL, wish, NULL);
	}
	write(&doc, frame, &s, frame->at.body.w - 2);
	return doc_scroll(&state->top, wish, &doc, frame->at.body.h);
}

const struct view link_view = { "link", IN_LINK, link_open, free, link_draw, link_wish };
