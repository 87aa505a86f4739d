#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "probes/probe.h"

static bool has(const struct missing *items, size_t count, const struct missing *one)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (!strcmp(items[i].what, one->what) && !strcmp(items[i].why, one->why))
			return true;
	return false;
}

size_t missing_read(struct span report, struct arena *mem, struct missing **ret_items)
{
	struct missing one, *item;
	struct span line;
	size_t count = 0;

	*ret_items = NULL;
	while (span_line(&report, &line)) {
		if (!span_starts(line, "missing\t"))
			continue;
		span_field(&line);
		one.what = text_clean_dup(mem, span_field(&line));
		one.why = text_clean_dup(mem, line);
		if (has(*ret_items, count, &one))
			continue;
		item = arena_push(mem, ret_items, &count, sizeof(*item));
		*item = one;
	}
	return count;
}
