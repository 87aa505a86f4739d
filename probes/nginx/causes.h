/*
 * What the causes of nginx share: the signs in the error log, and the state of nginx
 * itself. Private to probes/nginx.
 */
#ifndef PROBES_NGINX_CAUSES_H
#define PROBES_NGINX_CAUSES_H

#include "probes/nginx/nginx.h"

/* Lines of the error log that a test accepts: fresh ones, and older ones in the window. */
struct sign {
	const struct nginx_error *first, *last; /* in the window; NULL: none */
	int fresh;
};

typedef bool sign_test(const struct site_view *v, const struct nginx_error *e);

struct sign sign_find(const struct site_view *v, sign_test *test);
/* Quotes the newest and, when it is another, the oldest of them. */
void sign_quote(struct finding *f, const struct site_view *v, struct sign sign);
/* Fresh lines prove it; only older ones leave a hint; without any, nothing. True: proven. */
bool sign_judge(struct finding *f, const struct site_view *v, struct sign sign,
	enum health health);

const struct host_proc *nginx_master(const struct site_view *v);
/* When the oldest worker was started: nothing it runs was read later. */
struct num nginx_oldest_worker(const struct site_view *v);
/* The unit that starts nginx: of several the enabled or active one; NULL. */
const struct host_unit *nginx_unit(const struct site_view *v);
bool unit_active(const struct host_unit *unit);
bool unit_enabled(const struct host_unit *unit);
/* Something on this server says that nginx should run. */
bool nginx_wanted(const struct site_view *v);
/* A socket that a server of the configuration should listen on and somebody listens on. */
const struct host_listener *nginx_port_holder(const struct site_view *v, int *ret_port);
bool is_nginx_name(const char *comm);
/* The server's clock when the state was read. */
int64_t state_at(const struct site_view *v);
/* "systemctl start nginx", or what this machine uses in its place. */
const char *unit_command(struct finding *f, const struct site_view *v, const char *verb,
	const struct host_unit *unit);
/* "unix:/run/x.sock" or "127.0.0.1:9000". */
const char *endpoint_text(struct finding *f, const struct endpoint *at);
/* A page that failed, the most telling way first; NULL. */
const struct page *failing_page(const struct site_view *v);
bool page_status(const struct page *page, int status);
/* The pool behind this site answers: somebody listens, nothing waits, not all are busy. */
enum tri pool_idle(const struct site_view *v);
/* An FPM pool is configured to listen there. */
const struct fpm_pool *pool_at(const struct site_view *v, const struct endpoint *at);
/* Who listens there on this machine; NULL. */
const struct host_listener *listener_of(const struct site_view *v, const struct endpoint *at);
/* Where the pass is written: "FILE:LINE". */
const char *pass_place(struct finding *f, const struct nginx_pass *pass);

void look_down(const struct site_view *v, struct finding *f);
void look_config_invalid(const struct site_view *v, struct finding *f);
void look_port_taken(const struct site_view *v, struct finding *f);
void look_not_reloaded(const struct site_view *v, struct finding *f);
void look_stale_address(const struct site_view *v, struct finding *f);
void look_worker_connections(const struct site_view *v, struct finding *f);
void look_file_descriptors(const struct site_view *v, struct finding *f);
void look_temp_dir(const struct site_view *v, struct finding *f);
void look_worker_crash(const struct site_view *v, struct finding *f);
void look_cached_error(const struct site_view *v, struct finding *f);
void look_header_too_big(const struct site_view *v, struct finding *f);
void look_protocol_mismatch(const struct site_view *v, struct finding *f);
void look_backend_down(const struct site_view *v, struct finding *f);
void look_rate_limited(const struct site_view *v, struct finding *f);
void look_name_resolution(const struct site_view *v, struct finding *f);
void look_told_to(const struct site_view *v, struct finding *f);
void look_socket_mismatch(const struct site_view *v, struct finding *f);

#endif
