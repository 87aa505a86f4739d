/*
 * How it works: an exchange is a row of attempts on one easy handle. An attempt that the
 * certificate stopped is made again without the check; a redirect that keeps the page is
 * followed. Each attempt gets what is left of the whole time.
 */
#include "live/http/exchange.h"

#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>
#include <sys/socket.h>

#include "base/mem.h"
#include "base/span.h"

/* Two SYNs may be lost (they are sent again after 1 and 3 s); more is a closed door. */
#define CONNECT_MS 3200L

/* Headers that say who answered and from where; all others, cookies first of all, stay
 * out of what is kept. A name that ends in '-' stands for all that begin so. */
static const char *const allowed_headers[] = {
	"server", "date", "content-type", "content-length", "content-encoding", "location",
	"retry-after", "age", "via", "cache-control", "cache-status", "proxy-status",
	"x-cache", "x-cache-status", "x-cache-hits", "x-served-by", "x-timer", "cf-", "x-amz-cf-",
	"cdn-", "x-sucuri-", "x-edge-location", "x-shield", "x-varnish", "x-fastcgi-cache",
	"x-proxy-cache", "x-nginx-cache", "x-litespeed-cache", "x-wp-cf-super-cache-active",
	"fastly-debug-path", "x-powered-by", "x-redirect-by", "x-pingback", "link", NULL
};

static bool is_allowed(struct span name)
{
	size_t i, len;

	for (i = 0; allowed_headers[i]; i++) {
		len = strlen(allowed_headers[i]);
		if (allowed_headers[i][len - 1] == '-' ? name.n > len : name.n == len)
			if (!strncasecmp(name.p, allowed_headers[i], len))
				return true;
	}
	return false;
}

/* A value is text of unknown encoding; JSON wants UTF-8: what is not becomes '?'. */
static json_t *json_ascii(struct span s)
{
	char text[1024];
	size_t i, n = s.n < sizeof(text) ? s.n : sizeof(text);
	unsigned char c;

	for (i = 0; i < n; i++) {
		c = (unsigned char)s.p[i];
		text[i] = c >= 0x20 && c < 0x7f ? (char)c : '?';
	}
	return json_stringn(text, n);
}

static void keep_header(struct exchange *x, struct span line)
{
	struct span name, value = line;
	char lower[64];
	const char *query;
	size_t i;

	if (!span_cut(&value, ':', &name) || name.n >= sizeof(lower) || !is_allowed(name))
		return;
	for (i = 0; i < name.n; i++)
		lower[i] = (char)(name.p[i] >= 'A' && name.p[i] <= 'Z' ? name.p[i] + 32 : name.p[i]);
	value = span_trim(value);
	query = value.n ? memchr(value.p, '?', value.n) : NULL;
	if (query && name.n == 8 && !memcmp(lower, "location", 8))
		value.n = (size_t)(query - value.p);
	if (json_array_size(x->headers) < 64)
		json_array_append_new(x->headers, json_pack("[o,o]",
			json_stringn(lower, name.n), json_ascii(value)));
}

static size_t on_header(char *bytes, size_t size, size_t count, void *owner)
{
	struct exchange *x = owner;
	struct span line = { bytes, size * count };

	x->header_bytes += line.n;
	if (x->header_bytes > EXCHANGE_HEADERS_MAX) {
		x->headers_over = true;
		return 0;
	}
	if (span_starts(line, "HTTP/"))
		json_array_clear(x->headers);
	else
		keep_header(x, line);
	return size * count;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *owner)
{
	struct exchange *x = owner;

	x->body_bytes += (int64_t)(size * count);
	buf_add(&x->body, bytes, size * count);
	if (x->body_bytes > EXCHANGE_READ_MAX) {
		x->body_over = true;
		return 0;
	}
	return size * count;
}

static char *dup_or_null(const char *text)
{
	return text ? xstrdup(text) : NULL;
}

/* "addr", "addr:port", "v6", "[v6]:port" -> libcurl's "HOST:PORT:ADDR:PORT" */
static char *connect_rule(const char *from, const char *to)
{
	const char *colon = strchr(to, ':');

	if (*to == '[')
		return xasprintf("%s%s%s", from, to, strstr(to, "]:") ? "" : ":");
	if (colon && strchr(colon + 1, ':'))
		return xasprintf("%s[%s]:", from, to);
	return xasprintf("%s%s%s", from, to, colon ? "" : ":");
}

static void add_rule(struct exchange *x, const char *from, const char *to)
{
	char *rule = connect_rule(from, to);

	x->connect_to = curl_slist_append(x->connect_to, rule);
	free(rule);
}

/* HOST:PORT:ADDR[,ADDR], several between blanks. libcurl's own option for it would stay
 * in a cache that all requests share. */
static void add_resolves(struct exchange *x, const char *resolves)
{
	struct span rest = span_of(resolves), word, host, port, address;
	char *from, *to;

	for (word = span_word(&rest); word.n; word = span_word(&rest)) {
		address = word;
		if (!span_cut(&address, ':', &host) || !span_cut(&address, ':', &port) || !address.n)
			continue;
		from = xstrndup(word.p, host.n + port.n + 2);
		span_cut(&address, ',', &host);
		to = xstrndup(host.p, host.n);
		add_rule(x, from, to);
		free(from);
		free(to);
	}
}

struct exchange *exchange_new(const struct page_request *request, int64_t now)
{
	struct exchange *x = xcalloc(1, sizeof(*x));

	x->easy = curl_easy_init();
	if (!x->easy)
		abort(); /* only for want of memory */
	x->url = xstrdup(request->url);
	x->site = xstrdup(request->site ? request->site : request->url);
	x->way = xstrdup(request->way);
	x->visitor = strcmp(request->way, "visitor") == 0;
	x->ca_file = dup_or_null(request->ca_file);
	x->insecure = request->insecure;
	x->verify = !request->insecure;
	x->bust_cache = request->bust_cache;
	x->deadline = now + (request->timeout_ms > 0 ? request->timeout_ms : 10000);
	x->headers = json_array();
	buf_init(&x->body, EXCHANGE_BODY_MAX);
	if (request->connect && *request->connect)
		add_rule(x, "::", request->connect);
	else if (request->resolve)
		add_resolves(x, request->resolve);
	x->request_headers = curl_slist_append(NULL, "Accept: text/html,*/*;q=0.8");
	return x;
}

void exchange_free(struct exchange *x)
{
	curl_easy_cleanup(x->easy);
	curl_slist_free_all(x->connect_to);
	curl_slist_free_all(x->request_headers);
	json_decref(x->headers);
	buf_release(&x->body);
	free(x->host);
	free(x->site);
	free(x->way);
	free(x->ca_file);
	free(x->url);
	free(x->verify_words);
	free(x);
}

static void random_query(char *out, size_t size)
{
	unsigned char bytes[8];
	size_t i;

	if (getrandom(bytes, sizeof(bytes), GRND_NONBLOCK) != sizeof(bytes))
		memset(bytes, 0x5a, sizeof(bytes)); /* early boot: better than to wait */
	for (i = 0; i < sizeof(bytes); i++)
		snprintf(out + 6 + 2 * i, size - 6 - 2 * i, "%02x", bytes[i]);
	memcpy(out, "wp502=", 6);
}

/* False when the url is none of http or https. */
static bool set_url(struct exchange *x)
{
	CURLU *url = curl_url();
	char query[32], *text = NULL;
	bool ok;

	random_query(query, sizeof(query));
	ok = url && curl_url_set(url, CURLUPART_URL, x->url, 0) == CURLUE_OK;
	if (ok && x->bust_cache)
		ok = curl_url_set(url, CURLUPART_QUERY, query, CURLU_APPENDQUERY) == CURLUE_OK;
	ok = ok && curl_url_get(url, CURLUPART_URL, &text, 0) == CURLUE_OK &&
	     (!strncasecmp(text, "http://", 7) || !strncasecmp(text, "https://", 8));
	if (ok)
		curl_easy_setopt(x->easy, CURLOPT_URL, text);
	curl_free(text);
	curl_url_cleanup(url);
	return ok;
}

static void set_limits(struct exchange *x, int64_t now)
{
	int64_t left = x->deadline - now;

	curl_easy_setopt(x->easy, CURLOPT_TIMEOUT_MS, (long)(left > 1 ? left : 1));
	curl_easy_setopt(x->easy, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
	curl_easy_setopt(x->easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(x->easy, CURLOPT_QUICK_EXIT, 1L);
	curl_easy_setopt(x->easy, CURLOPT_DNS_CACHE_TIMEOUT, 0L);
	curl_easy_setopt(x->easy, CURLOPT_FRESH_CONNECT, 1L);
	curl_easy_setopt(x->easy, CURLOPT_FORBID_REUSE, 1L);
	curl_easy_setopt(x->easy, CURLOPT_PROTOCOLS_STR, "http,https");
	if (!x->visitor)
		curl_easy_setopt(x->easy, CURLOPT_PROXY, "");
}

/* libcurl names the peer only of a connection that was made; where one was refused is
 * what tells a firewall from an edge that is down. */
static curl_socket_t open_socket(void *data, curlsocktype purpose, struct curl_sockaddr *to)
{
	struct exchange *x = data;

	(void)purpose;
	if (getnameinfo(&to->addr, to->addrlen, x->dialled, sizeof(x->dialled), NULL, 0,
			NI_NUMERICHOST) != 0)
		x->dialled[0] = '\0';
	return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

static void set_request(struct exchange *x)
{
	curl_easy_setopt(x->easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
	curl_easy_setopt(x->easy, CURLOPT_USERAGENT, "wp502/" WP502_VERSION);
	curl_easy_setopt(x->easy, CURLOPT_HTTPHEADER, x->request_headers);
	curl_easy_setopt(x->easy, CURLOPT_ACCEPT_ENCODING, "");
	if (!x->prepared) /* once: cookies of an answer live until the next attempt */
		curl_easy_setopt(x->easy, CURLOPT_COOKIEFILE, "");
	x->prepared = true;
	if (x->bust_cache)
		curl_easy_setopt(x->easy, CURLOPT_COOKIE, "wordpress_logged_in_x=1");
	if (x->connect_to)
		curl_easy_setopt(x->easy, CURLOPT_CONNECT_TO, x->connect_to);
}

bool exchange_prepare(struct exchange *x, int64_t now)
{
	buf_clear(&x->body);
	json_array_clear(x->headers);
	x->body_bytes = 0;
	x->header_bytes = 0;
	x->body_over = x->headers_over = false;
	x->words[0] = '\0';
	x->dialled[0] = '\0';
	set_limits(x, now);
	set_request(x);
	curl_easy_setopt(x->easy, CURLOPT_PRIVATE, x);
	curl_easy_setopt(x->easy, CURLOPT_ERRORBUFFER, x->words);
	curl_easy_setopt(x->easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(x->easy, CURLOPT_WRITEDATA, x);
	curl_easy_setopt(x->easy, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(x->easy, CURLOPT_HEADERDATA, x);
	curl_easy_setopt(x->easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(x->easy, CURLOPT_OPENSOCKETDATA, x);
	curl_easy_setopt(x->easy, CURLOPT_CERTINFO, 1L);
	curl_easy_setopt(x->easy, CURLOPT_SSL_VERIFYPEER, x->verify ? 1L : 0L);
	curl_easy_setopt(x->easy, CURLOPT_SSL_VERIFYHOST, x->verify ? 2L : 0L);
	if (x->ca_file)
		curl_easy_setopt(x->easy, CURLOPT_CAINFO, x->ca_file);
	return set_url(x);
}

static char *url_part(const char *text, CURLUPart part)
{
	CURLU *url = curl_url();
	char *value = NULL, *ret = NULL;

	if (url && curl_url_set(url, CURLUPART_URL, text, 0) == CURLUE_OK &&
	    curl_url_get(url, part, &value, 0) == CURLUE_OK)
		ret = xstrdup(value);
	curl_free(value);
	curl_url_cleanup(url);
	return ret ? ret : xstrdup("");
}

static bool same_but_slash(const char *a, const char *b)
{
	size_t na = strlen(a), nb = strlen(b);

	while (na && a[na - 1] == '/')
		na--;
	while (nb && b[nb - 1] == '/')
		nb--;
	return na == nb && !memcmp(a, b, na);
}

static const char *without_www(const char *host)
{
	return strncasecmp(host, "www.", 4) ? host : host + 4;
}

/* The same page of the same site: the only redirect worth a second request. */
static bool keeps_page(const char *from, const char *to)
{
	char *from_host = url_part(from, CURLUPART_HOST), *to_host = url_part(to, CURLUPART_HOST);
	char *from_path = url_part(from, CURLUPART_PATH), *to_path = url_part(to, CURLUPART_PATH);
	bool downgrade = !strncasecmp(from, "https:", 6) && strncasecmp(to, "https:", 6);
	bool ok = !downgrade && *to_host &&
		  !strcasecmp(without_www(from_host), without_www(to_host)) &&
		  same_but_slash(from_path, to_path);

	free(from_host);
	free(to_host);
	free(from_path);
	free(to_path);
	return ok;
}

static bool follow(struct exchange *x)
{
	char *to = NULL;
	long status = 0;

	curl_easy_getinfo(x->easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(x->easy, CURLINFO_REDIRECT_URL, &to);
	if (!x->first_status)
		x->first_status = status;
	if (!x->visitor || !to || !keeps_page(x->url, to))
		return false;
	if (x->redirects == EXCHANGE_REDIRECTS_MAX) {
		x->looped = true;
		return false;
	}
	x->redirects++;
	to = xstrdup(to);
	free(x->url);
	x->url = to;
	x->verify = !x->insecure && !x->refused_cert && !x->no_ca;
	return true;
}

/* The attempt with the check failed: once more without, to see what lies behind. */
static void drop_check(struct exchange *x, CURLcode code)
{
	x->verify = false;
	x->no_ca = code == CURLE_SSL_CACERT_BADFILE;
	x->refused_cert = !x->no_ca;
	curl_easy_getinfo(x->easy, CURLINFO_SSL_VERIFYRESULT, &x->verify_code);
	if (x->verify_code == 1) /* never set: the chain was good, then the name was not */
		x->verify_code = 0;
	free(x->verify_words);
	x->verify_words = xstrdup(*x->words ? x->words : curl_easy_strerror(code));
}

bool exchange_next(struct exchange *x, CURLcode code, int64_t now)
{
	if (now >= x->deadline)
		return false;
	if (x->verify && (code == CURLE_PEER_FAILED_VERIFICATION ||
			  code == CURLE_SSL_CACERT_BADFILE)) {
		drop_check(x, code);
		return true;
	}
	return code == CURLE_OK && follow(x);
}
