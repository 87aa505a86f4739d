/*
 * span: a piece of somebody else's bytes, not NUL-terminated. The parsers cut
 * reports into lines and fields with these and copy only what they keep.
 * Nothing here allocates, nothing reads past the end.
 */
#ifndef BASE_SPAN_H
#define BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct span {
	const char *p; /* borrowed */
	size_t n;
};

struct span span_of(const char *text);
struct span span_from(const char *bytes, size_t len);

/*
 * Cuts the next piece up to `end` from the front of *rest (the separator goes).
 * False when *rest is exhausted. An empty piece between two separators counts;
 * nothing after the last separator does not.
 */
bool span_cut(struct span *rest, char end, struct span *ret_piece);
bool span_line(struct span *rest, struct span *ret_line); /* a CR before LF goes */

/* Next TAB field; an empty span when there is none left. */
struct span span_field(struct span *rest);
/* Next word between blanks; empty when none is left. */
struct span span_word(struct span *rest);

bool span_eq(struct span s, const char *text);
bool span_starts(struct span s, const char *prefix);
bool span_ends(struct span s, const char *suffix);
/* Position of `needle` in s, or -1. */
ptrdiff_t span_find(struct span s, const char *needle);
bool span_has(struct span s, const char *needle);
struct span span_skip(struct span s, size_t n); /* without the first n bytes */
struct span span_trim(struct span s);           /* without blanks at both ends */

/* What stands between two marks; false (output untouched) when either is absent. */
bool span_between(struct span s, const char *after, const char *before, struct span *ret);

/* Whole span as a decimal number; false (output untouched) when it is not one. */
bool span_int(struct span s, int64_t *ret);
/* Leading digits; false when there is none. */
bool span_lead_int(struct span s, int64_t *ret);

#endif
