#include "model/event.h"

#include <string.h>

#include "base/mem.h"

static const char *const kind_names[EVENT_KINDS] = {
	[EVENT_LINK] = "link",     [EVENT_REPORT] = "report", [EVENT_HTTP] = "http",
	[EVENT_LOG] = "log",       [EVENT_ACTION] = "action", [EVENT_INTENT] = "intent",
	[EVENT_NOTE] = "note",     [EVENT_CLOCK] = "clock",   [EVENT_VERDICT] = "verdict",
};

const char *event_kind_name(enum event_kind kind)
{
	return kind < EVENT_KINDS ? kind_names[kind] : "?";
}

bool event_kind_parse(const char *name, size_t len, enum event_kind *ret)
{
	int kind;

	for (kind = 0; kind < EVENT_KINDS; kind++)
		if (strlen(kind_names[kind]) == len && !memcmp(kind_names[kind], name, len)) {
			*ret = (enum event_kind)kind;
			return true;
		}
	return false;
}

struct event *event_copy(const struct event *event)
{
	size_t host = strlen(event->host) + 1, name = strlen(event->name) + 1;
	struct event *copy = xmalloc(sizeof(*copy) + host + name + event->len + 1);
	char *room = (char *)(copy + 1);

	*copy = *event;
	copy->host = memcpy(room, event->host, host);
	copy->name = memcpy(room + host, event->name, name);
	room += host + name;
	if (event->len)
		memcpy(room, event->bytes, event->len);
	room[event->len] = '\0';
	copy->bytes = room;
	return copy;
}
