/*
 * crowd: what the workers of one site's pool are doing, counted once for all causes
 * that ask. Pure; everything is borrowed from the view.
 */
#ifndef PROBES_FPM_CROWD_H
#define PROBES_FPM_CROWD_H

#include "base/span.h"
#include "probes/cause.h"

struct crowd {
	struct num all, busy;    /* workers; busy unknown without rights and queues */
	struct num queued;       /* connections that no worker has taken */
	struct num room;         /* effective backlog */
	struct num abandoned;    /* requests at work whose client has gone */
	struct num visitors;     /* connections to our web ports now */
	int64_t max;             /* pm.max_children; 0 unknown */
	bool full;               /* no idle worker, and connections wait or none may be added */
	bool judged;             /* it is known what each busy worker waits for */
	enum tri held;           /* most are still at the request of a second ago */
	/* busy workers by what they wait for; each counts once */
	int db, remote, own, lock, sleep, cpu, disk, stopped, other;
	const struct host_peer *remote_peer, *own_peer, *db_peer; /* one example each */
	bool connecting;         /* remote_peer has not even answered the knock */
	int known;               /* busy workers whose request is known (scoreboard) */
	int pages;               /* of these: at ordinary pages, no two the same on purpose */
	int cron, doors;         /* at wp-cron.php; at wp-login.php or xmlrpc.php */
	int alike;               /* at the one thing in `endpoint` */
	const char *endpoint;    /* "/wp-admin/admin-ajax.php": most are at it; or NULL */
	struct span argument;    /* where that is /index.php: "export=1", that they share */
	bool pages_sure;         /* nginx's timeouts name the front page, or many addresses */
	int long_ones;           /* taken LONG_S or more ago */
	struct num oldest_s;
};

#define CROWD_LONG_S 3       /* no ordinary page takes that long */

/* Zeroed (all unknown) where the site has no pool here. */
struct crowd crowd_of(const struct site_view *v);

/* Adds what the scoreboard says to a zeroed crowd; crowd_of() does. */
void crowd_count_work(const struct site_view *v, struct crowd *c);
/* "/wp-admin/admin-ajax.php", "/?export=1"; NULL. */
const char *crowd_endpoint(const struct crowd *c, struct finding *f);

/* They are at the same requests for long: not merely slower than others come. */
bool crowd_long(const struct crowd *c);

/* At least half of the busy ones, and one at all. */
bool crowd_most(const struct crowd *c, int count);

/*
 * The site's visitors suffer now: a page failed, nginx logged a fresh timeout, reset or
 * refusal for it, or as many wait in the queue as there are workers.
 */
bool crowd_trouble(const struct site_view *v, const struct crowd *c);

/* Adds the state "5 of 5 workers busy, 9 connections wait" and fresh nginx lines. */
void crowd_evidence(const struct site_view *v, const struct crowd *c, struct finding *f);

/* Words for a peer: "203.0.113.20:443" or a path. */
const char *crowd_peer(struct finding *f, const struct host_peer *peer);

/* Newest fresh or recent slow-log record of this pool, or NULL. */
const struct fpm_slow *crowd_slow(const struct site_view *v);

#endif
