#include "base/span.h"

#include <string.h>

struct span span_from(const char *bytes, size_t len)
{
	struct span s = { bytes, len };

	return s;
}

struct span span_of(const char *text)
{
	return span_from(text, text ? strlen(text) : 0);
}

bool span_cut(struct span *rest, char end, struct span *ret_piece)
{
	const char *stop;

	if (!rest->n)
		return false;
	stop = memchr(rest->p, end, rest->n);
	if (!stop) {
		*ret_piece = *rest;
		*rest = span_skip(*rest, rest->n);
		return true;
	}
	*ret_piece = span_from(rest->p, (size_t)(stop - rest->p));
	*rest = span_skip(*rest, ret_piece->n + 1);
	return true;
}

bool span_line(struct span *rest, struct span *ret_line)
{
	if (!span_cut(rest, '\n', ret_line))
		return false;
	if (ret_line->n && ret_line->p[ret_line->n - 1] == '\r')
		ret_line->n--;
	return true;
}

struct span span_field(struct span *rest)
{
	struct span field = { rest->p, 0 };

	span_cut(rest, '\t', &field);
	return field;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

struct span span_word(struct span *rest)
{
	struct span word;
	size_t n = 0;

	while (rest->n && is_blank(*rest->p))
		*rest = span_skip(*rest, 1);
	while (n < rest->n && !is_blank(rest->p[n]))
		n++;
	word = span_from(rest->p, n);
	*rest = span_skip(*rest, n);
	return word;
}

bool span_eq(struct span s, const char *text)
{
	size_t len = strlen(text);

	return s.n == len && (!len || !memcmp(s.p, text, len));
}

bool span_starts(struct span s, const char *prefix)
{
	size_t len = strlen(prefix);

	return s.n >= len && (!len || !memcmp(s.p, prefix, len));
}

bool span_ends(struct span s, const char *suffix)
{
	size_t len = strlen(suffix);

	return s.n >= len && (!len || !memcmp(s.p + s.n - len, suffix, len));
}

ptrdiff_t span_find(struct span s, const char *needle)
{
	const char *hit = s.n ? memmem(s.p, s.n, needle, strlen(needle)) : NULL;

	return hit ? hit - s.p : -1;
}

bool span_has(struct span s, const char *needle)
{
	return span_find(s, needle) >= 0;
}

struct span span_skip(struct span s, size_t n)
{
	if (n > s.n)
		n = s.n;
	return n ? span_from(s.p + n, s.n - n) : s;
}

struct span span_trim(struct span s)
{
	while (s.n && is_blank(*s.p))
		s = span_skip(s, 1);
	while (s.n && is_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

bool span_between(struct span s, const char *after, const char *before, struct span *ret)
{
	ptrdiff_t start = span_find(s, after), end;

	if (start < 0)
		return false;
	s = span_skip(s, (size_t)start + strlen(after));
	end = span_find(s, before);
	if (end < 0)
		return false;
	*ret = span_from(s.p, (size_t)end);
	return true;
}

bool span_lead_int(struct span s, int64_t *ret)
{
	bool negative = s.n && *s.p == '-';
	int64_t value = 0;
	size_t i = negative, start = i;

	for (; i < s.n && s.p[i] >= '0' && s.p[i] <= '9'; i++) {
		if (value > (INT64_MAX - 9) / 10)
			return false;
		value = value * 10 + (s.p[i] - '0');
	}
	if (i == start)
		return false;
	*ret = negative ? -value : value;
	return true;
}

bool span_int(struct span s, int64_t *ret)
{
	size_t i;

	for (i = s.n && *s.p == '-'; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return span_lead_int(s, ret);
}
