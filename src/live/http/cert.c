/*
 * The certificate the peer showed, from CURLINFO_CERTINFO: a list of "Name:value" for
 * each certificate, the leaf first. Dates come as "Nov 20 10:00:00 2026 GMT" (OpenSSL)
 * or "2026-11-20 10:00:00 GMT" (others).
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "live/http/exchange.h"
#include "base/sha256.h"

#define NAMES_MAX 200

static const char *field(const struct curl_slist *list, const char *name)
{
	size_t len = strlen(name);

	for (; list; list = list->next)
		if (!strncmp(list->data, name, len) && list->data[len] == ':')
			return list->data + len + 1;
	return NULL;
}

static json_t *clean_json(const char *text)
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

static json_t *date_json(const char *text)
{
	int year, month, day, hour, minute, second;
	char name[4];

	if (!text)
		return json_null();
	if (sscanf(text, "%3s %d %d:%d:%d %d", name, &day, &hour, &minute, &second, &year) == 6)
		month = text_month(span_of(name));
	else if (sscanf(text, "%d-%d-%d %d:%d:%d", &year, &month, &day, &hour, &minute,
			 &second) != 6)
		return json_null();
	if (month < 1 || month > 12 || year < 1900 || year > 9999)
		return json_null();
	return json_integer(text_days_from_civil(year, month, day) * 86400 + hour * 3600 +
			    minute * 60 + second);
}

/* "DNS:a.example, DNS:*.example, IP Address:192.0.2.1" -> names and addresses */
static json_t *names_json(const char *text)
{
	json_t *list = json_array();
	struct span rest = span_of(text ? text : ""), item;

	while (span_cut(&rest, ',', &item) && json_array_size(list) < NAMES_MAX) {
		char name[256];

		item = span_trim(item);
		if (span_starts(item, "DNS:"))
			item = span_skip(item, 4);
		else if (span_starts(item, "IP Address:"))
			item = span_skip(item, 11);
		else
			continue;
		if (!item.n || item.n >= sizeof(name))
			continue;
		memcpy(name, item.p, item.n);
		name[item.n] = '\0';
		json_array_append_new(list, clean_json(name));
	}
	return list;
}

static int digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* Fingerprint of the DER inside a PEM. */
static json_t *fingerprint_json(const char *pem)
{
	struct span body;
	unsigned char *der;
	unsigned long bits = 0;
	char hex[SHA256_HEX_SIZE];
	size_t i, n = 0;
	int have = 0;

	if (!pem || !span_between(span_of(pem), "-----BEGIN CERTIFICATE-----", "-----END", &body))
		return json_null();
	der = xmalloc(body.n + 1);
	for (i = 0; i < body.n; i++) {
		if (digit(body.p[i]) < 0)
			continue;
		bits = (bits << 6 | (unsigned)digit(body.p[i])) & 0xffffff;
		have += 6;
		if (have >= 8) {
			have -= 8;
			der[n++] = (unsigned char)(bits >> have & 0xff);
		}
	}
	sha256_hex(der, n, hex);
	free(der);
	return json_string(hex);
}

static void add_check(const struct exchange *x, json_t *cert)
{
	curl_off_t handshake = 0;

	curl_easy_getinfo(x->easy, CURLINFO_APPCONNECT_TIME_T, &handshake);
	if (x->refused_cert)
		json_object_set_new(cert, "verify", json_integer(x->verify_code));
	else if (x->verify && handshake > 0)
		json_object_set_new(cert, "verify", json_integer(0));
	else
		json_object_set_new(cert, "verify", json_null());
	json_object_set_new(cert, "verify_error", clean_json(x->verify_words));
}

json_t *cert_json(const struct exchange *x)
{
	const struct curl_slist *leaf;
	const char *subject, *issuer;
	struct curl_certinfo *info = NULL;
	json_t *cert;

	curl_easy_getinfo(x->easy, CURLINFO_CERTINFO, &info);
	if (!info || info->num_of_certs < 1 || !(leaf = info->certinfo[0]))
		return NULL;
	subject = field(leaf, "Subject");
	issuer = field(leaf, "Issuer");
	cert = json_object();
	json_object_set_new(cert, "subject", clean_json(subject));
	json_object_set_new(cert, "issuer", clean_json(issuer));
	json_object_set_new(cert, "names", names_json(field(leaf, "X509v3 Subject Alternative Name")));
	json_object_set_new(cert, "not_before", date_json(field(leaf, "Start date")));
	json_object_set_new(cert, "not_after", date_json(field(leaf, "Expire date")));
	json_object_set_new(cert, "self_signed",
		json_boolean(subject && issuer && !strcmp(subject, issuer)));
	json_object_set_new(cert, "sha256", fingerprint_json(field(leaf, "Cert")));
	add_check(x, cert);
	return cert;
}
