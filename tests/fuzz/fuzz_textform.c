/* Any bytes as a line of the text form; what is taken must come back the same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "store/textform.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool same(const struct event *a, const struct event *b)
{
	return a->seq == b->seq && a->mono == b->mono && a->wall == b->wall &&
	       a->kind == b->kind && a->version == b->version && a->re == b->re &&
	       a->flags == b->flags && a->exit == b->exit && a->ms == b->ms &&
	       !strcmp(a->host, b->host) && !strcmp(a->name, b->name) && a->len == b->len &&
	       (!a->len || !memcmp(a->bytes, b->bytes, a->len));
}

static void round_trip(const struct event *event, struct arena *mem)
{
	struct event back;
	const char *why;
	struct buf out;

	/* A head that just fitted may not fit when it is written again: refused, not wrong. */
	buf_init(&out, TEXTFORM_LINE_MAX);
	if (textform_write(&out, event)) {
		if (out.data[out.len - 1] != '\n' || memchr(out.data, '\n', out.len - 1))
			abort();
		if (!textform_parse(span_from(out.data, out.len - 1), mem, &back, &why))
			abort();
		if (!same(event, &back))
			abort();
	}
	buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct event event, raw = { .host = "h", .name = "n", .kind = EVENT_REPORT, .ms = -1,
				    .bytes = (const char *)data, .len = size };
	struct arena *mem = arena_new();
	const char *why;

	if (textform_parse(span_from((const char *)data, size), mem, &event, &why))
		round_trip(&event, mem);
	round_trip(&raw, mem);
	arena_free(mem);
	return 0;
}
