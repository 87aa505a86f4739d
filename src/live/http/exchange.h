/*
 * exchange: one page request from its first attempt to its last, without the loop.
 * Internal to live/http.
 *
 * exchange_new -> [exchange_easy added to a multi -> exchange_next ...] until
 * exchange_next says no -> exchange_json -> exchange_free (handle removed before).
 */
#ifndef LIVE_HTTP_EXCHANGE_H
#define LIVE_HTTP_EXCHANGE_H

#include <curl/curl.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "model/source.h"

#define EXCHANGE_BODY_MAX 65536      /* kept */
#define EXCHANGE_READ_MAX (2 << 20)  /* read, then the connection is closed */
#define EXCHANGE_HEADERS_MAX 131072  /* of one answer */
#define EXCHANGE_REDIRECTS_MAX 5

struct exchange {
	struct exchange *next; /* list of http.c */
	CURL *easy;
	uint64_t re;
	int64_t deadline;      /* loop time, ms */
	char *host;            /* target */
	char *site, *way, *ca_file;
	char *url;             /* asked now, without the cache-busting query */
	bool visitor, insecure, bust_cache;
	bool prepared;         /* at least once */
	struct curl_slist *connect_to, *request_headers;

	/* of the attempt under way */
	bool verify;
	char words[CURL_ERROR_SIZE];
	struct buf body;
	int64_t body_bytes;
	size_t header_bytes;
	json_t *headers;
	bool body_over, headers_over;
	char dialled[48];      /* the newest address a connection was tried to; "": none */

	/* of the whole */
	int redirects;
	long first_status;
	bool looped;           /* redirects without end */
	bool refused_cert;     /* an attempt with the check failed for the certificate */
	long verify_code;      /* then: OpenSSL's number, 0: the name */
	char *verify_words;
	bool no_ca;            /* no usable list of authorities here: chain not checked */
};

struct exchange *exchange_new(const struct page_request *request, int64_t now);
void exchange_free(struct exchange *x);

/* Sets the handle up for the next attempt; false when the url cannot be asked at all. */
bool exchange_prepare(struct exchange *x, int64_t now);
/* An attempt ended with `code`: true when another one is to be made. */
bool exchange_next(struct exchange *x, CURLcode code, int64_t now);
/* The event's payload; the caller frees it. */
char *exchange_json(struct exchange *x, CURLcode code);

/* cert.c: the chain the peer showed as JSON, or NULL. */
json_t *cert_json(const struct exchange *x);

#endif
