#include "drill/coach.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX (64u << 10)
#define FREE_MS 120000
#define ASKED_MAX (sizeof(((struct coach *)0)->asked) / sizeof(bool))

/* The first question of this stretch that is not answered yet; NULL: none. */
static const struct drill_question *open_question(const struct coach *c)
{
	const struct drill *d = c->drill;
	size_t i;

	for (i = 0; i < d->question_count && i < ASKED_MAX; i++)
		if (!c->asked[i] && !strcmp(d->questions[i].at, c->stretch))
			return &d->questions[i];
	return NULL;
}

static const struct drill_question *asking(const struct coach *c)
{
	return c->state == COACH_ASKS ? open_question(c) : NULL;
}

static const struct drill_stretch *here(const struct coach *c)
{
	return drill_stretch(c->drill, c->stretch);
}

static void enter(struct coach *c)
{
	if (c->cured >= 0)
		c->state = COACH_CURED;
	else if (c->mode == COACH_GUIDED && here(c)->say_count)
		c->state = COACH_SAYS;
	else
		c->state = open_question(c) ? COACH_ASKS : COACH_ACTS;
}

void coach_begin(struct coach *c, const struct drill *drill, enum coach_mode mode,
	unsigned seed, int64_t now)
{
	memset(c, 0, sizeof(*c));
	c->drill = drill;
	c->mode = mode;
	c->seed = seed;
	c->stretch = drill->start;
	c->began = now;
	c->found = c->cured = -1;
	buf_init(&c->reply, TEXT_MAX);
	buf_init(&c->destroyed, TEXT_MAX);
	enter(c);
}

void coach_release(struct coach *c)
{
	buf_release(&c->reply);
	buf_release(&c->destroyed);
}

const char *coach_text(const struct coach *c, size_t i)
{
	if (c->state == COACH_SAYS || (c->state == COACH_CURED && c->mode == COACH_GUIDED))
		return i < here(c)->say_count ? here(c)->says[i] : NULL;
	if (i)
		return NULL;
	if (asking(c))
		return asking(c)->ask;
	return c->state == COACH_ACTS ? "What do you do?" : NULL;
}

const char *coach_points_at(const struct coach *c)
{
	return asking(c) ? asking(c)->line : NULL;
}

/* Where among its choices the right answer stands: anywhere, but the same for a seed. */
static size_t right_place(const struct coach *c, const struct drill_question *q)
{
	unsigned hash = c->seed * 2654435761u + 2166136261u;
	const char *p;

	for (p = q->ask; *p; p++)
		hash = (hash ^ (unsigned char)*p) * 16777619u;
	return (hash >> 8) % (q->wrong_count + 1);
}

static size_t first_action(const struct coach *c)
{
	return c->seed % c->drill->action_count;
}

/* Wrong answer of choice i, which is not the right one. */
static const struct drill_wrong *wrong_of(const struct drill_question *q, size_t right, size_t i)
{
	return &q->wrong[i < right ? i : i - 1];
}

static const struct drill_action *action_of(const struct coach *c, size_t i)
{
	return &c->drill->actions[(first_action(c) + i) % c->drill->action_count];
}

const char *coach_choice(const struct coach *c, size_t i)
{
	const struct drill_question *q = asking(c);

	if (q)
		return i > q->wrong_count       ? NULL
		       : i == right_place(c, q) ? q->right
						: wrong_of(q, right_place(c, q), i)->answer;
	if (c->state == COACH_ACTS && i < c->drill->action_count)
		return action_of(c, i)->command;
	return NULL;
}

size_t coach_right(const struct coach *c)
{
	const struct drill_question *q = asking(c);
	size_t i;

	if (q)
		return right_place(c, q);
	for (i = 0; c->state == COACH_ACTS && i < c->drill->action_count; i++)
		if (action_of(c, i)->right)
			return i;
	return SIZE_MAX;
}

void coach_next(struct coach *c)
{
	buf_clear(&c->reply);
	if (c->state == COACH_SAYS)
		c->state = open_question(c) ? COACH_ASKS : COACH_ACTS;
}

void coach_act(struct coach *c)
{
	buf_clear(&c->reply);
	if (c->state != COACH_CURED)
		c->state = COACH_ACTS;
}

static void answer(struct coach *c, const struct drill_question *q, size_t i, int64_t now)
{
	size_t right = right_place(c, q);

	if (i != right) {
		c->wrong_answers++;
		buf_addf(&c->reply, "No. %s", wrong_of(q, right, i)->why);
		return;
	}
	buf_addf(&c->reply, "Yes. %s", q->why);
	c->asked[q - c->drill->questions] = true;
	if (c->found < 0 && !strcmp(c->stretch, c->drill->start) && !open_question(c))
		c->found = now;
	c->state = open_question(c) ? COACH_ASKS : COACH_ACTS;
}

static int questions_left(const struct coach *c)
{
	const struct drill *d = c->drill;
	int left = 0;
	size_t i;

	for (i = 0; i < d->question_count && i < ASKED_MAX; i++)
		left += !c->asked[i] && !strcmp(d->questions[i].at, d->start);
	return left;
}

static void act(struct coach *c, const struct drill_action *action, int64_t now)
{
	if (!c->acted)
		c->unlooked = questions_left(c);
	c->acted = true;
	buf_addf(&c->reply, "%s %s", action->right ? "Done." : "That did not help.", action->why);
	if (action->destroys) {
		buf_addf(&c->reply, " It destroyed a proof: %s", action->destroys);
		buf_addf(&c->destroyed, "%s\n", action->destroys);
	}
	c->stretch = action->to;
	if (action->right) {
		c->cured = now;
		if (c->found < 0)
			c->found = now;
	} else {
		c->wrong_actions++;
	}
	enter(c);
}

bool coach_choose(struct coach *c, size_t i, int64_t now)
{
	const struct drill_question *q = asking(c);

	if (!coach_choice(c, i))
		return false;
	buf_clear(&c->reply);
	if (q)
		answer(c, q, i, now);
	else
		act(c, action_of(c, i), now);
	return true;
}

int coach_score(const struct coach *c)
{
	int64_t late = (c->cured < 0 ? FREE_MS : c->cured - c->began) - FREE_MS;
	int64_t score = 100 - 10 * c->wrong_answers - 25 * c->wrong_actions - 5 * c->unlooked;

	if (late > 0)
		score -= late / 10000;
	return c->cured < 0 || score < 0 ? 0 : (int)score;
}

static json_t *since(const struct coach *c, int64_t at)
{
	return at < 0 ? json_null() : json_integer(at - c->began);
}

void coach_json(const struct coach *c, struct buf *out)
{
	struct span rest = span_from(c->destroyed.data, c->destroyed.len), line;
	json_t *proofs = json_array();
	json_t *all;
	char *text;

	while (span_line(&rest, &line))
		json_array_append_new(proofs, json_stringn(line.p, line.n));
	all = json_pack("{s:i s:s s:s s:i s:i s:o s:o s:i s:i s:i s:o}", "schema", 1, "drill",
		c->drill->name, "mode", c->mode == COACH_GUIDED ? "guided" : "alone", "seed",
		(int)c->seed, "score", coach_score(c), "to_cause_ms", since(c, c->found),
		"to_cure_ms", since(c, c->cured), "wrong_answers", c->wrong_answers,
		"wrong_actions", c->wrong_actions, "unlooked", c->unlooked, "destroyed", proofs);
	text = json_dumps(all, JSON_COMPACT);
	buf_addf(out, "%s\n", text ? text : "{}");
	free(text);
	json_decref(all);
}
