/* Redis: the reports on what a real 7.0 said, and the causes, refusals first. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "db_help.h"
#include "probes/redis/redis.h"

#define DIR "tests/fixtures/redis/"

static void load(struct scene *s, const char *name)
{
	redis_parse(&s->chain, s->mem, db_fixture(s->mem, arena_printf(s->mem, DIR "%s.report", name)), 0);
	assert_int_equal(s->chain.redis.server_count, 1);
	s->view.redis = s->chain.redis.servers;
	s->wp.redis_used = true;
}

static void parsed(void **state)
{
	struct scene s;
	const struct redis_server *r;

	(void)state;
	scene_begin(&s);
	load(&s, "out_of_memory");
	r = s.view.redis;
	assert_string_equal(r->site_root, "/var/www/shop.test");
	assert_string_equal(r->at.host, "127.0.0.1");
	assert_int_equal(r->at.port, 6379);
	assert_true(r->local);
	assert_int_equal(r->database.v, 0);
	assert_int_equal(r->ok, TRI_YES);
	assert_string_equal(r->select_reply, "OK");
	assert_int_equal(strncmp(r->write_reply, "OOM ", 4), 0);
	assert_int_equal(r->maxmemory.v, 3 << 20);
	assert_true(r->used_memory.v > 2 << 20);
	assert_string_equal(r->policy, "noeviction");
	assert_string_equal(r->bgsave, "ok");
	assert_int_equal(r->loading, TRI_NO);
	assert_null(r->auth_reply);
	assert_true(r->oom_errors.known && r->oom_errors.v > 0);
	load(&s, "down");
	assert_int_equal(s.view.redis->ok, TRI_NO);
	assert_int_equal(strncmp(s.view.redis->reply, "Could not connect", 17), 0);
	assert_false(s.view.redis->used_memory.known);
	load(&s, "access_denied");
	assert_string_equal(s.view.redis->reply, "NOAUTH Authentication required.");
	scene_end(&s);
}

static void frozen(void **state)
{
	struct scene s;

	(void)state;
	scene_begin(&s);
	redis_parse(&s.chain, s.mem, span_of("client\tredis-cli\nsite\twww-data\t/w\n"
		"endpoint\t2\t6379\t127.0.0.1\t\ndone\t137\t1.00\t3.01\n"), 0);
	assert_int_equal(s.chain.redis.servers[0].ok, TRI_NO);
	assert_string_equal(s.chain.redis.servers[0].reply, "no answer within 3 s");
	assert_int_equal(s.chain.redis.servers[0].database.v, 2);
	/* no client: unknown, not refused */
	redis_parse(&s.chain, s.mem, span_of("client\t\nsite\twww-data\t/w\ndone\t0\t1.00\t1.01\n"), 0);
	assert_int_equal(s.chain.redis.client, TRI_NO);
	assert_int_equal(s.chain.redis.servers[0].ok, TRI_UNKNOWN);
	scene_end(&s);
}

static void logs(void **state)
{
	struct scene s;
	size_t i;
	bool ready = false;

	(void)state;
	scene_begin(&s);
	redis_parse_log(&s.chain, s.mem, db_fixture(s.mem, DIR "redis.log.report"), 0);
	assert_true(s.chain.redis.event_count > 0);
	for (i = 0; i < s.chain.redis.event_count; i++) {
		assert_string_equal(s.chain.redis.events[i].line.source, "/var/log/redis/redis-server.log");
		assert_true(s.chain.redis.events[i].line.at.known);
		ready |= strstr(s.chain.redis.events[i].line.text, "Ready to accept") != NULL;
	}
	assert_true(ready);
	scene_end(&s);
}

static void rows(void **state)
{
	(void)state;
	rows_are_whole(redis_causes, 6);
	nothing_is_nothing(redis_causes);
}

/* A Redis that is dead or full, but that this site does not use, is none of its business. */
static void unused_is_innocent(void **state)
{
	static const char *const names[] = { "down", "out_of_memory", "access_denied", "loading" };
	struct host_unit unit = { .name = "redis-server.service", .kind = UNIT_REDIS, .active = "failed" };
	struct scene s;
	size_t i, j;

	(void)state;
	for (i = 0; i < 4; i++) {
		scene_begin(&s);
		load(&s, names[i]);
		s.view.redis = NULL;
		s.wp.redis_used = false;
		s.chain.host.units = &unit;
		s.chain.host.unit_count = 1;
		scene_page(&s, 500, MARK_CRITICAL);
		for (j = 0; redis_causes[j].id; j++)
			assert_int_equal(scene_look(&s, redis_causes, redis_causes[j].id).state,
				FINDING_RULED_OUT);
		load(&s, names[i]);
		s.wp.redis_disabled = true;
		for (j = 0; redis_causes[j].id; j++)
			assert_int_equal(scene_look(&s, redis_causes, redis_causes[j].id).state,
				FINDING_RULED_OUT);
		scene_end(&s);
	}
}

static void healthy_is_innocent(void **state)
{
	struct scene s;
	size_t j;

	(void)state;
	scene_begin(&s);
	load(&s, "out_of_memory");
	s.chain.redis.servers[0].write_reply = "0";
	s.chain.redis.servers[0].used_memory = num_of(1 << 20);
	for (j = 0; redis_causes[j].id; j++)
		assert_int_not_equal(scene_look(&s, redis_causes, redis_causes[j].id).state,
			FINDING_PROVEN);
	scene_end(&s);
}

static void each_reply_has_its_cause(void **state)
{
	static const struct {
		const char *name, *id;
	} rows_of[] = {
		{ "down", "redis.down" }, { "out_of_memory", "redis.out_of_memory" },
		{ "cannot_persist", "redis.cannot_persist" }, { "loading", "redis.loading" },
		{ "access_denied", "redis.access_denied" },
	};
	struct scene s;
	struct finding f;
	size_t i, j;

	(void)state;
	for (i = 0; i < sizeof(rows_of) / sizeof(*rows_of); i++) {
		scene_begin(&s);
		load(&s, rows_of[i].name);
		scene_page(&s, 500, MARK_REDIS_ERROR);
		for (j = 0; redis_causes[j].id; j++) {
			f = scene_look(&s, redis_causes, redis_causes[j].id);
			if (strcmp(redis_causes[j].id, rows_of[i].id) != 0) {
				assert_int_not_equal(f.state, FINDING_PROVEN);
				continue;
			}
			assert_int_equal(f.state, FINDING_PROVEN);
			assert_true(f.decisive >= 1);
			assert_int_equal(f.health, HEALTH_BROKEN);
			assert_non_null(f.fix);
		}
		scene_end(&s);
	}
}

/* Without redis-cli PHP's own words in nginx's log are what there is. */
static void php_says(void **state)
{
	struct nginx_error e = { .kind = NGX_PHP_STDERR, .server = "shop.test", .host = "shop.test",
		.line = { .at = { NOW - 4, true }, .source = "/var/log/nginx/error.log",
			.text = "2026/11/20 10:19:56 [error] 57#57: *7 FastCGI sent in stderr: \"PHP message: "
				"RedisException: Connection refused\" while reading response header from upstream, "
				"client: 127.0.0.1, server: shop.test, request: \"GET / HTTP/1.1\"" } };
	struct scene s;
	struct finding f;

	(void)state;
	scene_begin(&s);
	s.wp.redis_used = true;
	s.chain.nginx.errors = &e;
	s.chain.nginx.error_count = 1;
	f = scene_look(&s, redis_causes, "redis.down");
	assert_int_equal(f.state, FINDING_PROVEN);
	assert_int_equal(f.fresh_lines, 1);
	assert_string_equal(f.evidence[0].text, e.line.text);
	e.line.at.v = NOW - 200;
	assert_int_not_equal(scene_look(&s, redis_causes, "redis.down").state, FINDING_PROVEN);
	scene_end(&s);
}

static void twins(void **state)
{
	struct wp_site two[2];
	struct scene s;

	(void)state;
	scene_begin(&s);
	two[0] = s.wp;
	two[0].redis_used = true;
	two[0].redis = (struct endpoint){ .host = "127.0.0.1", .port = 6379 };
	two[1] = two[0];
	two[1].root = "/var/www/blog.test";
	two[1].db_name = "blog";
	s.view.wp = two;
	s.chain.wordpress.sites = two;
	s.chain.wordpress.site_count = 2;
	scene_page(&s, 301, 0);
	assert_int_equal(scene_look(&s, redis_causes, "redis.poisoned_cache").state, FINDING_HINT);
	s.page.location = "https://www.shop.test/";
	assert_int_equal(scene_look(&s, redis_causes, "redis.poisoned_cache").state, FINDING_HINT);
	s.page.location = "https://blog.test/";
	assert_int_equal(scene_look(&s, redis_causes, "redis.poisoned_cache").state, FINDING_PROVEN);
	two[1].redis_prefix = "blog:";
	assert_int_equal(scene_look(&s, redis_causes, "redis.poisoned_cache").state, FINDING_NOTHING);
	scene_end(&s);
}

static void damaged(void **state)
{
	struct arena *mem = arena_new();

	(void)state;
	cut_everywhere(redis_parse, db_fixture(mem, DIR "out_of_memory.report"));
	cut_everywhere(redis_parse_log, db_fixture(mem, DIR "redis.log.report"));
	arena_free(mem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows),
		cmocka_unit_test(unused_is_innocent),
		cmocka_unit_test(healthy_is_innocent),
		cmocka_unit_test(parsed),
		cmocka_unit_test(frozen),
		cmocka_unit_test(logs),
		cmocka_unit_test(each_reply_has_its_cause),
		cmocka_unit_test(php_says),
		cmocka_unit_test(twins),
		cmocka_unit_test(damaged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
