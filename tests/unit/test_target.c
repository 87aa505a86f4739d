#include "target.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static void test_bad_destinations(void **state)
{
	static const char *const bad[] = { "host:", "host:0", "host:99999", "host:ssh", ":22", "[::1",
		"[::1]x", "[::1]:", "me@", "" };
	struct arena *mem = arena_new();
	const char *destination;
	size_t i;
	int port;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_false(destination_split(mem, bad[i], &destination, &port));
	arena_free(mem);
}

static void test_destinations(void **state)
{
	static const struct {
		const char *word, *destination;
		int port;
	} table[] = {
		{ "web1", "web1", 0 },
		{ "root@10.0.0.1:2222", "root@10.0.0.1", 2222 },
		{ "[::1]:22", "::1", 22 },
		{ "me@[fe80::1%eth0]", "me@fe80::1%eth0", 0 },
		{ "fe80::1", "fe80::1", 0 },
		{ "a@b@host", "a@b@host", 0 },
	};
	struct arena *mem = arena_new();
	const char *destination;
	size_t i;
	int port;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(*table); i++) {
		assert_true(destination_split(mem, table[i].word, &destination, &port));
		assert_string_equal(destination, table[i].destination);
		assert_int_equal(port, table[i].port);
	}
	arena_free(mem);
}

static void test_tags_and_recordings(void **state)
{
	struct target_config known[2] = { { .name = "shop", .ssh = "deploy@web1:2200" },
		{ .name = "blog" } };
	struct config config = { .targets = known, .target_count = 2 };
	struct targets targets;
	struct cli cli;
	char *error = NULL;

	(void)state;
	words_add(&known[0].tags, "woo");
	cli_init(&cli);
	words_add(&cli.targets, "@none");
	assert_false(targets_resolve(&targets, &cli, &config, &error));
	assert_string_equal(error, "@none: no target of the configuration has this tag");
	free(error);
	cli_release(&cli);

	words_add(&cli.targets, "@woo");
	words_add(&cli.targets, "shop"); /* once is enough */
	words_add(&cli.targets, "./night.wp502");
	words_add(&cli.targets, "other");
	assert_true(targets_resolve(&targets, &cli, &config, &error));
	assert_int_equal(targets.count, 2);
	assert_string_equal(targets.items[0].name, "shop");
	assert_string_equal(targets.items[0].destination, "deploy@web1");
	assert_int_equal(targets.items[0].port, 2200);
	assert_string_equal(targets.items[1].destination, "other");
	assert_int_equal(targets.recordings.count, 1);
	targets_release(&targets);
	cli_release(&cli);
	free(known[0].tags.items);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bad_destinations),
		cmocka_unit_test(test_destinations),
		cmocka_unit_test(test_tags_and_recordings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
