/* Does a certificate cover a host name? RFC 6125 as browsers and CDNs apply it. */
#include <string.h>
#include <strings.h>

#include "probes/visitor/page.h"

#define HOST_MAX 253

const char *url_host(const char *url, struct arena *mem)
{
	struct span s = span_of(url ? url : "");
	ptrdiff_t at = span_find(s, "://");
	const char *colon;
	char *host;
	size_t i;

	if (at < 0)
		return NULL;
	s = span_skip(s, (size_t)at + 3);
	for (i = 0; i < s.n && !strchr("/?#", s.p[i]); i++)
		;
	s.n = i;
	for (i = s.n; i > 0; i--)
		if (s.p[i - 1] == '@') {
			s = span_skip(s, i);
			break;
		}
	if (s.n && s.p[0] == '[') {
		s = span_skip(s, 1);
		colon = memchr(s.p, ']', s.n);
	} else {
		colon = s.n ? memchr(s.p, ':', s.n) : NULL;
	}
	if (colon)
		s.n = (size_t)(colon - s.p);
	if (!s.n || s.n > HOST_MAX)
		return NULL;
	host = arena_strndup(mem, s.p, s.n);
	for (i = 0; host[i]; i++)
		if (host[i] >= 'A' && host[i] <= 'Z')
			host[i] = (char)(host[i] + 32);
	return host;
}

/* "*" stands for exactly one label, the leftmost. */
static bool name_covers(struct span name, const char *host)
{
	const char *dot;

	if (name.n && name.p[name.n - 1] == '.')
		name.n--;
	if (!span_starts(name, "*."))
		return name.n == strlen(host) && !strncasecmp(name.p, host, name.n);
	name = span_skip(name, 1);
	dot = strchr(host, '.');
	if (!dot || dot == host || !memchr(name.p + 1, '.', name.n - 1))
		return false;
	return strlen(dot) == name.n && !strncasecmp(name.p, dot, name.n);
}

bool cert_names_cover(const char *names, const char *host)
{
	struct span rest = span_of(names ? names : ""), word;

	for (word = span_word(&rest); word.n; word = span_word(&rest))
		if (name_covers(word, host))
			return true;
	return false;
}
