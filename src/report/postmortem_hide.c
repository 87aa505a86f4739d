#include "report/postmortem.h"

#include <ctype.h>
#include <string.h>

#include "base/span.h"

/* What an address is made of; a sentence's full stop is cut off again. */
static bool is_part(char c)
{
	return isalnum((unsigned char)c) || c == '.' || c == ':' || c == '@' || c == '-' ||
	       c == '_' || c == '+' || c == '%';
}

static bool all_of(struct span word, const char *set)
{
	size_t i;

	for (i = 0; i < word.n; i++)
		if (!strchr(set, word.p[i]))
			return false;
	return true;
}

static size_t count_of(struct span word, char c)
{
	size_t i, n = 0;

	for (i = 0; i < word.n; i++)
		n += word.p[i] == c;
	return n;
}

/* "10.0.0.1", "10.0.0.1:443": four numbers, perhaps a port. */
static bool is_v4(struct span word)
{
	struct span rest = word, piece;
	int64_t n;
	int i;

	if (count_of(word, '.') != 3 || count_of(word, ':') > 1)
		return false;
	for (i = 0; i < 4; i++) {
		span_cut(&rest, i < 3 ? '.' : ':', &piece);
		if (!piece.n || piece.n > 3 || !span_int(piece, &n) || n < 0 || n > 255)
			return false;
	}
	return all_of(rest, "0123456789");
}

/* A time of day has two colons and only digits: that is none. */
static bool is_v6(struct span word)
{
	return all_of(word, "0123456789abcdefABCDEF:") &&
	       (count_of(word, ':') >= 4 || (count_of(word, ':') >= 2 && span_has(word, "::")));
}

static bool is_address(struct span word)
{
	struct span rest = word, user;

	if (is_v4(word) || is_v6(word))
		return true;
	return span_cut(&rest, '@', &user) && user.n && rest.n;
}

void postmortem_hide(struct buf *out, const char *text)
{
	struct span word;
	const char *end;

	while (*text) {
		if (!is_part(*text)) {
			buf_addc(out, *text++);
			continue;
		}
		for (end = text; is_part(*end); end++)
			;
		word = span_from(text, (size_t)(end - text));
		while (word.n && strchr(".:-", word.p[word.n - 1]))
			word.n--;
		if (word.n && is_address(word))
			buf_adds(out, "[address]");
		else
			buf_add(out, text, word.n);
		text += word.n;
		for (; text < end; text++)
			buf_addc(out, *text);
	}
}
