/*
 * scenes: models made by hand, one per situation a screen must show. Everything lives in
 * one arena; nothing here is measured, all of it is plausible.
 */
#ifndef TESTS_GOLDEN_SCENES_H
#define TESTS_GOLDEN_SCENES_H

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "model/model.h"
#include "probes/face.h"

#define NOW INT64_C(1795185127) /* 2026-11-20 14:32:07 UTC */

static const struct cause scene_fpm_down = {
	.id = "fpm.down", .link = LINK_FPM, .title = "PHP-FPM is stopped", .arrow = "nginx>fpm",
	.plain = "Nginx hands each PHP request to PHP-FPM through a socket. Nobody listens there, "
		"because the service is stopped: Nginx is refused and answers 502 at once.",
};
static const struct cause scene_fpm_full = {
	.id = "fpm.pool-full", .link = LINK_FPM, .title = "the FPM pool is full",
	.arrow = "nginx>fpm",
	.plain = "All PHP workers are busy and the socket's queue is full, so Nginx is refused and "
		"answers 502 at once. Static files still work.",
};
static const struct cause scene_spike = { .id = "visitor.spike", .link = LINK_VISITOR,
	.title = "more requests than usual" };
static const struct cause scene_oom = { .id = "host.oom", .link = LINK_HOST,
	.title = "the kernel killed a process for want of memory" };
static const struct cause scene_slow = { .id = "fpm.slow", .link = LINK_FPM,
	.title = "part of the requests is too slow", .arrow = "fpm>wordpress" };

static struct model_host *scene_host(struct model *model, const char *target)
{
	struct model_host *host = xcalloc(1, sizeof(*host));

	host->target = xstrdup(target);
	model->hosts = xrealloc(model->hosts, model->host_count + 1, sizeof(*model->hosts));
	model->hosts[model->host_count++] = host;
	host->link.state = "live";
	host->link.since = (NOW - 40) * 1000;
	host->link.transport = "libssh2";
	host->link.address = "192.0.2.10";
	host->facts.clock_offset = num_of(0);
	host->facts.host.now = num_of(NOW - 2);
	return host;
}

static struct model_site *scene_site(struct model_host *host, const char *url)
{
	struct model_site *site;

	host->sites = xrealloc(host->sites, host->site_count + 1, sizeof(*host->sites));
	site = &host->sites[host->site_count++];
	memset(site, 0, sizeof(*site));
	site->url = xstrdup(url);
	site->view.url = site->url;
	site->view.host_name = "shop.example";
	site->view.tls = !strncmp(url, "https", 5);
	site->view.chain = &host->facts;
	site->view.now = NOW - 2;
	site->view.window = 300;
	site->view.fresh = 60;
	return site;
}

static struct verdict *scene_verdict(struct model_site *site, enum health health,
	const char *cause, const char *title)
{
	static const char *const says[] = { "200 in 182 ms", "Cloudflare, miss", "nginx -t ok",
		"2/8 busy, queue 0", "11 of 151 used", "61% hit", "6.5, 14 plugins", "load 0.4, ok" };
	struct arena *mem = arena_new();
	struct verdict *v = arena_alloc(mem, sizeof(*v));
	int i;

	v->mem = mem;
	v->site = arena_strdup(mem, site->url);
	v->cause = cause;
	v->link = LINK_NONE;
	v->health = health;
	v->title = title;
	v->actions = "";
	v->settled = true;
	v->confidence = 0.95;
	for (i = 0; i < LINKS; i++) {
		v->chain[i] = HEALTH_OK;
		v->says[i] = says[i];
	}
	site->verdict = v;
	return v;
}

static void scene_evidence(struct verdict *v, enum evidence_kind kind, int64_t ago,
	const char *source, const char *text)
{
	struct evidence *e = arena_push(v->mem, &v->evidence, &v->evidence_count, sizeof(*e));

	e->kind = kind;
	e->source = arena_strdup(v->mem, source);
	e->text = text;
	if (ago >= 0)
		e->at = num_of(NOW - ago);
}

static void scene_ruled_out(struct verdict *v, const char *cause, const char *because)
{
	struct ruled_out *r = arena_push(v->mem, &v->ruled_out, &v->ruled_out_count, sizeof(*r));

	r->cause = cause;
	r->because = because;
}

static void scene_rival(struct verdict *v, const struct cause *cause, double confidence,
	const char *why_not)
{
	struct rival *r = arena_push(v->mem, &v->rivals, &v->rival_count, sizeof(*r));

	r->cause = cause;
	r->confidence = confidence;
	r->why_not = why_not;
}

static struct verdict *scene_healthy(struct model_host *host, const char *url)
{
	struct verdict *v = scene_verdict(scene_site(host, url), HEALTH_OK, "healthy",
		"the whole chain answers");

	scene_evidence(v, EVIDENCE_HTTP, 3, url, "visitor: 200 in 182 ms, title: Shop");
	scene_evidence(v, EVIDENCE_STATE, 2, "php8.2-fpm.service", "active (running)");
	v->chain[LINK_CDN] = HEALTH_ABSENT;
	v->says[LINK_CDN] = "none";
	host->verdict = v;
	return v;
}

static void scene_break(struct verdict *v, const struct cause *row, enum link link)
{
	int i;

	v->row = row;
	v->cause = row->id;
	v->arrow = row->arrow;
	v->link = link;
	for (i = 0; i < (int)link && i < LINK_REDIS; i++)
		v->chain[i] = HEALTH_AFFECTED;
	v->chain[LINK_VISITOR] = HEALTH_BROKEN;
	v->chain[LINK_CDN] = HEALTH_ABSENT;
	v->says[LINK_CDN] = "none";
	v->chain[link] = v->health;
	v->says[LINK_VISITOR] = "502 in 3 ms";
	v->says[LINK_NGINX] = "answers 502";
	v->since = num_of(NOW - 252);
}

static struct verdict *scene_broken(struct model_host *host, const char *url)
{
	struct verdict *v = scene_verdict(scene_site(host, url), HEALTH_BROKEN, "fpm.down",
		"php8.2-fpm.service is stopped: nobody listens on /run/php/php8.2-fpm.sock");

	scene_break(v, &scene_fpm_down, LINK_FPM);
	v->says[LINK_FPM] = "stopped";
	scene_evidence(v, EVIDENCE_STATE, 2, "php8.2-fpm.service", "inactive (dead), enabled");
	scene_evidence(v, EVIDENCE_STATE, 2, "/proc/net/unix",
		"no listener on /run/php/php8.2-fpm.sock");
	scene_evidence(v, EVIDENCE_LOG, 3, "/var/log/nginx/error.log",
		"2026/11/20 14:32:04 [error] 812#812: *4711 connect() to unix:/run/php/php8.2-fpm.sock "
		"failed (2: No such file or directory) while connecting to upstream, client: "
		"198.51.100.20, server: shop.example, request: \"GET / HTTP/2.0\", upstream: "
		"\"fastcgi://unix:/run/php/php8.2-fpm.sock:\", host: \"shop.example\"");
	scene_evidence(v, EVIDENCE_HTTP, 3, url, "visitor: 502 in 3 ms, title: 502 Bad Gateway");
	scene_ruled_out(v, "host.oom", "no kernel OOM line in 5 min");
	scene_ruled_out(v, "host.disk-full", "no file system is over 90 %");
	scene_ruled_out(v, "nginx.wrong-socket", "nginx dials the path the pool is written with");
	scene_ruled_out(v, "mysql.down", "login as the site does works in 2 ms");
	scene_rival(v, &scene_oom, 0.1, "no kernel line, and the unit was stopped, not killed");
	v->fix = "systemctl start php8.2-fpm\nsystemctl status php8.2-fpm";
	v->wrong_fix = "Restarting Nginx changes nothing: it is well, and a failing restart would "
		"take the static files down too.";
	v->actions = "restart-fpm";
	v->subject = "php8.2-fpm.service";
	v->changes_mind = "a process that listens on the socket while the unit is called dead";
	host->verdict = v;
	return v;
}

static struct fpm_pool scene_pool = { .name = "www", .pm = "dynamic",
	.file = "/etc/php/8.2/fpm/pool.d/www.conf" };
static struct host_listener scene_listener;
static struct wp_site scene_wp;

static void scene_workers(struct model_host *host, struct model_site *site, struct arena *mem)
{
	struct host_facts *facts = &host->facts.host;
	size_t peers = 0;
	int i;

	scene_pool.max_children = num_of(5);
	scene_listener.queued = num_of(128);
	scene_listener.backlog = num_of(128);
	site->view.pool = &scene_pool;
	site->view.listener = &scene_listener;
	site->view.wp = &scene_wp;
	scene_wp.files = NULL;
	scene_wp.file_count = 0;
	facts->mem_kb = num_of(3984588);
	facts->load1_x100 = num_of(122);
	facts->proc_known = TRI_YES;
	for (i = 0; i < 5; i++) {
		struct host_proc *p = arena_push(mem, &facts->procs, &facts->proc_count, sizeof(*p));
		struct host_peer *peer = arena_push(mem, &facts->peers, &peers, sizeof(*peer));

		p->pid = 4410 + i;
		p->role = PROC_FPM_WORKER;
		p->pool = "www";
		p->conf = "/etc/php/8.2/fpm/php-fpm.conf";
		p->busy = TRI_YES;
		p->waits = WAITS_NET;
		p->start = num_of(NOW - 8000);
		p->rss_kb = num_of(97 * 1024);
		p->pss_kb = num_of(64 * 1024 + i);
		peer->pid = p->pid;
		peer->remote.host = "203.0.113.9";
		peer->remote.port = 443;
	}
	facts->peer_count = peers;
	{
		struct host_proc *p = arena_push(mem, &facts->procs, &facts->proc_count, sizeof(*p));

		p->pid = 700;
		p->role = PROC_MYSQL;
		p->rss_kb = num_of(1126400);
	}
	{
		struct wp_file *f = arena_push(mem, &scene_wp.files, &scene_wp.file_count, sizeof(*f));

		f->kind = "plugin";
		f->name = "feed-sync";
		f->mtime = num_of(NOW - 660);
	}
	host->facts.nginx.config_mtime = num_of(NOW - 20000);
	host->facts.nginx.config_newest = "/etc/nginx/sites-enabled/shop";
	host->facts.mysql.threads_connected = num_of(11);
	host->facts.mysql.max_connections = num_of(151);
}

static struct verdict *scene_full(struct model_host *host, const char *url, struct arena *mem)
{
	struct model_site *site = scene_site(host, url);
	struct verdict *v = scene_verdict(site, HEALTH_BROKEN, "fpm.pool-full",
		"pool www is full: 5 of 5 workers busy, 128 of 128 waiting");
	struct recovered *r = arena_push(v->mem, &v->recovered, &v->recovered_count, sizeof(*r));
	struct missing *m = arena_push(mem, &host->facts.missing, &host->facts.missing_count,
		sizeof(*m));

	m->what = "mysql processlist of other users";
	m->why = "needs the PROCESS privilege";
	r->cause = &scene_oom;
	r->from = num_of(NOW - 290);
	r->to = num_of(NOW - 280);
	scene_break(v, &scene_fpm_full, LINK_FPM);
	v->says[LINK_FPM] = "5/5 busy, 128 queued";
	scene_evidence(v, EVIDENCE_STATE, 2, "/run/php/php8.2-fpm.sock", "128 of 128 queued");
	scene_evidence(v, EVIDENCE_STATE, 2, "/proc", "5 of 5 workers hold a request");
	scene_evidence(v, EVIDENCE_LOG, 9, "/var/log/php8.2-fpm.log",
		"[20-Nov-2026 14:31:58] WARNING: [pool www] server reached pm.max_children setting (5),"
		" consider raising it");
	scene_evidence(v, EVIDENCE_LOG, 9, "/var/log/nginx/error.log",
		"2026/11/20 14:31:58 [error] 812#812: *45 connect() to unix:/run/php/php8.2-fpm.sock "
		"failed (11: Resource temporarily unavailable) while connecting to upstream");
	scene_evidence(v, EVIDENCE_LOG, 326, "/var/log/php8.2-fpm.www.slow.log",
		"[20-Nov-2026 14:26:41]  [pool www] pid 4410");
	scene_ruled_out(v, "host.oom", "no kernel OOM line now");
	scene_ruled_out(v, "mysql.down", "11 of 151 connections, 0 waiting");
	scene_rival(v, &scene_spike, 0.2, "38 requests a second, 35 is usual");
	v->fix = "mv wp-content/plugins/feed-sync wp-content/plugins/feed-sync.off\n"
		"systemctl restart php8.2-fpm   # frees the workers; without the first it fills again\n"
		"pm.max_children = 24 in /etc/php/8.2/fpm/pool.d/www.conf";
	v->wrong_fix = "pm.max_children = 200 would need 12.5 GB: the kernel would kill processes "
		"instead of 502s.";
	v->actions = "disable-plugins restart-fpm";
	v->changes_mind = "the queue empties while the workers stay busy";
	v->confidence = 0.9;
	scene_workers(host, site, mem);
	host->verdict = v;
	return v;
}

static void scene_unreachable(struct model_host *host)
{
	struct arena *mem = arena_new();
	struct verdict *v = arena_alloc(mem, sizeof(*v));

	v->mem = mem;
	v->cause = "unknown";
	v->link = LINK_NONE;
	v->health = HEALTH_UNKNOWN;
	v->title = "SSH to client-fr-4 failed at step 'connect': nobody answers there";
	v->error = "ssh: connect to host 10.0.9.4 port 22: Connection timed out";
	v->actions = "";
	v->settled = true;
	host->unreachable = v;
	host->verdict = v;
	host->link.state = "failed";
	host->link.since = (NOW - 22) * 1000;
	host->link.step = "connect";
	host->link.says = v->error;
	host->link.advice = "check the address, the firewall and your own network";
	host->facts.clock_offset.known = false;
	host->facts.host.now.known = false;
}

/* Names and bytes nobody should trust; cleaned as every parser does. */
static void scene_hostile(struct model_host *host, struct arena *mem)
{
	static const char evil[] = "GET /\033[2J\033]0;owned\007\r\n\xff\xfe\xe2\x80\xae" "gpj.exe "
		"\xe6\xbc\xa2\xe5\xad\x97 e\xcc\x81\xcc\x82\xcc\x83 \xf0\x9f\x92\xa5 end";
	struct verdict *v = scene_broken(host,
		"https://a-very-long-shop-name-that-goes-on-and-on.subdomain.of.a.subdomain.example/"
		"with/a/long/path/too?and=query");

	v->title = text_clean_dup(mem, span_from(evil, sizeof(evil) - 1));
	scene_evidence(v, EVIDENCE_LOG, 1, "/var/log/\xe6\xbc\xa2\xe5\xad\x97/error.log",
		text_clean_dup(mem, span_from(evil, sizeof(evil) - 1)));
	v->says[LINK_FPM] = text_clean_dup(mem, span_from(evil, sizeof(evil) - 1));
	v->fix = text_clean_dup(mem, span_from(evil, sizeof(evil) - 1));
}

static void scene_face(enum link link, const struct site_view *view, struct face *face)
{
	static const struct { enum link link; const char *label, *value, *unit; enum health health; }
	lines[] = {
		{ LINK_VISITOR, "visitor", "502 in 3 ms", NULL, HEALTH_WARN },
		{ LINK_VISITOR, "origin", "502 in 2 ms", NULL, HEALTH_WARN },
		{ LINK_VISITOR, "static", "200 in 1 ms", NULL, HEALTH_OK },
		{ LINK_VISITOR, "certificate", "61", "days", HEALTH_OK },
		{ LINK_NGINX, "up", "9", "days", HEALTH_OK },
		{ LINK_NGINX, "nginx -t", "ok", NULL, HEALTH_OK },
		{ LINK_NGINX, "5xx in 60 s", "41", NULL, HEALTH_WARN },
		{ LINK_NGINX, "read timeout", "60", "s", HEALTH_OK },
		{ LINK_FPM, "unit", "php8.2-fpm.service", NULL, HEALTH_OK },
		{ LINK_FPM, "queue", "128 of 128", NULL, HEALTH_WARN },
		{ LINK_FPM, "busy", "5 of 5", NULL, HEALTH_WARN },
		{ LINK_FPM, "pm", "dynamic, at most 5", NULL, HEALTH_OK },
		{ LINK_FPM, "slow log", "not readable", NULL, HEALTH_UNKNOWN },
		{ LINK_MYSQL, "connections", "11 of 151", NULL, HEALTH_OK },
		{ LINK_MYSQL, "running", "2", NULL, HEALTH_OK },
		{ LINK_MYSQL, "version", "8.0.36", NULL, HEALTH_OK },
		{ LINK_REDIS, "memory", "61 of 128", "MB", HEALTH_OK },
		{ LINK_HOST, "load", "1.22", NULL, HEALTH_OK },
	};
	struct face_line *line;
	size_t i;

	(void)view;
	for (i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		if (lines[i].link != link)
			continue;
		line = arena_push(face->mem, &face->lines, &face->count, sizeof(*line));
		line->label = lines[i].label;
		line->value = lines[i].value;
		line->unit = lines[i].unit;
		line->health = lines[i].health;
		line->at = num_of(NOW - 2);
	}
}

static void scene_logs(struct model *model, const char *host, struct arena *mem)
{
	static const struct { int ago; const char *level, *text; } ngx[] = {
		{ 252, "error", "2026/11/20 14:27:55 [error] 812#812: *41 connect() to unix:/run/php/"
			"php8.2-fpm.sock failed (11: Resource temporarily unavailable) while connecting "
			"to upstream, client: 198.51.100.20, server: shop.example" },
		{ 251, "error", "2026/11/20 14:27:56 [error] 812#812: *42 connect() to unix:/run/php/"
			"php8.2-fpm.sock failed (11: Resource temporarily unavailable) while connecting "
			"to upstream, client: 198.51.100.21, server: shop.example" },
		{ 250, "error", "2026/11/20 14:27:57 [error] 812#812: *43 connect() to unix:/run/php/"
			"php8.2-fpm.sock failed (11: Resource temporarily unavailable) while connecting "
			"to upstream, client: 198.51.100.20, server: shop.example" },
		{ 40, "warn", "2026/11/20 14:31:27 [warn] 812#812: 512 worker_connections are not enough" },
		{ 12, "notice", "2026/11/20 14:31:55 [notice] 812#812: signal process started" },
	};
	struct chain_facts facts = { 0 };
	size_t i;

	facts.clock_offset = num_of(0);
	for (i = 0; i < sizeof(ngx) / sizeof(*ngx); i++) {
		struct nginx_error *e = arena_push(mem, &facts.nginx.errors,
			&facts.nginx.error_count, sizeof(*e));

		e->line.at = num_of(NOW - ngx[i].ago);
		e->line.source = "/var/log/nginx/error.log";
		e->line.text = ngx[i].text;
		e->level = ngx[i].level;
	}
	logs_take(&model->logs, host, "nginx.log", &facts, NOW);
	{
		struct fpm_slow *s = arena_push(mem, &facts.fpm.slow, &facts.fpm.slow_count,
			sizeof(*s));

		s->line.at = num_of(NOW - 326);
		s->line.source = "/var/log/php8.2-fpm.www.slow.log";
		s->line.text = "[20-Nov-2026 14:26:41]  [pool www] pid 4410";
		s->line.more = "script_filename = /srv/shop/wp-admin/admin-ajax.php\n"
			"fsockopen() wp-content/plugins/feed-sync/src/Client.php:88\n"
			"pull() wp-content/plugins/feed-sync/src/Job.php:41";
	}
	logs_take(&model->logs, host, "fpm.slow", &facts, NOW);
}

#endif
