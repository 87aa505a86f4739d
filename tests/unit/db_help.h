/*
 * db_help: fixtures, and a site's view made by hand, for the tests of probes/mysql,
 * probes/redis and probes/wordpress.
 */
#ifndef TESTS_UNIT_DB_HELP_H
#define TESTS_UNIT_DB_HELP_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "probes/probe.h"

#define NOW 1795170000 /* 2026-11-20 10:20:00 UTC */

struct scene {
	struct arena *mem;
	struct chain_facts chain;
	struct site_view view;
	struct wp_site wp;
	struct mysql_login db;
	struct redis_server redis;
	struct page page;
	struct host_proc procs[8];
	struct fpm_pool pool;
};

static inline struct span db_fixture(struct arena *mem, const char *path)
{
	char *bytes = arena_alloc(mem, 1 << 18);
	FILE *file = fopen(path, "rb");
	size_t n;

	assert_non_null(file);
	n = fread(bytes, 1, 1 << 18, file);
	fclose(file);
	assert_true(n > 0);
	return span_from(bytes, n);
}

/* A site with a local database, everything else unknown. */
static inline void scene_begin(struct scene *s)
{
	memset(s, 0, sizeof(*s));
	s->mem = arena_new();
	s->view.chain = &s->chain;
	s->view.url = "https://shop.test/";
	s->view.host_name = "shop.test";
	s->view.now = NOW;
	s->view.window = 300;
	s->view.fresh = 60;
	s->wp.root = s->wp.docroot = "/var/www/shop.test";
	s->wp.config = "/var/www/shop.test/wp-config.php";
	s->wp.content_dir = "/var/www/shop.test/wp-content";
	s->wp.plugin_dir = "/var/www/shop.test/wp-content/plugins";
	s->wp.db_name = s->wp.db_user = "shop";
	s->wp.prefix = "wp_";
	s->wp.db.path = "/run/mysqld/mysqld.sock";
	s->wp.maintenance = TRI_NO;
	s->wp.core_missing = num_of(0);
	s->view.wp = &s->wp;
	s->chain.wordpress.sites = &s->wp;
	s->chain.wordpress.site_count = 1;
	s->db.at.path = "/run/mysqld/mysqld.sock";
	s->db.user = s->db.database = "shop";
	s->db.prefix = "wp_";
	s->db.local = true;
	s->page.url = s->page.site = "https://shop.test/";
	s->page.way = WAY_LOOPBACK;
}

static inline void scene_end(struct scene *s)
{
	arena_free(s->mem);
}

static inline void scene_login(struct scene *s, enum tri ok, int code, const char *error)
{
	s->view.db = &s->db;
	s->db.ok = ok;
	if (code)
		s->db.code = num_of(code);
	s->db.error = error;
	if (ok == TRI_YES)
		s->db.table_ok = TRI_YES;
}

static inline void scene_page(struct scene *s, int status, unsigned marks)
{
	s->page.status = num_of(status);
	s->page.marks = marks;
	s->page.from_php = true;
	s->view.pages[WAY_LOOPBACK] = &s->page;
}

/* A pool of `count` workers, all of them busy or none. */
static inline void scene_workers(struct scene *s, int count, bool busy)
{
	int i;

	for (i = 0; i < count; i++) {
		s->procs[i].pid = 100 + i;
		s->procs[i].role = PROC_FPM_WORKER;
		s->procs[i].pool = "www";
		s->procs[i].state = 'S';
		s->procs[i].syscall = num_of(busy ? 7 : 288);
		s->procs[i].busy = busy ? TRI_YES : TRI_NO;
	}
	s->chain.host.procs = s->procs;
	s->chain.host.proc_count = (size_t)count;
	s->chain.host.proc_known = TRI_YES;
	s->pool.name = "www";
	s->pool.max_children = num_of(count);
	s->view.pool = &s->pool;
}

static inline struct finding scene_look(struct scene *s, const struct cause *rows, const char *id)
{
	struct finding f = { .mem = s->mem };

	for (; rows->id; rows++)
		if (!strcmp(rows->id, id)) {
			rows->look(&s->view, &f);
			return f;
		}
	fail_msg("no row %s", id);
	return f;
}

/* Every text a row must have; its effects must not name itself. */
static inline void rows_are_whole(const struct cause *rows, size_t count)
{
	size_t n = 0;

	for (; rows->id; rows++, n++) {
		assert_non_null(rows->title);
		assert_non_null(rows->arrow);
		assert_non_null(rows->explains);
		assert_non_null(rows->look);
		assert_true(rows->signs && rows->not_if && rows->fix);
		assert_true(rows->wrong_fix && rows->actions && rows->plain);
		assert_null(strstr(rows->explains, rows->id));
	}
	assert_int_equal(n, count);
}

/* Whatever the facts lack, no row may prove anything or crash. */
static inline void nothing_is_nothing(const struct cause *rows)
{
	struct chain_facts chain = { 0 };
	struct site_view view = { .chain = &chain, .url = "https://x/", .fresh = 60 };
	struct finding f;

	for (; rows->id; rows++) {
		f = (struct finding){ .mem = arena_new() };
		rows->look(&view, &f);
		assert_int_not_equal(f.state, FINDING_PROVEN);
		arena_free(f.mem);
	}
}

/* The parser must stand any cut and any single wrong byte; sanitizers watch. */
static inline void cut_everywhere(void (*parse)(struct chain_facts *, struct arena *, struct span,
	unsigned), struct span whole)
{
	struct chain_facts facts;
	struct arena *mem;
	size_t i, n;
	char *piece;

	for (i = 0; i < whole.n; i++) {
		memset(&facts, 0, sizeof(facts));
		mem = arena_new();
		n = i < 8192 ? i : whole.n - (i % 4096);
		piece = malloc(n + 1); /* its own block: over-reads show */
		assert_non_null(piece);
		memcpy(piece, whole.p, n);
		if (n > 3 && i % 3 == 0)
			piece[n / 2] = (char)(i * 37);
		piece = realloc(piece, n ? n : 1);
		parse(&facts, mem, span_from(piece, n), 0);
		free(piece);
		arena_free(mem);
	}
}

#endif
