/*
 * fpm_help: reports of real lab servers, parsed, and the way of shop.test through them,
 * for the tests of probes/fpm and probes/host. nginx's own report is written by hand.
 */
#ifndef TESTS_UNIT_FPM_HELP_H
#define TESTS_UNIT_FPM_HELP_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "probes/fpm/fpm.h"
#include "probes/host/host.h"
#include "probes/nginx/nginx.h"
#include "probes/site.h"

#define URL "https://shop.test/"

struct world {
	struct arena *mem;
	struct chain_facts facts;
	struct page page;
	struct site_view view;
	char nginx_log[8192];
};

static const struct {
	const char *file;
	void (*parse)(struct chain_facts *, struct arena *, struct span, unsigned);
} world_reports[] = {
	{ "host_proc", host_parse_proc }, { "host_unit", host_parse_unit },
	{ "host_disk", host_parse_disk }, { "host_log", host_parse_log },
	{ "host_path", host_parse_path }, { "host_fire", host_parse_fire },
	{ "fpm", fpm_parse_conf },        { "fpm_log", fpm_parse_log },
};

#define WORLD_REPORTS (sizeof(world_reports) / sizeof(world_reports[0]))

/* Empty where the folder has no such report. */
static inline struct span world_file(struct arena *mem, const char *dir, const char *name)
{
	char *path = arena_printf(mem, "tests/fixtures/%s/%s.txt", dir, name), *bytes;
	FILE *file = fopen(path, "rb");
	size_t n;

	if (!file)
		return span_from(NULL, 0);
	bytes = arena_alloc(mem, 1 << 17);
	n = fread(bytes, 1, 1 << 17, file);
	fclose(file);
	return span_from(bytes, n);
}

static inline void world_join(struct world *w)
{
	static const char *const urls[] = { URL, NULL };
	struct site_time time = { num_or(w->facts.host.now, 0), 300, 60 };
	struct site_view *views;
	size_t count;

	views = site_views(&w->facts, urls, time, w->mem, &count);
	assert_int_equal(count, 1);
	w->view = views[0];
}

static inline void world_open(struct world *w, const char *dir)
{
	static const char conf[] =
		"nginx\t/usr/sbin/nginx\tnginx/1.22\nconf\t/etc/nginx/nginx.conf\ntest\tok\n"
		"source\tdump\nmtime\t1700000000\t/etc/nginx/site.conf\nf\t/etc/nginx/nginx.conf\n"
		"d\t1\tuser\twww-data\nb\t1\thttp\nb\t2\tserver\nd\t3\tserver_name\tshop.test\n"
		"d\t4\tlisten\t80\nd\t5\tlisten\t443\tssl\nb\t9\tlocation\t~\t\\.php$\n"
		"d\t10\tfastcgi_pass\t%s\ne\ne\ne\n";
	const char *pass = strstr(dir, "/tcp_") ? "127.0.0.1:9000" : "unix:/run/php/php8.2-fpm.sock";
	size_t i, read = 0;

	memset(w, 0, sizeof(*w));
	w->mem = arena_new();
	nginx_parse_conf(&w->facts, w->mem, span_of(arena_printf(w->mem, conf, pass)), 0);
	for (i = 0; i < WORLD_REPORTS; i++) {
		struct span bytes = world_file(w->mem, dir, world_reports[i].file);

		world_reports[i].parse(&w->facts, w->mem, bytes, 0);
		read += bytes.n > 0;
	}
	assert_true(read >= 4);
	world_join(w);
}

static inline void world_close(struct world *w)
{
	arena_free(w->mem);
}

/* The visitor's page as it was answered; 0: it timed out. */
static inline void world_page(struct world *w, int status)
{
	w->page = (struct page){ .site = URL, .url = URL, .way = WAY_ORIGIN,
		.status = { status, status != 0 }, .total_ms = { 30, true } };
	if (!status) {
		w->page.failure = PAGE_TIMEOUT;
		w->page.error = "timed out";
	}
	w->facts.visitor.pages = &w->page;
	w->facts.visitor.page_count = 1;
	world_join(w);
}

/* A line of nginx's error log, `age` seconds old. */
static inline void world_error(struct world *w, enum nginx_error_kind kind, int code, int age)
{
	struct nginx_error *e = arena_push(w->mem, &w->facts.nginx.errors,
		&w->facts.nginx.error_count, sizeof(*e));

	e->kind = kind;
	e->code = num_of(code);
	e->line.at = num_of(w->facts.host.now.v - age);
	e->line.source = "/var/log/nginx/error.log";
	e->line.text = "2026/11/20 10:00:00 [error] a line of nginx";
	e->server = e->host = "shop.test";
	e->uri = "/?slow=1";
	e->peer_kind = PASS_FASTCGI;
	if (w->view.peer)
		e->peer = *w->view.peer;
}

static inline const struct cause *row(const char *id)
{
	static const struct cause *const tables[] = { fpm_causes, host_causes };
	size_t t;

	for (t = 0; t < 2; t++)
		for (const struct cause *c = tables[t]; c->id; c++)
			if (!strcmp(c->id, id))
				return c;
	fail_msg("no row %s", id);
	return NULL;
}

static inline struct finding look(struct world *w, const char *id)
{
	struct finding f = { .mem = w->mem };

	row(id)->look(&w->view, &f);
	return f;
}

static inline bool explains(const struct cause *by, const char *id)
{
	struct span rest = span_of(by->explains), word;

	for (word = span_word(&rest); word.n; word = span_word(&rest))
		if (span_eq(word, id))
			return true;
	return false;
}

/* Proven rows that no other proven row explains, blank-separated. */
static inline const char *top(struct world *w)
{
	static const struct cause *const tables[] = { fpm_causes, host_causes };
	const struct cause *proven[64];
	const char *text = "";
	size_t n = 0, i, j, t;

	for (t = 0; t < 2; t++)
		for (const struct cause *c = tables[t]; c->id; c++)
			if (look(w, c->id).state == FINDING_PROVEN)
				proven[n++] = c;
	for (i = 0; i < n; i++) {
		for (j = 0; j < n && !(j != i && explains(proven[j], proven[i]->id)); j++)
			;
		if (j == n)
			text = arena_printf(w->mem, "%s%s%s", text, *text ? " " : "", proven[i]->id);
	}
	return text;
}

/* Some evidence holds these words. */
static inline bool shows(const struct finding *f, const char *words)
{
	for (int i = 0; i < f->evidence_count; i++)
		if (strstr(f->evidence[i].text, words) || strstr(f->evidence[i].source, words))
			return true;
	return false;
}

#endif
