/*
 * What pages answered, one entry per site and way. The ways: visitor (as a browser
 * goes, through any CDN), origin (straight to the server, right Host and SNI, past
 * caches), loopback (asked on the server itself), static (a file that runs no PHP).
 */
#ifndef PROBES_VISITOR_FACTS_H
#define PROBES_VISITOR_FACTS_H

#include "probes/fact.h"

enum page_way { WAY_VISITOR, WAY_ORIGIN, WAY_LOOPBACK, WAY_STATIC, WAYS };

const char *page_way_name(enum page_way way);

/* Why no answer came, from libcurl's code or curl's exit status. */
enum page_failure {
	PAGE_ANSWERED,
	PAGE_NO_NAME,      /* DNS */
	PAGE_REFUSED,
	PAGE_UNREACHABLE,  /* no route, network down */
	PAGE_CONNECT_TIMEOUT,
	PAGE_TLS,          /* handshake failed */
	PAGE_TLS_VERIFY,   /* certificate every browser refuses: dates, name, self-signed */
	PAGE_EMPTY,        /* connection closed without a reply */
	PAGE_RESET,
	PAGE_TIMEOUT,      /* connected, no answer in time */
	PAGE_BROKEN_BODY,  /* short or garbled body */
	PAGE_OTHER
};

/* Texts in a body that name their maker or the fault. */
enum page_mark {
	MARK_DB_ERROR = 1,        /* Error establishing a database connection */
	MARK_REDIS_ERROR = 2,     /* Error establishing a Redis connection */
	MARK_CRITICAL = 4,        /* There has been a critical error on this website */
	MARK_MAINTENANCE = 8,     /* Briefly unavailable for scheduled maintenance */
	MARK_NGINX = 16,          /* <center>nginx */
	MARK_CLOUDFLARE_BRANDED = 32,
	MARK_CLOUDFLARE_PLAIN = 64,
	MARK_BAD_GATEWAY = 128,   /* says Bad Gateway */
	MARK_INSTALL = 256,       /* redirected to wp-admin/install.php */
	MARK_FILE_NOT_FOUND = 512,/* FPM's "File not found." */
	MARK_MISSING_EXTENSION = 1024, /* WordPress: missing the MySQL extension */
	MARK_FORBIDDEN_TEXT = 2048,/* --forbid matched */
	MARK_EXPECTED_MISSING = 4096, /* --expect did not match */
	MARK_VARNISH = 8192,
	MARK_PLAIN_HTTP_TO_TLS = 16384, /* 400 The plain HTTP request was sent to HTTPS port */
	MARK_EMPTY = 32768,       /* 200 with an empty body */
	MARK_CLIENT_CERT = 65536, /* 400 No required SSL certificate was sent: no fault */
	MARK_GURU = 131072        /* Varnish's Guru Meditation */
};

struct page_cert {
	struct num not_before, not_after; /* epoch seconds */
	const char *subject, *issuer, *names; /* names: SAN, blank-separated */
	/* as a strict CDN would check it: Origin CA counts as a good chain */
	enum tri name_ok, dates_ok, chain_ok;
	bool origin_ca, self_signed;
	const char *verify_error;
	const char *sha256;
};

struct page {
	const char *site;       /* url of the site */
	const char *url;        /* what was asked */
	enum page_way way;
	enum page_failure failure;
	const char *error;      /* the library's words, when it failed */
	struct num status;
	const char *address;    /* that answered */
	struct num port;
	/* since the request began, as curl's time_*: each includes those before it */
	struct num dns_ms, connect_ms, tls_ms, first_byte_ms, total_ms;
	struct num at;          /* console's clock, epoch s, when it ended */
	struct num server_at;   /* same moment on the server's clock, if known */
	const char *server;     /* Server: header */
	const char *location;   /* Location: header */
	const char *content_type;
	struct num retry_after, age_s, body_bytes;
	const char *cache;      /* cache status as said: HIT, MISS ... (NULL: none) */
	bool cache_hit;         /* served from a cache, old copy included */
	const char *cache_header; /* header it came from */
	const char *edge;       /* brand of the CDN: cloudflare, fastly ... or NULL */
	const char *edge_id;    /* cf-ray and the like */
	const char *edge_pop;
	bool edge_made;         /* the edge itself made this answer */
	bool from_php;          /* a header says PHP or WordPress made it */
	bool challenged;        /* the edge's bot check answered instead of the site */
	struct num first_status;/* before redirects were followed */
	struct num redirects;   /* how many were followed */
	const char *http;       /* "1.1", "2" */
	unsigned marks;         /* enum page_mark */
	const char *title;      /* <title> */
	struct page_cert cert;  /* of whoever terminated TLS */
	bool has_cert;
	unsigned tries;         /* confirmed by how many requests */
};

/* Written by visitor_keep (visitor.h) only, which copies pages deep into `mem`. */
struct visitor_facts {
	struct page *pages; size_t page_count; /* newest per site and way */
	struct arena *mem;      /* owned: visitor_release frees it */
	enum tri loopback_tool; /* curl or wget exists on the server */
};

#endif
