/*
 * The verdict in as many lines as there are. Where all of it fits it is written out; else
 * each proof gets one line, its meaning first, and what can be read in the cause view
 * (v) gives way: verdict, arrow, proof and the next step never do.
 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "ui/chain_parts.h"
#include "ui/doc.h"
#include "ui/show.h"

#define WORD 9 /* columns of the word in front */

static const char *arrow_words(const struct frame *frame, const char *arrow)
{
	const char *to = strchr(arrow, '>');
	int from, i, at = -1, end = -1;

	for (i = 0; to && i < LINKS; i++) {
		from = (int)strlen(link_name((enum link)i));
		if (from == to - arrow && !strncmp(arrow, link_name((enum link)i), (size_t)from))
			at = i;
		if (!strcmp(to + 1, link_name((enum link)i)))
			end = i;
	}
	if (at < 0 || end < 0)
		return arrow;
	return arena_printf(frame->mem, "%s > %s", link_title((enum link)at),
		link_title((enum link)end));
}

static void add_headline(struct doc *doc, const struct frame *frame, const struct subject *s,
	int lines)
{
	const struct verdict *v = s->verdict;
	bool old = host_stale(s->host, frame) && !s->host->unreachable;

	doc_start(doc, 0, STYLE_HEAD, "VERDICT");
	doc_add_text(doc, WORD, old ? (unsigned)STYLE_STALE : style_of(v->health), old ?
		doc_printf(doc, "%s ago: %s", show_age(frame, host_age(s->host, frame)), v->title) :
		v->title);
	if (doc->count > (size_t)lines)
		doc_cut(doc, (size_t)lines);
}

static void add_arrow(struct doc *doc, const struct frame *frame, const struct subject *s)
{
	const struct verdict *v = s->verdict;
	const char *since = show_since(s->host, v, frame), *text;

	if (!v->row)
		return;
	text = doc_printf(doc, "%s%s%s   confidence %.2f%s%s", v->cause, v->arrow ? "   " : "",
		v->arrow ? arrow_words(frame, v->arrow) : "", v->confidence,
		since ? "   since " : "", since ? show_clock(s->host, frame, v->since.v) : "");
	doc_start(doc, WORD, STYLE_STRONG, text);
}

static void add_evidence(struct doc *doc, const struct frame *frame, const struct subject *s,
	const struct evidence *e, int lines)
{
	size_t before = doc->count;
	const char *when = e->at.known ? show_clock(s->host, frame, e->at.v) : "";
	int col = 3;

	doc_start(doc, 1, STYLE_OK, "+");
	if (*when) {
		doc_add(doc, col, STYLE_DIM, when);
		col += text_width(when) + 1;
	}
	doc_add(doc, col, STYLE_DIM, show_file(e->source));
	col += text_width(show_file(e->source)) + 2;
	if (lines == 1) {
		doc_add(doc, col, STYLE_QUOTE, show_gist(e->text));
		return;
	}
	if (col + text_width(e->text) <= doc->width)
		doc_add(doc, col, STYLE_QUOTE, e->text);
	else
		doc_quote(doc, 5, STYLE_QUOTE, lines == 2 ? show_gist(e->text) : e->text);
	if (doc->count > before + (size_t)lines)
		doc_cut(doc, before + (size_t)lines);
}

static void add_ruled_out(struct doc *doc, const struct verdict *v, bool whole)
{
	struct buf line;
	size_t i;

	if (!v->ruled_out_count || !v->row)
		return;
	if (whole) {
		for (i = 0; i < v->ruled_out_count; i++) {
			doc_start(doc, 1, STYLE_DIM, "-");
			doc_add_text(doc, 3, STYLE_DIM, doc_printf(doc, "not %s: %s",
				v->ruled_out[i].cause, v->ruled_out[i].because));
		}
		return;
	}
	buf_init(&line, 1024);
	for (i = 0; i < v->ruled_out_count; i++)
		buf_addf(&line, "%snot %s", i ? ", " : "", v->ruled_out[i].cause);
	doc_start(doc, 1, STYLE_DIM, "-");
	doc_add(doc, 3, STYLE_DIM, arena_strdup(doc->mem, line.data));
	buf_release(&line);
}

/* At most `lines` lines of what is to be done. */
static void add_fix(struct doc *doc, const char *fix, int lines)
{
	size_t before = doc->count;

	doc_start(doc, 0, STYLE_HEAD, "DO NEXT");
	doc_add_text(doc, WORD, STYLE_COMMAND, fix);
	if (doc->count > before + (size_t)lines)
		doc_cut(doc, before + (size_t)lines);
}

static void add_wrong(struct doc *doc, const struct verdict *v, int lines)
{
	size_t before = doc->count;

	if (!v->wrong_fix || !v->row)
		return;
	doc_start(doc, 0, STYLE_HEAD, "NOT THIS");
	doc_add_text(doc, WORD, STYLE_DANGER, v->wrong_fix);
	if (doc->count > before + (size_t)lines)
		doc_cut(doc, before + (size_t)lines);
}

static void add_more(struct doc *doc, const struct frame *frame, const struct subject *s)
{
	const struct verdict *v = s->verdict;
	size_t i;

	for (i = 0; i < v->recovered_count; i++) {
		doc_start(doc, 0, STYLE_HEAD, i ? "" : "BEFORE");
		doc_add(doc, WORD, STYLE_PLAIN, doc_printf(doc, "%s from %s to %s, over now",
			v->recovered[i].cause->title,
			show_clock(s->host, frame, v->recovered[i].from.v),
			show_clock(s->host, frame, v->recovered[i].to.v)));
	}
	for (i = 0; i < v->rival_count && v->row; i++) {
		doc_start(doc, 0, STYLE_HEAD, i ? "" : "RIVALS");
		doc_add_text(doc, WORD, STYLE_DIM, doc_printf(doc, "%.2f %s: %s",
			v->rivals[i].confidence, v->rivals[i].cause->title, v->rivals[i].why_not));
	}
}

static void add_unknown(struct doc *doc, const struct subject *s)
{
	const struct verdict *v = s->verdict;
	size_t i;

	if (v->error) {
		doc_start(doc, 1, STYLE_DIM, "said");
		doc_add_quote(doc, WORD, STYLE_QUOTE, v->error);
	}
	for (i = 0; i < v->rival_count && i < 3 && !v->row && v->health == HEALTH_UNKNOWN; i++) {
		doc_start(doc, 1, STYLE_UNKNOWN, "?");
		doc_add_text(doc, 3, STYLE_PLAIN, doc_printf(doc, "%.2f %s: %s",
			v->rivals[i].confidence, v->rivals[i].cause->title, v->rivals[i].why_not));
	}
	if (s->host->unreachable && s->host->link.advice) {
		doc_start(doc, 0, STYLE_HEAD, "DO NEXT");
		doc_add_text(doc, WORD, STYLE_COMMAND, s->host->link.advice);
	}
}

static void add_unsettled(struct doc *doc, const struct subject *s)
{
	struct buf line;
	int i, n = 0;

	/* a page that is asked anew each minute is not news */
	if (s->verdict->settled || s->host->unreachable || !s->host->pending)
		return;
	buf_init(&line, 512);
	for (i = 0; i < LINKS; i++)
		if (s->host->pending & (1u << i))
			buf_addf(&line, "%s%s", n++ ? ", " : "", link_title((enum link)i));
	doc_start(doc, WORD, STYLE_UNKNOWN, doc_printf(doc, "so far: %s still to answer",
		line.data ? line.data : ""));
	buf_release(&line);
}

/* How much is written: from all of it down to one line a proof. */
struct measure {
	int headline, proof, fix, wrong; /* lines each at most */
	bool reasons;                    /* why others are ruled out, rivals, what was before */
	bool gap;                        /* a blank line before what is to be done */
};

static const struct measure measures[] = {
	{ 9, 99, 99, 99, true, true }, { 9, 3, 99, 99, true, true }, { 2, 3, 99, 99, false, true },
	{ 2, 2, 9, 3, false, true },   { 2, 2, 3, 2, false, true },  { 2, 1, 3, 2, false, true },
	{ 2, 1, 3, 1, false, true },   { 2, 1, 3, 1, false, false }, { 1, 1, 2, 1, false, false },
};
#define MEASURES ((int)(sizeof(measures) / sizeof(*measures)))

static void write_verdict(struct doc *doc, const struct frame *frame, const struct subject *s,
	const struct measure *m, int proofs)
{
	const struct verdict *v = s->verdict;
	int i;

	add_headline(doc, frame, s, m->headline);
	add_unsettled(doc, s);
	add_arrow(doc, frame, s);
	add_unknown(doc, s);
	for (i = 0; i < (int)v->evidence_count && i < proofs; i++)
		add_evidence(doc, frame, s, &v->evidence[i], m->proof);
	add_ruled_out(doc, v, m->reasons);
	if (m->gap)
		doc_blank(doc);
	if (v->fix && v->row)
		add_fix(doc, v->fix, m->fix);
	add_wrong(doc, v, m->wrong);
	if (m->reasons)
		add_more(doc, frame, s);
}

/* The fullest measure that fits; in the smallest, proofs give way down to three. */
static void write_to_fit(struct doc *doc, const struct frame *frame, const struct subject *s,
	struct rect room)
{
	int proofs = (int)s->verdict->evidence_count, i;

	for (i = 0; i < MEASURES; i++) {
		doc_init(doc, frame->mem, room.w);
		write_verdict(doc, frame, s, &measures[i], proofs);
		if ((int)doc->count <= room.h)
			return;
	}
	while ((int)doc->count > room.h && proofs-- > 3) {
		doc_init(doc, frame->mem, room.w);
		write_verdict(doc, frame, s, &measures[MEASURES - 1], proofs);
	}
}

static void write_waiting(struct doc *doc, const struct frame *frame, const struct subject *s,
	const char *turn)
{
	const char *state = s->host->link.state;
	int i, answered = 0;

	doc_start(doc, 0, STYLE_HEAD, "VERDICT");
	doc_add(doc, WORD, STYLE_UNKNOWN, turn);
	if (!state || strcmp(state, "live") != 0) {
		doc_add(doc, WORD + 2, STYLE_UNKNOWN, show_way(s->host, frame));
		if (s->host->link.address)
			doc_start(doc, WORD + 2, STYLE_DIM, doc_printf(doc, "to %s%s%s",
				s->host->link.address, s->host->link.transport ? " over " : "",
				s->host->link.transport ? s->host->link.transport : ""));
		return;
	}
	for (i = 0; i < LINKS; i++)
		answered += i != LINK_VISITOR && !(s->host->pending & (1u << i));
	doc_add(doc, WORD + 2, STYLE_UNKNOWN, doc_printf(doc,
		"none yet: %d of %d links have answered, logged in %s ago", answered, LINKS - 1,
		show_age(frame, (frame->wall - s->host->link.since) / 1000)));
}

void chain_verdict(struct canvas *canvas, struct rect in, const struct frame *frame,
	const struct subject *s)
{
	struct rect room = rect_sub(in, 1, 0, in.w - 2, in.h);
	struct doc doc;

	doc_init(&doc, frame->mem, room.w);
	if (!s->verdict) {
		write_waiting(&doc, frame, s, canvas->glyphs->spinner[frame->wall / 250 % 4]);
	} else {
		write_to_fit(&doc, frame, s, room);
	}
	if ((int)doc.count > room.h)
		doc.count = (size_t)room.h;
	doc_draw(&doc, canvas, room, 0);
}
