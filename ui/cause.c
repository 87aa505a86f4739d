/*
 * The whole sheet. Two columns where there is width: on the left what is wrong and the
 * proof, on the right what to do. In one column the order is that of the questions asked
 * at three in the morning: what, is it sure, what do I type, what must I not do.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "ui/chain_parts.h"
#include "ui/doc.h"
#include "ui/show.h"
#include "ui/sizing.h"
#include "ui/ui.h"

struct cause_state {
	int top;
};

static void *cause_open(void)
{
	return xcalloc(1, sizeof(struct cause_state));
}

static void add_what(struct doc *doc, const struct frame *frame, const struct subject *s)
{
	const struct verdict *v = s->verdict;
	const char *since = show_since(s->host, v, frame);

	doc_start(doc, 0, style_of(v->health), doc_printf(doc, "%s %s",
		health_letter(v->health), v->title));
	doc_start(doc, 1, STYLE_DIM, doc_printf(doc, "%s%s%s%s%s   confidence %.2f", v->cause,
		v->arrow ? "   first broken arrow " : "", v->arrow ? v->arrow : "",
		since ? "   since " : "", since ? since : "", v->confidence));
	if (!v->settled && !s->host->unreachable)
		doc_start(doc, 1, STYLE_UNKNOWN, "so far: not everything has answered yet");
	if (v->row && v->row->plain)
		doc_text(doc, 1, STYLE_PLAIN, v->row->plain);
	if (v->error) {
		doc_head(doc, "SAID");
		doc_quote(doc, 1, STYLE_QUOTE, v->error);
	}
	if (s->host->unreachable && s->host->link.advice)
		doc_text(doc, 1, STYLE_COMMAND, s->host->link.advice);
}

static void add_proof(struct doc *doc, const struct frame *frame, const struct subject *s)
{
	static const char *const kinds[] = { "state", "log", "answer" };
	const struct verdict *v = s->verdict;
	size_t i;

	if (v->evidence_count)
		doc_head(doc, "PROOF");
	for (i = 0; i < v->evidence_count; i++) {
		doc_start(doc, 1, STYLE_STRONG, doc_printf(doc, "%zu", i + 1));
		doc_add(doc, 3, STYLE_DIM, doc_printf(doc, "%s  %s  %s",
			v->evidence[i].at.known ? show_clock(s->host, frame, v->evidence[i].at.v) : "",
			kinds[v->evidence[i].kind], v->evidence[i].source));
		doc_quote(doc, 3, STYLE_QUOTE, v->evidence[i].text);
	}
}

static void add_ruled_out(struct doc *doc, const struct verdict *v)
{
	size_t i;

	if (!v->ruled_out_count)
		return;
	doc_head(doc, "RULED OUT");
	for (i = 0; i < v->ruled_out_count; i++) {
		doc_start(doc, 1, STYLE_PLAIN, v->ruled_out[i].cause);
		doc_add_text(doc, 24, STYLE_DIM, v->ruled_out[i].because);
	}
}

static void add_rivals(struct doc *doc, const struct verdict *v)
{
	size_t i;

	if (v->rival_count) {
		doc_head(doc, "RIVALS, and why not");
		for (i = 0; i < v->rival_count; i++) {
			doc_start(doc, 1, STYLE_PLAIN, doc_printf(doc, "%.2f  %s",
				v->rivals[i].confidence, v->rivals[i].cause->title));
			doc_text(doc, 7, STYLE_DIM, v->rivals[i].why_not);
		}
	}
	if (v->changes_mind) {
		doc_head(doc, "WOULD CHANGE THE VERDICT");
		doc_text(doc, 1, STYLE_PLAIN, v->changes_mind);
	}
}

static void add_fix(struct doc *doc, const struct verdict *v)
{
	if (v->fix && v->row) {
		doc_head(doc, "FIX");
		doc_text(doc, 1, STYLE_COMMAND, v->fix);
	}
	if (v->wrong_fix && v->row) {
		doc_head(doc, "NOT THIS");
		doc_text(doc, 1, STYLE_DANGER, v->wrong_fix);
	}
	if (v->actions && *v->actions) {
		doc_head(doc, "ACTIONS THAT FIT");
		doc_text(doc, 1, STYLE_PLAIN, v->actions);
	}
}

static double gigabytes(int64_t kb)
{
	return (double)kb / (1024 * 1024);
}

static void add_sizing(struct doc *doc, const struct subject *s)
{
	const struct fpm_pool *pool = s->site ? s->site->view.pool : NULL;
	struct sizing z = sizing_of(s->host, pool);
	int64_t tries[5];
	int i;

	if (!z.known || !s->verdict->row)
		return;
	doc_head(doc, "SIZE OF THE POOL");
	doc_text(doc, 1, STYLE_PLAIN, doc_printf(doc, "RAM %.1f - system %.1f - MySQL %.1f - Redis "
		"%.1f - Nginx %.1f = %.1f GB for PHP", gigabytes(z.ram_kb),
		gigabytes(SIZING_SYSTEM_KB), gigabytes(z.mysql_kb), gigabytes(z.redis_kb),
		gigabytes(z.nginx_kb), gigabytes(z.left_kb)));
	doc_text(doc, 1, STYLE_PLAIN, doc_printf(doc, "a worker takes %lld MB%s: at most %lld, "
		"%lld suggested (a quarter kept back)%s", (long long)z.worker_kb / 1024,
		z.by_rss ? " (RSS: shared memory counted in each)" : " (PSS)", (long long)z.most,
		(long long)z.suggested, z.now ? doc_printf(doc, "; now %lld", (long long)z.now) : ""));
	tries[0] = z.now ? z.now : z.suggested / 2;
	tries[1] = z.suggested;
	tries[2] = z.most;
	tries[3] = z.most * 3 / 2;
	tries[4] = 200;
	doc_start(doc, 1, STYLE_DIM, "what if");
	for (i = 0; i < 5; i++)
		if (tries[i] > 0 && (i < 4 || z.most < 150))
			doc_start(doc, 3, STYLE_PLAIN, doc_printf(doc, "%4lld  %s",
				(long long)tries[i], sizing_what_if(&z, tries[i], doc->mem)));
}

static void add_before(struct doc *doc, const struct frame *frame, const struct subject *s)
{
	const struct verdict *v = s->verdict;
	size_t i;

	if (v->recovered_count)
		doc_head(doc, "OVER NOW");
	for (i = 0; i < v->recovered_count; i++)
		doc_text(doc, 1, STYLE_PLAIN, doc_printf(doc, "%s: from %s to %s",
			v->recovered[i].cause->title, show_clock(s->host, frame,
			v->recovered[i].from.v), show_clock(s->host, frame, v->recovered[i].to.v)));
}

static void write_left(struct doc *doc, const struct frame *frame, const struct subject *s)
{
	add_what(doc, frame, s);
	add_proof(doc, frame, s);
	add_ruled_out(doc, s->verdict);
}

static void write_right(struct doc *doc, const struct frame *frame, const struct subject *s)
{
	add_fix(doc, s->verdict);
	add_sizing(doc, s);
	add_rivals(doc, s->verdict);
	add_before(doc, frame, s);
}

static void write_one(struct doc *doc, const struct frame *frame, const struct subject *s)
{
	add_what(doc, frame, s);
	add_proof(doc, frame, s);
	add_fix(doc, s->verdict);
	add_ruled_out(doc, s->verdict);
	add_rivals(doc, s->verdict);
	add_sizing(doc, s);
	add_before(doc, frame, s);
}

static void write(struct doc *left, struct doc *right, const struct sheet_layout *at,
	const struct frame *frame, const struct subject *s)
{
	doc_init(left, frame->mem, at->left.w);
	doc_init(right, frame->mem, at->right.w);
	if (!s->verdict) {
		doc_start(left, 0, STYLE_UNKNOWN, "nothing has been concluded yet");
	} else if (at->right.w) {
		write_left(left, frame, s);
		write_right(right, frame, s);
	} else {
		write_one(left, frame, s);
	}
}

static void cause_draw(const struct model *model, const struct frame *frame,
	struct canvas *canvas)
{
	const struct cause_state *state = frame->state;
	struct sheet_layout at = layout_sheet(frame->at.body);
	struct subject s = subject_of(model, &frame->focus);
	struct doc left, right;

	subject_title(canvas, frame, &s, "CAUSE");
	if (!s.host)
		return;
	write(&left, &right, &at, frame, &s);
	doc_draw(&left, canvas, at.left, state->top);
	doc_draw(&right, canvas, at.right, state->top);
}

static bool cause_wish(struct ui *ui, const struct model *model, const struct frame *frame,
	void *view_state, enum wish wish, const struct key *key)
{
	struct cause_state *state = view_state;
	struct sheet_layout at = layout_sheet(frame->at.body);
	struct subject s = subject_of(model, &frame->focus);
	struct doc left, right;

	(void)ui;
	(void)key;
	if (!s.host)
		return false;
	write(&left, &right, &at, frame, &s);
	return doc_scroll(&state->top, wish, at.right.w && right.count > left.count ? &right : &left,
		at.left.h);
}

const struct view cause_view = { "cause", IN_CAUSE, cause_open, free, cause_draw, cause_wish };
