/*
 * What we know of nginx. Reports: nginx (configuration, from `nginx -T` or the files),
 * nginx.log (error log since the window), nginx.access (counts of the access log).
 */
#ifndef PROBES_NGINX_FACTS_H
#define PROBES_NGINX_FACTS_H

#include "probes/fact.h"

enum pass_kind { PASS_NONE, PASS_FASTCGI, PASS_PROXY, PASS_OTHER };

struct nginx_listen {
	struct endpoint at;
	bool tls;
	bool is_default;
};

/* One location (or server) that hands requests to something behind nginx. */
struct nginx_pass {
	enum pass_kind kind;
	const char *target;     /* as written: unix:/run/x.sock, 127.0.0.1:9000, name, $var */
	bool computed;          /* holds a variable we could not resolve */
	bool tls;               /* proxy_pass https:// */
	const char *group;      /* upstream block used, or NULL */
	struct endpoint *peers; /* what it may reach */
	size_t peer_count;
	const char *location;   /* "~ \.php$"; NULL: the server itself */
	const char *root;       /* document root in force there */
	struct num connect_ms, read_ms, send_ms, buffer_size; /* NULL-ish: nginx's default */
	const char *cache_valid;/* fastcgi_cache_valid that keeps 5xx too ("any 10m"), or NULL */
	const char *file;       /* where it is written */
	struct num line;
};

/* `return 503;`: an error that nginx is told to answer with. */
struct nginx_return {
	int status;             /* 400 to 999; 444 closes the connection */
	const char *location;   /* NULL: the server itself, or an if in it */
	const char *file;
	struct num line;
};

struct nginx_server {
	const char **names;     size_t name_count; /* server_name, first is the main one */
	struct nginx_listen *listens; size_t listen_count;
	struct nginx_pass *passes;    size_t pass_count;
	struct nginx_return *returns; size_t return_count;
	const char *root;
	const char *cert, *cert_key;
	const char *error_log, *access_log; /* effective: own or inherited; NULL: off */
	bool returns_only;      /* a bare redirect server: no pass, only return/rewrite */
	const char *file;
	struct num line;
};

/* What an error-log line says (signals.md 1.2), told from errno and fixed words. */
enum nginx_error_kind {
	NGX_OTHER,
	NGX_CONNECT,          /* connect() failed; errno tells */
	NGX_TIMEOUT_CONNECT,  /* upstream timed out while connecting / TLS handshake */
	NGX_TIMEOUT_READ,     /* ... while sending request / reading response header */
	NGX_TIMEOUT_BODY,     /* ... while reading upstream */
	NGX_CLOSED_HEADER,    /* 104 or premature close before the header was whole */
	NGX_CLOSED_BODY,      /* ... in the body */
	NGX_BIG_HEADER,
	NGX_INVALID_HEADER,   /* invalid/no valid header, unsupported FastCGI version */
	NGX_NO_LIVE_UPSTREAMS,
	NGX_RESOLVE,          /* no resolver, could not be resolved, host not found */
	NGX_BAD_UPSTREAM,     /* no host/port in upstream */
	NGX_NO_FILES,         /* errno 24 */
	NGX_WORKER_CONNECTIONS,
	NGX_WORKER_CONNECTIONS_WARN, /* "reusing connections" */
	NGX_TLS_UPSTREAM,     /* handshake or verification with the upstream failed */
	NGX_PHP_FATAL,        /* FastCGI sent in stderr: PHP Fatal / Parse / uncaught */
	NGX_PHP_STDERR,       /* other FastCGI stderr */
	NGX_NO_SCRIPT,        /* Primary script unknown */
	NGX_DENIED_SCRIPT,    /* security.limit_extensions */
	NGX_TEMP_FILE,        /* pwritev/open of a temp file failed; errno tells */
	NGX_LIMIT,            /* limiting requests / connections by zone */
	NGX_WORKER_EXIT,      /* worker process exited on signal */
	NGX_BIND,             /* bind() failed */
	NGX_EMERG,            /* any other emerg: configuration broken */
	NGX_CLIENT_ABORT,
	NGX_NO_SPACE          /* errno 28 on anything else */
};

struct nginx_error {
	struct log_line line;
	enum nginx_error_kind kind;
	const char *level;
	struct num pid, code;    /* code = errno */
	const char *action;      /* "connecting to upstream", ...; NULL */
	const char *client, *server, *host;
	const char *method, *uri;
	const char *upstream;    /* as written */
	struct endpoint peer;    /* its address, when it is one */
	enum pass_kind peer_kind;/* fastcgi:// or http(s):// */
	const char *path;        /* socket or file named in the message */
	const char *zone;        /* limit zone */
	struct num signal;       /* WORKER_EXIT */
};

/* One minute-free summary of an access log since the window began. */
struct nginx_access {
	const char *path;
	struct num requests, server_errors; /* 5xx */
	struct num s499, s500, s502, s503, s504;
	struct num fresh_requests, fresh_errors; /* last 60 s */
	/* busiest URIs, clients and agents: "uri\0" with counts */
	struct nginx_top { const char *what; struct num count; } *uris, *clients;
	size_t uri_count, client_count;
};

/* A host name that a pass or upstream block is written with, looked up on the server. */
struct nginx_name {
	const char *name;
	const char *addresses;     /* blank-separated; NULL: did not resolve */
};

/* A certificate's file on disk: newer than the workers, and they serve the one before. */
struct nginx_cert {
	const char *path;
	struct num mtime;          /* epoch s */
};

/* A path of the configuration that is a symbolic link. */
struct nginx_link {
	const char *path, *target;
};

/* A folder for temporary files. */
struct nginx_temp {
	const char *path;
	struct num mode;           /* permission bits */
	const char *owner;
};

struct nginx_facts {
	struct arena *mem;
	enum tri config_readable;
	enum tri config_ok;        /* `nginx -t` */
	const char *config_error;  /* its emerg line */
	const char *config_path;   /* main file */
	const char *version, *binary;
	const char *user;
	const char *resolver;      /* any resolver directive; NULL: none */
	struct num limit_status;   /* limit_req_status or limit_conn_status where set */
	struct num worker_connections, worker_processes;
	struct num config_mtime;   /* newest file read, epoch s */
	const char *config_newest; /* its path */
	struct nginx_server *servers; size_t server_count;
	struct nginx_name *names;     size_t name_count;
	struct nginx_link *links;     size_t link_count;
	struct nginx_temp *temps;     size_t temp_count;
	struct nginx_cert *certs;     size_t cert_count;
	struct nginx_error *errors;   size_t error_count; /* oldest first */
	struct nginx_access *access;  size_t access_count;
	enum tri log_known;           /* at least one error log could be read */
	const char *log_path;         /* main error log */
	const char **error_logs;      size_t error_log_count;  /* all, main first */
	const char **access_logs;     size_t access_log_count;
};

#endif
