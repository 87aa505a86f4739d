#include "probes/cause.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

const char *cause_public_id(const struct cause *cause)
{
	return cause->as ? cause->as : cause->id;
}

static const char *vtext(struct finding *f, const char *format, va_list args)
{
	va_list again;
	char *text;
	int len;

	va_copy(again, args);
	len = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (len < 0)
		return "";
	text = arena_alloc(f->mem, (size_t)len + 1);
	vsnprintf(text, (size_t)len + 1, format, args);
	return text;
}

static struct evidence *add(struct finding *f, enum evidence_kind kind, const char *source,
	const char *text)
{
	struct evidence *e;

	if (f->evidence_count == EVIDENCE_MAX)
		return NULL;
	e = &f->evidence[f->evidence_count++];
	e->kind = kind;
	e->source = source ? source : "?";
	e->text = text ? text : "";
	return e;
}

static void add_state(struct finding *f, const char *source, int64_t at, const char *text)
{
	struct evidence *e = add(f, EVIDENCE_STATE, source, text);

	if (e && at > 0)
		e->at = num_of(at);
}

void finding_state(struct finding *f, const char *source, int64_t at, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add_state(f, source, at, vtext(f, format, args));
	va_end(args);
	f->decisive++;
}

void finding_note(struct finding *f, const char *source, int64_t at, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add_state(f, source, at, vtext(f, format, args));
	va_end(args);
}

void finding_log(struct finding *f, const struct site_view *v, const struct log_line *line)
{
	struct evidence *e = add(f, EVIDENCE_LOG, line->source, line->text);

	if (e)
		e->at = line->at;
	if (view_fresh(v, line))
		f->fresh_lines = 1;
	if (line->at.known && (!f->since.known || line->at.v < f->since.v))
		f->since = line->at;
}

void finding_page(struct finding *f, const struct page *page)
{
	const char *text;
	struct evidence *e;

	if (page->failure != PAGE_ANSWERED)
		text = finding_text(f, "%s: %s", page_way_name(page->way),
			page->error ? page->error : "no answer");
	else
		text = finding_text(f, "%s: %lld in %lld ms%s%s", page_way_name(page->way),
			(long long)num_or(page->status, 0), (long long)num_or(page->total_ms, 0),
			page->title ? ", title: " : "", page->title ? page->title : "");
	e = add(f, EVIDENCE_HTTP, page->url, text);
	if (e)
		e->at = page->server_at.known ? page->server_at : page->at;
}

void finding_prove(struct finding *f, enum health health)
{
	f->state = FINDING_PROVEN;
	f->health = health;
}

void finding_rule_out(struct finding *f, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	f->because = vtext(f, format, args);
	va_end(args);
	f->state = FINDING_RULED_OUT;
}

const char *finding_text(struct finding *f, const char *format, ...)
{
	va_list args;
	const char *text;

	va_start(args, format);
	text = vtext(f, format, args);
	va_end(args);
	return text;
}
