/*
 * The rooms behind fpm's table of causes: what each row looks at, and what they share.
 * Internal to probes/fpm.
 */
#ifndef PROBES_FPM_CAUSES_H
#define PROBES_FPM_CAUSES_H

#include "probes/cause.h"

/* causes_down.c: nobody answers at the socket, or not to nginx */
void fpm_look_down(const struct site_view *v, struct finding *f);
void fpm_look_socket_gone(const struct site_view *v, struct finding *f);
void fpm_look_killed(const struct site_view *v, struct finding *f);
void fpm_look_config_invalid(const struct site_view *v, struct finding *f);
void fpm_look_bind_conflict(const struct site_view *v, struct finding *f);
/* causes_access.c */
void fpm_look_socket_permission(const struct site_view *v, struct finding *f);
void fpm_look_allowed_clients(const struct site_view *v, struct finding *f);
/* causes_busy.c: all workers are at work */
void fpm_look_pool_saturated(const struct site_view *v, struct finding *f);
void fpm_look_slow_endpoint(const struct site_view *v, struct finding *f);
void fpm_look_bot_flood(const struct site_view *v, struct finding *f);
void fpm_look_backlog_full(const struct site_view *v, struct finding *f);
void fpm_look_dead_work_queue(const struct site_view *v, struct finding *f);
void fpm_look_process_limit(const struct site_view *v, struct finding *f);
/* causes_wait.c: they wait for somebody */
void fpm_look_waits_on_mysql(const struct site_view *v, struct finding *f);
void fpm_look_waits_on_remote_http(const struct site_view *v, struct finding *f);
void fpm_look_loopback_deadlock(const struct site_view *v, struct finding *f);
void fpm_look_lock_contention(const struct site_view *v, struct finding *f);
void fpm_look_frozen(const struct site_view *v, struct finding *f);
/* causes_death.c: single requests or workers end badly */
void fpm_look_script_timeout(const struct site_view *v, struct finding *f);
void fpm_look_terminate_timeout(const struct site_view *v, struct finding *f);
void fpm_look_segfault(const struct site_view *v, struct finding *f);
void fpm_look_reload_cut(const struct site_view *v, struct finding *f);
void fpm_look_opcache(const struct site_view *v, struct finding *f);

/* --- shared: ask.c ----------------------------------------------------------------- */

/* nginx passes this site's PHP by FastCGI to an endpoint on this machine. */
bool fpm_dialled_here(const struct site_view *v);
/* The master of the site's pool (any master where no pool is known) runs. */
enum tri fpm_runs(const struct site_view *v);
/* The site's master; where its pool is unknown, the one a unit would start; NULL. */
const struct fpm_master *fpm_master_of(const struct site_view *v);
const struct host_unit *fpm_unit_of(const struct site_view *v);
/* Its unit's name for people and commands: never NULL. */
const char *fpm_unit_name(const struct site_view *v);
/* "systemctl start php8.2-fpm.service", as this machine's manager wants it. */
const char *fpm_command(const struct site_view *v, struct finding *f, const char *verb);
/* "/run/php/x.sock" or "127.0.0.1:9000" of the site's peer. */
const char *fpm_peer_text(const struct site_view *v, struct finding *f);
/* File of the site's pool, for fixes: never NULL. */
const char *fpm_pool_file(const struct site_view *v);
const char *fpm_pool_name(const struct site_view *v);
/* Newest event of the kind for this site's master, as old as `seconds` allow; NULL. */
const struct fpm_event *fpm_event_within(const struct site_view *v, enum fpm_event_kind kind,
	int64_t seconds);
/* Evidence: the state of the unit, or of the process table where there is no manager. */
void fpm_unit_evidence(const struct site_view *v, struct finding *f);

#endif
