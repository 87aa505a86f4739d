/*
 * nginx_well: a server that is well, made by hand, for the tests of nginx's causes; a test
 * breaks it and asks which rows are proven.
 */
#ifndef TESTS_UNIT_NGINX_WELL_H
#define TESTS_UNIT_NGINX_WELL_H

#include <string.h>

#include "nginx_help.h"
#include "probes/nginx/causes.h"
#include "probes/site.h"

#define NOW 1795161600 /* 2026-11-20 08:00:00 UTC */
#define URL "https://shop.test/"

static struct arena *mem;
static struct chain_facts facts;
static struct host_proc procs[6];
static struct host_unit units[2];
static struct host_listener listeners[4];
static struct fpm_pool pools[2];
static struct fpm_master masters[2];
static struct page pages[2];

static inline void page_is(int status, unsigned marks)
{
	pages[0] = (struct page){ .site = URL, .url = URL, .way = WAY_ORIGIN,
		.status = num_of(status), .marks = marks, .total_ms = num_of(3),
		.server_at = num_of(NOW) };
	facts.visitor.pages = pages;
	facts.visitor.page_count = 1;
}

static inline void page_refused(void)
{
	page_is(0, 0);
	pages[0].way = WAY_VISITOR;
	pages[0].failure = PAGE_REFUSED;
	pages[0].status.known = false;
	pages[0].error = "Connection refused";
}

static inline void conf(const char *passes, const char *more)
{
	const char *text = arena_printf(mem, "nginx\t/usr/sbin/nginx\tnginx/1.22\n"
		"conf\t/etc/nginx/nginx.conf\ntest\tok\nsource\tdump\nmtime\t%d\t/etc/nginx/site.conf\n"
		"f\t/etc/nginx/nginx.conf\nd\t1\tuser\twww-data\nb\t1\thttp\nb\t2\tserver\n"
		"d\t3\tserver_name\tshop.test\nd\t4\tlisten\t80\nd\t5\tlisten\t443\tssl\n"
		"b\t9\tlocation\t~\t\\.php$\n%se\ne\ne\n%s", NOW - 5000, passes, more);

	nginx_parse_conf(&facts, mem, span_of(text), 0);
}

static inline int well(void **state)
{
	(void)state;
	mem = arena_new();
	memset(&facts, 0, sizeof(facts));
	memset(pages, 0, sizeof(pages));
	procs[0] = (struct host_proc){ .pid = 10, .role = PROC_NGINX_MASTER, .comm = "nginx" };
	procs[1] = (struct host_proc){ .pid = 11, .ppid = 10, .role = PROC_NGINX_WORKER,
		.comm = "nginx", .start = num_of(NOW - 4000) };
	procs[2] = (struct host_proc){ .pid = 20, .role = PROC_FPM_MASTER };
	procs[3] = (struct host_proc){ .pid = 21, .ppid = 20, .role = PROC_FPM_WORKER, .pool = "www",
		.busy = TRI_NO };
	units[0] = (struct host_unit){ .name = "nginx.service", .kind = UNIT_NGINX,
		.active = "active", .sub = "running", .enabled = "enabled", .manager = "systemd",
		.result = "success", .changed_at = num_of(NOW - 9000) };
	units[1] = (struct host_unit){ .name = "php8.2-fpm.service", .kind = UNIT_FPM,
		.active = "active", .enabled = "enabled" };
	listeners[0] = (struct host_listener){ .at = { NULL, NULL, 80 }, .comm = "nginx" };
	listeners[1] = (struct host_listener){ .at = { NULL, NULL, 443 }, .comm = "nginx" };
	listeners[2] = (struct host_listener){ .at = { "/run/php/8.2.sock", NULL, 0 },
		.comm = "php-fpm8.2", .queued = num_of(0) };
	pools[0] = (struct fpm_pool){ .name = "www", .conf = "/etc/8.2.conf",
		.file = "/etc/pool.d/www.conf", .listen = { "/run/php/8.2.sock", NULL, 0 } };
	masters[0] = (struct fpm_master){ .conf = "/etc/8.2.conf", .unit = "php8.2-fpm.service",
		.pid = num_of(20) };
	facts.host = (struct host_facts){ .now = num_of(NOW), .procs = procs, .proc_count = 4,
		.units = units, .unit_count = 2, .listeners = listeners, .listener_count = 3,
		.proc_known = TRI_YES, .net_known = TRI_YES, .units_known = TRI_YES };
	facts.fpm = (struct fpm_facts){ .pools = pools, .pool_count = 1, .masters = masters,
		.master_count = 1 };
	conf("d\t17\tfastcgi_pass\tunix:/run/php/8.2.sock\n", "");
	page_is(200, 0);
	facts.nginx.log_known = TRI_YES;
	return 0;
}

static inline int drop(void **state)
{
	(void)state;
	arena_free(mem);
	return 0;
}

/* Error-log lines, each so many seconds old; the report's own head is added. */
static struct buf log_text;

static inline void log_line(int age, const char *level, const char *text)
{
	int second = 3600 * 8 - age;

	if (!log_text.cap) {
		buf_init(&log_text, 1 << 16);
		buf_adds(&log_text, "clock\t1\t+0000\nfile\terror\t1\t1\t0\t/var/log/nginx/error.log\n");
	}
	buf_addf(&log_text, "=2026/11/20 %02d:%02d:%02d [%s] 11#11: *5 %s\n", second / 3600,
		second / 60 % 60, second % 60, level, text);
}

static inline void log_read(void)
{
	nginx_parse_log(&facts, mem, span_from(log_text.data, log_text.len), 0);
	buf_release(&log_text);
	memset(&log_text, 0, sizeof(log_text));
}

#define TAIL(upstream) ", client: 192.0.2.1, server: shop.test, request: \"GET / HTTP/1.1\", " \
	"upstream: \"" upstream "\", host: \"shop.test\""
#define CONNECT_2 "connect() to unix:/run/php/7.4.sock failed (2: No such file or directory) " \
	"while connecting to upstream" TAIL("fastcgi://unix:/run/php/7.4.sock:")

static inline struct finding look(const char *id)
{
	static const char *const urls[] = { URL, NULL };
	const struct cause *c;
	struct finding f = { .mem = mem };
	size_t count;
	struct site_view *v = site_views(&facts, urls, (struct site_time){ NOW, 300, 60 }, mem, &count);

	assert_int_equal(count, 1);
	for (c = nginx_causes; c->id; c++)
		if (!strcmp(c->id, id)) {
			c->look(v, &f);
			return f;
		}
	fail_msg("no cause %s", id);
	return f;
}

/* Exactly these are proven, no other row. */
static inline void only(const char *id)
{
	const struct cause *c;
	struct finding f;

	for (c = nginx_causes; c->id; c++) {
		f = look(c->id);
		if ((f.state == FINDING_PROVEN) != (id && !strcmp(c->id, id)))
			fail_msg("%s: state %d", c->id, f.state);
	}
}

static inline bool says(const struct finding *f, enum evidence_kind kind, const char *text)
{
	int i;

	for (i = 0; i < f->evidence_count; i++)
		if (f->evidence[i].kind == kind && strstr(f->evidence[i].text, text))
			return true;
	return false;
}

#endif
