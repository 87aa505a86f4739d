#include "base/text.h"

#include <string.h>

#include "base/text_table.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool in_ranges(const struct code_range *ranges, size_t count, uint32_t code)
{
	size_t low = 0, high = count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (code > ranges[middle].last)
			low = middle + 1;
		else if (code < ranges[middle].first)
			high = middle;
		else
			return true;
	}
	return false;
}

bool text_code_hidden(uint32_t code)
{
	return code >= 0xad && in_ranges(hidden_ranges, COUNT(hidden_ranges), code);
}

int text_code_width(uint32_t code)
{
	if (code < 0x20 || (code >= 0x7f && code < 0xa0))
		return 0;
	if (code < 0x300)
		return code == 0xad ? 0 : 1;
	if (in_ranges(zero_ranges, COUNT(zero_ranges), code) || text_code_hidden(code))
		return 0;
	return in_ranges(wide_ranges, COUNT(wide_ranges), code) ? 2 : 1;
}

/* Length and columns of the next character; a stray byte is one column. */
static size_t step(struct span rest, int *ret_columns)
{
	uint32_t code;
	size_t len = text_utf8_next(rest, &code);

	*ret_columns = len ? text_code_width(code) : 1;
	return len ? len : 1;
}

int text_width(const char *utf8)
{
	struct span rest = span_of(utf8);
	int total = 0, columns;

	while (rest.n) {
		rest = span_skip(rest, step(rest, &columns));
		total += columns;
	}
	return total;
}

size_t text_fit(const char *utf8, int columns)
{
	struct span rest = span_of(utf8);
	size_t len;
	int width;

	while (rest.n) {
		len = step(rest, &width);
		if (width > columns || (width == 0 && rest.p == utf8 && columns <= 0))
			break;
		columns -= width;
		rest = span_skip(rest, len);
	}
	return strlen(utf8) - rest.n;
}
