/* Any bytes through the sanitiser and through redact: see the promises in their headers. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "store/redact.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_clean(struct span raw)
{
	struct buf once, twice;
	struct span rest;
	uint32_t code;
	size_t len;

	buf_init(&once, 4 * raw.n + 64);
	buf_init(&twice, 4 * raw.n + 64);
	text_clean(&once, raw);
	if (once.over)
		abort();
	for (rest = span_from(once.data, once.len); rest.n; rest = span_skip(rest, len)) {
		len = text_utf8_next(rest, &code);
		if (!len || code < 0x20 || (code >= 0x7f && code < 0xa0) || text_code_hidden(code))
			abort();
	}
	if (once.len && once.len <= TEXT_LINE_MAX) {
		text_clean(&twice, span_from(once.data, once.len));
		if (twice.len != once.len || memcmp(twice.data, once.data, once.len))
			abort();
	}
	if (once.len && text_fit(once.data, text_width(once.data)) != once.len)
		abort();
	buf_release(&once);
	buf_release(&twice);
}

static void check_redact(struct span raw)
{
	struct buf once;

	buf_init(&once, redact_room(raw.n));
	redact(&once, raw);
	if (once.over || (raw.n && !once.len))
		abort();
	buf_release(&once);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span raw = span_from((const char *)data, size);

	check_clean(raw);
	check_redact(raw);
	return 0;
}
