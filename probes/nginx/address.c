#include <string.h>

#include "base/text.h"
#include "probes/nginx/nginx.h"

static bool port_of(struct span s, int *ret)
{
	int64_t v;

	if (!span_int(s, &v) || v < 1 || v > 65535)
		return false;
	*ret = (int)v;
	return true;
}

static ptrdiff_t last_of(struct span s, char c)
{
	size_t n = s.n;

	while (n)
		if (s.p[--n] == c)
			return (ptrdiff_t)n;
	return -1;
}

/* Brackets of an IPv6 address are not part of it. */
static const char *host_dup(struct arena *mem, struct span s)
{
	if (s.n >= 2 && s.p[0] == '[' && s.p[s.n - 1] == ']')
		s = span_from(s.p + 1, s.n - 2);
	if (!s.n || span_eq(s, "*"))
		return NULL;
	return text_clean_dup(mem, s);
}

bool nginx_address(struct arena *mem, struct span text, int port, struct endpoint *ret)
{
	struct endpoint at = { NULL, NULL, port };
	ptrdiff_t colon, bracket;

	text = span_trim(text);
	if (span_starts(text, "unix:")) {
		text = span_skip(text, 5);
		if (!text.n)
			return false;
		at.path = text_clean_dup(mem, text);
		at.port = 0;
		*ret = at;
		return true;
	}
	if (!text.n || span_has(text, "$") || span_has(text, "/") || span_has(text, " "))
		return false;
	if (port_of(text, &at.port)) {
		*ret = at;
		return true;
	}
	colon = last_of(text, ':');
	bracket = last_of(text, ']');
	if (colon > bracket) {
		if (!port_of(span_skip(text, (size_t)colon + 1), &at.port))
			return false;
		text.n = (size_t)colon;
	}
	at.host = host_dup(mem, text);
	if (!at.port)
		return false;
	*ret = at;
	return true;
}

/* Path of "unix:/p:" and "unix:/p:/uri"; a colon ends it. */
static struct span unix_part(struct span s)
{
	ptrdiff_t colon = span_find(span_skip(s, 5), ":");

	if (colon >= 0)
		s.n = 5 + (size_t)colon;
	return s;
}

bool nginx_upstream(struct arena *mem, struct span text, enum pass_kind *ret_kind,
	struct endpoint *ret)
{
	static const struct {
		const char *scheme;
		enum pass_kind kind;
		int port;
	} schemes[] = {
		{ "fastcgi://", PASS_FASTCGI, 0 }, { "http://", PASS_PROXY, 80 },
		{ "https://", PASS_PROXY, 443 },   { "uwsgi://", PASS_OTHER, 0 },
		{ "scgi://", PASS_OTHER, 0 },      { "grpc://", PASS_OTHER, 80 },
		{ "grpcs://", PASS_OTHER, 443 },   { "memcached://", PASS_OTHER, 11211 },
	};
	ptrdiff_t slash;
	size_t i;

	for (i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
		if (span_starts(text, schemes[i].scheme))
			break;
	if (i == sizeof(schemes) / sizeof(schemes[0]))
		return false;
	*ret_kind = schemes[i].kind;
	text = span_skip(text, strlen(schemes[i].scheme));
	if (span_starts(text, "unix:"))
		return nginx_address(mem, unix_part(text), 0, ret);
	slash = span_find(text, "/");
	if (slash >= 0)
		text.n = (size_t)slash;
	/* Without a port it is the name of a group, not an address. */
	if (last_of(text, ':') <= last_of(text, ']') && !schemes[i].port)
		return false;
	return nginx_address(mem, text, schemes[i].port, ret);
}
