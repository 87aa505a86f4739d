/* What an exchange ended in, as the JSON of probes/visitor/page.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "live/http/exchange.h"

static int64_t time_us(const struct exchange *x, CURLINFO what)
{
	curl_off_t us = 0;

	curl_easy_getinfo(x->easy, what, &us);
	return (int64_t)us;
}

static long number(const struct exchange *x, CURLINFO what)
{
	long value = 0;

	curl_easy_getinfo(x->easy, what, &value);
	return value;
}

static const char *connect_failure(const struct exchange *x)
{
	switch (number(x, CURLINFO_OS_ERRNO)) {
	case ECONNREFUSED:
		return "refused";
	case ENETUNREACH:
	case EHOSTUNREACH:
	case EADDRNOTAVAIL:
	case ENETDOWN:
	case EACCES:
	case EPERM:
		return "unreachable";
	case ETIMEDOUT:
		return "connect-timeout";
	default:
		return "other";
	}
}

static const char *timeout_failure(const struct exchange *x)
{
	if (!time_us(x, CURLINFO_NAMELOOKUP_TIME_T))
		return "no-name";
	return time_us(x, CURLINFO_CONNECT_TIME_T) ? "timeout" : "connect-timeout";
}

/* The connection broke after it stood: before the first byte, or in the answer. */
static const char *broken(const struct exchange *x, const char *early)
{
	return number(x, CURLINFO_RESPONSE_CODE) ? "broken-body" : early;
}

static const char *failure_word(const struct exchange *x, CURLcode code)
{
	switch (code) {
	case CURLE_OK:
		return x->looped ? "other" : "answered";
	case CURLE_WRITE_ERROR:
		return x->body_over ? "answered" : "other";
	case CURLE_COULDNT_RESOLVE_HOST:
		return "no-name";
	case CURLE_COULDNT_CONNECT:
		return connect_failure(x);
	case CURLE_OPERATION_TIMEDOUT:
		return timeout_failure(x);
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_SSL_CIPHER:
		return "tls";
	case CURLE_PEER_FAILED_VERIFICATION:
		return "tls-verify";
	case CURLE_GOT_NOTHING:
		return "empty";
	case CURLE_SEND_ERROR:
	case CURLE_RECV_ERROR:
	case CURLE_HTTP2:
	case CURLE_HTTP2_STREAM:
		return broken(x, "reset");
	case CURLE_PARTIAL_FILE:
	case CURLE_BAD_CONTENT_ENCODING:
		return "broken-body";
	default:
		return "other";
	}
}

static const char *words(const struct exchange *x, CURLcode code)
{
	if (x->looped)
		return "redirects in a loop";
	if (code == CURLE_OK || x->body_over)
		return NULL;
	if (x->headers_over)
		return "more than 128 KiB of headers";
	return *x->words ? x->words : curl_easy_strerror(code);
}

static json_t *text_json(const char *text)
{
	struct buf clean;
	json_t *json;

	if (!text)
		return json_null();
	buf_init(&clean, 4096);
	text_clean(&clean, span_of(text));
	json = json_stringn(clean.data ? clean.data : "", clean.len);
	buf_release(&clean);
	return json ? json : json_null();
}

static json_t *ms_json(const struct exchange *x, CURLINFO what)
{
	int64_t us = time_us(x, what);

	return us > 0 ? json_integer((us + 500) / 1000) : json_null();
}

static json_t *times_json(const struct exchange *x)
{
	return json_pack("{s:o,s:o,s:o,s:o,s:o}",
		"dns", ms_json(x, CURLINFO_NAMELOOKUP_TIME_T),
		"connect", ms_json(x, CURLINFO_CONNECT_TIME_T),
		"tls", ms_json(x, CURLINFO_APPCONNECT_TIME_T),
		"first_byte", ms_json(x, CURLINFO_STARTTRANSFER_TIME_T),
		"total", ms_json(x, CURLINFO_TOTAL_TIME_T));
}

static void add_peer(const struct exchange *x, json_t *root)
{
	long version = number(x, CURLINFO_HTTP_VERSION), port = number(x, CURLINFO_PRIMARY_PORT);
	const char *text = version == CURL_HTTP_VERSION_1_0   ? "1.0"
			   : version == CURL_HTTP_VERSION_1_1 ? "1.1"
			   : version == CURL_HTTP_VERSION_2_0 ? "2"
							      : NULL;
	char *address = NULL;

	curl_easy_getinfo(x->easy, CURLINFO_PRIMARY_IP, &address);
	json_object_set_new(root, "address", text_json(address && *address ? address :
		x->dialled[0] ? x->dialled : NULL));
	json_object_set_new(root, "port", port > 0 ? json_integer(port) : json_null());
	json_object_set_new(root, "http", text_json(text));
}

static void add_base64(json_t *root, struct span s)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *p = (const unsigned char *)s.p;
	char *out = xmalloc(s.n / 3 * 4 + 5);
	size_t i, n = 0, left;
	unsigned long bits;

	for (i = 0; i < s.n; i += 3) {
		left = s.n - i;
		bits = (unsigned long)p[i] << 16;
		bits |= left > 1 ? (unsigned long)p[i + 1] << 8 : 0;
		bits |= left > 2 ? p[i + 2] : 0;
		out[n++] = digits[bits >> 18 & 63];
		out[n++] = digits[bits >> 12 & 63];
		out[n++] = left > 1 ? digits[bits >> 6 & 63] : '=';
		out[n++] = left > 2 ? digits[bits & 63] : '=';
	}
	json_object_set_new(root, "body64", json_stringn(out, n));
	free(out);
}

/* A cut at the cap may have split a character: that end does not make it binary. */
static struct span whole_characters(struct span s)
{
	size_t i;

	for (i = 1; i <= 3 && i <= s.n; i++)
		if (((unsigned char)s.p[s.n - i] & 0xc0) == 0xc0) {
			uint32_t code;

			if (!text_utf8_next(span_skip(s, s.n - i), &code))
				s.n -= i;
			break;
		}
	return s;
}

static void add_body(const struct exchange *x, json_t *root)
{
	struct span body = span_from(x->body.data ? x->body.data : "", x->body.len), text = body;

	if (x->body.over)
		text = whole_characters(body);
	if (text_is_utf8(text))
		json_object_set_new(root, "body", json_stringn(text.p, text.n));
	else
		add_base64(root, body);
	json_object_set_new(root, "body_bytes", json_integer(x->body_bytes));
	json_object_set_new(root, "over", json_boolean(x->body_over));
}

static void add_answer(const struct exchange *x, json_t *root)
{
	long status = number(x, CURLINFO_RESPONSE_CODE);

	json_object_set_new(root, "status", status ? json_integer(status) : json_null());
	json_object_set_new(root, "first_status",
		x->first_status ? json_integer(x->first_status)
		: status	? json_integer(status)
				: json_null());
	if (!status)
		return;
	json_object_set(root, "headers", x->headers);
	add_body(x, root);
}

char *exchange_json(struct exchange *x, CURLcode code)
{
	json_t *cert = cert_json(x), *root = json_object();
	char *text;

	json_object_set_new(root, "v", json_integer(1));
	json_object_set_new(root, "site", text_json(x->site));
	json_object_set_new(root, "url", text_json(x->url));
	json_object_set_new(root, "way", text_json(x->way));
	json_object_set_new(root, "code", json_integer(x->body_over ? 0 : (int)code));
	json_object_set_new(root, "failure", text_json(failure_word(x, code)));
	json_object_set_new(root, "words", text_json(words(x, code)));
	json_object_set_new(root, "redirects", json_integer(x->redirects));
	json_object_set_new(root, "busted", json_boolean(x->bust_cache));
	json_object_set_new(root, "verified", json_boolean(!x->insecure));
	json_object_set_new(root, "ms", times_json(x));
	add_peer(x, root);
	add_answer(x, root);
	if (cert)
		json_object_set_new(root, "cert", cert);
	text = json_dumps(root, JSON_COMPACT);
	json_decref(root);
	return text ? text : xstrdup("{}");
}
