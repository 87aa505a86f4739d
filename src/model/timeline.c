#include "model/timeline.h"

#include <stdio.h>
#include <string.h>

static struct happening *next(struct timeline *timeline)
{
	struct happening *h = &timeline->items[timeline->count++ % TIMELINE_MAX];

	memset(h, 0, sizeof(*h));
	return h;
}

const struct happening *timeline_newest(const struct timeline *timeline, size_t i)
{
	if (i >= timeline->count || i >= TIMELINE_MAX)
		return NULL;
	return &timeline->items[(timeline->count - 1 - i) % TIMELINE_MAX];
}

/* Cuts at a whole character. */
static void copy(char *to, size_t size, const char *text)
{
	size_t len = strlen(text);

	if (len >= size)
		for (len = size - 1; len && ((unsigned char)text[len] & 0xc0) == 0x80; len--)
			;
	memcpy(to, text, len);
	to[len] = '\0';
}

void timeline_add(struct timeline *timeline, int64_t wall, const char *host, enum health health,
	const char *text)
{
	struct happening *h = next(timeline);

	h->wall = wall;
	h->host = host;
	h->health = health;
	copy(h->text, sizeof(h->text), text);
}

static const struct happening *last_verdict(const struct timeline *timeline, const char *host,
	const char *site)
{
	const struct happening *h;
	size_t i;

	for (i = 0; (h = timeline_newest(timeline, i)) != NULL; i++)
		if (*h->cause && !strcmp(h->host, host) && h->site && !strcmp(h->site, site))
			return h;
	return NULL;
}

void timeline_verdict(struct timeline *timeline, int64_t wall, const char *host,
	const char *site, const struct verdict *verdict)
{
	const struct happening *last = last_verdict(timeline, host, site);
	struct happening *h;

	if (!verdict->settled || (last && !strcmp(last->cause, verdict->cause)))
		return;
	h = next(timeline);
	h->wall = wall;
	h->host = host;
	h->site = site;
	h->health = verdict->health;
	copy(h->cause, sizeof(h->cause), verdict->cause);
	copy(h->text, sizeof(h->text), verdict->title ? verdict->title : verdict->cause);
}
