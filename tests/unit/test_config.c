#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char path[] = "/tmp/wp502-config-XXXXXX";

static int make_file(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	if (fd < 0)
		return -1;
	close(fd);
	return 0;
}

static int drop_file(void **state)
{
	(void)state;
	return unlink(path);
}

static bool load(struct config *config, const char *text, char **ret_errors)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	return config_load(config, path, true, ret_errors);
}

static void test_all_errors_at_once(void **state)
{
	struct config config;
	char *errors = NULL, expected[1024];

	(void)state;
	assert_false(load(&config,
		"[defaults]\ninterval = soon\ncolour = red\n[shop]\nssh = -oX\nurl = shop\n"
		"env = prod\nread_only = maybe\nnonsense = 1\n",
		&errors));
	snprintf(expected, sizeof(expected),
		"%s:2: interval = soon: not a duration of at least 1s\n"
		"%s:3: unknown key colour in [defaults]\n"
		"%s:5: ssh = -oX: not a host\n"
		"%s:6: url = shop: not an http:// or https:// address\n"
		"%s:7: env = prod: not one of production, staging, lab\n"
		"%s:8: read_only = maybe: neither yes nor no\n"
		"%s:9: unknown key nonsense in [shop]\n",
		path, path, path, path, path, path, path);
	assert_string_equal(errors, expected);
	free(errors);
}

static void test_line_without_meaning(void **state)
{
	struct config config;
	char *errors = NULL;

	(void)state;
	assert_false(load(&config, "[shop]\nssh = a\nwhat is this\n", &errors));
	assert_non_null(strstr(errors, ":3: neither a [section]"));
	free(errors);
}

static void test_line_too_long(void **state)
{
	char text[600] = "[shop]\nurl = http://a/", *errors = NULL;
	struct config config;

	(void)state;
	memset(text + strlen(text), 'x', 400);
	assert_false(load(&config, text, &errors) &&
		     strlen(config.targets[0].urls.items[0]) < 400);
	free(errors);
}

static void test_missing_file(void **state)
{
	struct config config;
	char *errors = NULL;

	(void)state;
	assert_false(config_load(&config, "/nonexistent/wp502", true, &errors));
	assert_string_equal(errors, "/nonexistent/wp502: No such file or directory\n");
	free(errors);
	assert_true(config_load(&config, "/nonexistent/wp502", false, &errors));
	assert_int_equal(config.target_count, 0);
	config_release(&config);
}

static void test_a_target(void **state)
{
	const struct target_config *shop;
	struct config config;
	char *errors = NULL;

	(void)state;
	assert_true(load(&config,
		"[defaults]\ninterval = 2s ; quick\n[shop]\nssh = deploy@web1\n"
		"url = https://shop.example/\nurl = https://shop.example/checkout/\n"
		"expect = Add to cart\norigin = 192.0.2.10\nenv = production\nread_only = no\n"
		"tags = client-a, woo\n",
		&errors));
	shop = config_find(&config, "shop");
	assert_non_null(shop);
	assert_string_equal(shop->ssh, "deploy@web1");
	assert_int_equal(shop->urls.count, 2);
	assert_string_equal(shop->expects.items[0], "Add to cart");
	assert_int_equal(shop->env, ENV_PRODUCTION);
	assert_true(target_has_tag(shop, "woo"));
	assert_false(target_has_tag(shop, "client"));
	assert_int_equal(config.interval_ms, 2000);
	assert_null(config_find(&config, "other"));
	config_release(&config);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_errors_at_once),
		cmocka_unit_test(test_line_without_meaning),
		cmocka_unit_test(test_line_too_long),
		cmocka_unit_test(test_missing_file),
		cmocka_unit_test(test_a_target),
	};

	return cmocka_run_group_tests(tests, make_file, drop_file);
}
