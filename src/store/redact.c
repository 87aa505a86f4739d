/*
 * How it works: one pass. rest always begins where something may begin. At each name
 * (letters, digits, _ - .) the lists say whether it names a secret; then what stands
 * between name and value (= : , quotes, blanks) decides where the value begins and what
 * ends it. When in doubt about the end, more is taken; when in doubt whether it is a
 * secret at all, the lists are strict: a judge that misses a line helps nobody.
 */
#include "store/redact.h"

#include <string.h>
#include <strings.h>

struct pass {
	struct buf *out;
	struct span all;  /* the whole input */
	struct span rest; /* what is not looked at yet */
	const char *kept; /* from here to rest: to be written as it is */
	bool json;        /* an unescaped quote ends any string */
};

/* Ends of names whose value is a secret wherever it is assigned. */
static const char *const secret_ends[] = {
	"password",    "passwd",    "passphrase", "secret",      "token",        "nonce",
	"mysql_pwd",   "user_pwd",  "user_pass",  "db_pass",     "smtp_pass",    "ftp_pass",
	"auth_key",    "auth_salt", "nonce_key",  "nonce_salt",  "logged_in_key", "api_key",
	"logged_in_salt", "apikey", "secret_key", "access_key",  "private_key",  "license_key",
	"rediscli_auth", "consumer_key", "requirepass", "masterauth", "x-wp-nonce", "x-api-key",
	NULL
};

/* The same behind ? & or ; of a URL or a form, where names are shorter. */
static const char *const query_ends[] = {
	"pass", "pwd", "password", "passwd", "token", "key", "secret", "signature", "sig",
	"nonce", "auth", "session", "sid", "code", "pass1", "pass2", NULL
};

/* Whole names: `NAME: value` to the end of the line. */
static const char *const header_names[] = {
	"authorization", "proxy-authorization", "x-wp-nonce", "x-api-key", NULL
};

static const char *const cookie_names[] = { "cookie", "set-cookie", NULL };

static const char *const cookie_attributes[] = {
	"path", "domain", "expires", "max-age", "samesite", "secure", "httponly", "partitioned",
	NULL
};

static const char *const directive_names[] = { "requirepass", "masterauth", NULL };

static bool ends_in(struct span name, const char *const *ends)
{
	size_t len;

	for (; *ends; ends++) {
		len = strlen(*ends);
		if (name.n >= len && !strncasecmp(name.p + name.n - len, *ends, len))
			return true;
	}
	return false;
}

static bool is_one_of(struct span name, const char *const *names)
{
	for (; *names; names++)
		if (name.n == strlen(*names) && !strncasecmp(name.p, *names, name.n))
			return true;
	return false;
}

static bool is_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '-' || c == '.';
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static char at(struct span s, size_t i)
{
	return i < s.n ? s.p[i] : '\0';
}

static void flush(struct pass *p)
{
	buf_add(p->out, p->kept, (size_t)(p->rest.p - p->kept));
	p->kept = p->rest.p;
}

/* Passes n bytes as they are. */
static void keep(struct pass *p, size_t n)
{
	p->rest = span_from(p->rest.p + (n < p->rest.n ? n : p->rest.n),
		n < p->rest.n ? p->rest.n - n : 0);
}

/* Writes [redacted] for n bytes; an empty value stays empty: that is a finding. */
static void drop(struct pass *p, size_t n)
{
	if (n > p->rest.n)
		n = p->rest.n;
	if (!n)
		return;
	flush(p);
	buf_adds(p->out, REDACTED);
	keep(p, n);
	p->kept = p->rest.p;
}

/* Up to the first of `stops`, at most the rest. */
static size_t until(struct span s, const char *stops)
{
	size_t n = 0;

	while (n < s.n && (!s.p[n] || !strchr(stops, s.p[n])))
		n++;
	return n;
}

/* Up to the closing quote; backslash hides one. Not past the line: it may be cut. */
static size_t until_quote(struct span s, char quote)
{
	size_t n = 0;

	while (n < s.n && s.p[n] != quote && s.p[n] != '\n')
		n += s.p[n] == '\\' && n + 1 < s.n && s.p[n + 1] != '\n' ? 2 : 1;
	return n;
}

/* Where a value must have ended: in JSON at the end of the string, else anywhere. */
static struct span reach(const struct pass *p)
{
	size_t n = 0;

	if (!p->json)
		return p->rest;
	while (n < p->rest.n && p->rest.p[n] != '"')
		n += p->rest.p[n] == '\\' ? 2 : 1;
	return span_from(p->rest.p, n < p->rest.n ? n : p->rest.n);
}

/* Up to the end of a header: the line's, the quote's it stands in, or a JSON-escaped CR LF. */
static size_t until_header_end(const struct pass *p, struct span s, char quote)
{
	size_t n;

	for (n = 0; n < s.n && s.p[n] != '\n' && s.p[n] != '\r'; n++) {
		if (s.p[n] == '\\' && (at(s, n + 1) == 'r' || at(s, n + 1) == 'n') && p->json)
			break;
		if (s.p[n] == '\\' && n + 1 < s.n && s.p[n + 1] != '\n' && s.p[n + 1] != '\r')
			n++;
		else if ((quote && s.p[n] == quote) || (p->json && s.p[n] == '"'))
			break;
	}
	return n < s.n ? n : s.n;
}

/* name=value; name=value; Path=/ : the values go, attributes stay. */
static void redact_cookie(struct pass *p, size_t len)
{
	struct span pair;
	size_t name, left = len;

	while (left) {
		while (left && (is_blank(*p->rest.p) || *p->rest.p == ';')) {
			keep(p, 1);
			left--;
		}
		pair = span_from(p->rest.p, left);
		pair.n = until(pair, ";");
		name = until(pair, "=");
		if (is_one_of(span_from(pair.p, name), cookie_attributes)) {
			keep(p, pair.n);
		} else if (name < pair.n) {
			keep(p, name + 1);
			drop(p, pair.n - name - 1);
		} else {
			drop(p, pair.n);
		}
		left -= pair.n;
	}
}

/* [ ... ] or array( ... ) of a define; the end of the input when it is cut. */
static size_t until_closed(struct span s)
{
	size_t n = 0;
	int depth = 0;

	while (n < s.n) {
		char c = s.p[n];

		if (c == '\'' || c == '"')
			n += until_quote(span_skip(s, n + 1), c) + 1;
		else if (c == '(' || c == '[')
			depth++;
		else if ((c == ')' || c == ']') && --depth <= 0)
			return n + 1;
		n++;
	}
	return s.n;
}

/* Something that a define or a JSON key can be given: "x" 'x' \"x\" [x] array(x). */
static bool starts_value(struct span s)
{
	return (at(s, 0) && strchr("\"'[\\", at(s, 0))) ||
	       (s.n >= 6 && !strncasecmp(s.p, "array(", 6));
}

/*
 * The value at the front, whatever its shape: "x", \"x\" (inside JSON), [..], array(..),
 * bare up to one of `stops`.
 */
static void drop_value(struct pass *p, const char *stops)
{
	struct span escaped;
	ptrdiff_t end;
	char c = at(p->rest, 0);

	if (c == '\\' && at(p->rest, 1) == '"') {
		keep(p, 2);
		escaped = reach(p);
		escaped.n = until(escaped, "\n");
		end = span_find(escaped, "\\\"");
		drop(p, end < 0 ? escaped.n : (size_t)end);
	} else if (c == '"' || c == '\'') {
		keep(p, 1);
		drop(p, until_quote(reach(p), c));
	} else if (span_starts(p->rest, REDACTED)) {
		keep(p, strlen(REDACTED));
	} else if (starts_value(p->rest) && c != '\\') {
		drop(p, until_closed(reach(p)));
	} else {
		drop(p, until(p->rest, stops));
	}
}

/* Blanks from i on. */
static size_t blanks(struct span s, size_t i)
{
	size_t n = 0;

	while (is_blank(at(s, i + n)))
		n++;
	return n;
}

/*
 * What stands between a name and its value, as in: NAME=  NAME =  env[NAME] =  'NAME',
 * "NAME":  NAME => ; 0 when no value follows. A colon or comma counts only behind a
 * quoted name ("using password: YES" is none), a blank only before a quote.
 */
static size_t between(struct span s)
{
	size_t i = 0;
	bool quoted = false;

	if (at(s, i) == '\\' && (at(s, i + 1) == '"'))
		i++;
	if (at(s, i) == '"' || at(s, i) == '\'') {
		quoted = true;
		i++;
	}
	if (at(s, i) == ']')
		i++;
	i += blanks(s, i);
	if (at(s, i) == '=' && at(s, i + 1) != '=') {
		i += at(s, i + 1) == '>' ? 2 : 1;
		return i + blanks(s, i);
	}
	if (quoted && (at(s, i) == ':' || at(s, i) == ',')) {
		i += 1 + blanks(s, i + 1);
		return starts_value(span_skip(s, i)) ? i : 0;
	}
	if (i && !quoted && is_blank(at(s, i - 1)) && (at(s, i) == '"' || at(s, i) == '\''))
		return i;
	return 0;
}

/* The value begins behind the name and `: `, `": "`, `", "` or ` "` (nginx). */
static bool at_header(struct pass *p, struct span name, char before)
{
	struct span behind = span_skip(p->rest, name.n);
	char quote = before == '"' || before == '\'' ? before : '\0';
	size_t skip = at(behind, 0) == ':' ? 1 + blanks(behind, 1) : between(behind), end;

	if (!skip)
		return false;
	keep(p, name.n + skip);
	if (at(p->rest, 0) == '[' && starts_value(span_skip(p->rest, 1)))
		keep(p, 1);
	if (at(p->rest, 0) == '"' || at(p->rest, 0) == '\'') {
		quote = at(p->rest, 0);
		keep(p, 1);
	}
	end = until_header_end(p, p->rest, quote);
	if (is_one_of(name, cookie_names))
		redact_cookie(p, end);
	else
		drop(p, end);
	return true;
}

/* Bytes of the current line before the rest. */
static struct span line_so_far(const struct pass *p)
{
	const char *start = p->rest.p;

	while (start > p->all.p && start[-1] != '\n' && p->rest.p - start < 4096)
		start--;
	return span_from(start, (size_t)(p->rest.p - start));
}

/* `mysql -uroot -pSECRET`, `redis-cli -a SECRET`: the word at the front begins with -. */
static bool at_option(struct pass *p, struct span word)
{
	struct span line;
	bool password = word.n > 2 && word.p[1] == 'p' && word.p[0] == '-';
	bool redis = word.n == 2 && word.p[1] == 'a' && is_blank(at(p->rest, word.n));

	if (!password && !redis)
		return false;
	line = line_so_far(p);
	if (password && (span_has(line, "mysql") || span_has(line, "mariadb"))) {
		keep(p, 2);
		drop(p, until(p->rest, " \t\r\n\""));
		return true;
	}
	if (redis && span_has(line, "redis-cli")) {
		keep(p, 2 + blanks(p->rest, 2));
		drop_value(p, " \t\r\n");
		return true;
	}
	return false;
}

/* `Bearer TOKEN`, name and blank being `skip` long; a short word is prose unless it is cut. */
static bool at_bearer(struct pass *p, size_t skip)
{
	struct span word = span_skip(p->rest, skip);
	size_t len = until(word, " \t\r\n\"',;\\");

	if (len < 8 && len < word.n)
		return false;
	keep(p, skip);
	drop(p, len);
	return true;
}

/* `unexpected token "}"` is PHP speaking; `fastcgi_param DB_PASSWORD "x"` is a secret. */
static bool is_prose(struct span name, struct span behind)
{
	return is_blank(at(behind, 0)) && !memchr(name.p, '_', name.n) &&
	       !memchr(behind.p, '=', blanks(behind, 0) + 1);
}

/* The name at the front, with what stood before it; false: nothing secret, all untouched. */
static bool at_name(struct pass *p, struct span name, char before)
{
	struct span behind = span_skip(p->rest, name.n);
	size_t skip;

	if (at(name, 0) == '-' && is_blank(before ? before : ' ') && at_option(p, name))
		return true;
	if (is_one_of(name, cookie_names) || is_one_of(name, header_names))
		return at_header(p, name, before);
	if (name.n == 6 && !strncasecmp(name.p, "bearer", 6) && is_blank(at(behind, 0)))
		return at_bearer(p, name.n + 1);
	if (is_one_of(name, directive_names) && is_blank(at(behind, 0))) {
		keep(p, name.n + blanks(behind, 0));
		drop_value(p, " \t\r\n");
		return true;
	}
	if ((before == '?' || before == '&' || before == ';') && at(behind, 0) == '=' &&
	    ends_in(name, query_ends)) {
		keep(p, name.n + 1);
		drop(p, until(p->rest, "&;#, \t\r\n\"'<>\\()"));
		return true;
	}
	skip = between(behind);
	if (!skip || !ends_in(name, secret_ends) || (is_blank(at(behind, skip - 1)) && is_prose(name, behind)))
		return false;
	keep(p, name.n + skip);
	drop_value(p, "&;, \t\r\n\"'<>\\)");
	return true;
}

/* ://user:PASSWORD@host : the rest begins behind the slashes. */
static void at_authority(struct pass *p)
{
	size_t len = until(p->rest, "/?# \t\r\n\"'<>\\");
	size_t colon = until(span_from(p->rest.p, len), ":"), end = len;
	struct span behind;
	int64_t port;

	while (end > 0 && p->rest.p[end - 1] != '@')
		end--;
	/* Cut before the @: what is no port and no [v6] is taken for a password. */
	behind = span_skip(span_from(p->rest.p, len), colon + 1);
	if (!end && len == p->rest.n && at(p->rest, 0) != '[' && behind.n &&
	    !span_int(behind, &port))
		end = len + 1;
	if (end && colon < end - 1) {
		keep(p, colon + 1);
		drop(p, end - 1 - colon - 1);
	}
}

static bool at_private_key(struct pass *p)
{
	static const char begin[] = "-----BEGIN ", end[] = "-----END ", tail[] = "PRIVATE KEY-----";
	struct span head;
	ptrdiff_t stop;

	if (!span_starts(p->rest, begin))
		return false;
	head = span_from(p->rest.p, until(p->rest, "\r\n\\"));
	stop = span_find(head, tail);
	if (stop < 0)
		return false;
	keep(p, (size_t)stop + strlen(tail));
	stop = span_find(reach(p), end);
	drop(p, stop < 0 ? reach(p).n : (size_t)stop);
	return true;
}

size_t redact_room(size_t len)
{
	return 6 * len + 64;
}

void redact(struct buf *out, struct span raw)
{
	struct pass p = { out, raw, raw, raw.p, at(span_trim(raw), 0) == '{' };
	struct span name;
	char before;

	while (p.rest.n) {
		before = p.rest.p > raw.p ? p.rest.p[-1] : '\0';
		for (name = span_from(p.rest.p, 0); name.n < p.rest.n && is_name(name.p[name.n]);)
			name.n++;
		if (!name.n) {
			keep(&p, p.json && *p.rest.p == '\\' ? 2 : 1); /* \n is no n */
			if (before == '/' && p.rest.p - raw.p >= 3 &&
			    !memcmp(p.rest.p - 3, "://", 3))
				at_authority(&p);
		} else if (!at_private_key(&p) && !at_name(&p, name, before)) {
			keep(&p, name.n);
		}
	}
	if (raw.n)
		flush(&p);
}
