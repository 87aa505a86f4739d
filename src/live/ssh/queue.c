#include "live/ssh/queue.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "loop/loop.h"

#define SLICE_MS 4
#define PER_DOOR 8
#define IN_ALL 32

struct line {
	struct queue_node *first, **end;
};

struct door {
	struct door *next;
	char *name;
	int inside;
	struct line waiting;
};

struct queue {
	struct queue *next;
	struct loop *loop;
	int holders;
	struct line ready;
	bool draining, admitting, dead;
	struct door *doors;
	int inside;
};

static struct queue *queues; /* one a loop */

static void line_init(struct line *l)
{
	l->first = NULL;
	l->end = &l->first;
}

static void line_add(struct line *l, struct queue_node *n)
{
	n->next = NULL;
	n->queued = true;
	*l->end = n;
	l->end = &n->next;
}

static struct queue_node *line_take(struct line *l)
{
	struct queue_node *n = l->first;

	if (!n)
		return NULL;
	l->first = n->next;
	if (!l->first)
		l->end = &l->first;
	n->queued = false;
	return n;
}

static void line_remove(struct line *l, struct queue_node *n)
{
	struct queue_node **at = &l->first;

	while (*at && *at != n)
		at = &(*at)->next;
	if (!*at)
		return;
	*at = n->next;
	if (!n->next)
		l->end = at;
	n->queued = false;
}

struct queue *queue_hold(struct loop *loop)
{
	struct queue *q;

	for (q = queues; q; q = q->next)
		if (q->loop == loop)
			break;
	if (!q) {
		q = xcalloc(1, sizeof(*q));
		q->loop = loop;
		line_init(&q->ready);
		q->next = queues;
		queues = q;
	}
	q->holders++;
	return q;
}

static void free_now(void *owner)
{
	struct queue *q = owner;
	struct door *d;

	while ((d = q->doors)) {
		q->doors = d->next;
		free(d->name);
		free(d);
	}
	free(q);
}

void queue_drop(struct queue *q)
{
	struct queue **at = &queues;

	if (!q || --q->holders)
		return;
	while (*at != q)
		at = &(*at)->next;
	*at = q->next;
	q->dead = true;
	loop_defer(q->loop, free_now, q);
}

/* ---- turns ---- */

static void drain(void *owner)
{
	struct queue *q = owner;
	int64_t end = loop_now(q->loop) + SLICE_MS;
	struct queue_node *n;

	q->draining = false;
	if (q->dead)
		return;
	while (!q->dead && loop_now(q->loop) < end && (n = line_take(&q->ready)))
		n->call(n->owner);
	if (!q->dead && q->ready.first && !q->draining) {
		q->draining = true;
		loop_defer(q->loop, drain, q);
	}
}

void queue_mark(struct queue *q, struct queue_node *n)
{
	if (n->queued)
		return;
	line_add(&q->ready, n);
	if (!q->draining) {
		q->draining = true;
		loop_defer(q->loop, drain, q);
	}
}

void queue_unmark(struct queue *q, struct queue_node *n)
{
	if (n->queued)
		line_remove(&q->ready, n);
}

/* ---- doors ---- */

static struct door *find_door(struct queue *q, const char *name)
{
	struct door *d;

	for (d = q->doors; d; d = d->next)
		if (!strcmp(d->name, name))
			return d;
	d = xcalloc(1, sizeof(*d));
	d->name = xstrdup(name);
	line_init(&d->waiting);
	d->next = q->doors;
	q->doors = d;
	return d;
}

static void admit(void *owner)
{
	struct queue *q = owner;
	struct queue_node *n;
	struct door *d;

	q->admitting = false;
	for (d = q->doors; d && !q->dead; d = d->next) {
		while (d->inside < PER_DOOR && q->inside < IN_ALL && (n = line_take(&d->waiting))) {
			d->inside++;
			q->inside++;
			n->call(n->owner);
		}
	}
}

static void admit_later(struct queue *q)
{
	if (q->admitting)
		return;
	q->admitting = true;
	loop_defer(q->loop, admit, q);
}

void queue_enter(struct queue *q, const char *door, struct queue_node *n)
{
	line_add(&find_door(q, door)->waiting, n);
	admit_later(q);
}

void queue_leave(struct queue *q, const char *door)
{
	find_door(q, door)->inside--;
	q->inside--;
	admit_later(q);
}

void queue_give_up(struct queue *q, const char *door, struct queue_node *n)
{
	if (n->queued)
		line_remove(&find_door(q, door)->waiting, n);
}
