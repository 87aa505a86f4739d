#include "drill/script.h"

#include <stdlib.h>
#include <string.h>

struct reader {
	struct drill *drill;
	enum { TOP, STRETCH, QUESTION, ACTION } section;
	int line;
	char *error; /* NULL: none so far */
};

bool drill_name_ok(const char *name)
{
	size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-");

	return len && len < 64 && !name[len] && *name != '-';
}

const struct drill_stretch *drill_stretch(const struct drill *drill, const char *name)
{
	size_t i;

	for (i = 0; i < drill->stretch_count; i++)
		if (!strcmp(drill->stretches[i].name, name))
			return &drill->stretches[i];
	return NULL;
}

static void fail(struct reader *r, const char *why)
{
	if (!r->error)
		r->error = xasprintf("line %d: %s", r->line, why);
}

static void begin_section(struct reader *r, struct span head)
{
	struct drill *d = r->drill;
	struct drill_stretch *stretch;

	if (span_starts(head, "stretch ")) {
		head = span_trim(span_skip(head, strlen("stretch ")));
		stretch = arena_push(d->mem, &d->stretches, &d->stretch_count, sizeof(*stretch));
		stretch->name = arena_strndup(d->mem, head.p, head.n);
		r->section = STRETCH;
		if (!drill_name_ok(stretch->name))
			fail(r, "a stretch is named by small letters, digits and '-'");
	} else if (span_eq(head, "question")) {
		arena_push(d->mem, &d->questions, &d->question_count, sizeof(*d->questions));
		r->section = QUESTION;
	} else if (span_eq(head, "action")) {
		arena_push(d->mem, &d->actions, &d->action_count, sizeof(*d->actions));
		r->section = ACTION;
	} else {
		fail(r, "no such section");
	}
}

struct slot {
	const char *key;
	const char **value;
};

/* Puts the value where its key belongs. */
static bool fill_slot(const struct slot *slots, size_t count, struct span key, const char *value)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (span_eq(key, slots[i].key)) {
			*slots[i].value = value;
			return true;
		}
	return false;
}

static bool top_key(struct drill *d, struct span key, const char *value)
{
	const struct slot slots[] = {
		{ "title", &d->title }, { "level", &d->level }, { "cause", &d->cause },
		{ "start", &d->start },
	};

	return fill_slot(slots, 4, key, value);
}

static bool stretch_key(struct drill_stretch *s, struct span key, const char *value)
{
	if (span_eq(key, "expect"))
		s->expect = value;
	else if (span_eq(key, "say") && s->say_count < DRILL_SAYS)
		s->says[s->say_count++] = value;
	else
		return false;
	return true;
}

static bool question_key(struct arena *mem, struct drill_question *q, struct span key,
	const char *value)
{
	const struct slot slots[] = {
		{ "at", &q->at }, { "ask", &q->ask }, { "line", &q->line },
		{ "right", &q->right }, { "why", &q->why },
	};
	const char *bar = strstr(value, " | ");

	if (!span_eq(key, "wrong"))
		return fill_slot(slots, 5, key, value);
	if (!bar || q->wrong_count == DRILL_ANSWERS - 1)
		return false;
	q->wrong[q->wrong_count].answer = arena_strndup(mem, value, (size_t)(bar - value));
	q->wrong[q->wrong_count++].why = bar + 3;
	return true;
}

static bool action_key(struct drill_action *a, struct span key, const char *value)
{
	const struct slot slots[] = {
		{ "do", &a->command }, { "to", &a->to }, { "why", &a->why },
		{ "destroys", &a->destroys },
	};

	if (!span_eq(key, "right"))
		return fill_slot(slots, 4, key, value);
	a->right = !strcmp(value, "yes");
	return a->right || !strcmp(value, "no");
}

static void take_line(struct reader *r, struct span line)
{
	struct drill *d = r->drill;
	struct span key;
	char *value;
	bool known;

	line = span_trim(line);
	if (!line.n || *line.p == '#')
		return;
	if (span_starts(line, "[") && span_ends(line, "]")) {
		begin_section(r, span_from(line.p + 1, line.n - 2));
		return;
	}
	if (!span_cut(&line, '=', &key) || !span_trim(line).n) {
		fail(r, "not KEY = VALUE");
		return;
	}
	key = span_trim(key);
	line = span_trim(line);
	value = arena_strndup(d->mem, line.p, line.n);
	if (r->section == TOP)
		known = top_key(d, key, value);
	else if (r->section == STRETCH)
		known = stretch_key(&d->stretches[d->stretch_count - 1], key, value);
	else if (r->section == QUESTION)
		known = question_key(d->mem, &d->questions[d->question_count - 1], key, value);
	else
		known = action_key(&d->actions[d->action_count - 1], key, value);
	if (!known)
		fail(r, "no such key here, a bad value, or too many of them");
}

static const char *what_lacks(const struct drill *d)
{
	bool cure = false;
	size_t i;

	if (!d->title || !d->level || !d->cause || !d->start)
		return "title, level, cause and start must be there";
	if (strcmp(d->level, "beginner") != 0 && strcmp(d->level, "expert") != 0)
		return "level is beginner or expert";
	if (!drill_stretch(d, d->start))
		return "start is no stretch";
	for (i = 0; i < d->question_count; i++)
		if (!d->questions[i].at || !drill_stretch(d, d->questions[i].at) ||
		    !d->questions[i].ask || !d->questions[i].line || !d->questions[i].right ||
		    !d->questions[i].why || !d->questions[i].wrong_count)
			return "a question wants at (a stretch), ask, line, right, wrong and why";
	for (i = 0; i < d->action_count; i++) {
		if (!d->actions[i].command || !d->actions[i].to || !d->actions[i].why ||
		    !drill_stretch(d, d->actions[i].to))
			return "an action wants do, to (a stretch) and why";
		cure = cure || d->actions[i].right;
	}
	return cure ? NULL : "no action cures";
}

struct drill *drill_parse(const char *name, struct span text, char **ret_error)
{
	struct reader r = { .drill = xcalloc(1, sizeof(*r.drill)) };
	struct span line;
	const char *lacks;

	r.drill->mem = arena_new();
	r.drill->name = arena_strdup(r.drill->mem, name);
	while (span_line(&text, &line)) {
		r.line++;
		take_line(&r, line);
	}
	lacks = r.error ? NULL : what_lacks(r.drill);
	if (lacks)
		fail(&r, lacks);
	if (!r.error)
		return r.drill;
	*ret_error = r.error;
	drill_free(r.drill);
	return NULL;
}

void drill_free(struct drill *drill)
{
	if (!drill)
		return;
	arena_free(drill->mem);
	free(drill);
}
