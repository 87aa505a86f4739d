/* The payload of an EVENT_HTTP (page.h) -> struct page. */
#include <jansson.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/text.h"
#include "probes/visitor/page.h"

#define HEADERS_MAX 64
#define BODY_MAX 65536

/* OpenSSL's verify results that speak of dates only: the chain itself was found good. */
#define VERIFY_NOT_YET 9
#define VERIFY_EXPIRED 10

static const char *const failure_names[] = {
	[PAGE_ANSWERED] = "answered",   [PAGE_NO_NAME] = "no-name",
	[PAGE_REFUSED] = "refused",     [PAGE_UNREACHABLE] = "unreachable",
	[PAGE_CONNECT_TIMEOUT] = "connect-timeout", [PAGE_TLS] = "tls",
	[PAGE_TLS_VERIFY] = "tls-verify", [PAGE_EMPTY] = "empty",
	[PAGE_RESET] = "reset",         [PAGE_TIMEOUT] = "timeout",
	[PAGE_BROKEN_BODY] = "broken-body", [PAGE_OTHER] = "other",
};

static struct span text_of(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	if (!json_is_string(value))
		return span_from("", 0);
	return span_from(json_string_value(value), json_string_length(value));
}

static const char *clean_of(const json_t *object, const char *key, struct arena *mem)
{
	struct span s = text_of(object, key);

	return s.n ? text_clean_dup(mem, s) : NULL;
}

static struct num num_from(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	if (json_is_integer(value))
		return num_of(json_integer_value(value));
	return (struct num){ 0 };
}

static bool bool_of(const json_t *object, const char *key)
{
	return json_is_true(json_object_get(object, key));
}

static enum page_failure failure_of(struct span word)
{
	size_t i;

	for (i = 0; i < sizeof(failure_names) / sizeof(*failure_names); i++)
		if (span_eq(word, failure_names[i]))
			return (enum page_failure)i;
	return PAGE_OTHER;
}

static void read_times(struct page *page, const json_t *root)
{
	const json_t *ms = json_object_get(root, "ms");

	page->dns_ms = num_from(ms, "dns");
	page->connect_ms = num_from(ms, "connect");
	page->tls_ms = num_from(ms, "tls");
	page->first_byte_ms = num_from(ms, "first_byte");
	page->total_ms = num_from(ms, "total");
}

static void read_headers(struct page *page, struct arena *mem, const json_t *root)
{
	const json_t *list = json_object_get(root, "headers"), *pair, *name, *value;
	struct page_header headers[HEADERS_MAX];
	size_t count = 0, i;

	json_array_foreach(list, i, pair) {
		name = json_array_get(pair, 0);
		value = json_array_get(pair, 1);
		if (count == HEADERS_MAX || !json_is_string(name) || !json_is_string(value))
			continue;
		headers[count].name = span_from(json_string_value(name),
			json_string_length(name));
		headers[count++].value = span_from(json_string_value(value),
			json_string_length(value));
	}
	page_read_headers(page, mem, headers, count);
}

static int base64_digit(char c)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

static void base64_decode(struct buf *out, struct span s)
{
	unsigned long bits = 0;
	int have = 0, digit;
	size_t i;

	for (i = 0; i < s.n; i++) {
		digit = base64_digit(s.p[i]);
		if (digit < 0)
			continue;
		bits = (bits << 6 | (unsigned)digit) & 0xffffff;
		have += 6;
		if (have >= 8) {
			have -= 8;
			buf_addc(out, (char)(bits >> have & 0xff));
		}
	}
}

static void read_body(struct page *page, struct arena *mem, const json_t *root,
	const struct page_texts *texts)
{
	struct span body = text_of(root, "body");
	struct buf raw;

	buf_init(&raw, BODY_MAX);
	if (!body.n) {
		base64_decode(&raw, text_of(root, "body64"));
		body = span_from(raw.data ? raw.data : "", raw.len);
	}
	page_read_body(page, mem, body, texts);
	buf_release(&raw);
}

static const char *join_names(const json_t *list, struct arena *mem)
{
	const json_t *item;
	struct buf names;
	const char *ret;
	size_t i;

	buf_init(&names, 16384);
	json_array_foreach(list, i, item) {
		if (!json_is_string(item))
			continue;
		if (names.len)
			buf_addc(&names, ' ');
		text_clean(&names, span_from(json_string_value(item), json_string_length(item)));
	}
	ret = names.len ? arena_strndup(mem, names.data, names.len) : NULL;
	buf_release(&names);
	return ret;
}

/* "CN = shop.test, O = x" or "CN=shop.test": the name a certificate without SAN is for. */
static const char *common_name(const char *subject, struct arena *mem)
{
	struct span s = span_of(subject ? subject : ""), rest;
	ptrdiff_t at = span_find(s, "CN");
	size_t i;

	if (at < 0)
		return NULL;
	rest = span_trim(span_skip(s, (size_t)at + 2));
	if (!rest.n || rest.p[0] != '=')
		return NULL;
	rest = span_trim(span_skip(rest, 1));
	for (i = 0; i < rest.n && rest.p[i] != ','; i++)
		;
	return i ? arena_strndup(mem, rest.p, i) : NULL;
}

static enum tri tri_of(bool yes)
{
	return yes ? TRI_YES : TRI_NO;
}

/* Cloudflare's private CA for origins: no browser trusts it, every strict edge does. */
static bool is_origin_ca(const char *issuer)
{
	return issuer && (strcasestr(issuer, "cloudflare origin ssl") ||
			  strcasestr(issuer, "origin ssl certificate authority"));
}

static enum tri chain_of(const struct page_cert *cert, struct num verify)
{
	if (cert->origin_ca)
		return TRI_YES;
	if (!verify.known)
		return cert->self_signed ? TRI_NO : TRI_UNKNOWN;
	/* dates of the leaf are judged by themselves; another certificate's break the chain */
	if (verify.v == VERIFY_EXPIRED || verify.v == VERIFY_NOT_YET)
		return tri_of(cert->dates_ok == TRI_NO);
	return tri_of(verify.v == 0);
}

static void read_cert(struct page *page, struct arena *mem, const json_t *root, int64_t at)
{
	const json_t *c = json_object_get(root, "cert");
	struct page_cert *cert = &page->cert;
	const char *host = url_host(page->url, mem), *names;

	if (!json_is_object(c))
		return;
	page->has_cert = true;
	cert->subject = clean_of(c, "subject", mem);
	cert->issuer = clean_of(c, "issuer", mem);
	cert->names = join_names(json_object_get(c, "names"), mem);
	cert->not_before = num_from(c, "not_before");
	cert->not_after = num_from(c, "not_after");
	cert->self_signed = bool_of(c, "self_signed");
	cert->verify_error = clean_of(c, "verify_error", mem);
	cert->sha256 = clean_of(c, "sha256", mem);
	cert->origin_ca = is_origin_ca(cert->issuer);
	names = cert->names ? cert->names : common_name(cert->subject, mem);
	if (names && host)
		cert->name_ok = tri_of(cert_names_cover(names, host));
	if (cert->not_before.known && cert->not_after.known)
		cert->dates_ok = tri_of(at >= cert->not_before.v && at <= cert->not_after.v);
	cert->chain_ok = chain_of(cert, num_from(c, "verify"));
}

/* A browser stops here, whatever page lies behind. An issuer that only this machine may
 * not know (a private CA, a missing intermediate) does not: that is left to the causes. */
static bool browser_refuses(const struct page_cert *cert)
{
	if (cert->self_signed && cert->chain_ok == TRI_NO)
		return true;
	return cert->dates_ok == TRI_NO || cert->name_ok == TRI_NO;
}

static bool read_head(struct page *page, struct arena *mem, const json_t *root)
{
	struct span way = text_of(root, "way");

	page->site = clean_of(root, "site", mem);
	page->url = clean_of(root, "url", mem);
	if (!page->site || !page->url || (!span_eq(way, "visitor") && !span_eq(way, "origin")))
		return false;
	page->way = span_eq(way, "visitor") ? WAY_VISITOR : WAY_ORIGIN;
	page->failure = failure_of(text_of(root, "failure"));
	page->error = clean_of(root, "words", mem);
	page->status = num_from(root, "status");
	page->first_status = num_from(root, "first_status");
	page->redirects = num_from(root, "redirects");
	page->address = clean_of(root, "address", mem);
	page->port = num_from(root, "port");
	page->http = clean_of(root, "http", mem);
	page->body_bytes = num_from(root, "body_bytes");
	return true;
}

static bool read_page(struct page *page, struct arena *mem, const json_t *root, int64_t at,
	const struct page_texts *texts)
{
	if (!json_is_object(root) || !read_head(page, mem, root))
		return false;
	page->at = num_of(at);
	page->tries = 1;
	read_times(page, root);
	read_cert(page, mem, root, at);
	if (page->status.known)
		read_body(page, mem, root, texts);
	read_headers(page, mem, root);
	if (page->failure == PAGE_ANSWERED && page->way == WAY_VISITOR && page->has_cert &&
	    bool_of(root, "verified") && browser_refuses(&page->cert)) {
		page->failure = PAGE_TLS_VERIFY;
		page->error = page->cert.verify_error ? page->cert.verify_error
						      : "the certificate is not valid for this name";
	}
	return true;
}

bool page_read_http(struct page *ret, struct arena *mem, struct span json, int64_t at,
	const struct page_texts *texts)
{
	struct page page = { 0 };
	json_t *root = json_loadb(json.p ? json.p : "", json.n, JSON_ALLOW_NUL, NULL);
	bool ok = read_page(&page, mem, root, at, texts);

	json_decref(root);
	if (ok)
		*ret = page;
	return ok;
}
