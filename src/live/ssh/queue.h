/*
 * queue: what the ways of one loop share so that none slows or hurts another.
 *
 * Turns: a way that has something to do marks itself; they are served round robin, 4 ms a
 * tick in all, and what is left waits for the next tick.
 * Doors: sshd drops new connections at random once ten have not logged in (MaxStartups
 * 10:30:100): at most 8 wait before one door, 32 before all.
 */
#ifndef LIVE_SSH_QUEUE_H
#define LIVE_SSH_QUEUE_H

#include <stdbool.h>

struct loop;
struct queue;

typedef void queue_call(void *owner);

/* Belongs to its owner; zeroed, then call and owner set. */
struct queue_node {
	struct queue_node *next;
	bool queued;
	queue_call *call;
	void *owner;
};

/* Shared by all that hold it; one a loop. */
struct queue *queue_hold(struct loop *loop);
void queue_drop(struct queue *queue);

/* Serves the node once, this tick or later; marking it again meanwhile changes nothing. */
void queue_mark(struct queue *queue, struct queue_node *node);
void queue_unmark(struct queue *queue, struct queue_node *node);

/*
 * Calls the node (of its own: not one that is also marked) when its turn at the door has
 * come. Each enter that was called, and only that, is followed by one leave;
 * queue_give_up takes back one that was not called yet.
 */
void queue_enter(struct queue *queue, const char *door, struct queue_node *node);
void queue_leave(struct queue *queue, const char *door);
void queue_give_up(struct queue *queue, const char *door, struct queue_node *node);

#endif
